"""The left rail of the main window: its pages, each with what waits there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QVBoxLayout, QWidget

from calibration.ui.pieces import label, row
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens

_STYLE = """
QPushButton {{
    background: transparent; border: none; border-left: 3px solid transparent; border-radius: 0;
    text-align: left; min-height: {height}px; padding: 0 {pad}px; color: {secondary}; font-size: {size}px;
}}
QPushButton:hover {{ background: {raised}; }}
QPushButton:checked {{ background: {raised}; color: {primary}; border-left-color: {accent}; }}
QPushButton:focus {{ border: 1px solid {accent}; border-left: 3px solid {accent}; }}
"""


class PageRail(QWidget):
    """One button a page; exactly one is chosen. Keys Alt+1, Alt+2 ..."""

    chosen = Signal(int)

    def __init__(self, titles: Sequence[str], tokens: Tokens) -> None:
        super().__init__()
        named(self, "Pages")
        self._group = QButtonGroup(self)
        self._counts = [label("", "warn", name=f"Waiting in {title}") for title in titles]
        layout = QVBoxLayout(self)
        layout.setContentsMargins(tokens.spacing.s, tokens.spacing.m, tokens.spacing.s, tokens.spacing.m)
        layout.setSpacing(2)
        for number, title in enumerate(titles):
            layout.addWidget(self._button(number, title, tokens))
        layout.addStretch(1)
        self.setFixedWidth(tokens.px(164))
        self._group.button(0).setChecked(True)

    def choose(self, number: int) -> None:
        """Choose a page as a press on it does."""
        self._group.button(number).setFocus()
        self._group.button(number).click()

    def show_count(self, number: int, count: int) -> None:
        """How many things wait on a page; none is not shown."""
        self._counts[number].setText(str(count) if count else "")

    def _button(self, number: int, title: str, tokens: Tokens) -> QPushButton:
        made = named(QPushButton(title), f"Page {title}")
        made.setCheckable(True)
        made.setToolTip(f"{title} (Alt+{number + 1})")
        made.setShortcut(f"Alt+{number + 1}")
        made.setStyleSheet(
            _STYLE.format(
                height=tokens.px(30),
                pad=tokens.spacing.s,
                size=tokens.type.body,
                secondary=tokens.text.secondary,
                primary=tokens.text.primary,
                raised=tokens.surface.raised,
                accent=tokens.accent.main,
            )
        )
        inside = row(1, self._counts[number])
        inside.setContentsMargins(0, 0, tokens.spacing.s, 0)
        made.setLayout(inside)
        made.clicked.connect(lambda: self.chosen.emit(number))
        self._group.addButton(made, number)
        return made
