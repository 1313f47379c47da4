"""The keys that are held to talk: hold and short press, repeating keyboards, a keyboard that goes elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from tests.helpers.fake_desk import FakeDesk
from workstation.dictation.listening import Armed
from workstation.ui.talk_keys import REPEAT_MS, HeldKey, TalkKeys
from workstation.ui.talking import NOTHING_IN_HAND, Talking

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|propagateSizeHints)")
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


class Keyboard:
    """Sends key events to the window that has the keyboard, with the times a keyboard gives them."""

    def __init__(self, bot: Any) -> None:
        self._bot = bot
        self.now_ms = 1000

    def down(self, key: Qt.Key = Qt.Key.Key_F4, modifiers: Qt.KeyboardModifier = NONE, *, marked: bool = False) -> None:
        self._send(QEvent.Type.KeyPress, key, modifiers, marked)

    def up(
        self,
        key: Qt.Key = Qt.Key.Key_F4,
        modifiers: Qt.KeyboardModifier = NONE,
        *,
        marked: bool = False,
        settle: bool = True,
    ) -> None:
        self._send(QEvent.Type.KeyRelease, key, modifiers, marked)
        if settle:
            self._bot.wait(REPEAT_MS + 30)

    def hold(self, ms: int) -> None:
        self.now_ms += ms

    def _send(self, kind: QEvent.Type, key: Qt.Key, modifiers: Qt.KeyboardModifier, marked: bool) -> None:
        event = QKeyEvent(kind, key, modifiers, "", marked)
        event.setTimestamp(self.now_ms)
        window = QGuiApplication.focusWindow()
        assert window is not None
        QCoreApplication.sendEvent(window, event)


@pytest.fixture
def desk() -> FakeDesk:
    desk = FakeDesk()
    desk.dictation.place("case", "findings", 0, 0)
    return desk


@pytest.fixture
def window(qtbot: Any) -> QWidget:
    made = QWidget()
    QVBoxLayout(made).addWidget(QLineEdit())
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


@pytest.fixture
def talking(desk: FakeDesk, window: QWidget) -> Iterator[Talking]:
    talking = Talking(desk, lambda: "", parent=window)  # type: ignore[arg-type]
    keys = TalkKeys(
        {
            "F4": HeldKey(talking.down, talking.up),
            "Shift+F4": HeldKey(talking.command_down, lambda _held_s: talking.command_up()),
        },
        talking.lose,
        parent=window,
    )
    yield talking
    keys.stop()


@pytest.fixture
def keyboard(qtbot: Any, talking: Talking) -> Keyboard:
    return Keyboard(qtbot)


def _armed(desk: FakeDesk) -> Armed:
    return desk.dictation.state.armed


def test_holding_listens_from_the_press_to_the_release(desk: FakeDesk, keyboard: Keyboard) -> None:
    keyboard.down()
    assert _armed(desk) is Armed.HELD
    keyboard.hold(900)
    keyboard.up()
    assert _armed(desk) is Armed.OFF


def test_a_short_press_switches_on_and_another_off(desk: FakeDesk, keyboard: Keyboard) -> None:
    for wanted in (Armed.ON, Armed.OFF):
        keyboard.down()
        keyboard.hold(340)
        keyboard.up()
        assert desk.dictation.state.armed is wanted


def test_a_long_press_while_it_is_on_leaves_it_on(desk: FakeDesk, keyboard: Keyboard) -> None:
    desk.dictation.toggle()
    keyboard.down()
    keyboard.hold(2000)
    keyboard.up()
    assert _armed(desk) is Armed.ON


@pytest.mark.parametrize("marked", [True, False])
def test_a_keyboard_that_repeats_is_still_one_press(
    qtbot: Any, desk: FakeDesk, keyboard: Keyboard, marked: bool
) -> None:
    keyboard.down()
    for _ in range(5):
        keyboard.hold(40)
        keyboard.up(marked=marked, settle=False)
        keyboard.down(marked=marked)
        assert _armed(desk) is Armed.HELD
    qtbot.wait(REPEAT_MS + 30)
    assert _armed(desk) is Armed.HELD
    keyboard.hold(400)
    keyboard.up()
    assert _armed(desk) is Armed.OFF


def test_a_slow_program_makes_no_toggle_of_a_long_press(desk: FakeDesk, keyboard: Keyboard) -> None:
    """Both events arrive together, after the program was busy; the keyboard says that a second lay between them."""
    keyboard.down()
    keyboard.now_ms += 1000
    keyboard.up()
    assert _armed(desk) is Armed.OFF


def test_a_short_press_switches_nothing_on_when_the_microphone_was_lost_meanwhile(
    desk: FakeDesk, keyboard: Keyboard
) -> None:
    keyboard.down()
    desk.dictation.disarm()  # what losing the microphone, or another case, does
    keyboard.hold(100)
    keyboard.up()
    assert _armed(desk) is Armed.OFF


def test_when_the_keyboard_goes_elsewhere_nothing_stays_held(qtbot: Any, desk: FakeDesk, keyboard: Keyboard) -> None:
    keyboard.down()
    QGuiApplication.instance().focusWindowChanged.emit(None)  # type: ignore[union-attr]
    assert _armed(desk) is Armed.OFF
    keyboard.hold(100)
    keyboard.up()
    assert _armed(desk) is Armed.OFF, "the release that comes after all must switch nothing on"


def test_it_works_in_another_window_of_the_program(qtbot: Any, desk: FakeDesk, keyboard: Keyboard) -> None:
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    keyboard.down()
    assert _armed(desk) is Armed.HELD
    keyboard.hold(500)
    keyboard.up()
    assert _armed(desk) is Armed.OFF


def test_the_command_key_listens_for_a_command_while_held(desk: FakeDesk, keyboard: Keyboard) -> None:
    keyboard.down(modifiers=SHIFT)
    assert (desk.dictation.state.command_key, _armed(desk)) == (True, Armed.HELD)
    keyboard.hold(100)
    keyboard.up()  # Shift was let go before
    assert (desk.dictation.state.command_key, _armed(desk)) == (False, Armed.OFF)


def test_the_command_key_leaves_an_open_microphone_on(desk: FakeDesk, keyboard: Keyboard) -> None:
    desk.dictation.toggle()
    keyboard.down(modifiers=SHIFT)
    keyboard.hold(100)
    keyboard.up(modifiers=SHIFT)
    assert (desk.dictation.state.command_key, _armed(desk)) == (False, Armed.ON)


def test_other_keys_pass(window: QWidget, desk: FakeDesk, keyboard: Keyboard, qtbot: Any) -> None:
    line = window.findChild(QLineEdit)
    assert line is not None
    line.setFocus()
    qtbot.keyClicks(line, "ab")
    keyboard.down(Qt.Key.Key_F4, Qt.KeyboardModifier.ControlModifier)
    keyboard.up(Qt.Key.Key_F4, Qt.KeyboardModifier.ControlModifier)
    assert line.text() == "ab"
    assert _armed(desk) is Armed.OFF


def test_a_refusal_says_why(desk: FakeDesk, talking: Talking, keyboard: Keyboard) -> None:
    told: list[str] = []
    talking.refused.connect(told.append)
    desk.dictation.becomes(is_hearing=False, trouble="There is no microphone. Plug one in.")
    keyboard.down()
    keyboard.hold(100)
    keyboard.up()
    desk.dictation.becomes(is_hearing=True, trouble="")
    desk.dictation.placed = None
    talking.toggle()
    assert told == ["There is no microphone. Plug one in.", NOTHING_IN_HAND]
    assert _armed(desk) is Armed.OFF


def test_what_forbids_dictation_is_said_and_nothing_begins(desk: FakeDesk, window: QWidget) -> None:
    told: list[str] = []
    talking = Talking(desk, lambda: "A report is being signed.", parent=window)  # type: ignore[arg-type]
    talking.refused.connect(told.append)
    for begin in (talking.down, talking.toggle, talking.command_down):
        begin()
    assert told == ["A report is being signed."] * 3
    assert _armed(desk) is Armed.OFF
    assert not desk.dictation.state.command_key
