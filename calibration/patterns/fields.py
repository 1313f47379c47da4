"""Patterns to hold a meter on: one level in the middle, one level all over, and where to hold it."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from calibration.gsdf.curve import jnd_index
from calibration.patterns.canvas import Canvas, Sheet, grey_of
from calibration.patterns.drawn import Drawn, acknowledged, label
from calibration.patterns.lettering import Type
from calibration.patterns.pattern import PatternOrder
from calibration.patterns.places import FIVE_PLACES, Box, cell_of, meter_square
from calibration.readings.reading import Space

FIELD_SHARE = 0.10
"""Share of the screen's pixels in the measured square (PS3.14 D.1; not read in the standard itself)."""
SURROUND_SHARE = 0.20
"""Luminance of the surround over Lmax (PS3.14 D.1; not read in the standard itself)."""
_TG18, _TG270 = "AAPM TG18 (2005)", "AAPM report 270 (2019)"


def surround_level(space: Space, levels: int) -> int:
    """The level that has about 20 % of Lmax: on a 1 to 350 cd/m² grayscale display, or with gamma 2.2 for DDLs."""
    return round((_fifth_as_p_value() if space is Space.P_VALUE else SURROUND_SHARE ** (1 / 2.2)) * (levels - 1))


@lru_cache(maxsize=1)
def _fifth_as_p_value() -> float:
    low, fifth, high = jnd_index(np.array([1.0, 350 * SURROUND_SHARE, 350.0]))
    return float((fifth - low) / (high - low))


def luminance_field(order: PatternOrder, width: int, height: int) -> Drawn:
    """A square of a tenth of the pixels at the level asked for, on a surround of about 20 % of Lmax."""
    surround = surround_level(order.space, order.levels)
    canvas = Canvas(width, height, order.levels, surround)
    box = _field(order.place, width, height)
    canvas.fill(box, order.level)
    model = "a 1 to 350 cd/m² grayscale display" if order.space is Space.P_VALUE else "a panel of gamma 2.2"
    note = f"Surround: level {surround}, 20 % of Lmax on {model} (PS3.14 D.1)."
    return Drawn(canvas.values, (note,), target=box)


def _field(place: str, width: int, height: int) -> Box:
    side = min(round(math.sqrt(FIELD_SHARE * width * height)), width, height)
    x, y, cell_width, cell_height = cell_of(place, width, height)
    left = min(max(x + (cell_width - side) // 2, 0), width - side)
    top = min(max(y + (cell_height - side) // 2, 0), height - side)
    return left, top, max(1, side), max(1, side)


def full_field(order: PatternOrder, width: int, height: int) -> Drawn:
    """One level all over, nothing else: to look for pixel defects, or to measure."""
    values = np.full((height, width), order.level, np.uint16)
    return Drawn(values, target=meter_square(order.place, width, height))


def black(order: PatternOrder, width: int, height: int) -> Drawn:
    """The lowest level all over."""
    return Drawn(np.zeros((height, width), np.uint16), target=meter_square(order.place, width, height))


def white(order: PatternOrder, width: int, height: int) -> Drawn:
    """The highest level all over."""
    values = np.full((height, width), order.levels - 1, np.uint16)
    return Drawn(values, target=meter_square(order.place, width, height))


def uniform_10(order: PatternOrder, width: int, height: int) -> Drawn:
    """All over 10 % of the highest level (26 of 255)."""
    return _uniform(order, width, height, 26, has_squares=False)


def uniform_80(order: PatternOrder, width: int, height: int) -> Drawn:
    """All over 80 % of the highest level (204 of 255)."""
    return _uniform(order, width, height, 204, has_squares=False)


def uniform_10_marked(order: PatternOrder, width: int, height: int) -> Drawn:
    """10 % with five squares to hold the meter in."""
    return _uniform(order, width, height, 26, has_squares=True)


def uniform_80_marked(order: PatternOrder, width: int, height: int) -> Drawn:
    """80 % with five squares to hold the meter in."""
    return _uniform(order, width, height, 204, has_squares=True)


def _uniform(order: PatternOrder, width: int, height: int, grey: int, *, has_squares: bool) -> Drawn:
    canvas = Canvas(width, height, order.levels, grey_of(grey, order.levels))
    ink = canvas.grey(grey - 16 if grey > 128 else grey + 16)
    if has_squares:
        for place in FIVE_PLACES:
            canvas.outline(meter_square(place, width, height), ink)
    notes = _foot_label(canvas, f"uniformity {grey} of 255", _TG18, ink)
    return Drawn(canvas.values, notes, target=meter_square(order.place, width, height))


def nine_fields(order: PatternOrder, width: int, height: int) -> Drawn:
    """One level all over, with lines at the thirds: nine places to measure."""
    canvas = Canvas(width, height, order.levels, order.level)
    grey = order.level * 255 / max(1, order.levels - 1)
    ink = canvas.grey(grey - 24 if grey > 128 else grey + 24)
    for share in (1, 2):
        canvas.fill((share * width // 3, 0, 1, height), ink)
        canvas.fill((0, share * height // 3, width, 1), ink)
    notes = _foot_label(canvas, f"ULN-like, level {order.level} of {order.levels - 1}", _TG270, ink)
    return Drawn(canvas.values, notes, target=meter_square(order.place, width, height))


def _foot_label(canvas: Canvas, kind: str, report: str, ink: int) -> tuple[str, ...]:
    """A faint line of small type at the lower edge, away from all nine places."""
    sheet = Sheet.within(canvas.width, canvas.height)
    size = max(11, round(10 * sheet.scale))
    room = canvas.height // 12
    box = (size, canvas.height - round(1.6 * size), canvas.width - 2 * size, round(1.4 * size))
    if room < box[3]:
        return label(canvas, (0, 0, 0, 0), "-", ink, 9)
    return label(canvas, box, acknowledged(kind, report), ink, size)


def placement(order: PatternOrder, width: int, height: int) -> Drawn:
    """Rings round the place where the meter is to be held, with a cross for its middle."""
    canvas = Canvas(width, height, order.levels, grey_of(64, order.levels))
    target = meter_square(order.place, width, height)
    x, y, side, _ = target
    middle = x + side // 2, y + side // 2
    ink, thick = canvas.grey(190), max(1, side // 100)
    canvas.fill((middle[0] - thick // 2, y, thick, side), ink)
    canvas.fill((x, middle[1] - thick // 2, side, thick), ink)
    for share in (8, 4, 2):
        canvas.ring(middle, max(1, side // share - thick), ink, thick + 1)
    size = max(11, side // 10)
    words = f"Hold the meter here: {order.place}"
    cell_x, _, cell_width, _ = cell_of(order.place, width, height)
    below = (cell_x, y + side + size // 2, cell_width, 2 * size)
    canvas.text(below, words, ink, Type(size), centred=True)
    return Drawn(canvas.values, target=target)
