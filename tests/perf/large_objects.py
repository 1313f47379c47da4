"""Objects of 1.5 GB, piece by piece: no more than a frame of them is ever in memory while they are written."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom import dcmwrite, uid
from pydicom.dataset import Dataset, FileMetaDataset

ROWS, COLUMNS = 3000, 2500
NATIVE_FRAMES = 100
CODED_FRAMES = 240
_SOP_CLASS = "1.2.840.10008.5.1.4.1.1.7.3"  # Multi-frame Grayscale Word Secondary Capture
_ROOT = "1.2.826.0.1.3680043.10.99999.77"
_ITEM, _DELIMITER = 0xE000FFFE, 0xE0DDFFFE


def identifier(kind: str) -> str:
    """SOP Instance UID of the object of this kind: ``native``, ``table`` or ``no table``."""
    return f"{_ROOT}.3.{('native', 'table', 'no table').index(kind) + 1}"


def study_of(kind: str) -> str:
    """Study Instance UID of that object."""
    return f"{identifier(kind)}.1"


def pieces(kind: str) -> Iterator[bytes]:
    """The object, 100 frames of 16 bits uncompressed, or 240 of lossless JPEG with an offset table or without."""
    if kind == "native":
        yield _header(kind, NATIVE_FRAMES, uid.ExplicitVRLittleEndian)
        yield struct.pack("<HH2sHL", 0x7FE0, 0x0010, b"OW", 0, NATIVE_FRAMES * ROWS * COLUMNS * 2)
        for number in range(NATIVE_FRAMES):
            yield frame_of(number).tobytes()
        return
    yield _header(kind, CODED_FRAMES, uid.JPEGLossless)
    yield struct.pack("<HH2sHL", 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF)
    coded = [_coded(number) for number in range(4)]  # the same few again: coding all would take minutes
    lengths = [len(coded[number % 4]) + 8 for number in range(CODED_FRAMES)]
    table = np.cumsum([0, *lengths[:-1]]).astype("<u4").tobytes() if kind == "table" else b""
    yield struct.pack("<LL", _ITEM, len(table)) + table
    for number in range(CODED_FRAMES):
        yield struct.pack("<LL", _ITEM, len(coded[number % 4])) + coded[number % 4]
    yield struct.pack("<LL", _DELIMITER, 0)


def frame_of(number: int) -> NDArray[np.uint16]:
    """Frame ``number`` of the uncompressed object: a slope with noise, 12 bits."""
    random = np.random.default_rng(number % 4)
    slope = np.linspace(300, 3000, COLUMNS)[np.newaxis] + random.normal(0, 12, (ROWS, 1))
    noise = random.integers(0, 64, (ROWS, COLUMNS), np.uint16)
    return (slope.astype(np.uint16) + noise).astype("<u2")


def _coded(number: int) -> bytes:
    data = bytes(imagecodecs.ljpeg_encode(frame_of(number), bitspersample=12))
    return data + b"\0" * (len(data) % 2)


def _header(kind: str, frames: int, syntax: str) -> bytes:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = _SOP_CLASS
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = identifier(kind)
    dataset.StudyInstanceUID = study_of(kind)
    dataset.SeriesInstanceUID = f"{study_of(kind)}.1"
    dataset.PatientID, dataset.PatientName, dataset.Modality = "SYN-1", "SYNTHETIC^Large", "OT"
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = frames, ROWS, COLUMNS
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    buffer = BytesIO()
    dcmwrite(buffer, dataset, enforce_file_format=True)
    return buffer.getvalue()
