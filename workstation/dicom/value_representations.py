"""Value representations of elements: which the dictionary gives, and how their bytes turn round (PS3.5 6.2, 7.3)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from pydicom.datadict import dictionary_VR, private_dictionary_VR

# PS3.5 7.1.2: two reserved bytes and a length of four bytes, else a length of two.
LONG_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
SHORT_VRS = frozenset({
    "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FD", "FL", "IS", "LO", "LT", "PN", "SH", "SL", "SS", "ST", "TM", "UI",
    "UL", "US",
})  # fmt: skip

_WORD_SIZES = {
    "AT": 2, "US": 2, "SS": 2, "OW": 2, "UL": 4, "SL": 4, "FL": 4, "OF": 4, "OL": 4,
    "FD": 8, "OD": 8, "OV": 8, "SV": 8, "UV": 8,
}  # fmt: skip
PIXEL_REPRESENTATION = 0x00280103
_LARGEST_UNKNOWN_VALUE = 0xFFFF  # longer values of VR UN stay unknown: a writer without a VR for them may mean OB

Found = Mapping[int, tuple[str, Any]]


def vr_of_implicit(tag: int, found: Found, *, is_signed: bool) -> str:
    """The VR of an element that came without one (PS3.5 annex A.1).

    Parameters
    ----------
    found
        What stands before it in the same data set: names the private creators.
    is_signed
        Whether Pixel Representation (0028,0103) says so: decides between US and SS.
    """
    if tag & 0x10000:
        return _private_vr(tag, found)
    vr = _public_vr(tag)
    if vr == "US or SS":
        return "SS" if is_signed else "US"
    return "OW" if " or " in vr else vr


def vr_of_unknown(tag: int, length: int, found: Found, *, is_signed: bool) -> str:
    """A better VR for an element sent as UN, where the dictionary knows one and the value may have passed a two-byte
    length."""
    if not tag & 0x10000 and length >= _LARGEST_UNKNOWN_VALUE:
        return "UN"
    return vr_of_implicit(tag, found, is_signed=is_signed)


def is_signed_in(found: Found, *, inherited: bool) -> bool:
    """Whether Pixel Representation of a data set, else of the one around it, is signed."""
    own = found.get(PIXEL_REPRESENTATION)
    return own[1][:1] == b"\1" if own is not None and own[1] else inherited


def in_little_endian(raw: bytes, vr: str) -> bytes:
    """A big endian value turned round word by word."""
    size = _WORD_SIZES.get(vr, 1)
    if size == 1 or len(raw) % size:
        return raw
    return np.frombuffer(raw, f">u{size}").astype(f"<u{size}").tobytes()


@lru_cache(maxsize=8192)
def _public_vr(tag: int) -> str:
    if not tag & 0xFFFF:
        return "UL"  # a group length
    try:
        return dictionary_VR(tag)
    except KeyError:
        return "UN"


def _private_vr(tag: int, found: Found) -> str:
    element = tag & 0xFFFF
    if 0x10 <= element <= 0xFF:
        return "LO"  # a private creator
    creator = found.get((tag & 0xFFFF0000) | (element >> 8)) if element >= 0x1000 else None
    if creator is None or not isinstance(creator[1], bytes):
        return "UL" if not element else "UN"
    return _known_private_vr(tag, creator[1].decode("latin-1").rstrip(" \0"))


@lru_cache(maxsize=4096)
def _known_private_vr(tag: int, creator: str) -> str:
    try:
        vr = private_dictionary_VR(tag, creator)
    except KeyError:
        return "UN"
    return vr if vr in LONG_VRS or vr in SHORT_VRS else "UN"
