"""Taking an item: claim it at the site with all its linked accessions, check identity, make it a case."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.studies import StudyRecord
from workstation.catalogue.work_items import ClaimState
from workstation.dicom.patient import display_name
from workstation.dicom.workitem import WorkItem, parse_workitem
from workstation.foundation.clock import Clock
from workstation.hanging.priors import StudySummary, relevant_priors
from workstation.reading.case import Case, CaseOpening
from workstation.reading.errors import NotNow
from workstation.reading.identity import IdentityFinding, compare_order_with_studies, priors_of_same_patient
from workstation.sync.claims import ClaimOutcome, Claims
from workstation.vault.audit import AuditCode, AuditEvent, AuditTrail

_HELD = (ClaimState.OURS, ClaimState.CLAIMING, ClaimState.COMPLETING, ClaimState.COMPLETED)


class TakeCase:
    """Makes a case of an item. Linked items of one visit are all taken or none."""

    def __init__(
        self, catalogue: Catalogue, claims: Claims, audit: AuditTrail, clock: Clock, *, reader: str, default_issuer: str
    ) -> None:
        self._catalogue = catalogue
        self._claims = claims
        self._audit = audit
        self._clock = clock
        self._reader = reader
        self._default_issuer = default_issuer

    def items_of_case(self, item_uid: str) -> tuple[WorkItem, ...]:
        """The item and those linked to it (same visit, same patient), in a stable order."""
        first = self._item(item_uid)
        if not first.linked_group:
            return (first,)
        alike = [item for item in self._all_items() if item.linked_group == first.linked_group]
        return tuple(sorted(alike, key=lambda item: item.uid)) or (first,)

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
            A case (read-only when somebody else holds an item, or the order names somebody else), or the questions
            that must be answered first. Nothing is claimed while a question is open.
        """
        items = self.items_of_case(item_uid)
        studies = self._current_studies(items)
        finding = compare_order_with_studies(items, studies, self._default_issuer)
        known = set(accepted) | set(self._accepted_before())
        open_questions = tuple(question for question in finding.questions if question.key not in known)
        if open_questions:
            return CaseOpening(None, open_questions)
        self._remember(finding, accepted)
        reason = self._claim(items)
        return CaseOpening(self._case(items, studies, finding, reason))

    def refreshed(self, case: Case) -> Case:
        """The same case with what has become known since (priors found, items changed at the site)."""
        items = tuple(self._item(uid) for uid in case.item_uids)
        studies = self._current_studies(items)
        finding = compare_order_with_studies(items, studies, self._default_issuer)
        newer = self._case(items, studies, finding, self._lost_reason(items))
        return Case(
            key=case.key,
            items=newer.items,
            patient=newer.patient,
            study_uids=newer.study_uids,
            prior_study_uids=newer.prior_study_uids,
            identity_notes=newer.identity_notes,
            read_only_reason=newer.read_only_reason,
            opened_at=case.opened_at,
        )

    def priors_with_reasons(self, item: WorkItem) -> tuple[tuple[str, StudyRecord], ...]:
        """Why each earlier study matters, with the study, most relevant first."""
        found = self._priors((item,), self._current_studies((item,)))
        studies = ((why, self._catalogue.studies.get(uid)) for uid, why in found.items())
        return tuple((why, study) for why, study in studies if study is not None)

    def contradictions(self, case: Case) -> tuple[str, ...]:
        """Why the order is not about these images; empty when it is."""
        finding = compare_order_with_studies(case.items, self._current_studies(case.items), self._default_issuer)
        return finding.contradictions

    def _claim(self, items: Sequence[WorkItem]) -> str:
        """Claim all items; return the reason for read-only, empty when every item is ours."""
        wanted = [item.uid for item in items if self._claim_state(item.uid) not in _HELD[2:]]
        if not wanted:
            return self._lost_reason(items)
        outcome = self._claims.claim_all(wanted)
        if outcome.outcome is ClaimOutcome.OURS:
            for item in items:
                self._audit.record(AuditEvent(AuditCode.ITEM_CLAIMED, self._reader, item.uid))
            return ""
        if outcome.outcome is ClaimOutcome.LOST:
            return _taken(display_name(outcome.claimed_by))
        raise NotNow(
            "The site has not answered whether this item is yours.",
            "It is asked again by itself; try to open it again soon.",
        )

    def _lost_reason(self, items: Sequence[WorkItem]) -> str:
        for item in items:
            state = self._claim_state(item.uid)
            if state in (ClaimState.COMPLETING, ClaimState.COMPLETED):
                return "This item is already reported."
            if state in (ClaimState.RETURNING, ClaimState.RETURNED):
                return "This item was returned to the site."
            if state is not ClaimState.OURS:
                return _taken(display_name(item.claimed_name) or item.claimed_by)
        return ""

    def _case(
        self,
        items: tuple[WorkItem, ...],
        studies: Sequence[StudyRecord],
        finding: IdentityFinding,
        read_only_reason: str,
    ) -> Case:
        notes = tuple(question.text for question in finding.questions) + finding.contradictions
        return Case(
            key=items[0].uid,
            items=items,
            patient=items[0].patient,
            study_uids=tuple(dict.fromkeys(uid for item in items for uid in item.study_uids)),
            prior_study_uids=tuple(self._priors(items, studies)),
            identity_notes=notes,
            read_only_reason=read_only_reason,
            opened_at=self._clock.now(),
        )

    def _priors(self, items: Sequence[WorkItem], studies: Sequence[StudyRecord]) -> dict[str, str]:
        """Earlier studies worth comparing with, most relevant first: study UID to why."""
        current = {uid for item in items for uid in item.study_uids}
        same = priors_of_same_patient(items[0].patient, self._catalogue.studies.all(), self._default_issuer)
        candidates = [summary_of(study) for study in same if study.study_uid not in current]
        found: dict[str, str] = {}
        for study in studies:
            for verdict in relevant_priors(summary_of(study), candidates):
                found.setdefault(verdict.study.study_uid, verdict.why)
        return found

    def _current_studies(self, items: Sequence[WorkItem]) -> tuple[StudyRecord, ...]:
        uids = dict.fromkeys(uid for item in items for uid in item.study_uids)
        found = (self._catalogue.studies.get(uid) for uid in uids)
        return tuple(study for study in found if study is not None)

    def _remember(self, finding: IdentityFinding, accepted: Collection[str]) -> None:
        newly = [question.key for question in finding.questions if question.key in accepted]
        if not newly:
            return
        self._catalogue.notes.set("accepted-identities", sorted({*self._accepted_before(), *newly}))
        for key in newly:
            study_uid = key.partition(":")[2]
            self._audit.record(AuditEvent(AuditCode.IDENTITY_DIFFERENCE_ACCEPTED, self._reader, study_uid))

    def _accepted_before(self) -> list[str]:
        stored = self._catalogue.notes.get("accepted-identities")
        return [str(key) for key in stored] if isinstance(stored, list) else []

    def _claim_state(self, item_uid: str) -> ClaimState:
        stored = self._catalogue.items.get(item_uid)
        return stored.claim if stored is not None else ClaimState.NONE

    def _item(self, item_uid: str) -> WorkItem:
        stored = self._catalogue.items.get(item_uid)
        if stored is None:
            raise NotNow("This item is no longer on the worklist.", "The site may have withdrawn it; choose another.")
        return parse_workitem(stored.json)

    def _all_items(self) -> list[WorkItem]:
        return [parse_workitem(stored.json) for stored in self._catalogue.items.all()]


def _taken(who: str) -> str:
    return f"{who or 'Another reader'} has this item. You can look, not report."


def summary_of(study: StudyRecord) -> StudySummary:
    """What choosing priors needs to know of a study.

    Candidates have been compared with the order's patient before, so the patient number alone is key enough here.
    """
    return StudySummary(
        study_uid=study.study_uid,
        patient_key=study.patient.patient_id,
        accession=study.accession,
        modalities=study.modalities,
        body_region=study.body_part,
        description=study.description,
        date=study.study_date,
        time=study.study_time,
    )
