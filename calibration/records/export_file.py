"""Exported records: a file of JSON lines that carries its chain, so that whoever takes it can see that it is whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from calibration.records.chain import ChainWalk, Row
from calibration.records.codec import decode, time_text
from calibration.records.errors import BadExport, RecordsNotWritten
from calibration.records.record import Record
from workstation.foundation.errors import BadInput
from workstation.foundation.files import write_atomically
from workstation.foundation.hash_chain import GENESIS

SUFFIX = ".lightbox-records.jsonl"
FORMAT = "lightbox-records"
VERSION = 1

_MOST_HEADER = 4096
_LINE = re.compile(
    r'\{"hash":"(?P<hash>[0-9a-f]{64})","display_key":(?P<display_key>"(?:[^"\\]|\\.)*"),"id":"(?P<id>[^"\\]*)",'
    r'"imported_from":(?P<imported_from>"(?:[^"\\]|\\.)*"),"kind":"(?P<kind>[a-z]+)",'
    r'"origin_head":"(?P<origin_head>[0-9a-f]*)",'
    r'"received":"(?P<received>[0-9TZ:.-]+)","record":(?P<content>\{.*\}),"sequence":(?P<sequence>[1-9][0-9]{0,15})\}'
)
"""A line as `write_export` writes it: the record's own text is taken as it stands, so that its hash is checked."""
_KEY = re.compile(r'"display_key":("(?:[^"\\]|\\.)*")')
_ADVICE = "Export the records again on the computer they come from."


@dataclass(frozen=True)
class ExportHeader:
    """First line of an export: where the records come from, and the end of their chain.

    Attributes
    ----------
    head, count
        Hash of the last record, and how many there are.
    """

    workstation: str
    exported_at: datetime
    program: str
    head: str
    count: int

    def line(self) -> str:
        """As it is written."""
        fields = {
            "count": self.count,
            "exported_at": time_text(self.exported_at),
            "format": FORMAT,
            "head": self.head,
            "program": self.program,
            "version": VERSION,
            "workstation": self.workstation,
        }
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class FileImport:
    """What became of one exported file.

    Attributes
    ----------
    header
        None where the file could not be used at all; ``problem`` says why.
    added, known
        Records that are new here, and those that were here already.
    refused
        Sentences about records that were not taken.
    """

    path: Path
    header: ExportHeader | None = None
    added: int = 0
    known: int = 0
    refused: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class ImportReport:
    """What became of the files of an import."""

    files: tuple[FileImport, ...]

    @property
    def added(self) -> int:
        """How many records are new here."""
        return sum(file.added for file in self.files)

    @property
    def is_clean(self) -> bool:
        """Every file was whole, and no record was refused."""
        return not any(file.problem or file.refused for file in self.files)


def write_export(path: Path, header: ExportHeader, rows: Iterable[Row]) -> None:
    """Write the file, whole or not at all.

    Raises
    ------
    RecordsNotWritten
        When the disk is full or the place may not be written.
    """
    lines = (header.line(), *(f'{{"hash":"{row.hash}",{row.envelope()[1:]}' for row in rows), "")
    try:
        write_atomically(path, "\n".join(lines).encode("utf-8", "surrogatepass"), mode=0o644)
    except OSError as error:
        raise RecordsNotWritten(
            f"{path} cannot be written ({error.strerror}).", "Choose another place, or make room."
        ) from error


