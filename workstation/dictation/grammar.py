"""The order in which the rules read an utterance, and the words whose meaning must never change."""

from __future__ import annotations

from collections.abc import Iterator

from workstation.dictation.abbreviations import read_abbreviation
from workstation.dictation.dates_spoken import read_date, read_time
from workstation.dictation.levels import read_level
from workstation.dictation.named_codes import read_agent, read_letter_class, read_vessel_segment
from workstation.dictation.numbers_spoken import starts_number
from workstation.dictation.opposites import polarity
from workstation.dictation.ordinals import read_fraction, read_ordinal
from workstation.dictation.quantities import read_quantity
from workstation.dictation.readings import Reading, Rule
from workstation.dictation.scores import (
    read_gleason,
    read_liver_category,
    read_rads,
    read_roman_class,
    read_tnm,
    read_with_cue,
)
from workstation.dictation.tokens import Utterance
from workstation.dictation.units_spoken import read_unit

NEGATIONS = {
    "no": "no", "not": "not", "without": "without", "none": "none", "never": "never", "neither": "neither",
    "nor": "nor", "cannot": "not", "negative": "negative", "absent": "absent", "absence": "absent", "denies": "denies",
    "nothing": "nothing", "unlikely": "unlikely", "excluded": "excluded", "lack": "lack", "lacks": "lack",
    "lacking": "lack", "devoid": "devoid",
}  # fmt: skip
SIDES = {
    "left": "left", "right": "right", "leftward": "left", "rightward": "right", "lefts": "left", "rights": "right",
    "bilateral": "both", "bilaterally": "both", "unilateral": "one", "unilaterally": "one", "ipsilateral": "same",
    "contralateral": "other", "leftwards": "left", "rightwards": "right", "both": "both", "lt": "left", "rt": "right",
}  # fmt: skip
COMPARISONS = {"<": "<", ">": ">", "≤": "<=", "≥": ">="}
_THAN = {
    "less": "<", "smaller": "<", "fewer": "<", "lower": "<", "shorter": "<", "greater": ">", "more": ">", "larger": ">",
    "higher": ">", "longer": ">", "bigger": ">",
}  # fmt: skip


_BOUNDS: dict[tuple[str, ...], str] = {
    ("at", "least"): ">=", ("at", "most"): "<=", ("up", "to"): "<=", ("greater", "than", "or", "equal", "to"): ">=",
    ("less", "than", "or", "equal", "to"): "<=", ("equal", "to", "or", "greater", "than"): ">=",
    ("equal", "to", "or", "less", "than"): "<=", ("more", "than", "or", "equal", "to"): ">=",
}  # fmt: skip
_BEGINS_BOUND = frozenset(words[0] for words in _BOUNDS)
_OR_BEYOND = {
    "less": "<=", "fewer": "<=", "smaller": "<=", "lower": "<=", "more": ">=", "greater": ">=", "larger": ">=",
    "higher": ">=", "older": ">=", "younger": "<=",
}  # fmt: skip


def read_meaning(u: Utterance, i: int) -> Reading | None:
    """Negations, sides, comparisons and opposites: words that stay as they stand and carry a value."""
    low = u.low(i)
    if (bound := _bound(u, i)) is not None:
        return bound
    if (u.lows(i, 3) == ("w", "/", "o") and u.glued(i + 2)) or u.lows(i, 2) == ("ruled", "out"):
        return Reading(i, i + (3 if low == "w" else 2), "negation", "without" if low == "w" else "excluded")
    for kind, listed in (("negation", NEGATIONS), ("side", SIDES), ("comparison", COMPARISONS)):
        if low in listed:
            return Reading(i, i + 1, kind, listed[low])
    if low.endswith("n't"):
        return Reading(i, i + 1, "negation", "not")
    if low in _THAN and u.low(i + 1) == "than":
        return Reading(i, i + 2, "comparison", _THAN[low])
    sign = polarity(low)
    return Reading(i, i + 1, "opposite", sign) if sign is not None else None


def _bound(u: Utterance, i: int) -> Reading | None:
    """ "at least 3", "5 mm or less", "greater than or equal to 6 mm"."""
    for words, sign in _BOUNDS.items() if u.low(i) in _BEGINS_BOUND else ():
        if u.lows(i, len(words)) == words and (len(words) > 2 or starts_number(u, i + 2)):
            return Reading(i, i + len(words), "comparison", sign)
    beyond = _OR_BEYOND.get(u.low(i + 1)) if u.low(i) == "or" else None
    if beyond is None or u.low(i + 2) == "than" or not _is_behind_quantity(u, i):
        return None
    return Reading(i, i + 2, "comparison", beyond)


def _is_behind_quantity(u: Utterance, i: int) -> bool:
    """Whether a number, or a number with its unit, ends before token ``i``."""
    return any(
        starts_number(u, at) and (at == i - 1 or ((unit := read_unit(u, at + 1)) is not None and unit.end == i))
        for at in range(max(0, i - 5), i)
    )


_RULES: tuple[Rule, ...] = (
    read_vessel_segment, read_letter_class, read_agent, read_tnm, read_liver_category, read_rads, read_gleason,
    read_roman_class, read_with_cue, read_level, read_time, read_date, read_fraction, read_ordinal, read_quantity,
    read_meaning, read_abbreviation,
)  # fmt: skip


def read_at(u: Utterance, i: int) -> Reading | None:
    """What stands at token ``i``, by the first rule that understands it; None: an ordinary word."""
    for rule in _RULES:
        found = rule(u, i)
        if found is not None:
            return found
    return None


def readings_of(u: Utterance) -> Iterator[Reading]:
    """All stretches that a rule understood, in order, without overlap."""
    at = 0
    while at < len(u):
        found = read_at(u, at)
        if found is not None:
            yield found
        at = found.end if found is not None else at + 1
