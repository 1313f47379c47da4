"""Numbers as a radiologist says them: "one hundred twenty five", "four point eight", "twenty twenty four"."""

from __future__ import annotations

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip
NUMBER_WORDS = frozenset({*_ONES, *_TENS[2:], "hundred", "thousand", "point", "and", "half", "minus", "oh"})


def cardinal(number: int) -> str:
    """A whole number from 0 to 9,999 in words.

    Raises
    ------
    ValueError
        Outside that range.
    """
    if not 0 <= number <= 9_999:
        raise ValueError(f"{number} is not between 0 and 9,999")
    if number < 20:
        return _ONES[number]
    if number < 100:
        return _joined(_TENS[number // 10], number % 10)
    if number < 1_000:
        return _joined(f"{_ONES[number // 100]} hundred", number % 100)
    return _joined(f"{_ONES[number // 1_000]} thousand", number % 1_000)


def decimal(tenths: int) -> str:
    """A number given in tenths: 48 is "four point eight"; whole numbers without the point."""
    whole, rest = divmod(tenths, 10)
    return f"{cardinal(whole)} point {_ONES[rest]}" if rest else cardinal(whole)


def ordinal(number: int) -> str:
    """ "third", "twenty first", … for 1 to 99."""
    if number in range(20, 100, 10):
        return _TENS[number // 10].removesuffix("y") + "ieth"
    *before, last = cardinal(number).split()
    return " ".join((*before, _ORDINALS.get(last) or f"{last}th"))


def year(number: int) -> str:
    """A year as it is most often said: "nineteen ninety eight", "two thousand four", "twenty twenty four"."""
    century, rest = divmod(number, 100)
    if century == 20 and rest < 10:
        return cardinal(number)
    return (
        f"{cardinal(century)} {cardinal(rest)}"
        if rest >= 10
        else f"{cardinal(century)} {'oh ' + _ONES[rest] if rest else 'hundred'}"
    )


def _joined(head: str, rest: int) -> str:
    return f"{head} {cardinal(rest)}" if rest else head
