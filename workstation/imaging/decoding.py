"""An object's pixel data to a `StoredFrame`, whatever the transfer syntax; only the frame's own bytes are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.dicom.dicom_object import DicomObject, PixelDataElement, open_object
from workstation.dicom.errors import UnreadableInstance
from workstation.dicom.header import InstanceHeader
from workstation.foundation.byte_source import ByteSource, BytesSource
from workstation.imaging import codecs
from workstation.imaging.codestream_checks import CodedForm, beginning_of, is_ordinary
from workstation.imaging.colour_spaces import eight_bits, rgb_from_ybr
from workstation.imaging.encapsulated import EncapsulatedFrames
from workstation.imaging.errors import CannotDecode
from workstation.imaging.native_pixels import NativePixels, keep_stored_bits
from workstation.imaging.overlay_bits import embedded_masks
from workstation.imaging.stored_frame import StoredFrame
from workstation.imaging.transfer_syntaxes import has_big_endian_pixels, has_high_bit, is_native

DecodeElsewhere = Callable[[bytes, CodedForm], NDArray[Any]]
"""As `codecs.decode_encoded`, in a place where it may crash, hang or take all memory."""

_FLOATS = {"FloatPixelData": "<f4", "DoubleFloatPixelData": "<f8"}
_LARGEST_FRAME = 256 << 20  # pixels; the largest real ones, scanned slides aside, have 30 million
_COLOURS = ("RGB", "YBR_", "XYB", "MONOCHROME")


def decode_frame(data: bytes | ByteSource | DicomObject, frame: int = 0) -> StoredFrame:
    """Decode one frame of an object that is in memory or can be read; see `decode_frame_of`.

    Raises
    ------
    UnreadableInstance
        When the bytes are no DICOM object or its header contradicts itself.
    CannotDecode
        As `decode_frame_of`.
    """
    if isinstance(data, DicomObject):
        return decode_frame_of(data, frame)
    return decode_frame_of(open_object(BytesSource(data) if isinstance(data, bytes) else data), frame)


def decode_frame_of(
    obj: DicomObject,
    frame: int = 0,
    *,
    header: InstanceHeader | None = None,
    elsewhere: DecodeElsewhere = codecs.decode_encoded,
) -> StoredFrame:
    """Decode one frame of an opened object.

    Parameters
    ----------
    frame
        Counted from 0.
    header
        The instance's own, where it is known already: making it takes longer than some frames take to decode.
    elsewhere
        Decodes what is not ordinary: frames whose own headers disagree with the object's, or that are not whole.

    Raises
    ------
    UnreadableInstance
        When the header contradicts itself.
    CannotDecode
        When there are no pixels, no such frame, or they are damaged, larger than any image, or compressed in an
        unknown way.
    """
    header = header or _header_of(obj)
    element = _drawable(obj, header, frame)
    if element.keyword in _FLOATS:
        return _float_frame(element, header, frame)
    if is_native(obj.transfer_syntax):
        return _native_frame(obj, element, header, frame)
    form = _form_of(header)
    encoded = _encapsulated(obj, element, header, form).read(frame)
    decode = codecs.decode_encoded if is_ordinary(encoded, form) else elsewhere
    samples = decode(encoded, form)
    if samples.ndim == 2:
        return _gray_frame(samples, header)
    return _colour_frame(samples, header, is_ybr=codecs.is_still_ybr(encoded, form))


def decode_frame_into(obj: DicomObject, frame: int, out: NDArray[Any], *, header: InstanceHeader | None = None) -> bool:
    """Decode one frame of an opened object into a place that is there already, without a copy.

    Parameters
    ----------
    out
        (rows, columns), contiguous, of the type that `stored_dtype` names.
    header
        As for `decode_frame_of`.

    Returns
    -------
    bool
        False when the frame must go through `decode_frame_of`: it is not grey, not ordinary, or its samples have
        another type than the header says. ``out`` then holds nothing of use, and neither after an exception.

    Raises
    ------
    UnreadableInstance, CannotDecode
        As `decode_frame_of`.
    """
    header = header or _header_of(obj)
    element = _drawable(obj, header, frame)
    is_place = out.shape == (header.rows, header.columns) and out.flags.c_contiguous
    if stored_dtype(header) != out.dtype or not is_place or element.keyword != "PixelData":
        return False
    if is_native(obj.transfer_syntax):
        _native_pixels(obj, element, header).read_into(frame, out)
    else:
        form = _form_of(header)
        encoded = _encapsulated(obj, element, header, form).read(frame)
        if not codecs.decode_encoded_into(encoded, form, out):
            return False
    keep_stored_bits(out, header.pixel.bits_stored, _lowest_bit(header))
    return True


def stored_dtype(header: InstanceHeader) -> np.dtype[Any] | None:
    """Type of the stored values of a grey image's frames; None for colour, for single bits, and where overlays stand in
    bits beside the values: these must go through `decode_frame_of`."""
    pixel = header.pixel
    has_overlays_in_pixels = any(plane.is_embedded for plane in header.overlays)
    if pixel.samples != 1 or pixel.bits_allocated == 1 or has_overlays_in_pixels:
        return None
    return np.dtype(f"{'i' if pixel.is_signed else 'u'}{pixel.bits_allocated // 8}")


def gray_frame_of(pixels: NDArray[Any], header: InstanceHeader) -> StoredFrame:
    """A `StoredFrame` of stored values that are there already, such as those of `decode_frame_into`; makes them
    read-only."""
    pixel = header.pixel
    photometric = "MONOCHROME1" if pixel.photometric == "MONOCHROME1" else "MONOCHROME2"
    if pixel.photometric == "PALETTE COLOR":
        if not pixel.palette:
            raise CannotDecode("its colour tables are missing or damaged")
        photometric = "PALETTE COLOR"
    return StoredFrame(pixels, photometric, pixel.bits_stored, pixels.dtype.kind == "i", pixel.padding)


def _drawable(obj: DicomObject, header: InstanceHeader, frame: int) -> PixelDataElement:
    """The pixel data of an object that has this frame, of a size that can be shown."""
    if not header.is_image:
        raise CannotDecode("the object has no pixels")
    if not 0 <= frame < header.frames:
        raise CannotDecode(f"it has {header.frames} frames, and frame {frame + 1} was asked for")
    if header.rows * header.columns > _LARGEST_FRAME:
        raise CannotDecode("its frames are larger than this program can show (256 megapixels)")
    if header.pixel.samples == 3 and not header.pixel.photometric.startswith(_COLOURS):
        raise CannotDecode("its colour is coded in a way that this program does not know")
    if obj.pixel_data is None:
        raise CannotDecode("its pixel data are missing")
    return obj.pixel_data


def _header_of(obj: DicomObject) -> InstanceHeader:
    """The header, also of a file that is only to be drawn."""
    try:
        return obj.header
    except UnreadableInstance:
        return obj.header_without_identifiers


def _native_frame(obj: DicomObject, element: PixelDataElement, header: InstanceHeader, frame: int) -> StoredFrame:
    samples = _native_pixels(obj, element, header).samples(frame, (header.rows, header.columns), header.pixel)
    if samples.ndim == 2:
        return _gray_frame(samples, header)
    return _colour_frame(samples, header, is_ybr=header.pixel.photometric.startswith("YBR"))


def _native_pixels(obj: DicomObject, element: PixelDataElement, header: InstanceHeader) -> NativePixels:
    if element.length is None:
        raise CannotDecode("its pixel data are in fragments, which its transfer syntax does not have")
    is_big = obj.is_big_endian or has_big_endian_pixels(obj.transfer_syntax)
    length = min(element.length, element.source.size - element.offset)
    is_word_swapped = is_big and header.pixel.bits_allocated <= 8 and element.vr == "OW"
    return NativePixels(element.source, element.offset, length, header.frames, is_big, is_word_swapped)


def _encapsulated(
    obj: DicomObject, element: PixelDataElement, header: InstanceHeader, form: CodedForm
) -> EncapsulatedFrames:
    """Where the object's frames are: found out once, and kept with the object beside its cached header."""
    kept = vars(obj).get("_encapsulated_frames")
    if isinstance(kept, EncapsulatedFrames):
        return kept
    table, lengths = (obj.elements.raw(each) for each in ("ExtendedOffsetTable", "ExtendedOffsetTableLengths"))
    begins = beginning_of(form)
    made = EncapsulatedFrames(
        element.source, element.offset, header.frames, begins, (table, lengths) if table else None
    )
    vars(obj)["_encapsulated_frames"] = made
    return made


