"""The three pages of the report monitor as a row of words, the one in sight underlined."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from workstation.qtkit.accessible import named
from workstation.ui.commands import Commands
from workstation.ui.pieces import TOKENS, tip

PAGES = (("worklist.show", "Worklist"), ("report.show", "Report"), ("delivery.show", "Delivery"))
_FIRST = 1  # the login page stands before them in the window's stack and has no word


class PageSwitch(QWidget):
    """Emits the id of the command that goes to a page."""

    chosen = Signal(str)

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Pages")
        self._buttons: list[QPushButton] = []
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(TOKENS.spacing.xs)
        for command_id, title in PAGES:
            layout.addWidget(self._button(command_id, title, commands.get(command_id).key_text))

    def show_page(self, number: int) -> None:
        """Underline the page with this number in the window's stack."""
        for place, each in enumerate(self._buttons):
            each.setChecked(place == number - _FIRST)

    def _button(self, command_id: str, title: str, key: str) -> QPushButton:
        made = named(QPushButton(title), f"Page {title}")
        made.setCheckable(True)
        made.setAutoExclusive(True)
        made.setToolTip(tip(f"Go to {title.lower()}", key))
        made.setStyleSheet(_STYLE)
        made.clicked.connect(lambda: self.chosen.emit(command_id))
        self._buttons.append(made)
        return made


_STYLE = f"""
QPushButton {{
    background: transparent; border: none; border-bottom: 2px solid transparent; border-radius: 0;
    color: {TOKENS.text.secondary}; min-height: 30px; padding: 0 {TOKENS.spacing.s}px;
}}
QPushButton:hover {{ color: {TOKENS.text.primary}; }}
QPushButton:checked {{ color: {TOKENS.text.primary}; border-bottom-color: {TOKENS.accent.main}; }}
QPushButton:focus {{ border: 1px solid {TOKENS.accent.main}; }}
"""
