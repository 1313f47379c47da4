"""Interpolation invents no extremes where there is no edge to be sharpened: at padding, under a shutter, at the border.

Within the image a bicubic kernel overshoots at sharp edges; a test shows by how much, so that nobody is surprised.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.helpers.plain_headers import image
from workstation.dicom.dicom_object import open_object
from workstation.dicom.display_shutter import DisplayShutter
from workstation.dicom.header import PixelDescription
from workstation.dicom.voi import VoiFunction, Window
from workstation.foundation.byte_source import BytesSource
from workstation.imaging.decoding import decode_frame
from workstation.imaging.picture import render_view
from workstation.imaging.placement import Placement, Presentation
from workstation.imaging.shutter import visible_mask
from workstation.imaging.stored_frame import StoredFrame

SIZE = (300, 300)
_REACH = 7  # pixels: half the kernel, and what the filling of padding averages over, to both sides


def _limits(
    pixels: NDArray[Any], valid: NDArray[np.bool_], zoom: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest and highest valid value around each device pixel of the image at this zoom, at (0, 0)."""
    kernel = np.ones((_REACH, _REACH), np.uint8)
    low = cv2.erode(np.where(valid, pixels, 1e9).astype(np.float32), kernel, borderValue=1e9)
    high = cv2.dilate(np.where(valid, pixels, -1e9).astype(np.float32), kernel, borderValue=-1e9)
    at = np.clip(((np.arange(SIZE[0]) + 0.5) / zoom).astype(int), 0, pixels.shape[0] - 1)
    return low[at][:, at].astype(float), high[at][:, at].astype(float)


def _near_edge(valid: NDArray[np.bool_], zoom: float) -> NDArray[np.bool_]:
    """Device pixels of the image of which a bicubic kernel reaches something that is not image.

    Those whose centre lies on the border of two pixels are left out: either may be the nearest.
    """
    last = valid.shape[0] - 1
    centre = (np.arange(SIZE[0]) + 0.5) / zoom
    is_image = (centre < last + 1) & (np.abs(centre - np.rint(centre)) > 1e-6)
    at = np.clip(centre.astype(int), 0, last)
    is_rim = (centre - 0.5 < 1) | (centre - 0.5 > last - 1)
    near = cv2.dilate((~valid).astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)[at][:, at]
    shown = valid[at][:, at] & is_image[:, None] & is_image[None]
    return np.asarray((near | is_rim[:, None] | is_rim[None]) & shown)


def _shown(frame: StoredFrame, zoom: float, shutter: DisplayShutter | None = None) -> NDArray[np.uint8]:
    """Grey level = stored value: whatever is not the value of a pixel of the image shows."""
    window = Window(127.5, 255, VoiFunction.LINEAR_EXACT)
    header = image(1, pixel=PixelDescription(bits_stored=16, is_signed=True, windows=(window,)), shutter=shutter)
    return render_view(frame, header, Presentation(), Placement(zoom), SIZE)


images = st.integers(0, 2**32 - 1).map(
    lambda seed: np.random.default_rng(seed).choice([20, 60, 200, 230], (40, 40)).astype(np.int16)
)


@settings(max_examples=40, deadline=None)
@given(images, st.sampled_from([1.3, 2.0, 3.0, 5.7, 7.5]), st.integers(5, 18))
def test_padding_never_mixes_in(pixels: NDArray[np.int16], zoom: float, radius: int) -> None:
    row, column = np.mgrid[:40, :40]
    valid = (row - 20) ** 2 + (column - 19) ** 2 <= radius**2
    pixels = np.where(valid, pixels, np.int16(-2000)).astype(np.int16)
    frame = StoredFrame(pixels, "MONOCHROME2", 16, is_signed=True, padding=(-2000, -2000))
    _assert_within(_shown(frame, zoom), pixels, valid, zoom)


@settings(max_examples=40, deadline=None)
@given(images, st.sampled_from([1.3, 2.0, 3.0, 5.7, 7.5]), st.integers(3, 18))
def test_what_a_shutter_covers_never_mixes_in(pixels: NDArray[np.int16], zoom: float, radius: int) -> None:
    shutter = DisplayShutter(circle=(21.0, 20.0, float(radius)))
    valid = visible_mask(shutter, 40, 40)
    pixels = np.where(valid, pixels, np.int16(30000)).astype(np.int16)
    frame = StoredFrame(pixels, "MONOCHROME2", 16, is_signed=True)
    _assert_within(_shown(frame, zoom, shutter), pixels, valid, zoom)


