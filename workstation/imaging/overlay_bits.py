"""Overlay planes as masks on their image (PS3.3 C.9.2), out of their packed bits or out of unused bits of pixels."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.dicom.overlay_planes import OverlayPlane

Mask = NDArray[np.bool_]


@lru_cache(maxsize=16)
def plane_mask(plane: OverlayPlane, image_frame: int, rows: int, columns: int) -> Mask:
    """Where a plane with bits of its own is set, on an image of ``rows`` × ``columns``; read-only.

    What of it lies beside the image is left out; where it does not reach, it is not set.
    """
    mask = np.zeros((rows, columns), dtype=bool)
    frame = plane.frame_for(image_frame)
    if frame is not None and not plane.is_embedded:
        _lay(mask, _unpacked(plane, frame), plane.origin)
    mask.setflags(write=False)
    return mask


def embedded_masks(samples: NDArray[Any], planes: Sequence[OverlayPlane]) -> tuple[tuple[int, Mask], ...]:
    """Overlays that lie in bits beside the pixel values, by group.

    Parameters
    ----------
    samples
        (rows, columns), whole containers as stored, before bits are masked.
    """
    raw = samples.view(f"u{samples.dtype.itemsize}")
    bits = 8 * samples.dtype.itemsize
    return tuple(
        (plane.group, ((raw >> plane.bit_position) & 1).astype(bool))
        for plane in planes
        if plane.bit_position is not None and plane.bit_position < bits
    )


def _unpacked(plane: OverlayPlane, frame: int) -> Mask:
    """Frames follow one another without a gap, lowest bit first (PS3.5 8.1.2)."""
    count = plane.rows * plane.columns
    first = frame * count
    packed = np.frombuffer(plane.bits, dtype=np.uint8)[first // 8 : (first + count + 7) // 8]
    bits = np.unpackbits(packed, bitorder="little")[first % 8 :][:count]
    return bits.reshape(plane.rows, plane.columns).astype(bool)


def _lay(mask: Mask, bits: Mask, origin: tuple[int, int]) -> None:
    """Put ``bits`` into ``mask``, their first pixel at ``origin`` (row, column), counted from 1."""
    top, left = origin[0] - 1, origin[1] - 1
    begin = (max(top, 0), max(left, 0))
    end = (min(top + bits.shape[0], mask.shape[0]), min(left + bits.shape[1], mask.shape[1]))
    if begin[0] < end[0] and begin[1] < end[1]:
        cut = bits[begin[0] - top : end[0] - top, begin[1] - left : end[1] - left]
        mask[begin[0] : end[0], begin[1] : end[1]] = cut
