"""How far the mean of a level's readings may be off: repeatability, from the readings themselves.

The relative spread of one level, from three to five readings, is itself hardly known. Levels of like luminance spread
alike, so each level takes the spread of its neighbours in luminance with it until 24 degrees of freedom stand behind
it; a level that spreads far more than they do counts with its own, and for no other. A meter that gives few digits is
never believed further than its last digit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from calibration.readings.reading import MeasuredLevel

COVERAGE = 1.96
"""Standard uncertainties in half an interval of 95 % when the spread is well known."""
_WANTED_DEGREES = 24
_OWN = 3.0  # a level whose spread is this many times its neighbours' counts with its own
_DIGITS = 6
# Student's t for 97.5 %, by degrees of freedom (the next lower entry holds in between).
_STUDENT = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228}
_STUDENT |= {12: 2.179, 15: 2.131, 20: 2.086, 24: 2.064, 30: 2.042, 40: 2.021, 60: 2.000, 120: 1.980}


def half_widths(measured: Sequence[MeasuredLevel], reading_sd: float | None = None) -> NDArray[np.float64] | None:
    """Half the interval of 95 % of each level's mean, cd/m², (n,); None where no level was read twice.

    Parameters
    ----------
    measured
        Levels (or places) of one series, in any order.
    reading_sd
        Relative standard deviation of one reading where it is known from elsewhere (0.005 = 0.5 %); readings that
        spread more than that count with their own spread.
    """
    if not measured:
        return None
    counts = np.array([len(each.readings) for each in measured])
    values = np.array([reading.luminance_cd_m2 for each in measured for reading in each.readings])
    means = _sums(values, counts) / counts
    relative = _relative_half_widths(values, counts, means)
    if reading_sd is not None:
        known = np.full(means.size, COVERAGE * reading_sd)
        relative = known if relative is None else np.maximum(relative, known)
    if relative is None:
        return None
    last_digit = COVERAGE * _resolution_cd_m2(values) / math.sqrt(12)
    return np.asarray(np.hypot(relative * means / np.sqrt(counts), last_digit))


def student(degrees: float) -> float:
    """Student's t of 97.5 % for so many degrees of freedom (1 or more)."""
    return _STUDENT[max(known for known in _STUDENT if known <= max(1, degrees))]


def _sums(values: NDArray[np.float64], counts: NDArray[np.int_]) -> NDArray[np.float64]:
    """Sum of the values of each level; ``values`` holds ``counts[0]`` of the first level, then the second's ..."""
    return np.asarray(np.add.reduceat(values, np.cumsum(counts) - counts))


def _relative_half_widths(
    values: NDArray[np.float64], counts: NDArray[np.int_], means: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Half the interval of 95 % of one reading over the level's mean, (n,)."""
    degrees = counts - 1
    if not degrees.any():
        return None
    squares = _sums((values - np.repeat(means, counts)) ** 2, counts)
    sds = np.sqrt(squares / np.maximum(degrees, 1))
    shares = np.divide(sds, means, out=np.zeros_like(sds), where=means > 0)
    order = np.argsort(means, kind="stable")
    near = [order[np.argsort(np.abs(np.arange(order.size) - place), kind="stable")] for place in range(order.size)]
    loud = np.zeros(means.size, bool)
    for own, *others in near:
        loud[own] = _is_loud(own, _enough(np.array(others, np.intp), degrees), shares, degrees)
    calm = np.where(loud, 0, degrees)
    found = np.empty(means.size)
    for nearest in near:
        own = nearest[0]
        pooled, behind = _pooled(_enough(nearest, calm), shares, calm)
        if loud[own]:
            pooled, behind = float(shares[own]), int(degrees[own])
        found[own] = pooled * student(behind)
    return found


def _enough(nearest: NDArray[np.intp], degrees: NDArray[np.int_]) -> NDArray[np.intp]:
    """The first of ``nearest``, until the wanted degrees of freedom stand behind them."""
    return nearest[: int(np.searchsorted(np.cumsum(degrees[nearest]), _WANTED_DEGREES)) + 1]


def _is_loud(own: np.intp, others: NDArray[np.intp], shares: NDArray[np.float64], degrees: NDArray[np.int_]) -> bool:
    """Whether a level spreads far more than its neighbours."""
    pooled, behind = _pooled(others, shares, degrees)
    return bool(degrees[own] and behind and shares[own] > _OWN * pooled)


def _pooled(levels: NDArray[np.intp], shares: NDArray[np.float64], degrees: NDArray[np.int_]) -> tuple[float, int]:
    """Relative spread of one reading over these levels together, and the degrees of freedom behind it."""
    behind = int(degrees[levels].sum())
    return (math.sqrt(float((degrees[levels] * shares[levels] ** 2).sum()) / behind) if behind else 0.0), behind


def _resolution_cd_m2(values: NDArray[np.float64]) -> float:
    """The last digit in which any reading is given; 1e-6 and finer counts as none."""
    for digits in range(_DIGITS):
        scaled = values * 10**digits
        if np.all(np.abs(scaled - np.rint(scaled)) < 1e-6 * np.maximum(1.0, scaled)):
            return float(10.0**-digits)
    return 0.0
