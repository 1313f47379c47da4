"""The steps of a run and what they have given: pure state, moved on by events, the same for the same events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from calibration.checks import check_plan
from calibration.checks.making_lut import IDENTITY, MadeLut, identity_passes, make_lut
from calibration.checks.questions import answer_to, click_on
from calibration.checks.reading_watch import watched
from calibration.checks.run_journalling import reading_of
from calibration.checks.run_order import RunOrder, Taken
from calibration.checks.step_results import StepResult, again, ambient_of, series_of
from calibration.checks.steps import Ask, Choose, Measure, Step
from calibration.readings.reading import Ambient, Series, Space
from workstation.foundation.errors import BadInput

_LONGEST_STEP_S = 600.0
"""A step that took longer was interrupted; nothing is learnt from it."""


class StepDeck:
    """Steps, what each has given, and where it stands.

    Attributes
    ----------
    steps, results, position
        Results of the steps before ``position``, and of the present one once it has given something.
    made
        The display LUT a calibration has made; None before, or in any other check.
    """

    def __init__(self, order: RunOrder, steps: tuple[Step, ...], began: datetime) -> None:
        self.order = order
        self.steps = list(steps)
        self.results: dict[int, StepResult] = {}
        self.position = 0
        self.made: MadeLut | None = None
        self._made_at = 0
        self._rests: dict[int, tuple[Step, ...]] = {}
        self._entered_at = began
        self._spent: dict[type, list[float]] = {}

    @property
    def present(self) -> Step | None:
        """The step to do; None behind the last."""
        return self.steps[self.position] if self.position < len(self.steps) else None

    @property
    def result(self) -> StepResult | None:
        """What the present step has given so far."""
        return self.results.get(self.position)

    @property
    def all_results(self) -> tuple[StepResult, ...]:
        """Results in the order of the steps."""
        return tuple(self.results[place] for place in sorted(self.results))

    @property
    def ambient(self) -> Ambient:
        """Lamb as far as it is known."""
        return ambient_of(self.all_results, self.order.ambient, self.order.reflection_cd_m2_per_lux)

    @property
    def series(self) -> tuple[Series, ...]:
        """What has been measured so far."""
        meter = self.order.meter
        return series_of(self.all_results, includes_ambient=meter is not None and meter.includes_ambient)

    @property
    def remaining_s(self) -> float:
        """Seconds the steps left will take, by how long such steps took so far."""
        return sum(step.expected_s * self._pace(type(step)) for step in self.steps[self.position :])

    def apply(self, event: Mapping[str, Any], at: datetime) -> Taken | bool | None:
        """Take one event; what a reading (`Taken`) or an answer (whether it was good) led to."""
        handlers: Mapping[str, Callable[[Mapping[str, Any], datetime], Taken | bool | None]] = {
            "done": self._done,
            "reading": self._reading,
            "answer": self._answer,
            "click": self._click,
            "enter": self._number,
            "skip": self._skip,
            "back": self._back,
        }
        return handlers[event["do"]](event, at)

    def enter_step(self, at: datetime) -> None:
        """The present step is shown from now on (after a pause)."""
        self._entered_at = at

    def add_steps(self, steps: tuple[Step, ...]) -> None:
        """More to do behind the last."""
        self.steps += steps

    # --- events ---------------------------------------------------------------------------------------------------

    def _done(self, _: Mapping[str, Any], at: datetime) -> None:
        self._next(self._here(), at)

    def _reading(self, event: Mapping[str, Any], at: datetime) -> Taken:
        step = self.present
        assert isinstance(step, Measure)  # noqa: S101 - the run has asked before
        kept, taken = watched(
            step, self._here(), reading_of(event), self._neighbours(step), self.order.target_max_cd_m2
        )
        self.results[self.position] = kept
        if not taken.wants_more:
            self._next(kept, at)
        return taken

    def _answer(self, event: Mapping[str, Any], at: datetime) -> bool:
        step, text = self.present, str(event["text"])
        if isinstance(step, Choose):
            rest = tuple(self.steps[self.position + 1 :])
            self._rests[self.position] = rest
            self.steps[self.position + 1 :] = check_plan.after_choice(step, text, rest)
            if step.test == check_plan.DEPTH and text == check_plan.VERIFY_ONLY:
                self.made, self._made_at = IDENTITY, self.position + 1
            if text == check_plan.MEASURE_AGAIN:
                self._set_response_aside()
            self._next(replace(self._here(), choice=text), at)
            return True
        assert isinstance(step, Ask)  # noqa: S101
        size = self.order.facts.identity
        answer = answer_to(step, text, size.width_px, size.height_px)
        self._next(replace(self._here(), answer=answer), at)
        return answer.is_good

    def _click(self, event: Mapping[str, Any], at: datetime) -> bool:
        step, size = self.present, self.order.facts.identity
        assert isinstance(step, Ask)  # noqa: S101
        answer = click_on(step, int(event["x"]), int(event["y"]), size.width_px, size.height_px)
        self._next(replace(self._here(), answer=answer), at)
        return answer.is_good

    def _number(self, event: Mapping[str, Any], at: datetime) -> None:
        self._next(replace(self._here(), value=float(event["value"]), source=str(event["source"])), at)

    def _skip(self, event: Mapping[str, Any], at: datetime) -> None:
        self._next(replace(self._here(), skipped=str(event["reason"])), at)

    def _back(self, _: Mapping[str, Any], at: datetime) -> None:
        """What the present step and the one before had given is set aside, and what hung on them is undone."""
        if self.position in self.results:
            self.results[self.position] = again(self.results[self.position])
        self.position -= 1
        self.results[self.position] = again(self.results[self.position])
        if self.position in self._rests:
            self.steps[self.position + 1 :] = self._rests.pop(self.position)
        if self.made is not None and self.position < self._made_at:
            self.made = None
        self._entered_at = at

    # --- moving on ------------------------------------------------------------------------------------------------

    def _here(self) -> StepResult:
        step = self.present
        assert step is not None  # noqa: S101
        return self.results.get(self.position) or StepResult(step)

    def _next(self, result: StepResult, at: datetime) -> None:
        seconds = (at - self._entered_at).total_seconds()
        self.results[self.position] = replace(result, seconds=max(0.0, seconds))
        if not result.skipped and 0 < seconds < _LONGEST_STEP_S:
            self._spent.setdefault(type(result.step), []).append(seconds / max(result.step.expected_s, 0.1))
        self.position += 1
        self._entered_at = at
        self._look_at_response()

    def _pace(self, kind: type) -> float:
        spent = self._spent.get(kind, [])
        return (1.0 + sum(spent)) / (1 + len(spent))

    def _neighbours(self, step: Measure) -> dict[int, float]:
        """Means of the levels of the same series and place, measured before this step."""
        found = {}
        for place, result in self.results.items():
            other = result.step
            if place != self.position and isinstance(other, Measure) and result.readings and _is_beside(other, step):
                found[other.pattern.level] = result.mean_cd_m2
        return found

    # --- calibration ----------------------------------------------------------------------------------------------

    def _look_at_response(self) -> None:
        """After the first levels of the bare display: how finely to go on. After the last: the LUT is made."""
        following = self.present
        if isinstance(following, Choose) and following.test == check_plan.DEPTH:
            passes = identity_passes(self._response(), self.ambient, self.order.policy, self.order.role)
            self.steps[self.position] = check_plan.depth_choice(identity_passes=passes)
        elif self._may_make and isinstance(following, Measure) and following.test == check_plan.VERIFICATION:
            self._make()

    @property
    def _may_make(self) -> bool:
        return self.order.check == "calibration" and self.made is None

    def _make(self) -> None:
        stacks = any(result.choice == check_plan.STACK for result in self.all_results)
        try:
            self.made = make_lut(self._response(), self.ambient, video_lut=self.order.video_lut, stacks=stacks)
            self._made_at = self.position
        except BadInput as error:
            self.steps.insert(self.position, check_plan.unusable_choice(str(error)))

    def _set_response_aside(self) -> None:
        """No LUT could be made from these readings: they are kept, and do not mix with the new ones."""
        for place, result in self.results.items():
            if isinstance(result.step, Measure) and result.step.test == check_plan.RESPONSE:
                self.results[place] = again(result, "no display LUT could be made")

    def _response(self) -> Series:
        found = [each for each in self.series if each.test == check_plan.RESPONSE]
        return found[0] if found else Series(check_plan.RESPONSE, Space.DDL, 256, False, ())


def _is_beside(other: Measure, step: Measure) -> bool:
    a, b = other.pattern, step.pattern
    return (other.test, a.space, a.place) == (step.test, b.space, b.place) and a.level != b.level
