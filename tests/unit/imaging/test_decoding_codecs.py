"""Codecs: streams that other programs made, and streams that lie."""

from __future__ import annotations

import contextlib
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.encaps import get_frame
from pydicom.pixels.encoders import RLELosslessEncoder

from tests.helpers.dcmtk import converted
from tests.helpers.pixel_objects import as_bytes, image_object
from workstation.imaging.codecs import decode_encoded, decode_encoded_into, is_told_twice
from workstation.imaging.codestream_checks import CodedForm, facts_of, is_ordinary
from workstation.imaging.decoding import decode_frame
from workstation.imaging.errors import CannotDecode

UID = "1.2.840.10008.1.2."
BASELINE, EXTENDED, SPECTRAL, PROGRESSIVE = UID + "4.50", UID + "4.51", UID + "4.53", UID + "4.55"
LOSSLESS, LOSSLESS_SV1, JPEG_LS, J2K, HTJ2K = UID + "4.57", UID + "4.70", UID + "4.80", UID + "4.90", UID + "4.201"
JPEG_XL, RLE, DEFLATED_FRAMES, ENCAPSULATED_RAW = UID + "4.110", UID + "5", UID + "8.1", UID + "1.98"

RNG = np.random.default_rng(11)
ROWS, COLUMNS = 40, 52
_Y, _X = np.mgrid[:ROWS, :COLUMNS]
WAVES = (np.sin(_X / 9) * np.cos(_Y / 7) + 1) / 2


def smooth(bits: int, *, signed: bool = False) -> np.ndarray[Any, Any]:
    """A picture of this depth with a little noise."""
    top = (1 << bits) - 1
    values = np.clip(WAVES * top + RNG.normal(0, top / 200, WAVES.shape), 0, top).astype(np.int64)
    return (values - (signed << (bits - 1))).astype(f"{'i' if signed else 'u'}{1 if bits <= 8 else 2}")


RGB = np.stack([_X * 4, _Y * 6, (_X + _Y) * 2], -1).astype(np.uint8)


def form(pixels: np.ndarray[Any, Any], syntax: str, bits: int | None = None, photometric: str = "") -> CodedForm:
    allocated = 8 * pixels.dtype.itemsize
    samples = 3 if pixels.ndim == 3 else 1
    named = photometric or ("RGB" if samples == 3 else "MONOCHROME2")
    return CodedForm(syntax, *pixels.shape[:2], samples, named, allocated, bits or allocated)


@pytest.mark.parametrize("bits", [8, 12])
@pytest.mark.parametrize(
    ("option", "syntax"), [("+eb", BASELINE), ("+ee", EXTENDED), ("+es", SPECTRAL), ("+ep", PROGRESSIVE)]
)
def test_lossy_processes_are_dcmtks_to_the_last_bit(option: str, syntax: str, bits: int, tmp_path: Path) -> None:
    content = converted(as_bytes(image_object(smooth(bits), bits_stored=bits)), tmp_path, "dcmcjpeg", option)
    assert syntax.encode() in content
    theirs = converted(content, tmp_path, "dcmdjpeg")
    np.testing.assert_array_equal(decode_frame(content).pixels, decode_frame(theirs).pixels)


@pytest.mark.parametrize("predictor", range(1, 8))
@pytest.mark.parametrize(("bits", "signed"), [(8, False), (12, False), (12, True), (16, False), (16, True)])
def test_lossless_with_each_predictor(predictor: int, bits: int, signed: bool, tmp_path: Path) -> None:
    pixels = smooth(bits, signed=signed)
    plain = as_bytes(image_object(pixels, bits_stored=bits))
    content = converted(plain, tmp_path, "dcmcjpeg", "+el", "+sv", str(predictor))
    assert LOSSLESS.encode() in content
    np.testing.assert_array_equal(decode_frame(content).pixels, pixels)


@pytest.mark.parametrize("bits", range(2, 17))
@pytest.mark.parametrize("syntax", [LOSSLESS_SV1, JPEG_LS, J2K, JPEG_XL])
def test_each_depth(syntax: str, bits: int) -> None:
    pixels = smooth(bits)
    encoded = {
        LOSSLESS_SV1: lambda: imagecodecs.jpeg8_encode(pixels, lossless=True, bitspersample=bits),
        JPEG_LS: lambda: imagecodecs.jpegls_encode(pixels),
        J2K: lambda: imagecodecs.jpeg2k_encode(pixels, level=0, codecformat="j2k", bitspersample=bits),
        JPEG_XL: lambda: imagecodecs.jpegxl_encode(pixels, lossless=True),
    }[syntax]()
    np.testing.assert_array_equal(decode_encoded(encoded, form(pixels, syntax, bits)), pixels)
    if syntax == JPEG_XL:
        return
    slot = np.empty_like(pixels)
    assert decode_encoded_into(encoded, form(pixels, syntax, bits), slot)
    np.testing.assert_array_equal(slot, pixels)


