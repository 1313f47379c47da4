"""Commands: what can be done, by which key, under one name in tool tips, palette, help and tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class Command:
    """One thing to do. ``key`` is written as Qt writes keys, empty for none; ``group`` heads it in palette and help."""

    id: str
    title: str
    group: str
    key: str = ""
    shown_key: str = ""

    @property
    def key_text(self) -> str:
        """The key for people."""
        return self.shown_key or self.key


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
            if key:
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
