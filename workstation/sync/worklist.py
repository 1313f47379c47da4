"""The reading worklist: what a site must offer us, and the rows a reader sees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Protocol

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.instances import Counts
from workstation.catalogue.outbox_store import Delivery, DeliveryState
from workstation.catalogue.studies import StudyRecord
from workstation.catalogue.work_items import ClaimState, StoredItem, claim_of
from workstation.dicom.errors import UnreadableWorkItem
from workstation.dicom.patient import display_name
from workstation.dicom.workitem import PRIORITIES, WorkItem, parse_workitem
from workstation.foundation.clock import Clock
from workstation.sync.ups_attributes import Performer


class ReadingWorklist(Protocol):
    """A site's worklist. `workstation.sync.ups_rs.UpsRs` is the first of its kind.

    Every method raises `Unreachable`, `LoginRefused`, `Refused` (409: not ours or not any more) or `WrongAnswer`.
    """

    def search(self) -> list[dict[str, Any]]:
        """All items this reader may see, as DICOM JSON."""
        ...

    def retrieve(self, uid: str) -> dict[str, Any]:
        """One item, as DICOM JSON."""
        ...

    def claim(self, uid: str, transaction_uid: str, performer: Performer) -> None:
        """Take an item under our transaction UID."""
        ...

    def update(self, uid: str, transaction_uid: str, attributes: Mapping[str, Any]) -> None:
        """Change attributes of an item that we hold; refused with 409 when we do not."""
        ...

    def complete(self, uid: str, transaction_uid: str, final_attributes: Mapping[str, Any]) -> None:
        """Finish an item that we hold."""
        ...

    def cancel(self, uid: str, transaction_uid: str, reason: str) -> None:
        """Give back an item that we hold."""
        ...

    def request_cancellation(self, uid: str, reason: str) -> None:
        """Ask for an item that we do not hold to be withdrawn."""
        ...


@dataclass(frozen=True)
class WorklistRow:
    """One line of the worklist as the reader sees it.

    Attributes
    ----------
    state_text
        Where the item stands, in words: ``free``, ``mine``, ``claimed by Dr X``, ``downloading 120/500`` …
    slack
        Time left on the site's clock; negative when overdue; None without a due time.
    priority_rank
        0 for STAT, 1 for routine, 2 for low.
    counts
        Images of the item's studies together.
    priors
        Earlier studies found for comparison.
    is_unread
        Whether it still waits for a reader: free, or ours and not signed.
    conditions
        What is wrong with it, in words.
    """

    item: WorkItem = field(repr=False)
    claim: ClaimState
    state_text: str = field(repr=False)
    slack: timedelta | None
    priority_rank: int
    counts: Counts
    priors: int
    is_unread: bool
    conditions: tuple[str, ...] = field(default=(), repr=False)


def rows(catalogue: Catalogue, site_clock: Clock, me: str) -> tuple[WorklistRow, ...]:
    """The worklist, most urgent first: STAT before routine before low, then by slack.

    Items that the site describes wrongly are left out here; the engine raises a condition that says so.

    Parameters
    ----------
    me
        User id of the reader who is logged in.
    """
    view = _View(catalogue, site_clock, me)
    found = (view.row(stored) for stored in catalogue.items.all())
    return tuple(sorted((row for row in found if row is not None), key=urgency))


def urgency(row: WorklistRow) -> tuple[int, float, str]:
    """Sort key: priority, then slack; what has no due time comes after all that has one."""
    slack_s = row.slack.total_seconds() if row.slack is not None else float("inf")
    return (row.priority_rank, slack_s, row.item.uid)


def is_mine(row: WorklistRow) -> bool:
    """Filter: items this reader holds or has signed."""
    return row.claim in _HELD


def is_stat(row: WorklistRow) -> bool:
    """Filter: items to be read at once."""
    return row.item.is_stat


def matching(text: str) -> Callable[[WorklistRow], bool]:
    """Filter: rows in which every word of ``text`` occurs, in patient, procedure, facility, state or accession."""
    words = text.casefold().split()

    def matches(row: WorklistRow) -> bool:
        item = row.item
        parts = (item.patient.name, item.patient.patient_id, item.label, item.modality, item.body_region, item.facility)
        hay = " ".join((*parts, row.state_text, *item.accessions)).casefold()
        return all(word in hay for word in words)

    return matches


def filtered(rows_: Iterable[WorklistRow], *filters: Callable[[WorklistRow], bool]) -> tuple[WorklistRow, ...]:
    """Rows that pass every filter, in their order."""
    return tuple(row for row in rows_ if all(passes(row) for passes in filters))


def readable_items(catalogue: Catalogue) -> list[tuple[StoredItem, WorkItem]]:
    """Stored items with their meaning; those that cannot be read are left out."""
    return [(stored, item) for stored in catalogue.items.all() if (item := _parsed(stored)) is not None]


_HELD = (ClaimState.OURS, ClaimState.CLAIMING, ClaimState.COMPLETING)


def _parsed(stored: StoredItem) -> WorkItem | None:
    try:
        return parse_workitem(stored.json)
    except UnreadableWorkItem:
        return None


class _View:
    """What all rows of one look share, read from the catalogue once."""

    def __init__(self, catalogue: Catalogue, site_clock: Clock, me: str) -> None:
        self._now = site_clock.now()
        self._me = me
        self._counts = catalogue.instances.all_counts()
        self._studies: Sequence[StudyRecord] = catalogue.studies.all()
        by_report: dict[tuple[str, int], list[Delivery]] = {}
        for delivery in catalogue.outbox.rows():
            by_report.setdefault((delivery.report_id, delivery.version), []).append(delivery)
        self._deliveries: dict[str, list[Delivery]] = {}
        for record in catalogue.reports.all():
            for uid in record.item_uids:
                self._deliveries.setdefault(uid, []).extend(by_report.get((record.report_id, record.version), []))

    def row(self, stored: StoredItem) -> WorklistRow | None:
        item = _parsed(stored)
        if item is None:
            return None
        counts = self._counts_of(item)
        stored = replace(stored, claim=claim_of(stored, self._me))
        return WorklistRow(
            item=item,
            claim=stored.claim,
            state_text=self._state_text(stored, item, counts),
            slack=None if item.due is None else item.due - self._now,
            priority_rank=PRIORITIES.index(item.priority),
            counts=counts,
            priors=self._priors_of(item),
            is_unread=self._is_unread(stored, item),
            conditions=self._conditions(item, counts),
        )

    def _counts_of(self, item: WorkItem) -> Counts:
        found = [self._counts[uid] for uid in item.study_uids if uid in self._counts]
        return Counts(
            expected=sum(each.expected for each in found),
            received=sum(each.received for each in found),
            quarantined=sum(each.quarantined for each in found),
            failed=sum(each.failed for each in found),
        )

    def _priors_of(self, item: WorkItem) -> int:
        current = set(item.study_uids)
        return sum(1 for study in self._studies if current & set(study.is_prior_for))

    def _is_unread(self, stored: StoredItem, item: WorkItem) -> bool:
        if stored.uid in self._deliveries:
            return False
        if stored.claim in (ClaimState.OURS, ClaimState.CLAIMING):
            return True
        return stored.claim is ClaimState.NONE and item.state == "SCHEDULED"

    def _state_text(self, stored: StoredItem, item: WorkItem, counts: Counts) -> str:
        deliveries = self._deliveries.get(stored.uid, [])
        if deliveries:
            return _delivery_text(deliveries)
        claim = _CLAIM_TEXTS.get(stored.claim, "")
        if stored.claim is ClaimState.NONE:
            claim = self._site_text(stored, item)
        elif stored.claim is ClaimState.LOST:
            claim = _taken_text(item, stored.claimed_by)
        if claim in ("free", "mine") and 0 < counts.expected != counts.received + counts.quarantined:
            loading = f"downloading {counts.received}/{counts.expected}"
            return loading if claim == "free" else f"{claim}, {loading}"
        return claim

    def _site_text(self, stored: StoredItem, item: WorkItem) -> str:
        if item.state == "IN PROGRESS":
            return _taken_text(item, stored.claimed_by)
        if item.state == "SCHEDULED" and not item.input_ready:
            return "images not complete at the site"
        return {"SCHEDULED": "free", "CANCELED": "withdrawn by the site", "COMPLETED": "already reported"}[item.state]

    def _conditions(self, item: WorkItem, counts: Counts) -> tuple[str, ...]:
        found = []
        if counts.quarantined:
            found.append(f"{counts.quarantined} of {counts.expected} images are set aside: broken or foreign")
        if counts.failed:
            found.append(f"{counts.failed} of {counts.expected} images cannot be fetched")
        if item.due is not None and item.due < self._now and item.state == "SCHEDULED":
            found.append("overdue")
        return tuple(found)


_CLAIM_TEXTS = {
    ClaimState.CLAIMING: "being taken, not confirmed by the site yet",
    ClaimState.OURS: "mine",
    ClaimState.RETURNING: "being returned to the site",
    ClaimState.RETURNED: "returned to the site",
    ClaimState.COMPLETING: "signed, delivering",
    ClaimState.COMPLETED: "delivered",
}


def _taken_text(item: WorkItem, known: str) -> str:
    if item.state == "COMPLETED":
        return "already reported"
    return f"claimed by {display_name(item.claimed_name) or item.claimed_by or known or 'another reader'}"


def _delivery_text(deliveries: Sequence[Delivery]) -> str:
    states = {delivery.state for delivery in deliveries}
    if DeliveryState.FAILED in states:
        return "signed, delivery failed"
    if states == {DeliveryState.DELIVERED}:
        return "delivered"
    done = sum(delivery.state is DeliveryState.DELIVERED for delivery in deliveries)
    return f"signed, delivering {done}/{len(deliveries)}"
