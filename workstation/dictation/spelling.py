"""Spell check of report fields, with the words of radiology in both spellings.

Known are ordinary English words (the pronunciation dictionary), those of our lexicon and the reader's own. What is no
word is never marked: numbers, units, levels, abbreviations in capitals, the blanks of a macro. Nothing is ever changed
by itself; a suggestion is the reader's to take.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from workstation.dictation.english_words import english_words
from workstation.dictation.lexicon import Lexicon
from workstation.dictation.protected import protected_values
from workstation.dictation.spelling_variants import american
from workstation.dictation.spoken_numbers import NUMBER_WORDS
from workstation.dictation.units_spoken import unit_words
from workstation.foundation.resources import resource_path

MOST_LETTERS = 40
_RARE = 0.6
_OTHER_BEGINNING = 0.5
_SWAPPED = 0.4
_SPLIT = 1.2
_WORD = re.compile(r"(?<![\w\]\[/@.-])[^\W\d_]+(?:['’-][^\W\d_]+)*(?![\w@/]|\.\w|://)")
_BLANK = re.compile(r"\[[^\]\n]*\]|\{[^}\n]*\}")
_POSSESSIVE = re.compile(r"['’]s$|['’]$")
_ROMAN = re.compile(r"[ivx]+[ab]?$")
_PREFIXES = (
    "non", "peri", "para", "supra", "infra", "sub", "intra", "extra", "post", "pre", "retro", "trans", "inter", "hemi",
    "micro", "macro", "multi", "hyper", "hypo", "antero", "postero", "cranio", "un", "over", "ultra", "poly",
    "coraco", "scapho", "talo", "tibio", "costo", "cervico", "thoraco", "lumbo",
)  # fmt: skip
_LEAST_STEM = 5
_INFLECTIONS = (
    ("s", ""), ("ization", "ize"), ("izations", "ize"), ("ized", "ize"), ("izing", "ize"), ("ization", "ized"),
    ("ize", "ized"), ("ly", ""), ("al", ""),
)  # fmt: skip
_NO_SUGGESTION = frozenset(
    {"number", "quantity", "ordinal", "fraction", "level", "grade", "date", "time", "unclear", "comparison"}
)


class Spelling:
    """Which words are known, and what might have been meant by one that is not.

    Parameters
    ----------
    english
        Ordinary words in lower case; empty where there is no list: then no word is marked.
    report
        Words of reports in lower case: suggested first.
    own
        The reader's own words.
    """

    def __init__(self, english: frozenset[str], report: frozenset[str], own: Iterable[str] = ()) -> None:
        self._english = english
        self._report = report
        self._own = frozenset(part for word in own for part in _parts(word.partition("\t")[0].lower()))

    @classmethod
    def load(cls, own: Iterable[str] = (), lexicon: Lexicon | None = None) -> Spelling:
        """With the words that ship with the program. Takes about a second: not for the GUI thread."""
        words = lexicon or Lexicon.load()
        written = {part for term in words.terms for word in term.text.lower().split() for part in _parts(word)}
        made = cls(english_words(), frozenset({*words.pronunciations, *written, *_further_words()}), own)
        made.warm_up()
        return made

    def with_own(self, own: Iterable[str]) -> Spelling:
        """The same with other words of the reader's own; quick."""
        made = Spelling(self._english, self._report, own)
        for name in ("_report_spellings", "_by_length"):
            if name in self.__dict__:
                made.__dict__[name] = self.__dict__[name]
        return made

    def warm_up(self) -> None:
        """Build now what is else built at the first question."""
        _ = self._report_spellings, self._by_length

    @property
    def is_usable(self) -> bool:
        """Whether there is a list of words at all."""
        return bool(self._english)

    def is_known(self, word: str) -> bool:
        """Whether a word is right, or nothing that spelling is for."""
        if not self._english or _is_no_word(word):
            return True
        parts = [part for part in _parts(word.lower()) if part]
        return all(self._is_listed(part) for part in parts)

    def unknown_in(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where unknown words stand in a text: (start, end) of each, end exclusive."""
        return tuple((start, end) for start, end in words_of(text) if not self.is_known(text[start:end]))

    def suggestions(self, word: str, most: int = 5) -> tuple[str, ...]:
        """What might have been meant, the likeliest first; with the capital that the word has."""
        low = _POSSESSIVE.sub("", word.lower())
        if not 2 <= len(low) <= MOST_LETTERS or self.is_known(word):
            return ()
        ranked = sorted(self._near(low), key=lambda found: (found[1], found[0]))
        wanted = (text for text, _ in ranked if not _carries_number(text))
        found = dict.fromkeys(_capitalised_as(word, text) for text in _first(wanted, 4 * most))
        return tuple(found)[:most]

    def _is_listed(self, part: str) -> bool:
        if len(part) < 2 or part in self._english or part in self._report or part in self._own:
            return True
        spelt = american(part)
        if spelt in self._english or spelt in self._report_spellings or _ROMAN.match(part):
            return True
        return self._is_inflected(spelt) or any(self._is_stem(part, prefix) for prefix in _PREFIXES)

    def _is_stem(self, part: str, prefix: str) -> bool:
        rest = part.removeprefix(prefix)
        is_long = rest != part and len(rest) >= _LEAST_STEM
        return is_long and (rest in self._report or american(rest) in self._report_spellings)

    def _is_inflected(self, spelt: str) -> bool:
        """A further form of a word of reports: stents, catheterization."""
        return any(
            spelt.endswith(ending) and len(spelt) > len(ending) + _LEAST_STEM - 1
            and spelt.removesuffix(ending) + plain in self._report_spellings
            for ending, plain in _INFLECTIONS
        )  # fmt: skip

    def _near(self, low: str) -> Iterator[tuple[str, float]]:
        """Listed words within two slips (one in a short word), each with how far it is; and the word cut in two."""
        slips = 1 if len(low) <= 4 else 2
        for length in range(len(low) - slips, len(low) + slips + 1):
            found = process.extract(
                low, self._by_length.get(length, ()), scorer=OSA.distance, score_cutoff=slips, limit=20
            )
            yield from ((text, self._far(low, text, distance)) for text, distance, _ in found)
        for word in self._own:
            if (distance := OSA.distance(low, word, score_cutoff=slips)) <= slips:
                yield word, float(distance)
        for cut in range(3, len(low) - 2):
            if low[:cut] in self._report and low[cut:] in self._report:
                yield f"{low[:cut]} {low[cut:]}", _SPLIT

    def _far(self, low: str, text: str, distance: float) -> float:
        rare = 0.0 if text in self._report else _RARE
        swapped = _SWAPPED if sorted(low) == sorted(text) else 0.0
        return distance + rare - swapped + (_OTHER_BEGINNING if low[0] != text[0] else 0.0)

    @cached_property
    def _report_spellings(self) -> frozenset[str]:
        return frozenset(map(american, self._report))

    @cached_property
    def _by_length(self) -> Mapping[int, tuple[str, ...]]:
        lengths: defaultdict[int, list[str]] = defaultdict(list)
        for word in sorted(self._report | self._english):
            if word.isalpha():
                lengths[len(word)].append(word)
        return {length: tuple(words) for length, words in lengths.items()}


def _further_words() -> Iterator[str]:
    """Words that only the spell check has."""
    for line in resource_path("dictation", "spelling_words.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.strip()


def words_of(text: str) -> Iterator[tuple[int, int]]:
    """Where the words of a text stand; nothing of numbers, addresses, file names and the blanks of a macro."""
    blanks = [found.span() for found in _BLANK.finditer(text)]
    for found in _WORD.finditer(text):
        start, end = found.span()
        if not any(begin < end and start < stop for begin, stop in blanks):
            yield start, end


def _is_no_word(word: str) -> bool:
    """Numbers, units, levels, abbreviations: with a digit, capitals inside, or a unit's name."""
    bare = _POSSESSIVE.sub("", word)
    if len(bare) < 2 or len(bare) > MOST_LETTERS or not all(each.isalpha() or each in "-'’" for each in bare):
        return True
    inside = "".join(part[1:] for part in re.split("[-'’]", bare))
    return any(each.isupper() for each in inside) or bare.lower() in unit_words()


def _parts(word: str) -> list[str]:
    return [part for part in re.split(r"[-/'’]", _POSSESSIVE.sub("", word.strip(".,;:()"))) if part]


def _carries_number(text: str) -> bool:
    if text in unit_words() or text in NUMBER_WORDS:
        return True
    return any(value.kind in _NO_SUGGESTION for value in protected_values(text))


def _capitalised_as(word: str, text: str) -> str:
    return text[:1].upper() + text[1:] if word[:1].isupper() else text


def _first(found: Iterable[str], count: int) -> Iterator[str]:
    for number, each in enumerate(found):
        if number >= count:
            return
        yield each
