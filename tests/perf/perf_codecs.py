"""Compressed series decoded into one stack, against bare calls of the same codec with the same number of threads.

Ours is the whole way of a frame of an object that has been opened: its fragments found, the codestream checked,
decoded, and stored bits taken out, in the stack's own memory. Theirs is the codec called on codestreams, and nothing
else. Both have the bytes in memory. What opening and reading the files adds is said in the note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.encaps import encapsulate, get_frame
from pydicom.pixels.encoders import RLELosslessEncoder
from pydicom.uid import HTJ2KLossless, JPEGLosslessSV1, JPEGLSLossless, RLELossless

from tests.perf.measuring import Row, compared, interleaved, median
from tests.perf.studies_for_timing import ct_study
from workstation.dicom.dicom_object import DicomObject, open_object
from workstation.dicom.header import InstanceHeader
from workstation.foundation.byte_source import BytesSource, FileSource
from workstation.foundation.cancel import CancelToken
from workstation.foundation.pool import Pool
from workstation.imaging.decoding import decode_frame_into

_SLICES = 50
_SIDE = 512
_THREADS = 2
_ROUNDS = 15
_MOST = 1.15

Slice = NDArray[np.uint16]


@dataclass(frozen=True)
class _Process:
    name: str
    syntax: str
    encode: Callable[[Slice], bytes]
    decode: Callable[[bytes], Any]


def _rle(pixels: Slice) -> bytes:
    facts = {
        "rows": _SIDE,
        "columns": _SIDE,
        "samples_per_pixel": 1,
        "bits_allocated": 16,
        "bits_stored": 12,
        "pixel_representation": 0,
        "number_of_frames": 1,
        "photometric_interpretation": "MONOCHROME2",
    }
    return RLELosslessEncoder.encode(pixels, encoding_plugin="pydicom", **facts)


_PROCESSES = (
    _Process("JPEG-LS", JPEGLSLossless, imagecodecs.jpegls_encode, imagecodecs.jpegls_decode),
    _Process(
        "JPEG lossless",
        JPEGLosslessSV1,
        lambda pixels: imagecodecs.jpeg8_encode(pixels, lossless=True, predictor=1, bitspersample=16),
        imagecodecs.jpeg8_decode,
    ),
    _Process("RLE", RLELossless, _rle, lambda data: imagecodecs.dicomrle_decode(data, "<u2")),
    _Process("HTJ2K", HTJ2KLossless, imagecodecs.htj2k_encode, imagecodecs.htj2k_decode),
)


def rows(work: Path) -> Iterator[Row]:
    """A row for each process; the generated studies are kept in ``work``."""
    plain = _plain_study(work / "codecs-plain")
    for process in _PROCESSES:
        paths = _compressed(plain, process, work / f"codecs-{process.syntax}")
        encoded = [get_frame(dcmread(path).PixelData, 0, number_of_frames=1) for path in paths]
        objects = [open_object(BytesSource(path.read_bytes())) for path in paths]
        headers = [each.header for each in objects]
        _refuse_unequal(_stack_of(objects, headers), plain)
        sides: dict[str, Callable[[], object]] = {
            "ours": partial(_stack_of, objects, headers),
            "theirs": partial(_bare, encoded, process),
            "from files": partial(_stack_of_files, paths, headers),
        }
        seconds = interleaved(sides, _ROUNDS)
        from_files = median(seconds["from files"]) / median(seconds["theirs"])
        note = f"{_SLICES} slices {_SIDE} x {_SIDE} x 16 bits, {_THREADS} threads; from files: {from_files:.2f} x"
        name = f"{process.name} series to a stack / imagecodecs' bare decode"
        yield compared(name, seconds["ours"], seconds["theirs"], _MOST, note=note)


def _plain_study(folder: Path) -> list[Path]:
    marker = folder.with_suffix(".names")
    if not marker.is_file():
        marker.write_text("\n".join(path.name for path in ct_study(folder, _SLICES)), "ascii")
    return [folder / name for name in marker.read_text("ascii").splitlines()]


def _compressed(plain: list[Path], process: _Process, folder: Path) -> list[Path]:
    folder.mkdir(exist_ok=True)
    for path in plain:
        target = folder / path.name
        if target.is_file():
            continue
        dataset = dcmread(path)
        dataset.PixelData = encapsulate([process.encode(dataset.pixel_array.astype(np.uint16))])
        dataset["PixelData"].VR = "OB"
        dataset.file_meta.TransferSyntaxUID = process.syntax
        dataset.save_as(target, enforce_file_format=True)
    return [folder / path.name for path in plain]


def _stack_of(objects: list[DicomObject], headers: list[InstanceHeader]) -> Slice:
    """Each object as if just opened: what was found out of its fragments before is forgotten."""
    stack = np.empty((len(objects), _SIDE, _SIDE), np.uint16)
    for each in objects:
        vars(each).pop("_encapsulated_frames", None)
    _in_threads(lambda index: _decode(objects[index], headers[index], stack[index]), len(objects))
    return stack


def _stack_of_files(paths: list[Path], headers: list[InstanceHeader]) -> Slice:
    stack = np.empty((len(paths), _SIDE, _SIDE), np.uint16)

    def one(index: int) -> None:
        source = FileSource(paths[index])
        try:
            _decode(open_object(source), headers[index], stack[index])
        finally:
            source.close()

    _in_threads(one, len(paths))
    return stack


def _decode(found: DicomObject, header: InstanceHeader, slot: Slice) -> None:
    if not decode_frame_into(found, 0, slot, header=header):
        raise RuntimeError("the fast way was not taken")


def _bare(encoded: list[bytes], process: _Process) -> list[Any]:
    """All slices, kept as the stack keeps them."""
    found: list[Any] = [None] * len(encoded)

    def one(index: int) -> None:
        found[index] = process.decode(encoded[index])

    _in_threads(one, len(encoded))
    return found


def _in_threads(work: Callable[[int], object], count: int) -> None:
    for _ in Pool(work, workers=_THREADS, name="codec").run(range(count), CancelToken()):
        pass


def _refuse_unequal(stack: Slice, plain: list[Path]) -> None:
    for found, path in zip(stack, plain, strict=True):
        if not np.array_equal(found, dcmread(path).pixel_array):
            raise RuntimeError("a decoded slice differs from its source")
