"""Bringing studies here: learn what they consist of, fetch every instance, check it, seal it in the store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.header_blocks import Head
from workstation.catalogue.instances import Counts, InstanceRef
from workstation.catalogue.studies import StudyRecord
from workstation.dicom.body_region import BodyRegions
from workstation.dicom.dicom_object import UnusualReader
from workstation.dicom.patient import PatientIdentity, PatientMatch, compare_patients
from workstation.dicom.workitem import WorkItem
from workstation.foundation.cancel import CancelToken
from workstation.foundation.conditions import ConditionBoard, Severity
from workstation.foundation.helper_process import HelperFailed
from workstation.foundation.pool import Pool
from workstation.hanging.priors import relevant_priors
from workstation.hanging.study import StudySummary
from workstation.site.profile import SiteProfile
from workstation.sync.condition_names import nickname
from workstation.sync.dicomweb import DicomWeb
from workstation.sync.errors import Refused, WrongAnswer
from workstation.sync.instance_check import check_instance
from workstation.sync.study_answers import instance_ref, regions_in, study_record
from workstation.sync.worklist import readable_items

PRIORS_FETCHED = 4
_SET_ASIDE = "images-set-aside:"


class Fate(Enum):
    """What became of one instance in one attempt."""

    RECEIVED = "received"
    QUARANTINED = "quarantined"
    FAILED = "failed"


@dataclass(frozen=True)
class _Errand:
    """One study's download: its patient is settled once for all its instances."""

    patient: PatientIdentity
    cancel: CancelToken


@dataclass(frozen=True)
class _Brought:
    """What fetching one instance gave; ``region`` is the body region its header names, ``head`` its beginning."""

    fate: Fate
    region: str = ""
    head: Head | None = None


