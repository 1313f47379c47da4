"""A small grammar that writes report sentences as they are spoken.

    text        words as they are said
    (a|b|c)     one of these; each may hold everything below
    [a]         this or nothing
    {name}      one of the alternatives of a slot
    {int:1-30}  a whole number in words; {dec:1-9} with or without tenths; {ordinal:1-31}; {year:2015-2026}
    {lexicon:findings}   a term of that kind that belongs to the examination, as it is said

An alternative of a slot may end in ``@3``: it then comes three times as often. Slots may hold slots.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from workstation.dictation.spoken_numbers import cardinal, decimal, ordinal, year
from workstation.foundation.errors import BadInput

Chance = Callable[[], float]  # the next number, evenly between 0 and 1, 1 excluded

_TOKEN = re.compile(r"[()\[\]|]|\{[^{}]*\}|[^()\[\]|{}]+")
_WEIGHT = re.compile(r"\s@(\d+)$")
_NUMBER = re.compile(r"(int|dec|ordinal|year):(\d+)-(\d+)")
_ARTICLE = re.compile(r"(?<!type )(?<!two )(?<!three )(?<!four )\b(an?) (?=(\w)(\w*))")
_AS_CONSONANT = ("uni", "ute", "ure", "uro", "eu", "one")  # "a unilateral", "a urologic": said with a Y or W
_DEEPEST = 30


@dataclass(frozen=True)
class Literal:
    """Words that are always said."""

    text: str


@dataclass(frozen=True)
class Slot:
    """A place to fill from the table of slots."""

    name: str


@dataclass(frozen=True)
class Number:
    """A number in words, from ``least`` to ``most``."""

    form: str
    least: int
    most: int


@dataclass(frozen=True)
class Choice:
    """One of several; ``until`` are the running sums of their weights."""

    options: tuple[Part, ...]
    until: tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """Parts one after the other."""

    parts: tuple[Part, ...]


Part = Literal | Slot | Number | Choice | Row


def parsed(template: str) -> Part:
    """The parts of one template.

    Raises
    ------
    BadInput
        When brackets do not match or a number slot has no range.
    """
    tokens = _TOKEN.findall(template)
    if "".join(tokens) != template:
        raise BadInput(f"“{template}” has a brace that does not match.", "Write slots as {name}.")
    part, at = _alternatives(tokens, 0)
    if at != len(tokens):
        raise BadInput(f"“{template}” has a bracket that does not match.", "Close each ( and [ once.")
    return part


def choice(alternatives: Sequence[str]) -> Choice:
    """A slot's alternatives, with their weights.

    Raises
    ------
    BadInput
        When there is none, or one cannot be read.
    """
    if not alternatives:
        raise BadInput("A slot has no alternatives.", "Give it at least one.")
    options, weights = [], []
    for text in alternatives:
        weight = _WEIGHT.search(text)
        options.append(parsed(text[: weight.start()] if weight else text))
        weights.append(int(weight.group(1)) if weight else 1)
    return Choice(tuple(options), tuple(accumulate(weights)))


def spoken(part: Part, slots: Mapping[str, Choice], chance: Chance) -> str:
    """One sentence, its words with one space between them.

    Raises
    ------
    BadInput
        When a slot has no alternatives, or slots hold one another without end.
    """
    said: list[str] = []
    _say(part, slots, chance, said, 0)
    return _ARTICLE.sub(_article, " ".join(" ".join(said).split()))


def _article(found: re.Match[str]) -> str:
    """ "a" or "an", as the next word wants it; single letters are names and stay as they are."""
    word = found.group(2) + found.group(3)
    if len(word) == 1:
        return found.group(0)
    return "an " if word[0] in "aeiou" and not word.startswith(_AS_CONSONANT) else "a "


def slots_named(part: Part) -> frozenset[str]:
    """The slots a part needs directly."""
    if isinstance(part, Slot):
        return frozenset({part.name})
    inner = part.options if isinstance(part, Choice) else part.parts if isinstance(part, Row) else ()
    return frozenset().union(*(slots_named(each) for each in inner))


def _say(part: Part, slots: Mapping[str, Choice], chance: Chance, said: list[str], depth: int) -> None:
    if depth > _DEEPEST:
        raise BadInput("Slots of the grammar hold one another without end.", "Take one of them out.")
    if isinstance(part, Literal):
        said.append(part.text)
    elif isinstance(part, Number):
        said.append(_in_words(part, chance))
    elif isinstance(part, Row):
        for each in part.parts:
            _say(each, slots, chance, said, depth + 1)
    else:
        chosen = _filling(part, slots) if isinstance(part, Slot) else part
        at = bisect_right(chosen.until, chance() * chosen.until[-1])
        _say(chosen.options[at], slots, chance, said, depth + 1)


def _filling(slot: Slot, slots: Mapping[str, Choice]) -> Choice:
    try:
        return slots[slot.name]
    except KeyError:
        raise BadInput(f"The grammar has no slot {{{slot.name}}}.", "Add it to its table of slots.") from None


def _in_words(number: Number, chance: Chance) -> str:
    # Small sizes are commoner than large ones: the square of the chance.
    share = chance() ** 2 if number.form in {"int", "dec"} else chance()
    if number.form == "dec":
        return decimal(10 * number.least + int(share * (10 * (number.most - number.least) + 1)))
    value = number.least + int(share * (number.most - number.least + 1))
    return {"int": cardinal, "ordinal": ordinal, "year": year}[number.form](value)


def _alternatives(tokens: Sequence[str], at: int) -> tuple[Part, int]:
    """Rows with ``|`` between them, up to a closing bracket or the end."""
    rows: list[Part] = []
    while True:
        row, at = _row(tokens, at)
        rows.append(row)
        if at >= len(tokens) or tokens[at] != "|":
            break
        at += 1
    return (rows[0] if len(rows) == 1 else Choice(tuple(rows), tuple(range(1, len(rows) + 1)))), at


def _row(tokens: Sequence[str], at: int) -> tuple[Row, int]:
    parts: list[Part] = []
    while at < len(tokens) and tokens[at] not in "|)]":
        mark = tokens[at]
        if mark in "([":
            inner, at = _bracketed(tokens, at)
            parts.append(inner if mark == "(" else Choice((Row(()), inner), (1, 2)))
        else:
            parts.append(_slot(mark[1:-1]) if mark.startswith("{") else Literal(mark.strip()))
            at += 1
    return Row(tuple(parts)), at


def _bracketed(tokens: Sequence[str], at: int) -> tuple[Part, int]:
    inner, end = _alternatives(tokens, at + 1)
    if end >= len(tokens) or tokens[end] != {"(": ")", "[": "]"}[tokens[at]]:
        raise BadInput(f"A “{tokens[at]}” of the grammar is never closed.", "Close it.")
    return inner, end + 1


def _slot(name: str) -> Slot | Number:
    number = _NUMBER.fullmatch(name)
    if number is None:
        return Slot(name)
    return Number(number.group(1), int(number.group(2)), int(number.group(3)))
