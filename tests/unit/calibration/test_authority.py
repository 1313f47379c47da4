"""The authority: answers quickly, follows the book, binds a table to one monitor, keeps overrides beside the state."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from calibration.checks.authority import DisplayAuthority, SerialNumbersWanted, UncheckedDisplays
from calibration.checks.display_state import StateName
from calibration.displays.identity import DisplayFacts, DisplayIdentity
from calibration.gsdf.display_lut import DisplayLut
from calibration.gsdf.lut_building import BuiltLut
from calibration.records.record import CalibrationRecord, OverrideRecord
from calibration.records.record_book import RecordBook
from tests.helpers.display_department import LEFT, START, Department, a_built_lut, department
from workstation.foundation.errors import BadInput

WEAK = DisplayIdentity("DP-1", "ENC", "RX560", "", 2048, 2560)


# --- the table


def test_the_newest_table_of_this_very_monitor(at: Department) -> None:
    assert at.authority.lut_for(LEFT) is None
    first, second = a_built_lut(1.1), a_built_lut(1.3)
    at.calibrated(first)
    assert at.authority.lut_for(LEFT) == DisplayLut.of(first)
    at.clock.to_day(1)
    at.calibrated(second)
    assert at.authority.lut_for(LEFT) == DisplayLut.of(second)
    assert at.authority.lut_for(replace(LEFT, serial="99998888")) is None
    assert at.authority.lut_for(replace(LEFT, model="RX660")) is None


def test_a_monitor_that_conforms_by_itself_is_driven_by_the_identity_again(at: Department) -> None:
    at.calibrated()
    at.clock.to_day(1)
    at.put(CalibrationRecord(at.head(), at.panel, _no_ambient(), 256, (), 8, ""))
    assert at.authority.lut_for(LEFT) is None
    at.lut_sha256 = ""
    at.checked("acceptance", day=2)
    assert at.state().name is StateName.OK


def _no_ambient():  # type: ignore[no-untyped-def]
    from calibration.readings.reading import NO_AMBIENT

    return NO_AMBIENT


def test_a_weak_identity_has_its_table_on_the_same_plug_and_size_only(tmp_path: Path) -> None:
    with department(tmp_path, identity=WEAK) as at:
        at.calibrated()
        assert at.authority.lut_for(WEAK) is not None
        assert at.authority.lut_for(replace(WEAK, connector="DP-2")) is None
        assert at.authority.lut_for(replace(WEAK, width_px=1920)) is None
        at.registered()
        assert at.authority.lut_for(WEAK) is not None
        assert at.authority.lut_for(replace(WEAK, model="P2720DC")) is None
        assert at.authority.lut_for(replace(WEAK, manufacturer="DEL")) is None


def test_a_ten_bit_table_is_taken_down_to_what_screens_take(at: Department) -> None:
    deep = BuiltLut(np.arange(1024, dtype=np.uint16), 10)
    at.calibrated(deep)
    lut = at.authority.lut_for(LEFT)
    assert lut is not None
    assert lut.ddl.size == 1024
    assert (lut.ddl[0], lut.ddl[-1]) == (0, 255)


# --- following the book


def test_another_program_appends_and_the_state_follows(at: Department) -> None:
    at.checked("acceptance")
    assert at.state().name is StateName.OK
    with RecordBook.open(at.book.path.parent, at.clock) as other:
        elsewhere = Department(other, at.clock, at.policies)
        elsewhere.checked("monthly", max_contrast_deviation=0.5)
    assert at.state().name is StateName.FAILED


def test_answers_come_within_two_milliseconds_while_nothing_changes(at: Department) -> None:
    at.checked("acceptance")
    for day in range(1, 120):
        at.checked("daily", day=day)
    at.calibrated()
    at.state()
    at.authority.lut_for(LEFT)
    times = []
    for _ in range(40):
        began = time.perf_counter()
        at.state()
        at.authority.lut_for(LEFT)
        times.append(time.perf_counter() - began)
    assert sorted(times)[len(times) // 2] < 0.002


def test_midnight_is_noticed_without_a_new_record(at: Department) -> None:
    at.checked("acceptance")
    assert [at.state(day=day).name for day in (0, 1, 5)] == [StateName.OK, StateName.DUE, StateName.EXPIRED]


def test_roles_and_the_whole_schedule(at: Department, tmp_path: Path) -> None:
    right = replace(LEFT, connector="DP-2", serial="21984078")
    assert at.authority.roles() == {LEFT.key: "diagnostic"}
    at.identity = right
    at.registered("mammography")
    at.registered("review")
    assert at.authority.roles() == {LEFT.key: "diagnostic", right.key: "review"}
    assert at.authority.tasks_due() == ()
    at.identity = LEFT
    at.checked("acceptance")
    assert [task.check for task in at.authority.tasks_due()] == ["daily", "monthly", "annual"]
    assert [task.check for task in at.authority.tasks_of(LEFT, "diagnostic")] == ["daily", "monthly", "annual"]
    assert at.authority.tasks_due(START + timedelta(days=32))[0].days_left == -31


def test_displays_of_other_computers_are_not_among_the_roles(at: Department, tmp_path: Path) -> None:
    export = tmp_path / "away.jsonl"
    with department(tmp_path / "away", identity=replace(LEFT, serial="55556666")) as away:
        away.registered()
        away.book.export_to(export)
    at.book.import_from([export])
    assert at.authority.roles() == {LEFT.key: "diagnostic"}


# --- overrides


def test_an_override_stands_beside_the_state_until_it_ends(at: Department) -> None:
    at.checked("monthly", max_contrast_deviation=0.5)
    until = START + timedelta(hours=12)
    at.authority.override(at.head("Dr Ito"), "diagnostic", " the other monitor is broken ", until)
    state = at.state()
    assert state.name is StateName.FAILED
    assert state.override is not None
    assert (state.override.operator, state.override.until) == ("Dr Ito", until)
    assert state.override.reason == "the other monitor is broken"
    assert "used on the responsibility of Dr Ito until" in state.sentence
    assert at.state("review").override is None
    assert at.state(day=0.499).override is not None
    assert at.state(day=0.5).override is None
    assert at.authority.state_of(replace(LEFT, serial="99998888"), "diagnostic").override is None


def test_an_override_may_be_withdrawn_and_given_anew(at: Department) -> None:
    at.authority.override(at.head("Dr Ito"), "diagnostic", "emergency", START + timedelta(days=1))
    at.clock.to_day(0.1)
    at.authority.withdraw_override(at.head("Dr Ito"), "diagnostic", "new monitor")
    assert at.state().override is None
    at.put(OverrideRecord(at.head("Dr Ito"), "diagnostic", "once more", START + timedelta(days=9), is_withdrawn=True))
    assert at.state().override is None
    at.clock.to_day(0.2)
    at.authority.override(at.head("Dr Abel"), "diagnostic", "emergency", START + timedelta(days=1))
    override = at.state().override
    assert override is not None
    assert override.operator == "Dr Abel"


@pytest.mark.parametrize(
    ("operator", "reason", "hours", "said"),
    [
        ("", "emergency", 5, "name of the person"),
        ("Dr Ito", "  x ", 5, "needs a reason"),
        ("Dr Ito", "emergency", 0, "cannot last until"),
        ("Dr Ito", "emergency", -5, "cannot last until"),
        ("Dr Ito", "emergency", 24 * 7 + 1, "at most|to 7 days"),
    ],
)
def test_an_override_needs_a_name_a_reason_and_a_near_end(
    at: Department, operator: str, reason: str, hours: float, said: str
) -> None:
    before = at.book.version
    with pytest.raises(BadInput, match=said):
        at.authority.override(at.head(operator), "diagnostic", reason, at.clock.now() + timedelta(hours=hours))
    assert at.book.version == before


def test_a_site_may_refuse_monitors_without_a_serial_number(tmp_path: Path) -> None:
    with department(tmp_path, identity=WEAK) as at:
        at.registered()
        at.checked("acceptance")
        strict = SerialNumbersWanted(at.authority)
        state = strict.state_of(WEAK, "diagnostic")
        assert (at.state().name, state.name) == (StateName.OK, StateName.UNKNOWN)
        assert state.reasons[0] == "this site wants monitors that tell a serial number"
        at.checked("monthly", max_contrast_deviation=0.5)
        assert strict.state_of(WEAK, "diagnostic").name is StateName.FAILED
        assert strict.state_of(LEFT, "diagnostic").name is StateName.UNKNOWN
        assert strict.roles() == at.authority.roles()
        assert strict.lut_for(WEAK) is None


def test_nobody_checked_means_no_table_and_unknown() -> None:
    nobody = UncheckedDisplays()
    assert nobody.lut_for(LEFT) is None
    assert nobody.state_of(LEFT, "diagnostic").name is StateName.UNKNOWN


def test_an_authority_without_a_panel_to_ask_compares_no_settings(at: Department) -> None:
    at.checked("acceptance")
    authority = DisplayAuthority(at.book, at.policies, at.clock)
    assert authority.state_of(LEFT, "diagnostic").name is StateName.OK
    assert authority.registration_of(LEFT) is not None
    assert authority.registration_of(LEFT).facts == DisplayFacts(LEFT, panel=at.panel)  # type: ignore[union-attr]
