"""A department with one display, a real record book and a clock that a test sets: what happened, then its state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from calibration.checks.authority import DisplayAuthority
from calibration.checks.display_state import DisplayState
from calibration.conformance.judge import judge
from calibration.conformance.policy import Policy
from calibration.conformance.verdict import Quantity
from calibration.displays.identity import DisplayFacts, DisplayIdentity, PanelSettings
from calibration.gsdf.lut_building import BuiltLut, lut_hash
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import NO_AMBIENT
from calibration.records.record import CalibrationRecord, CheckRecord, DisplayRecord, Record, StoredRecord
from calibration.records.record_book import RecordBook, new_head

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEFT = DisplayIdentity("DP-1", "ENC", "RX560", "21984077", 2048, 2560)
PANEL = PanelSettings(62, 50, 2100, "1.3")
METER = MeterIdentity("spotread", "i1Display Pro", "I1-77", certificate_uncertainty=0.02)
UNITS = {"max_contrast_deviation": "fraction", "luminance_ratio": "ratio", "uniformity_mld": "%", "visual_failures": ""}
MEASURED = {"max_contrast_deviation": 0.05, "luminance_ratio": 350.0}
EYE = {"visual_failures": 0.0}
GOOD: Mapping[str, Mapping[str, float]] = {
    "daily": EYE,
    "weekly-visual": EYE,
    "visual": EYE,
    "luminance-18": MEASURED,
    "calibration": MEASURED,
    "monthly": {**MEASURED, "uniformity_mld": 12.0},
    "annual": {**MEASURED, **EYE, "uniformity_mld": 12.0},
    "acceptance": {**MEASURED, **EYE, "uniformity_mld": 12.0},
}


class SetClock:
    """A clock that stands until a test moves it."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def to_day(self, day: float) -> None:
        """So many days after the start."""
        self.at = START + timedelta(days=day)


def a_policy(**changes: Any) -> Policy:
    """A policy with one rule of each kind and the usual tasks."""
    raw: dict[str, Any] = {
        "schema": "policy/1",
        "id": "house",
        "title": "Rules of a test",
        "version": "1",
        "rules": [
            _rule("max_contrast_deviation", "at most", 0.10, "monthly", warn=0.08),
            _rule("luminance_ratio", "at least", 250.0, "monthly"),
            _rule("uniformity_mld", "at most", 30.0, "monthly"),
            _rule("visual_failures", "at most", 0.0, "daily"),
        ],
        "tasks": [
            {"check": "daily", "title": "Daily check", "every": "daily", "grace_days": 3},
            {"check": "monthly", "title": "Monthly check", "every": "monthly", "grace_days": 10},
            {"check": "annual", "title": "Annual check", "every": "annual", "grace_days": 45},
            {"check": "acceptance", "title": "Acceptance", "every": "acceptance", "grace_days": 60},
        ],
    }
    return Policy.model_validate({**raw, **changes})


def _rule(metric: str, bound: str, limit: float, frequency: str, **more: object) -> dict[str, Any]:
    from calibration.conformance.metric_table import METRICS

    return {
        "metric": metric,
        "bound": bound,
        "limit": limit,
        "unit": METRICS[metric].unit,
        "frequency": frequency,
        "source": "test",
        **more,
    }


def a_built_lut(power: float = 1.1) -> BuiltLut:
    """Some table; another power gives another."""
    return BuiltLut(np.rint(255 * (np.arange(256) / 255) ** power).astype(np.uint16), 8)


def a_calibration(head: Any, lut: BuiltLut, after_check: str = "", panel: PanelSettings = PANEL) -> CalibrationRecord:
    """The record of a table that was put to use."""
    ddl = tuple(int(each) for each in lut.ddl)
    sha256 = lut_hash(lut.ddl, lut.ddl_bits)
    return CalibrationRecord(head, panel, NO_AMBIENT, len(ddl), ddl, lut.ddl_bits, sha256, after_check=after_check)


@dataclass
class Department:
    """One display and everything that is known of it."""

    book: RecordBook
    clock: SetClock
    policies: dict[str, Policy]
    identity: DisplayIdentity = LEFT
    panel: PanelSettings = PANEL
    lut_sha256: str = ""
    authority: DisplayAuthority = field(init=False)

    def __post_init__(self) -> None:
        self.authority = DisplayAuthority(self.book, self.policies, self.clock, lambda _identity: self.panel)

    def put(self, record: Record) -> StoredRecord:
        return self.book.append(record)

    def head(self, operator: str = "M. Okafor") -> Any:
        return new_head(self.identity.key, operator, self.clock)

    def registered(self, role: str = "diagnostic", policy: str = "house", **changes: Any) -> DisplayRecord:
        record = DisplayRecord(self.head(), DisplayFacts(self.identity, panel=self.panel), role, policy)
        self.put(replace(record, **changes))
        return record

    def checked(
        self,
        check: str = "acceptance",
        *,
        day: float | None = None,
        role: str = "diagnostic",
        policy: Policy | None = None,
        provisional: Sequence[str] = (),
        without: Sequence[str] = (),
        is_complete: bool = True,
        uncertainty: float | None = None,
        **values: float,
    ) -> CheckRecord:
        """A check whose quantities are good, but for those given in ``values``; judged by the real rules."""
        if day is not None:
            self.clock.to_day(day)
        from calibration.conformance.metric_table import METRICS

        found = {name: value for name, value in {**GOOD[check], **values}.items() if name not in without}
        quantities = tuple(Quantity(name, value, METRICS[name].unit, uncertainty) for name, value in found.items())
        verdict = judge(policy or self.policies["house"], role, quantities, provisional)
        record = CheckRecord(
            self.head(),
            check,
            role,
            self.clock.now() - timedelta(minutes=4),
            DisplayFacts(self.identity, panel=self.panel),
            self.lut_sha256,
            METER if "max_contrast_deviation" in found else None,
            NO_AMBIENT,
            (),
            (),
            quantities,
            verdict,
            is_complete,
        )
        self.put(record)
        return record

    def calibrated(self, lut: BuiltLut | None = None, after_check: str = "") -> CalibrationRecord:
        """A LUT is made and used from now on."""
        record = a_calibration(self.head(), lut or a_built_lut(), after_check, self.panel)
        self.lut_sha256 = record.lut_sha256
        self.put(record)
        return record

    def state(self, role: str = "diagnostic", day: float | None = None) -> DisplayState:
        if day is not None:
            self.clock.to_day(day)
        return self.authority.state_of(self.identity, role)


@contextmanager
def department(folder: Path, **changes: Any) -> Iterator[Department]:
    """A department whose records lie in ``folder``."""
    clock = SetClock()
    with RecordBook.open(folder / "records", clock, workstation="reading-room-2") as book:
        yield Department(book, clock, {"house": a_policy()}, **changes)
