"""Bold text in a report field: which of its document is bold, and what is typed next.

Bold is a format of the characters in the field's document, so that it is undone and redone with the text. All other
formats are left alone. Places are counted as Qt counts them.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextEdit

from workstation.reporting.emphasis import Spans, normal
from workstation.ui.text_places import from_units, to_units

Place = tuple[int, int]


def bold_places(document: QTextDocument) -> tuple[Place, ...]:
    """The stretches of a document whose characters are bold."""
    found: list[Place] = []
    block = document.begin()
    while block.isValid():
        for each in block.textFormats():
            if _is_bold(each.format):
                start = block.position() + each.start
                found.append((start, start + each.length))
        block = block.next()
    return tuple(found)


def bold_spans(editor: QTextEdit) -> Spans:
    """What of an editor's text is bold, in characters of the text."""
    places = bold_places(editor.document())
    if not places:
        return ()
    text = editor.toPlainText()
    return normal(text, [(from_units(text, start), from_units(text, end)) for start, end in places])


def places_of_spans(text: str, spans: Spans) -> tuple[Place, ...]:
    """Spans of a text as Qt counts their places."""
    return tuple((to_units(text, start), to_units(text, end)) for start, end in spans)


def show_bold(document: QTextDocument, places: Sequence[Place]) -> None:
    """Make exactly these stretches bold, as one undo step or as part of the one that is being made."""
    wanted, now = _units(places), _units(bold_places(document))
    if wanted == now:
        return
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    for is_bold, units in ((True, wanted - now), (False, now - wanted)):
        for start, end in _stretches(sorted(units)):
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            set_bold(cursor, is_bold=is_bold)
    cursor.endEditBlock()


def set_bold(cursor: QTextCursor, *, is_bold: bool) -> None:
    """Make what a cursor has selected bold or not bold."""
    made = QTextCharFormat()
    made.setFontWeight(QFont.Weight.Bold if is_bold else QFont.Weight.Normal)
    cursor.mergeCharFormat(made)


def write_bold(editor: QTextEdit, *, is_bold: bool) -> None:
    """Let what is typed next at the cursor, which has nothing selected, be bold or not bold."""
    own = editor.textCursor().charFormat()
    if _is_bold(own) is is_bold or editor.textCursor().hasSelection():
        return
    if is_bold:
        own.setFontWeight(QFont.Weight.Bold)
    else:
        own.clearProperty(QTextCharFormat.Property.FontWeight)
    editor.setCurrentCharFormat(own)


def _is_bold(style: QTextCharFormat) -> bool:
    return style.fontWeight() >= QFont.Weight.Bold


def _units(places: Sequence[Place]) -> set[int]:
    return {unit for start, end in places for unit in range(start, end)}


def _stretches(units: Sequence[int]) -> list[Place]:
    """Neighbouring numbers as stretches."""
    found: list[Place] = []
    for unit in units:
        if found and found[-1][1] == unit:
            found[-1] = (found[-1][0], unit + 1)
        else:
            found.append((unit, unit + 1))
    return found
