"""Tables and sentences about records, verification and fleets, for people: local times with their zone, plain words."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from calibration.checks.overview import check_title
from calibration.fleet.overview import FleetOverview, FleetRow
from calibration.records.chain import Soundness, Verification
from calibration.records.export_file import FileImport
from calibration.records.record import (
    CalibrationRecord,
    CheckRecord,
    DisplayRecord,
    OverrideRecord,
    Record,
    StoredRecord,
)

_WIDE = 150
_SHORT_ID = 8
_MOST_REASONS = 2


def print_table(table: Table) -> None:
    """On stdout; as wide as the terminal, and of one width where there is none."""
    width = None if sys.stdout.isatty() else _WIDE
    Console(file=sys.stdout, width=width, highlight=False).print(table)


def local(at: datetime | None) -> str:
    """``2026-03-02 09:14 CET``."""
    return f"{at.astimezone():%Y-%m-%d %H:%M %Z}" if at else ""


def history_table(stored: Sequence[StoredRecord]) -> Table:
    """Records, oldest first."""
    table = _table("When", "Display", "What", "Outcome", "By", "Record", "Remarks")
    for each in stored:
        head = each.record.head
        outcome = outcome_of(each.record)
        cells = (local(head.at), head.display_key, what_of(each.record), outcome, head.operator, head.id[:_SHORT_ID])
        table.add_row(*(escape(cell) for cell in cells), escape("; ".join(remarks_on(each))))
    return table


def what_of(record: Record) -> str:
    """What was recorded, in a few words."""
    if isinstance(record, DisplayRecord):
        return f"Registered for {record.role} use"
    if isinstance(record, CheckRecord):
        return check_title(record.check)
    if isinstance(record, CalibrationRecord):
        return "Calibration"
    return "Override withdrawn" if record.is_withdrawn else "Override"


def outcome_of(record: Record) -> str:
    """What came of it."""
    if isinstance(record, DisplayRecord):
        return f"policy {record.policy}"
    if isinstance(record, CheckRecord):
        provisional = " (provisional)" if record.verdict.provisional else ""
        return f"{record.verdict.name.value}{provisional}" if record.is_complete else "broken off"
    if isinstance(record, OverrideRecord):
        return f"{record.role}: {record.reason}" + ("" if record.is_withdrawn else f", until {local(record.until)}")
    return f"display LUT {record.lut_sha256[:_SHORT_ID]}" if record.ddl else "no display LUT: it conforms by itself"


def remarks_on(stored: StoredRecord) -> Sequence[str]:
    """What must be known beside a record."""
    found = []
    if not stored.is_sound:
        found.append("CHANGED after it was written")
    if stored.clock_went_back:
        found.append("the clock had been set back")
    if stored.imported_from:
        found.append(f"from {stored.imported_from}")
    return found


def soundness_sentence(soundness: Soundness) -> str:
    """A warning for stderr; empty when all is well."""
    if soundness.broken:
        count = len({each.sequence for each in soundness.broken})
        records = "1 record was" if count == 1 else f"{count} records were"
        return f"{records} changed or removed by hand; “calibration verify” names what and which monitor."
    if soundness.clock_went_back:
        return "This computer's clock stands earlier than the newest record. Set it right."
    return ""


def verification_lines(found: Verification) -> Sequence[str]:
    """What verifying found, in sentences."""
    if found.broken:
        lines = [each.sentence for each in found.broken]
        lines += [f"The chain of {_records(found.count)} does not hold. The monitors named above count as not checked."]
    else:
        lines = [f"Nothing was changed: {_records(found.count)}, each as it was written."]
    if found.asked_head and found.head_at is None:
        lines.append(
            "The head you gave is not among these records: they were begun anew, shortened or changed since it was "
            "taken, or it comes from another computer."
        )
    elif found.asked_head:
        later = found.count - (found.head_at or 0)
        lines.append(f"The head you gave is that of record {found.head_at}; {_records(later)} came after it.")
    return [*lines, f"Head: {found.head}"]


def import_line(file: FileImport) -> str:
    """What became of a file."""
    if file.header is None:
        return file.problem
    line = f"{file.path.name}: from {file.header.workstation}, {file.added} new, {file.known} known already"
    return f"{line}; refused: {' '.join(file.refused)}" if file.refused else f"{line}."


def fleet_summary(found: FleetOverview) -> str:
    """Two lines: how many are in which state, and what is wrong."""
    counts = ", ".join(f"{number} {state.value}" for state, number in found.counts.items() if number)
    return (
        f"{_count(len(found.rows), 'monitor')} at {_count(found.workstations, 'workstation')}, "
        f"{found.records} records in {_count(found.files, 'file')}, as of {local(found.at)}: {counts or 'none'}.\n"
        f"{len(found.failing)} failing, {len(found.overdue)} overdue, {len(found.drifting)} drifting, "
        f"{_count(len(found.faults), 'file')} not usable."
    )


def fleet_table(rows: Sequence[FleetRow]) -> Table:
    """One line a display, worst first."""
    table = _table("State", "Workstation", "Display", "Role", "Last check", "What is wrong", "Known until")
    for row in rows:
        last = f"{row.last_verdict.value}, {local(row.last_at)}" if row.last_verdict else "none"
        cells = (row.state.value.upper(), row.workstation, row.title, row.role, last, "; ".join(troubles_of(row)))
        table.add_row(*(escape(cell) for cell in cells), local(row.exported_at))
    return table


def troubles_of(row: FleetRow) -> Sequence[str]:
    """The worst reasons of the state, and where the display drifts to."""
    more = len(row.reasons) - _MOST_REASONS
    return [*row.reasons[:_MOST_REASONS], *([f"and {more} more"] if more > 0 else []), *row.drifting]


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold", no_wrap=title in {"State", "Record"})
    return table


def _records(count: int) -> str:
    return _count(count, "record")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
