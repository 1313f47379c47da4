"""What goes wrong while measuring: nothing that was read is lost, and no verdict comes of it that should not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from calibration.checks.check_run import CheckRun
from calibration.checks.run_order import MOVES, CannotResume, ImpossibleMove, RunMove, RunState, UnfinishedCheck, moved
from calibration.checks.steps import Measure
from calibration.checks.unfinished_runs import break_off_unfinished, unfinished_runs
from calibration.conformance.policy import load_policies
from calibration.conformance.verdict import VerdictName
from calibration.displays.identity import DisplayFacts
from calibration.readings.meter_identity import MeterIdentity
from calibration.records.errors import AnotherCheckRuns, RecordsNotWritten
from tests.helpers.check_desk import FACTS, KEY, METER, CheckDesk, readings_in, with_panel
from tests.helpers.simulated_panel import carry_out, one_step
from workstation.foundation.errors import BadInput


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[CheckDesk]:
    desk = CheckDesk(tmp_path / "records")
    yield desk
    desk.book.close()


def left_behind(desk: CheckDesk, check: str = "luminance-18", readings: int = 20) -> tuple[CheckDesk, str, int]:
    """A program that died while measuring: the desk after a new start, the run, and how much it had."""
    run = desk.start(check)
    taken = carry_out(run, desk.panel(), until=readings)
    return desk.reopened(), run.run_id, taken


def test_after_a_crash_the_run_goes_on_with_every_reading(desk: CheckDesk) -> None:
    again, run_id, taken = left_behind(desk)
    assert [run.run_id for run in unfinished_runs(again.book, KEY)] == [run_id]
    with pytest.raises(UnfinishedCheck, match="Luminance response, 18 levels, begun"):
        again.start("monthly")
    run = CheckRun.resume(run_id, again.order("luminance-18"), again.book, again.clock)
    assert sum(len(level.readings) for level in run.series[0].measured) == taken
    rest = carry_out(run, again.panel())
    record = run.finish()
    assert record.is_complete
    assert readings_in(record) == taken + rest
    whole = desk_result(again)
    assert [level.mean_cd_m2 for level in record.series[0].measured] == whole
    assert unfinished_runs(again.book) == []
    again.book.close()


def desk_result(desk: CheckDesk) -> list[float]:
    """What the same panel gives without a crash."""
    run = desk.start("luminance-18")
    carry_out(run, desk.panel())
    return [level.mean_cd_m2 for level in run.finish().series[0].measured]


@pytest.mark.parametrize("stop_after", [0, 72, 130, 226])
def test_a_calibration_goes_on_from_wherever_it_was_left(desk: CheckDesk, stop_after: int) -> None:
    again, run_id, _ = left_behind(desk, "calibration", stop_after)
    run = CheckRun.resume(run_id, again.order("calibration"), again.book, again.clock)
    carry_out(run, again.panel())
    record = run.finish()
    assert run.calibration is not None
    assert record.verdict.passes
    again.book.close()


def test_a_run_that_was_complete_when_the_program_died_can_be_finished(desk: CheckDesk) -> None:
    run = desk.start("daily", meter=None)
    carry_out(run, desk.panel())
    again = desk.reopened()
    resumed = CheckRun.resume(run.run_id, again.order("daily", meter=None), again.book, again.clock)
    assert resumed.state is RunState.COMPLETE
    assert resumed.finish().verdict.passes
    again.book.close()


def test_the_meter_unplugged_mid_series_and_back(desk: CheckDesk) -> None:
    panel = desk.panel()
    run = desk.start("luminance-18")
    taken = carry_out(run, panel, until=17)
    step = run.step
    run.pause("The meter was unplugged.")
    assert run.step is step
    with pytest.raises(ImpossibleMove):
        run.give_reading(panel.say(3.0))
    run.go_on(FACTS, "", METER)
    rest = carry_out(run, panel)
    record = run.finish()
    assert readings_in(record) == taken + rest
    assert "Paused: The meter was unplugged." in record.notes
    assert record.is_complete


CHANGED: list[tuple[str, DisplayFacts, str, MeterIdentity | None]] = [
    ("another display", replace(FACTS, identity=replace(FACTS.identity, serial="9")), "", METER),
    ("another identity", replace(FACTS, edid_sha256="cd" * 32), "", METER),
    ("brightness was changed", with_panel(brightness=75), "", METER),
    ("display LUT was changed", FACTS, "ef" * 32, METER),
    ("another meter", FACTS, "", replace(METER, serial="SYN-0002")),
    ("used in another way", FACTS, "", replace(METER, includes_ambient=True)),
    ("used in another way", FACTS, "", replace(METER, correction_factor=1.02)),
    ("meter is not there", FACTS, "", None),
]


@pytest.mark.parametrize(("why", "facts", "lut_sha256", "meter"), CHANGED, ids=[each[0] for each in CHANGED])
def test_a_run_does_not_go_on_with_another_display_lut_or_meter(
    desk: CheckDesk, why: str, facts: DisplayFacts, lut_sha256: str, meter: MeterIdentity | None
) -> None:
    run = desk.start("luminance-18")
    taken = carry_out(run, desk.panel(), until=17)
    run.pause("The monitor was unplugged.")
    with pytest.raises(CannotResume, match=why):
        run.go_on(facts, lut_sha256, meter)
    kept = desk.checks()[-1]
    assert (run.state, kept.is_complete, readings_in(kept)) == (RunState.BROKEN_OFF, False, taken)
    assert kept.verdict.name is VerdictName.NOT_MEASURED
    assert any(why in note for note in kept.notes)


def test_a_white_in_another_unit_than_the_display_is_set_to_is_asked_for_again(desk: CheckDesk) -> None:
    """420 cd/m² of which somebody has made 1439 by taking them for foot-lamberts would pass every limit of L'max."""
    run = desk.start("luminance-18", target_max_cd_m2=420.0)
    carry_out(run, desk.panel(least_cd_m2=4.1, most_cd_m2=1439.0))
    record = run.finish()
    assert any("taken for foot-lamberts" in note for note in record.notes)
    white = next(level for level in record.series[0].measured if level.level == 255)
    assert len(white.readings) == 3  # kept in the end, and noted


