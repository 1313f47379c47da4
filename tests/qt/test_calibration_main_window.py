"""The main window over the real parts: cards, conditions, registration, closing while a check is under way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from calibration.app.qa_windows import QaWindows
from calibration.checks.glance import CLOCK, glance_at
from calibration.photometer.meter_book import MeterFacts, remember_meter
from calibration.records.record import CheckRecord, DisplayRecord, OverrideRecord
from calibration.ui.check_window import CheckWindow
from calibration.ui.name_on_screen import NameOnScreen
from calibration.ui.override_sheet import OverrideWish
from calibration.ui.register_sheet import Registration
from tests.helpers.qa_room import LEFT, NOW, QaRoom, qa_room
from tests.helpers.record_books import by_hand

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")
WISH = Registration("diagnostic", "acr", "A. Weber", 350.0, None)


@pytest.fixture
def room(qtbot: QtBot, tmp_path: Path) -> Iterator[QaRoom]:
    with qa_room(qtbot, tmp_path) as room:
        yield room


@pytest.fixture
def windows(room: QaRoom) -> Iterator[QaWindows]:
    made = QaWindows(room.desk, room.tasks)
    made.show()
    room.page = made.main
    room.until(lambda: bool(made.displays.lines))
    yield made
    room.page = None
    made.take_down()
    room.settle()
    made.main.deleteLater()
    made.deleteLater()
    room.settle()


def key_of(windows: QaWindows) -> str:
    return windows.displays.lines[0].key


def look(room: QaRoom, windows: QaWindows) -> None:
    windows.look.now()
    room.settle()
    room.settle()


def test_a_display_is_registered_and_stands_so_in_the_records(room: QaRoom, windows: QaWindows) -> None:
    assert "No display is registered" in room.text("Displays in one line")
    windows.displays.registered.emit(key_of(windows), WISH)
    room.until(lambda: windows.displays.lines[0].registration is not None)
    record = room.desk.book.records(kind="display")[-1].record
    assert isinstance(record, DisplayRecord)
    assert (record.role, record.policy, record.head.operator) == ("diagnostic", "acr", "A. Weber")
    assert record.target_max_cd_m2 == 350.0


def test_the_first_check_asks_first_what_the_display_is_for(room: QaRoom, windows: QaWindows) -> None:
    key = key_of(windows)
    windows.displays.check_asked.emit(key, "daily")
    room.until(lambda: room.sees("Use of the display"))
    assert not check_windows()
    windows.displays.registered.emit(key, WISH)
    room.until(lambda: bool(check_windows()))
    assert check_windows()[0].board.choose_page.check == "daily"
    windows.displays.check_asked.emit(key, "monthly")
    room.settle()
    assert len(check_windows()) == 1, "one window a display"


def test_closing_while_a_check_is_under_way_asks_beside(room: QaRoom, windows: QaWindows) -> None:
    begun(room, windows)
    closed: list[bool] = []
    windows.closed.connect(lambda: closed.append(True))
    windows.main.close()
    assert "is under way. Every reading is kept" in room.text("What ending means")
    assert windows.main.isVisible()
    room.click("Do not end the program")
    assert not closed
    windows.main.close()
    room.click("End the program after all")
    assert closed


def test_a_check_left_behind_is_offered_and_its_readings_can_be_kept(room: QaRoom, windows: QaWindows) -> None:
    begun(room, windows)
    check_windows()[0].close()
    room.until(lambda: not check_windows())
    room.until(lambda: any(name.startswith("Keep the readings of") for name in names(room)))
    name = next(name for name in names(room) if name.startswith("Keep the readings of"))
    room.click(name)
    room.until(lambda: bool(room.desk.book.records(kind="check")))
    record = room.desk.book.records(kind="check")[-1].record
    assert isinstance(record, CheckRecord)
    assert not record.is_complete
    room.until(lambda: name not in names(room))


def test_an_override_stands_on_the_card(room: QaRoom, windows: QaWindows) -> None:
    key = key_of(windows)
    windows.displays.registered.emit(key, WISH)
    room.until(lambda: windows.displays.lines[0].registration is not None)
    windows.displays.overridden.emit(key, OverrideWish("A. Weber", "no other monitor", 12, "diagnostic"))
    room.until(lambda: windows.displays.lines[0].state.override is not None)
    record = room.desk.book.records(kind="override")[-1].record
    assert isinstance(record, OverrideRecord)
    assert record.until - record.head.at == timedelta(hours=12)
    room.until(lambda: "Used on the responsibility of A. Weber" in room.text("Why, display 1"))


def test_what_another_program_has_recorded_is_seen(room: QaRoom, windows: QaWindows) -> None:
    room.put(replace(display_of(room, windows), role="review"))
    room.until(lambda: windows.displays.lines[0].role == "review")


def test_a_display_says_its_name(room: QaRoom, windows: QaWindows) -> None:
    windows.displays.identify_asked.emit(key_of(windows))
    shown = [each for each in top_levels() if isinstance(each, NameOnScreen)]
    assert len(shown) == 1
    assert windows.displays.lines[0].facts.identity.title in shown[0].accessibleName()
    shown[0].close()
    room.settle()


def test_conditions_name_what_is_wrong_worst_first(room: QaRoom) -> None:
    room.with_history()
    remember_meter(room.desk.folders.config, MeterFacts("spotread", "I1", "Probe", date(2026, 11, 1)))
    remember_meter(room.desk.folders.config, MeterFacts("minolta", "LS", "Spot", NOW.date() + timedelta(days=5)))
    by_hand(
        room.desk.book.path.parent, "UPDATE record SET content = replace(content, 'Okafor', 'X') WHERE sequence = 2"
    )
    room.desk.book.verify()
    found = [(each.key, each.severity.value) for each in glance_at(room.desk, ()).conditions]
    assert found == [("records", "fail"), ("meter spotread I1", "warn"), ("meter minolta LS", "info")]
    text = glance_at(room.desk, ()).conditions[0].text
    assert text == f"Record 2 of {LEFT} was changed after it was written."


def test_a_clock_set_back_is_a_condition(room: QaRoom) -> None:
    room.with_history()
    room.desk.clock.at = NOW - timedelta(days=400)  # type: ignore[attr-defined]
    assert CLOCK in [each.key for each in glance_at(room.desk, ()).conditions]


# --- gestures ---------------------------------------------------------------------------------------------------------


def begun(room: QaRoom, windows: QaWindows) -> None:
    """A daily check of the display is under way."""
    key = key_of(windows)
    windows.displays.registered.emit(key, WISH)
    room.until(lambda: windows.displays.lines[0].registration is not None)
    windows.displays.check_asked.emit(key, "daily")
    room.until(lambda: bool(check_windows()))
    window = check_windows()[0]
    window.beginning.begin("daily", "A. Weber", needs_meter=False)
    assert window.session is not None


def display_of(room: QaRoom, windows: QaWindows) -> DisplayRecord:
    from calibration.records.record_book import new_head

    facts = windows.displays.lines[0].facts
    return DisplayRecord(new_head(facts.identity.key, "B. Other", room.desk.clock), facts, "diagnostic", "acr")


def names(room: QaRoom) -> list[str]:
    assert room.page is not None
    return [each.objectName() for each in room.page.findChildren(QWidget) if each.isVisible()]


def top_levels() -> list[QWidget]:
    from PySide6.QtWidgets import QApplication

    return [each for each in QApplication.topLevelWidgets() if each.isVisible()]


def check_windows() -> list[CheckWindow]:
    return [each for each in top_levels() if isinstance(each, CheckWindow)]
