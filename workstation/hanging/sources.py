"""What stands behind ``current`` and ``prior:1`` in a protocol: a study of this patient, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workstation.dicom.display_sets import DisplaySet
from workstation.hanging.priors import PriorVerdict, judged_priors
from workstation.hanging.protocol import PriorsRule
from workstation.hanging.study import HangingStudy
from workstation.hanging.trace import TraceLine
from workstation.hanging.wording import dated_study, kind_of_study


@dataclass(frozen=True)
class Source:
    """A study that viewports take their images from.

    Attributes
    ----------
    study
        None when there is none.
    display_sets
        Its hangable display sets; empty while none has arrived.
    why_empty
        What an empty viewport says.
    """

    study: HangingStudy | None
    display_sets: tuple[DisplaySet, ...]
    why_empty: str


def current_source(study: HangingStudy) -> Source:
    """The study being read."""
    return Source(study, study.hangable(), "no images of this study are here yet")


def prior_sources(
    current: HangingStudy, candidates: Sequence[HangingStudy], rule: PriorsRule
) -> tuple[Mapping[str, Source], tuple[TraceLine, ...]]:
    """``prior:1`` … as many as the rule wants, and why each candidate was taken or not.

    Studies that are not known to be this patient's, and studies that are here but hold no images, are passed over.
    """
    verdicts = judged_priors(current, candidates, rule)
    taken = [v for v in verdicts if v.step is not None and not _has_come_without_images(v.study)][: rule.count]
    sources = {f"prior:{n}": _prior(v.study) for n, v in enumerate(taken, 1)}
    for n in range(len(taken) + 1, rule.count + 1):
        sources[f"prior:{n}"] = Source(None, (), _why_none(current, verdicts, n_taken=len(taken)))
    return sources, tuple(_line(v, v in taken) for v in verdicts)


def linked_sources(linked: Sequence[HangingStudy]) -> Mapping[str, Source]:
    """``linked:1`` … for the studies read in the same go; the others are empty."""
    there = {f"linked:{n}": current_source(study) for n, study in enumerate(linked, 1)}
    none = Source(None, (), "no other study is read together with this one")
    return {**{f"linked:{n}": none for n in range(1, 10)}, **there}


def _has_come_without_images(study: HangingStudy) -> bool:
    return bool(study.display_sets) and not study.hangable()


def _prior(study: HangingStudy) -> Source:
    return Source(study, study.hangable(), f"the images of the {dated_study(study)} are not here yet")


def _why_none(current: HangingStudy, verdicts: Sequence[PriorVerdict[HangingStudy]], *, n_taken: int) -> str:
    kind = kind_of_study(current)
    text = f"there is no further earlier {kind}" if n_taken else f"there is no earlier {kind} to compare with"
    foreign = sum(v.is_foreign for v in verdicts)
    if foreign:
        held = "1 study was" if foreign == 1 else f"{foreign} studies were"
        text += f"; {held} not taken, because it is not known to be this patient's"
    return text


def _line(verdict: PriorVerdict[HangingStudy], is_taken: bool) -> TraceLine:
    got = "a study" if verdict.is_foreign else dated_study(verdict.study)
    why = verdict.why
    if verdict.step is not None and not is_taken:
        why += "; others come before it" if verdict.study.hangable() else "; it holds no images"
    return TraceLine("earlier studies", "this patient's, comparable and in time", f"{got}: {why}", is_taken)
