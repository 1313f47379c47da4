"""What each button of a dictation microphone does: a table for each family of devices, changed in place."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QVBoxLayout, QWidget

from workstation.dictation.microphone_map import MicrophoneAction, MicrophoneMap, load_microphone_map
from workstation.dictation.microphone_reports import MODELS, Button, Family
from workstation.foundation.errors import BadInput
from workstation.qtkit.accessible import named
from workstation.ui.pieces import TOKENS, label, row

FAMILIES: MappingProxyType[Family, str] = MappingProxyType(
    {
        Family.SPEECHMIKE: "Philips SpeechMike",
        Family.POWERMIC_4: "Nuance PowerMic 4",
        Family.POWERMIC_3: "Nuance PowerMic III",
        Family.FOOT_PEDAL: "Foot pedal",
    }
)
ACTIONS: MappingProxyType[MicrophoneAction, str] = MappingProxyType(
    {
        MicrophoneAction.DICTATE_WHILE_HELD: "Dictate while held",
        MicrophoneAction.DICTATE_ON_OFF: "Dictate: on / off",
        MicrophoneAction.DICTATE_OFF: "Stop dictation",
        MicrophoneAction.COMMAND_WHILE_HELD: "Speak a command while held",
        MicrophoneAction.NEXT_FIELD: "Next field",
        MicrophoneAction.PREVIOUS_FIELD: "Previous field",
        MicrophoneAction.SCRATCH_THAT: "Scratch that",
        MicrophoneAction.UNDO: "Undo",
        MicrophoneAction.SIGN: "Sign the report",
        MicrophoneAction.SIGN_AND_NEXT: "Sign and open the next item",
        MicrophoneAction.REPLAY: "Play what was dictated",
        MicrophoneAction.REPLAY_BACK: "Play the phrase before",
        MicrophoneAction.REPLAY_FORWARD: "Play the phrase after",
        MicrophoneAction.NEXT_SERIES: "Next series",
        MicrophoneAction.NEXT_STAGE: "Next hanging stage",
        MicrophoneAction.NEXT_ITEM: "Open the next unread item",
        MicrophoneAction.KEY_IMAGE: "Key image",
        MicrophoneAction.NOTHING: "Nothing",
    }
)


class QuietChoice(QComboBox):
    """A choice that the wheel changes only while it has the keyboard: pages are scrolled over it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pass it on to the page."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def buttons_of(family: Family) -> tuple[Button, ...]:
    """The buttons that devices of a family have, in the order of the list of all buttons."""
    there = {button for model in MODELS if model.family is family for button in model.layout.bits}
    return tuple(button for button in Button if button in there)


def own_changes(wanted: Mapping[tuple[Family, Button], MicrophoneAction]) -> dict[str, str]:
    """What differs from the shipped table, as the preferences keep it."""
    shipped = load_microphone_map()
    return {
        f"{family.value}.{button.value}": action.value
        for (family, button), action in wanted.items()
        if action is not shipped.action(family, button)
    }


class ButtonTable(QWidget):
    """One family at a time. ``changed`` carries the reader's changes for ``preferences.microphone_buttons``."""

    changed = Signal(object)

    def __init__(self, own: Mapping[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Microphone buttons")
        self._family = named(QuietChoice(), "Device family")
        self._wanted = dict(_readable(own).actions)
        self._page: QWidget | None = None
        self._pressed: frozenset[str] = frozenset()
        self._choices: dict[Button, QuietChoice] = {}
        self._rows: dict[Button, QFrame] = {}
        for family, title in FAMILIES.items():
            self._family.addItem(title, family)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row(label("Device"), self._family, 1))
        self._inside = layout
        self._family.currentIndexChanged.connect(self._show_family)
        self._show_family()

    @property
    def family(self) -> Family:
        """The family whose buttons are shown."""
        return list(FAMILIES)[self._family.currentIndex()]

    def show_map(self, actions: MicrophoneMap) -> None:
        """Show what each button does now."""
        self._wanted = dict(actions.actions)
        for button, choice in self._choices.items():
            choice.blockSignals(True)
            choice.setCurrentIndex(choice.findData(actions.action(self.family, button)))
            choice.blockSignals(False)

    def reset(self) -> None:
        """As it was shipped."""
        self.show_map(load_microphone_map())
        self.changed.emit({})

    def light(self, pressed: frozenset[str]) -> None:
        """Mark the lines of the buttons that are down (``speechmike.record``); go to a device whose button is."""
        if pressed == self._pressed:
            return
        new = sorted(pressed - self._pressed)
        self._pressed = pressed
        for family in FAMILIES:
            if new and new[0].startswith(f"{family.value}."):
                self._family.setCurrentIndex(list(FAMILIES).index(family))
        for button, line in self._rows.items():
            _mark(line, is_down=f"{self.family.value}.{button.value}" in pressed)

    def _show_family(self) -> None:
        """Build the lines of the family in hand."""
        if self._page is not None:
            self._inside.removeWidget(self._page)
            self._page.hide()
            self._page.deleteLater()
        self._choices, self._rows = {}, {}
        self._page = self._made_page(self.family)
        self._inside.addWidget(self._page)
        self._page.show()
        self.show_map(MicrophoneMap(self._wanted))

    def _made_page(self, family: Family) -> QWidget:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(TOKENS.spacing.xl)
        grid.setVerticalSpacing(TOKENS.spacing.xs)
        buttons = buttons_of(family)
        half = (len(buttons) + 1) // 2
        for number, button in enumerate(buttons):
            grid.addWidget(self._row(family, button), number % half, number // half)
        grid.setRowStretch(half, 1)
        return page

    def _row(self, family: Family, button: Button) -> QFrame:
        title = button_title(button)
        line = named(QFrame(), f"{FAMILIES[family]}, {title}")
        choice = named(QuietChoice(), f"What {title} does on {FAMILIES[family]}")
        for action, words in ACTIONS.items():
            choice.addItem(words, action)
        choice.setMinimumWidth(210)
        choice.currentIndexChanged.connect(lambda _row: self._take(family, button, choice.currentData()))
        inside = row(label(title), 1, choice)
        inside.setContentsMargins(TOKENS.spacing.s, 0, 0, 0)
        line.setLayout(inside)
        self._choices[button], self._rows[button] = choice, line
        _mark(line, is_down=False)
        return line

    def _take(self, family: Family, button: Button, action: MicrophoneAction) -> None:
        self._wanted[family, button] = action
        self.changed.emit(own_changes(self._wanted))


def button_title(button: Button) -> str:
    """``End of letter``."""
    return button.value.replace("_", " ").capitalize()


def _mark(line: QFrame, *, is_down: bool) -> None:
    colour = TOKENS.accent.main if is_down else "transparent"
    line.setAccessibleDescription("pressed" if is_down else "")
    line.setStyleSheet(f".QFrame {{ border: none; border-left: 3px solid {colour}; }}")


def _readable(own: Mapping[str, str]) -> MicrophoneMap:
    """The shipped table with the reader's changes; entries edited by hand that cannot be read are left out."""
    try:
        return load_microphone_map(own)
    except BadInput:
        return load_microphone_map()
