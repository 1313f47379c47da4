"""What a check has measured so far: every reading is on disk before it counts, and outlives the program."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sqlite3
import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from calibration.records.codec import time_text
from calibration.records.database import RecordDatabase
from calibration.records.errors import AnotherCheckRuns, RecordsNotWritten
from workstation.foundation.clock import Clock
from workstation.foundation.instance_lock import DataFolderInUse, DataFolderLock

_TRIES = 3
_PAUSE_S = 0.05
_COLUMNS = "id, display_key, operator, host, pid, started, heartbeat, header"


@dataclass(frozen=True)
class OpenRun:
    """A check that has begun and not ended.

    Attributes
    ----------
    pid, host
        The process that measures, or last measured.
    heartbeat
        When something was last heard of it.
    header
        What `RunJournal.begin` was given.
    entries
        How many readings and answers it has.
    is_alive
        A process is at work on this display now.
    """

    run_id: str
    display_key: str
    operator: str
    host: str
    pid: int
    started: datetime
    heartbeat: datetime
    header: Mapping[str, Any]
    entries: int
    is_alive: bool

    @property
    def sentence(self) -> str:
        """For people."""
        who = self.operator or "somebody who gave no name"
        return f"begun {self.started.astimezone():%H:%M} by {who} on {self.host}, process {self.pid}"


class RunJournal:
    """The open checks of one computer. At most one process works on a display at a time.

    A file lock a display tells who is at work; the system lets go of it when the process dies, however it dies.
    """

    def __init__(self, database: RecordDatabase, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._locks: dict[str, tuple[str, DataFolderLock]] = {}
        """By run: the display, and its lock."""
        self._release = weakref.finalize(self, _release_all, self._locks)

    def begin(self, run_id: str, display_key: str, operator: str, header: Mapping[str, Any]) -> None:
        """Begin a check.

        Parameters
        ----------
        header
            What is needed to go on with it later; JSON values.

        Raises
        ------
        AnotherCheckRuns
            When a process is at work on this display.
        RecordsNotWritten
            When it cannot be written down.
        """
        self._take_display(run_id, display_key)
        now = time_text(self._clock.now())
        values = (run_id, display_key, operator, platform.node(), os.getpid(), now, now, json.dumps(header))
        try:
            with self._database.writing() as connection:
                connection.execute(f"INSERT INTO run ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)  # noqa: S608
        except BaseException:
            self.let_go(run_id)
            raise

    def add(self, run_id: str, entry: Any) -> int:
        """Keep a reading or an answer (JSON values); it is on disk when this returns. Gives its number, from 1."""
        now = time_text(self._clock.now())
        with self._database.writing() as connection:
            _must_be_open(connection, run_id)
            last = connection.execute("SELECT coalesce(max(number), 0) FROM run_entry WHERE run = ?", (run_id,))
            number = int(last.fetchone()[0]) + 1
            connection.execute("INSERT INTO run_entry VALUES (?, ?, ?, ?)", (run_id, number, now, json.dumps(entry)))
            connection.execute("UPDATE run SET heartbeat = ? WHERE id = ?", (now, run_id))
        return number

    def beat(self, run_id: str) -> None:
        """Say that the check goes on although nothing is measured."""
        with self._database.writing() as connection:
            connection.execute("UPDATE run SET heartbeat = ? WHERE id = ?", (time_text(self._clock.now()), run_id))

    def entries(self, run_id: str) -> Sequence[Any]:
        """What was kept of a check, oldest first; also of one that has ended."""
        with self._database.reading() as connection:
            found = connection.execute("SELECT content FROM run_entry WHERE run = ? ORDER BY number", (run_id,))
            return [json.loads(content) for (content,) in found]

    def open_runs(self, display_key: str | None = None) -> Sequence[OpenRun]:
        """Checks that have begun and not ended, oldest first; of one display or of all."""
        query = f"""SELECT {_COLUMNS}, (SELECT count(*) FROM run_entry WHERE run = run.id) FROM run
            WHERE closed IS NULL AND (? IS NULL OR display_key = ?) ORDER BY started"""  # noqa: S608 - a constant
        with self._database.reading() as connection:
            found = connection.execute(query, (display_key, display_key)).fetchall()
        return [self._as_run(values) for values in found]

    def take_over(self, run_id: str) -> OpenRun:
        """Go on with a check whose process has died, or with one of this process.

        Raises
        ------
        AnotherCheckRuns
            When another process is at work on the display.
        KeyError
            When no such check is open.
        """
        run = {each.run_id: each for each in self.open_runs()}[run_id]
        if run_id not in self._locks:
            self._take_display(run_id, run.display_key)
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE run SET host = ?, pid = ?, heartbeat = ? WHERE id = ?",
                (platform.node(), os.getpid(), time_text(self._clock.now()), run_id),
            )
        return {each.run_id: each for each in self.open_runs()}[run_id]

    def close(self, run_id: str) -> None:
        """End a check; what was kept of it stays. Ending it twice is harmless."""
        with self._database.writing() as connection:
            close_run(connection, run_id, self._clock.now())
        self.let_go(run_id)

    def let_go(self, run_id: str | None = None) -> None:
        """Leave a check (all of this process without an id) open for whoever takes it over."""
        for each in [run_id] if run_id is not None else list(self._locks):
            if each in self._locks:
                self._locks.pop(each)[1].release()

    def _as_run(self, values: Sequence[Any]) -> OpenRun:
        run_id, key, operator, host, pid, started, heartbeat, header, entries = values
        return OpenRun(
            run_id,
            key,
            operator,
            host,
            pid,
            datetime.fromisoformat(started),
            datetime.fromisoformat(heartbeat),
            json.loads(header),
            entries,
            self._is_alive(run_id, key, host, pid),
        )

    def _is_alive(self, run_id: str, display_key: str, host: str, pid: int) -> bool:
        """The lock is the display's: it tells of the run that its holder wrote itself down for."""
        if any(key == display_key for key, _ in self._locks.values()):
            return run_id in self._locks
        lock = self._lock_of(display_key)
        try:
            lock.take()
        except DataFolderInUse as held:
            return host != platform.node() or f"process {pid})" in str(held)
        lock.release()
        return False

    def _take_display(self, run_id: str, display_key: str) -> None:
        lock = self._lock_of(display_key)
        for attempt in range(_TRIES):
            try:
                lock.take()
            except DataFolderInUse as held:
                if attempt == _TRIES - 1:
                    raise self._refusal(display_key) from held
                time.sleep(_PAUSE_S)  # whoever only asks who is at work holds it for a moment, too
            else:
                self._locks[run_id] = (display_key, lock)
                return

    def _refusal(self, display_key: str) -> AnotherCheckRuns:
        alive = [run.sentence for run in self.open_runs(display_key) if run.is_alive]
        about = alive[-1] if alive else "begun a moment ago"
        return AnotherCheckRuns(
            f"Another check of this monitor is under way: {about}.", "Finish it or break it off there, then try again."
        )

    def _lock_of(self, display_key: str) -> DataFolderLock:
        """A lock that every user who may write to the records may take."""
        folder = self._database.path.parent / "running"
        name = f"display-{hashlib.sha256(display_key.encode()).hexdigest()[:16]}"
        try:
            _make_shared(folder, folder.parent.stat().st_mode & 0o777, is_folder=True)
            _make_shared(folder / f"{name}.lock", folder.parent.stat().st_mode & 0o666, is_folder=False)
        except OSError as error:
            raise RecordsNotWritten(
                f"The folder {folder} cannot be written ({error.strerror}).",
                "Ask whoever looks after this computer for the right to write there.",
            ) from error
        return DataFolderLock(folder, name)


def close_run(connection: sqlite3.Connection, run_id: str, at: datetime) -> None:
    """End a check inside a transaction."""
    connection.execute("UPDATE run SET closed = ? WHERE id = ? AND closed IS NULL", (time_text(at), run_id))


def _must_be_open(connection: sqlite3.Connection, run_id: str) -> None:
    if connection.execute("SELECT 1 FROM run WHERE id = ? AND closed IS NULL", (run_id,)).fetchone() is None:
        raise KeyError(run_id)


def _make_shared(path: Path, mode: int, *, is_folder: bool) -> None:
    if path.exists():
        return
    if is_folder:
        path.mkdir(exist_ok=True)
    else:
        path.touch()
    path.chmod(mode)


def _release_all(locks: dict[str, tuple[str, DataFolderLock]]) -> None:
    for _, lock in locks.values():
        lock.release()
