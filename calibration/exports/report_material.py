"""What a report on one record needs from the other records of its display."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from calibration.displays.identity import DisplayFacts
from calibration.exports.trends import Trend, trend_of
from calibration.records.record import (
    CalibrationRecord,
    CheckRecord,
    DisplayRecord,
    OverrideRecord,
    StoredRecord,
)
from workstation.foundation.errors import BadInput

REPORT_TRENDS = ("luminance_max", "max_contrast_deviation", "luminance_ratio")
_SYNTHETIC = ("synthetic", "simulated", "demo")


@dataclass(frozen=True)
class ReportMaterial:
    """One record with what belongs to it.

    Attributes
    ----------
    check
        The check that the report is about; of a calibration, the one after it (else the one before it).
    before, source
        Of a calibration: the check before, and the bare response the LUT was made from.
    calibration
        Of a calibration, itself; of a check, the one whose display LUT was in use; None where there is none.
    override
        In force when the record was made; None where there was none.
    """

    stored: StoredRecord
    check: CheckRecord | None
    display: DisplayRecord | None
    calibration: CalibrationRecord | None
    before: CheckRecord | None
    source: CheckRecord | None
    override: OverrideRecord | None
    trends: tuple[Trend, ...]

    @property
    def is_calibration(self) -> bool:
        """Whether the report is about a calibration."""
        return isinstance(self.stored.record, CalibrationRecord)

    @property
    def facts(self) -> DisplayFacts | None:
        """What is known of the monitor, as it was at the check."""
        if self.check:
            return self.check.facts
        return self.display.facts if self.display else None

    @property
    def synthetic_reasons(self) -> tuple[str, ...]:
        """Why the readings are no measurement of a real display, in words; empty when nothing says so."""
        if self.check is None:
            return ()
        meter = self.check.meter
        named = f"{meter.kind} {meter.model} {meter.serial}" if meter else ""
        found = [note for note in self.check.notes if _is_synthetic(note)]
        return (*((f"Meter: {named}",) if _is_synthetic(named) else ()), *found)


def material_of(stored: StoredRecord, history: Sequence[StoredRecord] = ()) -> ReportMaterial:
    """Gather what a report on ``stored`` needs from the display's other records.

    Parameters
    ----------
    history
        Records in any order, of any display. Later ones than ``stored`` are passed over, so that a report made again
        is the same report, and so are those that were changed after they were written.

    Raises
    ------
    BadInput
        For a record that is neither a check nor a calibration.
    """
    record = stored.record
    if not isinstance(record, CheckRecord | CalibrationRecord):
        kind = "registration of a display" if isinstance(record, DisplayRecord) else "override"
        raise BadInput(f"Record {record.head.id[:8]} is the {kind}; reports are made of checks and calibrations.")
    own = [each for each in history if each.record.head.display_key == record.head.display_key and each.is_sound]
    past = [each.record for each in own if each.record.head.at <= record.head.at]
    checks = {each.head.id: each for each in past if isinstance(each, CheckRecord)}
    calibration = record if isinstance(record, CalibrationRecord) else _in_use(record, past)
    is_calibration = isinstance(record, CalibrationRecord)
    before = checks.get(calibration.before_check) if calibration and is_calibration else None
    check = checks.get(calibration.after_check) or before if calibration and is_calibration else record
    return ReportMaterial(
        stored,
        check if isinstance(check, CheckRecord) else None,
        max((each for each in past if isinstance(each, DisplayRecord)), key=lambda each: each.head.at, default=None),
        calibration,
        before,
        checks.get(calibration.source_check) if calibration and is_calibration else None,
        _override(record, past),
        tuple(trend_of(past, metric) for metric in REPORT_TRENDS),
    )


def _in_use(check: CheckRecord, past: Sequence[object]) -> CalibrationRecord | None:
    """The newest calibration with the LUT that the check names."""
    made = [each for each in past if isinstance(each, CalibrationRecord) and each.lut_sha256 == check.lut_sha256]
    return max(made, key=lambda each: each.head.at, default=None) if check.lut_sha256 else None


def _override(record: CheckRecord | CalibrationRecord, past: Sequence[object]) -> OverrideRecord | None:
    role = record.role if isinstance(record, CheckRecord) else None
    found = [each for each in past if isinstance(each, OverrideRecord) and role in (None, each.role)]
    newest = max(found, key=lambda each: each.head.at, default=None)
    return newest if newest and not newest.is_withdrawn and newest.until > record.head.at else None


def _is_synthetic(text: str) -> bool:
    return any(word in text.lower() for word in _SYNTHETIC)
