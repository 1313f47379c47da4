"""Places on a screen: the nine where a meter is held, and cells that a person may click at."""

from __future__ import annotations

from typing import TypeAlias

from workstation.foundation.errors import BadInput

Box: TypeAlias = tuple[int, int, int, int]
"""x, y, width, height in device pixels."""

CENTRE = "centre"
NINE_PLACES = ("top left", "top", "top right", "left", CENTRE, "right", "bottom left", "bottom", "bottom right")
"""The middles of a 3 x 3 grid over the screen, row after row."""
FIVE_PLACES = (CENTRE, "top left", "top right", "bottom right", "bottom left")
"""Centre and corners, for a test of uniformity at five places."""


def cell(width: int, height: int, column: int, row: int, columns: int, rows: int) -> Box:
    """One cell of a grid that covers ``width`` x ``height`` without gaps; cells differ by at most one pixel."""
    left, right = column * width // columns, (column + 1) * width // columns
    top, bottom = row * height // rows, (row + 1) * height // rows
    return left, top, right - left, bottom - top


def cell_of(place: str, width: int, height: int) -> Box:
    """The ninth of the screen that a place is the middle of.

    Raises
    ------
    BadInput
        For a place that is not one of the nine.
    """
    if place not in NINE_PLACES:
        raise BadInput(f"There is no place {place!r} on a screen.", f"Places are: {', '.join(NINE_PLACES)}.")
    row, column = divmod(NINE_PLACES.index(place), 3)
    return cell(width, height, column, row, 3, 3)


def square_in(box: Box, side: int) -> Box:
    """A square of at most ``side`` pixels in the middle of ``box``."""
    x, y, width, height = box
    side = max(1, min(side, width, height))
    return x + (width - side) // 2, y + (height - side) // 2, side, side


def meter_square(place: str, width: int, height: int) -> Box:
    """Where to hold the meter for one of the nine places: a square in the middle of its ninth of the screen."""
    box = cell_of(place, width, height)
    return square_in(box, min(box[2], box[3]) * 3 // 5)


def place_at(x: int, y: int, width: int, height: int) -> str:
    """The place whose ninth of the screen holds a pixel; pixels beyond the edge count as the nearest inside."""
    column = _index(x, width)
    return NINE_PLACES[3 * _index(y, height) + column]


def _index(position: int, length: int) -> int:
    inside = min(max(position, 0), length - 1)
    return next(i for i in (2, 1, 0) if inside >= i * length // 3)
