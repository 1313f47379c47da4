"""Displays of a fleet as lines of a table, and the one in hand in words."""

from __future__ import annotations

from collections.abc import Sequence

from calibration.checks.check_table import title_of
from calibration.checks.findings import StateName
from calibration.conformance.wording import value_text
from calibration.exports.wording import WORDS, day
from calibration.fleet.overview import Drift, FleetOverview, FleetRow
from calibration.ui.display_card import SIGNS as STATE_SIGNS
from calibration.ui.lines_table import Column

ALL, FAILING, OVERDUE, DRIFTING, UNKNOWN, FIT = "all", "failing", "overdue", "drifting", "unknown", "fit"
RANK = {
    state: rank
    for rank, state in enumerate((StateName.FAILED, StateName.UNKNOWN, StateName.EXPIRED, StateName.DUE, StateName.OK))
}


def most_pressing(row: FleetRow) -> str:
    """The one sentence that matters most; empty when nothing does."""
    return next(iter((*row.reasons, *row.drifting)), "")


COLUMNS = (
    Column[FleetRow](
        "State",
        lambda row: STATE_SIGNS[row.state][2],
        lambda row: RANK[row.state],
        sign=lambda row: STATE_SIGNS[row.state][:2],
        tip=lambda row: "\n".join(row.reasons) or "Checked and within limits.",
    ),
    Column[FleetRow]("Workstation", lambda row: row.workstation),
    Column[FleetRow]("Display", lambda row: row.title, is_wide=True),
    Column[FleetRow]("Role", lambda row: row.role, is_quiet=True),
    Column[FleetRow](
        "Last check",
        lambda row: "none" if row.last_at is None else f"{day(row.last_at)}  {title_of(row.last_check)}",
        lambda row: "" if row.last_at is None else row.last_at.isoformat(),
    ),
    Column[FleetRow]("Most pressing", most_pressing, is_wide=True),
    Column[FleetRow](
        "Known until",
        lambda row: "" if row.exported_at is None else day(row.exported_at),
        lambda row: "" if row.exported_at is None else row.exported_at.isoformat(),
        is_quiet=True,
        tip=lambda row: f"Its exported records reach so far: {row.records} of them. What came later is not known here.",
    ),
)


def groups(found: FleetOverview) -> tuple[tuple[str, str, str, int], ...]:
    """What is counted at the top: name, title, tone where there is any, and how many."""
    return (
        (ALL, "All displays", "", len(found.rows)),
        (FAILING, "Failing", "fail", len(found.failing)),
        (OVERDUE, "Overdue", "fail", len(found.overdue)),
        (DRIFTING, "Drifting", "warn", len(found.drifting)),
        (UNKNOWN, "Not known", "warn", found.counts[StateName.UNKNOWN]),
        (FIT, "Fit", "ok", sum(is_in(row, FIT) for row in found.rows)),
    )


def is_in(row: FleetRow, group: str) -> bool:
    """Whether a display is counted there."""
    return {
        ALL: True,
        FAILING: bool(row.failing) or row.state is StateName.FAILED,
        OVERDUE: bool(row.overdue),
        DRIFTING: bool(row.drifting),
        UNKNOWN: row.state is StateName.UNKNOWN,
        FIT: row.state in (StateName.OK, StateName.DUE),
    }[group]


def matches(row: FleetRow, words: Sequence[str]) -> bool:
    """Whether every word (in lower case) stands somewhere in the line."""
    text = f"{row.workstation} {row.title} {row.display_key} {row.role} {row.policy} {row.state.value}".casefold()
    return all(word in text for word in words)


def about(row: FleetRow) -> tuple[tuple[str, str, str], ...]:
    """A display in words: name, what is to be said, tone."""
    last = "No finished check is among its records."
    if row.last_verdict is not None and row.last_at is not None:
        last = f"{title_of(row.last_check)} of {day(row.last_at)}: {WORDS[row.last_verdict]}"
    known = f"{row.records} records, exported {day(row.exported_at)}" if row.exported_at else f"{row.records} records"
    return tuple(
        (name, text, tone)
        for name, text, tone in (
            ("Why", _lines(row.reasons) or "Checked and within limits.", ""),
            ("Drifting", _lines(row.drifting), "warn"),
            ("Last check", last, ""),
            ("Trends", _lines([_drift(drift) for drift in row.drifts]), "secondary"),
            ("Use", f"{row.role.capitalize()}, policy {row.policy or 'unknown'}", "secondary"),
            ("Known from", f"{known}, {row.workstation}", "secondary"),
        )
        if text
    )


def _lines(sentences: Sequence[str]) -> str:
    return "\n".join(each[:1].upper() + each[1:] for each in sentences)


def _drift(drift: Drift) -> str:
    last = "" if drift.last is None else value_text(drift.last, drift.unit)
    if drift.leaves_on is not None:
        return f"{drift.title} {last}, leaves its limit about {day(drift.leaves_on)}"
    return f"{drift.title} {last}. {drift.reason}".strip()
