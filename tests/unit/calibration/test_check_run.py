"""Whole checks with a simulated panel, meter and person: what comes out, and what is written."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from calibration.checks.check_plan import VERIFY_ONLY, WITH_52, WITH_256
from calibration.checks.lut_in_force import lut_of
from calibration.checks.run_order import ImpossibleMove, RunState
from calibration.checks.steps import Choose, Enter, Instruct, Measure
from calibration.conformance.verdict import Quantity, VerdictName
from calibration.gsdf.target import target_luminance
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import Ambient, AmbientSource, Space
from calibration.records.record import CalibrationRecord, CheckRecord
from tests.helpers.check_desk import FACTS, KEY, METER, CheckDesk, readings_in, with_panel
from tests.helpers.simulated_panel import Person, SimulatedPanel, carry_out, one_step
from workstation.foundation.errors import BadInput


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[CheckDesk]:
    desk = CheckDesk(tmp_path / "records")
    yield desk
    desk.book.close()


def value_of(check: CheckRecord | None, metric: str) -> float:
    return quantity_of(check, metric).value


def verdict_of(check: CheckRecord | None, metric: str) -> VerdictName:
    assert check is not None
    return next(rule.verdict for rule in check.verdict.rules if rule.metric == metric)


def quantity_of(check: CheckRecord | None, metric: str) -> Quantity:
    assert check is not None
    return next(each for each in check.quantities if each.metric == metric)


class PerfectPanel(SimulatedPanel):
    """Follows the GSDF by itself, with the ambient light of the desk."""

    def luminance(self, ddl: int, place: str = "centre") -> float:
        light = target_luminance([ddl / 255], self.least_cd_m2, self.most_cd_m2, 0.2)
        return float(light[0]) * self.shading.get(place, 1.0)


class NearlyPerfectPanel(PerfectPanel):
    """One level is off by so much that the contrast deviation lies at the limit."""

    def luminance(self, ddl: int, place: str = "centre") -> float:
        return super().luminance(ddl, place) * (1.029 if ddl == 120 else 1.0)


def test_the_daily_check_passes_for_who_sees_everything(desk: CheckDesk) -> None:
    run = desk.start("daily", meter=None, ambient=None)
    began = desk.clock.at
    carry_out(run, desk.panel())
    assert (desk.clock.at - began).total_seconds() < 60
    record = run.finish()
    assert record.verdict.name is VerdictName.PASS
    assert [answer.is_good for answer in record.answers] == [True, True]
    assert record.is_complete
    assert record.meter is None


def test_the_daily_check_fails_for_who_clicks_at_random_and_says_what_was_not_seen(desk: CheckDesk) -> None:
    record = desk.done("daily", desk.panel(), Person(is_blind=True), meter=None).record
    assert record is not None
    assert record.verdict.name is VerdictName.FAIL
    assert value_of(record, "visual_failures") == 2
    assert "faint bar" in quantity_of(record, "visual_failures").detail


def test_the_place_of_the_faint_bar_changes_from_day_to_day(desk: CheckDesk) -> None:
    rights = set()
    for seed in range(1, 30):
        run = desk.start("daily", meter=None, seed=seed)
        carry_out(run, desk.panel())
        rights.add(run.answers[0].right)
        run.finish()
    assert len(rights) > 4


def test_gamma_two_point_two_fails_as_the_reference_says(desk: CheckDesk) -> None:
    panel = desk.panel(least_cd_m2=0.6, most_cd_m2=410.0)
    record = desk.done("luminance-18", panel).record
    assert record is not None
    assert record.verdict.name is VerdictName.FAIL
    assert value_of(record, "max_contrast_deviation") == pytest.approx(0.558, abs=0.003)
    assert desk.checks() == [record]


def test_a_monthly_check_of_a_panel_that_follows_the_gsdf_passes(desk: CheckDesk) -> None:
    panel = PerfectPanel(desk.clock, 1.2, 420.0, noise=0.002, shading={"top left": 0.9})
    began = desk.clock.at
    run = desk.done("monthly", panel)
    record = run.record
    assert record is not None
    assert record.verdict.name is VerdictName.PASS
    assert record.verdict.provisional == ()
    assert (desk.clock.at - began).total_seconds() < 300
    assert value_of(record, "uniformity_mld") == pytest.approx(200 * 0.1 / 1.9, abs=0.5)
    assert {series.space for series in record.series} == {Space.P_VALUE}
    assert {level.level for level in record.series[0].measured} == {15 * i for i in range(18)}
    assert len(record.series[0].measured[0].readings) >= 4


def test_an_annual_check_has_everything(desk: CheckDesk) -> None:
    panel = PerfectPanel(desk.clock, 1.2, 420.0, noise=0.002)
    record = desk.done("annual", panel, Person(numbers={"pixel-defects": 2.0})).record
    assert record is not None
    measured = {each.metric for each in record.quantities}
    assert {
        "max_contrast_deviation",
        "luminance_ratio",
        "ambient_ratio",
        "uniformity_mld",
        "white_point_distance",
        "visual_failures",
        "dead_pixels",
        "pixel_pitch",
        "jnd_lum",
        "hours",
    } <= measured
    assert value_of(record, "dead_pixels") == 6
    assert {level.place for series in record.series for level in series.measured} >= {"bottom", "top right"}


def test_a_calibration_makes_a_failing_panel_pass_and_puts_its_lut_to_use(desk: CheckDesk) -> None:
    panel = desk.panel(least_cd_m2=1.2)
    began = desk.clock.at
    run = desk.done("calibration", panel)
    assert (desk.clock.at - began).total_seconds() < 600
    before, after = desk.checks()
    made = run.calibration
    assert made is not None
    assert value_of(before, "max_contrast_deviation") > 0.2
    assert before.verdict.name is VerdictName.FAIL
    assert value_of(after, "max_contrast_deviation") < 0.1
    assert after.verdict.name in (VerdictName.PASS, VerdictName.WARN)
    assert (made.before_check, made.after_check, made.source_check) == (before.head.id, after.head.id, after.head.id)
    assert (after.lut_sha256, before.lut_sha256) == (made.lut_sha256, "")
    assert lut_of(made) == run.lut
    assert [series.space for series in after.series] == [Space.DDL, Space.P_VALUE]
    assert made.panel == run.order.facts.panel
    assert any("not known" in note for note in after.notes)
    assert desk.book.journal.open_runs() == []


def test_the_known_answer_of_an_eight_bit_lut(desk: CheckDesk) -> None:
    panel = desk.panel(least_cd_m2=0.6, most_cd_m2=410.0)
    room = Ambient(0.3, AmbientSource.MEASURED)
    run = desk.done("calibration", panel, Person({"calibration-depth": WITH_256}), ambient=room)
    assert value_of(run.record, "max_contrast_deviation") == pytest.approx(0.0558, abs=0.0002)
    assert run.record is not None
    assert any(note.startswith("213 of 256") for note in run.record.notes)


def test_a_recent_check_through_the_same_lut_is_the_before_of_a_calibration(desk: CheckDesk) -> None:
    panel = desk.panel()
    first = desk.done("luminance-18", panel).record
    run = desk.done("calibration", panel)
    assert first is not None
    assert run.calibration is not None
    assert run.calibration.before_check == first.head.id
    assert [check.check for check in desk.checks()] == ["luminance-18", "calibration"]


def test_a_panel_that_conforms_by_itself_is_offered_verification_only(desk: CheckDesk) -> None:
    panel = PerfectPanel(desk.clock, 1.2, 420.0)
    run = desk.start("calibration")
    while not (isinstance(run.step, Choose) and run.step.test == "calibration-depth"):
        one_step(run, panel)
    assert run.step.choices[0] == run.step.default == VERIFY_ONLY
    carry_out(run, panel)
    run.finish()
    assert run.calibration is not None
    assert (run.calibration.ddl, run.calibration.lut_sha256, run.lut) == ((), "", None)
    assert run.record is not None
    assert run.record.verdict.name is VerdictName.PASS


def test_a_panel_that_does_not_conform_is_not_offered_verification_only(desk: CheckDesk) -> None:
    run = desk.start("calibration")
    while not (isinstance(run.step, Choose) and run.step.test == "calibration-depth"):
        one_step(run, desk.panel())
    assert VERIFY_ONLY not in run.step.choices


def test_a_lut_that_makes_things_worse_is_not_put_to_use(desk: CheckDesk) -> None:
    panel = PerfectPanel(desk.clock, 1.2, 420.0)
    run = desk.start("calibration")
    while run.lut is None:
        one_step(run, panel, Person({"calibration-depth": WITH_52}))
    panel.gamma, panel.luminance = 2.2, desk.panel(gamma=3.0).luminance  # type: ignore[method-assign]
    carry_out(run, panel)
    record = run.finish()
    assert run.calibration is None
    assert not record.is_complete
    assert any("not put to use" in note for note in record.notes)
    assert not [each for each in desk.book.records(KEY) if isinstance(each.record, CalibrationRecord)]


def test_a_response_that_falls_gives_no_lut_and_is_measured_again(desk: CheckDesk) -> None:
    panel = desk.panel()
    run = desk.start("calibration", policy=desk.policy)
    broken = desk.panel()
    broken.luminance = lambda ddl, place="centre": 400.0 - ddl + 1.2  # type: ignore[method-assign]
    while not (isinstance(run.step, Choose) and run.step.test == "unusable-response"):
        is_bare = isinstance(run.step, Measure) and run.step.pattern.space is Space.DDL
        one_step(run, broken if is_bare else panel)
    assert "must rise" in run.step.question
    carry_out(run, panel)
    record = run.finish()
    assert run.calibration is not None
    assert record.verdict.passes
    assert any("no display LUT could be made" in note for note in record.notes)


def test_a_calibration_is_not_stacked_on_a_table_of_the_graphics_card_unasked(desk: CheckDesk) -> None:
    run = desk.start("calibration", video_lut="not identity")
    carry_out(run, desk.panel())
    record = run.finish()
    assert (record.is_complete, run.calibration) == (False, None)
    stacked = desk.done(
        "calibration", desk.panel(), Person({"video-lut": "Go on all the same"}), video_lut="not identity"
    )
    assert stacked.calibration is not None
    assert stacked.calibration.video_lut == "not identity"
    assert stacked.record is not None
    assert any("stacked" in note for note in stacked.record.notes)


def test_drift_is_counted_from_the_acceptance(desk: CheckDesk) -> None:
    panel = PerfectPanel(desk.clock, 1.2, 420.0)
    accepted = desk.done("acceptance", panel, policy=desk.policy).record
    assert accepted is not None
    assert accepted.verdict.rules
    desk.clock.pass_s(30 * 86_400)
    dimmed = PerfectPanel(desk.clock, 1.2 * 0.8, 420.0 * 0.8)
    later = desk.done("luminance-18", dimmed).record
    if accepted.verdict.passes:
        assert value_of(later, "luminance_drift") == pytest.approx(20.0, abs=0.2)


def test_drift_against_readings_of_another_meter_knows_that_meters_differ(desk: CheckDesk) -> None:
    desk.done("luminance-18", PerfectPanel(desk.clock, 1.2, 420.0))
    dimmed = PerfectPanel(desk.clock, 1.2 * 0.92, 420.0 * 0.92)
    same = desk.done("luminance-18", dimmed).record
    other = desk.done("luminance-18", dimmed, meter=replace(METER, serial="SYN-0002")).record
    assert verdict_of(same, "luminance_drift") is VerdictName.PASS
    assert quantity_of(other, "luminance_drift").uncertainty == pytest.approx(3.0 * math.hypot(0.92, 1.0), abs=0.1)
    assert verdict_of(other, "luminance_drift") is VerdictName.INCONCLUSIVE


def test_the_brightness_of_the_panel_is_compared_with_the_baseline(desk: CheckDesk) -> None:
    desk.done("luminance-18", PerfectPanel(desk.clock, 1.2, 420.0))
    record = desk.done("daily", desk.panel(), meter=None, facts=with_panel(brightness=75)).record
    assert value_of(record, "brightness_change") == 15


def test_two_displays_of_one_computer_are_compared(desk: CheckDesk) -> None:
    other = replace(FACTS, identity=replace(FACTS.identity, serial="2", connector="DP-2"))
    desk.done("luminance-18", PerfectPanel(desk.clock, 1.2, 400.0), facts=other)
    record = desk.done("luminance-18", PerfectPanel(desk.clock, 1.2, 440.0)).record
    assert value_of(record, "between_luminance") == pytest.approx(200 * 40 / 840.4, abs=0.1)


def test_room_light_gives_lamb_once_and_an_assumed_coefficient_is_said(desk: CheckDesk) -> None:
    person = Person(numbers={"room-light": 40.0})
    run = desk.start("monthly", ambient=None)
    carry_out(run, PerfectPanel(desk.clock, 1.2, 420.0), person)
    assert run.ambient == Ambient.reflected(40.0, 0.005, AmbientSource.DEFAULT)
    assert any("assumed" in reason for reason in run.finish().verdict.provisional)
    known = desk.start("monthly", ambient=None, reflection_cd_m2_per_lux=0.01)
    carry_out(known, PerfectPanel(desk.clock, 1.2, 420.0), person)
    assert known.ambient == Ambient.reflected(40.0, 0.01, AmbientSource.PROVIDED)
    record = known.finish()
    assert value_of(record, "luminance_min") == pytest.approx(1.6, abs=0.01)
    assert value_of(record, "room_illuminance") == 40


def test_a_meter_at_a_distance_measures_lamb_itself_and_it_is_not_added_twice(desk: CheckDesk) -> None:
    far = MeterIdentity("minolta", "LS-100", "1", METER.certificate_due, includes_ambient=True)
    panel = desk.panel(ambient_cd_m2=0.3)
    record = desk.done("monthly", panel, meter=far, ambient=None).record
    assert record is not None
    assert record.ambient.source is AmbientSource.MEASURED
    assert record.ambient.luminance_cd_m2 == pytest.approx(0.3)
    assert value_of(record, "luminance_min") == pytest.approx(1.5, abs=0.01)
    assert record.series[0].test == "ambient"


def test_the_warm_up_test_follows_the_white(desk: CheckDesk) -> None:
    panel = desk.panel()
    run = desk.start("warm-up")
    while run.step is not None:
        panel.most_cd_m2 *= 1.0004
        one_step(run, panel)
    record = run.finish()
    assert value_of(record, "warm_up_drift") > 0
    assert readings_in(record) == 16


def test_an_inconclusive_verdict_offers_only_the_levels_that_decide(desk: CheckDesk) -> None:
    panel = NearlyPerfectPanel(desk.clock, 1.2, 420.0, noise=0.004)
    for _ in range(20):
        run = desk.start("luminance-18")
        carry_out(run, panel)
        if run.verdict_now().name is VerdictName.INCONCLUSIVE:
            break
        run.finish()
    assert run.can_repeat
    had = sum(len(level.readings) for level in run.series[0].measured)
    levels = run.repeat_uncertain()
    assert 0 < len(levels) < 18
    assert isinstance(run.step, Instruct)
    taken = carry_out(run, panel)
    assert sum(len(level.readings) for level in run.series[0].measured) == had + taken
    record = run.finish()
    assert readings_in(record) == had + taken
    if run.can_repeat:
        run.repeat_uncertain()
        carry_out(run, panel)
        second = run.finish()
        assert second.head.id != record.head.id
        assert readings_in(second) > readings_in(record)
        assert not run.can_repeat
        assert desk.book.journal.open_runs() == []


def test_back_measures_a_level_anew_and_keeps_what_was_read(desk: CheckDesk) -> None:
    panel = desk.panel()
    run = desk.start("luminance-18")
    carry_out(run, panel, until=4)
    assert run.index == 2
    run.back()
    assert run.index == 1
    assert run.series == ()
    assert "set aside: 1.2, 1.2, 1.2, 1.2 cd/m²" in " ".join(run.notes)
    carry_out(run, panel)
    assert len(run.series[0].measured[0].readings) >= 4
    assert run.finish().is_complete


def test_back_over_a_choice_brings_the_planned_steps_back(desk: CheckDesk) -> None:
    panel = desk.panel()
    run = desk.start("calibration")
    planned = run.total
    while not (isinstance(run.step, Choose) and run.step.test == "calibration-depth"):
        one_step(run, panel)
    run.answer(WITH_256)
    assert run.total > planned
    run.back()
    assert run.total == planned
    carry_out(run, panel)
    run.back()
    assert run.lut is not None
    carry_out(run, panel)
    assert run.finish().verdict.passes


def test_going_back_into_the_response_unmakes_the_lut(desk: CheckDesk) -> None:
    panel = desk.panel()
    run = desk.start("calibration")
    while run.lut is None:
        one_step(run, panel)
    run.back()
    assert run.lut is None
    carry_out(run, panel)
    assert run.lut is not None


def test_a_skipped_level_lets_nothing_pass_but_a_failure_stands(desk: CheckDesk) -> None:
    good, bad = PerfectPanel(desk.clock, 1.2, 420.0), desk.panel(least_cd_m2=0.5)
    for panel, is_complete in ((good, False), (bad, True)):
        run = desk.start("luminance-18")
        carry_out(run, panel, until=20)
        run.skip("the phone rang")
        carry_out(run, panel)
        record = run.finish()
        assert record.is_complete is is_complete
        assert any("the phone rang" in note for note in record.notes)


def test_what_cannot_be_is_refused_and_changes_nothing(desk: CheckDesk) -> None:
    run = desk.start("monthly", ambient=None)
    with pytest.raises(ImpossibleMove):
        run.give_reading(desk.panel().say(1.0))
    with pytest.raises(ImpossibleMove):
        run.finish()
    run.done()
    with pytest.raises(BadInput, match="not one of the answers"):
        run.answer("perhaps")
    run.answer("Half an hour or longer")
    assert isinstance(run.step, Enter)
    with pytest.raises(BadInput, match="cannot be right"):
        run.enter(-3.0)
    with pytest.raises(BadInput, match="cannot be right"):
        run.enter(float("nan"))
    run.enter(20.0)
    run.done()
    for wrong in (float("nan"), float("inf"), -0.1):
        with pytest.raises(BadInput, match="does not exist"):
            run.give_reading(desk.panel().say(1.0).__class__(wrong, desk.clock.now()))
    assert run.readings_here == ()


def test_remaining_time_is_learnt(desk: CheckDesk) -> None:
    slow = desk.panel(reading_s=6.0)
    run = desk.start("luminance-18")
    at_first = run.remaining_s
    carry_out(run, slow, until=20)
    left = run.remaining_s / sum(s.expected_s for s in [run.step] if s) / (run.total - run.index)
    assert left > 2
    assert run.remaining_s > at_first


def test_answers_to_random_patterns_can_be_wrong_by_button_and_by_click(desk: CheckDesk) -> None:
    record = desk.done("visual", desk.panel(), Person(is_blind=True), meter=None).record
    assert record is not None
    asked = {answer.question: answer for answer in record.answers}
    letters = next(answer for question, answer in asked.items() if "letters" in question)
    assert letters.given != letters.right
    assert value_of(record, "visual_failures") == len(record.answers)


def test_a_check_without_steps_is_complete_at_once(desk: CheckDesk) -> None:
    run = desk.start("drift", meter=None)
    assert (run.state, run.step, run.total) == (RunState.COMPLETE, None, 0)
    assert value_of(run.finish(), "hours") == 1000
