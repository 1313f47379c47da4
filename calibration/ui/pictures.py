"""Drawings that say what the instruction says: where the meter goes, a clean screen, warm-up, room light, distance.

All are drawn in a field of 320 x 200 units and scaled to where they stand; lines and flat greys of the tokens only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from workstation.qtkit.accessible import named
from workstation.qtkit.fonts import interface_font
from workstation.qtkit.tokens import Tokens

WIDTH, HEIGHT = 320, 200
_SCREEN = QRectF(70, 24, 180, 118)
_PLACES = {"left": 1 / 6, "right": 5 / 6, "top": 1 / 6, "bottom": 5 / 6}


class Picture(QWidget):
    """One drawing, chosen by name; an unknown name shows the monitor alone, for no step may stop for want of one."""

    def __init__(self, name: str, tokens: Tokens, *, place: str = "centre") -> None:
        super().__init__()
        self._tokens = tokens
        self._name = self._place = ""
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMaximumSize(tokens.px(WIDTH) * 3 // 2, tokens.px(HEIGHT) * 3 // 2)
        self.draw(name, place=place)

    def draw(self, name: str, *, place: str = "centre") -> None:
        """Show another drawing; ``place`` is where the meter goes."""
        self._name, self._place = name, place
        named(self, "Picture", _MEANING.get(name, "The monitor."))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._tokens.px(WIDTH), self._tokens.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._tokens.px(WIDTH) // 2, self._tokens.px(HEIGHT) // 2)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return width * HEIGHT // WIDTH

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw in the middle, as large as it fits."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = min(self.width() / WIDTH, self.height() / HEIGHT)
        painter.translate((self.width() - WIDTH * scale) / 2, (self.height() - HEIGHT * scale) / 2)
        painter.scale(scale, scale)
        pencil = _Pencil(painter, self._tokens)
        _DRAWINGS.get(self._name, _monitor)(pencil, self._place)
        painter.end()


class _Pencil:
    """The few strokes that all drawings are made of."""

    def __init__(self, painter: QPainter, tokens: Tokens) -> None:
        self.painter = painter
        self.line = QColor(tokens.text.secondary)
        self.faint = QColor(tokens.surface.line)
        self.fill = QColor(tokens.surface.raised)
        self.mark = QColor(tokens.accent.main)
        self.light = QColor(tokens.status.warn)

    def stroke(self, colour: QColor, width: float = 2.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> None:
        self.painter.setPen(QPen(colour, width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))

    def box(self, rect: QRectF, fill: QColor | None = None, radius: float = 4) -> None:
        self.painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
        self.painter.drawRoundedRect(rect, radius, radius)

    def path(self, *points: tuple[float, float]) -> None:
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in points]))

    def arrow(self, start: QPointF, end: QPointF) -> None:
        """A straight arrow with an open head."""
        self.painter.drawLine(start, end)
        along = end - start
        unit = along / max((along.x() ** 2 + along.y() ** 2) ** 0.5, 1e-6)
        across = QPointF(-unit.y(), unit.x())
        for side in (-1, 1):
            self.painter.drawLine(end, end - unit * 8 + across * (5 * side))

    def words(self, rect: QRectF, text: str) -> None:
        font = interface_font(13)
        self.painter.setFont(font)
        self.painter.setPen(self.line)
        self.painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), text)


def _monitor(pencil: _Pencil, _place: str = "") -> None:
    pencil.stroke(pencil.line)
    pencil.box(_SCREEN, pencil.fill)
    pencil.path((160, 142), (160, 166))
    pencil.path((126, 168), (194, 168))


def _placement(pencil: _Pencil, place: str) -> None:
    """The meter flat on the glass at its place, its cable over the top edge."""
    _monitor(pencil)
    middle = _point_at(place)
    pencil.stroke(pencil.mark, 1.5, Qt.PenStyle.DashLine)
    pencil.box(QRectF(middle.x() - 18, middle.y() - 18, 36, 36), None, 2)
    pencil.stroke(pencil.line)
    cable = QPainterPath(QPointF(middle.x(), middle.y() - 12))
    cable.cubicTo(QPointF(middle.x() + 4, middle.y() - 44), QPointF(middle.x() + 26, 6), QPointF(middle.x() + 54, 4))
    pencil.painter.setBrush(Qt.BrushStyle.NoBrush)
    pencil.painter.drawPath(cable)
    pencil.box(QRectF(middle.x() - 13, middle.y() - 13, 26, 26), pencil.faint, 13)
    pencil.stroke(pencil.mark)
    pencil.box(QRectF(middle.x() - 4, middle.y() - 4, 8, 8), pencil.mark, 4)


def _point_at(place: str) -> QPointF:
    words = place.split()
    x = next((_PLACES[word] for word in words if word in ("left", "right")), 0.5)
    y = next((_PLACES[word] for word in words if word in ("top", "bottom")), 0.5)
    return QPointF(_SCREEN.left() + x * _SCREEN.width(), _SCREEN.top() + y * _SCREEN.height())


def _warm_up(pencil: _Pencil, _place: str) -> None:
    """The monitor on, and a clock with the half hour marked."""
    _monitor(pencil)
    pencil.stroke(pencil.line)
    pencil.box(QRectF(126, 49, 68, 68), QColor(pencil.faint), 34)
    pencil.painter.setPen(Qt.PenStyle.NoPen)
    pencil.painter.setBrush(pencil.mark)
    pencil.painter.drawPie(QRectF(132, 55, 56, 56), 90 * 16, -180 * 16)
    pencil.stroke(pencil.line)
    pencil.path((160, 60), (160, 83))
    pencil.path((160, 83), (160, 102))
    pencil.words(QRectF(0, 174, WIDTH, 24), "30 min on")


def _room_light(pencil: _Pencil, _place: str) -> None:
    """The lamp and the window as they are when reading; the lux meter at the screen, looking into the room."""
    pencil.stroke(pencil.line)
    pencil.box(QRectF(206, 44, 12, 96), pencil.fill, 2)  # the monitor from the side
    pencil.path((212, 140), (212, 164))
    pencil.path((192, 166), (232, 166))
    pencil.stroke(pencil.mark)
    pencil.box(QRectF(190, 84, 16, 18), pencil.faint, 3)  # the lux meter against it
    pencil.stroke(pencil.light, 2)
    pencil.path((64, 20), (84, 20), (94, 40), (54, 40), (64, 20))  # the lamp
    pencil.stroke(pencil.light, 1.5, Qt.PenStyle.DashLine)
    for end in ((184, 84), (184, 93), (184, 102)):
        pencil.path((82, 48), end)
    pencil.words(QRectF(0, 174, WIDTH, 24), "light as when reading")


def _clean_screen(pencil: _Pencil, _place: str) -> None:
    """A cloth on the glass and the way it wipes."""
    _monitor(pencil)
    pencil.stroke(pencil.faint, 12)
    pencil.path((92, 50), (212, 50), (92, 76), (150, 76))
    pencil.stroke(pencil.line)
    cloth = QPainterPath(QPointF(146, 68))
    cloth.cubicTo(QPointF(172, 58), QPointF(192, 70), QPointF(208, 64))
    cloth.lineTo(QPointF(214, 104))
    cloth.cubicTo(QPointF(196, 112), QPointF(174, 98), QPointF(152, 108))
    cloth.closeSubpath()
    pencil.painter.setBrush(pencil.fill)
    pencil.painter.drawPath(cloth)
    pencil.stroke(pencil.mark)
    pencil.arrow(QPointF(132, 124), QPointF(182, 124))


def _distance(pencil: _Pencil, _place: str) -> None:
    """Eye and screen from the side, at reading distance."""
    pencil.stroke(pencil.line)
    pencil.box(QRectF(226, 40, 12, 96), pencil.fill, 2)
    pencil.path((232, 136), (232, 162))
    pencil.path((212, 164), (252, 164))
    eye = QPainterPath(QPointF(56, 88))
    eye.cubicTo(QPointF(66, 74), QPointF(86, 74), QPointF(96, 88))
    eye.cubicTo(QPointF(86, 102), QPointF(66, 102), QPointF(56, 88))
    pencil.painter.setBrush(pencil.fill)
    pencil.painter.drawPath(eye)
    pencil.box(QRectF(72, 82, 12, 12), pencil.line, 6)
    pencil.stroke(pencil.mark)
    pencil.arrow(QPointF(150, 128), QPointF(78, 128))
    pencil.arrow(QPointF(150, 128), QPointF(222, 128))
    pencil.words(QRectF(90, 132, 120, 22), "60 cm, straight on")


def _display_off(pencil: _Pencil, _place: str) -> None:
    """The dark screen, and a telescopic meter looking at it from the reader's place."""
    pencil.stroke(pencil.line)
    pencil.box(_SCREEN, QColor("#000000"))
    pencil.path((160, 142), (160, 166))
    pencil.path((126, 168), (194, 168))
    pencil.stroke(pencil.mark, 3)
    pencil.painter.setBrush(Qt.BrushStyle.NoBrush)
    pencil.painter.drawArc(QRectF(140, 63, 40, 40), 120 * 16, 300 * 16)
    pencil.path((160, 58), (160, 80))
    pencil.words(QRectF(0, 174, WIDTH, 24), "monitor off, room as when reading")


