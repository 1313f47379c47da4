"""Questions that must be answered before an item opens, asked beside its order, not in a dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from workstation.qtkit.accessible import named
from workstation.reading.obstacles import Obstacle
from workstation.ui.pieces import TOKENS, button, clear, label, row


class OpeningQuestions(QFrame):
    """Shows what keeps an item shut. Emits the item and the keys of the questions answered with yes."""

    accepted = Signal(str, tuple)
    given_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Questions before opening")
        self.setProperty("role", "raised")
        self._page = QVBoxLayout(self)
        margin = TOKENS.spacing.m
        self._page.setContentsMargins(margin, margin, margin, margin)
        self._page.setSpacing(TOKENS.spacing.s)
        self.hide()

    def ask(self, item_uid: str, obstacles: tuple[Obstacle, ...]) -> None:
        """Put the questions; where one blocks, there is nothing to accept."""
        clear(self._page)
        self._page.addWidget(label("Before this item opens", "title"))
        for obstacle in obstacles:
            self._page.addWidget(label(obstacle.text, "warn", wrap=True))
        keys = tuple(obstacle.key for obstacle in obstacles)
        no = button("No, do not open", "Do not open the item", self._give_up, key="Esc")
        parts: list[QWidget | int] = [1, no]
        if not any(obstacle.is_blocking for obstacle in obstacles):
            parts.append(button("Yes, open", "Accept and open the item", lambda: self._accept(item_uid, keys)))
        self._page.addLayout(row(*parts))
        self.show()
        no.setFocus(Qt.FocusReason.OtherFocusReason)

    def _accept(self, item_uid: str, keys: tuple[str, ...]) -> None:
        self.hide()
        self.accepted.emit(item_uid, keys)

    def _give_up(self) -> None:
        self.hide()
        self.given_up.emit()
