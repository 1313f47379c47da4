"""Studies, instances and notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.vaults import HandClock, a_catalogue
from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.instances import Counts, InstanceRef
from workstation.catalogue.object_store import Stored
from workstation.catalogue.studies import StudyRecord
from workstation.dicom.patient import PatientIdentity
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import BadInput
from workstation.foundation.pool import Pool

STUDY = "1.2.3"
PATIENT = PatientIdentity("SYN-1", "DEMO", "SYNTHETIC^Ada", "19590314", "F")


def ref(number: int, study: str = STUDY, series: int = 1) -> InstanceRef:
    return InstanceRef(
        study, f"{study}.{series}", f"{study}.{series}.{number}", "1.2.840.10008.5.1.4.1.1.2", number, series, "CT"
    )


def study(uid: str = STUDY, patient: PatientIdentity = PATIENT, date: str = "20261102") -> StudyRecord:
    return StudyRecord(
        study_uid=uid,
        patient=patient,
        accession="A1",
        study_date=date,
        study_time="143000",
        description="CT head \u2014 ohne KM",
        modalities=("CT", "SR"),
        body_part="HEAD",
        is_prior_for=("1.2.9",),
        instances_expected=3,
    )


def test_a_study_comes_back_whole(catalogue: Catalogue) -> None:
    catalogue.studies.put(study())
    assert catalogue.studies.get(STUDY) == study()
    assert catalogue.studies.get("9.9") is None


def test_a_study_put_again_replaces_what_was_known(catalogue: Catalogue) -> None:
    catalogue.studies.put(study(date="20250101"))
    catalogue.studies.put(study())
    assert catalogue.studies.all() == [study()]


def test_studies_of_a_patient_newest_first(catalogue: Catalogue) -> None:
    elsewhere = PatientIdentity("SYN-1", "OTHER", "SYNTHETIC^Bob", "19600101", "M")
    unknown = PatientIdentity("SYN-1", "", "SYNTHETIC^Ada", "19590314", "F")
    stranger = PatientIdentity("SYN-2", "DEMO", "SYNTHETIC^Cy", "19700101", "M")
    catalogue.studies.put(study("1.1", date="20240101"))
    catalogue.studies.put(study("1.2", date="20260101"))
    catalogue.studies.put(study("1.3", elsewhere))
    catalogue.studies.put(study("1.4", unknown, date="20230101"))
    catalogue.studies.put(study("1.5", stranger))
    assert [s.study_uid for s in catalogue.studies.for_patient(PATIENT)] == ["1.2", "1.1", "1.4"]
    assert len(catalogue.studies.for_patient(unknown)) == 4


def test_reprs_hold_no_patient(catalogue: Catalogue) -> None:
    shown = repr(study()) + repr(ref(1))
    for clear in ("Ada", "SYN-1", "A1'", "ohne KM", "1.2.3"):
        assert clear not in shown


def test_instances_from_expected_to_received(catalogue: Catalogue, clock: HandClock) -> None:
    catalogue.instances.expect(STUDY, [ref(3), ref(1), ref(2), ref(1, series=2)])
    assert catalogue.instances.wanted(STUDY) == [ref(1), ref(2), ref(3), ref(1, series=2)]
    catalogue.instances.mark_received(ref(1).sop_uid, Stored(10, "ab"), "1.2.840.10008.1.2.1")
    catalogue.instances.mark_quarantined(ref(2).sop_uid, "another patient")
    catalogue.instances.mark_failed(ref(3).sop_uid, "cut off")
    assert catalogue.instances.counts(STUDY) == Counts(expected=4, received=1, quarantined=1, failed=1)
    assert catalogue.instances.wanted(STUDY) == [ref(1, series=2), ref(3)]
    assert catalogue.instances.quarantined(STUDY) == [(ref(2), "another patient")]
    (stored,) = catalogue.instances.received(STUDY)
    assert stored.ref == ref(1)
    assert (stored.size, stored.sha256, stored.received_at) == (10, "ab", clock.now())


def test_a_failed_instance_may_come_after_all(catalogue: Catalogue) -> None:
    catalogue.instances.expect(STUDY, [ref(1)])
    catalogue.instances.mark_failed(ref(1).sop_uid, "cut off")
    catalogue.instances.mark_received(ref(1).sop_uid, Stored(10, "ab"), "")
    assert catalogue.instances.counts(STUDY).is_complete


def test_listing_again_loses_nothing(catalogue: Catalogue) -> None:
    catalogue.instances.expect(STUDY, [ref(1)])
    catalogue.instances.mark_received(ref(1).sop_uid, Stored(10, "ab"), "")
    catalogue.instances.expect(STUDY, [ref(1), ref(2)])
    catalogue.instances.expect(STUDY, [])
    assert catalogue.instances.counts(STUDY) == Counts(expected=2, received=1)


def test_one_image_in_two_studies_is_bad_input(catalogue: Catalogue) -> None:
    catalogue.instances.expect(STUDY, [ref(1)])
    stolen = InstanceRef("1.9", "1.9.1", ref(1).sop_uid)
    with pytest.raises(BadInput):
        catalogue.instances.expect("1.9", [InstanceRef("1.9", "1.9.1", "1.9.1.1"), stolen])
    assert catalogue.instances.counts("1.9") == Counts()
    assert catalogue.instances.counts(STUDY) == Counts(expected=1)


def test_mistakes_of_ours_are_loud(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="another study"):
        catalogue.instances.expect("1.9", [ref(1)])
    with pytest.raises(LookupError):
        catalogue.instances.mark_received("9.9", Stored(1, ""), "")


def test_unknown_numbers_come_last(catalogue: Catalogue) -> None:
    unknown = InstanceRef(STUDY, "1.2.3.1", "1.2.3.1.99", series_number=1)
    catalogue.instances.expect(STUDY, [unknown, ref(5)])
    assert catalogue.instances.wanted(STUDY) == [ref(5), unknown]


def test_counts_of_all_studies(catalogue: Catalogue) -> None:
    catalogue.instances.expect(STUDY, [ref(1), ref(2)])
    catalogue.instances.expect("1.9", [ref(1, "1.9")])
    catalogue.instances.mark_received(ref(1, "1.9").sop_uid, Stored(1, ""), "")
    assert catalogue.instances.all_counts() == {STUDY: Counts(2), "1.9": Counts(1, 1)}


def test_many_threads_mark_at_once(catalogue: Catalogue) -> None:
    refs = [ref(number) for number in range(200)]
    catalogue.instances.expect(STUDY, refs)

    def store_one(each: InstanceRef) -> bool:
        catalogue.instances.mark_received(each.sop_uid, catalogue.objects.put(each.sop_uid, b"x" * 500), "")
        return True

    list(Pool(store_one, workers=8).run(refs, CancelToken()))
    assert catalogue.instances.counts(STUDY) == Counts(200, 200)


def test_notes_stay(tmp_path: Path) -> None:
    first = a_catalogue(tmp_path)
    assert first.notes.get("read", []) == []
    first.notes.set("read", ["2.25.1", {"a": None}])
    first.notes.set("gone", 1)
    first.notes.delete("gone")
    first.close()
    second = a_catalogue(tmp_path)
    assert second.notes.get("read") == ["2.25.1", {"a": None}]
    assert second.notes.get("gone") is None
    second.close()
