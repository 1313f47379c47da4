from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.gsdf.display_lut import DisplayLut
from tests.helpers.plain_headers import image
from workstation.dicom.header import InstanceHeader, PixelDescription
from workstation.imaging.gray_table import GrayChain, chain_for, ddl_table, every_value, look_up
from workstation.imaging.modality_lut import is_window_on_stored_values, modality_range, modality_values
from workstation.imaging.voi_lut import LookupTable, Voi, VoiFunction, Window

TYPES = [np.dtype(each) for each in ("u1", "i1", "u2", "i2")]


def lookup(entries: list[int], first: int, bits: int) -> LookupTable:
    return LookupTable(first, bits, np.array(entries, dtype="<u2").tobytes())


windows = st.builds(Window, st.floats(-3000, 3000), st.floats(1, 9000), st.sampled_from(list(VoiFunction)))
tables = st.builds(lookup, st.lists(st.integers(0, 4095), min_size=1, max_size=30), st.integers(-100, 100), st.just(12))
vois: st.SearchStrategy[Voi | None] = st.none() | windows | tables
pixels = st.builds(
    PixelDescription,
    photometric=st.sampled_from(["MONOCHROME1", "MONOCHROME2"]),
    bits_stored=st.integers(8, 16),
    is_signed=st.booleans(),
    rescale_slope=st.sampled_from([1.0, 0.37, -2.0, 3.774]),
    rescale_intercept=st.sampled_from([0.0, -1024.0, 0.5]),
    modality_lut=st.none() | tables,
    presentation_lut=st.none() | tables,
    presentation_shape=st.sampled_from(["", "IDENTITY", "INVERSE"]),
)
chains = st.builds(GrayChain, pixels, vois, st.booleans())
curves = st.lists(st.integers(0, 255), min_size=256, max_size=256) | st.none()


@settings(max_examples=60)
@given(chains, st.sampled_from(TYPES), curves)
def test_the_table_equals_the_chain(chain: GrayChain, dtype: np.dtype[np.int16], curve: list[int] | None) -> None:
    """Also for values that Bits Stored cannot hold: interpolation overshoots."""
    display = DisplayLut.identity() if curve is None else DisplayLut(np.array(curve, dtype=np.uint8))
    stored = (
        np.random.default_rng(1).integers(np.iinfo(dtype).min, np.iinfo(dtype).max, 500, endpoint=True).astype(dtype)
    )
    stored = stored.reshape(20, 25)
    expected = display.drive(chain.p_values(stored))
    np.testing.assert_array_equal(look_up(stored, ddl_table(chain, dtype, display)), expected)


headers = st.builds(
    lambda pixel, modality, rule: image(1, modality=modality, pixel=pixel, windows_act_on=rule),
    pixels,
    st.sampled_from(["CT", "MR", "XA", "PT", "DX"]),
    st.sampled_from(["", "stored values", "rescaled values"]),
)


@settings(max_examples=60, deadline=None)
@given(headers, vois, st.booleans(), st.sampled_from(TYPES), curves)
def test_the_table_equals_one_arrow_after_the_other(
    header: InstanceHeader, voi: Voi | None, invert: bool, dtype: np.dtype[np.int16], curve: list[int] | None
) -> None:
    """Stored value → modality LUT → VOI → presentation LUT → P-value → DDL, number by number, as the standard has it.

    What is written here shares no code with the pipeline.
    """
    display = DisplayLut.identity() if curve is None else DisplayLut(np.array(curve, dtype=np.uint8))
    chain = chain_for(header, voi, invert=invert)
    table = ddl_table(chain, dtype, display)
    stored = np.random.default_rng(2).choice(every_value(dtype), 40)
    found = look_up(stored.reshape(5, 8), table).ravel()
    for value, ddl in zip(stored.tolist(), found.tolist(), strict=True):
        lowest, highest = (_driven(_p_value(value, chain, header.pixel) + off, display) for off in (-1e-4, 1e-4))
        assert ddl in {lowest, highest}


