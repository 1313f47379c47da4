"""A display with a meter before it, and a person who does as told: whole checks run in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeAlias

import numpy as np

from calibration.checks.check_run import CheckRun
from calibration.checks.run_order import RunState
from calibration.checks.steps import Ask, Choose, Enter, Instruct, Measure, Wait
from calibration.gsdf.display_lut import P_VALUE_MAX, DisplayLut
from calibration.patterns.drawing import draw
from calibration.patterns.pattern import PatternOrder
from calibration.patterns.places import cell_of
from calibration.patterns.question_patterns import field_at
from calibration.readings.reading import Reading, Space


class SteppingClock:
    """A clock that a test moves; every look takes a moment."""

    def __init__(self, at: datetime = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)) -> None:
        self.at = at
        self.tick = timedelta(milliseconds=1)

    def now(self) -> datetime:
        self.at += self.tick
        return self.at

    def pass_s(self, seconds: float) -> None:
        """Let time pass, or go back."""
        self.at += timedelta(seconds=seconds)


@dataclass
class SimulatedPanel:
    """A panel of a gamma curve with a contact meter on it.

    Attributes
    ----------
    noise
        Relative standard deviation of one reading.
    shading
        Factor on the luminance by place; 1 where absent.
    reading_s
        How long a reading takes.
    """

    clock: SteppingClock
    least_cd_m2: float = 0.6
    most_cd_m2: float = 410.0
    gamma: float = 2.2
    noise: float = 0.0
    ambient_cd_m2: float = 0.0
    shading: Mapping[str, float] = field(default_factory=dict)
    chromaticity: tuple[float, float] | None = (0.1978, 0.4683)
    reading_s: float = 1.0
    seed: int = 1

    def __post_init__(self) -> None:
        self._random = Random(self.seed)

    def luminance(self, ddl: int, place: str = "centre") -> float:
        """cd/m² without noise, as the meter would read it."""
        light = self.least_cd_m2 + (self.most_cd_m2 - self.least_cd_m2) * (ddl / 255) ** self.gamma
        return float(light) * self.shading.get(place, 1.0)

    def read(self, order: PatternOrder, lut: DisplayLut | None) -> Reading:
        """One reading of a pattern."""
        self.clock.pass_s(self.reading_s)
        light = self.luminance(ddl_of(order, lut), order.place) + self.ambient_cd_m2
        return self.say(light * (1 + self._random.gauss(0, self.noise)))

    def read_switched_off(self) -> Reading:
        """What a meter at a distance sees of the dark screen."""
        self.clock.pass_s(self.reading_s)
        return self.say(self.ambient_cd_m2)

    def say(self, luminance_cd_m2: float) -> Reading:
        """A reading of so much, taken now."""
        u, v = self.chromaticity or (None, None)
        return Reading(max(0.0, luminance_cd_m2), self.clock.now(), u, v, f"{luminance_cd_m2:.6f}")


def ddl_of(order: PatternOrder, lut: DisplayLut | None) -> int:
    """The level at which a pattern drives the display."""
    if order.space is Space.DDL:
        return order.level
    p_value = np.array([round(order.level * P_VALUE_MAX / (order.levels - 1))], np.uint16)
    return int((lut or DisplayLut.identity()).drive(p_value)[0])


@dataclass
class Person:
    """Answers by step title or test; sees everything right unless told otherwise."""

    answers: Mapping[str, str] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    is_blind: bool = False

    def reply(self, run: CheckRun, step: Ask) -> bool:
        """Answer a question, by button or by click."""
        size = run.order.facts.identity
        if step.choices:
            right = step.good[0] if step.good else draw(step.pattern, size.width_px, size.height_px).answer
            wrong = next(choice for choice in step.choices if choice != right)
            return run.answer(self.answers.get(step.title, wrong if self.is_blind else right))
        answer = draw(step.pattern, size.width_px, size.height_px).answer
        x, y = (0, 0) if self.is_blind else _pixel_of(step, answer, size.width_px, size.height_px)
        return run.click(x, y)


_ByPerson: TypeAlias = Instruct | Ask | Choose | Enter | Wait


def carry_out(run: CheckRun, panel: SimulatedPanel, person: Person | None = None, *, until: int | None = None) -> int:
    """Do every step until all are done, or until so many readings were taken; gives how many."""
    person = person or Person()
    taken = 0
    while run.state is RunState.RUNNING and run.step is not None and taken != until:
        step = run.step
        if isinstance(step, Measure):
            lit = panel.read_switched_off() if step.is_display_off else panel.read(step.pattern, run.lut)
            run.give_reading(lit)
            taken += 1
        else:
            do_other(run, step, person, panel.clock)
    return taken


def one_step(run: CheckRun, panel: SimulatedPanel, person: Person | None = None) -> None:
    """Do what the present step asks, once."""
    step = run.step
    assert step is not None
    if isinstance(step, Measure):
        run.give_reading(panel.read(step.pattern, run.lut))
    else:
        do_other(run, step, person or Person(), panel.clock)


def do_other(run: CheckRun, step: Instruct | Ask | Choose | Enter | Wait, person: Person, clock: SteppingClock) -> None:
    clock.pass_s(step.expected_s / 2)
    if isinstance(step, Instruct | Wait):
        run.done()
    elif isinstance(step, Choose):
        run.answer(person.answers.get(step.test, step.default))
    elif isinstance(step, Enter):
        run.enter(person.numbers.get(step.test, step.default or 0.0))
    else:
        person.reply(run, step)


def _pixel_of(step: Ask, answer: str, width: int, height: int) -> tuple[int, int]:
    """Somewhere in the place or field that is the answer."""
    if step.pattern.name != "ct":
        x, y, wide, tall = cell_of(answer, width, height)
        return x + wide // 2, y + tall // 2
    points = ((x, y) for x in range(0, width, 8) for y in range(0, height, 8))
    return next(point for point in points if field_at(*point, width, height) == answer)
