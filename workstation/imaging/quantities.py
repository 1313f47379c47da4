"""Stored values as measured quantities: what a probe or a region of interest reads, always with its unit.

Measuring never goes through the path of display: windows, presentation LUTs and the rule that MR windows act on stored
values change nothing here. A real-world value map comes first; else the modality LUT or rescale; PET adds its SUVs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.dicom.header import InstanceHeader
from workstation.imaging.modality_lut import modality_values
from workstation.imaging.stored_frame import StoredFrame
from workstation.imaging.suv import NoSuv, suv_scale

_RESCALE_UNITS = {  # Rescale Type (0028,1054) and Modality LUT Type, PS3.3 C.11.1.1.2; US means unspecified
    "HU": "HU",
    "HU_MOD": "HU (modified)",
    "MGML": "mg/ml",
    "PCT": "%",
    "Z_EFF": "effective Z",
    "ED": "10²³ electrons/ml",
    "EDW": "electron density / water",
    "OD": "OD/1000",
    "US": "",
}
_PET_UNITS = {  # Units (0054,1001), PS3.3 C.8.9.1.1.3
    "BQML": "Bq/ml",
    "CNTS": "counts",
    "PROPCNTS": "proportional to counts",
    "CPS": "counts/s",
    "PROPCPS": "proportional to counts/s",
    "PCNT": "%",
    "CM2": "cm²",
    "CM2ML": "cm²/ml",
    "NONE": "",
    "MLMINML": "ml/min/ml",
    "MLMING": "ml/min/g",
    "MLG": "ml/g",
    "1CM": "1/cm",
    "UMOLML": "µmol/ml",
    "UMOLMINML": "µmol/min/ml",
    "UMOLMING": "µmol/min/g",
    "MGMINML": "mg/min/ml",
    "STDDEV": "standard deviations",
}
_UCUM_UNITS = {
    "[hnsf'U]": "HU",
    "{SUVbw}g/ml": "g/ml SUVbw",
    "{SUVlbm}g/ml": "g/ml SUVlbm",
    "{SUVbsa}cm2/ml": "cm²/ml SUVbsa",
    "{counts}": "counts",
    "{no units}": "",
    "um2/s": "µm²/s",
    "mm2/s": "mm²/s",
    "1": "",
}


@dataclass(frozen=True)
class Quantity:
    """One number and its unit, empty where the object states none."""

    value: float
    unit: str


@dataclass(frozen=True)
class Reading:
    """What a probe reads at one pixel.

    Attributes
    ----------
    quantities
        The same place in each unit that is known, the most telling one first; empty for padding and colour.
    remark
        Why something one would look for is missing, such as "no SUV: …".
    """

    quantities: tuple[Quantity, ...]
    remark: str = ""


@dataclass(frozen=True)
class Statistics:
    """Over the pixels of a region, padding left out; in ``unit``."""

    mean: float
    standard_deviation: float
    smallest: float
    greatest: float
    count: int
    unit: str


def reading_at(frame: StoredFrame, header: InstanceHeader, row: int, column: int) -> Reading | None:
    """What is measured at one pixel of the frame that ``header`` describes; None outside the image."""
    if not (0 <= row < frame.rows and 0 <= column < frame.columns):
        return None
    if frame.is_colour or frame.photometric == "PALETTE COLOR":
        return Reading((), "colour: no quantity")
    if frame.valid is not None and not frame.valid[row, column]:
        return Reading((), "no value here")
    stored = frame.pixels[row : row + 1, column]
    found = ((float(scaled[0]), unit) for scaled, unit in _scales(header, stored))
    return Reading(tuple(Quantity(*each) for each in found if np.isfinite(each[0])), suv_remark(header))


def statistics_over(frame: StoredFrame, header: InstanceHeader, mask: NDArray[np.bool_]) -> Statistics | None:
    """Of the pixels where ``mask`` (rows, columns) is true, in the most telling unit; None where there are none."""
    if frame.is_colour or frame.photometric == "PALETTE COLOR":
        return None
    inside = mask if frame.valid is None else mask & frame.valid
    stored = frame.pixels[inside]
    for scaled, unit in _scales(header, stored) if stored.size else ():
        if np.isfinite(scaled).all():
            spread = float(scaled.std(ddof=1)) if scaled.size > 1 else 0.0
            return Statistics(
                float(scaled.mean()), spread, float(scaled.min()), float(scaled.max()), int(scaled.size), unit
            )
    return None


def suv_remark(header: InstanceHeader) -> str:
    """``no SUV: reason`` for a PET image from which none can be computed; empty otherwise."""
    if header.pet is None:
        return ""
    scale = suv_scale(header.pet)
    return f"no SUV: {scale.reason}" if isinstance(scale, NoSuv) else ""


def modality_unit(header: InstanceHeader) -> str:
    """The unit of modality values (after rescale), empty where the object states none."""
    if header.pet is not None and header.pet.units:
        return _PET_UNITS.get(header.pet.units, "" if header.pet.units == "GML" else header.pet.units.lower())
    kind = header.pixel.rescale_type.upper()
    if not kind and header.modality == "CT" and not header.is_localizer:
        return "HU"  # PS3.3 C.8.2.1.1.2: Hounsfield units are meant where the type is absent
    return _RESCALE_UNITS.get(kind, header.pixel.rescale_type)


def quantity_text(quantity: Quantity) -> str:
    """``-12 HU``, ``4.31 g/ml SUVbw``: as many digits as tell something."""
    size = abs(quantity.value)
    digits = 0 if size >= 100 or quantity.value == int(quantity.value) else 1 if size >= 10 else 2
    number = f"{quantity.value:.{digits}f}" if size >= 0.01 or size == 0 else f"{quantity.value:.3g}"
    return f"{number} {quantity.unit}".strip()


def reading_text(reading: Reading) -> str:
    """All of a reading in one line."""
    return "  ".join(
        [*(quantity_text(each) for each in reading.quantities), *([reading.remark] * bool(reading.remark))]
    )


def _scales(header: InstanceHeader, stored: NDArray[Any]) -> Iterator[tuple[NDArray[np.float64], str]]:
    """The stored values in each unit there is."""
    for each in header.real_world:
        yield each.quantities(stored), _UCUM_UNITS.get(each.unit_code, each.unit_meaning or each.unit_code)
    measured = modality_values(stored, header.pixel)
    yield from _uptakes(header, measured)
    unit = modality_unit(header)
    is_said_better = bool(header.real_world) or (header.pet is not None and header.pet.units == "GML")
    if not is_said_better or (header.pet is not None and header.pet.units == "BQML"):
        yield measured, unit


def _uptakes(header: InstanceHeader, measured: NDArray[np.float64]) -> Iterator[tuple[NDArray[np.float64], str]]:
    if header.pet is None:
        return
    scale = suv_scale(header.pet)
    if isinstance(scale, NoSuv):
        return
    for factor, unit in (
        (scale.body_weight, "g/ml SUVbw"),
        (scale.lean_body, "g/ml SUVlbm"),
        (scale.body_surface, "cm²/ml SUVbsa"),
    ):
        if factor is not None:
            yield measured * factor, unit
