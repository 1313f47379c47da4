"""JNDs per P-value: the FIT and LUM of PS3.14 Annex C (informative; the standard gives no limit)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.gsdf.curve import jnd_index

# fmt: off
ANNEX_LEVELS = (0, 8, 16, 25, 33, 41, 49, 58, 66, 74, 82, 90, 99, 107, 115, 123, 132, 140, 148, 156, 165, 173, 181, 189,
                197, 206, 214, 222, 230, 239, 247, 255)
# fmt: on
"""The 32 P-values of 8 bits at which the standard's method measures (PS3.14 D.2.4)."""
_P_MAX = 255.0


@dataclass(frozen=True, eq=False)
class JndLinearity:
    """JNDs per P-value over the intervals between measured levels.

    Attributes
    ----------
    per_p_value
        float64, (n - 1,): JND indices gained per P-value of 8 bits in each interval, not rounded.
    fit_slope
        Slope of the line fitted through them, times 255, over their mean: how much they change from black to white, as
        a fraction. 0 fits.
    lum
        Their standard deviation about their mean, in JND.
    """

    per_p_value: NDArray[np.float64]
    fit_slope: float
    lum: float


def jnd_linearity(luminance: NDArray[np.float64], fractions: NDArray[np.float64]) -> JndLinearity:
    """FIT and LUM of luminances L' (n,), cd/m² with ambient light, at rising P-values ``fractions`` (n,) of 0 to 1."""
    p_values = fractions * _P_MAX
    per_p_value = np.diff(jnd_index(luminance)) / np.diff(p_values)
    middles = (p_values[1:] + p_values[:-1]) / 2
    slope = float(np.polyfit(middles, per_p_value, 1)[0])
    return JndLinearity(per_p_value, slope * _P_MAX / float(per_p_value.mean()), float(per_p_value.std(ddof=1)))
