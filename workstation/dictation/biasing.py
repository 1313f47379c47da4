"""What is whispered to Whisper beforehand: a prompt in the style of a report, and words it would not expect.

Both are short. Whisper was trained with at most 223 pieces of words before the speech; told more, it drops words and
whole sentences (synthetic voice hibari: 7.1 % errors with 284 pieces, 2.2 % with 209). They are plain text in
``resources/dictation``; learnt words come first, since the reader has asked for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from workstation.foundation.resources import resource_path

MOST_PIECES = 223
MOST_PROMPT_PIECES = 130
MOST_HOTWORD_PIECES = 100  # as reckoned here; the engine counts with its own tokeniser and leaves out what is too much
_LETTERS_A_PIECE = 2.6  # of medical words, measured with the tokeniser of tiny.en and rounded down


@dataclass(frozen=True)
class Biasing:
    """The prompt (sentences) and the hotwords (words with spaces between them)."""

    prompt: str
    hotwords: str


def biasing(own_words: Sequence[str] = (), folder: Path | None = None) -> Biasing:
    """The prompt and hotwords that ship with the program, with the reader's and the site's own words.

    Parameters
    ----------
    own_words
        As they are written, the most important first; as many as there is room for.
    """
    place = folder or resource_path("dictation")
    listed = _lines(place / "whisper_hotwords.txt")
    words = dict.fromkeys((*own_words, *listed))
    return Biasing(" ".join(_lines(place / "whisper_prompt.txt")), ", ".join(_fitting(words)))


def pieces_of(text: str) -> int:
    """At most how many pieces the tokeniser of Whisper is likely to make of a text."""
    return sum(max(1, round(len(word) / _LETTERS_A_PIECE)) for word in text.split())


def _fitting(words: Iterable[str]) -> list[str]:
    fitting, room = [], MOST_HOTWORD_PIECES
    for word in words:
        room -= pieces_of(word) + 1  # its comma
        if room < 0:
            break
        fitting.append(word)
    return fitting


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
