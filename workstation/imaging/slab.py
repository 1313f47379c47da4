"""Slabs: several sheets of a volume made into one plane by their greatest, smallest or average value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.imaging.errors import CannotReformat

THICKNESSES_MM = (0.0, 3.0, 5.0, 10.0, 20.0, 40.0)


class Projection(StrEnum):
    """How the sheets of a slab become one value."""

    MIP = "MIP"
    MINIP = "MinIP"
    MEAN = "average"

    def next(self) -> Projection:
        """The one after this; after the last, the first."""
        known = list(Projection)
        return known[(known.index(self) + 1) % len(known)]


@dataclass(frozen=True)
class Slab:
    """What a reader asks for; 0 mm is a thin plane.

    Raises
    ------
    ValueError
        When the thickness is negative or no number.
    """

    thickness_mm: float = 0.0
    projection: Projection = Projection.MIP

    def __post_init__(self) -> None:
        if not (np.isfinite(self.thickness_mm) and self.thickness_mm >= 0):
            raise ValueError("the thickness of a slab must be 0 mm or more")

    def sheets(self, step_mm: float) -> int:
        """How many sheets ``step_mm`` apart cover it, at least one."""
        return max(1, round(self.thickness_mm / step_mm))

    def thicker(self, steps: int) -> Slab:
        """The next offered thickness (or, negative, the one before); stays at the ends."""
        nearest = min(range(len(THICKNESSES_MM)), key=lambda n: abs(THICKNESSES_MM[n] - self.thickness_mm))
        wanted = min(max(nearest + steps, 0), len(THICKNESSES_MM) - 1)
        return Slab(THICKNESSES_MM[wanted], self.projection)


@dataclass(frozen=True, eq=False)
class Sheet:
    """Values in a plane, and where there are any; ``valid`` of None means everywhere."""

    values: NDArray[Any]
    valid: NDArray[np.bool_] | None = None


def projected(block: NDArray[Any], axis: int, how: Projection) -> NDArray[Any]:
    """One axis of ``block`` made into one value, of the block's own type; every value counts."""
    if how is Projection.MIP:
        return np.asarray(block.max(axis=axis))
    if how is Projection.MINIP:
        return np.asarray(block.min(axis=axis))
    return as_type(block.sum(axis=axis, dtype=np.float64) / block.shape[axis], block.dtype)


def projected_where(block: NDArray[Any], valid: NDArray[np.bool_], axis: int, how: Projection) -> Sheet:
    """The same over the values that are ``valid``; a place without any is not valid, and 0."""
    count = valid.sum(axis=axis)
    if how is Projection.MEAN:
        total = np.where(valid, block, 0).sum(axis=axis, dtype=np.float64)
        values = as_type(total / np.maximum(count, 1), block.dtype)
    else:
        low, high = _ends(block.dtype)
        filled = np.where(valid, block, block.dtype.type(low if how is Projection.MIP else high))
        values = projected(filled, axis, how)
    return Sheet(np.where(count > 0, values, block.dtype.type(0)), count > 0)


def combined(sheets: Iterable[Sheet], how: Projection) -> Sheet:
    """Sheets of one size made into one, each given up before the next is made."""
    total: NDArray[Any] | None = None
    count: NDArray[np.int32] | None = None
    for sheet in sheets:
        valid = sheet.valid if sheet.valid is not None else np.ones(sheet.values.shape, dtype=np.bool_)
        if total is None or count is None:
            total, count = np.where(valid, sheet.values, 0).astype(np.float64), valid.astype(np.int32)
            continue
        total = _with_one_more(total, count, sheet.values, valid, how)
        count += valid
    if total is None or count is None:
        raise CannotReformat("the slab is empty")
    return Sheet(total / np.maximum(count, 1) if how is Projection.MEAN else total, count > 0)


def _with_one_more(
    total: NDArray[Any], count: NDArray[np.int32], values: NDArray[Any], valid: NDArray[np.bool_], how: Projection
) -> NDArray[Any]:
    if how is Projection.MEAN:
        return total + np.where(valid, values, 0)
    better = values > total if how is Projection.MIP else values < total
    return np.asarray(np.where(valid & (better | (count == 0)), values, total))


def as_type(values: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Real numbers in the type of the stored values: the nearest whole number, within what the type can hold."""
    if dtype.kind == "f":
        return values.astype(dtype)
    low, high = _ends(dtype)
    return np.asarray(np.clip(np.rint(values), low, high).astype(dtype))


def _ends(dtype: np.dtype[Any]) -> tuple[float, float]:
    if dtype.kind == "f":
        return -np.inf, np.inf
    limits = np.iinfo(dtype)
    return int(limits.min), int(limits.max)
