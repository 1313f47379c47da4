from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.pixels.processing import apply_color_lut

from calibration.gsdf.display_lut import DisplayLut
from tests.helpers.pixel_objects import as_bytes, image_object
from workstation.dicom.header import InstanceHeader
from workstation.dicom.reading import header_of, read_dataset
from workstation.imaging.decoding import decode_frame
from workstation.imaging.picture import (
    Placement,
    Presentation,
    ViewTransform,
    fit_placement,
    render_native,
    render_view,
)
from workstation.imaging.stored_frame import StoredFrame
from workstation.imaging.voi_lut import Window

GRAY = np.random.default_rng(5).integers(0, 4096, (60, 80)).astype(np.uint16)


def opened(pixels: np.ndarray[Any, Any], **facts: Any) -> tuple[StoredFrame, InstanceHeader]:
    dataset = image_object(pixels, **facts)
    return decode_frame(as_bytes(dataset)), header_of(dataset)


def test_a_view_at_native_size_equals_the_native_picture() -> None:
    frame, header = opened(GRAY, bits_stored=12, WindowCenter=2000, WindowWidth=1500)
    view = render_view(frame, header, Presentation(), Placement(1.0, 10, 5), (120, 90))
    np.testing.assert_array_equal(view[5:65, 10:90], render_native(frame, header))
    view[5:65, 10:90] = 0
    assert not view.any()


@pytest.mark.parametrize(
    "presentation", [Presentation(rotate_quarter=q, flip=f) for q in range(4) for f in (False, True)]
)
def test_turned_views_equal_turned_native_pictures(presentation: Presentation) -> None:
    frame, header = opened(GRAY, bits_stored=12, WindowCenter=2000, WindowWidth=1500)
    native = render_native(frame, header, presentation)
    view = render_view(frame, header, presentation, Placement(1.0, 3, 4), (150, 140))
    np.testing.assert_array_equal(view[4 : 4 + native.shape[0], 3 : 3 + native.shape[1]], native)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3), st.booleans(), st.floats(0.2, 9), st.integers(-300, 200), st.integers(-300, 200))
