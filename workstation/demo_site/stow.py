"""STOW-RS (PS3.18 10.5): taking in objects, and answering truthfully which were kept, unless told to lie."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import pydicom
from pydicom.errors import InvalidDicomError

from workstation.demo_site.dicom_json import Json, element, sequence
from workstation.demo_site.faults import Faults
from workstation.demo_site.image_archive import ImageArchive
from workstation.demo_site.multipart import BadMultipart, parts_of
from workstation.demo_site.web import DICOM_JSON, Refusal, Request, Response

# Failure Reason (0008,1197), PS3.18 table 10.5.3-4 and PS3.7 annex C.
CANNOT_UNDERSTAND = 0xC000
DUPLICATE = 0x0111
MISMATCH = 0xA900


@dataclass(frozen=True)
class _Outcome:
    sop_class: str
    sop_uid: str
    url: str = ""
    failure: int = 0

    def item(self) -> Json:
        item = {"00081150": element("UI", self.sop_class), "00081155": element("UI", self.sop_uid)}
        if self.failure:
            return {**item, "00081197": element("US", self.failure)}
        return {**item, "00081190": element("UR", self.url)}


class StowService:
    """Stores into the embedded archive."""

    def __init__(self, archive: ImageArchive, faults: Faults, base_url: str) -> None:
        self._archive = archive
        self._faults = faults
        self._base_url = base_url

    def __call__(self, request: Request, study_uid: str) -> Response:
        """Answer ``POST /studies[/{study}]``."""
        outcomes = [self._store(content, study_uid) for content in objects_in(request)]
        stored = [each for each in outcomes if not each.failure]
        failed = [each for each in outcomes if each.failure]
        answer: Json = {"00081198": sequence(*(each.item() for each in failed))}
        if stored:
            answer["00081190"] = element("UR", f"{self._base_url}/studies/{study_uid}" if study_uid else "")
            answer["00081199"] = sequence(*(each.item() for each in stored))
        status = 200 if not failed else (202 if stored else 409)
        # One data set, not a list (PS3.18 10.5.3.3).
        return Response(status, json.dumps(answer).encode(), DICOM_JSON, kind="stow")

    def _store(self, content: bytes, study_uid: str) -> _Outcome:
        try:
            dataset = pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True)
            sop_class, sop_uid = str(dataset.SOPClassUID), str(dataset.SOPInstanceUID)
            own_study, series = str(dataset.StudyInstanceUID), str(dataset.SeriesInstanceUID)
            in_meta = str(dataset.file_meta.get("MediaStorageSOPInstanceUID", sop_uid))
        except (InvalidDicomError, AttributeError, OSError, ValueError, KeyError, EOFError):
            return _Outcome("", "", failure=CANNOT_UNDERSTAND)
        if (study_uid and own_study != study_uid) or in_meta != sop_uid:
            return _Outcome(sop_class, sop_uid, failure=MISMATCH)
        url = f"{self._base_url}/studies/{own_study}/series/{series}/instances/{sop_uid}"
        failure = self._keep(content, sop_uid)
        return _Outcome(sop_class, sop_uid, url, failure)

    def _keep(self, content: bytes, sop_uid: str) -> int:
        lie = self._faults.value("lie_stow")
        older = self._archive.find(sop_uid)
        if older is not None:
            is_same = older.path.read_bytes() == content
            return 0 if is_same or lie else DUPLICATE
        if lie == "drop":
            return 0
        kept = altered(content) if lie == "alter" else content
        return 0 if self._archive.store(kept) is not None else CANNOT_UNDERSTAND


def objects_in(request: Request) -> list[bytes]:
    """The objects of a STOW-RS request.

    Raises
    ------
    Refusal
        415 when it is not ``multipart/related`` of ``application/dicom``; 400 when the body is not what it says.
    """
    content_type = request.headers.get("content-type", "")
    if re.search(r'type="?application/dicom"?(?:;|$)', content_type) is None:
        raise Refusal(415, 'Send multipart/related; type="application/dicom".', kind="stow")
    try:
        parts = parts_of(content_type, request.body)
    except BadMultipart as error:
        raise Refusal(400, f"The body cannot be read: {error}.", kind="stow") from error
    if not parts:
        raise Refusal(400, "The body holds no object.", kind="stow")
    return [part.content for part in parts]


def altered(content: bytes) -> bytes:
    """The same object with other content: the first text of an SR, or the bytes of an encapsulated document."""
    dataset = pydicom.dcmread(io.BytesIO(content))
    if "EncapsulatedDocument" in dataset:
        document = bytes(dataset.EncapsulatedDocument)
        dataset.EncapsulatedDocument = document + (b"%" if len(document) % 2 else b"%%")
    elif not _alter_text(dataset.get("ContentSequence") or []):
        dataset.ImageComments = "altered by the archive"
    out = io.BytesIO()
    dataset.save_as(out)
    return out.getvalue()


def _alter_text(items: Sequence[pydicom.Dataset]) -> bool:
    for item in items:
        if "TextValue" in item:
            item.TextValue = f"{item.TextValue} (altered)"
            return True
        if _alter_text(item.get("ContentSequence") or []):
            return True
    return False
