"""Trends: the line, its uncertainty, and when a date is given or refused."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.conformance.verdict import Quantity
from calibration.exports.line_fit import fit_line, student_t_95
from calibration.exports.trend_chart import trend_chart, trend_sentence
from calibration.exports.trends import TrendLimit, trend_of
from calibration.records.record import CheckRecord, Record
from tests.helpers.sample_records import KEY, OTHER_KEY, START, sample_calibration, sample_check, sample_history

AT_LEAST_350 = TrendLimit(350.0, "at least", "≥ 350 cd/m²", is_confirmed=False)
MONTH = timedelta(days=30)
_TEMPLATE = sample_check()


def check_at(
    at: datetime, value: float, *, half: float | None = 0.6, repeatability: float | None = None, key: str = KEY
) -> CheckRecord:
    """A check with one value of L'max and nothing else that matters."""
    quantity = Quantity("luminance_max", value, "cd/m²", half, "", repeatability)
    head = replace(_TEMPLATE.head, at=at, display_key=key, id=f"{round(at.timestamp()):032x}")
    return replace(_TEMPLATE, head=head, quantities=(quantity,))


def falling(months: int, *, start: float = 400.0, step: float = -2.0, noise: float = 0.0) -> list[Record]:
    dice = random.Random(3)
    return [check_at(START + i * MONTH, start + i * step + dice.gauss(0, noise)) for i in range(months)]


def test_a_steady_fall_gives_its_slope_and_the_day_it_meets_the_limit() -> None:
    trend = trend_of(falling(12), "luminance_max", limit=AT_LEAST_350)
    assert trend.slope_per_year == pytest.approx(-2.0 / 30 * 365.25, rel=1e-6)
    assert trend.leaves_on is not None
    assert abs(trend.leaves_on - (START + 25 * MONTH)) < timedelta(hours=1)
    assert trend.leaves_earliest is not None
    assert trend.leaves_latest is not None
    assert trend.leaves_earliest < trend.leaves_on < trend.leaves_latest
    assert trend.reason == ""
    assert trend.is_drifting


@pytest.mark.parametrize("months", [0, 1, 2])
def test_fewer_than_three_points_never_give_a_line_or_a_date(months: int) -> None:
    trend = trend_of(falling(months), "luminance_max", limit=AT_LEAST_350)
    assert (trend.fit, trend.leaves_on) == (None, None)
    assert "at least 3 are needed" in trend.reason


def test_a_calibration_begins_a_new_line() -> None:
    records: list[Record] = falling(12)
    calibrations = [sample_calibration(at=START + month * MONTH) for month in (10.5, 4.5)]
    trend = trend_of([*records, *calibrations], "luminance_max", limit=AT_LEAST_350)
    assert trend.baseline is not None
    assert trend.baseline.at == START + 11 * MONTH
    assert trend.leaves_on is None
    assert "only 1 check since the last calibration" in trend.reason
    assert len(trend.points) == 12


def test_the_check_after_a_calibration_belongs_to_the_new_line_though_it_was_made_before_the_record() -> None:
    records: list[Record] = falling(12)
    after = records[6]
    calibrated = sample_calibration(at=after.head.at + timedelta(minutes=2), after=after.head.id)
    trend = trend_of([*records, calibrated], "luminance_max", limit=AT_LEAST_350)
    assert trend.baseline is not None
    assert trend.baseline.record_id == after.head.id
    assert trend.fit is not None
    assert trend.fit.count == 6


def test_hours_of_use_go_on_through_a_calibration() -> None:
    trend = trend_of(sample_history(6), "hours")
    assert trend.restarts == ()
    assert trend.slope_per_year == pytest.approx(190 / 30.4 * 365.25, rel=0.1)
    assert "no limit" in trend.reason


def test_noise_without_a_trend_gives_no_date() -> None:
    trend = trend_of(falling(12, step=0.0, noise=0.5), "luminance_max", limit=AT_LEAST_350)
    assert trend.leaves_on is None
    assert trend.reason == "No date: the change is not greater than its uncertainty."


def test_three_points_on_a_line_by_chance_are_held_against_their_own_uncertainty() -> None:
    records = [check_at(START + i * MONTH, 400.0 - 0.1 * i, half=2.0) for i in range(3)]
    trend = trend_of(records, "luminance_max", limit=AT_LEAST_350)
    assert trend.fit is not None
    assert not trend.is_drifting


def test_what_the_certificate_adds_does_not_hide_a_trend() -> None:
    """The same meter's certificate is the same error at every point; only repeatability counts."""
    records = [check_at(START + i * MONTH, 400.0 - 2 * i, half=12.0, repeatability=0.4) for i in range(6)]
    assert trend_of(records, "luminance_max", limit=AT_LEAST_350).is_drifting


