"""Pixels without compression (PS3.5 section 8.1, annex A.1 to A.3, A.5), read frame by frame from where they stand."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.dicom.header import PixelDescription
from workstation.foundation.byte_source import ByteSource
from workstation.imaging.errors import CannotDecode

Shape = tuple[int, int]
_SHORT = "its pixel data are shorter than its header says"


@dataclass(frozen=True, repr=False)
class NativePixels:
    """Pixel data of one object, all frames behind each other.

    Attributes
    ----------
    length
        Bytes there are, as far as the file goes: no more than the element claims.
    frames
        Number of Frames; tells forms apart that writers mix up.
    is_big_endian, is_word_swapped
        Order of 16-bit and wider samples; whether 8-bit samples stand in big endian words (OW, PS3.5 annex D).
    """

    source: ByteSource
    offset: int
    length: int
    frames: int
    is_big_endian: bool = False
    is_word_swapped: bool = False

    def samples(self, frame: int, shape: Shape, pixel: PixelDescription) -> NDArray[Any]:
        """One frame, in the container's own integers.

        Returns
        -------
        NDArray
            (rows, columns) or (rows, columns, 3), unsigned.

        Raises
        ------
        CannotDecode
            When the data are shorter than the header says; frames before the missing one can be had.
        """
        if pixel.bits_allocated == 1:
            return self._bits(frame, shape, pixel)
        if self._is_subsampled(shape, pixel):
            return self._pairs(frame, shape)
        size = shape[0] * shape[1] * pixel.samples * (pixel.bits_allocated // 8)
        dtype = np.dtype(f"{'>' if self.is_big_endian else '<'}u{pixel.bits_allocated // 8}")
        samples = np.frombuffer(self._bytes(frame * size, size), dtype=dtype)
        return in_planes(samples.astype(dtype.newbyteorder("="), copy=False), shape, pixel)

    def read_into(self, frame: int, out: NDArray[Any]) -> None:
        """Fill ``out`` (rows, columns), contiguous, with a frame of samples as wide as its own.

        Raises
        ------
        CannotDecode
            As `samples`; ``out`` then holds nothing of use.
        """
        start = frame * out.nbytes
        if self.is_word_swapped or self.length < start + out.nbytes:
            raw = np.frombuffer(self._bytes(start, out.nbytes), out.dtype)
            out[...] = raw.reshape(out.shape)
        elif self.source.read_into(self.offset + start, out.reshape(-1).view(np.uint8).data) < out.nbytes:
            raise CannotDecode(_SHORT)
        if self.is_big_endian == (sys.byteorder == "little") and out.dtype.itemsize > 1:
            out.byteswap(inplace=True)

    def _is_subsampled(self, shape: Shape, pixel: PixelDescription) -> bool:
        """Whether chroma is stored for pairs of pixels; some writers name it so and store all of it."""
        is_named_so = pixel.photometric in {"YBR_FULL_422", "YBR_PARTIAL_422"} and pixel.samples == 3
        has_all = self.length >= self.frames * shape[0] * shape[1] * 3
        return is_named_so and pixel.bits_allocated == 8 and not has_all

    def _bytes(self, start: int, size: int) -> bytes:
        """Bytes of the pixel data; looked for before they are asked for, since sizes in headers may lie."""
        if self.length < start + size:
            raise CannotDecode(_SHORT)
        if not self.is_word_swapped:
            found = self.source.read(self.offset + start, size)
        else:
            first, last = start // 2 * 2, (start + size + 1) // 2 * 2
            words = self.source.read(self.offset + first, last - first)
            found = swapped_bytes(words)[start - first : start - first + size]
        if len(found) < size:
            raise CannotDecode(_SHORT)
        return found

    def _bits(self, frame: int, shape: Shape, pixel: PixelDescription) -> NDArray[np.uint8]:
        """Bit-packed frames follow each other without a gap, lowest bit first (PS3.5 8.1.1)."""
        count = shape[0] * shape[1] * pixel.samples
        first = frame * count
        begin, end = first // 8, (first + count + 7) // 8
        packed = np.frombuffer(self._bytes(begin, end - begin), dtype=np.uint8)
        bits = np.unpackbits(packed, bitorder="little")[first % 8 :][:count]
        return in_planes(bits, shape, pixel)

    def _pairs(self, frame: int, shape: Shape) -> NDArray[np.uint8]:
        """YBR_FULL_422 as Y Y Cb Cr for each pair of pixels (PS3.3 C.7.6.3.1.2); chroma repeated."""
        rows, columns = shape
        if columns % 2:
            raise CannotDecode("its colour is stored for pairs of pixels, but it has an odd width")
        size = rows * columns * 2
        pairs = np.frombuffer(self._bytes(frame * size, size), np.uint8).reshape(rows, columns // 2, 4)
        ybr = np.empty((rows, columns, 3), dtype=np.uint8)
        ybr[:, 0::2, 0], ybr[:, 1::2, 0] = pairs[..., 0], pairs[..., 1]
        ybr[..., 1] = np.repeat(pairs[..., 2], 2, axis=1)
        ybr[..., 2] = np.repeat(pairs[..., 3], 2, axis=1)
        return ybr


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


def keep_stored_bits(values: NDArray[Any], bits_stored: int, lowest_bit: int) -> None:
    """Take the bits in use out of their containers (PS3.5 8.1.1), in place: mask what is beside them, extend the sign.

    Parameters
    ----------
    values
        Signed or not as the pixels are, in the machine's byte order; changed only where bits lie beside those in use.
    bits_stored, lowest_bit
        How many bits are in use; the position of the lowest: High Bit + 1 - Bits Stored.
    """
    free_above = 8 * values.dtype.itemsize - bits_stored - lowest_bit
    if free_above <= 0 and not lowest_bit:
        return
    is_signed = values.dtype.kind == "i"
    low, high = (-(1 << (bits_stored - 1)), (1 << (bits_stored - 1)) - 1) if is_signed else (0, (1 << bits_stored) - 1)
    if not lowest_bit and values.max() <= high and (not is_signed or values.min() >= low):
        return
    if is_signed:
        np.left_shift(values, free_above, out=values)
        np.right_shift(values, free_above + lowest_bit, out=values)
    else:
        np.right_shift(values, lowest_bit, out=values)
        np.bitwise_and(values, values.dtype.type(high), out=values)
