"""An index over folders of exported records: each file is verified once, then answers come quickly."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from calibration.checks.findings import StateName
from calibration.conformance.policy import Policy
from calibration.fleet.condensed import without_readings
from calibration.fleet.index_file import IndexFile, SeenFile
from calibration.fleet.overview import FileFault, FleetOverview, FleetRow
from calibration.fleet.summary import DisplaySummary, row_of, summary_from, summary_of, text_of
from calibration.records.chain import Row
from calibration.records.codec import time_text
from calibration.records.export_file import ExportHeader, displays_named_in, files_in, read_header, stream_export
from calibration.records.record import Record, StoredRecord
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import BadInput

Progress = Callable[[int, int], None]
"""Told how many bytes are done, of how many."""

_LOOK_EVERY = 50
_WEAK_KEY = re.compile(r"[^/]*(?:/[^/]*)?:[0-9]+x[0-9]+")
"""`DisplayIdentity.key` of a display without a serial number: plug and size."""
_RANK = {
    state: rank
    for rank, state in enumerate((StateName.FAILED, StateName.UNKNOWN, StateName.EXPIRED, StateName.DUE, StateName.OK))
}


@dataclass(frozen=True)
class Refreshed:
    """What a look at the folders found. ``verified``: files that are new or changed, and were read."""

    files: int
    verified: int
    faults: int


@dataclass
class _Found:
    """Records of one display, gathered from one or several files, by id; the hash of each one's text."""

    stored: dict[str, StoredRecord] = field(default_factory=dict)
    digests: dict[str, bytes] = field(default_factory=dict)
    conflict: str = ""

    def add(self, row: Row, record: Record, path: Path) -> None:
        """Take a record once; of several copies the one that its own workstation exported."""
        digest = hashlib.sha256(row.content.encode("utf-8", "surrogatepass")).digest()
        if self.digests.setdefault(row.id, digest) != digest:
            self.conflict = f"record {row.id} says something else in {path.name} than in another file"
            return
        if row.id in self.stored and row.imported_from:
            return
        received = datetime.fromisoformat(row.received)
        # Seen from the fleet every record is at home: a display without a serial number is told by its workstation.
        self.stored[row.id] = without_readings(StoredRecord(record, row.sequence, row.hash, received))


