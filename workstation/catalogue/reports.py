"""Signed reports: frozen together with everything that is to be delivered of them, never changed afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from workstation.catalogue.connection import Connection, Row, texts_from_json, time_from_text, time_to_text, to_json
from workstation.catalogue.database import Database
from workstation.catalogue.errors import ReportExists
from workstation.catalogue.outbox_store import NewDelivery, insert_deliveries
from workstation.catalogue.work_items import complete_claims
from workstation.foundation.clock import Clock

SCHEMA_1 = (
    """
    CREATE TABLE reports (
        report_id  TEXT NOT NULL,
        version    INTEGER NOT NULL CHECK (version >= 1),
        item_uids  TEXT NOT NULL,
        study_uids TEXT NOT NULL,
        canonical  BLOB NOT NULL,
        sha256     TEXT NOT NULL,
        signature  TEXT NOT NULL,
        signed_at  TEXT NOT NULL,
        author     TEXT NOT NULL,
        PRIMARY KEY (report_id, version)
    ) STRICT
    """,
    """
    CREATE TABLE report_items (
        item_uid  TEXT NOT NULL,
        report_id TEXT NOT NULL,
        version   INTEGER NOT NULL,
        PRIMARY KEY (item_uid, report_id, version),
        FOREIGN KEY (report_id, version) REFERENCES reports (report_id, version)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TRIGGER reports_never_change BEFORE UPDATE ON reports
    BEGIN SELECT RAISE(ABORT, 'a signed report never changes'); END
    """,
    """
    CREATE TRIGGER reports_never_go BEFORE DELETE ON reports
    BEGIN SELECT RAISE(ABORT, 'a signed report never goes'); END
    """,
)


@dataclass(frozen=True)
class SignedRecord:
    """One version of a signed report: its canonical JSON, the SHA-256 of it in hexadecimal, and the JWS over it."""

    report_id: str
    version: int
    item_uids: tuple[str, ...] = field(repr=False)
    study_uids: tuple[str, ...] = field(repr=False)
    canonical: bytes = field(repr=False)
    sha256: str = field(repr=False)
    signature: str = field(repr=False)
    signed_at: datetime
    author: str = field(repr=False)


class Reports:
    """The signed reports of one data folder."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def freeze(
        self,
        record: SignedRecord,
        deliveries: Iterable[NewDelivery],
        *,
        draft_key: str = "",
        completing: Iterable[str] = (),
    ) -> None:
        """Keep a signed report, fill its outbox, move its claims on and remove its draft: all of it, or nothing.

        Parameters
        ----------
        draft_key
            The draft it was made from; empty when there is none to remove.
        completing
            Items that this report finishes. The author must hold each of them at this very moment.

        Raises
        ------
        ReportExists
            When this version is signed already.
        ItemNotHeld
            When the author does not hold an item of ``completing``.
        ValueError
            When a digest is not that of its bytes, a delivery is of another report, or version n comes without n - 1.
        """
        waiting, finished = tuple(deliveries), tuple(completing)
        _check(record, waiting)

        def freeze_all(connection: Connection) -> None:
            _check_version(connection, record)
            complete_claims(connection, finished, record.author, self._clock.now())
            _insert(connection, record)
            insert_deliveries(connection, waiting, self._clock.now())
            connection.execute("DELETE FROM drafts WHERE draft_key = ?", (draft_key,))

        self._database.write(freeze_all)

    def get(self, report_id: str, version: int) -> SignedRecord | None:
        """One version of a report; None when there is no such one."""
        found = self._select("WHERE report_id = ? AND version = ?", (report_id, version))
        return found[0] if found else None

    def versions(self, report_id: str) -> list[SignedRecord]:
        """Every version of a report, the first first."""
        return self._select("WHERE report_id = ?", (report_id,))

    def for_item(self, item_uid: str) -> list[SignedRecord]:
        """Every version of every report on a work item, in the order they were signed."""
        condition = "WHERE (report_id, version) IN (SELECT report_id, version FROM report_items WHERE item_uid = ?)"
        return self._select(condition, (item_uid,))

    def all(self) -> list[SignedRecord]:
        """Every version of every report, in the order they were signed."""
        return self._select("", ())

    def _select(self, condition: str, values: tuple[str | int, ...]) -> list[SignedRecord]:
        sql = f"SELECT * FROM reports {condition} ORDER BY signed_at, report_id, version"  # noqa: S608 - literals
        rows = self._database.read(lambda connection: connection.execute(sql, values).fetchall())
        return [_record(row) for row in rows]


def _check(record: SignedRecord, deliveries: tuple[NewDelivery, ...]) -> None:
    if hashlib.sha256(record.canonical).hexdigest() != record.sha256:
        raise ValueError("a report whose digest is not that of its canonical form")
    if any((delivery.report_id, delivery.version) != (record.report_id, record.version) for delivery in deliveries):
        raise ValueError("a delivery of another report")


def _check_version(connection: Connection, record: SignedRecord) -> None:
    row = connection.execute(
        "SELECT max(version) AS newest FROM reports WHERE report_id = ?", (record.report_id,)
    ).fetchone()
    newest = (row["newest"] if row is not None else None) or 0
    if record.version <= newest:
        raise ReportExists("This report is signed already.", "Write an addendum to change what it says.")
    if record.version != newest + 1:
        raise ValueError("a version of a report without the one before it")


def _insert(connection: Connection, record: SignedRecord) -> None:
    connection.execute(
        "INSERT INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            record.report_id,
            record.version,
            to_json(record.item_uids),
            to_json(record.study_uids),
            record.canonical,
            record.sha256,
            record.signature,
            time_to_text(record.signed_at),
            record.author,
        ),
    )
    connection.executemany(
        "INSERT INTO report_items VALUES (?, ?, ?)",
        [(item_uid, record.report_id, record.version) for item_uid in record.item_uids],
    )


def _record(row: Row) -> SignedRecord:
    return SignedRecord(
        report_id=row["report_id"],
        version=row["version"],
        item_uids=texts_from_json(row["item_uids"]),
        study_uids=texts_from_json(row["study_uids"]),
        canonical=bytes(row["canonical"]),
        sha256=row["sha256"],
        signature=row["signature"],
        signed_at=time_from_text(row["signed_at"]),
        author=row["author"],
    )
