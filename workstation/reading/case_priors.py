"""Which earlier studies belong beside a case: those of the very same patient that matter for what is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workstation.catalogue.studies import Studies, StudyRecord
from workstation.dicom.workitem import WorkItem
from workstation.hanging.priors import StudySummary, relevant_priors
from workstation.reading.identity import priors_in_doubt, priors_of_same_patient


class CasePriors:
    """Finds priors among the studies that are known here."""

    def __init__(self, studies: Studies, default_issuer: str) -> None:
        self._studies = studies
        self._default_issuer = default_issuer

    def relevant(self, items: Sequence[WorkItem], current: Sequence[StudyRecord]) -> dict[str, str]:
        """Earlier studies worth comparing with, most relevant first: study UID to why."""
        same = priors_of_same_patient(items[0].patient, self._earlier(items), self._default_issuer)
        return _relevant(current, same)

    def in_doubt(self, items: Sequence[WorkItem], current: Sequence[StudyRecord]) -> tuple[str, ...]:
        """A line when earlier studies that matter were left out for another name or sex; never left out in silence."""
        doubtful = priors_in_doubt(items[0].patient, self._earlier(items), self._default_issuer)
        count = len(_relevant(current, doubtful))
        if not count:
            return ()
        return (
            "1 earlier study has this patient's number but another name or sex, and does not hang."
            if count == 1
            else f"{count} earlier studies have this patient's number but another name or sex, and do not hang.",
        )

    def _earlier(self, items: Sequence[WorkItem]) -> list[StudyRecord]:
        current = {uid for item in items for uid in item.study_uids}
        return [study for study in self._studies.all() if study.study_uid not in current]


def _relevant(current: Sequence[StudyRecord], candidates: Iterable[StudyRecord]) -> dict[str, str]:
    summaries = [summary_of(study) for study in candidates]
    found: dict[str, str] = {}
    for study in current:
        for verdict in relevant_priors(summary_of(study), summaries):
            found.setdefault(verdict.study.study_uid, verdict.why)
    return found


def summary_of(study: StudyRecord) -> StudySummary:
    """What choosing priors needs to know of a study.

    Candidates have been compared with the order's patient before, so the patient number alone is key enough here.
    """
    return StudySummary(
        study_uid=study.study_uid,
        patient_key=study.patient.patient_id.strip(),
        accession=study.accession,
        modalities=study.modalities,
        body_region=study.body_part,
        description=study.description,
        date=study.study_date,
        time=study.study_time,
    )
