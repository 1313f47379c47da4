"""One display of a fleet: what is kept of its records, and the row that follows from it at a given time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from pydantic import TypeAdapter

from calibration.checks.display_history import CLOCK_TOLERANCE, DisplayHistory, history_of
from calibration.checks.display_state import judged_role, policy_for, state_of
from calibration.checks.findings import Case, StateName, standing_failures, tasks_of
from calibration.checks.schedule import Dueness, DueTask, reminders
from calibration.conformance.policy import Policy
from calibration.conformance.verdict import RuleResult
from calibration.conformance.wording import limit_text, measured_text, value_text
from calibration.displays.identity import DisplayIdentity, PanelSettings
from calibration.exports.trends import Trend, trend_of
from calibration.fleet.condensed import condensed
from calibration.fleet.overview import Drift, FleetRow
from calibration.records.codec import plain_of
from calibration.records.record import CheckRecord, DisplayRecord, StoredRecord

DRIFT_METRICS = ("luminance_max", "luminance_ratio", "max_contrast_deviation")
DRIFT_AHEAD = timedelta(days=365)
_DEFAULT_ROLE = "diagnostic"


@dataclass(frozen=True)
class DisplaySummary:
    """What a row is made of, whenever it is asked for.

    Attributes
    ----------
    stored
        `condensed` records without readings.
    distrust
        Why its records cannot be trusted, in words; empty when they can.
    """

    display_key: str
    workstation: str
    identity: DisplayIdentity | None
    stored: tuple[StoredRecord, ...]
    drifts: tuple[Drift, ...]
    records: int
    exported_at: datetime | None
    distrust: str = ""


def summary_of(
    display_key: str, stored: Sequence[StoredRecord], exported_at: datetime | None, distrust: str = ""
) -> DisplaySummary:
    """Everything that is kept of a display.

    Parameters
    ----------
    stored
        All records of the display, without readings, in the order in which they came into the book; at least one.
    """
    return DisplaySummary(
        display_key,
        stored[-1].record.head.workstation,
        _identity(stored),
        condensed(stored),
        tuple(drift for metric in DRIFT_METRICS if (drift := _drift(stored, metric)) is not None),
        len(stored),
        exported_at,
        distrust,
    )


def text_of(summary: DisplaySummary) -> str:
    """As it is kept in the index."""
    return json.dumps(plain_of(summary), ensure_ascii=False, separators=(",", ":"))


def summary_from(text: str) -> DisplaySummary:
    """What `text_of` gave."""
    return _summaries().validate_json(text)


def row_of(summary: DisplaySummary, now: datetime, policies: Mapping[str, Policy]) -> FleetRow:
    """The row at a time, by the policies in force."""
    identity = summary.identity
    if identity is None:  # only calibrations or overrides are known of it
        return _bare_row(summary, "nothing but its key is known of this monitor")
    history = history_of(identity, summary.stored)
    role = _role(history)
    case = Case(
        identity=identity,
        role=judged_role(role, history) or role,
        history=history,
        policy=policy_for(role, history, policies),
        panel=PanelSettings(),  # nobody can ask the monitor from here
        now=_not_before(summary.stored, now),
    )
    state = state_of(case, role, summary.distrust)
    tasks = () if summary.distrust else reminders(tasks_of(case))
    row = _bare_row(summary, "")
    return replace(
        row,
        title=identity.title,
        role=role,
        policy=case.policy.id if case.policy else "",
        state=state.name,
        reasons=state.reasons,
        overdue=_those(tasks, Dueness.EXPIRED),
        due=_those(tasks, Dueness.DUE),
        failing=_failing(case),
        drifting=tuple(_sentence(drift) for drift in summary.drifts if _leads_out(drift, now)),
    )


def _not_before(stored: Sequence[StoredRecord], now: datetime) -> datetime:
    """Two computers' clocks differ by minutes: a check made a moment ago must not lie in the future here."""
    newest = max((each.record.head.at for each in stored), default=now)
    return newest if now < newest <= now + CLOCK_TOLERANCE else now


def _bare_row(summary: DisplaySummary, reason: str) -> FleetRow:
    last = _last_check(summary.stored)
    return FleetRow(
        workstation=summary.workstation,
        display_key=summary.display_key,
        title=summary.display_key,
        role=_DEFAULT_ROLE,
        policy="",
        state=StateName.UNKNOWN,
        reasons=tuple(each for each in (summary.distrust, reason) if each),
        overdue=(),
        due=(),
        last_verdict=last.verdict.name if last else None,
        last_check=last.check if last else "",
        last_at=last.head.at if last else None,
        failing=(),
        drifts=summary.drifts,
        drifting=(),
        records=summary.records,
        exported_at=summary.exported_at,
    )


def _last_check(stored: Sequence[StoredRecord]) -> CheckRecord | None:
    checks = [each.record for each in stored if isinstance(each.record, CheckRecord) and each.record.is_complete]
    return checks[-1] if checks else None


def _identity(stored: Sequence[StoredRecord]) -> DisplayIdentity | None:
    """Of the newest record that says it."""
    known = [each.record for each in stored if isinstance(each.record, CheckRecord | DisplayRecord)]
    return known[-1].facts.identity if known else None


def _role(history: DisplayHistory) -> str:
    if history.registration is not None:
        return history.registration.role
    return history.checks[-1].role if history.checks else _DEFAULT_ROLE


def _those(tasks: Sequence[DueTask], dueness: Dueness) -> tuple[DueTask, ...]:
    return tuple(task for task in tasks if task.dueness is dueness)


def _failing(case: Case) -> tuple[str, ...]:
    if case.policy is None:
        return ()
    found = standing_failures(case.checks, {rule.metric for rule in case.policy.rules})
    return tuple(_failure(rule) for rule, _ in found)


def _failure(rule: RuleResult) -> str:
    value = "" if rule.value is None else f" {measured_text(rule.value, rule.uncertainty, rule.unit)}"
    return f"{rule.title}{value}, limit {limit_text(rule)}"


def _drift(stored: Sequence[StoredRecord], metric: str) -> Drift | None:
    trend = trend_of(stored, metric)
    if not trend.points:
        return None
    return Drift(
        trend.metric,
        trend.title,
        trend.unit,
        trend.points[-1].value,
        trend.slope_per_year,
        trend.is_drifting,
        _utc(trend),
        trend.reason,
    )


def _utc(trend: Trend) -> datetime | None:
    return trend.leaves_on.astimezone(UTC) if trend.leaves_on is not None else None


def _leads_out(drift: Drift, now: datetime) -> bool:
    return drift.leaves_on is not None and drift.leaves_on <= now + DRIFT_AHEAD


def _sentence(drift: Drift) -> str:
    slope = drift.slope_per_year or 0.0
    way = "rises" if slope > 0 else "falls"
    on = f"{drift.leaves_on.astimezone():%Y-%m-%d}" if drift.leaves_on else ""
    return f"{drift.title} {way} by {value_text(abs(slope), drift.unit)} a year and leaves its limit about {on}"


@cache
def _summaries() -> TypeAdapter[DisplaySummary]:
    return TypeAdapter(DisplaySummary)