def test_a_backlight_that_moves_during_a_calibration_is_said(desk: CheckDesk) -> None:
    run = desk.start("calibration")
    panel = desk.panel()
    while not (isinstance(run.step, Measure) and run.step.test == "luminance-18"):
        one_step(run, panel)
    carry_out(run, desk.panel(least_cd_m2=1.2 * 0.95, most_cd_m2=420.0 * 0.95))
    record = run.finish()
    assert any("the backlight drifts or the meter moved" in note for note in record.notes)


def test_nor_on_a_monitor_of_another_model_on_a_plug_that_tells_no_serial_number(desk: CheckDesk) -> None:
    weak = replace(FACTS, identity=replace(FACTS.identity, serial=""), edid_sha256="")
    run = desk.start("luminance-18", facts=weak)
    carry_out(run, desk.panel(), until=17)
    run.pause("The monitor was unplugged.")
    with pytest.raises(CannotResume, match="another display"):
        run.go_on(replace(weak, identity=replace(weak.identity, model="Another")), "", METER)


def test_readings_of_last_month_are_kept_but_make_no_check_of_today(desk: CheckDesk) -> None:
    again, run_id, taken = left_behind(desk)
    again.clock.pass_s(timedelta(days=30).total_seconds())
    with pytest.raises(CannotResume, match="over a day ago"):
        CheckRun.resume(run_id, again.order("luminance-18"), again.book, again.clock)
    kept = again.checks()[-1]
    assert (kept.is_complete, readings_in(kept)) == (False, taken)
    again.book.close()


def test_nor_does_a_check_that_was_paused_for_days_go_on(desk: CheckDesk) -> None:
    run = desk.start("luminance-18")
    taken = carry_out(run, desk.panel(), until=17)
    run.pause("The check is paused.")
    desk.clock.pass_s(timedelta(days=3).total_seconds())
    with pytest.raises(CannotResume, match="over a day ago"):
        run.go_on(FACTS, "", METER)
    assert readings_in(desk.checks()[-1]) == taken


@pytest.mark.parametrize(("why", "facts", "lut_sha256", "meter"), CHANGED[1:], ids=[each[0] for each in CHANGED[1:]])
def test_nor_after_a_crash(
    desk: CheckDesk, why: str, facts: DisplayFacts, lut_sha256: str, meter: MeterIdentity | None
) -> None:
    again, run_id, taken = left_behind(desk)
    order = again.order("luminance-18", facts=facts, lut_sha256=lut_sha256, meter=meter)
    with pytest.raises(CannotResume, match=why):
        CheckRun.resume(run_id, order, again.book, again.clock)
    kept = again.checks()[-1]
    assert (kept.is_complete, readings_in(kept)) == (False, taken)
    assert unfinished_runs(again.book) == []
    again.book.close()


