"""A pattern as a DICOM object: secondary capture that any workstation shows with exactly these P-values.

Modules of PS3.3 A.8.3 and A.8.4 (multi-frame grayscale byte and word secondary capture), one frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    MultiFrameGrayscaleByteSecondaryCaptureImageStorage,
    MultiFrameGrayscaleWordSecondaryCaptureImageStorage,
    generate_uid,
)

from calibration.patterns.pattern import Pattern

PATIENT_NAME, PATIENT_ID = "SYNTHETIC^QA", "LIGHTBOX-QA"
_IMPLEMENTATION = UID("2.25.186170229341943219483217943026581239379")


def dicom_bytes(pattern: Pattern, made: datetime, study_uid: str = "") -> bytes:
    """The DICOM file.

    Parameters
    ----------
    pattern
        In P-values.
    made
        UTC.
    study_uid
        To put several patterns into one study; a new study by default.
    """
    dataset = Dataset()
    _put_all(dataset, _heading(pattern, made, study_uid))
    _put_all(dataset, _image(pattern))
    dataset.file_meta = _meta(dataset)
    content = BytesIO()
    dcmwrite(content, dataset, enforce_file_format=True)
    return content.getvalue()


def _heading(pattern: Pattern, made: datetime, study_uid: str) -> Mapping[str, Any]:
    """Patient, study, series, equipment, SOP common (PS3.3 C.7.1.1, C.7.2.1, C.7.3.1, C.7.5.1, C.8.6.1, C.12.1)."""
    day, time = made.strftime("%Y%m%d"), made.strftime("%H%M%S")
    rows, columns = pattern.values.shape
    return {
        "SpecificCharacterSet": "ISO_IR 192",
        "PatientName": PATIENT_NAME,
        "PatientID": PATIENT_ID,
        "PatientBirthDate": "",
        "PatientSex": "",
        "QualityControlSubject": "YES",  # C.7.1.1: not a person
        "StudyInstanceUID": study_uid or generate_uid(prefix=None),
        "StudyDate": day,
        "StudyTime": time,
        "ReferringPhysicianName": "",
        "StudyID": "1",
        "AccessionNumber": "",
        "StudyDescription": "Synthetic display test patterns",
        "Modality": "OT",
        "SeriesInstanceUID": generate_uid(prefix=None),
        "SeriesNumber": 1,
        "SeriesDescription": f"{pattern.title} {columns}x{rows}"[:64],
        "ConversionType": "SYN",  # C.8.6.1: synthetic image
        "Manufacturer": "Lightbox",
        "ManufacturerModelName": "Lightbox calibration",
        "SOPClassUID": _sop_class(pattern.order.levels),
        "SOPInstanceUID": generate_uid(prefix=None),
        "InstanceNumber": 1,
        "ContentDate": day,
        "ContentTime": time,
        "TimezoneOffsetFromUTC": "+0000",
    }


def _image(pattern: Pattern) -> Mapping[str, Any]:
    """Pixels and how they are shown (PS3.3 C.7.6.1, C.7.6.3, C.8.6.3, C.11.2)."""
    levels = pattern.order.levels
    rows, columns = pattern.values.shape
    stored = max(8, (levels - 1).bit_length())
    allocated = 8 if stored == 8 else 16
    pixels = pattern.values.astype("u1" if allocated == 8 else "<u2").tobytes()
    return {
        "ImageType": ["DERIVED", "SECONDARY"],
        "Laterality": "",  # C.7.3.1, type 2C: dciodvfy wants it where no body part is named
        "PatientOrientation": "",
        "DerivationDescription": " ".join(pattern.notes)[:1024],
        "BurnedInAnnotation": "NO",
        "RecognizableVisualFeatures": "NO",
        "LossyImageCompression": "00",
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": rows,
        "Columns": columns,
        "NumberOfFrames": 1,
        "BitsAllocated": allocated,
        "BitsStored": stored,
        "HighBit": stored - 1,
        "PixelRepresentation": 0,
        # C.11.2.1.2: level 0 becomes the lowest P-value and levels - 1 the highest, with nothing cut off.
        "WindowCenter": levels / 2,
        "WindowWidth": levels,
        "VOILUTFunction": "LINEAR",
        "WindowCenterWidthExplanation": "All levels",
        "RescaleIntercept": 0,
        "RescaleSlope": 1,
        "RescaleType": "US",
        "PresentationLUTShape": "IDENTITY",
        "PixelData": pixels + b"\0" * (len(pixels) % 2),
    }


def _sop_class(levels: int) -> UID:
    if levels <= 256:
        return MultiFrameGrayscaleByteSecondaryCaptureImageStorage
    return MultiFrameGrayscaleWordSecondaryCaptureImageStorage


def _meta(dataset: Dataset) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = _IMPLEMENTATION
    return meta


def _put_all(dataset: Dataset, values: Mapping[str, Any]) -> None:
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    if "PixelData" in values:
        dataset["PixelData"].VR = "OB" if values["BitsAllocated"] == 8 else "OW"
