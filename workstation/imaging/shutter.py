"""A display shutter as a mask: which pixels of an image are seen (PS3.3 C.7.6.11).

A pixel is seen or covered as a whole, judged by its centre. So the edge is hard and lies between pixels, nothing
that is covered takes part in the interpolation of what is seen, and an enlarged picture shows the very pixels that the
same picture shows at its own size.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from workstation.dicom.display_shutter import DisplayShutter
from workstation.imaging.overlay_bits import plane_mask

Mask = NDArray[np.bool_]
_ON_EDGE = 1e-9  # pixels


@lru_cache(maxsize=8)
def visible_mask(shutter: DisplayShutter, rows: int, columns: int, pixel_aspect: float = 1.0) -> Mask:
    """Where the image is seen: (rows, columns), read-only.

    Parameters
    ----------
    pixel_aspect
        Height of a pixel by its width: a circular shutter is round where it is seen, not in rows and columns.
    """
    visible = np.ones((rows, columns), dtype=bool)
    if shutter.rectangle is not None:
        visible &= _rectangle(shutter.rectangle, rows, columns)
    if shutter.circle is not None:
        visible &= _circle(shutter.circle, rows, columns, pixel_aspect)
    if shutter.polygon:
        visible &= _polygon(shutter.polygon, rows, columns)
    if shutter.bitmap is not None:
        visible &= ~plane_mask(shutter.bitmap, 0, rows, columns)
    visible.setflags(write=False)
    return visible


def _rectangle(edges: tuple[float, float, float, float], rows: int, columns: int) -> Mask:
    left, right, upper, lower = edges
    row, column = np.arange(1, rows + 1)[:, None], np.arange(1, columns + 1)[None]
    return np.asarray((column >= left) & (column <= right) & (row >= upper) & (row <= lower))


def _circle(circle: tuple[float, float, float], rows: int, columns: int, pixel_aspect: float) -> Mask:
    row, column, radius = circle
    down = (np.arange(1, rows + 1)[:, None] - row) * pixel_aspect
    across = np.arange(1, columns + 1)[None] - column
    return np.asarray(down * down + across * across <= radius * radius)


def _polygon(corners: tuple[tuple[float, float], ...], rows: int, columns: int) -> Mask:
    """Pixels whose centre lies inside by the even-odd rule, or on an edge."""
    turns = np.zeros((rows, columns + 1), dtype=np.int32)
    on_edge = np.zeros((rows, columns), dtype=bool)
    for (row, column), (next_row, next_column) in zip(corners, (*corners[1:], corners[0]), strict=True):
        upper, lower = sorted(((row - 1, column - 1), (next_row - 1, next_column - 1)))
        if upper[0] == lower[0]:
            _mark_level(on_edge, upper, lower)
        else:
            _cross(turns, on_edge, upper, lower)
    inside = np.cumsum(turns, axis=1)[:, :columns] % 2 == 1
    return np.asarray(inside | on_edge)


def _cross(turns: NDArray[np.int32], on_edge: Mask, upper: tuple[float, float], lower: tuple[float, float]) -> None:
    """Where an edge crosses the rows from ``upper`` down to ``lower`` (row, column): to its right, in becomes out."""
    rows, columns = on_edge.shape
    crossed = np.arange(max(0, math.ceil(upper[0])), min(rows - 1, math.floor(lower[0])) + 1)
    at = upper[1] + (crossed - upper[0]) * (lower[1] - upper[1]) / (lower[0] - upper[0])
    half_open = crossed < lower[0]
    np.add.at(turns, (crossed[half_open], np.clip(np.ceil(at[half_open]), 0, columns).astype(int)), 1)
    met = (np.abs(at - np.rint(at)) < _ON_EDGE) & (at > -0.5) & (at < columns - 0.5)
    on_edge[crossed[met], np.rint(at[met]).astype(int)] = True


def _mark_level(on_edge: Mask, left: tuple[float, float], right: tuple[float, float]) -> None:
    """An edge along a row, where it runs through pixel centres."""
    row = round(left[0])
    if abs(left[0] - row) < _ON_EDGE and 0 <= row < on_edge.shape[0]:
        on_edge[row, max(0, math.ceil(left[1])) : max(0, math.floor(right[1]) + 1)] = True
