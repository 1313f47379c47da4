"""A label that gives way: what does not fit is cut with an ellipsis; the whole text is in the tool tip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from workstation.qtkit.accessible import named

_LEAST_PX = 60


class ElidedLabel(QLabel):
    """Plain text of one line that becomes narrower than its text where room is short.

    Parameters
    ----------
    fills
        Takes the room there is and may shrink to nothing; else it is as wide as its text, and a readable rest stays.
    """

    def __init__(
        self, text: str = "", *, name: str = "", role: str = "", fills: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._least_px = 0 if fills else _LEAST_PX
        self.setTextFormat(Qt.TextFormat.PlainText)
        across = QSizePolicy.Policy.Preferred if fills else QSizePolicy.Policy.Maximum
        self.setSizePolicy(across, QSizePolicy.Policy.Preferred)
        if role:
            self.setProperty("role", role)
        if name:
            named(self, name)
        self.setText(text)

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        """Show ``text``; all of it is in the tool tip and for screen readers."""
        super().setText(text)
        self.setToolTip(text)
        self.setAccessibleDescription(text)

    def minimumSizeHint(self) -> QSize:
        least = super().minimumSizeHint()
        return QSize(min(self._least_px, least.width()), least.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw as much as there is room for."""
        painter = QPainter(self)
        area = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, area.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(area, self.alignment(), text)
        painter.end()