@settings(max_examples=40, deadline=None)
@given(images, st.sampled_from([1.3, 2.0, 3.0, 5.7, 7.5]))
def test_no_new_extremes_at_the_border_of_the_image(pixels: NDArray[np.int16], zoom: float) -> None:
    frame = StoredFrame(pixels, "MONOCHROME2", 16, is_signed=True)
    _assert_within(_shown(frame, zoom), pixels, np.ones((40, 40), dtype=bool), zoom)


def _assert_within(shown: NDArray[np.uint8], pixels: NDArray[Any], valid: NDArray[np.bool_], zoom: float) -> None:
    low, high = _limits(pixels, valid, zoom)
    near = _near_edge(valid, zoom)
    assert near.any()
    beyond = (shown < low - 0.5) | (shown > high + 0.5)
    assert not (beyond & near).any()


@pytest.mark.parametrize("zoom", [0.23, 0.5, 0.8])
def test_reduction_has_no_extremes_of_its_own_anywhere(zoom: float) -> None:
    row, column = np.mgrid[:400, :400]
    valid = (row - 200) ** 2 + (column - 190) ** 2 <= 170**2
    pixels = np.where(valid, np.where((row // 7 + column // 5) % 2, 60, 200), -2000).astype(np.int16)
    frame = StoredFrame(pixels, "MONOCHROME2", 16, is_signed=True, padding=(-2000, -2000))
    shown = _shown(frame, zoom)
    assert shown.max() <= 200
    assert shown[shown > 0].min() >= 60


def test_an_edge_within_the_image_is_sharpened() -> None:
    """The overshoot of the kernel, which is inherent: 7 % of the step, no more than 0.11 of it."""
    pixels = np.full((40, 40), 60, dtype=np.int16)
    pixels[:, 20:] = 160
    shown = _shown(StoredFrame(pixels, "MONOCHROME2", 16, is_signed=True), 5.0)
    inner = shown[20:180, 20:180]
    assert 160 < inner.max() <= 171
    assert 49 <= inner.min() < 60


REAL = {
    "CT, padding of -2000 around a round field": "compressed_misc/693_UNCR.dcm",
    "CT body, padding of -2000": "ct_body_prior_current_tcia/A002304/axial_19001231-076.dcm",
    "CT head, padding of -1500": "ct_head_prior_current/current/IM0014.dcm",
}


@pytest.mark.parametrize("zoom", [1.4, 2.3])
@pytest.mark.parametrize("name", REAL)
def test_real_padding_does_not_bleed(name: str, zoom: float, open_data: Path) -> None:
    """With a window as low as padding, the least part of it would show as a dark rim."""
    content = (open_data / REAL[name]).read_bytes()
    frame, header = decode_frame(content), open_object(BytesSource(content)).header_without_identifiers
    assert frame.valid is not None
    intercept, slope = header.pixel.rescale_intercept, header.pixel.rescale_slope
    low, high = _limits(frame.pixels * slope + intercept, frame.valid, zoom)
    window = Window(-1000, 2000, VoiFunction.LINEAR_EXACT)
    shown = render_view(frame, header, Presentation(window), Placement(zoom), SIZE).astype(float)
    near = _near_edge(frame.valid, zoom)
    least = np.rint(np.clip((low + 2000) / 2000, 0, 1) * 255)
    most = np.rint(np.clip((high + 2000) / 2000, 0, 1) * 255)
    assert not ((shown < least) & near).any()
    assert not ((shown > most) & near).any()


def test_the_dark_of_a_mammogram_is_no_padding_and_stays_dark(open_data: Path) -> None:
    """Background without padding is image like any other: at its border with the breast nothing brighter appears."""
    content = (open_data / "mg_screening/original/1-130_LCC_fullres.dcm").read_bytes()
    frame, header = decode_frame(content), open_object(BytesSource(content)).header_without_identifiers
    rows, columns = frame.rows, frame.columns
    zoom = 300 / max(rows, columns)
    shown = render_view(frame, header, Presentation(), Placement(zoom), SIZE)
    pixels = frame.pixels.astype(np.float32)
    most = cv2.dilate(pixels, np.ones((61, 61), np.uint8))
    at = [np.clip(((np.arange(300) + 0.5) / zoom).astype(int), 0, side - 1) for side in (rows, columns)]
    is_dark = most[at[0]][:, at[1]] <= pixels.min()
    inside = (np.arange(300) < rows * zoom)[:, None] & (np.arange(300) < columns * zoom)[None]
    if (is_dark & inside).any():
        assert np.unique(shown[is_dark & inside]).size == 1
