from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.imaging.placement import Placement, Presentation, ViewTransform, fit_placement

presentations = st.builds(Presentation, rotate_quarter=st.integers(-4, 7), flip=st.booleans())
placements = st.builds(
    Placement, st.floats(0.01, 60), st.integers(-900, 900), st.integers(-900, 900), st.floats(0.3, 3)
)


@given(presentations, placements, st.floats(0, 300), st.floats(0, 200))
def test_there_and_back(presentation: Presentation, placement: Placement, x: float, y: float) -> None:
    transform = ViewTransform(200, 300, presentation, placement)
    assert transform.to_image(*transform.to_device(x, y)) == pytest.approx((x, y), abs=1e-6)


@pytest.mark.parametrize(
    ("presentation", "corner"),
    [
        (Presentation(), (10, 20)),
        (Presentation(rotate_quarter=1), (10 + 400, 20)),
        (Presentation(rotate_quarter=2), (10 + 600, 20 + 400)),
        (Presentation(rotate_quarter=3), (10, 20 + 600)),
        (Presentation(flip=True), (10 + 600, 20)),
        (Presentation(rotate_quarter=1, flip=True), (10, 20)),
    ],
)
def test_where_the_first_pixel_goes(presentation: Presentation, corner: tuple[int, int]) -> None:
    assert ViewTransform(200, 300, presentation, Placement(2.0, 10, 20)).to_device(0, 0) == corner


def test_fit() -> None:
    assert fit_placement(512, 512, 2048, 2560) == Placement(4.0, 0, 256)
    assert fit_placement(100, 200, 400, 400, 2.0) == Placement(2.0, 0, 0, 2.0)
    assert fit_placement(100, 200, 400, 400, rotate_quarter=1) == Placement(2.0, 100, 0)
    assert fit_placement(1, 1, 4000, 4000).zoom == 64


@given(st.integers(1, 5000), st.integers(1, 5000), st.integers(16, 4000), st.integers(16, 4000), st.floats(0.2, 5))
def test_a_fit_lies_within_the_viewport(rows: int, columns: int, width: int, height: int, aspect: float) -> None:
    fit = fit_placement(rows, columns, width, height, aspect)
    if fit.zoom > 1 / 256:
        assert fit.x >= 0
        assert fit.y >= 0
        assert fit.x + columns * fit.zoom <= width + 0.01
        assert fit.y + rows * fit.zoom_down <= height + 0.01


@pytest.mark.parametrize("zoom", [0, -1, 65, 0.001, float("nan")])
def test_zoom_out_of_bounds(zoom: float) -> None:
    with pytest.raises(ValueError, match="zoom"):
        Placement(zoom)
