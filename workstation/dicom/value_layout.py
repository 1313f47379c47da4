"""Where values stand in the bytes of an object, so that another one written alike is read without walking it.

The images of a series differ in a few values: number, position, time. Where a file has the very bytes of one before but
for the inside of such values, its elements are those of that one, with the new values put in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.dicom.elements import SPECIFIC_CHARACTER_SET, Elements, Entries
from workstation.dicom.part10 import META_START, ObjectParts, Opening, encoding_of, is_part10
from workstation.dicom.value_representations import PIXEL_REPRESENTATION
from workstation.dicom.walker import Encoding, Walker

_END = 8  # the head of the pixel data, which says how long they are, ends the bytes that are compared
_MEDIA_STORAGE_SOP_INSTANCE_UID = 0x00020003
_LARGEST = 1 << 18  # bytes before the pixels

Place = tuple[int, int, int]
"""Tag, first byte of the value, byte after it."""


@dataclass(frozen=True, eq=False, repr=False)
class ValueLayout:
    """The bytes of an object up to its pixels, and where in them values stand that may differ.

    Attributes
    ----------
    head
        The bytes, as uint8; ``end`` is the last of them.
    starts, ends, tags
        Of those values, ascending.
    parts
        What was read of the object.
    """

    head: NDArray[np.uint8]
    end: bytes
    starts: NDArray[np.intp]
    ends: NDArray[np.intp]
    tags: tuple[int, ...]
    parts: ObjectParts

    def parts_in(self, data: bytes) -> tuple[ObjectParts, frozenset[int]] | None:
        """What stands in the beginning of another object, and in which tags it differs.

        None when more than values differs.
        """
        size = self.head.size
        if data[size - _END : size] != self.end:
            return None
        places = (np.frombuffer(data, np.uint8, size) != self.head).nonzero()[0]
        numbers = self.starts.searchsorted(places, side="right") - 1
        if places.size and (numbers[0] < 0 or (places >= self.ends[numbers]).any()):
            return None
        known = self.parts
        entries = known.elements.entries.copy()
        differing = []
        for number in set(numbers.tolist()):
            tag = self.tags[number]
            if tag != _MEDIA_STORAGE_SOP_INSTANCE_UID:  # the data set names it too
                entries[tag] = entries[tag][0], data[self.starts[number] : self.ends[number]]
                differing.append(tag)
        parts = ObjectParts(Elements(entries), known.transfer_syntax, known.is_big_endian, known.pixels)
        return parts, frozenset(differing)


def layout_of(opening: Opening, parts: ObjectParts) -> ValueLayout | None:
    """The layout of an object that has been walked; None when it is no ordinary image with meta information."""
    pixels, head = parts.pixels, opening.head
    if pixels is None or parts.is_big_endian or opening.is_deflated or not is_part10(head):
        return None
    if pixels.offset > min(len(head), _LARGEST):
        return None
    meta = Walker(head, len(head), Encoding())
    walker = Walker(head, len(head), encoding_of(parts.transfer_syntax))
    places = [
        *_places(meta, META_START, meta.meta(META_START, opening.start)[0], _is_media_uid),
        *_places(walker, opening.start, parts.elements.entries, _is_free),
    ]
    if not places:
        return None
    tags, starts, ends = zip(*places, strict=True)
    compared = head[: pixels.offset]
    return ValueLayout(
        np.frombuffer(compared, np.uint8),
        compared[-_END:],
        np.array(starts, np.intp),
        np.array(ends, np.intp),
        tags,
        parts,
    )


def _places(walker: Walker, start: int, found: Entries, may_differ: Callable[[int], bool]) -> Iterator[Place]:
    for tag, after in walker.ends(start, found):
        value = found[tag][1]
        if isinstance(value, bytes) and value and may_differ(tag):
            yield tag, after - len(value), after


def _is_media_uid(tag: int) -> bool:
    return tag == _MEDIA_STORAGE_SOP_INSTANCE_UID


def _is_free(tag: int) -> bool:
    """Whether nothing else is understood differently when this value differs."""
    is_creator = bool(tag & 0x10000) and 0x10 <= tag & 0xFFFF <= 0xFF
    return not is_creator and tag not in {SPECIFIC_CHARACTER_SET, PIXEL_REPRESENTATION}
