"""What can be said now, what is done when it is, and the same by key and palette."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QTextEdit

from tests.helpers.fake_desk import FakeDesk, FakeItem
from tests.helpers.report_monitor import CTRL, Monitor, a_monitor
from tests.helpers.work_items import an_item
from workstation.catalogue.instances import Counts
from workstation.dictation.command_phrases import command_phrases
from workstation.dictation.commands import Command, Possible, command_of
from workstation.dictation.microphone_map import MicrophoneAction
from workstation.ui.commands import WORKLIST_COMMANDS
from workstation.ui.spoken_commands import BUTTONS, SAID_AS
from workstation.viewing.keys import KEY_MAP

ONE = "2.25.1001"
FULL = Counts(expected=10, received=10)
SHIFT = Qt.KeyboardModifier.ShiftModifier
MACRO = '[[macro]]\nname = "normal chest"\ntext = "The lungs are clear."\n'


@pytest.fixture
def windows() -> dict[str, Any]:
    """Titles of window presets, and how often each was set."""
    return {"Lung": 0, "Bone": 0}


@pytest.fixture
def monitor(qtbot: Any, tmp_path: Path, windows: dict[str, Any]) -> Iterator[Monitor]:
    (tmp_path / "macros.toml").write_text(MACRO)

    def setting(title: str) -> Any:
        return lambda: windows.update({title: windows[title] + 1})

    desk = FakeDesk([FakeItem(an_item(1), counts=FULL)])
    presets = {title: setting(title) for title in windows}
    with a_monitor(qtbot, desk, settles=False, windows=lambda: presets, macros=tmp_path / "macros.toml") as made:
        made.open_at_once(ONE)
        made.wait(lambda: bool(made.window.dictation.sheets.macro_texts))
        yield made


def _possible(monitor: Monitor) -> dict[str, Possible]:
    monitor.window.dictation.spoken.look()
    return {each.name: each for each in monitor.desk.dictation.possible}


def _say(monitor: Monitor, words: str) -> str:
    """Say it as a whole utterance; gives the quiet line that answers."""
    command = command_of(words, tuple(_possible(monitor).values()))
    assert command is not None, words
    monitor.desk.dictation.says(command)
    monitor.bot.wait(20)
    return monitor.text("Last spoken command")


def _findings(monitor: Monitor) -> QTextEdit:
    return monitor.find("Report field Findings", QTextEdit)


def _write(monitor: Monitor, text: str) -> QTextEdit:
    _findings(monitor).setFocus()
    monitor.type(text)
    return _findings(monitor)


def test_every_spoken_command_stands_for_a_command_of_the_program() -> None:
    assert set(SAID_AS) == set(command_phrases())
    known = {each.id for each in WORKLIST_COMMANDS} | {each.id for each in KEY_MAP}
    later = {"image.distance", "image.key_image"}
    assert set(SAID_AS.values()) - known == later, "what cannot be done yet is in the table and not among the commands"


def test_every_button_stands_for_a_command_or_is_done_by_dictation() -> None:
    talking = {"dictate.hold", "dictate.toggle", "dictate.off", "command.hold", "nothing"}
    assert {each.value for each in MicrophoneAction} - {each.value for each in BUTTONS} == talking


def test_what_can_be_said_follows_what_can_be_done(monitor: Monitor, windows: dict[str, Any]) -> None:
    possible = _possible(monitor)
    assert possible["go_to_field"].choices == ("Technique", "Comparison", "Findings", "Impression")
    assert possible["window"].choices == tuple(windows)
    assert "normal chest" in possible["insert_macro"].choices
    assert {"bold_on", "bold_off"} <= set(possible)
    assert not {"measure", "key_image", "next_series", "hang_next"} & set(possible)
    assert not {"select", "replace", "delete"} & set(possible), "there is no word to select yet"
    _write(monitor, "No mass.")
    assert _possible(monitor)["select"].text == "No mass."


def test_it_is_told_before_anything_said_is_looked_at(monitor: Monitor) -> None:
    _write(monitor, "No mass.")
    monitor.desk.tell("dictation")
    monitor.wait(lambda: any(each.text == "No mass." for each in monitor.desk.dictation.possible))


def test_nothing_can_be_said_without_a_report_to_write(monitor: Monitor) -> None:
    monitor.press(Qt.Key.Key_W, CTRL)
    monitor.settle()
    assert not {"undo", "next_field", "sign_report", "insert_macro", "go_to_field"} & set(_possible(monitor))


def test_a_read_only_report_is_not_changed_by_voice(qtbot: Any) -> None:
    with a_monitor(qtbot, FakeDesk([FakeItem(an_item(1), counts=FULL, holder="Dr. Second")]), settles=False) as monitor:
        monitor.open_at_once(ONE)
        assert not {"undo", "scratch_that", "new_line", "capitalise", "select"} & set(_possible(monitor))


def test_fields_are_reached_by_voice(monitor: Monitor) -> None:
    assert _say(monitor, "go to findings") == "Command: go to field Findings"
    assert monitor.focus_name() == "Report field Findings"
    assert _say(monitor, "next field") == "Command: next field"
    assert monitor.focus_name() == "Report field Impression"
    _say(monitor, "previous field")
    assert monitor.focus_name() == "Report field Findings"


@pytest.mark.parametrize(
    ("words", "after"),
    [
        ("replace small with large", "A large mass."),
        ("replace small with two centimeter", "A 2 cm mass."),
        ("delete small", "A mass."),
        ("capitalise mass", "A small Mass."),
        ("new paragraph", "A small mass.\n\n"),
        ("new line", "A small mass.\n"),
    ],
)
def test_words_are_changed_by_voice_and_taken_back(monitor: Monitor, words: str, after: str) -> None:
    field = _write(monitor, "A small mass.")
    _say(monitor, words)
    assert field.toPlainText() == after
    case = monitor.desk.active_case
    assert case is not None
    assert monitor.desk.draft(case).fields["findings"] == after
    _say(monitor, "undo")
    assert field.toPlainText() == "A small mass."
    _say(monitor, "redo")
    assert field.toPlainText() == after


def test_words_are_selected_by_voice(monitor: Monitor) -> None:
    field = _write(monitor, "A small mass.")
    _say(monitor, "select small mass")
    assert field.textCursor().selectedText() == "small mass"
    _say(monitor, "select all")
    assert field.textCursor().selectedText() == "A small mass."


def test_scratch_that_removes_what_was_dictated_last(monitor: Monitor) -> None:
    field = _write(monitor, "Typed. ")
    monitor.desk.dictation.hears("Dictated.")
    monitor.wait(lambda: field.toPlainText() == "Typed. Dictated.")
    _say(monitor, "scratch that")
    assert field.toPlainText() == "Typed. "


def test_a_macro_is_inserted_by_voice(monitor: Monitor) -> None:
    field = _write(monitor, "")
    _say(monitor, "insert macro normal chest")
    assert field.toPlainText() == "The lungs are clear."


def test_a_window_is_set_by_voice_and_by_key(monitor: Monitor, windows: dict[str, Any]) -> None:
    assert _say(monitor, "window lung") == "Command: window Lung"
    assert windows == {"Lung": 1, "Bone": 0}
    monitor.window._commands.run("image.choose_window")
    monitor.type("bo")
    monitor.press(Qt.Key.Key_Return)
    assert windows == {"Lung": 1, "Bone": 1}


def test_sign_report_opens_the_sheet_and_never_confirms_it(monitor: Monitor) -> None:
    for heading in ("Findings", "Impression"):
        monitor.find(f"Report field {heading}").setFocus()
        monitor.type("Normal.")
    monitor.wait(lambda: monitor.text("Signing state") == "✓  Ready to sign")
    _say(monitor, "sign report")
    monitor.wait(lambda: monitor.sees("Signing sheet"))
    assert _possible(monitor) == {}
    monitor.find("Password to sign", QLineEdit).setText("demo")
    monitor.desk.dictation.says(Command("sign_report"))
    monitor.settle()
    assert not monitor.desk.signed


def test_stop_dictation_switches_the_microphone_off(monitor: Monitor) -> None:
    monitor.click("Microphone")
    _say(monitor, "stop dictation")
    assert monitor.find("Microphone").accessibleDescription() == "off"


def test_what_cannot_be_done_any_more_is_said_quietly(monitor: Monitor) -> None:
    monitor.desk.dictation.says(Command("replace", words="absent", replacement="x"))
    monitor.wait(lambda: monitor.text("Last spoken command") == "Heard “replace”, which cannot be done now.")


def test_a_button_of_the_microphone_does_the_same(monitor: Monitor) -> None:
    _findings(monitor).setFocus()
    monitor.desk.dictation.says(Command("next_field"), utterance="")
    monitor.wait(lambda: monitor.focus_name() == "Report field Impression")
    monitor.desk.dictation.says(Command("worklist.next"), utterance="")
    monitor.wait(lambda: monitor.sees("Notice: Nothing unread is left."))


def test_a_field_is_chosen_by_key(monitor: Monitor) -> None:
    monitor.press(Qt.Key.Key_G, CTRL)
    assert monitor.text("Choice of") == "Go to a field"
    monitor.press(Qt.Key.Key_Down)
    monitor.press(Qt.Key.Key_Down)
    monitor.press(Qt.Key.Key_Return)
    assert monitor.focus_name() == "Report field Findings"


def test_words_are_replaced_by_key_and_what_is_not_there_is_said(monitor: Monitor) -> None:
    field = _write(monitor, "A small mass.")
    monitor.press(Qt.Key.Key_H, CTRL)
    monitor.type("tiny")
    monitor.press(Qt.Key.Key_Return)
    monitor.type("large")
    monitor.press(Qt.Key.Key_Return)
    assert monitor.text("Words not found") == "These words do not stand in the field in hand."
    monitor.find("Words", QLineEdit).setText("small")
    monitor.press(Qt.Key.Key_Return)
    assert field.toPlainText() == "A large mass."
    assert not monitor.sees("Words of the report")


def test_the_list_of_what_can_be_said_opens_by_key_and_by_voice(monitor: Monitor) -> None:
    monitor.press(Qt.Key.Key_F1, SHIFT)
    assert monitor.sees("Say: next field")
    assert monitor.sees("Say: window Lung / Bone")
    assert monitor.sees("Say: bold on")
    monitor.press(Qt.Key.Key_Escape)
    assert not monitor.sees("Spoken commands")
    _say(monitor, "what can I say")
    assert monitor.sees("Spoken commands")


def test_phrases_are_played_from_the_cursor_on(monitor: Monitor) -> None:
    _write(monitor, "")
    names = [monitor.desk.dictation.hears(text) for text in ("One. ", "Two. ", "Three.")]
    monitor.wait(lambda: _findings(monitor).toPlainText() == "One. Two. Three.")
    for command in ("dictation.replay", "dictation.replay_back", "dictation.replay_back", "dictation.replay_forward"):
        monitor.window._commands.run(command)
    assert [each for each, _ in monitor.desk.dictation.replayed] == [names[2], names[1], names[0], names[1]]
