"""Minimal signed reports for the outbox: an SR, an encapsulated PDF, an ORU and the completion of an item."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian

from tests.helpers.small_studies import SmallStudy, file_of, uid
from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.outbox_store import Delivery, NewDelivery
from workstation.catalogue.reports import SignedRecord
from workstation.sync.ups_attributes import OutputReference, Performer, final_attributes

SR_CLASS = "1.2.840.10008.5.1.4.1.1.88.22"
PDF_CLASS = "1.2.840.10008.5.1.4.1.1.104.1"
NOW = datetime(2026, 11, 2, 14, 30, tzinfo=UTC)


def an_sr(study: SmallStudy, text: str = "No bleed.", version: int = 1) -> Dataset:
    """A structured report of one sentence."""
    made = _document(study, SR_CLASS, "SR", version)
    made.ValueType, made.ContinuityOfContent = "CONTAINER", "SEPARATE"
    made.ConceptNameCodeSequence = _code("18748-4", "LN", "Diagnostic imaging report")
    item = Dataset()
    item.RelationshipType, item.ValueType, item.TextValue = "CONTAINS", "TEXT", text
    item.ConceptNameCodeSequence = _code("121071", "DCM", "Finding")
    made.ContentSequence = Sequence([item])
    return made


def a_pdf(study: SmallStudy, version: int = 1) -> Dataset:
    """An encapsulated document that is not really a PDF."""
    made = _document(study, PDF_CLASS, "DOC", version)
    made.DocumentTitle, made.MIMETypeOfEncapsulatedDocument = "Report", "application/pdf"
    made.EncapsulatedDocument = b"%PDF-1.7 small %%EOF"
    return made


def an_oru(study: SmallStudy, message_id: str) -> bytes:
    """A result message that the demo site's RIS takes."""
    segments = (
        f"MSH|^~\\&|LIGHTBOX|HOME|RIS|SITE|20261102143000||ORU^R01^ORU_R01|{message_id}|P|2.5.1",
        f"PID|1||{study.patient_id}||SYNTHETIC^Ada",
        f"OBR|1||{study.accession}|READ||||||||||||||{study.accession}",
        "OBX|1|TX|18748-4^Report^LN||No bleed.||||||F",
    )
    return "\r".join(segments).encode() + b"\r"


def a_completion(study: SmallStudy) -> dict[str, Any]:
    """Final-state attributes."""
    outputs = [OutputReference(study.study_uid, uid("report-series", study.name), SR_CLASS, uid("SR", study.name, 1))]
    return final_attributes(
        Performer("dr.demo", "Dr Dana Demo"), station="LIGHTBOX", started=NOW, ended=NOW, outputs=outputs
    )


def freeze_report(
    catalogue: Catalogue, study: SmallStudy, item_uid: str, *, report_id: str = "r-1", sr: bytes | None = None
) -> dict[str, Delivery]:
    """Put a signed report with its four deliveries into the catalogue; the deliveries by kind."""
    canonical = json.dumps({"report": report_id}).encode()
    record = SignedRecord(
        report_id=report_id,
        version=1,
        item_uids=(item_uid,),
        study_uids=(study.study_uid,),
        canonical=canonical,
        sha256=hashlib.sha256(canonical).hexdigest(),
        signature="signature",
        signed_at=NOW,
        author="dr.demo",
    )
    message_id = f"LB-{report_id}"
    parts: tuple[tuple[Any, str, str, bytes], ...] = (
        ("SR", uid("SR", study.name, 1), "application/dicom", sr or file_of(an_sr(study))),
        ("PDF", uid("DOC", study.name, 1), "application/dicom", file_of(a_pdf(study))),
        ("ORU", message_id, "application/hl7-v2", an_oru(study, message_id)),
        ("UPS", item_uid, "application/dicom+json", json.dumps(a_completion(study)).encode()),
    )
    catalogue.reports.freeze(
        record,
        [
            NewDelivery(report_id, 1, kind, target, form, study.accession, payload)
            for kind, target, form, payload in parts
        ],
    )
    return {each.kind: each for each in catalogue.outbox.for_report(report_id, 1)}


def _document(study: SmallStudy, sop_class: str, modality: str, version: int) -> Dataset:
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    sop_uid = uid(modality, study.name, version)
    made.file_meta.MediaStorageSOPClassUID = UID(sop_class)
    made.file_meta.MediaStorageSOPInstanceUID = UID(sop_uid)
    made.SpecificCharacterSet = "ISO_IR 192"
    made.SOPClassUID, made.SOPInstanceUID = sop_class, sop_uid
    made.StudyInstanceUID, made.SeriesInstanceUID = study.study_uid, uid("report-series", study.name, modality)
    made.PatientID, made.PatientName = study.patient_id, study.patient_name
    made.PatientBirthDate, made.PatientSex = study.birth_date, study.sex
    made.AccessionNumber, made.Modality = study.accession, modality
    made.StudyDate, made.StudyTime, made.ReferringPhysicianName, made.StudyID = study.date, "120000", "", "1"
    made.SeriesNumber, made.InstanceNumber = 900, 1
    return made


def _code(value: str, scheme: str, meaning: str) -> Sequence:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return Sequence([code])
