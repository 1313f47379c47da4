"""Questions beside what they are about: stop, leave out, help. None of them takes the window away."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from calibration.ui.check_help import KEYS
from calibration.ui.pieces import button, label, row
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens


class Notice(QFrame):
    """A raised strip that shows and hides; Esc hides it."""

    def __init__(self, name: str, role: str, tokens: Tokens) -> None:
        super().__init__()
        named(self, name)
        self.setProperty("role", role)
        self.inside = QVBoxLayout(self)
        pad = tokens.spacing.m
        self.inside.setContentsMargins(pad, pad, pad, pad)
        self.inside.setSpacing(tokens.spacing.s)
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return not self.isHidden()


class StopNotice(Notice):
    """Stop the check?"""

    kept = Signal()
    """Stop, readings kept."""
    later = Signal()
    """Leave it unfinished, to go on another time."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__("Stop the check?", "notice", tokens)
        self._text = label("", "title", name="What stopping means", wrap=True)
        self._go_on = button("Go on", "Go on with the check", self.hide, key="Esc", role="primary")
        keep = button("Stop, keep readings", "Stop and keep the readings", self.kept.emit, key="Alt+S")
        keep.setShortcut("Alt+S")
        later = button("Leave it for later", "Leave the check for later", self.later.emit, key="Alt+L")
        later.setShortcut("Alt+L")
        self.inside.addWidget(self._text)
        self.inside.addLayout(row(self._go_on, keep, later, 1))

    def ask(self, readings: int) -> None:
        """Ask, saying what is kept."""
        kept = "Nothing has been read yet." if not readings else f"Every reading is kept ({readings} so far)."
        self._text.setText(f"Stop this check? {kept} A stopped check decides nothing.")
        self.show()
        self._go_on.setFocus()


class SkipNotice(Notice):
    """Why is the step left out?"""

    given = Signal(str)

    def __init__(self, tokens: Tokens) -> None:
        super().__init__("Leave this step out?", "question", tokens)
        self._reason = named(QLineEdit(), "Reason for leaving it out")
        self._reason.setPlaceholderText("Why? It stands in the record.")
        self._leave = button("Leave it out", "Leave this step out", self._give)
        keep = button("Do it after all", "Do this step after all", self.hide, key="Esc")
        self.inside.addWidget(label("What is left out is not judged: the check cannot pass on it.", "title", wrap=True))
        line = QHBoxLayout()
        line.addWidget(self._reason, 1)
        line.addWidget(self._leave)
        line.addWidget(keep)
        self.inside.addLayout(line)
        self._reason.textChanged.connect(lambda text: self._leave.setEnabled(len(text.strip()) >= 3))
        self._reason.returnPressed.connect(self._give)

    def ask(self) -> None:
        """Ask for the reason."""
        self._reason.clear()
        self._leave.setEnabled(False)
        self.show()
        self._reason.setFocus()

    def _give(self) -> None:
        if self._leave.isEnabled():
            self.hide()
            self.given.emit(self._reason.text().strip())


class HelpNotice(Notice):
    """What the page wants, and the keys."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__("Help", "question", tokens)
        self._text = label("", "title", name="Help text", wrap=True)
        keys = QWidget()
        grid = QGridLayout(keys)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(tokens.spacing.l)
        grid.setVerticalSpacing(tokens.spacing.xs)
        for line, (key, does) in enumerate(KEYS):
            grid.addWidget(label(key), line // 2, 2 * (line % 2))
            grid.addWidget(label(does, "secondary"), line // 2, 2 * (line % 2) + 1)
        grid.setColumnStretch(3, 1)
        self.inside.addWidget(self._text)
        self.inside.addWidget(keys)

    def say(self, text: str) -> None:
        """Show help, or hide it again."""
        self._text.setText(text)
        self.setVisible(self.isHidden())
