"""A display that is not fit: says why, in place, and takes the reader's reason for using it all the same."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens

LEAST_LETTERS = 5
_ELSEWHERE = "Images hang on the other displays. To use this one all the same, say why."
_NOWHERE = "There is no fit display to hang the images on. To use this one all the same, say why."


class OverridePanel(QFrame):
    """Lies in the middle of the unfit display until the reader decides; nothing else waits for it."""

    reason_given = Signal(str)

    def __init__(self, screen_title: str, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        named(self, f"Unfit display, {screen_title}")
        self.setProperty("role", "raised")
        self.setFixedWidth(tokens.px(460))
        self._title = QLabel(self)
        self._title.setProperty("role", "title")
        self._title.setWordWrap(True)
        self._text = QLabel(_ELSEWHERE, self)
        self._text.setWordWrap(True)
        self._text.setProperty("role", "caption")
        self._reason = named(QLineEdit(self), f"Reason for using the display, {screen_title}")
        self._reason.setPlaceholderText("Reason, kept in the audit trail")
        self._use = named(QPushButton("Use this display", self), f"Use this display, {screen_title}")
        self._use.setEnabled(False)
        self._answer = QLabel(self)
        self._answer.setProperty("role", "fail")
        self._answer.setWordWrap(True)
        self._answer.hide()
        self._lay_out()
        self._connect()
        self.hide()

    def ask(self, sentence: str, *, is_only_hope: bool) -> None:
        """Show why the display is not fit, and whether images hang elsewhere."""
        self._title.setText(sentence)
        self._text.setText(_NOWHERE if is_only_hope else _ELSEWHERE)
        self._answer.hide()
        self.adjustSize()
        self.show()
        self.raise_()

    def refuse(self, text: str) -> None:
        """Say what came of it when the reason could not be taken."""
        self._answer.setText(text)
        self._answer.show()
        self._use.setEnabled(True)
        self.adjustSize()

    def _lay_out(self) -> None:
        spacing = self._tokens.spacing
        row = QHBoxLayout()
        row.addWidget(self._reason, 1)
        row.addWidget(self._use)
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.l, spacing.m, spacing.l, spacing.l)
        column.setSpacing(spacing.s)
        for widget in (self._title, self._text):
            column.addWidget(widget)
        column.addLayout(row)
        column.addWidget(self._answer)

    def _connect(self) -> None:
        self._reason.textChanged.connect(self._reason_changed)
        self._reason.returnPressed.connect(self._give)
        self._use.clicked.connect(self._give)

    def _reason_changed(self, text: str) -> None:
        self._use.setEnabled(len(text.strip()) >= LEAST_LETTERS)

    def _give(self) -> None:
        if self._use.isEnabled():
            self._use.setEnabled(False)
            self.reason_given.emit(self._reason.text().strip())
