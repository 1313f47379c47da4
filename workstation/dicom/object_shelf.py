"""Objects opened again and again: their headers are read once, and so is where the pixels of each stand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Protocol

from workstation.dicom.dicom_object import DicomObject, PixelDataElement, UnusualReader, open_object
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.header import InstanceHeader
from workstation.dicom.part10 import ObjectParts
from workstation.dicom.series_memory import SeriesMemory
from workstation.foundation.byte_source import ByteSource, BytesSource

_MOST_KEPT = 1 << 16  # bytes before the pixels; elements of larger headers are not kept


class IdentifiedSource(ByteSource, Protocol):
    """Bytes that can be told from others of the same name."""

    @property
    def identity(self) -> bytes:
        """Another one when the bytes may have changed."""
        ...


class ObjectShelf:
    """Opens objects, and remembers what it takes to open them quickly again. Safe to use from any thread.

    Parameters
    ----------
    source_of
        Gives the bytes of an object by its name; raises a `UserFacingError` when it cannot.
    unusual
        As in `workstation.dicom.dicom_object.open_object`.
    """

    def __init__(self, source_of: Callable[[str], IdentifiedSource], unusual: UnusualReader | None = None) -> None:
        self._source_of = source_of
        self._unusual = unusual
        self._lock = threading.Lock()
        self._known: dict[str, _Known] = {}

    def header(
        self, name: str, memory: SeriesMemory | None = None, head: IdentifiedSource | None = None
    ) -> InstanceHeader:
        """The header of an object.

        Parameters
        ----------
        memory
            Where many objects of a series are read: makes it quicker.
        head
            The beginning of the object up to its pixels, where that is at hand: nothing else is read then.

        Raises
        ------
        UnreadableInstance
        """
        with self._lock:
            known = self._known.get(name)
        if known is None:
            with closing(head or self._source_of(name)) as source:
                known = _known(open_object(source, unusual=self._unusual, memory=memory), source)
            with self._lock:
                self._known[name] = known
        return known.header

    def lacks(self, names: Iterable[str]) -> bool:
        """Whether the header of one of these has not been read."""
        with self._lock:
            return any(name not in self._known for name in names)

    def open(self, name: str) -> DicomObject:
        """An object, opened; whoever asks closes the source of its pixels. Without pixels nothing stays open.

        Of one with a single frame whose header has been read, nothing is read again.

        Raises
        ------
        UnreadableInstance
        """
        with self._lock:
            known = self._known.get(name)
        source = self._source_of(name)
        found = None
        try:
            found = (known and known.opened_again(source)) or open_object(source, unusual=self._unusual)
        finally:
            if found is None or found.pixel_data is None:
                source.close()
        return found

    def forget(self, names: Iterable[str]) -> None:
        """Remember nothing of these any more."""
        with self._lock:
            for name in names:
                self._known.pop(name, None)


def head_of(data: bytes, found: DicomObject) -> bytes | None:
    """The beginning of an object up to its pixels, where that alone opens to the same; else None."""
    pixels = found.pixel_data
    if pixels is None or pixels.source.size != len(data):
        return None
    head = data[: pixels.offset]
    try:
        again = open_object(_Beginning(head, len(data)), unusual=_Nobody())
    except UnreadableInstance:
        return None
    place = again.pixel_data
    is_same = place is not None and replace(place, source=pixels.source) == pixels
    return head if is_same and again.elements == found.elements else None


class _Beginning(BytesSource):
    """Bytes that are the beginning of more."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._whole = size

    @property
    def size(self) -> int:
        return self._whole


class _Nobody:
    """Reads nothing unusual."""

    def read(self, data: bytes) -> ObjectParts:  # noqa: ARG002 - as every `UnusualReader`
        """Refuse."""
        raise UnreadableInstance("This file is not an ordinary one.")


@dataclass(frozen=True, repr=False)
class _Known:
    """What was read of an object. ``found`` is None where it is opened anew for its pixels; its source is closed."""

    header: InstanceHeader
    found: DicomObject | None
    identity: bytes

    def opened_again(self, source: IdentifiedSource) -> DicomObject | None:
        """The object, with its pixels in ``source``; None when that is not the same, or too little is known."""
        if self.found is None or self.found.pixel_data is None or source.identity != self.identity:
            return None
        found, place = self.found, self.found.pixel_data
        pixels = PixelDataElement(place.keyword, place.vr, source, place.offset, place.length)
        again = DicomObject(found.elements, found.transfer_syntax, found.is_big_endian, pixels)
        vars(again)["header"] = self.header  # where `DicomObject.header` keeps what it makes of the elements
        return again


def _known(found: DicomObject, source: IdentifiedSource) -> _Known:
    pixels = found.pixel_data
    is_simple = found.header.frames == 1 and pixels is not None and pixels.source is source
    is_small = pixels is not None and pixels.offset <= _MOST_KEPT
    return _Known(found.header, found if is_simple and is_small else None, source.identity)
