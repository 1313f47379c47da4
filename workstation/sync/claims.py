"""Taking items and giving them back, so that exactly one reader holds each, whatever happens on the line.

The transaction UID is on disk before the first request. When an answer is lost, or the site says that the item is
taken, ownership is proven: only who holds the transaction UID can update an item that is IN PROGRESS (PS3.18 11.6).
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from time import sleep

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.work_items import ClaimState, StoredItem, claim_of
from workstation.dicom.patient import display_name
from workstation.dicom.workitem import WorkItem, parse_workitem
from workstation.foundation.clock import Clock
from workstation.foundation.errors import UserFacingError
from workstation.sync.errors import LoginRefused, Refused, Unreachable, WrongAnswer
from workstation.sync.ups_attributes import Performer, performer_announcement
from workstation.sync.ups_rs import is_wrong_owner
from workstation.sync.worklist import ReadingWorklist

_ROUNDS = 4
_LINKED_LOST = "A linked accession was taken by another reader"


# Statuses that say "not yours": no such item, gone, conflict, not allowed. Any other refusal says nothing about it.
_NOT_OURS = (403, 404, 409, 410)
_NOT_RETURNABLE = {
    ClaimState.CLAIMING: ("The site has not confirmed yet that this item is yours.", "Try again in a moment."),
    ClaimState.COMPLETING: ("This item is signed and cannot be returned any more.", "Write an addendum instead."),
    ClaimState.COMPLETED: ("This item is signed and cannot be returned any more.", "Write an addendum instead."),
}


class ClaimOutcome(Enum):
    """How an attempt to take an item ended."""

    OURS = "ours"
    LOST = "lost"
    UNKNOWN = "unknown"
    """No usable answer; asked again by the engine, under the same transaction UID."""


@dataclass(frozen=True)
class ClaimResult:
    """Outcome, and who has the item when it was lost (empty when the site does not say)."""

    outcome: ClaimOutcome
    claimed_by: str = ""
    trouble: str = ""
    """For UNKNOWN: what stood in the way, in words."""
    each: Mapping[str, ClaimOutcome] = field(default_factory=dict, repr=False)
    """For several items: the outcome of each, by item UID."""


OURS = ClaimResult(ClaimOutcome.OURS)


def new_transaction_uid() -> str:
    """A UID nobody else has, derived from 120 random bits (PS3.5 B.2 form)."""
    return f"2.25.{secrets.randbits(120)}"


class Claims:
    """Claims of one reader.

    Parameters
    ----------
    user
        Who claims.
    pause
        Waits between two looks at the site while ownership is being settled.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        worklist: ReadingWorklist,
        user: Performer,
        clock: Clock,
        *,
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._items = catalogue.items
        self._worklist = worklist
        self._user = user
        self._clock = clock
        self._pause = pause
        self._turn = threading.RLock()  # the reader and the engine's resumption must not settle one item at once

    def claim(self, uid: str) -> ClaimResult:
        """Take one item. Repeating it is harmless."""
        with self._turn:
            return self._claim(uid)

    def _claim(self, uid: str) -> ClaimResult:
        stored = self._stored(uid)
        claim = claim_of(stored, self._user.user)
        if claim in (ClaimState.OURS, ClaimState.COMPLETING):
            return OURS
        if claim not in (ClaimState.NONE, ClaimState.CLAIMING):
            return ClaimResult(ClaimOutcome.LOST, stored.claimed_by)
        transaction_uid = self._items.begin_claim(uid, new_transaction_uid(), self._user.user)
        result = self._settled(uid, transaction_uid)
        self._record(uid, result)
        return result

    def claim_all(self, uids: Sequence[str]) -> ClaimResult:
        """Take linked items: all or none.

        Items are taken in the order of their UIDs, so that of two readers who want the same group one fails at the
        first item. When one is lost, those won in this call are returned with the reason.
        """
        with self._turn:
            return self._claim_all(uids)

    def _claim_all(self, uids: Sequence[str]) -> ClaimResult:
        each: dict[str, ClaimOutcome] = {}
        won: list[str] = []
        for uid in sorted(uids):
            was_ours = claim_of(self._stored(uid), self._user.user) is ClaimState.OURS
            result = self.claim(uid)
            each[uid] = result.outcome
            if result.outcome is ClaimOutcome.LOST:
                self._return_won(won)
                return ClaimResult(ClaimOutcome.LOST, result.claimed_by, each=each)
            if result.outcome is ClaimOutcome.UNKNOWN:
                return ClaimResult(ClaimOutcome.UNKNOWN, trouble=result.trouble, each=each)
            if not was_ours:
                won.append(uid)
        return ClaimResult(ClaimOutcome.OURS, each=each)

    def give_back(self, uid: str, reason: str) -> None:
        """Return an item to the site, which schedules a replacement for it.

        An item of ours becomes CANCELED with the reason. The wish is on disk first: when the line fails, the engine
        goes on with it. For an item that is not ours the site is asked to withdraw it.

        Raises
        ------
        UserFacingError
            When the item is signed or not confirmed yet, or the site refuses.
        """
        with self._turn:
            stored = self._stored(uid)
            claim = claim_of(stored, self._user.user)
            if claim in _NOT_RETURNABLE:
                raise UserFacingError(*_NOT_RETURNABLE[claim])
            if claim in (ClaimState.NONE, ClaimState.LOST):
                self._worklist.request_cancellation(uid, reason)
            elif claim is ClaimState.OURS:
                self._return(uid, reason)

    def _return(self, uid: str, reason: str) -> None:
        self._items.set_return_reason(uid, reason)
        self._items.set_claim_state(uid, ClaimState.RETURNING)
        try:
            self._finish_return(uid, reason)
        except (Unreachable, LoginRefused, WrongAnswer):
            return  # stays RETURNING on disk; the engine goes on with it

    def resume(self) -> None:
        """Settle what was under way when the line or the program broke off: claims and returns.

        Raises
        ------
        Unreachable, LoginRefused
            When the site still does not answer; the rest waits for the next call.
        """
        if not self._turn.acquire(blocking=False):
            return  # the reader is taking or returning something at this moment
        try:
            for stored in self._items.all():
                if claim_of(stored, self._user.user) is ClaimState.CLAIMING:
                    self._claim(stored.uid)
                elif stored.claim is ClaimState.RETURNING:
                    self._finish_return(stored.uid, stored.return_reason)
        finally:
            self._turn.release()

    def _settled(self, uid: str, transaction_uid: str) -> ClaimResult:
        """Claim, and when the answer leaves doubt find out; bounded."""
        trouble = ""
        for attempt in range(_ROUNDS):
            try:
                self._worklist.claim(uid, transaction_uid, self._user)
            except (Unreachable, WrongAnswer) as error:
                trouble = error.what
            except LoginRefused as error:
                return ClaimResult(ClaimOutcome.UNKNOWN, trouble=error.what)
            except Refused as refusal:
                if refusal.status in (404, 410):
                    return ClaimResult(ClaimOutcome.LOST)
                trouble = refusal.what
            else:
                return OURS
            found = self._proven(uid, transaction_uid)
            if isinstance(found, ClaimResult):
                return found
            trouble = found or trouble
            self._pause(0.2 * 2**attempt)
        return ClaimResult(ClaimOutcome.UNKNOWN, trouble=trouble)

    def _proven(self, uid: str, transaction_uid: str) -> ClaimResult | str:
        """Who holds the item; or, in words, why that is not known yet (empty: still free)."""
        try:
            item = parse_workitem(self._worklist.retrieve(uid))
        except Refused as refusal:
            return ClaimResult(ClaimOutcome.LOST) if refusal.status in _NOT_OURS else refusal.what
        except UserFacingError as error:
            return error.what
        if item.state == "SCHEDULED":
            return ""
        if item.state != "IN PROGRESS":
            return ClaimResult(ClaimOutcome.LOST, _holder(item))
        return self._proven_by_update(item, transaction_uid)

    def _proven_by_update(self, item: WorkItem, transaction_uid: str) -> ClaimResult | str:
        """The harmless update that only the owner's transaction UID can make."""
        try:
            self._worklist.update(item.uid, transaction_uid, performer_announcement(self._user))
        except Refused as refusal:
            is_lost = refusal.status in _NOT_OURS or is_wrong_owner(refusal) or self._is_somebody_else(item)
            return self._lost(item.uid) if is_lost else refusal.what
        except UserFacingError as error:
            return error.what
        return OURS

    def _is_somebody_else(self, item: WorkItem) -> bool:
        """Some servers say 400 both for a wrong owner and for a malformed request; then the performer decides."""
        return bool(item.claimed_by) and item.claimed_by not in (self._user.user, self._user.user[:16])

    def _lost(self, uid: str) -> ClaimResult:
        """Lost; ask once more who has it, because the winner says so only after winning."""
        try:
            return ClaimResult(ClaimOutcome.LOST, _holder(parse_workitem(self._worklist.retrieve(uid))))
        except UserFacingError:
            return ClaimResult(ClaimOutcome.LOST)

    def _record(self, uid: str, result: ClaimResult) -> None:
        if result.outcome is ClaimOutcome.OURS:
            self._items.set_claim_state(uid, ClaimState.OURS, claimed_by=self._user.user)
        elif result.outcome is ClaimOutcome.LOST:
            self._items.set_claim_state(uid, ClaimState.LOST, claimed_by=result.claimed_by)

    def _return_won(self, won: Sequence[str]) -> None:
        for uid in won:
            self._return(uid, _LINKED_LOST)

    def _finish_return(self, uid: str, reason: str) -> None:
        transaction_uid = self._stored(uid).transaction_uid or ""
        try:
            self._worklist.cancel(uid, transaction_uid, reason)
        except Refused as refusal:
            if refusal.is_passing:
                raise
            if parse_workitem(self._worklist.retrieve(uid)).state == "IN PROGRESS":
                self._items.set_claim_state(uid, ClaimState.OURS, claimed_by=self._user.user)
                raise UserFacingError("The site does not take this item back.", "Call the site.") from refusal
        self._items.set_claim_state(uid, ClaimState.RETURNED)

    def _stored(self, uid: str) -> StoredItem:
        stored = self._items.get(uid)
        if stored is None:
            raise UserFacingError("This item is no longer on the worklist.", "Choose another one.")
        return stored


def _holder(item: WorkItem) -> str:
    return display_name(item.claimed_name) or item.claimed_by
