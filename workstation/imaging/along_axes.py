"""Planes along the axes of a volume: its own pixels, taken out and turned. No interpolation where slices are even."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.imaging.planes import Planes, slice_rows, slice_step_mm
from workstation.imaging.slab import Sheet, as_type, projected, projected_where
from workstation.imaging.volume import Volume

_SLICES = 2


def plane_along_axes(volume: Volume, planes: Planes, index: int) -> Sheet:
    """Plane ``index`` in the type of the volume, (rows, columns).

    Raises
    ------
    ValueError
        When the planes do not run along the axes of the volume.
    """
    if planes.axes is None:
        raise ValueError("the planes must be interpolated")
    right, down, normal = planes.axes
    at = planes.count - 1 - index if normal.is_reversed else index
    # Of an even number of sheets one more lies after the place than before it.
    first = at - (planes.samples - 1) // 2
    last = at + planes.samples // 2
    size = (volume.grid.columns, volume.grid.rows, slice_rows(volume.grid))[normal.number]
    block = _block(volume, normal.number, max(first, 0), min(last, size - 1) + 1)
    sheet = _projected(volume, block, planes)
    if right.number > down.number:  # the sheet has the lower axis along its rows
        sheet = Sheet(sheet.values.T, None if sheet.valid is None else sheet.valid.T)
    flips = (slice(None, None, -1 if down.is_reversed else 1), slice(None, None, -1 if right.is_reversed else 1))
    valid = None if sheet.valid is None else np.ascontiguousarray(sheet.valid[flips])
    return Sheet(np.ascontiguousarray(sheet.values[flips]), valid)


def _projected(volume: Volume, block: Sheet, planes: Planes) -> Sheet:
    """A block (sheets, ·, ·) made into one sheet, in the type of the volume."""
    if block.valid is None:
        values = block.values[0] if len(block.values) == 1 else projected(block.values, 0, planes.slab.projection)
        return Sheet(as_type(values, volume.values.dtype) if values.dtype != volume.values.dtype else values)
    found = projected_where(block.values, block.valid, 0, planes.slab.projection)
    return Sheet(as_type(found.values, volume.values.dtype), found.valid)


def _block(volume: Volume, axis: int, first: int, end: int) -> Sheet:
    """Sheets ``first`` to ``end`` along one axis: (sheets, rows or slices, columns or rows)."""
    if axis == _SLICES:
        return _slices(volume, first, end)
    cut = volume.values[:, first:end, :] if axis == 1 else volume.values[:, :, first:end]
    across = np.moveaxis(cut, 1 if axis == 1 else 2, 0)  # (sheets, frames, columns or rows)
    if not volume.grid.is_even:
        return _evened(volume, across, np.arange(slice_rows(volume.grid)))
    return _marked(volume, across[:, _frames(volume)])


def _slices(volume: Volume, first: int, end: int) -> Sheet:
    if volume.grid.is_even:
        return _marked(volume, volume.values[_frames(volume, first, end)])
    block = _evened(volume, volume.values[None], np.arange(first, end))
    return Sheet(block.values[0], None if block.valid is None else block.valid[0])


def _frames(volume: Volume, first: int = 0, end: int | None = None) -> slice | NDArray[np.intp]:
    """Where slices ``first`` to ``end`` lie in the array: a slice of it, so that nothing is copied, when in order."""
    slots = volume.grid.slots[first:end]
    return slice(slots[0], slots[-1] + 1) if volume.is_in_order else slots


def _marked(volume: Volume, block: NDArray[Any]) -> Sheet:
    if volume.padded_columns is None:
        return Sheet(block)
    return Sheet(block, ~volume.is_padding(block))


def _evened(volume: Volume, block: NDArray[Any], numbers: NDArray[np.intp]) -> Sheet:
    """Uneven slices, (sheets, frames, ·) in the order of the array, brought to even places; gaps are not valid.

    Linear. Where one of the two slices is padding the other one counts alone, if it is the nearer one.
    """
    grid = volume.grid
    bracket = grid.bracket(grid.places_mm[0] + numbers * slice_step_mm(grid))
    shape = (1, -1, *(1,) * (block.ndim - 2))
    share = bracket.share.reshape(shape)
    below, above = block[:, grid.slots[bracket.lower]], block[:, grid.slots[bracket.upper]]
    weights = [np.where(volume.is_padding(below), 0.0, 1 - share), np.where(volume.is_padding(above), 0.0, share)]
    total = np.where(weights[0] > 0, below, 0) * weights[0] + np.where(weights[1] > 0, above, 0) * weights[1]
    weight = weights[0] + weights[1]
    valid = (weight >= 0.5) & bracket.inside.reshape(shape)
    return Sheet(total / np.maximum(weight, 0.5), valid)
