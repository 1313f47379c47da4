"""Our own report sentences as they are spoken, written by a grammar: always the same.

The grammar is ``resources/dictation/corpus``.
One file per kind of examination holds templates and slots; ``shared.toml`` holds the slots they have in common and the
templates of every examination. Nothing in it was taken from anybody's reports.

Error rates are measured on sentences that the model must not have seen. A grammar of common phrases writes many of
them by itself; so ``held_apart.txt`` lists every run of six words of the test sentences, as a digest, and a sentence
that holds such a run is left out.
"""

from __future__ import annotations

import hashlib
import random
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workstation.dictation.corpus_grammar import Choice, Literal, choice, spoken
from workstation.dictation.lexicon import Lexicon
from workstation.foundation.errors import BadInput, SomethingMissing
from workstation.foundation.resources import resource_path

KINDS = ("anatomy", "findings", "devices", "procedures", "descriptors", "eponyms", "drugs", "abbreviations", "scores")
RUN = 6  # words
_SHARED = "shared.toml"
_HELD_APART = "held_apart.txt"
_LEXICON_SLOT = "lexicon:"


@dataclass(frozen=True)
class Grammar:
    """The templates of one kind of examination.

    Attributes
    ----------
    name
        Of `lexicon.MODALITIES`, or ``all``.
    sentences
        How many times a template is spoken.
    """

    name: str
    sentences: int
    templates: Choice
    slots: Mapping[str, Choice]

    def spoken(self, seed: int = 1) -> Iterator[str]:
        """Its sentences; the same for the same seed. Common ones come more than once."""
        # The language model must be the same on every machine; nothing here is secret.
        chance = random.Random(f"{self.name} {seed}").random  # noqa: S311
        for _ in range(self.sentences):
            yield spoken(self.templates, self.slots, chance)


def grammars(lexicon: Lexicon, folder: Path | None = None) -> tuple[Grammar, ...]:
    """All grammars that ship with the program, or those in ``folder``.

    Raises
    ------
    SomethingMissing
        When there is none.
    BadInput
        When a file cannot be read: names the file.
    """
    place = folder or resource_path("dictation", "corpus")
    if not (place / _SHARED).is_file():
        raise SomethingMissing("The grammar of report sentences is missing.", "Install the program again.")
    shared = _table_of(place / _SHARED)
    return tuple(_grammar(path, shared, lexicon) for path in sorted(place.glob("*.toml")))


def corpus(lexicon: Lexicon, folder: Path | None = None) -> Counter[str]:
    """Sentence → how many times it was spoken, over all grammars."""
    spoken_times = Counter(sentence for grammar in grammars(lexicon, folder) for sentence in grammar.spoken())
    apart = _held_apart(folder or resource_path("dictation", "corpus"))
    for sentence in [each for each in spoken_times if not apart.isdisjoint(digests_of_runs(each))]:
        del spoken_times[sentence]
    return spoken_times


def digests_of_runs(sentence: str) -> Iterator[str]:
    """A digest for each run of six words, and one for the whole of a shorter sentence. Hyphens count as spaces."""
    words = sentence.replace("-", " ").split()
    for at in range(max(1, len(words) - RUN + 1)):
        yield hashlib.blake2b(" ".join(words[at : at + RUN]).encode(), digest_size=6).hexdigest()


def common_words(folder: Path | None = None) -> tuple[str, ...]:
    """Ordinary words of reports that no template may hold: the recogniser must know them all the same."""
    path = (folder or resource_path("dictation", "corpus")) / "common_words.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())


def _held_apart(folder: Path) -> frozenset[str]:
    path = folder / _HELD_APART
    return frozenset(path.read_text(encoding="ascii").split()) if path.is_file() else frozenset()


def _grammar(path: Path, shared: Mapping[str, object], lexicon: Lexicon) -> Grammar:
    own = shared if path.name == _SHARED else _table_of(path)
    name = str(own.get("examination", path.stem))
    try:
        slots = {slot: choice(texts) for table in (shared, own) for slot, texts in _slots_of(table).items()}
        slots |= _lexicon_slots(lexicon, name)
        return Grammar(name, int(str(own["sentences"])), choice(_texts(own["templates"])), slots)
    except (BadInput, KeyError, ValueError) as error:
        raise BadInput(f"{path.name} of the report grammar cannot be read: {error}", "Correct that file.") from error


def _lexicon_slots(lexicon: Lexicon, name: str) -> dict[str, Choice]:
    slots = {}
    for kind in KINDS:
        terms = lexicon.of_kind(kind, name)
        if terms:
            options = tuple(Literal(term.spoken[0]) for term in terms)
            slots[f"{_LEXICON_SLOT}{kind}"] = Choice(options, tuple(range(1, len(options) + 1)))
    return slots


def _table_of(path: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} of the report grammar cannot be read: {error}", "Correct that file.") from error


def _slots_of(table: Mapping[str, object]) -> dict[str, Sequence[str]]:
    slots = table.get("slots", {})
    return {str(name): _texts(texts) for name, texts in slots.items()} if isinstance(slots, Mapping) else {}


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError("slots and templates are lists of texts")
    return value
