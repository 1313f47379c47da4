"""No microphone is left on unseen, no report is signed that was not asked for, no command works in another field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTextEdit

from tests.helpers.fake_desk import FakeDesk, FakeItem
from tests.helpers.report_monitor import Monitor, a_monitor
from tests.helpers.work_items import an_item
from workstation.catalogue.instances import Counts
from workstation.dictation.commands import Command
from workstation.dictation.listening import Armed

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")
ONE, TWO = "2.25.1001", "2.25.1002"
FULL = Counts(expected=10, received=10)


@pytest.fixture
def monitor(qtbot: Any) -> Iterator[Monitor]:
    with a_monitor(qtbot, FakeDesk([FakeItem(an_item(n), counts=FULL) for n in (1, 2)]), settles=False) as made:
        made.open_at_once(ONE)
        yield made


def armed(monitor: Monitor) -> Armed:
    return monitor.desk.dictation.state.armed


def case_in_hand(monitor: Monitor) -> str:
    editor = monitor.window.report.active_editor
    return editor.case_key if editor is not None else ""


def write(monitor: Monitor, *headings: str) -> None:
    for heading in headings:
        monitor.find(f"Report field {heading}").setFocus()
        monitor.type("Normal.")


@pytest.mark.parametrize("how", ["minimised", "hidden", "login"])
def test_a_microphone_that_nobody_can_see_is_off(monitor: Monitor, how: str) -> None:
    monitor.find("Report field Findings").setFocus()
    monitor.window.dictation.talking.toggle()
    assert armed(monitor) is Armed.ON
    if how == "minimised":
        monitor.window.setWindowState(Qt.WindowState.WindowMinimized)
    elif how == "hidden":
        monitor.window.hide()
    else:
        monitor.window._ask_login()
    monitor.wait(lambda: armed(monitor) is Armed.OFF)


def test_the_report_of_another_case_is_not_offered_for_signing_once_words_have_come(monitor: Monitor) -> None:
    monitor.window._actions.open(TWO)
    monitor.wait(lambda: case_in_hand(monitor) == TWO)
    write(monitor, "Findings", "Impression")
    monitor.window._activate(ONE)
    monitor.wait(lambda: case_in_hand(monitor) == ONE)
    write(monitor, "Findings", "Impression")
    monitor.wait(lambda: monitor.text("Signing state") == "✓  Ready to sign")
    monitor.desk.dictation.becomes(is_busy=True)
    monitor.press(Qt.Key.Key_F12)
    monitor.window._activate(TWO)
    monitor.wait(lambda: case_in_hand(monitor) == TWO)
    monitor.desk.dictation.becomes(is_busy=False)
    monitor.window.report.obstacles.show_obstacles(())  # the check was quick
    monitor.bot.wait(250)
    assert case_in_hand(monitor) == TWO
    assert not monitor.sees("Signing sheet")


def test_a_spoken_command_on_words_works_in_no_other_field(monitor: Monitor) -> None:
    write(monitor, "Findings", "Impression")
    findings = monitor.desk.dictation.placed
    assert findings is not None
    assert findings[1] == "impression"
    monitor.desk.dictation.says(Command("delete", words="Normal"))  # it was spoken in the impression
    monitor.find("Report field Findings").setFocus()
    monitor.wait(lambda: "another field" in monitor.text("Last spoken command"))
    for heading in ("Findings", "Impression"):
        assert monitor.find(f"Report field {heading}", QTextEdit).toPlainText() == "Normal."


def test_what_is_scratched_is_seen(monitor: Monitor) -> None:
    monitor.find("Report field Findings").setFocus()
    monitor.desk.dictation.hears("No mass.")
    monitor.wait(lambda: monitor.find("Report field Findings", QTextEdit).toPlainText() == "No mass.")
    monitor.find("Report field Impression").setFocus()
    assert monitor.window._commands.run("report.scratch_that")
    assert monitor.find("Report field Findings", QTextEdit).toPlainText() == ""
    assert monitor.focus_name() == "Report field Findings"


def test_a_recording_that_became_no_text_can_be_played(monitor: Monitor) -> None:
    monitor.desk.dictation.not_recognised = {ONE: ("u7",)}
    monitor.find("Report field Findings").setFocus()
    assert monitor.window._commands.run("dictation.replay")
    monitor.desk.dictation.hears("No mass.")
    monitor.wait(lambda: monitor.find("Report field Findings", QTextEdit).toPlainText() == "No mass.")
    for command in ("dictation.replay", "dictation.replay_forward"):
        assert monitor.window._commands.run(command)
    assert [name for name, _ in monitor.desk.dictation.replayed] == ["u7", "u1", "u7"]
