"""One frame's bytes out of encapsulated pixel data (PS3.5 A.4), without reading the others.

Pixel data in fragments are a row of items: the Basic Offset Table, then the fragments, then a delimiter. A frame may
take one fragment or several. Where it begins is told by the Extended Offset Table (7FE0,0001), the Basic Offset Table,
or the fragments themselves, of which each that begins with the first bytes of a codestream begins a frame.

A table is believed only where it proves right: as many entries as frames, ascending, each at an item that begins as a
codestream does, no other such item between them. A frame that cannot be told from its neighbours is refused,
since the picture of a neighbour in its place would look right.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.foundation.byte_source import ByteSource
from workstation.imaging.errors import CannotDecode

_ITEM = 0xE000FFFE
_ITEM_HEADER = 8
_LEAST_FRAGMENTS_ALLOWED = 1 << 16  # a frame may come in many; without an end, items of no length would take for ever
PREFIX = 12
"""How many of a fragment's first bytes are looked at."""

BeginsFrame = Callable[[bytes], bool]
"""Whether a fragment with these first bytes (at most `PREFIX`) begins a codestream."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """Where a fragment's bytes are; ``is_cut`` when the source ends within them."""

    start: int
    length: int
    begins_frame: bool
    is_cut: bool

    @property
    def end(self) -> int:
        return self.start + self.length


