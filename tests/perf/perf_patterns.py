"""Test patterns: none keeps a person waiting on a five-megapixel monitor."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from calibration.patterns.drawing import PATTERNS, draw
from calibration.patterns.pattern import PatternOrder
from tests.perf.measuring import Row, median, timed

FIVE_MEGAPIXELS = (2048, 2560)
_ROUNDS = 5


def rows(_work: Path) -> Iterator[Row]:
    """The slowest of all patterns."""
    times = {name: [_drawn_s(name) for _ in range(_ROUNDS)] for name in PATTERNS}
    slowest = max(times, key=lambda name: median(times[name]))
    yield timed(f"slowest pattern at 5 megapixels ({slowest})", times[slowest], 300)


def _drawn_s(name: str) -> float:
    began = time.perf_counter()
    draw(PatternOrder(name, seed=3), *FIVE_MEGAPIXELS)
    return time.perf_counter() - began
