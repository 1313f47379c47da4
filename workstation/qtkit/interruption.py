"""Being asked to end: Ctrl+C, the end of the session, whoever started the program. Everything is still put away."""

from __future__ import annotations

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier
from PySide6.QtWidgets import QApplication

from workstation.foundation.terminal import INTERRUPTED

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class EndsWindows(QObject):
    """While entered, a signal to end leaves Qt's event loops, so that the code after them closes everything.

    Python looks at signals only between steps of its own: a byte on a socket wakes Qt, and with it Python.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__()
        self._application = application
        self.has_happened = False

    def __enter__(self) -> EndsWindows:
        self._here, self._there = socket.socketpair()
        for end in (self._here, self._there):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._here.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._drain)
        self._wakeup_before = signal.set_wakeup_fd(self._there.fileno(), warn_on_full_buffer=False)
        self._handlers_before = [(number, signal.signal(number, self._end)) for number in SIGNALS]
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._handlers_before:
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self._notifier.setEnabled(False)
        self._here.close()
        self._there.close()

    def _drain(self) -> None:
        try:
            self._here.recv(64)
        except BlockingIOError:
            return
        if self.has_happened:
            self._application.exit(INTERRUPTED)

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.has_happened = True
        self._application.exit(INTERRUPTED)
