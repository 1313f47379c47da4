from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate

from tests.helpers.pixel_objects import as_bytes, compressed, image_object
from workstation.dicom.errors import UnreadableInstance
from workstation.imaging.decoding import decode_frame
from workstation.imaging.errors import CannotDecode
from workstation.imaging.native_pixels import keep_stored_bits
from workstation.imaging.stored_frame import StoredFrame

RNG = np.random.default_rng(3)
SIGNED = RNG.integers(-1024, 3071, (24, 32)).astype(np.int16)
UNSIGNED = RNG.integers(0, 4096, (24, 32)).astype(np.uint16)
BYTES = RNG.integers(0, 256, (24, 32)).astype(np.uint8)
RGB = RNG.integers(0, 256, (24, 32, 3)).astype(np.uint8)

JPEG_LOSSLESS, JPEG_LS, J2K, HTJ2K, RLE = (
    "1.2.840.10008.1.2." + suffix for suffix in ("4.70", "4.80", "4.90", "4.201", "5")
)


@pytest.mark.parametrize("pixels", [SIGNED, UNSIGNED, BYTES, BYTES.view(np.int8)], ids=["i2", "u2", "u1", "i1"])
def test_uncompressed(pixels: np.ndarray[Any, Any]) -> None:
    frame = decode_frame(as_bytes(image_object(pixels)))
    np.testing.assert_array_equal(frame.pixels, pixels)
    assert frame.is_signed is (pixels.dtype.kind == "i")
    assert not frame.pixels.flags.writeable


def test_frames_are_taken_one_by_one() -> None:
    stack = np.stack([SIGNED, SIGNED[::-1], -SIGNED])
    content = as_bytes(image_object(stack))
    for index in range(3):
        np.testing.assert_array_equal(decode_frame(content, index).pixels, stack[index])
    for wrong in (3, -1):
        with pytest.raises(CannotDecode, match="3 frames"):
            decode_frame(content, wrong)


def test_single_bits_across_frames_that_do_not_end_on_a_byte() -> None:
    masks = RNG.integers(0, 2, (3, 5, 7)).astype(np.uint8)
    dataset = image_object(masks)
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = 0
    dataset.PixelData = np.packbits(masks.ravel(), bitorder="little").tobytes()
    dataset.PixelData += b"\0" * (len(dataset.PixelData) % 2)
    for index in range(3):
        np.testing.assert_array_equal(decode_frame(as_bytes(dataset), index).pixels, masks[index])


@pytest.mark.parametrize("planar", [0, 1])
def test_colour_by_pixel_or_by_plane(planar: int) -> None:
    dataset = image_object(RGB, photometric="RGB")
    if planar:
        dataset.PlanarConfiguration = 1
        dataset.PixelData = np.moveaxis(RGB, -1, 0).tobytes()
    frame = decode_frame(as_bytes(dataset))
    assert frame.is_colour
    np.testing.assert_array_equal(frame.pixels, RGB)


def test_ybr_becomes_rgb() -> None:
    """Primary colours as PS3.3 C.7.6.3.1.2 codes them."""
    ybr = np.array([[[76, 85, 255], [150, 44, 21], [29, 255, 107], [128, 128, 128]]], dtype=np.uint8)
    frame = decode_frame(as_bytes(image_object(ybr, photometric="YBR_FULL")))
    expected = [[254, 0, 0], [0, 255, 1], [0, 0, 254], [128, 128, 128]]
    np.testing.assert_allclose(frame.pixels[0], expected, atol=1)
    assert frame.photometric == "RGB"


def test_subsampled_ybr() -> None:
    dataset = image_object(np.zeros((1, 4, 3), dtype=np.uint8), photometric="YBR_FULL_422")
    dataset.PixelData = bytes([10, 20, 128, 128, 30, 40, 128, 128])
    np.testing.assert_array_equal(decode_frame(as_bytes(dataset)).pixels[0, :, 0], [10, 20, 30, 40])


