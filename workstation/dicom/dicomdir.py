"""The directory of a medium (DICOMDIR): which files it holds, by patient, study and series (PS3.3 annex F, PS3.10 8).

A directory is written by others and lies beside files of others: a file it names is only looked for below the folder
that the directory stands in.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workstation.dicom.dicom_object import UnusualReader, open_any
from workstation.dicom.elements import Elements
from workstation.dicom.errors import UnreadableInstance
from workstation.foundation.byte_source import FileSource

_RECORDS, _FIRST = "DirectoryRecordSequence", "OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity"
_NEXT, _LOWER = "OffsetOfTheNextDirectoryRecord", "OffsetOfReferencedLowerLevelDirectoryEntity"
_LEVELS = {"PATIENT": 0, "STUDY": 1, "SERIES": 2}
_LEAF = 3
_IN_USE = 0xFFFF  # Record In-use Flag; 0 is a deleted record


@dataclass(frozen=True, repr=False)
class DirectoryRecord:
    """One record and those below it.

    Attributes
    ----------
    kind
        Directory Record Type: PATIENT, STUDY, SERIES, IMAGE, SR DOCUMENT, …
    elements
        What the record says: names, UIDs, dates.
    file_id
        The parts of Referenced File ID (0004,1500), empty for records without a file.
    """

    kind: str
    elements: Elements
    file_id: tuple[str, ...] = ()
    children: tuple[DirectoryRecord, ...] = ()


@dataclass(frozen=True, repr=False)
class ListedFile:
    """A file that a directory names; ``path`` is None when it is not there or would lie outside the folder."""

    name: str
    sop_uid: str
    path: Path | None


@dataclass(frozen=True, repr=False)
class MediaDirectory:
    """A directory as a tree.

    Attributes
    ----------
    folder
        Where it stands: files are looked for below it.
    records
        Those of the root: patients, mostly.
    """

    folder: Path
    records: tuple[DirectoryRecord, ...] = field(default=())

    def files(self) -> Iterator[ListedFile]:
        """Every file named, in the order of the tree."""
        finder = _FileFinder(self.folder)
        for record in _with_children(self.records):
            if record.file_id:
                uid = record.elements.text("ReferencedSOPInstanceUIDInFile")
                yield ListedFile("/".join(record.file_id), uid, finder.find(record.file_id))


def read_dicomdir(path: Path, *, unusual: UnusualReader | None = None) -> MediaDirectory:
    """Read a directory.

    Raises
    ------
    UnreadableInstance
        When it is no directory of a medium.
    """
    source = FileSource(path)
    try:
        elements = open_any(source, unusual=unusual).elements
    finally:
        source.close()
    if _RECORDS not in elements:
        raise UnreadableInstance(f"{path.name} is not a directory of DICOM files.", "Open the folder of files itself.")
    items = elements.items(_RECORDS)
    by_offset = _by_offset(items, elements)
    children = _linked(items, by_offset, elements) if by_offset is not None else _in_file_order(items)
    return MediaDirectory(path.parent, _tree(items, children, None))


Children = dict["int | None", list[int]]
"""The records below each, both by their number in the file; those of the root below None."""


def _by_offset(items: tuple[Elements, ...], root: Elements) -> dict[int, int] | None:
    """The record that stands at each offset; None when the offsets do not lead to every record once.

    Offsets count from the first byte of the file, which is of no use once it has been read; but both they and the
    records ascend.
    """
    offsets = {_offset(root, _FIRST)} | {_offset(item, link) for item in items for link in (_NEXT, _LOWER)}
    ascending = sorted(offsets - {0})
    return dict(zip(ascending, itertools.count(), strict=False)) if len(ascending) == len(items) else None


def _offset(elements: Elements, keyword: str) -> int:
    return int(elements.number(keyword) or 0)


def _linked(items: tuple[Elements, ...], by_offset: dict[int, int], root: Elements) -> Children:
    """As the offsets say; every record at most once, so that a circle ends."""
    children: Children = {}
    seen: set[int] = set()
    waiting: list[tuple[int | None, int]] = [(None, _offset(root, _FIRST))]
    while waiting:
        parent, offset = waiting.pop()
        number = by_offset.get(offset)
        if number is None or number in seen:
            continue
        seen.add(number)
        children.setdefault(parent, []).append(number)
        waiting += [(parent, _offset(items[number], _NEXT)), (number, _offset(items[number], _LOWER))]
    return children


def _in_file_order(items: tuple[Elements, ...]) -> Children:
    """As most writers put them: each record below the last one of a higher level."""
    children: Children = {}
    last: dict[int, int] = {}
    for number, item in enumerate(items):
        level = _LEVELS.get(item.text("DirectoryRecordType").upper(), _LEAF)
        above = [last[each] for each in sorted(last) if each < level]
        children.setdefault(above[-1] if above else None, []).append(number)
        last = {each: known for each, known in last.items() if each < level} | {level: number}
    return children


def _tree(
    items: tuple[Elements, ...], children: Children, parent: int | None, depth: int = 0
) -> tuple[DirectoryRecord, ...]:
    numbers = children.get(parent, []) if depth < 8 else []  # private records may nest, but not without end
    return tuple(
        DirectoryRecord(
            kind=items[number].text("DirectoryRecordType").upper(),
            elements=items[number],
            file_id=tuple(each for each in items[number].texts("ReferencedFileID")),
            children=_tree(items, children, number, depth + 1),
        )
        for number in numbers
        if items[number].number("RecordInUseFlag") != 0
    )


def _with_children(records: tuple[DirectoryRecord, ...]) -> Iterator[DirectoryRecord]:
    for record in records:
        yield record
        yield from _with_children(record.children)


class _FileFinder:
    """Finds files below a folder whatever the case of their names: media are written in capitals, copies are not."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._listings: dict[Path, dict[str, str]] = {}

    def find(self, file_id: tuple[str, ...]) -> Path | None:
        path = self._folder
        for part in file_id:
            name = self._listing(path).get(part.casefold())  # so neither "..", nor anything with a slash in it
            if name is None:
                return None
            path = path / name
        is_inside = path.resolve().is_relative_to(self._folder)  # a link may lead elsewhere
        return path if is_inside and path.is_file() else None

    def _listing(self, folder: Path) -> dict[str, str]:
        """Names in a folder, by what a directory may call them: without case, and without the version of ISO 9660."""
        if folder not in self._listings:
            names = sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []
            plain = {name.casefold().partition(";")[0].rstrip("."): name for name in names}
            self._listings[folder] = plain | {name.casefold(): name for name in names}
        return self._listings[folder]
