"""The size that a JPEG XL codestream says it has (ISO/IEC 18181-1 annex D, container: 18181-2)."""

from __future__ import annotations

import struct

_CODESTREAM = b"\xff\x0a"
_RATIOS = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
_SIZE_BITS = (9, 13, 18, 30)


def size_of(data: bytes) -> tuple[int, int] | None:
    """Rows and columns; None when it is no JPEG XL."""
    start = _codestream_start(data)
    if data[start : start + 2] != _CODESTREAM:
        return None
    bits = _Bits(data[start + 2 : start + 18])
    is_small = bits.take(1)
    rows = _side(bits, is_small=bool(is_small))
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio]
        return rows, rows * across // down
    return rows, _side(bits, is_small=bool(is_small))


def _side(bits: _Bits, *, is_small: bool) -> int:
    if is_small:
        return 8 * (bits.take(5) + 1)
    return bits.take(_SIZE_BITS[bits.take(2)]) + 1


def _codestream_start(data: bytes) -> int:
    """Of a bare codestream, or of the jxlc box (or first jxlp box) of a container."""
    if data[4:8] != b"JXL ":
        return 0
    at = 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        head = 16 if length == 1 else 8
        if kind in {b"jxlc", b"jxlp"}:
            return at + head + (4 if kind == b"jxlp" else 0)
        if length == 1:
            length = int.from_bytes(data[at + 8 : at + 16], "big")
        if length < head:
            break
        at += length
    return len(data)


class _Bits:
    """Bits of a few bytes, the lowest first."""

    def __init__(self, data: bytes) -> None:
        self._left = int.from_bytes(data, "little")

    def take(self, count: int) -> int:
        taken = self._left & ((1 << count) - 1)
        self._left >>= count
        return taken
