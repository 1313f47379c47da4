"""Toasts: one line about an event, in a strip over the foot of a window. What lasts is a condition, not a toast."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from workstation.qtkit.accessible import named
from workstation.qtkit.icons import icon
from workstation.qtkit.tokens import Tokens

MOST_SHOWN = 3


class Tone(Enum):
    """What kind of event it was."""

    DONE = "done"
    NOTE = "note"
    TROUBLE = "trouble"


_SIGN = {Tone.DONE: "check", Tone.NOTE: "info", Tone.TROUBLE: "warn"}
_SECONDS = {Tone.DONE: 4.0, Tone.NOTE: 6.0, Tone.TROUBLE: 12.0}


def _colour(tone: Tone) -> str:
    status = Tokens().status
    return {Tone.DONE: status.ok, Tone.NOTE: status.info, Tone.TROUBLE: status.warn}[tone]


class Toast(QFrame):
    """One event. Goes away by itself or when its cross is pressed; never takes the focus."""

    def __init__(self, text: str, tone: Tone, parent: QWidget, *, seconds: float | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "raised")
        named(self, f"Notice: {text}")
        self._sign = QLabel(self)
        self._sign.setPixmap(icon(_SIGN[tone], _colour(tone)).pixmap(16, 16))
        self._text = QLabel(text, self)
        self._text.setWordWrap(True)
        self._close = named(QToolButton(self), "Close notice")
        self._close.setIcon(icon("close"))
        self._close.setProperty("role", "link")
        self._close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._lay_out()
        self._connect()
        self._timer.start(int(1000 * (seconds or _SECONDS[tone])))

    @property
    def text(self) -> str:
        return self._text.text()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)

    def _connect(self) -> None:
        self._timer.timeout.connect(self.deleteLater)
        self._close.clicked.connect(self.deleteLater)


class ToastStrip(QWidget):
    """Holds the toasts of one window, newest lowest, above its foot; transparent to the mouse where it is empty."""

    def __init__(self, window: QWidget, *, width: int = 380, foot: int = 32, side: int = 0) -> None:
        super().__init__(window)
        self._window = window
        self._width = width
        self._foot = foot
        self._side = side
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        window.installEventFilter(self)
        self.hide()

    def say(self, text: str, tone: Tone = Tone.NOTE, *, seconds: float | None = None) -> None:
        """Show one event; the oldest gives way when there are too many."""
        toasts = self._toasts()
        for old in toasts[: max(0, len(toasts) - MOST_SHOWN + 1)]:
            old.hide()
            self._column.removeWidget(old)
            old.deleteLater()
        toast = Toast(text, tone, self, seconds=seconds)
        toast.destroyed.connect(self._place)
        self._column.addWidget(toast)
        toast.show()  # else the strip would be measured without it
        self.show()
        self.raise_()
        self._place()

    def texts(self) -> tuple[str, ...]:
        """What is shown now, oldest first."""
        return tuple(toast.text for toast in self._toasts())

    def _toasts(self) -> list[Toast]:
        items = (self._column.itemAt(i) for i in range(self._column.count()))
        return [w for item in items if item is not None and isinstance(w := item.widget(), Toast)]

    def _place(self) -> None:
        window = self._window
        if not self._toasts():
            self.hide()
            return
        self.setFixedWidth(min(self._width, window.width() - 32))
        self.adjustSize()
        self.move(
            max(16, window.width() - self.width() - 16 - self._side), window.height() - self.height() - self._foot - 16
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to the corner when the window changes its size."""
        if event.type() == QEvent.Type.Resize and watched is self._window:
            self._place()
        return False
