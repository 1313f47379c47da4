"""Which earlier studies matter for reading the current one, most relevant first, each with why.

The same judgement serves hanging (what goes on the screen) and prefetching (what is worth fetching).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeVar

from workstation.hanging.descriptions import tokens
from workstation.hanging.protocol import Preference, PriorsRule
from workstation.hanging.study import StudySummary
from workstation.hanging.wording import day_text

__all__ = ["DEFAULT_PRIORS", "PriorVerdict", "StudySummary", "judged_priors", "relevant_priors"]

S = TypeVar("S", bound=StudySummary)

DEFAULT_PRIORS = PriorsRule(
    count=2,
    prefer=(
        Preference(same=("modality", "body_region", "laterality")),
        Preference(same=("modality", "body_region", "laterality_compatible")),
        Preference(same=("modality_family", "body_region", "laterality_compatible")),
        Preference(same=("body_region", "laterality_compatible")),
        Preference(same=("modality", "body_region_compatible", "laterality_compatible")),
    ),
)
_FAMILIES = (frozenset({"CT", "MR", "PT"}), frozenset({"CR", "DX", "RG", "RF"}), frozenset({"MG"}), frozenset({"US"}))


@dataclass(frozen=True)
class PriorVerdict(Generic[S]):
    """What was decided about one earlier study.

    Attributes
    ----------
    step
        Step of the preference chain (0 is the best), or None when the study is left out.
    why
        In a radiologist's words.
    is_foreign
        It is not known to be this patient's: it must never be shown with the current study.
    """

    study: S
    step: int | None
    why: str
    is_foreign: bool = False


def relevant_priors(
    current: StudySummary, candidates: Sequence[S], rule: PriorsRule = DEFAULT_PRIORS
) -> list[PriorVerdict[S]]:
    """The earlier studies worth having beside ``current``, most relevant first.

    The order of ``candidates`` does not matter. All are returned; ``rule.count`` says how many a protocol hangs.
    """
    return [v for v in judged_priors(current, candidates, rule) if v.step is not None]


def judged_priors(current: StudySummary, candidates: Sequence[S], rule: PriorsRule) -> list[PriorVerdict[S]]:
    """Every candidate with its verdict: the relevant ones first and best first, then those left out."""
    verdicts = [_judged(current, c, rule) for c in _without_repeats(candidates)]
    newest_last = sorted(
        verdicts, key=lambda v: (v.study.moment, v.study.study_uid), reverse=rule.order == "most_recent"
    )
    return sorted(newest_last, key=lambda v: len(rule.prefer) if v.step is None else v.step)


def _without_repeats(candidates: Sequence[S]) -> list[S]:
    """One of each study, the same one in whatever order they come."""
    unique: dict[str, S] = {}
    for study in sorted(candidates, key=lambda s: (s.study_uid, s.patient_key, s.moment, s.description)):
        unique.setdefault(study.study_uid, study)
    return list(unique.values())


def _judged(current: StudySummary, candidate: S, rule: PriorsRule) -> PriorVerdict[S]:
    if not current.patient_key or candidate.patient_key != current.patient_key:
        return PriorVerdict(candidate, None, "it is not known to be this patient's", is_foreign=True)
    if reason := _untimely(current, candidate, rule):
        return PriorVerdict(candidate, None, reason)
    for step, preference in enumerate(rule.prefer):
        if all(_SAME[word](current, candidate) for word in preference.same):
            return PriorVerdict(candidate, step, _why(candidate, preference))
    return PriorVerdict(candidate, None, "it shows something else")


def _untimely(current: StudySummary, candidate: StudySummary, rule: PriorsRule) -> str:
    if candidate.study_uid == current.study_uid:
        return "it is the current study itself"
    if current.day is None or candidate.day is None:
        return ""
    if candidate.day > current.day or (candidate.day == current.day and _is_later(candidate, current)):
        return "it is later than the current study"
    if rule.max_age_days is not None and (current.day - candidate.day).days > rule.max_age_days:
        return f"it is older than {rule.max_age_days} days"
    return ""


def _is_later(candidate: StudySummary, current: StudySummary) -> bool:
    """By the time of day; when one is unknown, neither is later."""
    return bool(candidate.time and current.time) and candidate.moment > current.moment


def _why(candidate: StudySummary, preference: Preference) -> str:
    words = [_WORDS[word] for word in preference.same if _WORDS[word]]
    return f"same {' and '.join(words) or 'patient'}, {day_text(candidate.day)}"


def _same_modality(a: StudySummary, b: StudySummary) -> bool:
    return bool(set(a.image_modalities) & set(b.image_modalities))


def _same_family(a: StudySummary, b: StudySummary) -> bool:
    return any(family & set(a.image_modalities) and family & set(b.image_modalities) for family in _FAMILIES)


def _same_region(a: StudySummary, b: StudySummary) -> bool:
    return bool(set(a.regions) & set(b.regions))


def _compatible_region(a: StudySummary, b: StudySummary) -> bool:
    """Also where one of them does not say what it shows."""
    return _same_region(a, b) or not a.regions or not b.regions


def _same_laterality(a: StudySummary, b: StudySummary) -> bool:
    return a.side == b.side


def _compatible_laterality(a: StudySummary, b: StudySummary) -> bool:
    """Only left against right is a contradiction."""
    return {a.side, b.side} != {"L", "R"}


def _same_description(a: StudySummary, b: StudySummary) -> bool:
    return bool(tokens(a.description)) and tokens(a.description) == tokens(b.description)


_SAME: MappingProxyType[str, Callable[[StudySummary, StudySummary], bool]] = MappingProxyType(
    {
        "modality": _same_modality,
        "modality_family": _same_family,
        "body_region": _same_region,
        "body_region_compatible": _compatible_region,
        "laterality": _same_laterality,
        "laterality_compatible": _compatible_laterality,
        "description": _same_description,
        "any": lambda a, b: True,  # noqa: ARG005
    }
)
_WORDS = MappingProxyType(
    {
        "modality": "modality",
        "modality_family": "kind of imaging",
        "body_region": "body region",
        "body_region_compatible": "",
        "laterality": "side",
        "laterality_compatible": "",
        "description": "examination",
        "any": "",
    }
)
