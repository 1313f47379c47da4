"""Which decoder a transfer syntax wants, and the name of those that have none here (PS3.5 section 10, PS3.6 A)."""

from __future__ import annotations

from enum import Enum

from pydicom.uid import UID

from workstation.imaging.errors import CannotDecode

_UID = "1.2.840.10008.1.2."


class Family(Enum):
    """Transfer syntaxes of encapsulated pixel data that are decoded alike."""

    UNCOMPRESSED = "encapsulated uncompressed"
    DEFLATED = "deflated image frames"
    RLE = "RLE"
    JPEG = "JPEG with loss"
    JPEG_LOSSLESS = "JPEG lossless"
    JPEG_LS = "JPEG-LS"
    JPEG_2000 = "JPEG 2000"
    HTJ2K = "High-Throughput JPEG 2000"
    JPEG_XL = "JPEG XL"


_FAMILIES = {
    Family.UNCOMPRESSED: "1.98",
    Family.DEFLATED: "8.1",
    Family.RLE: "5",
    # Baseline, extended; the retired ones: spectral selection and progressive, Huffman and arithmetic
    Family.JPEG: "4.50 4.51 4.52 4.53 4.54 4.55 4.56",
    Family.JPEG_LOSSLESS: "4.57 4.70",
    Family.JPEG_LS: "4.80 4.81",
    Family.JPEG_2000: "4.90 4.91",
    Family.HTJ2K: "4.201 4.202 4.203",
    Family.JPEG_XL: "4.110 4.111 4.112",
}
_FAMILY_OF = {_UID + suffix: family for family, suffixes in _FAMILIES.items() for suffix in suffixes.split()}
_GE_BIG_ENDIAN_PIXELS = "1.2.840.113619.5.2"  # implicit little endian, pixels apart
_NATIVE = {"1.2.840.10008.1.2", _UID + "1", _UID + "1.99", _UID + "2", _GE_BIG_ENDIAN_PIXELS}
_AS_IS = {Family.UNCOMPRESSED, Family.DEFLATED, Family.RLE}
_OTHER_FORM = "Ask the site to send it uncompressed."
_JPIP = {_UID + suffix for suffix in ("4.94", "4.95", "4.204", "4.205")}


def is_native(syntax: str) -> bool:
    """Whether pixels stand in the object as they are, byte for byte."""
    return syntax in _NATIVE


def has_big_endian_pixels(syntax: str) -> bool:
    """Whether pixels are big endian in an object that else is not: a private transfer syntax of GE."""
    return syntax == _GE_BIG_ENDIAN_PIXELS


def has_high_bit(syntax: str) -> bool:
    """Whether samples come out as they stood in memory, so that High Bit says where in their containers."""
    return is_native(syntax) or _FAMILY_OF.get(syntax) in _AS_IS


def is_known(syntax: str) -> bool:
    """Whether frames of this transfer syntax can be decompressed."""
    return syntax in _FAMILY_OF


def family_of(syntax: str) -> Family:
    """Which decoder it wants.

    Raises
    ------
    CannotDecode
        When there is none here; the text names the process.
    """
    found = _FAMILY_OF.get(syntax)
    if found is not None:
        return found
    if syntax in _JPIP:
        raise CannotDecode("its pixels are kept on another server (JPIP)", _OTHER_FORM)
    uid = UID(syntax)
    name = uid.name if not uid.is_private and uid.name != syntax else "a process that is not known to this program"
    raise CannotDecode(f"it is compressed with {name}, for which there is no decoder here", _OTHER_FORM)
