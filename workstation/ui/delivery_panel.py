"""Delivery of one item: its stages as small segments, one sentence, and a way to try again."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFocusEvent, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from workstation.qtkit.accessible import named
from workstation.ui.delivery_stages import Stage, StageState, summary_of
from workstation.ui.elided_label import ElidedLabel
from workstation.ui.pieces import TOKENS, button, clear, label, row, set_role

_COLOURS = {
    StageState.WAITING: TOKENS.surface.line,
    StageState.GOING: TOKENS.status.info,
    StageState.DONE: TOKENS.status.ok,
    StageState.WARN: TOKENS.status.warn,
    StageState.FAILED: TOKENS.status.fail,
}
_MARKS = {
    StageState.WAITING: "",
    StageState.GOING: "…",
    StageState.DONE: "✓",
    StageState.WARN: "!",
    StageState.FAILED: "✕",
}
_BAR = 4


class StageSegment(QWidget):
    """One stage: its name over a bar; the mark beside the name says the same as the colour."""

    looked_at = Signal(object)
    left = Signal()

    def __init__(self, stage: Stage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stage = stage
        named(self, f"Delivery state, {stage.name}", f"{stage.state.value}. {stage.sentence}")
        self.setToolTip(stage.sentence)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(28)
        font = self.font()
        font.setPixelSize(TOKENS.type.caption)
        self.setFont(font)
        self.setMinimumWidth(QFontMetrics(font).horizontalAdvance(self.text) + 3)

    @property
    def text(self) -> str:
        """Name and mark."""
        return f"{self.stage.name} {_MARKS[self.stage.state]}".strip()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The name, its mark and the bar."""
        painter = QPainter(self)
        painter.setFont(self.font())
        is_quiet = self.stage.state in (StageState.WAITING, StageState.DONE)
        painter.setPen(QColor(TOKENS.text.secondary if is_quiet else _COLOURS[self.stage.state]))
        area = self.rect().adjusted(1, 0, -1, -_BAR - 4)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text)
        bar = self.rect().adjusted(0, self.height() - _BAR - 2, 0, -2)
        painter.fillRect(bar, QColor(_COLOURS[self.stage.state]))
        if self.hasFocus():
            painter.setPen(QPen(QColor(TOKENS.accent.main), 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Focus tells this stage's sentence."""
        super().focusInEvent(event)
        self.looked_at.emit(self.stage)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The summary comes back."""
        super().focusOutEvent(event)
        self.left.emit()

    def enterEvent(self, event: QEnterEvent) -> None:
        """So does the mouse."""
        super().enterEvent(event)
        self.looked_at.emit(self.stage)

    def leaveEvent(self, event: QEvent) -> None:
        """And going away."""
        super().leaveEvent(event)
        self.left.emit()


class DeliveryPanel(QFrame):
    """Stages of one item. ``heading`` names the item where several stand below each other."""

    retry_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, heading: str = "", detail: str = "") -> None:
        super().__init__(parent)
        named(self, f"Delivery of {heading}" if heading else "Delivery of the item")
        self._stages: tuple[Stage, ...] = ()
        self._segments = QHBoxLayout()
        self._segments.setSpacing(3)
        self._sentence = label("", "caption", name="Delivery sentence", wrap=True)
        self._retry = button("Try again", "Try the delivery again", self._ask_retry)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(TOKENS.spacing.xs)
        if heading:
            layout.addLayout(row(ElidedLabel(heading), 1, ElidedLabel(detail, role="caption")))
        layout.addLayout(self._segments)
        layout.addLayout(row(self._sentence, self._retry))
        self._retry.hide()

    @property
    def stages(self) -> tuple[Stage, ...]:
        return self._stages

    def show_stages(self, stages: Sequence[Stage]) -> None:
        """Show how far the item has come."""
        if tuple(stages) == self._stages:
            return
        self._stages = tuple(stages)
        clear(self._segments)
        for stage in self._stages:
            segment = StageSegment(stage, self)
            segment.looked_at.connect(self._tell)
            segment.left.connect(self._tell_summary)
            self._segments.addWidget(segment, len(stage.name) + 4)
        self._retry.setVisible(any(stage.state is StageState.FAILED for stage in self._stages))
        self._tell_summary()

    def _tell(self, stage: Stage) -> None:
        self._sentence.setText(stage.sentence)

    def _tell_summary(self) -> None:
        self._sentence.setText(summary_of(self._stages) if self._stages else "")
        has_failed = any(stage.state is StageState.FAILED for stage in self._stages)
        set_role(self._sentence, "fail" if has_failed else "caption")

    def _ask_retry(self) -> None:
        for stage in self._stages:
            if stage.state is StageState.FAILED and stage.delivery_id:
                self.retry_requested.emit(stage.delivery_id)
