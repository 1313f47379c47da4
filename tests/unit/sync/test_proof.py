"""What counts as proof that a document arrived, and what the site may change on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydicom.dataset import Dataset

from tests.helpers.small_reports import a_pdf, an_sr
from tests.helpers.small_studies import SmallStudy, file_of
from workstation.sync.errors import Refused
from workstation.sync.proof import Finding, Proof, prove_completed, prove_document

STUDY = SmallStudy()


class FakeArchive:
    """Gives back one file, or refuses."""

    def __init__(self, content: bytes | Refused) -> None:
        self._content = content
        self.asked: tuple[str, ...] = ()

    def instance(self, study_uid: str, series_uid: str, sop_uid: str) -> bytes:
        self.asked = (study_uid, series_uid, sop_uid)
        if isinstance(self._content, Refused):
            raise self._content
        return self._content


def proof(sent: Dataset, back: bytes | Refused, **options: Any) -> Proof:
    return prove_document(file_of(sent), FakeArchive(back), **options)  # type: ignore[arg-type]


def changed(made: Dataset, change: Callable[[Dataset], None]) -> bytes:
    change(made)
    return file_of(made)


def set_(keyword: str, value: str) -> Callable[[Dataset], None]:
    return lambda dataset: setattr(dataset, keyword, value)


@pytest.mark.parametrize("make", [an_sr, a_pdf])
def test_the_same_bytes_are_proof(make: Callable[[SmallStudy], Dataset]) -> None:
    found = proof(make(STUDY), file_of(make(STUDY)))
    assert found == Proof(Finding.PROVEN, "read back from the archive, identical to the byte")


@pytest.mark.parametrize("make", [an_sr, a_pdf])
def test_a_rewritten_header_with_the_same_content_is_proof(make: Callable[[SmallStudy], Dataset]) -> None:
    found = proof(make(STUDY), changed(make(STUDY), set_("InstitutionName", "Elsewhere")))
    assert found == Proof(Finding.PROVEN, "read back from the archive with the same content")


def test_what_is_not_there_is_absent() -> None:
    assert proof(an_sr(STUDY), Refused("the archive", 404)).finding is Finding.ABSENT


def test_a_refusal_says_nothing() -> None:
    with pytest.raises(Refused):
        proof(an_sr(STUDY), Refused("the archive", 500))


def test_noise_is_not_the_report() -> None:
    assert proof(an_sr(STUDY), b"noise").finding is Finding.DIFFERENT


@pytest.mark.parametrize(
    ("keyword", "value", "words"),
    [
        ("SOPInstanceUID", "2.25.1", "other identifiers"),
        ("StudyInstanceUID", "2.25.1", "other identifiers"),
        ("PatientID", "SYN-9", "another patient"),
        ("PatientBirthDate", "20000101", "another patient"),
        ("PatientName", "SYNTHETIC^Other", "another patient"),
        ("AccessionNumber", "A9", "another accession number"),
    ],
)
def test_a_document_of_another_identity_is_no_proof(keyword: str, value: str, words: str) -> None:
    found = proof(an_sr(STUDY), changed(an_sr(STUDY), set_(keyword, value)))
    assert (found.finding, words in found.text) == (Finding.DIFFERENT, True)
    assert value not in found.text


@pytest.mark.parametrize(
    ("coerced", "keyword", "value"),
    [
        ("patient_id", "PatientID", "LOCAL-77"),
        ("issuer", "IssuerOfPatientID", "LOCAL"),
        ("name", "PatientName", "SYNTHETIC^ADA^MARIE"),
        ("accession", "AccessionNumber", "LOCAL-1"),
    ],
)
def test_the_site_may_change_what_the_profile_lists(coerced: str, keyword: str, value: str) -> None:
    back = changed(an_sr(STUDY), set_(keyword, value))
    assert proof(an_sr(STUDY), back, default_issuer="SITE").finding is Finding.DIFFERENT
    assert proof(an_sr(STUDY), back, default_issuer="SITE", coerced=(coerced,)).finding is Finding.PROVEN


def test_another_text_is_no_proof_whatever_is_coerced() -> None:
    everything = ("patient_id", "issuer", "name", "accession")
    found = proof(an_sr(STUDY), file_of(an_sr(STUDY, "Large bleed.")), coerced=everything)
    assert (found.finding, "another content" in found.text) == (Finding.DIFFERENT, True)
    assert "bleed" not in found.text


def test_another_pdf_is_no_proof() -> None:
    other = changed(a_pdf(STUDY), lambda made: setattr(made, "EncapsulatedDocument", b"%PDF-1.7 other %%EOF"))
    assert proof(a_pdf(STUDY), other).finding is Finding.DIFFERENT


def test_a_document_of_another_kind_is_no_proof() -> None:
    class_changed = changed(an_sr(STUDY), set_("SOPClassUID", "1.2.840.10008.5.1.4.1.1.88.33"))
    assert proof(an_sr(STUDY), class_changed).finding is Finding.DIFFERENT


@pytest.mark.parametrize(
    ("state", "finding"),
    [
        ("COMPLETED", Finding.PROVEN),
        ("IN PROGRESS", Finding.ABSENT),
        ("CANCELED", Finding.DIFFERENT),
        ("", Finding.DIFFERENT),
    ],
)
def test_a_completed_item_is_seen_as_completed(state: str, finding: Finding) -> None:
    class Worklist:
        def retrieve(self, uid: str) -> dict[str, Any]:
            return {"00741000": {"vr": "CS", "Value": [state]}}

    assert prove_completed(Worklist(), "1.2").finding is finding  # type: ignore[arg-type]


def completed_with(*sop_uids: str) -> dict[str, Any]:
    instances = [{"00081155": {"vr": "UI", "Value": [uid]}} for uid in sop_uids]
    output = {"00081199": {"vr": "SQ", "Value": instances}}
    performed = {"00404033": {"vr": "SQ", "Value": [output]}}
    return {"00741000": {"vr": "CS", "Value": ["COMPLETED"]}, "00741216": {"vr": "SQ", "Value": [performed]}}


@pytest.mark.parametrize(
    ("shown", "finding"),
    [(("2.25.1", "2.25.2"), Finding.PROVEN), ((), Finding.PROVEN), (("2.25.9",), Finding.DIFFERENT)],
)
def test_completed_by_somebody_else_is_no_proof_of_ours(shown: tuple[str, ...], finding: Finding) -> None:
    class Worklist:
        def retrieve(self, uid: str) -> dict[str, Any]:
            return completed_with(*shown)

    assert prove_completed(Worklist(), "1.2", ("2.25.1", "2.25.2")).finding is finding  # type: ignore[arg-type]
