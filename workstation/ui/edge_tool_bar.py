"""The tool bar that appears at the edge the mouse touches, and goes when the mouse leaves it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QToolButton, QWidget

from workstation.qtkit.accessible import named
from workstation.qtkit.icons import icon
from workstation.qtkit.tokens import Tokens

TOUCH = 3
LEAVE = 48


class Edge(Enum):
    """An edge of the image canvas."""

    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"


@dataclass(frozen=True)
class ToolItem:
    """One button: the action it asks for, its icon, its name and the key that does the same."""

    action: str
    icon: str
    title: str
    key: str


def touched_edge(canvas: QRect, at: QPoint) -> Edge | None:
    """The edge of ``canvas`` that the pointer touches."""
    if not canvas.contains(at):
        return None
    distances = {
        Edge.LEFT: at.x() - canvas.left(),
        Edge.RIGHT: canvas.right() - at.x(),
        Edge.TOP: at.y() - canvas.top(),
        Edge.BOTTOM: canvas.bottom() - at.y(),
    }
    nearest = min(distances, key=lambda edge: distances[edge])
    return nearest if distances[nearest] <= TOUCH else None


class EdgeToolBar(QFrame):
    """Buttons in a row or a column over the images; never takes the focus from a viewport."""

    asked = Signal(str)

    def __init__(self, items: Sequence[ToolItem], screen_title: str, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens
        named(self, f"Tool bar, {screen_title}")
        self.setProperty("role", "raised")
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(4, 4, 4, 4)
        self._box.setSpacing(4)
        self._items = {item.action: item for item in items}
        self._buttons = {item.action: self._button(item, screen_title) for item in items}
        for button in self._buttons.values():
            self._box.addWidget(button)
        self.hide()

    def mark(self, actions: Collection[str]) -> None:
        """Draw the tools and switches that are on in the accent colour, and say so."""
        accent = self._tokens.accent.main
        for action, button in self._buttons.items():
            is_on = action in actions
            button.setIcon(icon(self._items[action].icon, accent if is_on else None))
            button.setAccessibleDescription("on" if is_on else "")

    def follow(self, canvas: QRect, at: QPoint) -> None:
        """Appear at the edge touched by ``at``, stay while the pointer is near, else hide."""
        edge = touched_edge(canvas, at)
        if self.isVisible():
            if not self.geometry().adjusted(-LEAVE, -LEAVE, LEAVE, LEAVE).contains(at):
                self.hide()
        elif edge is not None:
            self.open_at(edge, canvas, at)

    def open_at(self, edge: Edge, canvas: QRect, at: QPoint) -> None:
        """Appear at ``edge``, as near to ``at`` as the canvas allows."""
        is_row = edge in (Edge.TOP, Edge.BOTTOM)
        self._box.setDirection(QBoxLayout.Direction.LeftToRight if is_row else QBoxLayout.Direction.TopToBottom)
        self._box.activate()
        size = self._box.sizeHint()
        rect = QRect(at - QPoint(size.width() // 2, size.height() // 2), size)
        if is_row:
            rect.moveTop(canvas.top() if edge is Edge.TOP else canvas.bottom() + 1 - size.height())
            rect.moveLeft(_kept(rect.left(), canvas.left(), canvas.right() + 1 - size.width()))
        else:
            rect.moveLeft(canvas.left() if edge is Edge.LEFT else canvas.right() + 1 - size.width())
            rect.moveTop(_kept(rect.top(), canvas.top(), canvas.bottom() + 1 - size.height()))
        self.setGeometry(rect)
        self.show()
        self.raise_()

    def _button(self, item: ToolItem, screen_title: str) -> QToolButton:
        button = named(QToolButton(self), f"{item.title}, {screen_title}")
        button.setIcon(icon(item.icon))
        button.setIconSize(QSize(self._tokens.px(20), self._tokens.px(20)))
        button.setToolTip(f"{item.title}  ({item.key})" if item.key else item.title)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda: self.asked.emit(item.action))
        return button


def _kept(value: int, lowest: int, highest: int) -> int:
    return max(lowest, min(value, highest))
