"""VOI → P-value (PS3.3 C.11.4, C.11.6): perceptually linear grey, as 16-bit numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration.gsdf.display_lut import P_VALUE_MAX
from workstation.dicom.header import PixelDescription


def is_inverted_by_file(pixel: PixelDescription) -> bool:
    """Whether low values are to be white: as Presentation LUT Shape says; without one, for MONOCHROME1."""
    if pixel.presentation_shape in {"IDENTITY", "INVERSE"}:
        return pixel.presentation_shape == "INVERSE"
    return pixel.photometric == "MONOCHROME1"


def p_values(shares: NDArray[np.float64], *, is_inverted: bool) -> NDArray[np.uint16]:
    """P-values for VOI shares from 0 to 1; rounded to the nearest of 65536 levels, finer than any display."""
    shown = 1.0 - shares if is_inverted else shares
    return np.rint(shown * P_VALUE_MAX).astype(np.uint16)
