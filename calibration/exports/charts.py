"""The charts of a report: luminance curve, contrast response, uniformity, trend. Numbers in, drawings out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from calibration.checks.live_curve import ContrastStep, CurvePoint, LiveCurve
from calibration.conformance.wording import luminance_text
from calibration.exports.drawing import (
    ACCENT,
    BAND,
    FAIL,
    INK,
    OK,
    QUIET,
    RULE,
    TINT,
    UNSURE,
    XY,
    Area,
    Box,
    Colour,
    Dot,
    Drawing,
    Shape,
    Stroke,
    Words,
)
from calibration.exports.plot import LABEL_PT, Axis, Frame, level_axis, linear_axis, log_axis
from calibration.readings.reading import Space

_LEFT, _RIGHT, _TOP, _FOOT = 13.0, 3.0, 6.5, 9.0
_MANY = 60  # beyond it, points are a line
_GRID_OF_PLACES = (
    ("top left", "top", "top right"),
    ("left", "centre", "right"),
    ("bottom left", "bottom", "bottom right"),
)


def response_chart(curve: LiveCurve, space: Space, width: float = 86.0, height: float = 62.0) -> Drawing:
    """Luminance with ambient light against level, log scale, with the target and its band where levels are P-values."""
    values = [point.luminance_cd_m2 for point in curve.points if point.luminance_cd_m2 > 0]
    name = "P-value" if space is Space.P_VALUE else "DDL"
    across = level_axis(curve.levels - 1, name)
    up = log_axis(min(values, default=0.1), max(values, default=100.0), "Luminance L′, cd/m²")
    frame = _frame(width, height, across, up)
    shapes = frame.shapes()
    legend: list[tuple[Colour, str]] = [(ACCENT, "measured")]
    if space is Space.P_VALUE and curve.target_levels.size:
        shapes += _target(frame, curve)
        legend.append((QUIET, "GSDF target, band of one level"))
    shapes += _points(frame, curve.points)
    return Drawing(width, height, (*shapes, *_legend(frame, legend)), f"Luminance against {name}")


def deviation_chart(
    steps: Sequence[ContrastStep], limit: float | None, width: float = 86.0, height: float = 62.0
) -> Drawing:
    """k of each contrast step with error bars, between the limits. Colour and filling say which are outside."""
    reach = max([abs(step.deviation) + (step.uncertainty or 0.0) for step in steps] + [1.3 * (limit or 0.1)])
    top = max(step.upper for step in steps) if steps else 255
    up = linear_axis(-reach, reach, "Contrast deviation k, %", wanted=6, percent=True)
    frame = _frame(width, height, level_axis(top, "P-value, middle of the step"), up)
    shapes = frame.shapes()
    shapes.append(Stroke((frame.place(0, 0), frame.place(frame.across.high, 0)), QUIET, 0.3))
    for edge in (-limit, limit) if limit else ():
        shapes += _limit_line(frame, edge, f"{'−' if edge < 0 else '+'}{abs(edge):.0%}".replace("%", " %"))
    for step in steps:
        shapes += _step(frame, step, limit)
    legend = [(OK, "inside"), (UNSURE, "limit within error bar"), (FAIL, "outside")] if limit else [(ACCENT, "k")]
    return Drawing(width, height, (*shapes, *_legend(frame, legend)), "Contrast deviation of each step")


def uniformity_map(by_place: Mapping[str, float], level: int, aspect: float = 1.25, width: float = 58.0) -> Drawing:
    """Luminance at the places of a screen, and each one's difference from the median.

    Parameters
    ----------
    by_place
        cd/m² by place name.
    aspect
        Height of the screen over its width.
    """
    height = min(max(width * aspect, 30.0), 64.0)
    screen_width = min(width, height / aspect)
    left = (width - screen_width) / 2
    shapes: list[Shape] = [Box(left, 5.0, screen_width, height - 5.0, TINT, RULE)]
    shapes.append(Words(width / 2, 3.2, f"Level {level}, cd/m²", LABEL_PT, INK, "middle", is_bold=True))
    middle = median(by_place.values()) if by_place else 0.0
    for place, value in by_place.items():
        x, y = _place_on(place, left, screen_width, 5.0, height - 5.0)
        share = f"{100 * (value / middle - 1):+.1f} %".replace("-", "−") if middle else ""
        shapes.append(Words(x, y, luminance_text(value), 8.0, INK, "middle", is_bold=True))
        shapes.append(Words(x, y + 3.0, share, 6.0, QUIET, "middle"))
    return Drawing(width, height, tuple(shapes), f"Uniformity at level {level}")


def _frame(width: float, height: float, across: Axis, up: Axis) -> Frame:
    return Frame(_LEFT, _TOP, width - _LEFT - _RIGHT, height - _TOP - _FOOT, across, up)


def _target(frame: Frame, curve: LiveCurve) -> list[Shape]:
    levels = [float(each) for each in curve.target_levels]
    target = [float(each) for each in curve.target_cd_m2]
    upper = frame.line(levels, [value * (1 + band) for value, band in zip(target, curve.band, strict=True)])
    lower = frame.line(levels, [value * (1 - band) for value, band in zip(target, curve.band, strict=True)])
    return [Area((*upper, *reversed(lower)), BAND), Stroke(frame.line(levels, target), QUIET, 0.25)]


def _points(frame: Frame, points: Sequence[CurvePoint]) -> list[Shape]:
    if len(points) > _MANY:
        path = frame.line([point.level for point in points], [point.luminance_cd_m2 for point in points])
        return [Stroke(path, ACCENT, 0.4)]
    found: list[Shape] = []
    for point in points:
        half = point.uncertainty_cd_m2 or 0.0
        bar = frame.line([point.level] * 2, [max(point.luminance_cd_m2 - half, 1e-9), point.luminance_cd_m2 + half])
        if abs(bar[0][1] - bar[1][1]) > 1.6:  # shorter ones hide behind the dot
            found.append(Stroke(bar, ACCENT, 0.25))
        found.append(Dot(*frame.inside(point.level, point.luminance_cd_m2), 0.75, ACCENT))
    return found


def _step(frame: Frame, step: ContrastStep, limit: float | None) -> list[Shape]:
    half = step.uncertainty or 0.0
    middle = (step.lower + step.upper) / 2
    colour, is_hollow = ACCENT, False
    if limit is not None:
        room = limit - abs(step.deviation)
        is_hollow = abs(room) <= half
        colour = UNSURE if is_hollow else OK if room >= 0 else FAIL
    bar = frame.line([middle, middle], [step.deviation - half, step.deviation + half])
    caps = [Stroke(((x - 0.7, y), (x + 0.7, y)), colour, 0.25) for x, y in bar] if half else []
    return [Stroke(bar, colour, 0.25), *caps, Dot(*frame.inside(middle, step.deviation), 0.8, colour, is_hollow)]


def _limit_line(frame: Frame, value: float, label: str) -> list[Shape]:
    left, right = frame.inside(frame.across.low, value), frame.inside(frame.across.high, value)
    return [Stroke((left, right), FAIL, 0.3, 1.2), Words(right[0] - 0.5, right[1] - 0.8, label, 6.0, FAIL, "end")]


def _legend(frame: Frame, entries: Sequence[tuple[Colour, str]]) -> list[Shape]:
    found: list[Shape] = []
    x, y = frame.x, frame.y - 2.6
    for colour, text in entries:
        found.append(Dot(x + 0.9, y, 0.8, colour, is_hollow=colour == UNSURE))
        found.append(Words(x + 2.6, y + 0.8, text, 6.5, QUIET))
        x += 5.0 + 1.0 * len(text)
    return found


def _place_on(place: str, left: float, width: float, top: float, height: float) -> XY:
    for row, names in enumerate(_GRID_OF_PLACES):
        if place in names:
            return left + width * (names.index(place) * 2 + 1) / 6, top + height * (row * 2 + 1) / 6
    return left + width / 2, top + height / 2
