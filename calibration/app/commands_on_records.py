"""`calibration history`, `verify`, `export`, `import` and `fleet`: what was recorded here and on other computers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workstation.foundation.clock import SystemClock
from workstation.foundation.errors import BadInput
from workstation.foundation.terminal import emit_json, emit_text, progress_bar, tell

if TYPE_CHECKING:
    from calibration.fleet.overview import FleetOverview, FleetRow
    from calibration.records.chain import Verification
    from calibration.records.export_file import ImportReport
    from calibration.records.record import StoredRecord
    from calibration.records.record_book import RecordBook

_DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Keep everything below this folder.")]
_AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_HASH_LENGTH = 64


def register(app: typer.Typer) -> None:
    """Add the commands of this page to the command line."""
    app.command()(history)
    app.command()(verify)
    app.command("export")(export_records)
    app.command("import")(import_records)
    app.command()(fleet)


def history(
    display: Annotated[str, typer.Option(help="Only of this monitor: its serial number, or a part of its name.")] = "",
    data_dir: _DataDir = None,
    as_json: _AsJson = False,
) -> int:
    """What was recorded of the monitors here, oldest first."""
    from calibration.app.record_tables import history_table, print_table, soundness_sentence

    with _book(data_dir) as book:
        keys = _matching(book.displays(), display) if display else [None]
        found = sorted((each for key in keys for each in book.records(key)), key=lambda each: each.sequence)
        warning = soundness_sentence(book.soundness)
    if as_json:
        emit_json([_record_json(each) for each in found])
    elif found:
        print_table(history_table(found))
    else:
        emit_text("Nothing has been recorded on this computer yet.")
    if warning:
        tell(f"calibration: {warning}")
    return 0


def verify(
    head: Annotated[str, typer.Option(help="A head that you kept: is everything up to it still as it was?")] = "",
    keep_aside: Annotated[
        bool, typer.Option("--keep-aside", help="Rename a file of records that cannot be read, to begin a new one.")
    ] = False,
    data_dir: _DataDir = None,
    as_json: _AsJson = False,
) -> int:
    """Whether all records are as they were written. Exit 0 when they are, 1 when one was changed, 2 when unreadable."""
    from calibration.app.record_tables import verification_lines

    if head and not _is_hash(head):
        raise BadInput("--head is not a head.", f"It has {_HASH_LENGTH} digits; “verify” and exported files show it.")
    if keep_aside:
        _keep_aside(data_dir)
    with _book(data_dir) as book, _progress("Verifying records") as progress:
        found = book.verify(progress, head=head or None)
        path = book.path
    if as_json:
        emit_json({"file": str(path), **_verification_json(found)})
    else:
        emit_text("\n".join(verification_lines(found)))
    return 0 if found.is_sound else 1


def export_records(
    out: Annotated[Path, typer.Argument(help="File to write: NAME.lightbox-records.jsonl, or a folder.")],
    data_dir: _DataDir = None,
    as_json: _AsJson = False,
) -> int:
    """Write all records of this computer to one file, with the hashes that show that nothing was changed."""
    from calibration.app.record_tables import soundness_sentence
    from calibration.records.codec import time_text
    from calibration.records.export_file import SUFFIX

    with _book(data_dir) as book:
        path = out / f"{_as_file_name(book.workstation)}{SUFFIX}" if out.is_dir() else _with_suffix(out, SUFFIX)
        header = book.export_to(path)
        warning = soundness_sentence(book.soundness) if not book.soundness.is_sound else ""
    if as_json:
        at = time_text(header.exported_at)
        fields = {"workstation": header.workstation, "exported_at": at, "head": header.head, "count": header.count}
        emit_json({"file": str(path), **fields})
    else:
        emit_text(f"{header.count} records of {header.workstation} written to {path}\nHead: {header.head}")
    if warning:
        tell(f"calibration: {warning} Other computers will not take this file.")
    return 0


def import_records(
    paths: Annotated[list[Path], typer.Argument(help="Exported files, or folders of them.")],
    data_dir: _DataDir = None,
    as_json: _AsJson = False,
) -> int:
    """Take over records of exported files. Exit 0 when all could be taken, 1 when a file or a record was refused."""
    from calibration.app.record_tables import import_line

    with _book(data_dir) as book, _progress("Importing files") as progress:
        report = book.import_from(paths, progress)
    if as_json:
        emit_json(_import_json(report))
    else:
        emit_text("\n".join(import_line(file) for file in report.files))
    return 0 if report.is_clean else 1


def fleet(
    folders: Annotated[list[Path], typer.Argument(help="Folders with exported records of many workstations.")],
    out: Annotated[Path | None, typer.Option(help="Write one PDF for the auditor: OUT.pdf.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="List the monitors that are in order, too.")] = False,
    anew: Annotated[bool, typer.Option("--anew", help="Verify every file, also those that look unchanged.")] = False,
    data_dir: _DataDir = None,
    as_json: _AsJson = False,
) -> int:
    """Who is overdue, failing or drifting, over many workstations. Exit 0 when all monitors are fit, else 1."""
    found = _overview(folders, data_dir, anew=anew)
    if out is not None:
        _write_pdf(found, out)
    if as_json:
        emit_json(_fleet_json(found))
    else:
        _print_fleet(found, everything=everything)
    return 0 if found.is_conformant else 1


# --- what the commands stand on


@contextmanager
def _book(data_dir: Path | None) -> Iterator[RecordBook]:
    from calibration.records.folder import records_folder
    from calibration.records.record_book import RecordBook

    with RecordBook.open(records_folder(data_dir), SystemClock()) as book:
        yield book


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    with progress_bar() as bar:
        task = bar.add_task(what, total=None)

        def told(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield told


def _overview(folders: Sequence[Path], data_dir: Path | None, *, anew: bool) -> FleetOverview:
    from calibration.checks.opening import own_and_shipped_policies
    from calibration.fleet.fleet_index import FleetIndex
    from workstation.site.folders import folders_for

    program_folders = folders_for(data_dir)
    policies = own_and_shipped_policies(program_folders)
    with FleetIndex.open(program_folders.cache / "fleet") as index:
        with _progress("Verifying files (bytes)") as progress:
            index.refresh(folders, progress, anew=anew)
        return index.overview(SystemClock().now(), policies)


def _keep_aside(data_dir: Path | None) -> None:
    from calibration.records.database import keep_aside
    from calibration.records.folder import records_folder

    kept = keep_aside(records_folder(data_dir), SystemClock().now())
    if kept is None:
        tell("The file of records can be read; it stays where it is.")
    else:
        tell(f"The file that could not be read is kept as {kept}. A new one was begun.")


def _matching(keys: Sequence[str], wanted: str) -> list[str]:
    found = [key for key in keys if wanted.casefold() in key.casefold()]
    exact = [key for key in found if key == wanted]
    if not found:
        known = ", ".join(keys) if keys else "none yet"
        raise BadInput(f"There are no records of a monitor {wanted!r}.", f"Monitors with records: {known}.")
    return exact or found


def _is_hash(text: str) -> bool:
    digits = text.strip().lower()
    return len(digits) == _HASH_LENGTH and set(digits) <= set("0123456789abcdef")


def _as_file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)


def _with_suffix(path: Path, suffix: str) -> Path:
    return path if path.name.endswith(suffix) else path.with_name(path.name + suffix)


def _write_pdf(found: FleetOverview, out: Path) -> None:
    from calibration.exports.fleet_pdf import fleet_pdf
    from calibration.fleet.auditor_sheet import sheet_of

    if out.suffix.lower() != ".pdf":
        raise BadInput(f"{out} is no name of a PDF.", "End it with .pdf.")
    fleet_pdf(sheet_of(found), out)
    tell(f"Written: {out}")


def _print_fleet(found: FleetOverview, *, everything: bool) -> None:
    from calibration.app.record_tables import fleet_summary, fleet_table, print_table
    from calibration.checks.findings import StateName

    emit_text(fleet_summary(found))
    shown = [row for row in found.rows if everything or row.state is not StateName.OK or row.drifting]
    if shown:
        print_table(fleet_table(shown))
    hidden = len(found.rows) - len(shown)
    if hidden:
        tell(f"{hidden} more in order; --all lists them.")
    for fault in found.faults:
        emit_text(fault.problem)


# --- JSON


def _time(at: datetime | None) -> str | None:
    from calibration.records.codec import time_text

    return time_text(at) if at is not None else None


def _record_json(stored: StoredRecord) -> dict[str, Any]:
    from calibration.app.record_tables import outcome_of, remarks_on, what_of
    from calibration.records.record import CheckRecord

    record = stored.record
    verdict = record.verdict if isinstance(record, CheckRecord) else None
    return {
        "id": record.head.id,
        "sequence": stored.sequence,
        "kind": record.kind,
        "at": _time(record.head.at),
        "display": record.head.display_key,
        "operator": record.head.operator,
        "workstation": record.head.workstation,
        "what": what_of(record),
        "outcome": outcome_of(record),
        "check": record.check if isinstance(record, CheckRecord) else None,
        "verdict": verdict.name.value if verdict else None,
        "policy": verdict.policy if verdict else None,
        "sound": stored.is_sound,
        "imported_from": stored.imported_from or None,
        "remarks": list(remarks_on(stored)),
        "hash": stored.hash,
    }


def _verification_json(found: Verification) -> dict[str, Any]:
    broken = [
        {"sequence": each.sequence, "id": each.record_id, "display": each.display_key or None, "what": each.what}
        for each in found.broken
    ]
    asked = {"head_asked": found.asked_head or None, "head_found_at": found.head_at}
    return {"ok": found.is_sound, "count": found.count, "head": found.head, **asked, "broken": broken}


def _import_json(report: ImportReport) -> dict[str, Any]:
    files = [
        {
            "file": str(file.path),
            "workstation": file.header.workstation if file.header else None,
            "head": file.header.head if file.header else None,
            "added": file.added,
            "known": file.known,
            "refused": list(file.refused),
            "problem": file.problem or None,
        }
        for file in report.files
    ]
    return {"added": report.added, "ok": report.is_clean, "files": files}


def _fleet_json(found: FleetOverview) -> dict[str, Any]:
    return {
        "at": _time(found.at),
        "ok": found.is_conformant,
        "workstations": found.workstations,
        "records": found.records,
        "counts": {state.value: number for state, number in found.counts.items()},
        "overdue": [row.display_key for row in found.overdue],
        "failing": [row.display_key for row in found.failing],
        "drifting": [row.display_key for row in found.drifting],
        "displays": [_row_json(row) for row in found.rows],
        "faults": [{"file": str(fault.path), "problem": fault.problem} for fault in found.faults],
    }


def _row_json(row: FleetRow) -> dict[str, Any]:
    return {
        "workstation": row.workstation,
        "display": row.display_key,
        "title": row.title,
        "role": row.role,
        "policy": row.policy or None,
        "state": row.state.value,
        "reasons": list(row.reasons),
        "overdue": [task.check for task in row.overdue],
        "due": [task.check for task in row.due],
        "last_check": row.last_check or None,
        "last_verdict": row.last_verdict.value if row.last_verdict else None,
        "last_at": _time(row.last_at),
        "failing": list(row.failing),
        "drifting": list(row.drifting),
        "trends": [
            {
                "metric": drift.metric,
                "last": drift.last,
                "unit": drift.unit,
                "slope_per_year": drift.slope_per_year,
                "significant": drift.is_significant,
                "leaves_on": _time(drift.leaves_on),
                "why_no_date": drift.reason or None,
            }
            for drift in row.drifts
        ],
        "records": row.records,
        "known_until": _time(row.exported_at),
    }
