"""What stands between the draft and signing: a list that shrinks to "Ready to sign"."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workstation.qtkit.accessible import named
from workstation.reading.obstacles import Obstacle
from workstation.ui.pieces import TOKENS, label, set_role

READ_ONLY = "read-only"
SHORTEST_ACKNOWLEDGEMENT = 3
_IN_A_FIELD = ("empty", "placeholder", "unconfirmed", "choice")
"""Obstacles whose key names the field that they lead to."""


def is_answered(typed: str) -> bool:
    """Whether an acknowledgement is long enough to be one."""
    return len(typed.strip()) >= SHORTEST_ACKNOWLEDGEMENT


class WrappedLink(QPushButton):
    """A button that is a sentence, in as many lines as it needs."""

    def __init__(self, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "link")
        self.setToolTip(tip)
        self._words = label("", wrap=True)
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._inside = QVBoxLayout(self)
        self._inside.setContentsMargins(0, TOKENS.spacing.xs, 0, TOKENS.spacing.xs)
        self._inside.addWidget(self._words)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def show_text(self, text: str) -> None:
        """What it says."""
        self._words.setText(text)

    def sizeHint(self) -> QSize:
        return self._inside.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._inside.minimumSize()


class ObstacleLine(QFrame):
    """One obstacle: its sentence, a way to the field it is about, a place for the reader's reason."""

    go_to = Signal(str)
    answered = Signal(str, str)

    def __init__(self, obstacle: Obstacle, typed: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._obstacle = obstacle
        self._text = label("", wrap=True)
        self._jump = WrappedLink("Go to this field")
        self._answer = QLineEdit(typed)
        self._answer.setPlaceholderText("Your reason, it goes into the report")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(TOKENS.spacing.m, 0, 0, 0)
        layout.setSpacing(TOKENS.spacing.xs)
        for part in (self._text, self._jump, self._answer):
            layout.addWidget(part)
        self._jump.clicked.connect(lambda: self.go_to.emit(_field_of(self._obstacle)))
        self._answer.textChanged.connect(lambda text: self.answered.emit(self._obstacle.key, text))
        self.show_obstacle(obstacle)

    def can_show(self, obstacle: Obstacle | None) -> bool:
        """Whether a newer state of the obstacle fits into this line."""
        return obstacle is not None and obstacle.must_acknowledge == self._obstacle.must_acknowledge

    def take_keyboard(self) -> bool:
        """Put the keyboard where the obstacle can be answered; say whether there is such a place."""
        for place in (self._answer, self._jump):
            if place.isVisible():
                place.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False

    def show_obstacle(self, obstacle: Obstacle) -> None:
        """Take the obstacle's newest words."""
        self._obstacle = obstacle
        named(self, f"Obstacle: {obstacle.text}")
        named(self._jump, f"Go to: {obstacle.text}")
        named(self._answer, f"Acknowledgement: {obstacle.text}")
        self._text.setText(obstacle.text)
        self._jump.show_text(obstacle.text)
        self._text.setVisible(not _field_of(obstacle))
        self._jump.setVisible(bool(_field_of(obstacle)))
        self._answer.setVisible(obstacle.must_acknowledge)
        colour = TOKENS.status.warn if obstacle.is_blocking or obstacle.must_acknowledge else TOKENS.surface.line
        self.setStyleSheet(f"ObstacleLine {{ border: none; border-left: 2px solid {colour}; }}")


class ObstacleList(QFrame):
    """Shows obstacles; takes acknowledgements in place. Emits the key of one that the reader wants to go to."""

    go_to = Signal(str)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Obstacles to signing")
        self._obstacles: tuple[Obstacle, ...] = ()
        self._is_known = False
        self._typed: dict[str, str] = {}
        self._shown: dict[str, ObstacleLine] = {}
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
        """Whether nothing stands in the way; what was not looked for yet may."""
        return self._is_known and not self._standing()

    def take_keyboard(self) -> None:
        """Put the keyboard where the first thing that is missing can be given."""
        for obstacle in sorted(self._standing(), key=_weight):
            if self._shown[obstacle.key].take_keyboard():
                return

    def forget(self) -> None:
        """Begin with another case: nothing typed before counts."""
        self._typed = {}
        self.show_obstacles(())
        self._is_known = False
        self._show_verdict()

    def show_obstacles(self, obstacles: tuple[Obstacle, ...]) -> None:
        """Show what stands in the way now; lines that stay keep their text, their answer and the keyboard."""
        self._obstacles = obstacles
        self._is_known = True
        wanted = {each.key: each for each in sorted(obstacles, key=_weight)}
        for key in [key for key, shown in self._shown.items() if not shown.can_show(wanted.get(key))]:
            gone = self._shown.pop(key)
            self._lines.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, (key, obstacle) in enumerate(wanted.items()):
            self._put(place, key, obstacle)
        self._show_verdict()

    def _put(self, place: int, key: str, obstacle: Obstacle) -> None:
        if key not in self._shown:
            made = ObstacleLine(obstacle, self._typed.get(key, ""))
            made.go_to.connect(self.go_to)
            made.answered.connect(self._take_answer)
            self._shown[key] = made
            self._lines.insertWidget(place, made)
        self._shown[key].show_obstacle(obstacle)

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
        elif not self._is_known:
            self._verdict.setText("Looking what stands in the way …")
        elif not standing:
            self._verdict.setText("✓  Ready to sign")
        else:
            self._verdict.setText(f"{standing} {'thing' if standing == 1 else 'things'} before signing")
        set_role(self._verdict, "ok" if self.is_ready else "warn")
        self._verdict.setStyleSheet(f"font-size: {TOKENS.type.title}px;")


def _weight(obstacle: Obstacle) -> int:
    return 0 if obstacle.is_blocking else 1 if obstacle.must_acknowledge else 2


def _field_of(obstacle: Obstacle) -> str:
    """Field an obstacle is about: its key is ``what:field`` for obstacles in the text."""
    what, _, field_id = obstacle.key.partition(":")
    return field_id if what in _IN_A_FIELD else ""
