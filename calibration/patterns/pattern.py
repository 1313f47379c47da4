"""A test pattern: which one is asked for, and what was drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.readings.reading import Space


@dataclass(frozen=True)
class PatternOrder:
    """Which pattern, and with what.

    Attributes
    ----------
    name
        From `calibration.patterns.catalogue`: ``ln``, ``un10``, ``un80``, ``sqc`` ...
    space
        What its levels mean; decides whether it goes through the display LUT.
    level
        0 to ``levels - 1``, for patterns of one level.
    levels
        Levels of the space (256 for 8 bits).
    place
        Where the meter is to be held: ``centre``, ``top left`` ...; for patterns that mark it.
    seed
        For patterns with a random place or answer: the same seed draws the same pattern.
    """

    name: str
    space: Space = Space.P_VALUE
    level: int = 0
    levels: int = 256
    place: str = "centre"
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Pattern:
    """What was drawn.

    Attributes
    ----------
    values
        uint16, (rows, columns) in device pixels: levels from 0 to ``levels - 1`` of ``order.space``.
    notes
        What must be said with it: based on which description, synthetic, scaled and how.
    answer
        The right answer of a pattern that asks something (``3``, ``upper left``); empty for others.
    target
        Where to hold the meter: x, y, width, height in device pixels; None when the pattern has no such place.
    """

    order: PatternOrder
    values: NDArray[np.uint16]
    title: str
    notes: tuple[str, ...] = ()
    answer: str = ""
    target: tuple[int, int, int, int] | None = None
