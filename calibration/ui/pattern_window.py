"""A test pattern over a whole monitor: a pixel of the pattern is a pixel of the panel, or the screen says otherwise."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QFontMetrics,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QScreen,
)
from PySide6.QtWidgets import QWidget

from calibration.gsdf.display_lut import DisplayLut
from calibration.patterns.drawing import ddls_of
from calibration.patterns.pattern import Pattern
from workstation.qtkit.accessible import named
from workstation.qtkit.fonts import interface_font
from workstation.qtkit.tokens import Tokens

_EXACT_SCALES = "xcb", "windows", "offscreen"
"""Platforms on which Qt's device pixels are the panel's: elsewhere the desktop may scale once more behind our back."""


class PatternWindow(QWidget):
    """Shows patterns full screen on one monitor, in device pixels.

    Parameters
    ----------
    screen
        Where to show; `open_on` takes another one later.
    title
        What the display is called, for the accessible name.

    Attributes
    ----------
    clicked
        x, y of a click in device pixels of the pattern.
    shown
        The pattern has been painted: the meter may be read once the panel has settled.
    closed
        Closed by Esc, by the window system or by the program.
    screen_lost
        The monitor has been unplugged; the window is hidden and `open_on` brings it back.
    warning_changed
        Text of `warning` after it changed; empty when all is well again.
    """

    clicked = Signal(int, int)
    shown = Signal()
    closed = Signal()
    screen_lost = Signal()
    warning_changed = Signal(str)

    def __init__(self, screen: QScreen, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window | Qt.WindowType.FramelessWindowHint)
        named(self, f"Pattern, {title}", "Test pattern over the whole screen. Esc closes it.")
        self.setWindowTitle(f"Pattern, {title}")
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # nothing is erased before a pattern: no flicker
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._screen: QScreen | None = None
        self._image: QImage | None = None
        self._is_fresh = False
        self._warning = ""
        self._connect()
        self._take(screen)

    @property
    def device_size(self) -> tuple[int, int]:
        """Width and height in device pixels: what a pattern must be drawn for. (0, 0) while the monitor is gone."""
        return (0, 0) if self._screen is None else device_size_of(self._screen)

    @property
    def warning(self) -> str:
        """Why the pattern is not seen pixel by pixel; empty when it is. What is judged by eye is then provisional."""
        return self._warning

    def show_pattern(self, pattern: Pattern, lut: DisplayLut | None = None) -> None:
        """Show a pattern: DDLs as they are, P-values through the display LUT as images are (None: identity)."""
        self._image = _as_image(ddls_of(pattern, lut))
        self._is_fresh = True
        self.setAccessibleDescription(f"{pattern.title}. {' '.join(pattern.notes)}")
        self._look_at_scaling()
        self.update()

    def set_measuring(self, is_measuring: bool) -> None:
        """Hide the mouse pointer, which a meter would see, or bring it back."""
        if is_measuring:
            self.setCursor(Qt.CursorShape.BlankCursor)
        else:
            self.unsetCursor()

    def open_on(self, screen: QScreen) -> None:
        """Cover a monitor."""
        self._take(screen)
        self.setScreen(screen)
        self.setGeometry(screen.geometry())
        self.showFullScreen()
        self.setGeometry(screen.geometry())  # some window managers place a full-screen window by its former screen

    def _connect(self) -> None:
        application = QGuiApplication.instance()
        if not isinstance(application, QGuiApplication):
            raise TypeError("a pattern window needs a QGuiApplication")
        application.screenRemoved.connect(self._screen_removed)

    def _take(self, screen: QScreen) -> None:
        if self._screen is not None and self._screen is not screen:
            self._screen.geometryChanged.disconnect(self._place_again)
        if self._screen is not screen:
            screen.geometryChanged.connect(self._place_again)
        self._screen = screen
        self._look_at_scaling()

    def _screen_removed(self, screen: QScreen) -> None:
        if screen is not self._screen:
            return
        self._screen = None
        self.hide()  # Qt would put it over another monitor, on top of that one's windows
        self.screen_lost.emit()

    def _place_again(self, geometry: QRect) -> None:
        self.setGeometry(geometry)
        self._look_at_scaling()
        self.update()

    def _look_at_scaling(self) -> None:
        size = None if self._image is None else (self._image.width(), self._image.height())
        text = "" if self._screen is None else scaling_warning(self._screen, size)
        if text != self._warning:
            self._warning = text
            self.warning_changed.emit(text)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Blit the pattern; never interpolate."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        ratio = self.devicePixelRatioF()
        if self._image is None or _is_smaller(self._image, self, ratio):
            painter.fillRect(self.rect(), Qt.GlobalColor.black)
        if self._image is not None:
            self._image.setDevicePixelRatio(ratio)
            painter.drawImage(QPointF(0, 0), self._image)
        if self._warning:
            _draw_warning(painter, self.rect(), self._warning)
        painter.end()
        if self._is_fresh:
            self._is_fresh = False
            QTimer.singleShot(0, self, self.shown.emit)  # by then Qt has handed the picture to the screen

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Tell where, in pixels of the pattern."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        ratio, at = self.devicePixelRatioF(), event.position()
        self.clicked.emit(math.floor(at.x() * ratio), math.floor(at.y() * ratio))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say so."""
        super().closeEvent(event)
        self.closed.emit()


