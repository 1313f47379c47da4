"""What the timings of loading compare: a study opened from files and from the encrypted store, and SimpleITK."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from tests.helpers.vaults import HandClock, a_catalogue
from tests.perf.studies_for_timing import ct_study
from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.header_blocks import Head
from workstation.catalogue.instances import InstanceRef
from workstation.dicom.dicom_object import DicomObject, open_object
from workstation.dicom.display_sets import display_sets_of
from workstation.dicom.header import InstanceHeader
from workstation.dicom.object_shelf import ObjectShelf, head_of
from workstation.dicom.series_memory import SeriesMemory
from workstation.foundation.byte_source import BytesSource, FileSource
from workstation.foundation.cancel import CancelToken
from workstation.imaging.frame_source import FrameSource
from workstation.imaging.stack_pixels import StackPixels
from workstation.reading.headers import HeaderShelf
from workstation.reading.stored_objects import StoredObjects

SLICES = 500


@dataclass(frozen=True)
class Opened:
    """A study that was opened: its stack, complete, and seconds from the call to its first decoded picture."""

    stack: StackPixels
    first_s: float


class FileStudy:
    """A series in plain files, opened anew each time."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = {str(path): path for path in paths}

    def study_uid(self) -> str:
        """Study Instance UID of the first file."""
        with closing(self._source(next(iter(self._paths)))) as source:
            return open_object(source).header.study_uid

    def open(self, *, all_frames: bool = True) -> Opened:
        """Headers of all, the display set, and the pixels, from the middle outwards; or the middle one only."""
        began = perf_counter()
        shelf, memory = ObjectShelf(self._source), SeriesMemory()
        names: dict[str, str] = {}
        headers = []
        for name in self._paths:
            header = shelf.header(name, memory)
            headers.append(header)
            names[header.sop_uid] = name
        return _opened(headers, lambda uid: shelf.open(names[uid]), began, all_frames=all_frames)

    def _source(self, name: str) -> _File:
        return _File(self._paths[name])


class StoredStudy:
    """A study in the encrypted store of a data folder, opened as the program does when a case is hung."""

    def __init__(self, catalogue: Catalogue, study_uid: str) -> None:
        self._catalogue = catalogue
        self._study_uid = study_uid

    def open(self, *, all_frames: bool = True) -> Opened:
        """As `FileStudy.open`."""
        began = perf_counter()
        shelf = HeaderShelf(self._catalogue, StoredObjects(self._catalogue))
        headers = shelf.of_study(self._study_uid, CancelToken())
        return _opened(headers, shelf.open, began, all_frames=all_frames)


class _File(FileSource):
    """A file that nobody changes while it is timed."""

    identity = b""


def _opened(
    headers: Iterable[InstanceHeader], open_one: Callable[[str], DicomObject], began: float, *, all_frames: bool
) -> Opened:
    (display_set,) = display_sets_of(headers)
    middle = len(display_set.frames) // 2
    frames = FrameSource(open_one)
    stack = frames.stack_pixels(display_set, middle)
    if stack is None or not stack.is_loaded(middle):
        raise RuntimeError("the middle picture could not be decoded")
    first_s = perf_counter() - began
    if all_frames:
        frames.load(display_set, lambda: middle, CancelToken())
    return Opened(stack, first_s)


def plain_ct(work: Path) -> list[Path]:
    """The files of the CT series, from the lowest slice to the highest; written when they are not there yet."""
    folder, done = work / "ct500", work / "ct500.done"
    if not done.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        done.write_text("\n".join(path.name for path in ct_study(folder, SLICES)), "ascii")
    return [folder / name for name in done.read_text("ascii").split("\n")]


def stored_ct(work: Path, paths: Sequence[Path]) -> Catalogue:
    """A catalogue that has received these files; the caller closes it."""
    return stored(work / "stored-ct", paths)


def stored(root: Path, paths: Sequence[Path]) -> Catalogue:
    """The catalogue of a data folder that has received these files; filled when it is not there yet."""
    done = root / "done"
    if not done.is_file():
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        _fill(root, paths)
        done.touch()
    return a_catalogue(root, HandClock())


def _fill(root: Path, paths: Sequence[Path]) -> None:
    """Store the files as `workstation.sync.transfer` does."""
    with closing(a_catalogue(root, HandClock())) as catalogue:
        refs, heads = [], {}
        for path in paths:
            data = path.read_bytes()
            found = open_object(BytesSource(data))
            kept, head = catalogue.objects.put(found.header.sop_uid, data), head_of(data, found)
            if head is not None:
                heads[found.header.sop_uid] = Head(kept.sha256, kept.size, kept.identity, head)
            refs.append((_ref(found.header), kept))
        study_uid = refs[0][0].study_uid
        catalogue.instances.expect(study_uid, [ref for ref, _ in refs])
        for ref, kept in refs:
            catalogue.instances.mark_received(ref.sop_uid, kept, "")
        catalogue.headers.add(study_uid, heads)


def _ref(header: InstanceHeader) -> InstanceRef:
    return InstanceRef(
        header.study_uid,
        header.series_uid,
        header.sop_uid,
        header.sop_class,
        header.instance_number,
        header.series_number,
        header.modality,
    )


def simple_itk(folder: Path) -> np.ndarray:  # type: ignore[type-arg]
    """SimpleITK's way: sort the files of the folder, read them as one image."""
    import SimpleITK

    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(os.fspath(folder)))
    return np.asarray(SimpleITK.GetArrayViewFromImage(reader.Execute()))


def cat(paths: Sequence[Path]) -> int:
    """Read the files and do nothing with them."""
    read = 0
    for path in paths:
        with path.open("rb", buffering=0) as stream:
            read += len(stream.read())
    return read
