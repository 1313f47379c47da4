"""Compressed frames to samples: one function for each family of transfer syntaxes, all by imagecodecs.

Every codec here releases the interpreter lock, so frames decode side by side in threads.

A frame that is cut short must be refused, not shown with a grey or black rest that looks like anatomy. libjpeg fills
the rest in silently, so the end marker is looked for first; OpenJPH returns what it has and hides its error, so HTJ2K
goes through OpenJPEG, which is somewhat slower and tells.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from workstation.dicom.header import PixelDescription
from workstation.imaging.errors import CannotDecode
from workstation.imaging.jpeg_markers import is_coded_as_ybr, is_complete

Codec = Callable[[bytes, PixelDescription], tuple[NDArray[Any], bool]]
"""Takes a frame's bytes; gives its samples and whether colour is still YBR."""

# What the codecs raise for damaged input; each has its own error class derived from RuntimeError.
CODEC_ERRORS = (RuntimeError, ValueError, TypeError, IndexError, MemoryError, OverflowError, struct.error)


def decode_compressed(data: bytes, pixel: PixelDescription, syntax: str) -> tuple[NDArray[Any], bool]:
    """Samples of one compressed frame, and whether its colour is still YBR.

    Raises
    ------
    CannotDecode
        When the transfer syntax is not known here, or the codec refuses the data.
    """
    codec = _CODECS.get(syntax)
    if codec is None:
        raise CannotDecode("its compression is not known to this program")
    try:
        return codec(data, pixel)
    except CODEC_ERRORS as error:
        raise CannotDecode("its compressed pixel data are damaged") from error


def is_known(syntax: str) -> bool:
    """Whether frames of this transfer syntax can be decompressed."""
    return syntax in _CODECS


def _lossy_jpeg(data: bytes, pixel: PixelDescription) -> tuple[NDArray[Any], bool]:
    """JPEG baseline and extended; colour is converted within the codec, which also spreads subsampled chroma."""
    _refuse_when_cut_short(data)
    if pixel.samples == 1:
        return imagecodecs.jpeg8_decode(data), False
    coded_as = "YCBCR" if is_coded_as_ybr(data, pixel.photometric) else "RGB"
    return imagecodecs.jpeg8_decode(data, colorspace=coded_as, outcolorspace="RGB"), False


def _lossless_jpeg(data: bytes, pixel: PixelDescription) -> tuple[NDArray[Any], bool]:
    _refuse_when_cut_short(data)
    if pixel.samples == 1:
        return imagecodecs.jpeg8_decode(data), False
    return imagecodecs.jpeg8_decode(data, colorspace="RGB", outcolorspace="RGB"), _is_ybr(pixel)


def _refuse_when_cut_short(data: bytes) -> None:
    if not is_complete(data):
        raise CannotDecode("its compressed pixel data are cut short")


def _jpeg_ls(data: bytes, pixel: PixelDescription) -> tuple[NDArray[Any], bool]:
    return imagecodecs.jpegls_decode(data), _is_ybr(pixel)


def _jpeg_2000(data: bytes, pixel: PixelDescription) -> tuple[NDArray[Any], bool]:
    """JPEG 2000 and HTJ2K; the codec undoes the codestream's colour transform: YBR_RCT and YBR_ICT arrive as RGB."""
    return imagecodecs.jpeg2k_decode(data), _is_ybr(pixel)


def _rle(data: bytes, pixel: PixelDescription) -> tuple[NDArray[Any], bool]:
    """RLE Lossless (PS3.5 annex G): shape is given by the caller."""
    dtype = np.dtype(f"<u{pixel.bits_allocated // 8}")
    decoded = imagecodecs.dicomrle_decode(data, dtype)
    return np.frombuffer(decoded, dtype=dtype), _is_ybr(pixel)


def _is_ybr(pixel: PixelDescription) -> bool:
    return pixel.photometric.startswith(("YBR_FULL", "YBR_PARTIAL"))


_UID = "1.2.840.10008.1.2."
_CODECS: dict[str, Codec] = {
    _UID + "4.50": _lossy_jpeg,  # Baseline
    _UID + "4.51": _lossy_jpeg,  # Extended, 8 and 12 bits
    _UID + "4.57": _lossless_jpeg,
    _UID + "4.70": _lossless_jpeg,  # first-order prediction
    _UID + "4.80": _jpeg_ls,
    _UID + "4.81": _jpeg_ls,  # near-lossless
    _UID + "4.90": _jpeg_2000,
    _UID + "4.91": _jpeg_2000,
    _UID + "4.201": _jpeg_2000,  # HTJ2K
    _UID + "4.202": _jpeg_2000,
    _UID + "4.203": _jpeg_2000,
    _UID + "5": _rle,
}
