"""Cutting an utterance or a written text into the tokens that the text rules read.

One cut serves what is heard ("L four L five", "forty-five") and what is written ("L4-L5", "45 mm"): letters, numbers
and single other characters, each knowing whether a space stood before it. Copying all tokens gives the text back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from workstation.dictation.words import Word

_TOKEN = re.compile(
    r"(?P<break>\s*\n\s*)|(?P<space>\s+)"
    r"|(?P<number>\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?|(?<![\w.])\.\d+)"
    r"|(?P<letters>[^\W\d_]+(?:['’][^\W\d_]+)*)|(?P<other>.)",
    re.DOTALL,
)
LINE, PARAGRAPH = "\n", "\n\n"


@dataclass(frozen=True)
class Token:
    """A piece of an utterance that rules look at.

    Attributes
    ----------
    text, low
        As it stands in the source, and in lower case (curly apostrophes made straight).
    glued
        No space stood before it.
    word
        Index of the `Word` it came from, or of the whitespace-separated part of a text.
    said
        For a mark that was spoken, the words that were said for it ("new line"); else empty.
    """

    text: str = field(repr=False)
    low: str = field(repr=False)
    glued: bool
    word: int
    said: str = field(default="", repr=False)

    @property
    def is_number(self) -> bool:
        """Whether it is written in digits: 4, 1.2, .8, 1,200."""
        return self.text[-1:].isdecimal()

    @property
    def is_letters(self) -> bool:
        """Whether it is a word or a single letter."""
        return self.text[:1].isalpha()

    @property
    def is_break(self) -> bool:
        """Whether it is an end of line or paragraph."""
        return self.text in {LINE, PARAGRAPH}


@dataclass(frozen=True)
class Utterance:
    """Tokens with safe looks to both sides, and the words they came from."""

    tokens: tuple[Token, ...]
    words: tuple[Word, ...]

    def __len__(self) -> int:
        return len(self.tokens)

    def low(self, index: int) -> str:
        """The token in lower case; empty beyond either end, and for line breaks."""
        if 0 <= index < len(self.tokens):
            low = self.tokens[index].low
            return "" if self.tokens[index].is_break else low
        return ""

    def lows(self, first: int, count: int) -> tuple[str, ...]:
        """``count`` tokens in lower case from ``first``."""
        return tuple(self.low(index) for index in range(first, first + count))

    def glued(self, index: int) -> bool:
        """Whether the token stands directly behind the one before it."""
        return 0 < index < len(self.tokens) and self.tokens[index].glued

    def is_number(self, index: int) -> bool:
        """Whether the token is written in digits."""
        return 0 <= index < len(self.tokens) and self.tokens[index].is_number

    def is_letters(self, index: int) -> bool:
        """Whether the token is a word."""
        return 0 <= index < len(self.tokens) and self.tokens[index].is_letters

    def text(self, first: int, end: int) -> str:
        """The tokens ``first`` to ``end`` (exclusive) as they stand in the source."""
        parts: list[str] = []
        for token in self.tokens[first:end]:
            parts.append(token.text if token.glued or not parts else f" {token.text}")
        return "".join(parts)


def utterance_of(raw: str | Sequence[Word]) -> Utterance:
    """Cut a text (its line breaks are kept) or an engine's words."""
    if isinstance(raw, str):
        parts = [Word(part) for part in _parts_with_breaks(raw)]
    else:
        parts = [word for word in raw if word.text.strip()]
    tokens: list[Token] = []
    for number, word in enumerate(parts):
        tokens.extend(_tokens_of(word.text, number))
    return Utterance(tuple(tokens), tuple(parts))


def _parts_with_breaks(text: str) -> Iterator[str]:
    """Whitespace-separated parts; a line end is a part of its own."""
    for number, line in enumerate(re.split(r"(\s*\n\s*)", text)):
        if number % 2:
            yield PARAGRAPH if line.count("\n") > 1 else LINE
        else:
            yield from line.split()


def _tokens_of(text: str, word: int) -> Iterator[Token]:
    glued = False
    for found in _TOKEN.finditer(text):
        kind, piece = found.lastgroup, found.group()
        if kind == "space":
            glued = False
            continue
        if kind == "break":
            piece = PARAGRAPH if piece.count("\n") > 1 else LINE
        yield Token(piece, piece.lower().replace("’", "'"), glued and kind != "break", word)
        glued = kind != "break"