@pytest.mark.parametrize("option", ["+il", "+is", "+in"])
@pytest.mark.parametrize("planar", [0, 1])
def test_jpeg_ls_colour_however_it_is_interleaved(option: str, planar: int, tmp_path: Path) -> None:
    content = converted(as_bytes(image_object(RGB, photometric="RGB")), tmp_path, "dcmcjpls", option)
    dataset = pydicom.dcmread(tmp_path / "after.dcm")
    dataset.PlanarConfiguration = planar
    np.testing.assert_array_equal(decode_frame(as_bytes(dataset)).pixels, RGB)
    assert JPEG_LS.encode() in content


def test_near_lossless_jpeg_ls_stays_within_its_bound(tmp_path: Path) -> None:
    pixels = smooth(12)
    content = converted(as_bytes(image_object(pixels, bits_stored=12)), tmp_path, "dcmcjpls", "+en", "+md", "3")
    assert 0 < np.abs(decode_frame(content).pixels.astype(int) - pixels).max() <= 3


@pytest.mark.parametrize("dtype", ["u1", "u2", "u4", "i2"])
@pytest.mark.parametrize("planar", [0, 1])
def test_rle_by_dcmtk(dtype: str, planar: int, tmp_path: Path) -> None:
    pixels = RGB.astype(dtype) if dtype != "i2" else smooth(12, signed=True)
    dataset = image_object(pixels, photometric="RGB" if pixels.ndim == 3 else "MONOCHROME2")
    if pixels.ndim == 3 and planar:
        dataset.PlanarConfiguration = 1
        dataset.PixelData = np.moveaxis(pixels, -1, 0).tobytes()
    found = decode_frame(converted(as_bytes(dataset), tmp_path, "dcmcrle")).pixels
    shift = 8 * pixels.dtype.itemsize - 8 if pixels.ndim == 3 else 0
    np.testing.assert_array_equal(found, pixels >> shift)


@pytest.mark.parametrize("pixels", [smooth(8), smooth(12), smooth(16), smooth(12, signed=True), RGB], ids=str)
def test_openjph_and_openjpeg_agree(pixels: np.ndarray[Any, Any]) -> None:
    encoded = imagecodecs.htj2k_encode(pixels)
    decoded = decode_encoded(encoded, form(pixels, HTJ2K))
    np.testing.assert_array_equal(decoded, imagecodecs.jpeg2k_decode(encoded))
    np.testing.assert_array_equal(decoded, pixels)


@pytest.mark.parametrize("name", ["HTJ2KLossless_08_RGB", "HTJ2K_08_RGB"])
def test_openjph_and_openjpeg_agree_on_real_files(name: str, open_data: Path) -> None:
    path = open_data / f"compressed_misc/{name}.dcm"
    encoded = get_frame(pydicom.dcmread(path).PixelData, 0, number_of_frames=1)
    difference = np.abs(decode_frame(path.read_bytes()).pixels.astype(int) - imagecodecs.jpeg2k_decode(encoded))
    assert difference.max() <= (0 if "Lossless" in name else 1)


def test_htj2k_rows_that_look_missing_are_decoded_once_more() -> None:
    pixels = smooth(16)
    pixels[-9:] = 0
    encoded = imagecodecs.htj2k_encode(pixels)
    np.testing.assert_array_equal(decode_encoded(encoded, form(pixels, HTJ2K)), pixels)
    slot = np.empty_like(pixels)
    assert decode_encoded_into(encoded, form(pixels, HTJ2K), slot)
    np.testing.assert_array_equal(slot, pixels)


@pytest.mark.qt_no_exception_capture
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_htj2k_that_openjph_gives_up_is_never_shown() -> None:
    """It returns zeros, and what it returns says nothing of it."""
    pixels = smooth(8)
    encoded = bytearray(imagecodecs.htj2k_encode(pixels))
    place = encoded.index(b"\xff\x93") + 2  # the first packet
    refused = 0
    for value in range(256):
        encoded[place] = value
        try:
            assert decode_encoded(bytes(encoded), form(pixels, HTJ2K)).any()
        except CannotDecode:
            refused += 1
    assert refused > 20