def _look(pencil: _Pencil, _place: str) -> None:
    """An eye on the monitor."""
    _monitor(pencil)
    pencil.stroke(pencil.mark)
    eye = QPainterPath(QPointF(126, 83))
    eye.cubicTo(QPointF(142, 60), QPointF(178, 60), QPointF(194, 83))
    eye.cubicTo(QPointF(178, 106), QPointF(142, 106), QPointF(126, 83))
    pencil.painter.setBrush(Qt.BrushStyle.NoBrush)
    pencil.painter.drawPath(eye)
    pencil.box(QRectF(150, 73, 20, 20), pencil.mark, 10)


def _unplugged(pencil: _Pencil, _place: str) -> None:
    """A plug beside its socket."""
    pencil.stroke(pencil.line)
    pencil.box(QRectF(196, 72, 44, 52), pencil.fill, 6)
    pencil.box(QRectF(92, 78, 44, 40), pencil.fill, 6)
    for y in (90, 106):
        pencil.path((136, y), (154, y))
    cable = QPainterPath(QPointF(92, 98))
    cable.cubicTo(QPointF(60, 98), QPointF(64, 150), QPointF(24, 150))
    pencil.painter.setBrush(Qt.BrushStyle.NoBrush)
    pencil.painter.drawPath(cable)
    pencil.stroke(pencil.light)
    pencil.arrow(QPointF(160, 146), QPointF(188, 146))


Drawing = Callable[[_Pencil, str], None]
_DRAWINGS: Mapping[str, Drawing] = {
    "monitor": _monitor,
    "placement": _placement,
    "warm-up": _warm_up,
    "room-light": _room_light,
    "clean-screen": _clean_screen,
    "distance": _distance,
    "display-off": _display_off,
    "look": _look,
    "unplugged": _unplugged,
}
_MEANING = {
    "placement": "The meter lies flat on the glass at the marked place.",
    "warm-up": "The monitor has been on for half an hour.",
    "room-light": "The room is lit as when reading; the lux meter stands at the screen and looks into the room.",
    "clean-screen": "The screen is wiped with a soft dry cloth.",
    "distance": "The eye is sixty centimetres from the screen, straight in front of it.",
    "display-off": "The monitor is switched off and the room is lit as when reading.",
    "look": "Look at the monitor under test.",
    "unplugged": "A plug is out of its socket.",
}
PICTURES = tuple(_DRAWINGS)
