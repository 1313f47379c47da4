"""In which order studies come: what a reader waits for, then STAT, then by slack; currents before priors."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from workstation.catalogue.work_items import ClaimState, StoredItem
from workstation.dicom.workitem import WorkItem

OPENED, CLAIMED, STAT, WAITING = range(4)


@dataclass(frozen=True)
class Wish:
    """A work item whose studies are wanted here.

    ``urgency`` is one of OPENED (on a reader's screens now), CLAIMED, STAT, WAITING.
    """

    urgency: int
    slack_s: float
    item: WorkItem = field(repr=False)


def wishes(
    items: Iterable[tuple[StoredItem, WorkItem]], opened: Collection[str], now: datetime, *, prefetch: bool
) -> list[Wish]:
    """Items whose studies are wanted, most urgent first.

    Parameters
    ----------
    opened
        Study UIDs that a reader has opened.
    now
        The site's time.
    prefetch
        Whether studies of items that nobody has taken are fetched before they are opened.
    """
    found = []
    for stored, item in items:
        urgency = _urgency(stored, item, opened)
        if urgency is not None and (prefetch or urgency <= CLAIMED):
            slack_s = (item.due - now).total_seconds() if item.due else float("inf")
            found.append(Wish(urgency, slack_s, item))
    return sorted(found, key=lambda wish: (wish.urgency, _rank(wish.item), wish.slack_s, wish.item.uid))


def _urgency(stored: StoredItem, item: WorkItem, opened: Collection[str]) -> int | None:
    if any(uid in opened for uid in item.study_uids):
        return OPENED
    if stored.claim in (ClaimState.OURS, ClaimState.CLAIMING):
        return CLAIMED
    if stored.claim is ClaimState.NONE and item.state == "SCHEDULED":
        return STAT if item.is_stat else WAITING
    return None


def _rank(item: WorkItem) -> int:
    return {"HIGH": 0, "MEDIUM": 1}.get(item.priority, 2)
