"""Graphics and texts of a presentation state as they lie in a viewport: lines and labels in device pixels.

One geometry for every painter. Device coordinates: (0, 0) is the outer corner of the viewport's first pixel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from calibration.gsdf.display_lut import DisplayLut
from workstation.dicom.graphics import GraphicLayer, GraphicObject, Lab, Point, Shape, TextObject, Units
from workstation.imaging.applied_state import AppliedState, gray_of
from workstation.imaging.cielab import rgb_of
from workstation.imaging.gray_table import EIGHT_BIT, level_of
from workstation.imaging.placement import ViewTransform

Points = NDArray[np.float64]
Rectangle = tuple[float, float, float, float]

_POINT_RADIUS = 3.0  # device pixels of a POINT
_LONGEST_CHORD = 2.0  # device pixels
_MOST_CHORDS = 720
_BESIDE = 6.0  # device pixels between an anchor and its text
_PER_SEGMENT = 12  # chords between two points of an interpolated line


@dataclass(frozen=True)
class Ink:
    """``gray`` is a P-value, for grey pictures; ``rgb`` is what painters that have colour drive the display with."""

    gray: int
    rgb: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Line:
    """Joined points, shape (n, 2) as x, y; filled or drawn along."""

    points: Points = field(repr=False)
    ink: Ink
    is_closed: bool = False
    is_filled: bool = False


@dataclass(frozen=True)
class Label:
    """A text, its lines below one another.

    Attributes
    ----------
    box
        Left, top, width, height; it begins at the top, justified LEFT, CENTER or RIGHT. Without a box it stands beside
        the anchor.
    anchor
        What it speaks of; a line leads there when ``has_leader``.
    """

    lines: tuple[str, ...] = field(repr=False)
    ink: Ink
    box: Rectangle | None = None
    anchor: Point | None = None
    has_leader: bool = False
    justification: str = "LEFT"


Mark: TypeAlias = Line | Label


def marks_of(
    applied: AppliedState, view: ViewTransform, displayed: Rectangle, display_lut: DisplayLut | None = None
) -> tuple[Mark, ...]:
    """Everything to be drawn for one picture, lowest layer first.

    Parameters
    ----------
    view
        Image to device coordinates, as the picture lies now.
    displayed
        Left, top, width and height of the displayed area in the viewport: what DISPLAY units are shares of.
    display_lut
        P-value → DDL of the display, for layers that are grey.
    """
    plan, lut = _Plan(view, displayed), display_lut or EIGHT_BIT
    marks: list[Mark] = []
    for layer, annotation in applied.annotations:
        marks += [plan.line(each, _ink(layer, each.lab, lut)) for each in annotation.graphics]
        marks += [plan.label(each, _ink(layer, each.lab, lut)) for each in annotation.texts]
    return tuple(marks)


def text_box(label: Label, size: tuple[float, float]) -> Rectangle:
    """Where a text of this size (width, height) stands: left, top, width, height.

    Within its box as it is justified, at the top; without a box, to the right of its anchor, above it.
    """
    wide, high = size
    if label.box is not None:
        left, top, across, _ = label.box
        spare = {"CENTER": (across - wide) / 2, "RIGHT": across - wide}.get(label.justification, 0.0)
        return left + spare, top, wide, high
    x, y = label.anchor or (0.0, 0.0)
    return x + _BESIDE, y - high - _BESIDE, wide, high


def leader_of(label: Label, box: Rectangle) -> Points | None:
    """From the nearest edge of the text, which takes ``box``, to the anchor; None where no line leads there."""
    if label.anchor is None or not label.has_leader:
        return None
    left, top, wide, high = box
    x, y = label.anchor
    begin = (min(max(x, left), left + wide), min(max(y, top), top + high))
    return np.array([begin, (x, y)]) if math.dist(begin, (x, y)) > 1 else None


class _Plan:
    """Turns coordinates of either unit into device pixels."""

    def __init__(self, view: ViewTransform, displayed: Rectangle) -> None:
        self._displayed = displayed
        origin = np.array(view.to_device(0, 0))
        self._origin = origin
        self._axes = np.array([np.array(view.to_device(1, 0)) - origin, np.array(view.to_device(0, 1)) - origin])

    def placed(self, points: tuple[Point, ...], units: Units) -> Points:
        flat = np.array(points, dtype=np.float64).reshape(-1, 2)
        if units is Units.PIXEL:
            return np.asarray(self._origin + flat @ self._axes)
        left, top, wide, high = self._displayed
        return np.asarray(np.array([left, top]) + flat * np.array([wide, high]))

    def line(self, graphic: GraphicObject, ink: Ink) -> Line:
        at = self.placed(graphic.points, graphic.units)
        match graphic.shape:
            case Shape.POINT:
                return Line(
                    _ellipse(at[0], np.array([_POINT_RADIUS, 0.0]), np.array([0.0, _POINT_RADIUS])), ink, True, True
                )
            case Shape.CIRCLE:
                radius = float(np.hypot(*(at[1] - at[0])))
                return Line(
                    _ellipse(at[0], np.array([radius, 0.0]), np.array([0.0, radius])), ink, True, graphic.is_filled
                )
            case Shape.ELLIPSE:
                major, minor = (at[1] - at[0]) / 2, (at[3] - at[2]) / 2
                return Line(_ellipse((at[0] + at[1]) / 2, major, minor), ink, True, graphic.is_filled)
            case Shape.INTERPOLATED:
                at = _smoothed(at)
        is_closed = len(at) > 2 and bool(np.allclose(at[0], at[-1]))
        return Line(at, ink, is_closed, graphic.is_filled and is_closed)

    def label(self, text: TextObject, ink: Ink) -> Label:
        box: Rectangle | None = None
        if text.box is not None:
            low, high = np.sort(self.placed(text.box, text.box_units), axis=0)
            box = (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))
        anchor: Point | None = None
        if text.anchor is not None:
            x, y = self.placed((text.anchor,), text.anchor_units)[0]
            anchor = (float(x), float(y))
        lines = tuple(each.rstrip() for each in text.text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
        return Label(lines, ink, box, anchor, text.is_anchor_shown, text.justification)


def _ink(layer: GraphicLayer, own: Lab | None, display_lut: DisplayLut) -> Ink:
    """The object's own colour, else that of its layer, else the layer's grey: white unless it says otherwise."""
    lab, gray = own or layer.lab, own[0] if own is not None else gray_of(layer)
    level = level_of(gray, display_lut)
    return Ink(gray, rgb_of(lab) if lab is not None else (level, level, level))


def _ellipse(centre: Points, major: Points, minor: Points) -> Points:
    longest = max(float(np.hypot(*major)), float(np.hypot(*minor)))
    count = int(min(max(2 * math.pi * longest / _LONGEST_CHORD, 24), _MOST_CHORDS))
    angle = np.linspace(0, 2 * math.pi, count, endpoint=False)[:, None]
    return np.asarray(centre + np.cos(angle) * major + np.sin(angle) * minor)


def _smoothed(points: Points) -> Points:
    """A smooth line through all points (Catmull-Rom); closed when it ends where it begins."""
    if len(points) < 3:
        return points
    is_closed = bool(np.allclose(points[0], points[-1]))
    before, after = (points[-2], points[1]) if is_closed else (points[0], points[-1])
    known = np.vstack([before, points, after])
    pieces = [_segment(known[n : n + 4]) for n in range(len(points) - 1)]
    return np.vstack([*pieces, points[-1:]])


def _segment(four: Points) -> Points:
    t = np.linspace(0, 1, _PER_SEGMENT, endpoint=False)[:, None]
    a, b, c, d = four
    return np.asarray(b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * b - a - 3 * c + d))))
