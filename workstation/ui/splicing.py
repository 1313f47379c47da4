"""Changing a text that a person is just writing in: as one undo step, and without moving them from their place."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QTextEdit

from workstation.ui.text_places import to_units

_PIECE = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Step:
    """At ``start`` of the text as it was, ``removed`` characters give way to ``inserted``."""

    start: int
    removed: int
    inserted: str = field(repr=False)


def steps_between(old: str, new: str, start: int = 0) -> tuple[Step, ...]:
    """The words in which two texts differ, in order; ``start`` is where the old one begins.

    A change is made word by word, so that a cursor in words that stay keeps its place among them.
    """
    left, right = _PIECE.findall(old), _PIECE.findall(new)
    at = [start]
    for piece in left:
        at.append(at[-1] + len(piece))
    matcher = SequenceMatcher(a=left, b=right, autojunk=False)
    return tuple(
        Step(at[a], at[b] - at[a], "".join(right[c:d])) for step, a, b, c, d in matcher.get_opcodes() if step != "equal"
    )


def splice(
    editor: QTextEdit, start: int, removed: int, inserted: str, finish: Callable[[], None] | None = None
) -> bool:
    """Put other text into a stretch of the editor as one undo step; the reader's cursor stays where it is in the text.

    A cursor without a selection that stands where text is inserted goes on behind it; a selection never grows.

    Parameters
    ----------
    finish
        Done last within the same undo step.

    Returns
    -------
    bool
        False when the text has no such stretch; then nothing was changed.
    """
    text = editor.toPlainText()
    if not 0 <= start <= start + removed <= len(text):
        return False
    steps = steps_between(text[start : start + removed], inserted, start)
    if not steps:
        return True
    end = _selection_end(editor)
    cursor = QTextCursor(editor.document())
    editor.document().setModified(False)  # Qt joins no undo steps over this: neither with typing before nor after it
    cursor.beginEditBlock()
    for step in reversed(steps):
        _take(cursor, text, step)
    if finish is not None:
        finish()
    cursor.endEditBlock()
    editor.document().setModified(False)
    if end is not None:
        _end_selection_at(editor, end.position())
    return True


def _take(cursor: QTextCursor, text: str, step: Step) -> None:
    """Insert behind what goes away: a cursor before it stays before, one behind it stays behind."""
    first, last = to_units(text, step.start), to_units(text, step.start + step.removed)
    cursor.setPosition(last)
    if step.inserted:
        cursor.insertText(step.inserted)
    if step.removed:
        cursor.setPosition(first)
        cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()


def _selection_end(editor: QTextEdit) -> QTextCursor | None:
    """A cursor that keeps the end of the reader's selection, also when text is inserted there."""
    own = editor.textCursor()
    if not own.hasSelection():
        return None
    kept = QTextCursor(editor.document())
    kept.setPosition(own.selectionEnd())
    kept.setKeepPositionOnInsert(True)
    return kept


def _end_selection_at(editor: QTextEdit, end: int) -> None:
    own = editor.textCursor()
    first = own.selectionStart()
    if own.selectionEnd() == end or end <= first:
        return
    is_forward = own.position() > own.anchor()
    own.setPosition(first if is_forward else end)
    own.setPosition(end if is_forward else first, QTextCursor.MoveMode.KeepAnchor)
    editor.setTextCursor(own)
