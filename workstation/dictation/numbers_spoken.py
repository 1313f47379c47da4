"""Reading numbers, spoken or written: "forty two", "one point two", "point eight", "two and a half", "125", "1,200".

What can be read in two ways is not guessed: "one twenty five" may be 125 or a single 25, "one point two one point
three" may be 1.2 and 1.3 or 1.21 and 0.3. Such a run comes back as unclear and stays in the text as it was spoken.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from workstation.dictation.tokens import Utterance

ONES = {
    word: number
    for number, word in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))
}
TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
ZEROS = frozenset({"oh", "o", "nought", "naught"})
_VAGUE = frozenset({"several", "few", "many", "couple", "some", "every", "per"})
_PARTS = frozenset({"third", "thirds", "half", "quarter", "quarters", "fourths", "fifths", "eighths"})
_FRACTIONS = {"half": Decimal("0.5"), "quarter": Decimal("0.25")}
ORDINAL_ENDINGS = frozenset({"st", "nd", "rd", "th"})
LARGEST = 10**12


@dataclass(frozen=True)
class Number:
    """A number that was read.

    Attributes
    ----------
    end
        Index of the token behind it.
    value
        What it is worth.
    written
        In digits, with the decimals that were said ("2.0" stays "2.0").
    in_words
        Whether it was said in words (small ones may stay so).
    is_clear
        False where the run of number words can be read in several ways; value and digits then mean nothing.
    """

    end: int
    value: Decimal = field(repr=False)
    written: str = field(repr=False)
    in_words: bool
    is_clear: bool = True


def is_number_word(low: str) -> bool:
    """Whether a word belongs to a number by itself: one, twenty, hundred, thousand (not "oh", "and", "point", "a")."""
    return low in ONES or low in TEENS or low in TENS or low == "hundred" or low in SCALES


def starts_number(u: Utterance, i: int) -> bool:
    """Whether a number in words or digits begins here (a leading "point" not counted)."""
    return is_figure(u, i) or is_number_word(u.low(i))


def is_figure(u: Utterance, i: int) -> bool:
    """Whether a number in digits stands here that is no ordinal ("11th")."""
    return u.is_number(i) and not (u.glued(i + 1) and u.low(i + 1) in ORDINAL_ENDINGS)


def read_number(u: Utterance, i: int) -> Number | None:
    """The number that begins at token ``i``, or None."""
    found = _leading_point(u, i) or _digits(u, i) or _in_words(u, i)
    if found is None or not found.is_clear:
        return found
    if _runs_on(u, found.end):
        end = max(run_end(u, i), run_end(u, found.end))  # a run may begin with "point oh", which no run is by itself
        return Number(end, Decimal(0), u.text(i, end), in_words=True, is_clear=False)
    return found


def below_hundred(u: Utterance, i: int) -> tuple[int, int] | None:
    """A number of 0 to 99 in words: (index behind it, value)."""
    low = u.low(i)
    if low in TENS:
        after = i + 2 if u.low(i + 1) == "-" and u.glued(i + 1) and u.glued(i + 2) else i + 1
        one = ONES.get(u.low(after), 0)
        return (after + 1, TENS[low] + one) if one else (i + 1, TENS[low])
    if low in TEENS:
        return i + 1, TEENS[low]
    return (i + 1, ONES[low]) if low in ONES else None


def small_number(u: Utterance, i: int) -> tuple[int, int] | None:
    """A whole number of 0 to 99 in words, or any whole number of at most three digits: (index behind it, value)."""
    if u.is_number(i):
        text = u.tokens[i].text if is_figure(u, i) else ""
        return (i + 1, int(text)) if text.isdecimal() and len(text) <= 3 else None
    return below_hundred(u, i)


def cardinal(u: Utterance, i: int) -> tuple[int, int] | None:
    """A whole number in words: (index behind it, value), the longest that English allows."""
    total, at, group = 0, i, _below_thousand(u, i)
    smallest = LARGEST
    if group is None and u.low(i) in SCALES:
        group = (i, 1)
    while group is not None:
        at, value = group
        scale = SCALES.get(u.low(at))
        if scale is None or scale >= smallest:
            return at, total + value
        total, smallest, at = total + value * scale, scale, at + 1
        group = _below_thousand(u, _after_and(u, at))
        if group is not None and _scale_follows(u, group[0]) >= smallest:
            return at, total
    return (at, total) if at > i else None


def colloquial(u: Utterance, i: int) -> tuple[int, int] | None:
    """One number said digit by digit or in pairs, where one must be meant: "one twenty five", "two oh five"."""
    digits, at = "", i
    while (step := _pair(u, at)) is not None:
        at, said = step
        digits += said
        if len(said) > 1:
            break
    if len(digits) not in {2, 3} or at == i + 1 or _runs_on(u, at):
        return None
    return at, int(digits)


def run_end(u: Utterance, i: int) -> int:
    """Index behind the run of number words, digits, points and hyphens that begins at ``i``."""
    at = i
    while True:
        if (
            starts_number(u, at)
            or (at > i and u.low(at) in ZEROS)
            or ((u.low(at) in {"point", "and"} or _is_inner_hyphen(u, at)) and starts_number(u, at + 1))
        ):
            at += 1
        else:
            return at


def plain(value: Decimal) -> str:
    """A value without trailing zeros or exponent: 2.0 → "2"."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def grouped(value: int) -> str:
    """Digits, with commas from 10,000 on."""
    return f"{value:,}" if value >= 10_000 else str(value)


def _pair(u: Utterance, i: int) -> tuple[int, str] | None:
    if u.low(i) in ZEROS:
        return i + 1, "0"
    found = below_hundred(u, i)
    return (found[0], str(found[1])) if found else None


