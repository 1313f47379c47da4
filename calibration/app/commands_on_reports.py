"""`calibration report`: a check or a calibration as PDF, CSV, JSON or DICOM."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workstation.foundation.errors import BadInput

if TYPE_CHECKING:
    from calibration.records.record import StoredRecord
    from calibration.records.record_book import RecordBook

LAST = "last"
_DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Keep everything below this folder.")]
_AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(report)


def report(
    record: Annotated[str, typer.Argument(help="Id or its beginning, last, or last:DISPLAY (key, serial or plug).")],
    out: Annotated[Path, typer.Argument(help="OUT.pdf, .csv, .json, .dicom.json, .dcm or .svg.")],
    form: Annotated[str, typer.Option(help="pdf, csv, json, dicom-json, dcm or svg, whatever OUT is called.")] = "",
    data_dir: _DataDir = None,
    as_json: _AsJson = False,
) -> int:
    """Write the report on a check or a calibration."""
    from calibration.exports.report_files import write_report
    from calibration.records.folder import records_folder
    from calibration.records.record_book import RecordBook
    from workstation.foundation.clock import SystemClock

    with RecordBook.open(records_folder(data_dir), SystemClock()) as book:
        stored = record_named(book, record)
        history = book.records(stored.record.head.display_key)
        written = write_report(stored, history, out, form)
    _tell(stored, written, as_json=as_json)
    return 0


def record_named(book: RecordBook, name: str) -> StoredRecord:
    """The record that a person names.

    Raises
    ------
    BadInput
        When there is none, or the name fits several.
    """
    wanted, _, display = name.partition(":")
    if wanted != LAST:
        return book.record(name)
    key = _display_key(book, display) if display else None
    found = [each for each in book.records(key) if each.record.kind in ("check", "calibration")]
    if not found:
        raise BadInput("There is no check on record yet.", "Measure a display first: `calibration measure`.")
    return max(found, key=lambda each: (each.record.head.at, each.sequence))


def _display_key(book: RecordBook, name: str) -> str:
    """By whole key, else by any part of one: maker, model, serial, plug."""
    keys = book.displays()
    found = [key for key in keys if key == name] or [key for key in keys if name.lower() in key.lower()]
    if len(found) != 1:
        which = f"{name!r} fits {len(found)} displays" if found else f"There is no display {name!r} on record"
        raise BadInput(f"{which}.", f"Displays on record: {', '.join(keys) or 'none'}.")
    return found[0]


def _tell(stored: StoredRecord, written: tuple[Path, ...], *, as_json: bool) -> None:
    if as_json:
        head = stored.record.head
        document = {
            "record": head.id,
            "display": head.display_key,
            "hash": stored.hash,
            "is_sound": stored.is_sound,
            "files": [str(path) for path in written],
        }
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
        return
    sys.stderr.writelines(f"Written: {path}\n" for path in written)
    if not stored.is_sound:
        sys.stderr.write("This record was changed after it was written; the report says so.\n")
