"""The grayscale function and display LUTs against DCMTK's `dcmdspfn`, which was written by others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from calibration.gsdf.lut_building import build_lut
from calibration.gsdf.response import Response, response_of
from calibration.gsdf.target import target_luminance
from calibration.readings.reading import Space
from tests.helpers.dcmtk_displays import gamma_panel, gsdf_by_dcmtk, lut_by_dcmtk, shipped_monitor
from tests.helpers.measured_displays import LEVELS_18, series_of

PRINT_STEP = 1e-6


@pytest.mark.parametrize(("least", "most"), [(1, 350), (0.5, 500), (0.8, 420)])
@pytest.mark.parametrize("levels", [256, 1024])
@pytest.mark.parametrize("ambient", [0.0, 0.2])
def test_the_target_is_dcmtks_to_its_last_digit(
    least: float, most: float, levels: int, ambient: float, tmp_path: Path
) -> None:
    theirs = gsdf_by_dcmtk(least, most, levels, ambient, tmp_path)
    ours = target_luminance(np.arange(levels) / (levels - 1), least, most, ambient) + ambient
    assert theirs.ddl.tolist() == list(range(levels))
    assert np.abs(ours - theirs.gsdf).max() <= PRINT_STEP


@pytest.mark.parametrize("ambient", [0.0, 0.2, 1.0, 5.0])
@pytest.mark.parametrize("panel", ["monitor.lut", "gamma 2.2"])
def test_all_256_rows_of_the_lut_are_dcmtks(panel: str, ambient: float, tmp_path: Path) -> None:
    luminance = shipped_monitor() if panel == "monitor.lut" else gamma_panel(0.6, 410)
    assert luminance.shape == (256,)
    theirs = lut_by_dcmtk(luminance, ambient, tmp_path)
    built = build_lut(Response(luminance), ambient)
    assert np.flatnonzero(np.abs(luminance[built.ddl] + ambient - theirs.after_lut) > PRINT_STEP).tolist() == []


@pytest.mark.parametrize("ambient", [0.0, 0.2, 1.0, 5.0])
def test_a_lut_from_18_levels_is_the_one_dcmtk_makes_of_the_same_curve(ambient: float, tmp_path: Path) -> None:
    sparse = series_of(gamma_panel(0.6, 410)[LEVELS_18], space=Space.DDL, test="response-18")
    response = response_of(sparse)
    theirs = lut_by_dcmtk(response.luminance_cd_m2, ambient, tmp_path)
    ours = response.luminance_cd_m2[build_lut(response, ambient).ddl] + ambient
    assert np.abs(ours - theirs.after_lut).max() <= 2 * PRINT_STEP
