"""Patterns of ramps and lines: depth of the display's steps, sharpness of its pixels, crosstalk along its lines."""

from __future__ import annotations

from calibration.patterns.canvas import Canvas, Sheet
from calibration.patterns.drawn import Drawn, acknowledged, label, label_size
from calibration.patterns.pattern import PatternOrder
from calibration.patterns.places import cell

_TG18 = "AAPM TG18 (2005)"
_BANDS = 16


def depth(order: PatternOrder, width: int, height: int) -> Drawn:
    """MP-like: sixteen ramps, each over a sixteenth of the scale; ticks stand where an 8-bit (and a 10-bit) step is."""
    canvas = Canvas(width, height, order.levels, order.levels * 128 // 256)
    foot = max(16, height // 24)
    for number in range(_BANDS):
        _, top, _, band = cell(width, height - foot, 0, number, 1, _BANDS)
        first, last = (order.levels * k // _BANDS for k in (number, number + 1))
        canvas.ramp((0, top, width, band - 3), first, last - 1)
        _ticks(canvas, top + band - 3, 16)
        if order.levels > 256:
            _ticks(canvas, top + band - 3, 64)
    text = acknowledged("MP-like", _TG18) + f"; layout ours, {order.levels} levels"
    box = (8, height - foot + 1, width - 16, foot - 2)
    missing = label(canvas, box, text, canvas.grey(224), label_size(Sheet.within(width, height)))
    return Drawn(canvas.values, (f"{text}.", *missing))


def _ticks(canvas: Canvas, top: int, count: int) -> None:
    tall = 3 if count == _BANDS else 1
    for step in range(1, count):
        canvas.fill((step * canvas.width // count, top, 1, tall), canvas.top)


def ramp(order: PatternOrder, width: int, height: int) -> Drawn:
    """All levels from left to right above, the other way round below: no step may be seen, nor a band."""
    canvas = Canvas(width, height, order.levels, 0)
    canvas.ramp((0, 0, width, height // 2), 0, canvas.top)
    canvas.ramp((0, height // 2, width, height - height // 2), canvas.top, 0)
    return Drawn(canvas.values)


def grille(order: PatternOrder, width: int, height: int) -> Drawn:
    """Lines of 1 pixel above and of 2 pixels below, vertical at the left and horizontal at the right."""
    canvas = Canvas(width, height, order.levels, 0)
    for number in range(4):
        row, column = divmod(number, 2)
        canvas.bars(cell(width, height, column, row, 2, 2), 2 * (row + 1), 0, canvas.top, across=column == 1)
    return Drawn(canvas.values, ("Lines of 1 device pixel above, 2 below; vertical left, horizontal right.",))


def crosstalk(order: PatternOrder, width: int, height: int) -> Drawn:
    """A black and a white square on grey: a shadow beside, above or below them is crosstalk."""
    canvas = Canvas(width, height, order.levels, 0)
    canvas.fill((0, 0, width, height), canvas.grey(128))
    canvas.fill((width // 8, height // 6, width // 4, height // 4), 0)
    canvas.fill((width * 5 // 8, height * 7 // 12, width // 4, height // 4), canvas.top)
    return Drawn(canvas.values)
