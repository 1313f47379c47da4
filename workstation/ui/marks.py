"""Which stretches of a field are marked, and why: doubts, guesses, text of the second pass, open choices, spelling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import pairwise

from workstation.dictation.passages import Passage
from workstation.dictation.words import Rewrite
from workstation.ui.splicing import steps_between

Span = tuple[int, int]
Brought = Callable[[str, str], tuple[Span, ...]]


class MarkKind(IntEnum):
    """What a mark says; of several on one stretch the greatest is shown."""

    MISSPELT = 1
    SECOND_PASS = 2
    DOUBT = 3
    GUESS = 4
    CHOICE = 5


@dataclass(frozen=True)
class Mark:
    """A marked stretch of a field's text, in characters, and the sentence that explains it."""

    start: int
    end: int
    kind: MarkKind
    tip: str = field(default="", repr=False)


@dataclass(frozen=True)
class Found:
    """What stands at a place: the dictated passage, the guess in it, the misspelt word."""

    passage: Passage | None = None
    rewrite: Rewrite | None = None
    misspelt: Span | None = None

    @property
    def is_something(self) -> bool:
        """Whether there is anything to tell."""
        return self.passage is not None or self.misspelt is not None


def marks_of(
    text: str, passages: Sequence[Passage], misspelt: Sequence[Span] = (), brought: Brought | None = None
) -> tuple[Mark, ...]:
    """All marks of a field's text, in order and without overlap.

    Parameters
    ----------
    brought
        `second_pass_words`, or one that remembers its answers.
    """
    every = [Mark(start, end, MarkKind.MISSPELT, _SPELLING) for start, end in misspelt]
    for passage in passages:
        every += _of_passage(text, passage, brought or second_pass_words)
    return tuple(_flattened([_trimmed(text, each) for each in every if 0 <= each.start < each.end <= len(text)]))


def found_at(passages: Sequence[Passage], misspelt: Sequence[Span], place: int) -> Found:
    """What stands at a place; its edges count, but what begins there comes before what ends there."""
    passage = next((p for p in reversed(passages) if p.start <= place <= p.end), None)
    rewrite = None
    if passage is not None:
        inside = place - passage.start
        rewrite = next((r for r in reversed(passage.rewrites) if r.start <= inside <= r.end), None)
    return Found(passage, rewrite, next((s for s in reversed(misspelt) if s[0] <= place <= s[1]), None))


def second_pass_words(now: str, first: str) -> tuple[Span, ...]:
    """The words of a text that the second pass brought; where it only left words out, the word beside the gap."""
    spans, at, before = [], 0, 0
    for step in steps_between(first, now):
        at += step.start - before
        before = step.start + step.removed
        spans.append(_stretch(now, at, at + len(step.inserted)))
        at += len(step.inserted)
    return tuple(span for span in spans if span[0] < span[1])


def _stretch(text: str, start: int, end: int) -> Span:
    """A span without blanks at its ends; an empty one becomes the word before it, or else behind it."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        return start, end
    while start > 0 and text[start - 1].isspace():
        start -= 1
    end = start
    while start > 0 and not text[start - 1].isspace():
        start -= 1
    if start == end:
        while end < len(text) and not text[end].isspace():
            end += 1
    return start, end


_SPELLING = "Not in the dictionary. Click or Ctrl+Space for suggestions."
_SECOND = "From the second pass. Click or Ctrl+Space to take the first text back."
_CHOICE = "Two hearings differ here. Keep the first (Alt+1) or take the second (Alt+2)."


def _of_passage(text: str, passage: Passage, brought: Brought) -> Iterator[Mark]:
    if passage.needs_choice:
        yield Mark(passage.start, passage.end, MarkKind.CHOICE, _CHOICE)
    if passage.is_second and passage.other is not None:
        for start, end in brought(text[passage.start : passage.end], passage.other.text):
            yield Mark(passage.start + start, passage.start + end, MarkKind.SECOND_PASS, _SECOND)
    for doubt in passage.doubts:
        tip = f"Heard with {doubt.confidence:.0%} certainty. Click or Ctrl+Space to listen again."
        yield Mark(passage.start + doubt.start, min(passage.end, passage.start + doubt.end), MarkKind.DOUBT, tip)
    for each in passage.rewrites:
        tip = f"A guess: “{each.from_}” was heard. Click or Ctrl+Space to use what was heard."
        yield Mark(passage.start + each.start, min(passage.end, passage.start + each.end), MarkKind.GUESS, tip)


def _trimmed(text: str, mark: Mark) -> Mark:
    """No line under blanks at the ends."""
    inside = text[mark.start : mark.end]
    lead, tail = len(inside) - len(inside.lstrip()), len(inside) - len(inside.rstrip())
    return mark if lead == len(inside) else replace(mark, start=mark.start + lead, end=mark.end - tail)


def _flattened(marks: Sequence[Mark]) -> Iterator[Mark]:
    """Between any two edges the greatest mark there; neighbours that are the same mark are one."""
    edges = sorted({edge for each in marks for edge in (each.start, each.end)})
    last: tuple[Mark, Mark] | None = None
    for start, end in pairwise(edges):
        over = [each for each in marks if each.start <= start and end <= each.end]
        if not over:
            continue
        top = max(over, key=lambda each: each.kind)
        piece = Mark(start, end, top.kind, top.tip)
        if last is not None and last[0] is top and last[1].end == start:
            last = (top, Mark(last[1].start, end, top.kind, top.tip))
            continue
        if last is not None:
            yield last[1]
        last = (top, piece)
    if last is not None:
        yield last[1]
