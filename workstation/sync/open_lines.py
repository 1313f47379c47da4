"""The lines to a site that are open, so that the program can end without waiting for an answer on any of them."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from weakref import WeakSet

from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool


class OpenLines:
    """Knows every connection made through ``pool_class``; `cut` may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lines: WeakSet[HTTPSConnection] = WeakSet()
        self.pool_class = _pool_class(self)
        """What urllib3 makes connections from."""

    def note(self, line: HTTPSConnection) -> None:
        """A connection is about to be made."""
        with self._lock:
            self._lines.add(line)

    def cut(self) -> None:
        """Whoever waits for an answer on one of the lines is told at once that there will be none."""
        with self._lock:
            lines = list(self._lines)
        for line in lines:
            plain = line.sock
            if plain is not None:
                with suppress(OSError):  # gone already
                    # not SSLSocket.shutdown, which takes the cipher away from under the thread that reads
                    socket.socket.shutdown(plain, socket.SHUT_RDWR)


def _pool_class(lines: OpenLines) -> type[HTTPSConnectionPool]:
    class Line(HTTPSConnection):
        def connect(self) -> None:
            lines.note(self)
            super().connect()

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Line

    return Pool
