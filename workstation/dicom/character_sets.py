"""Text in every character set of the standard (PS3.3 C.12.1.1.2, PS3.5 6.1)."""

from __future__ import annotations

import re
from functools import lru_cache

from pydicom.charset import convert_encodings, decode_bytes, python_encoding
from pydicom.valuerep import PN_DELIMS, TEXT_VR_DELIMS

_ESCAPE = 0x1B
_NEARLY_A_TERM = re.compile(r"ISO.(2022.)?IR.\d{1,3}")
_KNOWN_ENCODINGS = {each.lower().replace("_", "") for each in python_encoding.values()}


def decoded(raw: bytes, character_sets: bytes, *, is_name: bool = False) -> str:
    """Decode text.

    Parameters
    ----------
    raw
        As in the file, values still divided by backslashes.
    character_sets
        Raw Specific Character Set (0008,0005) that holds for it.
    is_name
        A person name: code extensions end at ``^`` and ``=`` too.
    """
    if raw.isascii() and _ESCAPE not in raw:
        return raw.decode("ascii")
    delimiters = TEXT_VR_DELIMS | PN_DELIMS if is_name else TEXT_VR_DELIMS
    return str(decode_bytes(raw, list(_encodings(character_sets)), delimiters))


@lru_cache(maxsize=64)
def _encodings(character_sets: bytes) -> tuple[str, ...]:
    terms = [each.strip(" \0") for each in character_sets.decode("latin-1").split("\\")]
    return tuple(convert_encodings([each if _is_character_set(each) else "" for each in terms]))


def _is_character_set(term: str) -> bool:
    """Whether a term is one of the standard's, or near enough; pydicom would take any of Python's codecs as well."""
    is_encoding = term.lower().replace("-", "").replace("_", "") in _KNOWN_ENCODINGS
    return is_encoding or term in python_encoding or _NEARLY_A_TERM.fullmatch(term) is not None
