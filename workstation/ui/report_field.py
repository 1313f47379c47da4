"""One field of the report: a heading and text that grows, with a bar at its side while it is in hand."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextEdit, QVBoxLayout, QWidget

from workstation.qtkit.accessible import named
from workstation.reporting.template import TemplateField
from workstation.ui.pieces import TOKENS, label, row

_LEAST_LINES = 1


class ReportText(QTextEdit):
    """Plain text as high as what it holds. Tab moves on instead of indenting."""

    focused = Signal(bool)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, name, "Tab goes to the next field, Shift+Tab to the one before.")
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
        self.textChanged.connect(self._grow)

    def sizeHint(self) -> QSize:
        least = self.fontMetrics().lineSpacing() * _LEAST_LINES + 4
        return QSize(300, max(least, round(self.document().size().height())))

    def _grow(self) -> None:
        height = self.sizeHint().height()
        if height != self.height():
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A new width breaks lines elsewhere."""
        super().resizeEvent(event)
        self._grow()

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
        if (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.ignore()
            return
        super().keyPressEvent(event)


class ReportField(QFrame):
    """A field as part of a readable page. Emits field id and text for everything typed."""

    edited = Signal(str, str)
    taken_in_hand = Signal(str)

    def __init__(self, field: TemplateField, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        named(self, f"Report section {field.heading}")
        self._heading = label(field.heading.upper(), "caption")
        self._required = label("required", "caption", name=f"{field.heading} is required")
        self.text = ReportText(f"Report field {field.heading}")
        self.text.setPlainText(text)
        self._is_loading = False
        self._is_writable = True
        layout = QVBoxLayout(self)
        layout.setContentsMargins(TOKENS.spacing.l, TOKENS.spacing.s, TOKENS.spacing.m, TOKENS.spacing.s)
        layout.setSpacing(TOKENS.spacing.xs)
        layout.addLayout(row(self._heading, 1, self._required))
        layout.addWidget(self.text)
        self.text.textChanged.connect(self._tell)
        self.text.focused.connect(self._mark)
        self._mark(is_in_hand=False)
        self._show_required()

    def show_text(self, text: str) -> None:
        """Put other text in, without reporting it as typed."""
        if text == self.text.toPlainText():
            return
        self._is_loading = True
        self.text.setPlainText(text)
        self._is_loading = False
        self._show_required()

    def set_writable(self, *, is_writable: bool) -> None:
        """Whether the field takes text."""
        self.text.setReadOnly(not is_writable)
        self._is_writable = is_writable
        self._show_required()
        self._mark(self.text.hasFocus())
        self.text.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        colour = TOKENS.text.primary if is_writable else TOKENS.text.secondary
        self.text.setStyleSheet(
            "QTextEdit, QTextEdit:focus { background: transparent; border: none; padding: 0;"
            f" font-size: {TOKENS.type.title}px; color: {colour}; }}"
        )

    def _tell(self) -> None:
        self._show_required()
        if not self._is_loading:
            self.edited.emit(self.field.id, self.text.toPlainText())

    def _show_required(self) -> None:
        is_missing = self.field.required and not self.text.toPlainText().strip()
        self._required.setVisible(is_missing and self._is_writable)

    def _mark(self, is_in_hand: bool) -> None:
        is_in_hand = is_in_hand and not self.text.isReadOnly()
        colour = TOKENS.accent.main if is_in_hand else "transparent"
        ground = TOKENS.surface.raised if is_in_hand else "transparent"
        self.setStyleSheet(f"ReportField {{ border: none; border-left: 3px solid {colour}; background: {ground}; }}")
        self._heading.setStyleSheet(f"color: {TOKENS.accent.main if is_in_hand else TOKENS.text.secondary};")
        if is_in_hand:
            self.taken_in_hand.emit(self.field.id)

    def changeEvent(self, event: QEvent) -> None:
        """A case that is not active is visibly so."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            self._mark(is_in_hand=False)
