"""One PDF over many displays, for the auditor: the failing, overdue and drifting first, then everybody, a line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from calibration.exports.drawing import FAIL, INK, OK, QUIET, TINT, UNSURE, WARN, Colour
from calibration.exports.pdf_page import BODY_PT, SMALL_PT, Cell, Column, ReportPage, Running, pages_of
from calibration.exports.pdf_text import leading
from calibration.exports.wording import day, moment
from workstation.foundation.errors import BadInput
from workstation.foundation.files import write_atomically

STATES = ("FAILED", "EXPIRED", "UNKNOWN", "DUE", "OK")
"""In the order in which they are counted on the first page."""
_COLOURS: dict[str, Colour] = {"FAILED": FAIL, "EXPIRED": FAIL, "UNKNOWN": UNSURE, "DUE": WARN, "OK": OK}
_VERDICT_COLOURS: dict[str, Colour] = {"PASS": OK, "WARN": WARN, "FAIL": FAIL, "INCONCLUSIVE": UNSURE}


@dataclass(frozen=True)
class FleetLine:
    """One display as plain words.

    Attributes
    ----------
    state
        One of `STATES`.
    last_verdict
        ``PASS``, ``WARN``, ``INCONCLUSIVE``, ``FAIL``; empty without a finished check.
    reasons
        Of the state, worst first.
    overdue, failing, drifting
        Why it stands in these lists, one clause each; empty when it does not.
    known_until
        How far its records reach; None where nobody says.
    """

    workstation: str
    display: str
    role: str
    policy: str
    state: str
    last_check: str = ""
    last_verdict: str = ""
    last_at: datetime | None = None
    reasons: tuple[str, ...] = ()
    overdue: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()
    drifting: tuple[str, ...] = ()
    known_until: datetime | None = None


@dataclass(frozen=True)
class FleetSheet:
    """A fleet at a time.

    Attributes
    ----------
    faults
        Files that could not be used and why, one sentence each.
    """

    at: datetime
    lines: tuple[FleetLine, ...]
    files: int = 0
    records: int = 0
    faults: tuple[str, ...] = ()


def fleet_pdf(sheet: FleetSheet, path: Path) -> None:
    """Write the sheet to ``path``.

    Raises
    ------
    BadInput
        When the file cannot be written.
    """
    try:
        write_atomically(path, fleet_pdf_bytes(sheet), mode=0o644)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror or error}.", "Choose another folder.") from error


def fleet_pdf_bytes(sheet: FleetSheet) -> bytes:
    """The sheet as a PDF; the same sheet gives the same bytes."""
    what = f"{len(sheet.lines)} displays, {moment(sheet.at)}"
    running = Running("Lightbox · displays of the fleet", what, (f"As of {moment(sheet.at)}", _sources(sheet)))

    def draw(page: ReportPage) -> None:
        _title(page, sheet)
        _counts(page, sheet)
        _faults(page, sheet.faults)
        _list(page, "Failing", [(line, line.failing) for line in sheet.lines if line.failing])
        _list(page, "Overdue", [(line, line.overdue) for line in sheet.lines if line.overdue])
        _list(page, "Drifting: leaves a limit within a year", [(x, x.drifting) for x in sheet.lines if x.drifting])
        _everybody(page, sheet.lines)

    return pages_of(draw, running, title=f"Displays of the fleet, {day(sheet.at)}", created=sheet.at, is_landscape=True)


def _sources(sheet: FleetSheet) -> str:
    computers = len({line.workstation for line in sheet.lines})
    return f"{sheet.records} records of {computers} workstations in {sheet.files} files"


def _title(page: ReportPage, sheet: FleetSheet) -> None:
    page.type(9, QUIET, bold=True)
    page.paragraph("Lightbox · display quality control", 9)
    page.type(16, INK, bold=True)
    page.paragraph("Displays of the fleet", 16)
    page.type(BODY_PT, QUIET)
    page.paragraph(f"As of {moment(sheet.at)} · {_sources(sheet)}")
    page.ln(3)


def _counts(page: ReportPage, sheet: FleetSheet) -> None:
    """A tile for each state, and how many displays have a problem of each kind."""
    counts = Counter(line.state for line in sheet.lines)
    gap, height = 3.0, 17.0
    width = (page.epw - gap * (len(STATES) - 1)) / len(STATES)
    y = page.get_y()
    for number, state in enumerate(STATES):
        x = page.l_margin + number * (width + gap)
        page.set_fill_color(*TINT)
        page.rect(x, y, width, height, style="F")
        page.set_fill_color(*_COLOURS[state])
        page.rect(x, y, 1.5, height, style="F")
        page.type(17, _COLOURS[state] if counts[state] else QUIET, bold=True)
        page.text(x + 5, y + 8, str(counts[state]))
        page.type(BODY_PT, INK)
        page.text(x + 5, y + 13.5, state)
    page.set_y(y + height + 2.5)
    page.type(BODY_PT, INK)
    failing, overdue = sum(bool(line.failing) for line in sheet.lines), sum(bool(line.overdue) for line in sheet.lines)
    drifting = sum(bool(line.drifting) for line in sheet.lines)
    page.paragraph(f"{failing} failing, {overdue} overdue, {drifting} drifting, of {len(sheet.lines)} displays.")


def _faults(page: ReportPage, faults: Sequence[str]) -> None:
    if not faults:
        return
    page.heading("Files that could not be used")
    page.type(BODY_PT, FAIL)
    for fault in faults:
        page.paragraph(f"• {fault}")


def _list(page: ReportPage, title: str, entries: Sequence[tuple[FleetLine, Sequence[str]]]) -> None:
    """Those with a problem, with their reasons in full."""
    if not entries:
        return
    page.heading(f"{title}: {len(entries)}")
    columns = (Column("Workstation", 40), Column("Display", 62), Column("Role", 24), Column("Why", 137))
    page.ruled_table(columns, [(line.workstation, line.display, line.role, "; ".join(why)) for line, why in entries])


def _everybody(page: ReportPage, lines: Sequence[FleetLine]) -> None:
    page.heading(f"All displays: {len(lines)}")
    columns = (
        Column("State", 20),
        Column("Workstation", 38),
        Column("Display", 60),
        Column("Role", 24),
        Column("Policy", 22),
        Column("Last check", 24),
        Column("on", 20),
        Column("Verdict", 24),
        Column("Reason", 50),
    )
    page.line_table(columns, [_cells(line) for line in lines])
    if not lines:
        page.type(SMALL_PT, QUIET)
        page.cell(page.epw, leading(SMALL_PT), "No display is known.")


def _cells(line: FleetLine) -> list[str | Cell]:
    return [
        Cell(line.state, _COLOURS.get(line.state, INK), is_bold=True),
        line.workstation,
        line.display,
        line.role,
        line.policy,
        line.last_check,
        day(line.last_at) if line.last_at else "never",
        Cell(line.last_verdict, _VERDICT_COLOURS.get(line.last_verdict, INK)),
        line.reasons[0] if line.reasons else "",
    ]
