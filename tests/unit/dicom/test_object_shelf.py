"""Objects opened again: the same pixels from the same place, as long as they are the same bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.helpers.pixel_objects import as_bytes, image_object
from workstation.dicom.dicom_object import open_object
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.object_shelf import ObjectShelf, head_of
from workstation.dicom.part10 import ObjectParts
from workstation.foundation.byte_source import BytesSource
from workstation.imaging.decoding import decode_frame_of


class Source(BytesSource):
    """Bytes with an identity, which note what is read of them."""

    def __init__(self, data: bytes, identity: bytes) -> None:
        super().__init__(data)
        self.identity = identity
        self.least_read = len(data)
        self.is_closed = False

    def read(self, offset: int, length: int) -> bytes:
        self.least_read = min(self.least_read, offset)
        return super().read(offset, length)

    def close(self) -> None:
        self.is_closed = True


class Sources:
    """What a shelf takes its objects from."""

    def __init__(self, data: bytes) -> None:
        self.data, self.identity = data, b"first"
        self.given: list[Source] = []

    def give(self, _name: str) -> Source:
        self.given.append(Source(self.data, self.identity))
        return self.given[-1]


def an_image(value: int, **more: object) -> bytes:
    return as_bytes(image_object(np.full((8, 8), value, np.int16), **more))  # type: ignore[arg-type]


def test_nothing_is_read_twice_before_the_pixels() -> None:
    sources = Sources(an_image(5))
    shelf = ObjectShelf(sources.give)
    header = shelf.header("a")
    assert sources.given[0].is_closed
    found = shelf.open("a")
    assert found.header is header
    assert sources.given[1].least_read == len(sources.data)
    assert decode_frame_of(found).pixels[0, 0] == 5
    assert found.pixel_data is not None
    assert sources.given[1].least_read >= found.pixel_data.offset
    assert found.elements == open_object(BytesSource(sources.data)).elements


def test_other_bytes_are_opened_anew() -> None:
    sources = Sources(an_image(5))
    shelf = ObjectShelf(sources.give)
    shelf.header("a")
    sources.data, sources.identity = an_image(7, ImageComments="longer than it was before"), b"second"
    assert decode_frame_of(shelf.open("a")).pixels[0, 0] == 7


def test_without_pixels_nothing_stays_open() -> None:
    dataset = image_object(np.zeros((4, 4), np.int16))
    del dataset.PixelData
    sources = Sources(as_bytes(dataset))
    shelf = ObjectShelf(sources.give)
    assert shelf.open("a").pixel_data is None
    shelf.header("a")
    assert shelf.open("a").elements
    assert all(source.is_closed for source in sources.given)


def test_what_cannot_be_opened_is_closed() -> None:
    sources = Sources(b"this is no DICOM object, but as long as one" * 9)
    shelf = ObjectShelf(sources.give)
    for ask in (shelf.open, shelf.header):
        with pytest.raises(UnreadableInstance):
            ask("a")
    assert all(source.is_closed for source in sources.given)


def test_what_lacks_is_told() -> None:
    shelf = ObjectShelf(Sources(an_image(1)).give)
    assert shelf.lacks(["a"])
    shelf.header("a")
    assert not shelf.lacks(["a"])
    assert shelf.lacks(["a", "b"])
    shelf.forget(["a"])
    assert shelf.lacks(["a"])


def test_a_beginning_opens_to_the_same_as_the_whole() -> None:
    data = an_image(1)
    found = open_object(BytesSource(data))
    head = head_of(data, found)
    assert head is not None
    assert found.pixel_data is not None
    assert len(head) == found.pixel_data.offset
    shelf = ObjectShelf(Sources(data).give)
    assert shelf.header("a", head=Source(head, b"x")) == found.header


def test_the_beginnings_of_real_files_open_to_the_same(open_data: Path) -> None:
    """Of every ordinary real file, what is kept opens to the same as the file."""
    kept = 0
    for path in sorted(open_data.rglob("*"))[:400]:
        if not path.is_file() or path.stat().st_size > 4 << 20:
            continue
        data = path.read_bytes()
        try:
            found = open_object(BytesSource(data), unusual=_Nobody())
        except UnreadableInstance:
            continue
        head = head_of(data, found)
        if head is not None:
            kept += 1
            again = open_object(_Longer(head, len(data)), unusual=_Nobody())
            assert again.elements == found.elements
            assert again.transfer_syntax == found.transfer_syntax
    assert kept > 20


class _Nobody:
    def read(self, data: bytes) -> ObjectParts:
        raise UnreadableInstance("not ordinary")


class _Longer(BytesSource):
    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._whole = size

    @property
    def size(self) -> int:
        return self._whole
