"""The main window: a rail of pages, the page in hand, and at the foot what stays wrong until it ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QScreen, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from calibration.ui.page_rail import PageRail
from calibration.ui.pieces import label, sign, window_style
from workstation.foundation.conditions import Condition, Severity
from workstation.qtkit.accessible import named
from workstation.qtkit.notifications import ToastStrip, Tone
from workstation.qtkit.tokens import Tokens

_TONES = {Severity.FAIL: "fail", Severity.WARN: "warn", Severity.INFO: "info"}
_SHARE_OF_SCREEN = 0.86
_LARGEST = (1560, 1040)


class Page(Protocol):
    """One page of the main window: a widget that can be asked to look again."""

    def refresh(self) -> None:
        """Show what is so now."""
        ...


class MainWindow(QMainWindow):
    """Lays out pages, nothing more.

    Parameters
    ----------
    pages
        Title and widget, in the order of the rail.
    """

    close_asked = Signal()
    page_shown = Signal(int)

    def __init__(self, pages: Sequence[tuple[str, QWidget]], tokens: Tokens) -> None:
        super().__init__()
        named(self, "Lightbox calibration")
        self.setWindowTitle("Lightbox calibration")
        self.setStyleSheet(window_style(tokens))
        self.tokens = tokens
        self._stack = QStackedWidget()
        for _, page in pages:
            self._stack.addWidget(page)
        self.rail = PageRail([title for title, _ in pages], tokens)
        self.rail.chosen.connect(self.show_page)
        self.strip = ConditionStrip(tokens)
        self._lay_out()
        self._toasts = ToastStrip(self, width=tokens.px(380))
        refresh = QShortcut(QKeySequence("F5"), self)
        refresh.activated.connect(self.refresh)

    def show_page(self, number: int) -> None:
        """Bring a page to the front."""
        self._stack.setCurrentIndex(number)
        self.page_shown.emit(number)
        self.refresh()

    def refresh(self) -> None:
        """Let the page in front look again."""
        page = self._stack.currentWidget()
        look = getattr(page, "refresh", None)
        if callable(look):
            look()

    def say(self, text: str, *, is_trouble: bool = False) -> None:
        """One line about an event."""
        self._toasts.say(text, Tone.TROUBLE if is_trouble else Tone.DONE)

    def place_on(self, screen: QScreen) -> None:
        """In the middle of a monitor, as large as is good to read."""
        room = screen.availableGeometry()
        width = min(self.tokens.px(_LARGEST[0]), round(room.width() * _SHARE_OF_SCREEN))
        height = min(self.tokens.px(_LARGEST[1]), round(room.height() * _SHARE_OF_SCREEN))
        place = QRect(0, 0, width, height)
        place.moveCenter(room.center())
        self.setGeometry(place)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the main window ends the program; a check under way keeps its readings."""
        event.accept()
        self.close_asked.emit()

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        middle.setSpacing(0)
        middle.addWidget(self.rail)
        edge = QFrame()
        edge.setStyleSheet(f"background: {self.tokens.surface.line};")
        edge.setFixedWidth(1)
        middle.addWidget(edge)
        middle.addWidget(self._stack, 1)
        whole = QWidget()
        layout = QVBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(middle, 1)
        layout.addWidget(self.strip)
        self.setCentralWidget(whole)


class ConditionStrip(QFrame):
    """Everything that stays wrong, one line each, worst first; not there while nothing is wrong."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        named(self, "Conditions")
        self.setProperty("role", "panel")
        self._tokens = tokens
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(tokens.spacing.m, tokens.spacing.xs, tokens.spacing.m, tokens.spacing.xs)
        self._layout.setSpacing(2)
        self.hide()

    def show_conditions(self, conditions: Sequence[Condition]) -> None:
        """Show these, in the order given."""
        while (item := self._layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for condition in conditions:
            self._layout.addWidget(self._line(condition))
        self.setVisible(bool(conditions))

    def _line(self, condition: Condition) -> QWidget:
        tone = _TONES[condition.severity]
        colour = str(getattr(self._tokens.status, tone))
        made = QWidget()
        inside = QHBoxLayout(made)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(sign("fail" if tone == "fail" else "warn", colour, self._tokens.px(16)))
        text = label(f"{condition.text} {condition.advice}".strip(), tone, name=f"Condition {condition.key}", wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inside.addWidget(text, 1)
        return made
