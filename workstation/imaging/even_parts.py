"""An uneven stack as a few even ones: each is resliced by itself, and each place takes its value from the one it is in.

Neighbouring parts share the slice between them, so nothing is lost and nothing is smoothed; between two parts that do
not touch lies a gap, and it stays one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from workstation.foundation.cancel import CancelToken
from workstation.imaging.planes import Planes
from workstation.imaging.reslice import can_reslice, reslice
from workstation.imaging.sampling import Interpolation
from workstation.imaging.slab import Sheet, combined
from workstation.imaging.volume import Volume
from workstation.imaging.volume_grid import VolumeGrid

_MOST_PARTS = 64


@dataclass(frozen=True, eq=False)
class Part:
    """Evenly spaced slices of a volume, and which places along its normal they answer for, mm."""

    volume: Volume
    begin_mm: float
    end_mm: float


def parts_of(volume: Volume) -> tuple[Part, ...]:
    """The parts, in the order of places; none when there would be too many of them, or one of a single slice.

    They are made once for a volume.
    """
    if not volume.even_parts:
        volume.even_parts.append(_found(volume))
    parts: tuple[Part, ...] = volume.even_parts[0]
    return parts


def reslice_parts(
    volume: Volume, planes: Planes, index: int, interpolation: Interpolation, cancel: CancelToken | None = None
) -> Sheet:
    """Plane ``index``: float64 values, (rows, columns), and where there are images. ``parts_of`` must not be empty."""
    return combined(_sheets(volume, planes, index, interpolation, cancel), planes.slab.projection)


def _found(volume: Volume) -> tuple[Part, ...]:
    grid = volume.grid
    ends = list(_runs(grid))
    if len(ends) > _MOST_PARTS or any(first == last for first, last in ends):
        return ()
    parts = tuple(_part(volume, first, last) for first, last in ends)
    return parts if all(can_reslice(part.volume) for part in parts) else ()


def _runs(grid: VolumeGrid) -> Iterator[tuple[int, int]]:
    """First and last slice of each even run; the next one begins with that last slice, or behind a gap."""
    first = 0
    while first < grid.slices - 1:
        if grid.is_gap[first]:
            yield first, first
            first += 1
            continue
        last = first + 1
        while last + 1 < grid.slices and _goes_on(grid, first, last + 1):
            last += 1
        yield first, last
        first = last + 1 if last + 1 < grid.slices and grid.is_gap[last] else last
    if grid.is_gap[-1]:
        yield grid.slices - 1, grid.slices - 1


def _goes_on(grid: VolumeGrid, first: int, last: int) -> bool:
    """Whether slices ``first`` to ``last`` lie evenly, and in order in memory."""
    if grid.is_gap[last - 1] or grid.slots[last] - grid.slots[first] != last - first:
        return False
    return _cut(grid, first, last).is_even


def _cut(grid: VolumeGrid, first: int, last: int) -> VolumeGrid:
    part = slice(first, last + 1)
    return replace(
        grid,
        slots=np.arange(last + 1 - first),
        origins_mm=grid.origins_mm[part],
        thicknesses_mm=grid.thicknesses_mm[part],
        spacing_mm=(*grid.spacing_mm[:2], float(np.median(np.diff(grid.places_mm[part])))),
    )


def _part(volume: Volume, first: int, last: int) -> Part:
    grid = volume.grid
    slots = grid.slots[first : last + 1]
    is_together = bool((np.diff(slots) == 1).all())
    values = volume.values[slots[0] : slots[-1] + 1] if is_together else volume.values[slots]
    begins_alone = first == 0 or bool(grid.is_gap[first - 1])
    ends_alone = last == grid.slices - 1 or bool(grid.is_gap[last])
    begin_mm = grid.places_mm[first] - (grid.reach_mm[first] if begins_alone else 0.0)
    end_mm = grid.places_mm[last] + (grid.reach_mm[last] if ends_alone else 0.0)
    return Part(Volume(values, _cut(grid, first, last), volume.header), float(begin_mm), float(end_mm))


def _sheets(
    volume: Volume, planes: Planes, index: int, interpolation: Interpolation, cancel: CancelToken | None
) -> Iterator[Sheet]:
    normal = np.array(planes.orientation.normal)
    for number in range(planes.samples):
        if cancel is not None:
            cancel.raise_if_cancelled()
        offset = (number - (planes.samples - 1) / 2) * planes.sample_step_mm
        x, y, z = (float(each) for each in np.array(planes.first_mm) + offset * normal)
        yield _sheet(volume, replace(planes, first_mm=(x, y, z), samples=1), index, interpolation)


def _sheet(volume: Volume, thin: Planes, index: int, interpolation: Interpolation) -> Sheet:
    values = np.zeros((thin.rows, thin.columns))
    valid = np.zeros(values.shape, dtype=np.bool_)
    places_mm = _places_mm(volume.grid, thin, index)
    for part in parts_of(volume):
        inside = (places_mm >= part.begin_mm) & (places_mm <= part.end_mm)
        if not inside.any():
            continue
        sheet = reslice(part.volume, thin, index, interpolation)
        if sheet.valid is not None:
            inside &= sheet.valid
        np.copyto(values, sheet.values, where=inside)
        valid |= inside
    return Sheet(values, valid)


def _places_mm(grid: VolumeGrid, thin: Planes, index: int) -> NDArray[np.float64]:
    """Of each pixel along the normal of the slices, (rows, columns)."""
    across = thin.spacing_mm[1] * float(np.dot(thin.orientation.right, grid.normal)) * np.arange(thin.columns)
    down = thin.spacing_mm[0] * float(np.dot(thin.orientation.down, grid.normal)) * np.arange(thin.rows)
    return np.asarray(float(np.dot(thin.first_pixel_mm(index), grid.normal)) + across + down[:, None])
