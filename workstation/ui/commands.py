"""Commands: what can be done, by which key, under one name in tool tips, palette, help and tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class Command:
    """One thing to do. ``key`` is written as Qt writes keys, empty for none; ``group`` heads it in palette and help.

    ``is_held``: the key does something while it is down, so it is watched by `talk_keys` and is no shortcut.
    """

    id: str
    title: str
    group: str
    key: str = ""
    shown_key: str = ""
    is_held: bool = False

    @property
    def key_text(self) -> str:
        """The key for people."""
        return self.shown_key or self.key


MICROPHONE, COMMAND_KEY = "dictation.microphone", "dictation.command_key"
DICTATION_COMMANDS = (
    Command(MICROPHONE, "Microphone on or off (hold: push to talk)", "Dictation", "F4", is_held=True),
    Command(COMMAND_KEY, "Speak a command (hold)", "Dictation", "Shift+F4", is_held=True),
    Command("dictation.off", "Stop dictation", "Dictation"),
    Command("dictation.help", "What can I say", "Dictation", "Shift+F1"),
    Command("dictation.replay", "Play what was dictated", "Dictation", "Ctrl+R"),
    Command("dictation.replay_back", "Play the phrase before", "Dictation", "Ctrl+Alt+R"),
    Command("dictation.replay_forward", "Play the phrase after", "Dictation", "Ctrl+Alt+Shift+R"),
    Command("dictation.settings", "Microphone, second pass and microphone buttons", "Dictation", "Ctrl+Shift+M"),
    Command("dictation.models", "Speech models", "Dictation", "Ctrl+Alt+M"),
    Command("dictation.corrections", "Corrections and words that were learnt", "Dictation", "Ctrl+Alt+C"),
    Command("report.what_was_heard", "What was heard at the cursor", "Report", "", "Ctrl+Space"),
    Command("report.confirm_field", "Confirm the low-accuracy text of the field", "Report", "Alt+C"),
    Command("report.choose_first", "Two hearings differ: take the first", "Report", "Alt+1"),
    Command("report.choose_second", "Two hearings differ: take the second", "Report", "Alt+2"),
    Command("report.go_to_field", "Go to a field …", "Report", "Ctrl+G"),
    Command("report.scratch_that", "Scratch that: remove what was dictated last", "Report", "Ctrl+Shift+Backspace"),
    Command("report.undo", "Undo", "Report", "", "Ctrl+Z"),
    Command("report.redo", "Redo", "Report", "", "Ctrl+Shift+Z"),
    Command("report.select", "Select words …", "Report", "Ctrl+Shift+F"),
    Command("report.select_all", "Select all of the field", "Report", "", "Ctrl+A"),
    Command("report.replace", "Replace words …", "Report", "Ctrl+H"),
    Command("report.delete", "Delete words …", "Report"),
    Command("report.insert_macro", "Macros: insert, write", "Report", "Ctrl+M"),
    Command("report.new_paragraph", "New paragraph", "Report"),
    Command("report.new_line", "New line", "Report", "", "Enter"),
    Command("report.capitalise", "Capitalise the selected or last words", "Report"),
    Command("report.lower_case", "Lower case for the selected or last words", "Report"),
    Command("report.bold", "Bold: what is selected, or what is written next", "Report", "Ctrl+B"),
    Command("report.bold_on", "Bold on", "Report"),
    Command("report.bold_off", "Bold off", "Report"),
    Command("image.choose_window", "Set the window …", "Window"),
)
"""Dictation, and everything that can be said, under the same names for keyboard and mouse."""

WORKLIST_COMMANDS = (
    Command("worklist.show", "Go to the worklist", "Go to", "Ctrl+1"),
    Command("report.show", "Go to the report", "Go to", "Ctrl+2"),
    Command("delivery.show", "Go to deliveries", "Go to", "Ctrl+3"),
    Command("login.again", "Log in to the site again", "Go to", "Ctrl+L"),
    Command("palette", "Show all commands", "Go to", "Ctrl+K"),
    Command("help", "Help for what is in focus", "Go to", "F1"),
    Command("worklist.open", "Open the selected item", "Worklist", "", "Enter"),
    Command("worklist.next", "Open the next unread item", "Worklist", "Ctrl+N", "N, Ctrl+N"),
    Command("worklist.open_stat", "Open the announced STAT item", "Worklist", "Ctrl+J"),
    Command("worklist.filter", "Filter the worklist", "Worklist", "Ctrl+F", "/, Ctrl+F"),
    Command("worklist.return", "Return the item to the site", "Worklist", "Ctrl+Shift+R"),
    Command("worklist.density", "Change the height of worklist rows", "Worklist", "Ctrl+D"),
    Command("worklist.refresh", "Look at the worklist again", "Worklist", "F5"),
    Command("case.next", "Switch to the next open case", "Case", "Ctrl+Tab"),
    Command("case.close", "Close the case and keep its draft", "Case", "Ctrl+W"),
    Command("report.sign", "Sign the report", "Report", "F12"),
    Command("report.sign_next", "Sign the report and open the next item", "Report", "Ctrl+Return", "Ctrl+Enter"),
    Command("report.next_field", "Next field of the report", "Report", "", "Tab"),
    Command("report.previous_field", "Previous field of the report", "Report", "", "Shift+Tab"),
    Command("conditions.show", "Show lasting conditions in full", "Go to", "F8"),
    *DICTATION_COMMANDS,
)


class Commands(QObject):
    """All commands of the program; those that a window has given something to do can be run.

    Parameters
    ----------
    known
        The commands in the order of palette and help.
    keys
        The reader's own keys by command id.
    """

    changed = Signal()

    def __init__(
        self, known: Iterable[Command], keys: Mapping[str, str] | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        own = dict(keys or {})
        self._known = {
            each.id: replace(each, key=own[each.id], shown_key="") if each.id in own else each for each in known
        }
        self._runs: dict[str, Callable[[], object]] = {}
        self._enabled: dict[str, Callable[[], bool]] = {}

    def add(self, command: Command) -> None:
        """Make one more command known; a known one keeps its place."""
        self._known.setdefault(command.id, command)
        self.changed.emit()

    def handle(self, command_id: str, run: Callable[[], object], *, when: Callable[[], bool] | None = None) -> None:
        """Say what a command does, and when it can be done."""
        if command_id not in self._known:
            raise KeyError(command_id)
        self._runs[command_id] = run
        self._enabled[command_id] = when or _always
        self.changed.emit()

    def known(self) -> tuple[Command, ...]:
        """All commands, whether or not they can be run now."""
        return tuple(self._known.values())

    def get(self, command_id: str) -> Command:
        return self._known[command_id]

    def can_run(self, command_id: str) -> bool:
        """Whether the command has something to do now."""
        return command_id in self._runs and self._enabled[command_id]()

    def run(self, command_id: str) -> bool:
        """Do it, provided that it can be done now; say whether it was."""
        if not self.can_run(command_id):
            return False
        self._runs[command_id]()
        return True

    def bind_keys(self, window: QWidget, command_ids: Iterable[str] | None = None) -> tuple[QShortcut, ...]:
        """Make the keys of commands work in ``window`` and everything in it."""
        wanted = tuple(command_ids) if command_ids is not None else tuple(self._known)
        bound: list[QShortcut] = []
        for command_id in wanted:
            key = self._known[command_id].key
            if key and not self._known[command_id].is_held:
                bound.extend(self._bind(window, command_id, each) for each in _variants(key))
        return tuple(bound)

    def _bind(self, window: QWidget, command_id: str, key: str) -> QShortcut:
        shortcut = QShortcut(QKeySequence(key), window)
        shortcut.activated.connect(lambda: self.run(command_id))
        return shortcut


def _variants(key: str) -> tuple[str, ...]:
    """Return and the Enter of the number pad are one key to people."""
    return (key, key.replace("Return", "Enter")) if "Return" in key else (key,)


def _always() -> bool:
    return True


def found(commands: Iterable[Command], typed: str) -> tuple[Command, ...]:
    """Commands that fit what was typed: every word in title, group or key; those whose title begins with it first."""
    words = typed.casefold().split()
    fitting = [each for each in commands if all(word in _haystack(each) for word in words)]
    start = typed.casefold().strip()
    return tuple(sorted(fitting, key=lambda each: not each.title.casefold().startswith(start) if start else False))


def _haystack(command: Command) -> str:
    return f"{command.title} {command.group} {command.key_text}".casefold()
