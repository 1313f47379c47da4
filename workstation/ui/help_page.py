"""Help (F1): what is in focus, and every key, as a sheet over the window."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from workstation.ui.commands import Command, Commands
from workstation.ui.overlay import Overlay
from workstation.ui.pieces import TOKENS, button, column, label, line, put_in, row, scroll_area

COLUMNS = 2


class HelpPage(Overlay):
    """Says what the focused control is, then lists the keys of ``commands`` by group."""

    def __init__(self, commands: Commands, over: QWidget) -> None:
        super().__init__(over, width=860, fills=False)
        self._commands = commands
        self._what = label("", "title", name="Help about", wrap=True)
        self._how = label("", name="Help text", wrap=True)
        self._scroll = scroll_area(QWidget(), "Keys")
        self._scroll.setMinimumHeight(460)
        self._shut = button("Close", "Close help", self.shut, key="Esc")
        layout = QVBoxLayout(self.sheet)
        layout.setContentsMargins(*([TOKENS.spacing.xl] * 4))
        layout.setSpacing(TOKENS.spacing.s)
        for part in (self._what, self._how, line(), self._scroll):
            layout.addWidget(part)
        layout.addLayout(row(1, self._shut))

    def first_focus(self) -> QWidget:
        return self._scroll

    def open(self) -> None:
        """Look at what is in focus, then show."""
        self._describe(QApplication.focusWidget())
        put_in(self._scroll, self._keys())
        super().open()

    def _describe(self, widget: QWidget | None) -> None:
        while widget is not None and not widget.accessibleName():
            widget = widget.parentWidget()
        self._what.setText(widget.accessibleName() if widget else "Lightbox")
        texts = (widget.accessibleDescription(), widget.toolTip(), widget.whatsThis()) if widget else ()
        own = [text for text in dict.fromkeys(texts) if text and text != self._what.text()]
        self._how.setText("\n".join(own) or "Everything here works by key; Ctrl+K finds any command by its name.")

    def _keys(self) -> QWidget:
        page = QWidget()
        columns = [QVBoxLayout() for _ in range(COLUMNS)]
        heights = [0] * COLUMNS
        for name, commands in _by_group(self._commands.known()).items():
            place = heights.index(min(heights))
            columns[place].addLayout(_group(name, commands))
            columns[place].addSpacing(TOKENS.spacing.l)
            heights[place] += len(commands) + 2
        for each in columns:
            each.addStretch(1)
        layout = row(*columns, spacing=TOKENS.spacing.xxl)
        layout.setContentsMargins(0, TOKENS.spacing.s, TOKENS.spacing.m, 0)
        page.setLayout(layout)
        return page


def _by_group(commands: tuple[Command, ...]) -> dict[str, list[Command]]:
    groups: dict[str, list[Command]] = {}
    for command in commands:
        if command.key_text:
            groups.setdefault(command.group, []).append(command)
    return groups


def _group(name: str, commands: list[Command]) -> QVBoxLayout:
    lines = [row(label(each.title), 1, _key(each.key_text)) for each in commands]
    return column(label(name, "caption"), *lines, spacing=TOKENS.spacing.xs)


def _key(text: str) -> QWidget:
    made = label(text)
    surface = TOKENS.surface
    made.setStyleSheet(
        f"background: {surface.panel}; border: 1px solid {surface.line}; border-radius: 3px; padding: 1px 6px;"
    )
    return made
