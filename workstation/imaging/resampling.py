"""Interpolating stored values to the pixels of a viewport, before any window.

Enlargement is bicubic; reduction averages by area, from the smallest copy that is still large enough; label maps and
palette indices take the nearest pixel. Pixel centres lie at half numbers: device pixel i shows the image at
``(i + 0.5 - origin) / zoom``.

A bicubic kernel overshoots at sharp edges: within the image that is inherent, and is what makes it sharp. Where the
kernel would reach into padding, under a shutter or beyond the image, there is no edge to be sharpened, only one that
would be made up: there interpolation is linear, which never leaves the range of the pixels around.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from workstation.imaging.kept import Kept, SameMask
from workstation.imaging.pyramid import Level, Pyramid

_MARGIN = 4  # source pixels beyond the visible ones that interpolation may look at
_STARTS_TRIED = 32
_MOST_REDUCED = 1 << 24  # device pixels of a reduced image that a viewport keeps
_EXTRA_DEVICE_PIXELS = 128  # how much more than visible may be computed to begin at a whole device pixel


@dataclass(frozen=True)
class Span:
    """Where an image lies along one axis of a viewport.

    Attributes
    ----------
    length
        Image pixels along the axis.
    zoom
        Device pixels for one image pixel.
    origin
        Device pixel at which the image begins, whole.
    size
        Device pixels of the viewport.
    """

    length: int
    zoom: float
    origin: int
    size: int

    @property
    def begin(self) -> int:
        """First device pixel of the viewport that shows the image."""
        return min(max(self.origin, 0), self.size)

    @property
    def end(self) -> int:
        """Device pixel after the last one that shows the image."""
        last = self.origin + max(1, math.floor(self.length * self.zoom + 0.5))
        return min(max(last, self.begin), self.size)

    def scaled(self, length: int) -> Span:
        """The same place, for a smaller copy of the image that is ``length`` pixels long."""
        return Span(length, self.zoom * self.length / length, self.origin, self.size)


@dataclass(frozen=True)
class _Crop:
    """Source pixels ``first`` to ``last`` (exclusive), and the resized pixels to drop before the first visible one."""

    first: int
    last: int
    skip: int


def resample(
    pyramid: Pyramid, rows: Span, columns: Span, *, is_label: bool = False, kept: Kept | None = None
) -> NDArray[Any]:
    """What the visible part of the viewport shows, in stored values (or RGB).

    Parameters
    ----------
    is_label
        Take the nearest pixel: label maps and palette indices must not be mixed.
    kept
        Where the viewport keeps what it may use again.

    Returns
    -------
    NDArray
        ``(rows.end - rows.begin, columns.end - columns.begin)``, of the pyramid's own type; may be a view of it, and
        may be given again: not to be written to.
    """
    kept = kept or Kept()
    if is_label:
        labels = pyramid.level(0)
        return kept.get(
            "values",
            (labels, rows, columns, is_label),
            lambda: _nearest(labels.pixels, rows, columns),
        )
    level, rows, columns = _best_level(pyramid, rows, columns)
    if min(rows.zoom, columns.zoom) >= 1:
        return kept.get("values", (level, rows, columns), lambda: _enlarged(level, rows, columns, kept))
    return _reduced(level, rows, columns, kept)


def image_mask(
    pyramid: Pyramid, rows: Span, columns: Span, *, kept: Kept | None = None, kind: str = "mask"
) -> NDArray[np.uint8] | None:
    """255 where the nearest pixel belongs to the image, 0 where it is padding; None when nothing is padding.

    Parameters
    ----------
    kept, kind
        Where the viewport keeps what it may use again, and under which name.

    Returns
    -------
    NDArray
        Same shape as the result of `resample`; not to be written to.
    """
    level, rows, columns = _best_level(pyramid, rows, columns)
    valid = level.valid
    if valid is None:
        return None
    return (kept or Kept()).get(
        kind,
        (SameMask(valid), rows, columns),
        lambda: _nearest(valid.view(np.uint8) * np.uint8(255), rows, columns),
    )


def nearest_or_any(mask: NDArray[np.bool_], rows: Span, columns: Span) -> NDArray[np.bool_]:
    """A mask of the image as it lies in the viewport; reduced, a device pixel is set when any of its pixels is.

    Thin lines of an overlay stay whole however small it is shown. Same shape as the result of `resample`.
    """
    if min(rows.zoom, columns.zoom) >= 1:
        return _nearest(mask, rows, columns)
    return np.asarray(_visible(mask.view(np.uint8) * np.uint8(255), rows, columns, cv2.INTER_AREA) > 0)


def _reduced(level: Level, rows: Span, columns: Span, kept: Kept) -> NDArray[Any]:
    """Averaged by area: the whole image where that is not too large, so that panning it only moves it."""
    whole = [
        replace(span, origin=0, size=max(1, math.floor(span.length * span.zoom + 0.5))) for span in (rows, columns)
    ]
    if whole[0].size * whole[1].size > _MOST_REDUCED:
        return kept.get("values", (level, rows, columns), lambda: _visible(level.pixels, rows, columns, cv2.INTER_AREA))
    picture = kept.get("values", (level, *whole), lambda: _visible(level.pixels, whole[0], whole[1], cv2.INTER_AREA))
    height, width = rows.end - rows.begin, columns.end - columns.begin
    return _extended(_unscaled(picture, rows, columns), height, width)


def _enlarged(level: Level, rows: Span, columns: Span, kept: Kept) -> NDArray[Any]:
    """Bicubic where the kernel has image all around it, linear elsewhere."""
    picture = _visible(level.pixels, rows, columns, cv2.INTER_CUBIC)
    if rows.zoom == columns.zoom == 1.0:
        return picture
    for strip in _rim(rows):
        picture[_within(strip, rows)] = _visible(level.pixels, strip, columns, cv2.INTER_LINEAR)
    for strip in _rim(columns):
        picture[:, _within(strip, columns)] = _visible(level.pixels, rows, strip, cv2.INTER_LINEAR)
    if level.valid is not None:
        near = kept.get(
            "near",
            (SameMask(level.valid), rows, columns),
            lambda: _nearest(level.near_padding, rows, columns),
        )
        linear = _visible(level.pixels, rows, columns, cv2.INTER_LINEAR)
        cv2.copyTo(linear, near, picture)
    return picture


@lru_cache(maxsize=256)
def _rim(span: Span) -> tuple[Span, ...]:
    """Both ends of the visible image, as far as a bicubic kernel reaches beyond it: one and a half image pixels."""
    reach = 1.5 * span.zoom - 0.5
    first_whole = math.ceil(span.origin + reach)
    last_whole = math.floor(span.origin + span.length * span.zoom - 1 - reach)
    ends = ((span.begin, min(first_whole, span.end)), (max(last_whole + 1, span.begin), span.end))
    return tuple(Span(span.length, span.zoom, span.origin - begin, end - begin) for begin, end in ends if begin < end)


def _within(strip: Span, whole: Span) -> slice:
    """The place of a strip among the visible device pixels."""
    begin = whole.origin - strip.origin - whole.begin
    return slice(begin, begin + strip.size)


def _best_level(pyramid: Pyramid, rows: Span, columns: Span) -> tuple[Level, Span, Span]:
    """The smallest copy that is still at least as large as the picture, and where it lies."""
    zoom = max(rows.zoom, columns.zoom)
    level = pyramid.level(max(0, math.floor(-math.log2(zoom))) if zoom < 1 else 0)
    height, width = level.pixels.shape[:2]
    return level, rows.scaled(height), columns.scaled(width)


def _nearest(pixels: NDArray[Any], rows: Span, columns: Span) -> NDArray[Any]:
    """The pixel that each device pixel's centre lies in. Not by cv2, whose nearest pixel is off by up to half a one."""
    if rows.zoom == columns.zoom == 1.0:
        return _unscaled(pixels, rows, columns)
    down, across = (
        np.clip(((np.arange(span.begin, span.end) + 0.5 - span.origin) / span.zoom).astype(np.intp), 0, span.length - 1)
        for span in (rows, columns)
    )
    first, last = (down[0], down[-1] + 1) if down.size else (0, 1)
    return np.asarray(np.take(pixels[first:last], across, axis=1)[down - first])


