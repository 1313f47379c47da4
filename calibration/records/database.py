"""The SQLite file of records: WAL, ``synchronous=FULL``, short transactions, used by several processes at once."""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from calibration.records.errors import RecordsDamaged, RecordsNotWritten
from workstation.foundation.files import make_private_folder, sync_folder

FILE_NAME = "calibration.db"
BUSY_S = 15.0

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE record (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            display_key TEXT NOT NULL,
            kind TEXT NOT NULL,
            received TEXT NOT NULL,
            imported_from TEXT NOT NULL,
            origin_head TEXT NOT NULL,
            content TEXT NOT NULL,
            hash TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX record_of_display ON record (display_key, kind)",
        """CREATE TRIGGER record_never_changed BEFORE UPDATE ON record
            BEGIN SELECT RAISE(ABORT, 'a record is never changed'); END""",
        """CREATE TRIGGER record_never_removed BEFORE DELETE ON record
            BEGIN SELECT RAISE(ABORT, 'a record is never removed'); END""",
        """CREATE TABLE run (
            id TEXT PRIMARY KEY,
            display_key TEXT NOT NULL,
            operator TEXT NOT NULL,
            host TEXT NOT NULL,
            pid INTEGER NOT NULL,
            started TEXT NOT NULL,
            heartbeat TEXT NOT NULL,
            header TEXT NOT NULL,
            closed TEXT
        ) STRICT""",
        """CREATE TABLE run_entry (
            run TEXT NOT NULL REFERENCES run (id),
            number INTEGER NOT NULL,
            at TEXT NOT NULL,
            content TEXT NOT NULL,
            PRIMARY KEY (run, number)
        ) STRICT""",
        """CREATE TRIGGER run_entry_never_changed BEFORE UPDATE ON run_entry
            BEGIN SELECT RAISE(ABORT, 'a reading is never changed'); END""",
    ),
)
"""Step n leads from version n to n + 1 of the file (``PRAGMA user_version``)."""

_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_REFUSED = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")


class RecordDatabase:
    """One connection for short work, shared by the threads of this process; others of their own for long reads.

    Parameters
    ----------
    folder
        Where the file lies; made, for its owner alone, when it is not there. A file that several users share takes
        the permissions of a folder that an administrator has made.

    Raises
    ------
    RecordsDamaged
        When the file is no database, or was written by a newer program. It is left as it is.
    RecordsNotWritten
        When the folder cannot be made or read.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._lock = threading.RLock()
        with _folder_faults_named(self.path):
            if not self.path.exists():
                make_private_folder(folder)
                _make_file(self.path)
        self._can_write = os.access(self.path, os.W_OK) and os.access(folder, os.W_OK | os.X_OK)
        self._connection = self._opened()
        self._close = weakref.finalize(self, self._connection.close)

    def close(self) -> None:
        """Let go of the file. Calling it twice is harmless."""
        with self._lock:
            self._close()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The shared connection, for a short look."""
        with self._lock, faults_named(self.path):
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The shared connection in a transaction of its own: on disk when the block ends, undone when it raises.

        Raises
        ------
        RecordsNotWritten
            When the file may not be written, the disk is full or failing, or others keep it busy.
        """
        if not self._can_write:
            raise _not_permitted(self.path)
        with self._lock, faults_named(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def long_look(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own on one consistent view, for reading much while others write."""
        with faults_named(self.path), closing(self._opened()) as connection:
            connection.execute("BEGIN")
            yield connection

    def check_pages(self) -> None:
        """Look at the file itself.

        Raises
        ------
        RecordsDamaged
            When its pages do not fit together.
        """
        with self.long_look() as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
        if found != "ok":
            raise _damaged(self.path, found)

    def _opened(self) -> sqlite3.Connection:
        with faults_named(self.path):
            if self.path.stat().st_size == 0:
                raise _damaged(self.path, "it is empty")
            connection = self._connected()
            try:
                self._migrate(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    def _connected(self) -> sqlite3.Connection:
        """Read-only where the file may not be written, and then without the files beside it that nobody could make."""
        how = "mode=rw" if self._can_write else "mode=ro" if self._has_wal() else "mode=ro&immutable=1"
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?{how}",
            uri=True,
            timeout=BUSY_S,
            isolation_level=None,
            check_same_thread=False,
        )
        if self._can_write:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA foreign_keys=ON")
        return connection

    def _has_wal(self) -> bool:
        return self.path.with_name(f"{FILE_NAME}-wal").exists()

    def _migrate(self, connection: sqlite3.Connection) -> None:
        version = _version(connection)
        if version > len(MIGRATIONS):
            raise RecordsDamaged(
                f"The records in {self.path} were written by a newer version of this program.",
                "Install that version here too.",
            )
        if version < len(MIGRATIONS) and self._can_write:
            _bring_up(connection)


