"""What the order panel beside the worklist and the images tells about one item."""

from __future__ import annotations

from dataclasses import dataclass, field

from workstation.dicom.workitem import WorkItem


@dataclass(frozen=True)
class PriorReport:
    """An earlier report of the same patient, as text or as a PDF to be shown as pixels."""

    study_uid: str = field(repr=False)
    date: str = field(repr=False)
    title: str
    text: str = field(repr=False)
    pdf: bytes = field(repr=False, default=b"")


@dataclass(frozen=True)
class PriorStudy:
    """An earlier study of the same patient, with why it matters here."""

    study_uid: str = field(repr=False)
    date: str = field(repr=False)
    description: str
    modalities: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class OrderPanel:
    """Indication, history, allergies, notes, referrer and phone are attributes of ``item`` and its orders."""

    item: WorkItem = field(repr=False)
    linked: tuple[WorkItem, ...] = field(repr=False)
    prior_studies: tuple[PriorStudy, ...] = field(repr=False)
    prior_reports: tuple[PriorReport, ...] = field(repr=False)
