"""Opened objects: only the frame's own bytes, every pixel form, straight into a stack."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from pydicom.dataset import Dataset

from tests.helpers.pixel_objects import CountingSource, as_bytes, compressed, image_object
from workstation.dicom.dicom_object import DicomObject, open_object
from workstation.dicom.reading import header_of, read_dataset
from workstation.foundation.byte_source import BytesSource
from workstation.imaging.decoding import decode_frame, decode_frame_into, decode_frame_of, gray_frame_of, stored_dtype
from workstation.imaging.errors import CannotDecode
from workstation.imaging.picture import render_native
from workstation.imaging.quantities import Reading, reading_at

JPEG_LS, HTJ2K, RLE, BIG_ENDIAN, GE = (
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.5",
    "1.2.840.10008.1.2.2",
    "1.2.840.113619.5.2",
)
RNG = np.random.default_rng(5)
STACK = RNG.integers(-2048, 2048, (6, 24, 32)).astype(np.int16)
RGB = RNG.integers(0, 256, (24, 32, 3)).astype(np.uint8)


def opened(content: bytes) -> DicomObject:
    return open_object(BytesSource(content))


def encoded_stack() -> bytes:
    return compressed(STACK, [imagecodecs.jpegls_encode(each.view(np.uint16)) for each in STACK], JPEG_LS)


@pytest.mark.parametrize(
    "content", [as_bytes(image_object(STACK, bits_stored=12)), encoded_stack()], ids=["raw", "jls"]
)
def test_only_the_frames_own_bytes_are_read(content: bytes) -> None:
    source = CountingSource(content)
    found = open_object(source)
    before = source.bytes_read
    np.testing.assert_array_equal(decode_frame_of(found, 4).pixels, STACK[4])
    assert source.bytes_read - before < STACK[4].nbytes * 2


@pytest.mark.parametrize(
    "content", [as_bytes(image_object(STACK, bits_stored=12)), encoded_stack()], ids=["raw", "jls"]
)
def test_frames_go_straight_into_a_stack(content: bytes) -> None:
    found = opened(content)
    dtype = stored_dtype(found.header)
    assert dtype == np.int16
    room = np.full(STACK.shape, 77, dtype)
    for index in (3, 0, 5):
        assert decode_frame_into(found, index, room[index], header=found.header)
        np.testing.assert_array_equal(room[index], decode_frame_of(found, index).pixels)
    assert (room[[1, 2, 4]] == 77).all()
    frame = gray_frame_of(room[3], found.header)
    assert frame.pixels.base is room or np.shares_memory(frame.pixels, room)
    assert frame.is_signed


PLACES = {
    "another shape": np.zeros((24, 31), np.int16),
    "another type": np.zeros((24, 32), np.uint16),
    "wider": np.zeros((24, 32), np.int32),
    "gaps": np.zeros((24, 64), np.int16)[:, ::2],
}


@pytest.mark.parametrize("place", PLACES)
def test_a_place_that_does_not_fit_is_left_alone(place: str) -> None:
    room = PLACES[place]
    assert not decode_frame_into(opened(as_bytes(image_object(STACK))), 0, room)
    assert not room.any()


def test_colour_and_single_bits_have_no_place_in_a_stack() -> None:
    assert stored_dtype(opened(as_bytes(image_object(RGB, photometric="RGB"))).header) is None
    masks = image_object(np.zeros((24, 32), np.uint8))
    masks.BitsAllocated, masks.BitsStored, masks.HighBit = 1, 1, 0
    assert stored_dtype(opened(as_bytes(masks)).header) is None


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize(("stored", "high"), [(12, 11), (12, 15), (10, 11), (16, 15), (1, 0), (5, 9)])
def test_bits_beside_those_in_use(stored: int, high: int, signed: bool) -> None:
    """Whatever stands in the other bits, one by one and in a stack; the formula is PS3.5 8.1.1."""
    raw = RNG.integers(0, 1 << 16, (24, 32)).astype(np.uint16)
    values = (raw.astype(np.int64) >> (high + 1 - stored)) & ((1 << stored) - 1)
    expected = np.where(signed & (values >> (stored - 1) == 1), values - (1 << stored), values)
    found = opened(as_bytes(image_object(raw.view(np.int16) if signed else raw, bits_stored=stored, high_bit=high)))
    room = np.empty((24, 32), np.int16 if signed else np.uint16)
    assert decode_frame_into(found, 0, room)
    np.testing.assert_array_equal(room, expected)
    np.testing.assert_array_equal(decode_frame_of(found).pixels, expected)


def test_frames_before_the_missing_one_remain() -> None:
    content = as_bytes(image_object(STACK))[:-700]
    found = opened(content)
    for index in range(5):
        np.testing.assert_array_equal(decode_frame_of(found, index).pixels, STACK[index])
    for decode in (
        lambda: decode_frame_of(found, 5),
        lambda: decode_frame_into(found, 5, np.empty((24, 32), np.int16)),
    ):
        with pytest.raises(CannotDecode, match="shorter"):
            decode()


def test_compressed_frames_before_the_missing_one_remain() -> None:
    found = opened(encoded_stack()[:-900])
    np.testing.assert_array_equal(decode_frame_of(found, 4).pixels, STACK[4])
    with pytest.raises(CannotDecode, match="cut short"):
        decode_frame_of(found, 5)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", JPEG_LS, RLE])
def test_vast_frames_are_refused_by_arithmetic(syntax: str) -> None:
    dataset = image_object(STACK[0]) if syntax.endswith("1.2.1") else None
    content = as_bytes(dataset) if dataset else compressed(STACK[0], [b"\0" * 64], syntax)
    vast = content
    for keyword in (b"\x28\x00\x10\x00US\x02\x00", b"\x28\x00\x11\x00US\x02\x00"):
        at = vast.index(keyword) + 8
        vast = vast[:at] + b"\xff\xff" + vast[at + 2 :]
    tracemalloc.start()
    try:
        with pytest.raises(CannotDecode, match="256 megapixels"):
            decode_frame(vast)
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_a_header_that_promises_more_than_there_is_takes_no_memory() -> None:
    dataset = image_object(STACK[0])
    dataset.Rows = dataset.Columns = 15_000
    tracemalloc.start()
    try:
        with pytest.raises(CannotDecode, match="shorter"):
            decode_frame(as_bytes(dataset))
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def big_endian(dataset: Dataset, pixels: bytes, vr: str) -> bytes:
    dataset.PixelData = pixels
    dataset["PixelData"].VR = vr
    dataset.file_meta.TransferSyntaxUID = BIG_ENDIAN
    return as_bytes(dataset)


@pytest.mark.parametrize("dtype", ["i2", "u2", "u4"])
def test_big_endian(dtype: str) -> None:
    pixels = STACK[:2].astype(dtype)
    found = opened(big_endian(image_object(pixels), pixels.astype(f">{dtype}").tobytes(), "OW"))
    np.testing.assert_array_equal(decode_frame_of(found, 1).pixels, pixels[1])
    room = np.empty((24, 32), dtype)
    assert decode_frame_into(found, 1, room)
    np.testing.assert_array_equal(room, pixels[1])


def test_bytes_in_big_endian_words() -> None:
    """Frames of an odd number of bytes, so that the second begins within a word (PS3.5 annex D)."""
    pixels = RNG.integers(0, 256, (3, 5, 7)).astype(np.uint8)
    words = np.frombuffer(pixels.tobytes() + b"\0", "<u2").astype(">u2").tobytes()
    found = opened(big_endian(image_object(pixels), words, "OW"))
    for index in range(3):
        np.testing.assert_array_equal(decode_frame_of(found, index).pixels, pixels[index])
        room = np.empty((5, 7), np.uint8)
        assert decode_frame_into(found, index, room)
        np.testing.assert_array_equal(room, pixels[index])
    plain = opened(big_endian(image_object(pixels), pixels.tobytes() + b"\0", "OB"))
    np.testing.assert_array_equal(decode_frame_of(plain, 1).pixels, pixels[1])


def test_subsampled_colour_and_colour_that_is_only_called_so() -> None:
    pixels = RNG.integers(16, 235, (4, 6, 3)).astype(np.uint8)
    pixels[:, 1::2, 1:] = pixels[:, ::2, 1:]
    pairs = np.stack([pixels[:, ::2, 0], pixels[:, 1::2, 0], pixels[:, ::2, 1], pixels[:, ::2, 2]], -1)
    whole = decode_frame(as_bytes(image_object(pixels, photometric="YBR_FULL"))).pixels
    dataset = image_object(pixels, photometric="YBR_FULL_422")
    np.testing.assert_array_equal(decode_frame(as_bytes(dataset)).pixels, whole)
    dataset.PixelData = pairs.tobytes()
    np.testing.assert_array_equal(decode_frame(as_bytes(dataset)).pixels, whole)


def test_partial_range_colour() -> None:
    ybr = np.array([[[16, 128, 128], [235, 128, 128], [81, 90, 240]]], np.uint8)
    found = decode_frame(as_bytes(image_object(ybr, photometric="YBR_PARTIAL_420"))).pixels
    np.testing.assert_allclose(found[0], [[0, 0, 0], [255, 255, 255], [254, 0, 0]], atol=1)


@pytest.mark.parametrize(("stored", "high"), [(12, 11), (12, 15), (16, 15), (4, 3)])
def test_colour_of_other_depths(stored: int, high: int) -> None:
    top = (1 << stored) - 1
    values = RNG.integers(0, top + 1, (24, 32, 3))
    raw = (values << (high + 1 - stored)).astype(np.uint16)
    found = decode_frame(as_bytes(image_object(raw, photometric="RGB", bits_stored=stored, high_bit=high))).pixels
    assert np.abs(found - values * 255 / top).max() <= 1


@pytest.mark.parametrize("photometric", ["HSV", "ARGB", "CMYK"])
def test_retired_colour_is_refused(photometric: str) -> None:
    with pytest.raises(CannotDecode, match="colour is coded"):
        decode_frame(as_bytes(image_object(RGB, photometric=photometric)))


def test_a_palette_image_without_its_tables_is_refused() -> None:
    with pytest.raises(CannotDecode, match="tables"):
        decode_frame(as_bytes(image_object(STACK[0].astype(np.uint8), photometric="PALETTE COLOR")))


def test_a_supplemental_palette_leaves_the_grey_as_it_is(open_data: Path) -> None:
    content = (open_data / "enhanced/eCT_Supplemental.dcm").read_bytes()
    assert decode_frame(content).photometric == "MONOCHROME2"


def test_floating_point_frames_of_both_precisions() -> None:
    values = RNG.normal(0, 1e6, (3, 4, 5))
    values[1, 0, 0], values[1, 0, 1], values[1, 0, 2] = np.nan, np.inf, 1e300
    for keyword, vr, dtype in (("FloatPixelData", "OF", "<f4"), ("DoubleFloatPixelData", "OD", "<f8")):
        dataset = image_object(np.zeros((3, 4, 5), np.uint8))
        del dataset.PixelData
        dataset.BitsAllocated = dataset.BitsStored = np.dtype(dtype).itemsize * 8
        dataset.HighBit = dataset.BitsStored - 1
        with np.errstate(over="ignore"):
            dataset.add_new(keyword, vr, values.astype(dtype).tobytes())
        found = opened(as_bytes(dataset))
        np.testing.assert_array_equal(decode_frame_of(found, 2).pixels, values[2].astype(np.float32))
        odd = decode_frame_of(found, 1)
        assert np.isfinite(odd.pixels).all()
        assert odd.valid is not None
        assert np.argwhere(~odd.valid).tolist() == [[0, 0]]  # what is no number is neither shown nor measured
        assert reading_at(odd, found.header_without_identifiers, 0, 0) == Reading((), "no value here")
        assert render_native(odd, found.header_without_identifiers)[0, 0] == 0
        dataset[keyword].value = dataset[keyword].value[:-4]
        with pytest.raises(CannotDecode, match="shorter"):
            decode_frame(as_bytes(dataset), 2)


def test_what_is_not_ordinary_is_decoded_elsewhere() -> None:
    pixels = STACK[0].view(np.uint16)
    whole = imagecodecs.jpegls_encode(pixels)
    asked: list[bytes] = []

    def elsewhere(encoded: bytes, _form: object) -> np.ndarray[Any, Any]:
        asked.append(encoded)
        return pixels

    ordinary = opened(compressed(pixels, [whole], JPEG_LS))
    np.testing.assert_array_equal(decode_frame_of(ordinary, elsewhere=elsewhere).pixels, pixels)
    assert asked == []
    odd = opened(compressed(pixels, [whole[:200]], JPEG_LS))
    assert not decode_frame_into(odd, 0, np.empty((24, 32), np.uint16))
    np.testing.assert_array_equal(decode_frame_of(odd, elsewhere=elsewhere).pixels, pixels)
    assert len(asked) == 1


def test_a_codestream_of_fewer_bits_than_the_header_keeps_its_values() -> None:
    pixels = RNG.integers(0, 256, (24, 32)).astype(np.uint8)
    content = compressed(pixels.astype(np.int16), [imagecodecs.jpegls_encode(pixels)], JPEG_LS, bits_stored=12)
    assert not decode_frame_into(opened(content), 0, np.empty((24, 32), np.int16))
    np.testing.assert_array_equal(decode_frame(content).pixels, pixels)


def test_pixels_in_fragments_need_a_transfer_syntax_with_fragments() -> None:
    dataset = opened(encoded_stack())
    lying = DicomObject(dataset.elements, "1.2.840.10008.1.2.1", pixel_data=dataset.pixel_data)
    with pytest.raises(CannotDecode, match="fragments"):
        decode_frame_of(lying)


def test_ge_keeps_pixels_big_endian_in_a_little_endian_object() -> None:
    plain = opened(as_bytes(image_object(STACK[0].astype(">i2").view("<i2"))))
    found = DicomObject(plain.elements, GE, pixel_data=plain.pixel_data)
    np.testing.assert_array_equal(decode_frame_of(found).pixels, STACK[0])


def test_extended_offset_table() -> None:
    content = compressed(STACK, [imagecodecs.jpegls_encode(each.view(np.uint16)) for each in STACK], JPEG_LS)
    bare = opened(content)
    sizes = [len(imagecodecs.jpegls_encode(each.view(np.uint16))) for each in STACK]
    padded = [size + size % 2 for size in sizes]
    offsets = np.cumsum([0, *(size + 8 for size in padded[:-1])]).astype("<u8").tobytes()
    entries = {
        **bare.elements.entries,
        0x7FE00001: ("OV", offsets),
        0x7FE00002: ("OV", np.array(sizes, "<u8").tobytes()),
    }
    found = DicomObject(type(bare.elements)(entries), JPEG_LS, pixel_data=bare.pixel_data)
    for index in (5, 0, 3):
        np.testing.assert_array_equal(decode_frame_of(found, index).pixels, STACK[index])


@pytest.mark.parametrize("bits", [8, 16])
def test_palette_of_each_depth(bits: int) -> None:
    indices = RNG.integers(0, 200, (8, 9)).astype(np.uint8)
    table = RNG.integers(0, 1 << bits, (3, 200))
    facts: dict[str, Any] = {}
    for colour, entries in zip(("Red", "Green", "Blue"), table, strict=True):
        facts[f"{colour}PaletteColorLookupTableDescriptor"] = [200, 0, bits]
        facts[f"{colour}PaletteColorLookupTableData"] = entries.astype("u1" if bits == 8 else "<u2").tobytes()
    content = as_bytes(image_object(indices, photometric="PALETTE COLOR", **facts))
    drawn = render_native(decode_frame(content), header_of(read_dataset(content)))
    np.testing.assert_array_equal(drawn, np.moveaxis(table >> (bits - 8), 0, -1)[indices])
