"""When a level has been read often enough, and when a reading does not belong to the ones before it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

LEAST_READINGS = 3
"""Two readings say too little of their spread to stop."""
SETTLED = 0.001
"""Standard error of the mean, relative to it, at which more readings no longer change a verdict."""
JUMP = 0.05
"""Share of the luminance by which a reading may differ from its fellows before it is asked for again."""
JUMP_FLOOR_CD_M2 = 0.03
"""Colorimeters scatter by this much near black: no jump."""


def needs_another(readings_cd_m2: Sequence[float], most: int) -> bool:
    """Whether one level needs one more reading.

    The rule: every level is read three times at least; then until the standard error of its mean is 0.1 % of it, or
    until ``most`` readings are taken. The simulations show that verdicts on readings taken so are right.

    Parameters
    ----------
    readings_cd_m2
        Accepted readings of the level so far.
    most
        At most this many; below 3 it is all there is.
    """
    count = len(readings_cd_m2)
    if count >= most:
        return False
    if count < LEAST_READINGS:
        return True
    mean = math.fsum(readings_cd_m2) / count
    squares = math.fsum((reading - mean) ** 2 for reading in readings_cd_m2)
    return math.sqrt(squares / (count - 1) / count) > SETTLED * abs(mean)


def is_jump(reading_cd_m2: float, others_cd_m2: Sequence[float]) -> bool:
    """Whether a reading lies so far from the level's other readings that meter or pattern has moved.

    ``others_cd_m2`` may be empty: a first reading is never a jump.
    """
    if not others_cd_m2:
        return False
    usual = median(others_cd_m2)
    return abs(reading_cd_m2 - usual) > max(JUMP * abs(usual), JUMP_FLOOR_CD_M2)
