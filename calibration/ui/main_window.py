"""The main window: a rail of pages, the page in hand, and at the foot what stays wrong until it ends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QScreen, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from calibration.ui.notices import Notice
from calibration.ui.page_rail import PageRail
from calibration.ui.pieces import button, clear, label, row, sign, window_style
from workstation.foundation.conditions import Condition, Severity
from workstation.qtkit.accessible import named
from workstation.qtkit.notifications import ToastStrip, Tone
from workstation.qtkit.tokens import Tokens

_TONES = {Severity.FAIL: "fail", Severity.WARN: "warn", Severity.INFO: "info"}
_SHARE_OF_SCREEN = 0.92
_LARGEST = (1760, 1120)


class Page(Protocol):
    """One page of the main window: a widget that can be asked to look again."""

    def refresh(self) -> None:
        """Show what is so now."""
        ...


@dataclass(frozen=True)
class Way:
    """Something that can be done about a condition: words, lasting name, what happens."""

    text: str
    name: str
    does: Callable[[], object]


class MainWindow(QMainWindow):
    """Lays out pages, nothing more.

    Parameters
    ----------
    pages
        Title and widget, in the order of the rail.
    obstacle
        Asked before the window closes: why it should not, in words; empty when nothing speaks against it.
    """

    close_asked = Signal()
    page_shown = Signal(int)

    def __init__(
        self, pages: Sequence[tuple[str, QWidget]], tokens: Tokens, *, obstacle: Callable[[], str] = lambda: ""
    ) -> None:
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
        self._obstacle = obstacle
        self._may_close = False
        self._closing = CloseNotice(tokens)
        self._closing.confirmed.connect(self.close_for_good)
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
        self._toasts.say(text, Tone.TROUBLE if is_trouble else Tone.NOTE)

    def place_on(self, screen: QScreen) -> None:
        """In the middle of a monitor, as large as is good to read."""
        room = screen.availableGeometry()
        width = min(self.tokens.px(_LARGEST[0]), round(room.width() * _SHARE_OF_SCREEN))
        height = min(self.tokens.px(_LARGEST[1]), round(room.height() * _SHARE_OF_SCREEN))
        place = QRect(0, 0, width, height)
        place.moveCenter(room.center())
        self.setGeometry(place)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the main window ends the program; while something is under way it asks beside first."""
        why = "" if self._may_close else self._obstacle()
        if why:
            event.ignore()
            self._closing.ask(why)
            return
        event.accept()
        self.close_asked.emit()

    def close_for_good(self) -> None:
        """The program ends; nobody is asked."""
        self._may_close = True
        self.close()

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
        layout.addWidget(self._closing)
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
        self._shown: list[tuple[object, ...]] = []
        self.hide()

    def show_conditions(self, conditions: Sequence[Condition], ways: Mapping[str, Sequence[Way]] | None = None) -> None:
        """Show these, in the order given; ``ways`` by key of the condition. The same ones again change nothing."""
        shown: list[tuple[object, ...]] = [(each.key, each.severity, each.text, each.advice) for each in conditions]
        if shown == self._shown:
            return
        self._shown = shown
        clear(self._layout)
        for condition in conditions:
            self._layout.addWidget(self._line(condition, (ways or {}).get(condition.key, ())))
        self.setVisible(bool(conditions))

    def _line(self, condition: Condition, ways: Sequence[Way]) -> QWidget:
        tone = _TONES[condition.severity]
        colour = str(getattr(self._tokens.status, tone))
        made = QWidget()
        inside = QHBoxLayout(made)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(self._tokens.spacing.s)
        inside.addWidget(sign("fail" if tone == "fail" else "warn", colour, self._tokens.px(16)))
        text = label(f"{condition.text} {condition.advice}".strip(), tone, name=f"Condition {condition.key}", wrap=True)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        inside.addWidget(text, 1)
        for way in ways:
            inside.addWidget(button(way.text, way.name, way.does))
        return made


class CloseNotice(Notice):
    """End the program although something is under way?"""

    confirmed = Signal()

    def __init__(self, tokens: Tokens) -> None:
        super().__init__("End the program?", "notice", tokens)
        self._text = label("", "title", name="What ending means", wrap=True)
        self._stay = button("Stay", "Do not end the program", self.hide, key="Esc", role="primary")
        end = button("End the program", "End the program after all", self.confirmed.emit, key="Alt+E")
        end.setShortcut("Alt+E")
        self.inside.addWidget(self._text)
        self.inside.addLayout(row(self._stay, end, 1))

    def ask(self, why: str) -> None:
        """Ask, saying what is under way."""
        self._text.setText(why)
        self.show()
        self._stay.setFocus()
