"""Drives one check: shows what each step asks for, reads the meter off the GUI thread, goes on by itself.

It knows no widgets. Windows listen to its signals and tell it what the person did. Every reading is in the journal of
the run before it counts, so whatever ends the session loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer, Signal

from calibration.checks.check_run import CheckRun
from calibration.checks.run_order import CannotResume, RunState
from calibration.checks.steps import Ask, Enter, Instruct, Measure, Wait, pattern_of
from calibration.displays.identity import DisplayFacts
from calibration.photometer.errors import ImpossibleReading, MeterFault, MeterMissing
from calibration.photometer.meter import Photometer
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import Reading
from calibration.ui.meter_reader import MeterReader
from calibration.ui.pattern_stage import PatternStage
from calibration.ui.session_views import ENDED, Pause, PauseKind, ReadingView, StepView, series_of_step
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.tasks import TaskRunner

FactsNow = Callable[[CancelToken], DisplayFacts]
"""Looks at the display under test again (its plug, its settings); called off the GUI thread."""
_TICK_MS = 1000


class CheckSession(QObject):
    """One run of one check in front of a person.

    Parameters
    ----------
    meter
        Connected already; None for checks by eye.
    facts_now
        The display as it is, asked again before a paused check goes on.
    patience
        Share of the settling times that is waited; simulated displays settle at once.
    """

    step_changed = Signal(object)
    """A `StepView`."""
    reading_taken = Signal(object)
    """A `ReadingView`."""
    warned = Signal(str)
    """Something looked wrong, in words; the check goes on."""
    refused = Signal(str)
    """What the person gave cannot be taken, in words."""
    waited = Signal(float)
    """Seconds left of a wait."""
    lux_measured = Signal(float)
    paused = Signal(object)
    """A `Pause`."""
    monitor_is_back = Signal()
    resumed = Signal()
    completed = Signal()
    """All steps are done; `finish`, `repeat_uncertain` or `stop`."""
    ended = Signal(object)
    """The `CheckRecord` that was written."""

    def __init__(
        self,
        run: CheckRun,
        stage: PatternStage,
        tasks: TaskRunner,
        *,
        meter: Photometer | None,
        facts_now: FactsNow,
        patience: float = 1.0,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.run = run
        self._stage = stage
        self._tasks = tasks
        self._reader = MeterReader(meter, tasks, self)
        self._facts_now = facts_now
        self._patience = patience
        self._pause: Pause | None = None
        self._scaled = ""
        self._ticket = 0  # of the step in hand: what was started for an earlier one is dropped
        self._left_s = 0.0
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._connect()

    # --- what the window asks -------------------------------------------------------------------------------------

    @property
    def view(self) -> StepView | None:
        """The step in hand; None when there is none left."""
        step = self.run.step
        if step is None:
            return None
        return StepView(step, self.run.index, self.run.total, self.run.remaining_s, self.run.can_go_back)

    @property
    def pause(self) -> Pause | None:
        """What the check waits for; None while it goes on."""
        return self._pause

    @property
    def meter(self) -> Photometer | None:
        """The meter in use."""
        return self._reader.meter

    @property
    def is_over(self) -> bool:
        """Whether the record is written."""
        return self.run.state in ENDED

    # --- what the person does -------------------------------------------------------------------------------------

    def start(self) -> None:
        """Show the first step (of a resumed run: the one it stood at)."""
        if self.run.state is RunState.PAUSED:
            self._halt(Pause(PauseKind.PERSON, "The check is paused.", "Its readings are kept."))
            return
        self._show_step()

    def done(self) -> None:
        """The instruction was followed, or the wait is given up as long enough."""
        if isinstance(self.run.step, Instruct):
            self._advance(self.run.done)

    def answer(self, text: str) -> None:
        """An answer to a question or a choice."""
        self._advance(lambda: self.run.answer(text))

    def enter(self, value: float, source: str = "PROVIDED") -> None:
        """A number asked for."""
        self._advance(lambda: self.run.enter(value, source))

    def skip(self, reason: str) -> None:
        """Leave the step out."""
        view = self.view
        if view is not None and view.can_skip:
            self._advance(lambda: self.run.skip(reason))

    def back(self) -> None:
        """To the step before."""
        if self._pause is None and self.run.can_go_back:
            self._advance(self.run.back)

    def repeat_uncertain(self) -> None:
        """Measure the levels again on which an INCONCLUSIVE verdict hangs."""
        if self.run.can_repeat:
            self._advance(self.run.repeat_uncertain)

    def hold(self) -> None:
        """The person wants a pause."""
        if self._pause is None and self.run.state is RunState.RUNNING:
            self._stand_still(Pause(PauseKind.PERSON, "The check is paused.", "Every reading so far is kept."))

    def go_on(self) -> None:
        """After a pause: look at meter and display again, then continue where it stood."""
        if self._pause is None:
            return
        ticket, meter = self._next_ticket(), self.meter
        connects = self._pause.kind is PauseKind.METER

        def work(cancel: CancelToken) -> tuple[DisplayFacts, MeterIdentity | None]:
            identity = None if meter is None else meter.connect(cancel) if connects else meter.identity
            return self._facts_now(cancel), identity

        self._tasks.run(
            work,
            owner=self,
            on_success=lambda now: self._continue(ticket, *now),
            on_failure=lambda error: self._still_missing(ticket, error),
        )

    def use_meter(self, meter: Photometer) -> None:
        """Take another meter (connected already) and go on, where the run allows it."""
        self._reader.change(meter)
        self.go_on()

    def measure_lux(self) -> None:
        """Let the meter's diffuser answer a question for room light."""
        meter, ticket = self.meter, self._ticket
        step = self.run.step
        if meter is None or not isinstance(step, Enter) or not step.may_measure_lux:
            return
        self._tasks.run(
            meter.read_illuminance_lux,
            owner=self,
            on_success=lambda lux: self._lux(ticket, lux),
            on_failure=lambda error: self.refused.emit(str(error)),
        )

    def finish(self) -> None:
        """Write the record (and put the table of a calibration to use)."""
        with self._telling():
            self.ended.emit(self.run.finish())

    def stop(self, reason: str) -> None:
        """Break the check off; its readings are kept in a record that is not complete."""
        if self.is_over:
            return
        self._next_ticket()
        with self._telling():
            self.ended.emit(self.run.break_off(reason))

    def close(self) -> None:
        """Let go of meter and pattern. The run stays in the journal unless it has ended."""
        self._next_ticket()
        if not self.is_over:
            self.run.leave()
        self._reader.change(None)
        self._stage.close()

    # --- steps ----------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        self._settle.timeout.connect(self._read)
        self._tick.timeout.connect(self._second_over)
        self._stage.clicked.connect(self._clicked)
        self._stage.shown.connect(self._look_at_scale)
        self._stage.went.connect(self._monitor_went)
        self._stage.came_back.connect(self._monitor_came)

    def _next_ticket(self) -> int:
        self._ticket += 1
        self._reader.forget()
        self._settle.stop()
        self._tick.stop()
        return self._ticket

    def _advance(self, move: Callable[[], object]) -> None:
        """Tell the run, then show what comes next."""
        if self._pause is not None:
            return
        with self._telling():
            move()
            self._show_step()

    def _show_step(self) -> None:
        ticket = self._next_ticket()
        view = self.view
        if view is None:
            self._stage.clear()
            self.completed.emit()
            return
        self.step_changed.emit(view)
        if self._ticket != ticket:  # somebody who listened has moved on already
            return
        if isinstance(view.step, Wait):
            self._left_s = view.step.seconds
            self._tick.start()
        order = pattern_of(view.step)
        if order is None:
            self._stage.clear()
            self._shown(ticket)
        else:
            self._stage.show(order, self.run.lut, lambda: self._shown(ticket), lambda e: self._not_shown(ticket, e))

    def _look_at_scale(self, pattern: object) -> None:
        """A pattern that is not seen pixel by pixel makes the verdict provisional; noted once for each reason."""
        why = self._stage.warning
        if pattern is None or not why or why == self._scaled or self.run.state is not RunState.RUNNING:
            return
        self._scaled = why
        with self._telling():
            self.run.patterns_are_scaled(why)

    def _shown(self, ticket: int) -> None:
        step = self.run.step
        if ticket == self._ticket and isinstance(step, Measure):
            self._reader.pattern_shown(step.pattern)
            self._settle.start(round(1000 * step.settle_s * self._patience))

    def _not_shown(self, ticket: int, error: UserFacingError) -> None:
        if ticket == self._ticket:
            self._stand_still(Pause(PauseKind.MONITOR, error.what, error.advice))

    def _second_over(self) -> None:
        self._left_s -= _TICK_MS / 1000
        if self._left_s > 0:
            self.waited.emit(self._left_s)
        else:
            self._advance(self.run.done)

    def _clicked(self, x: int, y: int) -> None:
        step = self.run.step
        if isinstance(step, Ask) and not step.choices and self._pause is None:
            self._advance(lambda: self.run.click(x, y))

    # --- reading --------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        self._reader.ask(self._got, self._failed)

    def _got(self, reading: Reading) -> None:
        step, ticket = self.run.step, self._ticket
        if not isinstance(step, Measure):
            return
        with self._telling():
            taken = self.run.give_reading(reading)
            self._tell_reading(step)
            if taken.warning:
                self.warned.emit(taken.warning)
            if self._ticket != ticket:  # somebody who listened has moved on
                return
            if taken.wants_more:
                self._read()
            else:
                self._show_step()

    def _failed(self, error: UserFacingError) -> None:
        if isinstance(error, ImpossibleReading) and self._reader.is_typed:
            self.refused.emit(str(error))
            self._read()
        else:
            self._stand_still(Pause(PauseKind.METER, error.what, error.advice))

    def _tell_reading(self, step: Measure) -> None:
        meter = self.run.order.meter
        series = series_of_step(self.run.series, step, includes_ambient=meter is not None and meter.includes_ambient)
        level = next((m for m in series.at_place(step.pattern.place) if m.level == step.pattern.level), None)
        readings = level.readings if level is not None else ()
        self.reading_taken.emit(ReadingView(step, readings, series, self.run.ambient))

    def _lux(self, ticket: int, lux: float) -> None:
        if ticket == self._ticket:
            self.lux_measured.emit(lux)

    # --- pauses ---------------------------------------------------------------------------------------------------

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What the run refuses is said; what it cannot write down stops the check until it can."""
        try:
            yield
        except UserFacingError as error:
            if isinstance(self.run.step, Enter | Ask) or self.run.state is not RunState.RUNNING:
                self.refused.emit(str(error))
            else:
                self._stand_still(Pause(PauseKind.RECORDS, error.what, error.advice))

    def _stand_still(self, pause: Pause) -> None:
        self._next_ticket()
        if self.run.state is RunState.RUNNING:
            try:
                self.run.pause(pause.what)
            except UserFacingError as error:  # the journal cannot be written: say so, it is worse
                pause = Pause(PauseKind.RECORDS, error.what, error.advice)
        self._halt(pause)

    def _halt(self, pause: Pause) -> None:
        self._pause = pause
        self.paused.emit(pause)

    def _still_missing(self, ticket: int, error: UserFacingError) -> None:
        if ticket == self._ticket and self._pause is not None:
            is_meter = isinstance(error, MeterFault | MeterMissing)
            self._halt(Pause(PauseKind.METER if is_meter else self._pause.kind, error.what, error.advice))

    def _continue(self, ticket: int, facts: DisplayFacts, meter: MeterIdentity | None) -> None:
        if ticket != self._ticket or self._pause is None:
            return
        if not self._stage.is_there:
            self._halt(self._unplugged())
            return
        try:
            if self.run.state is RunState.PAUSED:
                self.run.go_on(facts, self.run.order.lut_sha256, meter)
        except CannotResume as error:
            self._pause = None
            self.warned.emit(str(error))
            self.ended.emit(self.run.record)
            return
        except UserFacingError as error:
            self._halt(Pause(PauseKind.RECORDS, error.what, error.advice))
            return
        self._pause = None
        self.resumed.emit()
        self._show_step()

    def _unplugged(self) -> Pause:
        return Pause(
            PauseKind.MONITOR,
            f"The monitor {self.run.order.facts.identity.title} is no longer there.",
            "Plug it in and switch it on. The check goes on where it stood; every reading so far is kept.",
        )

    def _monitor_went(self) -> None:
        step = self.run.step
        if isinstance(step, Measure) and step.is_display_off:
            return  # some monitors leave the computer when they are switched off
        if self.run.state is RunState.RUNNING:
            self._stand_still(self._unplugged())

    def _monitor_came(self) -> None:
        if self._pause is not None and self._pause.kind is PauseKind.MONITOR:
            self.monitor_is_back.emit()
