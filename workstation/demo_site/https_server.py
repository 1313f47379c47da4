"""HTTP/1.1 over `TlsServer`: keep-alive, bodies with length or in chunks, nothing on stdout."""

from __future__ import annotations

import io
import logging
import ssl
from collections.abc import Callable, Iterable
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from workstation.demo_site.tls_server import TlsServer
from workstation.demo_site.web import Request, Response
from workstation.foundation.clock import Clock

log = logging.getLogger(__name__)

Application = Callable[[Request], Response]

_LARGEST_BODY = 2 << 30
_SMALL = 1 << 16


class HttpsServer(TlsServer):
    """Hands every request to ``application``; ``clock`` is what the Date header says."""

    def __init__(self, port: int, application: Application, context: ssl.SSLContext, clock: Clock) -> None:
        super().__init__(port, _Handler, context, name="demo-site-https")
        self.application = application
        self.clock = clock


class _BadBody(Exception):
    """A request body that is too large or badly framed."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "LightboxDemoSite/1"
    sys_version = ""
    timeout = 75  # seconds of silence on a kept connection

    def _answer(self) -> None:
        server = cast("HttpsServer", self.server)
        try:
            request = self._request()
        except _BadBody:
            self.close_connection = True
            self._send(Response(400))
            return
        response = server.application(request)
        if response.is_dropped:
            self.close_connection = True
            return
        self._send(response)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer  # noqa: N815 - names that BaseHTTPRequestHandler asks for

    def _request(self) -> Request:
        parts = urlsplit(self.path)
        return Request(
            method=self.command,
            path=unquote(parts.path),
            query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
            raw_query=parts.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self._body(),
        )

    def _body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunked_body()
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError as error:
            raise _BadBody from error
        if not 0 <= length <= _LARGEST_BODY:
            raise _BadBody
        return self.rfile.read(length)

    def _chunked_body(self) -> bytes:
        body = io.BytesIO()
        while True:
            try:
                size = int(self.rfile.readline(64).split(b";")[0], 16)
            except ValueError as error:
                raise _BadBody from error
            if size < 0 or body.tell() + size > _LARGEST_BODY:
                raise _BadBody
            if size == 0:
                break
            body.write(self.rfile.read(size))
            self.rfile.readline(64)
        while self.rfile.readline(65536).strip():
            continue  # trailers
        return body.getvalue()

    def _send(self, response: Response) -> None:
        whole = response.body if isinstance(response.body, bytes) else None
        length = len(whole) if whole is not None else response.length
        head = self._head(response, length)
        if self.command == "HEAD":
            self.wfile.write(head)
        elif whole is not None:
            self._send_whole(head, whole)
        elif length is None:
            self.wfile.write(head)
            self._send_chunks(cast("Iterable[bytes]", response.body))
        else:
            self._send_pieces(head, cast("Iterable[bytes]", response.body))

    def _send_whole(self, head: bytes, body: bytes) -> None:
        if len(body) <= _SMALL:
            self.wfile.write(head + body)
            return
        self.wfile.write(head)
        self.wfile.write(body)

    def _send_pieces(self, head: bytes, pieces: Iterable[bytes]) -> None:
        """Small pieces travel with their neighbour: each write is a TLS record of its own."""
        waiting = head
        for piece in pieces:
            if len(waiting) + len(piece) <= _SMALL:
                waiting += piece
            else:
                self.wfile.write(waiting)
                waiting = piece
        self.wfile.write(waiting)

    def _send_chunks(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            if piece:
                self.wfile.write(b"%X\r\n" % len(piece))
                self.wfile.write(piece)
                self.wfile.write(b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def _head(self, response: Response, length: int | None) -> bytes:
        self.log_request(response.status)
        lines = [
            f"HTTP/1.1 {response.status} {_reason(response.status)}",
            f"Server: {self.server_version}",
            f"Date: {format_datetime(cast('HttpsServer', self.server).clock.now(), usegmt=True)}",
            *(f"{name}: {value}" for name, value in response.headers),
        ]
        if response.content_type:
            lines.append(f"Content-Type: {response.content_type}")
        if length is None:
            lines.append("Transfer-Encoding: chunked")
        elif response.status != HTTPStatus.NO_CONTENT:
            lines.append(f"Content-Length: {length}")
        if self.close_connection:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002 - given signature
        """The method and the status; paths hold UIDs and queries hold identifiers."""
        log.info("%s answered %s", self.command, code)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ARG002 - given signature
        """Whatever the library itself has to say, without its arguments."""
        log.info("https: %s", format.split("%", maxsplit=1)[0].strip())


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
