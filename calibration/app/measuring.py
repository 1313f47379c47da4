"""Measuring from the command line: the same session as in the windows, told by a terminal instead of pages."""

from __future__ import annotations

import select
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import TextIO

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer
from rich.progress import Progress

from calibration.checks.run_order import RunState
from calibration.checks.steps import Ask, Choose, Enter, Instruct, Wait
from calibration.conformance.verdict import VerdictName
from calibration.photometer.manual import TypedReadings
from calibration.readings.typed_number import plain_number
from calibration.records.record import CheckRecord
from calibration.ui.check_session import CheckSession
from calibration.ui.pattern_stage import PatternStage
from calibration.ui.session_views import Pause, ReadingView, StepView
from workstation.foundation.errors import BadInput, UserFacingError
from workstation.foundation.terminal import progress_bar, tell

_POLL_MS = 100
_SKIP = "skip"


class Terminal(QObject):
    """Carries one session out with a person at a terminal, or with nobody where no step needs one.

    Parameters
    ----------
    lines
        Where the person types; None where nobody is there: instructions count as followed, choices take their default.
    depth
        Answer to how finely a calibration measures; empty: the step's own default.
    typed
        Where a meter that a person reads waits for what is typed.
    """

    def __init__(
        self,
        session: CheckSession,
        stage: PatternStage,
        lines: TextIO | None,
        *,
        depth: str = "",
        typed: TypedReadings | None = None,
    ) -> None:
        super().__init__()
        self._session, self._stage, self._lines, self._typed = session, stage, lines, typed
        self._depth = depth
        self._loop = QEventLoop()
        self._poll = QTimer(self)
        self._poll.setInterval(_POLL_MS)
        self._failure: UserFacingError | None = None
        self._bar: Progress | None = None
        self._connect()

    def carry_out(self) -> CheckRecord:
        """Do every step; write the record.

        Raises
        ------
        KeyboardInterrupt
            After Ctrl+C: the run stays in the journal.
        UserFacingError
            When it cannot go on and nobody is there to help; the run stays in the journal.
        """
        was_interrupted: list[bool] = []

        def interrupted(_: int, __: FrameType | None) -> None:
            was_interrupted.append(True)
            self._loop.quit()

        before = signal.signal(signal.SIGINT, interrupted)
        try:
            with progress_bar() as bar:
                self._bar = bar
                self._task = bar.add_task("Measuring", total=self._session.run.total)
                self._poll.start()
                QTimer.singleShot(0, self, self._begin)
                self._loop.exec()
        finally:
            self._poll.stop()
            signal.signal(signal.SIGINT, before)
        if was_interrupted:
            raise KeyboardInterrupt
        if self._failure is not None:
            raise self._failure
        record = self._session.run.record
        assert record is not None  # noqa: S101 - the loop ends with a record, a failure or an interruption
        return record

    # --- what the session says ------------------------------------------------------------------------------------

    def _connect(self) -> None:
        session = self._session
        session.step_changed.connect(self._show)
        session.reading_taken.connect(self._show_reading)
        session.warned.connect(tell)
        session.refused.connect(self._refused)
        session.paused.connect(self._paused)
        session.completed.connect(self._completed)
        session.ended.connect(lambda _: self._loop.quit())
        session.lux_measured.connect(lambda lux: session.enter(lux, "MEASURED"))
        self._poll.timeout.connect(self._look_at_lines)
        self._stage.key_pressed.connect(self._key)

    def _begin(self) -> None:
        self._session.start()
        if self._session.pause is not None:
            self._session.go_on()

    def _show(self, view: StepView) -> None:
        step = view.step
        if self._bar is not None:
            self._bar.update(self._task, completed=view.index, total=view.total, description=_words(view))
        if isinstance(step, Instruct):
            self._instruct(step)
        elif isinstance(step, Choose):
            self._choose(step)
        elif isinstance(step, Ask):
            self._ask(step)
        elif isinstance(step, Enter):
            self._enter(step)
        elif isinstance(step, Wait):
            tell(f"{step.title}: {step.text} ({step.seconds:.0f} s)")

    def _show_reading(self, view: ReadingView) -> None:
        if self._bar is not None and view.mean_cd_m2 is not None:
            self._bar.update(self._task, description=f"{view.measure.title}: {view.mean_cd_m2:.4g} cd/m²")
        if self._is_typed:
            tell("Read again.")

    def _paused(self, pause: Pause) -> None:
        tell(f"{pause.what} {pause.advice}".strip())
        if self._lines is None:
            self._fail(UserFacingError(pause.what, f"{pause.advice} Readings are kept; go on with --resume.".strip()))
        else:
            tell("Press Enter to go on, or Ctrl+C to leave it for later.")

    def _refused(self, why: str) -> None:
        tell(why)
        if self._lines is None:
            self._fail(BadInput(why))

    def _completed(self) -> None:
        run = self._session.run
        if run.state is RunState.COMPLETE and run.can_repeat and run.verdict_now().name is VerdictName.INCONCLUSIVE:
            tell("The limit lies inside the uncertainty: the levels that decide are measured again.")
            self._session.repeat_uncertain()
            return
        self._session.finish()

    def _fail(self, error: UserFacingError) -> None:
        self._failure = error
        self._loop.quit()

    # --- steps ----------------------------------------------------------------------------------------------------

    def _instruct(self, step: Instruct) -> None:
        tell(f"{step.title}: {step.text}")
        if self._lines is None:
            self._later(self._session.done)
        else:
            tell("Press Enter when it is done.")

    def _choose(self, step: Choose) -> None:
        if self._depth in step.choices:
            self._later(lambda: self._session.answer(self._depth))
            return
        tell(f"{step.title}: {step.question}")
        if self._lines is None:
            tell(f"Taken: {step.default}.")
            self._session.run.note(f"{step.title}: “{step.default}” was taken; nobody was asked")
            self._later(lambda: self._session.answer(step.default))
        else:
            tell(_numbered(step.choices) + f"  [{step.choices.index(step.default) + 1}]")

    def _ask(self, step: Ask) -> None:
        tell(f"{step.title}: {step.question}")
        if not step.choices:
            tell("Click on the pattern.")
        elif self._lines is None:
            self._fail(BadInput("This check asks a person.", "Start it on a terminal, or in the window."))
        else:
            tell(_numbered(step.choices))

    def _enter(self, step: Enter) -> None:
        if self._lines is None and step.is_optional:
            self._later(lambda: self._session.skip("nobody was there to ask"))
            return
        if self._lines is None:
            self._fail(BadInput("This check asks a person.", "Start it on a terminal, or in the window."))
            return
        tell(f"{step.title}: {step.question}")
        hint = "; m: measure with the meter" if step.may_measure_lux and self._session.meter is not None else ""
        tell(f"Number in {step.unit}{hint}{'; skip: leave it out' if step.is_optional else ''}")

    # --- what the person types ------------------------------------------------------------------------------------

    @property
    def _is_typed(self) -> bool:
        meter = self._session.meter
        return meter is not None and meter.identity.kind == "manual"

    def _look_at_lines(self) -> None:
        """A terminal gives whole lines; asked without waiting, so that the pattern stays alive and Ctrl+C works."""
        if self._lines is None or not _has_line(self._lines):
            return
        line = self._lines.readline()
        if line:
            self._take(line.strip())
        else:
            self._lines = None  # the input has ended
            self._fail(UserFacingError("Nothing more was typed.", "Readings are kept; go on with --resume."))

    def _take(self, text: str) -> None:
        session, step = self._session, self._session.run.step
        if session.pause is not None:
            session.go_on()
        elif text == _SKIP and not isinstance(step, Choose):
            session.skip("left out by the operator")
        elif isinstance(step, Instruct):
            session.done()
        elif isinstance(step, Choose | Ask):
            self._take_choice(step, text)
        elif isinstance(step, Enter):
            self._take_number(step, text)
        elif self._typed is not None:
            self._typed.put(text)

    def _take_choice(self, step: Choose | Ask, text: str) -> None:
        default = step.default if isinstance(step, Choose) else ""
        by_number = {str(number): choice for number, choice in enumerate(step.choices, 1)}
        chosen = by_number.get(text, text or default)
        if chosen in step.choices:
            self._session.answer(chosen)
        else:
            tell(f"Type a number. {_numbered(step.choices)}" if step.choices else "Click on the pattern.")

    def _take_number(self, step: Enter, text: str) -> None:
        if text == "m" and step.may_measure_lux:
            self._session.measure_lux()
            return
        if not text and step.default is not None:
            self._session.enter(step.default)
            return
        try:
            self._session.enter(plain_number(text))
        except BadInput as error:
            tell(str(error))

    def _key(self, key: int) -> None:
        """A key on the pattern: the terminal may lie under it."""
        step = self._session.run.step
        if key == Qt.Key.Key_Escape.value:
            self._fail(UserFacingError("The check was left.", "Readings are kept; go on with --resume."))
        elif key in (Qt.Key.Key_Return.value, Qt.Key.Key_Enter.value, Qt.Key.Key_Space.value):
            self._take("")
        elif isinstance(step, Ask | Choose) and Qt.Key.Key_1.value <= key <= Qt.Key.Key_9.value:
            self._take(str(key - Qt.Key.Key_0.value))

    def _later(self, move: Callable[[], None]) -> None:
        """After the session has finished telling."""
        QTimer.singleShot(0, self, move)


def _words(view: StepView) -> str:
    minutes, seconds = divmod(round(view.remaining_s), 60)
    return f"{view.step.title} · {minutes}:{seconds:02d} left"


def _numbered(choices: tuple[str, ...]) -> str:
    return "   ".join(f"{number}: {choice}" for number, choice in enumerate(choices, 1))


def _has_line(lines: TextIO) -> bool:
    if sys.platform == "win32":
        import msvcrt

        return msvcrt.kbhit()
    ready, _, _ = select.select([lines], [], [], 0)
    return bool(ready)
