"""Compressed frames to samples: one function for each family of transfer syntaxes, all by imagecodecs.

Every codec here releases the interpreter lock, so frames decode side by side in threads. Of the decoders that are exact
the fastest is taken: libjpeg-turbo for every JPEG with Huffman codes (8, 12 and 16 bits, lossless with each predictor,
progressive), CharLS, OpenJPEG, OpenJPH, libjxl.

A frame that is cut short must be refused, not shown with a grey or black rest that looks like anatomy. libjpeg and
OpenJPH fill the rest in silently: `codestream_checks` looks first whether all is there.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from workstation.imaging.codestream_checks import CodedForm, StreamFacts, checked_facts, ordinary_facts
from workstation.imaging.errors import CannotDecode
from workstation.imaging.jpeg_markers import is_coded_as_ybr
from workstation.imaging.transfer_syntaxes import Family, family_of

Samples = NDArray[Any]
Out = Samples | None

# What the codecs raise for damaged input; each has its own error class derived from RuntimeError.
CODEC_ERRORS = (RuntimeError, ValueError, TypeError, IndexError, MemoryError, OverflowError, struct.error, zlib.error)
_LOSSLESS_HTJ2K = ("1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202")


def decode_encoded(encoded: bytes, form: CodedForm) -> Samples:
    """Samples of one compressed frame; both arguments and the answer travel between processes.

    Returns
    -------
    NDArray
        (rows, columns) or (rows, columns, 3), as wide as the codec gives them: containers of Bits Allocated or fewer
        bits. Colour that JPEG coded as YCbCr has been converted to RGB; see `is_still_ybr`.

    Raises
    ------
    CannotDecode
        When there is no decoder, or the frame is damaged, cut short or of another size than the header says. Nothing
        is allocated before the size has been compared.
    """
    return _decoded(encoded, form, checked_facts(encoded, form), None)


def decode_encoded_into(encoded: bytes, form: CodedForm, out: Samples) -> bool:
    """As `decode_encoded`, for ordinary grey frames, into ``out`` (rows, columns), contiguous.

    Returns
    -------
    bool
        False when the frame is not ordinary, or its samples do not fit the type of ``out``. After False or an
        exception ``out`` holds nothing of use.
    """
    facts = ordinary_facts(encoded, form)
    if facts is None:
        return False
    samples = _decoded(encoded, form, facts, out)
    if samples.dtype.itemsize != out.dtype.itemsize or (samples.dtype.kind == "i" and out.dtype.kind == "u"):
        return False
    if not np.shares_memory(samples, out):
        out[...] = samples.view(out.dtype)
    return True


def is_told_twice(error: BaseException) -> bool:
    """Whether an error that reaches the last resort (``sys.excepthook``) was dealt with here: OpenJPH's binding hands
    its own there before it returns, and `decode_encoded` sees the missing rows."""
    return isinstance(error, RuntimeError) and error.args == ("ojph error",)


def is_still_ybr(encoded: bytes, form: CodedForm) -> bool:
    """Whether the colour that `decode_encoded` gives is YBR: codecs undo their own transforms, and know no others."""
    family = family_of(form.syntax)
    if not form.photometric.startswith(("YBR_FULL", "YBR_PARTIAL")) or family in {Family.JPEG, Family.JPEG_XL}:
        return False
    is_jpeg_2000 = family in {Family.JPEG_2000, Family.HTJ2K}
    return not (is_jpeg_2000 and checked_facts(encoded, form).is_transformed)


def _decoded(encoded: bytes, form: CodedForm, facts: StreamFacts, out: Out) -> Samples:
    try:
        samples = _CODECS[family_of(form.syntax)](encoded, form, facts, out)
    except CODEC_ERRORS as error:
        raise CannotDecode("its compressed pixel data are damaged") from error
    shape = (form.rows, form.columns, form.samples)[: 2 + (form.samples > 1)]
    if samples.shape != shape and samples.shape == (form.samples, form.rows, form.columns):
        samples = np.moveaxis(samples, 0, -1)
    if samples.shape != shape:
        raise CannotDecode("its compressed pixel data have another size than its header says")
    return samples


def _fitting(out: Out, facts: StreamFacts) -> Out:
    """``out`` where the codec can write into it."""
    return out if out is not None and out.dtype.itemsize == (facts.bits + 7) // 8 else None


def _jpeg(data: bytes, form: CodedForm, facts: StreamFacts, out: Out) -> Samples:
    """Every lossy process; colour is converted within the codec, which also spreads subsampled chroma."""
    if form.samples == 1:
        return imagecodecs.jpeg8_decode(data, out=_fitting(out, facts))
    coded_as = "YCBCR" if is_coded_as_ybr(data, form.photometric) else "RGB"
    return imagecodecs.jpeg8_decode(data, colorspace=coded_as, outcolorspace="RGB")


def _jpeg_lossless(data: bytes, form: CodedForm, facts: StreamFacts, out: Out) -> Samples:
    if form.samples == 1:
        return imagecodecs.jpeg8_decode(data, out=_fitting(out, facts))
    return imagecodecs.jpeg8_decode(data, colorspace="RGB", outcolorspace="RGB")


def _jpeg_ls(data: bytes, _form: CodedForm, facts: StreamFacts, out: Out) -> Samples:
    return imagecodecs.jpegls_decode(data, out=_fitting(out, facts))


def _jpeg_2000(data: bytes, _form: CodedForm, facts: StreamFacts, out: Out) -> Samples:
    """The codec undoes the codestream's own colour transform: YBR_RCT and YBR_ICT arrive as RGB."""
    return imagecodecs.jpeg2k_decode(data, out=_fitting(out, facts))


