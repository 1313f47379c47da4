from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.imaging.pyramid import Pyramid
from workstation.imaging.resampling import Span, image_mask, resample


def gradient(rows: int, columns: int, step: int = 100) -> np.ndarray[tuple[int, int], np.dtype[np.int16]]:
    """Stored value = step × column."""
    return np.tile(np.arange(columns) * step, (rows, 1)).astype(np.int16)


def test_a_whole_image_at_its_own_size_is_copied() -> None:
    pixels = np.random.default_rng(0).integers(-1000, 3000, (40, 50)).astype(np.int16)
    found = resample(Pyramid(pixels, None), Span(40, 1.0, 5, 60), Span(50, 1.0, -7, 30))
    np.testing.assert_array_equal(found, pixels[:, 7:37])


@settings(max_examples=150, deadline=None)
@given(st.floats(1.0, 40.0), st.integers(-4000, 300), st.integers(20, 400))
def test_enlargement_puts_each_pixel_where_it_belongs(zoom: float, origin: int, size: int) -> None:
    """On a gradient the interpolated value tells the source position: right within half a device pixel."""
    columns = Span(100, zoom, origin, size)
    if columns.begin >= columns.end:
        return
    found = resample(Pyramid(gradient(8, 100), None), Span(8, zoom, 0, 3), columns)[0] / 100.0
    device = np.arange(columns.begin, columns.end) - origin
    expected = (device + 0.5) / zoom - 0.5
    inside = (expected > 3) & (expected < 96)
    off_by_device_pixels = np.abs(found - expected)[inside] * zoom
    kernel = 0.06 * zoom  # a cubic kernel does not reproduce a gradient exactly
    assert (off_by_device_pixels <= kernel + 0.51).all()


@settings(max_examples=100, deadline=None)
@given(st.floats(0.02, 0.99), st.integers(-500, 60), st.integers(10, 300))
def test_reduction_fills_exactly_the_visible_part(zoom: float, origin: int, size: int) -> None:
    rows, columns = Span(333, zoom, origin, size), Span(517, zoom, origin, size)
    if rows.begin >= rows.end or columns.begin >= columns.end:
        return
    found = resample(Pyramid(np.full((333, 517), 700, dtype=np.int16), None), rows, columns)
    assert found.shape == (rows.end - rows.begin, columns.end - columns.begin)
    assert np.abs(found - 700).max() <= 1


def test_reduction_averages_by_area() -> None:
    board = (np.indices((512, 512)).sum(axis=0) % 2 * 1000).astype(np.int16)
    for zoom in (0.5, 0.25, 0.1):
        found = resample(Pyramid(board, None), Span(512, zoom, 0, 512), Span(512, zoom, 0, 512))
        assert np.abs(found.astype(int) - 500).max() <= 1


@pytest.mark.parametrize("zoom", [0.13, 0.4, 0.77, 1.0, 1.5, 4.0, 11.3])
def test_padding_never_reaches_its_neighbours(zoom: float) -> None:
    """A flat image beside padding stays flat up to its edge, whatever the padding value is."""
    pixels = np.full((200, 200), 1000, dtype=np.int16)
    pixels[:, 83:] = -32768
    span = Span(200, zoom, 0, 2400)
    pyramid = Pyramid(pixels, pixels > -32768)
    found, mask = resample(pyramid, span, span), image_mask(pyramid, span, span)
    assert mask is not None
    assert found.shape == mask.shape
    assert set(np.unique(mask)) == {0, 255}
    assert (found[mask == 255] == 1000).all()
    assert (mask[0] == 255).sum() == pytest.approx(83 * zoom, abs=1 + zoom)


def test_labels_are_never_mixed() -> None:
    labels = np.array([[0, 9], [200, 9]], dtype=np.uint8)
    found = resample(Pyramid(labels, None), Span(2, 7.3, 0, 20), Span(2, 7.3, 0, 20), is_label=True)
    assert set(np.unique(found)) == {0, 9, 200}


def test_padding_all_over() -> None:
    pixels = np.full((10, 10), -5, dtype=np.int16)
    mask = image_mask(Pyramid(pixels, np.zeros((10, 10), dtype=np.bool_)), Span(10, 0.3, 0, 9), Span(10, 0.3, 0, 9))
    assert mask is not None
    assert not mask.any()


def test_halving_stops_at_one_pixel() -> None:
    pyramid = Pyramid(gradient(3, 5), None)
    assert pyramid.level(20).pixels.shape == (1, 2)
