"""From an order to a pattern, and from a pattern to what the display is driven with."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration.gsdf.display_lut import P_VALUE_MAX, DisplayLut
from calibration.patterns.catalogue import PATTERNS, PatternKind
from calibration.patterns.pattern import Pattern, PatternOrder
from calibration.patterns.places import NINE_PLACES
from calibration.readings.reading import Space
from workstation.foundation.errors import BadInput

GREATEST_SIDE = 16384
_DDL_LEVELS = 256

__all__ = ["PATTERNS", "ddls_of", "draw", "p_values_of"]


def draw(order: PatternOrder, width: int, height: int) -> Pattern:
    """Draw a pattern for a screen of ``width`` x ``height`` device pixels.

    Raises
    ------
    BadInput
        For a name that is not in `PATTERNS`; a level, place or space that the pattern cannot have; a screen smaller
        than its elements need, or larger than 16384 pixels.
    """
    kind = PATTERNS.get(order.name)
    if kind is None:
        raise BadInput(f"There is no pattern {order.name!r}.", f"Patterns are: {', '.join(PATTERNS)}.")
    _check_levels(kind, order)
    _check_size(kind, width, height)
    drawn = kind.draw(order, width, height)
    drawn.values.setflags(write=False)
    notes = (*drawn.notes, *_depth_notes(order))
    return Pattern(order, drawn.values, _title(kind, order), notes, drawn.answer, drawn.target)


def p_values_of(pattern: Pattern) -> NDArray[np.uint16]:
    """The P-values (16 bits) of a pattern's levels: level / (levels - 1), as stored values of an image become them.

    Raises
    ------
    BadInput
        For a pattern of DDLs.
    """
    if pattern.order.space is not Space.P_VALUE:
        raise BadInput("This pattern holds driving levels, not P-values.", "Order it with space P_VALUE.")
    return np.asarray(_p_value_table(pattern.order.levels)[pattern.values])


def ddls_of(pattern: Pattern, lut: DisplayLut | None) -> NDArray[np.uint8]:
    """What the display is driven with, uint8, (rows, columns).

    DDL patterns pass unchanged (their notes say so when they have other than 256 levels and are brought to 8 bits);
    P-value patterns go through `DisplayLut.drive`, the function that images of the viewer go through. No LUT: identity.
    """
    levels = pattern.order.levels
    if pattern.order.space is Space.DDL:
        if levels == _DDL_LEVELS:
            return pattern.values.astype(np.uint8)
        reduced = np.rint(np.arange(levels) * (255.0 / (levels - 1))).astype(np.uint8)
        return np.asarray(reduced[pattern.values])
    table = (lut or DisplayLut.identity()).drive(_p_value_table(levels))
    return np.asarray(table[pattern.values])


def _p_value_table(levels: int) -> NDArray[np.uint16]:
    return np.rint(np.arange(levels) / (levels - 1) * P_VALUE_MAX).astype(np.uint16)


def _check_levels(kind: PatternKind, order: PatternOrder) -> None:
    if order.space not in kind.spaces:
        raise BadInput(
            f"The pattern {kind.name!r} is looked at as images are: in P-values, through the display LUT.",
            "Order it with --space p_value.",
        )
    if not kind.least_levels <= order.levels <= P_VALUE_MAX + 1:
        raise BadInput(f"The pattern {kind.name!r} needs {kind.least_levels} to 65536 levels, not {order.levels}.")
    if kind.takes_level and not 0 <= order.level < order.levels:
        raise BadInput(f"Level {order.level} is outside 0 to {order.levels - 1}.")
    if kind.takes_place and order.place not in NINE_PLACES:
        raise BadInput(f"There is no place {order.place!r} on a screen.", f"Places are: {', '.join(NINE_PLACES)}.")


def _check_size(kind: PatternKind, width: int, height: int) -> None:
    if width < 1 or height < 1 or max(width, height) > GREATEST_SIDE:
        raise BadInput(f"A screen has 1 to {GREATEST_SIDE} pixels each way, not {width} x {height}.")
    if min(width, height) < kind.least_side:
        raise BadInput(
            f"The pattern {kind.name!r} needs at least {kind.least_side} x {kind.least_side} pixels, "
            f"not {width} x {height}.",
            "Its lines and contrasts cannot be drawn smaller.",
        )


def _title(kind: PatternKind, order: PatternOrder) -> str:
    if not kind.takes_level:
        return kind.title
    space = "P-value" if order.space is Space.P_VALUE else "DDL"
    return f"{kind.title}, {space} {order.level} of {order.levels - 1}"


def _depth_notes(order: PatternOrder) -> tuple[str, ...]:
    if order.space is Space.DDL and order.levels != _DDL_LEVELS:
        return (f"{order.levels} driving levels are brought to the 256 that the screen takes: to the nearest.",)
    return ()
