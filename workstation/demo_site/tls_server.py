"""A TLS server on loopback with one thread a connection, whose every thread ends when it is stopped."""

from __future__ import annotations

import logging
import socket
import socketserver
import ssl
import threading
from typing import Any

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"
_HANDSHAKE_S = 10.0
_POLL_S = 0.05


class TlsServer(socketserver.TCPServer):
    """Listens on 127.0.0.1 only.

    Parameters
    ----------
    port
        0 lets the system choose one.
    name
        Of the threads.
    """

    allow_reuse_address = True
    request_queue_size = 64

    def __init__(
        self, port: int, handler: type[socketserver.BaseRequestHandler], context: ssl.SSLContext, *, name: str
    ) -> None:
        super().__init__((LOOPBACK, port), handler)
        self._context = context
        self._name = name
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._loop: threading.Thread | None = None

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def start(self) -> None:
        """Begin to accept connections."""
        self._loop = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": _POLL_S}, name=f"{self._name}-accept", daemon=True
        )
        self._loop.start()

    def stop(self, timeout_s: float = 3.0) -> None:
        """Close the listener and every connection, and wait for their threads."""
        if self._loop is not None:
            self.shutdown()
            self._loop.join(timeout_s)
        self.server_close()
        with self._lock:
            open_ones = dict(self._connections)
        for connection, thread in open_ones.items():
            _cut(connection)
            thread.join(timeout_s)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept; the handshake is left to the connection's own thread, so that a slow peer holds up nobody."""
        connection, address = self.socket.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(_HANDSHAKE_S)
        secured = self._context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return secured, address

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection in a thread of its own."""
        thread = threading.Thread(
            target=self._serve, args=(request, client_address), name=f"{self._name}-connection", daemon=True
        )
        with self._lock:
            self._connections[request] = thread
        thread.start()

    def _serve(self, connection: ssl.SSLSocket, address: Any) -> None:
        try:
            connection.do_handshake()
            self.finish_request(connection, address)
        except OSError as error:
            log.info("%s: a connection ended early (%s)", self._name, type(error).__name__)
        finally:
            _cut(connection)
            connection.close()
            with self._lock:
                self._connections.pop(connection, None)


def _cut(connection: socket.socket) -> None:
    """End a connection from any thread. The plain socket call leaves the TLS object to the thread that reads it."""
    try:
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
    except OSError:
        log.debug("a connection was closed already")