class StudyTransfer:
    """Studies from the site's archive into the encrypted store. Resumes by instance, never by byte.

    Each instance is durable in the store before it counts as received, so a break at any point costs at most the
    instances that were on the way.

    Parameters
    ----------
    unusual
        Reads instances that our own walker does not take; by default pydicom, in this process.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        dicomweb: DicomWeb,
        profile: SiteProfile,
        conditions: ConditionBoard,
        unusual: UnusualReader | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._dicomweb = dicomweb
        self._issuer = profile.patient_id_issuer
        self._workers = profile.images.parallel_downloads
        self._conditions = conditions
        self._unusual = unusual

    def learn(self, study_uid: str, *, is_prior_for: str = "") -> StudyRecord | None:
        """Ask the archive what a study consists of, and expect that; None when the archive does not have it (yet).

        Raises
        ------
        Unreachable, LoginRefused, Refused, WrongAnswer, BadInput
        """
        found = self._dicomweb.study(study_uid)
        if found is None:
            return None
        refs = [instance_ref(study_uid, each) for each in self._dicomweb.instances_of_study(study_uid)]
        record = self._merged(study_record(found), is_prior_for)
        self._catalogue.studies.put(replace(record, instances_expected=len(refs)))
        self._catalogue.instances.expect(study_uid, refs)
        return record

    def find_priors(self, patient: PatientIdentity, current_uid: str) -> list[StudyRecord]:
        """Earlier studies of the patient that matter for the study ``current_uid``, most relevant first.

        What is noted is what they are and for which study; `learn` and `download` bring the images.
        Studies whose patient contradicts ``patient`` are left out.
        """
        current = self._catalogue.studies.get(current_uid)
        if current is None or not patient.patient_id:
            return []
        candidates = [study_record(each) for each in self._dicomweb.studies_of_patient(patient.patient_id)]
        same = {
            each.study_uid: each
            for each in candidates
            if each.study_uid != current_uid and self._match(patient, each.patient) is not PatientMatch.DIFFERENT
        }
        verdicts = relevant_priors(_summary(current), [_summary(each) for each in same.values()])
        chosen = [same[verdict.study.study_uid] for verdict in verdicts[:PRIORS_FETCHED]]
        for record in chosen:
            self._catalogue.studies.put(self._merged(record, current_uid))
        return chosen

    def download(
        self, study_uid: str, cancel: CancelToken, on_progress: Callable[[Counts], None] | None = None
    ) -> Counts:
        """Fetch everything of a study that is still wanted, several instances at a time.

        Raises
        ------
        Unreachable, LoginRefused
            When the line or the login fails; what has come stays.
        StorageFailed
            When the disk is full.
        Cancelled
        """
        record = self._catalogue.studies.get(study_uid)
        wanted = self._catalogue.instances.wanted(study_uid)
        if record is None or not wanted:
            return self._catalogue.instances.counts(study_uid)
        errand = _Errand(self._patient_of(record), cancel)
        pool: Pool[InstanceRef, _Brought] = Pool(
            lambda ref: self._bring(ref, errand), workers=self._workers, name="download"
        )
        counts = self._catalogue.instances.counts(study_uid)
        heads: dict[str, Head] = {}
        try:
            for ref, brought in pool.run(wanted, cancel):
                counts = _counted(counts, brought.fate)
                if brought.head is not None:
                    heads[ref.sop_uid] = brought.head
                if brought.region and not record.body_part:
                    record = self._with_region(record, brought.region)
                if on_progress is not None:
                    on_progress(counts)
        finally:
            if heads:
                self._catalogue.headers.add(study_uid, heads)
        final = self._catalogue.instances.counts(study_uid)
        self._state_quarantine(study_uid, final)
        return final

    def state_quarantine(self) -> None:
        """One condition for each study of the worklist with images that could not be used; others' are ended.

        They are state of the store, so they come back after a start.
        """
        on_list = {uid for _stored, item in readable_items(self._catalogue) for uid in item.study_uids}
        keys = set()
        for study_uid, counts in self._catalogue.instances.all_counts().items():
            record = self._catalogue.studies.get(study_uid)
            if on_list & {study_uid, *(record.is_prior_for if record else ())}:
                keys.add(_set_aside_key(study_uid))
                self._state_quarantine(study_uid, counts)
        for condition in self._conditions.current():
            if condition.key.startswith(_SET_ASIDE) and condition.key not in keys:
                self._conditions.end(condition.key)

    def _bring(self, ref: InstanceRef, errand: _Errand) -> _Brought:
        """Fetch, check and seal one instance. Runs in a pool thread; what it notes is durable when it returns."""
        instances = self._catalogue.instances
        try:
            data = self._dicomweb.instance(ref.study_uid, ref.series_uid, ref.sop_uid, errand.cancel)
            verdict = check_instance(data, ref, errand.patient, self._issuer, self._unusual)
        except (Refused, WrongAnswer, HelperFailed) as error:
            instances.mark_failed(ref.sop_uid, error.what)
            return _Brought(Fate.FAILED)
        if verdict.reason:
            instances.mark_quarantined(ref.sop_uid, verdict.reason)
            return _Brought(Fate.QUARANTINED)
        stored = self._catalogue.objects.put(ref.sop_uid, data)
        instances.mark_received(ref.sop_uid, stored, verdict.transfer_syntax)
        region = BodyRegions.shipped().region_of(verdict.header) if verdict.header else ""
        head = Head(stored.sha256, stored.size, stored.identity, verdict.head) if verdict.head else None
        return _Brought(Fate.RECEIVED, region, head)

    def _with_region(self, record: StudyRecord, region: str) -> StudyRecord:
        """The archive did not say what the study shows, but its images do."""
        known = self._catalogue.studies.get(record.study_uid) or record
        self._catalogue.studies.put(replace(known, body_part=region))
        return replace(record, body_part=region)

    def _patient_of(self, record: StudyRecord) -> PatientIdentity:
        """Whom every instance of the study must be about.

        The order's patient. When the whole study contradicts its order, the study is held together by its own patient:
        it can be viewed, and reading keeps it from being signed.
        """
        concerned = {record.study_uid, *record.is_prior_for}
        for _stored, item in readable_items(self._catalogue):
            if concerned & set(item.study_uids):
                return self._settled(item, record)
        return record.patient

    def _settled(self, item: WorkItem, record: StudyRecord) -> PatientIdentity:
        is_contradicted = self._match(item.patient, record.patient) is PatientMatch.DIFFERENT
        key = f"order-mismatch:{nickname(record.study_uid)}"
        if not is_contradicted:
            self._conditions.end(key)
            return item.patient
        self._conditions.raise_condition(
            key,
            Severity.FAIL,
            f"The images for “{item.label or item.modality}” belong to another patient than the order names.",
            "They can be looked at, not reported. Call the site.",
        )
        return record.patient

    def _match(self, a: PatientIdentity, b: PatientIdentity) -> PatientMatch:
        return compare_patients(a, b, default_issuer=self._issuer)

    def _merged(self, record: StudyRecord, is_prior_for: str) -> StudyRecord:
        """What the archive says now, with what we know besides."""
        known = self._catalogue.studies.get(record.study_uid)
        prior_for = dict.fromkeys((known.is_prior_for if known else ()) + ((is_prior_for,) if is_prior_for else ()))
        return replace(
            record,
            is_prior_for=tuple(prior_for),
            body_part=record.body_part or (known.body_part if known else "") or self._ordered_region(record.study_uid),
            instances_expected=known.instances_expected if known else None,
        )

    def _ordered_region(self, study_uid: str) -> str:
        for _stored, item in readable_items(self._catalogue):
            if study_uid in item.study_uids:
                return regions_in(item.body_region) or item.body_region
        return ""

    def _state_quarantine(self, study_uid: str, counts: Counts) -> None:
        key = _set_aside_key(study_uid)
        bad = counts.quarantined + counts.failed
        if not bad:
            self._conditions.end(key)
            return
        self._conditions.raise_condition(
            key,
            Severity.WARN,
            f"{bad} of {counts.expected} images of {self._name_of(study_uid)} could not be used.",
            "The rest can be read. Ask the site to send them again.",
        )

    def _name_of(self, study_uid: str) -> str:
        for _stored, item in readable_items(self._catalogue):
            if study_uid in item.study_uids:
                return f"“{item.label}”" if item.label else "a study"
        return "an earlier study"


def _set_aside_key(study_uid: str) -> str:
    return f"{_SET_ASIDE}{nickname(study_uid)}"


def _counted(counts: Counts, fate: Fate) -> Counts:
    """For progress only: an instance that failed before and failed again counts twice until the end."""
    if fate is Fate.RECEIVED:
        return replace(counts, received=counts.received + 1)
    if fate is Fate.QUARANTINED:
        return replace(counts, quarantined=counts.quarantined + 1)
    return replace(counts, failed=counts.failed + 1)


def _summary(record: StudyRecord) -> StudySummary:
    """For choosing priors among studies that were found to be one patient's: hence one key for all."""
    return StudySummary(
        study_uid=record.study_uid,
        patient_key="same",
        accession=record.accession,
        modalities=record.modalities,
        body_region=record.body_part,
        description=record.description,
        date=record.study_date,
        time=record.study_time,
    )
