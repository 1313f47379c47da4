"""Many workstations: who is overdue, failing or drifting; files that cannot be trusted; and that it stays quick."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from calibration.checks.display_history import history_of
from calibration.checks.findings import StateName
from calibration.conformance.policy import load_policies
from calibration.conformance.verdict import VerdictName
from calibration.displays.identity import DisplayIdentity
from calibration.fleet.condensed import condensed
from calibration.fleet.fleet_index import FleetIndex, Refreshed
from calibration.fleet.overview import FleetOverview, FleetRow
from calibration.fleet.summary import row_of, summary_from, summary_of, text_of
from calibration.records.chain import Soundness
from calibration.records.export_file import SUFFIX
from calibration.records.record import OverrideRecord, Record, StoredRecord
from tests.helpers.display_department import LEFT, Department, SetClock, a_policy, department
from tests.helpers.record_books import StoppedClock, open_book
from tests.helpers.synthetic_fleet import NOW, Fleet, key_of, write_fleet, write_workstation
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import BadInput, Cancelled

POLICIES = load_policies()
SMALL = Fleet(workstations=4, displays_each=3, months=15, failing_every=5, overdue_every=6, drifting_every=7)


def looked_at(cache: Path, *folders: Path, now: datetime = NOW) -> FleetOverview:
    """The fleet as it is now."""
    with FleetIndex.open(cache) as index:
        index.refresh(list(folders))
        return index.overview(now, POLICIES)


def row_with(found: FleetOverview, display: int) -> FleetRow:
    (row,) = [row for row in found.rows if row.display_key == key_of(display)]
    return row


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exports of the small fleet; never changed."""
    place = tmp_path_factory.mktemp("exports")
    write_fleet(place, SMALL)
    return place


def test_who_is_failing_overdue_or_drifting(folder: Path, tmp_path: Path) -> None:
    found = looked_at(tmp_path, folder)
    assert (len(found.rows), found.workstations, found.files, found.records) == (12, 4, 4, 12 * 16)
    assert {row.display_key for row in found.failing} == {key_of(2), key_of(7)}
    assert {row.display_key for row in found.overdue} == {key_of(1), key_of(7)}
    assert {row.display_key for row in found.drifting} == set()
    assert not found.is_conformant

    failing = row_with(found, 2)
    assert (failing.state, failing.last_verdict) == (StateName.FAILED, VerdictName.FAIL)
    assert failing.failing == ("Contrast response: greatest deviation 23.1 ± 1.2 %, limit ≤ 10 %",)
    assert (failing.workstation, failing.role, failing.policy) == ("READING-0000", "diagnostic", "tg18")

    overdue = row_with(found, 1)
    assert overdue.state is StateName.EXPIRED
    assert [task.check for task in overdue.overdue] == ["monthly"]
    assert row_with(found, 0).state is StateName.DUE  # the daily check was two days ago
    assert [row.state for row in found.rows] == sorted(
        (row.state for row in found.rows), key=[StateName.FAILED, StateName.EXPIRED, StateName.DUE].index
    )


def test_drift_is_told_with_the_day_on_which_the_limit_is_left(tmp_path: Path) -> None:
    write_fleet(tmp_path / "exports", Fleet(1, 4, months=60, drifting_every=4))
    found = looked_at(tmp_path / "cache", tmp_path / "exports")
    assert [row.display_key for row in found.drifting] == [key_of(3)]
    row = found.drifting[0]
    assert row.drifting[0].startswith("Luminance of white, L'max falls by 42")
    drift = next(drift for drift in row.drifts if drift.metric == "luminance_max")
    assert drift.leaves_on is not None
    # 3.5 cd/m² a month from 198 cd/m² down to the limit of 170 cd/m²
    assert abs(drift.leaves_on - (NOW + timedelta(days=30.4 * 28 / 3.5))) < timedelta(days=20)
    assert drift.slope_per_year == pytest.approx(-3.5 * 365.25 / 30.4, rel=0.01)


