"""Where a run stands, to be looked at: steps, progress, table in use, what has been gathered; nothing changes it."""

from __future__ import annotations

from datetime import datetime

from calibration.checks.check_outcome import Gathered, judge_run
from calibration.checks.check_plan import planned_steps
from calibration.checks.run_order import RunOrder, RunState
from calibration.checks.step_deck import StepDeck
from calibration.checks.step_results import answers_of, notes_of
from calibration.checks.steps import Step
from calibration.checks.uncertain_levels import uncertain_steps
from calibration.gsdf.display_lut import DisplayLut
from calibration.readings.reading import Ambient, Reading, Series
from calibration.records.record import Answer, CalibrationRecord, CheckRecord
from calibration.records.record_book import RecordBook
from workstation.foundation.clock import Clock

MOST_REPEATS = 2
"""Rounds of repeating uncertain levels: without an end one could repeat until chance says PASS."""


class RunStanding:
    """The part of a `CheckRun` that only tells."""

    def __init__(
        self, run_id: str, order: RunOrder, began: datetime, book: RecordBook, clock: Clock, *, measures_before: bool
    ) -> None:
        self._id, self._order, self._began, self._book, self._clock = run_id, order, began, book, clock
        self._measures_before = measures_before
        self._deck = StepDeck(order, planned_steps(order, needs_before=measures_before), began)
        self._state = RunState.RUNNING if self._deck.present is not None else RunState.COMPLETE
        self._notes: list[str] = []
        self._repeats = 0
        self._continues: tuple[str, ...] = ()
        self._last_at = began
        self._record: CheckRecord | None = None
        self._calibration: CalibrationRecord | None = None

    @property
    def run_id(self) -> str:
        """Its name in the journal."""
        return self._id

    @property
    def order(self) -> RunOrder:
        """What was asked."""
        return self._order

    @property
    def state(self) -> RunState:
        """Where it stands."""
        return self._state

    @property
    def step(self) -> Step | None:
        """What is to be done now; None when all steps are done or the run has ended. Paused runs keep their step."""
        return self._deck.present if self._state in (RunState.RUNNING, RunState.PAUSED) else None

    @property
    def index(self) -> int:
        """Number of steps done."""
        return self._deck.position

    @property
    def total(self) -> int:
        """Number of steps, as far as can be foreseen (a choice may change it)."""
        return len(self._deck.steps)

    @property
    def remaining_s(self) -> float:
        """Seconds that the steps left will take; learns from how long the steps so far took."""
        return self._deck.remaining_s

    @property
    def lut(self) -> DisplayLut | None:
        """The table that P-value patterns go through now (None: identity). A calibration changes it on the way."""
        return self._order.lut if self._deck.made is None else self._deck.made.lut

    @property
    def lut_sha256(self) -> str:
        """Hash of `lut`; empty for the identity."""
        return self._gathered.lut_sha256

    @property
    def series(self) -> tuple[Series, ...]:
        """What has been measured so far, for curves that fill while measuring."""
        return self._deck.series

    @property
    def ambient(self) -> Ambient:
        """Lamb as far as it is known."""
        return self._deck.ambient

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What people saw so far."""
        return answers_of(self._deck.all_results)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noticed so far, in words."""
        return tuple(dict.fromkeys((*notes_of(self._deck.all_results), *self._notes)))

    @property
    def readings_here(self) -> tuple[Reading, ...]:
        """Accepted readings of the present step."""
        return self._deck.result.readings if self._deck.result is not None else ()

    @property
    def can_go_back(self) -> bool:
        """Whether `back` is allowed now."""
        return self._deck.position > 0 and self._state in (RunState.RUNNING, RunState.COMPLETE)

    @property
    def can_repeat(self) -> bool:
        """Whether `repeat_uncertain` has something to offer."""
        may = self._state in (RunState.COMPLETE, RunState.FINISHED) and self._repeats < MOST_REPEATS
        return may and bool(self._uncertain())

    @property
    def record(self) -> CheckRecord | None:
        """What `finish` or `break_off` wrote."""
        return self._record

    @property
    def calibration(self) -> CalibrationRecord | None:
        """The display LUT that `finish` put to use, where it was a calibration."""
        return self._calibration

    @property
    def _gathered(self) -> Gathered:
        deck = self._deck
        return Gathered(self._order, self._began, deck.all_results, deck.made, tuple(self._notes))

    def _uncertain(self) -> tuple[Step, ...]:
        judged = judge_run(self._gathered, self._book, self._clock)
        return uncertain_steps(self._gathered, judged.verdict)
