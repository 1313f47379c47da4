"""The outside of an object: preamble, meta information, transfer syntax, deflation (PS3.10 clause 7, PS3.5 annex A)."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from struct import unpack_from
from typing import NamedTuple, TypeVar

from workstation.dicom.elements import Elements, Entries
from workstation.dicom.errors import NotDicom, UnreadableInstance
from workstation.dicom.value_representations import LONG_VRS, SHORT_VRS
from workstation.dicom.walker import Encoding, PixelPlace, Short, Unusual, Walker
from workstation.foundation.byte_source import ByteSource, BytesSource

ADVICE = "Ask the site to send the image again."
IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
_DEFLATED = frozenset({"1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.205"})

FIRST_READ = 16 << 10
_GROWTH = 8
_MOST_BEFORE_PIXELS = 128 << 20
_MOST_INFLATED = 200 << 20  # inflating takes up to twice as much for a moment
_PREAMBLE = 128  # anything may stand in it: a TIFF or a program (PS3.10 7.1)
META_START = _PREAMBLE + 4
_META_LENGTH = 12  # bytes of File Meta Information Group Length (0002,0000)
_TRANSFER_SYNTAX = 0x00020010
# What a data set without meta information may begin with: command, identifying, directory, patient, acquisition, image.
_FIRST_GROUPS = frozenset({0x0000, 0x0002, 0x0004, 0x0008, 0x0010, 0x0018, 0x0020, 0x0028})

T = TypeVar("T")


class ObjectParts(NamedTuple):
    """An object without its pixels, as plain values that travel between processes."""

    elements: Elements
    transfer_syntax: str
    is_big_endian: bool
    pixels: PixelPlace | None


class Opening(NamedTuple):
    """How an object begins.

    Attributes
    ----------
    source
        The object, or what was inflated when it was deflated.
    head
        The beginning of ``source``, as far as it has been read.
    start
        Where the data set begins in it.
    transfer_syntax
        As its meta information says, or as found out; empty when the meta information must be read by pydicom.
    """

    source: ByteSource
    head: bytes
    start: int
    transfer_syntax: str
    is_deflated: bool = False


def opening_of(source: ByteSource, head: bytes | None = None) -> Opening:
    """Read the meta information, or find out how an object without it is written.

    Parameters
    ----------
    head
        The beginning of ``source``, when it has been read already.

    Raises
    ------
    Unusual
        When somebody else must read the object.
    UnreadableInstance
        When it is no DICOM object, or cannot be inflated.
    """
    first = source.read(0, FIRST_READ) if head is None else head
    return _grown(source, lambda data: _opening(source, data), first)


def walked(opening: Opening) -> tuple[Opening, ObjectParts]:
    """Walk the data set of an object; gives the opening with all that was read. Raises as `opening_of`."""
    encoding = encoding_of(opening.transfer_syntax)

    def parts_in(head: bytes) -> tuple[Opening, ObjectParts]:
        elements, pixels = Walker(head, opening.source.size, encoding).data_set(opening.start)
        parts = ObjectParts(elements, opening.transfer_syntax, encoding.is_big_endian, pixels)
        return Opening(opening.source, head, *opening[2:]), parts

    return _grown(opening.source, parts_in, opening.head)


def encoding_of(transfer_syntax: str) -> Encoding:
    """How elements stand in the bytes; every syntax but two is explicit VR little endian (PS3.5 A.4)."""
    return Encoding(is_implicit=transfer_syntax == IMPLICIT, is_big_endian=transfer_syntax == BIG_ENDIAN)


def is_part10(head: bytes) -> bool:
    """Whether an object begins with a preamble and the meta information."""
    return head[_PREAMBLE:META_START] == b"DICM"


def _grown(source: ByteSource, read: Callable[[bytes], T], data: bytes) -> T:
    """Give ``read`` more and more of the beginning, of which ``data`` have been read, until it is enough."""
    length = len(data)
    while True:
        try:
            return read(data)
        except Short as short:
            if short.needed > _MOST_BEFORE_PIXELS:
                what = f"A file has more than {_MOST_BEFORE_PIXELS >> 20} MiB before its pixels."
                raise UnreadableInstance(what, ADVICE) from None
            length = max(length * _GROWTH, short.needed + FIRST_READ)
            data = source.read(0, length)


def _opening(source: ByteSource, data: bytes) -> Opening:
    if is_part10(data):
        return _after_meta(source, data, META_START)
    if len(data) < _PREAMBLE + 4 and len(data) < source.size:
        raise Short(META_START)
    if len(data) < 8:
        raise NotDicom("A file is not a DICOM object.", ADVICE)
    groups = {unpack_from("<H", data)[0], unpack_from(">H", data)[0]}
    if not groups & _FIRST_GROUPS:
        raise NotDicom("A file is not a DICOM object.", ADVICE)
    if data[:2] == b"\2\0":
        return _after_meta(source, data, 0)
    return Opening(source, data, 0, _guessed_syntax(data))


def _guessed_syntax(data: bytes) -> str:
    """How a bare data set is written, by its first element."""
    code = data[4:6].decode("latin-1")
    if code not in SHORT_VRS and code not in LONG_VRS:
        if data[:2] != b"\x08\0":
            raise Unusual("a data set without meta information begins with another group")
        return IMPLICIT
    return BIG_ENDIAN if data[0] == 0 and data[1] else EXPLICIT


def _after_meta(source: ByteSource, data: bytes, start: int) -> Opening:
    """What the meta information says, which begins at ``start``."""
    stated_end = _stated_end(source, data, start)
    meta, end = Walker(data, source.size, Encoding()).meta(start, stated_end)
    syntax = _syntax(meta)
    if syntax not in _DEFLATED:
        return Opening(source, data, end, syntax)
    if stated_end is None:
        raise Unusual("the meta information does not say where deflated data begin")
    inflated = _inflated(source, end)
    return Opening(BytesSource(inflated), inflated, 0, syntax, is_deflated=True)


def _stated_end(source: ByteSource, data: bytes, start: int) -> int | None:
    """Where the meta information ends by its own words, or None when it does not say."""
    if len(data) < start + _META_LENGTH and len(data) < source.size:
        raise Short(start + _META_LENGTH)
    if data[start : start + 8] != b"\2\0\0\0UL\4\0":
        return None
    end = start + _META_LENGTH + int.from_bytes(data[start + 8 : start + 12], "little")
    if end > source.size:
        raise Unusual("the meta information is longer than the object")
    if end > len(data):
        raise Short(end)
    return end


def _syntax(meta: Entries) -> str:
    syntax = Elements(meta).text(_TRANSFER_SYNTAX)
    if not syntax:
        raise Unusual("the meta information does not name the transfer syntax")
    return syntax


def _inflated(source: ByteSource, start: int) -> bytes:
    """A deflated data set (PS3.5 A.5), but no more of it than memory can bear."""
    what = "A file that was compressed as a whole is damaged."
    if source.size - start > _MOST_INFLATED:
        raise UnreadableInstance("A file that was compressed as a whole is too large.", ADVICE)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = inflater.decompress(source.read(start, source.size - start), _MOST_INFLATED)
    except zlib.error as error:
        raise UnreadableInstance(what, ADVICE) from error
    if inflater.unconsumed_tail:
        raise UnreadableInstance("A file that was compressed as a whole is too large when unpacked.", ADVICE)
    if not inflater.eof:
        raise UnreadableInstance(what, ADVICE)
    return inflated
