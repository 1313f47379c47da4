"""Quantities from series: ends and ratio, ambient once, uniformity, colour, drift, between monitors, facts."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from calibration.conformance.metric_table import quantity
from calibration.conformance.quantities import between_of, drifts_of, facts_of, quantities_of, response_series
from calibration.conformance.uniformity import D65
from calibration.conformance.verdict import Quantity
from calibration.displays.identity import DisplayFacts, DisplayIdentity
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import NO_AMBIENT, Ambient, AmbientSource, MeasuredLevel, Reading, Series, Space
from tests.helpers.measured_displays import AT, LEVELS_18, perfect, provided, series_of

METER = MeterIdentity("spotread", "i1Display", "42", certificate_uncertainty=0.03)
FIVE = ("centre", "top left", "top right", "bottom left", "bottom right")


def by_metric(found: tuple[Quantity, ...]) -> dict[str, Quantity]:
    return {each.metric: each for each in found}


def places(*luminances: float, level: int = 204, readings: int = 1) -> Series:
    measured = tuple(
        MeasuredLevel(level, (Reading(value, AT),) * readings, place)
        for place, value in zip(FIVE, luminances, strict=False)
    )
    return Series("uniformity-5", Space.P_VALUE, 256, False, measured)


def white(u: float, v: float, luminance: float = 300.0, level: int = 255, place: str = "centre") -> MeasuredLevel:
    return MeasuredLevel(level, (Reading(luminance, AT, u, v), Reading(luminance, AT, u, v)), place)


class TestEnds:
    def test_ambient_is_added_once(self) -> None:
        beside = by_metric(quantities_of([series_of(perfect())], provided(0.2), None))
        held = series_of(perfect() + 0.2, includes_ambient=True)
        within = by_metric(quantities_of([held], provided(0.2), None))
        for metric in ("luminance_min", "luminance_max", "luminance_ratio", "ambient_ratio", "max_contrast_deviation"):
            assert beside[metric].value == pytest.approx(within[metric].value, rel=1e-9)
        assert beside["luminance_max"].value == pytest.approx(350.2, abs=0.2)
        assert beside["luminance_ratio"].value == pytest.approx(350.2 / 1.2, rel=0.01)
        assert beside["ambient_ratio"].value == pytest.approx(0.2, rel=0.01)

    def test_without_anybody_having_looked_there_is_no_ambient_ratio(self) -> None:
        assert "ambient_ratio" not in by_metric(quantities_of([series_of(perfect())], NO_AMBIENT, None))
        dark = Ambient(0.0, AmbientSource.MEASURED)
        assert by_metric(quantities_of([series_of(perfect())], dark, None))["ambient_ratio"].value == 0

    def test_the_certificate_counts_in_luminances_and_cancels_in_ratios(self) -> None:
        found = by_metric(quantities_of([series_of(perfect())], provided(0.2), METER, reading_sd=0.005))
        top = found["luminance_max"]
        assert top.uncertainty == pytest.approx(math.hypot(0.03, 1.96 * 0.005) * 350, rel=0.01)
        assert top.repeatability == pytest.approx(1.96 * 0.005 * 350, rel=0.01)
        ratio = found["luminance_ratio"]
        assert ratio.uncertainty == pytest.approx(1.96 * 0.005 * math.sqrt(1 + (1 / 1.2) ** 2) * ratio.value, rel=0.02)

    def test_single_readings_without_a_certificate_tell_no_uncertainty(self) -> None:
        found = quantities_of([series_of(perfect())], provided(0.2), None)
        assert [each.metric for each in found if each.uncertainty is not None] == []
        certified = by_metric(quantities_of([series_of(perfect())], provided(0.2), METER))
        assert certified["luminance_max"].uncertainty == pytest.approx(10.5, rel=0.01)
        assert certified["luminance_ratio"].uncertainty is None

    def test_black_and_white_alone_give_the_ends_but_no_contrast(self) -> None:
        found = by_metric(quantities_of([series_of([1.0, 350.0], [0, 255])], NO_AMBIENT, None))
        assert found.keys() == {"luminance_min", "luminance_max", "luminance_ratio"}

    def test_a_series_that_was_broken_off_does_not_pass_a_grey_for_white(self) -> None:
        part = series_of(perfect()[:12], LEVELS_18[:12])
        assert by_metric(quantities_of([part], NO_AMBIENT, None)).keys() == {"luminance_min"}

    def test_18_levels_go_before_256(self) -> None:
        every = np.arange(256)
        fine = series_of(perfect(levels=every), every, test="luminance-256")
        coarse = series_of(perfect())
        assert response_series([fine, coarse]) is coarse
        assert response_series([fine]) is fine
        assert response_series([series_of([1.0, 2.0], [0, 255])]) is None


class TestUniformity:
    def test_the_formulas(self) -> None:
        found = by_metric(quantities_of([places(100, 80, 90, 95, 100)], provided(5.0), None))
        assert found["uniformity_mld"].value == pytest.approx(200 * 20 / 180)
        assert found["uniformity_ludm"].value == pytest.approx(100 * 15 / 95)
        assert found["uniformity_corner"].value == pytest.approx(20.0)
        assert "top left" in found["uniformity_mld"].detail

    def test_the_worst_level_counts(self) -> None:
        both = places(100, 99, 100, 101, 100)
        dark = places(5.0, 4.0, 5.0, 5.0, 5.0, level=26)
        joined = replace(both, measured=both.measured + dark.measured)
        assert by_metric(quantities_of([joined], NO_AMBIENT, None))["uniformity_mld"].value == pytest.approx(200 / 9)

    def test_four_places_are_too_few(self) -> None:
        assert quantities_of([places(100, 50, 100, 100)], NO_AMBIENT, None) == ()

    def test_repeated_readings_tell_the_uncertainty(self) -> None:
        random = np.random.default_rng(3)
        measured = tuple(
            MeasuredLevel(204, tuple(Reading(100 * (1 + 0.01 * random.standard_normal()), AT) for _ in range(5)), place)
            for place in FIVE
        )
        series = Series("uniformity-5", Space.P_VALUE, 256, False, measured)
        found = by_metric(quantities_of([series], NO_AMBIENT, None))["uniformity_mld"]
        assert found.uncertainty == pytest.approx(100 * 0.01 * 2.1 * math.sqrt(2 / 5), rel=0.4)


class TestColour:
    def series(self, *measured: MeasuredLevel) -> Series:
        return Series("white-point", Space.P_VALUE, 256, False, measured)

    def test_d65_is_no_distance_from_itself(self) -> None:
        found = by_metric(quantities_of([self.series(white(*D65))], NO_AMBIENT, None))
        assert found["white_point_distance"].value == pytest.approx(0.0)
        assert (found["white_u"].value, found["white_v"].value) == D65
        assert found["white_point_distance"].uncertainty == pytest.approx(0.0)

    def test_distance_of_white_and_greys_and_places(self) -> None:
        series = self.series(
            white(D65[0] + 0.003, D65[1] + 0.004),
            white(D65[0] + 0.02, D65[1], 50.0, 128),
            white(0.3, 0.3, 2.0, 30),  # too dark to have a colour
            *[white(D65[0] + 0.001 * n, D65[1], 200.0, 204, place) for n, place in enumerate(FIVE)],
        )
        found = by_metric(quantities_of([series], NO_AMBIENT, None))
        assert found["white_point_distance"].value == pytest.approx(0.005)
        assert found["colour_tracking"].value == pytest.approx(0.02)
        assert found["colour_uniformity"].value == pytest.approx(0.004)

    def test_a_meter_without_colour_tells_none(self) -> None:
        found = by_metric(quantities_of([series_of(perfect())], provided(0.2), None))
        assert not any("colour" in metric or "white" in metric for metric in found)


class TestAgainstOthers:
    def now(self, luminance: float, **more: float) -> tuple[Quantity, ...]:
        return (
            quantity("luminance_max", luminance, 12.0, repeatability=1.0),
            quantity("luminance_min", 1.0),
            quantity("luminance_ratio", luminance, 2.0),
            quantity("max_contrast_deviation", 0.05, 0.01),
            *(quantity(metric, value) for metric, value in more.items()),
        )

    def test_drift_takes_repeatability_not_the_certificate(self) -> None:
        found = by_metric(drifts_of(self.now(315.0), self.now(350.0)))
        assert found["luminance_drift"].value == pytest.approx(10.0)
        assert found["luminance_drift"].uncertainty == pytest.approx(100 * math.sqrt(2) / 350)
        assert found["luminance_drift"].detail.startswith("-10.0 % from 350")
        assert found["ratio_drift"].value == pytest.approx(10.0)
        assert found["contrast_drift"].value == 0
        assert found["luminance_min_change"].uncertainty is None

    def test_of_two_meters_both_certificates_count(self) -> None:
        found = by_metric(drifts_of(self.now(315.0), self.now(350.0), same_meter=False))
        assert found["luminance_drift"].uncertainty == pytest.approx(100 * math.sqrt(2) * 12 / 350)
        assert found["ratio_drift"].uncertainty == pytest.approx(100 * math.sqrt(2) * 2 / 350)
        beside = by_metric(between_of([self.now(300.0), self.now(330.0)], same_meter=False))
        assert beside["between_luminance"].uncertainty == pytest.approx(12 * 400 / 630**2 * math.hypot(300, 330))

    def test_the_baseline_is_used_by_quantities_of(self) -> None:
        before = quantities_of([series_of(perfect())], provided(0.2), METER)
        after = by_metric(quantities_of([series_of(perfect() * 0.9)], provided(0.2), METER, before))
        assert after["luminance_drift"].value == pytest.approx(10.0, abs=0.02)
        assert drifts_of(before, ()) == ()

    def test_between_monitors(self) -> None:
        displays = [
            self.now(300.0, white_u=0.198, white_v=0.468),
            self.now(330.0, white_u=0.201, white_v=0.472),
            self.now(310.0),
        ]
        found = by_metric(between_of(displays))
        assert found["between_luminance"].value == pytest.approx(200 * 30 / 630)
        assert found["between_luminance"].uncertainty == pytest.approx(400 / 630**2 * math.hypot(300, 330))
        assert found["between_colour"].value == pytest.approx(0.005)
        assert between_of(displays[:1]) == ()


class TestWarmUp:
    def course(self, minutes: int, drift: float, space: Space = Space.P_VALUE) -> Series:
        readings = tuple(
            Reading(300 * (1 + drift * n / minutes), AT + timedelta(minutes=n)) for n in range(minutes + 1)
        )
        return Series("warm-up", space, 256, False, (MeasuredLevel(255, readings),))

    def test_the_last_five_minutes_count(self) -> None:
        found = by_metric(quantities_of([self.course(30, 0.30, Space.DDL)], NO_AMBIENT, None))
        assert found.keys() == {"warm_up_drift"}
        assert found["warm_up_drift"].value == pytest.approx(100 * 0.05 / 1.275, rel=0.01)

    def test_a_short_look_tells_nothing(self) -> None:
        assert quantities_of([self.course(3, 0.30)], NO_AMBIENT, None) == ()


def test_what_the_display_itself_tells() -> None:
    facts = DisplayFacts(DisplayIdentity("DP-1", width_px=2048, height_px=2560), width_mm=338, height_mm=422)
    found = by_metric(facts_of(facts))
    assert found["pixel_pitch"].value == pytest.approx(0.165, abs=0.001)
    assert (found["pixels"].value, found["pixels"].detail) == (pytest.approx(5.24288), "2048 x 2560")
    assert facts_of(DisplayFacts(DisplayIdentity("DP-1"))) == ()
