"""A site's own reports as spoken sentences for the language model, without what may name a person.

A word that the lexicon does not know and that stands in fewer than `COMMON` sentences is taken for a name or a slip:
the sentence is cut there. Digits become words; nothing else is interpreted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Set

from workstation.dictation.spoken_numbers import cardinal

COMMON = 5
_UNITS = {
    "mm": "millimeters", "cm": "centimeters", "ml": "milliliters", "cc": "cc", "hu": "hounsfield units",
    "mg": "milligrams",
    "kg": "kilograms", "cm/s": "centimeters per second", "%": "percent", "x": "by", "°": "degrees",
}  # fmt: skip
_PIECE = re.compile(r"\d+(?:\.\d+)?|cm/s|%|°|[a-z]+(?:['’][a-z]+)?")
_ENDS = re.compile(r"(?<=[.!?;:])\s+|\n+")


def spoken_sentences(texts: Iterable[str], known: Set[str]) -> Counter[str]:
    """Stretches of at least three words → how many times they stand in ``texts``.

    Parameters
    ----------
    known
        Words of the lexicon and the corpus, lower case.
    """
    sentences = [_spoken_words(sentence) for text in texts for sentence in _ENDS.split(text)]
    seen = Counter(word for words in sentences for word in set(words))
    stretches: Counter[str] = Counter()
    for words in sentences:
        for stretch in _cut(words, lambda word: word in known or seen[word] >= COMMON):
            stretches[" ".join(stretch)] += 1
    return stretches


def _cut(words: list[str], keeps: Callable[[str], bool]) -> Iterator[list[str]]:
    stretch: list[str] = []
    for word in [*words, ""]:
        if word and keeps(word):
            stretch.append(word)
            continue
        if len(stretch) >= 3:
            yield stretch
        stretch = []


def _spoken_words(sentence: str) -> list[str]:
    return [word for piece in _PIECE.findall(sentence.lower()) for word in _spoken(piece).split()]


def _spoken(piece: str) -> str:
    if not piece[0].isdigit():
        return _UNITS.get(piece, piece)
    whole, _, rest = piece.partition(".")
    said = cardinal(int(whole)) if len(whole) <= 4 else " ".join(cardinal(int(digit)) for digit in whole)
    return f"{said} point {' '.join(cardinal(int(digit)) for digit in rest)}" if rest else said
