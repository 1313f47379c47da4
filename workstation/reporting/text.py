"""Cleaning text that people typed, pasted or sent, so that every form a report takes can hold it."""

from __future__ import annotations

import unicodedata

_KEPT_CONTROLS = {"\n", "\t"}


def carried_text(text: str) -> str:
    r"""Text with ``\n`` line ends and nothing that a report cannot carry; otherwise as it is.

    Control characters go, except line ends and tabs (PS3.5 6.1.3 allows little more in UT); lone surrogates, which
    UTF-8 cannot hold, become U+FFFD.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(_replacement(character) for character in lines)


def clean_text(text: str) -> str:
    """`carried_text` with composed accents (NFC): for what a person writes. Identifiers and names stay as sent."""
    return unicodedata.normalize("NFC", carried_text(text))


def one_line(text: str) -> str:
    """`carried_text` with every run of white space as one blank; for names, numbers and headings."""
    return " ".join(carried_text(text).split())


def _replacement(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    if category == "Cc" and character not in _KEPT_CONTROLS:
        return ""
    return character
