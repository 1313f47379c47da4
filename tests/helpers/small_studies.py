"""Small DICOM studies of synthetic people, written as files, for tests of the line to the site."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

CT = "1.2.840.10008.5.1.4.1.1.2"


def uid(*parts: object) -> str:
    """The same UID for the same parts."""
    digest = hashlib.sha256("/".join(map(str, parts)).encode()).digest()
    return f"2.25.{int.from_bytes(digest[:12], 'big')}"


@dataclass(frozen=True)
class SmallStudy:
    """One CT study of one series."""

    name: str = "head"
    patient_id: str = "SYN-1"
    patient_name: str = "SYNTHETIC^Ada"
    birth_date: str = "19590314"
    sex: str = "F"
    issuer: str = ""
    accession: str = "A1"
    date: str = "20261101"
    description: str = "CT head"
    body_part: str = "HEAD"
    instances: int = 6
    side: int = 32

    @property
    def study_uid(self) -> str:
        return uid("study", self.name)

    @property
    def series_uid(self) -> str:
        return uid("series", self.name)

    def sop_uid(self, number: int) -> str:
        return uid("instance", self.name, number)

    def dataset(self, number: int) -> Dataset:
        """Instance ``number``, from 1."""
        made = Dataset()
        made.file_meta = FileMetaDataset()
        made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        made.file_meta.MediaStorageSOPClassUID = UID(CT)
        made.file_meta.MediaStorageSOPInstanceUID = UID(self.sop_uid(number))
        made.SpecificCharacterSet = "ISO_IR 192"
        made.SOPClassUID = CT
        made.SOPInstanceUID = self.sop_uid(number)
        made.StudyInstanceUID, made.SeriesInstanceUID = self.study_uid, self.series_uid
        made.PatientID, made.PatientName = self.patient_id, self.patient_name
        made.PatientBirthDate, made.PatientSex = self.birth_date, self.sex
        if self.issuer:
            made.IssuerOfPatientID = self.issuer
        made.AccessionNumber, made.StudyID = self.accession, "1"
        made.ReferringPhysicianName = ""
        made.StudyDate, made.StudyTime = self.date, "120000"
        made.StudyDescription, made.Modality = self.description, "CT"
        made.BodyPartExamined = self.body_part
        made.SeriesNumber, made.InstanceNumber = 1, number
        made.ImagePositionPatient, made.ImageOrientationPatient = [0, 0, 5 * number], [1, 0, 0, 0, 1, 0]
        made.PixelSpacing, made.SliceThickness = [0.5, 0.5], 5
        made.FrameOfReferenceUID = uid("frame", self.name)
        made.Rows = made.Columns = self.side
        made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 16, 12, 11, 0
        made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
        made.RescaleIntercept, made.RescaleSlope = -1024, 1
        pixels = np.arange(self.side * self.side, dtype=np.uint16).reshape(self.side, self.side) % 4096
        made.PixelData = (pixels + number).astype("<u2").tobytes()
        return made

    def file(self, number: int) -> bytes:
        """Instance ``number`` as a DICOM file."""
        return file_of(self.dataset(number))

    def write(self, folder: Path) -> SmallStudy:
        """Write all instances below ``folder``."""
        place = folder / self.name
        place.mkdir(parents=True, exist_ok=True)
        for number in range(1, self.instances + 1):
            (place / f"{number}.dcm").write_bytes(self.file(number))
        return self


def file_of(dataset: Dataset) -> bytes:
    """A data set with its file meta information as the bytes of a file."""
    stream = BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()
