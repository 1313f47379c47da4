"""How marks look: each kind has a line of its own, so that colour is never the only sign."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

from PySide6.QtGui import QColor, QTextBlock, QTextCharFormat, QTextDocument, QTextLayout

from workstation.ui.marks import Mark, MarkKind
from workstation.ui.pieces import TOKENS
from workstation.ui.text_places import to_units

_Line = QTextCharFormat.UnderlineStyle
_LOOK = {
    MarkKind.MISSPELT: (_Line.WaveUnderline, TOKENS.status.fail),
    MarkKind.SECOND_PASS: (_Line.SingleUnderline, TOKENS.text.secondary),
    MarkKind.DOUBT: (_Line.DashUnderline, TOKENS.status.warn),
    MarkKind.GUESS: (_Line.DotLine, TOKENS.status.info),
    MarkKind.CHOICE: (_Line.SingleUnderline, TOKENS.status.warn),
}


Place = tuple[int, int, MarkKind]
"""A mark where Qt counts it."""


def places_in(text: str, marks: Sequence[Mark]) -> tuple[Place, ...]:
    """Marks of a text as Qt counts their places."""
    return tuple((to_units(text, each.start), to_units(text, each.end), each.kind) for each in marks)


def show_marks(document: QTextDocument, places: Sequence[Place]) -> None:
    """Draw marks over a document's text; what it holds, its undo steps and its signals stay as they are.

    The lines belong to the layout of each block and are drawn together with its text, however many there are.
    """
    block = document.begin()
    while block.isValid():
        first, last = block.position(), block.position() + block.length() - 1
        inside = [
            (max(a, first) - first, min(b, last) - first, kind) for a, b, kind in places if a < last and first < b
        ]
        _show_in(block, inside)
        block = block.next()


def look_of(kind: MarkKind) -> QTextCharFormat:
    """The line of one kind of mark; an open choice has a ground as well."""
    style, colour = _LOOK[kind]
    made = QTextCharFormat()
    made.setUnderlineStyle(style)
    made.setUnderlineColor(QColor(colour))
    if kind is MarkKind.CHOICE:
        made.setBackground(QColor(TOKENS.surface.line))
    return made


def _show_in(block: QTextBlock, places: list[Place]) -> None:
    """Give a block its lines; it remembers by a number which ones it has, wherever it moves to."""
    state = crc32(repr(places).encode()) & 0x7FFFFFFF if places else -1
    if block.userState() == state:
        return
    block.setUserState(state)
    block.layout().setFormats([_range(*each) for each in places])
    block.document().markContentsDirty(block.position(), block.length())


def _range(start: int, end: int, kind: MarkKind) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, end - start, look_of(kind)
    return made
