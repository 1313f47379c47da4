"""Files that lie, one of every kind: built byte by byte, so that each lies in one place only."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import imagecodecs
import numpy as np

ROOT = "1.2.826.0.1.3680043.10.99999."
EXPLICIT, IMPLICIT, BIG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
JPEG, JPEG_LOSSLESS, JPEG_LS = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.80"
JPEG_2000, HTJ2K, JPEG_XL = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.110"
RLE = "1.2.840.10008.1.2.5"
_LONG = {"OB", "OW", "OF", "OD", "SQ", "UN", "UT"}
UNDEFINED = 0xFFFFFFFF
NAME = b"SYNTHETIC^Hostile"

ITEM, ITEM_END, SEQUENCE_END = (struct.pack("<HHI", 0xFFFE, each, 0) for each in (0xE000, 0xE00D, 0xE0DD))

SIDE = 32
PIXELS = (np.arange(SIDE * SIDE, dtype="<u2").reshape(SIDE, SIDE) * 3) & 0xFFF


@dataclass(frozen=True)
class Hostile:
    """A file, and whether something of it may be shown."""

    name: str
    data: bytes

    def __repr__(self) -> str:
        return self.name


def element(tag: int, vr: str, value: bytes, length: int | None = None, order: str = "<") -> bytes:
    """One element in explicit VR, with any length."""
    value += b"\0" * (len(value) % 2)
    length = len(value) if length is None else length
    head = struct.pack(f"{order}HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
    if vr in _LONG:
        return head + struct.pack(f"{order}HI", 0, length) + value
    return head + struct.pack(f"{order}H", length & 0xFFFF) + value


def short(number: int) -> bytes:
    return struct.pack("<H", number & 0xFFFF)


def uid(text: str) -> bytes:
    return text.encode() + b"\0" * (len(text) % 2)


def text(words: str) -> bytes:
    return words.encode() + b" " * (len(words) % 2)


def meta(syntax: str, preamble: bytes = bytes(128), group_length: int | None = None) -> bytes:
    """Preamble and meta information."""
    inside = element(0x00020001, "OB", b"\0\1")
    inside += element(0x00020002, "UI", uid("1.2.840.10008.5.1.4.1.1.2"))
    inside += element(0x00020003, "UI", uid(ROOT + "3.1"))
    inside += element(0x00020010, "UI", uid(syntax))
    length = len(inside) if group_length is None else group_length
    return preamble + b"DICM" + element(0x00020000, "UL", struct.pack("<I", length)) + inside


def attributes(**changes: bytes | None) -> dict[int, tuple[str, bytes]]:
    """The elements of a plain CT image of 32 x 32; changes by ``tGGGGEEEE_VR``, None takes one away."""
    found: dict[int, tuple[str, bytes]] = {
        0x00080016: ("UI", uid("1.2.840.10008.5.1.4.1.1.2")),
        0x00080018: ("UI", uid(ROOT + "3.1")),
        0x00080060: ("CS", b"CT"),
        0x00100010: ("PN", NAME),
        0x00100020: ("LO", b"SYN-HOSTILE "),
        0x0020000D: ("UI", uid(ROOT + "1")),
        0x0020000E: ("UI", uid(ROOT + "2")),
        0x00200013: ("IS", b"1 "),
        0x00200032: ("DS", text("0\\0\\0")),
        0x00200037: ("DS", text("1\\0\\0\\0\\1\\0")),
        0x00280002: ("US", short(1)),
        0x00280004: ("CS", b"MONOCHROME2 "),
        0x00280010: ("US", short(SIDE)),
        0x00280011: ("US", short(SIDE)),
        0x00280030: ("DS", text("0.5\\0.5")),
        0x00280100: ("US", short(16)),
        0x00280101: ("US", short(12)),
        0x00280102: ("US", short(11)),
        0x00280103: ("US", short(0)),
        0x00281050: ("DS", text("2000")),
        0x00281051: ("DS", text("4000")),
    }
    for name, value in changes.items():
        tag, vr = int(name[1:9], 16), name[10:]
        found.pop(tag, None)
        if value is not None:
            found[tag] = (vr, value)
    return found


def body(elements: Mapping[int, tuple[str, bytes]]) -> bytes:
    return b"".join(element(tag, vr, value) for tag, (vr, value) in sorted(elements.items()))


def pixel_data(value: bytes = PIXELS.tobytes(), length: int | None = None) -> bytes:
    return element(0x7FE00010, "OW", value, length)


def plain(**changes: bytes | None) -> bytes:
    """A whole uncompressed file with some elements changed."""
    return meta(EXPLICIT) + body(attributes(**changes)) + pixel_data()


def good() -> bytes:
    """A file that does not lie."""
    return plain()


def item(value: bytes, length: int | None = None) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(value) if length is None else length) + value


def fragments(*frames: bytes, table: bytes = b"") -> bytes:
    """Encapsulated pixel data."""
    padded = [frame + b"\0" * (len(frame) % 2) for frame in frames]
    head = struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, UNDEFINED)
    return head + item(table) + b"".join(item(frame) for frame in padded) + SEQUENCE_END


def compressed(syntax: str, *frames: bytes, table: bytes = b"", **changes: bytes | None) -> bytes:
    """A whole compressed file."""
    return meta(syntax) + body(attributes(**changes)) + fragments(*frames, table=table)


EIGHT_BITS = {"t00280100_US": short(8), "t00280101_US": short(8), "t00280102_US": short(7)}


def codestream(syntax: str) -> bytes:
    """`PIXELS` (its low byte for JPEG baseline) in a compressed form."""
    low = PIXELS.astype(np.uint8)
    makers = {
        JPEG: lambda: imagecodecs.jpeg8_encode(low),
        JPEG_LOSSLESS: lambda: imagecodecs.ljpeg_encode(PIXELS, bitspersample=12),
        JPEG_LS: lambda: imagecodecs.jpegls_encode(PIXELS),
        JPEG_2000: lambda: imagecodecs.jpeg2k_encode(PIXELS, codecformat="J2K", reversible=True, level=0),
        HTJ2K: lambda: imagecodecs.htj2k_encode(PIXELS),
        JPEG_XL: lambda: imagecodecs.jpegxl_encode(PIXELS, lossless=True),
        RLE: rle_codestream,
    }
    return bytes(makers[syntax]())


def rle_codestream() -> bytes:
    """Two segments of literal runs (PS3.5 G.3.1)."""
    planes = [np.ascontiguousarray(PIXELS >> shift).astype(np.uint8).tobytes() for shift in (8, 0)]
    segments = [b"".join(bytes([127]) + plane[at : at + 128] for at in range(0, len(plane), 128)) for plane in planes]
    return rle_header(2, 64, 64 + len(segments[0])) + b"".join(segments)


def rle_header(count: int, *offsets: int) -> bytes:
    return struct.pack("<16I", count, *offsets, *[0] * (15 - len(offsets)))


def changes_for(syntax: str) -> dict[str, bytes]:
    return EIGHT_BITS if syntax == JPEG else {}


SYNTAXES = (JPEG, JPEG_LOSSLESS, JPEG_LS, JPEG_2000, HTJ2K, RLE)


def _cut_short() -> Iterator[Hostile]:
    whole = good()
    start = whole.index(b"\xe0\x7f\x10\x00")
    places = {
        "nothing": 0, "one byte": 1, "preamble": 100, "magic word": 130, "meta": 150, "meta element": 170,
        "first tag": whole.index(b"\x08\x00\x16\x00") + 2, "a value": whole.index(NAME) + 4,
        "pixel tag": start + 4, "pixel length": start + 10, "before pixels": start + 12, "half": start + 1000,
        "last byte": len(whole) - 1,
    }  # fmt: skip
    for name, length in places.items():
        yield Hostile(f"cut after {name}", whole[:length])
    for syntax in SYNTAXES:
        stream = codestream(syntax)
        file = compressed(syntax, stream, **changes_for(syntax))
        at = file.index(stream)
        for share in (0, 1, 4, len(stream) // 2, len(stream) - 4):
            yield Hostile(f"{syntax} cut {share} into its codestream", file[: at + share])


def _lying_lengths() -> Iterator[Hostile]:
    start = meta(EXPLICIT)
    for length in (0, 1, 0xFFFE, 0xFFFF):
        lie = element(0x00080008, "CS", b"ORIGINAL", length)
        yield Hostile(f"element of length {length}", start + lie + body(attributes()) + pixel_data())
    for length in (1, 0x7FFFFFFF, 0xFFFFFFFE, UNDEFINED):
        lie = element(0x00091001, "OB", b"abcd", length)
        yield Hostile(f"long element of length {length:#x}", start + lie + body(attributes()) + pixel_data())
        yield Hostile(f"pixel data of length {length:#x}", start + body(attributes()) + pixel_data(length=length))
    inside = element(0x00080100, "SH", b"T-1234")
    for length in (1, 7, 0x7FFFFFF0, 0xFFFFFFFE):
        for name, sequence in (
            ("sequence", element(0x00082218, "SQ", item(inside), length)),
            ("item", element(0x00082218, "SQ", item(inside, length))),
        ):
            yield Hostile(f"{name} of length {length:#x}", start + sequence + body(attributes()) + pixel_data())
    open_sequence = element(0x00082218, "SQ", item(inside, UNDEFINED), UNDEFINED)
    yield Hostile("sequence without an end", start + open_sequence + body(attributes()) + pixel_data())
    yield Hostile("sequence end without a sequence", start + SEQUENCE_END + body(attributes()) + pixel_data())
    yield Hostile("ten thousand empty items", start + element(0x00082218, "SQ", ITEM * 10_000) + body(attributes()))


def _wrong_values() -> Iterator[Hostile]:
    for rows in (0, 1, 65535):
        for columns in (0, 65535):
            yield Hostile(f"{rows} x {columns}", plain(t00280010_US=short(rows), t00280011_US=short(columns)))
    for bits in ((0, 0, 0), (16, 0, 0), (16, 17, 16), (7, 7, 6), (64, 64, 63), (16, 12, 200), (65535, 65535, 65535)):
        allocated, stored, high = map(short, bits)
        yield Hostile(f"bits {bits}", plain(t00280100_US=allocated, t00280101_US=stored, t00280102_US=high))
    for samples in (0, 2, 3, 4, 65535):
        yield Hostile(f"{samples} samples", plain(t00280002_US=short(samples)))
    yield Hostile("three samples, no planar configuration", plain(t00280002_US=short(3), t00280004_CS=b"RGB "))
    yield Hostile("planar configuration 9", plain(t00280002_US=short(3), t00280004_CS=b"RGB ", t00280006_US=short(9)))
    for frames in ("0", "-1", "2", "1000000", "2147483647", "99999999999999999999", "1e300", "nan", "x"):
        yield Hostile(f"number of frames {frames}", plain(t00280008_IS=text(frames)))
    yield Hostile("photometric nonsense", plain(t00280004_CS=b"\xff\xfe\x00\x01" * 64))
    yield Hostile("photometric empty", plain(t00280004_CS=b""))
    yield Hostile("rows as text", plain(t00280010_LO=b"32"))
    yield Hostile("rows as eight bytes", plain(t00280010_UL=struct.pack("<Q", 32)))
    yield Hostile("rows of three bytes", meta(EXPLICIT) + body(attributes()).replace(
        element(0x00280010, "US", short(SIDE)), struct.pack("<HH2sH", 0x28, 0x10, b"US", 3) + b"\x20\0\0"
    ) + pixel_data())  # fmt: skip
    yield Hostile("no such VR", plain(t00280030_ZZ=b"0.5\\0.5 "))
    yield Hostile("VR of zeros", good().replace(b"\x28\x00\x30\x00DS", b"\x28\x00\x30\x00\0\0"))
    yield Hostile("pixels as text", meta(EXPLICIT) + body(attributes()) + element(0x7FE00010, "UT", PIXELS.tobytes()))
    yield Hostile("pixels as a sequence", meta(EXPLICIT) + body(attributes()) + element(0x7FE00010, "SQ", b"\1" * 64))
    yield Hostile("character set of nonsense", plain(t00080005_CS=b"ISO 2022 IR 999\\\\GB18030\\x" * 20))


def _missing() -> Iterator[Hostile]:
    for tag, (vr, _) in attributes().items():
        yield Hostile(f"without {tag:08X}", plain(**{f"t{tag:08X}_{vr}": None}))
        yield Hostile(f"with empty {tag:08X}", plain(**{f"t{tag:08X}_{vr}": b""}))
    yield Hostile("without pixels", meta(EXPLICIT) + body(attributes()))
    yield Hostile("pixels only", meta(EXPLICIT) + pixel_data())
    yield Hostile("meta information only", meta(EXPLICIT))
    yield Hostile("no known transfer syntax", meta("1.2.3.4") + body(attributes()) + pixel_data())
    yield Hostile("empty transfer syntax", meta("") + body(attributes()) + pixel_data())


def _deflated(data: bytes, zeros: int = 0) -> bytes:
    """Deflated data, and behind them so many zeros, at a thousandth of their size (the most that deflate can do)."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    if not zeros:
        return packer.compress(data) + packer.flush()
    chunk = zlib.compressobj(9, zlib.DEFLATED, -15)
    again = chunk.compress(bytes(16 << 20)) + chunk.flush(zlib.Z_FULL_FLUSH)
    return packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH) + again * (zeros // (16 << 20)) + b"\x03\0"


def _bombs() -> Iterator[Hostile]:
    head = body(attributes())
    pixels = _deflated(head + element(0x7FE00010, "OW", b"", 0xFFFFFFF0), zeros=10 << 30)
    yield Hostile("deflate bomb of 10 GB in its pixels", meta(DEFLATED) + pixels)
    private = _deflated(element(0x00091001, "OB", b"", 0xFFFFFFF0), zeros=10 << 30)
    yield Hostile("deflate bomb of 10 GB before its header", meta(DEFLATED) + private)
    yield Hostile("deflate bomb of 1 GB of empty elements", meta(DEFLATED) + _deflated(b"", zeros=1 << 30))
    whole = _deflated(head + pixel_data())
    yield Hostile("deflated, cut", meta(DEFLATED) + whole[: len(whole) // 2])
    yield Hostile("deflated, damaged", meta(DEFLATED) + whole[:100] + b"\xff" * 20 + whole[120:])
    yield Hostile("deflated, not", meta(DEFLATED) + head + pixel_data())
    many = b"".join(element(0x00090000 | 0x1000 | number % 0xEFFF, "LO", b"ab") for number in range(200_000))
    yield Hostile("200,000 elements", meta(EXPLICIT) + many + head + pixel_data())


def _deep() -> Iterator[Hostile]:
    for depth in (200, 5000, 100_000):
        opened = struct.pack("<HH2sHI", 0x0008, 0x2218, b"SQ", 0, UNDEFINED) + item(b"", UNDEFINED)
        for name, closed in (("", (ITEM_END + SEQUENCE_END) * depth), (", never closed", b"")):
            data = meta(EXPLICIT) + opened * depth + closed + body(attributes()) + pixel_data()
            yield Hostile(f"nested {depth} deep{name}", data)
    inner = b""
    for _ in range(3000):
        inner = element(0x00082218, "SQ", item(inner))
    yield Hostile("nested 3,000 deep with lengths", meta(EXPLICIT) + inner + body(attributes()) + pixel_data())
    implicit = struct.pack("<HHI", 0x0008, 0x2218, UNDEFINED) + item(b"", UNDEFINED)
    yield Hostile("implicit, nested 100,000 deep", meta(IMPLICIT) + implicit * 100_000)


def _encodings() -> Iterator[Hostile]:
    big = b"".join(element(tag, vr, value, order=">") for tag, (vr, value) in sorted(attributes().items()))
    little = body(attributes())
    for name, syntax, found in (
        ("big endian that is little", BIG, little),
        ("little endian that is big", EXPLICIT, big),
        ("implicit that is explicit", IMPLICIT, little),
        ("deflated that is implicit", DEFLATED, implicit_body()),
        ("compressed that is not", JPEG_2000, little),
    ):
        yield Hostile(name, meta(syntax) + found + pixel_data())
    implicit_pixels = struct.pack("<HHI", 0x7FE0, 0x0010, PIXELS.nbytes) + PIXELS.tobytes()
    yield Hostile("explicit that is implicit", meta(EXPLICIT) + implicit_body() + implicit_pixels)
    yield Hostile("without meta information", little + pixel_data())
    yield Hostile("big endian without meta information", big + pixel_data())
    yield Hostile("fragments in an uncompressed file", meta(EXPLICIT) + little + fragments(PIXELS.tobytes()))
    mixed = implicit_body()[:200] + little
    yield Hostile("implicit turning explicit", meta(IMPLICIT) + mixed + pixel_data())


def implicit_body() -> bytes:
    found = b""
    for tag, (_, value) in sorted(attributes().items()):
        found += struct.pack("<HHI", tag >> 16, tag & 0xFFFF, len(value)) + value
    return found


def _geometry() -> Iterator[Hostile]:
    for words in (
        "nan\\nan",
        "inf\\inf",
        "-inf\\1",
        "0\\0",
        "-0.5\\0.5",
        "1e400\\1",
        "1e-320\\1",
        "1",
        "1\\2\\3",
        "x\\y",
        "",
    ):
        yield Hostile(f"spacing {words}", plain(t00280030_DS=text(words)))
        yield Hostile(f"imager spacing {words}", plain(t00280030_DS=None, t00181164_DS=text(words)))
        yield Hostile(f"aspect {words}", plain(t00280030_DS=None, t00280034_IS=text(words)))
        yield Hostile(f"window {words}", plain(t00281050_DS=text(words), t00281051_DS=text(words)))
        yield Hostile(f"rescale {words}", plain(t00281052_DS=text(words), t00281053_DS=text(words)))
    for words in ("1e308", "1e38", "-1e38", "1e-308"):
        yield Hostile(f"rescale of {words}", plain(t00281052_DS=text(words), t00281053_DS=text(words)))
        yield Hostile(f"window of {words}", plain(t00281050_DS=text(words), t00281051_DS=text(words)))
    for words in ("nan\\0\\0\\0\\1\\0", "0\\0\\0\\0\\0\\0", "1\\0\\0\\1\\0\\0", "1\\0\\0", "1e200\\0\\0\\0\\1e200\\0"):
        yield Hostile(f"orientation {words}", plain(t00200037_DS=text(words)))
    for words in ("nan\\nan\\nan", "1e308\\1e308\\1e308", "1\\2", "x"):
        yield Hostile(f"position {words}", plain(t00200032_DS=text(words)))
    yield Hostile("thickness nan", plain(t00180050_DS=text("nan")))


def _preambles() -> Iterator[Hostile]:
    for name, preamble in (
        ("MZ", b"MZ\x90\0"),
        ("ELF", b"\x7fELF\2\1\1"),
        ("TIFF", b"II*\0\x08\0\0\0"),
        ("PDF", b"%PDF-1.4"),
    ):
        file = meta(EXPLICIT, preamble=preamble.ljust(128, b"\0")) + body(attributes()) + pixel_data()
        yield Hostile(f"{name} preamble", file)
        yield Hostile(f"{name} and nothing else", preamble * 500)
    for length in (0, 1, 10, 0x7FFFFFFF, UNDEFINED):
        yield Hostile(
            f"meta group length {length:#x}", meta(EXPLICIT, group_length=length) + body(attributes()) + pixel_data()
        )
    yield Hostile("zeros", bytes(100_000))
    yield Hostile("0xFF", b"\xff" * 100_000)
    yield Hostile("noise", np.random.default_rng(1).bytes(100_000))
    yield Hostile("text", b"It was a dark and stormy night. " * 3000)


def _lut(tag: int, descriptor: bytes, entries: bytes) -> bytes:
    inside = (
        element(0x00283002, "US", descriptor) + element(0x00283004, "LO", b"HU") + element(0x00283006, "OW", entries)
    )
    return element(tag, "SQ", item(inside))


def _tables() -> Iterator[Hostile]:
    for tag, name in ((0x00283000, "modality"), (0x00283010, "VOI")):
        for descriptor in ((0, 0, 16), (10, 0, 16), (65535, 65535, 65535), (0, 0, 0), (256, 0, 8), (256, 0, 300)):
            for size in (0, 1, 20, 512):
                table = _lut(tag, b"".join(map(short, descriptor)), b"\x12" * size)
                data = meta(EXPLICIT) + body(attributes()) + table + pixel_data()
                yield Hostile(f"{name} LUT {descriptor} of {size} bytes", data)
        yield Hostile(
            f"{name} LUT of two numbers",
            meta(EXPLICIT) + body(attributes()) + _lut(tag, short(5) * 2, b"ab") + pixel_data(),
        )


def _palette(descriptor: bytes, entries: bytes, *, is_segmented: bool = False) -> bytes:
    found = attributes(**EIGHT_BITS, t00280004_CS=b"PALETTE COLOR ")
    for channel in range(3):
        found[0x00281101 + channel] = ("US", descriptor)
        found[(0x00281221 if is_segmented else 0x00281201) + channel] = ("OW", entries)
    return meta(EXPLICIT) + body(found) + pixel_data()


def _words(*numbers: int) -> bytes:
    return b"".join(map(short, numbers))


def _palettes() -> Iterator[Hostile]:
    for descriptor in ((0, 0, 16), (256, 0, 16), (256, 65535, 8), (1, 0, 99), (4, 0, 0)):
        for size in (0, 2, 512):
            yield Hostile(f"palette {descriptor} of {size} bytes", _palette(_words(*descriptor), b"\x34" * size))
    segments = {
        "itself": _words(2, 1, 0, 0),
        "its predecessor, for ever": _words(0, 1, 5) + _words(2, 65535, 0, 0) * 2000,
        "beyond the end": _words(0, 1, 5, 2, 3, 65535, 65535),
        "what follows": _words(2, 5, 7, 0, 2, 5, 0, 0),
    }
    for name, entries in segments.items():
        yield Hostile(f"segmented palette that repeats {name}", _palette(_words(0, 0, 16), entries, is_segmented=True))
    yield Hostile(
        "segmented palette of an unknown kind", _palette(_words(256, 0, 16), _words(9, 9, 9), is_segmented=True)
    )
    yield Hostile("segment longer than it is", _palette(_words(256, 0, 16), _words(0, 65535, 1), is_segmented=True))
    yield Hostile("linear segment first", _palette(_words(256, 0, 16), _words(1, 65535, 1), is_segmented=True))
    bomb = _words(0, 1, 7) + _words(1, 65535, 9) * 3000
    yield Hostile("segmented palette of 200 million entries", _palette(_words(0, 0, 16), bomb, is_segmented=True))


def _overlays() -> Iterator[Hostile]:
    for rows, columns, origin, bits, data in (
        (65535, 65535, (1, 1), (1, 0), b"\xff" * 10),
        (0, 0, (1, 1), (1, 0), b"\xff"),
        (32, 32, (-32768, 32767), (1, 0), b"\xaa" * 128),
        (32, 32, (1, 1), (16, 15), b""),
        (32, 32, (1, 1), (16, 99), b""),
        (32, 32, (1, 1), (1, 0), b""),
        (32, 32, (1, 1), (0, 0), b"\xaa" * 128),
    ):
        found = attributes()
        found |= {
            0x60000010: ("US", short(rows)), 0x60000011: ("US", short(columns)), 0x60000040: ("CS", b"G "),
            0x60000015: ("IS", b"1000000 "), 0x60000050: ("SS", _words(*origin)), 0x60000100: ("US", short(bits[0])),
            0x60000102: ("US", short(bits[1])),
        }  # fmt: skip
        if data:
            found[0x60003000] = ("OW", data)
        yield Hostile(
            f"overlay {rows} x {columns} at {origin}, bits {bits}", meta(EXPLICIT) + body(found) + pixel_data()
        )


def _fragments_that_lie() -> Iterator[Hostile]:
    stream = codestream(JPEG_LS)
    for name, table in (
        ("of nonsense", b"\xff" * 400),
        ("beyond the end", struct.pack("<2I", 0, 0x7FFFFFFF)),
        ("backwards", struct.pack("<2I", 900, 0)),
        ("of one byte", b"\0"),
        ("twice the same", struct.pack("<2I", 0, 0)),
        ("into a codestream", struct.pack("<2I", 0, 33)),
    ):
        yield Hostile(f"offset table {name}", compressed(JPEG_LS, stream, stream, table=table, t00280008_IS=b"2 "))
    extended = {"t7FE00001_OV": struct.pack("<2Q", 0, 2**63), "t7FE00002_OV": struct.pack("<2Q", 2**64 - 1, 5)}
    found = attributes(t00280008_IS=b"2 ")
    listed = b"".join(
        struct.pack("<HH2sHI", int(k[1:5], 16), int(k[5:9], 16), b"OV", 0, 16) + v for k, v in extended.items()
    )
    yield Hostile("extended offset table", meta(JPEG_LS) + body(found) + listed + fragments(stream, stream))
    whole = compressed(JPEG_LS, stream)
    at = whole.index(stream) - 4
    for length in (0, 1, 0x7FFFFFFF, 0xFFFFFFFE, UNDEFINED):
        lie = whole[:at] + struct.pack("<I", length) + whole[at + 4 :]
        yield Hostile(f"fragment of length {length:#x}", lie)
    yield Hostile("fragments without an end", whole[:-8])
    yield Hostile("a million empty fragments", compressed(JPEG_LS)[:-8] + item(b"") * 1_000_000)
    yield Hostile("no fragment at all", compressed(JPEG_LS))
    yield Hostile(
        "encapsulated with a length", whole.replace(struct.pack("<HI", 0, UNDEFINED), struct.pack("<HI", 0, 64))
    )
    yield Hostile("a million frames in one fragment", compressed(JPEG_LS, stream, t00280008_IS=b"1000000 "))
    yield Hostile("two billion frames", compressed(RLE, rle_codestream(), t00280008_IS=b"2147483647"))


def _codestreams_that_lie() -> Iterator[Hostile]:
    for syntax in SYNTAXES:
        yield Hostile(f"{syntax} of nothing", compressed(syntax, b"", **changes_for(syntax)))
        yield Hostile(f"{syntax} of zeros", compressed(syntax, bytes(1000), **changes_for(syntax)))
        noise = np.random.default_rng(2).bytes(1000)
        yield Hostile(f"{syntax} of noise", compressed(syntax, noise, **changes_for(syntax)))
        big = {"t00280010_US": short(65535), "t00280011_US": short(65535)}
        yield Hostile(f"{syntax} in a header of 65,535 squared", compressed(syntax, codestream(syntax), **big))
    yield from _size_bombs()
    for offsets in (
        (2, 64, 65),
        (2, 64, 0xFFFFFFFF),
        (2, 0, 0),
        (15, *range(64, 79)),
        (0,),
        (0xFFFFFFFF,),
        (1, 64),
        (2, 100, 64),
    ):
        yield Hostile(f"RLE header {offsets}", compressed(RLE, rle_header(*offsets) + rle_codestream()[64:]))
    runs = rle_header(2, 64, 2_000_064) + b"\x81\xaa" * 2_000_000  # each pair gives 128 bytes
    yield Hostile("RLE bomb", compressed(RLE, runs))
    yield Hostile(
        "RLE that wants more than there is", compressed(RLE, rle_header(2, 64, 70) + b"\x7f\x00\x00\x80\x80\x7f\x00")
    )


def _size_bombs() -> Iterator[Hostile]:
    """Codestreams whose own header says 65,535 squared, with the object's header in agreement or not."""
    big = {"t00280010_US": short(65535), "t00280011_US": short(65535)}
    side = short(SIDE)[::-1]
    for syntax, marker, skip in ((JPEG, b"\xff\xc0", 5), (JPEG_LOSSLESS, b"\xff\xc3", 5), (JPEG_LS, b"\xff\xf7", 5)):
        stream = codestream(syntax)
        at = stream.index(marker) + skip
        assert stream[at : at + 4] == side * 2
        lie = stream[:at] + b"\xff\xff\xff\xff" + stream[at + 4 :]
        yield Hostile(f"{syntax} of 65,535 squared", compressed(syntax, lie, **changes_for(syntax)))
        yield Hostile(f"{syntax} of 65,535 squared, agreed", compressed(syntax, lie, **changes_for(syntax) | big))
    for syntax in (JPEG_2000, HTJ2K):
        stream = codestream(syntax)
        at = stream.index(b"\xff\x51") + 6
        for side_of_tile in (32, 1, 65535):
            lie = stream[:at] + struct.pack(">6I", 65535, 65535, 0, 0, side_of_tile, side_of_tile) + stream[at + 24 :]
            name = f"{syntax} of 65,535 squared, tiles of {side_of_tile}"
            yield Hostile(name, compressed(syntax, lie))
            yield Hostile(f"{name}, agreed", compressed(syntax, lie, **big))
        huge = stream[:at] + struct.pack(">6I", 2**32 - 1, 2**32 - 1, 0, 0, 1, 1) + stream[at + 24 :]
        yield Hostile(f"{syntax} of 4 billion squared", compressed(syntax, huge))
        empty_tiles = stream[:at] + struct.pack(">6I", 32, 32, 0, 0, 0, 0) + stream[at + 24 :]
        yield Hostile(f"{syntax} with tiles of nothing", compressed(syntax, empty_tiles))
        components = stream[: at + 32] + b"\x40\x00" + stream[at + 34 :]
        yield Hostile(f"{syntax} of 16,384 components", compressed(syntax, components))


def presentation_state() -> bytes:
    """A grayscale softcopy presentation state that does not lie, with something of everything, on `good`."""
    image = element(0x00081150, "UI", uid("1.2.840.10008.5.1.4.1.1.2")) + element(0x00081155, "UI", uid(ROOT + "3.1"))
    images = element(0x00081140, "SQ", item(image))
    series = element(0x0020000E, "UI", uid(ROOT + "2"))
    line = (
        element(0x00700005, "CS", b"PIXEL ") + element(0x00700020, "US", short(2)) + element(0x00700021, "US", short(3))
    )
    line += element(0x00700022, "FL", struct.pack("<6f", 1, 1, 20, 5, 9, 30)) + element(
        0x00700023, "CS", b"INTERPOLATED"
    )
    line += element(0x00700024, "CS", b"N ")
    circle = line.replace(b"INTERPOLATED", b"POLYLINE    ").replace(b"PIXEL ", b"DISPLAY ")
    words = element(0x00700003, "CS", b"PIXEL ") + element(0x00700004, "CS", b"PIXEL ")
    words += element(0x00700006, "ST", b"here") + element(0x00700010, "FL", struct.pack("<2f", 2, 2))
    words += element(0x00700011, "FL", struct.pack("<2f", 30, 9)) + element(0x00700012, "CS", b"CENTER")
    words += element(0x00700014, "FL", struct.pack("<2f", 9, 9)) + element(0x00700015, "CS", b"Y ")
    drawn = images + element(0x00700002, "CS", b"ONE ") + element(0x00700008, "SQ", item(words))
    drawn += element(0x00700009, "SQ", item(line) + item(circle))
    area = (
        images
        + element(0x00700052, "SL", struct.pack("<2i", 3, 3))
        + element(0x00700053, "SL", struct.pack("<2i", 30, 30))
    )
    area += element(0x00700100, "CS", text("SCALE TO FIT")) + element(0x00700101, "DS", text("0.5\\0.5"))
    layer = (
        element(0x00700002, "CS", b"ONE ") + element(0x00700062, "IS", b"1 ") + element(0x00700066, "US", short(60000))
    )
    window = images + element(0x00281050, "DS", text("500")) + element(0x00281051, "DS", text("900"))
    found = element(0x00080016, "UI", uid("1.2.840.10008.5.1.4.1.1.11.1")) + element(0x00080018, "UI", uid(ROOT + "9"))
    found += element(0x00080060, "CS", b"PR") + element(0x00081115, "SQ", item(images + series))
    found += element(0x0020000D, "UI", uid(ROOT + "1")) + element(0x0020000E, "UI", uid(ROOT + "8"))
    found += element(0x00181600, "CS", text("CIRCULAR\\POLYGONAL")) + element(0x00181610, "IS", text("16\\16"))
    found += (
        element(0x00181612, "IS", b"15")
        + element(0x00181620, "IS", text("1\\1\\1\\30\\30\\30"))
        + element(0x00181622, "US", short(9))
    )
    found += element(0x00281052, "DS", b"-5") + element(0x00281053, "DS", b"2 ") + element(0x00281054, "LO", b"HU")
    found += element(0x00283110, "SQ", item(window)) + element(0x00700001, "SQ", item(drawn))
    found += (
        element(0x00700041, "CS", b"Y ") + element(0x00700042, "US", short(90)) + element(0x0070005A, "SQ", item(area))
    )
    found += element(0x00700060, "SQ", item(layer)) + element(0x20500020, "CS", text("INVERSE"))
    found += (
        element(0x60000010, "US", short(32)) + element(0x60000011, "US", short(32)) + element(0x60000040, "CS", b"G ")
    )
    found += (
        element(0x60000050, "SS", _words(1, 1))
        + element(0x60000100, "US", short(1))
        + element(0x60000102, "US", short(0))
    )
    found += element(0x60001001, "CS", b"ONE ") + element(0x60003000, "OW", b"\xaa" * 128)
    return meta(EXPLICIT) + found


KINDS: dict[str, Callable[[], Iterator[Hostile]]] = {
    "cut short": _cut_short,
    "lengths that lie": _lying_lengths,
    "values that are wrong": _wrong_values,
    "elements that are missing": _missing,
    "bombs": _bombs,
    "sequences without end": _deep,
    "encodings that lie": _encodings,
    "geometry of nonsense": _geometry,
    "preambles of other files": _preambles,
    "look-up tables that lie": _tables,
    "palettes that lie": _palettes,
    "overlays that lie": _overlays,
    "fragments that lie": _fragments_that_lie,
    "codestreams that lie": _codestreams_that_lie,
}


def hostile_objects() -> Iterator[Hostile]:
    """All of them, by kind."""
    for files in KINDS.values():
        yield from files()