def _visible(pixels: NDArray[Any], rows: Span, columns: Span, method: int) -> NDArray[Any]:
    if rows.zoom == columns.zoom == 1.0:
        return _unscaled(pixels, rows, columns)
    down, across = _crop(rows), _crop(columns)
    source = pixels[down.first : down.last, across.first : across.last]
    if min(rows.zoom * source.shape[0], columns.zoom * source.shape[1]) < 1:
        source = source[:1, :1]  # less than a device pixel high or wide: nothing to interpolate
        resized = source
    else:
        resized = cv2.resize(source, None, fx=columns.zoom, fy=rows.zoom, interpolation=method)
    height, width = rows.end - rows.begin, columns.end - columns.begin
    top, left = (
        min(down.skip, resized.shape[0] - 1),
        min(across.skip, resized.shape[1] - 1),
    )  # rounding may cut the last
    visible = resized[top : down.skip + height, left : across.skip + width]
    return _extended(visible, height, width)


def _unscaled(pixels: NDArray[Any], rows: Span, columns: Span) -> NDArray[Any]:
    return pixels[rows.begin - rows.origin : rows.end - rows.origin, columns.begin - columns.origin :][
        :, : columns.end - columns.begin
    ]


@lru_cache(maxsize=256)
def _crop(span: Span) -> _Crop:
    """The source pixels needed, beginning where the grid of device pixels meets that of image pixels best.

    A crop can only be resized from the edge of a pixel, and that edge falls between device pixels; among some starts
    one lies close to a whole device pixel, so the picture does not tremble by half a pixel as it is panned.
    """
    needed = max(0, math.floor((span.begin - span.origin) / span.zoom) - _MARGIN)
    last = min(span.length, math.ceil((span.end - span.origin) / span.zoom) + _MARGIN)
    tried = min(_STARTS_TRIED, max(0, int(_EXTRA_DEVICE_PIXELS / span.zoom)), needed)
    first = min(
        range(needed, needed - tried - 1, -1), key=lambda start: abs(start * span.zoom - round(start * span.zoom))
    )
    return _Crop(first, max(last, first + 1), span.begin - span.origin - round(first * span.zoom))


def _extended(pixels: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Repeat the last row or column where rounding left one out."""
    missing = [(0, height - pixels.shape[0]), (0, width - pixels.shape[1])]
    if missing == [(0, 0), (0, 0)]:
        return pixels
    return np.pad(pixels, missing + [(0, 0)] * (pixels.ndim - 2), mode="edge")
