"""Axes: from numbers to places on paper, with ticks that people would have chosen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from calibration.exports.drawing import GRID, INK, QUIET, RULE, XY, Shape, Stroke, Words

TICK_PT, LABEL_PT = 6.5, 7.0
_DAY_S = 86400.0


@dataclass(frozen=True)
class Tick:
    """A place on an axis; without a label it is only a grid line."""

    value: float
    label: str = ""


@dataclass(frozen=True)
class Axis:
    """One axis, from ``low`` to ``high`` (``low < high``; both positive where ``is_log``)."""

    low: float
    high: float
    ticks: tuple[Tick, ...]
    title: str = ""
    is_log: bool = False

    def share(self, value: float) -> float:
        """Where a value lies: 0 at ``low``, 1 at ``high``."""
        if self.is_log:
            return math.log(max(value, 1e-12) / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def linear_axis(low: float, high: float, title: str = "", *, wanted: int = 5, percent: bool = False) -> Axis:
    """From the round number at or below ``low`` to the one at or above ``high``; steps of 1, 2 or 5.

    Parameters
    ----------
    percent
        Values are fractions and shown in per cent.
    """
    if not low < high:
        middle = low if low == high else 0.0
        low, high = middle - max(abs(middle), 1.0) * 0.5, middle + max(abs(middle), 1.0) * 0.5
    step = round_step((high - low) / wanted)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    shown = step * (100 if percent else 1)
    digits = max(0, -math.floor(math.log10(shown) + 1e-9))
    ticks = tuple(Tick(i * step, _label(i * shown, digits)) for i in range(first, last + 1))
    return Axis(first * step, last * step, ticks, title)


def level_axis(top: int, title: str = "") -> Axis:
    """Levels from 0 to ``top`` exactly; ticks at round levels."""
    step = max(1, round(round_step(top / 6)))
    return Axis(0.0, float(max(top, 1)), tuple(Tick(float(i), str(i)) for i in range(0, top + 1, step)), title)


def log_axis(low: float, high: float, title: str = "") -> Axis:
    """From the 1-2-5 number at or below ``low`` to the one at or above ``high``; both positive."""
    low, high = max(low, 1e-6), max(high, low * 1.01, 1e-6)
    exponents = range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 2)
    steps = [part * 10.0**exponent for exponent in exponents for part in (1, 2, 5)]
    first = max(step for step in steps if step <= low * (1 + 1e-9))
    last = min(step for step in steps if step >= high * (1 - 1e-9))
    return Axis(first, last, tuple(Tick(s, f"{s:g}") for s in steps if first <= s <= last), title, is_log=True)


def time_axis(start: datetime, end: datetime, *, most: int = 7) -> Axis:
    """From ``start`` to ``end``, values in seconds since 1970; at most about ``most`` labels, at months or years."""
    months = max(1, round((end - start) / timedelta(days=30.44)))
    stride = next((each for each in (1, 2, 3, 6, 12, 24, 60) if months / each <= most), 120)
    at = datetime(start.year, start.month, 1, tzinfo=UTC)
    ticks = []
    while at <= end + timedelta(days=31):
        if (at.year * 12 + at.month - 1) % stride == 0:
            ticks.append(Tick(at.timestamp(), f"{at:%Y}" if stride >= 12 else f"{at:%Y-%m}"))
        at = datetime(at.year + at.month // 12, at.month % 12 + 1, 1, tzinfo=UTC)
    low, high = start.timestamp(), max(end.timestamp(), start.timestamp() + _DAY_S)
    return Axis(low, high, tuple(tick for tick in ticks if low <= tick.value <= high))


def round_step(step: float) -> float:
    """The 1, 2 or 5 times a power of ten at or above ``step``."""
    power = 10.0 ** math.floor(math.log10(step))
    return next((part * power for part in (1, 2, 5) if part * power >= step * (1 - 1e-9)), 10 * power)


@dataclass(frozen=True)
class Frame:
    """Two axes on paper: the plot's inside is ``width`` x ``height`` mm at ``x``, ``y``."""

    x: float
    y: float
    width: float
    height: float
    across: Axis
    up: Axis

    def place(self, across: float, up: float) -> XY:
        """Where a pair of values lies."""
        return self.x + self.across.share(across) * self.width, self.y + (1 - self.up.share(up)) * self.height

    def inside(self, across: float, up: float) -> XY:
        """The same, held inside the frame."""
        x, y = self.place(across, up)
        return min(max(x, self.x), self.x + self.width), min(max(y, self.y), self.y + self.height)

    def line(self, across: Sequence[float], up: Sequence[float]) -> tuple[XY, ...]:
        """Places of many pairs, held inside the frame."""
        return tuple(self.inside(a, b) for a, b in zip(across, up, strict=True))

    def shapes(self) -> list[Shape]:
        """Grid, ticks, labels and titles."""
        right, bottom = self.x + self.width, self.y + self.height
        found: list[Shape] = []
        for tick in self.up.ticks:
            y = self.place(self.across.low, tick.value)[1]
            found.append(Stroke(((self.x, y), (right, y)), GRID, 0.15))
            found.append(Words(self.x - 1.2, y + 0.8, tick.label, TICK_PT, QUIET, "end"))
        for tick in self.across.ticks:
            x = self.place(tick.value, self.up.low)[0]
            found.append(Stroke(((x, self.y), (x, bottom)), GRID, 0.15))
            found.append(Words(x, bottom + 3.2, tick.label, TICK_PT, QUIET, "middle"))
        found.append(Stroke(((self.x, self.y), (self.x, bottom), (right, bottom)), RULE, 0.25))
        found.append(Words(self.x + self.width / 2, bottom + 7.0, self.across.title, LABEL_PT, INK, "middle"))
        middle = self.y + self.height / 2
        found.append(Words(self.x - 9.0, middle, self.up.title, LABEL_PT, INK, "middle", is_upright=True))
        return found


def _label(value: float, digits: int) -> str:
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else f"{0:.{digits}f}"
