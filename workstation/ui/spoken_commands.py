"""What can be said now, and what is done when it is: every spoken command is one of the program's commands.

A command without a choice can be said whenever its command can be run. Those with a choice or with words have a table
of their own, and the same command asks for the choice or the words when it is started by key or palette.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from workstation.dictation.commands import Command as Spoken
from workstation.dictation.commands import HelpLine, Possible
from workstation.dictation.microphone_map import MicrophoneAction
from workstation.dictation.normaliser import Layout, write_out
from workstation.reading.dictation_changes import CommandSpoken
from workstation.ui.commands import Commands
from workstation.ui.voice_edits import VoiceEdits

if TYPE_CHECKING:
    from workstation.reading.desk import Desk

SAID_AS: MappingProxyType[str, str] = MappingProxyType(
    {
        "go_to_field": "report.go_to_field",
        "next_field": "report.next_field",
        "previous_field": "report.previous_field",
        "scratch_that": "report.scratch_that",
        "undo": "report.undo",
        "redo": "report.redo",
        "select": "report.select",
        "select_all": "report.select_all",
        "replace": "report.replace",
        "delete": "report.delete",
        "insert_macro": "report.insert_macro",
        "new_paragraph": "report.new_paragraph",
        "new_line": "report.new_line",
        "capitalise": "report.capitalise",
        "lower_case": "report.lower_case",
        "bold_on": "report.bold_on",
        "bold_off": "report.bold_off",
        "sign_report": "report.sign",
        "next_series": "image.next_series",
        "previous_series": "image.previous_series",
        "window": "image.choose_window",
        "hang_next": "image.next_stage",
        "hang_previous": "image.previous_stage",
        "measure": "image.distance",
        "key_image": "image.key_image",
        "help": "dictation.help",
        "stop_dictation": "dictation.off",
    }
)
"""Spoken command → command of the program. What has nothing to do now is not offered."""
ON_WORDS = frozenset({"select", "replace", "delete", "capitalise"})
"""Spoken commands that may name words of the field in hand."""
IN_FIELD = ON_WORDS | {"select_all", "new_paragraph", "new_line", "lower_case", "insert_macro", "bold_on", "bold_off"}
"""Spoken commands that mean the field in which they were spoken, and no other."""
_WITHOUT_WORDS = frozenset({"capitalise"})
BUTTONS: MappingProxyType[MicrophoneAction, str] = MappingProxyType(
    {
        MicrophoneAction.NEXT_FIELD: "report.next_field",
        MicrophoneAction.PREVIOUS_FIELD: "report.previous_field",
        MicrophoneAction.SCRATCH_THAT: "report.scratch_that",
        MicrophoneAction.UNDO: "report.undo",
        MicrophoneAction.SIGN: "report.sign",
        MicrophoneAction.SIGN_AND_NEXT: "report.sign_next",
        MicrophoneAction.REPLAY: "dictation.replay",
        MicrophoneAction.REPLAY_BACK: "dictation.replay_back",
        MicrophoneAction.REPLAY_FORWARD: "dictation.replay_forward",
        MicrophoneAction.NEXT_SERIES: "image.next_series",
        MicrophoneAction.NEXT_STAGE: "image.next_stage",
        MicrophoneAction.NEXT_ITEM: "worklist.next",
        MicrophoneAction.KEY_IMAGE: "image.key_image",
    }
)
"""What a button of a dictation microphone does → command; those that talk are done by dictation itself."""


@dataclass(frozen=True)
class Choices:
    """Where the choices of commands come from; each is asked anew whenever something changes.

    Attributes
    ----------
    macros
        Spoken name of each macro that may be inserted now → its text.
    windows
        Title of each window preset of the active image → what sets it.
    """

    macros: Callable[[], Mapping[str, str]]
    windows: Callable[[], Mapping[str, Callable[[], object]]]


class SpokenCommands(QObject):
    """Tells dictation what can be said, and does what was said.

    Parameters
    ----------
    words
        The active editor's commands; None while no report can be written.
    may_speak
        Whether the windows are free: nobody is logging in or signing.
    """

    done = Signal(str)
    """A quiet line: ``Command: next field``."""
    refused = Signal(str)
    """A command was understood and could not be done: why."""

    def __init__(
        self,
        desk: Desk,
        commands: Commands,
        words: Callable[[], VoiceEdits | None],
        choices: Choices,
        may_speak: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._commands = commands
        self._words = words
        self._choices = choices
        self._may_speak = may_speak
        self._told: tuple[Possible, ...] | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.look)

    # --- what can be said

    def look_soon(self) -> None:
        """Something has changed; several changes are looked at together."""
        self._soon.start()

    def look(self) -> None:
        """Tell dictation what can be said now, when that has changed."""
        possible = self.possible()
        if possible != self._told:
            self._told = possible
            self._desk.dictation.can_say(possible)

    def possible(self) -> tuple[Possible, ...]:
        """What can be said now, in the order of the help list."""
        if not self._may_speak():
            return ()
        text = self._text_in_hand()
        found = (self._possible(name, text) for name, command in SAID_AS.items() if self._commands.can_run(command))
        return tuple(each for each in found if each is not None)

    def help_lines(self) -> tuple[HelpLine, ...]:
        """The list for people."""
        self.look()
        return self._desk.dictation.help_lines

    def choices_of(self, name: str) -> tuple[str, ...]:
        """What may be said after a command that needs a choice."""
        if name == "go_to_field":
            case = self._desk.active_case
            return tuple(each.heading for each in self._desk.template(case).fields) if case is not None else ()
        if name == "insert_macro":
            return tuple(self._choices.macros())
        if name == "window":
            return tuple(self._choices.windows())
        return ()

    # --- doing it

    def do(self, spoken: CommandSpoken) -> None:
        """Do what was said, provided that it was said for the case that is active; a button means whatever is now."""
        active = self._desk.active_case
        if spoken.utterance and (active is None or active.key != spoken.case_key):
            self.refused.emit("A spoken command came when its case was no longer active. Nothing was done.")
            return
        if not self._may_speak():
            return
        words = self._words()
        is_of_field = bool(spoken.utterance and spoken.field_id) and spoken.command.name in IN_FIELD
        if is_of_field and words is not None and words.field_id != spoken.field_id:
            self.refused.emit("A spoken command came when you were in another field. Nothing was done.")
            return
        if self.carry_out(_as_written(spoken.command)):
            self.done.emit(f"Command: {_in_words(spoken.command)}")
        else:
            self.refused.emit(f"Heard “{_in_words(spoken.command)}”, which cannot be done now.")
        self.look_soon()

    def carry_out(self, command: Spoken) -> bool:
        """Do one command; say whether it could be done."""
        words = self._words()
        if command.name == "window":
            return self._set_window(command.choice)
        if command.name == "insert_macro":
            text = self._choices.macros().get(command.choice)
            return words is not None and text is not None and words.insert_macro(text)
        if command.name == "go_to_field":
            return words is not None and words.go_to_field(command.choice)
        if command.words:
            return words is not None and _on_words(words, command)
        return self._commands.run(_command_id(command.name))

    # --- inside

    def _set_window(self, title: str) -> bool:
        found = self._choices.windows().get(title)
        if found is not None:
            found()
        return found is not None

    def _possible(self, name: str, text: str) -> Possible | None:
        if name in ON_WORDS:
            return Possible(name, text=text) if text.strip() or name in _WITHOUT_WORDS else None
        if name in ("go_to_field", "insert_macro", "window"):
            choices = self.choices_of(name) if name == "window" or self._words() is not None else ()
            return Possible(name, choices) if choices else None
        return Possible(name)

    def _text_in_hand(self) -> str:
        words = self._words()
        return words.text if words is not None else ""


def _as_written(command: Spoken) -> Spoken:
    """What was said in the place of other words, as a report writes it: "two centimeters" is 2 cm."""
    if not command.replacement:
        return command
    layout = Layout(starts_sentence=False, ends_sentence=False)
    return replace(command, replacement=write_out(command.replacement, layout).text)


def _on_words(words: VoiceEdits, command: Spoken) -> bool:
    if command.name == "select":
        return words.select(command.words)
    if command.name == "replace":
        return words.replace(command.words, command.replacement)
    if command.name == "delete":
        return words.delete(command.words)
    return words.capitalise(command.words)


def _command_id(name: str) -> str:
    """The command that a spoken name or a button's action stands for; empty for none."""
    if name in SAID_AS:
        return SAID_AS[name]
    action = next((each for each in MicrophoneAction if each.value == name), MicrophoneAction.NOTHING)
    return BUTTONS.get(action, "")


def _in_words(command: Spoken) -> str:
    """``next field``, ``window lung``: what it was, without any text of the report."""
    name = command.name.rpartition(".")[2].replace("_", " ")
    return f"{name} {command.choice}".strip()