def _is_inner_hyphen(u: Utterance, i: int) -> bool:
    return u.low(i) == "-" and u.glued(i) and u.glued(i + 1)


def _runs_on(u: Utterance, i: int) -> bool:
    """Whether number words go on directly behind a number, so that its end is a guess."""
    if u.glued(i):
        return u.is_number(i)
    following = starts_number(u, i) or (u.low(i) in ZEROS and starts_number(u, i + 1))
    return following or (u.low(i) == "point" and starts_number(u, i + 1))


def _below_thousand(u: Utterance, i: int) -> tuple[int, int] | None:
    if u.low(i) == "a" and u.low(i + 1) in {"hundred", *SCALES}:
        first: tuple[int, int] | None = (i + 1, 1)
    elif u.low(i) == "hundred":
        first = (i, 1)
    else:
        first = below_hundred(u, i)
    if first is None or u.low(first[0]) != "hundred" or first[1] == 0:
        return first
    at, hundreds = first[0] + 1, first[1] * 100
    rest = below_hundred(u, _after_and(u, at))
    if rest is None or u.low(rest[0]) == "hundred" or u.low(rest[0]) in _PARTS:
        return at, hundreds
    return rest[0], hundreds + rest[1]


def _after_and(u: Utterance, i: int) -> int:
    return i + 1 if u.low(i) == "and" else i


def _scale_follows(u: Utterance, i: int) -> int:
    return SCALES.get(u.low(i), 0)


def _in_words(u: Utterance, i: int) -> Number | None:
    if u.low(i) in ZEROS:
        decimals = _decimals(u, i + 1) if u.low(i + 1) == "point" else None
        return _with_decimals("0", decimals) if decimals else None
    found = cardinal(u, i)
    if found is None:
        return None
    end, value = found
    if u.low(i - 1) in _VAGUE and u.low(i) in {"hundred", *SCALES}:
        return Number(end, Decimal(value), u.text(i, end), in_words=True, is_clear=False)
    decimals = _decimals(u, end)
    if decimals:
        return _scaled(u, _with_decimals(str(value), decimals))
    return _with_fraction(u, end, value) or Number(end, Decimal(value), grouped(value), in_words=True)


def _digits(u: Utterance, i: int) -> Number | None:
    if not is_figure(u, i):
        return None
    text = u.tokens[i].text
    whole = "." not in text
    if whole and (decimals := _decimals(u, i + 1)):
        return _scaled(u, _with_decimals(text, decimals))
    value = Decimal(text.replace(",", ""))
    if whole and (fraction := _with_fraction(u, i + 1, int(value))):
        return fraction
    written = f"0{text}" if text.startswith(".") else text
    return _scaled(u, Number(i + 1, value, written, in_words=False))


def _scaled(u: Utterance, number: Number) -> Number:
    """With "hundred", "thousand" or "million" behind digits: "1.5 million"."""
    word = u.low(number.end)
    scale = 100 if word == "hundred" else SCALES.get(word)
    if scale is None:
        return number
    return Number(number.end + 1, number.value * scale, f"{number.written} {word}", number.in_words)


def _decimals(u: Utterance, i: int) -> tuple[int, str] | None:
    """The digits behind a spoken "point" at ``i``: (index behind them, digits)."""
    if u.low(i) != "point":
        return None
    at, digits = i + 1, ""
    while u.low(at) in ONES or u.low(at) in ZEROS:
        digits += "0" if u.low(at) in ZEROS else str(ONES[u.low(at)])
        at += 1
    if digits:
        return at, digits
    if is_figure(u, at) and u.tokens[at].text.isdecimal():
        return at + 1, u.tokens[at].text
    pair = below_hundred(u, at)
    return (pair[0], str(pair[1])) if pair else None


def _with_decimals(whole: str, decimals: tuple[int, str]) -> Number:
    end, digits = decimals
    written = f"{whole}.{digits}"
    return Number(end, Decimal(written.replace(",", "")), written, in_words=True)


def _with_fraction(u: Utterance, i: int, whole: int) -> Number | None:
    """ "… and a half", "… and one half", "… and three quarters"."""
    if u.low(i) != "and":
        return None
    if u.low(i + 1) in {"a", "one"} and u.low(i + 2) in _FRACTIONS:
        value = whole + _FRACTIONS[u.low(i + 2)]
    elif u.lows(i + 1, 2) == ("three", "quarters"):
        value = whole + Decimal("0.75")
    else:
        return None
    return Number(i + 3, value, plain(value), in_words=True)


def read_half(u: Utterance, i: int) -> Number | None:
    """What is 0.5 before a unit: "half a", "a half", "one half"."""
    for words in (("one", "half", "of", "a"), ("half", "of", "a"), ("half", "a"), ("a", "half"), ("one", "half")):
        if u.lows(i, len(words)) == words and u.low(i - 1) != "and":
            return Number(i + len(words), Decimal("0.5"), "0.5", in_words=True)
    return None


_POINTS_OF_SOMETHING = frozenset(
    "insertion entry exit branch trigger mcburney mcburney's focal end starting pressure pivot fixed turning transition"  # noqa: SIM905
    " bony reference access puncture acupuncture nodal mid break weight power melting boiling attachment".split()
)


def _leading_point(u: Utterance, i: int) -> Number | None:
    """ "point eight" with nothing before it. "The insertion point five centimeters above" is no 0.5."""
    before = u.low(i - 1)
    if u.low(i) != "point" or before in _POINTS_OF_SOMETHING or starts_number(u, i - 1):
        return None
    decimals = _decimals(u, i)
    if decimals is None:
        return None
    if before in {"the", "this", "that"}:
        end = max(decimals[0], run_end(u, i + 1))
        return Number(end, Decimal(0), u.text(i, end), in_words=True, is_clear=False)
    return _with_decimals("0", decimals)