def test_wide_colour_keeps_its_highest_bits() -> None:
    wide = RGB.astype(np.uint16) * 257
    np.testing.assert_array_equal(decode_frame(as_bytes(image_object(wide, photometric="RGB"))).pixels, RGB)


LOSSLESS = {
    "jpeg lossless": (JPEG_LOSSLESS, lambda p: imagecodecs.jpeg8_encode(p, lossless=True)),
    "jpeg-ls": (JPEG_LS, imagecodecs.jpegls_encode),
    "jpeg 2000": (J2K, lambda p: imagecodecs.jpeg2k_encode(p, level=0, codecformat="j2k")),
    "htj2k": (HTJ2K, imagecodecs.htj2k_encode),
}


@pytest.mark.parametrize("codec", LOSSLESS)
@pytest.mark.parametrize("pixels", [SIGNED, UNSIGNED, BYTES], ids=["i2", "u2", "u1"])
def test_lossless_codecs(codec: str, pixels: np.ndarray[Any, Any]) -> None:
    """Codecs that know no sign carry the bit pattern, which is read back with the header's sign."""
    syntax, encode = LOSSLESS[codec]
    encoded = encode(pixels.view(f"u{pixels.dtype.itemsize}"))
    frame = decode_frame(compressed(pixels, [encoded], syntax))
    np.testing.assert_array_equal(frame.pixels, pixels)


@pytest.mark.parametrize("codec", ["jpeg-ls", "jpeg 2000", "htj2k"])
def test_lossless_colour(codec: str) -> None:
    syntax, encode = LOSSLESS[codec]
    frame = decode_frame(compressed(RGB, [encode(RGB)], syntax, photometric="RGB"))
    np.testing.assert_array_equal(frame.pixels, RGB)


@pytest.mark.parametrize("pixels", [SIGNED, BYTES, RGB], ids=["i2", "u1", "rgb"])
def test_rle(pixels: np.ndarray[Any, Any]) -> None:
    dataset = image_object(pixels, photometric="RGB" if pixels.ndim == 3 else "MONOCHROME2")
    dataset.compress(RLE, generate_instance_uid=False, encoding_plugin="pydicom")
    np.testing.assert_array_equal(decode_frame(as_bytes(dataset)).pixels, pixels)


def test_compressed_frames_without_an_offset_table() -> None:
    frames = [imagecodecs.jpegls_encode(UNSIGNED), imagecodecs.jpegls_encode(UNSIGNED[::-1].copy())]
    dataset = image_object(np.stack([UNSIGNED, UNSIGNED]))
    dataset.file_meta.TransferSyntaxUID = JPEG_LS
    dataset.PixelData = encapsulate(frames, has_bot=False)
    dataset["PixelData"].is_undefined_length = True
    np.testing.assert_array_equal(decode_frame(as_bytes(dataset), 1).pixels, UNSIGNED[::-1])


@pytest.mark.parametrize(
    ("samples", "bits", "signed", "lowest", "expected"),
    [
        (0xF123, 12, False, 0, 0x123),
        (0xF823, 12, True, 0, 0x823 - 4096),
        (0x1230, 12, False, 4, 0x123),
        (0x8230, 12, True, 4, 0x823 - 4096),
        (0xFFFF, 16, True, 0, -1),
        (0xFFFF, 16, False, 0, 65535),
        (0x8001, 1, False, 0, 1),
    ],
)
def test_bits_in_use(samples: int, bits: int, signed: bool, lowest: int, expected: int) -> None:
    assert _bits_in_use(samples, bits, signed=signed, lowest=lowest) == expected


@given(st.integers(1, 16), st.integers(0, 15), st.booleans(), st.integers(0, 65535))
def test_bits_in_use_are_within_their_range(bits: int, lowest: int, signed: bool, sample: int) -> None:
    lowest = min(lowest, 16 - bits)
    value = _bits_in_use(sample, bits, signed=signed, lowest=lowest)
    assert value % (1 << bits) == (sample >> lowest) % (1 << bits)
    assert -(1 << (bits - 1)) <= value < (1 << (bits - 1)) if signed else 0 <= value < (1 << bits)


