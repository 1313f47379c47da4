"""Dictation in the report monitor's window: its parts made and connected, its commands given something to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from workstation.dictation.listening import Armed
from workstation.dictation.macros import Macros
from workstation.qtkit.notifications import Tone
from workstation.qtkit.tasks import TaskRunner
from workstation.ui.commands import COMMAND_KEY, MICROPHONE, Commands
from workstation.ui.desk_signals import DeskSignals
from workstation.ui.dictation_feed import DictationFeed
from workstation.ui.dictation_foot import DictationFoot
from workstation.ui.dictation_replay import DictationReplay
from workstation.ui.dictation_sheets import DictationSheets
from workstation.ui.report_page import ReportPage
from workstation.ui.spoken_commands import Choices, SpokenCommands
from workstation.ui.spoken_help import SpokenHelp
from workstation.ui.spoken_questions import SpokenQuestions
from workstation.ui.talk_keys import HeldKey, TalkKeys
from workstation.ui.talking import Talking
from workstation.ui.voice_edits import VoiceEdits

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

Presets = Mapping[str, Callable[[], object]]
SIGNING = "A report is being signed: dictation is off."
NO_CASE = "No report is open. Open an item first; dictation writes into its report."
NOTHING_TO_CHANGE = "There is nothing to do this to."
EDITS: MappingProxyType[str, Callable[[VoiceEdits], object]] = MappingProxyType(
    {
        "report.scratch_that": VoiceEdits.scratch,
        "report.undo": VoiceEdits.undo,
        "report.redo": VoiceEdits.redo,
        "report.select_all": VoiceEdits.select_all,
        "report.new_paragraph": VoiceEdits.new_paragraph,
        "report.new_line": VoiceEdits.new_line,
        "report.capitalise": VoiceEdits.capitalise,
        "report.lower_case": VoiceEdits.lower_case,
        "report.bold": VoiceEdits.bold,
        "report.bold_on": lambda words: words.bold(is_on=True),
        "report.bold_off": lambda words: words.bold(is_on=False),
    }
)
"""Commands that change the field in hand and need nothing more."""


@dataclass(frozen=True)
class WindowWays:
    """What the window lets dictation do.

    Attributes
    ----------
    is_free
        Whether a reader is logged in and nothing is being signed.
    show_report
        Bring the report page into sight, unless it is.
    say
        Tell of an event.
    keep
        Remember changed preferences.
    windows
        Title of each window preset of the active image → what sets it.
    """

    is_free: Callable[[], bool]
    show_report: Callable[[], object]
    say: Callable[[str, Tone], object]
    keep: Callable[[Mapping[str, Any]], object]
    windows: Callable[[], Presets]


class DictationInWindow(QObject):
    """Holds the parts; what one tells the other is connected here and nowhere else."""

    def __init__(
        self,
        desk: Desk,
        tasks: TaskRunner,
        commands: Commands,
        feed: DictationFeed,
        signals: DeskSignals,
        report: ReportPage,
        ways: WindowWays,
        window: QWidget,
        macros: Macros | None = None,
    ) -> None:
        super().__init__(window)
        self._desk = desk
        self._commands = commands
        self._report = report
        self._ways = ways
        self._case_key = ""
        self._is_wanted = False
        self._waits: tuple[Armed, bool] = (Armed.OFF, False)
        self._feed = feed
        self.talking = Talking(desk, self._why_not, ways.show_report, self)
        self.foot = DictationFoot(desk, commands, self.talking, window)
        choices = Choices(lambda: self.sheets.macro_texts, ways.windows)
        self.spoken = SpokenCommands(desk, commands, self._words, choices, ways.is_free, self)
        self.help = SpokenHelp(self.spoken.help_lines, commands, window)
        self.sheets = DictationSheets(desk, tasks, commands, macros, ways.is_free, self._field_in_hand, window)
        self.replay = DictationReplay(desk, self._here, self)
        self._questions = SpokenQuestions(self.spoken, commands, self._can_write, window)
        self.keys = TalkKeys(self._held_keys(), self.talking.lose, parent=self)
        window.installEventFilter(self)
        report.send_changes_to(feed.apply)
        self._connect(signals)
        self._handle_commands()

    def stop(self) -> None:
        """The window closes: nothing goes on listening."""
        self.keys.stop()
        self.talking.off()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A window that nobody sees any more says of no microphone that it is on."""
        is_hidden = event.type() == QEvent.Type.Hide
        if event.type() == QEvent.Type.WindowStateChange and isinstance(watched, QWidget):
            is_hidden = watched.isMinimized()
        if is_hidden:
            self.keys.forget()
            self.talking.off()
        return False

    def show_foot(self, *, is_wanted: bool) -> None:
        """Show the foot with the report; on other pages it is seen while the microphone is on."""
        self._is_wanted = is_wanted
        self._show_foot()

    # --- inside

    def _show_foot(self) -> None:
        self.foot.setVisible(self._is_wanted or self._desk.dictation.state.armed is not Armed.OFF)

    def _connect(self, signals: DeskSignals) -> None:
        feed, spoken = self._feed, self.spoken
        feed.about_to_look.connect(spoken.look)
        feed.live.connect(self._report.take_change)
        feed.spliced.connect(self._report.take_change)
        feed.marks_changed.connect(self._report.marks_changed)
        feed.command.connect(spoken.do)
        feed.not_a_command.connect(self._not_a_command)
        feed.told.connect(lambda text: self._ways.say(text, Tone.NOTE))
        feed.state_changed.connect(self._state_changed)
        feed.state_changed.connect(self.foot.show_state)
        feed.state_changed.connect(self.sheets.show_state)
        feed.state_changed.connect(self._show_foot)
        self.talking.changed.connect(self._show_foot)
        spoken.done.connect(self.foot.say)
        spoken.refused.connect(self.foot.say)
        self.talking.refused.connect(lambda why: self._ways.say(why, Tone.TROUBLE))
        self.replay.refused.connect(self.foot.say)
        self.sheets.kept.connect(self._ways.keep)
        self.sheets.macros_changed.connect(spoken.look_soon)
        self.sheets.insert_asked.connect(self._insert_macro)
        self._commands.changed.connect(spoken.look_soon)
        signals.changed.connect(self._topic)

    def _state_changed(self) -> None:
        """What stands before signing depends on whether words are still to come."""
        state = self._desk.dictation.state
        if (state.armed, state.is_busy) != self._waits:
            self._waits = (state.armed, state.is_busy)
            self._report.check_now()

    def _topic(self, topic: str) -> None:
        if topic == "case":
            self._follow_case()
        if topic in ("case", "draft"):
            self.spoken.look_soon()

    def _follow_case(self) -> None:
        """Another case: whatever was held or on is off, before anything is said into it."""
        active = self._desk.active_case
        key = active.key if active is not None else ""
        if key != self._case_key:
            self._case_key = key
            self.keys.forget()
            self.talking.off()

    def _held_keys(self) -> dict[str, HeldKey]:
        key_of = self._commands.get
        return {
            key_of(MICROPHONE).key: HeldKey(self.talking.down, self.talking.up),
            key_of(COMMAND_KEY).key: HeldKey(self.talking.command_down, lambda _held_s: self.talking.command_up()),
        }

    def _handle_commands(self) -> None:
        handle, free = self._commands.handle, self._ways.is_free
        handle(MICROPHONE, self.talking.toggle, when=self._can_write)
        handle("dictation.off", self.talking.off, when=free)
        handle("dictation.help", self.help.open, when=free)
        handle("dictation.replay", self.replay.play, when=self._has_case)
        handle("dictation.replay_back", lambda: self.replay.step(-1), when=self._has_case)
        handle("dictation.replay_forward", lambda: self.replay.step(1), when=self._has_case)
        handle("report.choose_first", lambda: self._report.choose(second=False), when=self._has_choice)
        handle("report.choose_second", lambda: self._report.choose(second=True), when=self._has_choice)
        handle("report.confirm_field", self._report.confirm_field, when=self._can_write)
        handle("report.what_was_heard", self._open_panel, when=self._has_case)
        for command, edit in EDITS.items():
            handle(command, self._editing(edit), when=self._can_write)

    def _editing(self, edit: Callable[[VoiceEdits], object]) -> Callable[[], object]:
        def do() -> None:
            words = self._words()
            if words is not None and not edit(words):
                self.foot.say(NOTHING_TO_CHANGE)

        return do

    # --- what the parts ask

    def _words(self) -> VoiceEdits | None:
        """The editor's commands, while its report may be written."""
        editor = self._report.active_editor
        return editor.voice if editor is not None and self._can_write() else None

    def _can_write(self) -> bool:
        return not self._why_not()

    def _has_case(self) -> bool:
        return self._ways.is_free() and self._desk.active_case is not None

    def _has_choice(self) -> bool:
        return self._can_write() and bool(self._report.choices.choices)

    def _open_panel(self) -> None:
        self._ways.show_report()
        if self._report.active_editor is not None and not self._report.active_editor.open_panel():
            self.foot.say("Nothing was dictated here.")

    def _why_not(self) -> str:
        """Why nothing may be dictated now; empty when it may."""
        if not self._ways.is_free():
            return SIGNING
        case = self._desk.active_case
        if case is None:
            return NO_CASE
        return case.read_only_reason

    def _here(self) -> tuple[str, int]:
        editor = self._report.active_editor
        if editor is None or editor.in_hand not in editor.fields:
            return "", 0
        return editor.in_hand, editor.fields[editor.in_hand].text.place[1]

    def _field_in_hand(self) -> str:
        return self._here()[0] if self._can_write() else ""

    def _insert_macro(self, text: str) -> None:
        words = self._words()
        if words is None or not words.insert_macro(text):
            self.foot.say(NOTHING_TO_CHANGE)

    def _not_a_command(self, heard: str) -> None:
        self.foot.say(f"No command: “{heard}”. {self._commands.get('dictation.help').key_text} lists what can be said.")
