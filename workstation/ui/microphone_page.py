"""Preferences of dictation: which microphone, whether it is good enough, which engine, what its buttons do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from workstation.dictation.levels_meter import LevelReading
from workstation.qtkit.accessible import named
from workstation.site.preferences import Preferences
from workstation.ui.button_table import ButtonTable, QuietChoice
from workstation.ui.dictation_words import engine_line
from workstation.ui.level_bar import GOOD_DBFS, LevelBar
from workstation.ui.overlay import Overlay
from workstation.ui.pieces import TOKENS, button, label, line, row, scroll_area, set_role

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

WIDTH = 860
POLL_MS = 100
OUTSIDE = 180
"""Height of what stands around the part that scrolls."""
ENGINES = {
    "": "Chosen by itself: Vosk where it has a model, else PocketSphinx",
    "vosk": "Vosk (needs a model)",
    "pocketsphinx": "PocketSphinx (always there in English, low accuracy)",
    "off": "None: I type",
}


class MicrophonePage(Overlay):
    """Changes take effect at once. ``kept`` carries what is to be remembered: names of preferences → values."""

    kept = Signal(object)

    def __init__(self, desk: Desk, over: QWidget) -> None:
        super().__init__(over, width=WIDTH, fills=False)
        named(self, "Microphone page")
        self._desk = desk
        self._microphone = named(QuietChoice(), "Microphone to use")
        self._found = label("", "caption", name="Microphone found", wrap=True)
        self._level = LevelBar("Level test")
        self._verdict = label("", name="Level verdict", wrap=True)
        self._engine = named(QuietChoice(), "Speech engine to use")
        self._engine_state = label("", "caption", name="Speech engine state", wrap=True)
        self._second = named(QCheckBox("Listen again after each utterance and mend it"), "Second pass")
        self._second_state = label("", "caption", name="Second pass state", wrap=True)
        self._devices = label("", "caption", name="Microphone buttons found", wrap=True)
        self.buttons = ButtonTable(desk.preferences.microphone_buttons)
        self._page = QWidget()
        self._poll = QTimer(self)
        self._lay_out_sheet()
        self._connect()
        self.follow(desk.preferences)

    def first_focus(self) -> QWidget:
        return self._microphone

    def open(self) -> None:
        """Show how it is now; the level is looked at while the page is open."""
        self.show_state()
        wanted = self._page.heightForWidth(WIDTH - 2 * TOKENS.spacing.xl) + TOKENS.spacing.m
        self._scroll.setFixedHeight(min(wanted, self._over.height() - OUTSIDE))
        super().open()
        self._poll.start()

    def follow(self, preferences: Preferences) -> None:
        """Take the preferences that hold now."""
        self._engine.setCurrentIndex(max(0, self._engine.findData(preferences.speech_engine)))
        self._second.blockSignals(True)
        self._second.setChecked(preferences.second_pass)
        self._second.blockSignals(False)
        self.show_state()

    def show_state(self) -> None:
        """Take what dictation says now; also which microphones are plugged in."""
        state = self._desk.dictation.state
        self._fill_microphones()
        self._found.setText(_found_words(state.is_hearing, state.trouble))
        self._engine_state.setText(f"Now: {engine_line(state).text}")
        second = f"Now: {state.second_engine}" if state.second_engine else "Now: none. It needs a Whisper speech model."
        self._second_state.setText(second)
        self.buttons.light(state.pressed)
        self._devices.setText(
            f"Plugged in: {', '.join(state.hid)}. Press a button to see its line."
            if state.hid
            else "No dictation microphone or foot pedal is plugged in; it is found by itself when it is."
        )

    def _lay_out_sheet(self) -> None:
        self._level.setMinimumWidth(320)
        for value, words in ENGINES.items():
            self._engine.addItem(words, value)
        for choice in (self._microphone, self._engine):
            choice.setSizeAdjustPolicy(QuietChoice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            choice.setMinimumContentsLength(20)
        inside = QVBoxLayout(self._page)
        inside.setContentsMargins(0, 0, TOKENS.spacing.m, 0)
        inside.setSpacing(TOKENS.spacing.m)
        inside.addLayout(self._grid())
        inside.addWidget(line())
        reset = button("As shipped", "Reset microphone buttons", self.buttons.reset)
        inside.addLayout(row(label("Microphone buttons", "title"), 1, reset))
        inside.addWidget(self._devices)
        inside.addWidget(self.buttons)
        inside.addStretch(1)
        layout = QVBoxLayout(self.sheet)
        layout.setContentsMargins(*([TOKENS.spacing.xl] * 4))
        layout.setSpacing(TOKENS.spacing.m)
        layout.addLayout(row(label("Microphone and dictation", "title"), 1))
        self._scroll = scroll_area(self._page, "Microphone settings")
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout.addWidget(self._scroll)
        layout.addLayout(row(1, button("Close", "Close microphone page", self.shut, key="Esc")))

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(TOKENS.spacing.xl)
        grid.setVerticalSpacing(TOKENS.spacing.s)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[QLabel, QWidget, QLabel], ...] = (
            (label("Microphone"), self._microphone, self._found),
            (label("Level"), self._level, self._verdict),
            (label("Live text"), self._engine, self._engine_state),
            (label("Second pass"), self._second, self._second_state),
        )
        for number, (title, control, below) in enumerate(rows):
            grid.addWidget(title, 2 * number, 0)
            grid.addWidget(control, 2 * number, 1)
            grid.addWidget(below, 2 * number + 1, 1)
        return grid

    def _connect(self) -> None:
        self._microphone.activated.connect(self._choose_microphone)
        self._engine.activated.connect(lambda _row: self._choose_engine())
        self._second.toggled.connect(lambda _is_on: self._choose_engine())
        self.buttons.changed.connect(self._keep_buttons)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._show_level)
        self.closed.connect(self._poll.stop)

    def _fill_microphones(self) -> None:
        state = self._desk.dictation.state
        default = next((each.name for each in state.microphones if each.is_default), "")
        wanted = [("The system's own choice" + (f" ({default})" if default else ""), "")]
        wanted += [(each.name, each.name) for each in state.microphones]
        if state.microphone and state.microphone not in (name for _, name in wanted):
            wanted.append((f"{state.microphone} (not plugged in)", state.microphone))
        shown = [(self._microphone.itemText(i), self._microphone.itemData(i)) for i in range(self._microphone.count())]
        if wanted != shown:
            self._microphone.clear()
            for words, name in wanted:
                self._microphone.addItem(words, name)
        self._microphone.setCurrentIndex(max(0, self._microphone.findData(state.microphone)))

    def _choose_microphone(self, _row: int) -> None:
        name = self._microphone.currentData()
        self._desk.dictation.choose_microphone(name)
        self._keep(microphone=name)

    def _choose_engine(self) -> None:
        engine, second_pass = self._engine.currentData(), self._second.isChecked()
        self._desk.dictation.choose_engine(engine, second_pass)
        self._keep(speech_engine=engine, second_pass=second_pass)

    def _keep_buttons(self, own: dict[str, str]) -> None:
        self._desk.dictation.set_buttons(own)
        self._keep(microphone_buttons=own)

    def _keep(self, **changes: Any) -> None:
        self.kept.emit(changes)

    def _show_level(self) -> None:
        level = self._desk.dictation.level
        self._level.show_level(level)
        words, role = _verdict(level)
        self._verdict.setText(words)
        set_role(self._verdict, role)


def _found_words(is_hearing: bool, trouble: str) -> str:
    if is_hearing:
        return "Sound arrives. Speak a sentence as you would dictate it, and look at the level below."
    return trouble or "No sound arrives yet."


def _verdict(level: LevelReading | None) -> tuple[str, str]:
    """What the level test says, and its style."""
    if level is None:
        return "No microphone is open.", "warn"
    if level.faults:
        return level.faults[0].value, "warn"
    numbers = f"Loudness {level.rms_dbfs:.0f} dB, peak {level.peak_dbfs:.0f} dB."
    low, high = GOOD_DBFS
    if low <= level.peak_dbfs <= high:
        return f"{numbers} Good for dictation.", "ok"
    if level.peak_dbfs > high:
        return f"{numbers} Loud, not yet clipped.", "caption"
    return f"{numbers} Speak to test it.", "caption"
