"""Tiny DICOM studies for tests: a head CT of 12 slices with a prior, and a chest radiograph; all synthetic."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    CTImageStorage,
    ExplicitVRLittleEndian,
)

ROOT = "1.2.826.0.1.3680043.10.999"
HEAD_STUDY, HEAD_PRIOR_STUDY, CHEST_STUDY = f"{ROOT}.1", f"{ROOT}.2", f"{ROOT}.3"
HEAD_PATIENT, CHEST_PATIENT = "SYN-0001", "SYN-0002"
HEAD_ACCESSION, HEAD_PRIOR_ACCESSION, CHEST_ACCESSION = "ACC-HEAD", "ACC-HEAD-P", "ACC-CHEST"
SLICES = 12


def write_tiny_studies(
    folder: Path, *, keys: tuple[str, str, str] = ("ct-head-stat", "ct-head-prior", "cr-chest")
) -> Path:
    """Write the three studies below ``folder``, each in a folder named by its key; an empty key is no folder.

    Returns
    -------
    Path
        ``folder``.
    """
    for key, study, date, accession in (
        (keys[0], HEAD_STUDY, "20260301", HEAD_ACCESSION),
        (keys[1], HEAD_PRIOR_STUDY, "20250101", HEAD_PRIOR_ACCESSION),
    ):
        for index in range(SLICES):
            save_image(folder / key, _slice(study, date, accession, index))
    save_image(folder / keys[2], _chest())
    return folder


def save_image(folder: Path, dataset: FileDataset) -> None:
    """Write an object under its UID."""
    folder.mkdir(parents=True, exist_ok=True)
    dataset.save_as(folder / f"{dataset.SOPInstanceUID}.dcm", enforce_file_format=True)


def _slice(study: str, date: str, accession: str, index: int) -> FileDataset:
    dataset = an_image(CTImageStorage, study, f"{study}.1.{index + 1}", (64, 64))
    of_person(dataset, HEAD_PATIENT, "SYNTHETIC^ADA", "19500101", "F")
    dataset.Modality, dataset.BodyPartExamined = "CT", "HEAD"
    dataset.StudyDate, dataset.StudyTime, dataset.AccessionNumber = date, "101500", accession
    dataset.StudyDescription, dataset.SeriesDescription = "CT head without contrast", "Axial 5 mm"
    dataset.InstanceNumber = index + 1
    dataset.ImagePositionPatient = [-32.0, -32.0, float(index) * 5]
    dataset.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing, dataset.SliceThickness = [1.0, 1.0], 5.0
    dataset.FrameOfReferenceUID = f"{study}.9"
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, -1024
    dataset.WindowCenter, dataset.WindowWidth = 40, 80
    return dataset


def _chest() -> FileDataset:
    dataset = an_image(ComputedRadiographyImageStorage, CHEST_STUDY, f"{CHEST_STUDY}.1.1", (80, 64))
    of_person(dataset, CHEST_PATIENT, "SYNTHETIC^BEN", "19720606", "M")
    dataset.Modality, dataset.BodyPartExamined, dataset.ViewPosition = "CR", "CHEST", "PA"
    dataset.StudyDate, dataset.StudyTime, dataset.AccessionNumber = "20260302", "090000", CHEST_ACCESSION
    dataset.StudyDescription, dataset.SeriesDescription = "Chest radiograph", "PA"
    dataset.InstanceNumber = 1
    return dataset


def of_person(dataset: FileDataset, patient_id: str, name: str, birth_date: str, sex: str) -> None:
    """Make it an image of this person."""
    dataset.PatientID, dataset.PatientName = patient_id, name
    dataset.IssuerOfPatientID = "LIGHTBOX-DEMO"
    dataset.PatientBirthDate, dataset.PatientSex = birth_date, sex


def an_image(sop_class: UID, study: str, sop_uid: str, shape: tuple[int, int]) -> FileDataset:
    """A 12-bit image of noise, without a patient."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop_class, UID(sop_uid)
    meta.TransferSyntaxUID, meta.ImplementationClassUID = ExplicitVRLittleEndian, UID(f"{ROOT}.0")
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, sop_uid
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = study, f"{study}.1"
    dataset.StudyID, dataset.SeriesNumber, dataset.ReferringPhysicianName = "1", 1, "SYNTHETIC^REFERRER"
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    seed = int(sop_uid.rsplit(".", 1)[1])
    pixels = np.random.default_rng(seed).integers(0, 4096, shape, dtype=np.uint16)
    dataset.PixelData = pixels.tobytes()
    return dataset
