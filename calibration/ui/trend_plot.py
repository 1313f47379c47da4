"""A quantity of one or several displays against time: readings, line since the calibration, limits, forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from itertools import pairwise

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt

from calibration.exports.trends import Trend, TrendLimit
from calibration.exports.wording import day
from calibration.ui.curve_plot import Plot
from workstation.qtkit.tokens import Tokens

_AHEAD = timedelta(days=550)
_NEAR = 0.6
_SYMBOLS = {"o": "●", "s": "■", "t": "▼", "d": "◆"}


@dataclass(frozen=True)
class NamedTrend:
    """A trend and whose it is."""

    title: str
    trend: Trend


class TrendPlot(Plot):
    """One metric. A single display shows its fit and forecast; several are told apart by colour and shape."""

    def __init__(self, name: str, unit: str, tokens: Tokens) -> None:
        super().__init__(name, tokens, left="%" if unit == "fraction" else unit, bottom="")
        self._scale = 100.0 if unit == "fraction" else 1.0
        self.item.setAxisItems({"bottom": pg.DateAxisItem()})
        self._dress_axis()

    def show_trends(self, trends: Sequence[NamedTrend]) -> None:
        """Show these; nothing for none."""
        self.item.clear()
        filled = [each for each in trends if each.trend.points]
        for number, each in enumerate(trends):
            if each.trend.points:
                self._show_points(each.trend, number, is_alone=len(trends) == 1)
        if len(filled) == 1:
            self._show_line(filled[0].trend)
            self._show_restarts(filled[0].trend)
        for limit in dict.fromkeys(each.trend.limit for each in filled if each.trend.limit):
            self._show_limit(limit)
        self._fit([each.trend for each in filled])

    def _dress_axis(self) -> None:
        axis = self.item.getAxis("bottom")
        axis.setPen(pg.mkPen(self.tokens.surface.line))
        axis.setTextPen(pg.mkPen(self.tokens.text.secondary))
        axis.setStyle(tickFont=self._font(), tickLength=-self.tokens.spacing.xs)
        self.item.showGrid(x=False, y=True, alpha=0.18)

    def _show_points(self, trend: Trend, number: int, *, is_alone: bool) -> None:
        symbol, other = sign_of(number, self.tokens)
        colour, points = self.tokens.text.primary if is_alone else other, trend.points
        x = np.array([point.at.timestamp() for point in points])
        y = np.array([self._scale * point.value for point in points])
        half = np.array([1.96 * self._scale * (point.sigma or 0.0) for point in points])
        self.item.addItem(pg.ErrorBarItem(x=x, y=y, top=half, bottom=half, pen=pg.mkPen(self.tokens.text.secondary)))
        self.item.plot(
            x,
            y,
            pen=None if is_alone else pg.mkPen(self.colour(colour, 110)),
            connect=_joined(trend),
            symbol=symbol,
            symbolSize=self.tokens.px(6),
            symbolBrush=colour,
            symbolPen=None,
        )

    def _show_line(self, trend: Trend) -> None:
        """The line since the last calibration: whole where measured, dashed to where it meets the limit."""
        if trend.fit is None or trend.baseline is None:
            return
        first, last = trend.baseline.at, trend.points[-1].at
        self._stroke(trend, first, last, Qt.PenStyle.SolidLine)
        if trend.leaves_on is None:
            return
        end = min(trend.leaves_on, last + _AHEAD)
        self._stroke(trend, last, end, Qt.PenStyle.DashLine)
        if end == trend.leaves_on:
            at, value = end.timestamp(), self._scale * (trend.line_at(end) or 0.0)
            ring = pg.mkPen(self.tokens.status.warn, width=self.tokens.px(2))
            self.item.plot([at], [value], pen=None, symbol="o", symbolBrush=None, symbolPen=ring, symbolSize=10)
            self._words(day(end), at, value, self.tokens.status.warn, anchor=(1.0, 1.3))

    def _stroke(self, trend: Trend, start: datetime, end: datetime, style: Qt.PenStyle) -> None:
        values = [self._scale * (trend.line_at(at) or 0.0) for at in (start, end)]
        pen = pg.mkPen(self.tokens.accent.main, width=self.tokens.px(2), style=style)
        self.item.plot([start.timestamp(), end.timestamp()], values, pen=pen)

    def _show_restarts(self, trend: Trend) -> None:
        for at in trend.restarts:
            line = pg.InfiniteLine(
                at.timestamp(),
                angle=90,
                pen=pg.mkPen(self.tokens.text.disabled, style=Qt.PenStyle.DotLine),
                label="calibrated",
                labelOpts=self._label_options(self.tokens.text.secondary, position=0.96, anchors=[(0, 0.5), (0, 0.5)]),
            )
            self._add_line(line)

    def _show_limit(self, limit: TrendLimit) -> None:
        mark = limit.text if limit.is_confirmed else f"{limit.text}, unconfirmed"
        for value in _values_of(limit):
            line = pg.InfiniteLine(
                self._scale * value,
                angle=0,
                pen=pg.mkPen(self.tokens.status.fail, style=Qt.PenStyle.DashLine),
                label=f"limit {mark}",
                labelOpts=self._label_options(self.tokens.status.fail, position=0.02, anchors=[(0, 1), (0, 1)]),
            )
            self._add_line(line)

    def _add_line(self, line: pg.InfiniteLine) -> None:
        line.label.setFont(self._font())
        self.item.addItem(line)

    def _label_options(self, colour: str, **more: object) -> dict[str, object]:
        return {"color": colour, "movable": False, **more}

    def _words(self, text: str, x: float, y: float, colour: str, anchor: tuple[float, float]) -> None:
        words = pg.TextItem(text, color=colour, anchor=anchor)
        words.setFont(self._font())
        words.setPos(x, y)
        self.item.addItem(words)

    def _fit(self, trends: Sequence[Trend]) -> None:
        points = [point for trend in trends for point in trend.points]
        if not points:
            self.item.setXRange(0, 1)
            return
        ends = [min(trend.leaves_on, points[-1].at + _AHEAD) for trend in trends if trend.leaves_on]
        first = min(point.at for point in points)
        last = max([*(point.at for point in points), *(ends if len(trends) == 1 else [])])
        margin = max((last - first) * 0.05, timedelta(days=3))
        self.item.setXRange((first - margin).timestamp(), (last + margin).timestamp(), padding=0)
        low, high = _reach([point.value for point in points], trends)
        self.item.setYRange(self._scale * low, self._scale * high, padding=0)


def sign_of(number: int, tokens: Tokens) -> tuple[str, str]:
    """Shape and colour of the n-th display where there are several."""
    colours = (tokens.status.info, tokens.status.warn, tokens.status.ok, tokens.status.ai, tokens.text.primary)
    return list(_SYMBOLS)[number % len(_SYMBOLS)], colours[number % len(colours)]


def legend_of(titles: Sequence[str], tokens: Tokens) -> str:
    """Which display is which, as rich text."""
    signs = (sign_of(number, tokens) for number in range(len(titles)))
    parts = (
        f'<span style="color: {colour}">{_SYMBOLS[symbol]}</span>&nbsp;{escape(title)}'
        for (symbol, colour), title in zip(signs, titles, strict=True)
    )
    return "&nbsp;&nbsp;&nbsp; ".join(parts)


def _joined(trend: Trend) -> NDArray[np.int32]:
    """Which points are joined with the next one: not those on both sides of a calibration."""
    points = trend.points
    apart = [any(a.at < at <= b.at for at in trend.restarts) for a, b in pairwise(points)]
    return np.array([*(not each for each in apart), False], np.int32)


def _values_of(limit: TrendLimit) -> tuple[float, ...]:
    return (limit.value,) if limit.high is None else (limit.value, limit.high)


def _reach(values: Sequence[float], trends: Sequence[Trend]) -> tuple[float, float]:
    """Of the vertical axis: the readings and the limits near them; a far one would squeeze the readings into a line."""
    low, high = min(values), max(values)
    size = max(abs(low), abs(high), 1e-12)
    for trend in trends:
        for limit in _values_of(trend.limit) if trend.limit else ():
            if abs(limit - low) < _NEAR * size or abs(limit - high) < _NEAR * size:
                low, high = min(low, limit), max(high, limit)
    margin = 0.14 * max(high - low, 0.03 * size)
    return (max(low - margin, 0.0) if low >= 0 else low - margin), high + margin
