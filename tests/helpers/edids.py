"""Synthetic EDIDs: well-formed by VESA E-EDID 1.4, with the parts that say who a monitor is."""

from __future__ import annotations


def an_edid(
    *,
    maker: str = "ENC",
    product: int = 0x2B7C,
    number: int = 21984077,
    name: str = "RX560",
    serial: str = "21984077",
    week: int = 12,
    year: int = 2024,
    width_mm: int = 338,
    height_mm: int = 422,
    width_cm: int | None = None,
    height_cm: int | None = None,
    extensions: int = 0,
) -> bytes:
    """One base block with its checksum, and ``extensions`` blocks of the CTA kind."""
    head = bytes.fromhex("00ffffffffffff00") + _letters(maker)
    head += product.to_bytes(2, "little") + number.to_bytes(4, "little")
    head += bytes([week, year - 1990, 1, 4, 0xB5])
    head += bytes([round(width_mm / 10) if width_cm is None else width_cm])
    head += bytes([round(height_mm / 10) if height_cm is None else height_cm])
    head += bytes.fromhex("78 26 ee 95 a3 54 4c 99 26 0f 50 54".replace(" ", ""))  # gamma, features, colours
    head += bytes.fromhex("000000") + bytes.fromhex("0101" * 8)
    body = _timing(width_mm, height_mm) + _text(0xFC, name) + _text(0xFF, serial) + _text(0xFE, "synthetic")
    return _summed(head + body + bytes([extensions])) + b"".join(
        _summed(b"\x02\x03\x04\x00" + bytes(123)) for _ in range(extensions)
    )


def _letters(maker: str) -> bytes:
    packed = 0
    for letter in maker:
        packed = packed << 5 | ord(letter) - ord("A") + 1
    return packed.to_bytes(2, "big")


def _timing(width_mm: int, height_mm: int) -> bytes:
    """2048 x 2560 at about 60 Hz: 36.6 MHz units, blanking 160 x 36, sizes with their upper bits in byte 14."""
    clock = (2048 + 160) * (2560 + 36) * 60 // 10_000
    return clock.to_bytes(2, "little") + bytes(
        [
            2048 & 0xFF, 160, (2048 >> 8) << 4,
            2560 & 0xFF, 36, (2560 >> 8) << 4,
            48, 32, 0x3A, 0,
            width_mm & 0xFF, height_mm & 0xFF, (width_mm >> 8) << 4 | height_mm >> 8,
            0, 0, 0x1E,
        ]
    )  # fmt: skip


def _text(tag: int, text: str) -> bytes:
    if not text:
        return bytes([0, 0, 0, 0x10, 0]) + bytes(13)
    written = text.encode("ascii")[:13]
    return bytes([0, 0, 0, tag, 0]) + (written + b"\n" if len(written) < 13 else written).ljust(13, b" ")


def _summed(block: bytes) -> bytes:
    return block + bytes([-sum(block) % 256])
