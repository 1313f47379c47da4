"""How exact the grayscale function and the display LUT are, against the published formula and DCMTK, and how fast."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from calibration.gsdf.curve import JND_MAX, JND_MIN, jnd_index, luminance_cd_m2
from calibration.gsdf.lut_building import build_lut
from calibration.gsdf.response import Response, response_of
from calibration.gsdf.target import target_luminance
from calibration.readings.reading import MeasuredLevel, Reading, Series, Space
from tests.helpers.dcmtk_displays import MONITOR_LUT, gamma_panel, gsdf_by_dcmtk, lut_by_dcmtk, shipped_monitor
from tests.perf.measuring import Row, interleaved, judged, timed

RANGES = ((1.0, 350.0), (0.5, 500.0), (0.8, 420.0))
AMBIENTS = (0.0, 0.2, 1.0, 5.0)
_COUNTS = (256, 1024)
_LAMB = 0.2
_PRINT_STEP = 1e-6
_ROUNDS = 15
_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def rows(work: Path) -> Iterator[Row]:
    """Errors first, then rows of LUTs that differ, then the time of a LUT of 4096 P-values."""
    yield _against_formula()
    yield _inverse()
    if shutil.which("dcmdspfn") is None or not MONITOR_LUT.exists():
        yield _unjudged("GSDF against dcmdspfn", "cd/m²", _PRINT_STEP)
        yield _unjudged("LUT rows that differ from dcmdspfn", "rows", 0)
    else:
        yield _against_dcmtk(work)
        yield from _luts(work)
    yield _time_of_a_lut()


def published(index: int) -> float:
    """Luminance of a JND index by the formula of PS3.14 section 7.1, written out in plain arithmetic."""
    a, b, c, d, e = -1.3011877, -2.5840191e-2, 8.0242636e-2, -1.0320229e-1, 1.3646699e-1
    f, g, h, k, m = 2.8745620e-2, -2.5468404e-2, -3.1978977e-3, 1.2992634e-4, 1.3635334e-3
    n = math.log(index)
    above = a + c * n + e * n**2 + g * n**3 + m * n**4
    below = 1 + b * n + d * n**2 + f * n**3 + h * n**4 + k * n**5
    return float(10 ** (above / below))


def _against_formula() -> Row:
    index = np.arange(1, 1024)
    found = luminance_cd_m2(index)
    worst = max(abs(float(found[i]) - published(int(j))) for i, j in enumerate(index))
    return judged("GSDF against the published formula, JND 1 to 1023", worst, "cd/m²", 1e-6, runs=index.size)


def _inverse() -> Row:
    index = np.linspace(JND_MIN, JND_MAX, 200_001)
    worst = float(np.abs(jnd_index(luminance_cd_m2(index)) - index).max())
    return judged("inverse round trip, JND 1 to 1023", worst, "JND", 0.1, runs=index.size)


def _against_dcmtk(work: Path) -> Row:
    worst, count = 0.0, 0
    for least, most in RANGES:
        for levels in _COUNTS:
            ours = target_luminance(np.arange(levels) / (levels - 1), least, most, _LAMB) + _LAMB
            theirs = gsdf_by_dcmtk(least, most, levels, _LAMB, work).gsdf
            worst, count = max(worst, float(np.abs(ours - theirs).max())), count + levels
    return judged("GSDF against dcmdspfn, 3 ranges, 256 and 1024 levels", worst, "cd/m²", _PRINT_STEP, runs=count)


def _luts(work: Path) -> Iterator[Row]:
    panels = {"monitor.lut": shipped_monitor(), "gamma 2.2": gamma_panel(0.6, 410)}
    for name, panel in panels.items():
        different = 0
        for ambient in AMBIENTS:
            built = build_lut(Response(panel), ambient)
            theirs = lut_by_dcmtk(panel, ambient, work).after_lut
            different += int((np.abs(panel[built.ddl] + ambient - theirs) > _PRINT_STEP).sum())
        note = "ambient 0, 0.2, 1, 5 cd/m²; 256 rows each"
        yield judged(
            f"LUT rows that differ from dcmdspfn, {name}", different, "rows", 0, runs=256 * len(AMBIENTS), note=note
        )


def _time_of_a_lut() -> Row:
    """From 256 measured levels of a 12-bit display to its table of 4096 P-values."""
    panel = gamma_panel(0.6, 410, levels=4096)
    levels = np.rint(np.linspace(0, 4095, 256)).astype(int).tolist()
    read = tuple(MeasuredLevel(level, (Reading(float(panel[level]), _AT),)) for level in levels)
    series = Series("response-256", Space.DDL, 4096, False, read)
    sides = {"lut": lambda: build_lut(response_of(series), _LAMB, 4096)}
    return timed("response of 256 levels to a LUT of 4096 P-values", interleaved(sides, _ROUNDS)["lut"], 20.0)


def _unjudged(name: str, unit: str, must: float) -> Row:
    return Row(name, 0.0, unit, must, False, None, 0, "dcmdspfn is not installed")
