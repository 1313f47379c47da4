"""Where each line over an image lies; kept corner by corner, since most stay as they are along a stack."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QImage, QRegion

from workstation.imaging.kept import Kept
from workstation.qtkit.icons import icon
from workstation.qtkit.tokens import Tokens
from workstation.ui.outlined_text import OUTLINE, Style, TextStamps
from workstation.ui.position_bar import BAR_WIDTH

_NARROW = 420


@dataclass(frozen=True)
class Overlay:
    """What is written over one image: lines per corner, a letter per edge (left, right, top, bottom).

    ``alarm`` (lossy compression) is drawn in red above the bottom right corner; ``headline`` (current or which prior)
    above the top right one (or the left), in another colour for a prior; ``notices`` (what is wrong with the stack) in
    amber with a sign above the bottom left one (or the right); ``mark`` (reformatted, and how) below the headline, and
    ``state`` (the presentation state in use) below that.
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
    notices: tuple[str, ...] = ()
    are_notices_right: bool = False
    mark: str = ""
    state: str = ""


class Mark(NamedTuple):
    """A line, letter or sign ready to be stamped: its top left corner in logical pixels."""

    corner: QPoint
    image: QImage

    @property
    def rect(self) -> QRect:
        """What it covers, in logical pixels."""
        size = self.image.deviceIndependentSize()
        return QRect(self.corner, QSize(math.ceil(size.width()), math.ceil(size.height())))


Marks = tuple[Mark, ...]


class _Column(NamedTuple):
    """Lines of one corner: which way they are aligned and where they begin (top) or end (bottom)."""

    area: QRect
    at_right: bool
    at_bottom: bool


def changed_region(before: Marks, now: Marks) -> QRegion:
    """What must be painted anew for ``now`` to stand in the place of ``before``."""
    kept = {id(mark) for mark in before} & {id(mark) for mark in now}  # lines that stay are the very same marks
    region = QRegion()
    for mark in (*before, *now):
        if id(mark) not in kept:
            region |= mark.rect
    return region


