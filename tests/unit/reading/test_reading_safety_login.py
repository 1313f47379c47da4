"""The signing certificate follows the clock: renewed in time at login, and never used outside its days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.helpers.desk_at_site import DeskAtSite, desk_at
from tests.helpers.tiny_studies import HEAD_ACCESSION
from workstation.demo_site.server import DemoSite
from workstation.reading.errors import NotNow, WrongPassword
from workstation.reading.log_in import LogIn
from workstation.sync.login import FreshLogin
from workstation.vault.reader_key import ReaderKey


class LaterClock:
    """The time, ``days`` from now."""

    def __init__(self, days: float) -> None:
        self._days = days

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self._days)


def days_left(key: ReaderKey) -> float:
    return (key.certificate_chain[0].not_valid_after_utc - datetime.now(UTC)).total_seconds() / 86400


@pytest.mark.parametrize("days_before_end", [-1.0, 3.0])
def test_a_certificate_near_or_past_its_end_is_renewed_at_login(at: DeskAtSite, days_before_end: float) -> None:
    log_in: LogIn = at.desk._session._log_in
    key = log_in._key_of("dr.demo")
    before = key.certificate_chain[0].serial_number
    log_in("dr.demo", "demo")
    assert log_in._key_of("dr.demo").certificate_chain[0].serial_number == before  # plenty of time: left alone
    log_in._site_clock = LaterClock(days_left(key) - days_before_end)
    log_in("dr.demo", "demo")
    assert log_in._key_of("dr.demo").certificate_chain[0].serial_number != before


def test_nothing_is_signed_with_a_certificate_that_has_run_out(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    sign = at.desk._parts.sign
    sign._site_clock._own = LaterClock(days_left(sign._reader_key) + 1)
    with pytest.raises(NotNow, match="run out"):
        at.desk.sign(case, "demo", {})


def test_the_password_of_somebody_else_signs_nothing(at: DeskAtSite, monkeypatch: pytest.MonkeyPatch) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    sign = at.desk._parts.sign
    other = FreshLogin("dr.second", datetime.now(UTC))
    monkeypatch.setattr(sign._account, "reauthenticate", lambda _user, _password: other)
    with pytest.raises(WrongPassword, match="somebody else"):
        at.desk.sign(case, "demo", {})
    assert at.store.catalogue.reports.all() == []


def test_a_reader_is_known_by_the_name_the_site_gives(site: tuple[DemoSite, Path], tmp_path: Path) -> None:
    """The key, the memory of the password and the report must all be of one name, however it was typed."""
    with desk_at(site[1], tmp_path, logs_in=False) as at:
        log_in: LogIn = at.desk._session._log_in
        account_log_in = log_in._account.log_in
        log_in._account.log_in = lambda user, password: account_log_in(user.lower(), password)  # type: ignore[method-assign]
        assert at.desk.log_in("DR.DEMO", "demo").user == "dr.demo"
        assert at.desk._parts.sign._reader_key.is_certified


def test_a_second_reader_does_not_slip_into_the_first_ones_cases(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    with pytest.raises(NotNow, match="Another reader"):
        at.desk.log_in("dr.second", "demo")
    reader = at.desk.reader
    assert reader is not None
    assert reader.user == "dr.demo"
    assert at.desk.active_case == case
