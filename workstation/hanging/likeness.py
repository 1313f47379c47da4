"""How well an earlier series compares with a current one: the question a reader asks of every pair on the screens."""

from __future__ import annotations

from dataclasses import dataclass

from workstation.dicom.display_sets import DisplaySet
from workstation.hanging.codes import laterality_of, view_of
from workstation.hanging.descriptions import kernel_of, sequence_of, tokens
from workstation.hanging.facts import contrast, thickness_mm

_PLANES = frozenset({"AXIAL", "CORONAL", "SAGITTAL", "OBLIQUE"})


@dataclass(frozen=True)
class Likeness:
    """A score, greater for the better comparison, and what is alike in a radiologist's words."""

    score: float
    alike: tuple[str, ...]


def likeness(current: DisplaySet, earlier: DisplaySet) -> Likeness | None:
    """How well ``earlier`` compares with ``current``; None when showing them as a pair would mislead.

    A pair misleads when planes, views, sides or MR weightings are known and differ, or when only one is a localizer
    or only one a projection.
    """
    if _contradict(current, earlier):
        return None
    parts = (
        (8.0 if current.modality == earlier.modality else 0.0, ""),
        (6.0 if _plane(current) and _plane(current) == _plane(earlier) else 0.0, "plane"),
        (6.0 if view_of(current.view) and view_of(current.view) == view_of(earlier.view) else 0.0, "view"),
        (4.0 if _sequence(current) and _sequence(current) == _sequence(earlier) else 0.0, "weighting"),
        (3.0 if contrast(current) == contrast(earlier) else 0.0, _contrast_word(current, earlier)),
        (3.0 if kernel_of(current.description) == kernel_of(earlier.description) else 0.0, ""),
        (3.0 * _closeness(thickness_mm(current), thickness_mm(earlier)), _thickness_word(current, earlier)),
        (4.0 * _shared_words(current, earlier), ""),
        (1.0 * _closeness(len(current.frames), len(earlier.frames)), ""),
        (1.0 if laterality_of(current.laterality) == laterality_of(earlier.laterality) else 0.0, ""),
    )
    return Likeness(sum(score for score, _ in parts), tuple(word for score, word in parts if score > 0 and word))


def _contradict(a: DisplaySet, b: DisplaySet) -> bool:
    return (
        a.is_localizer != b.is_localizer
        or (a.plane == "PROJECTION") != (b.plane == "PROJECTION")
        or _differ(_plane(a), _plane(b))
        or _differ(view_of(a.view), view_of(b.view))
        or _differ(laterality_of(a.laterality), laterality_of(b.laterality))
        or _differ(_sequence(a), _sequence(b))
    )


def _differ(a: str, b: str) -> bool:
    """Both known and not the same."""
    return bool(a and b) and a != b


def _plane(display_set: DisplaySet) -> str:
    return display_set.plane if display_set.plane in _PLANES else ""


def _sequence(display_set: DisplaySet) -> str:
    return sequence_of(display_set.description) if display_set.modality == "MR" else ""


def _contrast_word(a: DisplaySet, b: DisplaySet) -> str:
    return "contrast" if contrast(a) and contrast(b) else ""


def _closeness(a: float | None, b: float | None) -> float:
    """1 for equal, 0 for one many times the other or unknown."""
    if a is None or b is None or min(a, b) <= 0:
        return 0.0
    return min(a, b) / max(a, b)


def _thickness_word(a: DisplaySet, b: DisplaySet) -> str:
    return "thickness" if _closeness(thickness_mm(a), thickness_mm(b)) > 0.8 else ""


def _shared_words(a: DisplaySet, b: DisplaySet) -> float:
    """Share of the words of both descriptions that both have (0 to 1)."""
    words, others = tokens(a.description), tokens(b.description)
    return len(words & others) / len(words | others) if words | others else 0.0
