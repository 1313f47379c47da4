"""What was heard, and what was written of it: the values every part of dictation hands to the next.

Engines give `Heard` (words with confidence and times); the text stages give `Written` (the text, what was heard, and
a mark for each place where the two differ). Dictated text is patient data, so no ``repr`` shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Why = Literal["number", "unit", "level", "grade", "date", "time", "punctuation", "abbreviation", "lexicon", "learnt"]


@dataclass(frozen=True)
class Word:
    """One word as an engine heard it.

    Attributes
    ----------
    text
        The word, as the engine spells it; never empty, no spaces.
    confidence
        Between 0 and 1; None where the engine gives none.
    start_s, end_s
        Times in seconds from the first sample of the utterance.
    heard, corrected
        Where a correction replaced what the engine heard: the words it heard, and which kind of correction it was.
    """

    text: str = field(repr=False)
    confidence: float | None = None
    start_s: float = 0.0
    end_s: float = 0.0
    heard: str = field(default="", repr=False)
    corrected: Why | None = None


@dataclass(frozen=True)
class Heard:
    """What an engine has heard of an utterance so far (a partial), or for good (``is_final``)."""

    words: tuple[Word, ...]
    is_final: bool

    @property
    def text(self) -> str:
        """The words, a space between them."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True)
class Rewrite:
    """One place where a text stage wrote something else than was heard.

    Attributes
    ----------
    start, end
        Span in the *new* text, in characters; ``end`` is exclusive.
    from_, to
        What stood there before, and what stands there now (``text[start:end] == to``).
    why
        Which rule did it. ``lexicon`` and ``learnt`` are guesses: they are shown as marks with ``from_`` one click
        away; the others are spelling ("two" → "2") and change no value.
    """

    start: int
    end: int
    from_: str = field(repr=False)
    to: str = field(repr=False)
    why: Why

    @property
    def is_guess(self) -> bool:
        """Whether a person should see that a word was replaced."""
        return self.why in {"lexicon", "learnt"}


@dataclass(frozen=True)
class Written:
    """A text for a report field, what was heard, and the places where they differ, in order and without overlap."""

    text: str = field(repr=False)
    raw: str = field(repr=False)
    rewrites: tuple[Rewrite, ...] = ()


def words_of(text: str) -> tuple[Word, ...]:
    """Text without confidences or times as words, for input that came from no engine."""
    return tuple(Word(part) for part in text.split())


def raw_text(raw: str | Sequence[Word]) -> str:
    """What was heard, as plain text: a text as it is, words with single spaces between them, corrections undone."""
    if isinstance(raw, str):
        return raw
    return " ".join(word.heard or word.text for word in raw if word.text)
