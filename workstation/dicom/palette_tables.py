"""The three tables of a palette, segmented ones unfolded (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6, C.7.9)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workstation.dicom.values import AnyDataset, numbers, value
from workstation.dicom.voi import LookupTable

_COLOURS = ("Red", "Green", "Blue")
_DISCRETE, _LINEAR, _INDIRECT = 0, 1, 2

Entries = NDArray[np.uint16]


def palette_tables_of(dataset: AnyDataset) -> tuple[LookupTable, ...]:
    """Red, green and blue tables; empty when there is none, when one is broken, or when they differ in length."""
    descriptor = [int(each) for each in numbers(dataset, "RedPaletteColorLookupTableDescriptor")]
    if len(descriptor) != 3:
        return ()
    length, first, bits = (descriptor[0] & 0xFFFF) or 65536, descriptor[1], descriptor[2]
    tables = [_entries(dataset, colour, length, bits) for colour in _COLOURS]
    whole = [table for table in tables if table is not None and table.size == length]
    if len(whole) != len(_COLOURS) or bits not in {8, 16}:
        return ()
    raws = [_raw(dataset, f"{colour}PaletteColorLookupTableData") for colour in _COLOURS]
    is_narrow = bits == 8 or all(raw is not None and _is_packed(raw, length) for raw in raws)
    shown_bits = 8 if is_narrow and max(int(table.max()) for table in whole) < 256 else 16
    return tuple(LookupTable(first, shown_bits, table.astype("<u2").tobytes()) for table in whole)


def _entries(dataset: AnyDataset, colour: str, length: int, bits: int) -> Entries | None:
    keyword = f"{colour}PaletteColorLookupTableData"
    raw = _raw(dataset, keyword)
    if raw is not None:
        is_packed = _is_packed(raw, length) or (bits == 8 and len(raw) < 2 * length)
        return np.frombuffer(raw[: len(raw) & ~1], "u1" if is_packed else "<u2")[:length].astype(np.uint16)
    segmented = _raw(dataset, f"Segmented{keyword}")
    return _unfolded(segmented, length, bits) if segmented is not None else None


def _is_packed(raw: bytes, length: int) -> bool:
    """Whether two entries stand in a word, padded to an even number: writers do so under any descriptor."""
    return len(raw) == length + length % 2


def _raw(dataset: AnyDataset, keyword: str) -> bytes | None:
    """The words of a table, also when they were sent as US or SS; None when the element is absent or empty."""
    found = value(dataset, keyword)
    if found is None or isinstance(found, bytes):
        return found
    return np.array([int(each) & 0xFFFF for each in numbers(dataset, keyword)], "<u2").tobytes()


def _unfolded(raw: bytes, length: int, bits: int) -> Entries | None:
    """Segments to entries; None when they do not make up exactly ``length`` (one more byte may pad them)."""
    item = 1 if bits == 8 else 2
    words = np.frombuffer(raw[: len(raw) // item * item], "u1" if item == 1 else "<u2").tolist()
    entries: list[int] = []
    place = 0
    while len(entries) < length:
        after = _append_segment(entries, words, place, length, is_bytes=item == 1)
        if after is None:
            return None
        place = after
    return np.array(entries, np.uint16) if len(entries) == length else None


def _append_segment(
    entries: list[int], words: list[int], place: int, length: int, *, is_bytes: bool, may_refer: bool = True
) -> int | None:
    """Unfold the segment at ``place``; gives the place after it, or None when it is broken."""
    if place + 2 >= len(words):
        return None
    code, count = words[place], words[place + 1]
    if code == _DISCRETE and count and place + 2 + count <= len(words) and len(entries) + count <= length:
        entries += words[place + 2 : place + 2 + count]
        return place + 2 + count
    if code == _LINEAR and count and entries and len(entries) + count <= length:
        entries += np.around(np.linspace(entries[-1], words[place + 2], count + 1)[1:]).astype(int).tolist()
        return place + 3
    if code == _INDIRECT and may_refer and entries:
        return _append_copies(entries, words, place, length, is_bytes=is_bytes)
    return None


def _append_copies(entries: list[int], words: list[int], place: int, length: int, *, is_bytes: bool) -> int | None:
    """An indirect segment: unfold ``count`` segments from elsewhere once more; they must not be indirect themselves."""
    width = 4 if is_bytes else 2
    parts = words[place + 2 : place + 2 + width]
    if len(parts) < width:
        return None
    step = 8 if is_bytes else 16
    start: int | None = sum(part << step * position for position, part in enumerate(parts))
    for _ in range(words[place + 1]):
        if start is None:
            return None
        start = _append_segment(entries, words, start, length, is_bytes=is_bytes, may_refer=False)
    return None if start is None else place + 2 + width
