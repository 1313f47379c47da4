"""The state of a display, derived from real records in a real book: each rule, what ends it, and which rule wins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from calibration.checks.authority import UncheckedDisplays
from calibration.checks.display_state import StateName
from calibration.conformance.policy import Policy
from calibration.displays.identity import DisplayIdentity, PanelSettings
from tests.helpers.display_department import (
    LEFT,
    START,
    Department,
    a_built_lut,
    a_calibration,
    a_policy,
    department,
)

OK, DUE, EXPIRED, FAILED, UNKNOWN = (
    StateName.OK,
    StateName.DUE,
    StateName.EXPIRED,
    StateName.FAILED,
    StateName.UNKNOWN,
)
WEAK = DisplayIdentity("DP-1", "ENC", "RX560", "", 2048, 2560)


@pytest.mark.parametrize("role", ["diagnostic", "mammography", "review"])
def test_a_display_nobody_checked_is_unknown(at: Department, role: str) -> None:
    for state in (UncheckedDisplays().state_of(LEFT, role), at.authority.state_of(LEFT, role)):
        assert state.name is UNKNOWN
        assert "not checked" in state.sentence
        assert not state.is_fit


def test_without_a_serial_the_plug_and_size_stand_in() -> None:
    weak = DisplayIdentity("DP-1", width_px=2048, height_px=2560)
    assert weak.is_weak
    assert weak.key == "DP-1:2048x2560"
    assert not LEFT.is_weak


def test_a_display_that_passed_everything_is_ok_and_nothing_is_said(at: Department) -> None:
    at.checked("acceptance")
    state = at.state()
    assert (state.name, state.reasons) == (OK, ())
    assert state.sentence == "Display checked and within limits"
    assert state.is_fit


# --- time


@pytest.mark.parametrize(
    ("day", "name", "first"),
    [
        (0, OK, ""),
        (0.9, DUE, "Daily check: due today, expires on 2026-03-07"),
        (4, DUE, "Daily check: due for 3 days, expires on 2026-03-07"),
        (5, EXPIRED, "Daily check: expired on 2026-03-07, last done on 2026-03-02"),
    ],
)
def test_a_check_is_due_then_expired(at: Department, day: float, name: StateName, first: str) -> None:
    at.checked("acceptance")
    state = at.state(day=day)
    assert state.name is name
    assert state.reasons[:1] == ((first,) if first else ())


def test_a_narrow_check_does_not_stand_for_a_wide_one(at: Department) -> None:
    at.checked("acceptance")
    at.checked("daily", day=31)
    assert at.state(day=31).name is DUE
    at.checked("daily", day=42)
    assert at.state().name is EXPIRED
    assert at.state().reasons[0].startswith("Monthly check: expired")
    at.checked("monthly", day=43)
    assert at.state().name is OK


def test_an_inconclusive_or_broken_off_check_is_as_if_it_had_not_been(at: Department) -> None:
    at.checked("acceptance")
    at.checked("monthly", day=45, max_contrast_deviation=0.095, uncertainty=0.02)
    assert at.book.records(kind="check")[-1].record.verdict.name.value == "INCONCLUSIVE"  # type: ignore[union-attr]
    at.checked("monthly", day=45, is_complete=False)
    assert at.state(day=45).name is EXPIRED


def test_a_broken_off_check_never_fails_a_display(at: Department) -> None:
    at.checked("acceptance")
    at.checked("monthly", max_contrast_deviation=0.5, is_complete=False)
    assert at.state().name is OK


def test_what_was_never_done_is_counted_from_the_first_check(at: Department) -> None:
    at.checked("monthly")
    assert at.state().name is DUE
    assert at.state().reasons == ("Acceptance: due today, expires on 2026-05-02",)
    at.checked("monthly", day=31)
    at.checked("monthly", day=61)
    assert at.state(day=61).name is EXPIRED
    assert at.state().reasons[0] == "Acceptance: expired on 2026-05-02, never done"
    at.checked("annual", day=61)
    assert at.state().name is OK


def test_a_display_measured_by_eye_only_is_unknown(at: Department) -> None:
    at.checked("daily")
    state = at.state()
    assert state.name is UNKNOWN
    assert state.reasons[0] == "it was never measured with a meter"
    eye_only = a_policy(
        rules=[{**_raw_rule("visual_failures"), "frequency": "daily"}],
        tasks=[{"check": "daily", "title": "Daily check", "every": "daily", "grace_days": 3}],
    )
    at.policies["house"] = eye_only
    at.registered()  # a policy that measures nothing asks for no meter
    at.checked("daily", policy=eye_only)
    assert at.state().name is OK


def _raw_rule(metric: str) -> dict[str, object]:
    return {"metric": metric, "bound": "at most", "limit": 0.0, "unit": "answers", "source": "test"}


# --- failing and healing


@pytest.mark.parametrize(
    ("failing", "metric", "value", "later", "without", "name"),
    [
        # what a meter measures the same way in every check is mended by any check that measures it
        ("monthly", "max_contrast_deviation", 0.4, "daily", (), FAILED),
        ("monthly", "max_contrast_deviation", 0.4, "monthly", (), OK),
        ("monthly", "max_contrast_deviation", 0.4, "annual", (), OK),
        ("annual", "max_contrast_deviation", 0.4, "monthly", (), OK),
        ("monthly", "max_contrast_deviation", 0.4, "luminance-18", (), OK),
        ("monthly", "luminance_ratio", 90.0, "calibration", (), OK),
        # a wider check that leaves the failing quantity out mends nothing
        ("monthly", "max_contrast_deviation", 0.4, "annual", ("max_contrast_deviation",), FAILED),
        # five places do not mend what nine have shown, nor one pattern what many have
        ("monthly", "uniformity_mld", 40.0, "luminance-18", (), FAILED),
        ("annual", "uniformity_mld", 40.0, "monthly", (), FAILED),
        ("monthly", "uniformity_mld", 40.0, "annual", (), OK),
        ("annual", "visual_failures", 2.0, "daily", (), FAILED),
        ("daily", "visual_failures", 2.0, "daily", (), OK),
        ("daily", "visual_failures", 2.0, "monthly", (), FAILED),
        ("daily", "visual_failures", 2.0, "weekly-visual", (), OK),
        ("daily", "visual_failures", 2.0, "annual", (), OK),
        ("annual", "visual_failures", 2.0, "visual", (), FAILED),
    ],
)
def test_what_heals_a_failure(
    at: Department, failing: str, metric: str, value: float, later: str, without: tuple[str, ...], name: StateName
) -> None:
    at.checked("acceptance")
    at.checked(failing, **{metric: value})
    assert at.state().name is FAILED
    at.checked(later, without=without)
    assert at.state().name is name


def test_a_failure_says_what_how_much_the_limit_and_when(at: Department) -> None:
    at.checked("monthly", max_contrast_deviation=0.558)
    state = at.state()
    assert (
        state.reasons[0] == "Contrast response: greatest deviation 55.8 %, limit ≤ 10 % (monthly check of 2026-03-02)"
    )
    assert state.sentence.startswith("Display failed its last check: Contrast response")


def test_a_wide_failure_is_not_narrowed_by_a_narrow_one(at: Department) -> None:
    """Uniformity failed at nine places, then at five, then passed at five: the nine have not been seen again."""
    at.checked("annual", uniformity_mld=40.0)
    at.checked("monthly", uniformity_mld=41.0)
    at.checked("monthly")
    assert at.state().name is FAILED
    at.checked("annual")
    assert at.state().name is OK


def test_all_failures_are_named_and_each_heals_by_itself(at: Department) -> None:
    at.checked("acceptance", max_contrast_deviation=0.4, uniformity_mld=50.0, visual_failures=1.0)
    assert len([reason for reason in at.state().reasons if "limit" in reason]) == 3
    at.checked("luminance-18")
    reasons = " ".join(at.state().reasons)
    assert "Contrast" not in reasons
    assert "niformity" in reasons


def test_a_rule_that_left_the_policy_heals_with_the_next_check_of_its_kind(at: Department) -> None:
    at.checked("acceptance", uniformity_mld=50.0)
    old = at.policies["house"]
    rules = [rule.model_dump(exclude={"inclusive"}) for rule in old.rules if rule.metric != "uniformity_mld"]
    at.policies["house"] = a_policy(version="2", rules=rules)
    at.registered()
    at.checked("luminance-18")
    assert at.state().name is FAILED
    at.checked("acceptance")
    assert at.state().name is OK


def test_warn_is_ok_with_a_reason_until_it_is_better(at: Department) -> None:
    at.checked("acceptance", max_contrast_deviation=0.09)
    state = at.state()
    assert state.name is OK
    assert state.reasons[0].startswith("near its limit: Contrast response")
    at.checked("daily")
    assert at.state().reasons == state.reasons
    at.checked("luminance-18")
    assert at.state().reasons == ()


def test_a_provisional_verdict_says_so(at: Department) -> None:
    at.checked("acceptance", provisional=["the calibration certificate of the meter (i1) expired on 2026-01-01"])
    state = at.state()
    assert state.name is OK
    assert state.reasons[0].startswith("the verdict is provisional: the calibration certificate")


def test_an_inconclusive_check_is_said_until_it_is_repeated(at: Department) -> None:
    at.checked("acceptance")
    at.checked("monthly", max_contrast_deviation=0.095, uncertainty=0.02)
    assert at.state().name is OK
    assert at.state().reasons == ("the monthly check of 2026-03-02 could not decide: it is to be repeated",)
    at.checked("daily")
    assert at.state().reasons != ()
    at.checked("monthly")
    assert at.state().reasons == ()


def test_readings_judged_for_another_role_count_when_they_fail_this_one(at: Department) -> None:
    """Failing for mammography, then registered for diagnosis again: the old pass for diagnosis is not the last word."""
    at.checked("acceptance")
    at.registered("mammography")
    at.checked("monthly", role="mammography", max_contrast_deviation=0.5, day=0.1)
    assert at.state("mammography").name is FAILED
    at.registered("diagnostic")
    state = at.state()
    assert state.name is FAILED
    assert "monthly check of 2026-03-02, judged for mammography use by house" in state.reasons[0]
    at.checked("daily")
    assert at.state().name is FAILED
    at.checked("luminance-18")
    assert at.state().name is OK


def test_a_pass_for_another_role_is_no_pass_for_this_one(at: Department) -> None:
    at.checked("acceptance", max_contrast_deviation=0.5)
    at.checked("acceptance", role="mammography", day=0.1)
    assert at.state().name is FAILED


# --- what was changed since


@pytest.mark.parametrize(
    ("now", "name", "said"),
    [
        (PanelSettings(62, 50, 9000, "2.0"), OK, ""),
        (PanelSettings(80, 50), UNKNOWN, "brightness was changed from 62 % to 80 %"),
        (PanelSettings(61, 50), UNKNOWN, "brightness was changed from 62 % to 61 %"),
        (PanelSettings(62, 30), UNKNOWN, "contrast was changed from 50 % to 30 %"),
        (PanelSettings(None, None), OK, ""),
    ],
)
def test_a_changed_panel_is_unknown_until_measured(
    at: Department, now: PanelSettings, name: StateName, said: str
) -> None:
    at.checked("acceptance")
    at.panel = now
    assert at.state().name is name
    assert said in " ".join(at.state().reasons)
    at.checked("daily")
    assert at.state().name is name
    at.checked("luminance-18")
    assert at.state().name is OK


def test_the_old_setting_is_as_good_as_a_new_measurement(at: Department) -> None:
    at.checked("acceptance")
    before = at.panel
    at.panel = replace(before, brightness=100)
    assert at.state().name is UNKNOWN
    at.panel = before
    assert at.state().name is OK


def test_a_calibration_makes_the_state_unknown_until_it_is_verified(at: Department) -> None:
    at.checked("acceptance")
    at.calibrated()
    state = at.state()
    assert state.name is UNKNOWN
    assert state.reasons[0] == "it was calibrated on 2026-03-02 and not measured since"
    assert "the display LUT is another than at the last measurement" in state.reasons[1]
    at.checked("daily", day=0.01)
    assert at.state().name is UNKNOWN
    at.checked("luminance-18", day=0.02)
    assert at.state().name is OK


def test_the_verification_made_before_the_record_of_the_calibration_counts(at: Department) -> None:
    at.checked("acceptance", max_contrast_deviation=0.5)
    lut = a_built_lut()
    at.lut_sha256 = lut.sha256
    verified = at.checked("calibration", day=0.01)
    at.clock.at += timedelta(minutes=1)
    at.calibrated(lut, after_check=verified.head.id)
    assert at.state().name is OK


def test_measured_through_another_table_than_the_one_in_use(at: Department) -> None:
    at.calibrated(a_built_lut(1.1))
    at.lut_sha256 = a_built_lut(1.2).sha256
    at.checked("acceptance", day=0.1)
    assert at.state().reasons[0].startswith("the display LUT is another")
    assert at.state().name is UNKNOWN


@pytest.mark.parametrize("spoil", ["hash", "length", "depth", "entry"])
def test_a_damaged_table_is_not_used_and_says_so(at: Department, spoil: str) -> None:
    good = at.calibrated()
    changes: dict[str, dict[str, object]] = {
        "hash": {"lut_sha256": "0" * 64},
        "length": {"ddl": good.ddl[:100]},
        "depth": {"ddl_bits": 9},
        "entry": {"ddl": (*good.ddl[:-1], 300)},
    }
    at.put(replace(good, head=at.head(), **changes[spoil]))  # type: ignore[arg-type]
    at.checked("acceptance", day=0.1)
    assert at.authority.lut_for(LEFT) is None
    assert at.state().name is UNKNOWN
    assert "the display LUT of this monitor" in at.state().reasons[0]


def test_another_mode_is_another_picture(at: Department) -> None:
    at.checked("acceptance")
    turned = replace(LEFT, width_px=2560, height_px=2048)
    assert at.authority.state_of(turned, "diagnostic").name is OK
    rounded = replace(LEFT, width_px=2047, height_px=2561)
    assert at.authority.state_of(rounded, "diagnostic").name is OK
    scaled = replace(LEFT, width_px=1280, height_px=1024)
    state = at.authority.state_of(scaled, "diagnostic")
    assert state.name is UNKNOWN
    assert state.reasons == ("it shows 1280 x 1024 pixels now; it was checked with 2560 x 2048",)


# --- roles and policies


@pytest.mark.parametrize(
    ("registered", "asked", "name", "said"),
    [
        ("diagnostic", "diagnostic", OK, ""),
        ("diagnostic", "review", OK, "judged as a diagnostic monitor"),
        ("mammography", "diagnostic", OK, "judged as a mammography monitor"),
        ("mammography", "review", OK, "judged as a mammography monitor"),
        ("diagnostic", "mammography", UNKNOWN, "registered for diagnostic use, not for mammography"),
        ("review", "diagnostic", UNKNOWN, "registered for review use, not for diagnostic"),
    ],
)
def test_a_display_serves_roles_that_ask_for_less(
    at: Department, registered: str, asked: str, name: StateName, said: str
) -> None:
    at.registered(registered)
    at.checked("acceptance", role=registered)
    state = at.state(asked)
    assert (state.name, state.role) == (name, asked)
    assert said in " ".join(state.reasons)


def test_a_monitor_registered_anew_for_a_stricter_role_is_checked_anew(at: Department) -> None:
    at.checked("acceptance")
    at.registered("mammography")
    state = at.state("mammography")
    assert state.name is UNKNOWN
    assert state.reasons[0] == ("its checks were judged by house for diagnostic use, not by house for mammography use")


def test_a_review_display_says_that_it_is_not_for_primary_diagnosis(at: Department) -> None:
    at.registered("review")
    assert at.state("review").sentence.endswith("(not for primary diagnosis)")
    at.checked("acceptance", role="review")
    assert at.state("review").name is OK
    assert at.state("review").sentence == "Display checked and within limits (not for primary diagnosis)"


def test_another_policy_means_other_checks(at: Department) -> None:
    at.checked("acceptance")
    at.policies["stricter"] = a_policy(id="stricter")
    at.registered(policy="stricter")
    assert at.state().name is UNKNOWN
    assert "judged by house for diagnostic use, not by stricter" in at.state().reasons[0]
    at.registered(policy="gone")
    assert at.state().name is UNKNOWN
    assert "“gone” it is registered for is not on this computer" in at.state().reasons[0]


def test_another_policy_does_not_make_a_failed_display_merely_unknown(at: Department) -> None:
    at.checked("acceptance", max_contrast_deviation=0.5)
    at.policies["other"] = a_policy(id="other")
    at.registered(policy="other")
    assert at.state().name is FAILED
    assert "judged for diagnostic use by house" in at.state().reasons[0]
    assert "not by other" in at.state().reasons[1]


def test_an_unregistered_display_is_judged_by_the_policy_of_its_last_check(tmp_path: Path) -> None:
    with department(tmp_path) as at:
        at.checked("acceptance")
        assert at.state().name is OK
        assert at.state("review").name is UNKNOWN  # nobody has said what it is for


@pytest.mark.parametrize(
    ("limit", "name", "reasons"),
    [
        (0.12, DUE, 1),
        (0.04, FAILED, 2),
    ],
)
def test_edited_limits_ask_for_a_check_and_fail_what_lies_beyond_them(
    at: Department, limit: float, name: StateName, reasons: int
) -> None:
    at.checked("acceptance")
    edited = with_limit(at.policies["house"], limit)
    at.policies["house"] = edited
    at.registered()
    state = at.state()
    assert state.name is name
    assert len(state.reasons) == reasons
    assert "the limits of house were edited since" in state.reasons[-1]
    assert ("by the limits now in force: Contrast response" in state.reasons[0]) == (name is FAILED)
    at.checked("acceptance", max_contrast_deviation=0.01)
    assert at.state().name is OK


def with_limit(policy: Policy, limit: float) -> Policy:
    rules = [rule.model_dump(exclude={"inclusive"}) for rule in policy.rules]
    rules[0] = {**rules[0], "limit": limit, "warn": None}
    return a_policy(version="2", rules=rules)


# --- identity


def test_another_monitor_on_the_plug_is_unknown(at: Department) -> None:
    at.checked("acceptance")
    stranger = replace(LEFT, serial="99990000")
    state = at.authority.state_of(stranger, "diagnostic")
    assert state.name is UNKNOWN
    assert state.reasons[0] == (
        "another monitor was registered on this plug (ENC RX560 21984077 (DP-1)); this one was not checked"
    )
    elsewhere = at.authority.state_of(replace(stranger, connector="DP-2"), "diagnostic")
    assert elsewhere.reasons[0] == "no check has been recorded for this monitor"


def test_a_monitor_keeps_its_state_on_another_plug(at: Department) -> None:
    at.checked("acceptance")
    assert at.authority.state_of(replace(LEFT, connector="HDMI-1"), "diagnostic").name is OK


def test_a_weak_identity_is_said_and_is_no_fault_by_itself(tmp_path: Path) -> None:
    with department(tmp_path, identity=WEAK) as at:
        at.registered()
        at.checked("acceptance")
        assert at.state().name is OK
        assert at.state().reasons[0].startswith("the monitor tells no serial number")
        other_model = at.authority.state_of(replace(WEAK, model="P2720DC"), "diagnostic")
        assert other_model.name is UNKNOWN
        assert other_model.reasons[0] == "another monitor was checked on this plug (ENC RX560 (DP-1))"
        assert at.authority.state_of(replace(WEAK, connector="DP-2"), "diagnostic").name is UNKNOWN


def test_imported_records_count_for_serial_numbers_and_not_for_plugs(tmp_path: Path) -> None:
    for identity, name in ((LEFT, OK), (WEAK, UNKNOWN)):
        away, here = tmp_path / f"away-{identity.is_weak}", tmp_path / f"here-{identity.is_weak}"
        export = tmp_path / f"{identity.is_weak}.jsonl"
        with department(away, identity=identity) as other:
            other.registered()
            other.calibrated()
            other.checked("acceptance", day=0.01)
            other.book.export_to(export)
        with department(here, identity=identity) as at:
            at.clock.to_day(0.02)
            assert at.book.import_from([export]).added == 3
            assert at.state().name is name
            assert (at.authority.lut_for(identity) is None) == (name is UNKNOWN)
            if name is UNKNOWN:
                assert "made on another computer" in at.state().reasons[0]


# --- clock and chain


def test_a_clock_set_back_is_unknown_until_it_is_right(at: Department) -> None:
    at.checked("acceptance", day=20)
    state = at.state(day=3)
    assert state.name is UNKNOWN
    assert "clock was set back" in state.reasons[0]
    assert at.state(day=20).name is OK


def test_the_record_of_another_display_shows_that_the_clock_was_set_back(at: Department) -> None:
    at.checked("acceptance")
    at.identity = replace(LEFT, connector="DP-2", serial="21984078")
    at.checked("acceptance", day=20)
    at.clock.to_day(0.1)
    state = at.authority.state_of(LEFT, "diagnostic")
    assert (state.name, state.reasons) == (
        UNKNOWN,
        ("this computer's clock was set back: nothing can be said to be in time",),
    )


def test_a_check_made_after_the_clock_was_set_back_is_not_an_old_one(at: Department) -> None:
    """A failure must not be ended by a pass from before it, only because the clock had gone back meanwhile."""
    at.checked("acceptance", day=40)
    at.checked("monthly", day=10, max_contrast_deviation=0.5)
    assert at.state(day=40.1).name is FAILED
    at.checked("monthly", day=11)
    assert at.state(day=40.1).name is not FAILED


def test_a_calibration_from_the_future_ends_with_a_measurement_made_after_it(at: Department) -> None:
    at.checked("acceptance")
    at.clock.to_day(300)
    ahead = at.head()
    at.clock.to_day(0.1)
    record = a_calibration(replace(at.head(), at=ahead.at), a_built_lut())
    at.put(record)
    at.lut_sha256 = record.lut_sha256
    assert at.state().name is UNKNOWN
    at.checked("luminance-18", day=0.2)
    assert at.state().name is OK


def test_a_record_from_the_future_is_unknown_until_checked_by_the_right_time(at: Department) -> None:
    """Made elsewhere by a fast clock and brought here: the receiving clock was right all the time."""
    at.checked("acceptance", day=0)
    ahead = at.checked("monthly", day=0)
    at.clock.to_day(0.1)
    at.put(replace(ahead, head=replace(at.head(), at=START + timedelta(days=9))))
    state = at.state(day=0.2)
    assert state.name is UNKNOWN
    assert "a record of it was made after" in state.reasons[0]
    assert at.state(day=9.5).name is OK
    at.checked("monthly", day=0.3)
    assert at.state().name is OK


@pytest.mark.expects_log
def test_a_record_edited_by_hand_is_unknown_and_drives_nothing(tmp_path: Path) -> None:
    import sqlite3

    with department(tmp_path) as at:
        at.registered()
        at.calibrated()
        at.checked("acceptance", day=0.01, max_contrast_deviation=0.4)
        path = at.book.path
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        changed = connection.execute(
            "UPDATE record SET content = replace(content, '\"FAIL\"', '\"PASS\"') WHERE kind = 'check'"
        )
        assert changed.rowcount == 1
    connection.close()
    with department(tmp_path) as at:
        at.clock.to_day(0.02)
        state = at.state()
        assert state.name is UNKNOWN
        assert state.reasons[0].startswith("the records cannot be trusted: Record 3")
        assert len(state.reasons) == 1
        assert at.authority.lut_for(LEFT) is None
        assert at.authority.state_of(replace(LEFT, serial="1234567"), "diagnostic").reasons[0].startswith("another")


# --- which rule wins


def failing(at: Department) -> None:
    at.checked("monthly", max_contrast_deviation=0.4)


def old(at: Department) -> None:
    at.clock.to_day(20)


def turned_up(at: Department) -> None:
    at.panel = replace(at.panel, brightness=90)


@pytest.mark.parametrize(
    ("happened", "name"),
    [
        ((failing, old, turned_up), FAILED),
        ((failing, turned_up), FAILED),
        ((failing, old), FAILED),
        ((old, turned_up), EXPIRED),
        ((turned_up,), UNKNOWN),
        ((old,), EXPIRED),
        ((), OK),
    ],
)
def test_all_reasons_are_given_and_the_worst_first(
    at: Department, happened: tuple[Callable[[Department], None], ...], name: StateName
) -> None:
    at.checked("acceptance")
    for event in happened:
        event(at)
    state = at.state()
    assert state.name is name
    text = " | ".join(state.reasons)
    assert ("limit ≤" in text) == (failing in happened)
    assert ("expired" in text) == (old in happened)
    assert ("brightness" in text) == (turned_up in happened)
