"""The checks as tables: what they hold, how long they take, and that everything they ask for can be shown."""

from __future__ import annotations

import pytest

from calibration.checks import check_table
from calibration.checks.check_plan import WITH_52, planned_steps
from calibration.checks.check_table import (
    CHECKS,
    LEVELS_18,
    LEVELS_32,
    LEVELS_52,
    SINGLE_TESTS,
    TESTS,
    check_named,
)
from calibration.checks.run_order import RunOrder
from calibration.checks.steps import Choose, Enter, Instruct, Measure, Step, pattern_of
from calibration.conformance.metric_table import METRICS
from calibration.conformance.policy import POLICY_IDS, load_policies
from calibration.patterns.drawing import draw
from calibration.patterns.places import FIVE_PLACES, NINE_PLACES
from calibration.readings.reading import Space
from tests.helpers.check_desk import FACTS, LAMB, METER
from workstation.foundation.errors import BadInput

POLICIES = load_policies()
EVERY = (*CHECKS, *SINGLE_TESTS)


def order(check: str, **facts: object) -> RunOrder:
    ready: dict[str, object] = {"policy": POLICIES["acr"], "operator": "Ann", "meter": METER, "seed": 7, **facts}
    return RunOrder(check=check, facts=FACTS, role="diagnostic", **ready)  # type: ignore[arg-type]


def measures(steps: tuple[Step, ...]) -> list[Measure]:
    return [step for step in steps if isinstance(step, Measure)]


@pytest.mark.parametrize("name", EVERY)
def test_every_pattern_of_every_check_can_be_drawn(name: str) -> None:
    for step in planned_steps(order(name), needs_before=True):
        shown = pattern_of(step)
        if shown is not None:
            assert draw(shown, 1024, 1280).order == shown


@pytest.mark.parametrize("name", CHECKS)
def test_the_tests_and_metrics_of_a_check_exist(name: str) -> None:
    for test in CHECKS[name].tests:
        assert set(TESTS[test].metrics) <= set(METRICS)


@pytest.mark.parametrize(("name", "most_s"), [("daily", 60), ("monthly", 300), ("calibration", 600)])
def test_a_check_takes_no_longer_than_it_promises(name: str, most_s: float) -> None:
    steps = planned_steps(order(name), needs_before=True)
    assert sum(step.expected_s for step in steps) <= most_s


def test_the_schedule_of_every_policy_names_checks_that_exist() -> None:
    wanted = {task.check for name in POLICY_IDS for task in POLICIES[name].tasks}
    assert wanted <= set(CHECKS)


def test_black_is_read_first_and_four_times_and_the_levels_rise() -> None:
    steps = measures(planned_steps(order("luminance-18")))
    assert [step.pattern.level for step in steps] == list(LEVELS_18) == [15 * i for i in range(18)]
    assert steps[0].least_readings == 4
    assert steps[0].settle_s > steps[-1].settle_s
    assert {step.pattern.space for step in steps} == {Space.P_VALUE}


def test_the_levels_of_annex_c_and_of_a_fine_response() -> None:
    assert (len(LEVELS_32), LEVELS_32[:3], LEVELS_32[-1]) == (32, (0, 8, 16), 255)
    assert len(LEVELS_52) == 52
    assert set(LEVELS_18) <= set(LEVELS_52)


def test_every_level_of_256_is_read_and_those_the_verdict_is_taken_from_are_repeated() -> None:
    by_level = {step.pattern.level: step for step in measures(planned_steps(order("luminance-256")))}
    assert sorted(by_level) == list(range(256))
    assert by_level[7].most_readings == 1
    assert by_level[15].most_readings == 5


@pytest.mark.parametrize(("name", "places"), [("uniformity-5", FIVE_PLACES), ("uniformity-9", NINE_PLACES)])
def test_uniformity_moves_the_meter_once_a_place_and_reads_two_greys(name: str, places: tuple[str, ...]) -> None:
    steps = planned_steps(order(name))
    moved = [step.pattern.place for step in steps if isinstance(step, Instruct) and step.pattern is not None]
    assert tuple(moved) == places
    assert [(s.pattern.place, s.pattern.level) for s in measures(steps)] == [(p, g) for p in places for g in (26, 204)]


def test_a_calibration_measures_driving_levels_and_verifies_p_values() -> None:
    steps = measures(planned_steps(order("calibration")))
    spaces = [step.pattern.space for step in steps]
    assert spaces == [Space.DDL] * 52 + [Space.P_VALUE] * 18
    assert {step.test for step in steps if step.pattern.space is Space.DDL} == {"response"}


def test_a_calibration_on_a_card_with_a_table_of_its_own_says_so_first() -> None:
    first = next(s for s in planned_steps(order("calibration", video_lut="not identity")) if s.title == "Graphics card")
    assert isinstance(first, Choose)
    assert first.default == "Stop here"
    assert not any(s.title == "Graphics card" for s in planned_steps(order("calibration", video_lut="unknown")))


def test_room_light_that_is_known_is_not_asked_for() -> None:
    asked = [step for step in planned_steps(order("monthly")) if isinstance(step, Enter)]
    assert [step.unit for step in asked] == ["lux"]
    assert not [step for step in planned_steps(order("monthly", ambient=LAMB)) if isinstance(step, Enter)]


def test_a_meter_at_a_distance_reads_the_switched_off_display() -> None:
    far = order("monthly", meter=METER.__class__("minolta", "LS-100", "1", includes_ambient=True))
    off = [step for step in measures(planned_steps(far)) if step.is_display_off]
    assert len(off) == 1
    assert pattern_of(off[0]) is None


def test_a_check_with_a_meter_is_refused_without_one() -> None:
    with pytest.raises(BadInput, match="needs a luminance meter"):
        planned_steps(order("monthly", meter=None))
    assert planned_steps(order("daily", meter=None))


def test_a_test_without_a_rule_is_left_out_of_a_check_but_made_when_asked_for() -> None:
    by_name = {
        name: [test.name for test in check_table.tests_of(CHECKS["annual"], POLICIES[name], "diagnostic")]
        for name in POLICY_IDS
    }
    ruled = {
        name
        for name in POLICY_IDS
        if any(rule.metric in TESTS["between"].metrics for rule in POLICIES[name].rules_for("diagnostic"))
    }
    assert ruled
    assert ruled != set(POLICY_IDS)
    assert {name for name, tests in by_name.items() if "between" in tests} == ruled
    assert measures(planned_steps(order("between", policy=POLICIES["jesra"])))


def test_an_unknown_check_is_refused_with_those_there_are() -> None:
    with pytest.raises(BadInput, match=r"monthly.*luminance-18"):
        check_named("fortnightly")


def test_more_levels_are_planned_until_the_person_has_chosen() -> None:
    steps = planned_steps(order("calibration"))
    depth = next(step for step in steps if isinstance(step, Choose) and step.title == "Depth")
    assert depth.default == WITH_52
