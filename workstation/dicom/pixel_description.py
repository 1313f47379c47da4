"""The grey-value part of a header: bits, rescale, windows, look-up tables."""

from __future__ import annotations

import numpy as np
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut

from workstation.dicom.attribute_names import attribute_name
from workstation.dicom.header import PixelDescription
from workstation.dicom.values import (
    UNREADABLE_VALUE,
    first_item,
    items,
    number,
    numbers,
    text,
    texts,
    value,
    whole_number,
)
from workstation.dicom.voi import LookupTable, VoiFunction, Window

_BITS_ALLOCATED = (1, 8, 16, 32, 64)


def faults_of(dataset: Dataset) -> list[str]:
    """What contradicts itself in the Image Pixel module, as clauses of a sentence."""
    allocated = whole_number(dataset, "BitsAllocated")
    stored = _bits_stored(dataset)
    high_bit = _high_bit(dataset)
    checks = {
        "BitsAllocated": allocated in _BITS_ALLOCATED,
        "BitsStored": allocated is None or 0 < stored <= allocated,
        "HighBit": allocated is None or stored - 1 <= high_bit < allocated,
        "SamplesPerPixel": (whole_number(dataset, "SamplesPerPixel") or 1) in {1, 3},
        "NumberOfFrames": (whole_number(dataset, "NumberOfFrames") or 1) > 0,
    }
    return [f"{attribute_name(keyword)} is not usable" for keyword, is_fine in checks.items() if not is_fine]


def pixel_description_of(dataset: Dataset) -> PixelDescription:
    """Read the Image Pixel, Modality LUT, VOI LUT and presentation attributes; broken tables are left out."""
    is_signed = whole_number(dataset, "PixelRepresentation") == 1
    slope = number(dataset, "RescaleSlope")
    intercept = number(dataset, "RescaleIntercept") or 0.0
    modality_lut = _lookup_table(first_item(dataset, "ModalityLUTSequence"), is_signed=is_signed)
    allocated = whole_number(dataset, "BitsAllocated") or 16
    return PixelDescription(
        samples=whole_number(dataset, "SamplesPerPixel") or 1,
        photometric=text(dataset, "PhotometricInterpretation").upper() or "MONOCHROME2",
        bits_allocated=allocated,
        bits_stored=_bits_stored(dataset),
        high_bit=_high_bit(dataset),
        is_signed=is_signed,
        planar_configuration=whole_number(dataset, "PlanarConfiguration") or 0,
        padding=_padding(dataset, is_signed=is_signed, bits=allocated),
        rescale_slope=slope if slope else 1.0,
        rescale_intercept=intercept,
        rescale_type=text(dataset, "RescaleType"),
        modality_lut=modality_lut,
        windows=_windows(dataset),
        voi_luts=_voi_luts(dataset, is_signed=modality_lut is None and (is_signed or intercept < 0)),
        presentation_shape=text(dataset, "PresentationLUTShape").upper(),
        palette=_palette(dataset),
    )


def _bits_stored(dataset: Dataset) -> int:
    return whole_number(dataset, "BitsStored") or whole_number(dataset, "BitsAllocated") or 16


def _high_bit(dataset: Dataset) -> int:
    high_bit = whole_number(dataset, "HighBit")
    return high_bit if high_bit is not None else _bits_stored(dataset) - 1


def _padding(dataset: Dataset, *, is_signed: bool, bits: int) -> tuple[int, int] | None:
    """Pixel Padding Value and its Range Limit (PS3.3 C.7.5.1.1.2), each read with the pixels' own sign."""
    ends = [whole_number(dataset, each) for each in ("PixelPaddingValue", "PixelPaddingRangeLimit")]
    known = [_with_sign(each, bits=bits, is_signed=is_signed) for each in ends if each is not None]
    return (min(known), max(known)) if ends[0] is not None else None


def _with_sign(number_as_read: int, *, bits: int, is_signed: bool) -> int:
    """US read as SS or the other way round, put right: writers mix them up."""
    span = 1 << bits
    if is_signed and number_as_read >= span // 2:
        return number_as_read - span
    return number_as_read + span if number_as_read < 0 and not is_signed else number_as_read


def _windows(dataset: Dataset) -> tuple[Window, ...]:
    function = _voi_function(dataset)
    names = texts(dataset, "WindowCenterWidthExplanation")
    pairs = zip(numbers(dataset, "WindowCenter"), numbers(dataset, "WindowWidth"), strict=False)
    smallest = 1.0 if function is VoiFunction.LINEAR else np.nextafter(0.0, 1.0)
    return tuple(
        Window(center, width, function, names[i] if i < len(names) else "")
        for i, (center, width) in enumerate(pairs)
        if width >= smallest
    )


def _voi_function(dataset: Dataset) -> VoiFunction:
    named = text(dataset, "VOILUTFunction").upper()
    return VoiFunction(named) if named in VoiFunction.__members__ else VoiFunction.LINEAR


def _voi_luts(dataset: Dataset, *, is_signed: bool) -> tuple[LookupTable, ...]:
    tables = (_lookup_table(item, is_signed=is_signed) for item in items(dataset, "VOILUTSequence"))
    return tuple(table for table in tables if table is not None)


def _lookup_table(item: Dataset, *, is_signed: bool) -> LookupTable | None:
    """A Modality or VOI LUT item (PS3.3 C.11.1.1); None when descriptor and data do not belong together."""
    descriptor = [int(each) for each in numbers(item, "LUTDescriptor")]
    if len(descriptor) != 3:
        return None
    length, first, bits = (descriptor[0] & 0xFFFF) or 65536, descriptor[1] & 0xFFFF, descriptor[2]
    entries = _entries(item, length, bits)
    if entries is None or not 8 <= bits <= 16:
        return None
    first = first - 65536 if is_signed and first > 32767 else first
    bits = max(bits, int(entries.max()).bit_length())
    return LookupTable(first, bits, entries.astype("<u2").tobytes(), text(item, "LUTExplanation"))


def _entries(item: Dataset, length: int, bits: int) -> np.ndarray[tuple[int], np.dtype[np.uint16]] | None:
    data = value(item, "LUTData")
    if data is None:
        return None
    try:
        if isinstance(data, bytes):
            is_packed = bits <= 8 and len(data) == length + length % 2
            entries = np.frombuffer(data, "u1" if is_packed else "<u2")[:length]
        else:
            entries = np.asarray(data).ravel()[:length] & 0xFFFF
        return entries.astype(np.uint16) if entries.size == length else None
    except UNREADABLE_VALUE:
        return None


def _palette(dataset: Dataset) -> tuple[LookupTable, ...]:
    """Red, green and blue tables, segmented ones unfolded (PS3.3 C.7.9); empty when there is none or it is broken."""
    descriptor = [int(each) for each in numbers(dataset, "RedPaletteColorLookupTableDescriptor")]
    if len(descriptor) != 3:
        return ()
    length, first, bits = (descriptor[0] & 0xFFFF) or 65536, descriptor[1], descriptor[2]
    try:
        colours = apply_color_lut(np.arange(first, first + length, dtype=np.int32), dataset)
    except UNREADABLE_VALUE:
        return ()
    shown_bits = 8 if colours.dtype == np.uint8 else 16
    return tuple(
        LookupTable(first, max(shown_bits, min(bits, 16)), c.astype("<u2").tobytes()) for c in colours[..., :3].T
    )
