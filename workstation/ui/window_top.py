"""The top edge of the report monitor's window: pages, open cases, who is logged in, all commands."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from workstation.qtkit.accessible import named
from workstation.qtkit.icons import icon
from workstation.ui.case_tabs import CaseTabs
from workstation.ui.commands import Commands
from workstation.ui.page_switch import PageSwitch
from workstation.ui.pieces import TOKENS, button, label, row


class WindowTop(QFrame):
    """Lays the parts out; what they ask for goes to the commands."""

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self._commands = commands
        self.tabs = CaseTabs()
        self.switch = PageSwitch(commands)
        self._reader = label("", "caption", name="Reader")
        key = commands.get("login.again").key_text
        self._log_in_again = button("Log in again", "Log in again", lambda: commands.run("login.again"), key=key)
        product = label("Lightbox")
        product.setStyleSheet(f"font-size: {TOKENS.type.title}px; font-weight: 600;")
        who = row(self._log_in_again, self._reader, self._palette_button(), spacing=TOKENS.spacing.l)
        top = QHBoxLayout(self)
        top.setContentsMargins(TOKENS.spacing.l, TOKENS.spacing.xs, TOKENS.spacing.l, 0)
        top.addLayout(row(product, self.switch, self.tabs, 1, who, spacing=TOKENS.spacing.l))
        self.switch.chosen.connect(commands.run)

    def show_reader(self, name: str) -> None:
        """Who is logged in."""
        self._reader.setText(name)

    def offer_login(self, *, is_wanted: bool) -> None:
        """Whether the login at the site has to be made again."""
        self._log_in_again.setVisible(is_wanted)

    def _palette_button(self) -> QToolButton:
        made = named(QToolButton(), "All commands")
        made.setIcon(icon("palette"))
        made.setText("Ctrl+K")
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        made.setToolTip("Show all commands (Ctrl+K)")
        made.clicked.connect(lambda: self._commands.run("palette"))
        return made
