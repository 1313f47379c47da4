"""Which stretches of a text are bold, and how they follow when the text is changed.

Spans are characters of the text, the end exclusive. In their one form they are sorted, apart from each other, within
one line each, and neither begin nor end with a blank; blanks between two of them belong to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher

from workstation.reporting.text import clean_text

Span = tuple[int, int]
Spans = tuple[Span, ...]
_PIECE = re.compile(r"\w+|\s+|[^\w\s]")


def normal(text: str, spans: Iterable[Sequence[int]]) -> Spans:
    """Spans in their one form; what does not fit the text is cut off."""
    return _spans(text, _flags(text, spans))


def followed(spans: Spans, text: str, start: int, removed: int, inserted: str) -> Spans:
    """Where the spans are when ``removed`` characters at ``start`` of ``text`` give way to ``inserted``.

    Words that take the place of bold words are bold, and so is what is put in between bold letters; what is added
    at the edge of a bold stretch is not.
    """
    if not spans:
        return ()
    end = start + removed
    flags = _flags(text, spans)
    new = flags[:start] + _replaced(text, flags, start, end, inserted) + flags[end:]
    return _spans(text[:start] + inserted + text[end:], new)


def followed_to(spans: Spans, old: str, new: str) -> Spans:
    """Where the spans are when ``new`` takes the place of ``old`` and nobody says which stretch was changed."""
    if not spans or old == new:
        return spans
    shortest = min(len(old), len(new))
    head = next((place for place in range(shortest) if old[place] != new[place]), shortest)
    most = shortest - head
    tail = next((place for place in range(most) if old[-1 - place] != new[-1 - place]), most)
    return followed(spans, old, head, len(old) - head - tail, new[head : len(new) - tail])


def cleaned(text: str, spans: Iterable[Sequence[int]]) -> Spans:
    """Spans of ``text`` in what `clean_text` makes of it."""
    clean = clean_text(text)
    if clean == text:
        return normal(text, spans)
    return normal(clean, [(_cleaned_place(text, start), _cleaned_place(text, end)) for start, end in spans])


def stripped(text: str, spans: Spans) -> Spans:
    """Spans of ``text`` in ``text.strip()``."""
    lead = len(text) - len(text.lstrip())
    return normal(text.strip(), [(start - lead, end - lead) for start, end in spans])


def with_spans(every: Mapping[str, Spans], field_id: str, spans: Spans) -> dict[str, Spans]:
    """The spans of all fields with those of one exchanged; a field without any is left out."""
    others = {key: each for key, each in every.items() if key != field_id}
    return {**others, field_id: spans} if spans else others


def runs(text: str, spans: Spans) -> tuple[tuple[str, bool], ...]:
    """The text in pieces, each with whether it is bold."""
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    pieces = [(text[edges[n] : edges[n + 1]], n % 2 == 1) for n in range(len(edges) - 1)]
    return tuple(piece for piece in pieces if piece[0])


def _cleaned_place(text: str, place: int) -> int:
    return len(clean_text(text[:place]))


def _flags(text: str, spans: Iterable[Sequence[int]]) -> list[bool]:
    flags = [False] * len(text)
    for start, end in spans:
        for place in range(max(start, 0), min(end, len(text))):
            flags[place] = True
    return flags


def _spans(text: str, flags: Sequence[bool]) -> Spans:
    """Stretches of marked characters; blanks neither begin, end nor part them, line ends do part them."""
    found: list[Span] = []
    start = end = -1
    for place, character in enumerate(text):
        if character.isspace() and character != "\n":
            continue
        if flags[place] and character != "\n":
            start, end = (place if start < 0 else start), place + 1
        elif start >= 0:
            found.append((start, end))
            start = -1
    return (*found, (start, end)) if start >= 0 else tuple(found)


def _replaced(text: str, flags: Sequence[bool], start: int, end: int, inserted: str) -> list[bool]:
    """What of ``inserted`` is bold, in the place of a stretch that is; word by word where only some of it is."""
    if _is_bold(text, flags, start, end):
        return [True] * len(inserted)
    old, new = _PIECE.findall(text[start:end]), _PIECE.findall(inserted)
    at = [start]
    for piece in old:
        at.append(at[-1] + len(piece))
    made: list[bool] = []
    for step, a, b, c, d in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        length = sum(len(piece) for piece in new[c:d])
        is_same = step == "equal"
        made += flags[at[a] : at[b]] if is_same else [_is_bold(text, flags, at[a], at[b])] * length
    return made


def _is_bold(text: str, flags: Sequence[bool], start: int, end: int) -> bool:
    """Whether all that is written in a stretch is bold; of an empty one, whether bold letters stand on both sides."""
    letters = [flags[place] for place in range(start, end) if not text[place].isspace()]
    if letters:
        return all(letters)
    return start > 0 and end < len(text) and flags[start - 1] and flags[end]
