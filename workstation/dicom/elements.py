"""A data set in ordinary Python: tags to raw values, decoded when they are asked for.

Values are kept as they stand in the file, little endian (PS3.5 7.3). Reading 500 headers decodes a few dozen values of
each; everything else is never looked at.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pydicom.datadict import keyword_dict

from workstation.dicom import character_sets

if TYPE_CHECKING:
    from workstation.dicom.series_memory import Kin

_PADDING = " \0\t\r\n"
_BYTES_PADDING = b" \0\t\r\n"

# PS3.5 table 6.2-1. Numbers: format and bytes of one value.
_NUMBERS = {
    "US": ("H", 2), "SS": ("h", 2), "UL": ("I", 4), "SL": ("i", 4), "UV": ("Q", 8), "SV": ("q", 8),
    "FL": ("f", 4), "FD": ("d", 8),
}  # fmt: skip
_DECIMAL = frozenset({"DS", "IS"})
_PLAIN_TEXT = frozenset({"AE", "AS", "CS", "DA", "DT", "TM", "UI", "DS", "IS"})
_UNDIVIDED_TEXT = frozenset({"ST", "LT", "UT", "UR"})
_BULK = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})

SPECIFIC_CHARACTER_SET = 0x00080005
LARGEST_NUMBER = 3.5e38
"""Of single precision; larger ones are no measure of anything, and overflow when they are reckoned with."""


Entries = dict[int, tuple[str, "bytes | tuple[Elements, ...]"]]


class Elements:
    """Tag → (VR, raw value); a sequence holds its items, as `Elements` again.

    Parameters
    ----------
    found
        By tag (group × 65536 + element); taken over, not copied. Raw values are little endian; the VR is never
        ambiguous, and ``UN`` when unknown.
    inherited_character_sets
        Raw Specific Character Set of the data set around an item; its own comes first (PS3.3 C.12.1.1.2).

    Attributes
    ----------
    kin
        How it is like other objects of the series; makes reading quicker and changes no answer.
    """

    __slots__ = ("_character_sets", "_found", "kin")

    def __init__(self, found: Entries | None = None, inherited_character_sets: bytes = b"") -> None:
        self._found: Entries = found if found is not None else {}
        self._character_sets = inherited_character_sets
        self.kin: Kin | None = None

    def __contains__(self, key: int | str) -> bool:
        return (keyword_dict.get(key, 0) if isinstance(key, str) else key) in self._found

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[int]:
        """The tags, ascending."""
        return iter(sorted(self._found))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Elements):
            return NotImplemented
        return self._found == other.entries and self._character_sets == other._character_sets

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Elements({len(self._found)})"

    @property
    def entries(self) -> Entries:
        """Tag → (VR, raw value), not to be changed."""
        return self._found

    @property
    def character_sets(self) -> bytes:
        """Raw Specific Character Set that holds here: the own one, else the inherited one."""
        own = self._found.get(SPECIFIC_CHARACTER_SET)
        return own[1] if own is not None and isinstance(own[1], bytes) else self._character_sets

    def vr(self, key: int | str) -> str:
        """Value representation of an element; empty when it is absent."""
        found = self._found.get(_tag(key))
        return found[0] if found is not None else ""

    def raw(self, key: int | str) -> bytes:
        """The value as in the file, little endian; empty when the element is absent or a sequence."""
        found = self._found.get(_tag(key))
        return found[1] if found is not None and isinstance(found[1], bytes) else b""

    def items(self, key: int | str) -> tuple[Elements, ...]:
        """The items of a sequence; none when it is absent or no sequence."""
        found = self._found.get(_tag(key))
        return found[1] if found is not None and isinstance(found[1], tuple) else ()

    def texts(self, key: int | str) -> tuple[str, ...]:
        """All values as stripped text, in place (empty ones stay); none for a sequence."""
        found = self._found.get(keyword_dict.get(key, 0) if isinstance(key, str) else key)
        if found is None or not found[1]:
            return ()
        vr, raw = found
        if vr in _PLAIN_TEXT:
            return _divided(raw.decode("latin-1"))  # type: ignore[union-attr]  # a sequence has the VR SQ
        if isinstance(raw, tuple):
            return ()
        return self._other_texts(key, vr, raw)

    def text(self, key: int | str) -> str:
        """The first value as stripped text, or an empty text."""
        found = self._found.get(keyword_dict.get(key, 0) if isinstance(key, str) else key)
        if found is None or not found[1]:
            return ""
        if found[0] in _PLAIN_TEXT:
            return found[1].decode("latin-1").partition("\\")[0].strip(_PADDING)  # type: ignore[union-attr]
        texts = self.texts(key)
        return texts[0] if texts else ""

    def _other_texts(self, key: int | str, vr: str, raw: bytes) -> tuple[str, ...]:
        """Numbers as text, and text in the character sets that hold here."""
        if vr in _NUMBERS:
            return tuple([str(each) for each in self.values(key)])
        if vr == "AT":
            return tuple([f"({each >> 16:04X},{each & 0xFFFF:04X})" for each in self.values(key)])
        if vr in _BULK:
            return _undivided(raw.decode("latin-1"))
        decoded = character_sets.decoded(raw, self.character_sets, is_name=vr == "PN")
        if vr == "PN":
            return _divided("\\".join([each.rstrip("= \0") for each in decoded.split("\\")]))
        return _undivided(decoded) if vr in _UNDIVIDED_TEXT else _divided(decoded)

    def numbers(self, key: int | str) -> tuple[float, ...]:
        """All values as finite numbers; empty when one of them is not a number."""
        found = self._found.get(keyword_dict.get(key, 0) if isinstance(key, str) else key)
        if found is None or not found[1]:
            return ()
        vr, raw = found
        try:
            if vr in _DECIMAL:
                numbers = tuple(map(float, raw.strip(_BYTES_PADDING).split(b"\\")))  # type: ignore[union-attr]
            elif vr == "US" and len(raw) == 2:
                return (float(int.from_bytes(raw, "little")),)  # type: ignore[arg-type]
            else:
                numbers = tuple(map(float, self.values(key)))
        except (ValueError, TypeError, OverflowError):
            return ()
        return numbers if all(abs(each) <= LARGEST_NUMBER for each in numbers) else ()

    def number(self, key: int | str) -> float | None:
        """The first value, or None when any is not a finite number."""
        found = self._found.get(keyword_dict.get(key, 0) if isinstance(key, str) else key)
        if found is None or not found[1]:
            return None
        numbers = self.numbers(key)
        return numbers[0] if numbers else None

    def values(self, key: int | str) -> list[Any]:
        """All values: text as str, numbers as int or float, bulk data as one bytes, a sequence as its items.

        Decimal strings that are no numbers stay text; an element of a wrong length has no values.
        """
        found = self._found.get(_tag(key))
        if found is None or not found[1]:
            return []
        vr, raw = found
        if isinstance(raw, tuple):
            return list(raw)
        if vr in _NUMBERS:
            return _unpacked(raw, *_NUMBERS[vr])
        if vr == "AT":
            return _tags(raw)
        if vr in _BULK:
            return [raw]
        texts = self.texts(key)
        return [_number_or_text(each, vr) for each in texts] if vr in _DECIMAL else list(texts)

    def value(self, key: int | str) -> Any:
        """The value, a list when there are several, None when there is none."""
        found = self.values(key)
        if len(found) == 1:
            return found[0] if found[0] != "" else None
        return found or None

    def private(self, group: int, creator: str, element: int) -> int | None:
        """The tag of a private element (PS3.5 7.8.1), or None when its creator has reserved no block here.

        Parameters
        ----------
        group
            An odd group.
        creator
            The text of the private creator, compared without padding.
        element
            The last two hexadecimal digits.
        """
        for tag in range(group << 16 | 0x10, group << 16 | 0x100):
            if tag in self._found and self.text(tag) == creator:
                return group << 16 | (tag & 0xFF) << 8 | element
        return None

    def beneath(self, *above: Elements) -> Elements:
        """One data set of several: what the first of ``above`` has comes first, what only this one has, last."""
        merged = dict(self._found)
        for layer in reversed(above):
            merged.update(layer.entries)
        return Elements(merged, above[0].character_sets if above else self.character_sets)


def _tag(key: int | str) -> int:
    """The tag of a keyword; 0, which no data set has, for an unknown one."""
    return keyword_dict.get(key, 0) if isinstance(key, str) else key


def _divided(text: str) -> tuple[str, ...]:
    if "\\" in text:
        return tuple([each.strip(_PADDING) for each in text.split("\\")])
    return _undivided(text)


def _undivided(text: str) -> tuple[str, ...]:
    stripped = text.strip(_PADDING)
    return (stripped,) if stripped else ()


def _unpacked(raw: bytes, code: str, size: int) -> list[Any]:
    count, rest = divmod(len(raw), size)
    return list(struct.unpack(f"<{count}{code}", raw)) if not rest else []


def _tags(raw: bytes) -> list[int]:
    halves = _unpacked(raw, "H", 2)
    return [group << 16 | element for group, element in zip(halves[::2], halves[1::2], strict=False)]


def _number_or_text(text: str, vr: str) -> int | float | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if vr == "IS" and math.isfinite(number) and number == int(number) else number
