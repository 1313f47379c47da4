"""The report as it is frozen at signing: one value, one sequence of bytes (RFC 8785), one hash.

Everything that leaves the house (SR, PDF, HL7) is rendered from it and holds nothing else.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import rfc8785
from pydantic import TypeAdapter, ValidationError

from workstation.dicom.patient import PatientIdentity
from workstation.reporting.errors import UnreadableReport
from workstation.reporting.report_parts import (
    Acknowledgement,
    Author,
    Predecessor,
    ReportInstance,
    ReportOrder,
    ReportSeries,
    ReportStudy,
    Section,
)
from workstation.reporting.text import carried_text

SCHEMA: Final = "report/1"
Kind = Literal["final", "addendum", "correction"]

__all__ = [
    "SCHEMA",
    "Acknowledgement",
    "Author",
    "CanonicalReport",
    "Kind",
    "PatientIdentity",
    "Predecessor",
    "ReportInstance",
    "ReportOrder",
    "ReportSeries",
    "ReportStudy",
    "Section",
]


@dataclass(frozen=True)
class CanonicalReport:
    """A report frozen at signing. Only its own identifiers show in ``repr``.

    Attributes
    ----------
    report_id, version
        A UUID of ours, the same in all versions; versions count from 1.
    predecessor
        What this version replaces; None in version 1 and only there.
    kind
        ``final`` in version 1; ``addendum`` or ``correction`` afterwards. The text is always the complete report.
    orders
        In the order of the worklist; the first one names the study in which the documents are stored.
    studies
        Current studies and priors with all images the reader had.
    signed_at
        ISO 8601, aware, on the site's clock; ``site_clock_offset_s`` is what that clock was ahead of this computer's.
    site_name, time_zone
        The site as people know it, and its zone, for what people read.
    display_statement
        What is known about the monitors it was read on.

    Raises
    ------
    ValueError
        When the parts contradict each other: a bug of the caller, not of a person.
    """

    report_id: str
    version: int
    site_id: str
    patient: PatientIdentity = field(repr=False)
    orders: tuple[ReportOrder, ...] = field(repr=False)
    studies: tuple[ReportStudy, ...] = field(repr=False)
    template_id: str
    sections: tuple[Section, ...] = field(repr=False)
    author: Author = field(repr=False)
    signed_at: str
    site_clock_offset_s: float = 0.0
    display_statement: str = field(default="", repr=False)
    acknowledgements: tuple[Acknowledgement, ...] = field(default=(), repr=False)
    predecessor: Predecessor | None = None
    kind: Kind = "final"
    site_name: str = field(default="", repr=False)
    time_zone: str = "UTC"
    schema: Literal["report/1"] = SCHEMA

    def __post_init__(self) -> None:
        faults = _contradictions(self)
        if faults:
            raise ValueError(f"a canonical report {'; '.join(faults)}")
        plain = {key: carried_text(value) for key, value in asdict(self.patient).items()}
        object.__setattr__(self, "patient", replace(self.patient, **plain))
        for name in ("display_statement", "site_name"):
            object.__setattr__(self, name, carried_text(getattr(self, name)))

    @property
    def sha256(self) -> str:
        """SHA-256 of the canonical bytes, hexadecimal."""
        return hashlib.sha256(self.canonical_bytes()).hexdigest()

    @property
    def current_studies(self) -> tuple[ReportStudy, ...]:
        """The studies that were read."""
        return tuple(study for study in self.studies if not study.prior)

    @property
    def prior_studies(self) -> tuple[ReportStudy, ...]:
        """The studies that were compared with."""
        return tuple(study for study in self.studies if study.prior)

    @property
    def primary_study(self) -> ReportStudy:
        """The study of the first order, in which the documents are stored."""
        current = self.current_studies
        return next((study for study in current if study.study_uid == self.orders[0].study_uid), current[0])

    @property
    def signed_moment(self) -> datetime:
        """When it was signed, aware, in the site's time zone (as stated when that zone is not known here)."""
        moment = datetime.fromisoformat(self.signed_at)
        try:
            return moment.astimezone(ZoneInfo(self.time_zone))
        except (ZoneInfoNotFoundError, ValueError):
            return moment

    def canonical_bytes(self) -> bytes:
        """The report as canonical JSON (RFC 8785), UTF-8."""
        return self._bytes

    @cached_property
    def _bytes(self) -> bytes:
        return rfc8785.dumps(self.to_json())

    def to_json(self) -> dict[str, Any]:
        """The report as JSON values, in the form that is signed; a section names emphasis only where it has any."""
        body = asdict(self)
        for section in body["sections"]:
            if not section["emphasis"]:
                del section["emphasis"]
        return body

    @classmethod
    def from_bytes(cls, content: bytes) -> CanonicalReport:
        """Read what `canonical_bytes` wrote.

        Raises
        ------
        UnreadableReport
            When it is something else, or the same report written in another way than the canonical one.
        """
        try:
            report = TypeAdapter(cls).validate_json(content, strict=True)
        except ValidationError as error:
            faults = sorted({".".join(map(str, fault["loc"])) or "the whole" for fault in error.errors()})
            # Not chained: pydantic's own words quote the values, which are patient data.
            raise UnreadableReport(f"This is no report of the form {SCHEMA}: look at {', '.join(faults)}.") from None
        if report.canonical_bytes() != content:
            raise UnreadableReport("This report is not written in its canonical form (RFC 8785).")
        return report


def _contradictions(report: CanonicalReport) -> list[str]:
    faults = []
    if (report.version > 1) != (report.predecessor is not None) or (report.version > 1) == (report.kind == "final"):
        faults.append("is final and has no predecessor in version 1; after that it is an addendum or correction of one")
    if report.predecessor is not None and report.predecessor.version >= report.version:
        faults.append("cannot come before its predecessor")
    if report.version < 1 or not report.orders or not report.current_studies:
        faults.append("has a version from 1, an order and a study that was read")
    if not _is_aware(report.signed_at):
        faults.append("says when it was signed, with the offset from UTC")
    return faults


def _is_aware(moment: str) -> bool:
    try:
        return datetime.fromisoformat(moment).utcoffset() is not None
    except ValueError:
        return False
