"""From the table to steps: what is done, in which order, and how a choice changes the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from calibration.checks.check_table import (
    LEVELS,
    LEVELS_18,
    LEVELS_52,
    LEVELS_256,
    TESTS,
    Check,
    Kind,
    Test,
    check_named,
    tests_of,
)
from calibration.checks.questions import asked
from calibration.checks.run_order import RunOrder
from calibration.checks.step_results import LAMB, ROOM_LIGHT
from calibration.checks.steps import Choose, Enter, Instruct, Measure, Step, Wait
from calibration.patterns.pattern import PatternOrder
from calibration.patterns.places import CENTRE
from calibration.readings.reading import Space
from workstation.foundation.errors import BadInput

RESPONSE = "response"
"""Test of the readings of the bare display in a calibration."""
VERIFICATION = "luminance-18"
BEFORE = "luminance-18 before"
"""Test of the readings through the LUT that was in use before a calibration; they become a record of their own."""
DEPTH, STACKED, UNUSABLE = "calibration-depth", "video-lut", "unusable-response"
WARM, COLD = "Half an hour or longer", "It was switched on only now"
VERIFY_ONLY, WITH_18, WITH_52, WITH_256 = "Verify only", "18 levels", "52 levels", "All 256 levels"
STACK, STOP, MEASURE_AGAIN = "Go on all the same", "Stop here", "Measure the bare display again"
WARM_UP_S = 30 * 60.0
_WARM_UP_MINUTES = 15
BLACK_READINGS = 4
"""Black decides both ratio and curve: it is read four times at least."""
_MOST_READINGS = 5
_DARK_LEVEL = 45
_READING_S = 1.5
_AGAIN = ", once more"


@dataclass(frozen=True)
class _Plan:
    """What the steps of one test depend on."""

    order: RunOrder
    check: Check
    needs_before: bool


def planned_steps(order: RunOrder, *, needs_before: bool = False) -> tuple[Step, ...]:
    """Every step of a check, as far as can be foreseen.

    Parameters
    ----------
    needs_before
        A calibration first measures how the display is as images are shown now: no recent check has done so.

    Raises
    ------
    BadInput
        For a check that does not exist, or one that needs a meter when the order has none.
    """
    check = check_named(order.check)
    tests = tests_of(check, order.policy, order.role)
    if order.meter is None and any(test.needs_meter for test in tests):
        raise BadInput(f"{check.title} needs a luminance meter.", "Choose a meter, or a check that is made by eye.")
    plan = _Plan(order, check, needs_before)
    steps = [step for test in tests for step in _STEPS[test.kind](plan, test)]
    return tuple(_once(steps))


def after_choice(step: Choose, choice: str, rest: Sequence[Step]) -> tuple[Step, ...]:
    """The steps that follow a choice. ``rest``: those planned so far."""
    if choice == STOP:
        return ()
    if step.test == "warm-up-asked" and choice == COLD:
        text = "A cold panel drifts. The check goes on by itself; going on earlier is noted."
        return (Wait("Warm-up", text, WARM_UP_S), *rest)
    if step.test == DEPTH:
        return (*_further_levels(choice), *verification())
    if step.test == UNUSABLE:
        return (*_levels(TESTS["response-18"], LEVELS_18, RESPONSE), *rest)
    return tuple(rest)


def verification() -> tuple[Step, ...]:
    """The P-value levels through the new display LUT."""
    return tuple(_levels(TESTS[VERIFICATION], LEVELS_18, VERIFICATION))


def depth_choice(*, identity_passes: bool) -> Choose:
    """How many driving levels to measure; no table at all where the bare display passes as it is."""
    choices = (VERIFY_ONLY, WITH_52, WITH_256) if identity_passes else (WITH_52, WITH_256, WITH_18)
    text = (
        "The bare display follows the grayscale function as it is. A display LUT is not needed: verify only."
        if identity_passes
        else "How finely shall the bare display be measured? More levels take longer and follow its curve better."
    )
    return Choose("Depth", DEPTH, text, choices, choices[0])


def unusable_choice(why: str) -> Choose:
    """What to do when no LUT can be made from the readings."""
    return Choose(
        "No display LUT", UNUSABLE, f"No display LUT can be made. {why}", (MEASURE_AGAIN, STOP), MEASURE_AGAIN
    )


def repeats(steps: Iterable[Measure], readings: int) -> tuple[Step, ...]:
    """The same levels once more, with so many readings."""
    return tuple(
        replace(
            step,
            title=f"{step.title.removesuffix(_AGAIN)}{_AGAIN}",
            least_readings=readings,
            most_readings=readings,
            expected_s=step.settle_s + _READING_S * readings,
        )
        for step in steps
    )


def _further_levels(choice: str) -> list[Step]:
    levels = {WITH_52: LEVELS_52, WITH_256: LEVELS_256}.get(choice, ())
    test = TESTS["response-256"] if choice == WITH_256 else TESTS["response-52"]
    return _levels(test, [level for level in levels if level not in LEVELS_18], RESPONSE)


def _levels(test: Test, levels: Sequence[int], name: str, place: str = CENTRE) -> list[Step]:
    return [_measure(test, level, name, place) for level in levels]


def _measure(test: Test, level: int, name: str, place: str) -> Measure:
    is_response = test.kind in (Kind.LEVELS, Kind.CALIBRATION)
    least = max(test.least_readings, BLACK_READINGS) if is_response and level == 0 else test.least_readings
    # The verdict is taken from 18 levels: these are repeated also where every level is read.
    most = max(test.most_readings, _MOST_READINGS) if is_response and level in LEVELS_18 else test.most_readings
    settle_s = 1.0 if level <= _DARK_LEVEL else 0.4
    at = "" if place == CENTRE else f", {place}"
    return Measure(
        title=f"{'P-value' if test.space is Space.P_VALUE else 'Driving level'} {level}{at}",
        test=name,
        pattern=PatternOrder(test.pattern, test.space, level, LEVELS, place),
        least_readings=least,
        most_readings=max(most, least),
        settle_s=settle_s,
        expected_s=settle_s + _READING_S * max(least, min(3, most)),
    )


def placement(place: str) -> Instruct:
    """Hold the meter at one of the nine places."""
    where = "in the middle of the screen" if place == CENTRE else f"at the {place} of the screen"
    return Instruct(
        f"Meter: {place}",
        f"Hold the meter flat on the marked square {where}. Leave it there until the next place is asked for.",
        "placement",
        PatternOrder("placement", place=place),
        expected_s=8.0,
    )


def _levels_steps(plan: _Plan, test: Test) -> list[Step]:
    has_response = any(TESTS[name].kind is Kind.LEVELS and TESTS[name].levels == LEVELS_18 for name in plan.check.tests)
    if test.only_if_ruled and has_response:
        return []  # the response has read white, with its colour, at the same place
    return [placement(CENTRE), *_levels(test, test.levels, test.name)]


def _places_steps(_: _Plan, test: Test) -> list[Step]:
    steps: list[Step] = []
    for place in test.places:
        steps += [placement(place), *(_measure(test, level, test.name, place) for level in test.levels)]
    return steps


def _clean(_: _Plan, __: Test) -> list[Step]:
    text = "Look at the dark screen from the side. Wipe off dust and fingerprints with a dry soft cloth."
    return [Instruct("Clean screen", text, "clean-screen", PatternOrder("black"), expected_s=10.0)]


def _warm_up_asked(_: _Plan, __: Test) -> list[Step]:
    return [Choose("Warm-up", "warm-up-asked", "How long has this display been on?", (WARM, COLD), WARM, 5.0)]


def _warm_up(_: _Plan, test: Test) -> list[Step]:
    measure = _measure(test, 255, test.name, CENTRE)
    pairs = [(measure, Wait("Warm-up", "The white is read once a minute.", 58.0)) for _ in range(_WARM_UP_MINUTES)]
    return [placement(CENTRE), *(step for pair in pairs for step in pair), measure]


def _room_light(plan: _Plan, _: Test) -> list[Step]:
    if plan.order.ambient is not None:
        return []
    text = (
        "How much light falls on the screen, as it is when people read here? "
        "Hold the luxmeter at the middle of the screen, facing you, as the screen does."
    )
    return [Enter("Room light", ROOM_LIGHT, text, "lux", 0.0, 2000.0, may_measure_lux=True, is_optional=True)]


def _ambient(plan: _Plan, test: Test) -> list[Step]:
    """A meter at a distance reads Lamb itself; for a contact meter it follows from the room light."""
    if plan.order.ambient is not None:
        return []
    meter = plan.order.meter
    if meter is None or not meter.includes_ambient:
        return [] if ROOM_LIGHT in plan.check.tests else _room_light(plan, test)
    off = Instruct(
        "Display off",
        "Switch the display off at its button, leave the room light as it is when people read here, "
        "and point the meter at the middle of the screen.",
        "display-off",
    )
    on = Instruct("Display on", "Switch the display on again and wait until its picture is back.", "display-on")
    lamb = Measure("Reflected light", LAMB, PatternOrder("black", Space.DDL), 2, 5, 0.5, 6.0, is_display_off=True)
    return [off, lamb, on]


def _questions(plan: _Plan, test: Test) -> list[Step]:
    return list(asked(test.name, plan.order.seed))


def _defects(_: _Plan, test: Test) -> list[Step]:
    fields = (("black", 0, "bright"), ("grey", 128, "different"), ("white", 255, "dark or coloured"))
    return [
        Enter(
            f"Pixel defects on {name}",
            test.name,
            f"How many {kind} pixels do you see on this {name} field? Count what a dust cloth does not remove.",
            "pixels",
            0.0,
            1000.0,
            default=0.0,
            pattern=PatternOrder("defects", Space.P_VALUE, level),
            expected_s=15.0,
        )
        for name, level, kind in fields
    ]


def _drift(_: _Plan, __: Test) -> list[Step]:
    return []  # the panel says it over DDC/CI; nobody is asked


def _calibration(plan: _Plan, test: Test) -> list[Step]:
    steps: list[Step] = []
    if plan.order.video_lut == "not identity":
        text = (
            "The graphics card has a table of its own in use (night colours, a colour profile or another calibration). "
            "A display LUT made now is stacked on it and is wrong as soon as it goes. Switch it off first."
        )
        steps.append(Choose("Graphics card", STACKED, text, (STOP, STACK), STOP))
    steps.append(placement(CENTRE))
    if plan.needs_before:
        steps += [
            replace(step, title=f"Before: {step.title}") for step in _levels(TESTS[VERIFICATION], LEVELS_18, BEFORE)
        ]
    steps += _levels(test, LEVELS_18, RESPONSE)
    return [*steps, depth_choice(identity_passes=False), *_further_levels(WITH_52), *verification()]


def _once(steps: Sequence[Step]) -> list[Step]:
    """Without asking to hold the meter where it is held already."""
    kept: list[Step] = []
    held = ""
    for step in steps:
        if isinstance(step, Instruct) and step.picture == "placement" and step.pattern is not None:
            if held == step.pattern.place:
                continue
            held = step.pattern.place
        elif isinstance(step, Instruct) or (isinstance(step, Measure) and step.is_display_off):
            held = ""
        kept.append(step)
    return kept


_STEPS: dict[Kind, Callable[[_Plan, Test], list[Step]]] = {
    Kind.LEVELS: _levels_steps,
    Kind.PLACES: _places_steps,
    Kind.AMBIENT: _ambient,
    Kind.ROOM_LIGHT: _room_light,
    Kind.WARM_UP_ASKED: _warm_up_asked,
    Kind.WARM_UP: _warm_up,
    Kind.QUESTIONS: _questions,
    Kind.DEFECTS: _defects,
    Kind.CLEAN: _clean,
    Kind.DRIFT: _drift,
    Kind.CALIBRATION: _calibration,
}
