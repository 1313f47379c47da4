"""A plane or slab of a volume as a frame: drawn through the same grey chain, windows and display table as any other.

Three ways lead there, with one result: along the axes of the volume its own pixels are taken; oblique planes of even
stacks go through VTK; everything else is sampled place by place. What lies outside of the volume, in a gap of the stack
or on padding is no image and is marked as such, never made up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from workstation.foundation.cancel import CancelToken
from workstation.imaging.along_axes import plane_along_axes
from workstation.imaging.even_parts import parts_of, reslice_parts
from workstation.imaging.planes import Planes
from workstation.imaging.reslice import can_reslice, index_matrix, reslice
from workstation.imaging.sampling import Interpolation, sample_plane
from workstation.imaging.slab import Sheet, as_type
from workstation.imaging.stored_frame import StoredFrame
from workstation.imaging.volume import Volume


@dataclass(frozen=True, eq=False)
class PlaneFrame(StoredFrame):
    """A frame that was cut from a volume.

    Attributes
    ----------
    mask
        Where there is an image, (rows, columns); None when everywhere.
    notices
        What only the pixels tell of the volume: images that could not be decoded.
    """

    mask: NDArray[np.bool_] | None = field(default=None, repr=False)
    notices: tuple[str, ...] = ()

    @cached_property
    def valid(self) -> NDArray[np.bool_] | None:
        """Where there is an image, shape (rows, columns); None when everywhere."""
        return self.mask

    @property
    def drawing_bytes(self) -> int:
        """Memory that `interpolable` may take beside the pixels once the frame has been drawn."""
        return super().drawing_bytes + (0 if self.mask is None else self.nbytes + 2 * self.mask.nbytes)


def plane_frame(
    volume: Volume,
    planes: Planes,
    index: int,
    interpolation: Interpolation = Interpolation.LINEAR,
    cancel: CancelToken | None = None,
) -> PlaneFrame:
    """Plane ``index`` of ``planes`` through ``volume``.

    Raises
    ------
    Cancelled
        When ``cancel`` was set meanwhile.
    """
    if cancel is not None:
        cancel.raise_if_cancelled()
    sheet = _sheet(volume, planes, index, interpolation, cancel)
    pixel = volume.header.pixel
    valid = sheet.valid
    return PlaneFrame(
        pixels=np.ascontiguousarray(sheet.values),
        photometric=pixel.photometric,
        bits_stored=pixel.bits_stored,
        is_signed=pixel.is_signed,
        mask=None if valid is None or valid.all() else valid,
        notices=(f"Made without {volume.lost} of the images: they cannot be shown",) if volume.lost else (),
    )


def _sheet(
    volume: Volume, planes: Planes, index: int, interpolation: Interpolation, cancel: CancelToken | None
) -> Sheet:
    is_smooth = interpolation is not Interpolation.NEAREST
    if planes.axes is not None and (volume.grid.is_even or is_smooth):
        return plane_along_axes(volume, planes, index)
    quick = _quick(volume, planes, index, interpolation, cancel)
    if quick is None:
        found = sample_plane(volume, planes, index, interpolation, cancel)
        return Sheet(as_type(found.values, volume.values.dtype), found.valid)
    near = _near_padding(volume, planes, index, quick)
    return quick if near is None else _without_padding(volume, planes, index, quick, near, interpolation, cancel)


def _quick(
    volume: Volume, planes: Planes, index: int, interpolation: Interpolation, cancel: CancelToken | None
) -> Sheet | None:
    """By VTK, with padding taken as it comes; None where VTK cannot, or where padding lies is not known."""
    if volume.padded_columns is not None and not volume.grid.is_straight:
        return None
    if can_reslice(volume):
        return reslice(volume, planes, index, interpolation)
    if not parts_of(volume):
        return None
    found = reslice_parts(volume, planes, index, interpolation, cancel)
    return Sheet(as_type(found.values, volume.values.dtype), found.valid)


def _without_padding(
    volume: Volume,
    planes: Planes,
    index: int,
    sheet: Sheet,
    near: NDArray[np.bool_],
    interpolation: Interpolation,
    cancel: CancelToken | None,
) -> Sheet:
    """The same with the pixels that padding may have had a part in done again, without it."""
    again = sample_plane(volume, planes, index, interpolation, cancel, where=near)
    values = sheet.values.copy()
    values[near] = as_type(again.values, values.dtype)
    valid = np.ones(values.shape, dtype=np.bool_) if sheet.valid is None else sheet.valid.copy()
    valid[near] = again.valid
    return Sheet(values, valid)


def _near_padding(volume: Volume, planes: Planes, index: int, sheet: Sheet) -> NDArray[np.bool_] | None:
    """Pixels with padding within reach of interpolation in the image above or below them; None when there are none."""
    padded = volume.padded_columns
    if padded is None:
        return None
    reach = np.ones((5, 5), dtype=np.uint8)
    shadow: NDArray[Any] = cv2.dilate(padded.view(np.uint8), reach)
    matrix = index_matrix(volume, planes, index)
    found = np.zeros((planes.rows, planes.columns), dtype=np.bool_)
    for number in range(planes.samples):
        start = matrix[:3, 3] + (number - (planes.samples - 1) / 2) * matrix[:3, 2]
        found |= _look_up(shadow, matrix, start, found.shape)
    if sheet.valid is not None:
        found &= sheet.valid
    return found if found.any() else None


def _look_up(
    shadow: NDArray[Any], matrix: NDArray[np.float64], start: NDArray[np.float64], shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """``shadow`` at the column and row of each pixel of one sheet."""
    affine = np.array(
        [[matrix[0, 0], matrix[0, 1], start[0]], [matrix[1, 0], matrix[1, 1], start[1]]], dtype=np.float64
    )
    size = (shape[1], shape[0])
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    turned: NDArray[Any] = cv2.warpAffine(shadow, affine, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return turned.astype(np.bool_)
