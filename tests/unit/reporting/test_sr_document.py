"""The structured report, judged by dciodvfy, dsrdump and pydicom."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from tests.helpers.reports import (
    CURRENT,
    LINKED,
    NAMES,
    PRIOR,
    a_correction,
    a_linked_report,
    a_report,
    a_study,
    an_order,
)
from workstation.dicom.patient import PatientIdentity
from workstation.dicom.reading import read_dataset
from workstation.dicom.sr_content import content_digest, sr_as_text
from workstation.reporting.canonical import Acknowledgement, Author, CanonicalReport, Section
from workstation.reporting.sr_document import render_sr
from workstation.reporting.uids import series_instance_uid, sop_instance_uid


def _read(report: CanonicalReport) -> Dataset:
    return pydicom.dcmread(io.BytesIO(render_sr(report)))


def _verdict(tool: list[str], report: CanonicalReport, folder: Path) -> str:
    path = folder / "report.dcm"
    path.write_bytes(render_sr(report))
    done = subprocess.run([*tool, str(path)], capture_output=True, check=False, timeout=60)
    return (done.stdout + done.stderr).decode("utf-8", "replace")


def _with_name(name: str) -> CanonicalReport:
    report = a_report(
        patient=PatientIdentity("P-1", "SITE", name, "19580723", "F"),
        author=Author("a-user-id-of-many-letters@hospital.example", name, "Hôpital Saint-Étienne"),
        orders=(an_order(referrer=name, procedure="Scanner crânien « à blanc »"),),
    )
    return replace(report, acknowledgements=(Acknowledgement("images:1", f"Two images missing; {name} was told."),))


REPORTS = {
    "one": a_report(),
    "linked": a_linked_report(),
    "correction": a_correction(a_report()),
    "addendum": replace(a_correction(a_report()), kind="addendum"),
    "bare": a_report(
        patient=PatientIdentity("P-1"),
        orders=(
            replace(an_order(), issuer="", procedure_code=("", "", ""), placer_order="", filler_order="", referrer=""),
        ),
        studies=(replace(a_study(images=0), date="", time="", description=""),),
        author=Author("u", "Reader"),
    ),
    "own section": a_report(sections=(Section("bones", "Skull, orbits and sinuses", "No fracture.\n\nNo effusion."),)),
    **{f"name {number}": _with_name(name) for number, name in enumerate(NAMES)},
}


@pytest.mark.parametrize("name", REPORTS)
def test_dciodvfy_finds_no_error(name: str, tmp_path: Path) -> None:
    said = _verdict(["dciodvfy"], REPORTS[name], tmp_path)
    assert "EnhancedSR" in said
    assert "Error" not in said
    expected = ("99LIGHTBOX", "Retired Person Name form", "needed to build DICOMDIR")
    assert not [line for line in said.splitlines() if "Warning" in line and not any(each in line for each in expected)]


@pytest.mark.parametrize("name", REPORTS)
def test_dsrdump_renders_it(name: str, tmp_path: Path) -> None:
    said = _verdict(["dsrdump", "+Pl"], REPORTS[name], tmp_path)
    assert "Enhanced SR Document" in said
    assert "Verification Flag   : VERIFIED" in said
    assert "error" not in said.lower()


def test_dsrdump_shows_the_whole_text(tmp_path: Path) -> None:
    said = _verdict(["dsrdump", "+Pl"], a_report(), tmp_path)
    assert "hyperdense extra-axial collection along the left convexity, up to 11 mm thick." in said
    assert "Acute left subdural haematoma." in said
    assert "2026-03-01 09:05:09 -05:00, Demo^Renata^^Dr" in said


def test_rendering_twice_gives_the_same_bytes() -> None:
    assert render_sr(a_report()) == render_sr(a_report())


def test_identifiers_follow_from_report_and_version() -> None:
    report = a_report()
    dataset = _read(report)
    assert dataset.SOPInstanceUID == sop_instance_uid(report.report_id, 1, "SR")
    assert dataset.SeriesInstanceUID == series_instance_uid(report.report_id, "SR")
    assert dataset.StudyInstanceUID == CURRENT
    assert dataset.file_meta.MediaStorageSOPInstanceUID == dataset.SOPInstanceUID


def test_it_is_complete_final_and_verified_by_its_author() -> None:
    dataset = _read(a_report())
    assert (dataset.CompletionFlag, dataset.VerificationFlag, dataset.PreliminaryFlag) == (
        "COMPLETE",
        "VERIFIED",
        "FINAL",
    )
    verifier = dataset.VerifyingObserverSequence[0]
    assert verifier.VerifyingObserverName == "Demo^Renata^^Dr"
    assert verifier.VerifyingOrganization == "Harbour Imaging Centre"
    assert verifier.VerificationDateTime == "20260301090509-0500"
    code = verifier.VerifyingObserverIdentificationCodeSequence[0]
    assert (code.CodeValue, code.CodingSchemeDesignator) == ("dr.demo", "99LIGHTBOX")
    author = dataset.AuthorObserverSequence[0]
    assert (author.ObserverType, author.InstitutionName) == ("PSN", "Harbour Imaging Centre")
    assert (dataset.ContentDate, dataset.ContentTime) == ("20260301", "090509")


def test_the_evidence_names_every_image_of_every_study() -> None:
    dataset = _read(a_report())
    (current,) = dataset.CurrentRequestedProcedureEvidenceSequence
    (prior,) = dataset.PertinentOtherEvidenceSequence
    assert (current.StudyInstanceUID, prior.StudyInstanceUID) == (CURRENT, PRIOR)
    references = current.ReferencedSeriesSequence[0].ReferencedSOPSequence
    assert [each.ReferencedSOPInstanceUID for each in references] == [f"{CURRENT}.1.{n}" for n in (1, 2, 3)]


def test_linked_accessions_are_both_referenced() -> None:
    dataset = _read(a_linked_report())
    requests = [(each.AccessionNumber, each.StudyInstanceUID) for each in dataset.ReferencedRequestSequence]
    assert requests == [("A-5001", CURRENT), ("A-5002", LINKED)]
    assert [each.CodeValue for each in dataset.PerformedProcedureCodeSequence] == ["24627-2", "41806-1"]
    evidence = [each.StudyInstanceUID for each in dataset.CurrentRequestedProcedureEvidenceSequence]
    assert evidence == [CURRENT, LINKED]
    issuer = dataset.ReferencedRequestSequence[0].IssuerOfAccessionNumberSequence[0]
    assert issuer.LocalNamespaceEntityID == "SITE"


def test_a_new_version_points_to_the_one_it_replaces() -> None:
    first = a_report()
    second = _read(a_correction(first))
    (study,) = second.PredecessorDocumentsSequence
    reference = study.ReferencedSeriesSequence[0].ReferencedSOPSequence[0]
    assert study.StudyInstanceUID == CURRENT
    assert reference.ReferencedSOPInstanceUID == _read(first).SOPInstanceUID
    assert second.SOPInstanceUID != _read(first).SOPInstanceUID
    assert second.SeriesInstanceUID == _read(first).SeriesInstanceUID
    assert second.InstanceNumber == 2
    assert second.CompletionFlagDescription == "Corrected report"
    assert "PredecessorDocumentsSequence" not in _read(first)


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_script_come_back_as_they_went_in(name: str) -> None:
    dataset = _read(_with_name(name))
    assert dataset.SpecificCharacterSet == "ISO_IR 192"
    assert str(dataset.PatientName) == name
    assert str(dataset.ReferringPhysicianName) == name
    assert f"Two images missing; {name} was told." in sr_as_text(dataset)


def test_long_user_ids_become_long_code_values() -> None:
    code = _read(_with_name(NAMES[0])).VerifyingObserverSequence[0].VerifyingObserverIdentificationCodeSequence[0]
    assert code.LongCodeValue == "a-user-id-of-many-letters@hospital.example"
    assert "CodeValue" not in code


def test_identifiers_that_break_the_rules_come_back_as_the_site_sent_them() -> None:
    accession, study_uid = "ACCESSION-OF-MORE-THAN-16", "1.2.03.4"
    report = a_report(orders=(an_order(accession, study_uid),), studies=(a_study(study_uid),))
    dataset = read_dataset(render_sr(report))
    assert dataset["AccessionNumber"].value == accession
    assert dataset["StudyInstanceUID"].value == study_uid
    assert dataset.ReferencedRequestSequence[0]["AccessionNumber"].value == accession


def test_malformed_dates_are_left_empty() -> None:
    report = a_report(
        patient=PatientIdentity("P-1", birth_date="1958"), studies=(replace(a_study(), date="20261399", time="25:00"),)
    )
    dataset = _read(report)
    assert (dataset.PatientBirthDate, dataset.StudyDate, dataset.StudyTime) == ("", "", "")


def test_a_backslash_does_not_part_a_value() -> None:
    dataset = _read(a_report(author=Author("DOMAIN\\user", "A\\B", "X\\Y")))
    assert dataset.InstitutionName == "X/Y"
    assert dataset.AuthorObserverSequence[0].PersonName == "A/B"


def test_the_digest_used_for_proof_sees_one_changed_word() -> None:
    digests = {content_digest(_read(report)) for report in (a_report(), a_correction(a_report(), "1. None."))}
    assert len(digests) == 2
    assert content_digest(_read(a_report())) in digests


def test_text_keeps_its_lines() -> None:
    items = _read(a_report()).ContentSequence
    findings = next(each for each in items if each.ConceptNameCodeSequence[0].CodeMeaning == "Findings")
    value = findings.ContentSequence[0].TextValue
    assert value.count("\r\n") == 3
    assert "\n" not in value.replace("\r\n", "")
