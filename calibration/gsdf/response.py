"""The luminance response of a bare display: what each DDL gives (the characteristic curve of PS3.14 section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.gsdf.errors import UnusableResponse, require_space
from calibration.readings.reading import Series, Space

LEAST_LEVELS = 11
"""Fewer measured levels do not tell a curve; DIN 6868-157 takes 11, AAPM 18."""
# A step down by less than this is the meter's noise and is levelled, a greater one is refused: a share of the
# luminance, or the last digit of a usual meter near black.
_NOISE, _NOISE_CD_M2 = 0.02, 0.01
_BITS = {256: 8, 1024: 10, 4096: 12}


@dataclass(frozen=True, eq=False)
class Response:
    """Luminance of every DDL of one display.

    Attributes
    ----------
    luminance_cd_m2
        float64, (256,), (1024,) or (4096,): rising, of DDL 0 to the greatest.
    includes_ambient
        Whether the readings held reflected light.
    """

    luminance_cd_m2: NDArray[np.float64]
    includes_ambient: bool = False

    @property
    def ddl_bits(self) -> int:
        """8, 10 or 12."""
        return _BITS[self.luminance_cd_m2.size]


def response_of(series: Series, place: str = "centre") -> Response:
    """The response from a measured series: a natural cubic spline through the means of its levels.

    Raises
    ------
    WrongSpace
        For a series of P-values: it has gone through a LUT already.
    UnusableResponse
        When an end or too many levels are missing, or the luminance falls where it must rise.
    """
    require_space(series, Space.DDL)
    if series.levels not in _BITS:
        raise UnusableResponse(f"A display has 256, 1024 or 4096 driving levels, not {series.levels}.")
    means = series.means(place)
    _require_ends(means, series.levels)
    levels = np.array(list(means), np.float64)
    luminance = np.array(list(means.values()), np.float64)
    _require_rise(levels, luminance)
    curve = natural_spline(levels, np.maximum.accumulate(luminance), np.arange(series.levels, dtype=np.float64))
    return Response(np.maximum.accumulate(np.clip(curve, luminance[0], None)), series.includes_ambient)


def natural_spline(x: NDArray[np.float64], y: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Natural cubic spline through ``(x, y)`` (rising x, at least 3 points) at ``wanted``."""
    steps = np.diff(x)
    slopes = np.diff(y) / steps
    system = np.eye(x.size)
    for row in range(1, x.size - 1):
        system[row, row - 1 : row + 2] = steps[row - 1], 2 * (steps[row - 1] + steps[row]), steps[row]
    bends = np.linalg.solve(system, np.concatenate(([0.0], 6 * np.diff(slopes), [0.0])))
    part = np.clip(np.searchsorted(x, wanted, side="right") - 1, 0, x.size - 2)
    before, after, step = wanted - x[part], x[part + 1] - wanted, steps[part]
    return np.asarray(
        (bends[part] * after**3 + bends[part + 1] * before**3) / (6 * step)
        + (y[part] / step - bends[part] * step / 6) * after
        + (y[part + 1] / step - bends[part + 1] * step / 6) * before
    )


def _require_ends(means: Mapping[int, float], levels: int) -> None:
    if len(means) < LEAST_LEVELS:
        raise UnusableResponse(
            f"{len(means)} levels were measured; a curve needs at least {LEAST_LEVELS}.", "Measure the missing levels."
        )
    missing = [str(end) for end in (0, levels - 1) if end not in means]
    if missing:
        raise UnusableResponse(f"Level {' and '.join(missing)} was not measured.", "Both ends are needed.")


def _require_rise(levels: NDArray[np.float64], luminance: NDArray[np.float64]) -> None:
    """Refuse numbers that are none, and falls beyond noise, naming the levels."""
    if not np.all(np.isfinite(luminance) & (luminance >= 0)):
        raise UnusableResponse("A luminance is negative or no number.", "Measure that level again.")
    noise = np.maximum(luminance[:-1] * _NOISE, _NOISE_CD_M2)
    falls = np.flatnonzero(luminance[1:] < luminance[:-1] - noise)
    if falls.size:
        where = ", ".join(f"{levels[i]:.0f} to {levels[i + 1]:.0f}" for i in falls[:3])
        raise UnusableResponse(
            f"The luminance falls from level {where}; it must rise.", "Measure these levels again with the meter still."
        )
    if not luminance[-1] > luminance[0]:
        raise UnusableResponse("The luminance does not rise from black to white.", "Is the meter on the pattern?")
