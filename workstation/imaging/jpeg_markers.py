"""Reading the markers of a JPEG or JPEG-LS codestream (ISO/IEC 10918-1 annex B, 14495-1 annex C)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_START_OF_SCAN = 0xDA
_LONGEST_PADDING = 64
_STANDALONE = {0x01, *range(0xD0, 0xD9)}
_FRAME_HEADERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}
_RGB_COMPONENTS = (b"RGB", b"rgb")
_JFIF, _ADOBE = 0xE0, 0xEE


@dataclass(frozen=True)
class FrameHeader:
    """A start-of-frame segment.

    Attributes
    ----------
    process
        Second byte of its marker: 0xC0 baseline, 0xC3 lossless, 0xF7 JPEG-LS, …
    rows
        0 when they are told only behind the first scan.
    """

    process: int
    bits: int
    rows: int
    columns: int
    samples: int


def frame_header(data: bytes) -> FrameHeader | None:
    """The first start of frame; None when there is none before the first scan."""
    if data[:2] != b"\xff\xd8":
        return None
    for marker, content in _segments(data):
        if marker in _FRAME_HEADERS and len(content) >= 6:
            size = int.from_bytes(content[1:3], "big"), int.from_bytes(content[3:5], "big")
            return FrameHeader(marker, content[0], *size, content[5])
    return None


def is_coded_as_ybr(data: bytes, photometric: str) -> bool:
    """Whether a three-component JPEG holds YCbCr.

    Component identifiers "RGB" say no and a JFIF marker says yes, whatever the header claims: where they disagree, the
    codestream is right. Else an Adobe marker says it, else the Photometric Interpretation.
    """
    is_said_to_be = photometric.startswith("YBR")
    for marker, content in _segments(data):
        if marker in _FRAME_HEADERS and content[6::3][:3] in _RGB_COMPONENTS:
            return False
        if marker == _JFIF and content.startswith(b"JFIF"):
            is_said_to_be = True
        if marker == _ADOBE and content.startswith(b"Adobe") and len(content) >= 12:
            is_said_to_be = content[11] == 1
    return is_said_to_be


def is_complete(data: bytes) -> bool:
    """Whether the codestream has its end marker; writers pad what follows it in different ways.

    Coded data never contain the two bytes of a marker, so looking near the end is enough.
    """
    return b"\xff\xd9" in data[-_LONGEST_PADDING:] or data.rstrip(b"\0\xff").endswith(b"\xff\xd9")


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and content of each segment before the first scan; stops at anything malformed."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == _START_OF_SCAN:
            return
        if marker in _STANDALONE or marker == 0xFF:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, data[at + 4 : at + 2 + length]
        at += 2 + length