def _make_file(path: Path) -> None:
    """Make the file complete beside its place and link it there: no other process ever sees half of it."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    os.close(descriptor)
    neighbour = Path(name)
    try:
        with closing(sqlite3.connect(neighbour, isolation_level=None)) as connection:
            _bring_up(connection)
            connection.execute("PRAGMA journal_mode=WAL")
        if os.name != "nt":
            neighbour.chmod(path.parent.stat().st_mode & 0o666)
        _put_if_absent(neighbour, path)
    finally:
        neighbour.unlink(missing_ok=True)
    sync_folder(path.parent)


def _put_if_absent(neighbour: Path, path: Path) -> None:
    try:
        os.link(neighbour, path)
    except FileExistsError:
        return  # another process was quicker
    except OSError:  # a file system without links
        if not path.exists():
            neighbour.rename(path)


def _bring_up(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in MIGRATIONS[_version(connection) :]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


@contextmanager
def faults_named(path: Path) -> Iterator[None]:
    """What SQLite says, in words for people; a mistake of ours stays what it is."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = str(getattr(error, "sqlite_errorname", ""))
        if code.startswith(_DAMAGED):
            raise _damaged(path, str(error)) from error
        named = _unwritten(path, code)
        if named is None:
            raise
        raise named from error


def _unwritten(path: Path, code: str) -> RecordsNotWritten | None:
    if code.startswith("SQLITE_FULL"):
        return RecordsNotWritten(f"The disk with {path} is full: nothing was recorded.", "Make room and try again.")
    if code.startswith(_REFUSED):
        return _not_permitted(path)
    if code.startswith("SQLITE_IOERR"):
        return RecordsNotWritten(
            f"The disk with {path} fails: nothing was recorded.", "Check the disk, then try again."
        )
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return RecordsNotWritten(f"Another program keeps {path} busy: nothing was recorded.", "Try again in a minute.")
    return None


def _not_permitted(path: Path) -> RecordsNotWritten:
    return RecordsNotWritten(
        f"You may not write to the records of displays in {path.parent}.",
        "Ask whoever looks after this computer for the right to write there.",
    )


def _damaged(path: Path, why: str) -> RecordsDamaged:
    return RecordsDamaged(
        f"The records of displays in {path} cannot be read ({why}). The file is left as it is; "
        "until this is mended no monitor here counts as checked.",
        "Put it aside with “calibration verify --keep-aside”, then import the last export of this computer.",
    )


@contextmanager
def _folder_faults_named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RecordsNotWritten(
            f"The folder of the records of displays cannot be made or written: {path.parent} ({error.strerror}).",
            "Ask whoever looks after this computer for room and the right to write there.",
        ) from error
    except sqlite3.OperationalError as error:
        named = _unwritten(path, str(getattr(error, "sqlite_errorname", "")))
        raise named or error from error


def keep_aside(folder: Path, at: datetime) -> Path | None:
    """Rename a file that cannot be read, so that a new one can be begun; gives its new name. Nothing is removed.

    A file that can be read stays where it is: None.

    Raises
    ------
    RecordsNotWritten
        When it may not be renamed.
    """
    path = folder / FILE_NAME
    if not path.exists():
        return None
    try:
        database = RecordDatabase(folder)
        try:
            database.check_pages()
        finally:
            database.close()
    except RecordsDamaged:
        return _renamed(path, f"{FILE_NAME}.damaged-{at:%Y%m%dT%H%M%S}")
    return None


def _renamed(path: Path, name: str) -> Path:
    with _folder_faults_named(path):
        for tail in ("-wal", "-shm"):
            beside = path.with_name(path.name + tail)
            if beside.exists():
                beside.rename(path.with_name(name + tail))
        return path.rename(path.with_name(name))
