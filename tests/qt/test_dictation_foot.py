"""The foot of the report: microphone, level, engine, what is missing, what was understood."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QTextEdit, QWidget

from tests.helpers.fake_desk import PASSWORD, FakeDesk, FakeItem
from tests.helpers.report_monitor import CTRL, Monitor, a_monitor
from tests.helpers.work_items import an_item
from workstation.catalogue.instances import Counts
from workstation.dictation.commands import Command
from workstation.dictation.engine_worker import EngineState
from workstation.dictation.levels_meter import LevelReading, SoundFault
from workstation.dictation.listening import Armed
from workstation.ui.dictation_words import HINTS
from workstation.ui.talk_keys import REPEAT_MS

ONE, TWO = "2.25.1001", "2.25.1002"
FULL = Counts(expected=10, received=10)


@pytest.fixture
def monitor(qtbot: Any) -> Iterator[Monitor]:
    with a_monitor(qtbot, FakeDesk([FakeItem(an_item(n), counts=FULL) for n in (1, 2)]), settles=False) as made:
        made.open_at_once(ONE)
        yield made


def _armed(monitor: Monitor) -> Armed:
    return monitor.desk.dictation.state.armed


def _microphone(monitor: Monitor) -> str:
    return monitor.find("Microphone").accessibleDescription()


def _press_f4(monitor: Monitor) -> None:
    QTest.keyClick(monitor.window.windowHandle(), Qt.Key.Key_F4)
    monitor.bot.wait(REPEAT_MS + 30)


def test_the_key_switches_on_and_off_and_the_word_says_so(monitor: Monitor) -> None:
    for wanted, word in ((Armed.ON, "on"), (Armed.OFF, "off")):
        _press_f4(monitor)
        assert _armed(monitor) is wanted
        assert _microphone(monitor) == word
        assert monitor.text("Microphone").lower().startswith(word)


def test_the_button_does_the_same_and_leaves_the_cursor_where_it_is(monitor: Monitor) -> None:
    before = monitor.focus_name()
    monitor.click("Microphone")
    assert _armed(monitor) is Armed.ON
    assert monitor.focus_name() == before


def test_what_is_heard_goes_into_the_field_in_hand(monitor: Monitor) -> None:
    monitor.find("Report field Findings").setFocus()
    _press_f4(monitor)
    monitor.desk.dictation.hears("No haemorrhage.")
    monitor.wait(lambda: monitor.find("Report field Findings", QTextEdit).toPlainText() == "No haemorrhage.")
    case = monitor.desk.active_case
    assert case is not None
    assert monitor.desk.draft(case).fields["findings"] == "No haemorrhage."


def test_another_case_switches_the_microphone_off(monitor: Monitor) -> None:
    _press_f4(monitor)
    monitor.open_at_once(TWO)
    monitor.wait(lambda: _armed(monitor) is Armed.OFF)
    monitor.settle()
    _press_f4(monitor)
    assert _armed(monitor) is Armed.ON
    monitor.press(Qt.Key.Key_Tab, CTRL)
    monitor.settle()
    assert monitor.desk.active_case is not None
    assert monitor.desk.active_case.key == ONE
    assert _armed(monitor) is Armed.OFF


def test_the_level_is_shown_with_what_is_wrong_in_words(monitor: Monitor) -> None:
    for fault, hint in HINTS.items():
        monitor.desk.dictation.level = LevelReading(-3.0, -8.0, (fault,))
        monitor.wait(lambda hint=hint: monitor.sees("Microphone hint") and monitor.text("Microphone hint") == hint)
        assert monitor.find("Microphone hint").toolTip() == fault.value
    monitor.desk.dictation.level = LevelReading(-14.0, -22.0, ())
    monitor.wait(lambda: not monitor.sees("Microphone hint"))
    assert monitor.find("Microphone level").accessibleDescription() == "loudness -22 dB, peak -14 dB of full scale"
    assert set(HINTS) == set(SoundFault)


def test_the_level_is_looked_at_only_while_it_can_be_seen(monitor: Monitor) -> None:
    poll = monitor.window.dictation.foot._poll
    assert poll.isActive()
    monitor.press(Qt.Key.Key_1, CTRL)
    assert not monitor.sees("Dictation")
    assert not poll.isActive()


def test_a_microphone_that_is_on_is_seen_on_every_page(monitor: Monitor) -> None:
    _press_f4(monitor)
    monitor.press(Qt.Key.Key_1, CTRL)
    assert monitor.sees("Worklist page")
    assert _microphone(monitor) == "on"
    _press_f4(monitor)
    assert not monitor.sees("Dictation")


def test_dictation_begins_in_sight_of_the_report(monitor: Monitor) -> None:
    monitor.press(Qt.Key.Key_1, CTRL)
    _press_f4(monitor)
    assert monitor.sees("Report page")
    assert _armed(monitor) is Armed.ON


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"engine_state": EngineState.LOADING}, "Vosk (test) · loading"),
        ({"engine_state": EngineState.READY}, "Vosk (test) · ready"),
        ({"engine_state": EngineState.RESTARTING}, "Vosk (test) · restarting, nothing is lost"),
        ({"engine_state": EngineState.FAILED}, "Vosk (test) · failed"),
        ({"is_low_accuracy": True}, "Vosk (test) · ready · low accuracy: check every word"),
        ({"engine": ""}, "The speech engine is being chosen"),
        ({"engine": "", "trouble": "There is no model for German."}, "No speech engine"),
        ({"engine": "", "is_hearing": False}, "The speech engine starts when there is a microphone"),
    ],
)
def test_the_engine_says_how_it_is(monitor: Monitor, values: dict[str, Any], says: str) -> None:
    monitor.desk.dictation.becomes(**values)
    monitor.wait(lambda: monitor.text("Speech engine") == says)


def test_why_explains_engine_words_and_second_pass(monitor: Monitor) -> None:
    monitor.desk.dictation.becomes(second_engine="Whisper tiny.en", coverage=0.912)
    monitor.settle()
    monitor.click("Why this speech engine")
    panel: QWidget = monitor.find("How dictation works now")
    texts = " ".join(each.text() for each in panel.findChildren(QLabel))
    assert "Vosk (test) writes while you speak." in texts
    assert "Whisper tiny.en listens again" in texts
    assert "91.2%" in texts
    foot: QWidget = monitor.find("Dictation")
    assert panel.geometry().bottom() < foot.mapTo(monitor.window, foot.rect().topLeft()).y()


def test_words_that_are_still_to_come_are_announced(monitor: Monitor) -> None:
    monitor.desk.dictation.becomes(is_busy=True)
    monitor.wait(lambda: monitor.sees("Words still to come"))
    monitor.desk.dictation.becomes(is_busy=False)
    monitor.wait(lambda: not monitor.sees("Words still to come"))


def test_without_microphone_it_says_what_to_do_and_typing_goes_on(monitor: Monitor) -> None:
    monitor.desk.dictation.becomes(is_hearing=False, microphones=(), trouble="There is no microphone. Plug one in.")
    monitor.wait(lambda: monitor.sees("Dictation trouble"))
    assert monitor.text("Dictation trouble") == "There is no microphone. Plug one in."
    _press_f4(monitor)
    assert _armed(monitor) is Armed.OFF
    assert monitor.sees("Notice: There is no microphone. Plug one in.")
    monitor.type("Typed.")
    monitor.click("Choose a microphone")
    assert monitor.sees("Microphone page")


def test_without_model_it_leads_to_the_models(monitor: Monitor) -> None:
    monitor.desk.dictation.becomes(engine="", trouble="There is no speech model for German.")
    monitor.wait(lambda: monitor.sees("Get a speech model"))
    assert not monitor.sees("Choose a microphone")


def test_signing_switches_off_and_freezes_what_is_signed(monitor: Monitor) -> None:
    for heading in ("Findings", "Impression"):
        monitor.find(f"Report field {heading}").setFocus()
        monitor.type("Normal.")
    monitor.wait(lambda: monitor.text("Signing state") == "✓  Ready to sign")
    _press_f4(monitor)
    monitor.settle()
    monitor.press(Qt.Key.Key_F12)
    monitor.wait(lambda: monitor.sees("Signing sheet"))
    assert _armed(monitor) is Armed.OFF
    assert monitor.desk.dictation.open_sign_dialogs == {ONE}
    _press_f4(monitor)
    assert _armed(monitor) is Armed.OFF
    monitor.press(Qt.Key.Key_Escape)
    assert monitor.desk.dictation.open_sign_dialogs == set()
    monitor.press(Qt.Key.Key_F12)
    monitor.wait(lambda: monitor.sees("Signing sheet"))
    monitor.type(PASSWORD)
    monitor.press(Qt.Key.Key_Return)
    monitor.wait(lambda: bool(monitor.desk.signed))


def test_signing_looks_at_dictation_itself_not_at_a_list_that_may_be_old(monitor: Monitor) -> None:
    for heading in ("Findings", "Impression"):
        monitor.find(f"Report field {heading}").setFocus()
        monitor.type("Normal.")
    monitor.wait(lambda: monitor.text("Signing state") == "✓  Ready to sign")
    monitor.desk.dictation._unconfirmed[ONE] = {"findings"}
    monitor.press(Qt.Key.Key_F12)
    monitor.bot.wait(20)
    assert not monitor.sees("Signing sheet")


def test_signing_waits_for_words_and_then_says_what_they_brought(monitor: Monitor) -> None:
    for heading in ("Findings", "Impression"):
        monitor.find(f"Report field {heading}").setFocus()
        monitor.type("Normal.")
    monitor.wait(lambda: monitor.text("Signing state") == "✓  Ready to sign")
    monitor.desk.dictation.becomes(is_busy=True)
    monitor.press(Qt.Key.Key_F12)
    monitor.bot.wait(300)
    assert not monitor.sees("Signing sheet")
    monitor.desk.dictation.hears(" No mass.", low_accuracy=True)
    monitor.desk.dictation.becomes(is_busy=False)
    refused = "Notice: The report cannot be signed yet. The list beside it says what is missing."
    monitor.wait(lambda: monitor.sees(refused))
    assert not monitor.sees("Signing sheet")


def test_a_toast_tells_of_what_was_discarded(monitor: Monitor) -> None:
    monitor.desk.dictation.tells("Words for a closed report were discarded.")
    monitor.wait(lambda: monitor.sees("Notice: Words for a closed report were discarded."))


def test_no_command_is_said_quietly(monitor: Monitor) -> None:
    monitor.desk.dictation.says_no_command("open the pod")
    monitor.wait(lambda: monitor.text("Last spoken command").startswith("No command: “open the pod”."))
    assert not monitor.sees("Choice")


def test_closing_the_window_leaves_nothing_listening(qtbot: Any) -> None:
    with a_monitor(qtbot, FakeDesk([FakeItem(an_item(1), counts=FULL)]), settles=False) as monitor:
        monitor.open_at_once(ONE)
        _press_f4(monitor)
        monitor.window.close()
        assert _armed(monitor) is Armed.OFF


def test_a_command_for_a_case_that_is_no_longer_active_does_nothing(monitor: Monitor) -> None:
    before = monitor.focus_name()
    monitor.desk.dictation.placed = ("another case", "findings", 0, 0)
    monitor.desk.dictation.says(Command("next_field"))
    monitor.wait(lambda: "no longer active" in monitor.text("Last spoken command"))
    assert monitor.focus_name() == before
