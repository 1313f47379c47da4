"""Where the two hearings of an utterance differ in a value: both, one above the other, and the choice between them."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from workstation.dictation.passages import Passage
from workstation.qtkit.accessible import named
from workstation.ui.pieces import TOKENS, button, clear, icon_button, label, row
from workstation.ui.splicing import steps_between

FIRST_KEY, SECOND_KEY = "Alt+1", "Alt+2"


class _ChoiceBox(QFrame):
    """The frame of one choice."""


class ChoiceList(QFrame):
    """One box for each open choice; the keys act on the uppermost."""

    chosen = Signal(str, bool)
    """Utterance, and whether its second text is taken."""
    replay_asked = Signal(str)
    go_to = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Two hearings differ")
        self._choices: tuple[Passage, ...] = ()
        self._title = label("", "title", name="Choices to make", wrap=True)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(TOKENS.spacing.m)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, TOKENS.spacing.m)
        layout.setSpacing(TOKENS.spacing.s)
        layout.addWidget(self._title)
        layout.addLayout(self._lines)
        self.hide()

    @property
    def choices(self) -> tuple[Passage, ...]:
        """What is to be chosen, uppermost first."""
        return self._choices

    def show_choices(self, choices: tuple[Passage, ...], texts: Mapping[str, str], headings: Mapping[str, str]) -> None:
        """Show the open choices of a report.

        Parameters
        ----------
        texts, headings
            Text and heading of each field.
        """
        if choices == self._choices:
            return
        self._choices = choices
        clear(self._lines)
        for number, passage in enumerate(choices):
            now = texts.get(passage.field, "")[passage.start : passage.end] or passage.written.text
            self._lines.addWidget(self._box(passage, now, headings.get(passage.field, ""), has_keys=number == 0))
        more = f" ({len(choices)})" if len(choices) > 1 else ""
        self._title.setText(f"Two hearings differ{more}")
        self.setVisible(bool(choices))

    def choose_first_listed(self, *, second: bool) -> bool:
        """Decide the uppermost choice; say whether there was one."""
        if not self._choices:
            return False
        self.chosen.emit(self._choices[0].utterance, second)
        return True

    def _box(self, passage: Passage, now: str, heading: str, *, has_keys: bool) -> QWidget:
        box = named(_ChoiceBox(), f"Choice in {heading}")
        box.setStyleSheet(f"_ChoiceBox {{ border: none; border-left: 2px solid {TOKENS.status.warn}; }}")
        inside = QVBoxLayout(box)
        inside.setContentsMargins(TOKENS.spacing.m, 0, 0, 0)
        inside.setSpacing(TOKENS.spacing.xs)
        go = button(heading, f"Go to {heading}", lambda: self.go_to.emit(passage.field), role="link")
        replay = icon_button(
            "play", f"Replay the phrase in {heading}", lambda: self.replay_asked.emit(passage.utterance)
        )
        inside.addLayout(row(go, 1, replay))
        other = passage.other.text if passage.other is not None else ""
        first, second = emphasised(now, other)
        for name, plain, rich, is_second in (("First", now, first, False), ("Second", other, second, True)):
            inside.addLayout(row(label(name, "caption"), 1))
            inside.addWidget(_rich(f"{name} hearing, {heading}", plain, rich))
            inside.addLayout(row(self._take(passage, heading, is_second=is_second, has_keys=has_keys), 1))
        return box

    def _take(self, passage: Passage, heading: str, *, is_second: bool, has_keys: bool) -> QWidget:
        text, key = ("Take second", SECOND_KEY) if is_second else ("Keep first", FIRST_KEY)
        shown = f"{text}  {key}" if has_keys else text
        utterance = passage.utterance
        return button(
            shown, f"{text}, {heading}", lambda: self.chosen.emit(utterance, is_second), key=key if has_keys else ""
        )


def emphasised(first: str, second: str) -> tuple[str, str]:
    """Both texts as markup with the words in which they differ underlined and bold; their own signs are escaped."""
    left: list[str] = []
    right: list[str] = []
    at = 0
    for step in steps_between(first, second):
        same = escape(first[at : step.start])
        left += [same, _strong(first[step.start : step.start + step.removed])]
        right += [same, _strong(step.inserted)]
        at = step.start + step.removed
    return "".join([*left, escape(first[at:])]), "".join([*right, escape(first[at:])])


def _strong(text: str) -> str:
    return f'<b><u><span style="color:{TOKENS.status.warn}">{escape(text)}</span></u></b>' if text else ""


def _rich(name: str, plain: str, rich: str) -> QLabel:
    made = label("", name=name, wrap=True)
    made.setTextFormat(Qt.TextFormat.RichText)
    made.setText(rich.replace("\n", "<br>"))
    made.setAccessibleDescription(plain)
    return made