def _bits_in_use(sample: int, bits: int, *, signed: bool, lowest: int) -> int:
    values = np.array([[sample]], dtype=np.uint16).view(np.int16 if signed else np.uint16)
    keep_stored_bits(values, bits, lowest)
    return int(values.item())


def test_floating_point_pixels(open_data: Path) -> None:
    frame = decode_frame((open_data / "compressed_misc/parametric_map_float.dcm").read_bytes())
    assert frame.pixels.dtype == np.float32
    assert frame.pixels.shape == (128, 128)


def _cut(dataset: Dataset) -> None:
    dataset.PixelData = dataset.PixelData[:-10]


def _without(dataset: Dataset) -> None:
    del dataset.PixelData


@pytest.mark.parametrize(("harm", "why"), [(_cut, "shorter"), (_without, "missing")])
def test_missing_pixels_are_told(harm: Any, why: str) -> None:
    dataset = image_object(SIGNED)
    harm(dataset)
    with pytest.raises(CannotDecode, match=why):
        decode_frame(as_bytes(dataset))


def test_an_object_without_an_image() -> None:
    dataset = image_object(SIGNED)
    del dataset.Rows, dataset.Columns
    with pytest.raises(CannotDecode, match="no pixels"):
        decode_frame(as_bytes(dataset))


def test_damaged_and_wrong_codestreams() -> None:
    encoded = imagecodecs.jpegls_encode(UNSIGNED)
    with pytest.raises(CannotDecode, match="cut short"):
        decode_frame(compressed(UNSIGNED, [encoded[:60]], JPEG_LS))
    with pytest.raises(CannotDecode, match="another size"):
        decode_frame(compressed(UNSIGNED, [imagecodecs.jpegls_encode(UNSIGNED[:12].copy())], JPEG_LS))
    with pytest.raises(CannotDecode, match=r"MPEG2 .* no decoder"):
        decode_frame(compressed(UNSIGNED, [encoded], "1.2.840.10008.1.2.4.100"))


@pytest.mark.parametrize("share", [0.3, 0.9, 0.99])
@pytest.mark.parametrize("codec", LOSSLESS)
def test_a_frame_cut_short_is_never_shown(codec: str, share: float) -> None:
    syntax, encode = LOSSLESS[codec]
    encoded = encode(UNSIGNED)
    with pytest.raises(CannotDecode, match=r"damaged|cut short"):
        decode_frame(compressed(UNSIGNED, [encoded[: int(len(encoded) * share)]], syntax))


