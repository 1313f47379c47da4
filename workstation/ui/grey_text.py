"""Words that are still being heard, in grey at their place in a field, without being in its text.

The field's document stays as it is, so that undo, the cursor and what is reported as typed know nothing of them. While
there are any, a second document is shown that holds both, and places are counted over between the two.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QAbstractTextDocumentLayout, QColor, QPainter, QPalette, QTextCharFormat, QTextCursor
from PySide6.QtGui import QTextDocument as Document
from PySide6.QtWidgets import QTextEdit

from workstation.ui.bold_text import bold_places, show_bold
from workstation.ui.mark_look import Place, show_marks
from workstation.ui.pieces import TOKENS
from workstation.ui.text_places import to_units

GOES_ON = " …"
"""Stands behind live text, so that not only its colour says that it is not final."""


class GreyText:
    """The grey words of one text editor, and the document that shows them."""

    def __init__(self, editor: QTextEdit) -> None:
        self._editor = editor
        self._anchor = QTextCursor(editor.document())
        self._text = ""
        self._length = 0
        self._shown: tuple[object, ...] = ()
        self._copy = Document()
        self._copy.setUndoRedoEnabled(False)
        self.places: tuple[Place, ...] = ()
        """What is marked in the editor."""

    @property
    def is_shown(self) -> bool:
        """Whether there are grey words; while accents are being composed they wait."""
        return bool(self._text) and not self._editor.textCursor().block().layout().preeditAreaText()

    @property
    def text(self) -> str:
        """The words."""
        return self._text

    @property
    def height(self) -> float:
        """How high text and grey words are together."""
        self._follow()
        return self._copy.size().height()

    def show(self, at: int, text: str) -> None:
        """Have these words at this place (in characters); "" for none."""
        whole = self._editor.toPlainText()
        self._anchor.setPosition(to_units(whole, min(max(at, 0), len(whole))))
        self._text = text.strip()

    def paint(self, painter: QPainter, clip: QRectF) -> None:
        """Draw text, marks, selection, cursor and the grey words."""
        self._follow()
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette = self._editor.palette()
        context.clip = clip
        own = self._editor.textCursor()
        if own.hasSelection():
            context.selections = [self._selection(own, self._highlight())]
        has_cursor = self._editor.hasFocus() and not self._editor.isReadOnly()
        context.cursorPosition = self._there(own.position()) if has_cursor else -1
        self._copy.documentLayout().draw(painter, context)

    def here(self, point: QPointF) -> QPointF:
        """Where in the editor's own layout the place lies that is shown at a point."""
        self._follow()
        shown = self._copy.documentLayout().hitTest(point, Qt.HitTestAccuracy.FuzzyHit)
        at = self._anchor.position()
        place = shown if shown <= at else max(at, shown - self._length)
        cursor = QTextCursor(self._editor.document())
        cursor.setPosition(max(0, min(place, self._editor.document().characterCount() - 1)))
        return QPointF(self._editor.cursorRect(cursor).center())

    def _there(self, place: int) -> int:
        """A place of the editor's document in the shown one; the grey words stand behind a cursor at their place."""
        return place if place <= self._anchor.position() else place + self._length

    def _follow(self) -> None:
        """Make the shown document what it should be now."""
        own = self._editor.document()
        bold = bold_places(own)
        wanted = (self._editor.toPlainText(), self._anchor.position(), self._text, own.textWidth(), self.places, bold)
        if wanted == self._shown and self._copy.defaultFont() == own.defaultFont():
            return
        self._shown = wanted
        if self._copy.defaultFont() != own.defaultFont() or self._copy.documentMargin() != own.documentMargin():
            self._copy.setDefaultFont(own.defaultFont())
            self._copy.setDocumentMargin(own.documentMargin())
        self._copy.setPlainText(self._editor.toPlainText())
        show_bold(self._copy, bold)
        cursor = QTextCursor(self._copy)
        cursor.setPosition(self._anchor.position())
        before = self._copy.characterAt(self._anchor.position() - 1) if self._anchor.position() else "\n"
        grey = QTextCharFormat()
        grey.setForeground(QColor(TOKENS.text.secondary))
        behind = self._copy.characterAt(self._anchor.position())
        lead, tail = ("" if each.isspace() or each in "\0\u2029" else " " for each in (before, behind))
        whole = f"{lead}{self._text}{GOES_ON}{tail}"
        cursor.insertText(whole, grey)
        self._length = cursor.position() - self._anchor.position()
        show_marks(self._copy, tuple(self._parted()))
        self._copy.setTextWidth(own.textWidth())

    def _parted(self) -> Iterator[Place]:
        """The marks in the shown document; the grey words part them as they part the text."""
        at = self._anchor.position()
        for start, end, kind in self.places:
            if start < at:
                yield start, min(end, at), kind
            if end > at:
                yield max(start, at) + self._length, end + self._length, kind

    def _selection(self, cursor: QTextCursor, style: QTextCharFormat) -> QAbstractTextDocumentLayout.Selection:
        made = QAbstractTextDocumentLayout.Selection()
        made.cursor = QTextCursor(self._copy)
        made.cursor.setPosition(self._there(cursor.anchor()))
        made.cursor.setPosition(self._there(cursor.position()), QTextCursor.MoveMode.KeepAnchor)
        made.format = style
        return made

    def _highlight(self) -> QTextCharFormat:
        palette, style = self._editor.palette(), QTextCharFormat()
        style.setBackground(palette.brush(QPalette.ColorRole.Highlight))
        style.setForeground(palette.brush(QPalette.ColorRole.HighlightedText))
        return style
