"""Taking an item: claim it at the site with all its linked accessions, check identity, make it a case."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.studies import StudyRecord
from workstation.catalogue.work_items import ClaimState, StoredItem, claim_of
from workstation.dicom.patient import display_name
from workstation.dicom.workitem import WorkItem, parse_workitem
from workstation.foundation.clock import Clock
from workstation.reading.case import Case, CaseOpening
from workstation.reading.case_priors import CasePriors
from workstation.reading.errors import NotNow
from workstation.reading.identity import AcceptedDifferences, IdentityFinding, compare_order_with_studies
from workstation.reading.linking import foreign_links, linked_items
from workstation.sync.claims import ClaimOutcome, Claims
from workstation.sync.worklist import readable_items
from workstation.vault.audit import AuditCode, AuditEvent, AuditTrail

_GONE = "This item is no longer on the site's worklist. You can look, not report."
_UNCONFIRMED = "The site has not confirmed yet that this item is yours. You can look; reporting begins when it answers."
_FOREIGN_LINK = "The site links this item with one of another patient, which is left out here."


class TakeCase:
    """Makes a case of an item. Linked items of one visit are all taken or none."""

    def __init__(
        self,
        catalogue: Catalogue,
        claims: Claims,
        audit: AuditTrail,
        clock: Clock,
        accepted: AcceptedDifferences,
        *,
        reader: str,
        default_issuer: str,
    ) -> None:
        self._catalogue = catalogue
        self._claims = claims
        self._audit = audit
        self._clock = clock
        self._accepted = accepted
        self._reader = reader
        self._default_issuer = default_issuer
        self._case_priors = CasePriors(catalogue.studies, default_issuer)

    def items_of_case(self, item_uid: str) -> tuple[WorkItem, ...]:
        """The item and those linked to it (same visit, same patient, still to be read), in a stable order."""
        return linked_items(self._item(item_uid), readable_items(self._catalogue), self._default_issuer)

    def __call__(self, item_uid: str, accepted: Collection[str] = ()) -> CaseOpening:
        """Claim and open.

        Parameters
        ----------
        item_uid
            Any item of the case.
        accepted
            Keys of identity questions the reader has answered with yes.

        Returns
        -------
        CaseOpening
            A case (read-only when somebody else holds an item, the site has not said yet who does, or the order names
            somebody else), or the questions that must be answered first. Nothing is claimed while a question is open.
        """
        items = self.items_of_case(item_uid)
        finding = self.identity(items)
        questions = tuple(each for each in self._accepted.still_open(finding) if each.key not in accepted)
        if questions:
            return CaseOpening(None, questions)
        self._accepted.accept(finding, accepted)
        return CaseOpening(self._case(items, self._claim(items)))

    def refreshed(self, case: Case) -> Case:
        """The same case with what has become known since (priors found, items changed or gone at the site)."""
        items = tuple(self._item_or(item) for item in case.items)
        newer = self._case(items, self._lost_reason(items))
        return replace(newer, key=case.key, opened_at=case.opened_at)

    def priors_with_reasons(self, item: WorkItem) -> tuple[tuple[str, StudyRecord], ...]:
        """Why each earlier study matters, with the study, most relevant first."""
        found = self._case_priors.relevant((item,), self._current_studies((item,)))
        studies = ((why, self._catalogue.studies.get(uid)) for uid, why in found.items())
        return tuple((why, study) for why, study in studies if study is not None)

    def identity(self, items: Sequence[WorkItem]) -> IdentityFinding:
        """What comparing the orders with the images known so far gives."""
        return compare_order_with_studies(items, self._current_studies(items), self._default_issuer)

    def note_claimed(self, items: Sequence[WorkItem]) -> None:
        """Write into the audit trail that these items are the reader's now."""
        for item in items:
            self._audit.record(AuditEvent(AuditCode.ITEM_CLAIMED, self._reader, item.uid))

    def _claim(self, items: Sequence[WorkItem]) -> str:
        """Claim all items; return the reason for read-only, empty when every item is ours."""
        states = {item.uid: self._claim_state(item.uid) for item in items}
        finished = (ClaimState.COMPLETING, ClaimState.COMPLETED, ClaimState.RETURNING, ClaimState.RETURNED)
        if any(state in finished for state in states.values()):
            return self._lost_reason(items)
        outcome = self._claims.claim_all([item.uid for item in items])
        if outcome.outcome is ClaimOutcome.LOST:
            return _taken(display_name(outcome.claimed_by))
        if outcome.outcome is ClaimOutcome.UNKNOWN:
            return _UNCONFIRMED
        self.note_claimed([item for item in items if states[item.uid] is not ClaimState.OURS])
        return self._lost_reason(items)

    def _lost_reason(self, items: Sequence[WorkItem]) -> str:
        """Why the case cannot be reported; empty when the reader holds every item of it."""
        for item in items:
            stored = self._catalogue.items.get(item.uid)
            reason = _GONE if stored is None else self._reason(item, stored)
            if reason:
                return reason
        return ""

    def _reason(self, item: WorkItem, stored: StoredItem) -> str:
        claim = claim_of(stored, self._reader)
        if claim in (ClaimState.COMPLETING, ClaimState.COMPLETED):
            return "This item is already reported."
        if claim in (ClaimState.RETURNING, ClaimState.RETURNED):
            return "This item was returned to the site."
        if claim is ClaimState.CLAIMING:
            return _UNCONFIRMED
        if claim is ClaimState.LOST and item.state == "CANCELED":
            return "The site has withdrawn this item. What you have written is kept as a draft."
        if claim is not ClaimState.OURS:
            return _taken(display_name(item.claimed_name) or item.claimed_by or display_name(stored.claimed_by))
        return ""

    def _case(self, items: tuple[WorkItem, ...], read_only_reason: str) -> Case:
        studies = self._current_studies(items)
        return Case(
            key=items[0].uid,
            items=items,
            patient=items[0].patient,
            study_uids=tuple(dict.fromkeys(uid for item in items for uid in item.study_uids)),
            prior_study_uids=tuple(self._case_priors.relevant(items, studies)),
            identity_notes=self._notes(items, studies),
            read_only_reason=read_only_reason,
            opened_at=self._clock.now(),
        )

    def _notes(self, items: Sequence[WorkItem], studies: Sequence[StudyRecord]) -> tuple[str, ...]:
        """What the banner says about identity, as long as it is so."""
        finding = self.identity(items)
        others = (item for _stored, item in readable_items(self._catalogue))
        link = (_FOREIGN_LINK,) if foreign_links(items[0], others, self._default_issuer) else ()
        questions = tuple(question.text for question in finding.questions)
        return questions + finding.contradictions + link + self._case_priors.in_doubt(items, studies)

    def _current_studies(self, items: Sequence[WorkItem]) -> tuple[StudyRecord, ...]:
        uids = dict.fromkeys(uid for item in items for uid in item.study_uids)
        found = (self._catalogue.studies.get(uid) for uid in uids)
        return tuple(study for study in found if study is not None)

    def _claim_state(self, item_uid: str) -> ClaimState:
        stored = self._catalogue.items.get(item_uid)
        return claim_of(stored, self._reader) if stored is not None else ClaimState.NONE

    def _item(self, item_uid: str) -> WorkItem:
        stored = self._catalogue.items.get(item_uid)
        if stored is None:
            raise NotNow("This item is no longer on the worklist.", "The site may have withdrawn it; choose another.")
        return parse_workitem(stored.json)

    def _item_or(self, known: WorkItem) -> WorkItem:
        """The item as the site shows it now; as it was last known when the site shows it no more."""
        stored = self._catalogue.items.get(known.uid)
        return known if stored is None else parse_workitem(stored.json)


def _taken(who: str) -> str:
    return f"{who or 'Another reader'} has this item. You can look, not report."