def test_several_checks_of_one_week_are_no_trend() -> None:
    records = [check_at(START + timedelta(days=i), 400.0 - 2 * i) for i in range(6)]
    trend = trend_of(records, "luminance_max", limit=AT_LEAST_350)
    assert trend.reason == "No date: the checks lie within 14 days."


def test_other_reasons_against_a_date() -> None:
    rising = trend_of(falling(12, step=2.0), "luminance_max", limit=AT_LEAST_350)
    assert rising.reason == "No date: the trend leads away from the limit."
    beyond = trend_of(falling(12, start=360.0), "luminance_max", limit=AT_LEAST_350)
    assert "already outside the limit" in beyond.reason
    far = trend_of(falling(12, start=900.0, step=-1.0), "luminance_max", limit=AT_LEAST_350)
    assert far.reason == "No date: the limit is more than ten years away."
    assert [each.leaves_on for each in (rising, beyond, far)] == [None, None, None]


def test_between_two_limits_the_one_ahead_counts() -> None:
    limit = TrendLimit(300.0, "between", "> 300 and < 450", is_confirmed=True, high=450.0)
    up = trend_of(falling(12, step=2.0), "luminance_max", limit=limit)
    down = trend_of(falling(12, step=-2.0), "luminance_max", limit=limit)
    assert up.leaves_on is not None
    assert down.leaves_on is not None
    assert abs(up.leaves_on - (START + 25 * MONTH)) < timedelta(hours=1)
    assert abs(down.leaves_on - (START + 50 * MONTH)) < timedelta(hours=1)


def test_broken_off_checks_are_no_points_and_two_meters_are_said() -> None:
    records = falling(5)
    assert isinstance(records[2], CheckRecord)
    assert isinstance(records[4], CheckRecord)
    assert records[4].meter is not None
    records[2] = replace(records[2], is_complete=False)
    records[4] = replace(records[4], meter=replace(records[4].meter, serial="other"))
    trend = trend_of(records, "luminance_max", limit=AT_LEAST_350)
    assert len(trend.points) == 4
    assert "2 meters" in trend.notes[0]


def test_records_of_two_displays_are_refused() -> None:
    with pytest.raises(ValueError, match="one display"):
        trend_of([check_at(START, 400.0), check_at(START, 400.0, key=OTHER_KEY)], "luminance_max")


def test_the_limit_is_that_of_the_newest_check() -> None:
    trend = trend_of(sample_history(4), "luminance_max")
    assert trend.limit is not None
    assert (trend.limit.value, trend.limit.bound, trend.limit.is_confirmed) == (350.0, "at least", False)


@given(
    slope=st.floats(-1e3, 1e3), start=st.floats(-1e4, 1e4), x=st.lists(st.integers(0, 5000), min_size=3, unique=True)
)
def test_points_on_a_line_give_that_line(slope: float, start: float, x: list[int]) -> None:
    fit = fit_line(x, [start + slope * each for each in x], [0.0] * len(x))
    assert fit is not None
    assert fit.slope == pytest.approx(slope, rel=1e-6, abs=1e-6)
    assert fit.value_at(x[0]) == pytest.approx(start + slope * x[0], rel=1e-6, abs=1e-3)


def test_the_interval_of_the_slope_holds_the_true_one_nineteen_times_in_twenty() -> None:
    dice = np.random.default_rng(7)
    x = np.arange(8) * 30.0
    hits = 0
    for _ in range(2000):
        fit = fit_line(x.tolist(), (400 - 0.05 * x + dice.normal(0, 1.5, x.size)).tolist(), [None] * x.size)
        assert fit is not None
        hits += abs(fit.slope + 0.05) <= fit.slope_uncertainty
    assert 0.935 <= hits / 2000 <= 0.965


def test_the_band_meets_the_limit_where_its_edges_do() -> None:
    fit = fit_line([0, 30, 60, 90, 120], [400, 397.2, 394.1, 390.8, 388.3], [0.2] * 5)
    assert fit is not None
    near, far = fit.band_crossings(350.0)
    assert fit.value_at(near) - fit.half_width_at(near) == pytest.approx(350.0)
    assert fit.value_at(far) + fit.half_width_at(far) == pytest.approx(350.0)


def test_students_t_falls_towards_the_normal_distribution() -> None:
    values = [student_t_95(freedom) for freedom in range(1, 400)]
    assert values == sorted(values, reverse=True)
    assert student_t_95(1) == 12.706
    assert 1.96 < values[-1] < 1.97


def test_the_chart_is_drawn_with_and_without_points() -> None:
    full = trend_of(sample_history(8), "luminance_max")
    assert "Slope −" in trend_sentence(full)
    assert any(getattr(shape, "text", "") == "calibrated" for shape in trend_chart(full).shapes)
    assert trend_chart(trend_of([], "luminance_ratio")).shapes
