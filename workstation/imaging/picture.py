"""A frame to a picture: the one way pixels reach a screen, a file or a printer.

`render_view` fills a viewport with DDLs; `render_native` gives P-values (or DDLs) at the image's own size. Both use the
same chain. Outside the image, and where it is padding, the picture is black: DDL 0, whatever is inverted. A display
shutter covers with its own grey, behind all tables of the image; overlay planes lie on top. Shapes and texts of a
presentation state are not drawn here: see `workstation.imaging.drawing`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.gsdf.display_lut import DisplayLut
from workstation.dicom.header import InstanceHeader
from workstation.imaging.coverings import cover, cover_native, pyramid_for, shown_header
from workstation.imaging.gray_table import EIGHT_BIT, GrayChain, chain_for, ddl_table, first_voi, level_of, look_up
from workstation.imaging.kept import Kept
from workstation.imaging.palette import palette_colours
from workstation.imaging.placement import (
    GREATEST_ZOOM,
    LEAST_ZOOM,
    Placement,
    Presentation,
    ViewTransform,
    fit_placement,
    round_half_up,
)
from workstation.imaging.presets import automatic_window
from workstation.imaging.pyramid import Pyramid
from workstation.imaging.resampling import Span, image_mask, resample
from workstation.imaging.stored_frame import StoredFrame

__all__ = [
    "GREATEST_ZOOM",
    "LEAST_ZOOM",
    "Placement",
    "Presentation",
    "ViewTransform",
    "fit_placement",
    "render_native",
    "render_view",
]

Picture = NDArray[np.uint8]
Painter = Callable[[NDArray[Any], Picture], None]


def render_view(
    frame: StoredFrame,
    header: InstanceHeader,
    presentation: Presentation,
    placement: Placement,
    size: tuple[int, int],
    display_lut: DisplayLut | None = None,
    *,
    kept: Kept | None = None,
) -> Picture:
    """Fill a viewport.

    An image that brings no window of its own gets an automatic one, over the values that occur in it.

    Parameters
    ----------
    size
        (width, height) of the viewport in device pixels.
    display_lut
        P-value → DDL of the display it is for; 8-bit identity by default. Colour does not pass through it.
    kept
        What the viewport keeps from one picture to the next: with it only what has changed is computed.

    Returns
    -------
    NDArray
        uint8, (height, width) for grey and (height, width, 3) RGB for colour, contiguous.
    """
    header, lut = shown_header(header, presentation), display_lut or EIGHT_BIT
    rows, columns = _spans(frame, presentation, placement, size)
    shape = (rows.size, columns.size)
    canvas = _canvas((*shape, 3) if _has_colour(frame) else shape, rows, columns)
    if rows.begin < rows.end and columns.begin < columns.end:
        visible = canvas[rows.begin : rows.end, columns.begin : columns.end]
        pyramid, painter = _painter(frame, header, presentation, lut)
        _paint(pyramid, painter, (rows, columns), visible, kept or Kept(), is_label=frame.is_label)
        cover(visible, frame, header, presentation, (rows, columns), _level_of(frame, lut))
    return _turned(canvas, presentation)


def render_native(
    frame: StoredFrame,
    header: InstanceHeader,
    presentation: Presentation | None = None,
    bits: int = 8,
    display_lut: DisplayLut | None = None,
    *,
    has_overlays: bool = False,
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """The picture at its own size, turned as the presentation says.

    An image that brings no window is spread over all values its bits can hold, as the standard has it (VOI identity).

    Parameters
    ----------
    bits
        8 or 16 bits for P-values.
    display_lut
        Gives DDLs (8 bits) in the place of P-values.
    has_overlays
        Whether overlay planes are drawn, as on the screen; a display shutter always is.

    Returns
    -------
    NDArray
        uint8 or uint16, (rows, columns) for grey, (rows, columns, 3) RGB for colour.

    Raises
    ------
    ValueError
        When ``bits`` is neither 8 nor 16, or DDLs are asked for with 16.
    """
    if bits not in {8, 16} or (display_lut is not None and bits == 16):
        raise ValueError("pictures have 8 or 16 bits, DDLs have 8")
    presentation = presentation or Presentation()
    header, lut = shown_header(header, presentation), display_lut or EIGHT_BIT
    if _has_colour(frame):
        picture: NDArray[Any] = _colours(frame.pixels, header, presentation).copy()
    else:
        p_values = _native_chain(frame, header, presentation).p_values(frame.pixels)
        picture = p_values if bits == 16 else lut.drive(p_values)
        if frame.valid is not None:
            picture[~frame.valid] = 0
    level = _level_of(frame, lut) if bits == 8 or _has_colour(frame) else int
    cover_native(picture, frame, header, presentation, level, has_overlays=has_overlays)
    if picture.dtype == np.uint8 and bits == 16:
        picture = picture.astype(np.uint16) * 257
    return _turned(picture, presentation)


def _canvas(shape: tuple[int, ...], rows: Span, columns: Span) -> Picture:
    """Black around the image; what the image covers is yet to be written."""
    canvas = np.empty(shape, dtype=np.uint8)
    canvas[: rows.begin] = 0
    canvas[rows.end :] = 0
    canvas[rows.begin : rows.end, : columns.begin] = 0
    canvas[rows.begin : rows.end, columns.end :] = 0
    return canvas


def _has_colour(frame: StoredFrame) -> bool:
    return frame.is_colour or frame.photometric == "PALETTE COLOR"


def _level_of(frame: StoredFrame, display_lut: DisplayLut) -> Callable[[int], int]:
    """What a P-value is in an 8-bit picture; colour does not pass through the display's table."""
    if _has_colour(frame):
        return lambda p_value: round(p_value / 257)
    return lambda p_value: level_of(p_value, display_lut)


