"""The generated MR of the brain and the CT pair of one visit: contrasts, geometry, and what a validator says."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from tests.helpers.oracles import dciodvfy_errors
from workstation.demo_site.phantoms.fields import axial_plane
from workstation.demo_site.studies import brain_mr, visit_ct
from workstation.demo_site.studies.generate import STUDY_KEYS
from workstation.demo_site.studies.generated import StudyPlan
from workstation.demo_site.studies.pixel_marks import synthetic_mask
from workstation.demo_site.studies.plans import PLANS

INFARCT_SLICE = 14  # z = 27 mm
MR_CENTRE = (256 - 1) / 2


def plan_of(key: str) -> StudyPlan:
    (plan,) = (plan for plan in PLANS if plan.key == key)
    return plan


def nothing() -> None:
    """Progress nobody watches."""


@pytest.fixture(scope="module")
def mr_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """Three slices of every series, out of order."""
    folder = tmp_path_factory.mktemp("mr")
    return brain_mr.write_brain_mr(folder, plan_of("mr-brain"), nothing, indexes=(INFARCT_SLICE, 1, 23))


@pytest.fixture(scope="module")
def ct_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """A few slices of both studies of the visit."""
    files: tuple[Path, ...] = ()
    for key, z in (("ct-visit-chest", -60.0), ("ct-visit-abdomen", -240.0)):
        scan = dataclasses.replace(visit_ct.SCANS[key], slices=2, first_z_mm=z)
        files += visit_ct.write_scan(tmp_path_factory.mktemp(key), plan_of(key), scan, nothing)
    return files


def mean_at(pixels: NDArray[np.uint16], x_mm: float, y_mm: float, radius_px: int = 1) -> float:
    """Mean of a small square around a place of the patient."""
    column, row = (round(MR_CENTRE + value / 0.9) for value in (x_mm, y_mm))
    square = pixels[row - radius_px : row + radius_px + 1, column - radius_px : column + radius_px + 1]
    return float(square.mean())


def signals(name: str) -> dict[str, float]:
    """Signal of tissues in one series, on the slice of the infarct."""
    (series,) = (series for series in brain_mr.SERIES if series.weighting == name)
    pixels = brain_mr.pixels_of(series, INFARCT_SLICE)
    places: dict[str, tuple[float, float]] = {
        "ventricle": (9, -2),
        "white": (22, -14),
        "infarct": (25.5, 10),
        "lesion": (-22, 22),
        "air": (-108, -80),
    }
    places["fat"] = (0, 94.5)
    return {tissue: mean_at(pixels, *place) for tissue, place in places.items()}


def test_contrasts_of_each_weighting_are_right() -> None:
    t1, t2, flair = signals("T1"), signals("T2"), signals("FLAIR")
    assert t1["ventricle"] < 0.4 * t1["white"] < t1["fat"]
    assert t2["ventricle"] > 2 * t2["white"]
    assert flair["ventricle"] < 0.6 * flair["white"]
    assert flair["lesion"] > 1.4 * flair["white"]
    assert all(signal["air"] < 60 for signal in (t1, t2, flair))


def test_the_infarct_is_bright_in_diffusion_and_dark_in_the_map() -> None:
    dwi, adc = signals("DWI"), signals("ADC")
    assert dwi["infarct"] > 1.8 * dwi["white"]
    assert adc["infarct"] < 0.7 * adc["white"]
    assert adc["lesion"] > adc["white"]
    assert adc["ventricle"] > 2000
    assert adc["air"] == 0


def test_the_same_slice_is_drawn_the_same_every_time_and_noise_differs_between_slices() -> None:
    series = brain_mr.SERIES[0]
    first, again, other = (brain_mr.pixels_of(series, index)[:20, :20] for index in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_mr_series_share_their_geometry(mr_files: tuple[Path, ...]) -> None:
    datasets = [pydicom.dcmread(path) for path in mr_files]
    assert {(ds.Rows, ds.Columns, ds.BitsAllocated, ds.PixelRepresentation) for ds in datasets} == {(256, 256, 16, 0)}
    assert len({ds.FrameOfReferenceUID for ds in datasets}) == 1
    assert len({ds.SOPInstanceUID for ds in datasets}) == len(datasets) == 15
    levels = {
        tuple(sorted(float(ds.ImagePositionPatient[2]) for ds in datasets if ds.SeriesNumber == n)) for n in range(2, 7)
    }
    assert levels == {(-44.5, 27.0, 76.5)}


def test_every_image_says_that_it_is_synthetic(mr_files: tuple[Path, ...], ct_files: tuple[Path, ...]) -> None:
    mask = synthetic_mask()
    rows, columns = mask.shape
    for path in (*mr_files, *ct_files):
        pixels = pydicom.dcmread(path).pixel_array
        corner = pixels[pixels.shape[0] - rows - 6 : pixels.shape[0] - 6, 6 : 6 + columns]
        assert len(np.unique(corner[mask])) == 1
        assert corner[mask][0] > np.percentile(corner[~mask], 99)


def test_the_two_studies_of_the_visit_are_of_one_person() -> None:
    chest, abdomen = plan_of("ct-visit-chest"), plan_of("ct-visit-abdomen")
    assert chest.person == abdomen.person
    assert chest.study_date == abdomen.study_date
    assert chest.accession != abdomen.accession
    assert len(set(STUDY_KEYS)) == len(STUDY_KEYS)


def test_the_injured_abdomen_has_what_a_reader_looks_for() -> None:
    def hu(x_mm: float, y_mm: float, z_mm: float) -> float:
        plane = axial_plane(128, 128, 3.5, z_mm)
        slice_hu = visit_ct.visitor().slice_hu(plane)
        return float(slice_hu[np.abs(plane.y[:, 0] - y_mm).argmin(), np.abs(plane.x[0] - x_mm).argmin()])

    assert 90 < hu(-90, 0, -150) < 130  # liver
    assert 200 < hu(3, 8, -260) < 260  # aorta
    assert hu(0, -64, -250) < -800  # gas in the transverse colon
    assert -10 < hu(0, -24, -420) < 30  # bladder
    assert 100 < hu(88, 8, -421) < 1500  # head of the thigh bone
    assert hu(-85, 40, -40) < -750  # lung
    assert hu(92, 52, -58) > -650  # bruised lung
    assert hu(-210, -210, -260) == -1000  # air


def test_ct_slices_lie_above_each_other(ct_files: tuple[Path, ...]) -> None:
    positions = [float(pydicom.dcmread(path).ImagePositionPatient[2]) for path in ct_files]
    assert positions == [-60.0, -56.5, -240.0, -235.0]


def test_the_validator_finds_no_error(mr_files: tuple[Path, ...], ct_files: tuple[Path, ...]) -> None:
    for path in (*mr_files[::3], ct_files[0], ct_files[-1]):
        assert dciodvfy_errors(path) == []
