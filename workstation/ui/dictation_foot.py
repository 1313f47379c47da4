"""The foot of the report: whether it listens, how loud, which engine writes, what was understood as a command."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from workstation.qtkit.accessible import named
from workstation.qtkit.icons import icon
from workstation.ui.commands import MICROPHONE, Commands
from workstation.ui.dictation_words import engine_line, hint_of, lacks, switch_of, why_reasons, why_sentence
from workstation.ui.elided_label import ElidedLabel
from workstation.ui.level_bar import LevelBar
from workstation.ui.pieces import TOKENS, label, set_role, tip
from workstation.ui.talking import Talking
from workstation.ui.why_panel import WhyPanel

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

HEIGHT = 36
POLL_MS = 100
SAID_MS = 8000
_LINKS = (
    ("microphone", "dictation.settings", "Choose a microphone"),
    ("model", "dictation.models", "Get a speech model"),
)
_COMMAND_OF = {what: command for what, command, _ in _LINKS}


class DictationFoot(QFrame):
    """Shows the state of the desk's dictation. The level is looked at ten times a second, while it can be seen.

    Parameters
    ----------
    over
        The window in which the "why" opens, above this.
    """

    def __init__(self, desk: Desk, commands: Commands, talking: Talking, over: QWidget) -> None:
        super().__init__(over)
        self._desk = desk
        self._commands = commands
        self._talking = talking
        self._over = over
        named(self, "Dictation")
        self.setProperty("role", "panel")
        self.setFixedHeight(HEIGHT)
        self._key = commands.get(MICROPHONE).key_text
        self._since_s = 0.0
        self._switch = named(QToolButton(), "Microphone")
        self._level = LevelBar()
        self._hint = ElidedLabel(name="Microphone hint", role="warn")
        self._engine = ElidedLabel(name="Speech engine")
        self._why = named(QPushButton("why"), "Why this speech engine")
        self._waiting = label("…  words are still to come", "info", name="Words still to come")
        self._trouble = ElidedLabel(name="Dictation trouble", role="warn")
        self._links = {what: self._link(command, text) for what, command, text in _LINKS}
        self._said = ElidedLabel(name="Last spoken command", role="caption")
        self._why_panel = WhyPanel("How dictation works now", TOKENS, over)
        self._poll = QTimer(self)
        self._forget = QTimer(self)
        self._lay_out()
        self._connect()
        self.show_state()

    def say(self, text: str) -> None:
        """A quiet line about what was done at a spoken word."""
        self._said.setText(text)
        self._forget.start()

    def show_state(self) -> None:
        """Take what dictation says now."""
        state = self._desk.dictation.state
        self._show_switch()
        line = engine_line(state)
        self._engine.setText(line.text)
        set_role(self._engine, line.role)
        self._waiting.setVisible(state.is_busy)
        self._trouble.setText(state.trouble)
        self._trouble.setVisible(bool(state.trouble))
        missing = lacks(state) if state.trouble else ()
        for what, link in self._links.items():
            link.setVisible(what in missing and self._commands.can_run(_COMMAND_OF[what]))
        self._level.setVisible(state.is_hearing)
        self._why_panel.explain(why_sentence(state), why_reasons(state))
        self._show_level()

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the level only while somebody can see it."""
        super().showEvent(event)
        self.show_state()
        self._poll.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """See above."""
        super().hideEvent(event)
        self._poll.stop()
        self._why_panel.hide()

    def _lay_out(self) -> None:
        self._switch.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._switch.setIconSize(QSize(16, 16))
        self._switch.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the cursor stays where text is to go
        self._switch.setMinimumWidth(128)
        self._why.setProperty("role", "link")
        line = QHBoxLayout(self)
        line.setContentsMargins(TOKENS.spacing.l, 0, TOKENS.spacing.l, 0)
        line.setSpacing(TOKENS.spacing.m)
        for part in (self._switch, self._level, self._hint, self._waiting, self._trouble, *self._links.values()):
            line.addWidget(part)
        line.addStretch(1)
        for part in (self._said, self._engine, self._why):
            line.addWidget(part)

    def _connect(self) -> None:
        self._switch.pressed.connect(self._button_down)
        self._switch.released.connect(self._button_up)
        self._why.clicked.connect(self._toggle_why)
        self._talking.changed.connect(self.show_state)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._show_level)
        self._forget.setSingleShot(True)
        self._forget.setInterval(SAID_MS)
        self._forget.timeout.connect(lambda: self._said.setText(""))

    def _link(self, command_id: str, text: str) -> QPushButton:
        made = named(QPushButton(text), text)
        made.setProperty("role", "link")
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.clicked.connect(lambda: self._commands.run(command_id))
        return made

    def _show_switch(self) -> None:
        switch = switch_of(self._desk.dictation.state)
        colour = TOKENS.accent.main if switch.is_on else TOKENS.text.secondary
        self._switch.setIcon(icon(switch.sign, colour))
        self._switch.setText(f"{switch.word}  {self._key}")
        self._switch.setToolTip(tip(switch.does, f"{self._key}, held or pressed shortly"))
        self._switch.setAccessibleDescription(switch.word.lower())
        self._switch.setStyleSheet(f"QToolButton {{ color: {colour}; }}")

    def _show_level(self) -> None:
        level = self._desk.dictation.level
        self._level.show_level(level)
        short, sentence = hint_of(level)
        self._hint.setText(short)
        self._hint.setToolTip(sentence)
        self._hint.setVisible(bool(short))

    def _button_down(self) -> None:
        self._since_s = time.monotonic()
        self._talking.down()

    def _button_up(self) -> None:
        self._talking.up(time.monotonic() - self._since_s)

    def _toggle_why(self) -> None:
        if self._why_panel.isVisible():
            self._why_panel.close_panel()
            return
        self._why_panel.open_at(self._over.width() - TOKENS.spacing.l, 0, self._over.height() // 2)
        foot = self.mapTo(self._over, self.rect().topLeft()).y()
        self._why_panel.move(self._why_panel.x(), foot - self._why_panel.height() - TOKENS.spacing.s)
