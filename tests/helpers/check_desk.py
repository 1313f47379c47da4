"""A record book, policies and orders for checks that run in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from calibration.checks.check_run import CheckRun
from calibration.checks.run_order import RunOrder
from calibration.conformance.policy import Policy, load_policies
from calibration.displays.identity import DisplayFacts, DisplayIdentity, PanelSettings
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import Ambient, AmbientSource
from calibration.records.record import CheckRecord
from calibration.records.record_book import RecordBook
from tests.helpers.simulated_panel import Person, SimulatedPanel, SteppingClock, carry_out

METER = MeterIdentity("spotread", "Synthetic Colorimeter", "SYN-0001", date(2027, 1, 1), measures_colour=True)
LAMB = Ambient(0.2, AmbientSource.MEASURED)
FACTS = DisplayFacts(
    DisplayIdentity("DP-1", "EIZO", "RX360", "21984077", 1200, 1600),
    254,
    339,
    "ab" * 32,
    "",
    PanelSettings(60, 50, 1000),
)
KEY = FACTS.identity.key


class CheckDesk:
    """One computer with one book; makes orders and panels.

    Attributes
    ----------
    lut_order
        The order with the LUT that the last calibration put to use.
    """

    def __init__(self, folder: Path, policy: str = "acr") -> None:
        self.folder = folder
        self.clock = SteppingClock()
        self.book = RecordBook.open(folder, self.clock, "reading-room-2")
        self.policy: Policy = load_policies()[policy]

    def panel(self, **facts: Any) -> SimulatedPanel:
        """A panel before this desk's clock: gamma 2.2, 1.2 to 420 cd/m² unless told otherwise."""
        return SimulatedPanel(self.clock, **{"least_cd_m2": 1.2, "most_cd_m2": 420.0, **facts})

    def order(self, check: str, **facts: Any) -> RunOrder:
        """What is to be run."""
        ready = {"meter": METER, "ambient": LAMB, "seed": 7, "policy": self.policy, "operator": "Ann", **facts}
        return RunOrder(check=check, facts=ready.pop("facts", FACTS), role=ready.pop("role", "diagnostic"), **ready)

    def start(self, check: str, **facts: Any) -> CheckRun:
        """Begin a check."""
        return CheckRun.start(self.order(check, **facts), self.book, self.clock)

    def done(self, check: str, panel: SimulatedPanel, person: Person | None = None, **facts: Any) -> CheckRun:
        """Carry a whole check out."""
        run = self.start(check, **facts)
        carry_out(run, panel, person)
        run.finish()
        return run

    def checks(self) -> list[CheckRecord]:
        """Every check in the book, oldest first."""
        return [each.record for each in self.book.records(KEY) if isinstance(each.record, CheckRecord)]

    def reopened(self) -> CheckDesk:
        """The same folder after the program has died and was started again."""
        self.book.close()
        again = CheckDesk.__new__(CheckDesk)
        again.folder, again.clock, again.policy = self.folder, self.clock, self.policy
        again.book = RecordBook.open(self.folder, self.clock, "reading-room-2")
        return again


def with_panel(**settings: int) -> DisplayFacts:
    """The display with other settings."""
    return replace(FACTS, panel=replace(FACTS.panel, **settings))


def readings_in(check: CheckRecord) -> int:
    """How many readings a record holds."""
    return sum(len(level.readings) for series in check.series for level in series.measured)
