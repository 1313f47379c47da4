"""Where values stand in the bytes of an object, so that another one written alike is read without walking it.

The images of a series differ in a few values: number, position, time. Where a file has the very bytes of one before but
for the inside of such values, its elements are those of that one, with the new values put in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from workstation.dicom.elements import SPECIFIC_CHARACTER_SET, Elements, Entries
from workstation.dicom.part10 import META_START, ObjectParts, Opening, encoding_of, is_part10
from workstation.dicom.value_representations import PIXEL_REPRESENTATION
from workstation.dicom.walker import Encoding, Walker

_END = 8  # the head of the pixel data, which says how long they are, ends the bytes that are compared
_MEDIA_STORAGE_SOP_INSTANCE_UID = 0x00020003
_LARGEST = 1 << 18  # bytes before the pixels

Place = tuple[int, int, int]
"""Tag, first byte of the value, byte after it."""


class _Stencil(NamedTuple):
    """The bytes that have been the same in all objects so far, and the places between them."""

    same: tuple[tuple[int, bytes], ...]
    places: tuple[Place, ...]


class ValueLayout:
    """The bytes of an object up to its pixels, and where in them values stand that may differ.

    Parameters
    ----------
    head
        The bytes.
    places
        Of those values, ascending.
    parts
        What was read of the object.

    Notes
    -----
    Any thread may call `parts_in`: what it learns on the way is put in place in one piece.
    """

    def __init__(self, head: bytes, places: Sequence[Place], parts: ObjectParts) -> None:
        self._head = head
        self._end = head[-_END:]
        self._places = places
        self._bytes = np.frombuffer(head, np.uint8)
        self._starts = np.array([start for _, start, _ in places], np.intp)
        self._ends = np.array([end for _, _, end in places], np.intp)
        self._parts = parts
        self._varying: frozenset[int] = frozenset()
        self._stencil: _Stencil | None = None

    @property
    def size(self) -> int:
        """Bytes before the pixels."""
        return len(self._head)

    def parts_in(self, data: bytes) -> tuple[ObjectParts, frozenset[int]] | None:
        """What stands in the beginning of another object, and in which tags it differs.

        None when more than values differs.
        """
        if data[len(self._head) - _END : len(self._head)] != self._end:
            return None
        stencil = self._stencil
        if stencil is None or not all(data.startswith(same, at) for at, same in stencil.same):
            numbers = self._differing(data)
            if numbers is None:
                return None
            self._varying |= numbers
            stencil = self._stencil = self._stencil_of(self._varying)
        return self._with(data, stencil.places)

    def _differing(self, data: bytes) -> frozenset[int] | None:
        """Which of the places differ; None when any other byte does."""
        places = (np.frombuffer(data, np.uint8, len(self._head)) != self._bytes).nonzero()[0]
        numbers = self._starts.searchsorted(places, side="right") - 1
        if places.size and (numbers[0] < 0 or (places >= self._ends[numbers]).any()):
            return None
        return frozenset(numbers.tolist())

    def _stencil_of(self, varying: frozenset[int]) -> _Stencil:
        same, at = [], 0
        places = tuple(self._places[number] for number in sorted(varying))
        for _, start, end in places:
            same.append((at, self._head[at:start]))
            at = end
        return _Stencil((*same, (at, self._head[at:])), places)

    def _with(self, data: bytes, places: Sequence[Place]) -> tuple[ObjectParts, frozenset[int]]:
        known = self._parts
        entries = known.elements.entries.copy()
        differing = []
        for tag, start, end in places:
            raw = data[start:end]
            if tag != _MEDIA_STORAGE_SOP_INSTANCE_UID and entries[tag][1] != raw:  # the data set names that UID too
                entries[tag] = entries[tag][0], raw
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
    return ValueLayout(head[: pixels.offset], places, parts)


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
