"""The chart of a trend: points, the line since the last calibration, the limit, and where they meet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from calibration.conformance.wording import measured_text
from calibration.exports.drawing import (
    ACCENT,
    BAND,
    FAIL,
    FAINT,
    QUIET,
    WARN,
    Area,
    Dot,
    Drawing,
    Shape,
    Stroke,
    Words,
)
from calibration.exports.plot import Frame, linear_axis, time_axis
from calibration.exports.trends import LEAST_POINTS, Trend
from calibration.exports.wording import day

_LEFT, _RIGHT, _TOP, _FOOT = 13.0, 4.0, 6.5, 9.0
_AHEAD = timedelta(days=550)


def trend_chart(trend: Trend, width: float = 86.0, height: float = 50.0) -> Drawing:
    """Value against time. Empty axes when there are no points."""
    start, end = _span(trend)
    low, high = _reach(trend)
    is_share = trend.unit == "fraction"
    up = linear_axis(low, high, "%" if is_share else trend.unit, wanted=5, percent=is_share)
    across = time_axis(start, end, most=max(2, int(width // 13)))
    frame = Frame(_LEFT, _TOP, width - _LEFT - _RIGHT, height - _TOP - _FOOT, across, up)
    shapes = [*frame.shapes(), *_restarts(frame, trend), *_limits(frame, trend), *_line(frame, trend, end)]
    for point in trend.points:
        shapes += _point(frame, point.at, point.value, point.sigma)
    return Drawing(width, height, (*shapes, *_leaving(frame, trend, end)), f"Trend of {trend.title}")


def trend_sentence(trend: Trend) -> str:
    """Slope and forecast in words."""
    slope, half = trend.slope_per_year, trend.slope_uncertainty_per_year
    parts = []
    if slope is not None and half is not None:
        sign = "+" if slope > 0 else ""
        parts.append(f"Slope {sign}{measured_text(slope, half, trend.unit)} a year.")
    if trend.leaves_on and trend.leaves_earliest and trend.leaves_latest:
        between = f"between {day(trend.leaves_earliest)} and {day(trend.leaves_latest)}"
        parts.append(f"If it goes on like this, the limit is reached about {day(trend.leaves_on)} ({between}).")
    return " ".join([*parts, *([trend.reason] if trend.reason else []), *trend.notes])


def _span(trend: Trend) -> tuple[datetime, datetime]:
    if not trend.points:
        now = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
        return now, now + timedelta(days=30)
    first, last = trend.points[0].at, trend.points[-1].at
    ahead = min(trend.leaves_on, last + _AHEAD) if trend.leaves_on else last
    margin = max((ahead - first) * 0.04, timedelta(days=3))
    return first - margin, ahead + margin


def _reach(trend: Trend) -> tuple[float, float]:
    """Values since the calibration and the limits near them: a far one would squeeze the points into a line."""
    counted = trend.current if len(trend.current) >= LEAST_POINTS else trend.points
    values = [point.value for point in counted] or [0.0, 1.0]
    low, high = min(values), max(values)
    size = max(abs(low), abs(high), 1e-12)
    for limit in _limit_values(trend):
        if abs(limit - low) < 0.6 * size or abs(limit - high) < 0.6 * size:
            low, high = min(low, limit), max(high, limit)
    margin = 0.06 * max(high - low, 0.02 * size)
    floor = 0.0 if low >= 0 else low - margin
    return max(low - margin, floor), high + margin


def _limit_values(trend: Trend) -> tuple[float, ...]:
    if trend.limit is None:
        return ()
    return (trend.limit.value,) if trend.limit.high is None else (trend.limit.value, trend.limit.high)


def _limits(frame: Frame, trend: Trend) -> list[Shape]:
    found: list[Shape] = []
    for value in _limit_values(trend):
        if frame.up.low <= value <= frame.up.high:
            left, right = frame.place(frame.across.low, value), frame.place(frame.across.high, value)
            found.append(Stroke((left, right), FAIL, 0.3, 1.2))
            label = "limit" if trend.limit and trend.limit.is_confirmed else "limit (unconfirmed)"
            found.append(Words(left[0] + 0.8, left[1] - 0.8, label, 6.0, FAIL))
    return found


def _restarts(frame: Frame, trend: Trend) -> list[Shape]:
    found: list[Shape] = []
    for at in trend.restarts:
        x, bottom = frame.inside(at.timestamp(), frame.up.low)
        found.append(Stroke(((x, frame.y), (x, bottom)), FAINT, 0.3, 0.8))
        found.append(Words(x, frame.y - 1.0, "calibrated", 6.0, QUIET, "middle"))
    return found


def _line(frame: Frame, trend: Trend, end: datetime) -> list[Shape]:
    """The fitted line with its band: whole where measured, dashed beyond."""
    if trend.fit is None or trend.baseline is None:
        return []
    first, last = trend.baseline.at, trend.points[-1].at
    times = [first + (end - first) * part / 24 for part in range(25)]
    shapes: list[Shape] = [Area(_band(frame, trend, times), BAND)]
    shapes.append(Stroke(_path(frame, trend, [first, last]), ACCENT, 0.3))
    if end > last and trend.leaves_on:
        shapes.append(Stroke(_path(frame, trend, [last, end]), ACCENT, 0.3, 0.9))
    return shapes


def _path(frame: Frame, trend: Trend, times: Sequence[datetime]) -> tuple[tuple[float, float], ...]:
    return frame.line([at.timestamp() for at in times], [trend.line_at(at) or 0.0 for at in times])


def _band(frame: Frame, trend: Trend, times: Sequence[datetime]) -> tuple[tuple[float, float], ...]:
    seconds = [at.timestamp() for at in times]
    edges = [trend.band_at(at) for at in times]
    upper = frame.line(seconds, [edge[1] for edge in edges])
    lower = frame.line(seconds, [edge[0] for edge in edges])
    return (*upper, *reversed(lower))


def _point(frame: Frame, at: datetime, value: float, sigma: float | None) -> list[Shape]:
    half = 1.96 * (sigma or 0.0)
    bar = frame.line([at.timestamp()] * 2, [value - half, value + half])
    shapes: list[Shape] = [Stroke(bar, ACCENT, 0.25)] if abs(bar[0][1] - bar[1][1]) > 1.4 else []
    is_beyond = not frame.up.low <= value <= frame.up.high  # drawn at the edge, hollow
    return [*shapes, Dot(*frame.inside(at.timestamp(), value), 0.7, ACCENT, is_beyond)]


def _leaving(frame: Frame, trend: Trend, end: datetime) -> list[Shape]:
    """A ring where the line meets the limit."""
    if trend.leaves_on is None or trend.leaves_on > end:
        return []
    x, y = frame.inside(trend.leaves_on.timestamp(), trend.line_at(trend.leaves_on) or 0.0)
    return [
        Dot(x, y, 1.0, WARN, is_hollow=True),
        Words(x - 1.5, y + 3.4, day(trend.leaves_on), 6.5, WARN, "end", is_bold=True),
    ]
