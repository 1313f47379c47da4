"""Studies as scanners write them, for measurements; made on the spot, never committed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence

_CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2"
_SIDE = 512


def ct_study(folder: Path, slices: int = 500) -> list[Path]:
    """Write one axial CT series, uncompressed: 512 × 512 int16, 12 bits in use, one noisy slice a file.

    Parameters
    ----------
    folder
        Made when it is not there. The files' names do not follow the order of the slices.

    Returns
    -------
    list[Path]
        The files from the lowest slice to the highest; slice ``i`` lies at z = 0.7 × i mm.
    """
    folder.mkdir(parents=True, exist_ok=True)
    study, series, frame_of_reference = (uid.generate_uid()[:50].rstrip(".") for _ in range(3))
    paths = []
    for index, pixels in enumerate(_slices(slices)):
        dataset = _scanner_header(index, study, series, frame_of_reference)
        dataset.PixelData = pixels.tobytes()
        path = folder / f"IM{(index * 7919) % 100003:06d}"
        dataset.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def _slices(count: int) -> Iterator[NDArray[np.int16]]:
    """A body of two densities that changes with z, with noise: compresses about as scans do."""
    random = np.random.default_rng(1)
    rows, columns = np.mgrid[-1 : 1 : _SIDE * 1j, -1 : 1 : _SIDE * 1j]
    noise = random.normal(0, 12, (8, _SIDE, _SIDE))
    for index in range(count):
        body = np.where((rows * 1.3) ** 2 + columns**2 < 0.8, 1064.0, 24.0)
        lesion = (rows - 0.2) ** 2 + (columns - 0.3 * np.sin(index / 40)) ** 2 < 0.03
        yield np.clip(body + 240 * lesion + noise[index % 8], 0, 4095).astype("<i2")


def _scanner_header(index: int, study: str, series: str, frame_of_reference: str) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = _CT_IMAGE_STORAGE
    dataset.file_meta.MediaStorageSOPInstanceUID = f"{series}.{index + 1}"
    dataset.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    dataset.file_meta.ImplementationClassUID = "1.3.12.2.1107.5.1.4"
    dataset.file_meta.ImplementationVersionName = "SCANNER_VB20"
    _identify(dataset, study, series, frame_of_reference, index)
    _describe_acquisition(dataset, index)
    _describe_image(dataset, index)
    _add_private_groups(dataset)
    return dataset


def _identify(dataset: Dataset, study: str, series: str, frame_of_reference: str, index: int) -> None:
    values = {
        "SpecificCharacterSet": "ISO_IR 100", "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL", "CT_SOM5 SPI"],
        "InstanceCreationDate": "20260110", "InstanceCreationTime": "101112.345000", "SOPClassUID": _CT_IMAGE_STORAGE,
        "SOPInstanceUID": f"{series}.{index + 1}", "StudyDate": "20260110", "SeriesDate": "20260110",
        "AcquisitionDate": "20260110", "ContentDate": "20260110", "StudyTime": "100000.000000",
        "SeriesTime": "100512.120000", "AcquisitionTime": f"1006{index % 60:02d}.500000",
        "ContentTime": f"1006{index % 60:02d}.700000", "AccessionNumber": "TIMING-1", "Modality": "CT",
        "Manufacturer": "SYNTHETIC", "InstitutionName": "Timing Hospital", "InstitutionAddress": "Nowhere 1",
        "ReferringPhysicianName": "Referrer^Rita", "StationName": "CT01", "StudyDescription": "CT Thorax Abdomen",
        "SeriesDescription": "Thorax 0.7 Br40", "InstitutionalDepartmentName": "Radiology",
        "PerformingPhysicianName": "Performer^Paul", "OperatorsName": "Operator^Otto",
        "ManufacturerModelName": "Timing Flash", "PatientName": "Timing^Müller^Anna", "PatientID": "TIMING-0001",
        "PatientBirthDate": "19600203", "PatientSex": "F", "PatientAge": "065Y", "PatientSize": "1.7",
        "PatientWeight": "68", "PatientComments": "made for measurements", "StudyInstanceUID": study,
        "SeriesInstanceUID": series, "StudyID": "1", "SeriesNumber": "3", "AcquisitionNumber": "2",
        "InstanceNumber": str(index + 1), "FrameOfReferenceUID": frame_of_reference,
        "PositionReferenceIndicator": "", "RequestingPhysician": "Referrer^Rita",
    }  # fmt: skip
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    dataset.ReferencedStudySequence = Sequence([_reference("1.2.840.10008.3.1.2.3.1", study)])
    dataset.ReferencedImageSequence = Sequence([
        _reference(_CT_IMAGE_STORAGE, f"{study}.9.{number}") for number in range(2)
    ])  # fmt: skip
    dataset.ProcedureCodeSequence = Sequence([_code("CTTHABD", "99SYN", "CT thorax and abdomen")])
    request = Dataset()
    request.RequestedProcedureDescription = "CT Thorax Abdomen"
    request.RequestedProcedureID, request.ScheduledProcedureStepID = "RP1", "SPS1"
    request.ScheduledProtocolCodeSequence = Sequence([_code("THX", "99SYN", "Thorax")])
    dataset.RequestAttributesSequence = Sequence([request])


def _describe_acquisition(dataset: Dataset, index: int) -> None:
    values = {
        "ContrastBolusAgent": "IV contrast", "BodyPartExamined": "CHEST", "SliceThickness": "1", "KVP": "120",
        "DataCollectionDiameter": "500", "DeviceSerialNumber": "12345", "SoftwareVersions": "syn 2026A",
        "ProtocolName": "ThoraxAbdomen", "ReconstructionDiameter": "380", "ContrastBolusVolume": "90",
        "DistanceSourceToDetector": "1085.6", "DistanceSourceToPatient": "595", "GantryDetectorTilt": "0",
        "TableHeight": "151", "RotationDirection": "CW", "ExposureTime": "500", "Exposure": "100",
        "XRayTubeCurrent": str(200 + index % 60), "FilterType": "FLAT", "GeneratorPower": "25", "FocalSpots": "1.2",
        "DateOfLastCalibration": "20260109", "TimeOfLastCalibration": "060000.000000", "PatientPosition": "HFS",
        "ConvolutionKernel": ["Br40d", "3"], "SingleCollimationWidth": 0.6, "TotalCollimationWidth": 38.4,
        "TableSpeed": 46.0,
        "TableFeedPerRotation": 23.0, "SpiralPitchFactor": 0.6, "CTDIvol": 6.81,
        "ExposureModulationType": "XYZ_EC",
        "PerformedProcedureStepStartDate": "20260110", "PerformedProcedureStepID": "PPS1",
        "PerformedProcedureStepDescription": "CT Thorax Abdomen", "FillerOrderNumberImagingServiceRequest": "F1",
    }  # fmt: skip
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    dataset.CTDIPhantomTypeCodeSequence = Sequence([_code("113691", "DCM", "IEC Body Dosimetry Phantom")])


def _describe_image(dataset: Dataset, index: int) -> None:
    values = {
        "ImagePositionPatient": ["-189.62890625", "-339.62890625", f"{0.7 * index:.6f}"],
        "ImageOrientationPatient": ["1", "0", "0", "0", "1", "0"], "SliceLocation": f"{0.7 * index:.6f}",
        "SamplesPerPixel": 1, "PhotometricInterpretation": "MONOCHROME2", "Rows": _SIDE, "Columns": _SIDE,
        "PixelSpacing": ["0.7421875", "0.7421875"], "BitsAllocated": 16, "BitsStored": 12, "HighBit": 11,
        "PixelRepresentation": 0, "SmallestImagePixelValue": 0, "LargestImagePixelValue": 1600,
        "WindowCenter": ["40", "-600"], "WindowWidth": ["400", "1200"], "RescaleIntercept": "-1024",
        "RescaleSlope": "1", "RescaleType": "HU", "WindowCenterWidthExplanation": ["WINDOW1", "WINDOW2"],
        "LossyImageCompression": "00",
    }  # fmt: skip
    for keyword, value in values.items():
        setattr(dataset, keyword, value)


def _add_private_groups(dataset: Dataset) -> None:
    block = dataset.private_block(0x0019, "SYNTHETIC CT VA0  COAD", create=True)
    for element, vr, value in (
        (0x10, "IS", "5"),
        (0x11, "IS", "360"),
        (0x20, "LO", "BODY"),
        (0x90, "UN", b"\1\2" * 40),
    ):
        block.add_new(element, vr, value)
    block = dataset.private_block(0x0029, "SYNTHETIC CSA HEADER", create=True)
    block.add_new(0x08, "CS", "CT_TYPE")
    block.add_new(0x10, "OB", bytes(range(256)) * 4)


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def _reference(sop_class: str, sop_instance: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, sop_instance
    return item
