"""How the program repeats readings, and what it believes of their spread."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.conformance.spread import half_widths, student
from calibration.conformance.stopping import is_jump, needs_another
from calibration.readings.reading import MeasuredLevel, Reading
from tests.helpers.measured_displays import AT


def level(number: int, *values: float) -> MeasuredLevel:
    return MeasuredLevel(number, tuple(Reading(value, AT) for value in values))


def scattered(sd: float, readings: int, levels: int = 18, seed: int = 1) -> list[MeasuredLevel]:
    random = np.random.default_rng(seed)
    return [level(n, *(10 * (n + 1) * (1 + sd * random.standard_normal(readings)))) for n in range(levels)]


class TestStopping:
    def test_three_readings_at_least_and_most_at_most(self) -> None:
        assert needs_another([], 5)
        assert needs_another([100.0, 100.0], 5)
        assert not needs_another([100.0, 100.0, 100.0], 5)
        assert needs_another([100.0, 102.0, 98.0, 101.0], 5)
        assert not needs_another([100.0, 102.0, 98.0, 101.0, 99.0], 5)
        assert not needs_another([100.0], 1)

    def test_black_of_zero_is_settled(self) -> None:
        assert not needs_another([0.0, 0.0, 0.0], 5)

    @given(st.lists(st.floats(0, 1000), max_size=8), st.integers(1, 8))
    def test_it_always_ends(self, readings: list[float], most: int) -> None:
        assert not (len(readings) >= most and needs_another(readings, most))

    def test_jumps(self) -> None:
        assert not is_jump(100.0, [])
        assert is_jump(110.0, [100.0, 100.5])
        assert not is_jump(103.0, [100.0, 100.5])
        assert not is_jump(0.22, [0.20, 0.20])  # near black meters scatter
        assert is_jump(0.30, [0.20, 0.20])


class TestSpread:
    def test_the_half_width_is_that_of_the_mean(self) -> None:
        halves = half_widths(scattered(0.005, 5))
        assert halves is not None
        relative = halves / (10 * np.arange(1, 19))
        assert np.median(relative) == pytest.approx(2.06 * 0.005 / np.sqrt(5), rel=0.25)

    def test_single_readings_tell_nothing(self) -> None:
        assert half_widths(scattered(0.005, 1)) is None
        assert half_widths([]) is None

    def test_a_known_spread_serves_single_readings(self) -> None:
        halves = half_widths([level(0, 100.12345678), level(1, 200.12345678)], 0.005)
        assert halves is not None
        assert halves == pytest.approx([0.98121, 1.96121], rel=1e-4)

    def test_readings_that_spread_more_than_was_said_are_believed(self) -> None:
        halves = half_widths(scattered(0.02, 5), 0.001)
        assert halves is not None
        assert np.median(halves / (10 * np.arange(1, 19))) > 0.01

    def test_a_level_that_jumps_about_counts_with_its_own_spread_and_spoils_no_other(self) -> None:
        measured = scattered(0.002, 5)
        calm = half_widths(measured)
        measured[9] = level(9, 100.0, 104.0, 96.0, 105.0, 95.0)
        found = half_widths(measured)
        assert calm is not None
        assert found is not None
        assert found[9] > 20 * calm[9]
        others = np.arange(18) != 9
        assert np.all(found[others] < 1.5 * calm[others])

    def test_noise_in_the_dark_does_not_count_in_the_bright(self) -> None:
        dark, bright = scattered(0.03, 5, 9, seed=2), scattered(0.002, 5, 18, seed=3)[9:]
        halves = half_widths([*dark, *bright])
        assert halves is not None
        means = np.array([each.mean_cd_m2 for each in (*dark, *bright)])
        assert halves[0] / means[0] > 0.015
        assert halves[-1] / means[-1] < 0.004

    def test_identical_readings_of_a_coarse_meter_are_not_exact(self) -> None:
        halves = half_widths([level(0, 0.21, 0.21, 0.21), level(1, 0.35, 0.35, 0.35)])
        assert halves == pytest.approx([1.96 * 0.01 / np.sqrt(12)] * 2)

    def test_few_readings_are_believed_less(self) -> None:
        assert student(1) > student(4) > student(24) > student(1000) > 1.95
        lonely = half_widths([level(0, 100.123, 101.456), level(1, 200.001)])
        assert lonely is not None
        assert lonely[0] > 5  # two readings: 12.7 standard errors
