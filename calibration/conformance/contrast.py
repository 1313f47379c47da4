"""The contrast response: whether each step of grey is as visible as the GSDF wants it (AAPM TG-18, PS3.14).

For levels i with L'_i = L_i + Lamb, target JND indices jt_i evenly spread in P between j(L'min) and j(L'max):
``d_i = 2 (L'_{i+1} - L'_i) / (L'_{i+1} + L'_i) / (jt_{i+1} - jt_i)``, ``g_i`` the same of the target luminances, and
``k_i = (d_i - g_i) / g_i``. The contrast is self-normalised: a dimmed display keeps it, so L'max has rules of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.conformance.errors import UnusableSeries
from calibration.conformance.spread import half_widths
from calibration.gsdf.curve import (
    JND_MAX,
    JND_MIN,
    LUMINANCE_MAX_CD_M2,
    LUMINANCE_MIN_CD_M2,
    jnd_index,
    luminance_cd_m2,
)
from calibration.gsdf.errors import require_space
from calibration.readings.reading import Ambient, MeasuredLevel, Series, Space, ambient_to_add

LEAST_LEVELS = 11
"""DIN 6868-157 takes 11 levels, AAPM 18."""
MOST_LEVELS = 18
"""At 8 bits finer steps say nothing: neighbouring P-values may share a driving level. 18 are picked from more."""
_NUDGE = 1e-6  # relative, for derivatives


@dataclass(frozen=True, eq=False)
class ContrastResponse:
    """The contrast response of one series, n levels and n - 1 steps.

    Attributes
    ----------
    levels
        int, (n,): P-values, rising; the first and the last are the ends of the scale.
    luminance_cd_m2, target_cd_m2
        float64, (n,): L' measured and wanted, both with ambient light.
    target_jnd
        float64, (n,): JND index wanted.
    contrast, wanted
        float64, (n - 1,): d and g, relative contrast per JND.
    deviation
        float64, (n - 1,): k, as a fraction.
    half_width
        float64, (n - 1,): half the interval of 95 % of each k, from repeatability; None where no level was read twice.
    """

    levels: NDArray[np.int_]
    luminance_cd_m2: NDArray[np.float64]
    target_cd_m2: NDArray[np.float64]
    target_jnd: NDArray[np.float64]
    contrast: NDArray[np.float64]
    wanted: NDArray[np.float64]
    deviation: NDArray[np.float64]
    half_width: NDArray[np.float64] | None

    @property
    def greatest(self) -> float:
        """max |k|."""
        return float(np.abs(self.deviation).max())

    @property
    def uncertainty(self) -> float | None:
        """Half width of max |k|: so far the |k| of any step may reach beyond the greatest one found.

        The step found greatest need not be the greatest in truth, so the interval ends where the interval of the step
        that reaches furthest does.
        """
        if self.half_width is None:
            return None
        return float((np.abs(self.deviation) + self.half_width).max()) - self.greatest

    @property
    def detail(self) -> str:
        """Where it is worst: ``-5.6 % at step 3, levels 30 to 45``."""
        step = int(np.abs(self.deviation).argmax())
        where = f"step {step + 1}, levels {self.levels[step]} to {self.levels[step + 1]}"
        return f"{round(100 * self.deviation[step], 1) + 0.0:+.1f} % at {where}"


def contrast_response_of(
    series: Series, ambient: Ambient, *, reading_sd: float | None = None, place: str = "centre"
) -> ContrastResponse:
    """The contrast response of a series of P-values.

    Parameters
    ----------
    ambient
        Lamb; not added to readings that hold it already.
    reading_sd
        Relative standard deviation of one reading, where it is known from elsewhere.

    Raises
    ------
    WrongSpace
        For a series of DDLs: images go through the display LUT, so conformance readings must.
    UnusableSeries
        When levels are missing, the luminance does not rise, or it leaves the range of the GSDF.
    """
    require_space(series, Space.P_VALUE)
    measured = picked(checked_levels(series, place))
    require_enough(measured, series)
    spread = half_widths(measured, reading_sd)
    levels = np.array([each.level for each in measured])
    seen = np.array([each.mean_cd_m2 for each in measured]) + ambient_to_add(series, ambient)
    _require_rise(levels, seen, spread)
    _require_range(seen)
    fractions = levels / (series.levels - 1)
    half = None if spread is None else _propagated(seen, fractions, spread)
    return _response(levels, seen, fractions, half)


def checked_levels(series: Series, place: str = "centre") -> tuple[MeasuredLevel, ...]:
    """The levels of one place, lowest first, after a look at every number of the series.

    Raises
    ------
    UnusableSeries
        For levels that the space does not have or that come twice, and for numbers that are no luminance.
    """
    seen: set[tuple[int, str]] = set()
    for each in series.measured:
        where = f"Level {each.level} at {each.place}"
        if not 0 <= each.level < series.levels:
            raise UnusableSeries(f"{where} is not between 0 and {series.levels - 1}.", "Check the levels.")
        if (each.level, each.place) in seen:
            raise UnusableSeries(f"{where} stands there twice.", "Join its readings, or remove one of them.")
        if not each.readings:
            raise UnusableSeries(f"{where} has no reading.", "Measure it again.")
        values = np.array([reading.luminance_cd_m2 for reading in each.readings])
        if not np.all(np.isfinite(values) & (values >= 0)):
            raise UnusableSeries(f"{where} has a luminance that is negative or no number.", "Measure it again.")
        seen.add((each.level, each.place))
    return series.at_place(place)


def picked(measured: Sequence[MeasuredLevel], most: int = MOST_LEVELS) -> tuple[MeasuredLevel, ...]:
    """All levels; of more than ``most`` those that lie nearest to ``most`` evenly spread ones."""
    if len(measured) <= most:
        return tuple(measured)
    levels = np.array([each.level for each in measured])
    wanted = np.linspace(levels[0], levels[-1], most)
    nearest = np.unique(np.abs(levels[None, :] - wanted[:, None]).argmin(axis=1))
    return tuple(measured[int(index)] for index in nearest)


def require_enough(measured: Sequence[MeasuredLevel], series: Series) -> None:
    """Raise `UnusableSeries` unless there are enough levels and both ends of the scale are among them."""
    if len(measured) < LEAST_LEVELS:
        raise UnusableSeries(
            f"{len(measured)} levels were measured; the contrast response needs at least {LEAST_LEVELS}.",
            "Measure the missing levels.",
        )
    missing = [str(end) for end in (0, series.levels - 1) if end not in (measured[0].level, measured[-1].level)]
    if missing:
        raise UnusableSeries(f"Level {' and '.join(missing)} was not measured.", "Black and white are both needed.")


def deviations(luminance: NDArray[np.float64], fractions: NDArray[np.float64]) -> NDArray[np.float64]:
    """k of each step, (..., n - 1), for rising luminances L' of (..., n) at P-values that are ``fractions`` (n,)."""
    contrast, wanted = _contrasts(luminance, _target_jnd(luminance, fractions))
    return np.asarray((contrast - wanted) / wanted)