def files_in(paths: Sequence[Path]) -> Sequence[Path]:
    """The files given, and every export below the folders given, in order of their names.

    Raises
    ------
    BadInput
        When one is missing, or there is none at all.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(path.rglob(f"*{SUFFIX}"))
        elif path.is_file():
            found.append(path)
        else:
            raise BadInput(f"There is no file or folder {path}.", "Check its name, and that its drive is connected.")
    if not found:
        raise BadInput(
            f"There are no exported records (*{SUFFIX}) in {', '.join(str(path) for path in paths)}.",
            "“calibration export” writes them.",
        )
    return list(dict.fromkeys(found))


def read_export(path: Path) -> tuple[ExportHeader, Sequence[Row], Sequence[Record]]:
    """Everything in an export, verified.

    Raises
    ------
    BadExport
        When it is no export, or does not verify. Says which record of which display.
    """
    header, pairs = stream_export(path)
    rows, records = list[Row](), list[Record]()
    for row, record in pairs:
        rows.append(row)
        records.append(record)
    return header, rows, records


def read_header(path: Path) -> ExportHeader:
    """First line of an export; nothing is verified.

    Raises
    ------
    BadExport
        When it is no export.
    """
    return _header(path, next(_lines(path), ""))


def stream_export(path: Path) -> tuple[ExportHeader, Iterator[tuple[Row, Record]]]:
    """First line of an export, and its records one by one; only after the last one is it known that the file is whole.

    Raises
    ------
    BadExport
        As `read_export` does; while records are taken, too.
    """
    lines = _lines(path)
    header = _header(path, next(lines, ""))
    return header, _pairs(path, header, lines)


def _pairs(path: Path, header: ExportHeader, lines: Iterator[str]) -> Iterator[tuple[Row, Record]]:
    walk, count = ChainWalk(), 0
    for count, line in enumerate(lines, 1):
        row, record = _row(path, count + 1, line)
        walk.step(row)
        if walk.broken:
            raise BadExport(f"{path}: {walk.broken[0].sentence} Nothing of this file is used.", _ADVICE)
        yield row, record
    if (walk.head, count) != (header.head, header.count):
        raise BadExport(
            f"{path}: it holds {count} records and should hold {header.count}. Nothing of this file is used.", _ADVICE
        )


def displays_named_in(path: Path) -> frozenset[str]:
    """Displays that a file which does not verify speaks of, as far as it can be read at all."""
    found: set[str] = set()
    try:
        with path.open("rb") as stream:
            for line in stream:
                found.update(_KEY.findall(line.decode("utf-8", "replace")))
    except OSError:
        return frozenset()
    return frozenset(key for key in map(_unquoted, found) if key)


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except ValueError:
        return ""


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open("rb") as stream:
            for line in stream:
                yield line.decode("utf-8", "surrogatepass").removesuffix("\n")
    except OSError as error:
        raise BadExport(f"{path} cannot be read ({error.strerror}).", "Check that you may read it.") from error
    except UnicodeDecodeError as error:
        raise BadExport(f"{path} is no export of records: it is no text.", _ADVICE) from error


def _header(path: Path, line: str) -> ExportHeader:
    try:
        fields: dict[str, Any] = json.loads(line[:_MOST_HEADER])
        if fields["format"] != FORMAT:
            raise ValueError
        if fields["version"] != VERSION:
            raise BadExport(f"{path} was written by a newer version of this program.", "Install that version here too.")
        exported_at = datetime.fromisoformat(fields["exported_at"])
        header = ExportHeader(
            str(fields["workstation"]), exported_at, str(fields["program"]), str(fields["head"]), int(fields["count"])
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadExport(f"{path} is no export of records: its first line is not theirs.", _ADVICE) from error
    if exported_at.utcoffset() is None or (header.count == 0) != (header.head == GENESIS):
        raise BadExport(f"{path} is no export of records: its first line was changed.", _ADVICE)
    return header


def _row(path: Path, number: int, line: str) -> tuple[Row, Record]:
    """The row of a line, rebuilt from its values: the text it gives must be the very line."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise BadExport(f"{path}: line {number} was written anew or cut. Nothing of this file is used.", _ADVICE)
    try:
        row = Row(
            int(found["sequence"]),
            found["id"],
            json.loads(found["display_key"]),
            found["kind"],
            found["received"],
            json.loads(found["imported_from"]),
            found["origin_head"],
            found["content"],
            found["hash"],
        )
        datetime.fromisoformat(row.received)
    except ValueError as error:
        raise BadExport(f"{path}: line {number} is no record. Nothing of this file is used.", _ADVICE) from error
    if f'{{"hash":"{row.hash}",{row.envelope()[1:]}' != line:
        raise BadExport(f"{path}: line {number} was written anew. Nothing of this file is used.", _ADVICE)
    return row, _record(path, row)


def _record(path: Path, row: Row) -> Record:
    try:
        record = decode(row.content)
    except BadInput as error:
        raise BadExport(f"{path}: record {row.sequence} of {row.display_key}: {error.what}", _ADVICE) from error
    if (record.head.id, record.head.display_key, record.kind) != (row.id, row.display_key, row.kind):
        raise BadExport(f"{path}: record {row.sequence} is filed under another display than its own.", _ADVICE)
    return record
