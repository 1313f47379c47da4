"""Text and marks over an image: outlined corner texts, orientation letters, the lossy mark, the position bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter

from workstation.qtkit.fonts import interface_font
from workstation.qtkit.tokens import Tokens

BAR_WIDTH = 5
_NARROW = 420
_OUTLINE = tuple((x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0))


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


def paint_overlay(painter: QPainter, area: QRect, overlay: Overlay, tokens: Tokens) -> None:
    """Write the overlay into ``area`` (logical pixels)."""
    size = tokens.type.body if area.width() >= tokens.px(_NARROW) else tokens.type.caption
    painter.setFont(interface_font(size))
    metrics = painter.fontMetrics()
    margin = tokens.spacing.s
    inner = area.adjusted(margin, margin - 2, -(margin + tokens.px(BAR_WIDTH) + 2), -(margin - 2))
    widest = inner.width() // 2 - margin
    colour = QColor(tokens.text.on_image)
    below = inner.adjusted(0, metrics.height() if overlay.headline else 0, 0, 0)
    left, right = (inner, below) if overlay.is_headline_right else (below, inner)
    _lines(painter, metrics, left, overlay.top_left, widest, colour, at_right=False, at_bottom=False)
    _lines(painter, metrics, right, overlay.top_right, widest, colour, at_right=True, at_bottom=False)
    _lines(painter, metrics, inner, overlay.bottom_left, widest, colour, at_right=False, at_bottom=True)
    _lines(painter, metrics, inner, overlay.bottom_right, widest, colour, at_right=True, at_bottom=True)
    if overlay.headline:
        tone = QColor(tokens.status.info if overlay.is_prior else tokens.text.primary)
        at_right = overlay.is_headline_right
        _lines(painter, metrics, inner, (overlay.headline,), widest, tone, at_right=at_right, at_bottom=False)
    if overlay.alarm:
        above = inner.adjusted(0, 0, 0, -len(overlay.bottom_right) * metrics.height())
        red = QColor(tokens.status.fail)
        _lines(painter, metrics, above, (overlay.alarm,), widest, red, at_right=True, at_bottom=True)
    _letters(painter, inner, overlay.letters, tokens)


def paint_position_bar(painter: QPainter, area: QRect, bar: PositionBar, tokens: Tokens) -> None:
    """Draw the bar along the right edge of ``area``: loaded runs in grey, the current image in the accent colour."""
    if bar.count < 2:
        return
    track = bar_rect(area, tokens)
    painter.fillRect(track, QColor(tokens.surface.raised))
    for first, past in bar.loaded:
        top = track.top() + first * track.height() // bar.count
        bottom = track.top() + past * track.height() // bar.count
        painter.fillRect(QRect(track.left(), top, track.width(), max(1, bottom - top)), QColor(tokens.text.disabled))
    height = max(6, track.height() // bar.count)
    top = track.top() + round(bar.index * (track.height() - height) / (bar.count - 1))
    painter.fillRect(QRect(track.left(), top, track.width(), height), QColor(tokens.accent.main))


def bar_rect(area: QRect, tokens: Tokens) -> QRect:
    """Where the position bar lies in ``area``."""
    width = tokens.px(BAR_WIDTH)
    return QRect(area.right() - width + 1, area.top(), width, area.height())


def index_at(area: QRect, y: int, count: int) -> int:
    """The frame that a point at height ``y`` of the bar stands for."""
    share = (y - area.top()) / max(1, area.height() - 1)
    return min(count - 1, max(0, round(share * (count - 1))))


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


def _letters(painter: QPainter, inner: QRect, letters: tuple[str, str, str, str], tokens: Tokens) -> None:
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
