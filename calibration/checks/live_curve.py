"""The luminance curve as plots show it, also while it is still being measured. Nothing is judged here.

Deviations of contrast are those of `calibration.conformance`, so that a plot can never disagree with the verdict.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.conformance.contrast import contrast_response_of
from calibration.conformance.spread import half_widths
from calibration.gsdf.curve import LUMINANCE_MAX_CD_M2, LUMINANCE_MIN_CD_M2
from calibration.gsdf.target import target_luminance
from calibration.readings.reading import Ambient, Series, Space, ambient_to_add
from workstation.foundation.errors import BadInput

Ends = tuple[float, float]
"""L'min and L'max, cd/m², with the ambient light."""


@dataclass(frozen=True)
class CurvePoint:
    """One level: L' (with the ambient light) in cd/m², half its interval of 95 % (None where it is not known)."""

    level: int
    luminance_cd_m2: float
    uncertainty_cd_m2: float | None


@dataclass(frozen=True)
class ContrastStep:
    """One step of the contrast response: its k as a fraction, half its interval of 95 %, and its two levels."""

    lower: int
    upper: int
    deviation: float
    uncertainty: float | None


@dataclass(frozen=True, eq=False)
class LiveCurve:
    """What a plot shows.

    Attributes
    ----------
    target_levels, target_cd_m2, band
        float64 (n,): wanted L' of every level, and the relative half width of the band in which one level alone may lie
        without leaving the contrast limit. Empty for the bare display, and until both ends are known.
    steps
        Empty until the series is complete.
    """

    levels: int
    points: tuple[CurvePoint, ...]
    target_levels: NDArray[np.float64]
    target_cd_m2: NDArray[np.float64]
    band: NDArray[np.float64]
    steps: tuple[ContrastStep, ...]


def live_curve(
    series: Series, ambient: Ambient, *, contrast_limit: float, expected: Ends | None = None, place: str = "centre"
) -> LiveCurve:
    """The curve of ``series`` as far as it is measured.

    Parameters
    ----------
    contrast_limit
        Of the policy: 0.10 = 10 %; sets the width of the band.
    expected
        Ends that the display is expected to have (from its last check), until they are measured.
    """
    points = _points(series, ambient, place)
    ends = _ends(points, series.levels, expected) if series.space is Space.P_VALUE else None
    if ends is None:
        nothing = np.empty(0)
        return LiveCurve(series.levels, points, nothing, nothing, nothing, ())
    levels = np.arange(series.levels, dtype=np.float64)
    target = target_luminance(levels / levels[-1], *ends)
    band = contrast_limit * _contrast_beside([point.level for point in points], target)
    return LiveCurve(series.levels, points, levels, target, band, contrast_steps(series, ambient, place=place))


def contrast_steps(series: Series, ambient: Ambient, *, place: str = "centre") -> tuple[ContrastStep, ...]:
    """k of each step; empty while levels are missing and where the series cannot be judged."""
    try:
        response = contrast_response_of(series, ambient, place=place)
    except BadInput:
        return ()
    half = response.half_width
    return tuple(
        ContrastStep(int(lower), int(upper), float(k), None if half is None else float(half[step]))
        for step, (lower, upper, k) in enumerate(
            zip(response.levels[:-1], response.levels[1:], response.deviation, strict=True)
        )
    )


def _points(series: Series, ambient: Ambient, place: str) -> tuple[CurvePoint, ...]:
    measured = series.at_place(place)
    added = ambient_to_add(series, ambient)
    spread = half_widths(measured, None) if measured else None
    halves: Sequence[float | None] = [None] * len(measured) if spread is None else [float(each) for each in spread]
    return tuple(
        CurvePoint(each.level, each.mean_cd_m2 + added, half) for each, half in zip(measured, halves, strict=True)
    )


def _ends(points: Sequence[CurvePoint], levels: int, expected: Ends | None) -> Ends | None:
    """L' of black and white: as measured, else as expected; None where they give no target."""
    measured = {point.level: point.luminance_cd_m2 for point in points}
    low = measured.get(0, expected[0] if expected else math.nan)
    high = measured.get(levels - 1, expected[1] if expected else math.nan)
    # the function of the standard is defined in this range only; NaN fails the comparison too
    return (low, high) if LUMINANCE_MIN_CD_M2 <= low < high <= LUMINANCE_MAX_CD_M2 else None


def _contrast_beside(measured: Sequence[int], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Smaller of the wanted contrasts beside each level: an error of limit x contrast there is one of limit in k."""
    grid = np.array(sorted({0, target.size - 1, *measured}))
    if grid.size < 3:
        grid = np.linspace(0, target.size - 1, 18).round().astype(int)
    wanted = target[grid]
    contrast = 2 * np.diff(wanted) / (wanted[1:] + wanted[:-1])
    least = np.minimum(np.append(contrast, np.inf), np.insert(contrast, 0, np.inf))
    return np.asarray(np.interp(np.arange(target.size), grid, least))
