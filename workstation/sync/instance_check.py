"""Is a fetched instance the one that was asked for, whole, and of the right patient?"""

from __future__ import annotations

from dataclasses import dataclass, field

from pydicom.uid import UID

from workstation.catalogue.instances import InstanceRef
from workstation.dicom.dicom_object import DicomObject, UnusualReader, open_object
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.header import InstanceHeader
from workstation.dicom.object_shelf import head_of
from workstation.dicom.patient import PatientIdentity, PatientMatch, compare_patients
from workstation.foundation.byte_source import BytesSource

# PS3.5 A.4: fragments of encapsulated pixels end with a sequence delimiter; all these syntaxes are little endian.
_SEQUENCE_END = b"\xfe\xff\xdd\xe0"


@dataclass(frozen=True)
class Verdict:
    """What checking gave: ``reason`` in words when the instance must be set aside, else empty.

    ``head`` is the beginning of the file, where that alone is enough to read its header.
    """

    reason: str
    transfer_syntax: str = ""
    header: InstanceHeader | None = field(default=None, repr=False)
    head: bytes | None = field(default=None, repr=False)


def check_instance(
    data: bytes,
    ref: InstanceRef,
    patient: PatientIdentity,
    default_issuer: str,
    unusual: UnusualReader | None = None,
) -> Verdict:
    """Check one DICOM file.

    Parameters
    ----------
    data
        The file as it came.
    ref
        What was asked for.
    patient
        Whom the study is about. When even that has no Patient ID there is nobody to compare with: the study may be
        looked at, and reading keeps it from being signed.
    default_issuer
        Issuer of Patient IDs that name none.
    unusual
        Reads what our own walker does not take; by default pydicom, in this process.
    """
    try:
        found = open_object(BytesSource(data), unusual=unusual)
        header = found.header
    except UnreadableInstance as error:
        return Verdict(error.what)
    if (header.study_uid, header.series_uid, header.sop_uid) != (ref.study_uid, ref.series_uid, ref.sop_uid):
        return Verdict("The site sent another image than the one asked for.")
    match = compare_patients(patient, header.patient, default_issuer=default_issuer)
    if patient.patient_id.strip() and match is PatientMatch.DIFFERENT:
        return Verdict("The image belongs to another patient.")
    if _is_cut_short(data, found):
        return Verdict("The image is cut short: pixels are missing.")
    return Verdict("", header.transfer_syntax, header, head_of(data, found))


def _is_cut_short(data: bytes, found: DicomObject) -> bool:
    """Whether an image lacks pixels. A file cut between two elements of its header still reads well."""
    header, pixels = found.header, found.pixel_data
    if not header.rows:
        return UID(header.sop_class).name.endswith("Image Storage")
    if pixels is None:
        return True
    if pixels.length is None:
        return data.rfind(_SEQUENCE_END) < pixels.offset
    return pixels.source.size - pixels.offset < _least_size(header)


def _least_size(header: InstanceHeader) -> int:
    """Bytes that uncompressed pixels alone must have (PS3.5 8.1.1)."""
    pixel = header.pixel
    samples = 2 if pixel.photometric == "YBR_FULL_422" else pixel.samples
    return header.rows * header.columns * header.frames * samples * pixel.bits_allocated // 8
