"""What a click on a pattern means, and whether it is the right answer. No window is needed for it."""

from __future__ import annotations

from calibration.patterns.pattern import Pattern
from calibration.patterns.places import place_at
from calibration.patterns.question_patterns import field_at


def clicked_place(pattern: Pattern, x: int, y: int) -> str:
    """The place that a click at a device pixel means, in the words of `Pattern.answer`.

    For ``ct`` one of its sixteen fields (``row 2, column 3``), empty beside them; for others one of the nine places.
    """
    rows, columns = pattern.values.shape
    if pattern.order.name == "ct":
        return field_at(x, y, columns, rows)
    return place_at(x, y, columns, rows)


def quarter_of(pattern: Pattern, x: int, y: int) -> str:
    """The quarter of the screen that holds a pixel (``upper left`` ...), for notes about a defect or a cloud."""
    rows, columns = pattern.values.shape
    return f"{'upper' if 2 * y < rows else 'lower'} {'left' if 2 * x < columns else 'right'}"


def is_right_click(pattern: Pattern, x: int, y: int) -> bool:
    """Whether a click is the right answer; never for a pattern that asks nothing."""
    return bool(pattern.answer) and clicked_place(pattern, x, y) == pattern.answer
