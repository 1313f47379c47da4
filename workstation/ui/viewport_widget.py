"""One viewport: paints one ready 8-bit buffer in device pixels with what is written over it, and reports gestures.

It decides nothing: the stage gives it its content and moves the state that the gestures ask for.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from workstation.imaging.drawing import Mark
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens
from workstation.ui.blitting import blit, image_of
from workstation.ui.graphics_painter import paint_marks
from workstation.ui.image_overlay import Overlay, OverlayPainter, paint_message
from workstation.ui.outlined_text import TextStamps
from workstation.ui.position_bar import BAR_WIDTH, PositionBar, bar_rect, index_at, paint_position_bar

FRAME = 2
_BLACK = QColor(Tokens().surface.viewport)
_BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
NOTCH = 120  # eighths of a degree in one step of an ordinary wheel (QWheelEvent.angleDelta)


@dataclass(frozen=True, eq=False)
class ViewportContent:
    """Everything a viewport shows at one moment.

    Attributes
    ----------
    pixels
        uint8, (rows, columns) or (rows, columns, 3), in device pixels of the image area; None shows the message.
    title, detail
        The sentence in a viewport without pixels: why it is empty, or how far loading has come.
    spoken
        The accessible description: which image of which series.
    marks
        Graphics and texts of a presentation state, in device pixels of the image area.
    """

    pixels: NDArray[np.uint8] | None = None
    overlay: Overlay | None = None
    bar: PositionBar | None = None
    title: str = ""
    detail: str = ""
    spoken: str = ""
    marks: tuple[Mark, ...] = ()


def _others(content: ViewportContent) -> tuple[object, ...]:
    """What has no place of its own in the viewport, or may lie anywhere: a change of it repaints everything."""
    own = {"pixels", "overlay", "bar", "spoken"}
    found = [getattr(content, each.name) for each in fields(content) if each.name not in own]
    return (*found, content.overlay is None)


def _ring(rect: QRect, width: int) -> tuple[QRect, ...]:
    """The outermost ``width`` pixels of ``rect``."""
    left, top, across, down = rect.left(), rect.top(), rect.width(), rect.height()
    return (
        QRect(left, top, across, width),
        QRect(left, top + down - width, across, width),
        QRect(left, top, width, down),
        QRect(left + across - width, top, width, down),
    )


class ViewportWidget(QWidget):
    """Shows one viewport and says what the reader's hand asks for. Distances are device pixels."""

    activated = Signal()
    resized = Signal()
    scrolled = Signal(int)
    scrolled_to = Signal(int)
    left_dragged = Signal(float, float)
    panned = Signal(float, float)
    zoomed = Signal(float, float, float)
    maximise_asked = Signal()

    def __init__(self, name: str, parent: QWidget | None = None, *, stamps: TextStamps | None = None) -> None:
        super().__init__(parent)
        named(self, name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.tokens = Tokens()
        self._overlay_painter = OverlayPainter(stamps)
        self._content = ViewportContent()
        self._pixels: NDArray[np.uint8] | None = None
        self._image: QImage | None = None
        self._is_active = False
        self._last = QPointF()
        self._pressed = Qt.MouseButton.NoButton
        self._is_on_bar = False
        self._wheel = 0

    # --- what the stage sets

    def show_content(self, content: ViewportContent) -> None:
        """Show ``content`` from the next paint on."""
        before, self._content = self._content, content
        if content.pixels is None:
            self._pixels, self._image = None, None
        elif content.pixels is not self._pixels:
            self._pixels = np.ascontiguousarray(content.pixels)
            self._image = image_of(self._pixels)
        if content.spoken != self.accessibleDescription():
            self.setAccessibleDescription(content.spoken)
        changed = self._changed(before, content)
        if changed is None:
            self.update()
        elif not changed.isEmpty():
            self.update(changed)

    def _changed(self, before: ViewportContent, now: ViewportContent) -> QRegion | None:
        """What must be painted anew, in logical pixels; None for everything.

        While a stack is loading only its bar changes, many times: then the picture is left alone.
        """
        if before.pixels is None or before.pixels is not now.pixels or _others(before) != _others(now):
            return None
        region, area = QRegion(), self.image_area
        if before.overlay is not None and now.overlay is not None and before.overlay != now.overlay:
            region |= self._overlay_painter.changed(
                area, before.overlay, now.overlay, self.tokens, self.devicePixelRatioF()
            )
        if before.bar != now.bar:
            region |= bar_rect(area, self.tokens)
        return region

    def set_active(self, is_active: bool) -> None:
        """Draw the accent frame: this viewport takes the keys."""
        if is_active != self._is_active:
            self._is_active = is_active
            for edge in _ring(self.rect(), FRAME):
                self.update(edge)

    @property
    def is_active(self) -> bool:
        return self._is_active

    @property
    def content(self) -> ViewportContent:
        return self._content

    # --- geometry

    @property
    def image_area(self) -> QRect:
        """Where the image lies, inside the frame, in logical pixels."""
        return self.rect().adjusted(FRAME, FRAME, -FRAME, -FRAME)

    @property
    def image_size(self) -> QSize:
        """Size of the image area in device pixels: what to render."""
        scale = self.devicePixelRatioF()
        area = self.image_area
        return QSize(max(1, round(area.width() * scale)), max(1, round(area.height() * scale)))

    # --- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Black, the image, what is written over it, the frame."""
        painter = QPainter(self)
        try:
            self._paint(painter, event.region())
        finally:  # a painter left open would take the program down with it
            painter.end()

    def _paint(self, painter: QPainter, region: QRegion) -> None:
        if self._image is not None and self._image.size() == self.image_size:
            self._paint_exactly(painter, region, self._image)
        elif self._image is not None:  # between a change of size and the next rendering
            painter.fillRect(self.rect(), _BLACK)
            painter.drawImage(self.image_area, self._image)
        else:
            painter.fillRect(self.rect(), _BLACK)
            paint_message(painter, self.image_area, self._content.title, self._content.detail, self.tokens)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        if self._image is not None:
            paint_marks(painter, self.image_area, self._content.marks, self.tokens)
        if self._content.overlay is not None:
            self._overlay_painter.paint(painter, self.image_area, self._content.overlay, self.tokens)
        if self._content.bar is not None:
            paint_position_bar(painter, self.image_area, self._content.bar, self.tokens)
        self._paint_frame(painter)

    def _paint_exactly(self, painter: QPainter, region: QRegion, image: QImage) -> None:
        """One pixel of the buffer on one of the monitor, also where the system scales by a fraction."""
        scale = self.devicePixelRatioF()
        origin = QPointF(self.mapTo(self.window(), QPoint(0, 0))) * scale
        corner = origin + QPointF(self.image_area.topLeft()) * scale
        inset = round(FRAME * scale)
        if self._pixels is not None and blit(painter, region, QPoint(inset, inset), self._pixels):
            return
        for edge in _ring(self.rect(), FRAME + 1):
            painter.fillRect(edge, _BLACK)
        painter.save()
        painter.scale(1 / scale, 1 / scale)
        painter.drawImage(QPointF(round(corner.x()), round(corner.y())) - origin, image)
        painter.restore()

    def _paint_frame(self, painter: QPainter) -> None:
        tokens, area = self.tokens, self.rect()
        if self._is_active:
            bands = [(_ring(area, FRAME), QColor(tokens.accent.main))]
        else:
            inner = _ring(area.adjusted(1, 1, -1, -1), FRAME - 1)
            bands = [(_ring(area, 1), QColor(tokens.surface.raised)), (inner, _BLACK)]
        for edges, colour in bands:
            for edge in edges:
                painter.fillRect(edge, colour)

    # --- gestures

    def event(self, event: QEvent) -> bool:
        """Over the notices, say them in full: in a small viewport they are cut."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            notices = self._content.overlay.notices if self._content.overlay is not None else ()
            if notices and self._overlay_painter.notice_area.contains(event.pos()):
                QToolTip.showText(event.globalPos(), "\n".join(notices), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for a rendering of the new size."""
        super().resizeEvent(event)
        self.resized.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Going to a viewport by key activates it; a window that comes to the front changes nothing."""
        super().focusInEvent(event)
        if event.reason() in _BY_KEY:
            self.activated.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """One image per notch; with Ctrl, zoom about the pointer."""
        delta = event.angleDelta().y()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            at = self._device_point(event.position())
            self.zoomed.emit(1.1 ** (delta / NOTCH), at.x(), at.y())
        else:
            self._wheel += delta
            steps = int(self._wheel / NOTCH)
            self._wheel -= steps * NOTCH
            if steps:
                self.scrolled.emit(-steps)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Activate, and begin a drag."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.activated.emit()
        self._pressed = event.button()
        self._last = event.position()
        self._is_on_bar = event.button() is Qt.MouseButton.LeftButton and self._over_bar(event.position().toPoint())
        if self._is_on_bar:
            self._scroll_to(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002 - Qt's signature
        """End the drag."""
        self._pressed = Qt.MouseButton.NoButton
        self._is_on_bar = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Fill the screen with this viewport, or go back."""
        if event.button() is Qt.MouseButton.LeftButton and not self._over_bar(event.position().toPoint()):
            self.maximise_asked.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Left drags with the tool in hand, middle pans, right zooms; on the position bar the left button scrolls."""
        super().mouseMoveEvent(event)
        if self._pressed is Qt.MouseButton.NoButton:
            return
        scale = self.devicePixelRatioF()
        moved = (event.position() - self._last) * scale
        self._last = event.position()
        if self._is_on_bar:
            self._scroll_to(event.position().toPoint())
        elif self._pressed is Qt.MouseButton.LeftButton:
            self.left_dragged.emit(moved.x(), moved.y())
        elif self._pressed is Qt.MouseButton.MiddleButton:
            self.panned.emit(moved.x(), moved.y())
        elif self._pressed is Qt.MouseButton.RightButton:
            centre = self._device_point(QPointF(self.image_area.center()))
            self.zoomed.emit(1.005 ** -moved.y(), centre.x(), centre.y())

    def _device_point(self, at: QPointF) -> QPointF:
        return (at - QPointF(self.image_area.topLeft())) * self.devicePixelRatioF()

    def _over_bar(self, at: QPoint) -> bool:
        bar = self._content.bar
        if bar is None or bar.count < 2:
            return False
        return bar_rect(self.image_area, self.tokens).adjusted(-BAR_WIDTH, 0, FRAME, 0).contains(at)

    def _scroll_to(self, at: QPoint) -> None:
        if self._content.bar is not None:
            self.scrolled_to.emit(index_at(self.image_area, at.y(), self._content.bar.count))
