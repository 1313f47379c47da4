"""Reading an EDID: the 128 bytes (and more) by which a monitor says who it is (VESA E-EDID 1.3 and 1.4)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from workstation.foundation.errors import BadInput

_HEADER = bytes.fromhex("00ffffffffffff00")
_BLOCK = 128
_DESCRIPTORS = range(54, 126, 18)
_SERIAL_TAG, _NAME_TAG = 0xFF, 0xFC
_MODEL_YEAR = 0xFF
_SAME_SIZE_MM = 10  # the basic size is in whole centimetres
_PLACEHOLDERS = frozenset({"unspecified", "none", "n/a", "na", "0123456789", "123456789", "16843009"})
_SHORTEST_SERIAL = 3


class BadEdid(BadInput):
    """What the monitor (or the system) gave is no EDID."""


@dataclass(frozen=True)
class Edid:
    """What a monitor says of itself.

    Attributes
    ----------
    manufacturer
        PNP id: three capital letters; empty where the bytes are no letters.
    product_code
        The maker's number for the model.
    name
        From the product name descriptor; empty where there is none.
    serial_text, serial_number
        From the serial number descriptor, and from the four bytes of the header; empty and 0 where not given.
    made
        ``week 12 of 2024``, ``2024`` or ``model year 2024``.
    width_mm, height_mm
        Of the picture, as the panel is built; 0 where unknown (projectors).
    blocks
        Number of blocks of 128 bytes the EDID says it has.
    sha256
        Of all bytes.
    """

    manufacturer: str
    product_code: int
    name: str
    serial_text: str
    serial_number: int
    made: str
    width_mm: int
    height_mm: int
    version: str
    blocks: int
    sha256: str

    @property
    def model(self) -> str:
        """The product name, else the product code in hexadecimal."""
        return self.name or f"{self.product_code:04X}"

    @property
    def serial(self) -> str:
        """What tells this monitor from others of its model; empty when nothing does."""
        number = str(self.serial_number) if self.serial_number else ""
        return next((each for each in (self.serial_text, number) if is_telling(each)), "")


def parse_edid(raw: bytes) -> Edid:
    """Read the base block.

    Raises
    ------
    BadEdid
        When it is too short, does not begin as an EDID, or its checksum is wrong. A garbled one is no identity.
    """
    base = raw[:_BLOCK]
    if len(base) < _BLOCK:
        raise BadEdid(f"The monitor's EDID has {len(raw)} of at least {_BLOCK} bytes.")
    if not base.startswith(_HEADER):
        raise BadEdid("What the monitor gave does not begin like an EDID.")
    if sum(base) % 256:
        raise BadEdid("The checksum of the monitor's EDID is wrong.", "Check the cable, then plug it in again.")
    width_mm, height_mm = _size_mm(base)
    return Edid(
        manufacturer=_manufacturer(base),
        product_code=int.from_bytes(base[10:12], "little"),
        name=_text(base, _NAME_TAG),
        serial_text=_text(base, _SERIAL_TAG),
        serial_number=int.from_bytes(base[12:16], "little"),
        made=_made(base[16], base[17]),
        width_mm=width_mm,
        height_mm=height_mm,
        version=f"{base[18]}.{base[19]}",
        blocks=1 + base[126],
        sha256=hashlib.sha256(raw).hexdigest(),
    )


def is_telling(serial: str) -> bool:
    """Whether a serial number can tell one monitor from another: makers also send ``0``, ``1`` or ``01010101``."""
    plain = re.sub(r"[^0-9a-z]", "", serial.casefold())
    return len(plain) >= _SHORTEST_SERIAL and len(set(plain)) > 1 and serial.casefold() not in _PLACEHOLDERS


def _manufacturer(base: bytes) -> str:
    packed = int.from_bytes(base[8:10], "big")
    letters = [(packed >> shift) & 0x1F for shift in (10, 5, 0)]
    if packed >> 15 or not all(1 <= letter <= 26 for letter in letters):
        return ""
    return "".join(chr(ord("A") + letter - 1) for letter in letters)


def _made(week: int, year: int) -> str:
    if week == _MODEL_YEAR:
        return f"model year {1990 + year}"
    return f"week {week} of {1990 + year}" if 1 <= week <= 54 else str(1990 + year)


def _text(base: bytes, tag: int) -> str:
    """Text of the first descriptor with this tag; ended by a line feed, filled up with spaces."""
    for start in _DESCRIPTORS:
        if base[start : start + 3] == b"\0\0\0" and base[start + 3] == tag:
            text = base[start + 5 : start + 18].split(b"\n")[0].decode("ascii", "replace")
            return "".join(c for c in text if c.isascii() and c.isprintable()).strip()
    return ""


def _size_mm(base: bytes) -> tuple[int, int]:
    """Millimetres of the preferred timing where they agree with the whole centimetres, which some makers get right.

    A size is unknown where one of the two centimetres is 0: the other is then an aspect ratio, or it is a projector.
    """
    rough = (10 * base[21], 10 * base[22]) if base[21] and base[22] else (0, 0)
    timing = base[_DESCRIPTORS[0] : _DESCRIPTORS[0] + 18]
    if not timing[0] and not timing[1]:
        return rough
    fine = (timing[12] | (timing[14] >> 4) << 8, timing[13] | (timing[14] & 0x0F) << 8)
    agrees = all(abs(a - b) <= _SAME_SIZE_MM for a, b in zip(fine, rough, strict=True))
    return fine if agrees and all(fine) else rough