def test_pixels_lie_where_overlays_expect_them(quarters: int, flip: bool, zoom: float, x: int, y: int) -> None:
    """A bright quarter of an image: its middle, by the transform of the overlays, is bright in the picture."""
    pixels = np.zeros((60, 80), dtype=np.uint16)
    pixels[:30, :40] = 4095
    frame, header = opened(pixels, bits_stored=12)
    presentation, placement = (
        Presentation(Window(2048, 4096), rotate_quarter=quarters, flip=flip),
        Placement(zoom, x, y),
    )
    view = render_view(frame, header, presentation, placement, (200, 160))
    transform = ViewTransform(60, 80, presentation, placement)
    for image_point, expected in (((20, 15), 255), ((60, 45), 0), ((20, 45), 0), ((60, 15), 0), ((-9, -9), 0)):
        across, down = (int(each // 1) for each in transform.to_device(*image_point))
        if 0 <= across < 200 and 0 <= down < 160:
            assert view[down, across] == expected


def test_outside_is_black_even_when_inverted() -> None:
    frame, header = opened(np.zeros((10, 10), dtype=np.uint16), photometric="MONOCHROME1")
    display = DisplayLut(np.full(256, 77, dtype=np.uint8))
    view = render_view(frame, header, Presentation(Window(0, 10)), Placement(2.0, 5, 5), (40, 40), display)
    assert (view[5:25, 5:25] == 77).all()
    assert view.sum() == 77 * 400


@pytest.mark.parametrize("placement", [Placement(2.0, 500, 0), Placement(2.0, 0, -500), Placement(1 / 256, 0, 0)])
def test_an_image_beside_the_viewport_or_smaller_than_a_pixel(placement: Placement) -> None:
    frame, header = opened(GRAY)
    assert render_view(frame, header, Presentation(), placement, (40, 30)).shape == (30, 40)


def test_padding_is_black_in_every_way() -> None:
    pixels = GRAY.astype(np.int16)
    pixels[:, :30] = -2000
    for photometric in ("MONOCHROME1", "MONOCHROME2"):
        for invert in (False, True):
            frame, header = opened(pixels, photometric=photometric, PixelPaddingValue=-2000)
            presentation = Presentation(Window(2000, 3000), invert=invert)
            assert not render_native(frame, header, presentation)[:, :30].any()
            assert not render_view(frame, header, presentation, Placement(3.0), (240, 180))[:, :89].any()


def test_padding_does_not_darken_its_neighbours() -> None:
    pixels = np.full((40, 40), 500, dtype=np.int16)
    pixels[:, 20:] = -32768
    frame, header = opened(pixels, PixelPaddingValue=-32768)
    view = render_view(frame, header, Presentation(Window(500, 2)), Placement(5.0), (200, 200))
    assert set(np.unique(view)) == {0, 255}
    assert (view[:, :100] == 255).all()


def test_an_image_without_a_window_gets_one_on_screen_but_not_in_a_file() -> None:
    pixels = GRAY // 100 + 5
    frame, header = opened(pixels, bits_stored=12, modality="MR")
    assert render_native(frame, header).max() <= 3
    view = render_view(frame, header, Presentation(), Placement(1.0), (80, 60))
    assert (view.min(), view.max()) == (0, 255)


def test_sixteen_bits_and_ddl() -> None:
    frame, header = opened(GRAY, bits_stored=12)
    wide = render_native(frame, header, bits=16)
    assert wide.dtype == np.uint16
    np.testing.assert_array_equal(wide, np.rint(GRAY / 4095 * 65535))
    inverse = DisplayLut(np.arange(255, -1, -1, dtype=np.uint8))
    np.testing.assert_array_equal(render_native(frame, header, display_lut=inverse), 255 - render_native(frame, header))
    for bits, lut in ((12, None), (16, inverse)):
        with pytest.raises(ValueError, match="bits"):
            render_native(frame, header, bits=bits, display_lut=lut)


def test_colour() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (20, 30, 3)).astype(np.uint8)
    frame, header = opened(rgb, photometric="RGB")
    np.testing.assert_array_equal(render_native(frame, header), rgb)
    np.testing.assert_array_equal(render_native(frame, header, Presentation(invert=True)), 255 - rgb)
    assert render_native(frame, header, bits=16).max() == int(rgb.max()) * 257
    view = render_view(frame, header, Presentation(), Placement(1.0, 2, 3), (40, 30))
    np.testing.assert_array_equal(view[3:23, 2:32], rgb)
    assert view.shape == (30, 40, 3)
    assert not view[:3].any()


def test_palette_is_enlarged_by_index() -> None:
    indices = np.array([[0, 1], [2, 3]], dtype=np.uint8)
    facts: dict[str, Any] = {}
    for colour, entries in (("Red", [0, 255, 0, 9]), ("Green", [0, 0, 255, 9]), ("Blue", [0, 0, 0, 255])):
        facts[f"{colour}PaletteColorLookupTableDescriptor"] = [4, 0, 16]
        facts[f"{colour}PaletteColorLookupTableData"] = (np.array(entries, dtype="<u2") * 257).tobytes()
    frame, header = opened(indices, photometric="PALETTE COLOR", **facts)
    expected = np.array([[[0, 0, 0], [255, 0, 0]], [[0, 255, 0], [9, 9, 255]]])
    np.testing.assert_array_equal(render_native(frame, header), expected)
    view = render_view(frame, header, Presentation(), Placement(7.0), (14, 14))
    np.testing.assert_array_equal(np.unique(view.reshape(-1, 3), axis=0), np.unique(expected.reshape(-1, 3), axis=0))


def test_wide_and_floating_pixels_are_shown(open_data: Path) -> None:
    for name in ("compressed_misc/parametric_map_float.dcm", "pydicom_test_files/rtdose_1frame.dcm"):
        content = (open_data / name).read_bytes()
        header = header_of(read_dataset(content), require_identifiers=False)
        frame = decode_frame(content)
        fit = fit_placement(frame.rows, frame.columns, 100, 100)
        assert render_view(frame, header, Presentation(), fit, (100, 100)).max() == 255
        assert render_native(frame, header).max() == 255


def test_non_square_pixels_take_their_height() -> None:
    frame, header = opened(np.full((10, 20), 4000, dtype=np.uint16), bits_stored=12, PixelSpacing=[2, 1])
    fit = fit_placement(10, 20, 100, 200, header.pixel_aspect)
    view = render_view(frame, header, Presentation(), fit, (100, 200))
    assert (view[:, 0] > 0).sum() == 100


def test_a_window_drag_touches_nothing_else() -> None:
    frame, header = opened(GRAY, bits_stored=12)
    before = frame.pixels.copy()
    for center in range(0, 4000, 500):
        render_view(frame, header, Presentation(Window(center, 300)), Placement(1.7, 3, 3), (100, 100))
    np.testing.assert_array_equal(frame.pixels, before)


def test_segmented_palette(open_data: Path) -> None:
    """One that DCMTK does not draw; pydicom unfolds the segments."""
    content = (open_data / "us/gdcm-US-ALOKA-16.dcm").read_bytes()
    dataset = read_dataset(content)
    expected = apply_color_lut(dataset.pixel_array, dataset)
    expected = expected if expected.dtype == np.uint8 else (expected >> 8).astype(np.uint8)
    np.testing.assert_array_equal(render_native(decode_frame(content), header_of(dataset)), expected)
