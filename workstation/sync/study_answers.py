"""From QIDO-RS answers to what the catalogue keeps of studies and instances."""

from __future__ import annotations

from typing import Any

from workstation.catalogue.instances import InstanceRef
from workstation.catalogue.studies import StudyRecord
from workstation.dicom.body_region import BodyRegions
from workstation.dicom.errors import UnreadableWorkItem
from workstation.dicom.json_model import number_of, text_of, texts_of
from workstation.dicom.patient import PatientIdentity
from workstation.sync.errors import WrongAnswer

_SERVICE = "the image archive"


def study_record(found: dict[str, Any]) -> StudyRecord:
    """One study-level match.

    Raises
    ------
    WrongAnswer
        When it names no study, or a value has the wrong shape.
    """
    try:
        return StudyRecord(
            study_uid=_named(found, "0020000D"),
            patient=PatientIdentity(
                patient_id=text_of(found, "00100020"),
                issuer=text_of(found, "00100021"),
                name=text_of(found, "00100010"),
                birth_date=text_of(found, "00100030"),
                sex=text_of(found, "00100040"),
            ),
            accession=text_of(found, "00080050"),
            study_date=text_of(found, "00080020"),
            study_time=text_of(found, "00080030"),
            description=text_of(found, "00081030"),
            modalities=texts_of(found, "00080061"),
            body_part=regions_in(text_of(found, "00180015")) or regions_in(text_of(found, "00081030")),
        )
    except UnreadableWorkItem as error:
        raise WrongAnswer(_SERVICE, "a study is described in a malformed way") from error


def instance_ref(study_uid: str, found: dict[str, Any]) -> InstanceRef:
    """One instance-level match of ``study_uid``.

    Raises
    ------
    WrongAnswer
        When it names no series or instance, or a value has the wrong shape.
    """
    try:
        frames = _whole(found, "00280008")
        return InstanceRef(
            study_uid=study_uid,
            series_uid=_named(found, "0020000E"),
            sop_uid=_named(found, "00080018"),
            sop_class=text_of(found, "00080016"),
            instance_number=_whole(found, "00200013"),
            series_number=_whole(found, "00200011"),
            modality=text_of(found, "00080060"),
            number_of_frames=frames if frames and frames > 0 else 1,
        )
    except UnreadableWorkItem as error:
        raise WrongAnswer(_SERVICE, "an image is described in a malformed way") from error


def regions_in(words: str) -> str:
    """Body regions that a text names, as hanging wants them: several parted by a backslash."""
    return "\\".join(BodyRegions.shipped().regions_in(words))


def _named(found: dict[str, Any], tag: str) -> str:
    uid = text_of(found, tag)
    if not uid or not set(uid) <= set("0123456789."):
        raise WrongAnswer(_SERVICE, "it lists something without a valid UID")
    return uid


def _whole(found: dict[str, Any], tag: str) -> int | None:
    number = number_of(found, tag)
    return int(number) if number is not None and number == int(number) else None
