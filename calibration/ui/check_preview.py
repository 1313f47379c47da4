"""What a run would be recorded as, before it is: shown to the person who decides, never written."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from calibration.checks.check_outcome import before_check
from calibration.checks.check_plan import BEFORE, VERIFICATION
from calibration.checks.check_run import CheckRun
from calibration.checks.live_curve import contrast_steps
from calibration.checks.making_lut import RESPONSE_METRIC
from calibration.conformance.verdict import VerdictName
from calibration.records.record import CheckRecord
from calibration.records.record_book import RecordBook, new_head
from workstation.foundation.clock import Clock

CALIBRATION = "calibration"


def asks_first(run: CheckRun) -> bool:
    """Whether a person decides before the record is written: on using a new table, or on repeating uncertain levels."""
    if run.order.check == CALIBRATION:
        return any(series.test == VERIFICATION for series in run.series)
    return run.can_repeat and run.verdict_now().name is VerdictName.INCONCLUSIVE


def preview_of(run: CheckRun, book: RecordBook, clock: Clock) -> CheckRecord:
    """The record as it would be now."""
    order = run.order
    return CheckRecord(
        head=new_head(order.facts.identity.key, order.operator, clock, book.workstation),
        check=order.check,
        role=order.role,
        began=clock.now(),
        facts=order.facts,
        lut_sha256=run.lut_sha256,
        meter=order.meter,
        ambient=run.ambient,
        series=run.series,
        answers=run.answers,
        quantities=(),
        verdict=run.verdict_now(),
        notes=run.notes,
    )


def deviation_before(run: CheckRun, book: RecordBook, clock: Clock) -> float | None:
    """Greatest deviation of contrast before a calibration made its table, as a fraction: its own, or a recent check's.

    None in any other check.
    """
    if run.order.check != CALIBRATION:
        return None
    for series in run.series:
        if series.test == BEFORE:
            steps = contrast_steps(series, run.ambient)
            return max((abs(step.deviation) for step in steps), default=None)
    recent = before_check(run.order, book, clock)
    found = (each.value for each in recent.quantities if each.metric == RESPONSE_METRIC) if recent else ()
    return next(iter(found), None)


def ask_for_report(parent: QWidget, record: CheckRecord) -> Path | None:
    """Where the report goes; None when the person thinks better of it."""
    name = f"{record.check} {record.head.at:%Y-%m-%d}.pdf"
    kinds = "PDF (*.pdf);;Table (*.csv);;JSON (*.json);;DICOM (*.dcm)"
    chosen, _ = QFileDialog.getSaveFileName(parent, "Save report", name, kinds)
    return Path(chosen) if chosen else None
