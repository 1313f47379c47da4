"""VOI → P-value (PS3.3 C.11.4, C.11.6): perceptually linear grey, as 16-bit numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from calibration.gsdf.display_lut import P_VALUE_MAX
from workstation.dicom.header import PixelDescription
from workstation.dicom.voi import LookupTable


def is_inverted_by_file(pixel: PixelDescription) -> bool:
    """Whether low values are to be white: as Presentation LUT Shape says; without one, for MONOCHROME1.

    A presentation LUT says itself what is white.
    """
    if pixel.presentation_lut is not None:
        return False
    if pixel.presentation_shape in {"IDENTITY", "INVERSE"}:
        return pixel.presentation_shape == "INVERSE"
    return pixel.photometric == "MONOCHROME1"


def p_values(shares: NDArray[np.float64], *, is_inverted: bool, table: LookupTable | None = None) -> NDArray[np.uint16]:
    """P-values for VOI shares from 0 to 1; rounded to the nearest of 65536 levels, finer than any display.

    Parameters
    ----------
    is_inverted
        Reverses what comes out of ``table``.
    table
        Presentation LUT: its entries are spread evenly over the shares; between two of them lies a straight line. A
        VOI LUT with as many levels as it has entries meets each of them exactly.
    """
    perceived = shares if table is None else through_table(shares, table)
    shown = 1.0 - perceived if is_inverted else perceived
    return np.rint(shown * P_VALUE_MAX).astype(np.uint16)


def through_table(shares: NDArray[np.float64], table: LookupTable) -> NDArray[np.float64]:
    """A Presentation LUT (C.11.4.1) of shares from 0 to 1, as shares."""
    entries = table.entries.astype(np.float64) / float((1 << table.bits) - 1)
    places = shares * (entries.size - 1)
    return np.interp(places, np.arange(entries.size), entries).reshape(shares.shape)
