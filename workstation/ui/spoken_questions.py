"""Spoken commands by key and palette: what was not said is asked, then the same is done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from workstation.dictation.commands import Command as Spoken
from workstation.ui.ask_sheets import ChoiceSheet, WordsSheet
from workstation.ui.commands import Commands
from workstation.ui.spoken_commands import SAID_AS, SpokenCommands

CHOICES = {"go_to_field": "Go to a field", "window": "Set the window"}
WORDS = {"select": "Select words", "replace": "Replace words", "delete": "Delete words"}


class SpokenQuestions:
    """Gives the commands of `CHOICES` and `WORDS` something to do; ``can_write`` says when words may be changed."""

    def __init__(
        self, spoken: SpokenCommands, commands: Commands, can_write: Callable[[], bool], over: QWidget
    ) -> None:
        self._spoken = spoken
        self._choice = ChoiceSheet(over)
        self._words = WordsSheet(over)
        for name in CHOICES:
            commands.handle(SAID_AS[name], self._asking_choice(name), when=self._can_choose(name))
        for name in WORDS:
            commands.handle(SAID_AS[name], self._asking_words(name), when=can_write)

    def _can_choose(self, name: str) -> Callable[[], bool]:
        return lambda: bool(self._spoken.choices_of(name))

    def _asking_choice(self, name: str) -> Callable[[], None]:
        def ask() -> None:
            then = self._doing_choice(name)
            self._choice.ask(CHOICES[name], self._spoken.choices_of(name), then)

        return ask

    def _doing_choice(self, name: str) -> Callable[[str], object]:
        return lambda choice: self._spoken.carry_out(Spoken(name, choice))

    def _asking_words(self, name: str) -> Callable[[], None]:
        def do(words: str, instead: str) -> bool:
            return self._spoken.carry_out(Spoken(name, words=words, replacement=instead))

        return lambda: self._words.ask(WORDS[name], do, with_other=name == "replace")
