"""The encrypted database: SQLCipher, one writer thread, readers beside it, durable when a call returns."""

from __future__ import annotations

import logging
import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlcipher3 import dbapi2

from workstation.catalogue.connection import Connection
from workstation.catalogue.errors import CannotOpenCatalogue, CatalogueClosed, StorageFailed
from workstation.foundation.cancel import CancelToken
from workstation.foundation.worker import Worker

log = logging.getLogger(__name__)

T = TypeVar("T")

_IDLE_S = 3600.0
_LARGEST_BATCH = 128
_DISK_FAULTS = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_CORRUPT")


@dataclass(frozen=True)
class Migration:
    """The step from version - 1 to ``version`` of the database's form."""

    version: int
    statements: tuple[str, ...]


@dataclass(frozen=True)
class _Job:
    work: Callable[[Connection], Any]
    outcome: Future[Any] = field(default_factory=Future)


class Database:
    """One SQLCipher file in WAL mode with ``synchronous=FULL``.

    Writes are done by one thread. Jobs that wait at the same moment are committed together, each inside a savepoint
    of its own: many small writes from several threads cost few disk flushes, and one that raises is undone alone.
    Readers borrow connections of their own and see the last commit.

    Parameters
    ----------
    path
        The file; made when it is not there.
    key
        32 bytes.
    migrations
        Every step from version 1 on, in order.

    Raises
    ------
    CannotOpenCatalogue
        When the file does not open with this key, is damaged, or was written by a newer version.
    """

    def __init__(self, path: Path, key: bytes, migrations: Sequence[Migration]) -> None:
        self._path = path
        self._key = key
        self._writer = _opened(path, key)
        try:
            _migrate(self._writer, migrations)
        except BaseException:
            self._writer.close()
            raise
        self._idle_readers: list[Any] = []
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._is_closed = False
        self._writer_thread: int | None = None
        self._worker = Worker("catalogue-writer", self._turn, on_failure=_note_failure)
        self._worker.start()

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in the writer thread as one transaction; return, or raise, what it does.

        What it wrote is on disk when this returns. ``work`` sees every earlier write; it must not call back into the
        database, and leaves transactions alone.

        Raises
        ------
        StorageFailed
            When the disk is full or failing; then nothing was written.
        CatalogueClosed
            After `close`.
        """
        if threading.get_ident() == self._writer_thread:
            raise RuntimeError("a write was asked for inside a write")
        job = _Job(work)
        with self._lock:
            if self._is_closed:
                raise CatalogueClosed
            self._jobs.put(job)
        self._worker.wake()
        return cast(T, job.outcome.result())

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in this thread on one consistent view of the last commit. It cannot write."""
        with self._borrowed_reader() as reader, _disk_faults_named():
            reader.execute("BEGIN")
            try:
                return work(reader)
            finally:
                _roll_back(reader)

    def close(self) -> None:
        """Finish what was handed in, then close. Calling it twice is harmless."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        if not self._worker.stop(timeout_s=30.0):
            raise RuntimeError("the catalogue's writer did not end")
        self._writer_thread = None
        while not self._jobs.empty():
            self._commit_together(self._waiting_jobs())
        with self._lock:
            readers, self._idle_readers = self._idle_readers, []
        for reader in readers:
            reader.close()
        self._writer.close()

    def _turn(self, cancel: CancelToken) -> float:  # noqa: ARG002 - a batch is short; what is queued is finished
        self._writer_thread = threading.get_ident()
        batch = self._waiting_jobs()
        if not batch:
            return _IDLE_S
        self._commit_together(batch)
        return 0.0

    def _waiting_jobs(self) -> list[_Job]:
        batch: list[_Job] = []
        while len(batch) < _LARGEST_BATCH:
            try:
                batch.append(self._jobs.get_nowait())
            except queue.Empty:
                break
        return batch

    def _commit_together(self, batch: list[_Job]) -> None:
        """One transaction for the batch. When it fails as a whole, every job of it is told."""
        done: list[tuple[_Job, Any]] = []
        try:
            with _disk_faults_named():
                self._writer.execute("BEGIN IMMEDIATE")
                for job in batch:
                    self._run_inside(job, done)
                self._writer.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - handed to the callers, in whose threads it is raised
            self._give_up(batch, error)
            return
        for job, result in done:
            job.outcome.set_result(result)

    def _run_inside(self, job: _Job, done: list[tuple[_Job, Any]]) -> None:
        self._writer.execute("SAVEPOINT job")
        try:
            with _disk_faults_named():
                result = job.work(self._writer)
        except Exception as error:
            if not self._writer.in_transaction:  # SQLite has undone the whole transaction by itself
                raise
            self._writer.execute("ROLLBACK TO job")
            self._writer.execute("RELEASE job")
            job.outcome.set_exception(error)
            return
        self._writer.execute("RELEASE job")
        done.append((job, result))

    def _give_up(self, batch: list[_Job], error: Exception) -> None:
        try:
            _roll_back(self._writer)
        finally:
            for job in batch:
                if not job.outcome.done():
                    job.outcome.set_exception(error)

    @contextmanager
    def _borrowed_reader(self) -> Iterator[Any]:
        with self._lock:
            if self._is_closed:
                raise CatalogueClosed
            reader = self._idle_readers.pop() if self._idle_readers else None
        if reader is None:
            reader = _opened(self._path, self._key)
            reader.execute("PRAGMA query_only = ON")
        try:
            yield reader
        finally:
            with self._lock:
                keep = not self._is_closed
                if keep:
                    self._idle_readers.append(reader)
            if not keep:
                reader.close()


def _opened(path: Path, key: bytes) -> Any:
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # private before the first byte
    connection = dbapi2.connect(str(path), isolation_level=None, check_same_thread=False, timeout=30.0)
    connection.row_factory = dbapi2.Row
    try:
        with _disk_faults_named():
            _set_up(connection, key)
    except dbapi2.DatabaseError as error:
        connection.close()
        raise CannotOpenCatalogue(
            "The catalogue does not open with the key of this data folder, or is damaged.",
            "Put back the vault.json that belongs to it, or start with a fresh data folder.",
        ) from error
    except BaseException:
        connection.close()
        raise
    return connection


def _set_up(connection: Any, key: bytes) -> None:
    connection.execute("PRAGMA cipher_log_level = NONE")
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the first look shows whether the key fits
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")


def _migrate(connection: Any, migrations: Sequence[Migration]) -> None:
    """Bring the file to the newest form; each step is one transaction with its version number."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    newest = migrations[-1].version if migrations else 0
    if version > newest:
        raise CannotOpenCatalogue(
            "The catalogue was written by a newer version of the program.", "Use that version, or a newer one."
        )
    for migration in migrations:
        if migration.version > version:
            _apply(connection, migration)


def _apply(connection: Any, migration: Migration) -> None:
    with _disk_faults_named():
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in migration.statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {migration.version:d}")
            connection.execute("COMMIT")
        except BaseException:
            _roll_back(connection)
            raise


def _roll_back(connection: Any) -> None:
    if connection.in_transaction:  # some faults make SQLite do it by itself
        connection.execute("ROLLBACK")


@contextmanager
def _disk_faults_named() -> Iterator[None]:
    """Faults of the disk become words for people; any other fault of the database is a bug of ours."""
    try:
        yield
    except dbapi2.Error as error:
        if str(getattr(error, "sqlite_errorname", "")).startswith(_DISK_FAULTS):
            raise StorageFailed from error
        raise


def _note_failure(error: Exception) -> None:
    log.error("the catalogue's writer failed (%s)", type(error).__name__)
