"""Pixels without compression (PS3.5 section 8.1, annex A.1 to A.3, A.5)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.dicom.header import PixelDescription
from workstation.imaging.errors import CannotDecode

Shape = tuple[int, int]


def native_frame(data: bytes, frame: int, shape: Shape, pixel: PixelDescription, *, order: str) -> NDArray[Any]:
    """One frame, in the container's own integers.

    Parameters
    ----------
    data
        The value of Pixel Data, all frames.
    shape
        (rows, columns).
    order
        Byte order of 16-bit and wider samples: ``<`` or ``>``.

    Returns
    -------
    NDArray
        (rows, columns) or (rows, columns, 3), unsigned.

    Raises
    ------
    CannotDecode
        When the data are shorter than the header says.
    """
    if pixel.bits_allocated == 1:
        return _bits(data, frame, shape)
    if pixel.photometric == "YBR_FULL_422" and pixel.samples == 3:
        return _subsampled(data, frame, shape)
    count = shape[0] * shape[1] * pixel.samples
    dtype = np.dtype(f"{order}u{pixel.bits_allocated // 8}")
    samples = _slice(data, frame, count, dtype)
    return in_planes(samples.astype(dtype.newbyteorder("="), copy=False), shape, pixel)


def in_planes(samples: NDArray[Any], shape: Shape, pixel: PixelDescription) -> NDArray[Any]:
    """Give a row of samples its shape; Planar Configuration 1 holds one colour after the other."""
    if pixel.samples == 1:
        return samples.reshape(shape)
    if pixel.planar_configuration == 1:
        return np.ascontiguousarray(np.moveaxis(samples.reshape(pixel.samples, *shape), 0, -1))
    return samples.reshape(*shape, pixel.samples)


def swapped_bytes(data: bytes) -> bytes:
    """Neighbouring bytes exchanged: 8-bit samples in big endian OW (PS3.5 annex D)."""
    return np.frombuffer(data[: len(data) // 2 * 2], dtype=">u2").astype("<u2").tobytes()


def _slice(data: bytes, frame: int, count: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    start = frame * count * dtype.itemsize
    if len(data) < start + count * dtype.itemsize:
        raise CannotDecode("its pixel data are shorter than its header says")
    return np.frombuffer(data, dtype=dtype, count=count, offset=start)


def _bits(data: bytes, frame: int, shape: Shape) -> NDArray[np.uint8]:
    """Bit-packed frames follow each other without a gap, lowest bit first (PS3.5 8.1.1)."""
    count = shape[0] * shape[1]
    first = frame * count
    packed = np.frombuffer(data, dtype=np.uint8)[first // 8 : (first + count + 7) // 8]
    bits = np.unpackbits(packed, bitorder="little")[first % 8 :][:count]
    if bits.size < count:
        raise CannotDecode("its pixel data are shorter than its header says")
    return bits.reshape(shape)


def _subsampled(data: bytes, frame: int, shape: Shape) -> NDArray[np.uint8]:
    """YBR_FULL_422 as Y Y Cb Cr for each pair of pixels (PS3.3 C.7.6.3.1.2); chroma repeated."""
    rows, columns = shape
    if columns % 2:
        raise CannotDecode("its colour is stored for pairs of pixels, but it has an odd width")
    pairs = _slice(data, frame, rows * columns * 2, np.dtype(np.uint8)).reshape(rows, columns // 2, 4)
    ybr = np.empty((rows, columns, 3), dtype=np.uint8)
    ybr[:, 0::2, 0], ybr[:, 1::2, 0] = pairs[..., 0], pairs[..., 1]
    ybr[..., 1] = np.repeat(pairs[..., 2], 2, axis=1)
    ybr[..., 2] = np.repeat(pairs[..., 3], 2, axis=1)
    return ybr
