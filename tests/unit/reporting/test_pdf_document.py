"""The letter, judged by poppler, pyHanko and dciodvfy."""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from tests.helpers.reports import (
    CURRENT,
    LINKED,
    NAMES,
    a_correction,
    a_linked_report,
    a_reader,
    a_report,
    an_authority,
    an_order,
)
from workstation.dicom.patient import PatientIdentity
from workstation.dicom.sr_content import pdf_bytes
from workstation.reporting.canonical import Acknowledgement, Author, CanonicalReport, Section
from workstation.reporting.errors import UnreadableReport
from workstation.reporting.pdf_document import encapsulate_pdf, render_pdf
from workstation.reporting.pdf_glyphs import STAND_IN
from workstation.reporting.pdf_signature import _asn1, pdf_checks
from workstation.reporting.uids import series_instance_uid, sop_instance_uid

SITE = an_authority()
READER = a_reader(SITE, days=3650)


def _pdf(report: CanonicalReport, paper: str = "A4") -> bytes:
    return render_pdf(report, READER.key, READER.chain, paper=paper)


def _pages(pdf: bytes, folder: Path) -> list[str]:
    path = folder / "report.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, timeout=60)
    return done.stdout.decode("utf-8").split("\f")[:-1]


def _text(report: CanonicalReport, folder: Path) -> str:
    return "\n".join(_pages(_pdf(report), folder))


@pytest.fixture(scope="module")
def letter() -> bytes:
    return _pdf(a_report())


def test_pdftotext_finds_everything(letter: bytes, tmp_path: Path) -> None:
    (page,) = _pages(letter, tmp_path)
    for expected in (
        "Harbour Imaging Centre",
        "SYNTHETIC, Ada Maria",
        "P-100-7 (SITE)",
        "23 July 1958 (67 y at the examination)",
        "female",
        "Dr Ngozi Okafor",
        "CT head without contrast",
        "1 March 2026, 13:42",
        "A-4711",
        "Indication: Fall from a ladder, confused.",
        "There is a hyperdense extra-axial collection along the left convexity, up to 11 mm thick.",
        "Impression",
        "1. Acute left subdural haematoma.",
        "Dr Renata Demo",
        "Electronically signed on 1 March 2026, 09:05 EST",
        "Earlier studies at hand: CT head, 11 February 2024",
        "Diagnostic monitor 1: not checked.",
        f"SHA-256 {a_report().sha256}",
        "Page 1 of 1",
    ):
        assert expected in page, expected
    assert STAND_IN not in page


def test_long_reports_name_patient_accession_and_page_on_every_page(tmp_path: Path) -> None:
    findings = "\n\n".join(f"Paragraph {n}. " + "The liver is normal in size and outline. " * 12 for n in range(1, 85))
    report = a_report(sections=(Section("findings", "Findings", findings), *a_report().sections[-1:]))
    pages = _pages(_pdf(report), tmp_path)
    assert len(pages) >= 10
    for number, page in enumerate(pages, start=1):
        foot = " ".join(page.strip().splitlines()[-1].split())
        expected = "SYNTHETIC, Ada Maria · P-100-7 · born 23 July 1958 · accession A-4711"
        assert foot == f"{expected} Page {number} of {len(pages)}"
    whole = "\n".join(pages)
    assert all(f"Paragraph {number}." in whole for number in range(1, 85))


def test_a_heading_never_stands_alone_at_the_foot(tmp_path: Path) -> None:
    for lines in range(26, 40, 3):
        text = "\n".join(f"Line {n}" for n in range(lines))
        sections = (
            Section("findings", "Findings", text),
            Section("recommendation", "Recommendation", "Control in a week."),
        )
        for page in _pages(_pdf(a_report(sections=sections)), tmp_path):
            if "Recommendation" in page:
                assert "Control in a week." in page


def test_linked_accessions_share_one_letter(tmp_path: Path) -> None:
    text = _text(a_linked_report(), tmp_path)
    for expected in ("CT chest", "CT abdomen", "A-5001", "A-5002", "accession A-5001, A-5002"):
        assert expected in text


def test_many_orders_and_long_names_stay_on_the_paper(tmp_path: Path) -> None:
    report = a_report(
        patient=PatientIdentity(
            "P" * 40, "I" * 30, "Montgomery-Featherstonehaugh^Wilhelmina^Alexandrina", "19800101", "F"
        ),
        orders=tuple(
            an_order(f"ACC-2026-{n:07d}", procedure="CT of thorax, abdomen and pelvis, portal venous")
            for n in range(30)
        ),
    )
    pages = _pages(_pdf(report), tmp_path)
    assert all(f"ACC-2026-{n:07d}" in "".join(pages) for n in range(30))
    assert all("(30 in all, see page 1)" in page for page in pages)


def test_a_correction_says_so_on_the_first_page(tmp_path: Path) -> None:
    text = _text(a_correction(a_report()), tmp_path)
    assert "Corrected report: version 2. It replaces version 1." in text
    assert "Corrected, version 2" in text
    addendum = replace(a_correction(a_report()), kind="addendum")
    assert "Report with addendum: version 2." in _text(addendum, tmp_path)