def device_size_of(screen: QScreen) -> tuple[int, int]:
    """Width and height of a monitor in device pixels."""
    size, ratio = screen.geometry().size(), screen.devicePixelRatio()
    return round(size.width() * ratio), round(size.height() * ratio)


def scaling_warning(screen: QScreen, pattern_size: tuple[int, int] | None) -> str:
    """Why a pattern of that size (width, height) is not seen pixel by pixel on that monitor; empty when it is."""
    ratio = screen.devicePixelRatio()
    platform = QGuiApplication.platformName()
    if ratio != round(ratio) or (ratio != 1 and platform not in _EXACT_SCALES):
        return (
            f"The desktop scales this screen by {ratio:.4g}: lines of the pattern may be blurred. "
            "Set the scale of the screen to 100 % and start again."
        )
    own = device_size_of(screen)
    if pattern_size is not None and pattern_size != own:
        return (
            f"The pattern has {pattern_size[0]} x {pattern_size[1]} pixels, the screen {own[0]} x {own[1]}: "
            "it does not fit. Draw it again for this screen."
        )
    return ""


def _as_image(ddls: NDArray[np.uint8]) -> QImage:
    rows, columns = ddls.shape
    data = np.ascontiguousarray(ddls)
    gray = QImage(data.data, columns, rows, columns, QImage.Format.Format_Grayscale8)
    return gray.convertToFormat(QImage.Format.Format_RGB32)  # a copy: what is blitted is what the screen holds


def _is_smaller(image: QImage, widget: QWidget, ratio: float) -> bool:
    return image.width() < widget.width() * ratio or image.height() < widget.height() * ratio


def _draw_warning(painter: QPainter, rect: QRect, text: str) -> None:
    """A band at the lower edge, so that no one takes a scaled pattern for a true one."""
    tokens = Tokens()
    font = interface_font(tokens.type.title, bold=True)
    words = f"Not pixel by pixel. {text}"
    room = rect.adjusted(tokens.spacing.m, 0, -tokens.spacing.m, 0)
    flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter
    height = QFontMetrics(font).boundingRect(room, int(flags), words).height() + 2 * tokens.spacing.s
    band = QRectF(rect.left(), rect.bottom() + 1 - height, rect.width(), height)
    painter.fillRect(band, QColor(tokens.surface.window))
    painter.setFont(font)
    painter.setPen(QColor(tokens.status.warn))
    painter.drawText(band.adjusted(tokens.spacing.m, 0, -tokens.spacing.m, 0), int(flags), words)
