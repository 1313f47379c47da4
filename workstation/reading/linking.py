"""Which work items one case is made of: the linked accessions of one visit that are still to be read."""

from __future__ import annotations

from collections.abc import Iterable

from workstation.catalogue.work_items import ClaimState, StoredItem
from workstation.dicom.patient import PatientMatch, compare_patients
from workstation.dicom.workitem import WorkItem

_FINISHED_AT_THE_SITE = ("CANCELED", "COMPLETED")
_FINISHED_HERE = (ClaimState.RETURNING, ClaimState.RETURNED, ClaimState.COMPLETING, ClaimState.COMPLETED)


def linked_items(
    first: WorkItem, candidates: Iterable[tuple[StoredItem, WorkItem]], default_issuer: str
) -> tuple[WorkItem, ...]:
    """``first`` and those that are read together with it, in a stable order.

    What is returned, withdrawn or reported already is no part of the case: it could never be taken again, and would
    keep the others from being taken. An item of another patient is none either, whatever link the site has set.
    """
    found = {first.uid: first}
    for stored, item in candidates:
        if _is_linked(first, item) and _is_to_be_read(stored, item) and not _is_foreign(first, item, default_issuer):
            found.setdefault(item.uid, item)
    return tuple(found[uid] for uid in sorted(found))


def foreign_links(first: WorkItem, candidates: Iterable[WorkItem], default_issuer: str) -> bool:
    """Whether the site links ``first`` with an item of another patient."""
    return any(_is_linked(first, item) and _is_foreign(first, item, default_issuer) for item in candidates)


def _is_linked(first: WorkItem, item: WorkItem) -> bool:
    return bool(first.linked_group) and item.linked_group == first.linked_group


def _is_to_be_read(stored: StoredItem, item: WorkItem) -> bool:
    return item.state not in _FINISHED_AT_THE_SITE and stored.claim not in _FINISHED_HERE


def _is_foreign(first: WorkItem, item: WorkItem, default_issuer: str) -> bool:
    return compare_patients(first.patient, item.patient, default_issuer=default_issuer) is PatientMatch.DIFFERENT
