"""A small picture of a pattern, as the display would be driven; drawn off the GUI thread."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from calibration.gsdf.display_lut import DisplayLut
from calibration.patterns.drawing import ddls_of, draw
from calibration.patterns.pattern import Pattern, PatternOrder
from workstation.qtkit.accessible import named
from workstation.qtkit.tokens import Tokens

_LONGEST, _HIGHEST = 720, 340
_DIM = 0.45
"""A white field of full brightness would light the room; on the display it is shown as it is."""


def small_picture(
    order: PatternOrder, lut: DisplayLut | None, width: int, height: int
) -> tuple[Pattern, NDArray[np.uint8]]:
    """The pattern for a screen of ``width`` x ``height``, and its driving levels made small (rows, columns).

    Raises
    ------
    BadInput
        When the screen is too small for the pattern.
    """
    pattern = draw(order, width, height)
    share = min(1.0, _LONGEST / max(width, height))
    size = max(1, round(width * share)), max(1, round(height * share))
    small = Image.fromarray(ddls_of(pattern, lut)).resize(size, Image.Resampling.BOX)
    return pattern, np.asarray(small, np.uint8)


class PatternPreview(QWidget):
    """Shows it on black, with the edge of the screen."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        named(self, "Preview of the pattern")
        self._tokens = tokens
        self._image: QImage | None = None
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMaximumHeight(tokens.px(_HIGHEST))

    def show_picture(self, ddls: NDArray[np.uint8]) -> None:
        """Driving levels, (rows, columns)."""
        rows, columns = ddls.shape
        data = np.ascontiguousarray(ddls)
        self._image = QImage(data.data, columns, rows, columns, QImage.Format.Format_Grayscale8).copy()
        self._text = ""
        self.update()

    def say(self, text: str) -> None:
        """Why there is none."""
        self._image, self._text = None, text
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._tokens.px(420), self._tokens.px(320))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._tokens.px(200), self._tokens.px(160))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """In the middle, as large as it fits."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._image is None:
            painter.setPen(QColor(self._tokens.text.secondary))
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect(), int(flags), self._text)
        else:
            size = QRectF(
                QPointF(0, 0), QSizeF(self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio))
            )
            size.moveLeft((self.width() - size.width()) / 2)
            painter.fillRect(size, QColor(self._tokens.surface.viewport))
            painter.setOpacity(_DIM)
            painter.drawImage(size, self._image)
            painter.setOpacity(1.0)
            painter.setPen(QPen(QColor(self._tokens.surface.line)))
            painter.drawRect(size.adjusted(0, 0, -1, -1))
        painter.end()
