"""Where dictated text stands in a field, and how it moves when the field is changed.

Spans are characters of the field's text, the end exclusive. Pure: nothing here knows a draft, an engine or a clock.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from workstation.dictation.words import Rewrite, Word, Written

DOUBT_BELOW = 0.5
Span = tuple[int, int]


@dataclass(frozen=True)
class Splice:
    """One change of a text: at ``start``, ``removed`` characters give way to ``inserted``."""

    start: int
    removed: int
    inserted: str = dataclasses.field(repr=False)

    @property
    def end(self) -> int:
        """Where the removed text ended."""
        return self.start + self.removed

    @property
    def growth(self) -> int:
        """By how many characters the text becomes longer."""
        return len(self.inserted) - self.removed

    def apply(self, text: str) -> str:
        """The text after the change."""
        return text[: self.start] + self.inserted + text[self.end :]


@dataclass(frozen=True)
class Doubt:
    """Words that the engine was not sure of; the span is relative to its passage."""

    start: int
    end: int
    confidence: float


@dataclass(frozen=True)
class Passage:
    """The text of one utterance where it stands now.

    Attributes
    ----------
    utterance
        Whose text it is; its sound is kept under this name.
    field, start, end
        Where it stands.
    engine
        Name of the engine whose text it is.
    written
        The text as it was put in, with all its marks.
    words
        What that engine heard, with times into the sound.
    is_edited
        The reader has changed it by hand since, or decided about it: no later result touches it.
    is_second
        The text is that of the second pass.
    other
        The text that the other pass gave, where it differs: one click away, or waiting for a choice.
    needs_choice
        The two differ in a negation, side, number, unit or level, and nobody has chosen yet.
    doubts
        Words that are shown as uncertain.
    rewrites
        Guesses of the text stages that still stand; spans are relative to the passage.
    """

    utterance: str
    field: str
    start: int
    end: int
    engine: str
    written: Written
    words: tuple[Word, ...] = dataclasses.field(default=(), repr=False)
    is_edited: bool = False
    is_second: bool = False
    other: Written | None = None
    needs_choice: bool = False
    doubts: tuple[Doubt, ...] = ()
    rewrites: tuple[Rewrite, ...] = ()

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.start, self.end

    def at(self, span: Span) -> Passage:
        """The same in another place."""
        return replace(self, start=span[0], end=span[1])


def splice_between(old: str, new: str) -> Splice | None:
    """The one change that makes ``new`` of ``old``; None when they are the same."""
    if old == new:
        return None
    shortest = min(len(old), len(new))
    head = 0
    while head < shortest and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < shortest - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return Splice(head, len(old) - head - tail, new[head : len(new) - tail])


def moved(span: Span, splice: Splice) -> Span:
    """Where a span stands after a change.

    What changes inside belongs to the span, what is added at its edges does not. A change over an edge takes away
    what it removed; a change over the whole span leaves nothing of it.
    """
    start, end = span
    if splice.end <= start and (splice.removed or splice.start < start or start < end):
        return start + splice.growth, end + splice.growth
    if splice.start >= end:
        return span
    if start <= splice.start and splice.end <= end and (splice.start, splice.end) != span:
        return start, end + splice.growth
    if splice.start < start and splice.end < end:
        return splice.start + len(splice.inserted), end + splice.growth
    if splice.start > start:
        return start, splice.start
    return splice.start, splice.start


def moved_point(at: int, splice: Splice, *, is_pushed: bool) -> int:
    """Where a place between two characters is after a change; ``is_pushed``: text added just there goes before it."""
    if at < splice.start or (at == splice.start and not is_pushed):
        return at
    if at >= splice.end:
        return at + splice.growth
    return splice.start + (len(splice.inserted) if is_pushed else 0)


def touches(span: Span, splice: Splice) -> bool:
    """Whether a change alters text of the span, or its edges; text beside it moves it only."""
    start, end = span
    if splice.removed == 0:
        return start < splice.start < end
    return splice.start < end and start < splice.end


def is_glued(text: str, span: Span) -> bool:
    """Whether a letter or digit stands directly beside the span: its first or last word is another word now."""
    start, end = span
    before = 0 < start < len(text) and start < end and text[start - 1].isalnum() and text[start].isalnum()
    after = 0 < end < len(text) and start < end and text[end - 1].isalnum() and text[end].isalnum()
    return before or after


def doubts_in(written: Written, words: Sequence[Word], below: float = DOUBT_BELOW) -> tuple[Doubt, ...]:
    """The stretches of a text whose words an engine was less sure of than ``below``.

    Words are found in the text by their order; where text stages have made something else of them, the whole
    stretch counts with the least sure of its words.
    """
    if not any(word.confidence is not None and word.confidence < below for word in words):
        return ()
    tokens = _tokens_of(written.text)
    steps = SequenceMatcher(
        a=[_plain(word.text) for word in words],
        b=[_plain(written.text[start:end]) for start, end in tokens],
        autojunk=False,
    ).get_opcodes()
    found: list[Doubt] = []
    for step, a, b, c, d in steps:
        pairs = (
            [((i, i + 1), (j, j + 1)) for i, j in zip(range(a, b), range(c, d), strict=True)]
            if (step == "equal")
            else [((a, b), (c, d))]
        )
        for (first, last), (left, right) in pairs:
            known = [each.confidence for each in words[first:last] if each.confidence is not None]
            if known and left < right and min(known) < below:
                found.append(Doubt(tokens[left][0], tokens[right - 1][1], min(known)))
    return tuple(found)


def _tokens_of(text: str) -> list[Span]:
    found, at = [], 0
    for part in text.split():
        start = text.index(part, at)
        at = start + len(part)
        found.append((start, at))
    return found


def _plain(word: str) -> str:
    return word.strip('.,;:!?()[]"“”').lower()
