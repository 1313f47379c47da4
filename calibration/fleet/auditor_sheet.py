"""A fleet as the auditor's PDF wants it."""

from __future__ import annotations

from calibration.exports.fleet_pdf import FleetLine, FleetSheet
from calibration.fleet.overview import FleetOverview, FleetRow


def sheet_of(found: FleetOverview) -> FleetSheet:
    """Every display in plain words, worst first, and the files that could not be used."""
    faults = tuple(fault.problem for fault in found.faults)
    return FleetSheet(found.at, tuple(_line(row) for row in found.rows), found.files, found.records, faults)


def _line(row: FleetRow) -> FleetLine:
    return FleetLine(
        workstation=row.workstation,
        display=row.title,
        role=row.role,
        policy=row.policy,
        state=row.state.value.upper(),
        last_check=row.last_check,
        last_verdict=row.last_verdict.value if row.last_verdict else "",
        last_at=row.last_at,
        reasons=row.reasons,
        overdue=tuple(task.sentence for task in row.overdue),
        failing=row.failing,
        drifting=row.drifting,
        known_until=row.exported_at,
    )
