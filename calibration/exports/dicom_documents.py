"""A report as a DICOM object: the PDF, encapsulated, of a QA patient who is no person (PS3.3 A.45.1)."""

from __future__ import annotations

from datetime import UTC
from io import BytesIO

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import UID, EncapsulatedPDFStorage, ExplicitVRLittleEndian

from calibration.exports.dicom_items import MANUFACTURER, MODEL, item, local_code, uid_of
from calibration.patterns.dicom_pattern import PATIENT_ID, PATIENT_NAME
from calibration.records.record import CalibrationRecord, StoredRecord

_IMPLEMENTATION = UID("2.25.186170229341943219483217943026581239380")
SERIES_NUMBER = 1


def encapsulated_pdf(pdf: bytes, stored: StoredRecord) -> bytes:
    """The DICOM file around ``pdf``. The same PDF and record give the same bytes."""
    dataset = _modules(stored)
    dataset.update(_document(pdf, stored))
    dataset.file_meta = _meta(dataset)
    content = BytesIO()
    dcmwrite(content, dataset, enforce_file_format=True)
    return content.getvalue()


def pdf_inside(content: Dataset) -> bytes:
    """The PDF of an encapsulated document, without the byte that pads it."""
    length = content.get("EncapsulatedDocumentLength")
    document = bytes(content.EncapsulatedDocument)
    return document[: int(length)] if length else document


def _modules(stored: StoredRecord) -> Dataset:
    """Patient, study, series, equipment, SOP common (PS3.3 C.7.1.1, C.7.2.1, C.24.1, C.7.5.1, C.8.6.1, C.12.1)."""
    head = stored.record.head
    at = head.at.astimezone(UTC)
    day, time = f"{at:%Y%m%d}", f"{at:%H%M%S}"
    return item(
        SpecificCharacterSet="ISO_IR 192",
        PatientName=PATIENT_NAME,
        PatientID=PATIENT_ID,
        PatientBirthDate="",
        PatientSex="",
        QualityControlSubject="YES",  # C.7.1.1: not a person
        StudyInstanceUID=uid_of("study", head.id),
        StudyDate=day,
        StudyTime=time,
        ReferringPhysicianName="",
        StudyID="1",
        AccessionNumber="",
        StudyDescription="Display quality control",
        Modality="DOC",
        SeriesInstanceUID=uid_of("series", head.id),
        SeriesNumber=SERIES_NUMBER,
        SeriesDescription=f"Display report: {head.display_key}",
        Manufacturer=MANUFACTURER,
        ManufacturerModelName=MODEL,
        SoftwareVersions=head.program or "unknown",
        StationName=head.workstation,
        ConversionType="WSD",  # C.8.6.1: made on a workstation
        SOPClassUID=EncapsulatedPDFStorage,
        SOPInstanceUID=uid_of("report", head.id, stored.hash),
        InstanceNumber=1,
        InstanceCreationDate=day,
        InstanceCreationTime=time,
        TimezoneOffsetFromUTC="+0000",
    )


def _document(pdf: bytes, stored: StoredRecord) -> Dataset:
    """Encapsulated Document (PS3.3 C.24.2)."""
    at = stored.record.head.at.astimezone(UTC)
    is_calibration = isinstance(stored.record, CalibrationRecord)
    title = "Display calibration report" if is_calibration else "Display check report"
    return item(
        ContentDate=f"{at:%Y%m%d}",
        ContentTime=f"{at:%H%M%S}",
        AcquisitionDateTime="",
        BurnedInAnnotation="NO",  # no person's data
        RecognizableVisualFeatures="NO",
        DocumentTitle=title,
        ConceptNameCodeSequence=[local_code("display-report", title)],
        MIMETypeOfEncapsulatedDocument="application/pdf",
        EncapsulatedDocumentLength=len(pdf),  # before the byte that pydicom adds to an odd value
        EncapsulatedDocument=pdf,
    )


def _meta(dataset: Dataset) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = _IMPLEMENTATION
    meta.ImplementationVersionName = "LIGHTBOX-CAL"
    return meta
