"""One object, opened: its elements up to the pixels, and where the pixels stand.

Ordinary files are walked by our own walker, which reads their beginning only; whatever it finds unusual is read by
pydicom, in a helper process where the program has one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from workstation.dicom import reading
from workstation.dicom.elements import Elements
from workstation.dicom.errors import NotDicom, UnreadableInstance
from workstation.dicom.header import InstanceHeader
from workstation.dicom.part10 import ADVICE, FIRST_READ, ObjectParts, Opening, is_part10, opening_of, walked
from workstation.dicom.pydicom_elements import read_parts
from workstation.dicom.series_memory import SeriesMemory
from workstation.dicom.walker import Unusual
from workstation.foundation.byte_source import ByteSource

_MOST_FOR_PYDICOM = 32 << 20  # bytes before the pixels; real objects have a few MiB at most
_OBJECT_TAGS = (0x00080016, 0x00080018, 0x00280010)  # SOP Class UID, SOP Instance UID, Rows
_DIRECTORY_RECORDS = 0x00041220


class UnusualReader(Protocol):
    """Reads what our own walker does not take."""

    def read(self, data: bytes) -> ObjectParts:
        """As `workstation.dicom.pydicom_elements.read_parts`."""
        ...


class ReadInProcess:
    """pydicom in this process: for tests, and for tools that read one file and end."""

    def read(self, data: bytes) -> ObjectParts:
        """As `workstation.dicom.pydicom_elements.read_parts`."""
        return read_parts(data)


@dataclass(frozen=True, repr=False)
class PixelDataElement:
    """Pixel data that have not been read.

    Attributes
    ----------
    keyword
        ``PixelData``, ``FloatPixelData`` or ``DoubleFloatPixelData``.
    vr
        As in the file; ``OW`` in implicit VR.
    source, offset
        Where the value begins: the first byte of native pixels, or the item tag of the offset table.
    length
        Bytes of the value as the file claims, not checked; None when the length is undefined, that is, encapsulated.
    """

    keyword: str
    vr: str
    source: ByteSource
    offset: int
    length: int | None


@dataclass(frozen=True, repr=False)
class DicomObject:
    """An opened object; reading its pixels needs its source open."""

    elements: Elements
    transfer_syntax: str
    is_big_endian: bool = False
    pixel_data: PixelDataElement | None = field(default=None)

    @cached_property
    def header(self) -> InstanceHeader:
        """What the program needs to know of it; made once.

        Raises
        ------
        UnreadableInstance
            When an identifier is missing, or an image contradicts itself about its size or bits.
        """
        return reading.header_of(self.elements, transfer_syntax=self.transfer_syntax)

    @cached_property
    def header_without_identifiers(self) -> InstanceHeader:
        """As `header` for an object that is only to be drawn and never filed: its UIDs may be missing."""
        return reading.header_of(self.elements, transfer_syntax=self.transfer_syntax, require_identifiers=False)


def open_object(
    source: ByteSource, *, unusual: UnusualReader | None = None, memory: SeriesMemory | None = None
) -> DicomObject:
    """Open an object; its pixels are not read.

    Parameters
    ----------
    source
        Stays in use by the pixel data of the answer; closing it is the caller's business.
    unusual
        Reads what our own walker does not take; without it pydicom does, in this process.
    memory
        Where many objects of a series are opened one after the other: makes it quicker.

    Raises
    ------
    UnreadableInstance
        When the bytes are no DICOM object, or are damaged beyond reading.
    """
    head = source.read(0, memory.first_read if memory is not None else FIRST_READ)
    recalled = memory.recalled(head) if memory is not None else None
    if recalled is not None:
        return _object_of(recalled, source)
    found = _opened(source, head, unusual or ReadInProcess(), memory)
    if not any(tag in found.elements for tag in _OBJECT_TAGS):
        raise _no_object(head, is_directory=_DIRECTORY_RECORDS in found.elements)
    return found


def open_any(source: ByteSource, *, unusual: UnusualReader | None = None) -> DicomObject:
    """As `open_object`, for anything written as a data set: directories of media (DICOMDIR) too."""
    return _opened(source, source.read(0, FIRST_READ), unusual or ReadInProcess(), None)


def _opened(source: ByteSource, head: bytes, unusual: UnusualReader, memory: SeriesMemory | None) -> DicomObject:
    opening = None
    try:
        opening = opening_of(source, head)
        opening, parts = walked(opening)
    except Unusual:
        return _read_by(unusual, source, opening)
    if memory is not None:
        memory.learn(opening, parts)
    return _object_of(parts, opening.source)


def _no_object(head: bytes, *, is_directory: bool) -> UnreadableInstance:
    """What to say of bytes without an object in them: whoever claims to be Part 10 is damaged."""
    if is_part10(head) and not is_directory:
        return UnreadableInstance("A file is damaged or is not a DICOM object.", ADVICE)
    return NotDicom("A file is not a DICOM object.", ADVICE)


def _read_by(reader: UnusualReader, source: ByteSource, opening: Opening | None) -> DicomObject:
    """Read an unusual object with pydicom; what was deflated is given to it inflated, as a bare data set."""
    read_from = opening.source if opening is not None else source
    data = read_from.read(0, _MOST_FOR_PYDICOM)
    try:
        parts = reader.read(data)
    except UnreadableInstance as error:
        if opening is None and not is_part10(data):
            raise NotDicom("A file is not a DICOM object.", ADVICE) from error
        raise
    if parts.pixels is None and read_from.size > _MOST_FOR_PYDICOM:
        raise UnreadableInstance(f"A file has more than {_MOST_FOR_PYDICOM >> 20} MiB before its pixels.", ADVICE)
    if opening is not None and opening.is_deflated:
        parts = ObjectParts(parts.elements, opening.transfer_syntax, parts.is_big_endian, parts.pixels)
    return _object_of(parts, read_from)


def _object_of(parts: ObjectParts, source: ByteSource) -> DicomObject:
    place = parts.pixels
    pixels = PixelDataElement(place.keyword, place.vr, source, place.offset, place.length) if place else None
    return DicomObject(parts.elements, parts.transfer_syntax, parts.is_big_endian, pixels)
