"""Identifiers that follow from the report alone, so that rendering twice gives the same ones."""

from __future__ import annotations

import base64
import hashlib
import uuid

_NAMESPACE = uuid.UUID("6f0a5a0e-7f0b-5d0e-9c0c-4d6c69676874")
_MSH_10_LENGTH = 20  # HL7 v2.5.1, 2.14.9.10


def sop_instance_uid(report_id: str, version: int, kind: str) -> str:
    """SOP Instance UID of one form of one version of a report (PS3.5 B.2: 2.25 and a UUID, at most 44 characters).

    Parameters
    ----------
    kind
        ``"SR"`` or ``"PDF"``.
    """
    return _uid("instance", report_id, str(version), kind)


def series_instance_uid(report_id: str, kind: str) -> str:
    """Series Instance UID of a report's documents of one kind; all versions share it."""
    return _uid("series", report_id, kind)


def message_control_id(report_id: str, version: int, part: str = "") -> str:
    """MSH-10 of the message that carries one version (HL7 v2.5.1 2.14.9.10: at most 20 characters).

    Parameters
    ----------
    part
        What tells apart several messages of one version, for example the accession; empty when there is one message.
    """
    digest = hashlib.sha256("\0".join(("message", report_id, str(version), part)).encode()).digest()
    return base64.b32encode(digest).decode("ascii")[:_MSH_10_LENGTH]


def _uid(*parts: str) -> str:
    return f"2.25.{uuid.uuid5(_NAMESPACE, chr(0).join(parts)).int}"
