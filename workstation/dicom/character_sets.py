"""Text in every character set of the standard (PS3.3 C.12.1.1.2, PS3.5 6.1).

One-byte sets and code extensions (ISO 2022) are taken apart here and decoded piece by piece; UTF-8, GB18030 and GBK
stand alone. Nothing raises: what a set has no character for, becomes U+FFFD, and an unknown set is read as Latin-1.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

_ESCAPE = 0x1B
_TEXT_DELIMITERS = frozenset(b"\\\r\n\f\t")
_NAME_DELIMITERS = _TEXT_DELIMITERS | frozenset(b"^=")

Decoder = Callable[[bytes], str]


def _of(codec: str) -> Decoder:
    return lambda raw: raw.decode(codec, "replace")


def _behind(escape: bytes, codec: str) -> Decoder:
    """Bytes of a set of two bytes a character, each below 0x80, as Python's codec takes them."""
    return lambda raw: (escape + raw).decode(codec, "replace")


_ASCII = _of("ascii")
_LATIN_1 = _of("latin-1")
_KATAKANA = _of("shift_jis")
_KANJI = _behind(b"\x1b$B", "iso2022_jp")
_MORE_KANJI = _behind(b"\x1b$(D", "iso2022_jp_2")
_HANGUL, _CHINESE = _of("euc_kr"), _of("gb2312")

# Sets of the upper half (G1) by the number of their registration (PS3.3 tables C.12-2 to C.12-4); None where it has no
# characters.
_UPPER: dict[str, Decoder | None] = {
    "6": None, "14": None, "87": None, "159": None, "13": _KATAKANA, "58": _CHINESE, "149": _HANGUL,
    "100": _LATIN_1, "101": _of("iso8859_2"), "109": _of("iso8859_3"), "110": _of("iso8859_4"), "144": _of("iso8859_5"),
    "127": _of("iso8859_6"), "126": _of("iso8859_7"), "138": _of("iso8859_8"), "148": _of("iso8859_9"),
    "203": _of("iso8859_15"), "166": _of("iso8859_11"),
}  # fmt: skip
_ALONE = {"192": "utf-8", "UTF8": "utf-8", "GB18030": "gb18030", "GBK": "gbk", "ISO2022GBK": "gbk"}

# What escape sequences call in: the lower half (G0) and its bytes a character, or the upper half.
_LOWER_ESCAPES: dict[bytes, tuple[Decoder, bool]] = {
    b"(B": (_ASCII, False), b"(J": (_ASCII, False), b"$B": (_KANJI, True), b"$@": (_KANJI, True),
    b"$(D": (_MORE_KANJI, True), b"(I": (lambda raw: _KATAKANA(bytes(each | 0x80 for each in raw)), False),
}  # fmt: skip
_UPPER_ESCAPES: dict[bytes, Decoder | None] = {
    b")I": _KATAKANA, b"$)C": _HANGUL, b"$)A": _CHINESE, b"-A": _UPPER["100"], b"-B": _UPPER["101"],
    b"-C": _UPPER["109"], b"-D": _UPPER["110"], b"-F": _UPPER["126"], b"-G": _UPPER["127"], b"-H": _UPPER["138"],
    b"-L": _UPPER["144"], b"-M": _UPPER["148"], b"-T": _UPPER["166"], b"-b": _UPPER["203"],
}  # fmt: skip


def decoded(raw: bytes, character_sets: bytes, *, is_name: bool = False) -> str:
    """Decode text.

    Parameters
    ----------
    raw
        As in the file, values still divided by backslashes.
    character_sets
        Raw Specific Character Set (0008,0005) that holds for it; misspelt terms are understood where they are clear.
    is_name
        A person name: code extensions end at ``^`` and ``=`` too.
    """
    if raw.isascii() and _ESCAPE not in raw:
        return raw.decode("ascii")
    codec, upper = _meaning(character_sets)
    if codec:
        return _standing_alone(raw, codec)
    if _ESCAPE not in raw:
        return "".join(_piece(raw, _ASCII, upper))
    return _with_extensions(raw, upper, _NAME_DELIMITERS if is_name else _TEXT_DELIMITERS)


@lru_cache(maxsize=64)
def _meaning(character_sets: bytes) -> tuple[str, Decoder | None]:
    """The codec of a set that stands alone, or what the upper half means before any escape sequence.

    That is the first set with an upper half: writers forget the escape sequence, but not to name the set.
    """
    terms = [re.sub("[^A-Z0-9]", "", each.upper()) for each in character_sets.decode("latin-1").split("\\")]
    uppers = []
    for term in terms:
        number = re.sub("^(ISO)?(2022)?(IR)?", "", term)
        alone = _ALONE.get(term) or _ALONE.get(number)
        if alone:
            return alone, None
        uppers.append(_UPPER.get(number))
    return "", next((each for each in uppers if each is not None), None)


def _standing_alone(raw: bytes, codec: str) -> str:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:  # more often Latin-1 under a wrong name than a broken character
        return raw.decode("latin-1" if codec == "utf-8" else codec, "replace")


def _with_extensions(raw: bytes, first_upper: Decoder | None, delimiters: frozenset[int]) -> str:
    """Text with escape sequences; at every delimiter the first set holds again (PS3.5 6.1.2.5.3)."""
    found: list[str] = []
    lower, is_double, upper = _ASCII, False, first_upper
    start = at = 0
    while at < len(raw):
        if raw[at] == _ESCAPE:
            found += _piece(raw[start:at], lower, upper)
            length = _escape_length(raw, at + 1)
            called = raw[at + 1 : at + 1 + length]
            lower, is_double = _LOWER_ESCAPES.get(called, (lower, is_double))
            upper = _UPPER_ESCAPES.get(called, upper)
            start = at = at + 1 + length
        elif raw[at] in delimiters and not is_double:
            found += _piece(raw[start:at], lower, upper)
            lower, upper, start, at = _ASCII, first_upper, at, at + 1
        else:
            at += 2 if is_double else 1
    found += _piece(raw[start:], lower, upper)
    return "".join(found)


def _escape_length(raw: bytes, at: int) -> int:
    """Bytes of the escape sequence whose ESC stands before ``at``; 0 for an unknown one."""
    for length in (2, 3):
        if raw[at : at + length] in _LOWER_ESCAPES or raw[at : at + length] in _UPPER_ESCAPES:
            return length
    return 0


def _piece(raw: bytes, lower: Decoder, upper: Decoder | None) -> Iterator[str]:
    """A piece without escape sequences: runs of bytes below and above 0x80."""
    for run in re.findall(rb"[\x00-\x7f]+|[\x80-\xff]+", raw):
        yield lower(run) if run[0] < 0x80 else (upper or _LATIN_1)(run)
