"""Is a fetched instance the one that was asked for, whole, and of the right patient?"""

from __future__ import annotations

from dataclasses import dataclass, field

from workstation.catalogue.instances import InstanceRef
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.header import InstanceHeader
from workstation.dicom.patient import PatientIdentity, PatientMatch, compare_patients
from workstation.dicom.reading import header_of, read_header

_UNCOMPRESSED = frozenset({"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"})


@dataclass(frozen=True)
class Verdict:
    """What checking gave: ``reason`` in words when the instance must be set aside, else empty."""

    reason: str
    transfer_syntax: str = ""
    header: InstanceHeader | None = field(default=None, repr=False)


def check_instance(data: bytes, ref: InstanceRef, patient: PatientIdentity, default_issuer: str) -> Verdict:
    """Check one DICOM file.

    Parameters
    ----------
    data
        The file as it came.
    ref
        What was asked for.
    patient
        Whom the study is about.
    default_issuer
        Issuer of Patient IDs that name none.
    """
    try:
        header = header_of(read_header(data))
    except UnreadableInstance as error:
        return Verdict(error.what)
    if (header.study_uid, header.series_uid, header.sop_uid) != (ref.study_uid, ref.series_uid, ref.sop_uid):
        return Verdict("The site sent another image than the one asked for.")
    if compare_patients(patient, header.patient, default_issuer=default_issuer) is PatientMatch.DIFFERENT:
        return Verdict("The image belongs to another patient.")
    if len(data) < _least_size(header):
        return Verdict("The image is cut short: pixels are missing.")
    return Verdict("", header.transfer_syntax, header)


def _least_size(header: InstanceHeader) -> int:
    """Bytes that uncompressed pixels alone must have; 0 when they are compressed or there are none (PS3.5 8.1.1)."""
    if header.transfer_syntax not in _UNCOMPRESSED:
        return 0
    pixel = header.pixel
    samples = 2 if pixel.photometric == "YBR_FULL_422" else pixel.samples
    return header.rows * header.columns * header.frames * samples * pixel.bits_allocated // 8
