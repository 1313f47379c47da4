"""What a check tells its window: plain values, one for each thing that happens."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from calibration.checks.run_order import RunState
from calibration.checks.steps import Ask, Choose, Enter, Instruct, Measure, Step, Wait
from calibration.readings.reading import Ambient, MeasuredLevel, Reading, Series


@dataclass(frozen=True)
class StepView:
    """The step in hand and where it stands in the check."""

    step: Step
    index: int
    total: int
    remaining_s: float
    can_go_back: bool

    @property
    def can_skip(self) -> bool:
        """Whether it may be left out, with a reason. How to go on (`Choose`) must be said."""
        return not isinstance(self.step, Choose) and not (isinstance(self.step, Wait) and not self.step.may_skip)

    @property
    def is_automatic(self) -> bool:
        """Whether it goes on by itself: a meter is read, or time passes."""
        return isinstance(self.step, Measure | Wait)

    @property
    def is_placement(self) -> bool:
        """Whether the person is to hold the meter somewhere."""
        return isinstance(self.step, Instruct) and self.step.picture == "placement"

    @property
    def place(self) -> str:
        """Where the meter is held, or to be held."""
        pattern = getattr(self.step, "pattern", None)
        return pattern.place if pattern is not None else "centre"

    @property
    def shows_pattern(self) -> bool:
        """Whether the person has to look at the display under test."""
        return isinstance(self.step, Ask) or (isinstance(self.step, Enter) and self.step.pattern is not None)


@dataclass(frozen=True)
class ReadingView:
    """What is known of the level under the meter, and of the curve so far.

    Attributes
    ----------
    series
        The series that is being measured, without single levels elsewhere.
    """

    measure: Measure
    readings: tuple[Reading, ...]
    series: Series
    ambient: Ambient

    @property
    def mean_cd_m2(self) -> float | None:
        """Mean of this level's readings."""
        return self._level.mean_cd_m2 if self.readings else None

    @property
    def relative_spread(self) -> float | None:
        """Standard deviation of one reading over the mean; None for fewer than two readings, or in the dark."""
        if len(self.readings) < 2 or not self._level.mean_cd_m2:
            return None
        spread = self._level.sd_cd_m2
        return None if spread is None or not math.isfinite(spread) else spread / self._level.mean_cd_m2

    @property
    def _level(self) -> MeasuredLevel:
        return MeasuredLevel(self.measure.pattern.level, self.readings)


class PauseKind(Enum):
    """What a check waits for."""

    METER = "meter"
    MONITOR = "monitor"
    PERSON = "person"
    RECORDS = "records"
    """A reading could not be written down."""


@dataclass(frozen=True)
class Pause:
    """The check stands still. ``what`` and ``advice`` are said to the person; nothing taken is lost."""

    kind: PauseKind
    what: str
    advice: str


def series_of_step(series: Sequence[Series], step: Measure, *, includes_ambient: bool) -> Series:
    """The series that a measuring step adds to; an empty one before its first reading."""
    order = step.pattern
    same = (each for each in series if (each.test, each.space) == (step.test, order.space))
    return next(same, Series(step.test, order.space, order.levels, includes_ambient, ()))


ENDED = (RunState.FINISHED, RunState.BROKEN_OFF)
