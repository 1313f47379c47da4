"""Reading the markers of a JPEG codestream (ISO/IEC 10918-1 annex B): how colour is coded, whether it has an end."""

from __future__ import annotations

from collections.abc import Iterator

_START_OF_SCAN = 0xDA
_LONGEST_PADDING = 64
_STANDALONE = {0x01, *range(0xD0, 0xD9)}
_FRAME_HEADERS = {0xC0, 0xC1, 0xC2, 0xC3}
_RGB_COMPONENTS = (b"RGB", b"rgb")


def is_coded_as_ybr(data: bytes, photometric: str) -> bool:
    """Whether a three-component JPEG holds YCbCr.

    Component identifiers "RGB" say no and a JFIF marker says yes, whatever the header claims: where they disagree, the
    codestream is right. Otherwise the Photometric Interpretation counts.
    """
    has_jfif = False
    for marker, content in _segments(data):
        if marker == 0xE0 and content.startswith(b"JFIF"):
            has_jfif = True
        if marker in _FRAME_HEADERS and content[6::3][:3] in _RGB_COMPONENTS:
            return False
    return has_jfif or photometric.startswith("YBR")


def is_complete(data: bytes) -> bool:
    """Whether the codestream has its end marker; writers pad what follows it in different ways.

    Coded data never contain the two bytes of a marker, so looking near the end is enough.
    """
    return b"\xff\xd9" in data[-_LONGEST_PADDING:]


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
