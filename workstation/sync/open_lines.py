"""The lines to a site that are open, so that the program can end without waiting for an answer on any of them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from weakref import WeakSet


class OpenLines:
    """Remembers the connections of the pools it makes. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: WeakSet[Any] = WeakSet()

    def pool_maker(self, pool_class: Callable[..., Any]) -> Callable[..., Any]:
        """What makes connection pools as ``pool_class`` does, every connection of which is remembered here."""

        def pool(*args: Any, **more: Any) -> Any:
            made = pool_class(*args, **more)
            line_class = made.ConnectionCls
            made.ConnectionCls = lambda *words, **keys: self._noted(line_class(*words, **keys))
            return made

        return pool

    def cut(self) -> None:
        """Whoever waits for an answer on one of the lines learns at once that there will be none."""
        with self._lock:
            lines = list(self._lines)
        for line in lines:
            plain = line.sock
            if plain is not None:
                with suppress(OSError):  # gone already
                    # not SSLSocket.shutdown: that takes the cipher from under the thread that reads
                    socket.socket.shutdown(plain, socket.SHUT_RDWR)

    def _noted(self, line: Any) -> Any:
        with self._lock:
            self._lines.add(line)
        return line
