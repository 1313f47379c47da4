"""Preferences of dictation: microphone with level test, engine, second pass, buttons of dictation microphones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame

from tests.helpers.fake_desk import FakeDesk
from tests.helpers.report_monitor import Monitor, a_monitor
from workstation.dictation.levels_meter import LevelReading, SoundFault
from workstation.dictation.microphone import InputDevice
from workstation.dictation.microphone_map import MicrophoneAction, load_microphone_map
from workstation.dictation.microphone_reports import Button, Family
from workstation.ui.button_table import ACTIONS, FAMILIES, buttons_of, own_changes

HEADSET = InputDevice(1, "USB headset", 1, 48_000, is_default=False)
MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def monitor(qtbot: Any) -> Iterator[Monitor]:
    with a_monitor(qtbot, FakeDesk(), settles=False) as made:
        made.press(Qt.Key.Key_M, MODIFIERS)
        yield made


def _choose(monitor: Monitor, name: str, words: str) -> None:
    choice = monitor.find(name, QComboBox)
    row = choice.findText(words)
    assert row >= 0, [choice.itemText(i) for i in range(choice.count())]
    choice.setCurrentIndex(row)
    choice.activated.emit(row)


def _words(monitor: Monitor, name: str) -> str:
    return monitor.find(name, QComboBox).currentText()


def test_it_opens_by_key_and_closes_with_esc(monitor: Monitor) -> None:
    assert monitor.sees("Microphone page")
    monitor.press(Qt.Key.Key_Escape)
    assert not monitor.sees("Microphone page")


def test_a_microphone_that_is_plugged_in_can_be_chosen_and_is_remembered(monitor: Monitor) -> None:
    dictation = monitor.desk.dictation
    assert _words(monitor, "Microphone to use") == "The system's own choice (desk)"
    dictation.becomes(microphones=(*dictation.state.microphones, HEADSET))
    monitor.wait(lambda: monitor.find("Microphone to use", QComboBox).count() == 3)
    _choose(monitor, "Microphone to use", "USB headset")
    assert dictation.chosen_microphone == "USB headset"
    assert monitor.remembered[-1].microphone == "USB headset"
    dictation.becomes(microphones=dictation.state.microphones[:1])
    monitor.wait(lambda: _words(monitor, "Microphone to use") == "USB headset (not plugged in)")


def test_the_level_is_tested_in_words(monitor: Monitor) -> None:
    for level, says in (
        (LevelReading(-14.0, -22.0, ()), "Loudness -22 dB, peak -14 dB. Good for dictation."),
        (LevelReading(-50.0, -60.0, ()), "Loudness -60 dB, peak -50 dB. Speak to test it."),
        (LevelReading(-1.0, -4.0, (SoundFault.CLIPPING,)), SoundFault.CLIPPING.value),
        (None, "No microphone is open."),
    ):
        monitor.desk.dictation.level = level
        monitor.wait(lambda says=says: monitor.text("Level verdict") == says)


def test_without_a_microphone_it_says_what_to_do(monitor: Monitor) -> None:
    monitor.desk.dictation.becomes(is_hearing=False, microphones=(), trouble="There is no microphone. Plug one in.")
    monitor.wait(lambda: monitor.text("Microphone found") == "There is no microphone. Plug one in.")


def test_engine_and_second_pass_are_told_and_remembered(monitor: Monitor) -> None:
    _choose(monitor, "Speech engine to use", "None: I type")
    assert monitor.desk.dictation.engine_wish == ("off", True)
    monitor.find("Second pass", QCheckBox).setChecked(False)
    assert monitor.desk.dictation.engine_wish == ("off", False)
    assert (monitor.remembered[-1].speech_engine, monitor.remembered[-1].second_pass) == ("off", False)


def test_a_button_gets_another_action_at_once_and_for_later(monitor: Monitor) -> None:
    name = "What Custom left does on Nuance PowerMic III"
    _choose(monitor, "Device family", "Nuance PowerMic III")
    assert _words(monitor, name) == "Scratch that"
    _choose(monitor, name, "Sign the report")
    assert monitor.desk.dictation.buttons == {"powermic_3.custom_left": "report.sign"}
    assert monitor.remembered[-1].microphone_buttons == {"powermic_3.custom_left": "report.sign"}
    _choose(monitor, "Device family", "Foot pedal")
    _choose(monitor, "Device family", "Nuance PowerMic III")
    assert _words(monitor, name) == "Sign the report", "what was changed stays changed"
    monitor.click("Reset microphone buttons")
    assert _words(monitor, name) == "Scratch that"
    assert monitor.remembered[-1].microphone_buttons == {}


def test_what_is_pressed_lights_its_line_and_brings_its_device(monitor: Monitor) -> None:
    monitor.desk.dictation.becomes(hid=("Nuance PowerMic 4",), pressed=frozenset({"powermic_4.enter"}))
    line = "Nuance PowerMic 4, Enter"
    monitor.wait(lambda: monitor.sees(line))
    assert monitor.find(line, QFrame).accessibleDescription() == "pressed"
    assert "Nuance PowerMic 4" in monitor.text("Microphone buttons found")
    monitor.desk.dictation.becomes(pressed=frozenset())
    monitor.wait(lambda: monitor.find(line, QFrame).accessibleDescription() == "")


def test_own_buttons_of_the_preferences_are_shown(qtbot: Any) -> None:
    desk = FakeDesk()
    desk.preferences = desk.preferences.model_copy(update={"microphone_buttons": {"speechmike.f1": "worklist.next"}})
    with a_monitor(qtbot, desk, settles=False) as monitor:
        monitor.press(Qt.Key.Key_M, MODIFIERS)
        assert _words(monitor, "What F1 does on Philips SpeechMike") == "Open the next unread item"


def test_every_family_button_and_action_has_words() -> None:
    assert set(FAMILIES) == set(Family)
    assert set(ACTIONS) == set(MicrophoneAction)
    assert all(buttons_of(family) for family in Family)


def test_only_what_differs_from_the_shipped_table_is_kept() -> None:
    shipped = load_microphone_map()
    place = (Family.SPEECHMIKE, Button.F1)
    assert own_changes(shipped.actions) == {}
    changed = {**shipped.actions, place: MicrophoneAction.NOTHING}
    assert own_changes(changed) == {"speechmike.f1": "nothing"}
    assert load_microphone_map(own_changes(changed)).action(*place) is MicrophoneAction.NOTHING
