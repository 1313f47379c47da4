"""Axes and drawings."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.exports.charts import deviation_chart, response_chart, uniformity_map
from calibration.exports.drawing import Dot, Drawing, Stroke, Words, beside, svg_of
from calibration.exports.plot import Frame, level_axis, linear_axis, log_axis, time_axis
from calibration.exports.response_view import responses_of
from calibration.readings.reading import Space
from tests.helpers.sample_records import sample_check, sample_response

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


@given(low=NUMBERS, high=NUMBERS)
def test_a_linear_axis_holds_its_ends_and_counts_in_ones_twos_and_fives(low: float, high: float) -> None:
    axis = linear_axis(min(low, high), max(low, high))
    slack = 1e-6 * max(1.0, abs(low), abs(high))
    assert axis.low <= min(low, high) + slack
    assert axis.high >= max(low, high) - slack
    assert 2 <= len(axis.ticks) <= 14
    step = axis.ticks[1].value - axis.ticks[0].value
    mantissa = step / 10 ** math.floor(math.log10(step) + 1e-9)
    assert min(abs(mantissa - each) for each in (1, 2, 5, 10)) < 1e-3


@given(low=st.floats(1e-3, 5e3), factor=st.floats(1.0, 1e5))
def test_a_log_axis_begins_and_ends_at_a_one_two_or_five(low: float, factor: float) -> None:
    axis = log_axis(low, low * factor)
    assert axis.low <= low * (1 + 1e-6)
    assert axis.high >= low * factor * (1 - 1e-6)
    assert axis.share(axis.low) == pytest.approx(0)
    assert axis.share(axis.high) == pytest.approx(1)
    assert all(tick.label[0] in "0125" for tick in axis.ticks)


@given(days=st.integers(0, 5000), most=st.integers(2, 9))
def test_a_time_axis_has_few_labels(days: int, most: int) -> None:
    start = datetime(2025, 5, 5, tzinfo=UTC)
    axis = time_axis(start, start + timedelta(days=days), most=most)
    assert len(axis.ticks) <= most + 1
    assert axis.low < axis.high


def test_a_level_axis_ends_at_the_greatest_level() -> None:
    assert (level_axis(255).low, level_axis(255).high) == (0, 255)
    assert [tick.label for tick in level_axis(255).ticks] == ["0", "50", "100", "150", "200", "250"]


def test_values_beyond_the_frame_are_drawn_at_its_edge() -> None:
    frame = Frame(10, 10, 80, 40, linear_axis(0, 10), linear_axis(0, 10))
    assert frame.inside(20, -5) == (90, 50)


def test_steps_outside_the_limit_and_those_that_span_it_look_different() -> None:
    view = responses_of(sample_check(calibrated=False))[0]
    chart = deviation_chart(view.steps, view.limit)
    dots = [shape for shape in chart.shapes if isinstance(shape, Dot) and shape.y > 7]
    assert len(dots) == 17
    assert len({(dot.colour, dot.is_hollow) for dot in dots}) > 1


def test_charts_are_svg_that_any_reader_takes() -> None:
    view = responses_of(sample_check(points=256))[0]
    both = beside([response_chart(view.curve, Space.P_VALUE), deviation_chart(view.steps, view.limit)])
    root = ET.fromstring(svg_of(both))  # noqa: S314 - our own
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "Contrast deviation" in (root.get("aria-label") or "")
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "Luminance L′, cd/m²" in texts
    assert "+10 %" in texts


def test_text_of_an_svg_is_escaped() -> None:
    drawing = Drawing(10, 10, (Words(1, 1, "a < b & c"), Stroke(((0, 0), (1, 1)))), 'say "no"')
    found = ET.fromstring(svg_of(drawing)).findtext("{http://www.w3.org/2000/svg}text")  # noqa: S314 - our own
    assert found == "a < b & c"


def test_a_response_of_ddls_has_no_target_and_no_steps() -> None:
    view = responses_of(sample_response())[0]
    assert view.steps == ()
    texts = [shape.text for shape in response_chart(view.curve, Space.DDL).shapes if isinstance(shape, Words)]
    assert "DDL" in texts
    assert not any("target" in text for text in texts)


def test_a_map_of_uniformity_stays_inside_its_frame() -> None:
    places = {"centre": 179.7, "top left": 167.5, "bottom right": 168.8, "an unknown place": 1.0}
    drawing = uniformity_map(places, 204, aspect=0.5)
    words = [shape for shape in drawing.shapes if isinstance(shape, Words)]
    assert all(0 <= word.x <= drawing.width_mm and 0 <= word.y <= drawing.height_mm for word in words)
    assert "−1.1 %" in [word.text for word in words] or "−0.4 %" in [word.text for word in words]
