"""The display LUT that a calibration record holds: checked against its own hash before anything is shown through it."""

from __future__ import annotations

import numpy as np

from calibration.gsdf.display_lut import DisplayLut
from calibration.gsdf.lut_building import BuiltLut, lut_hash
from calibration.records.record import CalibrationRecord


def fault_of_lut(calibration: CalibrationRecord | None) -> str:
    """What is wrong with the table of a record, in words; empty when nothing is, or there is no table (identity)."""
    if calibration is None or (not calibration.ddl and not calibration.lut_sha256):
        return ""
    if len(calibration.ddl) != calibration.levels_in or not _is_table(calibration):
        return "the display LUT of this monitor is not a table that can be used"
    if lut_hash(calibration.ddl, calibration.ddl_bits) != calibration.lut_sha256:
        return "the display LUT of this monitor does not match its own hash"
    return ""


def lut_of(calibration: CalibrationRecord | None) -> DisplayLut | None:
    """The table to show images through; None for identity, and for a table that is damaged."""
    if calibration is None or not calibration.ddl or fault_of_lut(calibration):
        return None
    return DisplayLut.of(BuiltLut(np.asarray(calibration.ddl, np.uint16), calibration.ddl_bits))


def _is_table(calibration: CalibrationRecord) -> bool:
    greatest = (1 << calibration.ddl_bits) - 1
    has_power_of_two = len(calibration.ddl) in {1 << n for n in range(8, 17)}
    return (
        calibration.ddl_bits in (8, 10, 12)
        and has_power_of_two
        and all(0 <= entry <= greatest for entry in calibration.ddl)
    )
