"""Series that scroll together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.hanging_studies import a_clip, a_display_set, a_stack
from workstation.viewing.linked_scrolling import Anchor, are_scrolled_together, followed, index_beside, nearest_index
from workstation.viewing.viewport_state import ViewportState

THICK = ViewportState(a_display_set(a_stack("1", 1, thickness=5.0, images=20, frame_of_reference="a")), index=10)
THIN = ViewportState(a_display_set(a_stack("1", 2, thickness=1.0, images=100, frame_of_reference="a")), index=0)
PRIOR = ViewportState(
    a_display_set(a_stack("2", 1, thickness=2.5, images=60, start_mm=800, frame_of_reference="b")), index=20
)
CORONAL = ViewportState(a_display_set(a_stack("1", 3, plane="CORONAL", frame_of_reference="a")), index=3)
CLIPS = [ViewportState(a_display_set(a_clip("3", n, 30)), index=n) for n in (4, 9)]


@given(st.integers(0, 19))
def test_one_frame_of_reference_goes_by_the_position_on_the_table(index: int) -> None:
    assert followed(THICK.at(index), THIN, Anchor(0, 50)).index == min(index * 5, 99)


@given(st.integers(0, 19))
def test_two_frames_of_reference_keep_their_distance_in_mm(index: int) -> None:
    expected = min(max(20 + 2 * (index - 10), 0), 59)
    assert followed(THICK.at(index), PRIOR, Anchor(10, 20)).index == expected


def test_coming_back_from_beyond_the_end_is_where_it_was() -> None:
    anchor = Anchor(10, 58)
    there = followed(THICK.at(19), PRIOR.at(58), anchor)
    assert there.index == 59
    assert followed(THICK.at(10), there, anchor).index == 58


def test_other_directions_do_not_follow() -> None:
    assert followed(THICK.at(0), CORONAL, Anchor(10, 3)) is CORONAL
    assert not are_scrolled_together(THICK.display_set, CORONAL.display_set)


def test_stacks_that_run_against_each_other_meet_at_the_same_place() -> None:
    upside_down = (1.0, 0.0, 0.0, 0.0, -1.0, 0.0)
    against = ViewportState(a_display_set(a_stack("1", 4, images=20, orientation=upside_down, frame_of_reference="a")))
    for index in range(20):
        found = followed(THICK.at(index), against, Anchor(0, 0))
        assert found.header.position == THICK.at(index).header.position


def test_without_positions_pictures_are_counted() -> None:
    assert followed(CLIPS[0].at(10), CLIPS[1], Anchor(4, 9)).index == 15


def test_a_single_picture_stays() -> None:
    single = ViewportState(a_display_set(a_stack("9", 1, images=1)))
    assert followed(THICK.at(3), single, Anchor(0, 0)) is single


@given(st.floats(-100, 300))
def test_nearest_index_is_nearest(position: float) -> None:
    distances = [abs((f.position_mm or 0) - position) for f in THIN.display_set.frames]
    assert distances[nearest_index(THIN.display_set, position)] == pytest.approx(min(distances))


def test_nearest_needs_positions() -> None:
    with pytest.raises(ValueError, match="no positions"):
        nearest_index(CLIPS[0].display_set, 1.0)


def test_the_place_in_the_next_series() -> None:
    assert index_beside(THICK.at(4), THIN.display_set) == 20
    assert index_beside(THICK, PRIOR.display_set) is None
    assert index_beside(THICK, CORONAL.display_set) is None
    assert index_beside(CLIPS[0], CLIPS[1].display_set) is None
