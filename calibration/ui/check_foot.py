"""The foot of the check window: ways back and out on the left, the page's one action on the right."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from calibration.ui.pieces import button, row
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens

_WIDE = 600


class CheckFoot(QWidget):
    """Two lines where it is narrow, the action first."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        named(self, "Foot of the check window")
        self._tokens = tokens
        self.back = button("Back", "Back", _nothing, key="Backspace")
        self.skip = button("Leave out …", "Leave out", _nothing, key="S")
        self.pause = button("Pause", "Pause", _nothing, key="P")
        self.stop = button("Stop …", "Stop", _nothing, key="Esc")
        self.help = button("Help", "Help", _nothing, key="F1")
        self.action = button("", "Action", _nothing, key="Enter", role="primary")
        self._ways = QWidget()
        ways = row(self.back, self.skip, self.pause, self.stop, self.help, 1, spacing=tokens.spacing.s)
        self._ways.setLayout(ways)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(tokens.spacing.s)
        self._box.addWidget(self._ways, 1)
        self._box.addWidget(self.action)

    def show_action(self, text: str, *, is_ready: bool) -> None:
        """What Enter does; nothing where it goes on by itself."""
        self.action.setText(text)
        self.action.setEnabled(is_ready)
        self.action.setVisible(bool(text))
        self.action.setToolTip(f"{text} (Enter)")
        self.action.setAccessibleDescription(text)

    def show_ways(self, *, is_visible: bool) -> None:
        """Whether there is a check to go back in, to pause or to stop."""
        for way in (self.back, self.skip, self.pause, self.stop):
            way.setVisible(is_visible)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Turn with the width."""
        directions = QBoxLayout.Direction
        is_wide = event.size().width() >= self._tokens.px(_WIDE)
        self._box.setDirection(directions.LeftToRight if is_wide else directions.BottomToTop)
        super().resizeEvent(event)


def _nothing() -> None:
    """The window connects its own."""
