"""The values of a text that must never change: negation, side, numbers with their units, levels, grades, dates and
times.

The value counts, not the spelling: "two by three centimeters" and "2 x 3 cm" have the same values. The text stages
keep them, lexicon correction leaves their words alone, and two engines that differ in one of them need a person's
choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from workstation.dictation.grammar import readings_of
from workstation.dictation.opposites import are_opposites, polarity
from workstation.dictation.punctuation import with_spoken_marks
from workstation.dictation.tokens import utterance_of
from workstation.dictation.words import Word


@dataclass(frozen=True, order=True)
class ProtectedValue:
    """One value of a text.

    Attributes
    ----------
    kind
        negation, side, comparison, opposite, quantity, number, ordinal, fraction, level, grade, date, time or
        unclear.
    value
        In one form, whatever the spelling: "no", "left", "2x3 cm", "L4-L5", "BI-RADS 4A", "2024-03-03".
    """

    kind: str
    value: str = field(repr=False)


@dataclass(frozen=True)
class Difference:
    """A place where two texts have other values; a side that lacks them is empty."""

    ours: tuple[ProtectedValue, ...]
    theirs: tuple[ProtectedValue, ...]


def protected_values(text: str | Sequence[Word]) -> tuple[ProtectedValue, ...]:
    """The values of a spoken or written text, in their order."""
    found = readings_of(with_spoken_marks(utterance_of(text)))
    return tuple(ProtectedValue(item.kind, item.value) for item in found if item.value is not None)


def same_values(one: str | Sequence[Word], other: str | Sequence[Word]) -> bool:
    """Whether two texts have the same protected values in the same order."""
    return protected_values(one) == protected_values(other)


def differences(ours: str | Sequence[Word], theirs: str | Sequence[Word]) -> tuple[Difference, ...]:
    """Where two texts differ in their values, for a person to choose between them; empty when they agree.

    A word that stands where the other text has its opposite ("upper" for "lower") is such a difference too.
    """
    left, right = protected_values(ours), protected_values(theirs)
    steps = SequenceMatcher(a=left, b=right, autojunk=False).get_opcodes()
    found = tuple(Difference(left[a:b], right[c:d]) for step, a, b, c, d in steps if step != "equal")
    return found or tuple(_turned_round(ours, theirs))


def _turned_round(ours: str | Sequence[Word], theirs: str | Sequence[Word]) -> Iterator[Difference]:
    """Where the words of two texts, laid side by side, are opposites; such as are values were compared before."""
    left, right = ([token.low for token in utterance_of(text).tokens if token.is_letters] for text in (ours, theirs))
    for step, a, b, c, d in SequenceMatcher(a=left, b=right, autojunk=False).get_opcodes():
        pairs = ((one, other) for one in left[a:b] for other in right[c:d] if polarity(one) is polarity(other) is None)
        pair = next((pair for pair in pairs if step == "replace" and are_opposites(*pair)), None)
        if pair is not None:
            yield Difference((ProtectedValue("opposite", pair[0]),), (ProtectedValue("opposite", pair[1]),))


def protected_words(words: Sequence[Word]) -> frozenset[int]:
    """Indices of the words that carry a value: no correction may touch them.

    Opposites are not among them: "hyperintens" may become hyperintense; see `keeps_values`.
    """
    u = utterance_of(words)
    positions = [index for index, word in enumerate(words) if word.text.strip()]
    found: set[int] = set()
    for item in readings_of(u):
        if item.value is not None and item.kind != "opposite":
            found.update(positions[token.word] for token in u.tokens[item.first : item.end])
    return frozenset(found)


def keeps_values(before: str | Sequence[Word], after: str | Sequence[Word], *, may_add_opposites: bool = True) -> bool:
    """Whether a correction keeps every value; a misheard word may become one that says what was found ("normal")."""
    old, new = protected_values(before), protected_values(after)
    if not may_add_opposites or old == new:
        return old == new
    if [item for item in old if item.kind != "opposite"] != [item for item in new if item.kind != "opposite"]:
        return False
    left = iter(new)
    return all(item in left for item in old)
