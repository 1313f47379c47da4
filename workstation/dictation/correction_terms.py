"""What misheard words may become: the terms of the lexicon, found by letters and by sound."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from workstation.dictation.grammar import NEGATIONS, SIDES
from workstation.dictation.numbers_spoken import is_number_word
from workstation.dictation.ordinals import ORDINALS
from workstation.dictation.units_spoken import unit_words

_LOOKED_AT = 8
_SOUNDS = (
    ("ph", "f"), ("ae", "e"), ("oe", "e"), ("rh", "r"), ("ck", "k"), ("sch", "sk"), ("ch", "k"), ("qu", "kw"),
    ("th", "t"), ("x", "ks"),
)  # fmt: skip
_SOFT_C = re.compile(r"c(?=[eiy])")
_VOWELS = re.compile(r"[aeiouy]+")
_DOUBLE = re.compile(r"(.)\1+")
_FAMILIES = (
    ("hypo", "hyper", "iso", "an"), ("intra", "extra", "inter", "infra", "supra", "peri", "trans", "juxta"),
    ("antero", "retro", "latero", "ante"),
    ("pre", "post"), ("endo", "exo", "epi"), ("micro", "macro"), ("sub", "supra"), ("brady", "tachy"), ("in", "de"),
    ("uni", "bi"),
    ("mono", "di", "tri"), ("ab", "ad"), ("hemi", "para", "quadri"), ("micro", "mega"), ("pneumo", "hydro", "hemo",
    "pyo", "chylo"),
)  # fmt: skip


@dataclass(frozen=True)
class Near:
    """A term near something heard.

    Attributes
    ----------
    letters, both
        Likeness in letters, and the mean of letters and sound; 0 to 1.
    """

    text: str = field(repr=False)
    letters: float
    both: float


class CorrectionTerms:
    """An index over spoken terms.

    Parameters
    ----------
    spoken
        Spoken forms of terms, lower case, words with single spaces; such that carry a value are left out.
    """

    def __init__(self, spoken: Iterable[str]) -> None:
        terms = {form for form in (term.lower() for term in spoken) if _is_fit(form)}
        self._terms = frozenset(terms)
        self._words = frozenset(word for term in terms for word in term.replace("-", " ").split())
        singles = {word for word in self._words if len(word) >= 5 and word.isalpha()}
        pairs = {term for term in terms if term.count(" ") == 1 and len(term) >= 10}
        self._targets = sorted(singles | pairs)
        self._sounds = [sound_key(target) for target in self._targets]
        self._gaps = _gaps_of(terms)

    def has_word(self, word: str) -> bool:
        """Whether it is a word of some term, and so heard rightly."""
        return word in self._words

    def has_term(self, words: str) -> bool:
        """Whether the words are a term as they stand."""
        return words in self._terms

    def nearest(self, heard: str) -> tuple[Near, ...]:
        """The terms nearest in sound, best first."""
        found = process.extract(
            sound_key(heard),
            self._sounds,
            scorer=Levenshtein.normalized_similarity,
            limit=_LOOKED_AT,
            score_cutoff=0.65,
        )
        near = [self.near(heard, self._targets[index]) for _, _, index in found]
        return tuple(sorted(near, key=lambda item: -item.both))

    def near(self, heard: str, target: str) -> Near:
        """How near a term is to what was heard."""
        plain = target.replace(" ", "").replace("-", "")
        letters = Levenshtein.normalized_similarity(heard.replace("-", ""), plain)
        sound = Levenshtein.normalized_similarity(sound_key(heard), sound_key(target))
        return Near(target, letters, (letters + sound) / 2)

    def fillers(self, words: tuple[str, ...], place: int) -> frozenset[str]:
        """Words that stand at ``place`` in terms whose other words are these."""
        return self._gaps.get((*words[:place], "", *words[place + 1 :]), frozenset())


def sound_key(text: str) -> str:
    """A rough sound: lower case, digraphs and soft c by their sound, runs of vowels as one, no doubles."""
    key = "".join(letter for letter in text.lower() if letter.isalpha())
    for letters, sound in _SOUNDS:
        key = key.replace(letters, sound)
    key = _SOFT_C.sub("s", key).replace("c", "k").replace("z", "s")
    return _DOUBLE.sub(r"\1", _VOWELS.sub("a", key))


def opposite_prefixes(one: str, other: str) -> bool:
    """Whether two words begin with different prefixes of one family: hypo- and hyper-, intra- and extra-."""
    for family in _FAMILIES:
        first, second = _prefix(one, family), _prefix(other, family)
        if first and second and first != second:
            return True
    return False


def ends_alike(one: str, other: str) -> bool:
    """Whether two words have the same ending, so that they can be the same form of a word."""
    return sound_key(one)[-2:] == sound_key(other)[-2:] and one.endswith("s") == other.endswith("s")


def _prefix(word: str, family: Sequence[str]) -> str:
    found = [prefix for prefix in family if word.startswith(prefix) and len(word) > len(prefix) + 2]
    return max(found, key=len) if found else ""


def _gaps_of(terms: Iterable[str]) -> dict[tuple[str, ...], frozenset[str]]:
    gaps: dict[tuple[str, ...], set[str]] = {}
    for term in terms:
        words = tuple(term.split())
        if 2 <= len(words) <= 3:
            for place, word in enumerate(words):
                gaps.setdefault((*words[:place], "", *words[place + 1 :]), set()).add(word)
    return {key: frozenset(words) for key, words in gaps.items()}


def _is_fit(term: str) -> bool:
    """Whether nothing can become a value by becoming this term."""
    return bool(term) and not any(_has_value(word) for word in _parts(term))


def _parts(term: str) -> Iterator[str]:
    yield from term.replace("-", " ").split()


def _has_value(word: str) -> bool:
    listed = word in NEGATIONS or word in SIDES or word in ORDINALS or word in unit_words()
    return listed or is_number_word(word) or not word.replace("'", "").isalpha()
