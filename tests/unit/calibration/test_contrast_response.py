"""The contrast response: properties that must hold for any display, what is refused, and its uncertainty."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.conformance.contrast import contrast_response_of, deviations, picked
from calibration.conformance.errors import UnusableSeries
from calibration.conformance.jnd_linearity import ANNEX_LEVELS, jnd_linearity
from calibration.conformance.quantities import quantities_of
from calibration.gsdf.curve import luminance_cd_m2
from calibration.gsdf.errors import WrongSpace
from calibration.readings.reading import NO_AMBIENT, MeasuredLevel, Reading, Series, Space
from tests.helpers.measured_displays import AT, LEVELS_18, perfect, provided, series_of

least = st.floats(0.3, 5.0)
most = st.floats(80.0, 2000.0)
lamb = st.floats(0.0, 5.0)


def fractions(levels: np.ndarray = LEVELS_18, of: int = 256) -> np.ndarray:
    return levels / (of - 1)


@given(least, most, lamb, st.sampled_from([11, 18]), st.sampled_from([256, 1024, 4096]))
def test_a_perfect_display_does_not_deviate(low: float, high: float, ambient: float, points: int, of: int) -> None:
    levels = np.rint(np.linspace(0, of - 1, points)).astype(int)
    found = contrast_response_of(series_of(perfect(low, high, ambient, levels, of), levels, of=of), provided(ambient))
    assert found.greatest < 0.002  # the standard's inverse is a fit of its own
    assert np.allclose(found.luminance_cd_m2, found.target_cd_m2, rtol=2e-3)
    assert found.levels.tolist() == levels.tolist()


@given(least, most, st.floats(1.2, 3.0), lamb)
def test_ambient_light_in_the_readings_or_beside_them_is_the_same(
    low: float, high: float, gamma: float, ambient: float
) -> None:
    bare = low + (high - low) * fractions() ** gamma
    beside = contrast_response_of(series_of(bare), provided(ambient))
    within = contrast_response_of(series_of(bare + ambient, includes_ambient=True), provided(ambient))
    assert np.allclose(beside.deviation, within.deviation, atol=1e-9)


@given(least, most, st.integers(1, 16), st.floats(0.01, 0.05))
def test_a_brighter_level_has_more_contrast_below_and_less_above(
    low: float, high: float, index: int, share: float
) -> None:
    changed = perfect(low, high, 0.0)
    before = deviations(changed, fractions())
    changed[index] *= 1 + share
    after = deviations(changed, fractions())
    assert after[index - 1] > before[index - 1]
    assert after[index] < before[index]
    others = [step for step in range(17) if step not in (index - 1, index)]
    assert np.allclose(after[others], before[others], atol=1e-12)


@given(least, most)
def test_the_two_formulas_agree_with_plain_arithmetic(low: float, high: float) -> None:
    """k written out step by step, as AAPM has it, on a gamma curve."""
    bare = low + (high - low) * fractions() ** 2.2
    found = contrast_response_of(series_of(bare), NO_AMBIENT)
    for step in range(17):
        jnds = found.target_jnd[step + 1] - found.target_jnd[step]
        d = 2 * (bare[step + 1] - bare[step]) / (bare[step + 1] + bare[step]) / jnds
        ends = [float(luminance_cd_m2(found.target_jnd[step + each])) for each in (0, 1)]
        g = 2 * (ends[1] - ends[0]) / (ends[1] + ends[0]) / jnds
        assert found.deviation[step] == pytest.approx((d - g) / g, rel=1e-9)


def test_a_dimmed_display_keeps_its_contrast_but_not_its_luminance() -> None:
    quantities = {q.metric: q.value for q in quantities_of([series_of(perfect() * 0.5)], provided(0.2), None)}
    assert quantities["max_contrast_deviation"] < 0.15
    assert quantities["luminance_max"] == pytest.approx(175.2, abs=0.1)


class TestUncertainty:
    def test_it_is_what_many_runs_scatter(self) -> None:
        """The propagated half width of each k against 4,000 simulated series."""
        sd, truth = 0.005, perfect(1.0, 350.0, 0.0)
        random = np.random.default_rng(7)
        runs = truth * (1 + sd * random.standard_normal((4000, 18)))
        scatter = 1.96 * deviations(runs, fractions()).std(axis=0)
        found = contrast_response_of(series_of(truth), NO_AMBIENT, reading_sd=sd)
        assert found.half_width is not None
        assert np.allclose(found.half_width, scatter, rtol=0.06)

    def test_more_readings_make_it_smaller(self) -> None:
        one = contrast_response_of(series_of(perfect()), provided(0.2), reading_sd=0.005)
        four = contrast_response_of(series_of(perfect(), readings=4), provided(0.2), reading_sd=0.005)
        assert one.uncertainty == pytest.approx(2 * (four.uncertainty or 0), rel=0.05)

    def test_single_readings_tell_none(self) -> None:
        found = contrast_response_of(series_of(perfect()), provided(0.2))
        assert (found.half_width, found.uncertainty) == (None, None)

    def test_an_uncertain_step_is_not_hidden_behind_a_certain_one(self) -> None:
        changed = perfect(1.0, 350.0, 0.0)
        changed[0] *= 1.035  # a dark step, where the scatter weighs little
        found = contrast_response_of(series_of(changed), NO_AMBIENT, reading_sd=0.01)
        assert found.half_width is not None
        reach = np.abs(found.deviation) + found.half_width
        assert int(reach.argmax()) != int(np.abs(found.deviation).argmax())
        assert found.greatest + (found.uncertainty or 0) == pytest.approx(float(reach.max()))


class TestRefused:
    def refusal(self, series: Series) -> str:
        with pytest.raises(UnusableSeries) as told:
            contrast_response_of(series, NO_AMBIENT)
        assert told.value.advice
        return str(told.value)

    def test_a_series_of_ddls_by_name(self) -> None:
        with pytest.raises(WrongSpace, match="DDL"):
            contrast_response_of(series_of(perfect(), space=Space.DDL), NO_AMBIENT)
        with pytest.raises(WrongSpace):
            quantities_of([series_of(perfect(), space=Space.DDL)], NO_AMBIENT, None)

    def test_too_few_levels_and_missing_ends(self) -> None:
        assert "10 levels were measured; the contrast response needs at least 11" in self.refusal(
            series_of(perfect()[:10], LEVELS_18[:10])
        )
        assert "Level 255 was not measured" in self.refusal(series_of(perfect()[:-1], LEVELS_18[:-1]))
        assert "Level 0 was not measured" in self.refusal(series_of(perfect()[1:], LEVELS_18[1:]))

    @pytest.mark.parametrize("wrong", [float("nan"), float("inf"), -0.1])
    def test_numbers_that_are_no_luminance(self, wrong: float) -> None:
        changed = perfect()
        changed[5] = wrong
        assert "Level 75 at centre has a luminance that is negative or no number" in self.refusal(series_of(changed))

    def test_a_falling_luminance_with_its_levels(self) -> None:
        changed = perfect()
        changed[[4, 5]] = changed[[5, 4]]
        assert "falls from level 60 to 75" in self.refusal(series_of(changed))

    def test_the_same_luminance_everywhere(self) -> None:
        assert "does not rise from black to white" in self.refusal(series_of([100.0] * 18))

    def test_levels_twice_or_beyond_the_space(self) -> None:
        series = series_of(perfect())
        twice = replace(series, measured=(*series.measured, series.measured[3]))
        assert "Level 45 at centre stands there twice" in self.refusal(twice)
        far = replace(series, measured=(*series.measured, MeasuredLevel(256, (Reading(400.0, AT),))))
        assert "Level 256 at centre is not between 0 and 255" in self.refusal(far)
        empty = replace(series, measured=(*series.measured[:-1], MeasuredLevel(254, ())))
        assert "has no reading" in self.refusal(empty)

    def test_luminances_outside_the_function(self) -> None:
        assert "Black is 0 cd/m²" in self.refusal(series_of(np.linspace(0, 300, 18)))
        assert "ends at 4000" in self.refusal(series_of(np.linspace(1, 5000, 18)))


def test_greys_that_merge_within_the_noise_fail_instead_of_being_refused() -> None:
    """Crushed blacks: two levels look the same, and one reads a trace lower by chance."""
    changed = perfect(1.0, 350.0, 0.0)
    changed[1] = changed[0] * 0.999
    found = contrast_response_of(series_of(changed), NO_AMBIENT, reading_sd=0.005)
    assert found.deviation[0] == pytest.approx(-1.0, abs=0.01)


def test_finer_series_are_judged_at_18_levels() -> None:
    """At 8 bits neighbouring P-values may share a driving level: a step of one level says nothing."""
    every = np.arange(256)
    found = contrast_response_of(series_of(perfect(levels=every), every, test="luminance-256"), provided(0.2))
    assert found.levels.tolist() == LEVELS_18.tolist()
    odd = np.array([0, 3, 9, *range(20, 250, 10), 251, 255])
    assert len(picked(series_of(odd + 1.0, odd).at_place())) <= 18


def test_where_it_is_worst_is_told() -> None:
    changed = perfect()
    changed[8] *= 1.05
    assert contrast_response_of(series_of(changed), provided(0.2)).detail == "-17.0 % at step 9, levels 120 to 135"


class TestJndLinearity:
    def test_a_perfect_display_has_the_same_jnds_per_p_value_everywhere(self) -> None:
        levels = np.array(ANNEX_LEVELS)
        found = jnd_linearity(perfect(1.0, 350.0, 0.0, levels), levels / 255)
        assert found.per_p_value.size == 31
        assert found.per_p_value.mean() == pytest.approx(581.6 / 255, rel=0.001)
        assert abs(found.fit_slope) < 0.001
        assert found.lum < 0.01

    def test_a_gamma_curve_does_not_fit(self) -> None:
        found = jnd_linearity(0.6 + 409.4 * fractions() ** 2.2, fractions())
        assert found.fit_slope < -0.5
        assert found.lum > 0.5

    def test_the_32_levels_of_the_annex_are_used_where_measured(self) -> None:
        levels = np.array(ANNEX_LEVELS)
        series = [series_of(perfect()), series_of(perfect(levels=levels), levels, test="luminance-32")]
        found = {q.metric: q for q in quantities_of(series, provided(0.2), None)}
        assert found["jnd_lum"].detail == "32 levels"
        assert found["jnd_fit_slope"].value == pytest.approx(0.0, abs=0.001)
