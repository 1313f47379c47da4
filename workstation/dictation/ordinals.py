"""Reading ordinals and fractions: "eleventh rib" → 11th rib; "second rib" and "two thirds" stay."""

from __future__ import annotations

from workstation.dictation.numbers_spoken import ORDINAL_ENDINGS, TENS, plain, read_number
from workstation.dictation.readings import Reading
from workstation.dictation.tokens import Utterance
from workstation.dictation.units_spoken import read_unit

ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
    "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "fortieth": 40,
    "fiftieth": 50, "sixtieth": 60, "seventieth": 70, "eightieth": 80, "ninetieth": 90, "hundredth": 100,
}  # fmt: skip
_DENOMINATORS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourths": 4, "fifths": 5,
    "sixths": 6, "eighths": 8, "tenths": 10,
}  # fmt: skip


def ordinal(u: Utterance, i: int) -> tuple[int, int] | None:
    """An ordinal in words or digits: (index behind it, number)."""
    low = u.low(i)
    if u.is_number(i) and u.tokens[i].text.isdecimal() and u.glued(i + 1) and u.low(i + 1) in ORDINAL_ENDINGS:
        return (i + 2, int(u.tokens[i].text)) if len(u.tokens[i].text) <= 4 else None
    if low in TENS:
        at = i + 2 if u.low(i + 1) == "-" and u.glued(i + 1) else i + 1
        last = ORDINALS.get(u.low(at), 0)
        return (at + 1, TENS[low] + last) if 0 < last < 10 else None
    return (i + 1, ORDINALS[low]) if low in ORDINALS else None


def with_suffix(number: int) -> str:
    """11 → "11th", 22 → "22nd"."""
    if number % 100 in {11, 12, 13}:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"


def read_ordinal(u: Utterance, i: int) -> Reading | None:
    """An ordinal; in digits from the tenth on."""
    found = ordinal(u, i)
    if found is None:
        return None
    end, number = found
    written = with_suffix(number) if number >= 10 and u.low(end - 1) != "hundredth" else None
    return Reading(i, end, "ordinal", f"#{number}", written)


def read_fraction(u: Utterance, i: int) -> Reading | None:
    """ "two thirds", "2/3": understood, and left as it stands."""
    top = read_number(u, i)
    if top is None or not top.is_clear or not 0 < top.value < 1000 or "." in top.written:
        return None
    at, number = top.end, int(top.value)
    if u.low(at) == "/" and u.glued(at) and u.glued(at + 1):
        bottom = read_number(u, at + 1)
        if bottom is None or not bottom.is_clear or "." in bottom.written:
            return None
        written = f"{top.written}/{bottom.written}" if top.value >= 10 or bottom.value >= 10 else None
        return Reading(i, bottom.end, "fraction", f"{number}/{plain(bottom.value)}", written)
    at = at + 1 if u.low(at) == "-" and u.glued(at) else at
    below = _DENOMINATORS.get(u.low(at))
    if below == 2 and read_unit(u, at + 1) is not None:
        return None
    if below is None or number >= below or (u.low(at).endswith("s") and number == 1):
        return None
    return Reading(i, at + 1, "fraction", f"{number}/{below}")
