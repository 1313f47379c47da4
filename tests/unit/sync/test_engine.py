"""The engine: everything a reader needs comes by itself, the most urgent first, and trouble has a place on screen."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.reader_at_site import ReaderAtSite, reader_at
from tests.helpers.small_reports import freeze_report
from tests.unit.sync.conftest import CHEST, HEAD, HEAD_PRIOR, item_uid_of
from workstation.catalogue.instances import Counts
from workstation.catalogue.work_items import ClaimState
from workstation.demo_site.server import DemoSite
from workstation.foundation.cancel import CancelToken
from workstation.foundation.conditions import Severity
from workstation.foundation.errors import Cancelled
from workstation.foundation.worker import WorkerState
from workstation.sync.errors import LoginRefused, Refused, Unreachable, WrongAnswer
from workstation.sync.fetching import Fetching
from workstation.sync.http_transport import Timeouts
from workstation.sync.worklist import rows


def until(holds: Callable[[], bool], timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def received(reader: ReaderAtSite, study_uid: str) -> int:
    return reader.catalogue.instances.counts(study_uid).received


def test_one_turn_brings_everything_without_a_claim(reader: ReaderAtSite, site: DemoSite) -> None:
    topics: list[str] = []
    reader.engine.observe(topics.append)
    reader.once()
    assert received(reader, HEAD.study_uid) == HEAD.instances
    assert received(reader, HEAD_PRIOR.study_uid) == HEAD_PRIOR.instances
    assert received(reader, CHEST.study_uid) == CHEST.instances
    assert site.claims() == {}
    assert {"worklist", "images"} <= set(topics)
    assert reader.conditions.current() == ()
    first, second = rows(reader.catalogue, reader.site_clock, "dr.demo")
    assert (first.item.is_stat, first.priors, first.state_text, first.is_unread) == (True, 1, "free", True)
    assert (second.priority_rank, second.priors) == (1, 0)


def test_without_prefetch_only_claimed_items_come(profile_path: Path, site: DemoSite, tmp_path: Path) -> None:
    text = profile_path.read_text("utf-8")
    assert "prefetch = true" in text
    profile_path.write_text(text.replace("prefetch = true", "prefetch = false"), "utf-8")
    reader = reader_at(profile_path, tmp_path / "careful")
    reader.once()
    assert reader.catalogue.instances.all_counts() == {}
    reader.claims.claim(item_uid_of(site, CHEST))
    reader.once()
    assert received(reader, CHEST.study_uid) == CHEST.instances
    assert received(reader, HEAD.study_uid) == 0
    reader.close()


def test_the_order_of_fetching(reader: ReaderAtSite, site: DemoSite) -> None:
    done: list[tuple[str, str]] = []

    class Recorder:
        def learn(self, study_uid: str, *, is_prior_for: str = "") -> Any:
            done.append(("learn", study_uid))
            return reader.transfer.learn(study_uid, is_prior_for=is_prior_for)

        def find_priors(self, patient: Any, current: str) -> Any:
            return reader.transfer.find_priors(patient, current)

        def download(self, study_uid: str, cancel: CancelToken, on_progress: Any) -> Counts:
            done.append(("download", study_uid))
            return reader.transfer.download(study_uid, cancel)

    def order() -> list[str]:
        return [uid for what, uid in done if what == "download"]

    def fetch() -> list[str]:
        done.clear()
        fetching = Fetching(reader.catalogue, Recorder(), reader.site_clock, prefetch=True)  # type: ignore[arg-type]
        while fetching.step(CancelToken()):
            pass
        return order()

    reader.engine.look_at_worklist(CancelToken())
    assert fetch() == [HEAD.study_uid, HEAD_PRIOR.study_uid, CHEST.study_uid]  # STAT with its prior, then routine
    assert fetch() == []


def test_a_claimed_item_comes_before_stat(reader: ReaderAtSite, site: DemoSite) -> None:
    reader.engine.look_at_worklist(CancelToken())
    reader.claims.claim(item_uid_of(site, CHEST))
    fetching = Fetching(reader.catalogue, reader.transfer, reader.site_clock, prefetch=True)
    fetching.step(CancelToken())
    fetching.step(CancelToken())
    assert received(reader, CHEST.study_uid) == CHEST.instances
    assert received(reader, HEAD.study_uid) == 0
    fetching.open((HEAD.study_uid,))
    fetching.step(CancelToken())
    fetching.step(CancelToken())
    assert received(reader, HEAD.study_uid) == HEAD.instances


def test_a_running_download_gives_way_to_an_opened_study(reader: ReaderAtSite, site: DemoSite) -> None:
    reader.engine.look_at_worklist(CancelToken())
    reader.claims.claim(item_uid_of(site, CHEST))
    fetching = Fetching(reader.catalogue, reader.transfer, reader.site_clock, prefetch=True)
    opened: list[int] = []

    class Slow:
        def download(self, study_uid: str, cancel: CancelToken, on_progress: Any) -> Counts:
            if study_uid == CHEST.study_uid and not opened:
                opened.append(1)
                fetching.open((HEAD.study_uid,))
                assert cancel.is_cancelled
            return reader.transfer.download(study_uid, cancel)

        def __getattr__(self, name: str) -> Any:
            return getattr(reader.transfer, name)

    fetching._transfer = Slow()  # type: ignore[assignment]
    assert fetching.step(CancelToken())  # learns the chest
    assert fetching.step(CancelToken())  # broken off
    assert received(reader, CHEST.study_uid) == 0
    assert fetching.step(CancelToken())
    assert fetching.step(CancelToken())
    assert received(reader, HEAD.study_uid) == HEAD.instances
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        fetching.step(token)


def test_the_loops_run_and_stop(reader: ReaderAtSite, site: DemoSite) -> None:
    assert reader.engine.state is WorkerState.NEW
    reader.engine.start()
    until(lambda: received(reader, CHEST.study_uid) == CHEST.instances)
    uid = item_uid_of(site, HEAD)
    reader.claims.claim(uid)
    freeze_report(reader.catalogue, HEAD, uid)
    reader.engine.wake()
    until(lambda: site.claims()[uid].state == "COMPLETED")
    reader.engine.prioritise([HEAD.study_uid])
    assert reader.engine.state is WorkerState.RUNNING
    assert reader.engine.stop(10)
    assert reader.engine.state is WorkerState.STOPPED


def test_the_loops_stop_in_the_middle_of_slow_work(reader: ReaderAtSite, site: DemoSite) -> None:
    site.faults.set("slow_ms", "150")
    reader.engine.start()
    until(lambda: reader.catalogue.items.all() != [])
    began = time.monotonic()
    assert reader.engine.stop(10)
    assert time.monotonic() - began < 5


def test_an_absent_site_is_a_lasting_condition_until_it_is_back(reader: ReaderAtSite, site: DemoSite) -> None:
    reader.once()
    site.faults.set("drop_rate", "1.0")
    with pytest.raises(Unreachable):
        reader.once()
    condition = next(each for each in reader.conditions.current() if each.key == "site-unreachable")
    assert condition.severity is Severity.FAIL
    assert condition.text.startswith("The worklist cannot be reached: ")
    since = condition.since
    with pytest.raises(Unreachable):
        reader.once()
    again = next(each for each in reader.conditions.current() if each.key == "site-unreachable")
    assert again.since == since
    assert {"site-unreachable", "images-unreachable"} <= reader.condition_keys()
    site.faults.clear()
    reader.once()
    assert reader.conditions.current() == ()
    assert len(rows(reader.catalogue, reader.site_clock, "dr.demo")) == 2


@pytest.mark.parametrize(
    ("fault", "value", "error", "words"),
    [
        ("wrong_answer", "search", WrongAnswer, "a web page instead of data"),
        ("http_500", "search", Refused, "500 server error"),
    ],
)
def test_a_wrong_worklist_is_one_clear_line(
    fault: str, value: str, error: type[Exception], words: str, reader: ReaderAtSite, site: DemoSite
) -> None:
    site.faults.set(fault, value)
    with pytest.raises(error, match=words):
        reader.once()
    assert words in reader.conditions.current()[0].text
    site.faults.clear()
    reader.once()
    assert reader.conditions.current() == ()


@pytest.mark.parametrize(("fault", "value"), [("wrong_answer", "qido"), ("http_500", "qido")])
def test_a_wrong_archive_is_one_condition_for_all_studies(
    fault: str, value: str, reader: ReaderAtSite, site: DemoSite
) -> None:
    site.faults.set(fault, value)
    with pytest.raises((WrongAnswer, Refused)):
        reader.once()
    assert reader.condition_keys() == {"images-trouble"}
    assert reader.conditions.current()[0].text.startswith("Images of 2 studies could not be fetched: The image archive")
    site.faults.clear()
    reader.once()
    assert reader.condition_keys() == set()
    assert received(reader, HEAD.study_uid) == HEAD.instances


def test_a_slow_site_is_named(profile_path: Path, site: DemoSite, tmp_path: Path) -> None:
    reader = reader_at(profile_path, tmp_path / "slow", timeouts=Timeouts(2.0, 0.2, 1.0))
    site.faults.set("slow_ms", "700")
    with pytest.raises(Unreachable, match="too slow"):
        reader.once()
    site.faults.clear()
    reader.close()


def test_nobody_logged_in_is_a_condition(profile_path: Path, tmp_path: Path) -> None:
    reader = reader_at(profile_path, tmp_path / "nobody", logs_in=False)
    with pytest.raises(LoginRefused):
        reader.once()
    assert reader.condition_keys() == {"login-refused"}
    reader.account.log_in("dr.demo", "demo")
    reader.once()
    assert reader.condition_keys() == set()
    reader.close()


def test_a_token_that_ends_is_renewed_by_itself(reader: ReaderAtSite, site: DemoSite) -> None:
    site.faults.set("token_life_s", "0")
    reader.account.log_in("dr.demo", "demo")
    site.faults.clear()
    reader.once()
    assert received(reader, HEAD.study_uid) == HEAD.instances


def test_a_login_that_is_refused_later_is_a_condition(reader: ReaderAtSite, site: DemoSite) -> None:
    site.faults.set("token_life_s", "0")
    reader.account.log_in("dr.demo", "demo")
    site.faults.set("refuse_login", "1")
    with pytest.raises(LoginRefused):
        reader.once()
    condition = reader.conditions.current()[0]
    assert (condition.key, condition.text) == ("login-refused", "Your login at the site has ended.")


@pytest.mark.parametrize(("skew_s", "words"), [("600", "10 min behind"), ("-600", "10 min ahead of")])
def test_a_wrong_clock_is_said(skew_s: str, words: str, reader: ReaderAtSite, site: DemoSite) -> None:
    site.faults.set("clock_skew_s", skew_s)
    reader.once()
    condition = reader.conditions.current()[0]
    assert (condition.key, condition.severity) == ("clock-offset", Severity.INFO)
    assert words in condition.text
    assert abs(reader.site_clock.offset - timedelta(seconds=float(skew_s))) < timedelta(seconds=5)
    site.faults.clear()
    reader.once()
    assert reader.conditions.current() == ()


def test_an_unreadable_item_does_not_hide_the_others(reader: ReaderAtSite, monkeypatch: pytest.MonkeyPatch) -> None:
    good = reader.worklist.search()
    bad = {**good[0], "00080018": {"vr": "UI", "Value": ["1.2.3"]}, "00741200": {"vr": "CS", "Value": ["URGENTISH"]}}
    monkeypatch.setattr(reader.worklist, "search", lambda: [bad, *good])
    reader.engine.look_at_worklist(CancelToken())
    assert len(rows(reader.catalogue, reader.site_clock, "dr.demo")) == len(good)
    condition = reader.conditions.current()[0]
    assert condition.key == "worklist-unreadable"
    assert "Priority" in condition.text
    monkeypatch.setattr(reader.worklist, "search", lambda: good)
    reader.engine.look_at_worklist(CancelToken())
    assert reader.conditions.current() == ()


def test_an_item_the_site_withdraws_is_said_and_its_draft_stays(reader: ReaderAtSite, site: DemoSite) -> None:
    uid = item_uid_of(site, HEAD)
    reader.engine.look_at_worklist(CancelToken())
    reader.claims.claim(uid)
    reader.catalogue.drafts.save(uid, {"findings": "half a sentence"}, reader.site_clock.now())
    reader.worklist.cancel(uid, site.claims()[uid].transaction_uid, "by an administrator")
    reader.engine.look_at_worklist(CancelToken())
    stored = reader.catalogue.items.get(uid)
    assert stored is not None
    assert stored.claim is ClaimState.LOST
    condition = reader.conditions.current()[0]
    assert condition.key.startswith("item-withdrawn:")
    assert "kept as a draft" in condition.advice
    assert reader.catalogue.drafts.load(uid) is not None
    replacement = item_uid_of(site, HEAD)
    assert replacement != uid
    row = next(row for row in rows(reader.catalogue, reader.site_clock, "dr.demo") if row.item.uid == replacement)
    assert (row.state_text.split()[0], row.item.replaces) in (("free", uid), ("downloading", uid))


def test_items_the_site_shows_no_more_are_forgotten(reader: ReaderAtSite, monkeypatch: pytest.MonkeyPatch) -> None:
    reader.engine.look_at_worklist(CancelToken())
    uid = reader.catalogue.items.all()[0].uid
    reader.catalogue.items.begin_claim(uid, "2.25.1")
    reader.catalogue.items.set_claim_state(uid, ClaimState.OURS)
    monkeypatch.setattr(reader.worklist, "search", list)
    reader.engine.look_at_worklist(CancelToken())
    assert [stored.uid for stored in reader.catalogue.items.all()] == [uid]


def test_a_claim_broken_off_is_settled_by_the_engine(reader: ReaderAtSite, site: DemoSite) -> None:
    uid = item_uid_of(site, HEAD)
    reader.engine.look_at_worklist(CancelToken())
    reader.catalogue.items.begin_claim(uid, "2.25.77")
    reader.engine.look_at_worklist(CancelToken())
    assert site.claims()[uid].transaction_uid == "2.25.77"
    stored = reader.catalogue.items.get(uid)
    assert stored is not None
    assert stored.claim is ClaimState.OURS


def test_a_fault_of_ours_is_said_and_the_loop_goes_on(reader: ReaderAtSite, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> list[dict[str, Any]]:
        raise RuntimeError("SYNTHETIC^Ada is in this message")

    monkeypatch.setattr(reader.worklist, "search", broken)
    reader.engine.start()
    until(lambda: "sync-fault" in reader.condition_keys())
    reader.engine.stop(10)
    assert "SYNTHETIC" not in json.dumps([each.text for each in reader.conditions.current()])


def test_no_condition_and_no_log_names_a_patient(
    reader: ReaderAtSite, site: DemoSite, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(10)
    for fault, value in (("foreign_instance", "2:patient"), ("missing_instance", "1"), ("mllp_ack", "AE")):
        site.faults.set(fault, value)
    reader.once()
    uid = item_uid_of(site, HEAD)
    reader.claims.claim(uid)
    freeze_report(reader.catalogue, HEAD, uid)
    reader.once()
    texts = [f"{each.key} {each.text} {each.advice}" for each in reader.conditions.current()]
    texts += [record.getMessage() for record in caplog.records if record.name.startswith("workstation.sync")]
    assert texts
    for text in texts:
        for secret in ("SYNTHETIC", "SYN-1", HEAD.study_uid, uid):
            assert secret not in text
