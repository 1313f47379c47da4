"""Is what arrived about the patient the order names? The rules of identity, applied wherever a case is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from workstation.catalogue.studies import StudyRecord
from workstation.dicom.patient import PatientIdentity, PatientMatch, compare_patients
from workstation.dicom.workitem import WorkItem
from workstation.reading.obstacles import Obstacle


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
            contradictions.append("The images of this study belong to another patient than the order names.")
        elif match is PatientMatch.ASK:
            questions.append(_question(patient, study))
        if study.accession and study.accession not in {order.accession for item in items for order in item.orders}:
            contradictions.append("The accession number in the images is not the one of the order.")
    return IdentityFinding(tuple(questions), tuple(dict.fromkeys(contradictions)))


def _question(patient: PatientIdentity, study: StudyRecord) -> Obstacle:
    differing = [
        word
        for word, ordered, imaged in (
            ("name", patient.name, study.patient.name),
            ("sex", patient.sex, study.patient.sex),
        )
        if ordered != imaged
    ]
    what = " and ".join(differing) or "details"
    return Obstacle(
        key=f"identity:{study.study_uid}",
        text=f"Same patient number, but the {what} in the images differs from the order. Is this the same patient?",
        must_acknowledge=True,
        is_blocking=False,
    )


def priors_of_same_patient(
    patient: PatientIdentity, candidates: Iterable[StudyRecord], default_issuer: str
) -> tuple[StudyRecord, ...]:
    """Only studies of the very same patient may hang as priors; a difference of any kind keeps a study out."""
    return tuple(
        study
        for study in candidates
        if compare_patients(patient, study.patient, default_issuer=default_issuer) is PatientMatch.SAME
    )
