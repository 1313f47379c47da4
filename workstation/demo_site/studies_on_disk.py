"""What lies in a folder of DICOM files: read once, headers only, grouped into studies."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pydicom
from pydicom.config import disable_value_validation
from pydicom.errors import InvalidDicomError
from pydicom.uid import ExplicitVRLittleEndian

from workstation.demo_site.dicom_json import Json, first_text

log = logging.getLogger(__name__)


def _tags(text: str) -> tuple[str, ...]:
    return tuple(text.split())


STUDY_LEVEL = _tags(
    "00080005 00080020 00080030 00080050 00080051 00080090 00080201 00081030 00100010 00100020 00100021 00100030 "
    "00100040 0020000D 00200010"
)
SERIES_LEVEL = _tags("00080005 00080021 00080031 00080060 0008103E 00180015 0020000D 0020000E 00200011")
_INSTANCE_LEVEL = _tags("00080016 00080018 00080023 00080033 00200013 00280008 00280010 00280011 00280100")
HEADER_TAGS = tuple(sorted({*STUDY_LEVEL, *SERIES_LEVEL, *_INSTANCE_LEVEL}))
"""Attributes that searches answer with (PS3.18 tables 10.6.3-3 to -5)."""

_NOT_IMAGES = frozenset({"SR", "DOC", "PR", "KO", "RTSTRUCT", "RTPLAN", "SEG", "REG"})


@dataclass(frozen=True)
class InstanceOnDisk:
    """One object: where it lies and the attributes that searches answer with."""

    path: Path = field(repr=False)
    size: int
    transfer_syntax: str
    attributes: Json = field(repr=False)
    key: str = ""
    """Name of the demo study it belongs to; empty for a folder of somebody's own."""

    @property
    def sop_uid(self) -> str:
        return first_text(self.attributes, "00080018")

    @property
    def sop_class(self) -> str:
        return first_text(self.attributes, "00080016")

    @property
    def series_uid(self) -> str:
        return first_text(self.attributes, "0020000E")

    @property
    def study_uid(self) -> str:
        return first_text(self.attributes, "0020000D")

    @property
    def modality(self) -> str:
        return first_text(self.attributes, "00080060")

    @property
    def is_image(self) -> bool:
        return self.modality not in _NOT_IMAGES


@dataclass(frozen=True, repr=False)
class StudyOnDisk:
    """One study of the folder. ``prior_of`` is the study it is a prior of; empty when it waits to be read itself."""

    study_uid: str
    key: str
    patient_id: str
    issuer: str
    patient_name: str
    birth_date: str
    sex: str
    accession: str
    referrer: str
    description: str
    date: str
    time: str
    modalities: tuple[str, ...]
    body_part: str
    instances: tuple[InstanceOnDisk, ...]
    prior_of: str = ""

    @property
    def patient_key(self) -> tuple[str, str]:
        return self.issuer, self.patient_id

    @property
    def is_synthetic(self) -> bool:
        return self.patient_name.upper().startswith("SYNTHETIC")

    @property
    def main_modality(self) -> str:
        """The modality of the images."""
        return next((each for each in self.modalities if each not in _NOT_IMAGES), "OT")


def read_instances(folder: Path, *, known_keys: Collection[str] = ()) -> list[InstanceOnDisk]:
    """Read the headers of every DICOM object below a folder; other files and hidden folders are passed over.

    Parameters
    ----------
    known_keys
        Names of demo studies: an object below a folder of that name belongs to it.
    """
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # somebody's files may break any rule of the standard
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            parts = path.relative_to(folder).parts
            if any(part.startswith(".") for part in parts):
                continue  # hidden, or not finished
            key = next((part for part in parts[:-1] if part in known_keys), "")
            instance = read_instance(path, key=key)
            if instance is not None:
                found.append(instance)
    return found


def read_instance(path: Path, *, key: str = "") -> InstanceOnDisk | None:
    """Read one header; None for what is no storable DICOM object."""
    try:
        with disable_value_validation():
            dataset = _header(path)
            attributes: Json = dataset.to_json_dict(suppress_invalid_tags=True)
    except (InvalidDicomError, OSError, ValueError, KeyError, NotImplementedError, EOFError, AttributeError) as error:
        log.debug("a file is passed over (%s)", type(error).__name__)
        return None
    instance = InstanceOnDisk(path, path.stat().st_size, _transfer_syntax(dataset), attributes, key)
    return instance if all((instance.sop_uid, instance.sop_class, instance.series_uid, instance.study_uid)) else None


def _header(path: Path) -> pydicom.FileDataset:
    """The header of a file, also of one without preamble."""
    try:
        return pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(HEADER_TAGS))
    except InvalidDicomError:
        return pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(HEADER_TAGS), force=True)


def studies_of(instances: Iterable[InstanceOnDisk]) -> tuple[StudyOnDisk, ...]:
    """Group instances into studies and say which are priors.

    Demo studies say it by their names (``-prior``). Otherwise the newest study of a patient is to be read, older ones
    are its priors. Studies without images are nobody's.
    """
    grouped: dict[str, list[InstanceOnDisk]] = {}
    for instance in instances:
        grouped.setdefault(instance.study_uid, []).append(instance)
    studies = [_study(uid, members) for uid, members in grouped.items() if any(each.is_image for each in members)]
    return tuple(_with_priors(sorted(studies, key=_age)))


def _study(uid: str, members: list[InstanceOnDisk]) -> StudyOnDisk:
    images = [each for each in members if each.is_image]
    said = images[0].attributes
    return StudyOnDisk(
        study_uid=uid,
        key=images[0].key,
        patient_id=first_text(said, "00100020"),
        issuer=first_text(said, "00100021"),
        patient_name=first_text(said, "00100010"),
        birth_date=first_text(said, "00100030"),
        sex=first_text(said, "00100040"),
        accession=first_text(said, "00080050"),
        referrer=first_text(said, "00080090"),
        description=first_text(said, "00081030"),
        date=first_text(said, "00080020"),
        time=first_text(said, "00080030"),
        modalities=tuple(sorted({each.modality for each in members})),
        body_part=next((text for text in (first_text(each.attributes, "00180015") for each in images) if text), ""),
        instances=tuple(sorted(members, key=_place)),
    )


def _place(instance: InstanceOnDisk) -> tuple[str, int, str]:
    number = first_text(instance.attributes, "00200013")
    return instance.series_uid, int(number) if number.lstrip("-").isdigit() else 0, instance.sop_uid


def _age(study: StudyOnDisk) -> tuple[str, str, str]:
    return study.date, study.time, study.study_uid


def _with_priors(by_age: list[StudyOnDisk]) -> Iterator[StudyOnDisk]:
    for index, study in enumerate(by_age):
        same_patient = [each for each in by_age if study.patient_id and each.patient_key == study.patient_key]
        if study.key:
            later = [each for each in same_patient if study.key in _prior_names(each.key)]
        else:
            later = [each for each in by_age[index + 1 :] if each in same_patient]
        yield replace(study, prior_of=later[-1].study_uid if later else "")


def _prior_names(key: str) -> tuple[str, ...]:
    """Names of the priors of a demo study: ``ct-head-stat`` has ``ct-head-prior``."""
    return (f"{key}-prior", f"{key.removesuffix('-stat')}-prior") if key else ()


def _transfer_syntax(dataset: pydicom.FileDataset) -> str:
    return str(dataset.file_meta.get("TransferSyntaxUID", "") or ExplicitVRLittleEndian)
