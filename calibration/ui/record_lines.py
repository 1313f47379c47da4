"""Records as lines of a table: what it was, what came of it, by whom, with what; no Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from calibration.checks.check_table import title_of
from calibration.conformance.verdict import VerdictName
from calibration.exports.wording import WORDS
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import Series, Space
from calibration.records.chain import Verification
from calibration.records.export_file import FileImport, ImportReport
from calibration.records.record import (
    CalibrationRecord,
    CheckRecord,
    DisplayRecord,
    OverrideRecord,
    Record,
    StoredRecord,
)

SIGNS = {
    VerdictName.PASS: ("check", "ok"),
    VerdictName.WARN: ("warn", "warn"),
    VerdictName.INCONCLUSIVE: ("why", "warn"),
    VerdictName.FAIL: ("fail", "fail"),
    VerdictName.NOT_MEASURED: ("info", "info"),
    VerdictName.REPORTED: ("info", "info"),
}
KINDS = (
    ("", "All records"),
    ("check", "Checks"),
    ("calibration", "Calibrations"),
    ("override", "Overrides"),
    ("display", "Registrations"),
)
_MOST_SENTENCES = 4


@dataclass(frozen=True)
class RecordLine:
    """One record.

    Attributes
    ----------
    outcome, sign
        In words, with an icon's name and a tone.
    remarks
        What must be known beside it: reason of an override, clock set back, brought from elsewhere.
    """

    stored: StoredRecord
    title: str
    outcome: str
    sign: tuple[str, str]
    remarks: str

    @property
    def record(self) -> Record:
        """The record itself."""
        return self.stored.record

    @property
    def at(self) -> datetime:
        """When it was made."""
        return self.record.head.at

    @property
    def meter(self) -> str:
        """Model and serial number; empty where none was used."""
        meter = self.record.meter if isinstance(self.record, CheckRecord) else None
        return meter_name(meter)


def line_of(stored: StoredRecord) -> RecordLine:
    """The line of one record."""
    outcome, sign = ("CHANGED", ("fail", "fail")) if not stored.is_sound else _outcome(stored.record)
    return RecordLine(stored, _title(stored.record), outcome, sign, "; ".join(_remarks(stored)))


def local(at: datetime) -> str:
    """``2026-03-02 09:14`` in this computer's zone."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def zone(at: datetime) -> str:
    """The same with its zone, and in UTC."""
    here = at.astimezone()
    own = f"{here:%Y-%m-%d %H:%M %Z}"
    return own if not here.utcoffset() else f"{own} ({at.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"


def meter_name(meter: MeterIdentity | None) -> str:
    """``i1Display Pro I1-77``."""
    return "" if meter is None else " ".join(part for part in (meter.model or meter.kind, meter.serial) if part)


def facts_of(stored: StoredRecord) -> tuple[tuple[str, str], ...]:
    """What a record says, name and value: for the kinds that have no verdict, and beside one."""
    record, head = stored.record, stored.record.head
    own = _own_facts(record)
    common = (
        ("Made", f"{zone(head.at)}, by {head.operator or 'nobody named'}"),
        ("On", f"{head.workstation}, program version {head.program or 'unknown'}"),
        ("Display", head.display_key),
        ("Record", f"{head.id}, number {stored.sequence} of the chain"),
        ("Hash", stored.hash),
        ("Brought from", stored.imported_from),
        ("Clock", "it had been set back when this record was taken in" if stored.clock_went_back else ""),
        ("Changed", "" if stored.is_sound else "it was changed after it was written; it decides nothing"),
    )
    return tuple((name, value) for name, value in (*own, *common) if value)


def verification_words(found: Verification) -> tuple[str, str]:
    """What verifying the chain found, with a tone."""
    if not found.broken:
        count = "1 record is" if found.count == 1 else f"All {found.count} records are"
        return f"{count} as written: nothing was changed, nothing is missing.", "ok"
    sentences = [each.sentence for each in found.broken]
    more = len(sentences) - _MOST_SENTENCES
    shown = " ".join(sentences[:_MOST_SENTENCES]) + (f" And {more} more." if more > 0 else "")
    return f"The chain of {found.count} records does not hold. {shown} These displays count as not checked.", "fail"


def import_words(report: ImportReport) -> tuple[str, str]:
    """What became of an import, with a tone."""
    files = "1 file" if len(report.files) == 1 else f"{len(report.files)} files"
    known = sum(file.known for file in report.files)
    parts = [f"{files}: {report.added} records are new here, {known} were known already."]
    parts += [sentence for file in report.files for sentence in _troubles(file)]
    return "\n".join(parts), "ok" if report.is_clean else "warn"


