"""The records of the displays of one computer: added to, never changed, each bound to the one before."""

from __future__ import annotations

import platform
import secrets
from collections.abc import Callable, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

from calibration.records import codec
from calibration.records.chain import CLOCK_TOLERANCE, ChainWalk, Row, Soundness, Verification
from calibration.records.database import RecordDatabase
from calibration.records.export_file import ExportHeader, FileImport, ImportReport, files_in, read_export, write_export
from calibration.records.record import Head, Record, StoredRecord
from calibration.records.record_store import RecordStore, unreadable
from calibration.records.run_journal import RunJournal, close_run
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import Clock
from workstation.foundation.errors import BadInput
from workstation.foundation.hash_chain import GENESIS

Progress = Callable[[int, int], None]
"""Told how much is done, of how much."""

_BATCH = 500
_TELL_EVERY = 100


class RecordBook:
    """The records kept in one folder. Several programs and threads may have it open at once.

    Opening looks at the whole chain once, some 20 µs a record; later looks go on from there. So a record that was
    changed by hand shows at the next opening, or at `verify`; a program that is running keeps to what it has seen.

    Everything that writes raises `RecordsNotWritten` when the disk is full or the right to write is missing.
    """

    def __init__(self, database: RecordDatabase, clock: Clock, workstation: str) -> None:
        self._database = database
        self._store = RecordStore(database, clock)
        self._clock = clock
        self.workstation = workstation
        self.journal = RunJournal(database, clock)

    @classmethod
    def open(cls, folder: Path, clock: Clock, workstation: str = "") -> RecordBook:
        """Open the records in ``folder``, or begin them.

        Parameters
        ----------
        workstation
            Name of this computer in exports; by default what it calls itself.

        Raises
        ------
        RecordsDamaged
            When the file is no database any more, or newer than this program. It is left as it is.
        RecordsNotWritten
            When the folder cannot be made or read.
        """
        book = cls(RecordDatabase(folder), clock, workstation or platform.node() or "unnamed")
        try:
            book._store.look()
        except BaseException:
            book.close()
            raise
        return book

    def __enter__(self) -> RecordBook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file. Calling it twice is harmless."""
        self.journal.let_go()
        self._database.close()

    @property
    def path(self) -> Path:
        """The file."""
        return self._database.path

    @property
    def head(self) -> str:
        """Hash of the newest record: whoever keeps it can ask later whether anything up to it was changed."""
        return self._store.look().head

    @property
    def version(self) -> str:
        """Another text whenever there are other records than before, also when another program wrote them."""
        walk = self._store.look()
        return f"{walk.sequence}-{walk.head[:16]}-{len(walk.broken)}"

    @property
    def soundness(self) -> Soundness:
        """What the last look found, and whether the clock stands earlier than the newest record. Cheap."""
        walk = self._store.look()
        latest = walk.latest_received
        behind = latest is not None and self._clock.now() < latest - CLOCK_TOLERANCE
        return Soundness(tuple(walk.broken), behind)

    def append(self, record: Record, closes_run: str = "") -> StoredRecord:
        """Add a record; it is on disk when this returns. The same record once more changes nothing.

        Parameters
        ----------
        closes_run
            Run of the journal that ends with this record: closed in the same transaction.

        Raises
        ------
        ValueError
            When another record has the same id.
        BadInput
            When it could not be read back: a value of a wrong type.
        """
        return self.append_all((record,), closes_run)[0]

    def append_all(self, records: Sequence[Record], closes_run: str = "") -> Sequence[StoredRecord]:
        """Add several records that belong together: all of them or, when this raises (as `append` does), none."""
        contents = [codec.encode(record) for record in records]
        for content in contents:
            codec.decode(content)
        with self._store.adding() as connection:
            pairs = zip(records, contents, strict=True)
            stored = [self._store.add(connection, record, content)[0] for record, content in pairs]
            if closes_run:
                close_run(connection, closes_run, self._clock.now())
        self.journal.let_go(closes_run)
        return stored

    def records(self, display_key: str | None = None, kind: str | None = None) -> Sequence[StoredRecord]:
        """Records, oldest first: all, those of one display, or those of one kind (``check``, ``display`` ...).

        One that was changed by hand is marked; one that cannot even be read is left out, and `soundness` names it.
        """
        condition = "(? IS NULL OR display_key = ?) AND (? IS NULL OR kind = ?)"
        return self._store.find(condition, (display_key, display_key, kind, kind))

    def record(self, record_id: str) -> StoredRecord:
        """One record by its id, or by the beginning of its id where that is clear.

        Raises
        ------
        BadInput
            When there is none, or more than one.
        """
        found = self._store.find("substr(id, 1, ?) = ?", (len(record_id), record_id)) if record_id else ()
        if len(found) != 1:
            how_many = "several records begin" if found else "no record begins"
            raise BadInput(f"With {record_id!r} {how_many}.", "“calibration history” lists the records.")
        return found[0]

    def displays(self) -> Sequence[str]:
        """Keys of the displays there are records of, in the order of their first record."""
        return self._store.displays()

    def verify(
        self, progress: Progress | None = None, cancel: CancelToken | None = None, head: str | None = None
    ) -> Verification:
        """Look at every record anew: the file, the chain, and that each can be read.

        Parameters
        ----------
        head
            A hash that somebody kept, from an export or an earlier look: it must be in the chain.

        Raises
        ------
        Cancelled
            When ``cancel`` was set.
        """
        asked, walk = (head or "").strip().lower(), ChainWalk()
        found_at = 0 if asked == GENESIS else None
        self._database.check_pages()
        with self._store.snapshot() as snapshot:
            for row in snapshot.rows:
                if cancel is not None:
                    cancel.raise_if_cancelled()
                walk.step(row)
                _read(row, walk)
                found_at = row.sequence if asked and row.hash == asked else found_at
                if progress is not None and (row.sequence % _TELL_EVERY == 0 or row.sequence == snapshot.total):
                    progress(row.sequence, snapshot.total)
        walk.ends_at(snapshot.last_number)
        self._store.found_broken(walk)
        return Verification(walk.sequence, walk.head, tuple(walk.broken), asked, found_at)

    def export_to(self, path: Path) -> ExportHeader:
        """Write every record with its hash to ``path``, one line of JSON each; gives the file's first line.

        Raises
        ------
        RecordsNotWritten
            When the file cannot be written.
        """
        with self._store.snapshot() as snapshot:
            rows = list(snapshot.rows)
        head = rows[-1].hash if rows else GENESIS
        header = ExportHeader(self.workstation, self._clock.now(), program_version(), head, len(rows))
        write_export(path, header, rows)
        return header

    def import_from(
        self, paths: Sequence[Path], progress: Progress | None = None, cancel: CancelToken | None = None
    ) -> ImportReport:
        """Take the records of exported files, or of all of them in folders, that are not here yet.

        Each file is verified before anything of it is taken. What is here already stays as it is; a record with a
        known id that says something else is refused. A file that does not verify does not stop the others.

        Raises
        ------
        BadInput
            When there is no exported file at all.
        Cancelled
            Between two files.
        """
        files, reports = files_in(paths), list[FileImport]()
        for index, file in enumerate(files):
            if cancel is not None:
                cancel.raise_if_cancelled()
            reports.append(self._import_file(file))
            if progress is not None:
                progress(index + 1, len(files))
        return ImportReport(tuple(reports))

    def _import_file(self, file: Path) -> FileImport:
        try:
            header, rows, records = read_export(file)
        except BadInput as error:
            return FileImport(file, problem=str(error))
        added, refused = 0, list[str]()
        for begin in range(0, len(rows), _BATCH):
            with self._store.adding() as connection:
                for row, record in zip(rows[begin : begin + _BATCH], records[begin : begin + _BATCH], strict=True):
                    try:
                        added += self._store.add(connection, record, row.content, header.workstation, header.head)[1]
                    except ValueError:
                        refused.append(f"Record {row.id} of {row.display_key} is here already and says something else.")
        return FileImport(file, header, added, len(rows) - added - len(refused), tuple(refused))


def new_head(display_key: str, operator: str, clock: Clock, workstation: str = "") -> Head:
    """The head of a new record, made here and now."""
    name = workstation or platform.node() or "unnamed"
    return Head(secrets.token_hex(16), display_key, clock.now(), operator, name, program_version())


@cache
def program_version() -> str:
    """Version of this program; empty where it was not installed but only unpacked."""
    try:
        return metadata.version("lightbox-workstation")
    except metadata.PackageNotFoundError:
        return ""


def _read(row: Row, walk: ChainWalk) -> None:
    """Note it when a row does not hold the record it is filed as."""
    try:
        head = codec.decode(row.content).head
    except BadInput:
        walk.broken.extend(unreadable(row, walk.broken))
        return
    if (head.id, head.display_key) != (row.id, row.display_key):
        walk.broken.extend(unreadable(row, walk.broken))
