"""What lies under the pointer, in its own unit: a small line at the bottom of the viewport while the hand is there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QLabel

from workstation.qtkit.accessible import named
from workstation.qtkit.throttle import Throttle
from workstation.ui.viewport_widget import ViewportWidget

Reader = Callable[[float, float], str]
"""The text for device coordinates within the image area; empty where nothing is measured."""

_GAP = 24  # logical pixels above the bottom: below it stands an orientation letter


class ProbeReadout(QLabel):
    """Follows the pointer over one viewport; takes no input itself.

    Parameters
    ----------
    viewport
        The widget it lies over.
    read
        Called at most once per frame, with the place of the pointer.
    """

    def __init__(self, viewport: ViewportWidget, read: Reader) -> None:
        super().__init__(viewport)
        named(self, "Value under the pointer")
        self._viewport = viewport
        self._read = read
        self._throttle: Throttle[QPointF] = Throttle(self._show_at, parent=self)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002 - Qt's signature
        """Note where the pointer is; a drag or leaving hides the line."""
        if event.type() is QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            if event.buttons() is Qt.MouseButton.NoButton:
                self._throttle.submit(event.position())
            else:
                self._end()
        elif event.type() in {QEvent.Type.Leave, QEvent.Type.Wheel, QEvent.Type.MouseButtonPress}:
            self._end()
        return False

    def _end(self) -> None:
        self._throttle.cancel()
        self.hide()

    def _show_at(self, place: QPointF) -> None:
        area = self._viewport.image_area
        at = (place - QPointF(area.topLeft())) * self._viewport.devicePixelRatioF()
        text = self._read(at.x(), at.y())
        self.setVisible(bool(text))
        if text and text != self.text():
            self._write(text)

    def _write(self, text: str) -> None:
        tokens, area = self._viewport.tokens, self._viewport.image_area
        self.setStyleSheet(
            f"color: {tokens.text.primary}; background: {tokens.surface.viewport};"
            f"padding: 1px {tokens.spacing.xs}px; font-size: {tokens.type.body}px;"
        )
        self.setText(text)
        self.setFixedWidth(min(self.sizeHint().width(), area.width()))
        bottom = area.bottom() - tokens.px(_GAP) - self.sizeHint().height()
        self.move(area.center().x() - self.width() // 2, bottom)
