"""Reading quantities: sizes, products, ranges, percentages, ages, and bare numbers.

"two by three by four centimeters" → 2 x 3 x 4 cm, "five to six millimeters" → 5-6 mm, "minus twenty hounsfield units" →
-20 HU, "forty five year old" → 45-year-old. Bare numbers below ten stay as they were said ("two nodules").
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from workstation.dictation.numbers_spoken import Number, colloquial, plain, read_half, read_number
from workstation.dictation.readings import Reading, unclear
from workstation.dictation.tokens import Utterance
from workstation.dictation.units_spoken import Unit, UnitRead, read_unit

_BY = frozenset({"by", "x", "×", "*"})
_DASHES = frozenset({"-", "–", "—"})
_SPOKEN_DASHES = frozenset({"dash", "hyphen"})
_PLUS_OR_MINUS = (("plus", "or", "minus"), ("plus", "minus"), ("plus", "/", "minus"), ("+", "/", "-"), ("±",))
_CHANGES = frozenset({"from", "increased", "decreased", "grown", "enlarged", "changed", "progressed", "shrunk"})
_SCORES_BELOW_ZERO = frozenset({"score", "of", "is", "was", "to", "value"})


@dataclass(frozen=True)
class Part:
    """A signed number with the unit behind it, where it has one of its own."""

    number: Number
    negative: bool
    unit: UnitRead | None
    hyphen: bool = False

    @property
    def end(self) -> int:
        """Index of the token behind it."""
        return self.unit.end if self.unit else self.number.end

    @property
    def figure(self) -> Decimal:
        """The number with its sign."""
        return -self.number.value if self.negative else self.number.value

    @property
    def written(self) -> str:
        """In digits, with its unit where it has one."""
        digits = ("-" if self.negative else "") + self.number.written
        return digits + with_unit(self.unit)


def with_unit(unit: UnitRead | None) -> str:
    """A unit as it follows digits: a space before it, none before %."""
    if unit is None:
        return ""
    return unit.written if unit.unit.symbol == "%" else f" {unit.written}"


def read_quantity(u: Utterance, i: int) -> Reading | None:
    """The quantity, or the bare number, that begins at token ``i``."""
    if (tolerance := _tolerance(u, i)) is not None:
        return tolerance
    first = read_part(u, i)
    if first is None:
        return None
    if not first.number.is_clear:
        unit = read_unit(u, first.number.end)
        return unclear(u, i, unit.end if unit else first.number.end)
    return _product(u, i, first) or _span(u, i, first) or _age(u, i, first) or _single(u, i, first)


def read_part(u: Utterance, i: int) -> Part | None:
    """A number with its sign and its own unit; unclear numbers come back without unit."""
    at, negative = _sign(u, i)
    half = read_half(u, at)
    if half is not None and (unit := read_unit(u, half.end)) is not None:
        return Part(half, negative, unit)
    number = _tiled(u, at) or read_number(u, at)
    if number is None or (negative and not number.is_clear):
        return None
    if not number.is_clear:
        return Part(number, negative=False, unit=None)
    hyphen = u.low(number.end) == "-" and u.glued(number.end) and u.glued(number.end + 1)
    unit = read_unit(u, number.end + 1 if hyphen else number.end)
    part = Part(number, negative, unit, hyphen and unit is not None)
    if u.low(i) == "negative" and not _may_be_below_zero(u, i, part):
        return None
    return part


def _tolerance(u: Utterance, i: int) -> Reading | None:
    """ "plus or minus five days", which is not -5 days."""
    at = _behind_plus_or_minus(u, i)
    part = read_part(u, at) if at is not None else None
    if part is None or not part.number.is_clear or part.negative:
        return None
    return Reading(i, part.end, "quantity", f"±{_value_of(part)}", f"± {part.written}", "unit")


def _behind_plus_or_minus(u: Utterance, i: int) -> int | None:
    for words in _PLUS_OR_MINUS if u.low(i) in {"plus", "+", "±"} else ():
        if u.lows(i, len(words)) == words:
            return i + len(words)
    return None


def _sign(u: Utterance, i: int) -> tuple[int, bool]:
    if u.low(i) in {"minus", "negative"}:
        is_tolerance = u.low(i - 1) == "plus" or u.lows(i - 2, 2) == ("plus", "or")
        return (i, False) if is_tolerance else (i + 1, True)
    is_sign = u.low(i) in {"-", "−"} and u.glued(i + 1) and u.is_number(i + 1) and not u.glued(i)
    return (i + 1, True) if is_sign else (i, False)


def _may_be_below_zero(u: Utterance, i: int, part: Part) -> bool:
    """ "negative three months ago" is no number; "negative twenty hounsfield units", "T score of negative two" are."""
    if part.unit is not None:
        return part.unit.unit.symbol in {"HU", "degrees"}
    return u.low(i - 1) in _SCORES_BELOW_ZERO and "score" in u.lows(i - 3, 3)


def _tiled(u: Utterance, i: int) -> Number | None:
    """ "one twenty kV": before a unit in which nothing can be counted, pairs of numbers are one number."""
    found = colloquial(u, i)
    unit = read_unit(u, found[0]) if found else None
    if found is None or unit is None or not unit.unit.counts_nothing:
        return None
    return Number(found[0], Decimal(found[1]), str(found[1]), in_words=True)


def _product(u: Utterance, i: int, first: Part) -> Reading | None:
    parts = [first]
    said_times = False
    while u.low(parts[-1].end) in _BY | {"times"}:
        said_times |= u.low(parts[-1].end) == "times"
        following = read_part(u, parts[-1].end + 1)
        if following is None or not following.number.is_clear or following.negative:
            break
        parts.append(following)
    while len(parts) > 1 and not _units_agree(parts):
        parts.pop()
    is_saying = len(parts) == 2 and u.lows(i, 3) == ("one", "by", "one")
    if len(parts) < 2 or ((said_times or is_saying) and parts[-1].unit is None):
        return None
    units = _filled(parts)
    symbols = {unit.symbol for unit in units if unit}
    if len(symbols) == 1 and all(units):
        value = "x".join(plain(part.figure) for part in parts) + f" {symbols.pop()}"
    else:
        value = " x ".join(_value_of(part) for part in parts)
    return Reading(i, parts[-1].end, "quantity", value, " x ".join(part.written for part in parts), "unit")


def _units_agree(parts: list[Part]) -> bool:
    """Whether all units that are given are of one kind, and time is not multiplied."""
    kinds = {part.unit.unit.kind for part in parts if part.unit}
    return len(kinds) < 2 and not kinds & {"time", "percent"} and (parts[-1].unit is not None or not kinds)


def _filled(parts: list[Part]) -> list[Unit | None]:
    """The unit of each part: its own, else that of the next part that has one."""
    units: list[Unit | None] = []
    for part in reversed(parts):
        units.insert(0, part.unit.unit if part.unit else (units[0] if units else None))
    return units


def _value_of(part: Part) -> str:
    unit = part.unit.unit.symbol if part.unit else ""
    return f"{plain(part.figure)} {unit}".strip()


def _span(u: Utterance, i: int, first: Part) -> Reading | None:
    """Ranges and pairs that share the unit behind them: "five to six millimeters", "5 and 6 mm", "5 ± 2 mm"."""
    found = _joint(u, first.end)
    if first.unit is not None or found is None:
        return None
    at, joint = found
    second = read_part(u, at)
    if second is None or not second.number.is_clear:
        return None
    is_bare_range = joint == "-" and u.glued(first.end) and u.glued(at)
    if second.unit is None and not is_bare_range:
        return None
    low, high = plain(first.figure), plain(second.figure)
    unit = f" {second.unit.unit.symbol}" if second.unit else ""
    value = f"{low}..{high}{unit}" if joint in {"to", "-"} else f"{low} {joint} {high}{unit}"
    written = None if second.unit is None else _span_written(u, i, (first, second), joint)
    return Reading(i, second.end, "quantity", value, written, "unit")


def _span_written(u: Utterance, i: int, ends: tuple[Part, Part], joint: str) -> str:
    first, second = ends
    if joint == "±":
        return f"{first.written} ± {second.written}"
    rises = not first.negative and not second.negative and first.figure < second.figure
    is_change = not _CHANGES.isdisjoint(u.lows(i - 4, 4))
    if joint == "-" or (joint == "to" and rises and not is_change):
        return f"{first.written}-{second.written}" if rises else f"{first.written} to {second.written}"
    return f"{first.written} {joint} {second.written}"


def _joint(u: Utterance, i: int) -> tuple[int, str] | None:
    """The word between the two ends: (index behind it, to | - | and | or | ±)."""
    low = u.low(i)
    if low in {"to", "or", "and"}:
        return i + 1, low
    if low in _SPOKEN_DASHES or (low in _DASHES and u.glued(i) == u.glued(i + 1)):
        return i + 1, "-"
    behind = _behind_plus_or_minus(u, i)
    return (behind, "±") if behind is not None else None


def _age(u: Utterance, i: int, part: Part) -> Reading | None:
    """ "forty five year old" → 45-year-old."""
    if part.unit is None or part.negative or part.unit.unit.kind != "time" or part.unit.written.endswith("s"):
        return None
    at = part.end + 1 if u.low(part.end) == "-" else part.end
    if u.low(at) != "old":
        return None
    written = f"{part.number.written}-{part.unit.written}-old"
    return Reading(i, at + 1, "quantity", _value_of(part), written, "unit")


def _single(u: Utterance, i: int, part: Part) -> Reading:
    if part.unit is None:
        return _bare(u, i, part)
    written = part.written
    singular = part.unit.unit.is_time and not part.unit.written.endswith("s")
    before_noun = singular and part.number.value != 1 and u.is_letters(part.end)
    if part.unit.unit.is_time and (before_noun or part.hyphen) and not part.negative:
        written = f"{part.number.written}-{part.unit.written}"
    return Reading(i, part.end, "quantity", _value_of(part), written, "unit")


def _bare(u: Utterance, i: int, part: Part) -> Reading:
    number = part.number
    plus = u.low(number.end) in {"plus", "+"} and read_number(u, number.end + 1) is None
    if plus and number.value < 10 and not part.negative and u.low(number.end + 1) not in {"or", "/", "minus"}:
        return Reading(i, number.end + 1, "number", f"{plain(number.value)}+", f"{number.written}+")
    stays = number.in_words and number.value < 10 and number.value == number.value.to_integral_value()
    stays = stays and not part.negative and "." not in number.written
    return Reading(i, number.end, "number", plain(part.figure), None if stays else part.written)
