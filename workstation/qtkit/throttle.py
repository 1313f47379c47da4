"""High-rate input (scroll, drag, progress) goes through one throttle: at most one call per frame, the latest wins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer

Value = TypeVar("Value")

FRAME_MS = 16


class Throttle(Generic[Value]):
    """Calls ``call`` with the latest value at most once per ``interval_ms``.

    The first value of a burst is passed on at once; those that arrive during the pause replace each other, and the
    last one is passed on at its end, so the final state is never lost.
    """

    def __init__(self, call: Callable[[Value], None], *, parent: QObject, interval_ms: int = FRAME_MS) -> None:
        self._call = call
        self._waiting: list[Value] = []
        self._timer = QTimer(parent)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(self._frame_over)

    def submit(self, value: Value) -> None:
        """Pass ``value`` on now, or at the end of the running frame unless a later one replaces it."""
        if self._timer.isActive():
            self._waiting[:] = [value]
            return
        self._timer.start()
        self._call(value)

    def set_interval_ms(self, interval_ms: int) -> None:
        """Leave at least this long between two calls, from the next call on."""
        if self._timer.interval() != interval_ms:
            self._timer.setInterval(interval_ms)

    def flush(self) -> None:
        """Pass on what waits, now."""
        if self._waiting:
            self._timer.stop()
            self._call(self._waiting.pop())

    def cancel(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._timer.stop()

    def _frame_over(self) -> None:
        if self._waiting:
            self._timer.start()
            self._call(self._waiting.pop())
