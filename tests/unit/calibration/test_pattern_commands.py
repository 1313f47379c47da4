"""`calibration pattern` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
import typer
from PIL import Image

from calibration.app.commands_on_patterns import register
from calibration.patterns.drawing import PATTERNS, draw
from calibration.patterns.pattern import PatternOrder
from calibration.readings.reading import Space
from workstation.foundation.errors import BadInput


def _run(*words: str) -> int:
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.callback()(lambda: None)
    register(app)
    code = app(args=["pattern", *words], standalone_mode=False)
    assert isinstance(code, int)
    return code


def test_a_png_is_what_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "p.png"
    assert _run("ambient", "--size", "320x200", "--seed", "9", str(out)) == 0
    wanted = draw(PatternOrder("ambient", seed=9), 320, 200)
    np.testing.assert_array_equal(np.asarray(Image.open(out)), wanted.values)
    said = capsys.readouterr()
    assert f"Right answer: {wanted.answer}." in said.out
    assert said.err == ""


def test_json_is_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--size", "120X90", "--level", "17", "--space", "ddl", "--place", "top left", "--json")
    assert _run("ln", *words, str(tmp_path / "p.png")) == 0
    document = json.loads(capsys.readouterr().out)
    wanted = draw(PatternOrder("ln", Space.DDL, 17, place="top left"), 120, 90)
    assert document == {
        "file": str(tmp_path / "p.png"),
        "pattern": "ln",
        "title": "Luminance, DDL 17 of 255",
        "width": 120,
        "height": 90,
        "space": "ddl",
        "level": 17,
        "levels": 256,
        "place": "top left",
        "seed": 0,
        "answer": "",
        "target": list(wanted.target or ()),
        "notes": list(wanted.notes),
    }


def test_a_dicom_file_of_twelve_bits(tmp_path: Path) -> None:
    assert _run("ln", "--size", "64x64", "--levels", "4096", "--level", "4095", str(tmp_path / "p.dcm")) == 0
    assert pydicom.dcmread(tmp_path / "p.dcm").pixel_array[32, 32] == 4095


def test_the_list_names_every_pattern(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("list") == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(PATTERNS)
    assert _run("list", "--json") == 0
    assert [each["name"] for each in json.loads(capsys.readouterr().out)] == list(PATTERNS)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("sqc", "OUT.png"), "The size of the screen is missing"),
        (("sqc", "--size", "1024", "OUT.png"), "--size '1024' is not a size"),
        (("sqc", "--size", "0x5", "OUT.png"), "is not a size"),
        (("sqc", "--size", "1024x-5", "OUT.png"), "is not a size"),
        (("sqc", "--size", "1024x1024"), "The file to write is missing"),
        (("sqc", "--size", "1024x1024", "OUT.jpg"), "neither .png nor .dcm"),
        (("sqc", "--size", "1024x1024", "none/OUT.png"), "There is no folder"),
        (("nothing", "--size", "1024x1024", "OUT.png"), "There is no pattern 'nothing'"),
        (("sqc", "--size", "300x300", "OUT.png"), "needs at least 448 x 448"),
        (("sqc", "--size", "1024x1024", "--level", "4", "OUT.png"), "has no level to choose"),
        (("sqc", "--size", "1024x1024", "--place", "top", "OUT.png"), "has no place to choose"),
        (("ln", "--size", "64x64", "--level", "256", "OUT.png"), "outside 0 to 255"),
        (("ln", "--size", "64x64", "--space", "grey", "OUT.png"), "--space 'grey' is not known"),
        (("ln", "--size", "64x64", "--space", "ddl", "OUT.dcm"), "carries P-values"),
        (("list", "--size", "64x64"), "takes no file"),
    ],
)
def test_wrong_words_give_one_clear_line_and_no_file(
    words: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match=says) as error:
        _run(*words)
    assert error.value.exit_code == 2
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []
