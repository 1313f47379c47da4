"""Text as masks of pixels, in the program's own typeface, without a window system."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from workstation.foundation.resources import resource_path

_LINE = 1.3
"""Distance of two lines over the size of the type."""
_FINER = 4
"""Small type is drawn larger and averaged: letters then stand where they belong, not on whole pixels."""


@dataclass(frozen=True)
class Type:
    """A size of type in device pixels. Sharp type has no in-between levels at the edges of letters."""

    size: int
    is_bold: bool = False
    is_sharp: bool = False


def written(lines: tuple[str, ...], style: Type) -> NDArray[np.float64]:
    """How much of each pixel the text covers, 0 to 1, (rows, columns); just large enough for all lines."""
    width = max(1, max((text_width(line, style) for line in lines), default=1))
    step = line_height(style)
    fine = 1 if style.is_sharp else _FINER
    picture = Image.new("L", (width * fine, max(1, step * len(lines)) * fine), 0)
    pen = ImageDraw.Draw(picture)
    pen.fontmode = "1" if style.is_sharp else "L"
    for number, line in enumerate(lines):
        pen.text((0, number * step * fine), line, fill=255, font=_font(replace(style, size=style.size * fine)))
    return np.asarray(picture.reduce(fine) if fine > 1 else picture, np.float64) / 255


def wrapped(text: str, style: Type, width: int) -> tuple[str, ...]:
    """The text in lines of at most ``width`` pixels, broken between words; a longer word keeps its own line."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, style) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def text_width(text: str, style: Type) -> int:
    """Width of one line in pixels."""
    fine = 1 if style.is_sharp else _FINER
    return int(np.ceil(_font(replace(style, size=style.size * fine)).getlength(text) / fine)) + 1


def line_height(style: Type) -> int:
    """Distance of two lines in pixels."""
    return round(style.size * _LINE)


@lru_cache(maxsize=64)
def _font(style: Type) -> ImageFont.FreeTypeFont:
    cut = "Bold" if style.is_bold else "Regular"
    return ImageFont.truetype(str(resource_path("fonts", f"LightboxSans-{cut}.ttf")), style.size)
