"""Display shutters: which pixels are seen, what covers the others, and how that follows the image when it is turned."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from calibration.gsdf.display_lut import DisplayLut
from tests.helpers.pixel_objects import as_bytes, image_object
from tests.helpers.presentation_states import gsps, overlay, read_state
from workstation.dicom.dicom_object import open_object
from workstation.dicom.display_shutter import DisplayShutter
from workstation.dicom.header import InstanceHeader
from workstation.foundation.byte_source import BytesSource
from workstation.imaging.decoding import decode_frame
from workstation.imaging.picture import render_native, render_view
from workstation.imaging.placement import Placement, Presentation
from workstation.imaging.shutter import visible_mask

GRAY = 0x8000
RECTANGULAR = {
    "ShutterShape": "RECTANGULAR",
    "ShutterLeftVerticalEdge": 11,
    "ShutterRightVerticalEdge": 30,
    "ShutterUpperHorizontalEdge": 6,
    "ShutterLowerHorizontalEdge": 20,
}
CIRCULAR = {"ShutterShape": "CIRCULAR", "CenterOfCircularShutter": [20, 25], "RadiusOfCircularShutter": 10}


def _header(dataset: Dataset) -> InstanceHeader:
    return open_object(BytesSource(as_bytes(dataset))).header


def _image(**attributes: Any) -> Dataset:
    pixels = np.full((40, 50), 200, dtype="u1")
    return image_object(pixels, modality="XA", ShutterPresentationValue=GRAY, **attributes)


def test_edges_belong_to_what_is_seen() -> None:
    mask = visible_mask(DisplayShutter(rectangle=(11, 30, 6, 20)), 40, 50)
    rows, columns = np.nonzero(mask)
    assert (rows.min() + 1, rows.max() + 1, columns.min() + 1, columns.max() + 1) == (6, 20, 11, 30)
    assert mask.sum() == 15 * 20


def test_a_circle_is_round_where_it_is_seen() -> None:
    square = visible_mask(DisplayShutter(circle=(20, 25, 10)), 40, 50)
    assert square[:, 24].sum() == square[19].sum() == 21
    tall = visible_mask(DisplayShutter(circle=(20, 25, 10)), 40, 50, 2.0)  # pixels twice as high as wide
    assert (tall[19].sum(), tall[:, 24].sum()) == (21, 11)


def test_all_shapes_together_cover_what_any_of_them_covers() -> None:
    shapes: dict[str, Any] = {
        "rectangle": (11, 30, 6, 20),
        "circle": (15, 20, 9),
        "polygon": ((1, 1), (40, 20), (1, 50)),
    }
    together = visible_mask(DisplayShutter(**shapes), 40, 50)
    each = [visible_mask(DisplayShutter(**{name: value}), 40, 50) for name, value in shapes.items()]
    assert np.array_equal(together, np.logical_and.reduce(each))
    assert 0 < together.sum() < min(mask.sum() for mask in each)


corners = st.lists(st.tuples(st.integers(-10, 50), st.integers(-10, 60)), min_size=3, max_size=8)


@settings(max_examples=80, deadline=None)
@given(corners)
def test_a_polygon_covers_what_lies_outside_by_the_even_odd_rule(vertices: list[tuple[int, int]]) -> None:
    mask = visible_mask(DisplayShutter(polygon=tuple(vertices)), 40, 50)
    for row, column in np.random.default_rng(3).integers((1, 1), (41, 51), (60, 2)).tolist():
        assert mask[row - 1, column - 1] == _is_inside(vertices, row, column)


def _is_inside(vertices: list[tuple[int, int]], row: int, column: int) -> bool:
    """By counting crossings of a ray to the right, in whole numbers."""
    inside = False
    for (r0, c0), (r1, c1) in zip(vertices, [*vertices[1:], vertices[0]], strict=True):
        cross = (c1 - c0) * (row - r0) - (r1 - r0) * (column - c0)
        if cross == 0 and min(r0, r1) <= row <= max(r0, r1) and min(c0, c1) <= column <= max(c0, c1):
            return True
        if (r0 > row) != (r1 > row) and (cross > 0) == (r1 < r0):
            inside = not inside
    return inside


def test_a_rectangle_as_polygon_is_the_rectangle() -> None:
    polygon = DisplayShutter(polygon=((6, 11), (6, 30), (20, 30), (20, 11)))
    rectangle = DisplayShutter(rectangle=(11, 30, 6, 20))
    assert np.array_equal(visible_mask(polygon, 40, 50), visible_mask(rectangle, 40, 50))


def test_an_images_own_shutter_is_applied_and_can_be_lifted() -> None:
    dataset = _image(WindowCenter=128, WindowWidth=256, **RECTANGULAR)
    frame, header = decode_frame(as_bytes(dataset)), _header(dataset)
    covered = render_native(frame, header)
    assert covered[0, 0] == round(GRAY / 257)
    assert covered[10, 20] == 200
    lifted = render_native(frame, header, Presentation(hides_shutter=True))
    assert (lifted == 200).all()


def test_what_covers_passes_through_the_displays_table_only() -> None:
    """Neither a window nor an inversion touches it; the table of the display does."""
    dataset = _image(WindowCenter=10, WindowWidth=5, **RECTANGULAR)
    frame, header = decode_frame(as_bytes(dataset)), _header(dataset)
    curve = DisplayLut(np.rint(255 * (np.arange(4096) / 4095) ** 2).astype(np.uint8))
    expected = int(curve.drive(np.array([GRAY], dtype=np.uint16))[0])
    for presentation in (Presentation(), Presentation(invert=True)):
        assert render_native(frame, header, presentation, display_lut=curve)[0, 0] == expected
        assert render_view(frame, header, presentation, Placement(2.0), (100, 80), curve)[0, 0] == expected
    assert render_native(frame, header, bits=16)[0, 0] == GRAY


@pytest.mark.parametrize("zoom", [1.0, 2.0, 5.0])
@pytest.mark.parametrize(("quarters", "flip"), [(0, False), (1, False), (2, True), (3, True)])
def test_the_edge_is_hard_and_turns_with_the_image(zoom: float, quarters: int, flip: bool) -> None:
    dataset = _image(WindowCenter=128, WindowWidth=256, **CIRCULAR)
    frame, header = decode_frame(as_bytes(dataset)), _header(dataset)
    presentation = Presentation(rotate_quarter=quarters, flip=flip)
    native = render_native(frame, header, presentation)
    size = (native.shape[1] * int(zoom), native.shape[0] * int(zoom))
    view = render_view(frame, header, presentation, Placement(zoom), size)
    assert set(np.unique(native)) == {round(GRAY / 257), 200}
    assert np.array_equal(view, np.kron(native, np.ones((int(zoom),) * 2, np.uint8)))


def test_colour_is_covered_by_the_colour_stated() -> None:
    dataset = image_object(np.full((40, 50, 3), 90, "u1"), photometric="RGB", modality="XA", **RECTANGULAR)
    dataset.ShutterPresentationValue = 0
    dataset.ShutterPresentationColorCIELabValue = [34911, 53470, 50137]  # sRGB red, encoded
    covered = render_native(decode_frame(as_bytes(dataset)), _header(dataset))
    red, green, blue = covered[0, 0].tolist()
    assert red > 240
    assert max(green, blue) < 40
    assert covered[10, 20].tolist() == [90, 90, 90]


def test_a_bitmap_shutter_covers_where_its_bits_are_set() -> None:
    image = _image(WindowCenter=128, WindowWidth=256)
    bits = np.zeros((40, 50), dtype=bool)
    bits[:, :12] = True
    state = gsps(image, ShutterShape="BITMAP", ShutterOverlayGroup=0x6000, ShutterPresentationValue=GRAY)
    overlay(state, 0x6000, bits)
    shutter = read_state(state).shutter
    assert shutter is not None
    assert np.array_equal(visible_mask(shutter, 40, 50), ~bits)


BROKEN: dict[str, dict[str, Any]] = {
    "two corners of a polygon": {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1, 1, 20, 20]},
    "an odd number of coordinates": {"ShutterShape": "POLYGONAL", "VerticesOfThePolygonalShutter": [1] * 7},
    "a circle without a centre": {"ShutterShape": "CIRCULAR", "RadiusOfCircularShutter": 10},
    "a circle of nothing": {**CIRCULAR, "RadiusOfCircularShutter": 0},
    "edges the wrong way round": {**RECTANGULAR, "ShutterLeftVerticalEdge": 31},
    "a bitmap that is not there": {"ShutterShape": "BITMAP", "ShutterOverlayGroup": 0x6004},
    "a shape nobody knows": {"ShutterShape": "STAR"},
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_shutters_are_left_out_and_said(name: str) -> None:
    state = read_state(gsps(_image(), **BROKEN[name]))
    assert state.shutter is None
    assert any("shutter cannot be used" in note for note in state.notes)
    assert (render_native(decode_frame(as_bytes(_image(**BROKEN[name]))), _header(_image(**BROKEN[name]))) > 0).all()


@settings(max_examples=40, deadline=None)
@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(1, 1e6), corners)
def test_shutters_far_outside_are_no_trouble(x: float, y: float, radius: float, far: list[tuple[int, int]]) -> None:
    polygon = tuple((row * 10_000.0, column * 10_000.0) for row, column in far)
    shutter = DisplayShutter(rectangle=(x, x + radius, y, y + radius), circle=(y, x, radius), polygon=polygon)
    mask: NDArray[np.bool_] = visible_mask(shutter, 40, 50)
    assert mask.shape == (40, 50)


def test_everything_may_be_covered() -> None:
    dataset = _image(**{**RECTANGULAR, "ShutterLeftVerticalEdge": 500, "ShutterRightVerticalEdge": 600})
    frame, header = decode_frame(as_bytes(dataset)), _header(dataset)
    assert np.unique(render_native(frame, header)).tolist() == [round(GRAY / 257)]
    assert np.unique(render_view(frame, header, Presentation(), Placement(2.0), (100, 80))).tolist() == [128]
