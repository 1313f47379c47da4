"""What stands between the draft and signing: a list that shrinks to "Ready to sign"."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QPushButton, QVBoxLayout, QWidget

from workstation.qtkit.accessible import named
from workstation.reading.obstacles import Obstacle
from workstation.ui.pieces import TOKENS, clear, label, set_role

READ_ONLY = "read-only"
SHORTEST_ACKNOWLEDGEMENT = 3


def is_answered(typed: str) -> bool:
    """Whether an acknowledgement is long enough to be one."""
    return len(typed.strip()) >= SHORTEST_ACKNOWLEDGEMENT


class ObstacleList(QFrame):
    """Shows obstacles; takes acknowledgements in place. Emits the key of one that the reader wants to go to."""

    go_to = Signal(str)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Obstacles to signing")
        self._obstacles: tuple[Obstacle, ...] = ()
        self._typed: dict[str, str] = {}
        self._verdict = label("", "title", name="Signing state", wrap=True)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(TOKENS.spacing.s)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(TOKENS.spacing.s)
        layout.addWidget(self._verdict)
        layout.addLayout(self._lines)
        self._show_verdict()

    @property
    def obstacles(self) -> tuple[Obstacle, ...]:
        return self._obstacles

    @property
    def acknowledgements(self) -> dict[str, str]:
        """What was typed, for obstacles that still stand."""
        standing = {each.key for each in self._obstacles if each.must_acknowledge}
        return {key: text.strip() for key, text in self._typed.items() if key in standing and text.strip()}

    @property
    def is_ready(self) -> bool:
        """Whether nothing stands in the way."""
        return not self._standing()

    def forget(self) -> None:
        """Begin with another case: nothing typed before counts."""
        self._typed = {}
        self.show_obstacles(())

    def show_obstacles(self, obstacles: tuple[Obstacle, ...]) -> None:
        """Show what stands in the way now; what was typed for an obstacle that stays, stays."""
        if obstacles != self._obstacles:
            self._obstacles = obstacles
            clear(self._lines)
            for obstacle in sorted(obstacles, key=_weight):
                self._lines.addWidget(self._line(obstacle))
        self._show_verdict()

    def _line(self, obstacle: Obstacle) -> QWidget:
        box = named(QFrame(), f"Obstacle: {obstacle.text}")
        layout = QVBoxLayout(box)
        layout.setContentsMargins(TOKENS.spacing.m, 0, 0, 0)
        layout.setSpacing(TOKENS.spacing.xs)
        colour = TOKENS.status.warn if obstacle.is_blocking or obstacle.must_acknowledge else TOKENS.surface.line
        box.setStyleSheet(f".QFrame {{ border: none; border-left: 2px solid {colour}; }}")
        if _field_of(obstacle):
            layout.addWidget(self._jump(obstacle))
        else:
            layout.addWidget(label(obstacle.text, wrap=True))
        if obstacle.must_acknowledge:
            layout.addWidget(self._answer(obstacle))
        return box

    def _jump(self, obstacle: Obstacle) -> QPushButton:
        made = named(QPushButton(obstacle.text), f"Go to: {obstacle.text}")
        made.setProperty("role", "link")
        made.setStyleSheet(f"QPushButton {{ color: {TOKENS.text.primary}; }}")
        made.setToolTip("Go to this field")
        made.clicked.connect(lambda: self.go_to.emit(_field_of(obstacle)))
        return made

    def _answer(self, obstacle: Obstacle) -> QLineEdit:
        made = named(QLineEdit(self._typed.get(obstacle.key, "")), f"Acknowledgement: {obstacle.text}")
        made.setPlaceholderText("Your reason, it goes into the report")
        made.textChanged.connect(lambda text: self._take_answer(obstacle.key, text))
        return made

    def _take_answer(self, key: str, text: str) -> None:
        self._typed[key] = text
        self._show_verdict()
        self.changed.emit()

    def _standing(self) -> list[Obstacle]:
        return [
            each
            for each in self._obstacles
            if each.is_blocking or (each.must_acknowledge and not is_answered(self._typed.get(each.key, "")))
        ]

    def _show_verdict(self) -> None:
        standing = len(self._standing())
        if any(each.key == READ_ONLY for each in self._obstacles):
            self._verdict.setText("Read only")
        elif not standing:
            self._verdict.setText("✓  Ready to sign")
        else:
            self._verdict.setText(f"{standing} {'thing' if standing == 1 else 'things'} before signing")
        set_role(self._verdict, "warn" if standing else "ok")
        self._verdict.setStyleSheet(f"font-size: {TOKENS.type.title}px;")


def _weight(obstacle: Obstacle) -> int:
    return 0 if obstacle.is_blocking else 1 if obstacle.must_acknowledge else 2


def _field_of(obstacle: Obstacle) -> str:
    """Field an obstacle is about: its key is ``what:field`` for obstacles in the text."""
    what, _, field_id = obstacle.key.partition(":")
    return field_id if what in ("empty", "placeholder") else ""