def test_acknowledgements_stand_in_the_letter(tmp_path: Path) -> None:
    report = a_report(
        acknowledgements=(Acknowledgement("images:1", "Two of 120 images missing, diagnosis not affected."),)
    )
    assert "Acknowledged at signing: Two of 120 images missing" in _text(report, tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_printed_or_the_letter_says_that_they_are_not(name: str, tmp_path: Path) -> None:
    family = name.split("=", maxsplit=1)[0].split("^", maxsplit=1)[0]
    text = _text(a_report(patient=PatientIdentity("P-1", "", name), author=Author("u", name)), tmp_path)
    if "العربي" in name:
        assert STAND_IN in text
        assert "Some characters (Arabic) cannot be printed" in text
        assert "The structured report of this examination holds them in full." in " ".join(text.split())
    else:
        assert family in text
        assert "cannot be printed" not in text


def test_text_in_another_script_is_announced_not_dropped(tmp_path: Path) -> None:
    report = a_report(sections=(Section("findings", "Findings", "Patient 山田 told. ≤ 5 mm → 10⁶ ℃ Ａ \U0001fac0"),))
    text = _text(report, tmp_path)
    assert f"Patient {STAND_IN * 2} told. ≤ 5 mm → 10⁶ °C A {STAND_IN}" in text
    assert "Some characters (Japanese or Chinese, symbols) cannot be printed" in text


def test_it_can_be_printed_on_letter_paper(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(_pdf(a_report(), "Letter"))
    said = subprocess.run(["pdfinfo", str(path)], capture_output=True, check=True, timeout=60).stdout.decode()
    assert "612 x 792 pts (letter)" in said
    assert "Title:           Diagnostic imaging report" in said
    assert "Ada" not in said  # document properties name no patient


def test_pyhanko_validates_the_signature(letter: bytes) -> None:
    signature = PdfFileReader(io.BytesIO(letter)).embedded_signatures[0]
    context = ValidationContext(
        trust_roots=[_asn1(SITE.certificate)], allow_fetching=False, revocation_mode="soft-fail"
    )
    status = validate_pdf_signature(signature, context)
    assert status.bottom_line
    assert status.trusted
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    assert signature.sig_object["/SubFilter"] == SigSeedSubFilter.PADES.value
    assert status.docmdp_ok


def test_its_own_checks_agree(letter: bytes) -> None:
    assert all(check.ok for check in pdf_checks(letter, [SITE.certificate]))


def test_a_letter_of_another_site_is_not_trusted(letter: bytes) -> None:
    checks = pdf_checks(letter, [an_authority().certificate])
    assert {check.name: check.ok for check in checks} == {"integrity": True, "signer": False}


def test_a_flipped_byte_breaks_the_signature(letter: bytes) -> None:
    for place in range(40, letter.index(b"/Contents <"), 1500):
        tampered = bytearray(letter)
        tampered[place] ^= 1
        try:
            checks = pdf_checks(bytes(tampered), [SITE.certificate])
        except UnreadableReport:
            continue
        assert not checks[0].ok, place


def test_something_added_breaks_the_signature(letter: bytes) -> None:
    assert not pdf_checks(letter + b"\n% more\n", [SITE.certificate])[0].ok


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"hello"])
def test_another_file_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableReport):
        pdf_checks(content, [SITE.certificate])


@pytest.mark.parametrize("report", [a_report(), a_linked_report(), a_correction(a_report())])
def test_dciodvfy_finds_nothing_in_the_encapsulated_pdf(report: CanonicalReport, tmp_path: Path) -> None:
    path = tmp_path / "report.dcm"
    path.write_bytes(encapsulate_pdf(_pdf(report), report))
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, check=False, timeout=60)
    said = (done.stdout + done.stderr).decode()
    assert "EncapsulatedPDF" in said
    assert "Error" not in said
    assert "Warning" not in said


@pytest.mark.parametrize("name", NAMES)
def test_the_encapsulated_pdf_takes_any_name(name: str, tmp_path: Path) -> None:
    report = a_report(patient=PatientIdentity("P-1", "", name, "19580723", "F"))
    path = tmp_path / "report.dcm"
    path.write_bytes(encapsulate_pdf(b"%PDF-1.7", report))
    done = subprocess.run(["dciodvfy", str(path)], capture_output=True, check=False, timeout=60)
    assert b"Error" not in done.stdout + done.stderr
    assert str(pydicom.dcmread(path).PatientName) == name


@pytest.mark.parametrize("padding", [b"", b"x"])
def test_the_pdf_inside_is_the_pdf_byte_for_byte(letter: bytes, padding: bytes) -> None:
    report = a_report()
    dataset = pydicom.dcmread(io.BytesIO(encapsulate_pdf(letter + padding, report)))
    assert pdf_bytes(dataset) == letter + padding
    assert dataset.SOPInstanceUID == sop_instance_uid(report.report_id, 1, "PDF")
    assert dataset.SeriesInstanceUID == series_instance_uid(report.report_id, "PDF")
    assert dataset.VerificationFlag == "VERIFIED"


def test_every_order_stands_in_the_encapsulated_pdf() -> None:
    dataset = pydicom.dcmread(io.BytesIO(encapsulate_pdf(b"%PDF-1.7", a_linked_report())))
    requests = [(each.AccessionNumber, each.StudyInstanceUID) for each in dataset.RequestAttributesSequence]
    assert requests == [("A-5001", CURRENT), ("A-5002", LINKED)]
