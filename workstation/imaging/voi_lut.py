"""Modality value → VOI (PS3.3 C.11.2): the part of the values that is of interest, as a share from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.dicom.voi import LookupTable, VoiFunction, Window

__all__ = ["LookupTable", "Voi", "VoiFunction", "Window", "voi_shares"]

Voi = Window | LookupTable


def voi_shares(values: NDArray[Any], voi: Voi) -> NDArray[np.float64]:
    """How far each modality value lies between black (0) and white (1).

    Parameters
    ----------
    values
        Modality values, any shape.

    Returns
    -------
    NDArray
        Same shape; not rounded. Rounding happens once, when P-values become DDLs.
    """
    if isinstance(voi, LookupTable):
        return _by_table(values, voi)
    return _FUNCTIONS[voi.function](values.astype(np.float64), voi.center, voi.width)


def linear(x: NDArray[np.float64], center: float, width: float) -> NDArray[np.float64]:
    """LINEAR (C.11.2.1.2.1), with its half-pixel shift: 0 up to ``c - 0.5 - (w-1)/2``, 1 above ``c - 0.5 + (w-1)/2``.

    A width of 1 is a threshold at ``c - 0.5``: that value itself is still 0.
    """
    if width == 1:
        return (x > center - 0.5).astype(np.float64)
    return np.clip((x - (center - 0.5)) / (width - 1) + 0.5, 0.0, 1.0)


def linear_exact(x: NDArray[np.float64], center: float, width: float) -> NDArray[np.float64]:
    """LINEAR_EXACT (C.11.2.1.3.2): 0 up to ``c - w/2``, 1 above ``c + w/2``."""
    return np.clip((x - center) / width + 0.5, 0.0, 1.0)


def sigmoid(x: NDArray[np.float64], center: float, width: float) -> NDArray[np.float64]:
    """SIGMOID (C.11.2.1.3.1): ``1 / (1 + exp(-4 (x - c) / w))``."""
    exponent = np.clip(-4.0 * (x - center) / width, -700.0, 700.0)
    return np.asarray(1.0 / (1.0 + np.exp(exponent)))


def _by_table(values: NDArray[Any], table: LookupTable) -> NDArray[np.float64]:
    """VOI LUT (C.11.2.1.1): values before the table take its first entry, values past it the last one."""
    index = np.clip(np.rint(values).astype(np.int64) - table.first, 0, table.entries.size - 1)
    return np.asarray(table.entries[index] / float((1 << table.bits) - 1))


_FUNCTIONS: dict[VoiFunction, Callable[[NDArray[np.float64], float, float], NDArray[np.float64]]] = {
    VoiFunction.LINEAR: linear,
    VoiFunction.LINEAR_EXACT: linear_exact,
    VoiFunction.SIGMOID: sigmoid,
}
