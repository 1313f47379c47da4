"""Patterns as files: what another program reads from them is what was drawn."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PIL import Image

from calibration.patterns.drawing import ddls_of, draw, p_values_of
from calibration.patterns.files import write_dicom, write_png
from calibration.patterns.pattern import Pattern, PatternOrder
from calibration.readings.reading import Space
from tests.helpers.oracles import dciodvfy_errors, need
from workstation.foundation.errors import BadInput

CASES = [("sqc", 256, 700, 500), ("letters", 256, 333, 251), ("mp", 1024, 1024, 321), ("mp", 4096, 641, 323)]


class _Clock:
    def now(self) -> datetime:
        return datetime(2026, 3, 2, 8, 15, 30, tzinfo=UTC)


def _drawn(case: tuple[str, int, int, int]) -> Pattern:
    name, levels, width, height = case
    return draw(PatternOrder(name, levels=levels, seed=2), width, height)


def _written(case: tuple[str, int, int, int], folder: Path) -> tuple[Pattern, Path]:
    pattern, path = _drawn(case), folder / "pattern.dcm"
    write_dicom(pattern, path, _Clock())
    return pattern, path


@pytest.mark.parametrize("case", CASES)
def test_png_holds_the_levels_and_says_what_they_are(case: tuple[str, int, int, int], tmp_path: Path) -> None:
    pattern, path = _drawn(case), tmp_path / "pattern.png"
    write_png(pattern, path)
    top, levels = (255, case[1]) if case[1] <= 256 else (65535, case[1])
    with Image.open(path) as image:
        text = dict(image.text)  # type: ignore[attr-defined]
        levels_read = np.rint(np.asarray(image).astype(float) * (levels - 1) / top)
    np.testing.assert_array_equal(levels_read, pattern.values)
    assert text["Title"] == f"Synthetic test pattern: {pattern.title}"
    assert f"{levels} levels, P-values" in text["Description"]
    assert f"{case[2]} x {case[3]}" in text["Comment"]
    assert text.get("Answer", "") == pattern.answer


def test_png_of_driving_levels_says_so(tmp_path: Path) -> None:
    write_png(draw(PatternOrder("ln", Space.DDL, 10), 30, 30), tmp_path / "p.png")
    with Image.open(tmp_path / "p.png") as image:
        assert "DDLs: to be shown past any table" in image.text["Description"]  # type: ignore[attr-defined]
        assert np.asarray(image)[15, 15] == 10


def test_dicom_is_for_a_synthetic_patient_and_asks_for_no_change(tmp_path: Path) -> None:
    pattern, path = _written(CASES[0], tmp_path)
    dataset = pydicom.dcmread(path)
    assert (str(dataset.PatientName), dataset.QualityControlSubject) == ("SYNTHETIC^QA", "YES")
    assert (dataset.PhotometricInterpretation, dataset.PresentationLUTShape) == ("MONOCHROME2", "IDENTITY")
    assert (dataset.WindowCenter, dataset.WindowWidth, dataset.VOILUTFunction) == (128, 256, "LINEAR")
    assert (dataset.StudyDate, dataset.ContentTime) == ("20260302", "081530")
    assert "synthetic" in dataset.DerivationDescription
    np.testing.assert_array_equal(dataset.pixel_array, pattern.values)


def test_patterns_can_share_a_study(tmp_path: Path) -> None:
    for number in (1, 2):
        write_dicom(_drawn(CASES[1]), tmp_path / f"{number}.dcm", _Clock(), study_uid="2.25.77")
    one, two = (pydicom.dcmread(tmp_path / f"{number}.dcm") for number in (1, 2))
    assert one.StudyInstanceUID == two.StudyInstanceUID == "2.25.77"
    assert one.SOPInstanceUID != two.SOPInstanceUID


@pytest.mark.parametrize("case", [*CASES, ("ln", 18, 31, 33)])
def test_the_validator_finds_no_error(case: tuple[str, int, int, int], tmp_path: Path) -> None:
    _, path = _written(case, tmp_path)
    assert dciodvfy_errors(path) == []


@pytest.mark.parametrize("case", CASES)
def test_another_toolkit_shows_exactly_the_levels(case: tuple[str, int, int, int], tmp_path: Path) -> None:
    """DCMTK, with the window of the file, at the depth of the pattern."""
    tool = need("dcm2pnm")
    pattern, path = _written(case, tmp_path)
    bits = (case[1] - 1).bit_length()
    subprocess.run([tool, "+Wi", "1", "+opn", str(bits), str(path), str(tmp_path / "seen.pgm")], check=True)
    np.testing.assert_array_equal(_ascii_pgm(tmp_path / "seen.pgm"), pattern.values)


def _ascii_pgm(path: Path) -> NDArray[np.int64]:
    words = " ".join(line for line in path.read_text().splitlines() if not line.startswith("#")).split()
    assert words[0] == "P2"
    return np.array(words[4:], np.int64).reshape(int(words[2]), int(words[1]))


@pytest.mark.parametrize("case", CASES)
def test_the_viewer_shows_exactly_the_p_values_and_driving_levels(
    case: tuple[str, int, int, int], tmp_path: Path
) -> None:
    from workstation.app.command_line import main

    pattern, path = _written(case, tmp_path)
    words = ["render", "--dicom", str(path)]
    for more, out in ((["--bits", "16"], "p.npy"), ([], "eight.png")):
        with pytest.raises(SystemExit) as end:
            main([*words, *more, str(tmp_path / out)])
        assert end.value.code == 0
    np.testing.assert_array_equal(np.load(tmp_path / "p.npy"), p_values_of(pattern))
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "eight.png")), ddls_of(pattern, None))


def test_driving_levels_are_not_put_into_dicom(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="carries P-values"):
        write_dicom(draw(PatternOrder("ln", Space.DDL), 16, 16), tmp_path / "p.dcm", _Clock())
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    for write in (lambda at: write_png(_drawn(CASES[1]), at), lambda at: write_dicom(_drawn(CASES[1]), at, _Clock())):
        with pytest.raises(BadInput, match="cannot be written"):
            write(tmp_path / "none" / "p.out")
