"""The answer to "why": opens in place under the banner, says the decision in a sentence and then rule by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from workstation.qtkit.accessible import named
from workstation.qtkit.icons import icon
from workstation.qtkit.tokens import Tokens

_WIDTH = 680


@dataclass(frozen=True)
class Reason:
    """One rule that was looked at."""

    rule: str
    wanted: str
    got: str
    passed: bool


class WhyPanel(QFrame):
    """Shows a sentence and the rules behind it; Esc or its cross closes it."""

    closed = Signal()

    def __init__(self, title: str, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._wide = tokens.px(_WIDTH)
        named(self, title)
        self.setProperty("role", "raised")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._reasons: tuple[Reason, ...] = ()
        self._is_filled = False
        self._sentence = QLabel(self)
        self._sentence.setWordWrap(True)
        self._close = named(QToolButton(self), f"Close, {title}")
        self._close.setIcon(icon("close"))
        self._close.setToolTip("Close (Esc)")
        self._close.setProperty("role", "link")
        self._close.clicked.connect(self.close_panel)
        self._table = QWidget()
        self._grid = QGridLayout(self._table)
        self._lay_out()
        self.hide()

    def explain(self, sentence: str, reasons: Sequence[Reason]) -> None:
        """Have this to say when the panel is opened; an open panel says it at once."""
        if (sentence, tuple(reasons)) == (self._sentence.text(), self._reasons):
            return
        self._sentence.setText(sentence)
        self._reasons = tuple(reasons)
        self._is_filled = False
        if self.isVisible():
            self._fill()

    def _fill(self) -> None:
        if self._is_filled:
            return
        self._is_filled = True
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for row, reason in enumerate(self._reasons):
            self._add(row, reason)
        self._grid.setRowStretch(len(self._reasons), 1)

    def open_at(self, right: int, top: int, most_height: int) -> None:
        """Open with the right upper corner at (``right``, ``top``) of the parent."""
        self._fill()
        table = self._grid.totalHeightForWidth(self._wide - 2 * self._tokens.spacing.m)
        height = min(most_height, self._sentence.heightForWidth(self._wide - 64) + table + 48)
        self.setGeometry(right - self._wide, top, self._wide, max(96, height))
        self.show()
        self.raise_()
        self.setFocus()

    def close_panel(self) -> None:
        """Close and say so."""
        self.hide()
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_panel()
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        spacing = self._tokens.spacing
        head = QHBoxLayout()
        head.addWidget(self._sentence, 1)
        head.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.setContentsMargins(0, 0, spacing.s, 0)
        self._grid.setHorizontalSpacing(spacing.m)
        self._grid.setVerticalSpacing(spacing.xs)
        for number, share in ((1, 4), (2, 3), (3, 3)):
            self._grid.setColumnStretch(number, share)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._table)
        self._table.setStyleSheet("background: transparent;")
        scroll.viewport().setStyleSheet("background: transparent;")
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.m, spacing.s, spacing.s, spacing.s)
        column.addLayout(head)
        column.addWidget(scroll, 1)

    def _add(self, row: int, reason: Reason) -> None:
        status = Tokens().status
        sign = QLabel(self._table)
        name, colour = ("check", status.ok) if reason.passed else ("close", Tokens().text.secondary)
        sign.setPixmap(icon(name, colour).pixmap(self._tokens.px(14)))
        sign.setAccessibleName("passed" if reason.passed else "not passed")
        self._grid.addWidget(sign, row, 0, Qt.AlignmentFlag.AlignTop)
        for column, text in enumerate((reason.rule, reason.wanted, reason.got), start=1):
            label = QLabel(text, self._table)
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setProperty("role", "fact" if reason.passed else "caption")
            self._grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignTop)
