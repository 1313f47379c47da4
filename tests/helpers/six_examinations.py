"""Six examinations to dictate reports on: a tiny synthetic study each, and what is said about it (synthetic voice)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import FileDataset
from pydicom.uid import (
    UID,
    ComputedRadiographyImageStorage,
    CTImageStorage,
    MRImageStorage,
    UltrasoundImageStorage,
)

from tests.helpers.held_apart import RADSET, sentences
from tests.helpers.tiny_studies import ROOT, an_image, of_person, save_image


@dataclass(frozen=True)
class Examination:
    """An examination, and which sentences of the test speech are its report.

    Attributes
    ----------
    findings, impression
        Names of the sentences that are said into each field.
    """

    accession: str
    modality: str
    body_region: str
    description: str
    sop_class: UID
    findings: tuple[str, ...]
    impression: tuple[str, ...]

    def written(self, field_id: str) -> str:
        """What should stand in a field."""
        by_name = {each.name: each.written for each in sentences(RADSET)}
        return " ".join(by_name[name] for name in (self.findings if field_id == "findings" else self.impression))


SIX = (
    Examination(
        "ACC-DICT-1", "CR", "CHEST", "Chest radiograph", ComputedRadiographyImageStorage,
        ("cxr01", "cxr02", "cxr03", "cxr04", "cxr06", "cxr07", "cxr08"), ("cxr05",),
    ),
    Examination(
        "ACC-DICT-2", "CT", "HEAD", "CT head without contrast", CTImageStorage,
        ("cth02", "cth03", "cth04", "cth05", "cth06", "cth07"), ("cth01",),
    ),
    Examination(
        "ACC-DICT-3", "CT", "ABDOMEN", "CT abdomen and pelvis", CTImageStorage,
        ("cta01", "cta02", "cta03", "cta05", "cta06", "cta07", "cta08"), ("cta04",),
    ),
    Examination(
        "ACC-DICT-4", "MR", "KNEE", "MR knee without contrast", MRImageStorage,
        ("mrk01", "mrk02", "mrk03", "mrk04"), ("mrk05",),
    ),
    Examination(
        "ACC-DICT-5", "MR", "LSPINE", "MR lumbar spine", MRImageStorage,
        ("mrs01", "mrs02"), ("mrs03",),
    ),
    Examination(
        "ACC-DICT-6", "US", "ABDOMEN", "Ultrasound", UltrasoundImageStorage,
        ("usg01", "usg02", "usg03", "usg04", "usg05", "usg06"), ("gen01",),
    ),
)  # fmt: skip


def write_six_studies(folder: Path) -> Path:
    """One image of each examination, of six patients."""
    for number, examination in enumerate(SIX, start=1):
        save_image(folder / f"dictated-{number}", _image_of(examination, number))
    return folder


def _image_of(examination: Examination, number: int) -> FileDataset:
    study = f"{ROOT}.{60 + number}"
    dataset = an_image(examination.sop_class, study, f"{study}.1.1", (64, 64))
    of_person(dataset, f"SYN-006{number}", f"SYNTHETIC^DICTATED{number}", "19600101", "F")
    dataset.Modality, dataset.BodyPartExamined = examination.modality, examination.body_region
    dataset.StudyDate, dataset.StudyTime, dataset.AccessionNumber = "20260303", "090000", examination.accession
    dataset.StudyDescription, dataset.SeriesDescription = examination.description, "Series 1"
    dataset.InstanceNumber = 1
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [-32.0, -32.0, 0.0], [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing, dataset.SliceThickness, dataset.FrameOfReferenceUID = [1.0, 1.0], 5.0, f"{study}.9"
    return dataset