def _form_of(header: InstanceHeader) -> CodedForm:
    pixel = header.pixel
    return CodedForm(
        header.transfer_syntax,
        header.rows,
        header.columns,
        pixel.samples,
        pixel.photometric,
        pixel.bits_allocated,
        pixel.bits_stored,
        pixel.planar_configuration,
    )


def _lowest_bit(header: InstanceHeader) -> int:
    """Codecs give samples without empty bits below; what stands in the object as it is may have some."""
    pixel = header.pixel
    return max(0, pixel.high_bit + 1 - pixel.bits_stored) if has_high_bit(header.transfer_syntax) else 0


def _gray_frame(samples: NDArray[Any], header: InstanceHeader) -> StoredFrame:
    pixel = header.pixel
    if samples.dtype.itemsize * 8 < pixel.bits_stored:  # a codestream of fewer bits: its values, not its bit pattern
        samples = samples.astype(f"{samples.dtype.kind}{pixel.bits_allocated // 8}")
    if pixel.is_signed and samples.dtype.kind == "u":
        samples = samples.view(f"i{samples.dtype.itemsize}")
    if not samples.flags.writeable:
        samples = samples.copy()
    overlays = embedded_masks(samples, header.overlays) if has_high_bit(header.transfer_syntax) else ()
    if pixel.bits_allocated > 1:
        keep_stored_bits(samples, pixel.bits_stored, _lowest_bit(header))
    return replace(gray_frame_of(samples, header), embedded_overlays=overlays)


def _colour_frame(samples: NDArray[Any], header: InstanceHeader, *, is_ybr: bool) -> StoredFrame:
    colours = eight_bits(samples, header.pixel.bits_stored, _lowest_bit(header))
    rgb = rgb_from_ybr(colours, header.pixel.photometric) if is_ybr else np.ascontiguousarray(colours)
    return StoredFrame(rgb, "RGB", bits_stored=8, is_signed=False)


def _float_frame(element: PixelDataElement, header: InstanceHeader, frame: int) -> StoredFrame:
    """Values that are no numbers are marked as such; those beyond single precision become its largest."""
    dtype = np.dtype(_FLOATS[element.keyword])
    size = header.rows * header.columns * dtype.itemsize
    available = min(element.length or 0, element.source.size - element.offset)
    if available < (frame + 1) * size:
        raise CannotDecode("its pixel data are shorter than its header says")
    values = np.frombuffer(element.source.read(element.offset + frame * size, size), dtype)
    largest = np.finfo(np.float32).max
    finite = np.clip(np.nan_to_num(values, nan=0.0), -largest, largest).astype(np.float32)
    shape = (header.rows, header.columns)
    missing = np.isnan(values).reshape(shape)
    return StoredFrame(
        finite.reshape(shape),
        "MONOCHROME2",
        bits_stored=32,
        is_signed=True,
        without_value=missing if missing.any() else None,
    )
