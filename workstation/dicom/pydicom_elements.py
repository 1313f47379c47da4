"""Objects that our own walker does not take, read by pydicom and turned into the same `Elements`.

`read_parts` takes bytes and gives plain values, so that it can run in a helper process.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from io import BytesIO

import pydicom
from pydicom import config
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pydicom.values import convert_SQ

from workstation.dicom.elements import Elements, Entries
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.part10 import ADVICE, ObjectParts
from workstation.dicom.value_representations import (
    LONG_VRS,
    SHORT_VRS,
    in_little_endian,
    is_signed_in,
    vr_of_implicit,
    vr_of_unknown,
)
from workstation.dicom.values import UNREADABLE_VALUE
from workstation.dicom.walker import DEEPEST, PIXEL_KEYWORDS, UNDEFINED_LENGTH, Encoding, PixelPlace

__all__ = ["ADVICE", "PIXEL_KEYWORDS", "READING_ERRORS", "ObjectParts", "PixelPlace", "elements_of", "read_parts"]

# Malformed values are dealt with by us, one by one; pydicom's own warnings quote them.
config.settings.reading_validation_mode = config.IGNORE
warnings.filterwarnings("ignore", module=r"pydicom\b")

_DAMAGED = "A file is damaged or is not a DICOM object."
_OBJECTS = ("SOPClassUID", "SOPInstanceUID", "Rows", "DirectoryRecordSequence")
READING_ERRORS = (
    *UNREADABLE_VALUE,
    InvalidDicomError,
    BytesLengthException,
    EOFError,
    OSError,
    RecursionError,
    MemoryError,
    struct.error,
    zlib.error,
)


def read_parts(data: bytes) -> ObjectParts:
    """Read everything up to the pixels.

    Parameters
    ----------
    data
        The object from its first byte on; it may end somewhere behind the beginning of the pixel data.

    Raises
    ------
    UnreadableInstance
        When the bytes are not a DICOM object.
    """
    stream = BytesIO(data)
    try:
        dataset = pydicom.dcmread(stream, force=True, stop_before_pixels=True)
        elements = elements_of(dataset)
        if not any(each in elements for each in _OBJECTS):
            raise UnreadableInstance(_DAMAGED, ADVICE)
        encoding = _encoding_of(dataset)
        return ObjectParts(
            elements, _syntax(dataset, encoding), encoding.is_big_endian, _pixels(data, stream.tell(), encoding)
        )
    except READING_ERRORS as error:
        raise UnreadableInstance(_DAMAGED, ADVICE) from error


def elements_of(
    dataset: Dataset, inherited_character_sets: bytes = b"", *, is_signed: bool = False, depth: int = 0
) -> Elements:
    """Turn a data set that pydicom has read from bytes, and nobody has looked into, into `Elements`.

    A sequence that cannot be read is kept as bytes of VR UN.

    Raises
    ------
    UnreadableInstance
        When sequences are nested more than `DEEPEST` times.
    """
    if depth > DEEPEST:
        raise UnreadableInstance(f"A file nests sequences more than {DEEPEST} deep.", ADVICE)
    found: Entries = {}
    elements = Elements(found, inherited_character_sets)
    for raw in sorted(dataset.elements(), key=lambda each: each.tag):
        is_signed = is_signed_in(found, inherited=is_signed)
        vr = _vr(raw, found, is_signed=is_signed)
        items = _items(raw) if vr == "SQ" else None
        if items is None:
            found[int(raw.tag)] = ("UN" if vr == "SQ" else vr, _raw_value(raw, vr))
        else:
            found[int(raw.tag)] = vr, tuple([
                elements_of(item, elements.character_sets, is_signed=is_signed, depth=depth + 1) for item in items
            ])  # fmt: skip
    return elements


def _items(raw: RawDataElement | DataElement) -> Sequence | None:
    """The items of a sequence, or None when they cannot be read."""
    if isinstance(raw, DataElement):
        return raw.value if isinstance(raw.value, Sequence) else None
    try:
        return convert_SQ(raw.value or b"", raw.is_implicit_VR, raw.is_little_endian)
    except READING_ERRORS:
        return None


def _encoding_of(dataset: Dataset) -> Encoding:
    """How the elements stand in the file, whatever the meta inencodingation says."""
    for raw in dataset.elements():
        if raw.tag.group > 0 and isinstance(raw, RawDataElement):
            return Encoding(raw.is_implicit_VR, not raw.is_little_endian)
    is_implicit, is_little = dataset.original_encoding
    return Encoding(is_implicit is not False, is_little is False)


def _syntax(dataset: Dataset, encoding: Encoding) -> str:
    named = dataset.file_meta.get("TransferSyntaxUID")
    if named:
        return str(named).strip(" \0")
    if encoding.is_implicit:
        return str(ImplicitVRLittleEndian)
    return str(ExplicitVRBigEndian if encoding.is_big_endian else ExplicitVRLittleEndian)


def _vr(raw: RawDataElement | DataElement, found: Entries, *, is_signed: bool) -> str:
    if raw.VR == "SQ":
        return "SQ"
    tag = int(raw.tag)
    if raw.VR is None:
        return vr_of_implicit(tag, found, is_signed=is_signed)
    if raw.VR == "UN":
        return vr_of_unknown(tag, len(raw.value or b""), found, is_signed=is_signed)
    return raw.VR if raw.VR in SHORT_VRS or raw.VR in LONG_VRS else "UN"


def _raw_value(raw: RawDataElement | DataElement, vr: str) -> bytes:
    if isinstance(raw, DataElement):  # pydicom has decoded it already: Specific Character Set
        terms = raw.value if isinstance(raw.value, MultiValue) else [raw.value or ""]
        return "\\".join(str(each) for each in terms).encode("latin-1", "replace")
    if raw.value is None:
        return b""
    return raw.value if raw.is_little_endian else in_little_endian(raw.value, vr)


def _pixels(data: bytes, start: int, encoding: Encoding) -> PixelPlace | None:
    """The element at ``start``, when it is pixel data of any of the three kinds."""
    order = ">" if encoding.is_big_endian else "<"
    if len(data) - start < 12:
        return None
    group, element, vr_bytes, short_length = struct.unpack_from(f"{order}HH2sH", data, start)
    keyword = PIXEL_KEYWORDS.get(group << 16 | element)
    if keyword is None:
        return None
    vr = vr_bytes.decode("latin-1")
    if encoding.is_implicit or not vr.isalpha():
        vr, length, start = "OW", struct.unpack_from(f"{order}L", data, start + 4)[0], start + 8
    elif vr in LONG_VRS:
        length, start = struct.unpack_from(f"{order}L", data, start + 8)[0], start + 12
    else:
        length, start = short_length, start + 8
    return PixelPlace(keyword, vr, start, None if length == UNDEFINED_LENGTH else length)
