"""The mammograms and the ultrasound cine, whole: valid, decodable, and with what the stories tell of."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from tests.helpers.oracles import dciodvfy_errors
from workstation.demo_site.phantoms.breast import Breast, Spot
from workstation.demo_site.phantoms.ultrasound import UltrasoundScene
from workstation.demo_site.studies import generate_studies
from workstation.imaging.decoding import decode_frame

SPACING_MM = 0.1
MASSES = {"01": (60, -38), "03": (62, -28)}  # (u, v) in mm: from the chest wall, downwards from the middle


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mg-us")
    generate_studies(folder, only={"mg-screening", "mg-screening-prior", "us-cine"})
    return folder


def files_of(studies: Path, key: str) -> list[Path]:
    return sorted((studies / key).rglob("*.dcm"))


def brightness_at(picture: NDArray[np.integer], side: str, u_mm: float, v_mm: float, reach_mm: float = 2.0) -> float:
    """Mean of the stored values around a place of the breast."""
    row, column, reach = (round(each / SPACING_MM) for each in (v_mm + 120, u_mm, reach_mm))
    seen = picture[:, ::-1] if side == "R" else picture
    return float(seen[row - reach : row + reach, column - reach : column + reach].mean())


def test_every_file_is_without_error(studies: Path) -> None:
    for path in sorted(studies.rglob("*.dcm")):
        assert dciodvfy_errors(path) == []


def test_both_screenings_are_four_views_that_decode(studies: Path) -> None:
    for key in ("mg-screening", "mg-screening-prior"):
        paths = files_of(studies, key)
        datasets = [pydicom.dcmread(path) for path in paths]
        assert [f"{each.ImageLaterality}{each.ViewPosition}" for each in datasets] == ["RCC", "LCC", "RMLO", "LMLO"]
        for path, dataset in zip(paths, datasets, strict=True):
            frame = decode_frame(path.read_bytes())
            assert (frame.rows, frame.columns, frame.bits_stored) == (2400, 1800, 12)
            assert [float(each) for each in dataset.ImagerPixelSpacing] == [SPACING_MM, SPACING_MM]
            assert 600 < np.median(frame.pixels[frame.pixels > 500]) < 2400
            assert np.mean(frame.pixels >= 4095) < 0.001  # nothing burnt out


def test_the_mass_is_in_the_right_breast_of_the_current_study_only(studies: Path) -> None:
    for number, (u, v) in MASSES.items():
        now, before = (
            decode_frame((studies / key / number / "0001.dcm").read_bytes()).pixels
            for key in ("mg-screening", "mg-screening-prior")
        )
        grown = brightness_at(now, "R", u, v) - brightness_at(before, "R", u, v - 2.5)
        elsewhere = brightness_at(now, "R", u, v + 40) - brightness_at(before, "R", u, v + 37.5)
        assert grown > 400
        assert abs(elsewhere) < 60  # the same tissue lies where it lay, but for the day's positioning


def test_the_marked_mole_is_in_the_left_breast(studies: Path) -> None:
    picture = decode_frame((studies / "mg-screening" / "02" / "0001.dcm").read_bytes()).pixels
    ring = brightness_at(picture, "L", 58 + 2.6, -34, 0.3)
    assert ring > brightness_at(picture, "L", 58 + 4.5, -34, 0.3) + 500


def test_a_breast_is_the_same_whenever_it_is_drawn() -> None:
    spots = (Spot("mass", 60, -38, 4.6), Spot("calcifications", 40, 22, 5.0))
    first, second = (Breast(7, "MLO", (240, 180), 1.0).picture(spots) for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, Breast(8, "MLO", (240, 180), 1.0).picture(spots))


def test_every_frame_of_the_cine_decodes(studies: Path) -> None:
    (path,) = files_of(studies, "us-cine")
    dataset = pydicom.dcmread(path)
    assert int(dataset.NumberOfFrames) == 40
    for number in range(0, 40, 13):
        frame = decode_frame(path.read_bytes(), number)
        assert frame.pixels.shape == (480, 640, 3)
        assert 20 < frame.pixels.mean() < 120
        assert frame.pixels[200, :6].max() < 12  # black beside the sector


def test_flow_stays_in_its_box_and_in_vessels() -> None:
    scene = UltrasoundScene(29)
    for phase in (0.0, 0.25, 0.6):
        velocity, coloured, border = scene.flow(phase, 0.3)
        rows, columns = np.nonzero(border)
        inside = np.zeros_like(coloured)
        inside[rows.min() : rows.max(), columns.min() : columns.max()] = True
        assert not np.any(coloured & ~inside)
        assert 0.05 < coloured[inside].mean() < 0.5
        assert velocity.max() > 0.3
        assert velocity.min() < -0.3


def test_portal_flow_is_faster_at_the_beat() -> None:
    scene = UltrasoundScene(29)
    assert scene.flow(0.25, 0.0)[0].max() > scene.flow(0.8, 0.0)[0].max() * 1.3


def test_these_studies_are_small_enough(studies: Path) -> None:
    assert sum(path.stat().st_size for path in studies.rglob("*.dcm")) < 80e6
