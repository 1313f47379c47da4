"""Every picture of the open data against DCMTK's: first, middle and last frame, within one grey level of 255.

DCMTK cuts where we round, so one level of difference is agreement. Of series with many slices alike three are drawn;
with LIGHTBOX_FULL=1 in the environment, all.
"""

from __future__ import annotations

import os
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from tests.golden.table_of_open_data import lines
from tests.golden.test_table_of_open_data import REFUSED
from tests.helpers.dcmtk import drawn
from workstation.dicom.dicom_object import DicomObject, open_object
from workstation.dicom.header import InstanceHeader
from workstation.dicom.voi import Window
from workstation.foundation.byte_source import FileSource
from workstation.foundation.cancel import CancelToken
from workstation.foundation.pool import Pool
from workstation.imaging.decoding import decode_frame_of
from workstation.imaging.modality_lut import is_window_on_stored_values
from workstation.imaging.picture import render_native
from workstation.imaging.placement import Presentation
from workstation.imaging.stored_frame import StoredFrame

TOLERANCE = 1
_SERIES = 6  # files of one folder and size from which on three stand for all
_JPEG_2000 = ("1.2.840.10008.1.2.4.9", "1.2.840.10008.1.2.4.20")

_WORDS = "32 bits, big endian: DCMTK swaps within 16-bit words; test_decoding compares with the little endian file"
# What DCMTK cannot draw, and what else shows that we are right
NOT_DRAWN = {
    "compressed_misc/HTJ2KLossless_08_RGB.dcm": "no HTJ2K in DCMTK: test_decoding compares OpenJPH with OpenJPEG",
    "compressed_misc/HTJ2K_08_RGB.dcm": "no HTJ2K in DCMTK: test_decoding compares OpenJPH with OpenJPEG",
    "compressed_misc/SC_rgb_32bit_2frame.dcm": "no colour of 32 bits in DCMTK: test_decoding compares with pydicom",
    "compressed_misc/parametric_map_float.dcm": "no floating point in DCMTK: test_decoding",
    "fuzz/cat04_pixel_data/TC0333_pi_empty.dcm": "no Photometric Interpretation: DCMTK refuses, we show it as grey",
    "fuzz/cat04_pixel_data/TC0335_pi_256chars.dcm": "a malformed one: DCMTK refuses, we show it as grey",
    "pydicom_test_files/GDCMJ2K_TextGBR.dcm": "no JPEG 2000 in DCMTK, and pillow refuses it",
    "pydicom_test_files/J2K_pixelrep_mismatch.dcm": "no JPEG 2000 in DCMTK, pydicom fails: see test_decoding",
    "pydicom_test_files/SC_rgb_jpeg.dcm": "an Adobe segment that is too short: DCMTK gives up, pydicom agrees with us",
    "us/gdcm-US-ALOKA-16.dcm": "a segmented palette: test_picture compares with pydicom",
}
# Why a difference is not ours, or how far codecs may differ
DIFFERENCES = {
    "compressed_misc/SC_ybr_full_uncompressed.dcm": (2, "YBR to RGB in whole numbers"),
    "pydicom_test_files/rtdose_expb.dcm": (255, _WORDS),
    "pydicom_test_files/rtdose_expb_1frame.dcm": (255, _WORDS),
}


def drawable_files(folder: Path) -> list[str]:
    """Those that are decoded; three of each long series unless all are asked for."""
    names = [line.path for line in lines(folder) if line.outcome == "decoded"]
    if os.environ.get("LIGHTBOX_FULL") == "1":
        return names
    groups: dict[tuple[str, int], list[str]] = defaultdict(list)
    for name in names:
        groups[name.rpartition("/")[0], len(name)].append(name)
    return [name for group in groups.values() for name in _representatives(group)]


