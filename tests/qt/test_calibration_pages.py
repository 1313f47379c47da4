"""The pages of records and of trends over a real record book, by the gestures of a person."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QTabWidget
from pytestqt.qtbot import QtBot

from calibration.displays.identity import DisplayFacts
from calibration.records.export_file import SUFFIX
from calibration.records.record import CalibrationRecord, DisplayRecord, OverrideRecord
from calibration.records.record_book import RecordBook
from calibration.ui.history_page import HistoryPage
from calibration.ui.trends_page import TrendsPage, trends_view, words_on
from tests.helpers.qa_room import LEFT, NOW, RIGHT, QaRoom, StillClock, qa_room
from tests.helpers.record_books import by_hand
from tests.helpers.sample_records import sample_check, sample_display

_FORGED = "UPDATE record SET content = replace(content, 'M. Okafor', 'N. Obody') WHERE sequence ="


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path) -> Iterator[QaRoom]:
    with qa_room(qtbot, tmp_path) as room:
        yield room


def history(room: QaRoom, key: str = LEFT) -> HistoryPage:
    page = HistoryPage(room.desk, room.tasks, room.tokens, operator=lambda: "A. Weber", files=room.files)
    room.show(page)
    page.show_display(key)
    room.settle()
    return page


def tabs(page: HistoryPage) -> list[str]:
    detail = page.findChild(QTabWidget, "Record in full")
    assert detail is not None
    return [detail.tabText(number) for number in range(detail.count())]


def test_the_records_of_a_display_stand_newest_first(room: QaRoom) -> None:
    room.with_history()
    page = history(room)
    shown = page.table.lines.shown
    assert [line.at for line in shown] == sorted((line.at for line in shown), reverse=True)
    assert {line.record.head.display_key for line in shown} == {LEFT}
    assert (shown[1].title, shown[1].outcome) == ("Monthly check", "FAIL (provisional)")
    assert shown[1].sign == ("fail", "fail")
    assert shown[1].meter == "LS-100 79113042"
    assert shown[0].remarks == "diagnostic: service comes tomorrow"
    page.show_display(RIGHT)
    room.settle()
    assert {line.record.head.display_key for line in page.table.lines.shown} == {RIGHT}


def test_a_record_in_hand_shows_its_verdict_readings_and_answers(room: QaRoom) -> None:
    room.with_history()
    page = history(room)
    page.table.selectRow(1)
    assert tabs(page) == ["Verdict", "Readings (54)", "Answers (3)", "Record"]
    assert room.text("Verdict") == "FAIL"
    assert "51.8" in room.text("Reason 1")
    assert page.detail.readings.lines.total == 54
    assert page.detail.answers.lines.shown[1][1].given == "15"
    calibration = next(line for line in page.table.lines.shown if isinstance(line.record, CalibrationRecord))
    page.table.choose(calibration.record.head.id)
    assert tabs(page) == ["Record"]
    assert "256 P-values" in room.text("Display LUT")


def test_only_one_kind_is_shown_when_asked(room: QaRoom) -> None:
    room.with_history()
    page = history(room)
    kinds = page.findChild(QComboBox, "Kind of records")
    assert kinds is not None
    kinds.setCurrentIndex(kinds.findData("override"))
    assert [type(line.record) for line in page.table.lines.shown] == [OverrideRecord]
    kinds.setCurrentIndex(kinds.findData(""))
    assert len(page.table.lines.shown) == page.table.lines.total > 20


@pytest.mark.parametrize(
    ("name", "beginning"), [("r.pdf", b"%PDF"), ("r.dcm", b"\0" * 128 + b"DICM"), ("r.json", b"{")]
)
def test_a_report_is_saved_in_the_form_its_name_asks_for(
    room: QaRoom, tmp_path: Path, name: str, beginning: bytes
) -> None:
    room.with_history()
    page = history(room)
    page.table.selectRow(1)
    room.files.paths = [tmp_path / name]
    room.click("Save report")
    assert (tmp_path / name).read_bytes().startswith(beginning)
    assert str(tmp_path / name) in room.text("What was done with the records")


def test_records_leave_one_computer_and_arrive_at_another(room: QaRoom, tmp_path: Path) -> None:
    room.with_history()
    page = history(room)
    path = tmp_path / f"out{SUFFIX}"
    room.files.paths = [path]
    room.click("Export all records")
    header = json.loads(path.read_text("utf-8").splitlines()[0])
    assert header["head"] == room.desk.book.head
    room.click("Copy the head of the chain")
    assert QGuiApplication.clipboard().text() == room.desk.book.head
    with RecordBook.open(tmp_path / "other", StillClock(), "reading-room-9") as other:
        other.append(sample_display("NEC/MD211/7", NOW - timedelta(days=9)))
        other.append(sample_check("NEC/MD211/7", NOW - timedelta(days=8)))
        other.export_to(tmp_path / f"in{SUFFIX}")
    told: list[bool] = []
    page.records_changed.connect(lambda: told.append(True))
    room.files.paths = [tmp_path / f"in{SUFFIX}"]
    room.click("Import files of records")
    assert "2 records are new here, 0 were known already" in room.text("What was done with the records")
    assert told
    display = page.findChild(QComboBox, "Display of the history")
    assert display is not None
    assert display.findData("NEC/MD211/7") >= 0
    assert page.table.line is not None, "the record in hand stays in hand"


def test_a_broken_file_is_named_and_nothing_of_it_taken(room: QaRoom, tmp_path: Path) -> None:
    room.with_history()
    before = room.desk.book.head
    page = history(room)
    path = tmp_path / f"cut{SUFFIX}"
    room.desk.book.export_to(path)
    path.write_text(path.read_text("utf-8").replace("service comes tomorrow", "service came yesterday"), "utf-8")
    room.files.paths = [path]
    room.click("Import files of records")
    assert "was changed after it was written" in room.text("What was done with the records")
    assert room.desk.book.head == before
    assert page.told.property("role") == "warn"


def test_verifying_says_what_was_found_and_gives_the_head(room: QaRoom) -> None:
    room.with_history()
    page = history(room)
    room.click("Verify the chain")
    words = room.text("What was done with the records")
    assert f"All {len(room.desk.book.records())} records are as written" in words
    assert room.desk.book.head in words
    assert page.told.property("role") == "ok"


def test_a_record_changed_by_hand_is_named_with_its_display(room: QaRoom) -> None:
    room.with_history()
    by_hand(room.desk.book.path.parent, f"{_FORGED} 3")
    page = history(room)
    room.click("Verify the chain")
    words = room.text("What was done with the records")
    assert f"Record 3 of {LEFT} was changed after it was written." in words
    assert page.told.property("role") == "fail"
    page.refresh()
    room.settle()
    assert next(line for line in page.table.lines.shown if line.stored.sequence == 3).outcome == "CHANGED"


def test_an_override_is_withdrawn_with_a_name(room: QaRoom) -> None:
    room.with_history()
    page = history(room)
    page.table.selectRow(0)
    room.click("Withdraw the override")
    room.type("Reason", "the monitor was replaced")
    room.click("Save, withdrawal")
    newest = room.desk.book.records(LEFT, "override")[-1].record
    assert isinstance(newest, OverrideRecord)
    assert (newest.is_withdrawn, newest.head.operator, newest.reason) == (True, "A. Weber", "the monitor was replaced")
    page.table.selectRow(0)
    assert page.table.line is not None
    assert page.table.line.title == "Override withdrawn"
    assert not room.sees("Withdraw the override")


def test_a_display_lut_is_withdrawn_with_a_name(room: QaRoom) -> None:
    room.with_history()
    page = history(room)
    in_use = next(line for line in page.table.lines.shown if line.record.kind == "calibration")
    page.table.choose(in_use.record.head.id)
    room.click("Withdraw the display LUT")
    room.click("Save, withdrawal")
    newest = room.desk.book.records(LEFT, "calibration")[-1].record
    assert isinstance(newest, CalibrationRecord)
    assert (newest.ddl, newest.supersedes, newest.head.operator) == ((), in_use.record.head.id, "A. Weber")
    identity = newest_facts(room).identity
    assert room.desk.authority.lut_for(identity) is None
    reasons = " ".join(room.desk.authority.state_of(identity, "diagnostic").reasons)
    assert "not measured since" in reasons
    page.table.choose(in_use.record.head.id)
    assert not room.sees("Withdraw the display LUT")


def newest_facts(room: QaRoom) -> DisplayFacts:
    record = room.desk.book.records(LEFT, "display")[-1].record
    assert isinstance(record, DisplayRecord)
    return record.facts


def test_an_empty_book_says_what_to_do(room: QaRoom) -> None:
    page = history(room)
    assert page.table.lines.total == 0
    assert room.text("No record") == "Choose a record to see all of it."
    trends = TrendsPage(room.desk, room.tasks, room.tokens, files=room.files)
    room.show(trends)
    assert "checks with a meter" in room.text("No trends")


def test_trends_name_the_day_on_which_a_limit_is_left(room: QaRoom, tmp_path: Path) -> None:
    room.with_history()
    page = TrendsPage(room.desk, room.tasks, room.tokens, files=room.files)
    room.show(page)
    assert "EIZO RX560 21984078" in room.text("Which display is which")
    page.show_display(RIGHT)
    room.settle()
    words = room.text("Forecast, Luminance of white, L′max")
    assert "the limit is reached about 202" in words
    assert "hours a year" in room.text("Forecast, Hours of use")
    for name in ("l.svg", "l.png"):
        room.files.paths = [tmp_path / name]
        room.click("Save plot, Luminance of white, L′max")
        assert (tmp_path / name).stat().st_size > 2000


def test_a_record_that_was_changed_by_hand_does_not_count_in_a_trend(room: QaRoom) -> None:
    room.with_history()
    kept = len(trends_view(room.desk, LEFT).by_metric["luminance_max"][0].trend.points)
    by_hand(room.desk.book.path.parent, f"{_FORGED} 9")
    room.desk.book.verify()
    assert len(trends_view(room.desk, LEFT).by_metric["luminance_max"][0].trend.points) == kept - 1


def test_nothing_measured_is_said_so() -> None:
    assert words_on([]) == ("Nothing has been measured yet.", "secondary")
