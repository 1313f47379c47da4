"""A record as one JSON document: whole, canonical (RFC 8785), with its place in the chain of its store."""

from __future__ import annotations

import json
from dataclasses import dataclass

import rfc8785

from calibration.records.codec import decode, plain_of, time_text
from calibration.records.record import Record, StoredRecord
from workstation.foundation.errors import BadInput

FORMAT = "lightbox display record 1"


@dataclass(frozen=True)
class ExportedRecord:
    """A record that was read back, with what the document says of its place, which it does not prove."""

    record: Record
    sequence: int
    hash: str


def record_json(stored: StoredRecord) -> bytes:
    """The document; the same record gives the same bytes."""
    document = {
        "format": FORMAT,
        "record": plain_of(stored.record),
        "chain": {
            "sequence": stored.sequence,
            "hash": stored.hash,
            "received": time_text(stored.received),
            "imported_from": stored.imported_from,
            "origin_head": stored.origin_head,
            "is_sound": stored.is_sound,
        },
    }
    return rfc8785.dumps(document) + b"\n"


def record_from_json(content: bytes) -> ExportedRecord:
    """Read a document that `record_json` made.

    Raises
    ------
    BadInput
        For another kind of document, naming what is wrong.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadInput("This is no JSON document.") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BadInput("This is no exported record of a display.", "`calibration report RECORD OUT.json` writes one.")
    chain, record = document.get("chain"), document.get("record")
    if not isinstance(chain, dict) or not isinstance(record, dict):
        raise BadInput("The exported record is not whole: `record` or `chain` is missing.", "Export it again.")
    sequence, digest = chain.get("sequence"), chain.get("hash")
    if not isinstance(sequence, int) or not isinstance(digest, str):
        raise BadInput("The exported record does not say its place in the chain.", "Export it again.")
    return ExportedRecord(decode(json.dumps(record)), sequence, digest)
