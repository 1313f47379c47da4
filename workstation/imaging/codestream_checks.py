"""What a compressed frame says of itself, read from its own headers before any codec touches it.

Codecs trust their input: they allocate what a codestream's header asks for, some return a picture with a grey rest when
the end is missing, one reads beyond its input when a table lies. So size, depth and completeness are compared with the
object's header first. Only an ordinary codestream, one that agrees and is whole, is decoded in this process.

ISO/IEC 10918-1 annex B (JPEG), 14495-1 annex C (JPEG-LS), 15444-1 annex A (JPEG 2000), 18181-1 (JPEG XL), PS3.5 annex G
(RLE).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass

from workstation.imaging import jpeg_markers, jpeg_xl_header
from workstation.imaging.errors import CannotDecode
from workstation.imaging.transfer_syntaxes import Family, family_of

_RLE_HEADER = 64
_LARGE_BYTES = 64 << 20
_SWELLING = 500  # times; images of people are compressed up to 100 times where loss is allowed
_SOT, _EOC, _COD, _COC = b"\xff\x90", b"\xff\xd9", 0xFF52, 0xFF53
_HIGH_THROUGHPUT = 1 << 14  # of Rsiz: a capability beyond part 1 is used (15444-15 A.2)


@dataclass(frozen=True)
class CodedForm:
    """What an object's header says of each of its compressed frames; travels between processes.

    Attributes
    ----------
    syntax
        UID of the transfer syntax.
    """

    syntax: str
    rows: int
    columns: int
    samples: int
    photometric: str
    bits_allocated: int
    bits_stored: int
    planar_configuration: int = 0


@dataclass(frozen=True)
class StreamFacts:
    """What a codestream's own header says.

    Attributes
    ----------
    bits
        Of a sample; 0 where the codestream does not say.
    is_complete
        Whether all of it is there, as far as markers and lengths can tell.
    is_transformed
        JPEG 2000: whether its multiple component transform is used, so that RGB comes out.
    is_lossless_high_throughput
        JPEG 2000: one tile of blocks coded as ISO/IEC 15444-15 says, by the reversible wavelet.
    """

    rows: int
    columns: int
    samples: int
    bits: int
    is_complete: bool
    is_signed: bool = False
    is_transformed: bool = False
    is_lossless_high_throughput: bool = False


def is_ordinary(encoded: bytes, form: CodedForm) -> bool:
    """Whether a frame may be decoded in this process: its own header agrees with the object's, it is whole, and it does
    not grow beyond all measure."""
    return ordinary_facts(encoded, form) is not None


def ordinary_facts(encoded: bytes, form: CodedForm) -> StreamFacts | None:
    """The facts of an ordinary frame; None when it is not one."""
    facts = facts_of(encoded, form)
    is_plain = facts is not None and facts.is_complete and _agrees(facts, form) and not _swells(encoded, form)
    return facts if is_plain else None


def checked_facts(encoded: bytes, form: CodedForm) -> StreamFacts:
    """The facts of a frame that may be decoded: it has the header's size, and is whole.

    Raises
    ------
    CannotDecode
        When it is no codestream of its transfer syntax, has another size than the header says, or is cut short.
    """
    facts = facts_of(encoded, form)
    if facts is None:
        raise CannotDecode("its compressed pixel data are damaged")
    if not _agrees(facts, form):
        raise CannotDecode("its compressed pixel data have another size than its header says")
    if not facts.is_complete:
        raise CannotDecode("its compressed pixel data are cut short")
    return facts


def facts_of(encoded: bytes, form: CodedForm) -> StreamFacts | None:
    """What the codestream says of itself; None when it is not what its transfer syntax says.

    Raises
    ------
    CannotDecode
        When this program has no decoder for the transfer syntax.
    """
    try:
        return _READERS[family_of(form.syntax)](encoded, form)
    except (struct.error, IndexError):
        return None


def beginning_of(form: CodedForm) -> Callable[[bytes], bool]:
    """Whether a fragment with these first bytes (12, or all there are) can begin a frame of this transfer syntax.

    Raises
    ------
    CannotDecode
        When this program has no decoder for the transfer syntax.
    """
    beginnings = _BEGINNINGS.get(family_of(form.syntax))
    if beginnings is not None:
        return lambda prefix: prefix.startswith(beginnings)
    if family_of(form.syntax) is Family.RLE:
        head = struct.pack("<II", form.samples * (form.bits_allocated // 8), _RLE_HEADER)
        return lambda prefix: prefix.startswith(head)
    return bool


def _swells(encoded: bytes, form: CodedForm) -> bool:
    """Whether a few bytes become very many: a blank image, or one that is meant to fill the memory."""
    size_bytes = form.rows * form.columns * form.samples * form.bits_allocated // 8
    return size_bytes > max(_LARGE_BYTES, _SWELLING * len(encoded))


def _agrees(facts: StreamFacts, form: CodedForm) -> bool:
    has_size = (facts.rows, facts.columns, facts.samples) == (form.rows, form.columns, form.samples)
    return has_size and facts.bits <= form.bits_allocated


def _jpeg(encoded: bytes, _form: CodedForm) -> StreamFacts | None:
    frame = jpeg_markers.frame_header(encoded)
    if frame is None:
        return None
    is_complete = jpeg_markers.is_complete(encoded)
    return StreamFacts(frame.rows, frame.columns, frame.samples, frame.bits, is_complete)


def _jpeg_xl(encoded: bytes, form: CodedForm) -> StreamFacts | None:
    size = jpeg_xl_header.size_of(encoded)
    return None if size is None else StreamFacts(*size, form.samples, bits=0, is_complete=True)  # the codec tells


def _without_header(_encoded: bytes, form: CodedForm) -> StreamFacts:
    return StreamFacts(form.rows, form.columns, form.samples, form.bits_allocated, is_complete=True)


def _rle(encoded: bytes, form: CodedForm) -> StreamFacts | None:
    """The header of 64 bytes: number of segments, where each begins (PS3.5 G.5)."""
    count, *offsets = struct.unpack_from("<16I", encoded)
    begins = offsets[:count]
    if count != form.samples * (form.bits_allocated // 8) or begins[:1] != [_RLE_HEADER] or any(offsets[count:]):
        return None
    ends = [*begins[1:], len(encoded)]
    if any(end <= begin for begin, end in zip(begins, ends, strict=True)):
        return None
    return StreamFacts(form.rows, form.columns, form.samples, form.bits_allocated, is_complete=True)


def _jpeg_2000(encoded: bytes, _form: CodedForm) -> StreamFacts | None:
    start = _codestream_start(encoded)
    if encoded[start : start + 4] != b"\xff\x4f\xff\x51":
        return None
    capabilities, width, height, left, top = struct.unpack_from(">H4I", encoded, start + 6)
    tile = struct.unpack_from(">4I", encoded, start + 24)
    (samples,) = struct.unpack_from(">H", encoded, start + 40)
    depths, *spacings = (encoded[start + 42 + at : start + 42 + 3 * samples : 3] for at in range(3))
    is_even = len(depths) == samples > 0 and all(each == b"\x01" * samples for each in spacings)
    begins_within = all(at <= first < at + side for at, first, side in zip(tile[2:], (left, top), tile, strict=False))
    if not is_even or len(set(depths)) > 1 or not begins_within:  # A.5.1; decoders divide by what is wrong here
        return None
    at, is_transformed, is_reversible = _main_header(encoded, start)
    tiles = -(-(width - tile[2]) // tile[0]) * -(-(height - tile[3]) // tile[1])
    return StreamFacts(
        height - top,
        width - left,
        samples,
        (depths[0] & 0x7F) + 1,
        is_complete=_has_all_tiles(encoded, at, tiles),
        is_signed=bool(depths[0] & 0x80),
        is_transformed=is_transformed,
        is_lossless_high_throughput=bool(capabilities & _HIGH_THROUGHPUT) and is_reversible and start == 0 == tiles - 1,
    )


def _codestream_start(encoded: bytes) -> int:
    """Where the codestream begins: at once, or in the jp2c box of a JP2 file, which some writers put into objects."""
    if encoded[4:8] != b"jP  ":
        return 0
    at = 0
    while at + 8 <= len(encoded):
        length, kind = struct.unpack_from(">I4s", encoded, at)
        if kind == b"jp2c":
            return at + (16 if length == 1 else 8)
        if length < 8:
            break
        at += length
    return len(encoded)


def _main_header(encoded: bytes, start: int) -> tuple[int, bool, bool]:
    """Where the first tile-part begins; whether COD asks for a component transform, and for the reversible wavelet."""
    at, is_transformed, is_reversible = start + 2, False, False
    while encoded[at : at + 2] != _SOT:
        marker, length = struct.unpack_from(">HH", encoded, at)
        if marker < 0xFF00 or length < 2:
            return len(encoded), False, False
        if marker == _COD:
            is_transformed, is_reversible = bool(encoded[at + 8]), encoded[at + 13] == 1
        elif marker == _COC:  # one component is coded otherwise
            is_reversible = False
        at += 2 + length
    return at, is_transformed, is_reversible


def _has_all_tiles(encoded: bytes, at: int, tiles: int) -> bool:
    """Whether tile-part follows tile-part up to the end marker, and every tile has one."""
    seen: set[int] = set()
    while encoded[at : at + 2] == _SOT:
        _, _, index, length = struct.unpack_from(">HHHI", encoded, at)
        seen.add(index)
        if length == 0:  # the last one may reach to the end of the codestream
            return len(seen) == tiles and jpeg_markers.is_complete(encoded)
        if length < 14:
            return False
        at += length
    return len(seen) == tiles and encoded[at : at + 2] == _EOC


_JPEG_BEGINS, _JPEG_2000_BEGINS = (b"\xff\xd8\xff",), (b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  ")
_BEGINNINGS: dict[Family, tuple[bytes, ...]] = {
    Family.JPEG: _JPEG_BEGINS,
    Family.JPEG_LOSSLESS: _JPEG_BEGINS,
    Family.JPEG_LS: _JPEG_BEGINS,
    Family.JPEG_2000: _JPEG_2000_BEGINS,
    Family.HTJ2K: _JPEG_2000_BEGINS,
    Family.JPEG_XL: (b"\xff\x0a", b"\0\0\0\x0cJXL "),
}
_READERS: dict[Family, Callable[[bytes, CodedForm], StreamFacts | None]] = {
    Family.JPEG: _jpeg,
    Family.JPEG_LOSSLESS: _jpeg,
    Family.JPEG_LS: _jpeg,
    Family.JPEG_2000: _jpeg_2000,
    Family.HTJ2K: _jpeg_2000,
    Family.JPEG_XL: _jpeg_xl,
    Family.RLE: _rle,
    Family.DEFLATED: _without_header,
    Family.UNCOMPRESSED: _without_header,
}
