"""Ordinary English words, so that correction knows which words are none.

The list is the pronunciation dictionary that comes with pocketsphinx (CMU Pronouncing Dictionary, 126,000 words). It
is read as a text file; the library itself is not loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from importlib.util import find_spec
from pathlib import Path

_DICTIONARY = Path("model", "en-us", "cmudict-en-us.dict")


def shipped_dictionary() -> Path | None:
    """The dictionary of the installed pocketsphinx; None where it is not installed."""
    found = find_spec("pocketsphinx")
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / _DICTIONARY
    return path if path.is_file() else None


def english_words(dictionary: Path | None = None) -> frozenset[str]:
    """All listed words in lower case; empty where there is no dictionary."""
    path = dictionary or shipped_dictionary()
    if path is None:
        return frozenset()
    with path.open(encoding="utf-8") as lines:
        return frozenset(line.split(maxsplit=1)[0].split("(")[0] for line in lines if line.strip())


def is_english(also: Container[str] = (), dictionary: Path | None = None) -> Callable[[str], bool]:
    """A test for ordinary words in lower case.

    Parameters
    ----------
    also
        Words that count too.
    dictionary
        A CMU dictionary file; by default the one that comes with pocketsphinx. Without any, every word counts as
        English, so that nothing is corrected on the strength of a missing list.
    """
    listed = english_words(dictionary)
    if not listed:
        return lambda _word: True
    return lambda word: word in listed or word in also