def test_nor_by_another_policy(desk: CheckDesk) -> None:
    again, run_id, _ = left_behind(desk)
    with pytest.raises(CannotResume, match="policy"):
        CheckRun.resume(run_id, again.order("luminance-18", policy=load_policies()["tg18"]), again.book, again.clock)
    again.book.close()


def test_a_monitor_that_does_not_tell_its_brightness_any_more_is_no_other_one(desk: CheckDesk) -> None:
    run = desk.start("luminance-18")
    carry_out(run, desk.panel(), until=5)
    run.pause("The monitor was unplugged.")
    run.go_on(replace(FACTS, panel=replace(FACTS.panel, brightness=None)), "", METER)
    assert run.state is RunState.RUNNING


def test_breaking_off_keeps_every_reading_and_decides_nothing(desk: CheckDesk) -> None:
    run = desk.start("luminance-18")
    taken = carry_out(run, desk.panel(), until=30)
    record = run.break_off("an emergency came in")
    assert (record.is_complete, readings_in(record), record.quantities) == (False, taken, ())
    assert "Broken off: an emergency came in" in record.notes
    assert desk.checks() == [record]
    assert desk.done("daily", desk.panel(), meter=None).record


def test_a_run_left_behind_can_be_broken_off(desk: CheckDesk) -> None:
    again, run_id, taken = left_behind(desk)
    record = break_off_unfinished(run_id, again.order("luminance-18"), "left behind", again.book, again.clock)
    assert (record.is_complete, readings_in(record)) == (False, taken)
    again.done("daily", again.panel(), meter=None)
    with pytest.raises(BadInput, match="no such unfinished check"):
        break_off_unfinished(run_id, again.order("luminance-18"), "again", again.book, again.clock)
    again.book.close()


def test_two_operators_at_once(desk: CheckDesk) -> None:
    run = desk.start("luminance-18", operator="Ann")
    carry_out(run, desk.panel(), until=5)
    with pytest.raises(AnotherCheckRuns, match="by Ann"):
        desk.start("luminance-18", operator="Ben")
    taken = carry_out(run, desk.panel())
    assert readings_in(run.finish()) == taken + 5


def test_who_goes_on_is_noted(desk: CheckDesk) -> None:
    again, run_id, _ = left_behind(desk)
    run = CheckRun.resume(run_id, again.order("luminance-18", operator="Ben"), again.book, again.clock)
    carry_out(run, again.panel())
    record = run.finish()
    assert record.head.operator == "Ann"
    assert "Gone on with by Ben; begun by Ann" in record.notes
    again.book.close()


def test_a_clock_set_back_is_noted_and_makes_the_verdict_provisional(desk: CheckDesk) -> None:
    run = desk.start("luminance-18")
    carry_out(run, desk.panel(), until=20)
    desk.clock.pass_s(-3600)
    carry_out(run, desk.panel())
    record = run.finish()
    assert any("clock of this computer was set back" in note for note in record.notes)
    assert any("clock" in reason for reason in record.verdict.provisional)
    assert run.remaining_s == 0


def test_an_expired_certificate_makes_the_verdict_provisional_but_not_of_a_check_by_eye(desk: CheckDesk) -> None:
    expired = replace(METER, certificate_due=desk.clock.at.date().replace(year=2020))
    measured = desk.done("luminance-18", desk.panel(), meter=expired).record
    assert measured is not None
    assert any("expired" in reason for reason in measured.verdict.provisional)
    record = desk.done("daily", desk.panel(), meter=expired).record
    assert record is not None
    assert record.verdict.provisional == ()


def test_scaled_patterns_make_the_verdict_provisional(desk: CheckDesk) -> None:
    run = desk.start("daily", meter=None)
    run.patterns_are_scaled("the desktop magnifies by 1.5")
    run.patterns_are_scaled("the desktop magnifies by 1.5")
    carry_out(run, desk.panel())
    record = run.finish()
    assert any("scaled" in reason for reason in record.verdict.provisional)
    assert [note for note in record.notes if "magnifies" in note] == [
        "The patterns were scaled: the desktop magnifies by 1.5"
    ]


