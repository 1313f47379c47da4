"""The outbox: every part of a signed report is sent until it is proven to have arrived, and COMPLETED comes last.

    QUEUED ──► SENDING ──► SENT ──► DELIVERED
      ▲          │  │        │
      │          │  └────────┼────► FAILED        (a person is needed; may be queued again by the reader)
      └──────────┴───────────┘

A move is made in the catalogue, by compare-and-set, before anybody is told. What was frozen at signing is sent byte for
byte, however often. Before anything is sent a second time, the site is asked whether it already has it.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.outbox_store import Delivery, DeliveryState
from workstation.catalogue.work_items import ClaimState
from workstation.dicom.dicom_object import UnusualReader
from workstation.dicom.errors import UnreadableWorkItem
from workstation.dicom.workitem import parse_workitem
from workstation.foundation.cancel import CancelToken
from workstation.foundation.clock import Clock
from workstation.foundation.conditions import ConditionBoard, Severity
from workstation.foundation.errors import UserFacingError
from workstation.site.profile import SiteProfile
from workstation.sync.dicomweb import DicomWeb
from workstation.sync.errors import Refused
from workstation.sync.mllp import Acknowledgement
from workstation.sync.proof import Finding, Proof, prove_completed, prove_document, prove_message
from workstation.sync.ups_attributes import output_sop_uids
from workstation.sync.worklist import ReadingWorklist
from workstation.vault.audit import AuditCode, AuditEvent, AuditTrail

MOVES: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    DeliveryState.QUEUED: frozenset({DeliveryState.SENDING}),
    DeliveryState.SENDING: frozenset(
        {DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.FAILED}
    ),
    DeliveryState.SENT: frozenset(
        {DeliveryState.SENT, DeliveryState.QUEUED, DeliveryState.DELIVERED, DeliveryState.FAILED}
    ),
    DeliveryState.DELIVERED: frozenset(),
    DeliveryState.FAILED: frozenset({DeliveryState.QUEUED}),
}
_FIRST_PAUSE_S = 2.0
_LONGEST_PAUSE_S = 300.0
_DOUBTFUL_AFTER = 3
_ORDER = ("SR", "PDF", "ORU", "UPS")
_NAMES = {"SR": "structured report", "PDF": "PDF", "ORU": "message to the RIS", "UPS": "completion of the item"}


class RefusedForGood(UserFacingError):
    """The site has refused a delivery in a way that trying again does not mend."""


def full_jitter(longest_s: float) -> float:
    """Seconds to wait: anything up to ``longest_s``, so that many clients do not come back at once."""
    return random.uniform(0.0, longest_s)  # noqa: S311 - spreads load, hides nothing


class Outbox:
    """Delivers what is due. One delivery round at a time; a second caller returns at once.

    Parameters
    ----------
    archive
        Where SR and PDF are stored, and read back from.
    send_oru
        Sends one HL7 message and gives its acknowledgement.
    jitter
        Gives the pause before the next try from the longest pause allowed, in seconds.
    unusual
        Reads what comes back and our own walker does not take; by default pydicom, in this process.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        archive: DicomWeb,
        send_oru: Callable[[bytes], Acknowledgement],
        worklist: ReadingWorklist,
        profile: SiteProfile,
        clock: Clock,
        conditions: ConditionBoard,
        audit: AuditTrail,
        *,
        jitter: Callable[[float], float] = full_jitter,
        unusual: UnusualReader | None = None,
    ) -> None:
        self._unusual = unusual
        self._catalogue = catalogue
        self._store = catalogue.outbox
        self._archive = archive
        self._send_oru = send_oru
        self._worklist = worklist
        self._profile = profile
        self._clock = clock
        self._conditions = conditions
        self._audit = audit
        self._jitter = jitter
        self._round = threading.Lock()

    def deliver_due(self, cancel: CancelToken) -> bool:
        """Advance every delivery whose time has come; say whether anything moved.

        Raises
        ------
        Cancelled
            Between two deliveries.
        """
        if not self._round.acquire(blocking=False):
            return False
        try:
            self._mark_signed_items()
            moved = self._take_up_broken_off()
            for kind in _ORDER:  # UPS last: proofs of this very round open its gate
                for delivery in self._store.due(self._clock.now()):
                    cancel.raise_if_cancelled()
                    if delivery.kind == kind and self._gate_is_open(delivery):
                        moved = self._advance(delivery) or moved
            self._state_waiting()
            return moved
        finally:
            self._round.release()

    def retry(self, delivery_id: int | str) -> bool:
        """Queue a failed delivery again, at the reader's wish; say whether it was failed."""
        self._conditions.end(f"delivery-failed:{delivery_id}")
        return self._store.move(int(delivery_id), DeliveryState.FAILED, DeliveryState.QUEUED)

    def raise_lasting_conditions(self) -> None:
        """After a start: put up again the conditions of deliveries that failed for good."""
        for delivery in self._store.rows():
            if delivery.state is DeliveryState.FAILED:
                self._raise_failed(delivery, delivery.error)

    # --- one delivery

    def _advance(self, delivery: Delivery) -> bool:
        if delivery.state is DeliveryState.SENT:
            return self._prove(delivery, DeliveryState.SENT)
        if not self._move(delivery, DeliveryState.QUEUED, DeliveryState.SENDING):
            return False
        try:
            if delivery.attempts and self._is_there_already(delivery):
                return True
            self._send(delivery)
        except RefusedForGood as error:
            self._fail(delivery, DeliveryState.SENDING, error.what)
        except Refused as refusal:
            if refusal.is_passing:
                self._put_off(delivery, DeliveryState.SENDING, DeliveryState.QUEUED, refusal.what)
            else:
                self._fail(delivery, DeliveryState.SENDING, refusal.what)
        except UserFacingError as error:
            self._put_off(delivery, DeliveryState.SENDING, DeliveryState.QUEUED, error.what)
        return True

    def _is_there_already(self, delivery: Delivery) -> bool:
        """Before a repetition: whether the site has it, from a try whose answer was lost."""
        if delivery.kind == "ORU":
            return False  # nobody can be asked; the same MSH-10 tells the receiver that it is a repetition
        return self._settle(delivery, DeliveryState.SENDING, self._look(delivery), absent_moves=False)

    def _send(self, delivery: Delivery) -> None:
        payload = self._store.payload(delivery.id)
        if delivery.kind == "ORU":
            proof = prove_message(self._send_oru(payload), delivery.target_uid)
            self._settle(delivery, DeliveryState.SENDING, proof)
            return
        if delivery.kind == "UPS":
            self._complete(delivery, payload)
        else:
            self._stow(delivery, payload)
        self._move(delivery, DeliveryState.SENDING, DeliveryState.SENT)
        self._prove(delivery, DeliveryState.SENT)

    def _stow(self, delivery: Delivery, payload: bytes) -> None:
        answer = self._archive.store(payload)
        if answer.is_passing_trouble:
            raise UserFacingError("The archive has no room or time for it at the moment.")
        if answer.failed:
            reason = answer.failed[0][1]
            raise RefusedForGood(f"The archive refused the {_NAMES[delivery.kind]} (reason {reason:04X})")

    def _complete(self, delivery: Delivery, payload: bytes) -> None:
        stored = self._catalogue.items.get(delivery.target_uid)
        if stored is None or not stored.transaction_uid:
            raise RefusedForGood("This computer does not hold the item any more")
        try:
            self._worklist.complete(delivery.target_uid, stored.transaction_uid, _attributes(payload))
        except Refused as refusal:
            if refusal.is_passing:
                raise
            proof = self._look(delivery)
            if proof.finding is not Finding.PROVEN:
                raise RefusedForGood(f"The site refused to complete the item ({refusal.status})") from refusal

    def _prove(self, delivery: Delivery, state: DeliveryState) -> bool:
        try:
            proof = self._look(delivery)
        except UserFacingError as error:
            self._put_off(delivery, state, state, error.what)
            return False
        return self._settle(delivery, state, proof)

    def _look(self, delivery: Delivery) -> Proof:
        if delivery.kind == "UPS":
            outputs = output_sop_uids(_attributes(self._store.payload(delivery.id)))
            return prove_completed(self._worklist, delivery.target_uid, outputs)
        return prove_document(
            self._store.payload(delivery.id),
            self._archive,
            coerced=self._profile.report.coerced_attributes,
            default_issuer=self._profile.patient_id_issuer,
            unusual=self._unusual,
        )

    def _settle(self, delivery: Delivery, state: DeliveryState, proof: Proof, *, absent_moves: bool = True) -> bool:
        """Make the move a proof asks for; say whether one was made."""
        if proof.finding is Finding.PROVEN:
            self._deliver(delivery, state, proof.text)
        elif proof.finding is Finding.DIFFERENT:
            self._fail(delivery, state, proof.text)
        elif absent_moves:
            self._put_off(delivery, state, DeliveryState.QUEUED, proof.text)
            self._state_doubt(delivery)
        else:
            return False
        return True

    # --- moves

    def _move(self, delivery: Delivery, from_: DeliveryState, to: DeliveryState, **more: Any) -> bool:
        if to not in MOVES[from_]:
            raise RuntimeError(f"a delivery cannot go from {from_.value} to {to.value}")
        return self._store.move(delivery.id, from_, to, **more)

    def _deliver(self, delivery: Delivery, from_: DeliveryState, proof: str) -> None:
        if not self._move(delivery, from_, DeliveryState.DELIVERED, proof=proof):
            return
        self._conditions.end(f"delivery-failed:{delivery.id}")
        self._record(AuditCode.REPORT_DELIVERED, delivery, f"{delivery.kind}: {proof}")
        if delivery.kind == "UPS":
            self._set_claim(delivery.target_uid, ClaimState.COMPLETING, ClaimState.COMPLETED)
            self._record(AuditCode.ITEM_COMPLETED, delivery, proof)

    def _fail(self, delivery: Delivery, from_: DeliveryState, why: str) -> None:
        why = why.rstrip(".")
        if self._move(delivery, from_, DeliveryState.FAILED, error=why):
            self._raise_failed(delivery, why)
            self._record(AuditCode.REPORT_REFUSED, delivery, f"{delivery.kind}: {why}", outcome_ok=False)

    def _put_off(self, delivery: Delivery, from_: DeliveryState, to: DeliveryState, why: str) -> None:
        """Try again later: full jitter over a pause that doubles with every attempt."""
        longest_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2 ** min(delivery.attempts, 20))
        next_try = self._clock.now() + timedelta(seconds=self._jitter(longest_s))
        self._move(delivery, from_, to, error=why.rstrip("."), next_try=next_try)

    def _take_up_broken_off(self) -> bool:
        """What is SENDING although nobody sends was broken off by a crash: it goes back to QUEUED."""
        moved = False
        for delivery in self._store.rows():
            if delivery.state is DeliveryState.SENDING:
                moved = self._move(delivery, DeliveryState.SENDING, DeliveryState.QUEUED) or moved
        return moved

    # --- around it

    def _gate_is_open(self, delivery: Delivery) -> bool:
        """COMPLETED waits until every delivery the profile names is proven."""
        if delivery.kind != "UPS":
            return True
        waits_for = self._profile.report.completed_waits_for
        siblings = self._store.for_report(delivery.report_id, delivery.version)
        return all(each.state is DeliveryState.DELIVERED for each in siblings if each.kind in waits_for)

    def _mark_signed_items(self) -> None:
        """An item whose report is signed is not merely ours any more: it is being completed."""
        for delivery in self._store.rows():
            if delivery.kind == "UPS" and delivery.state is not DeliveryState.DELIVERED:
                self._set_claim(delivery.target_uid, ClaimState.OURS, ClaimState.COMPLETING)

    def _set_claim(self, uid: str, before: ClaimState, after: ClaimState) -> None:
        stored = self._catalogue.items.get(uid)
        if stored is not None and stored.claim is before:
            self._catalogue.items.set_claim_state(uid, after)

    def _raise_failed(self, delivery: Delivery, why: str) -> None:
        self._conditions.raise_condition(
            f"delivery-failed:{delivery.id}",
            Severity.FAIL,
            f"The {_NAMES[delivery.kind]} of {self._subject(delivery)} was not accepted: {why}.",
            "The report is safe here. Call the site, then send it again.",
        )

    def _state_doubt(self, delivery: Delivery) -> None:
        if delivery.attempts + 1 >= _DOUBTFUL_AFTER:
            self._conditions.raise_condition(
                f"delivery-failed:{delivery.id}",
                Severity.WARN,
                f"The site says it has the {_NAMES[delivery.kind]} of {self._subject(delivery)}, but does not show it.",
                "The program keeps sending it. If this lasts, call the site.",
            )

    def _state_waiting(self) -> None:
        """One line for all reports that are under way and have met with trouble."""
        open_ = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT)
        troubled = {(d.report_id, d.version) for d in self._store.rows() if d.state in open_ and d.attempts and d.error}
        if not troubled:
            self._conditions.end("reports-waiting")
            return
        count = "1 signed report waits" if len(troubled) == 1 else f"{len(troubled)} signed reports wait"
        self._conditions.raise_condition(
            "reports-waiting", Severity.WARN, f"{count} to be delivered.", "Nothing is lost; the program keeps trying."
        )

    def _subject(self, delivery: Delivery) -> str:
        """The examination in words, without the patient: the item's label."""
        record = self._catalogue.reports.get(delivery.report_id, delivery.version)
        labels = []
        for uid in record.item_uids if record else ():
            stored = self._catalogue.items.get(uid)
            if stored is None:
                continue
            try:
                item = parse_workitem(stored.json)
            except UnreadableWorkItem:
                continue
            if uid == delivery.target_uid or delivery.accession in item.accessions:
                return f"“{item.label}”"
            labels.append(item.label)
        return f"“{' + '.join(labels)}”" if labels else "a report"

    def _record(self, code: AuditCode, delivery: Delivery, detail: str, *, outcome_ok: bool = True) -> None:
        record = self._catalogue.reports.get(delivery.report_id, delivery.version)
        user = record.author if record else ""
        self._audit.record(AuditEvent(code, user, delivery.target_uid, outcome_ok, detail))


def _attributes(payload: bytes) -> dict[str, Any]:
    """The final-state attributes as they were frozen; DICOM JSON may wrap them in an array (PS3.18 F.2)."""
    attributes: Any = json.loads(payload)
    return dict(attributes[0] if isinstance(attributes, list) else attributes)
