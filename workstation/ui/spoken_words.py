"""Which of the words that were heard stand behind a stretch of written text, so that their sound can be played."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from workstation.dictation.words import Word

_MARKS = '.,;:!?()[]"“”'


def words_behind(text: str, words: Sequence[Word], start: int, end: int) -> tuple[Word, ...]:
    """The words heard for ``text[start:end]``; where writing changed them, all between the nearest ones that stayed.

    Parameters
    ----------
    text
        Text of one utterance as it stands.
    words
        What was heard of it, in order.
    start, end
        The stretch; twice the same place means the word there.
    """
    tokens = _tokens(text)
    wanted = [number for number, token in enumerate(tokens) if _is_over(token, start, end)]
    if not wanted or not words:
        return ()
    matcher = SequenceMatcher(
        a=[_plain(text[first:last]) for first, last in tokens], b=[_plain(each.text) for each in words], autojunk=False
    )
    found: set[int] = set()
    for step, a, b, c, d in matcher.get_opcodes():
        for token in wanted:
            if a <= token < b:
                found.update({c + token - a} if step == "equal" else range(c, d))
    return tuple(words[min(found) : max(found) + 1]) if found else ()


def _is_over(token: tuple[int, int], start: int, end: int) -> bool:
    first, last = token
    return first <= start <= last if start == end else first < end and start < last


def _tokens(text: str) -> list[tuple[int, int]]:
    found, at = [], 0
    for part in text.split():
        first = text.index(part, at)
        at = first + len(part)
        found.append((first, at))
    return found


def _plain(word: str) -> str:
    return word.strip(_MARKS).casefold()
