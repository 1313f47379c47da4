"""`workstation render`: one image as a file, through the functions the screen uses."""

from __future__ import annotations

import csv
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from calibration.gsdf.display_lut import DisplayLut
from workstation.app.image_helper import ImageHelper, image_helper
from workstation.dicom.dicom_object import open_object
from workstation.dicom.header import InstanceHeader
from workstation.dicom.presentation_state import DisplayedArea, presentation_state_of
from workstation.dicom.voi import Window
from workstation.foundation.byte_source import FileSource
from workstation.foundation.errors import BadInput
from workstation.foundation.files import write_atomically
from workstation.imaging.applied_state import applied_state
from workstation.imaging.decoding import decode_frame_of
from workstation.imaging.display_rules import DisplayRules
from workstation.imaging.displayed_area import area_placement, displayed_rectangle
from workstation.imaging.drawing import marks_of
from workstation.imaging.drawn_marks import paint_marks
from workstation.imaging.gray_table import EIGHT_BIT, level_of
from workstation.imaging.picture import render_native, render_view
from workstation.imaging.placement import Placement, Presentation, ViewTransform, fit_placement
from workstation.imaging.stored_frame import StoredFrame

Pixels = NDArray[np.uint8] | NDArray[np.uint16]
_LONGEST = 20_000  # device pixels


@dataclass(frozen=True)
class RenderOrder:
    """What is to be rendered, and how.

    Attributes
    ----------
    frame
        Counted from 1.
    window, voi
        ``CENTRE,WIDTH``, or the number of one of the file's (or the presentation state's) own windows; empty and 0 for
        the first.
    size
        ``WIDTHxHEIGHT`` of a viewport to be filled as on the screen; empty for the image's own size.
    has_overlays
        Whether overlay planes and graphics are drawn; None: when there is a presentation state, or a size.
    rules
        What windows act on.
    """

    dicom: Path
    frame: int = 1
    window: str = ""
    voi: int = 0
    bits: int = 8
    display_lut: Path | None = None
    presentation_state: Path | None = None
    size: str = ""
    has_overlays: bool | None = None
    rules: DisplayRules = field(default_factory=DisplayRules.shipped)

    @property
    def draws_overlays(self) -> bool:
        """``has_overlays``, with what it means when nothing is said."""
        return bool(self.presentation_state or self.size) if self.has_overlays is None else self.has_overlays


def rendered(order: RenderOrder) -> Pixels:
    """Pixels of one frame: (rows, columns), or (rows, columns, 3) for colour.

    Raises
    ------
    BadInput
        When a file cannot be used, or the order contradicts itself.
    """
    if order.bits not in (8, 16):
        raise BadInput(f"--bits must be 8 or 16, not {order.bits}.")
    if order.bits == 16 and (order.size or order.display_lut):
        raise BadInput("--size and --display-lut give 8 bits.", "Leave --bits 16 out.")
    with image_helper() as helper:
        with closing(FileSource(order.dicom)) as source:
            obj = open_object(source, unusual=helper.unusual)
            header = order.rules.upon(obj.header_without_identifiers).of_frame(order.frame - 1)
            stored = decode_frame_of(obj, order.frame - 1, elsewhere=helper.elsewhere)
        presentation = _presentation(order, header, helper)
    lut = _read_display_lut(order.display_lut) if order.display_lut is not None else EIGHT_BIT
    if order.size:
        return _view(stored, header, presentation, _size(order.size), lut)
    pixels = render_native(
        stored, header, presentation, order.bits, lut if order.display_lut else None, has_overlays=order.draws_overlays
    )
    _mark(pixels, presentation, Placement(1.0), (stored.rows, stored.columns), None, lut)
    return pixels


