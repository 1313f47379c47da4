"""Our own walk over the elements of an ordinary data set: fast, and stopping before the pixels (PS3.5 chapter 7).

It takes what the standard allows and nothing else: anything out of order, of an unknown VR or of a wrong length raises
`Unusual`, and somebody more patient reads the object. Elements behind the pixel data are never looked at: image objects
carry nothing there that is needed to show them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from struct import Struct
from struct import error as struct_error
from typing import NamedTuple

from workstation.dicom.elements import Elements, Entries
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.value_representations import (
    LONG_VRS,
    SHORT_VRS,
    in_little_endian,
    is_signed_in,
    vr_of_implicit,
    vr_of_unknown,
)

DEEPEST = 64
"""Nested sequences; real objects have about ten."""
MOST_ELEMENTS = 1_000_000
"""Elements and items of one object: about 250 MB of memory."""
UNDEFINED_LENGTH = 0xFFFFFFFF
PIXEL_KEYWORDS = {0x7FE00008: "FloatPixelData", 0x7FE00009: "DoubleFloatPixelData", 0x7FE00010: "PixelData"}

_ADVICE = "Ask the site to send the image again."
_SHORT = {vr.encode(): vr for vr in SHORT_VRS}
_LONG = {vr.encode(): vr for vr in LONG_VRS}
_HEADS = {order: tuple(Struct(order + each).unpack_from for each in ("HH2sH", "HHL", "L")) for order in "<>"}
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_PIXELS_BEGIN = 0x7FE00008
_DELIMITERS_BEGIN = 0xFFFE0000
_BYTES_BETWEEN_COUNTS = 4 << 20


class Unusual(Exception):
    """The object is not an ordinary one; says why, without values."""


class Short(Exception):
    """The bytes at hand end before the walk does: at least ``needed`` are wanted."""

    def __init__(self, needed: int) -> None:
        super().__init__(needed)
        self.needed = needed


@dataclass(frozen=True)
class Encoding:
    """How elements stand in the bytes (PS3.5 annex A)."""

    is_implicit: bool = False
    is_big_endian: bool = False


class PixelPlace(NamedTuple):
    """Where pixel data stand: ``offset`` of their first byte; ``length`` is None when it is undefined."""

    keyword: str
    vr: str
    offset: int
    length: int | None


class Walker:
    """Walks bytes that may be the beginning of more.

    Parameters
    ----------
    data
        The object's bytes from the first.
    size
        Bytes the object has altogether.

    Notes
    -----
    Every method raises `Unusual`, `Short`, or `UnreadableInstance` when the bytes are beyond all reason.
    """

    def __init__(self, data: bytes, size: int, encoding: Encoding) -> None:
        self._data = data
        self._size = size
        self._encoding = encoding
        order = ">" if encoding.is_big_endian else "<"
        self._explicit_head, self._implicit_head, self._long_length = _HEADS[order]
        self._near = min(len(data), _BYTES_BETWEEN_COUNTS)
        self._count = 0

    def meta(self, start: int, end: int | None) -> tuple[Entries, int]:
        """Group 0002 from ``start`` to exactly ``end``, or as far as it goes when that is None; and where it ends."""
        found: Entries = {}
        at = self._explicit(found, start, end or self._size, 0x0001FFFF, 0x00030000, b"", False, 0)
        if end is not None and at != end:
            raise Unusual("the meta information has another length than it says")
        return found, at

    def data_set(self, start: int) -> tuple[Elements, PixelPlace | None]:
        """The elements from ``start`` up to the pixel data, and where those stand."""
        found: Entries = {}
        at = self._walk(found, start, self._size, 0x0002FFFF, _PIXELS_BEGIN, b"", False, 0)
        return Elements(found), self._pixels(at) if at < self._size else None

    def ends(self, start: int, found: Entries) -> Iterator[tuple[int, int]]:
        """The tag of each element that a walk from ``start`` has found, and the place behind it."""
        so_far: Entries = {}
        for tag in found:
            start = self._walk(so_far, start, self._size, tag - 1, tag + 1, b"", False, 0)
            yield tag, start

    @property
    def _walk(self) -> Callable[..., int]:
        return self._implicit if self._encoding.is_implicit else self._explicit

    def _explicit(
        self, found: Entries, at: int, end: int, last: int, stop: int, sets: bytes, is_signed: bool, depth: int
    ) -> int:
        """Elements with a VR from ``at``, into ``found``, up to ``end`` or to the first tag from ``stop`` on.

        Parameters
        ----------
        last
            Tags must be greater.
        sets, is_signed
            Specific Character Set and sign of pixels of the data set around this one.
        """
        data, head, is_big, short = self._data, self._explicit_head, self._encoding.is_big_endian, _SHORT
        limit = end if end < self._near else self._near
        try:
            while at < end:
                group, element, code, length = head(data, at)
                tag = group << 16 | element
                if tag <= last:
                    raise Unusual("tags are out of order")
                if tag >= stop:
                    return at
                vr = short.get(code)
                if vr is None:
                    vr, length = self._long_head(code, at)
                    at += 4
                    if vr in {"SQ", "UN"} or length == UNDEFINED_LENGTH:
                        at = self._special(found, tag, vr, at + 8, length, end, sets, is_signed, depth)
                        last = tag
                        continue
                at += 8
                after = at + length
                if after > limit:
                    limit = self._checked_limit(found, after, end)
                raw = data[at:after]
                found[tag] = vr, in_little_endian(raw, vr) if is_big else raw
                at = after
                last = tag
        except struct_error:
            raise self._ended(at + 12) from None
        return at

    def _implicit(
        self, found: Entries, at: int, end: int, last: int, stop: int, sets: bytes, is_signed: bool, depth: int
    ) -> int:
        """As `_explicit`, for elements without a VR (PS3.5 A.1): the dictionary gives it."""
        data, head = self._data, self._implicit_head
        limit = end if end < self._near else self._near
        try:
            while at < end:
                group, element, length = head(data, at)
                tag = group << 16 | element
                if tag <= last:
                    raise Unusual("tags are out of order")
                if tag >= stop:
                    return at
                vr = vr_of_implicit(tag, found, is_signed=is_signed_in(found, inherited=is_signed))
                at += 8
                if vr == "SQ" or length == UNDEFINED_LENGTH:
                    at = self._special(found, tag, vr, at, length, end, sets, is_signed, depth)
                else:
                    after = at + length
                    if after > limit:
                        limit = self._checked_limit(found, after, end)
                    found[tag] = vr, data[at:after]
                    at = after
                last = tag
        except struct_error:
            raise self._ended(at + 8) from None
        return at

    def _long_head(self, code: bytes, at: int) -> tuple[str, int]:
        vr = _LONG.get(code)
        if vr is None:
            raise Unusual("a VR is unknown")
        length: int = self._long_length(self._data, at + 8)[0]
        return vr, length

    def _special(
        self,
        found: Entries,
        tag: int,
        vr: str,
        at: int,
        length: int,
        end: int,
        sets: bytes,
        is_signed: bool,
        depth: int,
    ) -> int:
        """A sequence, a value of VR UN or one of undefined length, its value at ``at``; gives the place after it."""
        is_signed = is_signed_in(found, inherited=is_signed)
        after = None if length == UNDEFINED_LENGTH else at + length
        if after is not None:
            self._checked_limit(found, after, end)
        is_hidden = vr == "UN"
        if is_hidden:
            vr = vr_of_unknown(tag, length, found, is_signed=is_signed) if after is not None else "SQ"
        elif after is None and vr != "SQ":
            return self._fragments(found, tag, vr, at, end)
        if vr != "SQ":
            found[tag] = vr, self._data[at:after]
            return after or at
        own = Elements(found, sets).character_sets
        items, at = self._items(at, after, end, own, is_signed, depth + 1, is_hidden=is_hidden)
        found[tag] = "SQ", items
        return at

    def _items(
        self, at: int, after: int | None, end: int, sets: bytes, is_signed: bool, depth: int, *, is_hidden: bool
    ) -> tuple[tuple[Elements, ...], int]:
        """Items from ``at`` up to ``after``, or to the delimiter when that is None; and the place behind all."""
        if depth > DEEPEST:
            raise UnreadableInstance(f"A file nests sequences more than {DEEPEST} deep.", _ADVICE)
        items: list[Elements] = []
        within = end if after is None else after
        while at < within:
            tag, length = self._item_head(at)
            at += 8
            if tag == _SEQUENCE_END and after is None and length == 0:
                return tuple(items), at
            if tag != _ITEM:
                raise Unusual("something stands between the items of a sequence")
            item, at = self._item(at, length, within, sets, is_signed, depth, is_hidden=is_hidden)
            items.append(item)
        if after is None or at != after:
            raise Unusual("a sequence has another length than it says")
        return tuple(items), at

    def _item(
        self, at: int, length: int, end: int, sets: bytes, is_signed: bool, depth: int, *, is_hidden: bool
    ) -> tuple[Elements, int]:
        found: Entries = {}
        is_open = length == UNDEFINED_LENGTH
        after = end if is_open else at + length
        if after > end:
            raise Unusual("an item is longer than its sequence")
        walk = self._implicit if self._is_implicit(at, is_hidden=is_hidden) else self._explicit
        at = walk(found, at, after, -1, _DELIMITERS_BEGIN, sets, is_signed, depth)
        if is_open:
            if self._item_head(at) != (_ITEM_END, 0):
                raise Unusual("an item does not end")
            at += 8
        elif at != after:
            raise Unusual("an item has another length than it says")
        self._count += 1 + len(found)
        self._check_count(0)
        return Elements(found, sets), at

    def _is_implicit(self, at: int, *, is_hidden: bool) -> bool:
        """Items hidden in a value of VR UN are implicit VR (PS3.5 6.2.2 note 2), if their writer knew that."""
        if not is_hidden or self._encoding.is_implicit:
            return self._encoding.is_implicit
        code = self._data[at + 4 : at + 6]
        return code not in _SHORT and code not in _LONG

    def _item_head(self, at: int) -> tuple[int, int]:
        try:
            group, element, length = self._implicit_head(self._data, at)
        except struct_error:
            raise self._ended(at + 8) from None
        return group << 16 | element, length

    def _fragments(self, found: Entries, tag: int, vr: str, at: int, end: int) -> int:
        """A value of undefined length that is no sequence: compressed pixels of an icon, kept as they are."""
        if self._encoding.is_implicit and vr == "UN":
            raise Unusual("an unknown element has no length")
        start = at
        while True:
            item, length = self._item_head(at)
            at += 8
            if item == _SEQUENCE_END:
                found[tag] = vr, self._data[start : at - 8]
                return at
            if item != _ITEM or at + length > end:
                raise Unusual("a value of undefined length does not consist of items")
            at += length

    def _pixels(self, at: int) -> PixelPlace | None:
        try:
            if self._encoding.is_implicit:
                group, element, length = self._implicit_head(self._data, at)
                vr, at = "OW", at + 8
            else:
                group, element, code, length = self._explicit_head(self._data, at)
                if code in _SHORT:
                    vr, at = _SHORT[code], at + 8
                else:
                    vr, length = self._long_head(code, at)
                    at += 12
        except struct_error:
            raise self._ended(at + 12) from None
        keyword = PIXEL_KEYWORDS.get(group << 16 | element)
        return PixelPlace(keyword, vr, at, None if length == UNDEFINED_LENGTH else length) if keyword else None

    def _checked_limit(self, found: Entries, after: int, end: int) -> int:
        """The next limit, when a value may reach as far as ``after``."""
        if after > end:
            raise Unusual("a value is longer than what it stands in")
        if after > len(self._data):
            raise Short(after)
        self._check_count(len(found))
        self._near = min(len(self._data), after + _BYTES_BETWEEN_COUNTS)
        return min(end, self._near)

    def _check_count(self, more: int) -> None:
        if self._count + more > MOST_ELEMENTS:
            raise UnreadableInstance(f"A file has more than {MOST_ELEMENTS:,} elements.", _ADVICE)

    def _ended(self, needed: int) -> Exception:
        """What to raise when the bytes at hand end before ``needed``."""
        return Short(needed) if len(self._data) < self._size else Unusual("the object ends in the middle of an element")
