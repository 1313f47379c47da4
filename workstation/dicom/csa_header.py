"""The CSA header of Siemens (0029,xx10): named values of a private, undocumented but stable form.

Two versions are known: ``SV10`` with a signature, and an older one that begins with the number of entries. An entry is
a name of 64 bytes and up to some dozens of values, all of them text.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_SIGNATURE = b"SV10"
_ENTRY = struct.Struct("<64si4siii")
_ITEM = struct.Struct("<4i")
_MOST_ENTRIES = 1024
_MOST_ITEMS = 65536
_CHECKS = (77, 205)


def csa_values(content: bytes, names: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """The values of the entries called ``names``, empty ones left out; nothing when the bytes are no CSA header."""
    try:
        return {name: values for name, values in _entries(content) if name in names}
    except (struct.error, ValueError):
        return {}


def _entries(content: bytes) -> Iterator[tuple[str, tuple[str, ...]]]:
    is_second = content[:4] == _SIGNATURE
    at = 8 if is_second else 0
    count, check = struct.unpack_from("<2i", content, at)
    if not 0 < count <= _MOST_ENTRIES or check not in _CHECKS:
        raise ValueError("no CSA header")
    at += 8
    surplus = 0  # version 1 adds the first entry's number of items to every length
    for number in range(count):
        name, _multiplicity, _vr, _type, items, _check = _ENTRY.unpack_from(content, at)
        at += _ENTRY.size
        if not 0 <= items <= _MOST_ITEMS:
            raise ValueError("no CSA header")
        surplus = items if number == 0 else surplus
        found = []
        for _item in range(items):
            head = _ITEM.unpack_from(content, at)
            length = head[1] if is_second else head[0] - surplus
            at += _ITEM.size
            if not 0 <= length <= len(content) - at:
                raise ValueError("no CSA header")
            found.append(_text(content[at : at + length]))
            at += (length + 3) // 4 * 4
        yield _text(name), tuple(each for each in found if each)


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("latin-1").strip()
