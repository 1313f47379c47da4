"""What lies over a picture before anything is drawn: the display shutter below, overlay planes above (PS3.3 C.7.6.11,
C.9.2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.dicom.display_shutter import DisplayShutter
from workstation.dicom.header import InstanceHeader
from workstation.dicom.overlay_planes import OverlayPlane
from workstation.dicom.voi import LookupTable
from workstation.imaging.applied_state import ShownOverlay
from workstation.imaging.cielab import rgb_of
from workstation.imaging.overlay_bits import plane_mask
from workstation.imaging.placement import Presentation
from workstation.imaging.pyramid import Pyramid
from workstation.imaging.resampling import Span, image_mask, nearest_or_any
from workstation.imaging.shutter import visible_mask
from workstation.imaging.stored_frame import StoredFrame

Mask = NDArray[np.bool_]
Picture = NDArray[np.uint8]


def shown_header(header: InstanceHeader, presentation: Presentation) -> InstanceHeader:
    """The header the picture is made with: the image's own, or as a presentation state has it."""
    return header if presentation.applied is None else presentation.applied.header


def shutter_of(header: InstanceHeader, presentation: Presentation) -> DisplayShutter | None:
    """The shutter in use; ``header`` is the shown one."""
    return None if presentation.hides_shutter else header.shutter


def pyramid_for(
    frame: StoredFrame, header: InstanceHeader, presentation: Presentation, modality_lut: LookupTable | None
) -> Pyramid:
    """Pixels ready for interpolation, so that nothing of what is covered reaches what is seen.

    Parameters
    ----------
    modality_lut
        Comes before interpolation: between two stored values a table may hold anything (its entries, in the place of
        stored values). None for slope and intercept, which may as well come after.
    """
    shutter = shutter_of(header, presentation)
    if shutter is None and modality_lut is None:
        return frame.interpolable.pyramid
    return _covered(frame, modality_lut, shutter, header.pixel_aspect)


@lru_cache(maxsize=4)
def _covered(
    frame: StoredFrame, modality_lut: LookupTable | None, shutter: DisplayShutter | None, aspect: float
) -> Pyramid:
    valid = frame.valid
    if shutter is not None:
        visible = visible_mask(shutter, frame.rows, frame.columns, aspect)
        valid = visible if valid is None else valid & visible
        valid = None if valid.all() else valid
    if modality_lut is None:
        return Pyramid(frame.interpolable.pyramid.level(0).pixels, valid)
    entries = modality_lut.entries
    index = np.clip(frame.pixels.astype(np.int64) - modality_lut.first, 0, entries.size - 1)
    return Pyramid(entries[index].astype(np.uint16), valid)


def cover(
    out: Picture,
    frame: StoredFrame,
    header: InstanceHeader,
    presentation: Presentation,
    place: tuple[Span, Span],
    level: Callable[[int], int],
) -> None:
    """Put shutter and overlays on the visible part of a picture.

    Parameters
    ----------
    out
        uint8, the visible part of the image, (rows, columns) or (rows, columns, 3); black where the shutter is.
    header
        The shown one.
    level
        What a P-value is in ``out``.
    """
    shutter = shutter_of(header, presentation)
    if shutter is not None and (shutter.p_value or shutter.lab):
        seen = image_mask(_shutter_pyramid(shutter, frame.rows, frame.columns, header.pixel_aspect), *place)
        if seen is not None:
            out[seen == 0] = _shutter_level(shutter, level, is_coloured=out.ndim == 3)
    for mask, gray in overlays_of(frame, header, presentation):
        out[nearest_or_any(mask, *place)] = level(gray)


def cover_native(
    picture: NDArray[Any],
    frame: StoredFrame,
    header: InstanceHeader,
    presentation: Presentation,
    level: Callable[[int], int],
    *,
    has_overlays: bool,
) -> None:
    """As `cover`, for a picture of the whole image at its own size."""
    shutter = shutter_of(header, presentation)
    if shutter is not None:
        seen = visible_mask(shutter, frame.rows, frame.columns, header.pixel_aspect)
        picture[~seen] = _shutter_level(shutter, level, is_coloured=picture.ndim == 3)
    for mask, gray in overlays_of(frame, header, presentation) if has_overlays else ():
        picture[mask] = level(gray)


def overlays_of(frame: StoredFrame, header: InstanceHeader, presentation: Presentation) -> Iterator[tuple[Mask, int]]:
    """Masks (rows, columns) and P-values of the overlays that are shown, lowest layer first.

    With a presentation state those that it activates, else all that the image brings.
    """
    if presentation.hides_overlays:
        return
    applied = presentation.applied
    shown = applied.overlays if applied is not None else tuple(ShownOverlay(plane) for plane in header.overlays)
    for each in shown:
        mask = _mask(each.plane, frame, presentation.frame)
        if mask is not None:
            yield mask, each.gray


def _mask(plane: OverlayPlane, frame: StoredFrame, number: int) -> Mask | None:
    if plane.is_embedded:
        return next((mask for group, mask in frame.embedded_overlays if group == plane.group), None)
    return plane_mask(plane, number, frame.rows, frame.columns)


@lru_cache(maxsize=8)
def _shutter_pyramid(shutter: DisplayShutter, rows: int, columns: int, aspect: float) -> Pyramid:
    visible = visible_mask(shutter, rows, columns, aspect)
    return Pyramid(visible.view(np.uint8), visible)


def _shutter_level(shutter: DisplayShutter, level: Callable[[int], int], *, is_coloured: bool) -> tuple[int, ...] | int:
    if is_coloured and shutter.lab is not None:
        return rgb_of(shutter.lab)
    return level(shutter.p_value)
