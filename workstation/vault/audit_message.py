"""One audit message as PS3.15 A.5 has it, in JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from workstation.vault.audit_codes import OWN_SCHEME, AuditCode


@dataclass(frozen=True)
class AuditEvent:
    """Something that happened.

    ``subject`` is the UID of the study, work item or report it happened to; only its pseudonym is ever written.
    ``detail`` is a short sentence without patient data.
    """

    code: AuditCode
    user: str = field(repr=False)
    subject: str = field(default="", repr=False)
    outcome_ok: bool = True
    detail: str = field(default="", repr=False)


def message_bytes(event: AuditEvent, *, number: int, at: datetime, pseudonym: str) -> bytes:
    """The message as canonical JSON (keys sorted, no spaces, UTF-8); ``pseudonym`` is empty without a subject."""
    message: dict[str, Any] = {
        "SequenceNumber": number,
        "EventIdentification": _event_identification(event, at),
        "ActiveParticipant": [{"UserID": event.user, "UserIsRequestor": True}],
        "AuditSourceIdentification": {"AuditSourceID": "lightbox-workstation", "AuditSourceTypeCode": "1"},
        "ParticipantObjectIdentification": [_participant_object(pseudonym)] if pseudonym else [],
    }
    return json.dumps(message, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def _event_identification(event: AuditEvent, at: datetime) -> dict[str, Any]:
    meaning = event.code.meaning
    types = [_code(event.code.name, OWN_SCHEME, event.code.value)]
    if meaning.type_code:
        types.insert(0, _code(meaning.type_code, "DCM", meaning.type_meaning))
    return {
        "EventID": _code(meaning.event_id, "DCM", meaning.event),
        "EventActionCode": meaning.action,
        "EventDateTime": at.astimezone(UTC).isoformat(timespec="milliseconds"),
        "EventOutcomeIndicator": "0" if event.outcome_ok else "4",  # RFC 3881: 0 success, 4 minor failure
        "EventTypeCode": types,  # ours is always the last
        "EventOutcomeDescription": event.detail,
    }


def _participant_object(pseudonym: str) -> dict[str, Any]:
    return {
        "ParticipantObjectID": pseudonym,
        "ParticipantObjectTypeCode": "2",  # system object
        "ParticipantObjectTypeCodeRole": "3",  # report, study
        "ParticipantObjectIDTypeCode": _code("hmac-uid", OWN_SCHEME, "HMAC-SHA-256 of the UID"),
    }


def _code(value: str, scheme: str, meaning: str) -> dict[str, str]:
    return {"csd-code": value, "codeSystemName": scheme, "originalText": meaning}
