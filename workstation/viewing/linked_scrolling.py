"""Scrolling several series together.

Series of one frame of reference and one direction follow by position on the table. Others keep the distance they had
when they were linked: in mm where both have positions, else in pictures. Series that run in different directions
(axial and coronal) are not scrolled by one another.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from workstation.dicom.display_sets import DisplaySet
from workstation.dicom.orientation import angle_deg
from workstation.viewing.viewport_state import ViewportState

_PARALLEL_DEG = 15.0


@dataclass(frozen=True)
class Anchor:
    """Pictures of two series that were beside each other when they were linked."""

    leader_index: int
    follower_index: int


def followed(leader: ViewportState, follower: ViewportState, anchor: Anchor) -> ViewportState:
    """``follower`` after ``leader`` has been scrolled to where it is.

    Parameters
    ----------
    anchor
        What lay beside what when the two were linked.
    """
    if not are_scrolled_together(leader.display_set, follower.display_set):
        return follower
    wanted_mm = _wanted_position(leader, follower, anchor)
    if wanted_mm is None:
        return follower.at(anchor.follower_index + leader.index - anchor.leader_index)
    return follower.at(nearest_index(follower.display_set, wanted_mm))


def are_scrolled_together(a: DisplaySet, b: DisplaySet) -> bool:
    """Both are stacks, and run in the same direction as far as that is known."""
    if len(a.frames) < 2 or len(b.frames) < 2:
        return False
    if a.is_at_one_place != b.is_at_one_place:
        return False
    normals = (_normal(a), _normal(b))
    if normals[0] is None or normals[1] is None:
        return a.plane == b.plane
    return angle_deg(normals[0], normals[1]) <= _PARALLEL_DEG


def index_beside(state: ViewportState, display_set: DisplaySet) -> int | None:
    """The picture of ``display_set`` at the place of the patient that ``state`` shows; None when that is not known."""
    here = _position(state.display_set, state.index)
    if here is None or display_set.is_at_one_place or not share_positions(state.display_set, display_set):
        return None
    if not are_scrolled_together(state.display_set, display_set) or _position(display_set, 0) is None:
        return None
    return nearest_index(display_set, here * _direction(state.display_set, display_set))


def share_positions(a: DisplaySet, b: DisplaySet) -> bool:
    """A position in one means the same place of the patient in the other."""
    return bool(a.frame_of_reference) and a.frame_of_reference == b.frame_of_reference


def nearest_index(display_set: DisplaySet, position_mm: float) -> int:
    """The picture whose position is nearest; of two equally near, the first. Pictures are sorted by position.

    Raises
    ------
    ValueError
        When no picture has a position.
    """
    places = [(f.position_mm, n) for n, f in enumerate(display_set.frames) if f.position_mm is not None]
    if not places:
        raise ValueError("the display set has no positions")
    at = bisect_left(places, (position_mm, -1))
    around = places[max(at - 1, 0) : at + 1]
    return min(around, key=lambda place: (abs(place[0] - position_mm), place[1]))[1]


def anchors_of(states: Mapping[str, ViewportState]) -> dict[tuple[str, str], Anchor]:
    """What lies beside what now, for every ordered pair of viewports."""
    return {
        (leader, follower): Anchor(states[leader].index, states[follower].index)
        for leader in states
        for follower in states
        if leader != follower
    }


def _wanted_position(leader: ViewportState, follower: ViewportState, anchor: Anchor) -> float | None:
    """Where in its own positions the follower should be, in mm; None when positions do not decide."""
    now = _position(leader.display_set, leader.index)
    if now is None or leader.display_set.is_at_one_place:
        return None
    direction = _direction(leader.display_set, follower.display_set)
    if share_positions(leader.display_set, follower.display_set):
        return now * direction if _position(follower.display_set, follower.index) is not None else None
    before = _position(leader.display_set, anchor.leader_index)
    beside = _position(follower.display_set, anchor.follower_index)
    return None if before is None or beside is None else beside + (now - before) * direction


def _direction(a: DisplaySet, b: DisplaySet) -> float:
    """1 when the positions of both grow the same way, -1 when they run against each other."""
    one, other = _normal(a), _normal(b)
    if one is None or other is None:
        return 1.0
    return 1.0 if sum(x * y for x, y in zip(one, other, strict=True)) >= 0 else -1.0


def _position(display_set: DisplaySet, index: int) -> float | None:
    if not 0 <= index < len(display_set.frames):
        return None
    return display_set.frames[index].position_mm


def _normal(display_set: DisplaySet) -> tuple[float, float, float] | None:
    return display_set.header_at(0).normal if display_set.frames else None
