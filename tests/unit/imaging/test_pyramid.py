"""Smaller copies average the image and nothing else: padding never mixes into it, at any size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from workstation.imaging.pyramid import Pyramid

SHAPES = st.tuples(st.integers(1, 14), st.integers(1, 14))
PIXELS = st.tuples(st.sampled_from(["u1", "i2", "u2"]), SHAPES).flatmap(lambda form: hnp.arrays(*form))


def averages(pixels: NDArray[Any], valid: NDArray[np.bool_], row: int, column: int, reach: range) -> float | None:
    """The average of the valid pixels around a place, looked up one by one; None when there are none."""
    found = [
        float(pixels[row + down, column + across])
        for down in reach
        for across in reach
        if 0 <= row + down < pixels.shape[0]
        and 0 <= column + across < pixels.shape[1]
        and valid[row + down, column + across]
    ]
    return sum(found) / len(found) if found else None


@settings(max_examples=60, deadline=None)
@given(PIXELS, st.data())
def test_padding_beside_the_image_holds_its_average_and_other_padding_nothing(
    pixels: NDArray[Any], data: st.DataObject
) -> None:
    valid = data.draw(hnp.arrays(np.bool_, pixels.shape))
    filled = Pyramid(pixels, valid).level(0).pixels
    for row, column in np.ndindex(*pixels.shape):
        expected = averages(pixels, valid, row, column, range(-2, 3))
        if valid[row, column]:
            assert filled[row, column] == pixels[row, column]
        elif expected is None:
            assert filled[row, column] == 0
        else:
            assert abs(float(filled[row, column]) - expected) <= 0.5


@settings(max_examples=60, deadline=None)
@given(PIXELS.filter(lambda pixels: pixels.shape[0] % 2 == 0 and pixels.shape[1] % 2 == 0), st.data())
def test_halving_averages_the_image_pixels_of_each_four(pixels: NDArray[Any], data: st.DataObject) -> None:
    valid = data.draw(hnp.arrays(np.bool_, pixels.shape))
    half = Pyramid(pixels, valid).level(1)
    assert half.valid is not None
    for row, column in np.ndindex(*half.pixels.shape):
        fours = (slice(2 * row, 2 * row + 2), slice(2 * column, 2 * column + 2))
        expected = averages(pixels, valid, 2 * row, 2 * column, range(2))
        assert half.valid[row, column] == (valid[fours].sum() >= 2)
        if half.valid[row, column] and expected is not None:
            assert abs(float(half.pixels[row, column]) - expected) <= 0.5


@pytest.mark.parametrize("shape", [(31, 20), (20, 31), (7, 7), (1, 9)])
@pytest.mark.parametrize("padding", [-32768, 30000])
def test_no_size_of_an_even_image_shows_its_padding(shape: tuple[int, int], padding: int) -> None:
    valid = np.random.default_rng(4).random(shape) < 0.6
    pyramid = Pyramid(np.where(valid, 700, padding).astype(np.int16), valid)
    for number in range(6):
        level = pyramid.level(number)
        inside = level.pixels if level.valid is None else level.pixels[level.valid]
        assert (np.abs(inside - 700) <= 1).all()
