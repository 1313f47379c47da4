"""Stored value → modality value (PS3.3 C.11.1): Hounsfield units, optical density, or whatever the object states.

What is *shown* and what is *measured* differ for some modalities (MR, XA and RF unless the site decides otherwise):
their rescale is no Modality LUT, and the windows of their files are meant for stored values (IHE BIR). Measurements use
`modality_values` always.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.dicom.header import InstanceHeader, PixelDescription
from workstation.imaging.display_rules import STORED, DisplayRules


def modality_values(stored: NDArray[Any], pixel: PixelDescription) -> NDArray[np.float64]:
    """Apply the Modality LUT, or slope and intercept.

    Parameters
    ----------
    stored
        Stored values, any shape.

    Returns
    -------
    NDArray
        Same shape, in the unit the object states.
    """
    table = pixel.modality_lut
    if table is not None:
        index = np.clip(stored.astype(np.int64) - table.first, 0, table.entries.size - 1)
        return table.entries[index].astype(np.float64)
    return stored.astype(np.float64) * pixel.rescale_slope + pixel.rescale_intercept


def stored_range(bits_stored: int, *, is_signed: bool) -> tuple[int, int]:
    """Lowest and highest stored value that the bits can hold."""
    if is_signed:
        return -(1 << (bits_stored - 1)), (1 << (bits_stored - 1)) - 1
    return 0, (1 << bits_stored) - 1


def modality_range(pixel: PixelDescription) -> tuple[float, float]:
    """Lowest and highest modality value that is possible: what VOI identity is spread over."""
    if pixel.modality_lut is not None:
        return 0.0, float((1 << pixel.modality_lut.bits) - 1)
    ends = np.array(stored_range(pixel.bits_stored, is_signed=pixel.is_signed))
    low, high = sorted(modality_values(ends, pixel).tolist())
    return low, high


def is_window_on_stored_values(header: InstanceHeader) -> bool:
    """Whether the picture is made without slope and intercept.

    The rule of the header decides, else the one that ships for its modality; but when the file's own window lies beyond
    what the stored bits can hold, its maker meant rescaled values.
    """
    pixel = header.pixel
    rule = header.windows_act_on or DisplayRules.shipped().rule_of(header.modality)
    if rule != STORED or pixel.modality_lut is not None:
        return False
    low, high = stored_range(pixel.bits_stored, is_signed=pixel.is_signed)
    return all(low - 0.5 <= each.center <= high + 0.5 for each in pixel.windows)
