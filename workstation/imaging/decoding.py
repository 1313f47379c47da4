"""An object's pixel data to a `StoredFrame`, whatever the transfer syntax."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.uid import UID, ExplicitVRBigEndian

from workstation.dicom.header import InstanceHeader, PixelDescription
from workstation.dicom.reading import header_of, read_dataset, transfer_syntax_of
from workstation.dicom.values import UNREADABLE_VALUE, value
from workstation.imaging import codecs, native_pixels
from workstation.imaging.colour_spaces import eight_bits, rgb_from_ybr
from workstation.imaging.errors import CannotDecode
from workstation.imaging.stored_frame import StoredFrame

_RLE = "1.2.840.10008.1.2.5"
_FLOAT_ATTRIBUTES = {"FloatPixelData": "f4", "DoubleFloatPixelData": "f8"}


def decode_frame(data: bytes | Dataset, frame: int = 0) -> StoredFrame:
    """Decode one frame of an object.

    Parameters
    ----------
    data
        The object's bytes, or the whole data set when it has been read already.
    frame
        Counted from 0.

    Raises
    ------
    UnreadableInstance
        When the bytes are no DICOM object or its header contradicts itself.
    CannotDecode
        When there are no pixels, no such frame, or they are damaged or compressed in an unknown way.
    """
    dataset = read_dataset(data) if isinstance(data, bytes) else data
    return decode_frame_of(dataset, header_of(dataset, require_identifiers=False), frame)


def decode_frame_of(dataset: Dataset, header: InstanceHeader, frame: int = 0) -> StoredFrame:
    """As `decode_frame`, for a data set whose header has been read: saves time over many frames of one object."""
    if not header.is_image:
        raise CannotDecode("the object has no pixels")
    if not 0 <= frame < header.frames:
        raise CannotDecode(f"it has {header.frames} frames, and frame {frame + 1} was asked for")
    for keyword, kind in _FLOAT_ATTRIBUTES.items():
        if keyword in dataset:
            return _float_frame(dataset, keyword, kind, header, frame)
    samples, is_ybr = _samples(dataset, header, frame)
    if samples.ndim == 3:
        return _colour_frame(samples, header.pixel, is_ybr=is_ybr)
    return _gray_frame(samples, header)


def _samples(dataset: Dataset, header: InstanceHeader, frame: int) -> tuple[NDArray[Any], bool]:
    """Samples as (rows, columns) or (rows, columns, 3), and whether colour is still YBR."""
    pixel, shape = header.pixel, (header.rows, header.columns)
    content = value(dataset, "PixelData")
    if not isinstance(content, bytes):
        raise CannotDecode("its pixel data are missing")
    syntax = transfer_syntax_of(dataset)
    if not UID(syntax).is_private and UID(syntax).is_transfer_syntax and UID(syntax).is_encapsulated:
        return _compressed(content, header, frame, syntax)
    is_big = syntax == ExplicitVRBigEndian
    if is_big and pixel.bits_allocated == 8 and dataset["PixelData"].VR == "OW":
        content = native_pixels.swapped_bytes(content)
    samples = native_pixels.native_frame(content, frame, shape, pixel, order=">" if is_big else "<")
    return samples, pixel.photometric.startswith("YBR")


def _compressed(content: bytes, header: InstanceHeader, frame: int, syntax: str) -> tuple[NDArray[Any], bool]:
    try:
        encoded = get_frame(content, frame, number_of_frames=header.frames)
    except (*UNREADABLE_VALUE, EOFError, StopIteration, RuntimeError) as error:
        raise CannotDecode("its compressed pixel data are damaged") from error
    samples, is_ybr = codecs.decode_compressed(encoded, header.pixel, syntax)
    shape = (header.rows, header.columns)
    if syntax == _RLE:
        samples = _rle_shaped(samples, header)
    if samples.shape[:2] != shape or (samples.ndim == 3) != (header.pixel.samples == 3):
        raise CannotDecode("its compressed pixel data have another size than its header says")
    return samples, is_ybr


def _rle_shaped(samples: NDArray[Any], header: InstanceHeader) -> NDArray[Any]:
    """RLE holds its bytes plane by plane; the codec gives one colour plane after the other."""
    count = header.rows * header.columns * header.pixel.samples
    if samples.size < count:
        raise CannotDecode("its compressed pixel data are shorter than its header says")
    planes = samples[:count].reshape(header.pixel.samples, header.rows, header.columns)
    return planes[0] if header.pixel.samples == 1 else np.ascontiguousarray(np.moveaxis(planes, 0, -1))


def _gray_frame(samples: NDArray[Any], header: InstanceHeader) -> StoredFrame:
    pixel = header.pixel
    is_signed = pixel.is_signed or samples.dtype.kind == "i"
    is_raw = not codecs.is_known(header.transfer_syntax) or header.transfer_syntax == _RLE
    lowest_bit = max(0, pixel.high_bit + 1 - pixel.bits_stored) if is_raw else 0
    return StoredFrame(
        pixels=stored_values(samples, pixel.bits_stored, is_signed=is_signed, lowest_bit=lowest_bit),
        photometric=_gray_photometric(pixel),
        bits_stored=pixel.bits_stored,
        is_signed=is_signed,
        padding=pixel.padding,
    )


def _gray_photometric(pixel: PixelDescription) -> str:
    if pixel.photometric == "PALETTE COLOR" and pixel.palette:
        return pixel.photometric
    return "MONOCHROME1" if pixel.photometric == "MONOCHROME1" else "MONOCHROME2"


def stored_values(
    samples: NDArray[Any], bits_stored: int, *, is_signed: bool, lowest_bit: int = 0
) -> NDArray[np.integer[Any]]:
    """Take the bits in use out of their containers (PS3.5 8.1.1): mask what lies beside them, extend the sign.

    Parameters
    ----------
    samples
        Integers of 8 to 64 bits, any sign.
    lowest_bit
        Position of the lowest bit in use: High Bit + 1 - Bits Stored.

    Returns
    -------
    NDArray
        Same shape; the smallest of (u)int8, 16, 32 that holds the container.
    """
    size = samples.dtype.itemsize
    raw = samples.view(f"u{size}") if samples.flags.c_contiguous else samples.astype(f"u{size}")
    free_above = 8 * size - bits_stored - lowest_bit
    if is_signed:
        signed = raw.view(f"i{size}")
        values = (signed << free_above) >> (8 * size - bits_stored) if free_above or lowest_bit else signed
    else:
        values = (raw >> lowest_bit) & ((1 << bits_stored) - 1) if free_above > 0 or lowest_bit else raw
    return values.astype(values.dtype.newbyteorder("="), copy=values.base is not None and not values.flags.owndata)


def _colour_frame(samples: NDArray[Any], pixel: PixelDescription, *, is_ybr: bool) -> StoredFrame:
    colours = eight_bits(samples, pixel.bits_stored)
    rgb = rgb_from_ybr(colours, pixel.photometric) if is_ybr else np.ascontiguousarray(colours)
    return StoredFrame(rgb, "RGB", bits_stored=8, is_signed=False)


def _float_frame(dataset: Dataset, keyword: str, kind: str, header: InstanceHeader, frame: int) -> StoredFrame:
    content = value(dataset, keyword)
    count = header.rows * header.columns
    item = np.dtype(f"<{kind}")
    if not isinstance(content, bytes) or len(content) < (frame + 1) * count * item.itemsize:
        raise CannotDecode("its pixel data are shorter than its header says")
    values = np.frombuffer(content, item, count, frame * count * item.itemsize).astype(np.float32)
    finite = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    return StoredFrame(finite.reshape(header.rows, header.columns), "MONOCHROME2", bits_stored=32, is_signed=True)
