"""Spoiling instances on their way out: cut short, garbage, another object, another patient, or not there."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import pydicom

from workstation.demo_site.faults import Faults
from workstation.demo_site.studies_on_disk import InstanceOnDisk

Content = bytes | None
"""What is sent; None when the instance cannot be fetched."""


class InstanceFaults:
    """Decides by an instance's place in its study whether a fault strikes it: a repetition meets the same fault.

    Parameters
    ----------
    members
        Gives the objects of a study.
    """

    def __init__(self, faults: Faults, members: Callable[[str], Sequence[InstanceOnDisk]]) -> None:
        self._faults = faults
        self._members = members

    def spoiled(self, study_uid: str, sop_uid: str, content: bytes) -> Content:
        """The content to send for an instance whose true content is given."""
        if not any(self._faults.is_on(name) for name in ("missing_instance", "broken_instance", "foreign_instance")):
            return content
        place = self._place(study_uid, sop_uid)
        if place is None:
            return content
        if place < self._faults.first_of_each("missing_instance")[0]:
            return None
        count, how = self._faults.first_of_each("broken_instance")
        if place < count:
            return bytes(len(content)) if how == "garbage" else content[: len(content) // 2]
        count, how = self._faults.first_of_each("foreign_instance")
        if place < count:
            return foreign(content, other_object=how == "object")
        return content

    def _place(self, study_uid: str, sop_uid: str) -> int | None:
        """Place among the images of the study in order of UID; None for reports, which are never spoiled."""
        uids = sorted(each.sop_uid for each in self._members(study_uid) if each.is_image)
        return uids.index(sop_uid) if sop_uid in uids else None


def foreign(content: bytes, *, other_object: bool) -> bytes:
    """The instance as another patient's: with its own UIDs, or (``other_object``) with UIDs of another study too."""
    dataset = pydicom.dcmread(io.BytesIO(content))
    dataset.PatientID = "SYN-FOREIGN"
    dataset.PatientName = "SYNTHETIC^FOREIGN"
    dataset.PatientBirthDate = "19010101"
    if other_object:
        for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
            setattr(dataset, keyword, f"{dataset.get(keyword)[:60]}.99")
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()
