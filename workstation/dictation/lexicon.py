"""The radiology lexicon: terms, how each may be spoken, and how its words sound.

It is plain text in ``resources/dictation``: one table of terms per kind (``lexicon_anatomy.tsv`` and so on: term, the
examinations it belongs to, other spoken forms) and one of words and their pronunciations (``lexicon_words.tsv``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from workstation.dictation.pronunciations import checked_phones, pronounced_as_spelt
from workstation.foundation.errors import BadInput, SomethingMissing
from workstation.foundation.resources import resource_path

EVERYWHERE = "all"
MODALITIES = ("cr", "ct_head", "ct_chest", "ct_abdomen", "ct_spine", "mr_brain", "mr_spine", "mr_knee", "us", "mg")
OWN = "own"
_WORDS = "lexicon_words.tsv"


@dataclass(frozen=True)
class Term:
    """One entry.

    Attributes
    ----------
    text
        As it is written in a report: ``TI-RADS``, ``pleural effusion``.
    kind
        ``anatomy``, ``findings``, ``devices``, ``procedures``, ``descriptors``, ``eponyms``, ``drugs``,
        ``abbreviations``, ``scores``, or ``own`` for what the site or the reader added.
    modalities
        Of `MODALITIES`, or ``all``.
    spoken
        How it may be said, lower case, words of letters (and ``-``, ``'``) only; the usual way first. Never empty.
    """

    text: str
    kind: str
    modalities: frozenset[str]
    spoken: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """How many of the lexicon's words an engine can hear at all.

    Attributes
    ----------
    missing
        The words it cannot, in alphabetical order.
    """

    known: int
    of: int
    missing: tuple[str, ...]

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.known / self.of if self.of else 1.0


@dataclass(frozen=True)
class Lexicon:
    """Terms and the pronunciations of their words.

    Attributes
    ----------
    pronunciations
        Word (lower case) → its pronunciations in CMU phones, the usual one first. Every word of every spoken form is
        in it, and the ordinary words of reports too.
    """

    terms: tuple[Term, ...]
    pronunciations: Mapping[str, tuple[str, ...]]

    @classmethod
    def load(cls, folder: Path | None = None) -> Lexicon:
        """The lexicon that ships with the program, or one in ``folder``.

        Raises
        ------
        SomethingMissing
            When the folder holds none.
        BadInput
            When a line cannot be read: names the file and the line.
        """
        place = folder or resource_path("dictation")
        tables = sorted(path for path in place.glob("lexicon_*.tsv") if path.name != _WORDS)
        if not tables or not (place / _WORDS).is_file():
            raise SomethingMissing("The radiology lexicon is missing.", "Install the program again.")
        terms = tuple(term for path in tables for term in _terms_of(path))
        return _completed(terms, _pronunciations_of(place / _WORDS))

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of every spoken form, lower case."""
        return frozenset(word for term in self.terms for said in term.spoken for word in said.split())

    @cached_property
    def spoken_variants(self) -> Mapping[str, str]:
        """Spoken form → as it is written. Where two terms are said alike, the one listed first."""
        variants: dict[str, str] = {}
        for term in self.terms:
            for said in term.spoken:
                variants.setdefault(said, term.text)
        return MappingProxyType(variants)

    def of_kind(self, kind: str, modality: str = EVERYWHERE) -> tuple[Term, ...]:
        """Terms of one kind that belong to an examination (``all``: to any)."""
        wanted = {modality, EVERYWHERE}
        return tuple(
            term
            for term in self.terms
            if term.kind == kind and (modality == EVERYWHERE or not wanted.isdisjoint(term.modalities))
        )

    def pronunciations_of(self, word: str) -> tuple[str, ...]:
        """The listed pronunciations of a word, or the one its spelling suggests."""
        return self.pronunciations.get(word) or (pronounced_as_spelt(word),)

    def coverage(self, known: Callable[[str], bool]) -> Coverage:
        """How many of the lexicon's words ``known`` says yes to."""
        missing = tuple(sorted(word for word in self.words if not known(word)))
        return Coverage(len(self.words) - len(missing), len(self.words), missing)

    def with_own(self, words: Iterable[str]) -> Lexicon:
        """The same with words or terms of the site or the reader added; those it has already stay as they are.

        A pronunciation may follow after a tab, in CMU phones: ``Smithson<TAB>S M IH TH S AH N``.

        Raises
        ------
        BadInput
            When a word holds neither letter nor digit, or a pronunciation no phones.
        """
        had = {term.text for term in self.terms}
        terms, sounds = [], dict(self.pronunciations)
        for line in words:
            text, _, phones = line.strip().partition("\t")
            said = spoken_form(text)
            if phones and said:
                sounds[said] = (checked_phones(phones),) if " " not in said else sounds.get(said, ())
            if text not in had:
                terms.append(Term(text, OWN, frozenset({EVERYWHERE}), (_not_empty(said, text),)))
                had.add(text)
        return _completed((*self.terms, *terms), {word: found for word, found in sounds.items() if found})

    def without(self, texts: Iterable[str]) -> Lexicon:
        """The same without added terms; what ships with the program stays."""
        gone = set(texts)
        return replace(self, terms=tuple(term for term in self.terms if term.kind != OWN or term.text not in gone))


def spoken_form(text: str) -> str:
    """A term as words an engine can hear: lower case, no punctuation, hyphens and slashes as spaces."""
    plain = re.sub(r"[-/–]", " ", text.lower().replace("’", "'"))
    return " ".join(re.sub(r"[^\w' ]", "", plain).split())


def _not_empty(said: str, text: str) -> str:
    if not said:
        raise BadInput(f"“{text}” is no word.", "Give a word with letters.")
    return said


def _terms_of(path: Path) -> Iterator[Term]:
    kind = path.stem.removeprefix("lexicon_")
    for number, (text, places, variants) in _rows(path, 3):
        modalities = frozenset(places.split())
        if not modalities or not modalities <= {*MODALITIES, EVERYWHERE}:
            raise BadInput(
                f"{path.name} line {number}: {places!r} names no examination.", f"Use {' '.join(MODALITIES)}."
            )
        spoken = [said.strip() for said in variants.split(";") if said.strip()] or [spoken_form(text)]
        yield Term(text, kind, modalities, tuple(dict.fromkeys(spoken)))


def _pronunciations_of(path: Path) -> dict[str, tuple[str, ...]]:
    sounds: dict[str, tuple[str, ...]] = {}
    for number, (word, phones, _source) in _rows(path, 3):
        try:
            sounds[word] = (*sounds.get(word, ()), checked_phones(phones))
        except BadInput as error:
            raise BadInput(f"{path.name} line {number}: {error.what}", error.advice) from error
    return sounds


def _rows(path: Path, columns: int) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) != columns or not fields[0]:
            raise BadInput(f"{path.name} line {number} has {len(fields)} columns.", f"It must have {columns}.")
        yield number, fields


def _completed(terms: tuple[Term, ...], sounds: dict[str, tuple[str, ...]]) -> Lexicon:
    """Words without a listed pronunciation get the one their spelling suggests."""
    words = {word for term in terms for said in term.spoken for word in said.split()}
    for word in words - sounds.keys():
        sounds[word] = (pronounced_as_spelt(word),)
    return Lexicon(terms, MappingProxyType(sounds))
