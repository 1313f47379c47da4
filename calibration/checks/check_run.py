"""A guided check as a state machine: deals out steps, takes readings and answers, ends in a record.

No Qt, no threads, no waiting: windows and the command line show `CheckRun.step`, do what it says and tell the run.
Everything told is in the journal before it counts, so a run goes on after a crash, an unplugged meter or monitor;
the run is nothing but its order and what the journal holds.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from calibration.checks import run_journalling
from calibration.checks.check_outcome import (
    CLOCK_SET_BACK,
    SCALED,
    broken_off,
    judge_run,
    needs_before,
    outcome_of,
)
from calibration.checks.run_order import ImpossibleMove, RunMove, RunOrder, RunState, Taken, moved
from calibration.checks.run_standing import RunStanding
from calibration.checks.steps import Ask, Choose, Enter, Instruct, Measure, Wait
from calibration.checks.unfinished_runs import cannot_resume, changed, require_none_unfinished
from calibration.conformance.verdict import Verdict
from calibration.displays.identity import DisplayFacts
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import Reading
from calibration.records.record import CheckRecord
from calibration.records.record_book import RecordBook
from workstation.foundation.clock import Clock
from workstation.foundation.errors import BadInput

_CLOCK_SLACK = timedelta(seconds=2)


class CheckRun(RunStanding):
    """One run of one check on one display. Made by `start` or `resume`; used from one thread.

    Every method that is not allowed in the run's state, or by the kind of the present step, raises `ImpossibleMove`: a
    bug of the caller. Every method that tells something raises `RecordsNotWritten` when the journal cannot be written;
    nothing has happened then.
    """

    # --- beginning ------------------------------------------------------------------------------------------------

    @classmethod
    def start(cls, order: RunOrder, book: RecordBook, clock: Clock) -> CheckRun:
        """Begin a check: its order is durable in the journal of ``book`` before the first step is shown.

        Raises
        ------
        UnfinishedCheck
            When a run of this display was left behind: `resume` it or `break_off_unfinished` it.
        AnotherCheckRuns
            When another window or program measures this display now.
        BadInput
            For a check that does not exist, or one that needs a meter when the order has none.
        """
        order = order if order.seed else replace(order, seed=secrets.randbelow(2**31 - 1) + 1)
        require_none_unfinished(book, order.facts.identity.key)
        began, before = clock.now(), needs_before(order, book, clock)
        run = cls(run_journalling.new_run_id(), order, began, book, clock, measures_before=before)
        run._begin_journal()
        return run

    @classmethod
    def resume(cls, run_id: str, order: RunOrder, book: RecordBook, clock: Clock) -> CheckRun:
        """Go on with an unfinished run; every reading it had counts.

        Parameters
        ----------
        order
            The display, LUT and meter as they are now, and who goes on. Check, role and seed are the journal's.

        Raises
        ------
        CannotResume
            When identity, panel settings, LUT, meter or policy have changed, or it was begun over a day ago: the
            readings are kept in a record that is not complete, the text says why.
        AnotherCheckRuns
            When another window or program goes on with it already.
        BadInput
            When there is no such run.
        """
        opening = run_journalling.taken_over(book, run_id, order)
        why = run_journalling.changes(opening.order, order) or opening.policy_change
        why = why or run_journalling.too_old(opening.began, clock.now())
        if why:
            raise cannot_resume(opening, run_id, why, book, clock)
        run = cls(run_id, opening.order, opening.began, book, clock, measures_before=opening.needs_before)
        try:
            for event in opening.events:
                run._apply(event)
        except (ImpossibleMove, LookupError, ValueError, BadInput) as error:
            raise cannot_resume(opening, run_id, "another version of the program began it", book, clock) from error
        if run._state is RunState.RUNNING:
            run.pause("the program ended")
        if run._state is RunState.PAUSED:
            run._do({"do": "resume", "operator": order.operator})
        return run

    # --- what happens to it ---------------------------------------------------------------------------------------

    def done(self) -> None:
        """An instruction was followed, or a wait is over."""
        self._require(Instruct, Wait)
        self._do({"do": "done"})

    def give_reading(self, reading: Reading) -> Taken:
        """One reading of the present level. In the journal before anything else happens.

        Raises
        ------
        BadInput
            When it is negative or no number.
        """
        step = self._require(Measure)
        if not (math.isfinite(reading.luminance_cd_m2) and reading.luminance_cd_m2 >= 0):
            raise BadInput(f"A luminance of {reading.luminance_cd_m2} cd/m² does not exist.", "Read this level again.")
        taken = self._do({"do": "reading", **run_journalling.reading_entry(reading, step)})
        assert isinstance(taken, Taken)  # noqa: S101 - for the type checker
        return taken

    def answer(self, text: str) -> bool:
        """The answer to a question or a choice; says whether it was good (a choice always is).

        Raises
        ------
        BadInput
            When ``text`` is not one of the step's choices.
        """
        step = self._require(Ask, Choose)
        if text not in step.choices:
            raise BadInput(f"“{text}” is not one of the answers.", f"Answers: {', '.join(step.choices)}.")
        return bool(self._do({"do": "answer", "text": text}))

    def click(self, x: int, y: int) -> bool:
        """A click on the pattern, in its pixels; says whether it was the right place."""
        if self._require(Ask).choices:
            raise ImpossibleMove("this question has buttons")
        return bool(self._do({"do": "click", "x": x, "y": y}))

    def enter(self, value: float, source: str = "PROVIDED") -> None:
        """The number asked for. ``source``: ``MEASURED`` (by a meter) or ``PROVIDED`` (by a person).

        Raises
        ------
        BadInput
            When it is out of the step's bounds.
        """
        step = self._require(Enter)
        if not step.least <= value <= step.most:
            raise BadInput(
                f"{value:g} {step.unit} cannot be right.", f"Between {step.least:g} and {step.most:g} is believed."
            )
        self._do({"do": "enter", "value": value, "source": source})

    def skip(self, reason: str) -> None:
        """Leave the present step out; what it would have given is NOT_MEASURED, and the reason stands in the notes."""
        step = self._require(Instruct, Measure, Ask, Enter, Wait)
        if isinstance(step, Wait) and not step.may_skip:
            raise ImpossibleMove("this wait cannot be skipped")
        self._do({"do": "skip", "reason": reason.strip() or "no reason given"})

    def back(self) -> None:
        """To the step before; what it had given is set aside (kept and noted) and it is done anew."""
        if not self.can_go_back:
            raise ImpossibleMove("there is no step to go back to")
        self._do({"do": "back"})

    def pause(self, reason: str) -> None:
        """The meter or the monitor is gone, or the person goes away. `go_on` continues."""
        moved(self._state, RunMove.PAUSE)
        self._do({"do": "pause", "reason": reason})

    def go_on(self, facts: DisplayFacts, lut_sha256: str, meter: MeterIdentity | None) -> None:
        """Continue after `pause` with the display, LUT in use and meter as they are now.

        Raises
        ------
        CannotResume
            When they have changed, or too much time has passed; the run is then broken off, its readings are kept.
        """
        moved(self._state, RunMove.RESUME)
        now = replace(self._order, facts=facts, lut_sha256=lut_sha256, meter=meter)
        why = run_journalling.changes(self._order, now) or run_journalling.too_old(self._began, self._clock.now())
        if why:
            self.break_off(why)
            raise changed(why)
        self._do({"do": "resume", "operator": self._order.operator})

    def note(self, text: str) -> None:
        """Something the person or the window noticed, for the record."""
        moved(self._state, RunMove.STEP)
        if text not in self._notes:
            self._do({"do": "note", "text": text})

    def patterns_are_scaled(self, why: str) -> None:
        """A pattern was not shown pixel by pixel: the verdict does not count fully."""
        self.note(f"{SCALED}: {why}")

    def repeat_uncertain(self) -> tuple[int, ...]:
        """Deal out again only the levels on which an INCONCLUSIVE verdict hangs; returns these levels.

        Their readings come on top of those there are. After `finish` this leads to a second record.
        """
        if not self.can_repeat:
            raise ImpossibleMove("there is nothing uncertain to repeat")
        steps = self._uncertain()
        if self._state is RunState.FINISHED:
            self._continues = (*self._continues, self._id)
            self._id = run_journalling.new_run_id()
            self._begin_journal()
        self._do({"do": "repeat"})
        return tuple(sorted({step.pattern.level for step in steps if isinstance(step, Measure)}))

    def verdict_now(self) -> Verdict:
        """What the verdict would be with what is there; nothing is written."""
        return judge_run(self._gathered, self._book, self._clock).verdict

    def finish(self) -> CheckRecord:
        """Judge, write the record (and the display LUT of a calibration) into the book, close the journal."""
        after = moved(self._state, RunMove.FINISH)
        outcome = outcome_of(self._gathered, self._book, self._clock)
        self._book.append_all(outcome.records, closes_run=self._id)
        self._record, self._calibration, self._state = outcome.check, outcome.calibration, after
        return outcome.check

    def break_off(self, reason: str) -> CheckRecord:
        """End without a verdict; every reading taken is kept in a record that is not complete."""
        after = moved(self._state, RunMove.BREAK_OFF)
        record = broken_off(self._gathered, reason, self._book, self._clock)
        self._book.append(record, closes_run=self._id)
        self._record, self._state = record, after
        return record

    def leave(self) -> None:
        """Let go of the run without ending it: it stays in the journal, for whoever resumes it."""
        self._book.journal.let_go(self._id)

    # --- events ---------------------------------------------------------------------------------------------------

    def _begin_journal(self) -> None:
        order = self._order
        header = run_journalling.header_of(
            order, self._began, needs_before=self._measures_before, continues=self._continues
        )
        self._book.journal.begin(self._id, order.facts.identity.key, order.operator, header)

    def _require(self, *kinds: type) -> Any:
        """The present step, when the run is running and it is of one of ``kinds``."""
        moved(self._state, RunMove.STEP)
        step = self._deck.present
        if not isinstance(step, kinds):
            raise ImpossibleMove(f"a step of kind {type(step).__name__} does not take this")
        return step

    def _do(self, event: Mapping[str, Any]) -> Taken | bool | None:
        """Write an event down, then let it happen."""
        event = {**event, "at": self._clock.now().isoformat()}
        self._book.journal.add(self._id, event)
        return self._apply(event)

    def _apply(self, event: Mapping[str, Any]) -> Taken | bool | None:
        at = datetime.fromisoformat(event["at"])
        self._watch_clock(at)
        what = event["do"]
        of_the_run = {
            "pause": self._paused,
            "resume": self._resumed,
            "repeat": self._repeated,
            "note": self._noted,
        }
        if what in of_the_run:
            of_the_run[what](event, at)
            return None
        self._state = moved(self._state, RunMove.BACK if what == "back" else RunMove.STEP)
        outcome = self._deck.apply(event, at)
        if self._deck.present is None:
            self._state = moved(self._state, RunMove.LAST_STEP)
        return outcome

    def _paused(self, event: Mapping[str, Any], _: datetime) -> None:
        self._state = moved(self._state, RunMove.PAUSE)
        self._notes.append(f"Paused: {event['reason']}")

    def _resumed(self, event: Mapping[str, Any], at: datetime) -> None:
        self._state = moved(self._state, RunMove.RESUME)
        self._deck.enter_step(at)
        if event["operator"] != self._order.operator:
            self._notes.append(f"Gone on with by {event['operator']}; begun by {self._order.operator}")

    def _noted(self, event: Mapping[str, Any], _: datetime) -> None:
        self._notes.append(event["text"])

    def _repeated(self, _: Mapping[str, Any], at: datetime) -> None:
        steps = self._uncertain()
        self._state = moved(self._state, RunMove.REPEAT)
        self._repeats += 1
        self._deck.add_steps(steps)
        self._deck.enter_step(at)
        self._notes.append(f"Uncertain levels were measured again (round {self._repeats})")

    def _watch_clock(self, at: datetime) -> None:
        back = self._last_at - at
        if back > _CLOCK_SLACK:
            self._notes.append(f"{CLOCK_SET_BACK} by {back.total_seconds():.0f} s while measuring")
        self._last_at = at
