"""Instances: which are expected, which have come, which were put in quarantine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workstation.catalogue.connection import Connection, Row, time_from_text, time_to_text
from workstation.catalogue.database import Database
from workstation.catalogue.object_store import Stored
from workstation.foundation.clock import Clock
from workstation.foundation.errors import BadInput

SCHEMA_1 = (
    """
    CREATE TABLE instances (
        sop_uid          TEXT PRIMARY KEY,
        study_uid        TEXT NOT NULL,
        series_uid       TEXT NOT NULL,
        sop_class        TEXT NOT NULL,
        instance_number  INTEGER,
        series_number    INTEGER,
        modality         TEXT NOT NULL,
        number_of_frames INTEGER NOT NULL,
        state            TEXT NOT NULL DEFAULT 'expected'
                         CHECK (state IN ('expected', 'received', 'quarantined', 'failed')),
        reason           TEXT NOT NULL DEFAULT '',
        size             INTEGER,
        sha256           TEXT NOT NULL DEFAULT '',
        transfer_syntax  TEXT NOT NULL DEFAULT '',
        received_at      TEXT NOT NULL DEFAULT ''
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX instances_by_study ON instances (study_uid, state)",
)

_READING_ORDER = "series_number IS NULL, series_number, series_uid, instance_number IS NULL, instance_number, sop_uid"


@dataclass(frozen=True)
class InstanceRef:
    """One instance as the site lists it."""

    study_uid: str = field(repr=False)
    series_uid: str = field(repr=False)
    sop_uid: str = field(repr=False)
    sop_class: str = ""
    instance_number: int | None = None
    series_number: int | None = None
    modality: str = ""
    number_of_frames: int = 1


@dataclass(frozen=True)
class StoredInstance:
    """One instance that has come; ``size`` in bytes and ``sha256`` are of the file as the site sent it."""

    ref: InstanceRef
    size: int
    sha256: str = field(repr=False)
    transfer_syntax: str
    received_at: datetime


@dataclass(frozen=True)
class Counts:
    """How far a study has come. ``expected`` counts every instance listed, whatever became of it."""

    expected: int = 0
    received: int = 0
    quarantined: int = 0
    failed: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether every listed instance was received."""
        return self.received == self.expected


class Instances:
    """The instances of one data folder. Any thread may call."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def expect(self, study_uid: str, refs: Iterable[InstanceRef]) -> None:
        """Note what the site lists. What has come already stays.

        Raises
        ------
        BadInput
            When an instance is said to be of another study than before; then nothing of the list is noted.
        """
        rows = [_columns(ref) for ref in refs]
        if any(row[1] != study_uid for row in rows):
            raise ValueError("an instance of another study in the list")

        def note(connection: Connection) -> None:
            noted = connection.executemany(
                """
                INSERT INTO instances (sop_uid, study_uid, series_uid, sop_class, instance_number, series_number,
                                       modality, number_of_frames)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (sop_uid) DO UPDATE SET
                    series_uid = excluded.series_uid, sop_class = excluded.sop_class,
                    instance_number = excluded.instance_number, series_number = excluded.series_number,
                    modality = excluded.modality, number_of_frames = excluded.number_of_frames
                WHERE study_uid = excluded.study_uid
                """,
                rows,
            )
            if noted.rowcount != len(rows):
                raise BadInput("The site lists one image under two studies.", "Tell the site.")

        self._database.write(note)

    def mark_received(self, sop_uid: str, stored: Stored, transfer_syntax: str) -> None:
        """Note that an instance lies in the store."""
        moment = time_to_text(self._clock.now())
        self._set(
            "state = 'received', reason = '', size = ?, sha256 = ?, transfer_syntax = ?, received_at = ?",
            (stored.size, stored.sha256, transfer_syntax, moment),
            sop_uid,
        )

    def mark_quarantined(self, sop_uid: str, reason: str) -> None:
        """Note that an instance is broken or not this patient's. It is not wanted again."""
        self._set("state = 'quarantined', reason = ?", (reason,), sop_uid)

    def mark_failed(self, sop_uid: str, reason: str) -> None:
        """Note that an instance could not be fetched. It is still wanted."""
        self._set("state = 'failed', reason = ?", (reason,), sop_uid)

    def wanted(self, study_uid: str) -> list[InstanceRef]:
        """What is still to be fetched, in reading order, those that failed last."""
        rows = self._rows(study_uid, "state IN ('expected', 'failed')", f"state, {_READING_ORDER}")
        return [_ref(row) for row in rows]

    def received(self, study_uid: str) -> list[StoredInstance]:
        """What has come, in reading order."""
        return [_stored(row) for row in self._rows(study_uid, "state = 'received'", _READING_ORDER)]

    def quarantined(self, study_uid: str) -> list[tuple[InstanceRef, str]]:
        """What is in quarantine, and why."""
        return [(_ref(row), row["reason"]) for row in self._rows(study_uid, "state = 'quarantined'", _READING_ORDER)]

    def counts(self, study_uid: str) -> Counts:
        """How far one study has come; all zero when nothing is listed."""
        return self._counts("WHERE study_uid = ?", (study_uid,)).get(study_uid, Counts())

    def all_counts(self) -> dict[str, Counts]:
        """How far each study has come, by Study Instance UID."""
        return self._counts("", ())

    def _set(self, assignments: str, values: tuple[Any, ...], sop_uid: str) -> None:
        def change(connection: Connection) -> None:
            sql = f"UPDATE instances SET {assignments} WHERE sop_uid = ?"  # noqa: S608 - literals of this class
            if connection.execute(sql, (*values, sop_uid)).rowcount != 1:
                raise LookupError("an instance that was never expected")

        self._database.write(change)

    def _rows(self, study_uid: str, condition: str, order: str) -> list[Row]:
        sql = f"SELECT * FROM instances WHERE study_uid = ? AND {condition} ORDER BY {order}"  # noqa: S608 - literals
        return self._database.read(lambda connection: connection.execute(sql, (study_uid,)).fetchall())

    def _counts(self, condition: str, values: tuple[str, ...]) -> dict[str, Counts]:
        sql = f"""
            SELECT study_uid, count(*) AS expected, sum(state = 'received') AS received,
                   sum(state = 'quarantined') AS quarantined, sum(state = 'failed') AS failed
            FROM instances {condition} GROUP BY study_uid
            """  # noqa: S608 - literals of this class
        rows = self._database.read(lambda connection: connection.execute(sql, values).fetchall())
        return {
            row["study_uid"]: Counts(row["expected"], row["received"], row["quarantined"], row["failed"])
            for row in rows
        }


def _columns(ref: InstanceRef) -> tuple[Any, ...]:
    return (
        ref.sop_uid,
        ref.study_uid,
        ref.series_uid,
        ref.sop_class,
        ref.instance_number,
        ref.series_number,
        ref.modality,
        ref.number_of_frames,
    )


def _ref(row: Row) -> InstanceRef:
    return InstanceRef(
        study_uid=row["study_uid"],
        series_uid=row["series_uid"],
        sop_uid=row["sop_uid"],
        sop_class=row["sop_class"],
        instance_number=row["instance_number"],
        series_number=row["series_number"],
        modality=row["modality"],
        number_of_frames=row["number_of_frames"],
    )


def _stored(row: Row) -> StoredInstance:
    return StoredInstance(
        ref=_ref(row),
        size=row["size"],
        sha256=row["sha256"],
        transfer_syntax=row["transfer_syntax"],
        received_at=time_from_text(row["received_at"]),
    )
