"""One field of the report: a heading and text that grows, with a bar at its side while it is in hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from workstation.qtkit.accessible import named
from workstation.reporting.emphasis import Spans
from workstation.reporting.template import TemplateField
from workstation.ui.pieces import TOKENS, button, label, row
from workstation.ui.report_text import ReportText
from workstation.ui.text_places import shown

CONFIRM_KEY = "Alt+C"


class ReportField(QFrame):
    """A field as part of a readable page. Emits field id and text for everything typed."""

    edited = Signal(str, str)
    taken_in_hand = Signal(str)
    confirm_asked = Signal(str)
    """The reader has read text of a low-accuracy engine and stands by it."""

    def __init__(self, field: TemplateField, text: str, bold: Spans = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        named(self, f"Report section {field.heading}")
        self._heading = label(field.heading.upper(), "caption")
        self._required = label("required", "caption", name=f"{field.heading} is required")
        self._unconfirmed = label("Low accuracy, confirm", "warn", name=f"{field.heading} is to be confirmed")
        self._bold = label("Bold on", "caption", name=f"{field.heading} is written in bold")
        self._confirm = button("Confirm", f"Confirm {field.heading}", self._ask_confirm, key=CONFIRM_KEY)
        self._confirm.setProperty("role", "link")
        self.text = ReportText(f"Report field {field.heading}")
        self.text.load(text, bold)
        self._is_loading = False
        self._is_writable = True
        self._is_unconfirmed = False
        self._lay_out()
        self.text.textChanged.connect(self._tell)
        self.text.focused.connect(self._mark)
        self.text.bold_switched.connect(self._bold.setVisible)
        self._mark(is_in_hand=False)
        self._show_required()

    @property
    def is_unconfirmed(self) -> bool:
        """Whether the heading asks for a confirmation."""
        return self._is_unconfirmed

    @property
    def is_loading(self) -> bool:
        """Whether the text is just being changed by the program."""
        return self._is_loading

    def show_text(self, text: str) -> bool:
        """Put other text in, without reporting it as typed; say whether that changed anything.

        It is one undo step like any other change, and the cursor keeps its place in what stays.
        """
        now = self.text.toPlainText()
        if shown(text) == now:
            return False
        return self.splice(0, len(now), text)

    def show_bold(self, bold: Spans) -> None:
        """Have exactly this bold, without reporting it as the reader's."""
        with self._loading():
            self.text.put_bold(bold)

    def splice(self, start: int, removed: int, inserted: str, *, is_bold: bool = False) -> bool:
        """Change a stretch as one undo step, without reporting it as typed; False where there is no such stretch."""
        with self._loading():
            return self.text.splice(start, removed, inserted, is_bold=is_bold)

    def show_unconfirmed(self, *, is_unconfirmed: bool) -> None:
        """Ask for a confirmation of what a low-accuracy engine wrote, or no longer."""
        self._is_unconfirmed = is_unconfirmed
        self._unconfirmed.setVisible(is_unconfirmed)
        self._confirm.setVisible(is_unconfirmed and self._is_writable)

    def set_writable(self, *, is_writable: bool) -> None:
        """Whether the field takes text."""
        self.text.setReadOnly(not is_writable)
        self._is_writable = is_writable
        self._show_required()
        self.show_unconfirmed(is_unconfirmed=self._is_unconfirmed)
        self._mark(self.text.hasFocus())
        self.text.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        colour = TOKENS.text.primary if is_writable else TOKENS.text.secondary
        self.text.setStyleSheet(
            "QTextEdit, QTextEdit:focus { background: transparent; border: none; padding: 0;"
            f" font-size: {TOKENS.type.title}px; color: {colour}; }}"
        )

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(TOKENS.spacing.l, TOKENS.spacing.s, TOKENS.spacing.m, TOKENS.spacing.s)
        layout.setSpacing(TOKENS.spacing.xs)
        self._unconfirmed.setStyleSheet(f"font-size: {TOKENS.type.caption}px;")
        self._confirm.setStyleSheet(f"font-size: {TOKENS.type.caption}px; min-height: 0;")
        layout.addLayout(row(self._heading, 1, self._bold, self._unconfirmed, self._confirm, self._required))
        layout.addWidget(self.text)
        self.show_unconfirmed(is_unconfirmed=False)
        self._bold.setVisible(False)

    @contextmanager
    def _loading(self) -> Iterator[None]:
        self._is_loading = True
        try:
            yield
        finally:
            self._is_loading = False
            self._show_required()

    def _tell(self) -> None:
        self._show_required()
        if not self._is_loading:
            self.edited.emit(self.field.id, self.text.toPlainText())

    def _ask_confirm(self) -> None:
        self.confirm_asked.emit(self.field.id)

    def _show_required(self) -> None:
        is_missing = self.field.required and not self.text.toPlainText().strip()
        self._required.setVisible(is_missing and self._is_writable)

    def _mark(self, is_in_hand: bool) -> None:
        is_in_hand = is_in_hand and not self.text.isReadOnly()
        colour = TOKENS.accent.main if is_in_hand else "transparent"
        ground = TOKENS.surface.raised if is_in_hand else "transparent"
        self.setStyleSheet(f"ReportField {{ border: none; border-left: 3px solid {colour}; background: {ground}; }}")
        self._heading.setStyleSheet(f"color: {TOKENS.accent.main if is_in_hand else TOKENS.text.secondary};")
        self._confirm.setText(f"Confirm  {CONFIRM_KEY}" if is_in_hand else "Confirm")
        if is_in_hand:
            self.taken_in_hand.emit(self.field.id)

    def changeEvent(self, event: QEvent) -> None:
        """A case that is not active is visibly so."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            self._mark(is_in_hand=False)
