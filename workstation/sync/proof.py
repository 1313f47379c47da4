"""Proof that a delivery arrived. An archive's "stored" is a claim: what counts is what can be read back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from workstation.dicom.dicom_object import UnusualReader, open_object
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.patient import PatientMatch, compare_patients
from workstation.dicom.reading import patient_of
from workstation.dicom.sr_content import content_digest, pdf_bytes
from workstation.dicom.values import AnyDataset, text
from workstation.foundation.byte_source import BytesSource
from workstation.sync.dicomweb import DicomWeb
from workstation.sync.errors import Refused
from workstation.sync.mllp import Acknowledgement
from workstation.sync.ups_attributes import STATE, first_text, output_sop_uids
from workstation.sync.worklist import ReadingWorklist

_UIDS = ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID")


class Finding(Enum):
    """What looking for a delivery at the site gave."""

    PROVEN = "proven"
    ABSENT = "absent"
    DIFFERENT = "different"
    """Something else is there under this UID: sending again will not help."""


@dataclass(frozen=True)
class Proof:
    """A finding, and a sentence part that says how it was found. Never patient data."""

    finding: Finding
    text: str


def prove_document(
    payload: bytes,
    archive: DicomWeb,
    *,
    coerced: Collection[str] = (),
    default_issuer: str = "",
    unusual: UnusualReader | None = None,
) -> Proof:
    """Fetch an SR or an encapsulated PDF back and compare it with what was sent.

    Parameters
    ----------
    payload
        The DICOM file that was sent.
    coerced
        What the site may change when it stores: ``patient_id``, ``issuer``, ``accession``, ``name``.
    unusual
        Reads what our own walker does not take of what comes back; by default pydicom, in this process.

    Raises
    ------
    Unreachable, LoginRefused, Refused, WrongAnswer
        When nothing can be said.
    """
    sent = open_object(BytesSource(payload)).elements
    try:
        back = archive.instance(
            text(sent, "StudyInstanceUID"), text(sent, "SeriesInstanceUID"), text(sent, "SOPInstanceUID")
        )
    except Refused as refusal:
        if refusal.status in (404, 410):
            return Proof(Finding.ABSENT, "the archive does not show it")
        raise
    if back == payload:
        return Proof(Finding.PROVEN, "read back from the archive, identical to the byte")
    try:
        found = open_object(BytesSource(back), unusual=unusual).elements
    except UnreadableInstance:
        return Proof(Finding.DIFFERENT, "the archive gives back something unreadable")
    difference = _difference(sent, found, frozenset(coerced), default_issuer)
    if difference:
        return Proof(Finding.DIFFERENT, f"the archive keeps something else under its number: {difference}")
    return Proof(Finding.PROVEN, "read back from the archive with the same content")


def prove_message(acknowledgement: Acknowledgement, message_id: str) -> Proof:
    """An ORU counts as accepted when MSA-1 is AA and MSA-2 is our MSH-10."""
    if acknowledgement.message_id != message_id:
        return Proof(Finding.ABSENT, "the RIS acknowledged another message")
    if acknowledgement.code == "AA":
        return Proof(Finding.PROVEN, "accepted by RIS")
    meaning = "with an error" if acknowledgement.code == "AE" else "and will not take it"
    return Proof(Finding.DIFFERENT, f"the RIS answered {meaning} ({acknowledgement.code})")


def prove_completed(worklist: ReadingWorklist, uid: str, outputs: Collection[str] = ()) -> Proof:
    """A work item counts as finished when the site, asked again, shows it as COMPLETED, and by nobody else.

    Parameters
    ----------
    outputs
        SOP Instance UIDs of our report. A site that names other results, and none of these, had it from somebody else.
    """
    item = worklist.retrieve(uid)
    state = first_text(item, STATE)
    shown = output_sop_uids(item)
    if state == "COMPLETED" and shown and outputs and not shown & set(outputs):
        return Proof(Finding.DIFFERENT, "somebody else has completed the item with another report")
    if state == "COMPLETED":
        return Proof(Finding.PROVEN, "the site shows the item as completed")
    if state == "IN PROGRESS":
        return Proof(Finding.ABSENT, "the site does not show the item as completed")
    return Proof(Finding.DIFFERENT, "the site does not hold the item as yours any more")


def _difference(sent: AnyDataset, found: AnyDataset, coerced: frozenset[str], default_issuer: str) -> str:
    """What differs, in words; empty when it is the same document of the same patient."""
    if any(text(sent, keyword) != text(found, keyword) for keyword in _UIDS):
        return "other identifiers"
    if not _is_same_patient(sent, found, coerced, default_issuer):
        return "another patient"
    if "accession" not in coerced and text(sent, "AccessionNumber") != text(found, "AccessionNumber"):
        return "another accession number"
    return "" if _content(sent) == _content(found) else "another content"


def _is_same_patient(sent: AnyDataset, found: AnyDataset, coerced: frozenset[str], default_issuer: str) -> bool:
    if "patient_id" in coerced:
        return True  # the site renumbers its patients; the UIDs and the content still hold
    one, other = patient_of(sent), patient_of(found)
    if "issuer" in coerced:
        other = type(other)(other.patient_id, one.issuer, other.name, other.birth_date, other.sex)
    match = compare_patients(one, other, default_issuer=default_issuer)
    return match is PatientMatch.SAME or (match is PatientMatch.ASK and "name" in coerced)


def _content(dataset: AnyDataset) -> str | bytes:
    return pdf_bytes(dataset) if "EncapsulatedDocument" in dataset else content_digest(dataset)
