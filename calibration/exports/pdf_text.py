"""The typeface of reports: line heights, and which characters it has."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # fpdf2's own reader of fonts

from workstation.foundation.resources import resource_path

FAMILY = "LightboxSans"
REGULAR, BOLD = "LightboxSans-Regular.ttf", "LightboxSans-Bold.ttf"
STAND_IN = "□"
_MM_PER_PT = 25.4 / 72
_LEADING = 1.36


def font_path(name: str) -> Path:
    """One of the shipped fonts."""
    return resource_path("fonts", name)


def leading(size_pt: float) -> float:
    """Line height of a type size, mm."""
    return size_pt * _MM_PER_PT * _LEADING


def one_line_baseline(size_pt: float) -> float:
    """From the top of a line to its base line, mm: where fpdf2 puts it in a cell."""
    return leading(size_pt) / 2 + 0.3 * size_pt * _MM_PER_PT


def printable(text: str) -> str:
    """The text in characters that the shipped fonts have; others become a box, control characters a blank."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(_one(character) for character in composed)


def _one(character: str) -> str:
    if character == "\n" or ord(character) in _characters():
        return character
    return " " if unicodedata.category(character) in ("Cc", "Zs") else STAND_IN


@cache
def _characters() -> frozenset[int]:
    """Code points that both cuts have."""
    found = []
    for name in (REGULAR, BOLD):
        with TTFont(font_path(name), lazy=True) as font:
            found.append(frozenset(font.getBestCmap()))
    return found[0] & found[1]