class OverlayLayout:
    """Lays overlays out; ``notice_area`` is where notices were last put, empty when there were none."""

    def __init__(self, stamps: TextStamps) -> None:
        self._stamps = stamps
        self._kept = Kept()
        self._signs: dict[tuple[int, float, str], QImage] = {}
        self.notice_area = QRect()

    def marks(self, area: QRect, overlay: Overlay, tokens: Tokens, scale: float) -> Marks:
        """What to stamp into ``area`` (logical pixels) of a device with ``scale`` pixels for each of them."""
        return self._kept.get("all", (area, overlay, tokens, scale), lambda: self._all(area, overlay, tokens, scale))

    def _all(self, area: QRect, overlay: Overlay, tokens: Tokens, scale: float) -> Marks:
        size = tokens.type.body if area.width() >= tokens.px(_NARROW) else tokens.type.caption
        plain = Style(size, tokens.text.on_image)
        margin = tokens.spacing.s
        inner = area.adjusted(margin, margin - 2, -(margin + tokens.px(BAR_WIDTH) + 2), -(margin - 2))
        line = self._stamps.metrics(plain).height()
        heads = bool(overlay.headline) + bool(overlay.mark) + bool(overlay.state)
        below = inner.adjusted(0, line * heads, 0, 0)
        left, right = (inner, below) if overlay.is_headline_right else (below, inner)
        corners = (
            (_Column(left, at_right=False, at_bottom=False), overlay.top_left),
            (_Column(right, at_right=True, at_bottom=False), overlay.top_right),
            (_Column(inner, at_right=False, at_bottom=True), overlay.bottom_left),
            (_Column(inner, at_right=True, at_bottom=True), overlay.bottom_right),
        )
        written = [mark for column, lines in corners for mark in self._lines(column, lines, plain, scale)]
        written += self._notices(inner, overlay, Style(size, tokens.status.warn), tokens, scale)
        written += self._headline(inner, overlay, Style(size, tokens.text.primary), tokens, scale)
        bold = Style(tokens.type.title, tokens.text.on_image, is_bold=True)
        return (*written, *self._letters(inner, overlay.letters, bold, scale))

    def _headline(self, inner: QRect, overlay: Overlay, plain: Style, tokens: Tokens, scale: float) -> list[Mark]:
        """The headline, that the image is reformatted, its presentation state, and the mark of lossy compression."""
        found: list[Mark] = []
        line = self._stamps.metrics(plain).height()
        if overlay.headline:
            tone = plain._replace(colour=tokens.status.info) if overlay.is_prior else plain
            top = _Column(inner, at_right=overlay.is_headline_right, at_bottom=False)
            found += self._lines(top, (overlay.headline,), tone, scale)
        if overlay.mark:
            under = inner.adjusted(0, line if overlay.headline else 0, 0, 0)
            column = _Column(under, at_right=overlay.is_headline_right, at_bottom=False)
            bold = plain._replace(colour=tokens.status.warn, is_bold=True)
            found += self._lines(column, (overlay.mark,), bold, scale)
        if overlay.state:
            under = inner.adjusted(0, line * (bool(overlay.headline) + bool(overlay.mark)), 0, 0)
            column = _Column(under, at_right=overlay.is_headline_right, at_bottom=False)
            found += self._lines(column, (overlay.state,), plain._replace(colour=tokens.accent.main), scale)
        if overlay.alarm:
            above = inner.adjusted(0, 0, 0, -len(overlay.bottom_right) * line)
            red = plain._replace(colour=tokens.status.fail)
            found += self._lines(_Column(above, at_right=True, at_bottom=True), (overlay.alarm,), red, scale)
        return found

    def _notices(self, inner: QRect, overlay: Overlay, style: Style, tokens: Tokens, scale: float) -> list[Mark]:
        """One line for each, cut where it would reach beyond the middle: the whole sentence is in the tool tip."""
        metrics = self._stamps.metrics(style)
        height, indent = metrics.height(), metrics.ascent() + tokens.spacing.xs
        right = overlay.are_notices_right
        below = len(overlay.bottom_right) + bool(overlay.alarm) if right else len(overlay.bottom_left)
        stamps = [self._stamps.stamp(each, style, inner.width() // 2, scale) for each in overlay.notices]
        wide = indent + max((round(stamp.width() / scale) for stamp in stamps), default=0)
        top = inner.bottom() + 1 - (below + len(stamps)) * height
        left = inner.right() + 1 - wide if right else inner.left()
        self.notice_area = QRect(left, top, wide, len(stamps) * height) if stamps else QRect()
        found = []
        for number, stamp in enumerate(stamps):
            line = top + number * height
            sign = self._warn_sign(metrics.ascent(), scale, style.colour)
            found.append(Mark(QPoint(left + indent - OUTLINE, line - OUTLINE), stamp))
            found.append(Mark(QPoint(left, line + (height - metrics.ascent()) // 2), sign))
        return found

    def _warn_sign(self, size: int, scale: float, colour: str) -> QImage:
        key = (size, scale, colour)
        if key not in self._signs:
            self._signs[key] = icon("warn", colour).pixmap(QSize(size, size), scale).toImage()
        return self._signs[key]

    def _lines(self, column: _Column, lines: Sequence[str], style: Style, scale: float) -> Marks:
        kind = f"{column.at_right} {column.at_bottom} {style.colour}"
        key = (column, lines, style, scale)
        return self._kept.get(kind, key, lambda: tuple(self._lines_now(column, lines, style, scale)))

    def _lines_now(self, column: _Column, lines: Sequence[str], style: Style, scale: float) -> list[Mark]:
        height = self._stamps.metrics(style).height()
        area = column.area
        top = area.bottom() + 1 - len(lines) * height if column.at_bottom else area.top()
        found = []
        for number, line in enumerate(lines):
            stamp = self._stamps.stamp(line, style, area.width() // 2, scale)
            width = round(stamp.width() / scale) - 2 * OUTLINE
            left = area.right() + 1 - width if column.at_right else area.left()
            found.append(Mark(QPoint(left - OUTLINE, top + number * height - OUTLINE), stamp))
        return found

    def _letters(self, inner: QRect, letters: tuple[str, str, str, str], style: Style, scale: float) -> Marks:
        key = (inner, letters, style, scale)
        return self._kept.get("letters", key, lambda: tuple(self._letters_now(inner, letters, style, scale)))

    def _letters_now(self, inner: QRect, letters: tuple[str, str, str, str], style: Style, scale: float) -> list[Mark]:
        metrics = self._stamps.metrics(style)
        middle_y = inner.center().y() - metrics.height() // 2
        wide = [metrics.horizontalAdvance(letter) for letter in letters]
        corners = (
            QPoint(inner.left(), middle_y),
            QPoint(inner.right() + 1 - wide[1], middle_y),
            QPoint(inner.center().x() - wide[2] // 2, inner.top()),
            QPoint(inner.center().x() - wide[3] // 2, inner.bottom() + 1 - metrics.height()),
        )
        return [
            Mark(corner - QPoint(OUTLINE, OUTLINE), self._stamps.stamp(letter, style, inner.width(), scale))
            for letter, corner in zip(letters, corners, strict=True)
            if letter
        ]
