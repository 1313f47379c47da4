"""What is remembered of exported files between two looks: which were verified, and the summary of each display.

It is a cache: a file of another version, or one that does not open, is made anew.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from calibration.records.database import faults_named
from workstation.foundation.files import make_private_folder

VERSION = 1
_TABLES = (
    """CREATE TABLE file (path TEXT PRIMARY KEY, size INTEGER, mtime_ns INTEGER, workstation TEXT,
        exported_at TEXT, head TEXT, count INTEGER, problem TEXT) STRICT""",
    "CREATE TABLE holding (path TEXT, display TEXT, PRIMARY KEY (path, display)) STRICT, WITHOUT ROWID",
    "CREATE INDEX holding_of_display ON holding (display)",
    "CREATE TABLE display (display TEXT PRIMARY KEY, summary TEXT) STRICT",
    "CREATE TABLE pending (display TEXT PRIMARY KEY) STRICT",
    f"PRAGMA user_version = {VERSION}",
)
_FILE = "path, size, mtime_ns, workstation, exported_at, head, count, problem"


@dataclass(frozen=True)
class SeenFile:
    """An exported file as it was when it was looked at. ``problem``: why it is not used; empty when it is."""

    path: str
    size: int
    mtime_ns: int
    workstation: str
    exported_at: str
    head: str
    count: int
    problem: str

    @property
    def exported(self) -> datetime | None:
        """When it was written; None where its first line could not be read."""
        return datetime.fromisoformat(self.exported_at) if self.exported_at else None


class IndexFile:
    """The SQLite file of the index. One program at a time writes; others wait."""

    def __init__(self, path: Path) -> None:
        self._path = path
        make_private_folder(path.parent)
        self._connection = _opened(path)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """One transaction: all of it or nothing."""
        with faults_named(self._path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def files(self) -> Mapping[str, SeenFile]:
        """By path."""
        rows = self._connection.execute(f"SELECT {_FILE} FROM file")  # noqa: S608 - a constant
        return {str(values[0]): SeenFile(*values) for values in rows}

    def put_file(self, file: SeenFile) -> None:
        """Remember a file as it is now."""
        values = (
            file.path,
            file.size,
            file.mtime_ns,
            file.workstation,
            file.exported_at,
            file.head,
            file.count,
            file.problem,
        )
        self._connection.execute(f"INSERT OR REPLACE INTO file ({_FILE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608

    def drop_file(self, path: str) -> None:
        """Forget a file; its displays are to be summed up anew."""
        self.put_pending(self.displays_in(path))
        self._connection.execute("DELETE FROM holding WHERE path = ?", (path,))
        self._connection.execute("DELETE FROM file WHERE path = ?", (path,))

    def displays_in(self, path: str) -> frozenset[str]:
        """Displays that a file holds records of."""
        return frozenset(
            str(display)
            for (display,) in self._connection.execute("SELECT display FROM holding WHERE path = ?", (path,))
        )

    def files_with(self, display: str) -> Sequence[str]:
        """Files with records of a display."""
        rows = self._connection.execute("SELECT path FROM holding WHERE display = ? ORDER BY path", (display,))
        return [str(path) for (path,) in rows]

    def put_holdings(self, path: str, displays: Iterable[str]) -> None:
        """Say which displays a file holds records of, in place of what was said before."""
        self._connection.execute("DELETE FROM holding WHERE path = ?", (path,))
        self._connection.executemany(
            "INSERT INTO holding VALUES (?, ?)", [(path, display) for display in sorted(set(displays))]
        )

    def put_pending(self, displays: Iterable[str]) -> None:
        """These displays are to be summed up anew."""
        self._connection.executemany("INSERT OR IGNORE INTO pending VALUES (?)", [(each,) for each in displays])

    def pending(self) -> Sequence[str]:
        """Displays that are to be summed up anew."""
        return [str(display) for (display,) in self._connection.execute("SELECT display FROM pending ORDER BY 1")]

    def put_summary(self, display: str, summary: str) -> None:
        """The summary of a display; an empty one forgets it."""
        self._connection.execute("DELETE FROM pending WHERE display = ?", (display,))
        if summary:
            self._connection.execute("INSERT OR REPLACE INTO display VALUES (?, ?)", (display, summary))
        else:
            self._connection.execute("DELETE FROM display WHERE display = ?", (display,))

    def summaries(self) -> Sequence[str]:
        """Of all displays."""
        return [str(text) for (text,) in self._connection.execute("SELECT summary FROM display ORDER BY display")]


def _opened(path: Path) -> sqlite3.Connection:
    try:
        return _connected(path)
    except sqlite3.DatabaseError:
        path.unlink(missing_ok=True)
    with faults_named(path):
        return _connected(path)


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=30.0, isolation_level=None, check_same_thread=False)
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError("an index of another version")
        connection.execute("PRAGMA synchronous=OFF")  # a cache: what a power cut breaks is made anew
        if version == 0:
            for statement in _TABLES:
                connection.execute(statement)
    except BaseException:
        connection.close()
        raise
    return connection
