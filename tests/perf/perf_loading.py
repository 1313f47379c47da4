"""Loading: a study of 500 slices to a sorted volume, its first picture, its memory; the first frame of huge objects."""

from __future__ import annotations

import gc
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from tests.helpers.vaults import HandClock, a_catalogue
from tests.perf import large_objects
from tests.perf.loading_sides import FileStudy, StoredStudy, cat, plain_ct, simple_itk, stored_ct
from tests.perf.measuring import Row, compared, interleaved, judged, timed
from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.instances import InstanceRef
from workstation.imaging.frame_source import FrameSource
from workstation.reading.headers import HeaderShelf
from workstation.reading.stored_objects import StoredObjects

_ROUNDS = 5
_KINDS = {"native": "uncompressed", "table": "lossless JPEG, offset table", "no table": "lossless JPEG, no table"}


def rows(work: Path) -> Iterator[Row]:
    """The rows of loading; generated studies are kept in ``work``."""
    paths = plain_ct(work)
    with closing(stored_ct(work, paths)) as catalogue:
        study_uid = FileStudy(paths).study_uid()
        yield from _volumes(FileStudy(paths), StoredStudy(catalogue, study_uid), paths)
    yield _memory(work / "stored-ct", study_uid)
    yield from _first_frames(work / "stored-large")


def _volumes(plain: FileStudy, stored: StoredStudy, paths: Sequence[Path]) -> Iterator[Row]:
    """Both ways to the volume against SimpleITK on the plain files, and the time to their first picture."""
    folder = paths[0].parent
    if not np.array_equal(simple_itk(folder), plain.open().stack.array):
        raise RuntimeError("the two sides do not give the same volume")
    sides: dict[str, Callable[[], object]] = {
        "plain": plain.open,
        "stored": stored.open,
        "SimpleITK": lambda: simple_itk(folder),
        "cat": lambda: cat(paths),
    }
    seconds = interleaved(sides, _ROUNDS)
    by_cat = median(seconds["plain"]) / median(seconds["cat"])
    theirs = seconds["SimpleITK"]
    note = f"SimpleITK ImageSeriesReader; {by_cat:.1f} x cat of the files (aim 2)"
    yield compared("500 CT slices, plain files, to a volume", seconds["plain"], theirs, 0.15, note=note)
    yield compared("500 CT slices, encrypted store, to a volume", seconds["stored"], theirs, 0.30)
    for name, study, must_ms in (("plain files", plain, 50), ("encrypted store", stored, 80)):
        firsts = [_first_picture_s(study) for _ in range(2 * _ROUNDS)]
        yield timed(f"500 CT slices, {name}, first picture", firsts, must_ms, note="headers of all are read before")


def _first_picture_s(study: FileStudy | StoredStudy) -> float:
    gc.collect()
    return study.open(all_frames=False).first_s


def _memory(root: Path, study_uid: str) -> Row:
    command = [sys.executable, "-m", "tests.perf.loading_memory", str(root), study_uid]
    told = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    found = json.loads(told.stdout)
    note = f"{found['grown'] / 2**20:.0f} MiB for {found['pixels'] / 2**20:.0f} MiB of pixels, 50 pictures drawn"
    value = found["grown"] / found["pixels"]
    return judged("500 CT slices, encrypted store, memory", value, "x", 1.15, runs=1, ratio=True, note=note)


def _first_frames(root: Path) -> Iterator[Row]:
    with closing(_large_store(root)) as catalogue:
        for kind, said in _KINDS.items():
            seconds = [_first_frame_s(catalogue, kind) for _ in range(_ROUNDS + 1)][1:]
            yield timed(f"1.5 GB multi-frame, encrypted store, first frame ({said})", seconds, 300)


def _first_frame_s(catalogue: Catalogue, kind: str) -> float:
    began = perf_counter()
    shelf = HeaderShelf(catalogue, StoredObjects(catalogue))
    frames = FrameSource(shelf.open)
    uid = large_objects.identifier(kind)
    shelf.header(uid)
    frame = frames.fetch(uid, 0)
    seconds = perf_counter() - began
    frames.forget()
    if not np.array_equal(frame.pixels, large_objects.frame_of(0)):
        raise RuntimeError("the first frame is another one")
    return seconds


def _large_store(root: Path) -> Catalogue:
    done = root / "done"
    if not done.is_file():
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
    catalogue = a_catalogue(root, HandClock())
    if not done.is_file():
        for kind in _KINDS:
            uid, study_uid = large_objects.identifier(kind), large_objects.study_of(kind)
            kept = catalogue.objects.put(uid, large_objects.pieces(kind))
            catalogue.instances.expect(study_uid, [InstanceRef(study_uid, f"{study_uid}.1", uid)])
            catalogue.instances.mark_received(uid, kept, "")
        done.touch()
    return catalogue
