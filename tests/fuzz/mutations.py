"""Broken images out of whole ones: the same seed and number always give the same file."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.helpers import hostile_objects as hostile

Mutation = Callable[[bytearray, random.Random, Sequence[bytes]], None]

_LARGEST_FILE = 300_000
_NUMBERS = (
    *(0, 1, 2, 3, 7, 8, 15, 16, 17, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFE, 0xFFFF),
    *(0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF),
)
_WORDS = (
    b"nan",
    b"inf",
    b"-1",
    b"0",
    b"1e308",
    b"1e-320",
    b"99999999999",
    b"\\",
    b"\\\\\\",
    b"\xff\xfe",
    b"",
    b"1\\nan",
    b"x" * 70,
)
_VRS = (b"OB", b"OW", b"UN", b"SQ", b"US", b"SS", b"UL", b"DS", b"IS", b"LO", b"PN", b"FD", b"AT", b"\0\0", b"ZZ")
_LONG_VRS = {b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"SQ", b"UN", b"UT", b"UC", b"UR", b"SV", b"UV"}
_IMAGE_TAGS = struct.pack("<H", 0x0028)
_ROWS = b"\x28\x00\x10\x00"


def whole_files(folder: Path | None) -> list[bytes]:
    """Small real files, and one of every compression made here; always in the same order."""
    made = [hostile.good(), hostile.meta(hostile.BIG) + b"".join(
        hostile.element(tag, vr, value, order=">") for tag, (vr, value) in sorted(hostile.attributes().items())
    ) + hostile.pixel_data()]  # fmt: skip
    for syntax in (*hostile.SYNTAXES, hostile.JPEG_XL):
        stream = hostile.codestream(syntax)
        made.append(hostile.compressed(syntax, stream, **hostile.changes_for(syntax)))
        made.append(hostile.compressed(syntax, stream, stream, t00280008_IS=b"2 ", **hostile.changes_for(syntax)))
    found = sorted(folder.rglob("*")) if folder is not None else []
    real = [path.read_bytes() for path in found if path.is_file() and path.stat().st_size <= _LARGEST_FILE]
    images = [data for data in real if _ROWS in data]
    others = [data for data in real if _ROWS not in data and len(data) > 200]
    return 3 * made + 20 * [hostile.presentation_state()] + images + others[::8]


def broken_file(files: Sequence[bytes], seed: int, number: int) -> bytes:
    """File ``number`` of a run."""
    chance = random.Random(f"{seed}/{number}")
    data = bytearray(chance.choice(files))
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        if len(data) > 8:
            chance.choice(_MUTATIONS)(data, chance, files)
    return bytes(data)


def elements_in(data: bytes | bytearray) -> list[tuple[int, int, int]]:
    """Where elements in explicit VR, little endian, begin, where their values begin, and where these end."""
    found, at = [], 132 if data[128:132] == b"DICM" else 0
    while at + 8 <= len(data):
        vr = bytes(data[at + 4 : at + 6])
        if not vr.isalpha():
            break
        is_long = vr in _LONG_VRS
        start = at + (12 if is_long else 8)
        if start > len(data):
            break
        length = struct.unpack_from("<I" if is_long else "<H", data, start - (4 if is_long else 2))[0]
        end = len(data) if length == hostile.UNDEFINED else min(start + length, len(data))
        found.append((at, start, end))
        at = end
    return found


def _flip_bits(data: bytearray, chance: random.Random, _files: Sequence[bytes]) -> None:
    for _ in range(chance.choice((1, 2, 8, 40))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _flip_bits_of_the_header(data: bytearray, chance: random.Random, _files: Sequence[bytes]) -> None:
    for _ in range(chance.choice((1, 2, 8))):
        data[chance.randrange(min(len(data), 3000))] ^= 1 << chance.randrange(8)


def _flip_bits_of_the_pixels(data: bytearray, chance: random.Random, _files: Sequence[bytes]) -> None:
    """What only a codec can notice: the beginnings and ends of codestreams stay."""
    start = max(data.rfind(b"\xe0\x7f\x10\x00"), 0)
    first, last = start + (len(data) - start) // chance.choice((2, 3, 8)), len(data) - 12
    for _ in range(chance.choice((1, 2, 8, 40))):
        if first < last:
            data[chance.randrange(first, last)] ^= 1 << chance.randrange(8)


def _cut(data: bytearray, chance: random.Random, _files: Sequence[bytes]) -> None:
    del data[chance.randrange(len(data)) :]


def _cut_out(data: bytearray, chance: random.Random, _files: Sequence[bytes]) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.choice((1, 2, 8, 100, 1000))]


def _splice(data: bytearray, chance: random.Random, files: Sequence[bytes]) -> None:
    other = chance.choice(files)
    at, begin = chance.randrange(len(data)), chance.randrange(len(other))
    piece = other[begin : begin + chance.choice((8, 100, 2000, 20_000))]
    data[at : at + chance.choice((0, len(piece)))] = piece


def _repeat(data: bytearray, chance: random.Random, _files: Sequence[bytes]) -> None:
    at, length = chance.randrange(len(data)), chance.choice((1, 8, 100, 1000))
    data[at:at] = data[at : at + length] * chance.choice((1, 2, 100))


def _lie_about_a_number(data: bytearray, chance: random.Random, _files: Sequence[bytes]) -> None:
    at = chance.randrange(len(data))
    order = chance.choice("<>")
    number = chance.choice(_NUMBERS)
    piece = struct.pack(f"{order}H", number & 0xFFFF) if chance.random() < 0.5 else struct.pack(f"{order}I", number)
    data[at : at + len(piece)] = piece


def _lie_about_a_length(data: bytearray, chance: random.Random, _files: Sequence[bytes]) -> None:
    found = elements_in(data)
    if found:
        at, start, end = chance.choice(found)
        number = chance.choice((*_NUMBERS, end - start + 1, max(0, end - start - 1), 2 * (end - start)))
        is_long = start - at == 12
        struct.pack_into(
            "<I" if is_long else "<H", data, start - (4 if is_long else 2), number & (0xFFFFFFFF if is_long else 0xFFFF)
        )


def _change_a_value(data: bytearray, chance: random.Random, _files: Sequence[bytes]) -> None:
    """Another value with a length that is right; mostly of what says how pixels are to be read."""
    found = elements_in(data)
    of_images = [each for each in found if data[each[0] : each[0] + 2] == _IMAGE_TAGS]
    if not found:
        return
    at, start, end = chance.choice(of_images if of_images and chance.random() < 0.7 else found)
    if chance.random() < 0.5:
        number = chance.choice(_NUMBERS)
        data[start : min(end, start + 2)] = struct.pack("<H", number & 0xFFFF)[: min(end - start, 2)]
        return
    value = chance.choice(_WORDS)
    value += b" " * (len(value) % 2)
    data[start:end] = value
    if start - at == 8:
        struct.pack_into("<H", data, start - 2, len(value))


def _change_a_vr(data: bytearray, chance: random.Random, _files: Sequence[bytes]) -> None:
    found = elements_in(data)
    if found:
        at = chance.choice(found)[0]
        data[at + 4 : at + 6] = chance.choice(_VRS)


def _drop_an_element(data: bytearray, chance: random.Random, _files: Sequence[bytes]) -> None:
    found = elements_in(data)
    if found:
        at, _, end = chance.choice(found)
        del data[at:end]


def _move_an_element(data: bytearray, chance: random.Random, files: Sequence[bytes]) -> None:
    """Another element, of this or another file, where it does not belong."""
    here, other = elements_in(data), chance.choice((bytes(data), chance.choice(files)))
    there = elements_in(other)
    if here and there:
        at, _, end = chance.choice(there)
        place = chance.choice(here)[0]
        data[place:place] = other[at : min(end, at + 50_000)]


def _nest(data: bytearray, chance: random.Random, _files: Sequence[bytes]) -> None:
    found = elements_in(data)
    if found:
        opened = struct.pack("<HH2sHI", 0x0008, 0x2218, b"SQ", 0, hostile.UNDEFINED) + hostile.item(
            b"", hostile.UNDEFINED
        )
        place = chance.choice(found)[0]
        data[place:place] = opened * chance.choice((1, 10, 500, 3000))


def _change_a_marker_segment(data: bytearray, chance: random.Random, _files: Sequence[bytes]) -> None:
    """JPEG and JPEG 2000: a number in a marker segment, its length, or the marker itself."""
    start = max(data.rfind(b"\xe0\x7f\x10\x00"), 0)
    markers = [
        at for at in range(start, min(len(data) - 20, start + 4000)) if data[at] == 0xFF and 0x4F <= data[at + 1] < 0xFF
    ]
    if markers:
        at = chance.choice(markers)
        place = at + chance.choice((1, 2, 3, *range(4, 20)))
        data[place] = chance.choice((0, 1, 2, 8, 16, 17, 32, 33, 0x3F, 0x7F, 0x80, 0xFE, 0xFF, chance.randrange(256)))


def _agree_on_another_size(data: bytearray, chance: random.Random, _files: Sequence[bytes]) -> None:
    """Header and codestream say the same new size, so that the codec is let at it."""
    rows, columns = chance.choice((1, 2, 31, 33, 64, 1000, 2500)), chance.choice((1, 2, 31, 33, 64, 1000, 2500))
    for at, start, end in elements_in(data):
        tag = bytes(data[at : at + 4])
        if end - start == 2 and tag in {b"\x28\x00\x10\x00", b"\x28\x00\x11\x00"}:
            old = struct.unpack_from("<H", data, start)[0]
            new = rows if tag[2] == 0x10 else columns
            struct.pack_into("<H", data, start, new)
            pixels = max(data.rfind(b"\xe0\x7f\x10\x00"), 0)
            for code in (">H", ">I"):
                place = data.find(struct.pack(code, old), pixels, pixels + 400)
                if place >= 0:
                    struct.pack_into(code, data, place, new)
                    break


_MUTATIONS: tuple[Mutation, ...] = (
    *(_flip_bits, _flip_bits_of_the_header, _flip_bits_of_the_pixels, _flip_bits_of_the_pixels, _cut, _cut_out),
    *(_splice, _repeat, _lie_about_a_number, _lie_about_a_length, _lie_about_a_length, _change_a_value),
    *(_change_a_value, _change_a_vr, _drop_an_element, _move_an_element, _nest, _agree_on_another_size),
    *(_change_a_marker_segment, _change_a_marker_segment),
)
