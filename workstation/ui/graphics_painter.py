"""Graphics and texts of a presentation state over an image: the same marks as in files, painted by Qt."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from workstation.imaging.drawing import Label, Line, Mark, Points, leader_of, text_box
from workstation.qtkit.fonts import interface_font
from workstation.qtkit.tokens import Tokens

_LINE = 1.25  # logical pixels
_RIM = 2.0  # logical pixels of black to either side together, so that lines show on white
_BLACK = QColor(0, 0, 0, 180)


def paint_marks(painter: QPainter, area: QRect, marks: Sequence[Mark], tokens: Tokens) -> None:
    """Paint ``marks`` (device pixels of the image area) into ``area`` (logical pixels), and nothing beside it."""
    if not marks:
        return
    scale = painter.device().devicePixelRatioF()
    painter.save()
    painter.setClipRect(area)
    painter.translate(area.topLeft())
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.setFont(interface_font(tokens.type.body))
    for mark in marks:
        if isinstance(mark, Line):
            _paint_line(painter, mark, scale)
        else:
            _paint_label(painter, mark, scale)
    painter.restore()


def _paint_line(painter: QPainter, line: Line, scale: float) -> None:
    shape, colour = _polygon(line.points, scale), QColor(*line.ink.rgb)
    if line.is_filled:
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(shape)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    draw = painter.drawPolygon if line.is_closed else painter.drawPolyline
    for pen in (QPen(_BLACK, _LINE + _RIM), QPen(colour, _LINE)):
        painter.setPen(pen)
        draw(shape)


def _paint_label(painter: QPainter, label: Label, scale: float) -> None:
    metrics = QFontMetricsF(painter.font(), painter.device())
    wide = max(metrics.horizontalAdvance(line) for line in label.lines)
    size = (wide * scale, metrics.height() * len(label.lines) * scale)
    box = text_box(label, size)
    leader = leader_of(label, box)
    if leader is not None:
        _paint_line(painter, Line(leader, label.ink), scale)
    place = QRectF(box[0] / scale, box[1] / scale, wide, size[1] / scale)
    flags = {"CENTER": Qt.AlignmentFlag.AlignHCenter, "RIGHT": Qt.AlignmentFlag.AlignRight}
    align = int(flags.get(label.justification, Qt.AlignmentFlag.AlignLeft)) | int(Qt.TextFlag.TextDontClip)
    text = "\n".join(label.lines)
    painter.setPen(QPen(QColor(0, 0, 0)))
    for dx, dy in ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)):
        painter.drawText(place.translated(dx, dy), align, text)
    painter.setPen(QPen(QColor(*label.ink.rgb)))
    painter.drawText(place, align, text)


def _polygon(points: Points, scale: float) -> QPolygonF:
    return QPolygonF([QPointF(x / scale, y / scale) for x, y in points.tolist()])
