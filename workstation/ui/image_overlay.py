"""Text and marks over an image: outlined corner texts, orientation letters, the lossy mark, the position bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from workstation.qtkit.fonts import interface_font
from workstation.qtkit.tokens import Tokens

MARGIN = 8
BAR_WIDTH = 5
_OUTLINE = tuple((x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0))


@dataclass(frozen=True)
class Overlay:
    """What is written over one image: lines per corner, a letter per edge (left, right, top, bottom).

    ``alarm`` (lossy compression) is drawn in red above the bottom right corner; ``headline`` (current or which prior)
    above the top right one, in another colour for a prior.
    """

    top_left: tuple[str, ...] = ()
    top_right: tuple[str, ...] = ()
    bottom_left: tuple[str, ...] = ()
    bottom_right: tuple[str, ...] = ()
    letters: tuple[str, str, str, str] = ("", "", "", "")
    alarm: str = ""
    headline: str = ""
    is_prior: bool = False


@dataclass(frozen=True)
class PositionBar:
    """Where in the display set the image is and which frames have been loaded.

    ``loaded`` are runs of loaded frames ``(first, past_the_last)``.
    """

    count: int
    index: int
    loaded: tuple[tuple[int, int], ...] = ()


def runs_of(loaded: Sequence[bool]) -> tuple[tuple[int, int], ...]:
    """Runs of loaded frames: ``(first, past_the_last)`` pairs in order."""
    runs: list[tuple[int, int]] = []
    start: int | None = None
    for index, is_loaded in enumerate((*loaded, False)):
        if is_loaded and start is None:
            start = index
        elif not is_loaded and start is not None:
            runs.append((start, index))
            start = None
    return tuple(runs)


def paint_overlay(painter: QPainter, area: QRect, overlay: Overlay) -> None:
    """Write the overlay into ``area`` (logical pixels)."""
    tokens = Tokens()
    size = tokens.type.body if area.width() >= 420 else tokens.type.caption
    painter.setFont(interface_font(size))
    metrics = painter.fontMetrics()
    right_margin = MARGIN + BAR_WIDTH + 2
    inner = area.adjusted(MARGIN, MARGIN - 2, -right_margin, -(MARGIN - 2))
    widest = inner.width() // 2 - MARGIN
    colour = QColor(tokens.text.on_image)
    _lines(painter, metrics, inner, overlay.top_left, widest, colour, at_right=False, at_bottom=False)
    below = inner.adjusted(0, metrics.height() if overlay.headline else 0, 0, 0)
    _lines(painter, metrics, below, overlay.top_right, widest, colour, at_right=True, at_bottom=False)
    _lines(painter, metrics, inner, overlay.bottom_left, widest, colour, at_right=False, at_bottom=True)
    _lines(painter, metrics, inner, overlay.bottom_right, widest, colour, at_right=True, at_bottom=True)
    if overlay.headline:
        tone = QColor(tokens.status.info if overlay.is_prior else tokens.text.primary)
        _lines(painter, metrics, inner, (overlay.headline,), widest, tone, at_right=True, at_bottom=False)
    if overlay.alarm:
        above = inner.adjusted(0, 0, 0, -len(overlay.bottom_right) * metrics.height())
        red = QColor(tokens.status.fail)
        _lines(painter, metrics, above, (overlay.alarm,), widest, red, at_right=True, at_bottom=True)
    _letters(painter, inner, overlay.letters)


def paint_position_bar(painter: QPainter, area: QRect, bar: PositionBar) -> None:
    """Draw the bar along the right edge of ``area``: loaded runs in grey, the current image in the accent colour."""
    if bar.count < 2:
        return
    tokens = Tokens()
    track = bar_rect(area)
    painter.fillRect(track, QColor(tokens.surface.raised))
    for first, past in bar.loaded:
        top = track.top() + first * track.height() // bar.count
        bottom = track.top() + past * track.height() // bar.count
        painter.fillRect(QRect(track.left(), top, track.width(), max(1, bottom - top)), QColor(tokens.text.disabled))
    height = max(6, track.height() // bar.count)
    top = track.top() + round(bar.index * (track.height() - height) / (bar.count - 1))
    painter.fillRect(QRect(track.left(), top, track.width(), height), QColor(tokens.accent.main))


def bar_rect(area: QRect) -> QRect:
    """Where the position bar lies in ``area``."""
    return QRect(area.right() - BAR_WIDTH + 1, area.top(), BAR_WIDTH, area.height())


def index_at(area: QRect, y: int, count: int) -> int:
    """The frame that a point at height ``y`` of the bar stands for."""
    track = bar_rect(area)
    share = (y - track.top()) / max(1, track.height() - 1)
    return min(count - 1, max(0, round(share * (count - 1))))


def paint_message(painter: QPainter, area: QRect, title: str, detail: str) -> None:
    """Write a quiet sentence in the middle of an empty viewport."""
    tokens = Tokens()
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


def outlined_text(painter: QPainter, at: QPoint, text: str, colour: QColor) -> None:
    """Draw ``text`` with its baseline at ``at`` and a black outline of one pixel."""
    painter.setPen(QColor(Tokens().surface.viewport))
    for dx, dy in _OUTLINE:
        painter.drawText(at + QPoint(dx, dy), text)
    painter.setPen(colour)
    painter.drawText(at, text)


def _lines(
    painter: QPainter,
    metrics: QFontMetrics,
    inner: QRect,
    lines: tuple[str, ...],
    widest: int,
    colour: QColor,
    *,
    at_right: bool,
    at_bottom: bool,
) -> None:
    top = inner.bottom() + 1 - len(lines) * metrics.height() if at_bottom else inner.top()
    for number, line in enumerate(lines):
        text = metrics.elidedText(line, Qt.TextElideMode.ElideRight, widest)
        left = inner.right() + 1 - metrics.horizontalAdvance(text) if at_right else inner.left()
        outlined_text(painter, QPoint(left, top + number * metrics.height() + metrics.ascent()), text, colour)


def _letters(painter: QPainter, inner: QRect, letters: tuple[str, str, str, str]) -> None:
    tokens = Tokens()
    painter.setFont(interface_font(tokens.type.title, bold=True))
    metrics = painter.fontMetrics()
    left, right, top, bottom = letters
    middle_y = inner.center().y() + metrics.ascent() // 2
    centre_x = inner.center().x()
    places = (
        (left, QPoint(inner.left(), middle_y)),
        (right, QPoint(inner.right() + 1 - metrics.horizontalAdvance(right), middle_y)),
        (top, QPoint(centre_x - metrics.horizontalAdvance(top) // 2, inner.top() + metrics.ascent())),
        (bottom, QPoint(centre_x - metrics.horizontalAdvance(bottom) // 2, inner.bottom() + 1 - metrics.descent())),
    )
    for letter, place in places:
        if letter:
            outlined_text(painter, place, letter, QColor(tokens.text.on_image))
