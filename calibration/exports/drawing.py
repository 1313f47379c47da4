"""Drawings as lists of plain shapes, in millimetres from the top left: the same one goes into a PDF and into an SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Literal

Colour = tuple[int, int, int]
Anchor = Literal["start", "middle", "end"]
XY = tuple[float, float]
_PT_MM = 25.4 / 72

INK: Colour = (28, 33, 39)
QUIET: Colour = (96, 106, 117)
FAINT: Colour = (150, 158, 166)
RULE: Colour = (205, 212, 218)
GRID: Colour = (230, 234, 238)
PAPER: Colour = (255, 255, 255)
ACCENT: Colour = (22, 84, 116)
TINT: Colour = (238, 243, 246)
OK: Colour = (24, 112, 60)
WARN: Colour = (148, 90, 0)
FAIL: Colour = (176, 32, 32)
UNSURE: Colour = (86, 66, 150)
BAND: Colour = (217, 230, 238)


@dataclass(frozen=True)
class Stroke:
    """A line from point to point; ``dash`` is the length of dashes and gaps, 0 for a whole line."""

    points: tuple[XY, ...]
    colour: Colour = INK
    width_mm: float = 0.25
    dash_mm: float = 0.0


@dataclass(frozen=True)
class Area:
    """A filled polygon."""

    points: tuple[XY, ...]
    fill: Colour


@dataclass(frozen=True)
class Box:
    """A rectangle; None: not filled, or no edge."""

    x: float
    y: float
    width: float
    height: float
    fill: Colour | None = None
    edge: Colour | None = None


@dataclass(frozen=True)
class Dot:
    """A filled circle, or a ring where ``is_hollow``."""

    x: float
    y: float
    radius: float
    colour: Colour
    is_hollow: bool = False


@dataclass(frozen=True)
class Words:
    """One line of text; ``y`` is its base line. Upright text reads from the bottom up."""

    x: float
    y: float
    text: str
    size_pt: float = 7.0
    colour: Colour = QUIET
    anchor: Anchor = "start"
    is_bold: bool = False
    is_upright: bool = False


Shape = Stroke | Area | Box | Dot | Words


@dataclass(frozen=True)
class Drawing:
    """Shapes in the order of painting. ``title`` says what it shows, for those who cannot see it."""

    width_mm: float
    height_mm: float
    shapes: tuple[Shape, ...]
    title: str


def beside(drawings: Sequence[Drawing], gap_mm: float = 4.0) -> Drawing:
    """Several drawings in a row as one."""
    shapes: list[Shape] = []
    x = 0.0
    for drawing in drawings:
        shapes += [_moved(shape, x) for shape in drawing.shapes]
        x += drawing.width_mm + gap_mm
    title = "; ".join(drawing.title for drawing in drawings)
    return Drawing(x - gap_mm, max(each.height_mm for each in drawings), tuple(shapes), title)


def _moved(shape: Shape, by_mm: float) -> Shape:
    if isinstance(shape, Stroke | Area):
        return replace(shape, points=tuple((x + by_mm, y) for x, y in shape.points))
    return replace(shape, x=shape.x + by_mm)


def svg_of(drawing: Drawing) -> str:
    """The drawing as an SVG document of its own size."""
    size = f'width="{drawing.width_mm:g}mm" height="{drawing.height_mm:g}mm"'
    box = f'viewBox="0 0 {drawing.width_mm:g} {drawing.height_mm:g}"'
    body = "\n".join(_svg_shape(shape) for shape in drawing.shapes)
    title = escape(drawing.title)
    font = "font-family=\"'Lightbox Sans', 'Source Sans 3', sans-serif\""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} {font} role="img" aria-label="{title}">\n'
        f"<title>{title}</title>\n{body}\n</svg>\n"
    )


def _svg_shape(shape: Shape) -> str:
    if isinstance(shape, Stroke):
        dash = f' stroke-dasharray="{shape.dash_mm:g}"' if shape.dash_mm else ""
        line = f'stroke="{_hex(shape.colour)}" stroke-width="{shape.width_mm:g}"{dash} stroke-linejoin="round"'
        return f'<polyline points="{_points(shape.points)}" fill="none" {line}/>'
    if isinstance(shape, Area):
        return f'<polygon points="{_points(shape.points)}" fill="{_hex(shape.fill)}"/>'
    if isinstance(shape, Box):
        place = f'x="{shape.x:.3f}" y="{shape.y:.3f}" width="{shape.width:.3f}" height="{shape.height:.3f}"'
        edge = f' stroke="{_hex(shape.edge)}" stroke-width="0.2"' if shape.edge else ""
        return f'<rect {place} fill="{_hex(shape.fill) if shape.fill else "none"}"{edge}/>'
    if isinstance(shape, Dot):
        fill = _hex(PAPER if shape.is_hollow else shape.colour)
        edge = f' stroke="{_hex(shape.colour)}" stroke-width="0.25"' if shape.is_hollow else ""
        return f'<circle cx="{shape.x:.3f}" cy="{shape.y:.3f}" r="{shape.radius:g}" fill="{fill}"{edge}/>'
    return _svg_words(shape)


def _svg_words(words: Words) -> str:
    turn = f' transform="rotate(-90 {words.x:.3f} {words.y:.3f})"' if words.is_upright else ""
    weight = ' font-weight="700"' if words.is_bold else ""
    look = f'font-size="{words.size_pt * _PT_MM:.3f}" fill="{_hex(words.colour)}" text-anchor="{words.anchor}"{weight}'
    return f'<text x="{words.x:.3f}" y="{words.y:.3f}" {look}{turn}>{escape(words.text)}</text>'


def _points(points: Sequence[XY]) -> str:
    return " ".join(f"{x:.3f},{y:.3f}" for x, y in points)


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
