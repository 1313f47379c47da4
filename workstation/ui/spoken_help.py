"""What can be said now, as a sheet (Shift+F1, or spoken: "what can I say")."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from workstation.dictation.commands import HelpLine
from workstation.qtkit.accessible import named
from workstation.ui.commands import COMMAND_KEY, MICROPHONE, Commands
from workstation.ui.overlay import Overlay
from workstation.ui.pieces import TOKENS, button, label, line, put_in, row, scroll_area

WIDTH = 760
MOST_CHOICES = 10
_OR = " / "
NOTHING = "Nothing can be said now: no report that you may write is open."


class SpokenHelp(Overlay):
    """Lists ``lines``, asked anew at each opening."""

    def __init__(self, lines: Callable[[], Sequence[HelpLine]], commands: Commands, over: QWidget) -> None:
        super().__init__(over, width=WIDTH, fills=False)
        named(self, "Spoken commands")
        self._lines = lines
        self._how = label(_how(commands), name="How commands are spoken", wrap=True)
        self._scroll = scroll_area(QWidget(), "What can be said now")
        layout = QVBoxLayout(self.sheet)
        layout.setContentsMargins(*([TOKENS.spacing.xl] * 4))
        layout.setSpacing(TOKENS.spacing.s)
        for part in (label("What you can say now", "title"), self._how, line(), self._scroll):
            layout.addWidget(part)
        layout.addLayout(row(1, button("Close", "Close spoken commands", self.shut, key="Esc")))

    def first_focus(self) -> QWidget:
        return self._scroll

    def open(self) -> None:
        """Look what can be said, then show."""
        page = _page(self._lines())
        put_in(self._scroll, page)
        wanted = page.heightForWidth(WIDTH - 2 * TOKENS.spacing.xl) + TOKENS.spacing.m
        self._scroll.setFixedHeight(max(120, min(wanted, self._over.height() - 300)))
        super().open()


def _how(commands: Commands) -> str:
    microphone, command = commands.get(MICROPHONE).key_text, commands.get(COMMAND_KEY).key_text
    return (
        f"Say a command by itself, between two pauses, while the microphone is on ({microphone}). "
        f"Hold {command} while you speak, and what you say is a command and never text."
    )


def _short(say: str) -> str:
    """A line with many choices names the first of them."""
    choices = say.split(_OR)
    if len(choices) <= MOST_CHOICES:
        return say
    return f"{_OR.join(choices[:MOST_CHOICES])}{_OR}… ({len(choices)} in all)"


def _page(lines: Sequence[HelpLine]) -> QWidget:
    page = QWidget()
    grid = QGridLayout(page)
    grid.setContentsMargins(0, 0, TOKENS.spacing.m, 0)
    grid.setHorizontalSpacing(TOKENS.spacing.xl)
    grid.setVerticalSpacing(TOKENS.spacing.xs)
    grid.setColumnStretch(0, 3)
    grid.setColumnStretch(1, 2)
    for number, each in enumerate(lines):
        say = label(f"“{_short(each.say)}”", name=f"Say: {each.say}", wrap=True)
        does = label(each.does, wrap=True)
        does.setStyleSheet(f"color: {TOKENS.text.secondary};")
        grid.addWidget(say, number, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(does, number, 1, Qt.AlignmentFlag.AlignTop)
    if not lines:
        grid.addWidget(label(NOTHING, wrap=True, name="Nothing can be said"), 0, 0, 1, 2)
    grid.setRowStretch(max(1, len(lines)), 1)
    return page
