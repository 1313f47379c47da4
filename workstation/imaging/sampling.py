"""Values at any places of a volume, one place at a time: what the quick ways cannot do.

Used where slices are uneven or missing, where frames do not lie in order, and for the pixels next to padding. Padding
takes no part: of eight neighbours only those that belong to the image count, and at least half the weight must.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from workstation.foundation.cancel import CancelToken
from workstation.imaging.planes import Planes
from workstation.imaging.slab import Sheet, combined
from workstation.imaging.volume import Volume
from workstation.imaging.volume_grid import Bracket, FloatArray

_PLACES_AT_ONCE = 1 << 16
_LEAST_WEIGHT = 0.5


class Interpolation(StrEnum):
    """How values between pixels are found. Cubic needs evenly spaced slices without padding; elsewhere it is linear."""

    NEAREST = "nearest"
    LINEAR = "linear"
    CUBIC = "cubic"


def sample_plane(
    volume: Volume,
    planes: Planes,
    index: int,
    interpolation: Interpolation = Interpolation.LINEAR,
    cancel: CancelToken | None = None,
    *,
    where: NDArray[np.bool_] | None = None,
) -> Sheet:
    """Plane ``index``: float64 values, (rows, columns), and where there are images.

    Parameters
    ----------
    where
        Only these pixels, (rows, columns); the result then is flat, in their order.
    """
    pixels = np.arange(planes.rows * planes.columns) if where is None else np.flatnonzero(where)
    values, valid = np.zeros(pixels.size), np.zeros(pixels.size, dtype=np.bool_)
    take = _nearest if interpolation is Interpolation.NEAREST else _linear
    for begin in range(0, pixels.size, _PLACES_AT_ONCE):
        if cancel is not None:
            cancel.raise_if_cancelled()
        part = slice(begin, begin + _PLACES_AT_ONCE)
        places = _places_mm(planes, index, pixels[part])
        found = combined(_sheets(volume, planes, places, take), planes.slab.projection)
        values[part] = found.values
        valid[part] = found.valid
    shape = (planes.rows, planes.columns) if where is None else (pixels.size,)
    return Sheet(values.reshape(shape), valid.reshape(shape))


Taker = Callable[[Volume, FloatArray, FloatArray, Bracket], Sheet]


def _places_mm(planes: Planes, index: int, pixels: NDArray[np.intp]) -> FloatArray:
    """Patient coordinates of pixels by their number, (n, 3)."""
    row, column = np.divmod(pixels, planes.columns)
    right = planes.spacing_mm[1] * np.array(planes.orientation.right)
    down = planes.spacing_mm[0] * np.array(planes.orientation.down)
    first = np.array(planes.first_pixel_mm(index))
    return np.asarray(first + column[:, None] * right + row[:, None] * down, dtype=np.float64)


def _sheets(volume: Volume, planes: Planes, places_mm: FloatArray, take: Taker) -> Iterator[Sheet]:
    normal = np.array(planes.orientation.normal)
    for number in range(planes.samples):
        offset = (number - (planes.samples - 1) / 2) * planes.sample_step_mm
        yield _sample(volume, places_mm + offset * normal, take)


def _sample(volume: Volume, places_mm: FloatArray, take: Taker) -> Sheet:
    grid = volume.grid
    bracket = grid.bracket(places_mm @ grid.normal)
    share = bracket.share[:, None]
    origins = grid.origins_mm[bracket.lower] * (1 - share) + grid.origins_mm[bracket.upper] * share
    offset = places_mm - origins
    columns = offset @ grid.across / grid.spacing_mm[0]
    rows = offset @ grid.down / grid.spacing_mm[1]
    inside = bracket.inside & _within(columns, grid.columns) & _within(rows, grid.rows)
    values, valid = np.zeros(len(places_mm)), np.zeros(len(places_mm), dtype=np.bool_)
    if inside.any():
        kept = Bracket(bracket.lower[inside], bracket.upper[inside], bracket.share[inside], inside[inside])
        sheet = take(volume, columns[inside], rows[inside], kept)
        values[inside], valid[inside] = sheet.values, sheet.valid
    return Sheet(values, valid)


def _within(indices: FloatArray, length: int) -> NDArray[np.bool_]:
    """On the image: up to the outer edge of its outermost pixels."""
    return np.asarray((indices >= -0.5 - 1e-6) & (indices <= length - 0.5 + 1e-6))


def _linear(volume: Volume, columns: FloatArray, rows: FloatArray, bracket: Bracket) -> Sheet:
    slots = volume.grid.slots
    total, weight = np.zeros(len(columns)), np.zeros(len(columns))
    for slot, of_slice in ((slots[bracket.lower], 1 - bracket.share), (slots[bracket.upper], bracket.share)):
        for row, of_row in _neighbours(rows, volume.grid.rows):
            for column, of_column in _neighbours(columns, volume.grid.columns):
                values = volume.values[slot, row, column]
                share = np.where(volume.is_padding(values), 0.0, of_slice * of_row * of_column)
                total += np.where(share > 0, values, 0.0) * share
                weight += share
    valid = weight >= _LEAST_WEIGHT
    return Sheet(np.where(valid, total / np.maximum(weight, _LEAST_WEIGHT), 0.0), valid)


def _neighbours(indices: FloatArray, length: int) -> tuple[tuple[NDArray[np.intp], FloatArray], ...]:
    """The two pixels on either side along one axis, each with its share."""
    clipped = np.clip(indices, 0, length - 1)
    lower = np.floor(clipped).astype(np.intp)
    share = clipped - lower
    return (lower, 1 - share), (np.minimum(lower + 1, length - 1), share)


def _nearest(volume: Volume, columns: FloatArray, rows: FloatArray, bracket: Bracket) -> Sheet:
    slot = volume.grid.slots[np.where(bracket.share < 0.5, bracket.lower, bracket.upper)]
    row = np.clip(np.rint(rows), 0, volume.grid.rows - 1).astype(np.intp)
    column = np.clip(np.rint(columns), 0, volume.grid.columns - 1).astype(np.intp)
    values = volume.values[slot, row, column]
    valid = ~volume.is_padding(values)
    return Sheet(np.where(valid, values, 0).astype(np.float64), valid)
