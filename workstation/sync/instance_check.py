"""Is a fetched instance the one that was asked for, whole, and of the right patient?"""

from __future__ import annotations

from dataclasses import dataclass, field

from pydicom.uid import UID

from workstation.catalogue.instances import InstanceRef
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.header import InstanceHeader
from workstation.dicom.patient import PatientIdentity, PatientMatch, compare_patients
from workstation.dicom.reading import header_of, read_header

_UNCOMPRESSED = frozenset({"1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"})

# PS3.5 A.4: fragments of encapsulated pixels end with a sequence delimiter; all these syntaxes are little endian.
_ENCAPSULATED = ("1.2.840.10008.1.2.4.", "1.2.840.10008.1.2.5")
_PIXEL_DATA, _SEQUENCE_END = b"\xe0\x7f\x10\x00", b"\xfe\xff\xdd\xe0"
_BIG_ENDIAN, _PIXEL_DATA_BIG_ENDIAN = "1.2.840.10008.1.2.2", b"\x7f\xe0\x00\x10"
_IMPLICIT = "1.2.840.10008.1.2"


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
        Whom the study is about. When even that has no Patient ID there is nobody to compare with: the study may be
        looked at, and reading keeps it from being signed.
    default_issuer
        Issuer of Patient IDs that name none.
    """
    try:
        header = header_of(read_header(data))
    except UnreadableInstance as error:
        return Verdict(error.what)
    if (header.study_uid, header.series_uid, header.sop_uid) != (ref.study_uid, ref.series_uid, ref.sop_uid):
        return Verdict("The site sent another image than the one asked for.")
    match = compare_patients(patient, header.patient, default_issuer=default_issuer)
    if patient.patient_id.strip() and match is PatientMatch.DIFFERENT:
        return Verdict("The image belongs to another patient.")
    if _is_cut_short(data, header):
        return Verdict("The image is cut short: pixels are missing.")
    return Verdict("", header.transfer_syntax, header)


def _is_cut_short(data: bytes, header: InstanceHeader) -> bool:
    """Whether an image lacks pixels. A file cut between two elements of its header still reads well."""
    if not header.rows:
        return UID(header.sop_class).name.endswith("Image Storage")
    # The first match: an icon's pixels come before the image's own, which only makes the check milder.
    tag = _PIXEL_DATA_BIG_ENDIAN if header.transfer_syntax == _BIG_ENDIAN else _PIXEL_DATA
    start = data.find(tag)
    if header.transfer_syntax in _UNCOMPRESSED:
        head = 8 if header.transfer_syntax == _IMPLICIT else 12  # PS3.5 7.1.2 and 7.1.3: tag, (VR,) length
        return start < 0 or len(data) - start - head < _least_size(header)
    if header.transfer_syntax.startswith(_ENCAPSULATED):
        return start < 0 or data.rfind(_SEQUENCE_END) < start
    return False  # deflated: what is cut short cannot be unpacked and was refused before


def _least_size(header: InstanceHeader) -> int:
    """Bytes that uncompressed pixels alone must have (PS3.5 8.1.1)."""
    pixel = header.pixel
    samples = 2 if pixel.photometric == "YBR_FULL_422" else pixel.samples
    return header.rows * header.columns * header.frames * samples * pixel.bits_allocated // 8