class EncapsulatedFrames:
    """The frames of one object's encapsulated pixel data. Safe to use from several threads.

    Parameters
    ----------
    source, offset
        Where the pixel data are; ``offset`` is the place of the Basic Offset Table's item.
    frames
        Number of Frames of the header.
    begins_frame
        Knows the first bytes of a codestream of this transfer syntax.
    extended
        Extended Offset Table and Extended Offset Table Lengths (PS3.3 C.7.6.3.1.8), the bytes of their values.
    """

    def __init__(
        self,
        source: ByteSource,
        offset: int,
        frames: int,
        begins_frame: BeginsFrame,
        extended: tuple[bytes, bytes] | None = None,
    ) -> None:
        self._source = source
        self._offset = offset
        self._frames = frames
        self._begins_frame = begins_frame
        self._extended = extended
        self._lock = threading.Lock()
        self._first = -1  # place of the first fragment's item; not known yet
        self._table: NDArray[np.uint64] | None = None
        self._found: list[Fragment] = []
        self._next = -1
        self._has_end = False  # whether the delimiter was met, rather than the end of the bytes

    def read(self, frame: int) -> bytes:
        """The codestream of one frame, counted from 0; padding behind it is left in place.

        Raises
        ------
        CannotDecode
            When the frame is not there, or cannot be told from others.
        """
        with self._lock:
            self._begin()
            fragments = self._by_table(frame) or self._by_fragments(frame)
        if any(each.is_cut for each in fragments[:-1]):
            raise CannotDecode("its compressed pixel data are cut short")
        pieces = [self._source.read(each.start, each.length) for each in fragments]
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _begin(self) -> None:
        """Read the item that every encapsulation begins with, and the tables."""
        if self._first >= 0:
            return
        head = self._source.read(self._offset, _ITEM_HEADER)
        if len(head) < _ITEM_HEADER or struct.unpack_from("<I", head)[0] != _ITEM:
            raise CannotDecode("its compressed pixel data are damaged")
        length = struct.unpack_from("<I", head, 4)[0]
        if self._frames > 1:  # a single frame takes all fragments, whatever tables say
            self._table = self._extended_table() if self._extended else self._basic_table(length)
        self._first = self._next = self._offset + _ITEM_HEADER + length

    def _basic_table(self, length: int) -> NDArray[np.uint64] | None:
        if length != 4 * self._frames:
            return None
        return _believable(np.frombuffer(self._source.read(self._offset + _ITEM_HEADER, length), "<u4"), self._frames)

    def _extended_table(self) -> NDArray[np.uint64] | None:
        offsets, lengths = self._extended or (b"", b"")
        if len(offsets) != 8 * self._frames or len(lengths) not in {0, len(offsets)}:
            return None
        return _believable(np.frombuffer(offsets, "<u8"), self._frames)

    def _by_table(self, frame: int) -> list[Fragment]:
        """The frame's fragments as the table says; empty, and the table never asked again, when it is wrong."""
        if self._table is None or not 0 <= frame < self._frames:
            return []
        is_last = frame == self._frames - 1
        end = self._source.size if is_last else self._first + int(self._table[frame + 1])
        fragments = self._between(self._first + int(self._table[frame]), end)
        is_right = [each.begins_frame for each in fragments] == [True] + [False] * (len(fragments) - 1)
        if is_right and (is_last or fragments[-1].is_cut or self._begins_at(end, fragments[-1])):
            return fragments
        self._table = None
        return []

    def _between(self, at: int, end: int) -> list[Fragment]:
        fragments: list[Fragment] = []
        while at < end and (fragment := self._fragment_at(at)) is not None:
            fragments.append(fragment)
            at = fragment.end
            self._refuse_too_many(len(fragments))
        return fragments

    def _begins_at(self, place: int, last: Fragment) -> bool:
        """Whether ``last`` ends there, and the next frame begins."""
        following = self._fragment_at(place) if last.end == place else None
        return following is not None and following.begins_frame

    def _by_fragments(self, frame: int) -> list[Fragment]:
        """The frame's fragments as the fragments themselves say."""
        if self._frames == 1:
            self._look_as_far_as(None)
            return self._known(self._found)
        self._look_as_far_as(frame + 2)
        leading = self._found[: frame + 2]
        if len(leading) > frame and all(each.begins_frame for each in leading):
            return [leading[frame]]
        if frame == 0 and leading and leading[0].begins_frame:
            return self._first_frame()
        return self._after_looking_at_all(frame)

    def _first_frame(self) -> list[Fragment]:
        """Up to the next fragment that begins a frame; those in between can only belong to the first."""
        count = 1
        while self._look_as_far_as(count + 1) > count and not self._found[count].begins_frame:
            count += 1
        return self._found[:count]

    def _after_looking_at_all(self, frame: int) -> list[Fragment]:
        count = self._look_as_far_as(None)
        begins = [index for index, each in enumerate(self._found) if each.begins_frame]
        is_by_beginning = begins[:1] == [0] and (len(begins) >= self._frames or not self._has_end)
        if is_by_beginning and frame < len(begins):
            return self._found[begins[frame] : [*begins, count][frame + 1]]
        if count == self._frames:
            return [self._found[frame]]
        if frame >= count or is_by_beginning:
            raise CannotDecode(f"its header says {self._frames} frames, and its pixel data have fewer")
        raise CannotDecode("its compressed frames cannot be told apart")

    def _known(self, fragments: list[Fragment]) -> list[Fragment]:
        if not fragments:
            raise CannotDecode("its pixel data are missing")
        return fragments

    def _look_as_far_as(self, count: int | None) -> int:
        """Hop from item to item until ``count`` fragments are known (None: all); gives how many are known."""
        while self._next >= 0 and (count is None or len(self._found) < count):
            fragment = self._fragment_at(self._next)
            if fragment is None:
                self._next = -1
                break
            self._found.append(fragment)
            self._next = -1 if fragment.is_cut else fragment.end
            self._refuse_too_many(len(self._found))
        return len(self._found)

    def _fragment_at(self, at: int) -> Fragment | None:
        """The fragment whose item begins there; None at the delimiter, at the end and at anything else."""
        head = self._source.read(at, _ITEM_HEADER + PREFIX)
        if len(head) < _ITEM_HEADER:
            return None
        tag, length = struct.unpack_from("<II", head)
        if tag != _ITEM:
            self._has_end = True
            return None
        start = at + _ITEM_HEADER
        left = self._source.size - start
        prefix = head[_ITEM_HEADER : _ITEM_HEADER + length]
        return Fragment(start, min(length, left), self._begins_frame(prefix), is_cut=length > left)

    def _refuse_too_many(self, count: int) -> None:
        if count > _LEAST_FRAGMENTS_ALLOWED + 16 * self._frames:
            raise CannotDecode("its compressed pixel data are in too many pieces")


def _believable(table: NDArray[np.unsignedinteger], frames: int) -> NDArray[np.uint64] | None:
    """A table with an entry for each frame, from 0 upwards."""
    if table.size != frames or not frames or table[0] != 0 or (table[1:] <= table[:-1]).any():
        return None
    return table.astype(np.uint64)
