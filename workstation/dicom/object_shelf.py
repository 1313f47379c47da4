"""Objects opened again and again: their headers are read once, and so is where the pixels of each stand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Protocol

from workstation.dicom.dicom_object import DicomObject, PixelDataElement, UnusualReader, open_object
from workstation.dicom.elements import Elements
from workstation.dicom.header import InstanceHeader
from workstation.dicom.series_memory import SeriesMemory
from workstation.foundation.byte_source import ByteSource

_OFFSET_TABLES = (0x7FE00001, 0x7FE00002)  # the extended one, and its lengths


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

    def header(self, name: str, memory: SeriesMemory | None = None) -> InstanceHeader:
        """The header of an object.

        Parameters
        ----------
        memory
            Where many objects of a series are read: makes it quicker.

        Raises
        ------
        UnreadableInstance
        """
        with self._lock:
            known = self._known.get(name)
        if known is None:
            with closing(self._source_of(name)) as source:
                known = _known(open_object(source, unusual=self._unusual, memory=memory), source)
            with self._lock:
                self._known[name] = known
        return known.header

    def open(self, name: str) -> DicomObject:
        """An object, opened; whoever asks closes the source of its pixels. Without pixels nothing stays open.

        Of one with a single frame whose header has been read, nothing is read again, and only the header and the
        pixels are there.

        Raises
        ------
        UnreadableInstance
        """
        with self._lock:
            known = self._known.get(name)
        source = self._source_of(name)
        found = None
        try:
            if known is not None and known.pixels is not None and known.identity == source.identity:
                found = known.opened_again(source)
            else:
                found = open_object(source, unusual=self._unusual)
        finally:
            if found is None or found.pixel_data is None:
                source.close()
        return found

    def forget(self, names: Iterable[str]) -> None:
        """Remember nothing of these any more."""
        with self._lock:
            for name in names:
                self._known.pop(name, None)


@dataclass(frozen=True, repr=False)
class _Known:
    """The header of an object, and all that decoding its only frame needs beside it.

    ``pixels`` is None for objects that are opened anew for their pixels; its source is closed.
    """

    header: InstanceHeader
    transfer_syntax: str
    is_big_endian: bool
    pixels: PixelDataElement | None
    offset_tables: Elements
    identity: bytes

    def opened_again(self, source: ByteSource) -> DicomObject:
        """The object with its pixels, but with none of its other elements."""
        if self.pixels is None:
            raise ValueError("its pixels are not known")
        pixels = replace(self.pixels, source=source)
        found = DicomObject(self.offset_tables, self.transfer_syntax, self.is_big_endian, pixels)
        vars(found)["header"] = self.header  # where `DicomObject.header` keeps what it makes of the elements
        return found


def _known(found: DicomObject, source: IdentifiedSource) -> _Known:
    header, pixels, entries = found.header, found.pixel_data, found.elements.entries
    is_all = header.frames == 1 and pixels is not None and pixels.source is source
    tables = {tag: entries[tag] for tag in _OFFSET_TABLES if tag in entries}
    return _Known(
        header,
        found.transfer_syntax,
        found.is_big_endian,
        pixels if is_all else None,
        Elements(tables),
        source.identity,
    )
