"""A site that does exactly what a test tells it: answers, drops, repeats, delays and lies, over real TLS sockets."""

from __future__ import annotations

import contextlib
import ipaddress
import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from workstation.site.profile import SiteProfile, load_profile


@dataclass(frozen=True)
class Reply:
    """One answer. ``drop`` closes the connection instead; ``cut_at`` sends only so many bytes of the body."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/dicom+json"
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    drop: bool = False
    cut_at: int | None = None


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Step = Reply | Callable[[Seen], Reply]


def json_reply(value: Any, **more: Any) -> Reply:
    """An answer of DICOM JSON."""
    return Reply(body=json.dumps(value).encode(), **more)


class Authority:
    """A certificate authority of its own, and a server certificate for the loopback address."""

    def __init__(self, folder: Path, name: str = "Test Root") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        root_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        root = _certificate(subject, subject, root_key.public_key(), root_key, is_root=True)
        host = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        server = _certificate(host, subject, server_key.public_key(), root_key, is_root=False)
        self.ca_file = folder / "ca.pem"
        self._server_file = folder / "server.pem"
        self.ca_file.write_bytes(root.public_bytes(serialization.Encoding.PEM))
        self._server_file.write_bytes(
            server_key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + server.public_bytes(serialization.Encoding.PEM)
        )

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._server_file)
        return context


class ScriptedPeer:
    """An HTTPS server on loopback that follows a script.

    `on` gives the steps for requests that match; each request takes one step, the last step stays for ever.
    Unknown requests get 404.
    """

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._routes: list[tuple[str, re.Pattern[str], list[Step]]] = []
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self.seen: list[Seen] = []
        self.connections = 0
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None

    def on(self, method: str, path: str, *steps: Step) -> None:
        """Script requests whose path (without the query) matches the whole pattern. The newest script counts."""
        with self._lock:
            self._routes.insert(0, (method, re.compile(path), list(steps)))

    def start(self) -> str:
        """Listen; return the base URL."""
        peer = self

        class Handler(_Handler):
            owner = peer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="peer")
        self._thread.start()
        return self.base_url

    @property
    def base_url(self) -> str:
        assert self._server is not None
        return f"https://127.0.0.1:{self._server.server_address[1]}"

    def stop(self) -> None:
        """Close the server and every connection."""
        assert self._server is not None
        assert self._thread is not None
        self._server.shutdown()
        self._thread.join()
        self.drop_connections()
        self._server.server_close()

    def drop_connections(self) -> None:
        """Close every open connection, as a server does with idle ones."""
        with self._lock:
            sockets = list(self._open)
        for each in sockets:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def requests(self, method: str, path: str) -> list[Seen]:
        """What has arrived so far for a pattern."""
        return [each for each in self.seen if each.method == method and re.fullmatch(path, each.path)]

    def _reply(self, seen: Seen) -> Reply:
        with self._lock:
            self.seen.append(seen)
            for method, pattern, steps in self._routes:
                if method == seen.method and pattern.fullmatch(seen.path):
                    step = steps.pop(0) if len(steps) > 1 else steps[0]
                    break
            else:
                return Reply(404)
        return step(seen) if callable(step) else step


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: ScriptedPeer

    def setup(self) -> None:
        self.request = self.owner._authority.server_context().wrap_socket(
            self.request, server_side=True, do_handshake_on_connect=False
        )
        with self.owner._lock:
            self.owner._open.add(self.request)
            self.owner.connections += 1
        super().setup()

    def handle(self) -> None:
        with contextlib.suppress(OSError):
            self.request.do_handshake()
            super().handle()

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        with self.owner._lock:
            self.owner._open.discard(self.request)
        self.request.close()

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.owner._reply(Seen(self.command, parts.path, parse_qs(parts.query), headers, body))
        time.sleep(reply.delay_s)
        if reply.drop:
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.request.shutdown(socket.SHUT_RDWR)
            return
        self.send_response_only(reply.status)
        if "Date" not in reply.headers:
            self.send_header("Date", self.date_time_string())
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[: reply.cut_at])
        if reply.cut_at is not None:
            self.close_connection = True

    do_GET = do_POST = do_PUT = _answer  # noqa: N815 - the names http.server looks for

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        pass


class ScriptedMllp:
    """An MLLP listener on loopback: ``answer`` gets each message and returns the raw bytes to send back, or None."""

    def __init__(self, authority: Authority | None, answer: Callable[[bytes], bytes | None]) -> None:
        self._context = authority.server_context() if authority else None
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, name="mllp-peer")
        self.messages: list[bytes] = []

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), plain:
                plain.settimeout(5)
                if self._context is None:
                    self._talk(plain)
                else:
                    with self._context.wrap_socket(plain, server_side=True) as secured:
                        self._talk(secured)

    def _talk(self, connection: socket.socket) -> None:
        received = b""
        while not received.endswith(b"\x1c\r"):
            part = connection.recv(65536)
            if not part:
                return
            received += part
        self.messages.append(received[1:-2])
        reply = self._answer(received[1:-2])
        if reply is not None:
            connection.sendall(reply)


def acknowledged(message: bytes, code: str = "AA", *, message_id: str | None = None, text: str = "") -> bytes:
    """A framed acknowledgement of an HL7 message."""
    control = message_id if message_id is not None else message.split(b"\r")[0].split(b"|")[9].decode()
    head = "MSH|^~\\&|RIS|SITE|LIGHTBOX|HOME|20260101000000||ACK^R01|1|P|2.5.1"
    return b"\x0b" + f"{head}\rMSA|{code}|{control}|{text}\r".encode() + b"\x1c\r"


def write_profile(folder: Path, base_url: str, authority: Authority, *, mllp_port: int = 1, **more: str) -> SiteProfile:
    """A site profile whose services all live at one base URL."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ca.pem").write_bytes(authority.ca_file.read_bytes())
    lines = [
        'schema = "site/1"',
        'id = "scripted"',
        'name = "Scripted site"',
        'patient_id_issuer = "SITE"',
        f'[worklist]\nurl = "{base_url}/ups"',
        f'[images]\nurl = "{base_url}/dicom-web"\nparallel_downloads = 4',
        f'[report]\nstow_url = "{base_url}/dicom-web"\noru_host = "127.0.0.1"\noru_port = {mllp_port}',
        f'[account]\ntoken_url = "{base_url}/oauth/token"\ncertificate_url = "{base_url}/certify"',
        '[trust]\nca_files = ["ca.pem"]',
    ]
    (folder / "site.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_profile(folder)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_root: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
    )
    if not is_root:
        names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