def _response(
    levels: NDArray[np.int_],
    seen: NDArray[np.float64],
    fractions: NDArray[np.float64],
    half_width: NDArray[np.float64] | None,
) -> ContrastResponse:
    jnd = _target_jnd(seen, fractions)
    contrast, wanted = _contrasts(seen, jnd)
    deviation = (contrast - wanted) / wanted
    return ContrastResponse(levels, seen, luminance_cd_m2(jnd), jnd, contrast, wanted, deviation, half_width)


def _target_jnd(luminance: NDArray[np.float64], fractions: NDArray[np.float64]) -> NDArray[np.float64]:
    ends = np.clip(jnd_index(luminance[..., [0, -1]]), JND_MIN, JND_MAX)
    low, high = ends[..., :1], ends[..., 1:]
    return np.asarray(low + fractions * (high - low))


def _contrasts(
    luminance: NDArray[np.float64], jnd: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """d and g: contrast of each step per JND, measured and wanted."""
    jnds = np.diff(jnd)
    return _contrast(luminance) / jnds, _contrast(luminance_cd_m2(jnd)) / jnds


def _contrast(luminance: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(2 * np.diff(luminance) / (luminance[..., 1:] + luminance[..., :-1]))


def _propagated(
    seen: NDArray[np.float64], fractions: NDArray[np.float64], spread: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Half width of each k from the half widths of the means: root of the sum of squares of derivative x half width.

    The ends count twice: in their own steps, and through the target that they fix for all steps.
    """
    nudges = _NUDGE * seen
    nudged = seen + np.diag(nudges)
    slopes = (deviations(nudged, fractions) - deviations(seen, fractions)) / nudges[:, None]
    return np.asarray(np.sqrt(((slopes * spread[:, None]) ** 2).sum(axis=0)))


def _require_rise(levels: NDArray[np.int_], luminance: NDArray[np.float64], spread: NDArray[np.float64] | None) -> None:
    """Refuse falls, naming them. Falls within the readings' own spread are greys that merge: these are judged."""
    noise = np.zeros(luminance.size - 1) if spread is None else np.hypot(spread[1:], spread[:-1])
    falls = np.flatnonzero(np.diff(luminance) < -noise)
    if falls.size:
        where = ", ".join(f"{levels[i]} to {levels[i + 1]}" for i in falls[:3])
        raise UnusableSeries(
            f"The luminance falls from level {where}; it must rise.", "Measure these levels again with the meter still."
        )
    if not luminance[-1] > luminance[0]:
        raise UnusableSeries("The luminance does not rise from black to white.", "Is the meter on the pattern?")


def _require_range(luminance: NDArray[np.float64]) -> None:
    low, high = float(luminance[0]), float(luminance[-1])
    if low < LUMINANCE_MIN_CD_M2:
        raise UnusableSeries(
            f"Black is {low:.4g} cd/m² with the ambient light; the grayscale function begins at 0.05 cd/m².",
            "Measure the ambient light, and check the reading of black.",
        )
    if high > LUMINANCE_MAX_CD_M2:
        raise UnusableSeries(
            f"White is {high:.4g} cd/m²; the grayscale function ends at 4000 cd/m².", "Check the unit of the readings."
        )
