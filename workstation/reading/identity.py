"""Is what arrived about the patient the order names? The rules of identity, applied wherever a case is made."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from workstation.catalogue.notes import Notes
from workstation.catalogue.studies import StudyRecord
from workstation.dicom.patient import PatientIdentity, PatientMatch, compare_patients
from workstation.dicom.workitem import WorkItem
from workstation.reading.obstacles import Obstacle
from workstation.vault.audit import AuditCode, AuditEvent, AuditTrail

_ACCEPTED = "accepted-identities"


@dataclass(frozen=True)
class IdentityFinding:
    """What comparing an order with its studies gave.

    Attributes
    ----------
    questions
        Differences in name or sex: the reader accepts each once; it is audited and stays in the banner.
    contradictions
        The order is about somebody else: the study can be viewed, not signed.
    """

    questions: tuple[Obstacle, ...] = field(default=())
    contradictions: tuple[str, ...] = field(default=(), repr=False)


class AcceptedDifferences:
    """Which differences in name or sex a reader has accepted: kept, and audited once each."""

    def __init__(self, notes: Notes, audit: AuditTrail, reader: str) -> None:
        self._notes = notes
        self._audit = audit
        self._reader = reader

    def still_open(self, finding: IdentityFinding) -> tuple[Obstacle, ...]:
        """The questions nobody has answered with yes."""
        known = self._keys()
        return tuple(question for question in finding.questions if question.key not in known)

    def accept(self, finding: IdentityFinding, keys: Collection[str]) -> None:
        """Note the reader's yes to those questions of ``finding`` that ``keys`` name."""
        newly = [question.key for question in self.still_open(finding) if question.key in keys]
        if not newly:
            return
        self._notes.set(_ACCEPTED, sorted({*self._keys(), *newly}))
        for key in newly:
            study_uid = key.split(":")[1]
            self._audit.record(AuditEvent(AuditCode.IDENTITY_DIFFERENCE_ACCEPTED, self._reader, study_uid))

    def _keys(self) -> frozenset[str]:
        stored = self._notes.get(_ACCEPTED)
        return frozenset(str(key) for key in stored) if isinstance(stored, list) else frozenset()


def compare_order_with_studies(
    items: Sequence[WorkItem], studies: Iterable[StudyRecord], default_issuer: str
) -> IdentityFinding:
    """Compare the patient of the orders with the patient of each current study, and the orders with each other."""
    patient = items[0].patient
    questions: list[Obstacle] = []
    contradictions = [
        "The linked orders do not name the same patient."
        for item in items[1:]
        if compare_patients(patient, item.patient, default_issuer=default_issuer) is not PatientMatch.SAME
    ]
    for study in studies:
        match = compare_patients(patient, study.patient, default_issuer=default_issuer)
        if match is PatientMatch.DIFFERENT:
            contradictions.append(_contradiction(patient, study.patient))
        elif match is PatientMatch.ASK:
            questions.append(_question(patient, study))
        if not _has_accession_of_its_order(study, items):
            contradictions.append("The accession number in the images is not the one of the order.")
    return IdentityFinding(tuple(questions), tuple(dict.fromkeys(contradictions)))


def _contradiction(ordered: PatientIdentity, imaged: PatientIdentity) -> str:
    if not ordered.patient_id.strip():
        return "The order names no patient number, so nobody can tell whose images these are."
    if not imaged.patient_id.strip():
        return "The images of this study name no patient number, so nobody can tell whose they are."
    return "The images of this study belong to another patient than the order names."


def _has_accession_of_its_order(study: StudyRecord, items: Sequence[WorkItem]) -> bool:
    """Of the very items that name this study, not of any in the case. What is absent contradicts nothing."""
    ordered = {accession for item in items if study.study_uid in item.study_uids for accession in item.accessions}
    return not study.accession or not ordered or study.accession in ordered


def _question(patient: PatientIdentity, study: StudyRecord) -> Obstacle:
    """The key names this very difference: accepting it accepts no other one."""
    imaged = study.patient
    pairs = (
        ("name", patient.name, imaged.name),
        ("sex", patient.sex, imaged.sex),
        ("issuer of the number", patient.issuer, imaged.issuer),
    )
    differing = [word for word, one, other in pairs if one != other]
    told = "\0".join(value for _, one, other in pairs for value in (one, other))
    return Obstacle(
        key=f"identity:{study.study_uid}:{hashlib.sha256(told.encode()).hexdigest()[:16]}",
        text=(
            f"Same patient number, but the {' and the '.join(differing)} in the images differs from the order."
            " Is this the same patient?"
        ),
        must_acknowledge=True,
        is_blocking=False,
    )


def priors_of_same_patient(
    patient: PatientIdentity, candidates: Iterable[StudyRecord], default_issuer: str
) -> tuple[StudyRecord, ...]:
    """Only studies of the very same patient may hang as priors; a difference of any kind keeps a study out."""
    return _matching(PatientMatch.SAME, patient, candidates, default_issuer)


def priors_in_doubt(
    patient: PatientIdentity, candidates: Iterable[StudyRecord], default_issuer: str
) -> tuple[StudyRecord, ...]:
    """Studies under the same patient number whose name or sex differs: they do not hang, but the reader is told."""
    return _matching(PatientMatch.ASK, patient, candidates, default_issuer)


def _matching(
    wanted: PatientMatch, patient: PatientIdentity, candidates: Iterable[StudyRecord], default_issuer: str
) -> tuple[StudyRecord, ...]:
    return tuple(
        study
        for study in candidates
        if compare_patients(patient, study.patient, default_issuer=default_issuer) is wanted
    )