def to_level(run: CheckRun, desk: CheckDesk, level: int) -> Measure:
    panel = desk.panel()
    while not (isinstance(run.step, Measure) and run.step.pattern.level == level and not run.readings_here):
        one_step(run, panel)
    assert isinstance(run.step, Measure)
    return run.step


def test_a_reading_that_jumps_is_asked_for_again_and_the_level_begins_anew(desk: CheckDesk) -> None:
    run = desk.start("luminance-18")
    panel = desk.panel()
    step = to_level(run, desk, 120)
    assert run.give_reading(panel.read(step.pattern, None)).accepted
    taken = run.give_reading(panel.say(40.0))
    assert (taken.accepted, taken.wants_more) == (False, True)
    assert "jumped" in taken.warning
    assert run.readings_here == ()
    carry_out(run, panel)
    record = run.finish()
    assert all(reading.luminance_cd_m2 != 40.0 for level in record.series[0].measured for reading in level.readings)
    assert any("40" in note and "set aside" in note for note in record.notes)


def test_a_meter_on_the_wrong_spot_sees_no_change_and_is_doubted_twice_then_believed(desk: CheckDesk) -> None:
    run = desk.start("luminance-18")
    to_level(run, desk, 150)
    stuck = desk.panel().luminance(135)
    answers = [run.give_reading(desk.panel().say(stuck)) for _ in range(3)]
    assert [taken.accepted for taken in answers] == [False, False, True]
    assert "nothing changed from level 135" in answers[0].warning.lower()
    assert "meter still on the marked place" in answers[0].warning
    assert any("kept as read" in note for note in run.notes)


def test_a_level_darker_than_a_lower_one_is_doubted(desk: CheckDesk) -> None:
    run = desk.start("luminance-18")
    to_level(run, desk, 150)
    taken = run.give_reading(desk.panel().say(20.0))
    assert not taken.accepted
    assert "less than" in taken.warning
    assert "lower level 135" in taken.warning


def test_a_white_no_monitor_has_is_doubted(desk: CheckDesk) -> None:
    run = desk.start("white-point")
    step = to_level(run, desk, 204)
    run.skip("only white")
    assert isinstance(run.step, Measure)
    taken = run.give_reading(desk.panel().say(5.0))
    assert not taken.accepted
    assert "White reads only 5" in taken.warning
    assert step.pattern.level == 204


def test_a_display_that_really_falls_fails_whatever_else_it_does(desk: CheckDesk) -> None:
    panel = desk.panel()
    straight = panel.luminance
    panel.luminance = lambda ddl, place="centre": straight(min(ddl, 200) - max(0, ddl - 200) * 2, place)  # type: ignore[method-assign]
    record = desk.done("luminance-18", panel).record
    assert record is not None
    assert record.verdict.name is VerdictName.FAIL
    assert record.is_complete
    assert any("kept as read" in note for note in record.notes)
    assert any("the luminance falls" in each.detail for each in record.quantities)


def test_a_full_disk_loses_no_reading_and_counts_none(desk: CheckDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    run = desk.start("luminance-18")
    panel = desk.panel()
    carry_out(run, panel, until=3)
    had = run.readings_here
    whole = desk.book.journal.add

    def full(*_: object) -> int:
        raise RecordsNotWritten("The disk is full.", "Make room.")

    monkeypatch.setattr(desk.book.journal, "add", full)
    with pytest.raises(RecordsNotWritten):
        run.give_reading(panel.say(1.2))
    assert run.readings_here == had
    monkeypatch.setattr(desk.book.journal, "add", whole)
    carry_out(run, panel)
    assert run.finish().is_complete


@pytest.mark.parametrize("state", RunState)
@pytest.mark.parametrize("move", RunMove)
def test_the_table_of_moves_is_all_there_is(state: RunState, move: RunMove) -> None:
    if (state, move) in MOVES:
        assert moved(state, move) in RunState
        return
    with pytest.raises(ImpossibleMove, match=state.value):
        moved(state, move)


def test_a_finished_run_takes_nothing_more(desk: CheckDesk) -> None:
    run = desk.done("daily", desk.panel(), meter=None)
    for move in (run.finish, run.done, run.back, lambda: run.break_off("x"), lambda: run.pause("x")):
        with pytest.raises(ImpossibleMove):
            move()
    assert len(desk.checks()) == 1
