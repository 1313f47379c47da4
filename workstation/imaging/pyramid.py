"""Stored values made ready for interpolation: padding filled, smaller copies averaged by area."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

_WORTH_REMEMBERING = 3_000_000  # pixels; stacks have smaller images, and many of them
_KERNEL_REACH = 2  # pixels that bicubic interpolation looks at to either side


Made = TypeVar("Made")


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


class Pyramid:
    """An image in full size and, on demand, halved again and again. Safe to use from several threads."""

    def __init__(self, pixels: NDArray[Any], valid: NDArray[np.bool_] | None) -> None:
        self._last: tuple[object, Any] | None = None
        self._levels = [Level(pixels, None) if valid is None else Level(_filled(pixels, valid), valid)]

    def level(self, number: int) -> Level:
        """Full size for 0, halved ``number`` times else; stops halving when a side has become 1."""
        levels = self._levels
        while len(levels) <= number and min(levels[-1].pixels.shape[:2]) > 1:
            levels = [*levels, _halved(levels[-1])]
        if len(levels) > len(self._levels):
            self._levels = levels
        return levels[min(number, len(levels) - 1)]

    def remembered(self, key: object, make: Callable[[], Made]) -> Made:
        """What was made for ``key`` last time, or made now: reducing a mammogram costs far more than windowing it."""
        last = self._last
        if last is not None and last[0] == key:
            return cast(Made, last[1])
        made = make()
        if self._levels[0].pixels.size >= _WORTH_REMEMBERING:
            self._last = (key, made)
        return made


def _filled(pixels: NDArray[Any], valid: NDArray[np.bool_]) -> NDArray[Any]:
    """Put the average of the valid pixels around it in the place of each padding pixel within the kernel's reach."""
    side = 2 * _KERNEL_REACH + 1
    weight = cv2.boxFilter(valid.astype(np.float32), -1, (side, side), borderType=cv2.BORDER_CONSTANT)
    total = cv2.boxFilter(
        np.where(valid, pixels, 0).astype(np.float32), -1, (side, side), borderType=cv2.BORDER_CONSTANT
    )
    is_near = weight > 1e-6
    average = np.divide(total, weight, out=np.zeros_like(total), where=is_near)
    return np.where(valid, pixels, _as_type(average, pixels.dtype))


def _halved(level: Level) -> Level:
    """Average 2 × 2 pixels; of padding and image together only the image counts."""
    rows, columns = level.pixels.shape[:2]
    size = (max(1, columns // 2), max(1, rows // 2))
    if level.valid is None:
        return Level(cv2.resize(level.pixels, size, interpolation=cv2.INTER_AREA))
    weight = cv2.resize(level.valid.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    masked = np.where(level.valid, level.pixels, 0).astype(np.float32)
    total = cv2.resize(masked, size, interpolation=cv2.INTER_AREA)
    average = np.divide(total, weight, out=np.zeros_like(total), where=weight > 1e-6)
    valid = weight >= 0.5
    pixels = _as_type(average, level.pixels.dtype)
    return Level(_filled(pixels, valid), valid)


def _as_type(values: NDArray[np.float32], dtype: np.dtype[Any]) -> NDArray[Any]:
    return values.astype(dtype) if dtype.kind == "f" else np.rint(values).astype(dtype)
