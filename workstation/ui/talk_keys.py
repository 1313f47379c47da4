"""The keys that are held to talk, in every window of the program.

They are watched in whatever window has the keyboard, because their going up matters as much as their going down, and
shortcuts tell only the latter. Keyboards repeat a key that is held. X servers send such repeats as the key going up
and down again; where Qt does not mark them, they are known by following each other at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QWindow

REPEAT_MS = 40
"""A hand cannot let a key go and press it again within this time; a repeating keyboard always does."""
_MODIFIERS = (
    Qt.KeyboardModifier.ShiftModifier
    | Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


@dataclass(frozen=True)
class HeldKey:
    """What is done when a key goes down, and when it goes up (with the seconds it was held)."""

    down: Callable[[], object]
    up: Callable[[float], object]


class TalkKeys(QObject):
    """Watches the keys of ``held``, written as Qt writes keys, from its making until `stop`.

    Parameters
    ----------
    lost
        Called when the keyboard leaves the program while a key is down: its going up will not be seen.
    """

    def __init__(
        self,
        held: Mapping[str, HeldKey],
        lost: Callable[[], object],
        *,
        now_s: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._held = {_combination(key): each for key, each in held.items() if key}
        self._lost = lost
        self._now_s = now_s
        self._down: tuple[Qt.Key, HeldKey] | None = None
        self._since_s = self._until_s = 0.0
        self._is_up = QTimer(self)
        self._is_up.setSingleShot(True)
        self._is_up.setInterval(REPEAT_MS)
        self._is_up.timeout.connect(self._let_go)
        self._application().focusWindowChanged.connect(self._window_changed)
        self._window_changed(QGuiApplication.focusWindow())

    @property
    def is_down(self) -> bool:
        """Whether one of the keys is held."""
        return self._down is not None

    def stop(self) -> None:
        """Watch no longer."""
        self.forget()
        self._held = {}
        self._application().focusWindowChanged.disconnect(self._window_changed)

    def forget(self) -> None:
        """Take a key that is held as let go, whatever the keyboard says."""
        self._is_up.stop()
        if self._down is not None:
            self._down = None
            self._lost()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Keep the keys to ourselves; everything else passes."""
        if isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                return self._pressed(event)
            if event.type() == QEvent.Type.KeyRelease:
                return self._released(event)
        return False

    def _pressed(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if self._down is not None and self._down[0] == key:
            self._is_up.stop()  # the keyboard repeats
            return True
        held = self._held.get((key, event.modifiers() & _MODIFIERS))
        if held is None:
            return False
        if self._down is None and not event.isAutoRepeat():
            self._down, self._since_s = (key, held), self._time_of(event)
            held.down()
        return True

    def _released(self, event: QKeyEvent) -> bool:
        """Whatever modifiers are down by now: they may be let go first."""
        if self._down is None or self._down[0] != Qt.Key(event.key()):
            return False
        if not event.isAutoRepeat():
            self._until_s = self._time_of(event)
            self._is_up.start()
        return True

    def _let_go(self) -> None:
        if self._down is not None:
            held, self._down = self._down[1], None
            held.up(max(0.0, self._until_s - self._since_s))

    def _time_of(self, event: QKeyEvent) -> float:
        """When the keyboard sent it: a busy program must not make a long press of a short one, or the reverse."""
        return event.timestamp() / 1000 if event.timestamp() else self._now_s()

    def _window_changed(self, window: QWindow | None) -> None:
        if window is None:
            self.forget()
        else:
            window.installEventFilter(self)  # once, however often it is asked for

    def _application(self) -> QGuiApplication:
        return cast(QGuiApplication, QGuiApplication.instance())


def _combination(key: str) -> tuple[Qt.Key, Qt.KeyboardModifier]:
    combination: QKeyCombination = cast(Any, QKeySequence(key))[0]  # the stubs do not know it
    return combination.key(), combination.keyboardModifiers()