def _driven(p_value: float, display: DisplayLut) -> int:
    """P-values are whole numbers from 0 to 65535; each takes the nearest entry of the display's table."""
    whole = min(max(round(p_value), 0), 65535)
    last = display.ddl.size - 1
    return int(display.ddl[(whole * last * 2 + 65535) // (2 * 65535)])


def _p_value(stored: int, chain: GrayChain, pixel: PixelDescription) -> float:
    if pixel.modality_lut is not None:
        value = float(_entry(pixel.modality_lut, stored))
        low, high = 0.0, 2.0**pixel.modality_lut.bits - 1
    else:
        slope, intercept = chain.pixel.rescale_slope, chain.pixel.rescale_intercept
        value = stored * slope + intercept
        first = -(2 ** (pixel.bits_stored - 1)) if pixel.is_signed else 0
        ends = (first * slope + intercept, (first + 2**pixel.bits_stored - 1) * slope + intercept)
        low, high = min(ends), max(ends)
    share = min(max((value - low) / (high - low), 0.0), 1.0) if chain.voi is None else _share(value, chain.voi)
    lut = pixel.presentation_lut
    if lut is not None:
        place = share * (lut.entries.size - 1)
        below = min(int(place), max(lut.entries.size - 2, 0))
        above = min(below + 1, lut.entries.size - 1)
        a, b = int(lut.entries[below]), int(lut.entries[above])
        share = (a + (b - a) * (place - below)) / (2**lut.bits - 1)
    return 65535 * (1 - share if chain.is_inverted else share)


def _share(x: float, voi: Voi) -> float:
    """PS3.3 C.11.2.1.1, C.11.2.1.2.1, C.11.2.1.3, with 1 for the highest output."""
    if isinstance(voi, LookupTable):
        return _entry(voi, int(np.rint(x))) / (2**voi.bits - 1)
    c, w = voi.center, voi.width
    if voi.function is VoiFunction.SIGMOID:
        return 1 / (1 + math.exp(min(-4 * (x - c) / w, 700)))
    half = (w - 1) / 2 if voi.function is VoiFunction.LINEAR else w / 2
    middle = c - 0.5 if voi.function is VoiFunction.LINEAR else c
    if x <= middle - half:
        return 0.0
    return 1.0 if x > middle + half else (x - middle) / (2 * half) + 0.5


def _entry(table: LookupTable, x: int) -> int:
    return int(table.entries[min(max(x - table.first, 0), table.entries.size - 1)])


_P = np.arange(4096) / 4095
DISPLAYS = {
    "identity": np.rint(255 * _P).astype(np.uint8),
    "gamma 1.8": np.rint(255 * _P**1.8).astype(np.uint8),
    "steep in the dark, as a GSDF table of a bright display": np.rint(255 * np.log1p(30 * _P) / np.log(31)).astype(
        np.uint8
    ),
}


@pytest.mark.parametrize("name", DISPLAYS)
def test_a_ramp_of_12_bits_meets_every_level_the_display_has(name: str, record_property: Any) -> None:
    """Nothing between the stored value and the DDL is rounded to 8 bits.

    The ramp takes 4096 even steps of P-values. No DDL of these tables holds for less than one of 4096 entries, so the
    ramp meets all 256 of them. Had P-values 8 bits, curved tables would leave out a fifth or more of the levels.
    """
    curve = DISPLAYS[name]
    display = DisplayLut(curve)
    stored = np.arange(4096, dtype=np.uint16)
    chain = GrayChain(PixelDescription(bits_stored=12), Window(2047.5, 4095, VoiFunction.LINEAR_EXACT))
    shown = np.unique(look_up(stored.reshape(64, 64), ddl_table(chain, stored.dtype, display))).size
    coarse = np.unique(display.drive((np.arange(256) * 257).astype(np.uint16))).size
    record_property("distinct DDLs", f"{shown} of {np.unique(curve).size}, with P-values of 8 bits {coarse}")
    assert shown == np.unique(curve).size == 256
    assert coarse == 256 if name == "identity" else coarse < 205


@settings(max_examples=60)
@given(windows, st.booleans(), st.sampled_from([1.0, 0.5, 3.0]))
def test_more_is_never_darker_unless_inverted(window: Window, is_inverted: bool, slope: float) -> None:
    chain = GrayChain(PixelDescription(rescale_slope=slope), window, is_inverted)
    steps = np.diff(chain.p_values(np.arange(-5000, 5000)).astype(int))
    assert (steps <= 0).all() if is_inverted else (steps >= 0).all()


def test_identity_spreads_what_the_bits_can_hold() -> None:
    chain = GrayChain(PixelDescription(bits_stored=12))
    assert chain.p_values(np.array([0, 4095])).tolist() == [0, 65535]
    signed = GrayChain(PixelDescription(bits_stored=12, is_signed=True, rescale_slope=-1.0))
    assert signed.p_values(np.array([-2048, 2047])).tolist() == [65535, 0]


def test_every_value_comes_in_the_order_of_bit_patterns() -> None:
    assert every_value(np.dtype("i1"))[[0, 127, 128, 255]].tolist() == [0, 127, -128, -1]


def test_the_files_own_voi_comes_first() -> None:
    first, second = Window(40, 80), Window(480, 2500)
    header = image(1, pixel=PixelDescription(windows=(first, second), voi_luts=(lookup([0, 1], 0, 8),)))
    assert chain_for(header).voi == first
    assert chain_for(header, second).voi == second
    only_table = image(1, pixel=PixelDescription(voi_luts=(lookup([0, 1], 0, 8),)))
    assert isinstance(chain_for(only_table).voi, LookupTable)
    assert chain_for(image(1)).voi is None


@pytest.mark.parametrize(
    ("photometric", "shape", "invert", "expected"),
    [
        ("MONOCHROME2", "", False, False),
        ("MONOCHROME1", "", False, True),
        ("MONOCHROME1", "INVERSE", False, True),
        ("MONOCHROME1", "IDENTITY", False, False),
        ("MONOCHROME2", "INVERSE", False, True),
        ("MONOCHROME1", "", True, False),
        ("MONOCHROME2", "", True, True),
    ],
)
def test_what_is_white(photometric: str, shape: str, invert: bool, expected: bool) -> None:
    pixel = PixelDescription(photometric=photometric, presentation_shape=shape)
    assert chain_for(image(1, pixel=pixel), invert=invert).is_inverted is expected


RESCALED = PixelDescription(bits_stored=12, rescale_slope=3.77, windows=(Window(1000, 2000),))


@pytest.mark.parametrize(
    ("modality", "window", "expected"),
    [
        ("CT", Window(1000, 2000), False),
        ("PT", Window(1000, 2000), False),
        ("MR", Window(1000, 2000), True),
        ("XA", Window(1000, 2000), True),
        ("MR", Window(9000, 2000), False),
    ],
)
def test_windows_of_mr_act_on_stored_values(modality: str, window: Window, expected: bool) -> None:
    header = image(1, modality=modality, pixel=replace(RESCALED, windows=(window,)))
    assert is_window_on_stored_values(header) is expected
    assert chain_for(header).pixel.rescale_slope == (1.0 if expected else 3.77)
    assert modality_values(np.array([2]), header.pixel).tolist() == [7.54]  # what is measured stays rescaled


def test_a_modality_lut_takes_the_place_of_slope_and_intercept() -> None:
    pixel = PixelDescription(rescale_slope=9.0, modality_lut=lookup([5, 6, 7], -1, 8))
    assert modality_values(np.array([-9, -1, 0, 1, 9]), pixel).tolist() == [5, 5, 6, 7, 7]
    assert modality_range(pixel) == (0.0, 255.0)


def test_rounding_is_to_the_nearest_level() -> None:
    chain = GrayChain(PixelDescription(), Window(0.5, 256, VoiFunction.LINEAR_EXACT))
    table = ddl_table(chain, np.dtype("i2"))
    assert table[:3].tolist() == [127, 128, 129]


def test_display_lut_is_applied_last() -> None:
    inverse = DisplayLut(np.arange(255, -1, -1, dtype=np.uint8))
    table = ddl_table(GrayChain(PixelDescription(bits_stored=8)), np.dtype("u1"), inverse)
    assert table.tolist() == list(range(255, -1, -1))


class TestDisplayLut:
    def test_identity(self) -> None:
        assert DisplayLut.identity(8).ddl.tolist() == list(range(256))
        p = np.array([0, 128, 129, 32767, 65535], dtype=np.uint16)
        assert DisplayLut.identity().drive(p).tolist() == [0, 0, 1, 127, 255]

    @pytest.mark.parametrize("bits", [8, 10, 12, 16])
    def test_the_ends_are_reached_for_every_length(self, bits: int) -> None:
        driven = DisplayLut.identity(bits).drive(np.array([0, 65535], dtype=np.uint16))
        assert driven.tolist() == [0, 255]

    @pytest.mark.parametrize("table", [np.zeros(255, np.uint8), np.zeros(256, np.uint16), np.zeros((16, 16), np.uint8)])
    def test_what_is_no_table(self, table: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
        with pytest.raises(ValueError, match="display LUT"):
            DisplayLut(table)

    def test_it_cannot_be_changed_from_outside(self) -> None:
        source = np.zeros(256, dtype=np.uint8)
        lut = DisplayLut(source)
        source[:] = 9
        assert lut.ddl.max() == 0
        assert lut == DisplayLut(np.zeros(256, dtype=np.uint8))
        assert hash(lut) == hash(DisplayLut(np.zeros(256, dtype=np.uint8)))
