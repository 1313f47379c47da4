"""From what was heard to what a report says: numbers, units, levels, grades, dates, punctuation and capitals.

Deterministic: the same words always give the same text, and a text that is already written comes back unchanged. The
values (`protected`) of what is written are those of what was heard; where a rule would change one, the words stay as
they were heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from workstation.dictation.grammar import read_at
from workstation.dictation.protected import same_values
from workstation.dictation.punctuation import CLOSING, OPENING, SENTENCE_ENDS, with_spoken_marks
from workstation.dictation.sentences import begins_sentence, may_end_sentence, with_sentence_breaks
from workstation.dictation.tokens import Utterance, utterance_of
from workstation.dictation.words import Rewrite, Why, Word, Written, raw_text


@dataclass(frozen=True)
class Layout:
    """How an utterance sits in its field.

    Attributes
    ----------
    starts_sentence
        Whether its first word begins a sentence (the field is empty, or ends with a full stop).
    ends_sentence
        Whether a full stop is added where none was said.
    pause_s
        A silence of at least this many seconds between two words may end a sentence; needs words with times.
    """

    starts_sentence: bool = True
    ends_sentence: bool = True
    pause_s: float = 0.6


@dataclass(frozen=True)
class _Piece:
    """A stretch of the text to be: its characters, and the tokens it was made of."""

    text: str = field(repr=False)
    glued: bool
    first: int
    end: int
    why: Why | None = None


def write_out(raw: str | Sequence[Word], layout: Layout | None = None) -> Written:
    """Write an utterance as a report says it.

    Parameters
    ----------
    raw
        What was heard: words of an engine, or a text (spoken, written, or mixed).
    layout
        How it sits in its field; by default it is whole sentences.

    Returns
    -------
    Written
        With a mark for each stretch that was rewritten (not for spaces, capitals, and full stops that nobody said).
    """
    written = _write(raw, layout or Layout())
    if same_values(raw, written.text):
        return written
    heard = raw_text(raw)
    return Written(heard, heard)


def _write(raw: str | Sequence[Word], layout: Layout) -> Written:
    u = with_sentence_breaks(with_spoken_marks(utterance_of(raw)), layout.pause_s)
    pieces = _with_capitals(u, _pieces_of(u), layout.starts_sentence)
    if layout.ends_sentence and pieces and may_end_sentence(pieces[-1].text):
        pieces.append(_Piece(".", glued=True, first=len(u), end=len(u)))
    text, rewrites = _joined(u, pieces)
    return Written(text, raw_text(raw), rewrites)


def _pieces_of(u: Utterance) -> list[_Piece]:
    pieces: list[_Piece] = []
    at = 0
    while at < len(u):
        token, reading = u.tokens[at], read_at(u, at)
        if reading is not None and reading.written is not None:
            pieces.append(_Piece(reading.written, token.glued, at, reading.end, reading.why))
            at = reading.end
            continue
        end = reading.end if reading is not None else at + 1
        pieces += [_copied(u, index) for index in range(at, end)]
        at = end
    return pieces


def _copied(u: Utterance, i: int) -> _Piece:
    token = u.tokens[i]
    after_opening = i > 0 and u.tokens[i - 1].text in OPENING
    glued = token.glued or after_opening or (token.text in CLOSING and i > 0 and not u.tokens[i - 1].is_break)
    return _Piece(token.text, glued, i, i + 1, "punctuation" if token.said else None)


def _with_capitals(u: Utterance, pieces: list[_Piece], starts_sentence: bool) -> list[_Piece]:
    """The pieces with a capital wherever a sentence begins."""
    out: list[_Piece] = []
    for piece in pieces:
        first = begins_sentence(u, piece.first, at_start=starts_sentence)
        out.append(_Piece(_capital(piece.text), piece.glued, piece.first, piece.end, piece.why) if first else piece)
    return out


def _capital(text: str) -> str:
    """With a capital first letter, unless the word has capitals of its own (eGFR, mL)."""
    head = text.split(" ", 1)[0]
    if not text[:1].islower() or any(letter.isupper() for letter in head) or len(text[:1].upper()) != 1:
        return text
    return text[0].upper() + text[1:]


def _joined(u: Utterance, pieces: Sequence[_Piece]) -> tuple[str, tuple[Rewrite, ...]]:
    """The text, and the marks with their places in it."""
    text = ""
    spans: list[tuple[int, int, _Piece]] = []
    for piece in pieces:
        no_space = not text or piece.glued or text.endswith("\n") or piece.text.startswith("\n")
        text += "" if no_space else " "
        spans.append((len(text), len(text) + len(piece.text), piece))
        text += piece.text
    return text, _marks(u, text, spans)


def _marks(u: Utterance, text: str, spans: Sequence[tuple[int, int, _Piece]]) -> tuple[Rewrite, ...]:
    marks: list[Rewrite] = []
    last = -1  # the corrected word that the last mark belongs to
    for start, end, piece in spans:
        corrected = _corrected(u, piece)
        if corrected is not None and corrected == last:
            marks[-1] = replace(marks[-1], end=end, to=text[marks[-1].start : end])
        elif corrected is not None:
            marks.append(_correction(u.words[corrected], start, piece.text))
        elif piece.why is not None and (said := _said(u, piece)) != piece.text:
            marks.append(Rewrite(start, end, said, piece.text, piece.why))
        last = corrected if corrected is not None else last
    return tuple(marks)


def _said(u: Utterance, piece: _Piece) -> str:
    return u.tokens[piece.first].said or u.text(piece.first, piece.end)


def _corrected(u: Utterance, piece: _Piece) -> int | None:
    """Index of the corrected word that a piece came from; the marks around that word are not part of it."""
    for token in u.tokens[piece.first : piece.end]:
        if u.words[token.word].corrected is not None and (token.is_letters or token.text in {"-", "/"}):
            return token.word
    return None


def _correction(word: Word, start: int, text: str) -> Rewrite:
    heard = word.heard.strip('.,;:!?()[]"“”')
    return Rewrite(start, start + len(text), heard, text, word.corrected or "lexicon")


def ends_with_sentence(text: str) -> bool:
    """Whether what is added behind a text begins a sentence: it is empty, or ends with a full stop or a line break."""
    stripped = text.rstrip(" ")
    return not stripped or stripped[-1] in SENTENCE_ENDS or stripped[-1] == "\n"
