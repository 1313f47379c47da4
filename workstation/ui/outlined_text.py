"""Text with a black outline, drawn once and kept: the same lines are stamped on every image of a stack."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter

from workstation.qtkit.fonts import interface_font

OUTLINE = 1
_OUTLINE_STEPS = tuple((x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0))
_MOST_KEPT = 512  # some 4 MB
_BLACK = "#000000"


class Style(NamedTuple):
    """How a line is written: size in logical pixels, weight, colour."""

    size: int
    colour: str
    is_bold: bool = False


class TextStamps:
    """Makes and keeps the images of outlined lines, those used last. One for all viewports: their lines are alike."""

    def __init__(self) -> None:
        self._stamps: OrderedDict[tuple[str, Style, int, float], QImage] = OrderedDict()
        self._metrics: dict[tuple[int, bool], QFontMetrics] = {}

    def metrics(self, style: Style) -> QFontMetrics:
        """Measures of a style."""
        key = (style.size, style.is_bold)
        if key not in self._metrics:
            self._metrics[key] = QFontMetrics(interface_font(style.size, bold=style.is_bold))
        return self._metrics[key]

    def stamp(self, text: str, style: Style, widest: int, scale: float) -> QImage:
        """The image of one line, cut with an ellipsis where it is wider than ``widest``; the outline comes on top."""
        key = (text, style, widest, scale)
        found = self._stamps.pop(key, None)
        if found is None:
            found = self._drawn(text, style, widest, scale)
        self._stamps[key] = found
        while len(self._stamps) > _MOST_KEPT:
            self._stamps.popitem(last=False)
        return found

    def _drawn(self, text: str, style: Style, widest: int, scale: float) -> QImage:
        metrics = self.metrics(style)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, widest)
        width = metrics.horizontalAdvance(shown) + 2 * OUTLINE
        height = metrics.height() + 2 * OUTLINE
        image = QImage(round(width * scale), round(height * scale), QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(scale)
        image.fill(0)
        painter = QPainter(image)
        painter.setFont(interface_font(style.size, bold=style.is_bold))
        at = QPoint(OUTLINE, OUTLINE + metrics.ascent())
        painter.setPen(QColor(_BLACK))
        for dx, dy in _OUTLINE_STEPS:
            painter.drawText(at + QPoint(dx, dy), shown)
        painter.setPen(QColor(style.colour))
        painter.drawText(at, shown)
        painter.end()
        return image
