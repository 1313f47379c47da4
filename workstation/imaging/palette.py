"""PALETTE COLOR: index → red, green, blue (PS3.3 C.7.6.3.1.5)."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from workstation.dicom.voi import LookupTable
from workstation.imaging.gray_table import every_value, look_up


def palette_colours(indices: NDArray[Any], palette: tuple[LookupTable, ...]) -> NDArray[np.uint8]:
    """8-bit RGB for palette indices.

    Parameters
    ----------
    indices
        (rows, columns), 8 or 16 bits.
    palette
        Red, green and blue tables; an index outside takes the first or last entry.

    Returns
    -------
    NDArray
        (rows, columns, 3).
    """
    entries = np.clip(every_value(indices.dtype).astype(np.int64) - palette[0].first, 0, palette[0].entries.size - 1)
    planes = [look_up(indices, _eight_bits(table)[entries]) for table in palette]
    return np.asarray(cv2.merge(planes), dtype=np.uint8)


def _eight_bits(table: LookupTable) -> NDArray[np.uint8]:
    return (table.entries >> (table.bits - 8)).astype(np.uint8)
