from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.imaging.voi_lut import LookupTable, VoiFunction, Window, voi_shares

FUNCTIONS = list(VoiFunction)
centers = st.floats(-5000, 5000)
widths = st.floats(1, 10000)


def shares(x: float | list[float], center: float, width: float, function: str = "LINEAR") -> list[float]:
    values = np.atleast_1d(np.array(x, dtype=np.float64))
    return voi_shares(values, Window(center, width, VoiFunction(function))).tolist()


def test_linear_is_shifted_by_half_a_value() -> None:
    """The example of C.11.2.1.2.1: c=2048, w=4096 maps 0 to 0 and 4095 to the top."""
    assert shares([0, 2047.5, 4095], 2048, 4096) == [0.0, 0.5, 1.0]


def test_linear_of_width_100() -> None:
    """C.11.2.1.2.1: c=0, w=100: x <= -50 black, x > 49 white."""
    assert shares([-50, -49.5, 49, 50], 0, 100) == pytest.approx([0.0, 0.5 / 99, 1.0, 1.0])


def test_linear_of_width_1_is_a_threshold() -> None:
    assert shares([-1, -0.5, -0.49, 0, 1], 0, 1) == [0.0, 0.0, 1.0, 1.0, 1.0]


def test_linear_of_width_2() -> None:
    assert shares([-1, 0, 1], 0, 2) == [0.0, 1.0, 1.0]


def test_linear_exact_is_not_shifted() -> None:
    assert shares([0, 2048, 4096, 5000], 2048, 4096, "LINEAR_EXACT") == [0.0, 0.5, 1.0, 1.0]
    assert shares([-0.25, 0, 0.25], 0, 0.5, "LINEAR_EXACT") == [0.0, 0.5, 1.0]


def test_sigmoid() -> None:
    assert shares([100, 200, 0], 100, 100, "SIGMOID") == pytest.approx([0.5, 1 / (1 + np.exp(-4)), 1 / (1 + np.exp(4))])
    assert shares([-1e9, 1e9], 0, 1, "SIGMOID") == pytest.approx([0.0, 1.0])


@pytest.mark.parametrize(
    ("width", "function"), [(0.99, "LINEAR"), (0, "LINEAR"), (-1, "LINEAR"), (0, "SIGMOID"), (0, "LINEAR_EXACT")]
)
def test_widths_that_are_not_allowed(width: float, function: str) -> None:
    with pytest.raises(ValueError, match="width"):
        Window(0, width, VoiFunction(function))


def test_not_a_number_is_no_window() -> None:
    with pytest.raises(ValueError, match="width"):
        Window(float("nan"), 10)


@given(centers, widths, st.sampled_from(FUNCTIONS), st.lists(st.floats(-40000, 40000), min_size=2, max_size=50))
def test_windows_are_monotonic_and_bounded(
    center: float, width: float, function: VoiFunction, values: list[float]
) -> None:
    found = voi_shares(np.sort(np.array(values)), Window(center, width, function))
    assert (np.diff(found) >= 0).all()
    assert found.min() >= 0
    assert found.max() <= 1


@given(centers, st.floats(2, 10000), st.floats(0, 20000))
def test_windows_are_symmetric_about_their_centre(center: float, width: float, distance: float) -> None:
    middles = {VoiFunction.LINEAR: center - 0.5, VoiFunction.LINEAR_EXACT: center, VoiFunction.SIGMOID: center}
    for function, middle in middles.items():
        pair = voi_shares(np.array([middle - distance, middle + distance]), Window(center, width, function))
        assert pair.sum() == pytest.approx(1.0, abs=1e-6)


def table(entries: list[int], first: int = 0, bits: int = 12) -> LookupTable:
    return LookupTable(first, bits, np.array(entries, dtype="<u2").tobytes())


def test_a_table_maps_its_range_and_holds_its_ends() -> None:
    found = voi_shares(np.array([-99, 10, 11, 12, 99]), table([0, 2048, 4095], first=10))
    assert found.tolist() == pytest.approx([0.0, 0.0, 2048 / 4095, 1.0, 1.0])


def test_a_table_with_a_negative_first_value() -> None:
    assert voi_shares(np.array([-6, -5, -4]), table([100, 4095], first=-5)).tolist() == pytest.approx(
        [100 / 4095] * 2 + [1]
    )


def test_a_table_takes_fractions_to_the_nearest_entry() -> None:
    assert voi_shares(np.array([0.4, 0.6]), table([0, 4095])).tolist() == [0.0, 1.0]


@given(st.lists(st.integers(0, 4095), min_size=1, max_size=40), st.integers(-50, 50))
def test_a_rising_table_is_monotonic(entries: list[int], first: int) -> None:
    found = voi_shares(np.arange(-100, 100), table(sorted(entries), first))
    assert (np.diff(found) >= 0).all()