def test_htj2k_with_loss_stays_within_its_range() -> None:
    """Black and white beside each other: the wavelet overshoots both ends."""
    pixels = np.where((_X // 5 + _Y // 5) % 2, 255, 0).astype(np.uint8)
    encoded = imagecodecs.htj2k_encode(pixels, reversible=False, level=0.02)
    for syntax in (HTJ2K, UID + "4.203"):
        found = decode_encoded(encoded, form(pixels, syntax))
        assert np.abs(found.astype(int) - pixels).max() < 60


def test_frames_deflated_or_merely_wrapped() -> None:
    pixels = smooth(12)
    for syntax, encoded in ((DEFLATED_FRAMES, _deflated(pixels.tobytes())), (ENCAPSULATED_RAW, pixels.tobytes())):
        asked = form(pixels, syntax, 12)
        np.testing.assert_array_equal(decode_encoded(encoded, asked), pixels)
        with pytest.raises(CannotDecode):
            decode_encoded(encoded[:200], asked)


def test_a_deflate_bomb_is_not_inflated() -> None:
    pixels = smooth(12)
    bomb = _deflated(bytes(64 << 20))
    np.testing.assert_array_equal(decode_encoded(bomb, form(pixels, DEFLATED_FRAMES)), np.zeros_like(pixels))


def _deflated(data: bytes) -> bytes:
    machine = zlib.compressobj(wbits=-15)
    return machine.compress(data) + machine.flush()


def test_colour_of_xl_and_lossless_jpeg() -> None:
    wide = RGB.astype(np.uint16) * 257
    for pixels in (RGB, wide):
        for syntax, encoded in (
            (JPEG_XL, imagecodecs.jpegxl_encode(pixels, lossless=True)),
            (LOSSLESS, imagecodecs.jpeg8_encode(pixels, lossless=True, colorspace="RGB", outcolorspace="RGB")),
        ):
            np.testing.assert_array_equal(decode_encoded(encoded, form(pixels, syntax)), pixels)


def test_a_picture_of_three_by_three_colours() -> None:
    """As many rows and columns as colours: nothing but their order tells them apart."""
    pixels = RGB[:3, :3].copy()
    encoded = imagecodecs.jpegls_encode(pixels)
    np.testing.assert_array_equal(decode_encoded(encoded, form(pixels, JPEG_LS)), pixels)


PLACEHOLDERS = {
    UID + "4.100": "MPEG2",
    UID + "4.102": "MPEG-4",
    UID + "4.107": "HEVC",
    UID + "4.66": "JPEG",
    UID + "4.94": "another server",
    "1.2.3.4": "not known",
}


@pytest.mark.parametrize("syntax", PLACEHOLDERS)
def test_what_has_no_decoder_says_its_name(syntax: str) -> None:
    with pytest.raises(CannotDecode, match=PLACEHOLDERS[syntax]):
        decode_encoded(bytes(100), form(smooth(8), syntax))


LYING = {
    "jpeg": (BASELINE, imagecodecs.jpeg8_encode(smooth(8))),
    "jpeg lossless": (LOSSLESS, imagecodecs.jpeg8_encode(smooth(8), lossless=True)),
    "jpeg-ls": (JPEG_LS, imagecodecs.jpegls_encode(smooth(8))),
    "jpeg 2000": (J2K, imagecodecs.jpeg2k_encode(smooth(8), level=0, codecformat="j2k")),
    "htj2k": (HTJ2K, imagecodecs.htj2k_encode(smooth(8))),
    "jpeg xl": (JPEG_XL, imagecodecs.jpegxl_encode(smooth(8), lossless=True)),
}


@pytest.mark.parametrize("codec", LYING)
def test_a_codestream_of_another_size_is_refused_before_it_is_decoded(codec: str) -> None:
    syntax, encoded = LYING[codec]
    right = form(smooth(8), syntax)
    assert is_ordinary(encoded, right)
    for wrong in (replace(right, rows=41), replace(right, columns=26), replace(right, rows=65535, columns=4000)):
        assert not is_ordinary(encoded, wrong)
        with pytest.raises(CannotDecode, match="another size"):
            decode_encoded(encoded, wrong)
        assert not decode_encoded_into(encoded, wrong, np.empty((wrong.rows, wrong.columns), np.uint8))


@pytest.mark.parametrize("codec", set(LYING) - {"jpeg xl"})
def test_a_codestream_that_claims_to_be_vast_is_refused(codec: str) -> None:
    """Its own header says 60,000 rows and columns: what a codec would allocate."""
    syntax, encoded = LYING[codec]
    width, row = (">I", ">I") if "2000" in codec or "htj2k" in codec else (">H", ">H")
    size = struct.pack(width, COLUMNS) + struct.pack(row, ROWS)
    if width == ">H":
        size = struct.pack(">HH", ROWS, COLUMNS)
    assert size in encoded
    vast = encoded.replace(size, struct.pack(width, 60_000) + struct.pack(row, 60_000), 1)
    with pytest.raises(CannotDecode, match="another size"):
        decode_encoded(vast, form(smooth(8), syntax))


RLE_ENCODED = RLELosslessEncoder.encode(
    smooth(12),
    encoding_plugin="pydicom",
    rows=ROWS,
    columns=COLUMNS,
    samples_per_pixel=1,
    bits_allocated=16,
    bits_stored=12,
    pixel_representation=0,
    number_of_frames=1,
    photometric_interpretation="MONOCHROME2",
)


@pytest.mark.parametrize(
    "header",
    [
        [2, 64, 999_999],  # beyond the data: the codec itself would read there
        [2, 64, 64],
        [2, 300, 64],
        [2, 0, 400],
        [0],
        [1, 64],
        [3, 64, 200, 400],
        [16, *range(64, 79)],
    ],
)
def test_an_rle_header_that_lies_is_refused(header: list[int]) -> None:
    lying = struct.pack("<16I", *header, *[0] * (16 - len(header))) + RLE_ENCODED[64:]
    assert not is_ordinary(lying, form(smooth(12), RLE))
    with pytest.raises(CannotDecode):
        decode_encoded(lying, form(smooth(12), RLE))


@given(st.integers(64, len(RLE_ENCODED) - 3))
def test_rle_cut_short_is_never_shown(end: int) -> None:
    with pytest.raises(CannotDecode):
        decode_encoded(RLE_ENCODED[:end], form(smooth(12), RLE))


def test_a_segment_that_is_too_short_is_never_shown() -> None:
    half = bytes([127]) + bytes(128)
    whole = half * (ROWS * COLUMNS // 128) + bytes([ROWS * COLUMNS % 128 - 1]) + bytes(ROWS * COLUMNS % 128)
    for first, second in ((whole, half), (half, whole)):
        data = struct.pack("<16I", 2, 64, 64 + len(first), *[0] * 13) + first + second
        with pytest.raises(CannotDecode, match=r"cut short|damaged"):
            decode_encoded(data, form(smooth(12), RLE))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(LYING)), st.binary(max_size=80), st.integers(0, 120))
def test_headers_are_read_or_given_up_whatever_they_hold(codec: str, noise: bytes, at: int) -> None:
    syntax, encoded = LYING[codec]
    damaged = encoded[:at] + noise + encoded[at + len(noise) :]
    facts = facts_of(damaged, form(smooth(8), syntax))
    assert facts is None or facts.rows >= -(1 << 32)


def test_jpeg_xl_says_its_size() -> None:
    for rows, columns in ((8, 8), (40, 52), (100, 75), (256, 256), (300, 1), (1, 9000), (16, 12)):
        encoded = imagecodecs.jpegxl_encode(np.zeros((rows, columns), np.uint8), lossless=True)
        bare = imagecodecs.jpegxl_encode(np.zeros((rows, columns), np.uint8), lossless=True, usecontainer=False)
        for data in (encoded, bare):
            facts = facts_of(data, form(smooth(8), JPEG_XL))
            assert facts is not None
            assert (facts.rows, facts.columns) == (rows, columns)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_openjph_tells_the_last_resort_is_known_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its binding calls ``sys.excepthook`` by itself: a damaged image is no fault of the program."""
    told: list[BaseException] = []
    monkeypatch.setattr("sys.excepthook", lambda _kind, error, _trace: told.append(error))
    pixels = smooth(8)
    encoded = bytearray(imagecodecs.htj2k_encode(pixels))
    place = encoded.index(b"\xff\x93") + 2
    for value in range(256):
        encoded[place] = value
        with contextlib.suppress(CannotDecode):
            decode_encoded(bytes(encoded), form(pixels, HTJ2K))
    assert told
    assert all(is_told_twice(error) for error in told)
    assert not is_told_twice(RuntimeError("another"))
