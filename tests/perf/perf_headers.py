"""How long the headers of a study take: opened by our own walker, against pydicom on the same files."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pydicom

from tests.perf.measuring import Row, compared, interleaved, median
from tests.perf.studies_for_timing import ct_study
from workstation.dicom.dicom_object import open_object
from workstation.dicom.header import InstanceHeader
from workstation.dicom.series_memory import SeriesMemory
from workstation.foundation.byte_source import FileSource

_SLICES = 500
_ROUNDS = 7
_MUST = 0.12


def rows(work: Path) -> Iterator[Row]:
    """One thread each, files in the page cache; time of this program on the processor, so that others do not count."""
    folder = work / "ct-headers"
    paths = sorted(folder.iterdir()) if folder.is_dir() else ct_study(folder, _SLICES)
    sides = {"ours": lambda: _headers(paths), "alone": lambda: _headers_alone(paths), "pydicom": lambda: _theirs(paths)}
    seconds = interleaved(sides, _ROUNDS, clock=time.process_time)
    alone = median(seconds["alone"]) / median(seconds["pydicom"])
    note = f"where no file is known to be like another: {alone:.2f} x"
    yield compared(
        "header scan of 500 CT files / pydicom stop_before_pixels",
        seconds["ours"],
        seconds["pydicom"],
        _MUST,
        note=note,
    )


def _headers(paths: Sequence[Path]) -> list[InstanceHeader]:
    memory = SeriesMemory()
    return [_header(path, memory) for path in paths]


def _headers_alone(paths: Sequence[Path]) -> list[InstanceHeader]:
    return [_header(path, None) for path in paths]


def _header(path: Path, memory: SeriesMemory | None) -> InstanceHeader:
    source = FileSource(path)
    try:
        return open_object(source, memory=memory).header
    finally:
        source.close()


def _theirs(paths: Sequence[Path]) -> list[pydicom.Dataset]:
    return [pydicom.dcmread(path, stop_before_pixels=True) for path in paths]
