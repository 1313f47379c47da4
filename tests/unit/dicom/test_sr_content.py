from __future__ import annotations

import copy
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from tests.helpers.pixel_objects import sequence
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.reading import read_dataset
from workstation.dicom.sr_content import content_digest, pdf_bytes, sr_as_text


def code_item(value: str, meaning: str, scheme: str = "DCM") -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def content_item(kind: str, name: str, relationship: str = "CONTAINS", **values: object) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType = relationship, kind
    item.ConceptNameCodeSequence = sequence(code_item(name[:8], name))
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def report() -> Dataset:
    measured = Dataset()
    measured.NumericValue = "1.50"
    measured.MeasurementUnitsCodeSequence = sequence(code_item("mm", "millimetre", "UCUM"))
    root = content_item("CONTAINER", "Diagnostic imaging report", ContinuityOfContent="SEPARATE")
    findings = content_item("CONTAINER", "Findings", ContinuityOfContent="SEPARATE")
    findings.ContentSequence = sequence(
        content_item("TEXT", "Finding", TextValue="No haemorrhage.\r\nNo shift."),
        content_item("NUM", "Diameter", MeasuredValueSequence=sequence(measured)),
        content_item("CODE", "Procedure", ConceptCodeSequence=sequence(code_item("CT", "CT head"))),
        content_item("PNAME", "Observer", "HAS OBS CONTEXT", PersonName="Demo^Dora"),
    )
    root.ContentSequence = sequence(findings)
    root.PatientName, root.AccessionNumber = "SYNTHETIC^Ann", "ACC-1"
    return root


def test_the_header_does_not_count() -> None:
    other = report()
    other.PatientName, other.AccessionNumber, other.InstitutionName = "Somebody^Else", "X", "Y"
    assert content_digest(other) == content_digest(report())


def test_line_ends_padding_and_ways_to_write_a_number_do_not_count() -> None:
    other = report()
    items = other.ContentSequence[0].ContentSequence
    items[0].TextValue = "No haemorrhage. \nNo shift. "
    items[1].MeasuredValueSequence[0].NumericValue = "1.5"
    assert content_digest(other) == content_digest(report())


@pytest.mark.parametrize("change", ["text", "order", "number", "code", "removed", "relationship", "unit"])
def test_every_change_of_content_counts(change: str) -> None:
    other = copy.deepcopy(report())
    items = other.ContentSequence[0].ContentSequence
    match change:
        case "text":
            items[0].TextValue = "Haemorrhage.\nNo shift."
        case "order":
            items[0], items[2] = items[2], items[0]
        case "number":
            items[1].MeasuredValueSequence[0].NumericValue = "15"
        case "code":
            items[2].ConceptCodeSequence[0].CodeValue = "MR"
        case "removed":
            del items[3]
        case "relationship":
            items[3].RelationshipType = "CONTAINS"
        case "unit":
            items[1].MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue = "cm"
    assert content_digest(other) != content_digest(report())


def test_as_text() -> None:
    assert sr_as_text(report()).splitlines() == [
        "Diagnostic imaging report", "", "FINDINGS", "No haemorrhage.", "No shift.", "Diameter: 1.50 millimetre",
        "Procedure: CT head", "Observer: Demo, Dora",
    ]  # fmt: skip


def test_a_real_report(open_data: Path) -> None:
    dataset = read_dataset((open_data / "sr_tid1500_dcmqi/sr.dcm").read_bytes())
    assert "IMAGING MEASUREMENTS" in sr_as_text(dataset)
    assert content_digest(dataset) == content_digest(copy.deepcopy(dataset))


def test_no_content_tree() -> None:
    with pytest.raises(UnreadableInstance, match="content tree"):
        content_digest(Dataset())


def test_nesting_beyond_reason_is_refused() -> None:
    item = content_item("CONTAINER", "deep")
    for _ in range(100):
        outer = content_item("CONTAINER", "deep")
        outer.ContentSequence = sequence(item)
        item = outer
    with pytest.raises(UnreadableInstance, match="deeply"):
        content_digest(item)
    assert sr_as_text(item)


def test_pdf(open_data: Path) -> None:
    dataset = read_dataset((open_data / "composed_objects/encapsulated_pdf_prior_report.dcm").read_bytes())
    assert pdf_bytes(dataset).startswith(b"%PDF-")
    dataset.EncapsulatedDocument, dataset.EncapsulatedDocumentLength = b"%PDF-1\0", 6
    assert pdf_bytes(dataset) == b"%PDF-1"
    with pytest.raises(UnreadableInstance, match="no document"):
        pdf_bytes(Dataset())
