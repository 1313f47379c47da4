"""Earlier reports of the demo patients: a Basic Text SR (TID 2000) or an Encapsulated PDF in the prior study."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, BasicTextSRStorage, EncapsulatedPDFStorage, ExplicitVRLittleEndian

from workstation.demo_site.dicom_json import uid_from
from workstation.demo_site.stories import EarlierReport, Story
from workstation.demo_site.studies_on_disk import StudyOnDisk
from workstation.foundation.files import make_private_folder

_TITLE = ("18748-4", "LN", "Diagnostic imaging report")
_SECTIONS = (("121070", "DCM", "Findings"), ("121072", "DCM", "Impressions"))
_FINDING, _IMPRESSION = ("121071", "DCM", "Finding"), ("121073", "DCM", "Impression")
_AUTHOR, _ORGANISATION = "Second^Sam^^Dr", "Lightbox Demo Hospital"
_PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
)
_IMPLEMENTATION = UID(uid_from("implementation"))


def write_prior_reports(folder: Path, stories: Iterable[Story], studies: Mapping[str, StudyOnDisk]) -> None:
    """Write ``folder/KEY/report.dcm`` for every prior of a synthetic patient that has a report and is there."""
    for story in stories:
        study = studies.get(story.key)
        if study is None or story.report is None or not study.is_synthetic:
            continue
        path = make_private_folder(folder / story.key) / "report.dcm"
        if not path.is_file():
            dataset = pdf_report(study, story.report) if story.report.form == "pdf" else sr_report(study, story.report)
            dataset.save_as(path, enforce_file_format=True)


def sr_report(study: StudyOnDisk, report: EarlierReport) -> FileDataset:
    """A verified Basic Text SR (PS3.3 A.35.1)."""
    dataset = _document(study, BasicTextSRStorage, modality="SR")
    dataset.CompletionFlag, dataset.VerificationFlag = "COMPLETE", "VERIFIED"
    dataset.ReferencedPerformedProcedureStepSequence = Sequence()
    dataset.PerformedProcedureCodeSequence = Sequence()
    dataset.VerifyingObserverSequence = Sequence([_observer(dataset)])
    dataset.ValueType, dataset.ContinuityOfContent = "CONTAINER", "SEPARATE"
    dataset.ConceptNameCodeSequence = Sequence([_code(*_TITLE)])
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "2000"
    dataset.ContentTemplateSequence = Sequence([template])
    texts = ((_FINDING, report.findings), (_IMPRESSION, report.impression))
    dataset.ContentSequence = Sequence(
        [
            _language(),
            *(_section(heading, concept, text) for heading, (concept, text) in zip(_SECTIONS, texts, strict=True)),
        ]
    )
    return dataset


def pdf_report(study: StudyOnDisk, report: EarlierReport) -> FileDataset:
    """An Encapsulated PDF (PS3.3 A.45.1)."""
    dataset = _document(study, EncapsulatedPDFStorage, modality="DOC")
    dataset.ConversionType = "WSD"
    dataset.BurnedInAnnotation = "YES"
    dataset.AcquisitionDateTime = dataset.ContentDate + dataset.ContentTime
    dataset.DocumentTitle = "Diagnostic imaging report"
    dataset.ConceptNameCodeSequence = Sequence([_code(*_TITLE)])
    dataset.MIMETypeOfEncapsulatedDocument = "application/pdf"
    document = pdf_of(_lines(study, report))
    dataset.EncapsulatedDocument = document + b"\n" * (len(document) % 2)
    return dataset


def pdf_of(lines: Iterable[str]) -> bytes:
    """A one-page A4 PDF of plain lines in Helvetica (ISO 32000-1; text in Windows-1252)."""
    shown = "".join(f"({_pdf_text(line)}) Tj T*\n" for line in lines)
    stream = f"BT /F1 11 Tf 15 TL 60 780 Td\n{shown}ET\n".encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        _PAGE,
        b"<< /Length %d >>\nstream\n%sendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def _pdf_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _lines(study: StudyOnDisk, report: EarlierReport) -> list[str]:
    lines = ["DIAGNOSTIC IMAGING REPORT (synthetic)", "", study.description, f"Examination of {study.date}", ""]
    for heading, text in (("Findings", report.findings), ("Impression", report.impression)):
        lines += [heading, *textwrap.wrap(text, 90), ""]
    return [*lines, "Signed by Dr Sam Second, Lightbox Demo Hospital"]


def _document(study: StudyOnDisk, sop_class: UID, *, modality: str) -> FileDataset:
    """What both kinds share: patient, study, series, equipment and document general modules."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = UID(uid_from(f"prior report/{study.study_uid}"))
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = _IMPLEMENTATION
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, meta.MediaStorageSOPInstanceUID
    dataset.PatientName, dataset.PatientID = study.patient_name, study.patient_id
    if study.issuer:
        dataset.IssuerOfPatientID = study.issuer
    dataset.PatientBirthDate, dataset.PatientSex = study.birth_date, study.sex
    dataset.StudyInstanceUID, dataset.StudyID = study.study_uid, ""
    dataset.StudyDate, dataset.StudyTime = study.date, study.time
    dataset.AccessionNumber, dataset.ReferringPhysicianName = study.accession, study.referrer
    dataset.StudyDescription = study.description
    dataset.Modality, dataset.SeriesNumber, dataset.InstanceNumber = modality, 901, 1
    dataset.SeriesInstanceUID = uid_from(f"prior report series/{study.study_uid}")
    dataset.SeriesDescription = "Diagnostic imaging report"
    dataset.Manufacturer = "Lightbox demo site"
    dataset.ContentDate, dataset.ContentTime = study.date or "20200101", "170000"
    return dataset


def _observer(dataset: Dataset) -> Dataset:
    observer = Dataset()
    observer.VerifyingObserverName = _AUTHOR
    observer.VerifyingObserverIdentificationCodeSequence = Sequence()
    observer.VerifyingOrganization = _ORGANISATION
    observer.VerificationDateTime = dataset.ContentDate + dataset.ContentTime
    return observer


def _language() -> Dataset:
    item = _content("HAS CONCEPT MOD", "CODE", ("121049", "DCM", "Language of Content Item and Descendants"))
    item.ConceptCodeSequence = Sequence([_code("en", "RFC5646", "English")])
    return item


def _section(heading: tuple[str, str, str], concept: tuple[str, str, str], text: str) -> Dataset:
    section = _content("CONTAINS", "CONTAINER", heading)
    section.ContinuityOfContent = "SEPARATE"
    sentence = _content("CONTAINS", "TEXT", concept)
    sentence.TextValue = text
    section.ContentSequence = Sequence([sentence])
    return section


def _content(relationship: str, value_type: str, concept: tuple[str, str, str]) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType = relationship, value_type
    item.ConceptNameCodeSequence = Sequence([_code(*concept)])
    return item


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item
