"""Head and foot of the check window: where the check stands; ways back and out, and the page's one action."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QProgressBar, QVBoxLayout, QWidget

from calibration.ui.pieces import button, label, row
from calibration.ui.session_views import StepView
from calibration.ui.step_pages import headline, time_text
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens

_WIDE = 600


class CheckHead(QWidget):
    """Which check of which display, which step of how many, how long still. Not there before a check begins."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        named(self, "Head of the check window")
        self._title = label("", "title", name="Check and display", wrap=True)
        self._where = label("", "secondary", name="Step and time left")
        self._bar = named(QProgressBar(), "Progress of the check")
        self._bar.setTextVisible(False)
        line = row(self._title, self._where, spacing=tokens.spacing.l)
        line.setStretch(0, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(tokens.spacing.m)
        layout.addLayout(line)
        layout.addWidget(self._bar)
        self.hide()

    def begin(self, title: str) -> None:
        """A check has begun."""
        self._title.setText(title)
        self.show()

    def show_step(self, view: StepView) -> None:
        """Where it stands."""
        self._bar.setMaximum(max(1, view.total))
        self._bar.setValue(view.index)
        self._where.setText(f"{headline(view)}, {time_text(view.remaining_s)}")

    def end(self, text: str) -> None:
        """All steps are done."""
        self._bar.setValue(self._bar.maximum())
        self._where.setText(text)


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
