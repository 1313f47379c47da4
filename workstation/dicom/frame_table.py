"""The headers of the frames of one object, kept as what differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from workstation.dicom.header import InstanceHeader


class FrameTable:
    """Implements `workstation.dicom.header.FrameHeaders`: one row of values for each frame.

    Frames are read when one is first asked for, all at once, and what they were read from is let go. It may be asked
    from several threads: two that read at once come to the same.

    Parameters
    ----------
    base
        What holds for a frame that says nothing.
    read
        Gives the headers of all frames, each made of ``base``.
    """

    def __init__(self, base: InstanceHeader, read: Callable[[], Sequence[InstanceHeader]]) -> None:
        self._base = base
        self._read: Callable[[], Sequence[InstanceHeader]] | None = read
        self._names: tuple[str, ...] = ()
        self._rows: list[tuple[Any, ...]] = []
        self._made: dict[int, tuple[InstanceHeader, InstanceHeader]] = {}

    def header_of(self, header: InstanceHeader, index: int) -> InstanceHeader:
        """``header`` as it holds for frame ``index``; a frame that says nothing has what is shared, and no more."""
        made = self._made.get(index)
        if made is not None and made[0] is header:
            return made[1]
        self._fill()
        row = self._rows[index] if 0 <= index < len(self._rows) else _row(self._base, self._names)
        own = replace(header, **dict(zip(self._names, row, strict=True)))
        self._made[index] = (header, own)
        return own

    def _fill(self) -> None:
        read = self._read
        if read is None:
            return
        headers = read()
        names = _differing(self._base, headers)
        columns = [_with_shared_values([getattr(header, name) for header in headers]) for name in names]
        self._names, self._rows = names, list(zip(*columns, strict=True)) if columns else []
        self._read = None


def _differing(base: InstanceHeader, headers: Sequence[InstanceHeader]) -> tuple[str, ...]:
    """The fields of which some frame's value is not the shared one."""
    return tuple(
        name
        for name in InstanceHeader.__dataclass_fields__
        if any(getattr(header, name) is not getattr(base, name) for header in headers)
    )


def _with_shared_values(column: list[Any]) -> list[Any]:
    """The same values, one object for equal ones: 2,000 frames have few windows and few rescales."""
    known: dict[Any, Any] = {}
    return [known.setdefault(value, value) for value in column]


def _row(header: InstanceHeader, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(getattr(header, name) for name in names)
