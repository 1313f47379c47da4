"""The grey-value part of a header: bits, rescale, windows, look-up tables."""

from __future__ import annotations

import numpy as np

from workstation.dicom.attribute_names import attribute_name
from workstation.dicom.header import PixelDescription
from workstation.dicom.palette_tables import palette_tables_of
from workstation.dicom.series_memory import alike_in_series
from workstation.dicom.values import (
    UNREADABLE_VALUE,
    AnyDataset,
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
_MOST_FRAMES = 100_000  # real objects, scanned slides aside, have fewer than 30,000; each frame costs memory


def faults_of(dataset: AnyDataset) -> list[str]:
    """What contradicts itself in the Image Pixel module, as clauses of a sentence."""
    allocated = whole_number(dataset, "BitsAllocated")
    stored = _bits_stored(dataset)
    high_bit = _high_bit(dataset)
    checks = {
        "BitsAllocated": allocated in _BITS_ALLOCATED,
        "BitsStored": allocated is None or 0 < stored <= allocated,
        "HighBit": allocated is None or stored - 1 <= high_bit < allocated,
        "SamplesPerPixel": (whole_number(dataset, "SamplesPerPixel") or 1) in {1, 3},
        "NumberOfFrames": 0 < (whole_number(dataset, "NumberOfFrames") or 1) <= _MOST_FRAMES,
    }
    return [f"{attribute_name(keyword)} is not usable" for keyword, is_fine in checks.items() if not is_fine]


@alike_in_series
def pixel_description_of(dataset: AnyDataset) -> PixelDescription:
    """Read the Image Pixel, Modality LUT, VOI LUT and presentation attributes; broken tables are left out."""
    is_signed = whole_number(dataset, "PixelRepresentation") == 1
    slope = number(dataset, "RescaleSlope")
    intercept = number(dataset, "RescaleIntercept") or 0.0
    modality_lut = lookup_table_of(first_item(dataset, "ModalityLUTSequence"), is_signed=is_signed)
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
        windows=windows_of(dataset),
        voi_luts=voi_luts_of(dataset, is_signed=modality_lut is None and (is_signed or intercept < 0)),
        presentation_shape=text(dataset, "PresentationLUTShape").upper(),
        palette=palette_tables_of(dataset),
    )


def _bits_stored(dataset: AnyDataset) -> int:
    return whole_number(dataset, "BitsStored") or whole_number(dataset, "BitsAllocated") or 16


def _high_bit(dataset: AnyDataset) -> int:
    high_bit = whole_number(dataset, "HighBit")
    return high_bit if high_bit is not None else _bits_stored(dataset) - 1


def _padding(dataset: AnyDataset, *, is_signed: bool, bits: int) -> tuple[int, int] | None:
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


def windows_of(dataset: AnyDataset) -> tuple[Window, ...]:
    """The usable windows of a VOI LUT module or of a Frame VOI LUT item, in file order."""
    function = _voi_function(dataset)
    names = texts(dataset, "WindowCenterWidthExplanation")
    pairs = zip(numbers(dataset, "WindowCenter"), numbers(dataset, "WindowWidth"), strict=False)
    smallest = 1.0 if function is VoiFunction.LINEAR else np.nextafter(0.0, 1.0)
    return tuple(
        Window(center, width, function, names[i] if i < len(names) else "")
        for i, (center, width) in enumerate(pairs)
        if width >= smallest
    )


def _voi_function(dataset: AnyDataset) -> VoiFunction:
    named = text(dataset, "VOILUTFunction").upper()
    return VoiFunction(named) if named in VoiFunction.__members__ else VoiFunction.LINEAR


def voi_luts_of(dataset: AnyDataset, *, is_signed: bool) -> tuple[LookupTable, ...]:
    """The usable VOI LUTs; ``is_signed`` says whether their first input value may be negative (PS3.3 C.11.2.1.1)."""
    tables = (lookup_table_of(item, is_signed=is_signed) for item in items(dataset, "VOILUTSequence"))
    return tuple(table for table in tables if table is not None)


def lookup_table_of(item: AnyDataset, *, is_signed: bool) -> LookupTable | None:
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


def _entries(item: AnyDataset, length: int, bits: int) -> np.ndarray[tuple[int], np.dtype[np.uint16]] | None:
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
