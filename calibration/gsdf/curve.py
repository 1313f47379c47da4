"""The Grayscale Standard Display Function (PS3.14 section 7): JND index to luminance and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

JND_MIN, JND_MAX = 1.0, 1023.0
LUMINANCE_MIN_CD_M2, LUMINANCE_MAX_CD_M2 = 0.05, 4000.0
"""Range for which PS3.14 defines the function; the formula's own ends are 0.04998 and 3993.33."""

# Coefficients a, c, e, g, m of the numerator and b, d, f, h, k of the denominator (PS3.14 section 7.1).
_NUMERATOR = (-1.3011877, 8.0242636e-2, 1.3646699e-1, -2.5468404e-2, 1.3635334e-3)
_DENOMINATOR = (1.0, -2.5840191e-2, -1.0320229e-1, 2.8745620e-2, -3.1978977e-3, 1.2992634e-4)
# Coefficients A to I of the inverse, a fit of its own (PS3.14 section 7.2): up to 0.09 JND from the true inverse.
_INVERSE = (
    71.498068,
    94.593053,
    41.912053,
    9.8247004,
    0.28175407,
    -1.1878455,
    -0.18014349,
    0.14710899,
    -0.017046845,
)


def luminance_cd_m2(jnd_index: ArrayLike) -> NDArray[np.float64]:
    """Luminance of a JND index, cd/m², any shape. Indices may be fractions, 1 to 1023.

    Raises
    ------
    ValueError
        For an index outside 1 to 1023, or that is no number.
    """
    index = np.asarray(jnd_index, np.float64)
    if not np.all((index >= JND_MIN) & (index <= JND_MAX)):
        raise ValueError("a JND index lies between 1 and 1023")
    n = np.log(index)
    return np.asarray(10.0 ** (np.polynomial.polynomial.polyval(n, _NUMERATOR) / _polynomial(n, _DENOMINATOR)))


def jnd_index(luminance: ArrayLike) -> NDArray[np.float64]:
    """JND index of a luminance in cd/m², any shape, by the inverse fit of the standard (not an exact inverse).

    Raises
    ------
    ValueError
        For a luminance outside 0.05 to 4000 cd/m², or that is no number.
    """
    level = np.asarray(luminance, np.float64)
    if not np.all((level >= LUMINANCE_MIN_CD_M2 * 0.999) & (level <= LUMINANCE_MAX_CD_M2)):
        raise ValueError("the grayscale function is defined from 0.05 to 4000 cd/m²")
    return np.asarray(_polynomial(np.log10(level), _INVERSE))


def _polynomial(x: NDArray[np.float64], coefficients: tuple[float, ...]) -> NDArray[np.float64]:
    return np.asarray(np.polynomial.polynomial.polyval(x, coefficients))
