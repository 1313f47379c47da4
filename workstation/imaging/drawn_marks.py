"""Graphics and texts painted into an array: what `workstation render` and secondary captures show of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from workstation.foundation.resources import resource_path
from workstation.imaging.drawing import Ink, Label, Line, Mark, Points, leader_of, text_box

TEXT_SIZE = 13.0  # pixels
_BITS = 4  # fraction bits of a coordinate
_FARTHEST = 1 << 14  # pixels: cv2 counts in 32 bits with fraction
_HALO = 1  # pixels of black around a mark, so that it shows on white


def paint_marks(picture: NDArray[Any], marks: Sequence[Mark], level: Callable[[int], int]) -> None:
    """Paint in place, anti-aliased, each with a thin dark rim.

    Parameters
    ----------
    picture
        (rows, columns) or (rows, columns, 3), 8 or 16 bits.
    level
        What a P-value is in a grey ``picture``.
    """
    font = ImageFont.truetype(str(resource_path("fonts", "LightboxSans-Regular.ttf")), TEXT_SIZE)
    for ink, alike in groupby(marks, key=lambda mark: mark.ink):
        cover = np.zeros(picture.shape[:2], dtype=np.uint8)
        for mark in alike:
            if isinstance(mark, Line):
                _draw_line(cover, mark)
            else:
                _draw_label(cover, mark, font)
        if cover.any():
            _blend(picture, cv2.dilate(cover, np.ones((2 * _HALO + 1,) * 2, np.uint8)), 0)
            _blend(picture, cover, _colour(picture, ink, level))


def _colour(picture: NDArray[Any], ink: Ink, level: Callable[[int], int]) -> int | NDArray[np.int64]:
    if picture.ndim == 2:
        return level(ink.gray)
    return np.array(ink.rgb) * (257 if picture.dtype == np.uint16 else 1)


def _blend(picture: NDArray[Any], cover: NDArray[Any], colour: int | NDArray[np.int64]) -> None:
    """Only where something is drawn: the rest of the picture is not touched."""
    rows, columns = np.nonzero(cover)
    share = cover[rows, columns].astype(np.float64) / 255
    if picture.ndim == 3:
        share = share[:, None]
    mixed = picture[rows, columns] * (1 - share) + colour * share
    picture[rows, columns] = np.rint(mixed).astype(picture.dtype)


def _draw_line(cover: NDArray[np.uint8], line: Line) -> None:
    points = _fixed(line.points)
    if line.is_filled:
        cv2.fillPoly(cover, [points], 255, lineType=cv2.LINE_AA, shift=_BITS)
    cv2.polylines(cover, [points], line.is_closed, 255, 1, lineType=cv2.LINE_AA, shift=_BITS)


def _fixed(points: Points) -> NDArray[np.int32]:
    """As cv2 counts: pixel centres at whole numbers, in fixed point."""
    near = np.clip(points - 0.5, -_FARTHEST, _FARTHEST)
    return np.rint(near * (1 << _BITS)).astype(np.int32)


def _draw_label(cover: NDArray[np.uint8], label: Label, font: ImageFont.FreeTypeFont) -> None:
    text = "\n".join(label.lines)
    image = Image.fromarray(cover)
    draw = ImageDraw.Draw(image)
    wide, high = draw.multiline_textbbox((0, 0), text, font=font)[2:]
    box = text_box(label, (float(wide), float(high)))
    if abs(box[0]) < _FARTHEST and abs(box[1]) < _FARTHEST:
        align = label.justification.lower() if label.justification in {"CENTER", "RIGHT"} else "left"
        draw.multiline_text((box[0], box[1]), text, fill=255, font=font, align=align)
        cover[...] = np.asarray(image)
    leader = leader_of(label, box)
    if leader is not None:
        cv2.polylines(cover, [_fixed(leader)], False, 255, 1, lineType=cv2.LINE_AA, shift=_BITS)
