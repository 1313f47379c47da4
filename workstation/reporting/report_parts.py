"""The parts of a canonical report: plain values, all hidden from ``repr``.

Every text in them is made carriable as it enters, so that no form of the report stumbles over a control character or
half a surrogate pair that a site sent.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from workstation.reporting.emphasis import Spans, normal
from workstation.reporting.text import carried_text


@dataclass(frozen=True, repr=False)
class _Part:
    def __post_init__(self) -> None:
        for each in fields(self):
            object.__setattr__(self, each.name, _carried(getattr(self, each.name)))


def _carried(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_carried(each) for each in value)
    return carried_text(value) if isinstance(value, str) else value


@dataclass(frozen=True, repr=False)
class ReportOrder(_Part):
    """One order that the report answers. Names follow `workstation.dicom.workitem.Order`.

    Attributes
    ----------
    issuer
        Issuer of the accession number.
    procedure_code
        Value, coding scheme, meaning.
    referrer
        A PN string.
    """

    accession: str = ""
    issuer: str = ""
    study_uid: str = ""
    requested_procedure_id: str = ""
    procedure: str = ""
    procedure_code: tuple[str, str, str] = ("", "", "")
    placer_order: str = ""
    filler_order: str = ""
    item_uid: str = ""
    referrer: str = ""
    indication: str = ""


@dataclass(frozen=True, repr=False)
class ReportInstance(_Part):
    """One image the reader had: SOP Class and SOP Instance UID."""

    sop_class: str
    sop_uid: str


@dataclass(frozen=True, repr=False)
class ReportSeries(_Part):
    """The images of one series."""

    series_uid: str
    instances: tuple[ReportInstance, ...] = ()


@dataclass(frozen=True, repr=False)
class ReportStudy(_Part):
    """One study that was read (``prior`` False) or compared with (``prior`` True). ``date`` is ``YYYYMMDD``."""

    study_uid: str
    date: str = ""
    time: str = ""
    description: str = ""
    modalities: tuple[str, ...] = ()
    series: tuple[ReportSeries, ...] = ()
    prior: bool = False


@dataclass(frozen=True, repr=False)
class Section(_Part):
    """One part of the text, under its heading. ``id`` is the template's field id; ``emphasis``: what of it is bold."""

    id: str
    heading: str
    text: str
    emphasis: Spans = ()

    def __post_init__(self) -> None:
        _Part.__post_init__(self)
        if self.emphasis:
            object.__setattr__(self, "emphasis", normal(self.text, self.emphasis))


@dataclass(frozen=True, repr=False)
class Author(_Part):
    """Who signs: the account's identifier, a name as people write it or as PN, and the organisation."""

    user_id: str
    name: str
    organisation: str = ""


@dataclass(frozen=True, repr=False)
class Acknowledgement(_Part):
    """What the reader typed to sign in spite of an obstacle. ``kind`` is the obstacle's key."""

    kind: str
    text: str


@dataclass(frozen=True)
class Predecessor:
    """The version that this one takes the place of, named by number and hash."""

    version: int
    sha256: str
