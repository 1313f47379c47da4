"""Studies come whole: every instance checked, sealed, counted; what is broken or foreign is set aside by name."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.encaps import encapsulate
from pydicom.uid import UID

from tests.helpers.reader_at_site import ReaderAtSite, reader_at
from tests.helpers.small_studies import SmallStudy, file_of
from tests.unit.sync.conftest import CHEST, HEAD, HEAD_PRIOR
from workstation.catalogue.instances import Counts, InstanceRef
from workstation.demo_site.server import DemoSite
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.patient import PatientIdentity
from workstation.dicom.pydicom_elements import ObjectParts
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import Cancelled
from workstation.foundation.helper_process import Failure, HelperFailed
from workstation.sync.errors import Unreachable
from workstation.sync.instance_check import check_instance


def learn(reader: ReaderAtSite) -> None:
    """The worklist is known and the head CT is learned."""
    reader.engine.look_at_worklist(CancelToken())
    assert reader.transfer.learn(HEAD.study_uid) is not None


def download(reader: ReaderAtSite, study: SmallStudy = HEAD) -> Counts:
    return reader.transfer.download(study.study_uid, CancelToken())


def test_a_study_arrives_byte_for_byte(reader: ReaderAtSite) -> None:
    learn(reader)
    seen: list[int] = []
    reader.transfer.download(HEAD.study_uid, CancelToken(), lambda counts: seen.append(counts.received))
    assert seen == list(range(1, HEAD.instances + 1))
    assert reader.catalogue.instances.counts(HEAD.study_uid) == Counts(expected=6, received=6)
    for number in range(1, HEAD.instances + 1):
        assert reader.catalogue.objects.read(HEAD.sop_uid(number)) == HEAD.file(number)
    record = reader.catalogue.studies.get(HEAD.study_uid)
    assert record is not None
    assert (record.patient.patient_id, record.accession, record.body_part) == ("SYN-1", "A1", "HEAD")
    assert (record.instances_expected, record.modalities) == (6, ("CT",))


def test_the_beginnings_of_what_came_are_kept_together(reader: ReaderAtSite) -> None:
    learn(reader)
    download(reader)
    heads = reader.catalogue.headers.heads(HEAD.study_uid)
    received = {each.ref.sop_uid: each for each in reader.catalogue.instances.received(HEAD.study_uid)}
    assert set(heads) == set(received)
    for uid, head in heads.items():
        assert reader.catalogue.objects.read(uid).startswith(head.data)
        assert (head.sha256, head.size) == (received[uid].sha256, received[uid].size)
        with reader.catalogue.objects.open(uid) as sealed:
            assert sealed.identity == head.identity


def test_what_has_come_is_not_fetched_again(reader: ReaderAtSite, site: DemoSite) -> None:
    learn(reader)
    download(reader)
    site.faults.set("http_500", "wado")
    assert download(reader) == Counts(expected=6, received=6)


@pytest.mark.parametrize(
    ("fault", "value", "quarantined", "failed", "reason"),
    [
        ("broken_instance", "2:truncated", 2, 0, "cut short"),
        ("broken_instance", "1:garbage", 1, 0, "not a DICOM object"),
        ("foreign_instance", "2:patient", 2, 0, "another patient"),
        ("foreign_instance", "1:object", 1, 0, "another image"),
        ("missing_instance", "2", 0, 2, ""),
    ],
)
def test_a_bad_instance_is_named_and_the_rest_arrives(
    fault: str, value: str, quarantined: int, failed: int, reason: str, reader: ReaderAtSite, site: DemoSite
) -> None:
    site.faults.set(fault, value)
    learn(reader)
    bad = quarantined + failed
    assert download(reader) == Counts(expected=6, received=6 - bad, quarantined=quarantined, failed=failed)
    listed = reader.catalogue.instances.quarantined(HEAD.study_uid)
    assert len(listed) == quarantined
    for ref, why in listed:
        assert reason in why
        assert ref.series_number == 1
        assert not reader.catalogue.objects.exists(ref.sop_uid)
    condition = reader.conditions.current()[0]
    assert condition.text == f"{bad} of 6 images of “CT head” could not be used."
    if failed:
        site.faults.clear()
        assert download(reader) == Counts(expected=6, received=6)
        assert reader.conditions.current() == ()


def test_a_lost_line_keeps_what_has_come(reader: ReaderAtSite, site: DemoSite) -> None:
    learn(reader)
    site.faults.set("drop_response", "wado")
    with pytest.raises(Unreachable):
        download(reader)
    site.faults.set("drop_response", "wado:4")
    assert download(reader).received >= 4
    site.faults.clear()
    assert download(reader) == Counts(expected=6, received=6)


def test_a_cancelled_download_resumes_by_instance(reader: ReaderAtSite) -> None:
    learn(reader)
    token = CancelToken()

    def stop_after_one(_: Counts) -> None:
        token.cancel()

    with pytest.raises(Cancelled):
        reader.transfer.download(HEAD.study_uid, token, stop_after_one)
    received = reader.catalogue.instances.counts(HEAD.study_uid).received
    assert 1 <= received < 6 or received == 6
    assert download(reader) == Counts(expected=6, received=6)


def test_no_part_file_is_left_and_no_name_is_on_disk(reader: ReaderAtSite, tmp_path: Path) -> None:
    learn(reader)
    download(reader)
    for path in (tmp_path / "reader").rglob("*"):
        assert not path.name.endswith(".part")
        if path.is_file():
            assert b"SYNTHETIC" not in path.read_bytes()


def test_priors_of_the_same_patient_are_found_and_marked(reader: ReaderAtSite) -> None:
    learn(reader)
    patient = PatientIdentity("SYN-1", "", "SYNTHETIC^Ada", "19590314", "F")
    found = reader.transfer.find_priors(patient, HEAD.study_uid)
    assert [each.study_uid for each in found] == [HEAD_PRIOR.study_uid]
    prior = reader.catalogue.studies.get(HEAD_PRIOR.study_uid)
    assert prior is not None
    assert prior.is_prior_for == (HEAD.study_uid,)
    reader.transfer.learn(HEAD_PRIOR.study_uid)
    again = reader.catalogue.studies.get(HEAD_PRIOR.study_uid)
    assert again is not None
    assert again.is_prior_for == (HEAD.study_uid,)


def test_a_prior_that_contradicts_the_patient_is_left_out(reader: ReaderAtSite) -> None:
    learn(reader)
    other = PatientIdentity("SYN-1", "", "SYNTHETIC^Ada", "20010101", "F")
    assert reader.transfer.find_priors(other, HEAD.study_uid) == []
    assert reader.transfer.find_priors(PatientIdentity(), HEAD.study_uid) == []


def test_a_study_the_archive_does_not_have(reader: ReaderAtSite) -> None:
    assert reader.transfer.learn("2.25.404") is None
    assert reader.transfer.download("2.25.404", CancelToken()) == Counts()


def test_a_study_that_contradicts_its_order_can_be_viewed(
    reader: ReaderAtSite, site: DemoSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn(reader)
    uid = next(s.uid for s in reader.catalogue.items.all() if HEAD.study_uid in str(s.json))
    stored = reader.catalogue.items.get(uid)
    assert stored is not None
    wrong = {**stored.json, "00100020": {"vr": "LO", "Value": ["SYN-OTHER"]}}
    reader.catalogue.items.put(wrong, reader.site_clock.now())
    assert download(reader) == Counts(expected=6, received=6)
    mismatch = next(each for each in reader.conditions.current() if each.key.startswith("order-mismatch:"))
    assert "another patient than the order names" in mismatch.text
    assert "SYN" not in mismatch.text


def test_downloads_run_in_parallel(profile_path: Path, tmp_path: Path, site: DemoSite) -> None:
    reader = reader_at(profile_path, tmp_path / "parallel")
    learn(reader)
    running: list[int] = []
    most: list[int] = []
    lock = threading.Lock()
    fetch: Callable[..., bytes] = reader.dicomweb.instance

    def counted(*args: object, **kwargs: object) -> bytes:
        with lock:
            running.append(1)
            most.append(len(running))
        try:
            return fetch(*args, **kwargs)
        finally:
            with lock:
                running.pop()

    reader.dicomweb.instance = counted  # type: ignore[method-assign]
    site.faults.set("slow_ms", "60")
    download(reader)
    assert max(most) > 1
    reader.close()


PATIENT = PatientIdentity("SYN-1", "", "SYNTHETIC^Ada", "19590314", "F")


def _encapsulated() -> bytes:
    dataset = HEAD.dataset(1)
    dataset.file_meta.TransferSyntaxUID = UID("1.2.840.10008.1.2.4.80")
    dataset.PixelData = encapsulate([b"\xff\xd8 not really JPEG-LS \xff\xd9"])
    dataset["PixelData"].VR = "OB"
    return file_of(dataset)


ENCAPSULATED = _encapsulated()


def ref(number: int = 1) -> InstanceRef:
    return InstanceRef(HEAD.study_uid, HEAD.series_uid, HEAD.sop_uid(number))


def test_a_good_instance_passes() -> None:
    verdict = check_instance(HEAD.file(1), ref(), PATIENT, "SITE")
    assert (verdict.reason, verdict.transfer_syntax) == ("", "1.2.840.10008.1.2.1")
    assert verdict.header is not None
    assert verdict.header.rows == 32


def test_an_instance_of_another_issuer_is_foreign() -> None:
    dataset = HEAD.dataset(1)
    dataset.IssuerOfPatientID = "ELSEWHERE"
    assert "another patient" in check_instance(file_of(dataset), ref(), PATIENT, "SITE").reason


def test_a_different_name_alone_is_for_the_reader_to_judge() -> None:
    dataset = HEAD.dataset(1)
    dataset.PatientName = "SYNTHETIC^Married"
    assert check_instance(file_of(dataset), ref(), PATIENT, "SITE").reason == ""


def talks(test: Any) -> Any:
    """pydicom warns of a character set that was cut; the program turns its log off (foundation.logs)."""
    return pytest.mark.expects_log(pytest.mark.filterwarnings("ignore::UserWarning")(test))


@talks
@given(cut=st.integers(0, len(HEAD.file(1)) - 1))
def test_no_cut_file_passes(cut: int) -> None:
    assert check_instance(HEAD.file(1)[:cut], ref(), PATIENT, "SITE").reason


@talks
@given(cut=st.integers(0, len(ENCAPSULATED) - 5))  # the delimiter's own length is nobody's loss
def test_no_cut_compressed_file_passes(cut: int) -> None:
    assert check_instance(ENCAPSULATED[:cut], ref(), PATIENT, "SITE").reason


def test_a_value_cut_in_two_is_set_aside_too() -> None:
    assert check_instance(ENCAPSULATED[:859], ref(), PATIENT, "SITE").reason


def test_a_whole_compressed_file_passes() -> None:
    assert check_instance(ENCAPSULATED, ref(), PATIENT, "SITE").reason == ""


@talks
@given(data=st.binary(max_size=400))
def test_noise_is_set_aside_in_words(data: bytes) -> None:
    assert check_instance(data, ref(), PATIENT, "SITE").reason


def test_the_chest_is_not_the_head(reader: ReaderAtSite) -> None:
    learn(reader)
    reader.transfer.learn(CHEST.study_uid)
    assert reader.transfer.find_priors(PATIENT, HEAD.study_uid) != []
    chest = reader.catalogue.studies.get(CHEST.study_uid)
    assert chest is not None
    assert chest.is_prior_for == ()


def test_a_study_without_patient_number_can_be_viewed() -> None:
    """Nobody can be compared with; that the study cannot be signed is for reading to say."""
    assert check_instance(HEAD.file(1), ref(), PatientIdentity(name="UNKNOWN"), "SITE").reason == ""


class Reads:
    """Reads unusual objects as it is told."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def read(self, data: bytes) -> ObjectParts:
        raise self.error


def _unusual() -> bytes:
    """The same instance, whose meta information lies about its length: not for our own walker."""
    data = HEAD.file(1)
    return data[:140] + b"\xff\xff\xff\x7f" + data[144:]


def test_unusual_files_are_read_where_they_can_do_no_harm() -> None:
    data = _unusual()
    damaged = Reads(UnreadableInstance("A file cannot be read: it took too long."))
    assert check_instance(data, ref(), PATIENT, "SITE").reason == ""
    assert check_instance(data, ref(), PATIENT, "SITE", damaged).reason == "A file cannot be read: it took too long."
    assert check_instance(HEAD.file(1), ref(), PATIENT, "SITE", damaged).reason == ""


def test_no_image_is_set_aside_because_this_computer_lacks_a_process() -> None:
    with pytest.raises(HelperFailed):
        check_instance(_unusual(), ref(), PATIENT, "SITE", Reads(HelperFailed(Failure.NOT_STARTED)))
