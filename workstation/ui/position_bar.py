"""The thin bar at the right of a viewport: where in the stack the image is, and how far the stack has been loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter

from workstation.qtkit.tokens import Tokens

BAR_WIDTH = 5
_LEAST_MARK = 6
_GAP = 2


@dataclass(frozen=True)
class PositionBar:
    """Where in the display set the image is and which frames have been loaded.

    ``loaded`` are runs of loaded frames ``(first, past_the_last)``; ``missing`` are frames behind which others seem to
    be missing.
    """

    count: int
    index: int
    loaded: tuple[tuple[int, int], ...] = ()
    missing: tuple[int, ...] = ()


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


def paint_position_bar(painter: QPainter, area: QRect, bar: PositionBar, tokens: Tokens) -> None:
    """Draw the bar along the right edge of ``area``: loaded runs in grey, gaps in amber, the image in the accent."""
    if bar.count < 2:
        return
    track = bar_rect(area, tokens)
    painter.fillRect(track, QColor(tokens.surface.raised))
    for first, past in bar.loaded:
        top = track.top() + first * track.height() // bar.count
        bottom = track.top() + past * track.height() // bar.count
        painter.fillRect(QRect(track.left(), top, track.width(), max(1, bottom - top)), QColor(tokens.text.disabled))
    for after in bar.missing:
        at = track.top() + (after + 1) * track.height() // bar.count
        painter.fillRect(QRect(track.left(), at - 1, track.width(), _GAP), QColor(tokens.status.warn))
    height = max(_LEAST_MARK, track.height() // bar.count)
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