def _htj2k(data: bytes, form: CodedForm, facts: StreamFacts, out: Out) -> Samples:
    """By OpenJPH where it is exact, which is fast; OpenJPEG shows the rest, or tells what is wrong.

    OpenJPH does not keep values within their range where there is loss, so that white turns black. Where it meets an
    error, the rows from there on are zero and nothing else tells.
    """
    if not facts.is_lossless_high_throughput or form.syntax not in _LOSSLESS_HTJ2K:
        return _jpeg_2000(data, form, facts, out)
    samples = imagecodecs.htj2k_decode(data, out=_fitting(out, facts))
    return samples if _has_last_row(samples) else _jpeg_2000(data, form, facts, out)


def _has_last_row(samples: Samples) -> bool:
    """Whether the last row holds anything, in each colour. For grey without numpy, which would let go of the
    interpreter for a thousand bytes and wait for it again."""
    if samples.ndim == 2:
        return bool(samples[-1].tobytes().strip(b"\0"))
    return bool(samples[-1].any(axis=0).all())


def _jpeg_xl(data: bytes, _form: CodedForm, _facts: StreamFacts, _out: Out) -> Samples:
    return imagecodecs.jpegxl_decode(data)


def _rle(data: bytes, form: CodedForm, _facts: StreamFacts, out: Out) -> Samples:
    """RLE Lossless (PS3.5 annex G): bytes plane by plane, and one colour after the other."""
    dtype = np.dtype(f"<u{form.bits_allocated // 8}")
    count = form.rows * form.columns * form.samples
    fits = out is not None and out.dtype.itemsize == dtype.itemsize
    room = out.reshape(-1) if out is not None and fits else np.empty(count, dtype)
    filled = imagecodecs.dicomrle_decode(data, dtype, out=room.view(np.uint8).data)
    if len(filled) < room.nbytes:
        raise CannotDecode("its compressed pixel data are cut short")
    return out if out is not None and fits else _by_pixel(room, form)


def _deflated(data: bytes, form: CodedForm, facts: StreamFacts, out: Out) -> Samples:
    """Deflated Image Frame Compression (PS3.5 A.4.13): no more is inflated than the frame can hold."""
    expected = -(-form.rows * form.columns * form.samples * form.bits_allocated // 8)
    inflated = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, expected)
    return _uncompressed(inflated, form, facts, out)


def _uncompressed(data: bytes, form: CodedForm, _facts: StreamFacts, _out: Out) -> Samples:
    count = form.rows * form.columns * form.samples
    if form.bits_allocated == 1:
        bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
        return _by_pixel(bits[:count], form)
    samples = np.frombuffer(data, np.dtype(f"<u{form.bits_allocated // 8}"), count)
    return _by_pixel(samples, form, is_planar=form.planar_configuration == 1)


def _by_pixel(samples: Samples, form: CodedForm, *, is_planar: bool = True) -> Samples:
    if form.samples == 1:
        return samples.reshape(form.rows, form.columns)
    if is_planar:
        return np.moveaxis(samples.reshape(form.samples, form.rows, form.columns), 0, -1)
    return samples.reshape(form.rows, form.columns, form.samples)


_CODECS: dict[Family, Callable[[bytes, CodedForm, StreamFacts, Out], Samples]] = {
    Family.JPEG: _jpeg,
    Family.JPEG_LOSSLESS: _jpeg_lossless,
    Family.JPEG_LS: _jpeg_ls,
    Family.JPEG_2000: _jpeg_2000,
    Family.HTJ2K: _htj2k,
    Family.JPEG_XL: _jpeg_xl,
    Family.RLE: _rle,
    Family.DEFLATED: _deflated,
    Family.UNCOMPRESSED: _uncompressed,
}
