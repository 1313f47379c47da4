"""Presentation states in a viewport: offered, applied and taken off; what the reader does comes after what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.hanging_studies import a_display_set, a_stack
from workstation.dicom.display_shutter import DisplayShutter
from workstation.dicom.header import PixelDescription
from workstation.dicom.image_scope import ImageScope
from workstation.dicom.presentation_state import DisplayedArea, PresentationState, SoftcopyVoi
from workstation.dicom.voi import Window
from workstation.imaging.placement import Presentation, ViewTransform, fit_placement
from workstation.viewing.actions import Fit, Invert, NoState, Reset, Rotate, StepState, ToggleOverlays, ToggleShutter
from workstation.viewing.annotations import AnnotationLevel, annotations_of, offered_text
from workstation.viewing.viewport_state import ViewportState

_PIXEL = PixelDescription(bits_stored=12, windows=(Window(35, 90), Window(600, 3000)))
CT = ViewportState(a_display_set(a_stack("1", 1, images=5, pixel=_PIXEL)), index=2)
UIDS = [frame.sop_uid for frame in CT.display_set.frames]
ALL = ImageScope()


def a_state(*images: str, label: str = "ONE", date: str = "20240101", **more: Any) -> PresentationState:
    """A state for these images, by default for the one that is shown."""
    scope = ImageScope(tuple((uid, frozenset[int]()) for uid in images or (UIDS[2],)))
    voi = SoftcopyVoi(ALL, (Window(1000, 500),))
    return PresentationState(
        "9", "1", is_colour=False, images=scope, label=label, date=date, **{"vois": (voi,), **more}
    )


def test_states_are_offered_newest_first_and_never_applied_by_themselves() -> None:
    old, new, foreign = a_state(date="20230101"), a_state(label="TWO"), a_state("1.2.3")
    state = CT.offering([old, foreign, new])
    assert state.offered == (new, old)
    assert state.applied is None
    assert state.shown == CT.presentation
    assert offered_text(len(state.offered)) == "2 presentation states"
    assert "2 presentation states" in annotations_of(state, AnnotationLevel.FULL).bottom_left
    assert offered_text(0) == ""


def test_the_next_one_is_applied_and_after_the_last_one_none() -> None:
    first, second = a_state(label="NEW", date="20240102"), a_state()
    state = CT.offering([first, second])
    seen = []
    for _ in range(4):
        state = StepState().on(state)
        seen.append(state.applied)
    assert seen == [first, second, None, first]
    assert StepState().on(CT) == CT


def test_the_states_window_is_the_one_that_is_dragged_and_numbered() -> None:
    state = StepState().on(CT.offering([a_state()]))
    assert state.window() == Window(1000, 500)
    assert state.presets[0].voi == Window(1000, 500)
    dragged = state.windowed_by(100, 0)
    assert dragged.presentation.window is not None
    assert dragged.window() != Window(1000, 500)
    assert dragged.applied is state.applied
    assert Reset().on(dragged).window() == Window(1000, 500)


def test_what_the_reader_had_comes_back_when_the_state_is_taken_off() -> None:
    own = CT.with_window(Window(70, 20)).zoomed(3).panned(0.1, 0.2)
    applied = StepState().on(own.offering([a_state(rotate_quarter=1), a_state(date="2020")]))
    assert applied.presentation == Presentation(rotate_quarter=1)
    second = StepState().on(applied.with_window(Window(5, 5)))
    back = NoState().on(second)
    assert back.presentation == own.presentation
    assert (back.zoom, back.pan) == (own.zoom, own.pan)
    assert NoState().on(back) == back


def test_pictures_that_the_state_does_not_mean_are_shown_as_they_are() -> None:
    state = StepState().on(CT.offering([a_state()])).scrolled(1)
    assert state.applied_here is None
    assert state.shown.applied is None
    assert state.window() == Window(35, 90)
    assert annotations_of(state, AnnotationLevel.OFF).state == "Not in presentation state ONE"
    assert annotations_of(state.scrolled(-1), AnnotationLevel.OFF).state == "Presentation state ONE"
    assert annotations_of(CT, AnnotationLevel.FULL).state == ""


def test_who_made_it_and_what_is_missing_of_it_is_said() -> None:
    state = StepState().on(CT.offering([a_state(creator="Doe, Jane", notes=("2 graphics cannot be drawn",))]))
    texts = annotations_of(state, AnnotationLevel.FULL)
    assert any("Doe, Jane" in line and "2024" in line for line in texts.bottom_left)
    assert "2 graphics cannot be drawn" in texts.notices


def test_an_images_own_broken_overlays_are_said_too() -> None:
    headers = [replace(header, not_shown=("overlay 6000 is damaged",)) for header in a_stack("1", 1, images=2)]
    state = ViewportState(a_display_set(headers))
    assert "Overlay 6000 is damaged" in annotations_of(state, AnnotationLevel.MINIMAL).notices


def test_inverting_toggles_and_slices_are_turned_by_the_state_only() -> None:
    state = StepState().on(CT.offering([a_state(rotate_quarter=1, flip=True, presentation_shape="INVERSE")]))
    assert (state.presentation.rotate_quarter, state.presentation.flip) == (1, True)
    assert Rotate(1).on(state) == state  # a slice: the reader may not turn it
    inverted = Invert().on(state)
    assert inverted.presentation.invert
    assert Invert().on(inverted) == state


AREA = DisplayedArea(ALL, 100, 100, 300, 200)  # 200 × 100 pixels of 512 × 512


def test_the_displayed_area_is_fitted_and_can_be_left() -> None:
    state = StepState().on(CT.offering([a_state(areas=(AREA,))]))
    placement = state.placement(1000, 800)
    view = ViewTransform(512, 512, state.presentation, placement)
    assert placement.zoom == 5
    assert view.to_device(200, 150) == (500, 400)
    assert state.displayed_area(1000, 800) == (0, 150, 1000, 500)
    whole = Fit().on(state)
    assert whole.placement(1000, 800) == fit_placement(512, 512, 1000, 800)
    assert Reset().on(whole).placement(1000, 800) == placement


@given(st.floats(0.2, 5), st.floats(-0.3, 0.3), st.floats(-0.3, 0.3), st.integers(0, 3), st.booleans())
def test_zooming_and_panning_begin_at_the_area(factor: float, dx: float, dy: float, quarter: int, flip: bool) -> None:
    turned = a_state(areas=(AREA,), rotate_quarter=quarter, flip=flip)
    state = StepState().on(CT.offering([turned]))
    moved = state.zoomed(factor)
    view = ViewTransform(512, 512, moved.presentation, moved.placement(1000, 800))
    assert view.to_device(200, 150) == pytest.approx((500, 400), abs=1.0)
    panned = state.panned(dx, dy)
    view = ViewTransform(512, 512, panned.presentation, panned.placement(1000, 800))
    assert view.to_device(200, 150) == pytest.approx((500 + dx * 1000, 400 + dy * 800), abs=1.0)


def test_one_to_one_is_one_to_one() -> None:
    state = StepState().on(CT.offering([a_state(areas=(AREA,))]))
    assert state.one_to_one(1000, 800).placement(1000, 800).zoom == 1.0


def test_true_size_is_said_to_be_unknown() -> None:
    true = replace(AREA, mode="TRUE SIZE", size=0.5)
    state = StepState().on(CT.offering([a_state(areas=(true,))]))
    assert "True size is not known on this display" in annotations_of(state, AnnotationLevel.MINIMAL).notices


def test_shutter_and_overlays_can_be_hidden_and_it_is_said() -> None:
    state = StepState().on(CT.offering([a_state(shutter=DisplayShutter(rectangle=(1, 5, 1, 5)))]))
    assert state.shown_header.shutter is not None
    lifted = ToggleShutter().on(state)
    assert lifted.shown.hides_shutter
    assert "Shutter off" in annotations_of(lifted, AnnotationLevel.FULL).bottom_left
    hidden = ToggleOverlays().on(lifted)
    assert hidden.shown.hides_overlays
    assert "Overlays and graphics hidden" in annotations_of(hidden, AnnotationLevel.FULL).bottom_left
    assert Reset().on(hidden) == state
    assert "Shutter off" not in annotations_of(ToggleShutter().on(CT), AnnotationLevel.FULL).bottom_left


def test_quantities_are_measured_with_the_images_own_rescale() -> None:
    state = StepState().on(CT.offering([a_state(rescale=(7.0, 3.0))]))
    assert state.shown_header.pixel.rescale_slope == 7.0
    assert state.header.pixel.rescale_slope == 1.0
