"""What there is to know of a fleet of displays, one row a display."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from calibration.checks.findings import StateName
from calibration.checks.schedule import DueTask
from calibration.conformance.verdict import VerdictName


@dataclass(frozen=True)
class Drift:
    """How one quantity of a display moves since its last calibration.

    Attributes
    ----------
    slope_per_year
        In ``unit`` per year; None for too few checks.
    is_significant
        The slope differs from zero by more than its uncertainty.
    leaves_on
        When the straight line meets the limit; None when it does not, or no date can be given.
    reason
        Why there is no date, a sentence; empty when there is one.
    """

    metric: str
    title: str
    unit: str
    last: float | None
    slope_per_year: float | None
    is_significant: bool
    leaves_on: datetime | None
    reason: str


@dataclass(frozen=True)
class FleetRow:
    """One display.

    Attributes
    ----------
    workstation
        Where its newest record was made.
    reasons
        Of its state, worst first.
    overdue, due
        Tasks whose grace has run out, and those that are to be done now.
    last_verdict, last_check, last_at
        Of its newest finished check; None and empty without one.
    failing
        Standing failures, each a clause: ``Contrast response 23.1 %, limit ≤ 15 %``.
    drifts
        One for each quantity that was measured.
    drifting
        Sentences about those that lead out of their limit within a year.
    exported_at
        How far its records reach: nothing later is known here.
    """

    workstation: str
    display_key: str
    title: str
    role: str
    policy: str
    state: StateName
    reasons: tuple[str, ...]
    overdue: tuple[DueTask, ...]
    due: tuple[DueTask, ...]
    last_verdict: VerdictName | None
    last_check: str
    last_at: datetime | None
    failing: tuple[str, ...]
    drifts: tuple[Drift, ...]
    drifting: tuple[str, ...]
    records: int
    exported_at: datetime | None


@dataclass(frozen=True)
class FileFault:
    """A file that is not used, and why."""

    path: Path
    problem: str


@dataclass(frozen=True)
class FleetOverview:
    """A fleet at a time, worst displays first."""

    at: datetime
    rows: tuple[FleetRow, ...]
    faults: tuple[FileFault, ...]
    files: int

    @property
    def counts(self) -> Mapping[StateName, int]:
        """How many displays are in each state; all states are named."""
        found = Counter(row.state for row in self.rows)
        return {state: found[state] for state in StateName}

    @property
    def workstations(self) -> int:
        """How many computers the displays stand at."""
        return len({row.workstation for row in self.rows})

    @property
    def records(self) -> int:
        """How many records stand behind it."""
        return sum(row.records for row in self.rows)

    @property
    def overdue(self) -> tuple[FleetRow, ...]:
        """Displays with an overdue task."""
        return self._those(lambda row: bool(row.overdue))

    @property
    def failing(self) -> tuple[FleetRow, ...]:
        """Displays with a failed rule that stands, or whose state is FAILED."""
        return self._those(lambda row: bool(row.failing) or row.state is StateName.FAILED)

    @property
    def drifting(self) -> tuple[FleetRow, ...]:
        """Displays with a quantity that leads out of its limit within a year."""
        return self._those(lambda row: bool(row.drifting))

    @property
    def is_conformant(self) -> bool:
        """Every display is known to be fit, and every file could be read."""
        return not self.faults and all(row.state in (StateName.OK, StateName.DUE) for row in self.rows)

    def _those(self, is_meant: Callable[[FleetRow], bool]) -> tuple[FleetRow, ...]:
        return tuple(row for row in self.rows if is_meant(row))
