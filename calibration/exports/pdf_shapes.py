"""Painting the shapes of a drawing into a PDF."""

from __future__ import annotations

from collections.abc import Callable

from fpdf import FPDF

from calibration.exports.drawing import PAPER, Area, Box, Dot, Shape, Stroke, Words
from calibration.exports.pdf_text import FAMILY, printable


def paint(page: FPDF, shape: Shape, x: float, y: float) -> None:
    """One shape of a drawing whose upper left corner lies at ``x``, ``y`` mm."""
    _PAINTERS[type(shape)](page, shape, x, y)


def _stroke(page: FPDF, stroke: Stroke, x: float, y: float) -> None:
    page.set_draw_color(*stroke.colour)
    page.set_line_width(stroke.width_mm)
    page.set_dash_pattern(dash=stroke.dash_mm, gap=stroke.dash_mm)
    page.polyline([(x + px, y + py) for px, py in stroke.points])
    page.set_dash_pattern()


def _area(page: FPDF, area: Area, x: float, y: float) -> None:
    page.set_fill_color(*area.fill)
    page.polygon([(x + px, y + py) for px, py in area.points], style="F")


def _box(page: FPDF, box: Box, x: float, y: float) -> None:
    if box.fill:
        page.set_fill_color(*box.fill)
    if box.edge:
        page.set_draw_color(*box.edge)
        page.set_line_width(0.2)
    style = ("D" if box.edge else "") + ("F" if box.fill else "")
    if style:
        page.rect(x + box.x, y + box.y, box.width, box.height, style=style)


def _dot(page: FPDF, dot: Dot, x: float, y: float) -> None:
    page.set_draw_color(*dot.colour)
    page.set_line_width(0.25)
    page.set_fill_color(*(PAPER if dot.is_hollow else dot.colour))
    page.circle(x + dot.x, y + dot.y, dot.radius, style="DF" if dot.is_hollow else "F")


def _words(page: FPDF, words: Words, x: float, y: float) -> None:
    page.set_font(FAMILY, "B" if words.is_bold else "", words.size_pt)
    page.set_text_color(*words.colour)
    text = printable(words.text)
    length = page.get_string_width(text)
    back = {"start": 0.0, "middle": length / 2, "end": length}[words.anchor]
    if words.is_upright:
        with page.rotation(90, x + words.x, y + words.y):
            page.text(x + words.x - back, y + words.y, text)
    else:
        page.text(x + words.x - back, y + words.y, text)


_PAINTERS: dict[type[Shape], Callable[..., None]] = {
    Stroke: _stroke,
    Area: _area,
    Box: _box,
    Dot: _dot,
    Words: _words,
}