def test_only_what_is_new_is_verified_again(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "exports"
    write_fleet(place, SMALL)
    with FleetIndex.open(tmp_path / "cache") as index:
        assert index.refresh([place]) == Refreshed(files=4, verified=4, faults=0)
        assert index.refresh([place]) == Refreshed(files=4, verified=0, faults=0)
        before = index.overview(NOW, POLICIES)
    longer = write_workstation(place, SMALL, 1, months=16)
    with FleetIndex.open(tmp_path / "cache") as index:
        assert index.refresh([place]) == Refreshed(files=4, verified=1, faults=0)
        after = index.overview(NOW, POLICIES)
        assert row_with(after, 3).records == row_with(before, 3).records + 1
        assert row_with(after, 0) == row_with(before, 0)
        longer.unlink()
        index.refresh([place])
        assert len(index.overview(NOW, POLICIES).rows) == 9
        assert index.refresh([place], anew=True).verified == 3


def test_an_edited_file_is_listed_and_its_displays_are_unknown(tmp_path: Path) -> None:
    place = tmp_path / "exports"
    paths = write_fleet(place, SMALL)
    looked_at(tmp_path / "cache", place)
    text = paths[0].read_text("utf-8")
    paths[0].write_text(text.replace('"verdict":"FAIL"', '"verdict":"PASS"'), "utf-8")
    for cache in ("cache", "another cache"):  # whether it was known before or not
        found = looked_at(tmp_path / cache, place)
        assert [fault.path.name for fault in found.faults] == [paths[0].name]
        assert "was changed after it was written" in found.faults[0].problem
        assert len(found.rows) == 12
        for display in range(3):
            row = row_with(found, display)
            assert row.state is StateName.UNKNOWN
            assert paths[0].name in row.reasons[0]
            assert row.workstation == "READING-0000"
        assert row_with(found, 3).state is not StateName.UNKNOWN
    paths[0].write_text(text, "utf-8")
    assert not looked_at(tmp_path / "cache", place).faults


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00 no text", b"{}\n", b"cut"])
def test_files_that_are_none_do_not_stop_the_others(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "exports"
    write_fleet(place, SMALL)
    (place / f"odd{SUFFIX}").write_bytes(content)
    found = looked_at(tmp_path / "cache", place)
    assert (len(found.rows), len(found.faults)) == (12, 1)


def test_folders_without_exports_are_an_error(tmp_path: Path) -> None:
    with FleetIndex.open(tmp_path / "cache") as index:
        with pytest.raises(BadInput, match="no exported records"):
            index.refresh([tmp_path])
        with pytest.raises(BadInput, match="no file or folder"):
            index.refresh([tmp_path / "nowhere"])


def test_a_refresh_that_is_given_up_keeps_what_it_has_read(folder: Path, tmp_path: Path) -> None:
    cancel, told = CancelToken(), list[tuple[int, int]]()

    def watch(done: int, total: int) -> None:
        told.append((done, total))
        if done > total / 2:
            cancel.cancel()

    with FleetIndex.open(tmp_path) as index:
        with pytest.raises(Cancelled):
            index.refresh([folder], watch, cancel)
        rest = index.refresh([folder]).verified
        assert 0 < rest < 4
        assert len(index.overview(NOW, POLICIES).rows) == 12
    assert told == sorted(told)
    assert told[-1][1] == sum(path.stat().st_size for path in folder.iterdir())


def test_a_spoilt_index_is_made_anew(folder: Path, tmp_path: Path) -> None:
    first = looked_at(tmp_path, folder)
    (index,) = tmp_path.glob("fleet-*.db")
    index.write_bytes(b"no database" * 1000)
    assert looked_at(tmp_path, folder) == first


def test_a_record_in_several_exports_counts_once(folder: Path, tmp_path: Path) -> None:
    """An office that has imported everything exports it once more, beside the files it came from."""
    place = tmp_path / "exports"
    write_fleet(place, SMALL)
    alone = looked_at(tmp_path / "cache", place)
    ahead = StoppedClock(NOW + timedelta(days=1000))  # the office's clock is wrong; it made none of the records
    with open_book(tmp_path / "office", ahead, "office") as office:
        office.import_from([place])
        office.export_to(place / f"office{SUFFIX}")
    both = looked_at(tmp_path / "cache", place)
    assert both.rows == alone.rows
    assert both.files == 5


def test_a_record_that_says_two_things_makes_its_display_unknown(tmp_path: Path) -> None:
    with department(tmp_path / "a") as one:
        one.registered()
        check = one.checked(day=1)
        one.book.export_to(tmp_path / f"a{SUFFIX}")
    with open_book(tmp_path / "b", workstation="b") as book:
        book.append(replace(check, notes=("all is well",)))
        book.export_to(tmp_path / f"b{SUFFIX}")
    (row,) = looked_at(tmp_path / "cache", tmp_path).rows
    assert row.state is StateName.UNKNOWN
    assert "says something else" in row.reasons[0]


def test_monitors_without_a_serial_number_are_told_apart_by_their_workstation(tmp_path: Path) -> None:
    weak = DisplayIdentity("DP-1", width_px=1920, height_px=1080)
    for name in ("a", "b"):
        with department(tmp_path / name, identity=weak) as one:
            one.registered()
            one.checked(day=1)
            record = [each.record for each in one.book.records()]
        with open_book(tmp_path / f"book {name}", workstation=name) as book:
            for each in record:
                book.append(replace(each, head=replace(each.head, workstation=name)))
            book.export_to(tmp_path / f"{name}{SUFFIX}")
    found = looked_at(tmp_path / "cache", tmp_path)
    assert sorted((row.workstation, row.display_key, row.records) for row in found.rows) == [
        ("a", "DP-1:1920x1080", 2),
        ("b", "DP-1:1920x1080", 2),
    ]


# --- that little is enough


Deed = Callable[[Department], object]

_DEEDS: Sequence[tuple[str, Deed]] = (
    ("monthly", lambda one: one.checked("monthly")),
    ("monthly fails", lambda one: one.checked("monthly", max_contrast_deviation=0.2)),
    ("monthly warns", lambda one: one.checked("monthly", max_contrast_deviation=0.09)),
    ("monthly ratio fails", lambda one: one.checked("monthly", luminance_ratio=120.0)),
    ("monthly uncertain", lambda one: one.checked("monthly", max_contrast_deviation=0.1, uncertainty=0.05)),
    ("annual", lambda one: one.checked("annual")),
    ("annual uniformity fails", lambda one: one.checked("annual", uniformity_mld=44.0)),
    ("annual contrast fails", lambda one: one.checked("annual", max_contrast_deviation=0.4)),
    ("annual eye fails", lambda one: one.checked("annual", visual_failures=1.0)),
    ("monthly without contrast", lambda one: one.checked("monthly", without=("max_contrast_deviation",))),
    ("monthly without ratio", lambda one: one.checked("monthly", without=("luminance_ratio",))),
    ("single ratio fails", lambda one: one.checked("luminance-18", luminance_ratio=120.0)),
    ("acceptance", lambda one: one.checked("acceptance")),
    ("daily", lambda one: one.checked("daily")),
    ("daily fails", lambda one: one.checked("daily", visual_failures=2.0)),
    ("single test", lambda one: one.checked("luminance-18")),
    ("single test fails", lambda one: one.checked("luminance-18", max_contrast_deviation=0.3)),
    ("for review", lambda one: one.checked("monthly", role="review", max_contrast_deviation=0.3)),
    ("broken off", lambda one: one.checked("monthly", is_complete=False)),
    ("provisional", lambda one: one.checked("monthly", provisional=("the certificate has expired",))),
    ("other limits", lambda one: one.checked("monthly", policy=a_policy(version="2"))),
    ("other policy", lambda one: one.checked("monthly", policy=a_policy(id="other"))),
    ("calibrated", lambda one: one.calibrated()),
    ("calibrated and checked", lambda one: one.calibrated(after_check=one.checked("calibration").head.id)),
    ("registered for review", lambda one: one.registered("review")),
    ("registered anew", lambda one: one.registered()),
    ("monthly for review uncertain", lambda one: one.checked("monthly", role="review", uncertainty=0.2)),
    ("clock set back", lambda one: setattr(one.clock, "at", one.clock.at - timedelta(days=20))),
    ("override", lambda one: one.put(OverrideRecord(one.head(), "diagnostic", "the only one", one.clock.at))),
)


class _ListBook:
    """Records in a list: what a department needs of a book, without a disk."""

    def __init__(self, clock: SetClock) -> None:
        self._clock = clock
        self.stored: list[StoredRecord] = []
        self.soundness = Soundness()

    @property
    def version(self) -> int:
        return len(self.stored)

    def append(self, record: Record) -> StoredRecord:
        self.stored.append(StoredRecord(record, len(self.stored) + 1, "", self._clock.now()))
        return self.stored[-1]

    def records(self, display_key: str | None = None, kind: str | None = None) -> list[StoredRecord]:
        return self.stored


def test_the_same_state_follows_from_the_condensed_records() -> None:
    """Histories drawn at random, the same every time: whatever the rules of states look at must be kept."""
    draw = random.Random(20260302)
    policies = {"house": a_policy()}
    for number in range(500):
        clock = SetClock()
        book = _ListBook(clock)
        one = Department(book, clock, policies)  # type: ignore[arg-type]
        usual = draw.sample(_DEEDS, 4)  # so that the same things happen again and again
        names = []
        for _ in range(draw.randrange(1, 15)):
            clock.at += timedelta(days=draw.choice((0, 1, 3, 31, 90)), minutes=1)
            name, deed = draw.choice(usual if draw.random() < 0.8 else _DEEDS)
            deed(one)
            names.append(name)
        for days in (0, 45):
            if book.stored:
                at = max(each.record.head.at for each in book.stored) + timedelta(days=days)
                whole, part = _told(book.stored, at, policies), _told(condensed(book.stored), at, policies)
                assert part == whole, f"history {number}: {names}, {days} days later"


def test_a_failure_stays_healed_when_the_check_that_healed_it_is_left_out() -> None:
    clock = SetClock()
    book = _ListBook(clock)
    one = Department(book, clock, {"house": a_policy()})  # type: ignore[arg-type]
    one.checked("acceptance", day=1)
    one.checked("luminance-18", day=2, luminance_ratio=120.0)
    one.checked("monthly", day=3)
    one.checked("monthly", day=4, without=("luminance_ratio",))
    few = condensed(book.stored)
    assert len(few) < len(book.stored)
    assert _told(few, clock.at, one.policies) == _told(book.stored, clock.at, one.policies)
    assert _told(few, clock.at, one.policies)[0] is StateName.OK


def test_a_record_of_a_clock_that_was_wrong_is_not_forgotten() -> None:
    clock = SetClock()
    book = _ListBook(clock)
    one = Department(book, clock, {"house": a_policy()})  # type: ignore[arg-type]
    one.checked("monthly")
    for day in (30, 1):  # the first of them while the clock was a month ahead
        clock.to_day(day)
        one.put(OverrideRecord(one.head(), "diagnostic", "the only one", clock.at))
    for stored in (book.stored, condensed(book.stored)):
        assert history_of(LEFT, stored).lies_in_the_future(clock.at)
        assert not history_of(LEFT, stored).lies_in_the_future(clock.at + timedelta(days=30))


def _told(stored: Sequence[StoredRecord], now: datetime, policies: dict) -> tuple[object, ...]:  # type: ignore[type-arg]
    """All that a row says of the state, from ``stored`` as they are: not condensed once more."""
    summary = replace(summary_of(stored[0].record.head.display_key, stored, now), stored=tuple(stored))
    row = row_of(summary, now, policies)
    return (row.state, frozenset(row.reasons), row.overdue, row.due, frozenset(row.failing), row.last_verdict, row.role)


def test_condensed_records_are_few(tmp_path: Path) -> None:
    with department(tmp_path) as one:
        one.registered()
        for month in range(60):
            one.checked("annual" if month % 12 == 0 else "monthly", day=30 * month)
        few = condensed(one.book.records())
        assert len(few) <= 4
        summary = summary_of("x", one.book.records(), NOW)
        assert summary_from(text_of(summary)) == summary
        assert len(text_of(summary)) < 8000


@pytest.mark.skipif(not hasattr(os, "utime"), reason="needs times of files")
def test_a_file_that_was_only_touched_is_verified_again(tmp_path: Path) -> None:
    (path,) = write_fleet(tmp_path / "exports", Fleet(1, 1, 2))
    with FleetIndex.open(tmp_path / "cache") as index:
        index.refresh([tmp_path / "exports"])
        os.utime(path, (1, 1))
        assert index.refresh([tmp_path / "exports"]).verified == 1
