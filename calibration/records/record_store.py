"""What a record book stands on: rows of the file, how far its chain has been looked at, and adding to both at once."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from calibration.records import codec
from calibration.records.chain import COLUMNS, BrokenRecord, ChainWalk, Row, changed
from calibration.records.database import RecordDatabase
from calibration.records.record import Record, StoredRecord
from workstation.foundation.clock import Clock
from workstation.foundation.errors import BadInput

_SELECT = f"SELECT {COLUMNS} FROM record"  # noqa: S608 - a constant


@dataclass(frozen=True)
class Snapshot:
    """All rows at one moment. ``last_number`` is the greatest number that a record has ever had here."""

    total: int
    last_number: int
    rows: Iterator[Row]


class RecordStore:
    """The rows of one file, and the walk along their chain that every look takes further.

    Safe to use from several threads; other processes may add meanwhile.
    """

    def __init__(self, database: RecordDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.RLock()
        self._walk = ChainWalk()
        self._seen: int | None = None
        self._known: dict[int, StoredRecord] = {}

    def look(self) -> ChainWalk:
        """Walk on to the newest record; next to nothing when no other process has written since."""
        with self._lock, self._database.reading() as connection:
            seen = int(connection.execute("PRAGMA data_version").fetchone()[0])
            if seen != self._seen:
                self._catch_up(connection)
                if self._seen is None:
                    self._walk.ends_at(_last_number(connection))
                self._seen = seen
            return self._walk.copy()

    @contextmanager
    def adding(self) -> Iterator[sqlite3.Connection]:
        """A transaction in which `add` may be called; when it fails, the walk stands where it stood."""
        with self._lock:
            before = self._walk.copy()
            try:
                with self._database.writing() as connection:
                    self._catch_up(connection)
                    yield connection
            except BaseException:
                self._walk = before
                raise

    def add(
        self, connection: sqlite3.Connection, record: Record, content: str, origin: str = "", origin_head: str = ""
    ) -> tuple[StoredRecord, bool]:
        """Add a record behind the newest one, unless it is here already; says whether it was new.

        Raises
        ------
        ValueError
            When another record has the same id.
        """
        present = connection.execute(f"{_SELECT} WHERE id = ?", (record.head.id,)).fetchone()
        if present is not None:
            if Row(*present).content != content:
                raise ValueError(f"another record has the id {record.head.id}")
            return self._stored(Row(*present), record), False
        row = self._next_row(record, content, origin, origin_head)
        connection.execute(f"INSERT INTO record ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row.values)  # noqa: S608
        self._walk.step(row)
        return self._stored(row, record), True

    def find(self, condition: str, values: Sequence[object]) -> Sequence[StoredRecord]:
        """Records for which an SQL condition of ours holds, oldest first; those that cannot be read are left out."""
        self.look()
        with self._lock, self._database.reading() as connection:
            query = f"SELECT sequence FROM record WHERE {condition} ORDER BY sequence"  # noqa: S608 - conditions are ours
            numbers = [int(number) for (number,) in connection.execute(query, values)]
            for number in numbers:
                if number not in self._known:
                    self._load(connection, number)
            return [self._known[number] for number in numbers if number in self._known]

    def displays(self) -> Sequence[str]:
        """Keys of the displays, in the order of their first record."""
        self.look()
        with self._lock, self._database.reading() as connection:
            found = connection.execute("SELECT display_key FROM record GROUP BY display_key ORDER BY min(sequence)")
            return [str(key) for (key,) in found]

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Every row as the file holds them now, read beside what others do."""
        with self._database.long_look() as connection:
            total = int(connection.execute("SELECT count(*) FROM record").fetchone()[0])
            rows = (Row(*values) for values in connection.execute(f"{_SELECT} ORDER BY sequence"))
            yield Snapshot(total, _last_number(connection), rows)

    def found_broken(self, walk: ChainWalk) -> None:
        """Take over what a walk from the first record found; rows added meanwhile stay as they were seen."""
        with self._lock:
            later = [each for each in self._walk.broken if each.sequence > walk.sequence]
            self._walk.broken = [*walk.broken, *later]
            for each in walk.broken:
                self._known.pop(each.sequence, None)

    def _catch_up(self, connection: sqlite3.Connection) -> None:
        for values in connection.execute(f"{_SELECT} WHERE sequence > ? ORDER BY sequence", (self._walk.sequence,)):
            self._walk.step(Row(*values))

    def _next_row(self, record: Record, content: str, origin: str, origin_head: str) -> Row:
        head, walk, received = record.head, self._walk, codec.time_text(self._clock.now())
        row = Row(walk.sequence + 1, head.id, head.display_key, record.kind, received, origin, origin_head, content, "")
        return replace(row, hash=row.hash_after(walk.head))

    def _load(self, connection: sqlite3.Connection, number: int) -> None:
        row = Row(*connection.execute(f"{_SELECT} WHERE sequence = ?", (number,)).fetchone())
        try:
            self._known[number] = self._stored(row, codec.decode(row.content))
        except BadInput:
            self._walk.broken.extend(unreadable(row, self._walk.broken))

    def _stored(self, row: Row, record: Record) -> StoredRecord:
        return StoredRecord(
            record,
            row.sequence,
            row.hash,
            datetime.fromisoformat(row.received),
            row.imported_from,
            row.origin_head,
            is_sound=all(each.sequence != row.sequence for each in self._walk.broken),
            clock_went_back=row.sequence in self._walk.set_back,
        )


def unreadable(row: Row, broken: Sequence[BrokenRecord]) -> Sequence[BrokenRecord]:
    """What is to be said of a row whose content is no record; nothing when the row is known to be broken."""
    if any(each.sequence == row.sequence for each in broken):
        return ()
    return changed(row, "cannot be understood by this version of the program")


def _last_number(connection: sqlite3.Connection) -> int:
    found = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'record'").fetchone()
    return int(found[0]) if found else 0
