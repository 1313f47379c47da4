"""One viewport: what its moves do, and what they never do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.hanging_studies import a_display_set, a_projection, a_stack
from workstation.dicom.header import PixelDescription
from workstation.dicom.voi import Window
from workstation.hanging.hung import HungViewport
from workstation.imaging.placement import Presentation, ViewTransform, fit_placement
from workstation.viewing.viewport_state import ViewportState, hung_state

_HEAD_WINDOW = PixelDescription(windows=(Window(35, 90), Window(600, 3000)))
CT = ViewportState(a_display_set(a_stack("1", 1, images=30, pixel=_HEAD_WINDOW)), index=15)
DX = ViewportState(a_display_set(a_projection("2", 1, "PA", rows=300, columns=200)))
_shares = st.floats(-1.5, 1.5)


@given(st.integers(-100, 100), st.integers(-100, 100))
def test_scrolling_stops_at_the_ends(steps: int, index: int) -> None:
    assert 0 <= CT.scrolled(steps).index < CT.count
    assert CT.at(index).index == min(max(index, 0), 29)


def test_playing_goes_round() -> None:
    assert CT.at(29).played().index == 0
    assert CT.at(0).played(-1).index == 29


@given(st.floats(0.05, 20), st.floats(0.2, 0.8), st.floats(0.2, 0.8), st.sampled_from(["", "left", "right"]))
def test_zooming_keeps_the_point_under_the_hand(factor: float, x: float, y: float, wall: str) -> None:
    state = replace(CT, chest_wall=wall)
    zoomed = state.zoomed(factor, (x, y))
    before, after = (ViewTransform(512, 512, s.presentation, s.placement(1000, 800)) for s in (state, zoomed))
    there = before.to_image(x * 1000, y * 800)
    if all(100 < place < 412 for place in there):  # else the image may be held back at the border of the viewport
        assert after.to_device(*there) == pytest.approx((x * 1000, y * 800), abs=2.0 * max(factor, 1))


@given(_shares, _shares)
def test_panning_moves_by_shares_and_back(dx: float, dy: float) -> None:
    zoomed = CT.zoomed(8)
    back = zoomed.panned(dx, dy).panned(-dx, -dy)
    assert back.pan == pytest.approx(zoomed.pan)
    far = CT.panned(dx * 100, dy * 100).placement(1000, 800)
    assert far.x < 1000
    assert far.x + 512 * far.zoom > 0
    assert far.y < 800
    assert far.y + 512 * far.zoom > 0


def test_fit_is_what_imaging_calls_fit() -> None:
    assert CT.is_fit
    assert CT.placement(1000, 800) == fit_placement(512, 512, 1000, 800)
    moved = CT.zoomed(2).panned(0.1, 0.1)
    assert not moved.is_fit
    assert moved.fitted() == CT


def test_one_to_one_is_one_to_one() -> None:
    assert CT.one_to_one(1000, 800).placement(1000, 800).zoom == pytest.approx(1.0)


@pytest.mark.parametrize(("wall", "x"), [("left", 0.0), ("right", 1000 - 200 * 800 / 300), ("", 233.0)])
def test_the_chest_wall_lies_at_its_edge_also_when_zoomed(wall: str, x: float) -> None:
    state = replace(DX, chest_wall=wall)
    assert state.placement(1000, 800).x == pytest.approx(x, abs=0.7)
    if wall:
        zoomed = state.zoomed(1.3, (0.0 if wall == "left" else 1.0, 0.5)).placement(1000, 800)
        edge = zoomed.x if wall == "left" else zoomed.x + 200 * zoomed.zoom
        assert edge == pytest.approx(0 if wall == "left" else 1000, abs=0.1)


def test_dragging_right_widens_and_up_brightens() -> None:
    window = CT.windowed_by(40, 0).window()
    assert window is not None
    assert window.width > 90
    assert window.center == 35
    brighter = CT.windowed_by(0, -40).window()
    assert brighter is not None
    assert brighter.center < 35
    darker_when_inverted = CT.inverted().windowed_by(0, -40).window()
    assert darker_when_inverted is not None
    assert darker_when_inverted.center > 35


@given(st.floats(-3000, 3000), st.floats(-3000, 3000))
def test_a_dragged_window_stays_usable_and_undoes(dx: float, dy: float) -> None:
    there = CT.windowed_by(dx, dy)
    window = there.window()
    assert window is not None
    assert window.width >= 1
    back = CT.windowed_by(0, dy).windowed_by(0, -dy).window()
    assert back is not None
    assert back.center == pytest.approx(35)


def test_an_image_without_a_window_is_dragged_from_the_automatic_one() -> None:
    assert DX.windowed_by(10, 10) is DX
    window = DX.windowed_by(100, 0, base=Window(2000, 1000)).window()
    assert window is not None
    assert window.width > 1000


def test_presets_by_number_and_name() -> None:
    assert CT.with_preset(2).window() == Window(600, 3000)
    assert CT.with_preset(3).presentation.window == CT.with_preset_named("brain").presentation.window
    assert CT.with_preset(99) is CT
    assert CT.with_preset(0) is CT
    assert CT.with_preset_named("NONE") is CT


def test_slices_cannot_be_turned_or_mirrored() -> None:
    assert not CT.can_be_turned
    assert CT.rotated() is CT
    assert CT.flipped() is CT


def _seen(state: ViewportState) -> list[tuple[float, float]]:
    """Where two corners of the image are seen, by their signs from the middle of the viewport."""
    view = ViewTransform(300, 200, state.presentation, state.placement(1000, 1000))
    points = (view.to_device(0, 0), view.to_device(200, 0))
    return [(1 if x > 500 else -1, 1 if y > 500 else -1) for x, y in points]


@given(st.lists(st.sampled_from(["R", "L", "H", "V"]), max_size=8))
def test_turning_and_mirroring_act_on_what_is_seen(moves: list[str]) -> None:
    seen, state = _seen(DX), DX
    for move in moves:
        before = _seen(state)
        state = {
            "R": lambda s: s.rotated(1),
            "L": lambda s: s.rotated(-1),
            "H": lambda s: s.flipped(),
            "V": lambda s: s.flipped(top_to_bottom=True),
        }[move](state)
        turned = {
            "R": lambda x, y: (-y, x),
            "L": lambda x, y: (y, -x),
            "H": lambda x, y: (-x, y),
            "V": lambda x, y: (x, -y),
        }
        assert _seen(state) == [turned[move](x, y) for x, y in before]
    assert _seen(state.reset()) == seen


def test_reset_goes_back_to_how_it_was_hung_and_keeps_the_slice() -> None:
    viewport = HungViewport(
        "a",
        "diagnostic:1",
        (0, 0, 1, 1),
        CT.display_set,
        "1",
        "1.1",
        "AXIAL",
        "current",
        "why",
        voi="BRAIN",
        is_mirrored=False,
    )
    hung = hung_state(viewport)
    assert hung is not None
    assert hung.index == 15
    assert hung.window() == Window(40, 80)
    changed = hung.scrolled(3).inverted().zoomed(3).with_preset(2)
    assert changed.reset() == hung.scrolled(3)
    assert hung_state(replace(viewport, display_set=None)) is None
    first = hung_state(replace(viewport, start="first", is_mirrored=True, voi="NONE"))
    assert first is not None
    assert (first.index, first.presentation) == (0, Presentation(flip=True))


def test_a_growing_series_keeps_the_picture_shown() -> None:
    few = a_display_set(a_stack("1", 1, images=10, start_mm=50))
    shown = ViewportState(few, index=0)
    full = a_display_set([*a_stack("1", 1, images=30)])
    moved = replace(few.instances[0], sop_uid=full.instances[10].sop_uid)
    there = replace(
        few,
        instances=(moved, *few.instances[1:]),
        frames=(replace(few.frames[0], sop_uid=moved.sop_uid), *few.frames[1:]),
    )
    assert replace(shown, display_set=there).grown_to(full).index == 10
    assert shown.grown_to(few) is shown


def test_repr_names_no_patient() -> None:
    assert "SYN-1" not in repr(CT)