def _presentation(order: RenderOrder, header: InstanceHeader, helper: ImageHelper) -> Presentation:
    frame, hides = order.frame - 1, not order.draws_overlays
    if order.presentation_state is None:
        return Presentation(_window(header, order.window, order.voi), frame=frame, hides_overlays=hides)
    with closing(FileSource(order.presentation_state)) as source:
        state = presentation_state_of(open_object(source, unusual=helper.unusual).elements)
    applied = applied_state(state, header, frame)
    if applied is None:
        raise BadInput(
            f"The presentation state {order.presentation_state.name} does not refer to frame {order.frame} of "
            f"{order.dicom.name}.",
            "Name the image it was made for.",
        )
    return Presentation(
        _window(applied.header, order.window, order.voi),
        rotate_quarter=state.rotate_quarter,
        flip=state.flip,
        applied=applied,
        frame=frame,
        hides_overlays=hides,
    )


def _view(
    stored: StoredFrame, header: InstanceHeader, presentation: Presentation, size: tuple[int, int], lut: DisplayLut
) -> Pixels:
    """A viewport of this size as it is first seen: the displayed area of the state, else the whole image."""
    applied, shape = presentation.applied, (stored.rows, stored.columns)
    aspect = (applied.header if applied is not None else header).pixel_aspect
    if applied is not None and applied.area is not None:
        placement = area_placement(applied.area, shape, aspect, presentation, size)
    else:
        placement = fit_placement(*shape, *size, aspect, rotate_quarter=presentation.rotate_quarter)
    picture = render_view(stored, header, presentation, placement, size, lut)
    _mark(picture, presentation, placement, shape, applied.area if applied is not None else None, lut)
    return picture


def _mark(
    picture: Pixels,
    presentation: Presentation,
    placement: Placement,
    shape: tuple[int, int],
    area: DisplayedArea | None,
    lut: DisplayLut,
) -> None:
    """Draw graphics and texts of the presentation state."""
    applied = presentation.applied
    if applied is None or presentation.hides_overlays:
        return
    displayed = displayed_rectangle(area, shape, presentation, placement)
    view = ViewTransform(*shape, presentation, placement)
    is_deep = picture.dtype == np.uint16
    paint_marks(picture, marks_of(applied, view, displayed, lut), int if is_deep else lambda p: level_of(p, lut))


def write_image(path: Path, pixels: Pixels) -> None:
    """Write PNG or NumPy, as the name says."""
    if path.suffix == ".npy":
        with path.open("wb") as stream:
            np.save(stream, pixels)
        return
    if path.suffix != ".png":
        raise BadInput(f"{path.name} ends in neither .png nor .npy.", "Name the output so.")
    from imagecodecs import png_encode

    write_atomically(path, bytes(png_encode(pixels)), mode=0o644)


def _window(header: InstanceHeader, window: str, voi: int) -> Window | None:
    if window and voi:
        raise BadInput("--window and --voi exclude each other.")
    if window:
        try:
            centre, width = (float(part) for part in window.split(","))
            return Window(centre, width)
        except ValueError as error:
            advice = "For example: --window 40,80. The width is at least 1."
            raise BadInput(f"--window {window} is not CENTRE,WIDTH.", advice) from error
    if not voi:
        return None
    windows = header.pixel.windows
    if not 1 <= voi <= len(windows):
        raise BadInput(f"--voi {voi}: the file has {len(windows)} windows.")
    return windows[voi - 1]


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if width.isdecimal() and height.isdecimal() and 0 < int(width) <= _LONGEST and 0 < int(height) <= _LONGEST:
        return int(width), int(height)
    raise BadInput(f"--size {text} is not WIDTHxHEIGHT.", f"For example: --size 1600x1200; {_LONGEST} at most.")


def _read_display_lut(path: Path) -> DisplayLut:
    try:
        with path.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        return DisplayLut(np.array([int(row["ddl"]) for row in rows], np.uint8))
    except (OSError, KeyError, ValueError, OverflowError) as error:
        raise BadInput(f"{path} is no display LUT.", "It is a CSV file with the columns p_value and ddl.") from error
