"""A case: what one report will be about. One or more linked items of one patient, with their studies and priors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from workstation.dicom.patient import PatientIdentity
from workstation.dicom.workitem import WorkItem
from workstation.reading.obstacles import Obstacle


@dataclass(frozen=True)
class Case:
    """One open case.

    Attributes
    ----------
    key
        Names the case while it is open; the draft is kept under it. Made from the first item's UID.
    items
        The work items this case reads, linked accessions together.
    study_uids
        The studies to be read: those of the items.
    prior_study_uids
        Studies of the same patient to compare with, most relevant first.
    identity_notes
        Differences in name or sex that were accepted; they stay in the banner.
    read_only_reason
        Empty when the reader holds every item of the case.
    """

    key: str
    items: tuple[WorkItem, ...] = field(repr=False)
    patient: PatientIdentity = field(repr=False)
    study_uids: tuple[str, ...] = field(repr=False)
    prior_study_uids: tuple[str, ...] = field(repr=False)
    identity_notes: tuple[str, ...] = field(repr=False)
    read_only_reason: str
    opened_at: datetime

    @property
    def is_read_only(self) -> bool:
        return bool(self.read_only_reason)

    @property
    def item_uids(self) -> tuple[str, ...]:
        return tuple(item.uid for item in self.items)

    @property
    def subject(self) -> tuple[object, ...]:
        """Whom and what the report is about: what must not change between showing a report and signing it."""
        return tuple((item.uid, item.patient, item.orders, item.study_uids) for item in self.items)

    @property
    def title(self) -> str:
        """What is read, for headings: the procedures of all items."""
        return " + ".join(item.label for item in self.items)


@dataclass(frozen=True)
class CaseOpening:
    """Outcome of opening: a case (possibly read-only), or the obstacles that kept it shut, or questions to answer.

    ``questions`` are differences in identity that the reader must accept once (they are obstacles with
    ``must_acknowledge``); open again with ``accepted=`` their keys.
    """

    case: Case | None
    obstacles: tuple[Obstacle, ...] = ()
