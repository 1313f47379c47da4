"""The RIS's receiver of reports: HL7 v2.5.1 ORU^R01 over MLLP inside TLS, acknowledged only when they can be filed."""

from __future__ import annotations

import logging
import socketserver
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from workstation.demo_site.faults import Faults
from workstation.demo_site.hl7 import BadMessage, Message, acknowledgement, parse_message
from workstation.demo_site.tls_server import TlsServer
from workstation.foundation.clock import Clock

log = logging.getLogger(__name__)

_START, _END = b"\x0b", b"\x1c\r"  # MLLP block (HL7 v2.5.1 implementation guide, appendix C)
_LARGEST = 256 << 20
_ORDER_FIELDS = (2, 3, 18, 20)
"""OBR fields in which senders put an order's numbers: placer, filler, and the placer and filler fields."""

KnownOrders = Callable[[], Mapping[str, str]]
"""Gives every order number known to the RIS (accession, placer, filler) and the Patient ID it belongs to."""


@dataclass(frozen=True)
class ReceivedMessage:
    """A message the RIS has filed. ``times`` counts how often it came."""

    control_id: str
    raw: bytes = field(repr=False)
    times: int = 1


class ReportReceiver:
    """Files ORU^R01 messages, each control id once. Safe to use from any thread."""

    def __init__(self, known_orders: KnownOrders, clock: Clock, faults: Faults) -> None:
        self._known_orders = known_orders
        self._clock = clock
        self._faults = faults
        self._lock = threading.Lock()
        self._filed: dict[str, ReceivedMessage] = {}
        self._count = 0

    @property
    def messages(self) -> tuple[ReceivedMessage, ...]:
        """What has been filed, in order of arrival."""
        with self._lock:
            return tuple(self._filed.values())

    def receive(self, raw: bytes) -> bytes | None:
        """Handle one message; the acknowledgement to send, or None to stay silent and close the connection."""
        try:
            message = parse_message(raw)
        except BadMessage as error:
            return self._acknowledge(None, "AR", f"The message cannot be read: {error}.")
        ordered = self._faults.value("mllp_ack")
        if ordered in {"AE", "AR"}:
            return self._acknowledge(message, ordered, "The RIS refuses messages just now.")
        refusal = self._file(message, raw)
        if ordered == "none" or self._faults.strikes("drop_response", "mllp"):
            return None
        if ordered == "garbage":
            return b"no acknowledgement at all"
        return self._acknowledge(message, *(refusal or ("AA", "")))

    def _file(self, message: Message, raw: bytes) -> tuple[str, str] | None:
        """Keep the message; or say why not: code and reason."""
        refusal = self._refusal(message)
        if refusal is not None:
            return refusal
        control_id = message.header(10)
        with self._lock:
            older = self._filed.get(control_id)
            if older is not None and older.raw != raw:
                return "AE", "Another message with this control ID has been filed already."
            self._filed[control_id] = ReceivedMessage(control_id, raw, older.times + 1 if older else 1)
        return None

    def _refusal(self, message: Message) -> tuple[str, str] | None:
        if not message.header(10):
            return "AR", "MSH-10 is empty."
        if (message.header(9, 1), message.header(9, 2)) != ("ORU", "R01"):
            return "AR", "Only ORU^R01 is taken here."
        reason = self._unknown(message)
        return ("AE", reason) if reason else None

    def _unknown(self, message: Message) -> str:
        """What the RIS does not know in PID and OBR; empty when it knows all."""
        orders = self._known_orders()
        patients = list(message.fields("PID"))
        if len(patients) != 1:
            return "There must be one PID segment."
        patient_id = message.value(patients[0], 3)
        if not patient_id or patient_id not in orders.values():
            return "The patient in PID-3 is not known."
        requests = list(message.fields("OBR"))
        if not requests:
            return "There is no OBR segment."
        for place, request in enumerate(requests, start=1):
            owners = {orders[number] for number in _numbers(message, request) if number in orders}
            if not owners:
                return f"The order in OBR {place} is not known."
            if owners != {patient_id}:
                return f"The order in OBR {place} belongs to another patient."
        return ""

    def _acknowledge(self, message: Message | None, code: str, text: str) -> bytes:
        with self._lock:
            self._count += 1
            control_id = f"ACK{self._count:06d}"
        log.info("an HL7 message was answered with %s", code)
        return acknowledgement(message, code, text, control_id=control_id, now=self._clock.now())


def _numbers(message: Message, request: tuple[str, ...]) -> list[str]:
    return [number for number in (message.value(request, place) for place in _ORDER_FIELDS) if number]


class MllpServer(TlsServer):
    """Takes MLLP blocks, any number on one connection, and answers each with its acknowledgement."""

    def __init__(self, port: int, receiver: ReportReceiver, context: ssl.SSLContext) -> None:
        super().__init__(port, _Handler, context, name="demo-site-mllp")
        self.receiver = receiver


class _Handler(socketserver.StreamRequestHandler):
    timeout = 75  # seconds of silence on a kept connection

    def setup(self) -> None:
        super().setup()
        self._buffer = bytearray()

    def handle(self) -> None:
        while True:
            block = self._block()
            if block is None:
                return
            answer = cast("MllpServer", self.server).receiver.receive(block)
            if answer is None:
                return
            self.wfile.write(_START + answer + _END)

    def _block(self) -> bytes | None:
        """The next block's content; None at the end of the connection or when what comes is not MLLP."""
        searched = 0
        while True:
            end = self._buffer.find(_END, searched)
            if end >= 0:
                break
            searched = max(0, len(self._buffer) - 1)
            piece = self.rfile.read1(1 << 16)
            if not piece or len(self._buffer) > _LARGEST:
                return None
            self._buffer += piece
        block = bytes(self._buffer[:end])
        del self._buffer[: end + len(_END)]
        return block[1:] if block.startswith(_START) else None
