"""What the reader has corrected: a mistake corrected twice is not made a third time.

A plain value: noting a correction gives a new one. It can be listed, entries can be removed, and it is stored as
JSON. What carries a value (a negation, a side, a number, a unit, a level) is never learnt: correcting "right" to
"left" twice says nothing about the third time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

from rapidfuzz.distance import Levenshtein

from workstation.dictation.opposites import are_opposites
from workstation.dictation.protected import protected_values
from workstation.dictation.words import Written
from workstation.foundation.errors import BadInput

SCHEMA = "learnt-corrections/1"
TIMES_NEEDED = 2
MOST_WORDS = 4
MOST_ENTRIES = 2_000
_LIKE_ENOUGH = 0.6
_MARKS = '.,;:!?()[]"“”'
_TOO_COMMON = frozenset(
    "a an and are as at be by for from had has have in into is it its of on or than that the their there these"  # noqa: SIM905
    " they this those"
    " to was were which with measures seen noted".split()
)


@dataclass(frozen=True)
class LearntCorrection:
    """One mistake.

    Attributes
    ----------
    heard
        What the engine wrote, in lower case.
    meant
        What the reader wrote instead.
    times
        How often in a row this reader corrected it so.
    """

    heard: str = field(repr=False)
    meant: str = field(repr=False)
    times: int = 1

    @property
    def is_used(self) -> bool:
        """Whether it was corrected often enough to be done without asking."""
        return self.times >= TIMES_NEEDED


@dataclass(frozen=True)
class LearntCorrections:
    """All that was learnt, the latest last."""

    entries: tuple[LearntCorrection, ...] = ()

    def meant(self, heard: str) -> str | None:
        """What is to be written for words that were heard, or None where nothing (or not enough) was learnt."""
        low = heard.lower()
        for entry in self.entries:
            if entry.heard == low:
                return entry.meant if entry.is_used else None
        return None

    def noting(self, heard: str, meant: str) -> LearntCorrections:
        """With one more correction by the reader; another correction of the same words starts the count again.

        Corrections that cannot be learnt (see `may_learn`) leave everything as it is.
        """
        low = _plain(heard).lower()
        new = _plain(meant)
        if not may_learn(low, new):
            return self
        before = next((entry for entry in self.entries if entry.heard == low), None)
        same = before is not None and before.meant == new
        entry = replace(before, times=before.times + 1) if before is not None and same else LearntCorrection(low, new)
        others = tuple(each for each in self.entries if each.heard != low)
        return LearntCorrections((*others, entry)[-MOST_ENTRIES:])

    def noting_edit(self, dictated: str | Written, edited: str) -> LearntCorrections:
        """With every small correction between what was dictated and what the reader made of it.

        Give the `Written` where there is one: what is learnt of a guess is then what the engine heard, not the guess;
        and a guess that the reader takes back twice is not made a third time.
        """
        result = self
        for heard, meant in corrections_between(dictated, edited):
            result = result.noting(heard, meant)
        return result

    def without(self, heard: str) -> LearntCorrections:
        """Without one entry: the reader removed it from the list, or undid what it did."""
        low = heard.lower()
        return LearntCorrections(tuple(entry for entry in self.entries if entry.heard != low))

    def with_entries(self, entries: Iterable[LearntCorrection]) -> LearntCorrections:
        """With entries that were removed put back, as they were; what was learnt of the same words since gives way."""
        back = {entry.heard: entry for entry in entries if may_learn(entry.heard, entry.meant)}
        others = tuple(entry for entry in self.entries if entry.heard not in back)
        return LearntCorrections((*others, *back.values())[-MOST_ENTRIES:])

    def to_json(self) -> str:
        """As JSON, to be sealed and stored by the caller."""
        rows = [{"heard": entry.heard, "meant": entry.meant, "times": entry.times} for entry in self.entries]
        return json.dumps({"schema": SCHEMA, "corrections": rows}, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> LearntCorrections:
        """Read back what `to_json` wrote.

        Raises
        ------
        BadInput
            When it is something else. Rows that may not be learnt are refused too.
        """
        advice = "Remove the file of learnt corrections; dictation then starts without them."
        try:
            read = json.loads(text)
            rows = [_row(row) for row in read["corrections"]] if read["schema"] == SCHEMA else None
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput("The learnt corrections cannot be read.", advice) from error
        if rows is None or not all(may_learn(row.heard, row.meant) for row in rows):
            raise BadInput("The learnt corrections are not of a kind this program knows.", advice)
        return cls(tuple(rows))


def may_learn(heard: str, meant: str) -> bool:
    """Whether a correction can be learnt: few words for few words, no value among them, not only common ones."""
    words, others = heard.lower().split(), meant.split()
    if not 1 <= len(words) <= MOST_WORDS or not 1 <= len(others) <= MOST_WORDS:
        return False
    if all(word in _TOO_COMMON for word in words):
        return False
    values, new_values = protected_values(heard), protected_values(meant)
    if any(value.kind != "opposite" for value in values + new_values) or (values and values != new_values):
        return False
    if any(are_opposites(one, other.lower()) for one in words for other in others):
        return False
    # "Formal" may be learnt as "normal", "clear" may not.
    likeness = Levenshtein.normalized_similarity("".join(words), "".join(others).lower())
    return values == new_values or likeness >= _LIKE_ENOUGH


def corrections_between(dictated: str | Written, edited: str) -> tuple[tuple[str, str], ...]:
    """The small corrections between two texts: (heard, meant), each of at most a few words.

    Additions, removals and rewritten sentences are no corrections of what was heard. A correction of nothing but words
    that are everywhere takes a neighbour with it, so that it is learnt in its place only.
    """
    old = _shown_and_heard(dictated if isinstance(dictated, Written) else Written(dictated, dictated))
    return tuple(_pairs(old, edited.split()))


def _shown_and_heard(written: Written) -> list[tuple[str, str]]:
    """Each word as the reader saw it, and what the engine had heard there; "" for further words of one guess."""
    words: list[tuple[str, str]] = []
    guesses = [mark for mark in written.rewrites if mark.is_guess]
    for found in re.finditer(r"\S+", written.text):
        mark = next((mark for mark in guesses if mark.start < found.end() and found.start() < mark.end), None)
        if mark is None:
            words.append((found.group(), found.group()))
        else:
            words.append((found.group(), mark.from_ if found.start() <= mark.start else ""))
    return words


def _pairs(old: list[tuple[str, str]], new: list[str]) -> Iterator[tuple[str, str]]:
    before, after = [_plain(shown).lower() for shown, _ in old], [_plain(word).lower() for word in new]
    for step, a, b, c, d in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        if step != "replace" or b - a > MOST_WORDS or d - c > MOST_WORDS:
            continue
        first, start = a, c
        if all(word in _TOO_COMMON for word in before[a:b]) and a > 0 and c > 0:
            first, start = a - 1, c - 1
        heard = _plain(" ".join(said for _, said in old[first:b])).lower()
        meant = " ".join(_uncapitalised(word) for word in new[start:d])
        if may_learn(heard, meant):
            yield heard, meant


def _uncapitalised(word: str) -> str:
    """Without a capital that only the beginning of a sentence gave it."""
    plain = _plain(word)
    return plain.lower() if plain[1:].islower() and len(plain) > 1 and word[0].isupper() else plain


def _plain(text: str) -> str:
    return " ".join(word for word in (part.strip(_MARKS) for part in text.split()) if word)


def _row(row: dict[str, object]) -> LearntCorrection:
    heard, meant, times = row["heard"], row["meant"], row["times"]
    if not isinstance(heard, str) or not isinstance(meant, str) or not isinstance(times, int) or times < 1:
        raise ValueError("a row of learnt corrections")
    return LearntCorrection(heard, meant, times)