@dataclass(frozen=True)
class ReadingLine:
    """One reading of a series."""

    number: int
    test: str
    space: str
    place: str
    level: int
    luminance_cd_m2: float
    chromaticity: str
    at: datetime
    raw: str


def readings_of(series: Sequence[Series]) -> tuple[ReadingLine, ...]:
    """Every reading, in the order of measuring."""
    found: list[ReadingLine] = []
    for each in series:
        space = "DDL" if each.space is Space.DDL else "P-value"
        for level in each.measured:
            for reading in level.readings:
                has_colour = reading.u_prime is not None and reading.v_prime is not None
                colour = f"{reading.u_prime:.4f}  {reading.v_prime:.4f}" if has_colour else ""
                found.append(
                    ReadingLine(
                        len(found),
                        title_of(each.test),
                        space,
                        level.place,
                        level.level,
                        reading.luminance_cd_m2,
                        colour,
                        reading.at,
                        reading.raw,
                    )
                )
    return tuple(found)


def _title(record: Record) -> str:
    if isinstance(record, DisplayRecord):
        return "Registration"
    if isinstance(record, CheckRecord):
        return title_of(record.check)
    if isinstance(record, CalibrationRecord):
        return "Display LUT put to use" if record.ddl else "Display LUT taken away"
    return "Override withdrawn" if record.is_withdrawn else "Override"


def _outcome(record: Record) -> tuple[str, tuple[str, str]]:
    if isinstance(record, CheckRecord):
        if not record.is_complete:
            return "NOT COMPLETE", ("info", "info")
        provisional = " (provisional)" if record.verdict.provisional else ""
        return f"{WORDS[record.verdict.name]}{provisional}", SIGNS[record.verdict.name]
    if isinstance(record, DisplayRecord):
        return f"for {record.role} use", ("", "")
    if isinstance(record, CalibrationRecord):
        return (record.lut_sha256[:8] if record.ddl else "conforms by itself"), ("", "")
    return "" if record.is_withdrawn else f"until {local(record.until)}", ("", "")


def _remarks(stored: StoredRecord) -> list[str]:
    record = stored.record
    found = []
    if isinstance(record, DisplayRecord):
        found.append(f"policy {record.policy}")
    if isinstance(record, OverrideRecord):
        found.append(f"{record.role}: {record.reason}" if record.reason else record.role)
    if stored.clock_went_back:
        found.append("the clock had been set back")
    if stored.imported_from:
        found.append(f"from {stored.imported_from}")
    return found


def _own_facts(record: Record) -> tuple[tuple[str, str], ...]:
    if isinstance(record, DisplayRecord):
        target = f"{record.target_max_cd_m2:g} cd/m²" if record.target_max_cd_m2 else "not said"
        reflection = record.reflection_cd_m2_per_lux
        return (
            ("Role", record.role),
            ("Policy", record.policy),
            ("Target of white", target),
            ("Reflection", f"{reflection:g} cd/m² per lux" if reflection else "not known"),
            ("Monitor", record.facts.identity.title),
        )
    if isinstance(record, CalibrationRecord):
        return _calibration_facts(record)
    if isinstance(record, OverrideRecord):
        until = "" if record.is_withdrawn else zone(record.until)
        return (("Role", record.role), ("Reason", record.reason), ("Until", until))
    return ()


def _calibration_facts(record: CalibrationRecord) -> tuple[tuple[str, str], ...]:
    panel = record.panel
    settings = [
        f"brightness {panel.brightness} %" if panel.brightness is not None else "",
        f"contrast {panel.contrast} %" if panel.contrast is not None else "",
        f"{panel.hours} hours" if panel.hours is not None else "",
    ]
    table = f"{record.levels_in} P-values to {record.ddl_bits}-bit driving levels" if record.ddl else "none (identity)"
    return (
        ("Display LUT", table),
        ("Hash of the LUT", record.lut_sha256),
        ("Reflected room light", record.ambient.sentence),
        ("Panel", ", ".join(part for part in settings if part) or "settings not known"),
        ("Graphics card's table", record.video_lut),
        ("Check before", record.before_check[:8]),
        ("Check after", record.after_check[:8]),
        ("Takes the place of", record.supersedes[:8]),
    )


def _troubles(file: FileImport) -> list[str]:
    if file.problem:
        return [f"{file.path.name}: {file.problem}"]
    shown = list(file.refused[:_MOST_SENTENCES])
    more = len(file.refused) - len(shown)
    return [f"{file.path.name}: {' '.join(shown)}" + (f" And {more} more." if more > 0 else "")] if shown else []