def _spans(
    frame: StoredFrame, presentation: Presentation, placement: Placement, size: tuple[int, int]
) -> tuple[Span, Span]:
    """Where the image lies along its own rows and columns, before it is turned."""
    width, height = size
    across, down = frame.columns * placement.zoom, frame.rows * placement.zoom_down
    if presentation.is_on_side:
        across, down = down, across
    left, top = round_half_up(placement.x), round_half_up(placement.y)
    wide, high = max(1, round_half_up(across)), max(1, round_half_up(down))
    if presentation.flip:
        left = width - left - wide
    for _ in range(presentation.rotate_quarter % 4):
        left, top, wide, high, width, height = top, width - left - wide, high, wide, height, width
    return Span(frame.rows, placement.zoom_down, top, height), Span(frame.columns, placement.zoom, left, width)


def _painter(
    frame: StoredFrame, header: InstanceHeader, presentation: Presentation, display_lut: DisplayLut
) -> tuple[Pyramid, Painter]:
    """Pixels to be interpolated, and what turns them into the picture's own: a table for grey, nothing or a palette
    for colour.
    """
    if _has_colour(frame):
        pyramid = pyramid_for(frame, header, presentation, None)
        return pyramid, lambda pixels, out: np.copyto(out, _colours(pixels, header, presentation))
    chain = _view_chain(frame, header, presentation)
    modality_lut = None if frame.interpolable.values is not None else chain.pixel.modality_lut
    pyramid = pyramid_for(frame, header, presentation, modality_lut)
    table = _table(frame, pyramid, chain if modality_lut is None else chain.after_modality(), display_lut)

    def paint_gray(pixels: NDArray[Any], out: Picture) -> None:
        look_up(pixels, table, out)

    return pyramid, paint_gray


def _table(frame: StoredFrame, pyramid: Pyramid, chain: GrayChain, display_lut: DisplayLut) -> Picture:
    values = frame.interpolable.values
    if values is not None:
        return display_lut.drive(chain.p_values(values))
    return ddl_table(chain, pyramid.level(0).pixels.dtype, display_lut)


def _view_chain(frame: StoredFrame, header: InstanceHeader, presentation: Presentation) -> GrayChain:
    voi = presentation.window
    if voi is None and first_voi(header.pixel) is None and frame.bits_stored > 8:
        voi = automatic_window(frame, header)
    return chain_for(header, voi, invert=presentation.invert)


def _native_chain(frame: StoredFrame, header: InstanceHeader, presentation: Presentation) -> GrayChain:
    voi = presentation.window
    if voi is None and first_voi(header.pixel) is None and frame.interpolable.values is not None:
        voi = automatic_window(frame, header)  # 32 bits and floats: all that could be held says nothing
    return chain_for(header, voi, invert=presentation.invert)


def _colours(pixels: NDArray[Any], header: InstanceHeader, presentation: Presentation) -> Picture:
    rgb = pixels if pixels.ndim == 3 else palette_colours(pixels, header.pixel.palette)
    return np.asarray(255 - rgb if presentation.invert else rgb, dtype=np.uint8)


def _paint(
    pyramid: Pyramid, painter: Painter, place: tuple[Span, Span], out: Picture, kept: Kept, *, is_label: bool
) -> None:
    """Fill ``out``; its padding is taken out last."""
    painter(resample(pyramid, *place, is_label=is_label, kept=kept), out)
    mask = image_mask(pyramid, *place, kept=kept)
    if mask is not None:
        cv2.bitwise_and(out, mask if out.ndim == 2 else cv2.merge([mask] * 3), out)


def _turned(picture: NDArray[Any], presentation: Presentation) -> NDArray[Any]:
    turned = np.rot90(picture, -presentation.rotate_quarter % 4) if presentation.rotate_quarter % 4 else picture
    return np.ascontiguousarray(turned[:, ::-1] if presentation.flip else turned)
