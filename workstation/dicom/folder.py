"""All DICOM objects below a folder, whatever the files are called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from workstation.dicom.dicom_object import UnusualReader, open_object
from workstation.dicom.dicomdir import MediaDirectory, read_dicomdir
from workstation.dicom.errors import NotDicom
from workstation.dicom.header import InstanceHeader
from workstation.dicom.series_memory import SeriesMemory
from workstation.foundation.byte_source import FileSource
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import BadInput

_DIRECTORY = "dicomdir"

Progress = Callable[[int, int], None]
"""Called with the files read so far and all there are."""


@dataclass(frozen=True, repr=False)
class FoundObject:
    """A file and what its header says."""

    path: Path
    header: InstanceHeader


@dataclass(frozen=True, repr=False)
class FolderContents:
    """What a folder holds.

    Attributes
    ----------
    found
        By path.
    refused
        Files that are DICOM objects and cannot be used, and why in words.
    missing
        Names that the folder's directory (DICOMDIR) lists and that are not there.
    others
        How many files are something else.
    """

    found: tuple[FoundObject, ...]
    refused: tuple[tuple[Path, str], ...] = ()
    missing: tuple[str, ...] = ()
    others: int = 0


def objects_in(
    path: Path,
    cancel: CancelToken,
    progress: Progress | None = None,
    *,
    unusual: UnusualReader | None = None,
) -> FolderContents:
    """Read the headers of all objects of a folder, of a medium, or of one file.

    A directory on the medium says what must be there; what it does not list is found all the same.

    Parameters
    ----------
    path
        A folder; a DICOMDIR, which stands for the folder around it; or one file.
    unusual
        As in `workstation.dicom.dicom_object.open_object`.

    Raises
    ------
    BadInput
        When there is no such file or folder.
    Cancelled
    """
    if not path.exists():
        raise BadInput(f"There is no {path.name}.", "Check the path.")
    folder = path.parent if path.name.casefold() == _DIRECTORY and path.is_file() else path
    files = _files_below(folder, cancel) if folder.is_dir() else [folder]
    reading = _Reading(unusual)
    for number, file in enumerate(files, start=1):
        cancel.raise_if_cancelled()
        reading.read(file)
        if progress is not None:
            progress(number, len(files))
    return FolderContents(tuple(reading.found), tuple(reading.refused), tuple(reading.missing), reading.others)


def _files_below(folder: Path, cancel: CancelToken) -> list[Path]:
    files = []
    for each in folder.rglob("*"):
        cancel.raise_if_cancelled()
        if each.is_file():
            files.append(each)
    return sorted(files)


class _Reading:
    """What has been read so far."""

    def __init__(self, unusual: UnusualReader | None) -> None:
        self._unusual = unusual
        self._memory = SeriesMemory()
        self.found: list[FoundObject] = []
        self.refused: list[tuple[Path, str]] = []
        self.missing: list[str] = []
        self.others = 0

    def read(self, path: Path) -> None:
        """Read one file and note what it is."""
        try:
            if path.name.casefold() == _DIRECTORY:
                self.missing += _missing(read_dicomdir(path, unusual=self._unusual))
            else:
                self.found.append(FoundObject(path, self._header(path)))
        except NotDicom:
            self.others += 1
        except BadInput as error:
            self.refused.append((path, error.what))

    def _header(self, path: Path) -> InstanceHeader:
        source = FileSource(path)
        try:
            return open_object(source, unusual=self._unusual, memory=self._memory).header
        finally:
            source.close()


def _missing(directory: MediaDirectory) -> Iterator[str]:
    return (file.name for file in directory.files() if file.path is None)