def _representatives(group: list[str]) -> list[str]:
    is_mixed = group[0].startswith(("pydicom_test_files", "fuzz", "compressed_misc", "charset", "enhanced", "us/"))
    return group if is_mixed or len(group) < _SERIES else [group[0], group[len(group) // 2], group[-1]]


@pytest.mark.expects_log  # pydicom complains of the malformed ones
@pytest.mark.filterwarnings("ignore")
def test_every_picture_is_dcmtks(open_data: Path, tmp_path: Path) -> None:
    names = drawable_files(open_data)
    pool: Pool[str, list[str]] = Pool(lambda name: list(_faults(open_data, name, tmp_path)), name="dcmtk")
    faults = [fault for _, found in pool.run(names, CancelToken()) for fault in found]
    assert faults == []
    assert {*NOT_DRAWN, *DIFFERENCES} <= {*names}
    assert len(names) > 190


def _faults(folder: Path, name: str, scratch: Path) -> Iterator[str]:
    """What is not as it should be with one file."""
    source = FileSource(folder / name)
    try:
        found = open_object(source)
        header = found.header_without_identifiers
        work = scratch / name.replace("/", "_")
        work.mkdir()
        for frame in sorted({0, header.frames // 2, header.frames - 1}):
            yield from _faults_of_frame(name, found, frame, folder / name, work)
    finally:
        source.close()


def _faults_of_frame(name: str, found: DicomObject, frame: int, path: Path, work: Path) -> Iterator[str]:
    header = found.header_without_identifiers.of_frame(frame)
    stored = decode_frame_of(found, frame)
    try:
        ours, theirs = _pictures(stored, header, path, frame, work)
    except (subprocess.CalledProcessError, RuntimeError, ValueError) as error:
        if name not in NOT_DRAWN:
            yield f"{name} {frame}: not drawn, {error}"
        return
    if name in NOT_DRAWN:
        yield f"{name} {frame}: drawn, though it is listed as not drawn"
    tolerance = DIFFERENCES.get(name, (TOLERANCE, ""))[0]
    if ours.shape != theirs.shape:
        yield f"{name} {frame}: {ours.shape}, theirs {theirs.shape}"
        return
    difference = np.abs(ours.astype(int) - theirs)[stored.valid if stored.valid is not None else ...]
    if difference.max(initial=0) > tolerance:
        yield f"{name} {frame}: {(difference > tolerance).sum()} differ, by up to {difference.max()}"


def _pictures(
    stored: StoredFrame, header: InstanceHeader, path: Path, frame: int, work: Path
) -> tuple[NDArray[Any], NDArray[Any]]:
    out = work / f"{frame}.pnm"
    pixel = header.pixel
    place = ["+F", str(frame + 1)]
    if pixel.bits_allocated == 1:
        ours = render_native(stored, header)
        theirs = drawn(path, out, *place, syntax=header.transfer_syntax)
        return ours, np.where(theirs > 0, 255, 0)  # DCMTK draws the ones of single bits in half grey
    if pixel.bits_allocated == 32 and not stored.is_colour:  # DCMTK without a window takes those of the frame
        window = _window_around(stored)
        ours = render_native(stored, header, Presentation(window=window))
        options = ["+Ww", str(window.center), str(window.width)]
        return ours, drawn(path, out, *place, *options, syntax=header.transfer_syntax)
    ours = render_native(stored, header)
    readable = _readable_for_dcmtk(path, frame, header, work)
    options = ["+Wi", "1"] if pixel.windows else ["+Wl", "1"] if pixel.voi_luts else []
    if is_window_on_stored_values(header):
        options = ["-M", *options]
    syntax = "" if header.transfer_syntax.startswith(_JPEG_2000) else header.transfer_syntax
    return ours, drawn(readable, out, *place, *options, syntax=syntax)


def _window_around(stored: StoredFrame) -> Window:
    low, high = float(stored.pixels.min()), float(stored.pixels.max())
    return Window(round((low + high) / 2), max(2, round((high - low) * 0.8)))


def _readable_for_dcmtk(path: Path, frame: int, header: InstanceHeader, work: Path) -> Path:
    """The file itself; else a copy that pydicom made: decompressed, or with the frame's own groups at the top."""
    changes: list[Callable[[Dataset], object]] = []
    if header.transfer_syntax.startswith(_JPEG_2000):
        changes.append(lambda dataset: dataset.decompress(decoding_plugin="pillow"))
    if header.per_frame is not None or (header.pixel.windows and "enhanced" in str(path)):
        changes.append(lambda dataset: _lift_groups(dataset, frame))
    if not changes:
        return path
    dataset = pydicom.dcmread(path)
    for change in changes:
        change(dataset)
    copy = work / f"{frame}.dcm"
    dataset.save_as(copy)
    return copy


def _lift_groups(dataset: Dataset, frame: int) -> None:
    """Rescale and window of one frame's functional groups put where DCMTK looks for them."""
    for groups in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        items = dataset.get(groups) or []
        item = items[min(frame, len(items) - 1)] if items else Dataset()
        for macro in ("PixelValueTransformationSequence", "FrameVOILUTSequence"):
            if item.get(macro):
                dataset.update(item[macro].value[0])


def test_the_lists_name_files_that_are_there(open_data: Path) -> None:
    assert [name for name in (*NOT_DRAWN, *DIFFERENCES, *REFUSED) if not (open_data / name).is_file()] == []
