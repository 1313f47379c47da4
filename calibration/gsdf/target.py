"""What luminance each P-value shall have on a display of given ends (PS3.14 sections 6 and 7)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from calibration.gsdf.curve import JND_MAX, JND_MIN, jnd_index, luminance_cd_m2


def target_jnd(fractions: ArrayLike, least_cd_m2: float, most_cd_m2: float) -> NDArray[np.float64]:
    """JND index of P-values given as fractions of the greatest P-value (0 to 1).

    ``least_cd_m2`` and ``most_cd_m2`` are L'min and L'max: with reflected ambient light.
    """
    low, high = (float(np.clip(jnd_index(end), JND_MIN, JND_MAX)) for end in (least_cd_m2, most_cd_m2))
    return low + np.asarray(fractions, np.float64) * (high - low)


def target_luminance(
    fractions: ArrayLike, least_cd_m2: float, most_cd_m2: float, ambient_cd_m2: float = 0.0
) -> NDArray[np.float64]:
    """What a meter that shuts out ambient light shall read at each P-value, cd/m².

    Parameters
    ----------
    fractions
        P-value over the greatest P-value, 0 to 1, any shape.
    least_cd_m2, most_cd_m2
        Lmin and Lmax without ambient light.
    ambient_cd_m2
        Lamb; the curve runs from Lmin + Lamb to Lmax + Lamb, and Lamb is taken off again.

    Raises
    ------
    ValueError
        When the ends with ambient light leave 0.05 to 4000 cd/m², or do not rise.
    """
    if not most_cd_m2 > least_cd_m2:
        raise ValueError("the greatest luminance is not above the least")
    wanted = target_jnd(fractions, least_cd_m2 + ambient_cd_m2, most_cd_m2 + ambient_cd_m2)
    return np.asarray(luminance_cd_m2(wanted) - ambient_cd_m2)
