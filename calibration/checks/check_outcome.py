"""What a run comes to: quantities, verdict, records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from calibration.checks.check_plan import BEFORE, RESPONSE, VERIFICATION
from calibration.checks.check_table import LEVELS_18
from calibration.checks.display_history import DisplayHistory, history_of, is_conclusive, measures_response
from calibration.checks.making_lut import MadeLut, calibration_record, is_better
from calibration.checks.reading_watch import FALL
from calibration.checks.run_journalling import is_same_meter
from calibration.checks.run_order import RunOrder
from calibration.checks.step_results import (
    LAMB,
    StepResult,
    ambient_of,
    answers_of,
    illuminance_of,
    notes_of,
    series_of,
)
from calibration.checks.steps import Ask, Enter, Measure, Step
from calibration.conformance.comparisons import between_of
from calibration.conformance.contrast import LEAST_LEVELS
from calibration.conformance.judge import judge, provisional_reasons
from calibration.conformance.metric_table import quantity
from calibration.conformance.quantities import facts_of, quantities_of
from calibration.conformance.verdict import Quantity, Verdict, VerdictName
from calibration.patterns.places import CENTRE
from calibration.photometer.steadiness import drift_between
from calibration.readings.reading import Ambient, AmbientSource, Series, Space
from calibration.records.record import CalibrationRecord, CheckRecord, Record
from calibration.records.record_book import RecordBook, new_head
from workstation.foundation.clock import Clock
from workstation.foundation.errors import BadInput

BEFORE_COUNTS_FOR = timedelta(days=7)
"""A check of the response no older than this, through the same LUT, is the “before” of a calibration."""
BETWEEN_COUNTS_FOR = timedelta(days=31)
"""Readings of another display no older than this are compared with."""
_WHOLE_CHECKS = ("annual", "acceptance")
SCALED = "The patterns were scaled"
CLOCK_SET_BACK = "The clock of this computer was set back"
"""How notes begin that make a verdict provisional."""


@dataclass(frozen=True)
class Gathered:
    """What a run has given: the input of judging.

    Attributes
    ----------
    made
        The display LUT that a calibration made; None in other checks.
    notes
        Of the run itself; those of the steps are added.
    """

    order: RunOrder
    began: datetime
    results: tuple[StepResult, ...]
    made: MadeLut | None = None
    notes: tuple[str, ...] = ()

    @property
    def series(self) -> tuple[Series, ...]:
        """Every accepted reading."""
        meter = self.order.meter
        return series_of(self.results, includes_ambient=meter is not None and meter.includes_ambient)

    @property
    def ambient(self) -> Ambient:
        """Lamb."""
        return ambient_of(self.results, self.order.ambient, self.order.reflection_cd_m2_per_lux)

    @property
    def lut_sha256(self) -> str:
        """Of the LUT that the judged P-values went through."""
        return self.order.lut_sha256 if self.made is None else self.made.sha256

    @property
    def all_notes(self) -> tuple[str, ...]:
        """Notes of run and steps, and what must be said with a LUT that was made."""
        made = self.made.notes if self.made is not None else ()
        return tuple(dict.fromkeys((*notes_of(self.results), *self.notes, *made, *_drift_of_white(self.results))))


@dataclass(frozen=True)
class Judged:
    """Quantities and the verdict on them; ``faults`` say why something could not be judged."""

    quantities: tuple[Quantity, ...]
    verdict: Verdict
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """The records a run ends in, in the order of writing."""

    records: tuple[Record, ...]
    check: CheckRecord
    calibration: CalibrationRecord | None = None


def _drift_of_white(results: Sequence[StepResult]) -> tuple[str, ...]:
    """White is read at both ends of a calibration, and again when levels are repeated: it must not have moved."""
    whites = [each for each in results if each.readings and _is_white_of_response(each.step)]
    if len(whites) < 2:
        return ()
    first, last = whites[0], whites[-1]
    minutes = (last.readings[-1].at - first.readings[0].at).total_seconds() / 60
    said = drift_between(first.mean_cd_m2, last.mean_cd_m2, minutes)
    return (said,) if said else ()


def _is_white_of_response(step: Step) -> bool:
    if not isinstance(step, Measure) or step.test not in (RESPONSE, VERIFICATION):
        return False
    return step.pattern.level == step.pattern.levels - 1 and step.pattern.place == CENTRE


def needs_before(order: RunOrder, book: RecordBook, clock: Clock) -> bool:
    """Whether a calibration has to measure first how the display is now."""
    return order.check == "calibration" and before_check(order, book, clock) is None


def before_check(order: RunOrder, book: RecordBook, clock: Clock) -> CheckRecord | None:
    """The last check of the response, through the LUT in use and with the panel as it is, that is not too old."""
    now = clock.now()
    found = [
        check
        for check in _history(order, book).checks
        if measures_response(check)
        and check.lut_sha256 == order.lut_sha256
        and check.facts.panel.brightness == order.facts.panel.brightness
        and timedelta(0) <= now - check.head.at <= BEFORE_COUNTS_FOR
    ]
    return found[-1] if found else None


def baseline_of(order: RunOrder, book: RecordBook) -> CheckRecord | None:
    """The check that drift is counted from: the last acceptance, else the first check of the response that passed;
    both since the last calibration, which begins a new life."""
    history = _history(order, book)
    began = history.calibration.head.at - timedelta(days=1) if history.calibration else None
    passed = [
        check
        for check in history.checks_in(order.role)
        if measures_response(check)
        and check.verdict.passes
        and (began is None or check.head.at >= began)
        and check.lut_sha256 == (history.calibration.lut_sha256 if history.calibration else "")
    ]
    accepted = [check for check in passed if check.check == "acceptance"]
    return accepted[-1] if accepted else next(iter(passed), None)


def judge_run(gathered: Gathered, book: RecordBook, clock: Clock) -> Judged:
    """The verdict on what a run has given; nothing is written."""
    order = gathered.order
    quantities, faults = _measured(gathered, book)
    quantities += _seen(gathered.results, gathered.ambient)
    quantities += _of_panel(order, baseline_of(order, book))
    if order.check in _WHOLE_CHECKS:
        quantities += facts_of(order.facts)
    quantities += _between(order, quantities, book, clock)
    return Judged(quantities, judge(order.policy, order.role, quantities, _provisional(gathered, clock)), faults)


def outcome_of(gathered: Gathered, book: RecordBook, clock: Clock) -> Outcome:
    """The records of a run whose steps are all done."""
    judged = judge_run(gathered, book, clock)
    check = _check_record(gathered, judged, book, clock)
    if gathered.order.check != "calibration":
        return Outcome((check,), check)
    return _with_calibration(gathered, judged, check, book, clock)


def broken_off(gathered: Gathered, reason: str, book: RecordBook, clock: Clock) -> CheckRecord:
    """A record that keeps every reading and decides nothing."""
    nothing = judge(gathered.order.policy, gathered.order.role, ())
    gathered = replace(gathered, notes=(*gathered.notes, f"Broken off: {reason}"))
    return replace(_check_record(gathered, Judged((), nothing), book, clock), is_complete=False)


def _history(order: RunOrder, book: RecordBook) -> DisplayHistory:
    return history_of(order.facts.identity, book.records(order.facts.identity.key))


def _measured(gathered: Gathered, book: RecordBook) -> tuple[tuple[Quantity, ...], tuple[str, ...]]:
    """Quantities of the readings. A series that cannot be judged is left out, and says why."""
    fit = [each for each in gathered.series if each.space is Space.P_VALUE and each.test != BEFORE]
    return _quantities(fit, gathered, book)


def _quantities(
    series: Sequence[Series], gathered: Gathered, book: RecordBook
) -> tuple[tuple[Quantity, ...], tuple[str, ...]]:
    order = gathered.order
    baseline = baseline_of(order, book)
    earlier = baseline.quantities if baseline is not None and order.check != "calibration" else ()
    try:
        same_meter = baseline is None or is_same_meter(baseline.meter, order.meter)
        return quantities_of(series, gathered.ambient, order.meter, earlier, same_meter=same_meter), ()
    except BadInput as error:
        why = f"The readings cannot be judged. {error}"
        fall = _fall_in(series)
        return ((fall,), ()) if fall is not None else ((), (why,))


def _fall_in(series: Sequence[Series]) -> Quantity | None:
    """A response that falls where it must rise has no contrast there at all: its deviation is 100 % or more.

    The readings have been repeated by then, so it is the display, and it must fail, not go unjudged.
    """
    for each in series:
        measured = each.at_place()
        for lower, higher in pairwise(measured) if len(measured) >= LEAST_LEVELS else ():
            if higher.mean_cd_m2 < lower.mean_cd_m2 * (1 - FALL):
                text = f"the luminance falls from level {lower.level} to {higher.level}"
                return quantity("max_contrast_deviation", 1.0, None, text)
    return None


def _seen(results: Sequence[StepResult], ambient: Ambient) -> tuple[Quantity, ...]:
    """What people counted, answered and entered."""
    found = []
    answers = answers_of(results)
    if answers:
        bad = [answer.question for answer in answers if not answer.is_good]
        found.append(quantity("visual_failures", len(bad), None, "; ".join(bad)))
    counts = [r.value for r in results if isinstance(r.step, Enter) and r.step.unit == "pixels" and r.value is not None]
    if counts:
        found.append(quantity("dead_pixels", sum(counts)))
    lux = ambient.illuminance_lux if ambient.illuminance_lux is not None else illuminance_of(results)
    if lux is not None:
        found.append(quantity("room_illuminance", lux))
    return tuple(found)


def _of_panel(order: RunOrder, baseline: CheckRecord | None) -> tuple[Quantity, ...]:
    panel = order.facts.panel
    found = [] if panel.hours is None else [quantity("hours", panel.hours)]
    then = baseline.facts.panel.brightness if baseline is not None else None
    if then is not None and panel.brightness is not None:
        text = f"{then} then, {panel.brightness} now"
        found.append(quantity("brightness_change", abs(panel.brightness - then), None, text))
    return tuple(found)


def _between(order: RunOrder, quantities: Sequence[Quantity], book: RecordBook, clock: Clock) -> tuple[Quantity, ...]:
    """Against the other displays of this computer in the same role, by their latest check with a reading of white."""
    if not any(each.metric == "luminance_max" for each in quantities):
        return ()
    others = [found for key in book.displays() if (found := _latest_white(key, order, book, clock)) is not None]
    same_meter = all(is_same_meter(check.meter, order.meter) for check in others)
    return between_of([quantities, *(check.quantities for check in others)], same_meter=same_meter) if others else ()


def _latest_white(key: str, order: RunOrder, book: RecordBook, clock: Clock) -> CheckRecord | None:
    if key == order.facts.identity.key:
        return None
    found = None
    for stored in book.records(key, "check"):
        check = stored.record
        if stored.imported_from or not isinstance(check, CheckRecord) or not is_conclusive(check):
            continue
        is_recent = timedelta(0) <= clock.now() - check.head.at <= BETWEEN_COUNTS_FOR
        has_white = any(each.metric == "luminance_max" for each in check.quantities)
        found = check if check.role == order.role and is_recent and has_white else found
    return found


def _provisional(gathered: Gathered, clock: Clock) -> tuple[str, ...]:
    """Why the verdict does not count fully."""
    has_reading = any(each.test != LAMB for each in gathered.series)
    meter = gathered.order.meter if has_reading else None
    is_scaled = any(note.startswith(SCALED) for note in gathered.notes)
    return provisional_reasons(meter, clock.now().date(), is_scaled=is_scaled, others=_reasons(gathered, has_reading))


def _reasons(gathered: Gathered, has_reading: bool) -> list[str]:
    found = []
    is_default = has_reading and gathered.ambient.source is AmbientSource.DEFAULT
    if is_default and gathered.ambient.illuminance_lux is None:
        found.append("the reflected room light was not measured")
    elif is_default:
        found.append("how much room light the screen reflects is assumed, not measured")
    if any(note.startswith(CLOCK_SET_BACK) for note in gathered.notes):
        found.append("the clock of this computer was set back while measuring")
    if gathered.order.facts.identity.is_weak:
        found.append("the display has no serial number: it is known by its plug alone")
    return found


def _check_record(gathered: Gathered, judged: Judged, book: RecordBook, clock: Clock) -> CheckRecord:
    order = gathered.order
    skipped = [r for r in gathered.results if r.skipped and _decides(r)]
    # What was left out may have failed: without it a good verdict decides nothing. A bad one stands all the same.
    is_complete = not (skipped or judged.faults) or judged.verdict.name is VerdictName.FAIL
    return CheckRecord(
        head=new_head(order.facts.identity.key, order.operator, clock, book.workstation),
        check=order.check,
        role=order.role,
        began=gathered.began,
        facts=order.facts,
        lut_sha256=gathered.lut_sha256,
        meter=order.meter,
        ambient=gathered.ambient,
        series=tuple(each for each in gathered.series if each.test != BEFORE),
        answers=answers_of(gathered.results),
        quantities=judged.quantities,
        verdict=judged.verdict,
        is_complete=is_complete,
        notes=(*gathered.all_notes, *judged.faults),
    )


def _decides(result: StepResult) -> bool:
    step = result.step
    return isinstance(step, Measure | Ask) or (isinstance(step, Enter) and not step.is_optional)


def _with_calibration(
    gathered: Gathered, judged: Judged, check: CheckRecord, book: RecordBook, clock: Clock
) -> Outcome:
    """Add what was before, and put the LUT to use unless it has made things worse."""
    order, made = gathered.order, gathered.made
    measured_now = _before_record(gathered, book, clock)
    before = measured_now or before_check(order, book, clock)
    better = is_better(judged.quantities, before.quantities if before else ())
    first: tuple[Record, ...] = (measured_now,) if measured_now else ()
    if made is None or not measures_response(check) or better is False:
        why = "was not verified" if better is None else "made the contrast response worse than it was"
        check = replace(check, is_complete=False, notes=(*check.notes, f"The display LUT {why}; it is not put to use."))
        return Outcome((*first, check), check)
    in_use = _history(order, book).calibration
    record = calibration_record(
        new_head(order.facts.identity.key, order.operator, clock, book.workstation),
        order.facts.panel,
        gathered.ambient,
        made,
        source_check=check.head.id,
        before_check=before.head.id if before else "",
        after_check=check.head.id,
        video_lut=order.video_lut,
        supersedes=in_use.head.id if in_use else "",
    )
    return Outcome((*first, check, record), check, record)


def _before_record(gathered: Gathered, book: RecordBook, clock: Clock) -> CheckRecord | None:
    """The readings through the LUT in use until now, as a check of their own."""
    order = gathered.order
    own = [replace(each, test=f"luminance-{len(LEVELS_18)}") for each in gathered.series if each.test == BEFORE]
    if not own:
        return None
    quantities, faults = _quantities(own, gathered, book)
    judged = Judged(quantities, judge(order.policy, order.role, quantities, _provisional(gathered, clock)), faults)
    alone = replace(gathered, order=replace(order, check=own[0].test), made=None, notes=())
    record = _check_record(replace(alone, results=()), judged, book, clock)
    return replace(record, series=tuple(own), ambient=gathered.ambient, is_complete=not faults)