def test_a_lossy_frame_cut_short_is_never_shown() -> None:
    encoded = imagecodecs.jpeg8_encode(BYTES, level=90)
    baseline = "1.2.840.10008.1.2.4.50"
    assert decode_frame(compressed(BYTES, [encoded], baseline)).rows == 24
    with pytest.raises(CannotDecode, match="cut short"):
        decode_frame(compressed(BYTES, [encoded[: len(encoded) * 9 // 10]], baseline))


@pytest.mark.qt_no_exception_capture
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # OpenJPH tells nobody else
@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(LOSSLESS)), st.integers(0, 400), st.binary(min_size=1, max_size=30))
def test_damaged_codestreams_are_decoded_or_refused_in_words(codec: str, at: int, noise: bytes) -> None:
    syntax, encode = LOSSLESS[codec]
    encoded = encode(BYTES)
    damaged = encoded[:at] + noise + encoded[at + len(noise) :]
    with contextlib.suppress(CannotDecode):
        assert isinstance(decode_frame(compressed(BYTES, [damaged], syntax)), StoredFrame)


@pytest.mark.expects_log
@pytest.mark.filterwarnings("ignore")
def test_malformed_files(open_data: Path) -> None:
    for path in sorted((open_data / "fuzz").rglob("*.dcm")):
        with contextlib.suppress(CannotDecode, UnreadableInstance):
            assert isinstance(decode_frame(path.read_bytes()), StoredFrame)


PAIRS = [
    ("compressed_misc/693_UNCR.dcm", "compressed_misc/693_J2KR.dcm"),
    ("cr/RG1_UNCR.dcm", "cr/RG1_J2KR.dcm"),
    ("enhanced/emri_small.dcm", "enhanced/emri_small_RLE.dcm"),
    ("enhanced/emri_small.dcm", "enhanced/emri_small_big_endian.dcm"),
    ("enhanced/emri_small.dcm", "enhanced/emri_small_jpeg_2k_lossless.dcm"),
    ("enhanced/emri_small.dcm", "enhanced/emri_small_jpeg_ls_lossless.dcm"),
    ("pydicom_test_files/MR_small.dcm", "pydicom_test_files/MR_small_RLE.dcm"),
    ("pydicom_test_files/MR_small.dcm", "pydicom_test_files/MR_small_bigendian.dcm"),
    ("pydicom_test_files/MR_small.dcm", "pydicom_test_files/MR_small_implicit.dcm"),
    ("pydicom_test_files/MR_small.dcm", "pydicom_test_files/MR_small_jp2klossless.dcm"),
    ("pydicom_test_files/MR_small.dcm", "pydicom_test_files/MR_small_jpeg_ls_lossless.dcm"),
    ("pydicom_test_files/rtdose.dcm", "pydicom_test_files/rtdose_expb.dcm"),
    ("pydicom_test_files/rtdose.dcm", "pydicom_test_files/rtdose_rle.dcm"),
    ("pydicom_test_files/liver_1frame.dcm", "pydicom_test_files/liver_expb_1frame.dcm"),
    ("us/OBXXXX1A.dcm", "us/OBXXXX1A_rle_2frame.dcm"),
    ("us/US1_UNCI.dcm", "us/US1_J2KI.dcm"),
]


@pytest.mark.parametrize(("plain", "packed"), PAIRS, ids=[packed for _, packed in PAIRS])
def test_one_image_in_two_transfer_syntaxes(open_data: Path, plain: str, packed: str) -> None:
    expected = decode_frame((open_data / plain).read_bytes())
    found = decode_frame((open_data / packed).read_bytes())
    assert found.pixels.dtype == expected.pixels.dtype
    tolerance = 40 if packed.endswith("KI.dcm") else 0  # that one is lossy
    assert np.abs(found.pixels.astype(int) - expected.pixels).max() <= tolerance


# file → shape, dtype, (index, value)…; the values were read with other decoders
REFERENCE: dict[str, tuple[tuple[int, ...], str, dict[tuple[int, ...], Any]]] = {
    "pydicom_test_files/J2K_pixelrep_mismatch.dcm": ((512, 512), "int16", {(0, 0): -2000}),
    "pydicom_test_files/CT_small.dcm": ((128, 128), "int16", {(0, 0): 175}),
    "pydicom_test_files/SC_rgb_jpeg_gdcm.dcm": (
        (100, 100, 3),
        "uint8",
        {(5, 50): (255, 0, 0), (95, 50): (255, 255, 255)},
    ),
    "pydicom_test_files/SC_rgb_jpeg_dcmtk.dcm": (
        (100, 100, 3),
        "uint8",
        {(5, 50): (254, 0, 0), (95, 50): (255, 255, 255)},
    ),
}


@pytest.mark.parametrize("name", REFERENCE)
def test_reference_values(open_data: Path, name: str) -> None:
    shape, dtype, values = REFERENCE[name]
    frame = decode_frame((open_data / name).read_bytes())
    assert (frame.pixels.shape, frame.pixels.dtype.name) == (shape, dtype)
    for index, value in values.items():
        np.testing.assert_array_equal(frame.pixels[index], value)
