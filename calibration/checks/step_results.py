"""What came out of each step of a run, and what follows from all of them: series, answers, ambient light."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import fmean

from calibration.checks.steps import Enter, Measure, Step
from calibration.readings.reading import Ambient, AmbientSource, MeasuredLevel, Reading, Series, Space
from calibration.records.record import Answer

ROOM_LIGHT = "room-light"
LAMB = "ambient"
DEFAULT_REFLECTION = 0.005
"""cd/m² per lux, of a screen whose coefficient nobody has measured: an assumption, always shown as DEFAULT."""


@dataclass(frozen=True)
class StepResult:
    """What one step has given so far.

    Attributes
    ----------
    readings
        Accepted, oldest first.
    set_aside
        Taken, but not counted: they jumped, were of the wrong spot, or the level was measured again.
    value, source
        Of an entered number: ``MEASURED`` by a meter or ``PROVIDED`` by a person.
    """

    step: Step
    readings: tuple[Reading, ...] = ()
    set_aside: tuple[Reading, ...] = ()
    answer: Answer | None = None
    value: float | None = None
    source: str = ""
    choice: str = ""
    skipped: str = ""
    retries: int = 0
    seconds: float | None = None
    notes: tuple[str, ...] = field(default=())

    @property
    def mean_cd_m2(self) -> float:
        """Mean of the accepted readings; there is at least one."""
        return fmean(reading.luminance_cd_m2 for reading in self.readings)

    @property
    def last_at(self) -> datetime | None:
        """When the last reading was taken, counted or not."""
        taken = (*self.readings, *self.set_aside)
        return max((reading.at for reading in taken), default=None)


def series_of(results: Iterable[StepResult], *, includes_ambient: bool) -> tuple[Series, ...]:
    """The accepted readings as series, one for each test and space, in the order of measuring."""
    found: dict[tuple[str, Space], Series] = {}
    for result in results:
        step = result.step
        if not isinstance(step, Measure) or not result.readings:
            continue
        order = step.pattern
        key = (step.test, order.space)
        series = found.get(key) or Series(step.test, order.space, order.levels, includes_ambient, ())
        found[key] = series.with_level(MeasuredLevel(order.level, result.readings, order.place))
    return tuple(found.values())


def answers_of(results: Iterable[StepResult]) -> tuple[Answer, ...]:
    """What people saw, in order."""
    return tuple(result.answer for result in results if result.answer is not None)


def notes_of(results: Iterable[StepResult]) -> tuple[str, ...]:
    """What was noticed, in order, each once."""
    every = (note for result in results for note in (*result.notes, *_skipped(result)))
    return tuple(dict.fromkeys(every))


def illuminance_of(results: Iterable[StepResult]) -> float | None:
    """Light on the screen, lux, where it was entered or measured."""
    return next(
        (r.value for r in results if isinstance(r.step, Enter) and r.step.test == ROOM_LIGHT and r.value is not None),
        None,
    )


def ambient_of(results: Sequence[StepResult], given: Ambient | None, reflection: float | None) -> Ambient:
    """Lamb: what was given beforehand, else measured with the display off, else reflected room light, else none known.

    A default reflection coefficient makes the whole a DEFAULT, whoever measured the room light.
    """
    if given is not None:
        return given
    measured = [r for r in results if isinstance(r.step, Measure) and r.step.is_display_off and r.readings]
    if measured:
        return Ambient(measured[-1].mean_cd_m2, AmbientSource.MEASURED, illuminance_of(results))
    lux = illuminance_of(results)
    return Ambient(0.0, AmbientSource.DEFAULT) if lux is None else ambient_from_lux(lux, reflection)


def ambient_from_lux(lux: float, reflection_cd_m2_per_lux: float | None) -> Ambient:
    """Lamb from the light on the screen; a coefficient nobody has measured makes it a DEFAULT."""
    if reflection_cd_m2_per_lux is None and lux > 0:
        return Ambient.reflected(lux, DEFAULT_REFLECTION, AmbientSource.DEFAULT)
    return Ambient.reflected(lux, reflection_cd_m2_per_lux or 0.0, AmbientSource.PROVIDED)


def again(result: StepResult, why: str = "") -> StepResult:
    """The same step to be done anew: what was read is set aside, not lost."""
    kept = replace(StepResult(result.step), set_aside=(*result.set_aside, *result.readings), retries=result.retries)
    if result.readings and isinstance(result.step, Measure):
        values = ", ".join(f"{reading.luminance_cd_m2:.4g}" for reading in result.readings)
        note = f"{result.step.title}: measured again{f' ({why})' if why else ''}; set aside: {values} cd/m²"
        return replace(kept, notes=(*result.notes, note))
    return replace(kept, notes=result.notes)


def _skipped(result: StepResult) -> tuple[str, ...]:
    return (f"{result.step.title}: skipped ({result.skipped})",) if result.skipped else ()
