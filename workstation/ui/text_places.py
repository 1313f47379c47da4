"""Places in a text: Qt counts UTF-16 units, everything below it counts characters; and words said, as they stand."""

from __future__ import annotations

import re

_SHOWN_OTHERWISE = str.maketrans({"\u00a0": " ", "\u2028": "\n", "\u2029": "\n", "\ufdd0": "\n", "\ufdd1": "\n"})


def to_units(text: str, place: int) -> int:
    """A place counted in characters as Qt counts it."""
    return place if text.isascii() else place + sum(each > "\uffff" for each in text[:place])


def from_units(text: str, units: int) -> int:
    """A place as Qt counts it, counted in characters; a place within one character is the one before it."""
    if text.isascii():
        return units
    counted = 0
    for place, each in enumerate(text):
        counted += 2 if each > "\uffff" else 1
        if counted > units:
            return place
    return len(text)


def shown(text: str) -> str:
    """A text as Qt's editor gives it back: as long as before, but with plain blanks and line ends."""
    return text if text.isascii() else text.translate(_SHOWN_OTHERWISE)


def places_of(text: str, words: str) -> tuple[tuple[int, int], ...]:
    """Where words stand in a text as whole words, first to last; written as given, or else whatever their capitals."""
    parts = words.split()
    if not parts:
        return ()
    pattern = r"(?<!\w)" + r"\s+".join(re.escape(part) for part in parts) + r"(?!\w)"
    for flags in (0, re.IGNORECASE):
        found = tuple(match.span() for match in re.finditer(pattern, text, flags))
        if found:
            return found
    return ()


def nearest_before(places: tuple[tuple[int, int], ...], cursor: int) -> tuple[int, int] | None:
    """The last place that ends at or before the cursor, otherwise the last of all."""
    before = [place for place in places if place[1] <= cursor]
    return before[-1] if before else places[-1] if places else None
