"""Reformats as the viewport has them: where the reader is stays, nothing is taken for an acquired image, and back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.hanging_studies import a_display_set, a_projection, a_stack, ct_head, reading_room
from tests.helpers.volume_phantoms import display_set_of, stack_headers
from workstation.dicom.header import PixelDescription
from workstation.dicom.voi import Window
from workstation.hanging.engine import hang
from workstation.hanging.protocol_files import load_protocols
from workstation.imaging.errors import CannotReformat
from workstation.imaging.placement import Presentation
from workstation.imaging.slab import Projection, Slab
from workstation.viewing.actions import (
    GoTo,
    NextProjection,
    Reset,
    Scroll,
    ShowAcquired,
    ShowReformat,
    StepSeries,
    ThickenSlab,
    TurnPlanes,
    Zoom,
)
from workstation.viewing.annotations import AnnotationLevel, annotations_of
from workstation.viewing.case_view import CaseView, open_view
from workstation.viewing.reformat import ReformattedSet, acquired, acquired_set, mark_of, reformatted, regrown
from workstation.viewing.viewport_state import ViewportState

_WINDOWED = PixelDescription(windows=(Window(35, 90),))
STATE = ViewportState(a_display_set(a_stack("1", 1, images=30, pixel=_WINDOWED)), index=21)
CURRENT, PRIOR = ct_head("1.1", "20240610"), ct_head("1.2", "20230610")
A, B = "compare/current", "compare/prior"


def _set(state: ViewportState) -> ReformattedSet:
    assert isinstance(state.display_set, ReformattedSet)
    return state.display_set


def test_a_reformat_goes_through_the_middle_of_what_was_seen_and_back_to_it() -> None:
    for name in ("AXIAL", "CORONAL", "SAGITTAL"):
        state = reformatted(STATE, name)
        assert state.display_set.plane == name
        assert acquired(state).index == 21
        assert acquired(state).display_set is STATE.display_set
    assert reformatted(STATE, "AXIAL").header.position == STATE.header.position
    coronal = reformatted(STATE, "CORONAL").scrolled(40)
    sagittal = reformatted(coronal, "SAGITTAL").scrolled(-11)
    assert reformatted(sagittal, "CORONAL").index == coronal.index
    assert reformatted(reformatted(sagittal, "AXIAL").scrolled(2), "SAGITTAL").index == sagittal.index
    assert acquired(sagittal).index == 21
    assert acquired(reformatted(STATE, "AXIAL").at(3)).index == 3


def test_it_is_a_stack_like_any_other() -> None:
    state = reformatted(STATE, "CORONAL")
    assert state.count == 512
    places = [frame.position_mm for frame in state.display_set.frames]
    assert places == sorted(places)
    assert len({frame.sop_uid for frame in state.display_set.frames}) == 512
    first, last = state.at(0).header, state.at(511).header
    assert first.position != last.position
    assert first.sop_uid != STATE.display_set.instances[0].sop_uid
    assert (first.rows, first.columns) == (30, 512)
    assert first.spacing == (5.0, 0.5)
    assert first.pixel_aspect == 10
    assert state.header.frame_of_reference == STATE.header.frame_of_reference
    assert not state.can_be_turned
    assert state.window() == Window(35, 90)


def test_what_the_reader_has_set_stays() -> None:
    state = replace(STATE, presentation=Presentation(Window(600, 3000), invert=True))
    shown = reformatted(state, "SAGITTAL")
    assert shown.presentation == Presentation(Window(600, 3000), invert=True)
    assert shown.is_fit
    moved = shown.zoomed(3).panned(0.1, 0.2)
    thicker = ThickenSlab(1).on(moved)
    assert (thicker.zoom, thicker.pan) == (moved.zoom, moved.pan)
    assert Reset().on(thicker).display_set is thicker.display_set


@pytest.mark.parametrize("level", AnnotationLevel)
def test_it_is_always_marked(level: AnnotationLevel) -> None:
    state = ThickenSlab(1).on(ThickenSlab(1).on(reformatted(STATE, "CORONAL")))
    assert annotations_of(state, level).mark == "REFORMATTED CORONAL · MIP 5 mm"
    assert annotations_of(NextProjection().on(state), level).mark == "REFORMATTED CORONAL · MinIP 5 mm"
    assert annotations_of(STATE, level).mark == ""
    assert mark_of(TurnPlanes(5).on(reformatted(STATE, "AXIAL")).display_set) == "REFORMATTED OBLIQUE"


def test_its_letters_are_its_own() -> None:
    letters = annotations_of(reformatted(STATE, "SAGITTAL"), AnnotationLevel.FULL).letters
    assert (letters.left, letters.right, letters.top, letters.bottom) == ("A", "P", "H", "F")
    turned = annotations_of(TurnPlanes(10).on(reformatted(STATE, "CORONAL")), AnnotationLevel.FULL).letters
    assert (turned.left, turned.right) == ("RA", "LP")


def test_the_key_goes_through_all_and_back() -> None:
    state, seen = STATE, []
    for _ in range(4):
        state = ShowReformat().on(state)
        seen.append(state.display_set.plane if mark_of(state.display_set) else "acquired")
    assert seen == ["AXIAL", "CORONAL", "SAGITTAL", "acquired"]
    oblique = TurnPlanes(5).on(reformatted(STATE, "AXIAL"))
    assert ShowReformat().on(oblique).display_set is STATE.display_set
    assert ShowAcquired().on(STATE) is STATE


def test_acquired_images_become_slabs_and_turn_in_their_own_direction() -> None:
    slab = ThickenSlab(2).on(STATE)
    assert mark_of(slab.display_set) == "REFORMATTED AXIAL · MIP 5 mm" or _set(slab).planes.slab == Slab(5.0)
    assert _set(slab).planes.orientation.name == "AXIAL"
    assert _set(TurnPlanes(5).on(STATE)).plane == "OBLIQUE"
    assert _set(NextProjection().on(slab)).planes.slab.projection is Projection.MINIP


def test_gaps_and_repeats_are_said() -> None:
    origins = [(0, 0, 2.0 * n) for n in (0, 1, 2, 3, 6, 7, 8, 9, 9)]
    state = reformatted(ViewportState(display_set_of(stack_headers(origins))), "CORONAL")
    assert annotations_of(state, AnnotationLevel.MINIMAL).notices == (
        "Black where there are no images: one gap of 4.0 mm",
        "1 of the images left out: another lies at the same place",
    )


def test_what_cannot_be_reformatted_says_why() -> None:
    state = ViewportState(a_display_set(a_projection("2", 1, "PA")))
    for action in (ShowReformat("AXIAL"), ThickenSlab(1), TurnPlanes(5), NextProjection()):
        with pytest.raises(CannotReformat, match="This series cannot be reformatted: its images do not state"):
            action.on(state)


def test_images_that_come_later_join_it() -> None:
    headers = a_stack("1", 1, images=30, pixel=_WINDOWED)
    few = reformatted(ViewportState(a_display_set(headers[:20]), index=10), "CORONAL").at(100)
    grown = regrown(few, a_display_set(headers))
    assert _set(grown).planes.orientation == _set(few).planes.orientation
    assert grown.header.rows == 30
    assert grown.display_set.uid != few.display_set.uid, "no plane of the smaller volume is taken for one of this"
    assert grown.display_set.frames[grown.index].position_mm == few.display_set.frames[few.index].position_mm
    assert regrown(few, acquired_set(few.display_set)) is few


# --- among other viewports


def _view() -> CaseView:
    return open_view(hang(CURRENT, [PRIOR], reading_room(), load_protocols(), stage="compare"), [CURRENT, PRIOR])


def test_others_do_not_follow_into_a_reformat_but_scroll_with_its_planes() -> None:
    view = _view()
    shown = view.apply(ShowReformat("CORONAL"))
    assert shown.states[B] is view.states[B]
    assert mark_of(shown.states[A].display_set)
    assert A in shown.touched
    assert shown.apply(Scroll(3)).states[B] == view.states[B], "coronal and axial do not scroll by one another"
    axial = view.apply(ShowReformat("AXIAL"))
    scrolled = axial.apply(Scroll(4))
    assert scrolled.states[B].index == view.states[B].index + 4
    both = axial.apply(ShowReformat("AXIAL"), B).apply(GoTo(5))
    assert both.states[B].index == 5


def test_series_are_stepped_from_what_was_acquired() -> None:
    view = _view()
    stepped = view.apply(ShowReformat("CORONAL")).apply(StepSeries(1))
    assert stepped.states[A].display_set.uid == view.apply(StepSeries(1)).states[A].display_set.uid


def test_hanging_again_keeps_the_reformat() -> None:
    view = _view().apply(ShowReformat("SAGITTAL")).apply(Zoom(2))
    again = view.rehung(view.hanging, [CURRENT, PRIOR])
    assert again.states[A] == view.states[A]
