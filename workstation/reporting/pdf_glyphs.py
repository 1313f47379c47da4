"""Which characters the letter's font can print, and an honest stand-in for those it cannot."""

from __future__ import annotations

import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # fpdf2's own reader of fonts

from workstation.foundation.resources import resource_path

REGULAR, BOLD = "LightboxSans-Regular.ttf", "LightboxSans-Bold.ttf"
STAND_IN = "□"
_SAME_BY_ANOTHER_NAME = {
    "<compat>",
    "<wide>",
    "<narrow>",
    "<noBreak>",
}  # never <super>, <sub>, <fraction>: 10⁶ is not 106


def font_path(name: str) -> Path:
    """One of the shipped fonts."""
    return resource_path("fonts", name)


@cache
def font_characters(path: Path) -> frozenset[int]:
    """Code points that a font has glyphs for."""
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


class Glyphs:
    """Makes text printable with the given characters, and counts what it had to replace.

    Parameters
    ----------
    characters
        Code points that every cut of the font has.
    """

    def __init__(self, characters: frozenset[int]) -> None:
        self._characters = characters
        self._replaced: Counter[str] = Counter()

    @property
    def replaced(self) -> int:
        """How many characters became `STAND_IN` so far."""
        return self._replaced.total()

    @property
    def scripts(self) -> tuple[str, ...]:
        """The scripts of the replaced characters in words, sorted: ``("Arabic", "Japanese or Chinese")``."""
        return tuple(sorted({_script_of(character) for character in self._replaced}))

    def printable(self, text: str) -> str:
        """The text with composed accents, tabs as blanks, format characters left out, and stand-ins where needed."""
        composed = unicodedata.normalize("NFC", text).replace("\t", "    ")
        return "".join(self._one(character) for character in composed)

    def _one(self, character: str) -> str:
        if character == "\n" or ord(character) in self._characters:
            return character
        if unicodedata.category(character) == "Cf":  # joiners and direction marks have no shape of their own
            return ""
        other = _another_name(character)
        if other and all(ord(each) in self._characters for each in other):
            return other
        self._replaced[character] += 1
        return STAND_IN


def shipped_glyphs() -> Glyphs:
    """Glyphs of the shipped fonts: what both the regular and the bold cut can print."""
    return Glyphs(font_characters(font_path(REGULAR)) & font_characters(font_path(BOLD)))


def _another_name(character: str) -> str:
    """A spelling that means the same, such as two characters for ℃; empty when there is none."""
    tag = unicodedata.decomposition(character).split(" ")[0]
    return unicodedata.normalize("NFKC", character) if tag in _SAME_BY_ANOTHER_NAME else ""


def _script_of(character: str) -> str:
    word = unicodedata.name(character, "").split(" ")[0].capitalize()
    if word in {"Cjk", "Hiragana", "Katakana", "Halfwidth", "Ideographic"}:
        return "Japanese or Chinese"
    return {"Hangul": "Korean", "": "unknown"}.get(word, word if _is_letter(character) else "symbols")


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM"
