"""Which check is due when: what counts as done, grace, calendar days, reminders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.checks.check_table import CHECKS
from calibration.checks.coverage import COVERS, covers
from calibration.checks.schedule import Dueness, reminders, schedule
from calibration.conformance.policy import load_policies
from calibration.records.record import CheckRecord
from tests.helpers.display_department import START, Department, a_policy


@pytest.fixture
def done(at: Department) -> CheckRecord:
    """One acceptance check at the start."""
    return at.checked("acceptance")


def planned(checks: list[CheckRecord], now: datetime) -> dict[str, tuple[Dueness, int]]:
    tasks = schedule(a_policy(), "diagnostic", "k", checks, START, now)
    return {task.check: (task.dueness, task.days_left) for task in tasks}


def test_every_task_is_counted_from_its_own_last_check(at: Department, done: CheckRecord) -> None:
    monthly = at.checked("monthly", day=20)
    assert planned([done, monthly], START + timedelta(days=21)) == {
        "daily": (Dueness.DUE, 0),
        "monthly": (Dueness.IN_TIME, 30),
        "annual": (Dueness.IN_TIME, 345),
    }


@pytest.mark.parametrize(
    ("days", "dueness", "said"),
    [
        (30, Dueness.IN_TIME, "Monthly check: next on 2026-04-02 (in 1 day)"),
        (31, Dueness.DUE, "Monthly check: due today, expires on 2026-04-13"),
        (41, Dueness.DUE, "Monthly check: due for 10 days, expires on 2026-04-13"),
        (42, Dueness.EXPIRED, "Monthly check: expired on 2026-04-13, last done on 2026-03-02"),
    ],
)
def test_grace_is_counted_in_whole_days(done: CheckRecord, days: int, dueness: Dueness, said: str) -> None:
    tasks = schedule(a_policy(), "diagnostic", "k", [done], START, START + timedelta(days=days))
    monthly = next(task for task in tasks if task.check == "monthly")
    assert (monthly.dueness, monthly.sentence) == (dueness, said)
    assert monthly.done_by == "acceptance"


def test_days_are_those_of_this_computers_calendar(monkeypatch: pytest.MonkeyPatch, done: CheckRecord) -> None:
    """A daily check on Monday at 09:00 is wanted from Tuesday's midnight where the reader sits, not after 24 hours."""
    import time

    for zone, hour, dueness in (
        ("UTC", 23, Dueness.IN_TIME),
        ("Pacific/Auckland", 12, Dueness.DUE),
        ("America/Los_Angeles", 23, Dueness.IN_TIME),
    ):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        assert planned([done], datetime(2026, 3, 2, hour, 30, tzinfo=UTC))["daily"][0] is dueness, zone
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()


def test_checks_from_the_future_do_not_count(at: Department, done: CheckRecord) -> None:
    ahead = at.checked("monthly", day=60)
    assert planned([done, ahead], START + timedelta(days=45))["monthly"] == (Dueness.EXPIRED, -14)


def test_acceptance_is_done_once(done: CheckRecord, at: Department) -> None:
    assert "acceptance" not in planned([done], START + timedelta(days=4000))
    daily = at.checked("daily")
    assert planned([daily], START)["acceptance"] == (Dueness.DUE, 0)


def test_reminders_leave_out_what_a_wider_check_will_do(done: CheckRecord) -> None:
    tasks = schedule(a_policy(), "diagnostic", "k", [done], START, START + timedelta(days=35))
    assert [task.check for task in reminders(tasks)] == ["monthly"]
    assert [task.check for task in reminders(tasks, within_days=400)] == ["annual"]
    early = schedule(a_policy(), "diagnostic", "k", [done], START, START + timedelta(days=29))
    assert [task.check for task in reminders(early)] == ["daily"]
    assert [task.check for task in reminders(early, within_days=2)] == ["monthly"]


def test_covering_is_reflexive_and_transitive() -> None:
    for wide, covered in COVERS.items():
        assert wide in covered
        for narrow in covered:
            assert all(covers(wide, each) for each in COVERS.get(narrow, ()))


def test_the_table_names_checks_that_there_are_and_every_task_of_every_policy() -> None:
    assert set(COVERS) | {"calibration"} == set(CHECKS)
    for policy in load_policies().values():
        assert {task.check for task in policy.tasks} <= set(COVERS), policy.id


def test_a_check_covers_only_what_its_tests_can_tell() -> None:
    """Whatever a narrower check finds out, the wider one does too; the two exceptions are known."""
    known = {("monthly", "daily"): {"visual_failures"}, ("weekly-visual", "daily"): {"brightness_change"}}
    from calibration.checks.check_table import TESTS

    def metrics(check: str) -> set[str]:
        return {metric for test in CHECKS[check].tests for metric in TESTS[test].metrics}

    for wide, covered in COVERS.items():
        for narrow in covered:
            missing = metrics(narrow) - metrics(wide)
            assert missing == known.get((wide, narrow), set()), (wide, narrow)


@given(st.lists(st.integers(0, 400), max_size=6), st.integers(0, 800))
def test_a_later_check_never_makes_anything_more_due(days: list[int], now_day: int) -> None:
    from dataclasses import replace

    from calibration.records.record import Head

    def check(day: int) -> CheckRecord:
        head = Head(f"{day:032x}", "k", START + timedelta(days=day), "x", "here", "")
        return replace(BLANK, head=head)

    now = START + timedelta(days=now_day)
    checks = [check(day) for day in sorted(days)]
    before = planned(checks, now)["monthly"][1]
    after = planned([*checks, check(max([*days, now_day]))], now)["monthly"][1]
    assert after >= before


def _blank() -> CheckRecord:
    from calibration.conformance.judge import judge
    from calibration.displays.identity import DisplayFacts
    from calibration.readings.reading import NO_AMBIENT
    from calibration.records.record import Head
    from tests.helpers.display_department import LEFT

    verdict = judge(a_policy(), "diagnostic", ())
    head = Head("0" * 32, "k", START, "x", "here", "")
    facts = DisplayFacts(LEFT)
    return CheckRecord(head, "monthly", "diagnostic", START, facts, "", None, NO_AMBIENT, (), (), (), verdict)


BLANK = _blank()
