"""A small panel beside a dictated passage: what was heard, and what can be done about it. Never modal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from workstation.qtkit.accessible import named
from workstation.ui.pieces import TOKENS, button, clear, icon_button, label, row

WIDTH = 304
_GAP = TOKENS.spacing.s
_MOST_KEYS = 9


@dataclass(frozen=True)
class Offer:
    """Something to do: a button of the panel, with a digit as its key."""

    text: str = field(repr=False)
    run: Callable[[], object]
    name: str = field(default="", repr=False)


@dataclass(frozen=True)
class PanelPart:
    """A caption, what it is about, and what can be done."""

    caption: str
    text: str = field(default="", repr=False)
    offers: tuple[Offer, ...] = ()


class PassagePanel(QFrame):
    """Shows parts with their offers. Digits choose, arrows and Tab walk, Esc closes and gives the keyboard back."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        named(self, "What was heard", "A digit chooses, Esc closes.")
        self.setProperty("role", "raised")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedWidth(WIDTH)
        self._over = parent
        self._before: QWidget | None = None
        self._offers: list[Offer] = []
        self._buttons: list[QWidget] = []
        self._inside = QVBoxLayout(self)
        self._inside.setContentsMargins(TOKENS.spacing.m, TOKENS.spacing.s, TOKENS.spacing.s, TOKENS.spacing.m)
        self._inside.setSpacing(TOKENS.spacing.xs)
        self.hide()

    @property
    def is_open(self) -> bool:
        return not self.isHidden()

    @property
    def has_keyboard(self) -> bool:
        """Whether the keyboard is in the panel."""
        return self.hasFocus() or any(each.hasFocus() for each in self._buttons)

    def open(self, parts: tuple[PanelPart, ...], about: QRect, page: QRect, text: QWidget, *, by_key: bool) -> None:
        """Show parts beside the box ``about`` of a ``page`` (both in the parent's coordinates)."""
        self._before = text
        self._fill(parts)
        self.resize(WIDTH, self._height())
        self.move(self._spot(about, page))
        self.show()
        self.raise_()
        if by_key:
            (self._buttons[0] if self._buttons else self).setFocus(Qt.FocusReason.PopupFocusReason)

    def shut(self) -> None:
        """Go away; the keyboard goes back to the text when it was here."""
        if not self.is_open:
            return
        had_keyboard = self.has_keyboard
        self.hide()
        if had_keyboard and self._before is not None:
            self._before.setFocus(Qt.FocusReason.PopupFocusReason)
        self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc, digits and arrows."""
        number = event.key() - Qt.Key.Key_1
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
        elif 0 <= number < min(len(self._offers), _MOST_KEYS):
            self._run(self._offers[number])
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Right):
            self.focusNextPrevChild(True)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Left):
            self.focusNextPrevChild(False)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._press_focused()
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, is_next: bool) -> bool:  # noqa: N802 - Qt's name
        """Walk round and round inside."""
        if not self._buttons:
            return False
        at = next((n for n, each in enumerate(self._buttons) if each.hasFocus()), -1 if is_next else 0)
        self._buttons[(at + (1 if is_next else -1)) % len(self._buttons)].setFocus(Qt.FocusReason.TabFocusReason)
        return True

    def _press_focused(self) -> None:
        for offer, each in zip(self._offers, self._buttons, strict=True):
            if each.hasFocus():
                self._run(offer)
                return

    def _run(self, offer: Offer) -> None:
        self.shut()
        offer.run()

    def _fill(self, parts: tuple[PanelPart, ...]) -> None:
        clear(self._inside)
        self._offers, self._buttons = [], []
        close = icon_button("close", "Close what was heard", self.shut, key="Esc")
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for number, part in enumerate(parts):
            caption = label(part.caption, "caption")
            self._inside.addLayout(row(caption, 1, *([close] if number == 0 else [])))
            if part.text:
                self._inside.addWidget(label(part.text, name=part.caption, wrap=True))
            for offer in part.offers:
                self._add(offer)

    def _add(self, offer: Offer) -> None:
        self._offers.append(offer)
        number = len(self._offers)
        key = str(number) if number <= _MOST_KEYS else ""
        text = f"{key}  {offer.text}" if key else offer.text
        made = button(_elided(self, text), offer.name or offer.text, lambda: self._run(offer), key=key)
        made.setStyleSheet("text-align: left;")
        self._buttons.append(made)
        self._inside.addWidget(made)

    def _height(self) -> int:
        self._inside.activate()
        return max(self._inside.totalHeightForWidth(WIDTH), self._inside.totalMinimumSize().height())

    def _spot(self, about: QRect, page: QRect) -> QPoint:
        """Right of the page where there is room, otherwise below the passage, or above it."""
        room, height = self._over.rect(), self.height()
        if room.right() - page.right() >= WIDTH + 2 * _GAP:
            return QPoint(page.right() + _GAP, _within(about.top(), height, room.height()))
        left = _within(about.left(), WIDTH, room.width())
        below = about.bottom() + _GAP
        top = below if below + height <= room.height() else about.top() - _GAP - height
        return QPoint(left, _within(top, height, room.height()))


def _within(start: int, length: int, most: int) -> int:
    return max(_GAP, min(start, most - length - _GAP))


def _elided(widget: QWidget, text: str) -> str:
    """Text that fits on a button of the panel; its name has it whole."""
    room = WIDTH - 2 * TOKENS.spacing.m - 2 * TOKENS.spacing.m
    return widget.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room).replace("&", "&&")
