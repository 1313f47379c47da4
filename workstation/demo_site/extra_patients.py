"""More patients from the same images: a study is lent to another synthetic patient under UIDs of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset

from workstation.demo_site.dicom_json import uid_from
from workstation.demo_site.stories import Patient, Story
from workstation.demo_site.studies_on_disk import StudyOnDisk
from workstation.foundation.files import make_private_folder

_OWN_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID")


def write_extra_patients(folder: Path, stories: Iterable[Story], studies: Mapping[str, StudyOnDisk]) -> None:
    """Write ``folder/KEY/NNN.dcm`` for every story that borrows a study which is there; existing folders are left.

    Parameters
    ----------
    studies
        By key.
    """
    for story in stories:
        source = studies.get(story.copy_of) if story.copy_of else None
        target = folder / story.key
        if source is None or story.patient is None or target.is_dir():
            continue
        unfinished = make_private_folder(folder / f".{story.key}.part")
        for number, instance in enumerate((each for each in source.instances if each.is_image), start=1):
            _lend(instance.path, unfinished / f"{number:03d}.dcm", story, story.patient)
        unfinished.rename(target)


def _lend(source: Path, target: Path, story: Story, patient: Patient) -> None:
    dataset = pydicom.dcmread(source)
    for keyword in _OWN_UIDS:
        if keyword in dataset:
            setattr(dataset, keyword, uid_from(f"{story.key}/{dataset.get(keyword)}"))
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    _name(dataset, story, patient)
    dataset.save_as(target)


def _name(dataset: Dataset, story: Story, patient: Patient) -> None:
    dataset.PatientID = patient.id
    dataset.PatientName = patient.name
    dataset.PatientBirthDate = patient.birth_date
    dataset.PatientSex = patient.sex
    dataset.pop("PatientAge", None)
    dataset.AccessionNumber = accession_of(story)
    dataset.StudyDescription = story.procedure[1]
    dataset.ReferringPhysicianName = story.referrer[0]


def accession_of(story: Story) -> str:
    """The accession number of a story whose study is not the generator's."""
    return f"A{int(uid_from(story.key)[5:]) % 10**8:08d}"
