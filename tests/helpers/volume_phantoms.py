"""Stacks whose value at every place of the patient is known: what planes through them must show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.helpers.hanging_studies import a_header
from workstation.dicom.display_sets import DisplaySet, display_sets_of
from workstation.dicom.header import InstanceHeader, PixelDescription
from workstation.imaging.planes import Planes
from workstation.imaging.volume import Volume, volume_from
from workstation.imaging.volume_grid import grid_of

FloatArray = NDArray[np.float64]
Field = Callable[[FloatArray], FloatArray]
"""Patient coordinates (..., 3) in mm to a value (...)."""

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def stack_headers(
    origins_mm: Sequence[Sequence[float]],
    *,
    orientation: Sequence[float] = AXIAL,
    spacing: tuple[float, float] = (1.0, 1.0),
    size: tuple[int, int] = (24, 32),
    pixel: PixelDescription | None = None,
    modality: str = "CT",
    **changes: Any,
) -> list[InstanceHeader]:
    """One header for each place of a first pixel, numbered so; ``spacing`` and ``size`` are (rows, columns)."""
    first = a_header(
        "1.2.3",
        modality=modality,
        rows=size[0],
        columns=size[1],
        orientation=tuple(float(each) for each in orientation),
        spacing=spacing,
        spacing_kind="patient",
        pixel_aspect=spacing[0] / spacing[1],
        frame_of_reference="1.2.9",
        pixel=pixel or PixelDescription(is_signed=True),
        **changes,
    )
    return [
        replace(first, sop_uid=f"1.2.3.{n}", instance_number=n, position=tuple(float(each) for each in origin))
        for n, origin in enumerate(origins_mm, 1)
    ]


def display_set_of(headers: Sequence[InstanceHeader]) -> DisplaySet:
    """The one display set they make."""
    (only,) = display_sets_of(headers)
    return only


def phantom(headers: Sequence[InstanceHeader], field: Field, dtype: str = "i2") -> Volume:
    """The volume of these headers, each pixel holding the field at its centre (rounded for whole numbers)."""
    display_set = display_set_of(headers)
    stored = [pixels_of(display_set.header_at(n), field, dtype) for n in range(len(display_set.frames))]
    return volume_from(np.stack(stored), grid_of(display_set), display_set)


def pixels_of(header: InstanceHeader, field: Field, dtype: str = "i2") -> NDArray[Any]:
    """The field over one image."""
    values = field(pixel_places(header))
    return (values if np.dtype(dtype).kind == "f" else np.rint(values)).astype(dtype)


def pixel_places(header: InstanceHeader) -> FloatArray:
    """Patient coordinates of each pixel centre, (rows, columns, 3): PS3.3 equation C.7.6.2.1-1, written out."""
    assert header.position is not None
    assert header.orientation is not None
    assert header.spacing is not None
    places = np.zeros((header.rows, header.columns, 3))
    for axis in range(3):
        along = np.arange(header.columns) * header.spacing[1] * header.orientation[axis]
        down = np.arange(header.rows) * header.spacing[0] * header.orientation[3 + axis]
        places[..., axis] = header.position[axis] + along[None, :] + down[:, None]
    return places


def plane_places(planes: Planes, index: int, like: InstanceHeader) -> FloatArray:
    """Patient coordinates of each pixel of a plane, by the header it shows."""
    return pixel_places(planes.header(index, like, "plane"))


def trilinear(volume: FloatArray, indices: FloatArray) -> FloatArray:
    """Plain trilinear interpolation of (slices, rows, columns) at (..., (column, row, slice)), written for reading.

    Places beyond the outermost centres take the outermost value.
    """
    found = np.zeros(indices.shape[:-1])
    for place in np.ndindex(found.shape):
        total = 0.0
        sizes = volume.shape[::-1]
        clipped = [min(max(float(at), 0.0), size - 1.0) for at, size in zip(indices[place], sizes, strict=True)]
        for corner in np.ndindex(2, 2, 2):
            weight, where = 1.0, []
            for at, step, size in zip(clipped, corner, sizes, strict=True):
                low = min(int(at), size - 2)
                weight *= (at - low) if step else 1.0 - (at - low)
                where.append(low + step)
            total += weight * float(volume[where[2], where[1], where[0]])
        found[place] = total
    return found
