"""Stored values made ready for interpolation: padding filled, smaller copies averaged by area."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_LARGE = 3_000_000  # pixels; stacks have smaller images, and many of them
_ALL_LEVELS = 32
_FILLED_AT_ONCE = 1 << 15  # pixels
_KERNEL_REACH = 2  # pixels that bicubic interpolation looks at to either side


@dataclass(frozen=True, eq=False)
class Level:
    """One size of an image.

    Attributes
    ----------
    pixels
        (rows, columns) or (rows, columns, 3). Near valid pixels, padding holds their average, so that nothing of it
        reaches them through interpolation.
    valid
        Where the image is not padding; None when it is everywhere.
    """

    pixels: NDArray[Any] = field(repr=False)
    valid: NDArray[np.bool_] | None = field(default=None, repr=False)

    @cached_property
    def near_padding(self) -> NDArray[np.uint8]:
        """255 for pixels around which a bicubic kernel would reach into padding, else 0; where nothing is, all 0."""
        if self.valid is None:
            return np.zeros(self.pixels.shape[:2], dtype=np.uint8)
        side = 2 * _KERNEL_REACH + 1
        is_padding = np.logical_not(self.valid).view(np.uint8) * np.uint8(255)
        return np.asarray(cv2.dilate(is_padding, np.ones((side, side), np.uint8)), dtype=np.uint8)


class Pyramid:
    """An image in full size and, on demand, halved again and again. Safe to use from several threads."""

    def __init__(self, pixels: NDArray[Any], valid: NDArray[np.bool_] | None) -> None:
        self._levels = [Level(pixels, None) if valid is None else Level(_filled(pixels, valid), valid)]

    def level(self, number: int) -> Level:
        """Full size for 0, halved ``number`` times else; stops halving when a side has become 1."""
        levels = self._levels
        while len(levels) <= number and min(levels[-1].pixels.shape[:2]) > 1:
            levels = [*levels, _halved(levels[-1])]
        if len(levels) > len(self._levels):
            self._levels = levels
        return levels[min(number, len(levels) - 1)]

    def prepare(self) -> None:
        """Make every size of an image so large that making them would be felt."""
        if self._levels[0].pixels.size >= _LARGE:
            self.level(_ALL_LEVELS)


def _filled(pixels: NDArray[Any], valid: NDArray[np.bool_]) -> NDArray[Any]:
    """Put the average of the valid pixels around it in the place of each padding pixel within the kernel's reach.

    Padding farther away becomes 0.
    """
    mask = valid.view(np.uint8)
    side = 2 * _KERNEL_REACH + 1
    ring = np.flatnonzero(cv2.dilate(mask, np.ones((side, side), np.uint8)) > mask)
    filled = np.where(_beside(valid, pixels), pixels, 0)
    for start in range(0, ring.size, _FILLED_AT_ONCE):
        some = ring[start : start + _FILLED_AT_ONCE]
        filled.reshape(valid.size, -1)[some] = _averages_around(some, pixels, mask)
    return filled


def _averages_around(places: NDArray[np.intp], pixels: NDArray[Any], mask: NDArray[np.uint8]) -> NDArray[Any]:
    """Averages of the valid pixels within the kernel's reach, (places, colours); ``places`` count along the rows."""
    rows, columns = mask.shape
    reach = np.arange(-_KERNEL_REACH, _KERNEL_REACH + 1)
    down = (places // columns)[:, np.newaxis] + np.repeat(reach, reach.size)
    across = (places % columns)[:, np.newaxis] + np.tile(reach, reach.size)
    is_inside = (down >= 0) & (down < rows) & (across >= 0) & (across < columns)
    around = np.where(is_inside, down * columns + across, 0)
    weight = (mask.reshape(-1)[around] * is_inside)[..., np.newaxis]
    total = (pixels.reshape(mask.size, -1)[around] * weight.astype(np.float64)).sum(axis=1)
    return _as_type(total / weight.sum(axis=1), pixels.dtype)


def _halved(level: Level) -> Level:
    """Average 2 × 2 pixels; of padding and image together only the image counts."""
    pixels, valid = level.pixels, level.valid
    rows, columns = pixels.shape[:2]
    size = (max(1, columns // 2), max(1, rows // 2))
    if valid is None:
        return Level(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    if rows % 2 or columns % 2:
        weight = cv2.resize(valid.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        total = cv2.resize(_masked(pixels, valid), size, interpolation=cv2.INTER_AREA)
        half = weight >= 0.5
        return Level(_filled(_as_type(_average(total, weight), pixels.dtype), half), half)
    half = _count_in_fours(valid) >= 2
    return Level(_filled(_halved_evenly(pixels, valid, size), half), half)


def _halved_evenly(pixels: NDArray[Any], valid: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[Any]:
    """Averages of four; where only some of them are image they are few, and are made one by one."""
    halved: NDArray[Any] = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    count = _count_in_fours(valid)
    mixed = np.nonzero((count > 0) & (count < 4))
    total = np.zeros((mixed[0].size, halved[mixed].size // max(1, mixed[0].size)))
    for values, weights in zip(_fours(pixels), _fours(valid), strict=True):
        total += values[mixed].reshape(total.shape) * weights[mixed][:, np.newaxis]
    halved[mixed] = _as_type(total / count[mixed][:, np.newaxis], pixels.dtype).reshape(halved[mixed].shape)
    return halved


def _fours(pixels: NDArray[Any]) -> list[NDArray[Any]]:
    """The first, second, third and fourth of each 2 × 2 pixels."""
    return [pixels[down::2, across::2] for down in (0, 1) for across in (0, 1)]


def _count_in_fours(valid: NDArray[np.bool_]) -> NDArray[np.uint8]:
    first, second, third, fourth = _fours(valid.view(np.uint8))
    return np.asarray(first + second + third + fourth, dtype=np.uint8)


def _masked(pixels: NDArray[Any], valid: NDArray[np.bool_]) -> NDArray[np.float32]:
    return np.where(_beside(valid, pixels), pixels, 0).astype(np.float32)


def _average(total: NDArray[Any], weight: NDArray[Any]) -> NDArray[np.float32]:
    """0 where nothing of the image lies near."""
    weight = np.broadcast_to(_beside(weight, total), total.shape)
    return np.asarray(np.divide(total, weight, out=np.zeros_like(total), where=weight > 1e-6), dtype=np.float32)


def _beside(mask: NDArray[Any], pixels: NDArray[Any]) -> NDArray[Any]:
    """(rows, columns) with an axis for colour where the pixels have one."""
    return mask[..., None] if pixels.ndim == 3 else mask


def _as_type(values: NDArray[np.floating[Any]], dtype: np.dtype[Any]) -> NDArray[Any]:
    return values.astype(dtype) if dtype.kind == "f" else np.rint(values).astype(dtype)
