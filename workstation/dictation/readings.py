"""What a rule says about a stretch of an utterance: its value, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from workstation.dictation.tokens import Utterance
from workstation.dictation.words import Why


@dataclass(frozen=True)
class Reading:
    """A stretch of tokens that a rule understood.

    Attributes
    ----------
    first, end
        Token indices; ``end`` is exclusive and larger than ``first``.
    kind
        What it is: quantity, number, ordinal, level, grade, date, time, negation, side, unclear, abbreviation, …
    value
        Its value in one form, whatever the spelling ("2x3x4 cm"); None for stretches that carry none.
    written
        What is written for it; None: it stays as it stands.
    why
        The reason shown with the mark.
    """

    first: int
    end: int
    kind: str
    value: str | None = field(default=None, repr=False)
    written: str | None = field(default=None, repr=False)
    why: Why = "number"


Rule = Callable[[Utterance, int], Reading | None]


def unclear(u: Utterance, first: int, end: int) -> Reading:
    """A stretch that can be read in several ways: it stays as spoken, and its words are its value."""
    return Reading(first, end, "unclear", " ".join(u.lows(first, end - first)))
