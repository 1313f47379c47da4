"""Text over an image: outlined corner texts, headline, orientation letters, lossy mark; a sentence where none is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPainter

from workstation.qtkit.fonts import interface_font
from workstation.qtkit.tokens import Tokens
from workstation.ui.outlined_text import OUTLINE, Style, TextStamps
from workstation.ui.position_bar import BAR_WIDTH

_NARROW = 420


@dataclass(frozen=True)
class Overlay:
    """What is written over one image: lines per corner, a letter per edge (left, right, top, bottom).

    ``alarm`` (lossy compression) is drawn in red above the bottom right corner; ``headline`` (current or which prior)
    above the top right one (or the left), in another colour for a prior.
    """

    top_left: tuple[str, ...] = ()
    top_right: tuple[str, ...] = ()
    bottom_left: tuple[str, ...] = ()
    bottom_right: tuple[str, ...] = ()
    letters: tuple[str, str, str, str] = ("", "", "", "")
    alarm: str = ""
    headline: str = ""
    is_prior: bool = False
    is_headline_right: bool = True


@dataclass(frozen=True)
class _Column:
    """Lines of one corner: which way they are aligned and where they begin (top) or end (bottom)."""

    area: QRect
    at_right: bool
    at_bottom: bool


class OverlayPainter:
    """Writes overlays; keeps the lines it has drawn."""

    def __init__(self) -> None:
        self._stamps = TextStamps()

    def paint(self, painter: QPainter, area: QRect, overlay: Overlay, tokens: Tokens) -> None:
        """Write ``overlay`` into ``area`` (logical pixels)."""
        size = tokens.type.body if area.width() >= tokens.px(_NARROW) else tokens.type.caption
        plain = Style(size, tokens.text.on_image)
        margin = tokens.spacing.s
        inner = area.adjusted(margin, margin - 2, -(margin + tokens.px(BAR_WIDTH) + 2), -(margin - 2))
        line = self._stamps.metrics(plain).height()
        below = inner.adjusted(0, line if overlay.headline else 0, 0, 0)
        left, right = (inner, below) if overlay.is_headline_right else (below, inner)
        self._lines(painter, _Column(left, at_right=False, at_bottom=False), overlay.top_left, plain)
        self._lines(painter, _Column(right, at_right=True, at_bottom=False), overlay.top_right, plain)
        self._lines(painter, _Column(inner, at_right=False, at_bottom=True), overlay.bottom_left, plain)
        self._lines(painter, _Column(inner, at_right=True, at_bottom=True), overlay.bottom_right, plain)
        self._marks(painter, inner, overlay, Style(size, tokens.text.primary), tokens)
        self._letters(painter, inner, overlay.letters, Style(tokens.type.title, tokens.text.on_image, is_bold=True))

    def _marks(self, painter: QPainter, inner: QRect, overlay: Overlay, plain: Style, tokens: Tokens) -> None:
        """The headline, and the mark of lossy compression."""
        if overlay.headline:
            tone = plain._replace(colour=tokens.status.info) if overlay.is_prior else plain
            top = _Column(inner, at_right=overlay.is_headline_right, at_bottom=False)
            self._lines(painter, top, (overlay.headline,), tone)
        if overlay.alarm:
            line = self._stamps.metrics(plain).height()
            above = inner.adjusted(0, 0, 0, -len(overlay.bottom_right) * line)
            red = plain._replace(colour=tokens.status.fail)
            self._lines(painter, _Column(above, at_right=True, at_bottom=True), (overlay.alarm,), red)

    def _lines(self, painter: QPainter, column: _Column, lines: tuple[str, ...], style: Style) -> None:
        height = self._stamps.metrics(style).height()
        area = column.area
        top = area.bottom() + 1 - len(lines) * height if column.at_bottom else area.top()
        for number, line in enumerate(lines):
            stamp = self._stamps.stamp(line, style, area.width() // 2, painter.device().devicePixelRatioF())
            width = round(stamp.width() / stamp.devicePixelRatioF()) - 2 * OUTLINE
            left = area.right() + 1 - width if column.at_right else area.left()
            painter.drawImage(QPoint(left - OUTLINE, top + number * height - OUTLINE), stamp)

    def _letters(self, painter: QPainter, inner: QRect, letters: tuple[str, str, str, str], style: Style) -> None:
        metrics = self._stamps.metrics(style)
        middle_y = inner.center().y() - metrics.height() // 2
        wide = [metrics.horizontalAdvance(letter) for letter in letters]
        places = zip(
            letters,
            (
                QPoint(inner.left(), middle_y),
                QPoint(inner.right() + 1 - wide[1], middle_y),
                QPoint(inner.center().x() - wide[2] // 2, inner.top()),
                QPoint(inner.center().x() - wide[3] // 2, inner.bottom() + 1 - metrics.height()),
            ),
            strict=True,
        )
        for letter, corner in places:
            if letter:
                stamp = self._stamps.stamp(letter, style, inner.width(), painter.device().devicePixelRatioF())
                painter.drawImage(corner - QPoint(OUTLINE, OUTLINE), stamp)


def paint_message(painter: QPainter, area: QRect, title: str, detail: str, tokens: Tokens) -> None:
    """Write a quiet sentence in the middle of an empty viewport."""
    box = area.adjusted(32, 0, -32, 0)
    flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap)
    painter.setFont(interface_font(tokens.type.title))
    title_box = painter.fontMetrics().boundingRect(box, flags, title)
    painter.setFont(interface_font(tokens.type.body))
    detail_box = painter.fontMetrics().boundingRect(box, flags, detail)
    gap = tokens.spacing.s if title and detail else 0
    top = box.center().y() - (title_box.height() + gap + detail_box.height()) // 2
    painter.setFont(interface_font(tokens.type.title))
    painter.setPen(QColor(tokens.text.primary))
    painter.drawText(QRect(box.left(), top, box.width(), title_box.height()), flags, title)
    painter.setFont(interface_font(tokens.type.body))
    painter.setPen(QColor(tokens.text.secondary))
    top += title_box.height() + gap
    painter.drawText(QRect(box.left(), top, box.width(), detail_box.height()), flags, detail)
