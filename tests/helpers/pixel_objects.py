"""Builds small image objects in memory: every attribute of the pixel pipeline can be set."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from workstation.foundation.byte_source import BytesSource

ROOT = "1.2.826.0.1.3680043.10.99999."


def image_object(
    pixels: np.ndarray[Any, Any],
    *,
    bits_stored: int | None = None,
    high_bit: int | None = None,
    photometric: str = "MONOCHROME2",
    modality: str = "CT",
    uid: str = "1",
    **attributes: Any,
) -> Dataset:
    """An uncompressed image of ``pixels`` (rows, columns) or (rows, columns, 3) or (frames, rows, columns)."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = CTImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = f"{ROOT}3.{uid}"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"{ROOT}1", f"{ROOT}2"
    dataset.PatientID, dataset.PatientName = "SYN-1", "SYNTHETIC^Pixel"
    dataset.Modality = modality
    _describe_pixels(dataset, pixels, photometric, bits_stored, high_bit)
    for keyword, value in attributes.items():
        setattr(dataset, keyword, value)
    dataset.PixelData = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    if len(dataset.PixelData) % 2:
        dataset.PixelData += b"\0"
    dataset["PixelData"].VR = "OW" if pixels.dtype.itemsize > 1 else "OB"
    return dataset


def _describe_pixels(
    dataset: Dataset, pixels: np.ndarray[Any, Any], photometric: str, bits_stored: int | None, high_bit: int | None
) -> None:
    is_colour = pixels.ndim == 3 and pixels.shape[-1] == 3
    rows, columns = pixels.shape[:2] if is_colour else pixels.shape[-2:]
    if pixels.ndim == 3 and not is_colour:
        dataset.NumberOfFrames = pixels.shape[0]
    dataset.SamplesPerPixel = 3 if is_colour else 1
    if is_colour:
        dataset.PlanarConfiguration = 0
    dataset.PhotometricInterpretation = photometric
    dataset.Rows, dataset.Columns = rows, columns
    dataset.BitsAllocated = 8 * pixels.dtype.itemsize
    dataset.BitsStored = bits_stored or dataset.BitsAllocated
    dataset.HighBit = dataset.BitsStored - 1 if high_bit is None else high_bit
    dataset.PixelRepresentation = 1 if pixels.dtype.kind == "i" else 0


def as_bytes(dataset: Dataset) -> bytes:
    """The object as a file."""
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def compressed(pixels: np.ndarray[Any, Any], frames: list[bytes], syntax: str, **facts: Any) -> bytes:
    """An object of encapsulated ``frames``, whose header describes ``pixels`` and ``facts``."""
    dataset = image_object(pixels, **facts)
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.PixelData = encapsulate(frames)
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    return as_bytes(dataset)


def lut_item(first: int, bits: int, entries: Sequence[int], *, is_signed: bool = False) -> Dataset:
    """An item of a Modality or VOI LUT Sequence."""
    item = Dataset()
    vr = "SS" if is_signed else "US"
    item.add_new("LUTDescriptor", vr, [len(entries) if len(entries) < 65536 else 0, first, bits])
    item.add_new("LUTData", "OW", np.array(entries, dtype="<u2").tobytes())
    return item


def sequence(*items: Dataset) -> DicomSequence:
    return DicomSequence(items)


def ramp(low: int, high: int, dtype: str) -> np.ndarray[Any, Any]:
    """All values from ``low`` to ``high``, as a picture 64 pixels wide; repeated at the end to fill it."""
    values = np.arange(low, high + 1)
    return np.resize(values, (-(-values.size // 64), 64)).astype(dtype)


class CountingSource(BytesSource):
    """Bytes in memory that count how many of them were read."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.bytes_read = 0

    def read(self, offset: int, length: int) -> bytes:
        found = super().read(offset, length)
        self.bytes_read += len(found)
        return found

    def read_into(self, offset: int, out: memoryview) -> int:
        count = super().read_into(offset, out)
        self.bytes_read += count
        return count
