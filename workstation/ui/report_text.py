"""The text of one report field: grows with what it holds, shows live words and marks, tells where its cursor is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QMimeData, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QInputMethodEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
)
from PySide6.QtWidgets import QSizePolicy, QTextEdit, QToolTip, QWidget

from workstation.qtkit.accessible import named
from workstation.reporting.emphasis import Spans, followed, normal
from workstation.ui.bold_text import bold_spans, places_of_spans, show_bold, write_bold
from workstation.ui.grey_text import GreyText
from workstation.ui.mark_look import places_in, show_marks
from workstation.ui.marks import Mark
from workstation.ui.pieces import TOKENS
from workstation.ui.splicing import splice
from workstation.ui.text_places import from_units, to_units

_LEAST_LINES = 1
_HELP = (
    "Tab goes to the next field, Shift+Tab to the one before. Ctrl+Space shows what was heard, and suggestions for a "
    "misspelt word."
)


class ReportText(QTextEdit):
    """Plain text as high as what it holds. Tab moves on instead of indenting.

    Places are counted in characters of the text, as everywhere outside Qt.
    """

    focused = Signal(bool)
    moved = Signal()
    """The cursor or the selection is elsewhere now."""
    bold_switched = Signal(bool)
    """What is written next is bold from now on, or no longer."""
    asked_at = Signal(int, bool)
    """The reader clicked at this place, or asked there by key (True)."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, _HELP)
        self.tip_at: Callable[[int], str] = lambda _place: ""
        self.has_at: Callable[[int], bool] = lambda _place: False
        self._marks: tuple[Mark, ...] = ()
        self._writes_bold: bool | None = None
        self._bold_goes_on = -1
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setStyleSheet(
            "QTextEdit, QTextEdit:focus { background: transparent; border: none; padding: 0;"
            f" font-size: {TOKENS.type.title}px; }}"
        )
        self.document().setDocumentMargin(2)
        self.document().clearUndoRedoStacks()  # the margin is no step of the reader's
        self._grey = GreyText(self)
        self.textChanged.connect(self._grow)
        self.cursorPositionChanged.connect(self._tell_moved)
        self.selectionChanged.connect(self._tell_moved)

    # --- text, live words, marks

    @property
    def place(self) -> tuple[int, int]:
        """Where the selection begins and ends; twice the cursor's place when nothing is selected."""
        text, cursor = self.toPlainText(), self.textCursor()
        return from_units(text, cursor.selectionStart()), from_units(text, cursor.selectionEnd())

    @property
    def live_words(self) -> str:
        """What is shown in grey."""
        return self._grey.text

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What is marked."""
        return self._marks

    def select(self, start: int, end: int) -> None:
        """Select a stretch, or put the cursor at a place."""
        text, cursor = self.toPlainText(), self.textCursor()
        cursor.setPosition(to_units(text, start))
        cursor.setPosition(to_units(text, end), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def splice(self, start: int, removed: int, inserted: str, *, is_bold: bool = False) -> bool:
        """Put other text into a stretch as one undo step; see `splicing.splice`.

        ``is_bold``: the new text is bold; otherwise it is where it takes the place of bold text or stands within it.
        """
        spans, old = self.bold, self.toPlainText()
        if not spans and not is_bold:
            return splice(self, start, removed, inserted)

        def finish() -> None:
            new = self.toPlainText()
            added = ((start, start + len(inserted)),) if is_bold else ()
            wanted = normal(new, (*followed(spans, old, start, removed, inserted), *added))
            show_bold(self.document(), places_of_spans(new, wanted))

        return splice(self, start, removed, inserted, finish)

    # --- bold text

    @property
    def bold(self) -> Spans:
        """What of the text is bold."""
        return bold_spans(self)

    @property
    def writes_bold(self) -> bool:
        """Whether what is written next is bold wherever it goes."""
        return bool(self._writes_bold)

    def load(self, text: str, bold: Spans) -> None:
        """Hold this text, without any step to undo."""
        self.setPlainText(text)
        if bold:
            show_bold(self.document(), places_of_spans(self.toPlainText(), bold))
            self.document().clearUndoRedoStacks()

    def put_bold(self, spans: Spans) -> None:
        """Have exactly this bold, as one undo step."""
        if spans != self.bold:
            show_bold(self.document(), places_of_spans(self.toPlainText(), spans))

    def switch_bold(self, is_on: bool | None = None) -> bool:
        """Make the selection bold or not; with nothing selected, what is written next.

        None is the other way from now. False when there was a selection that is that way already.
        """
        start, end = self.place
        if start == end:
            now = self._is_bold_here() if self._writes_bold is None else self._writes_bold
            self._write_bold(not now if is_on is None else is_on)
            return True
        has_all = self._is_all_bold(start, end)
        wanted = not has_all if is_on is None else is_on
        text, spans = self.toPlainText(), self.bold
        outside = [part for first, last in spans for part in ((first, min(last, start)), (max(first, end), last))]
        new = normal(text, [*(part for part in outside if part[0] < part[1]), *([(start, end)] if wanted else [])])
        if new == spans:
            return False
        self.document().setModified(False)  # a step of its own, see `splicing.splice`
        self.put_bold(new)
        self.document().setModified(False)
        return True

    def end_bold(self) -> None:
        """The field is left: what is written here next is as the text around it."""
        self._write_bold(None)

    def _write_bold(self, is_on: bool | None) -> None:
        was_on = self.writes_bold
        self._writes_bold, self._bold_goes_on = is_on, -1
        if was_on != self.writes_bold:
            self.bold_switched.emit(self.writes_bold)

    def _is_bold_here(self) -> bool:
        """Whether the cursor stands within bold text, or just behind what was typed into it."""
        at = self.place[1]
        return at == self._bold_goes_on or any(start < at < end for start, end in self.bold)

    def _is_all_bold(self, start: int, end: int) -> bool:
        text = self.toPlainText()
        inside = [(max(first, start), min(last, end)) for first, last in self.bold]
        return bool(text[start:end].strip()) and normal(text, inside) == normal(text, [(start, end)])

    @contextmanager
    def _writing(self, *, is_text: bool) -> Iterator[None]:
        """What is typed or pasted meanwhile is bold or not, as it should be."""
        if not is_text or self.isReadOnly():
            yield
            return
        with self._replacing_selection() as is_all_bold:
            by_place = self._is_bold_here() if is_all_bold is None else is_all_bold
            is_bold = by_place if self._writes_bold is None else self._writes_bold
            write_bold(self, is_bold=is_bold)
            yield
        if self._writes_bold is False:
            self._write_bold(None)  # what follows stands beside it, and is not bold either
        self._bold_goes_on = self.place[1] if is_bold and self._writes_bold is None else -1

    @contextmanager
    def _replacing_selection(self) -> Iterator[bool | None]:
        """Where bold matters, what is selected goes first, in one undo step with what follows; says if it was bold.

        None: nothing was selected. Typing alone opens no step of its own: Qt joins it with the typing before.
        """
        start, end = self.place
        if start == end or not (self.bold or self.writes_bold):
            yield None if start == end else False
            return
        is_all_bold, cursor = self._is_all_bold(start, end), self.textCursor()
        cursor.beginEditBlock()
        try:
            cursor.removeSelectedText()
            self.setTextCursor(cursor)
            yield is_all_bold
        finally:
            cursor.endEditBlock()

    def show_live(self, at: int, words: str) -> None:
        """Show words in grey at a place; "" for none."""
        self._grey.show(at, words)
        self.setAcceptDrops(not words)
        self._grow()
        self.viewport().update()

    def show_marks(self, marks: tuple[Mark, ...]) -> None:
        """Mark these stretches."""
        if marks or self._marks:
            self._marks = marks
            places = places_in(self.toPlainText(), marks)
            show_marks(self.document(), places)
            self._grey.places = places

    def rect_of(self, start: int, end: int) -> QRect:
        """The box around a stretch, in this widget's coordinates."""
        text, cursor = self.toPlainText(), QTextCursor(self.document())
        cursor.setPosition(to_units(text, min(start, len(text))))
        first = self.cursorRect(cursor)
        cursor.setPosition(to_units(text, min(end, len(text))))
        return first.united(self.cursorRect(cursor))

    # --- size

    def sizeHint(self) -> QSize:
        least = self.fontMetrics().lineSpacing() * _LEAST_LINES + 4
        height = self._grey.height if self._grey.is_shown else self.document().size().height()
        return QSize(300, max(least, round(height)))

    def _grow(self) -> None:
        height = self.sizeHint().height()
        if height != self.height():
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A new width breaks lines elsewhere."""
        super().resizeEvent(event)
        self._grow()

    # --- drawing and pointing while words are live

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, with the live words in it."""
        if not self._grey.is_shown:
            super().paintEvent(event)
            return
        painter = QPainter(self.viewport())
        self._grey.paint(painter, QRectF(self.viewport().rect()))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Place the cursor."""
        super().mousePressEvent(self._mapped(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select."""
        super().mouseMoveEvent(self._mapped(event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        super().mouseDoubleClickEvent(self._mapped(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A plain click asks what stands there, too."""
        super().mouseReleaseEvent(self._mapped(event))
        place = self._place_under(event.position())
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection() and place is not None:
            self.asked_at.emit(place, False)

    def _mapped(self, event: QMouseEvent) -> QMouseEvent:
        """The same event where its place lies in the text without the live words."""
        if not self._grey.is_shown:
            return event
        return QMouseEvent(
            event.type(),
            self._grey.here(event.position()),
            event.globalPosition(),
            event.button(),
            event.buttons(),
            event.modifiers(),
            event.pointingDevice(),
        )

    def _place_under(self, point: QPointF) -> int | None:
        """The place whose text is drawn at a point; None beside all text."""
        at = self._grey.here(point) if self._grey.is_shown else point
        units = self.document().documentLayout().hitTest(at, Qt.HitTestAccuracy.ExactHit)
        return from_units(self.toPlainText(), units) if units >= 0 else None

    # --- keyboard, focus, tool tips

    def event(self, event: QEvent) -> bool:
        """Tool tips explain marks."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self._place_under(QPointF(event.pos()))
            tip = self.tip_at(place) if place is not None else ""
            QToolTip.showText(event.globalPos(), tip, self)
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that this is the field in hand."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.moveCursor(QTextCursor.MoveOperation.End)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that it no longer is."""
        super().focusOutEvent(event)
        self.focused.emit(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Enter belongs to signing, never to the text."""
        has_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if has_control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        elif has_control and event.key() == Qt.Key.Key_Space:
            self.asked_at.emit(self.place[1], True)
        else:
            with self._writing(is_text=_is_text(event)):
                super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Take composed letters."""
        with self._writing(is_text=bool(event.commitString())):
            super().inputMethodEvent(event)

    def insertFromMimeData(self, source: QMimeData) -> None:  # noqa: N802 - Qt's name
        """Take what is pasted or dropped, as plain text."""
        with self._writing(is_text=source.hasText()):
            super().insertFromMimeData(source)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The Menu key shows what was heard, where something was."""
        place = self.place[1]
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.has_at(place):
            self.asked_at.emit(place, True)
            return
        super().contextMenuEvent(event)

    def _tell_moved(self) -> None:
        if self._grey.is_shown:
            self.viewport().update()
        self.moved.emit()


def _is_text(event: QKeyEvent) -> bool:
    """Whether a key puts letters into the text, as Qt sees it; AltGr is Ctrl+Alt to it."""
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    is_shortcut = event.modifiers() in (control, control | shift)
    return bool(event.text()) and event.text().isprintable() and not is_shortcut
