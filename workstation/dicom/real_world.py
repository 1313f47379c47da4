"""Real World Value Mapping (PS3.3 C.7.6.16.2.11): stored values to quantities with their unit, for measuring only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.dicom import values


@dataclass(frozen=True)
class RealWorldMap:
    """One map: for stored values from ``first`` to ``last``.

    Attributes
    ----------
    slope, intercept
        quantity = stored value × slope + intercept; not used where there is a table.
    table
        The quantity of each stored value from ``first`` on (Real World Value LUT Data), or empty.
    unit_code, unit_meaning
        Measurement Units Code Sequence: the UCUM code, and what people call it.
    label
        LUT Label (0040,9210).
    """

    first: float
    last: float
    slope: float = 1.0
    intercept: float = 0.0
    table: tuple[float, ...] = field(default=(), repr=False)
    unit_code: str = ""
    unit_meaning: str = ""
    label: str = ""

    def quantities(self, stored: NDArray[Any]) -> NDArray[np.float64]:
        """Quantities of stored values of any shape; NaN for those that the map does not cover."""
        numbers = stored.astype(np.float64)
        covered = (numbers >= self.first) & (numbers <= self.last)
        if self.table:
            index = np.clip(numbers - self.first, 0, len(self.table) - 1).astype(np.int64)
            mapped = np.asarray(self.table, dtype=np.float64)[index]
        else:
            mapped = numbers * self.slope + self.intercept
        return np.where(covered, mapped, np.nan)


def real_world_maps_of(dataset: Any) -> tuple[RealWorldMap, ...]:
    """The maps in Real World Value Mapping Sequence (0040,9096); broken ones are left out."""
    return maps_of_items(values.items(dataset, "RealWorldValueMappingSequence"))


def maps_of_items(items: Iterable[Any]) -> tuple[RealWorldMap, ...]:
    """The maps in the items of such a sequence; broken ones are left out."""
    return tuple(each for each in map(_map_of, items) if each is not None)


def _map_of(item: Any) -> RealWorldMap | None:
    first = _end(item, "RealWorldValueFirstValueMapped", "DoubleFloatRealWorldValueFirstValueMapped")
    last = _end(item, "RealWorldValueLastValueMapped", "DoubleFloatRealWorldValueLastValueMapped")
    slope = values.number(item, "RealWorldValueSlope")
    intercept = values.number(item, "RealWorldValueIntercept")
    table = values.numbers(item, "RealWorldValueLUTData")
    if first is None or last is None or last < first:
        return None
    if table and len(table) != int(last - first) + 1:
        return None
    if not table and (slope is None or intercept is None):
        return None
    unit, _, meaning = values.code(item, "MeasurementUnitsCodeSequence")
    label = values.text(item, "LUTLabel")
    return RealWorldMap(first, last, slope or 0.0, intercept or 0.0, table, unit, meaning, label)


def _end(item: Any, *keywords: str) -> float | None:
    return next((each for each in (values.number(item, word) for word in keywords) if each is not None), None)
