"""What the recognisers need of our vocabulary, built once into the cache.

A language model and a dictionary for pocketsphinx, a prompt and hotwords for Whisper.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from workstation.dictation.biasing import biasing
from workstation.dictation.command_sentences import command_sentences
from workstation.dictation.corpus import common_words, corpus
from workstation.dictation.lexicon import OWN, Lexicon
from workstation.dictation.own_sentences import spoken_sentences
from workstation.dictation.pronunciations import LETTERS
from workstation.dictation.spoken_numbers import NUMBER_WORDS
from workstation.dictation.trigram_model import TrigramModel, trained
from workstation.foundation.files import make_private_folder, write_atomically
from workstation.foundation.resources import resource_path

PUNCTUATION_WORDS = (
    "comma",
    "period",
    "colon",
    "semicolon",
    "dash",
    "hyphen",
    "slash",
    "quote",
    "paragraph",
    "line",
    "stop",
)
_CAUTION = 1.0
_OWN_TIMES = 5.0  # how often an added word or the site's own sentence counts
_BUILT_BY = "3"  # changes when the same input gives another model
_KEPT = 3  # models of different contents
_ARPA, _DICTIONARY, _SEAL = "en.arpa", "en.dict", "sha256"


@dataclass(frozen=True)
class SpeechResources:
    """Files and texts for the engines.

    Attributes
    ----------
    arpa
        Trigram model in ARPA form.
    dictionary
        Word and phones, a line each, as pocketsphinx reads them; every word of ``arpa`` is in it.
    prompt, hotwords
        For Whisper.
    sha256
        Of ``arpa`` followed by ``dictionary``.
    """

    arpa: Path
    dictionary: Path
    prompt: str = field(repr=False)
    hotwords: str = field(repr=False)
    sha256: str


def built_files(lexicon: Lexicon, own_reports: Sequence[str], place: Path) -> tuple[bytes, bytes]:
    """The trigram model in ARPA form, and the dictionary of its words: seconds of work."""
    model = language_model(lexicon, own_reports, place)
    return model.arpa().encode(), dictionary(model.vocabulary[2:], lexicon).encode()


Build = Callable[[Lexicon, Sequence[str], Path], tuple[bytes, bytes]]


def speech_resources(
    cache: Path,
    *,
    lexicon: Lexicon | None = None,
    own_reports: Sequence[str] = (),
    folder: Path | None = None,
    build: Build = built_files,
) -> SpeechResources:
    """The resources from the cache, or built into it first (a few seconds).

    Parameters
    ----------
    cache
        A folder of this user; one subfolder per content is kept in it, the newest few of them.
    lexicon
        With learnt and own words, where there are any (`Lexicon.with_own`); the shipped one by default.
    own_reports
        Texts of the site's reports, written; see `own_sentences` for what is left out.
    folder
        Of the lexicon and grammar, instead of those that ship with the program.
    build
        Does the work, perhaps in another process.
    """
    place = folder or resource_path("dictation")
    known = lexicon or Lexicon.load(place)
    home = cache / "speech" / _key(place, known, own_reports)
    if _sealed(home) is None:
        _keep(home, *build(known, own_reports, place))
        _forget_old(home)
    own = [term.text for term in known.terms if term.kind == OWN]
    whisper = biasing(own, place)
    return SpeechResources(home / _ARPA, home / _DICTIONARY, whisper.prompt, whisper.hotwords, _sealed(home) or "")


def language_model(lexicon: Lexicon, own_reports: Sequence[str] = (), folder: Path | None = None) -> TrigramModel:
    """The trigram model of our corpus, the lexicon, spoken commands, numbers and letters, the site's own sentences."""
    place = folder or resource_path("dictation")
    sentences: dict[str, float] = {text: float(times) for text, times in corpus(lexicon, place / "corpus").items()}
    for text, times in (*_terms_as_sentences(lexicon).items(), *command_sentences(lexicon, place).items()):
        sentences[text] = sentences.get(text, 0.0) + times
    words = {*common_words(place / "corpus"), *NUMBER_WORDS, *LETTERS, *PUNCTUATION_WORDS}
    known = words | {word for text in sentences for word in text.split()}
    for text, times in spoken_sentences(own_reports, known).items():
        sentences[text] = sentences.get(text, 0.0) + times * _OWN_TIMES
    return trained(sentences, words, caution=_CAUTION)


def dictionary(words: Sequence[str], lexicon: Lexicon) -> str:
    """Lines of word and phones; further pronunciations as ``word(2)``."""
    return "".join(f"{line}\n" for word in words for line in _sounds(word, lexicon))


def _sounds(word: str, lexicon: Lexicon) -> Iterator[str]:
    for number, phones in enumerate(lexicon.pronunciations_of(word), start=1):
        yield f"{word}{f'({number})' if number > 1 else ''} {phones}"


def _terms_as_sentences(lexicon: Lexicon) -> Mapping[str, float]:
    """Each spoken form by itself, so that its words are known to follow one another."""
    return {said: _OWN_TIMES if term.kind == OWN else 1.0 for term in reversed(lexicon.terms) for said in term.spoken}


def _keep(home: Path, arpa: bytes, sounds: bytes) -> None:
    """Into a neighbour that takes its name when it is whole; another program that was faster wins."""
    make_private_folder(home.parent)
    neighbour = Path(tempfile.mkdtemp(prefix=f".{home.name[:8]}.", dir=home.parent))
    try:
        write_atomically(neighbour / _ARPA, arpa)
        write_atomically(neighbour / _DICTIONARY, sounds)
        write_atomically(neighbour / _SEAL, _sha256(arpa, sounds).encode())
        if _sealed(home) is None:
            shutil.rmtree(home, ignore_errors=True)
            neighbour.replace(home)
    finally:
        shutil.rmtree(neighbour, ignore_errors=True)


def _forget_old(home: Path) -> None:
    """Models of earlier contents; other programs may still be reading the newest."""
    others = [path for path in home.parent.iterdir() if path != home and not path.name.startswith(".")]
    for path in sorted(others, key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT - 1 :]:
        shutil.rmtree(path, ignore_errors=True)


def _sealed(home: Path) -> str | None:
    """The hash of a whole build; None where there is none, or it was damaged."""
    try:
        seal = (home / _SEAL).read_text(encoding="ascii")
        return seal if seal == _sha256((home / _ARPA).read_bytes(), (home / _DICTIONARY).read_bytes()) else None
    except OSError:
        return None


def _key(place: Path, lexicon: Lexicon, own_reports: Sequence[str]) -> str:
    digest = hashlib.sha256(f"{_BUILT_BY} {_CAUTION} {_OWN_TIMES}\n".encode())
    for path in sorted(place.rglob("*")):
        if path.is_file() and path.suffix in {".toml", ".txt", ".tsv"}:
            digest.update(f"{path.name}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    for term in lexicon.terms:
        if term.kind == OWN:
            digest.update(
                f"{term.text}\t{term.spoken}\t{[lexicon.pronunciations_of(s) for s in term.spoken]}\n".encode()
            )
    for text in own_reports:
        digest.update(hashlib.sha256(text.encode()).digest())
    return digest.hexdigest()


def _sha256(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()
