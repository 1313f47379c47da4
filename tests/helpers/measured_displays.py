"""Displays as a meter would read them, without noise: series, and verdicts on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from calibration.gsdf.target import target_luminance
from calibration.readings.reading import Ambient, AmbientSource, MeasuredLevel, Reading, Series, Space

LEVELS_18 = np.arange(18) * 15
AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def series_of(
    luminance: Sequence[float] | NDArray[np.float64],
    levels: Sequence[int] | NDArray[np.int_] = LEVELS_18,
    *,
    test: str = "luminance-18",
    space: Space = Space.P_VALUE,
    of: int = 256,
    includes_ambient: bool = False,
    readings: int = 1,
) -> Series:
    """One series at the centre; ``readings`` equal readings a level."""
    measured = tuple(
        MeasuredLevel(int(level), (Reading(float(value), AT),) * readings)
        for level, value in zip(levels, luminance, strict=True)
    )
    return Series(test, space, of, includes_ambient, measured)


def perfect(
    least: float = 1.0, most: float = 350.0, lamb: float = 0.2, levels: NDArray[np.int_] = LEVELS_18, of: int = 256
) -> NDArray[np.float64]:
    """Readings, without ambient light, of a display that follows the GSDF between its ends exactly."""
    return target_luminance(levels / (of - 1), least, most, lamb)


def provided(lamb: float) -> Ambient:
    """Lamb as somebody gave it."""
    return Ambient(lamb, AmbientSource.PROVIDED)
