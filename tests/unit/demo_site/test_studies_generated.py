"""The generated studies: small parts of each are the same on every run, marked, well placed and valid."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from tests.helpers.oracles import dciodvfy_errors
from workstation.demo_site.phantoms.ultrasound import UltrasoundScene
from workstation.demo_site.studies import STUDY_KEYS, generate_studies, head_ct, mammogram, trunk_ct, us_cine
from workstation.demo_site.studies.axial_ct import AxialScan
from workstation.demo_site.studies.generated import StudyPlan
from workstation.demo_site.studies.pixel_marks import synthetic_mask
from workstation.demo_site.studies.plans import PLANS


def plan_of(key: str) -> StudyPlan:
    return next(plan for plan in PLANS if plan.key == key)


def nothing() -> None:
    """Progress that is told to nobody."""


@pytest.fixture(scope="module")
def chest_slices(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    scan = AxialScan(2, "SHORT", 3, 30.0, 7.0, 0.74, 13.0, ((40, 400, "MEDIASTINUM"),))
    return trunk_ct.write_trunk_ct(tmp_path_factory.mktemp("chest"), plan_of("ct-chest-500"), nothing, scan)


@pytest.fixture(scope="module")
def radiographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cr")
    generate_studies(folder, only={"cr-chest", "cr-chest-prior"})
    return folder


def carries_the_mark(picture: np.ndarray, scale: int, *, right: bool = False) -> bool:
    mask, margin = synthetic_mask(scale), 6 * scale
    rows, columns = mask.shape
    left = picture.shape[1] - columns - margin if right else margin
    corner = picture[picture.shape[0] - rows - margin : picture.shape[0] - margin, left : left + columns]
    values = np.unique(corner[mask].reshape(mask.sum(), -1), axis=0)
    return len(values) == 1


def test_every_plan_is_synthetic_and_its_priors_are_earlier_studies_of_the_same_person() -> None:
    for plan in PLANS:
        assert plan.person.name.startswith("SYNTHETIC^")
        for prior in map(plan_of, plan.prior_keys):
            assert prior.person == plan.person
            assert prior.study_date < plan.study_date
    assert len({plan.accession for plan in PLANS}) == len(PLANS) == len(STUDY_KEYS)
    assert {plan.study_date for plan in PLANS if not plan.key.endswith("prior")} <= {"20261120", "20261121"}


def test_the_linked_studies_are_of_one_person_and_moment() -> None:
    chest, abdomen = plan_of("ct-visit-chest"), plan_of("ct-visit-abdomen")
    assert chest.person == abdomen.person
    assert (chest.study_date, chest.study_time) == (abdomen.study_date, abdomen.study_time)


def test_slices_lie_one_step_apart_and_hold_air_lung_tissue_and_bone(chest_slices: tuple[Path, ...]) -> None:
    datasets = [pydicom.dcmread(path) for path in chest_slices]
    heights = [float(dataset.ImagePositionPatient[2]) for dataset in datasets]
    assert heights == pytest.approx([30.0, 37.0, 44.0])
    values = datasets[1].pixel_array
    shares = [
        np.mean((values > low) & (values < high)) for low, high in ((-960, -780), (-140, -60), (20, 120), (300, 3000))
    ]
    assert shares[0] > 0.1  # lung
    assert shares[1] > 0.1  # fat
    assert shares[2] > 0.1  # muscle
    assert shares[3] > 0.01  # bone


def test_the_nodule_is_in_the_right_upper_lobe(chest_slices: tuple[Path, ...]) -> None:
    values = pydicom.dcmread(chest_slices[2]).pixel_array
    middle, spacing = 255.5, 0.74
    row, column = round(middle + 8 / spacing), round(middle - 66 / spacing)
    assert values[row - 2 : row + 3, column - 2 : column + 3].mean() > -50
    assert np.median(values[row - 14 : row + 15, column - 14 : column + 15]) < -700


def test_generated_files_are_the_same_on_every_run(chest_slices: tuple[Path, ...], tmp_path: Path) -> None:
    scan = AxialScan(2, "SHORT", 3, 30.0, 7.0, 0.74, 13.0, ((40, 400, "MEDIASTINUM"),))
    again = trunk_ct.write_trunk_ct(tmp_path, plan_of("ct-chest-500"), nothing, scan)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in chest_slices]


def test_ct_is_marked_and_valid(chest_slices: tuple[Path, ...]) -> None:
    assert carries_the_mark(pydicom.dcmread(chest_slices[0]).pixel_array, 1)
    assert dciodvfy_errors(chest_slices[0]) == []


def test_the_bleed_is_in_the_stat_study_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = {"slices": 1, "first_z_mm": 12.0}
    monkeypatch.setattr(head_ct, "THIN", replace(head_ct.THIN, **short))
    monkeypatch.setattr(head_ct, "THICK", replace(head_ct.THICK, **short))
    means = []
    for key in ("ct-head-stat", "ct-head-prior"):
        files = head_ct.write_head_ct(tmp_path / key, plan_of(key), nothing)
        assert [dciodvfy_errors(path) for path in files] == [[], []]
        values = pydicom.dcmread(files[-1]).pixel_array
        row, column = round(255.5 + 4 / 0.46), round(255.5 - 27 / 0.46)  # the patient's right
        means.append(values[row - 8 : row + 9, column - 8 : column + 9].mean())
    assert means[0] > 60
    assert means[1] < 45


def test_radiographs_are_marked_valid_and_of_twelve_bits(radiographs: Path) -> None:
    for path in sorted(radiographs.rglob("*.dcm")):
        dataset = pydicom.dcmread(path)
        assert (dataset.Rows, dataset.Columns, dataset.BitsStored) == (2400, 2000, 12)
        assert int(dataset.pixel_array.max()) <= 4095
        assert carries_the_mark(dataset.pixel_array, 4)
        assert dciodvfy_errors(path) == []


def test_the_pneumonia_is_new_and_on_the_right(radiographs: Path) -> None:
    now, before = (
        pydicom.dcmread(radiographs / key / "01" / "0001.dcm").pixel_array.astype(float)
        for key in ("cr-chest", "cr-chest-prior")
    )
    rows = slice(1030, 1150)  # about 60 to 80 mm below the carina
    right, left = slice(520, 640), slice(1360, 1480)  # the patient's right is on the left of the picture
    assert (now[rows, right].mean() - now[rows, left].mean()) > (
        before[rows, right].mean() - before[rows, left].mean()
    ) + 150


@pytest.mark.parametrize(("number", "side", "view"), [(1, "R", "CC"), (4, "L", "MLO")])
def test_mammograms_have_the_chest_wall_on_the_proper_side(tmp_path: Path, number: int, side: str, view: str) -> None:
    plan = plan_of("mg-screening")
    study = mammogram.study_dataset(plan)
    path = mammogram._write_view(tmp_path, study, plan, number, side, "CC" if view == "CC" else "MLO")
    dataset = pydicom.dcmread(path)
    picture = dataset.pixel_array
    wall, front = (picture[:, -40:], picture[:, :40]) if side == "R" else (picture[:, :40], picture[:, -40:])
    assert np.median(wall[800:1800]) > 800
    assert np.median(front) < 200
    assert dataset.PatientOrientation[0] == ("P" if side == "R" else "A")
    assert dataset.ImageLaterality == side
    assert dataset.ViewCodeSequence[0].CodeValue == ("399162004" if view == "CC" else "399368009")
    assert carries_the_mark(picture, 4, right=side == "L")
    assert dciodvfy_errors(path) == []


def test_the_cine_moves_and_closes_its_loop() -> None:
    scene = UltrasoundScene(29)
    first, squeezed = us_cine.colour_frame(scene, 0), us_cine.colour_frame(scene, 4)
    assert first.shape == (480, 640, 3)
    assert np.mean(first != squeezed) > 0.2
    assert np.array_equal(first, us_cine.colour_frame(scene, us_cine.FRAMES))
    assert np.any(first.max(axis=2).astype(int) - first.min(axis=2) > 100)  # flow in colour
    assert carries_the_mark(first, 2)


def test_the_cine_is_valid_and_calibrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(us_cine, "FRAMES", 3)
    (path,) = us_cine.write_us_cine(tmp_path, plan_of("us-cine"), nothing)
    dataset = pydicom.dcmread(path)
    assert int(dataset.NumberOfFrames) == 3
    assert dataset.SequenceOfUltrasoundRegions[0].PhysicalDeltaX == pytest.approx(0.0345)
    assert dataset.LossyImageCompression == "01"
    assert dciodvfy_errors(path) == []


def test_a_broken_off_run_leaves_no_half_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(head_ct, "THICK", replace(head_ct.THICK, slices=2))
    steps: list[int] = []

    def stop_at_two(done: int, _total: int) -> None:
        steps.append(done)
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_studies(tmp_path, only={"ct-head-prior"}, progress=stop_at_two)
    assert not (tmp_path / "ct-head-prior").exists()
    (study,) = generate_studies(tmp_path, only={"ct-head-prior"})
    assert len(study.files) == 3
