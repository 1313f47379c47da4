"""The outbox: every rendered document of a signed report, byte for byte, and how far its delivery has come.

Which moves a delivery makes, and when, is decided by `sync`; here a move is durable and made by one caller only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Literal

from workstation.catalogue.connection import Connection, Row, time_from_text, time_to_text
from workstation.catalogue.database import Database
from workstation.foundation.clock import Clock

DeliveryKind = Literal["SR", "PDF", "ORU", "UPS"]

SCHEMA_1 = (
    """
    CREATE TABLE outbox (
        id           INTEGER PRIMARY KEY,
        report_id    TEXT NOT NULL,
        version      INTEGER NOT NULL,
        kind         TEXT NOT NULL CHECK (kind IN ('SR', 'PDF', 'ORU', 'UPS')),
        target_uid   TEXT NOT NULL,
        content_type TEXT NOT NULL,
        accession    TEXT NOT NULL,
        state        TEXT NOT NULL DEFAULT 'queued'
                     CHECK (state IN ('queued', 'sending', 'sent', 'delivered', 'failed')),
        attempts     INTEGER NOT NULL DEFAULT 0,
        next_try     TEXT,
        proof        TEXT NOT NULL DEFAULT '',
        error        TEXT NOT NULL DEFAULT '',
        sha256       TEXT NOT NULL,
        created_at   TEXT NOT NULL,
        updated_at   TEXT NOT NULL,
        payload      BLOB NOT NULL,
        UNIQUE (report_id, version, kind, target_uid),
        FOREIGN KEY (report_id, version) REFERENCES reports (report_id, version)
    ) STRICT
    """,
)

_COLUMNS = (
    "id, report_id, version, kind, target_uid, content_type, accession, state, attempts, next_try, proof, error, sha256"
)


class DeliveryState(Enum):
    """How far a delivery has come."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    """The other side said yes; not proven yet."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """It will not get better by itself: a person is needed."""


@dataclass(frozen=True)
class NewDelivery:
    """A document to be delivered. ``sha256`` is reckoned when it is empty, and checked when it is not."""

    report_id: str
    version: int
    kind: DeliveryKind
    target_uid: str = field(repr=False)
    content_type: str
    accession: str = field(repr=False)
    payload: bytes = field(repr=False)
    sha256: str = ""


@dataclass(frozen=True)
class Delivery:
    """One row of the outbox, without its payload.

    ``target_uid`` is the SOP Instance UID, the HL7 message control ID (MSH-10) or the work item's UID.
    """

    id: int
    report_id: str
    version: int
    kind: DeliveryKind
    target_uid: str = field(repr=False)
    content_type: str
    accession: str = field(repr=False)
    state: DeliveryState
    attempts: int
    next_try: datetime | None
    proof: str = field(repr=False)
    error: str = field(repr=False)
    sha256: str = field(repr=False)


class OutboxStore:
    """The outbox of one data folder."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def rows(self) -> list[Delivery]:
        """Every delivery, oldest first."""
        return self._select("", ())

    def due(self, now: datetime) -> list[Delivery]:
        """Unfinished deliveries whose time has come, oldest first.

        SENDING is among them: after a power cut nobody is sending, and the same bytes may be sent again.
        """
        return self._select(
            "WHERE state IN ('queued', 'sending', 'sent') AND (next_try IS NULL OR next_try <= ?)",
            (time_to_text(now),),
        )

    def get(self, delivery_id: int) -> Delivery | None:
        """One delivery; None when there is no such one."""
        found = self._select("WHERE id = ?", (delivery_id,))
        return found[0] if found else None

    def for_report(self, report_id: str, version: int) -> list[Delivery]:
        """The deliveries of one version of a report, oldest first."""
        return self._select("WHERE report_id = ? AND version = ?", (report_id, version))

    def payload(self, delivery_id: int) -> bytes:
        """The document, byte for byte as it was frozen.

        Raises
        ------
        LookupError
            When there is no such delivery.
        """
        row = self._database.read(
            lambda connection: connection.execute("SELECT payload FROM outbox WHERE id = ?", (delivery_id,)).fetchone()
        )
        if row is None:
            raise LookupError("no such delivery")
        return bytes(row["payload"])

    def move(
        self,
        delivery_id: int,
        from_: DeliveryState,
        to: DeliveryState,
        *,
        proof: str = "",
        error: str = "",
        next_try: datetime | None = None,
    ) -> bool:
        """Move a delivery on if it still is in ``from_``; say whether it was. Going to SENDING counts an attempt.

        An earlier proof stays when none is given; error and time of the next try are replaced.
        """
        values = (
            to.value,
            int(to is DeliveryState.SENDING),
            proof,
            error,
            None if next_try is None else time_to_text(next_try),
            time_to_text(self._clock.now()),
            delivery_id,
            from_.value,
        )
        return self._database.write(
            lambda connection: (
                connection.execute(
                    """
                    UPDATE outbox SET state = ?1, attempts = attempts + ?2, proof = iif(?3 = '', proof, ?3),
                                      error = ?4, next_try = ?5, updated_at = ?6
                    WHERE id = ?7 AND state = ?8
                    """,
                    values,
                ).rowcount
                == 1
            )
        )

    def _select(self, condition: str, values: tuple[Any, ...]) -> list[Delivery]:
        sql = f"SELECT {_COLUMNS} FROM outbox {condition} ORDER BY id"  # noqa: S608 - literals of this class
        rows = self._database.read(lambda connection: connection.execute(sql, values).fetchall())
        return [_delivery(row) for row in rows]


def insert_deliveries(connection: Connection, deliveries: Iterable[NewDelivery], at: datetime) -> None:
    """Put new rows into the outbox, inside the transaction that freezes their report."""
    moment = time_to_text(at)
    connection.executemany(
        """
        INSERT INTO outbox (report_id, version, kind, target_uid, content_type, accession, sha256,
                            created_at, updated_at, payload)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [(*_columns(delivery), moment, moment, delivery.payload) for delivery in deliveries],
    )


def _columns(new: NewDelivery) -> tuple[str | int, ...]:
    sha256 = hashlib.sha256(new.payload).hexdigest()
    if new.sha256 not in ("", sha256):
        raise ValueError("a delivery whose digest is not that of its payload")
    return new.report_id, new.version, new.kind, new.target_uid, new.content_type, new.accession, sha256


def _delivery(row: Row) -> Delivery:
    return Delivery(
        id=row["id"],
        report_id=row["report_id"],
        version=row["version"],
        kind=row["kind"],
        target_uid=row["target_uid"],
        content_type=row["content_type"],
        accession=row["accession"],
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        next_try=None if row["next_try"] is None else time_from_text(row["next_try"]),
        proof=row["proof"],
        error=row["error"],
        sha256=row["sha256"],
    )
