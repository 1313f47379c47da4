"""The guided window: whole checks by gestures, with a meter that sees the pattern window's own pixels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from calibration.conformance.verdict import VerdictName
from calibration.records.record import CalibrationRecord, CheckRecord
from tests.helpers.check_room import CheckRoom
from workstation.qtkit.theme import apply_theme


@pytest.fixture(scope="module", autouse=True)
def _look(qapp: QApplication) -> None:
    apply_theme(qapp)


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path) -> Iterator[CheckRoom]:
    room = CheckRoom(qtbot, tmp_path)
    yield room
    room.close()


def _records(room: CheckRoom) -> list[object]:
    return [stored.record for stored in room.book.records()]


def test_a_daily_check_is_done_by_keys_and_clicks(room: CheckRoom) -> None:
    room.open("daily")
    room.begin(with_meter=False)
    room.go_through(lambda: room.page == "Verdict page")
    (record,) = _records(room)
    assert isinstance(record, CheckRecord)
    assert record.check == "daily"
    assert all(answer.is_good for answer in record.answers)
    assert len(record.answers) == 2
    assert room.text("Verdict") == "PASS"


def test_a_monthly_check_measures_by_itself(room: CheckRoom) -> None:
    room.open("monthly")
    room.begin(with_meter=True)
    room.go_through(lambda: room.page == "Verdict page")
    (record,) = _records(room)
    assert isinstance(record, CheckRecord)
    levels = {series.test: len(series.measured) for series in record.series}
    assert levels == {"luminance-18": 18, "uniformity-5": 10}
    assert record.verdict.name is VerdictName.FAIL  # a bare panel of gamma 2.2
    deviation = next(q for q in record.quantities if q.metric == "max_contrast_deviation")
    assert deviation.value == pytest.approx(0.558, abs=0.03)
    assert "55" in room.text("Reason 1")


def test_a_calibration_makes_a_table_and_asks_before_using_it(room: CheckRoom) -> None:
    room.open("calibration")
    room.begin(with_meter=True)
    room.go_through(lambda: room.page == "Verdict page")
    assert _records(room) == []
    assert "before 5" in room.text("Before and after")
    room.click("Action")
    assert any(isinstance(record, CalibrationRecord) for record in _records(room))
