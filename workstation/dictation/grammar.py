"""The order in which the rules read an utterance, and the words whose meaning must never change."""

from __future__ import annotations

from collections.abc import Iterator

from workstation.dictation.abbreviations import read_abbreviation
from workstation.dictation.dates_spoken import read_date, read_time
from workstation.dictation.levels import read_level
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

NEGATIONS = {
    "no": "no", "not": "not", "without": "without", "none": "none", "never": "never", "neither": "neither",
    "nor": "nor", "cannot": "not", "negative": "negative", "absent": "absent", "absence": "absent", "denies": "denies",
    "nothing": "nothing", "unlikely": "unlikely", "excluded": "excluded",
}  # fmt: skip
SIDES = {
    "left": "left", "right": "right", "leftward": "left", "rightward": "right", "lefts": "left", "rights": "right",
    "bilateral": "both", "bilaterally": "both", "unilateral": "one", "unilaterally": "one", "ipsilateral": "same",
    "contralateral": "other", "leftwards": "left", "rightwards": "right",
}  # fmt: skip
COMPARISONS = {"<": "<", ">": ">", "≤": "<=", "≥": ">="}
_THAN = {
    "less": "<", "smaller": "<", "fewer": "<", "lower": "<", "shorter": "<", "greater": ">", "more": ">", "larger": ">",
    "higher": ">", "longer": ">", "bigger": ">",
}  # fmt: skip


def read_meaning(u: Utterance, i: int) -> Reading | None:
    """Negations, sides and comparisons: words that stay as they stand and carry a value."""
    low = u.low(i)
    if low in NEGATIONS:
        return Reading(i, i + 1, "negation", NEGATIONS[low])
    if low.endswith("n't"):
        return Reading(i, i + 1, "negation", "not")
    if low in SIDES:
        return Reading(i, i + 1, "side", SIDES[low])
    if low in COMPARISONS:
        return Reading(i, i + 1, "comparison", COMPARISONS[low])
    if low in _THAN and u.low(i + 1) == "than":
        return Reading(i, i + 2, "comparison", _THAN[low])
    return None


_RULES: tuple[Rule, ...] = (
    read_tnm, read_liver_category, read_rads, read_gleason, read_roman_class, read_with_cue, read_level, read_time,
    read_date,
    read_fraction, read_ordinal, read_quantity, read_meaning, read_abbreviation,
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