class FleetIndex:
    """The index in a cache folder; each set of folders has its own.

    A display without a serial number is one of its workstation: two computers with a monitor on DP-1 have two.
    """

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._file: IndexFile | None = None

    @classmethod
    def open(cls, cache: Path) -> FleetIndex:
        """Keep the index in ``cache``."""
        return cls(cache)

    def close(self) -> None:
        """Let go of the index file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> FleetIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def refresh(
        self,
        folders: Sequence[Path],
        progress: Progress | None = None,
        cancel: CancelToken | None = None,
        *,
        anew: bool = False,
    ) -> Refreshed:
        """Look at every exported file in ``folders``; read and verify those that are new or changed.

        Parameters
        ----------
        anew
            Verify every file, also those whose size and time are as they were.

        Raises
        ------
        BadInput
            When a folder is missing, or there is no exported file at all.
        Cancelled
            When ``cancel`` was set; the files read so far are remembered.
        """
        paths = [path.resolve() for path in files_in(folders)]
        index = self._opened(folders)
        seen = index.files()
        with index.changing():
            for gone in seen.keys() - {str(path) for path in paths}:
                index.drop_file(gone)
        changed = [path for path in paths if anew or not _is_as_it_was(path, seen.get(str(path)))]
        meter = _Meter(changed, progress, cancel or CancelToken())
        faults = sum(_read_file(index, path, meter) for path in changed)
        _sum_up_pending(index, meter)
        return Refreshed(len(paths), len(changed), faults)

    def overview(self, now: datetime, policies: Mapping[str, Policy]) -> FleetOverview:
        """Every display of the folders last looked at, worst first, judged at ``now`` by ``policies``."""
        if self._file is None:
            raise RuntimeError("refresh comes before overview")
        rows = [row_of(summary_from(text), now, policies) for text in self._file.summaries()]
        files = self._file.files()
        faults = tuple(FileFault(Path(file.path), file.problem) for file in files.values() if file.problem)
        return FleetOverview(now, tuple(sorted(rows, key=_worst_first)), faults, len(files))

    def _opened(self, folders: Sequence[Path]) -> IndexFile:
        self.close()
        named = "\n".join(sorted(str(folder.resolve()) for folder in folders))
        self._file = IndexFile(self._cache / f"fleet-{hashlib.sha256(named.encode()).hexdigest()[:16]}.db")
        return self._file


class _Meter:
    """How far a refresh is, in bytes; asks between records whether anybody still wants it."""

    def __init__(self, paths: Iterable[Path], progress: Progress | None, cancel: CancelToken) -> None:
        self._sizes = {path: path.stat().st_size for path in paths}
        self._total = sum(self._sizes.values())
        self._done = 0
        self._progress = progress
        self._cancel = cancel

    def within(self, share: int) -> None:
        """``share`` bytes of the present file are done."""
        self._cancel.raise_if_cancelled()
        if self._progress is not None:
            self._progress(min(self._done + share, self._total), self._total)

    def finished(self, path: Path) -> None:
        """The whole file is done."""
        self._done += self._sizes.get(path, 0)
        self.within(0)


def _is_as_it_was(path: Path, seen: SeenFile | None) -> bool:
    """Same size and time: its content is not looked at. A file that was not readable is tried again."""
    if seen is None:
        return False
    status = path.stat()
    return (seen.size, seen.mtime_ns) == (status.st_size, status.st_mtime_ns)


def _read_file(index: IndexFile, path: Path, meter: _Meter) -> bool:
    """Verify a file and sum up the displays that only it has; says whether there is a fault."""
    name, before = str(path), index.displays_in(str(path))
    seen, found = _looked_at(path, meter)
    # What a broken file held before, and what it speaks of now, cannot be trusted any more.
    holds = before | _named_in(path, seen.workstation) if seen.problem else frozenset(found)
    with index.changing():
        index.put_file(seen)
        index.put_holdings(name, holds)
        for display in holds | before:
            if display in found and index.files_with(display) == [name]:
                index.put_summary(display, _summed_up(display, found[display], [seen]))
            else:
                index.put_pending([display])
    meter.finished(path)
    return bool(seen.problem)


def _looked_at(path: Path, meter: _Meter) -> tuple[SeenFile, Mapping[str, _Found]]:
    status = path.stat()
    blank = SeenFile(str(path), status.st_size, status.st_mtime_ns, "", "", "", 0, "")
    try:
        blank = _with_header(blank, read_header(path))
        found: dict[str, _Found] = {}
        _gather(path, found, None, meter)
    except BadInput as error:
        return replace(blank, problem=str(error)), {}
    return blank, found


def _with_header(seen: SeenFile, header: ExportHeader) -> SeenFile:
    exported_at = time_text(header.exported_at)
    return replace(seen, workstation=header.workstation, exported_at=exported_at, head=header.head, count=header.count)


def _sum_up_pending(index: IndexFile, meter: _Meter) -> None:
    """Sum up the displays that several files hold, or that a broken file held: each of their files is read once."""
    pending = index.pending()
    if not pending:
        return
    files, wanted = index.files(), frozenset(pending)
    holders = {display: [files[path] for path in index.files_with(display)] for display in pending}
    found: dict[str, _Found] = {}
    broken: dict[str, str] = {}
    for path in sorted({file.path for held in holders.values() for file in held if not file.problem}):
        try:
            _gather(Path(path), found, wanted, meter)
        except BadInput as error:  # changed this very moment
            broken[path] = str(error)
    with index.changing():
        for display, held in holders.items():
            checked = [replace(file, problem=broken.get(file.path, file.problem)) for file in held]
            text = _summed_up(display, found.get(display, _Found()), checked) if held else ""
            index.put_summary(display, text)


def _gather(path: Path, found: dict[str, _Found], only: frozenset[str] | None, meter: _Meter) -> None:
    """Add a file's records to those ``found``: of all displays, or of some.

    Raises
    ------
    BadInput
        When it does not verify. What was added of it then is not to be used.
    """
    _, pairs = stream_export(path)
    done = 0
    for number, (row, record) in enumerate(pairs):
        done += len(row.content)
        if number % _LOOK_EVERY == 0:
            meter.within(done)
        display = group_of(row.display_key, record.head.workstation)
        if only is None or display in only:
            found.setdefault(display, _Found()).add(row, record, path)


def group_of(display_key: str, workstation: str) -> str:
    """What tells a display from all others: its key, and for one without a serial number its workstation too."""
    return f"{display_key}\n{workstation}" if _WEAK_KEY.fullmatch(display_key) else display_key


def _named_in(path: Path, workstation: str) -> frozenset[str]:
    return frozenset(group_of(key, workstation) for key in displays_named_in(path))


def _summed_up(display: str, found: _Found, files: Sequence[SeenFile]) -> str:
    """The summary's text. Without any record that can be trusted, only that there is such a display."""
    problems = [f"{Path(file.path).name} cannot be used: {file.problem}" for file in files if file.problem]
    distrust = found.conflict or (problems[0] if problems else "")
    key, _, workstation = display.partition("\n")
    stored = sorted(found.stored.values(), key=lambda each: each.received)
    if not stored:
        named = workstation or next((file.workstation for file in files if file.workstation), "unknown")
        return text_of(DisplaySummary(key, named, None, (), (), 0, None, distrust))
    home = stored[-1].record.head.workstation
    own = [file.exported for file in files if file.workstation == home and file.exported is not None]
    return text_of(summary_of(key, stored, max(own, default=stored[-1].received), distrust))


def _worst_first(row: FleetRow) -> tuple[int, str, str]:
    return (_RANK[row.state], row.workstation, row.title)
