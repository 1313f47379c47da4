"""The report monitor's window: login, commands, help, conditions, names; the fake desk is like the real one."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QTextEdit

from tests.helpers.fake_desk import PASSWORD, FakeDesk, FakeItem, an_evening
from tests.helpers.report_monitor import CTRL, Monitor, a_monitor
from tests.helpers.work_items import an_item
from workstation.foundation.conditions import Severity
from workstation.foundation.errors import UserFacingError
from workstation.reading.desk import Desk
from workstation.ui.commands import WORKLIST_COMMANDS, Command, Commands, found


@pytest.fixture
def monitor(qtbot: Any) -> Iterator[Monitor]:
    with a_monitor(qtbot, FakeDesk([FakeItem(an_item(1)), FakeItem(an_item(2))])) as made:
        yield made


def test_the_fake_desk_has_the_methods_of_the_real_one() -> None:
    for name, method in inspect.getmembers(Desk, inspect.isfunction):
        if not name.startswith("_"):
            wanted = list(inspect.signature(method).parameters)
            assert list(inspect.signature(getattr(FakeDesk, name)).parameters) == wanted, name
    for name, _ in inspect.getmembers(Desk, lambda member: isinstance(member, property)):
        assert name.startswith("_") or isinstance(getattr(FakeDesk, name), property), name


def test_logging_in_is_told_and_shows_the_worklist(qtbot: Any) -> None:
    with a_monitor(qtbot, FakeDesk([FakeItem(an_item(1))]), is_logged_in=False) as monitor:
        told: list[bool] = []
        monitor.window.logged_in.connect(lambda: told.append(True))
        assert monitor.focus_name() == "User name"
        assert not monitor.sees("Pages")
        monitor.type("dr.demo")
        monitor.press(Qt.Key.Key_Return)
        assert monitor.focus_name() == "Password"
        monitor.type(PASSWORD)
        monitor.press(Qt.Key.Key_Return)
        monitor.wait(lambda: monitor.sees("Worklist page"))
        monitor.settle()
        assert told == [True]
        assert monitor.text("Reader") == "Dr. Dana Demo"
        assert monitor.text("Items shown") == "1 item"


def test_a_refused_login_says_one_clear_line_and_forgets_the_password(qtbot: Any) -> None:
    with a_monitor(qtbot, FakeDesk(), is_logged_in=False) as monitor:
        monitor.type("dr.demo")
        monitor.find("Password", QLineEdit).setFocus()
        monitor.type("wrong")
        monitor.press(Qt.Key.Key_Return)
        monitor.wait(lambda: monitor.sees("Login problem"))
        assert monitor.text("Login problem").startswith("The site did not accept")
        assert monitor.find("Password", QLineEdit).text() == ""
        assert monitor.focus_name() == "Password"


def test_nothing_but_login_is_reached_before_login(qtbot: Any) -> None:
    with a_monitor(qtbot, FakeDesk(), is_logged_in=False) as monitor:
        for key in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_N):
            monitor.press(key, CTRL)
        assert monitor.sees("Login page")
        monitor.click("Log in")
        assert monitor.text("Login problem") == "Type your user name and your password."


def test_a_slow_login_cannot_be_pressed_twice(qtbot: Any) -> None:
    desk = FakeDesk()
    with a_monitor(qtbot, desk, is_logged_in=False) as monitor:
        desk.block.clear()
        monitor.type("dr.demo")
        monitor.press(Qt.Key.Key_Return)
        monitor.type(PASSWORD)
        monitor.press(Qt.Key.Key_Return)
        assert monitor.text("Login progress") == "Asking the site …"
        assert not monitor.find("Log in").isEnabled()
        desk.block.set()
        monitor.wait(lambda: desk.is_logged_in and monitor.sees("Worklist page"))


def test_the_palette_finds_and_runs_a_command(monitor: Monitor) -> None:
    monitor.press(Qt.Key.Key_K, CTRL)
    assert monitor.focus_name() == "Command to find"
    monitor.type("deliver")
    assert monitor.window.palette_sheet.titles()[0] == "Go to deliveries"
    monitor.press(Qt.Key.Key_Return)
    assert monitor.sees("Delivery page")


def test_the_palette_moves_by_arrow_shows_what_cannot_be_done_and_gives_the_keyboard_back(monitor: Monitor) -> None:
    monitor.press(Qt.Key.Key_K, CTRL)
    monitor.type("sign")
    assert "Sign the report" in monitor.window.palette_sheet.titles()
    monitor.press(Qt.Key.Key_Down)
    monitor.press(Qt.Key.Key_Return)
    assert monitor.window.palette_sheet.is_open
    monitor.press(Qt.Key.Key_Escape)
    assert not monitor.window.palette_sheet.is_open
    assert monitor.focus_name() == "Worklist table"
    monitor.press(Qt.Key.Key_K, CTRL)
    monitor.type("no such thing")
    assert monitor.sees("No command found")


def test_help_tells_of_what_is_in_focus_and_lists_keys(monitor: Monitor) -> None:
    monitor.press(Qt.Key.Key_F1)
    assert monitor.text("Help about") == "Worklist table"
    assert "Enter opens" in monitor.text("Help text")
    monitor.press(Qt.Key.Key_Escape)
    assert not monitor.sees("Help about")


def test_conditions_stand_at_the_foot_until_they_end(monitor: Monitor) -> None:
    conditions = monitor.desk.conditions
    conditions.raise_condition("oru", Severity.FAIL, "The RIS did not accept a report.", "Call the site.")
    monitor.wait(lambda: len(monitor.window.strip.notices) == 1)
    assert monitor.window.strip.notices[0].text.startswith("The RIS did not accept a report. (since ")
    monitor.press(Qt.Key.Key_F8)
    assert monitor.sees("All conditions, report monitor")
    monitor.press(Qt.Key.Key_F8)
    conditions.end("oru")
    monitor.wait(lambda: not monitor.window.strip.notices)


def test_a_failure_of_an_action_is_a_notice(monitor: Monitor) -> None:
    monitor.open("2.25.1001")
    monitor.desk.trouble["close_case"] = UserFacingError("The draft cannot be saved.", "Free some disk space.")
    monitor.press(Qt.Key.Key_W, CTRL)
    monitor.wait(lambda: monitor.sees("Notice: The draft cannot be saved. Free some disk space."))
    assert monitor.desk.active_case is not None


def test_every_control_has_a_name_and_buttons_a_tool_tip(qtbot: Any) -> None:
    with a_monitor(qtbot, an_evening()) as monitor:
        monitor.open("2.25.1001")
        for kind in (QAbstractButton, QLineEdit, QTextEdit):
            for each in monitor.window.findChildren(kind):
                if each.objectName().startswith("qt_") or each.parent().objectName().startswith("qt_"):
                    continue
                if isinstance(each.parent(), QLineEdit):
                    continue  # the cross that clears a line edit belongs to Qt
                assert each.accessibleName(), f"{type(each).__name__} {each.text() if hasattr(each, 'text') else ''}"


def test_a_long_name_does_not_widen_the_window(qtbot: Any) -> None:
    long = an_item(1, procedure="CT " + "very long procedure " * 8, facility="F" * 80)
    with a_monitor(qtbot, FakeDesk([FakeItem(long)])) as monitor:
        monitor.open("2.25.1001")
        assert monitor.window.minimumSizeHint().width() <= 1600


def test_own_keys_replace_the_usual_ones(qtbot: Any) -> None:
    commands = Commands(WORKLIST_COMMANDS, {"report.sign": "F11"})
    assert commands.get("report.sign").key_text == "F11"
    assert not commands.run("report.sign")
    with pytest.raises(KeyError):
        commands.handle("no.such.command", lambda: None)


def test_commands_are_found_by_words_in_any_order() -> None:
    commands = (Command("a", "Sign the report", "Report", "F12"), Command("b", "Report page", "Go to", "Ctrl+2"))
    assert [each.id for each in found(commands, "report")] == ["b", "a"]
    assert [each.id for each in found(commands, "f12 sign")] == ["a"]
    assert not found(commands, "nothing")
