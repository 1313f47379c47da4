"""HL7 v2 messages over MLLP (HL7 transport specification, release 1), inside TLS unless the profile says otherwise."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass, field

from workstation.site.profile import SiteProfile
from workstation.sync.errors import NotTrusted, Unreachable, WrongAnswer
from workstation.sync.trust import pinned_context

_START, _END = b"\x0b", b"\x1c\x0d"
_LARGEST_ACKNOWLEDGEMENT = 1 << 20
_SERVICE = "the report receiver"
# HL7 table 0008: original mode and enhanced mode mean the same to us.
_CODES = {"AA": "AA", "CA": "AA", "AE": "AE", "CE": "AE", "AR": "AR", "CR": "AR"}


@dataclass(frozen=True)
class Acknowledgement:
    """MSA of the answer: ``AA`` accepted, ``AE`` error, ``AR`` refused; whose message; what the receiver says."""

    code: str
    message_id: str
    text: str = field(default="", repr=False)


class MllpSender:
    """Sends messages to the receiver that the site profile names.

    Raises
    ------
    BadInput
        On construction, when a certificate file of the profile cannot be read.
    """

    def __init__(self, profile: SiteProfile, *, timeout_s: float = 30.0) -> None:
        self._host = profile.report.oru_host
        self._port = profile.report.oru_port
        self._context = pinned_context(profile.ca_paths()) if profile.report.oru_tls else None
        self._timeout_s = timeout_s

    def __call__(self, message: bytes) -> Acknowledgement:
        """Send one message; see `send_mllp`."""
        return send_mllp(self._host, self._port, message, tls_context=self._context, timeout=self._timeout_s)


def send_mllp(
    host: str, port: int, message: bytes, *, tls_context: ssl.SSLContext | None = None, timeout: float = 30.0
) -> Acknowledgement:
    """Send one message and wait for its acknowledgement.

    Parameters
    ----------
    message
        The HL7 message, segments ended by CR, without MLLP framing.
    tls_context
        None for plain MLLP to a local gateway.
    timeout
        Seconds for the whole exchange.

    Raises
    ------
    Unreachable
        The message may or may not have been processed.
    WrongAnswer
        What came back is no acknowledgement.
    """
    deadline = time.monotonic() + timeout
    try:
        with socket.create_connection((host, port), timeout=min(timeout, 10.0)) as plain:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if tls_context is None:
                return _exchange(plain, message, deadline)
            with tls_context.wrap_socket(plain, server_hostname=host) as secured:
                return _exchange(secured, message, deadline)
    except ssl.SSLCertVerificationError as error:
        raise NotTrusted(_SERVICE) from error
    except TimeoutError as error:
        raise Unreachable(_SERVICE, "it is too slow to answer") from error
    except ConnectionRefusedError as error:
        raise Unreachable(_SERVICE, "nothing answers at its address") from error
    except OSError as error:
        raise Unreachable(_SERVICE, "the connection was cut off") from error


def parse_acknowledgement(message: bytes) -> Acknowledgement:
    """Read MSA-1 to MSA-3 of an acknowledgement.

    Raises
    ------
    WrongAnswer
        When there is no MSH or MSA, or the code is none of HL7 table 0008.
    """
    text = message.decode("utf-8", errors="replace").replace("\n", "\r")
    segments = [segment for segment in text.split("\r") if segment.strip()]
    if not segments or not segments[0].startswith("MSH") or len(segments[0]) < 4:
        raise WrongAnswer(_SERVICE, "no HL7 message came back")
    separator = segments[0][3]
    fields = next((each.split(separator) for each in segments if each.startswith("MSA" + separator)), None)
    if fields is None or len(fields) < 2 or fields[1].strip() not in _CODES:
        raise WrongAnswer(_SERVICE, "no acknowledgement came back")
    fields += [""] * 3
    return Acknowledgement(_CODES[fields[1].strip()], fields[2].strip(), fields[3].strip())


def _exchange(connection: socket.socket, message: bytes, deadline: float) -> Acknowledgement:
    connection.settimeout(max(0.1, deadline - time.monotonic()))
    connection.sendall(_START + message + _END)
    received = bytearray()
    while _END not in received:
        remaining = deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        connection.settimeout(remaining)
        part = connection.recv(65536)
        if not part:
            raise Unreachable(_SERVICE, "it closed the connection without an acknowledgement")
        received += part
        if len(received) > _LARGEST_ACKNOWLEDGEMENT:
            raise WrongAnswer(_SERVICE, "its answer does not end")
    start = received.find(_START)
    return parse_acknowledgement(bytes(received[start + 1 : received.index(_END)]))
