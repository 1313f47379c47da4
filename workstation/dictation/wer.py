"""Word error rate after a neutral normalisation: spelling of numbers, units, case, hyphens and punctuation does not
count.

Both texts go through the same normalisation, so that "four point eight by five point one centimeters" and "4.8 x 5.1
cm" agree and "left" and "right" do not. The rate is (substitutions + deletions + insertions) / words of the reference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from workstation.dictation.grammar import read_at
from workstation.dictation.punctuation import with_spoken_marks
from workstation.dictation.tokens import Utterance, utterance_of

_WORD = re.compile(r"\d+(?:\.\d+)?|[^\W_]+(?:'[^\W\d_]+)?|[%+<>=±²³]")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_SAME = {"x": "by", "×": "by", "%": "percent", "°": "degrees", "±": "plus-minus", "pm": "pm", "p": "p", "okay": "ok"}


@dataclass(frozen=True)
class WordErrors:
    """Errors of one text or, added up, of many."""

    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0
    words: int = 0

    @property
    def errors(self) -> int:
        """All of them."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float:
        """Errors per word of the reference; 0 where both are empty, 1 where only the reference is."""
        if not self.words:
            return 1.0 if self.errors else 0.0
        return self.errors / self.words

    def __add__(self, other: WordErrors) -> WordErrors:
        return WordErrors(
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
            self.words + other.words,
        )


def neutral_words(text: str, *, marks: bool = True) -> tuple[str, ...]:
    """A text as words in which spelling no longer shows: digits for numbers, symbols for units, lower case, no marks.

    Parameters
    ----------
    text
        Spoken or written.
    marks
        Whether spoken punctuation ("comma", "new line") counts as marks, which are left out; else as words.
    """
    u = utterance_of(text)
    plain = _in_digits(with_spoken_marks(u) if marks else u).lower().replace("’", "'")
    return tuple(_SAME.get(word, word) for word in _WORD.findall(_THOUSANDS.sub("", plain)))


def word_errors(reference: str, hypothesis: str) -> WordErrors:
    """The errors of a hypothesis against its reference, both in the neutral form."""
    wanted, got = neutral_words(reference), neutral_words(hypothesis)
    counts = {"replace": 0, "delete": 0, "insert": 0}
    for step in Levenshtein.editops(wanted, got):
        counts[step.tag] += 1
    return WordErrors(counts["replace"], counts["delete"], counts["insert"], len(wanted))


def total(parts: Iterable[WordErrors]) -> WordErrors:
    """The errors of many texts together (each word counts the same, not each text)."""
    result = WordErrors()
    for part in parts:
        result = result + part
    return result


def _in_digits(u: Utterance) -> str:
    parts: list[str] = []
    at = 0
    while at < len(u):
        reading = read_at(u, at)
        end = reading.end if reading is not None else at + 1
        written = reading.written if reading is not None and reading.written is not None else None
        if written is None and reading is not None and reading.kind == "number":
            written = reading.value
        parts.append(written if written is not None else u.text(at, end))
        at = end
    return " ".join(parts)
