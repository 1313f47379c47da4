from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers.plain_headers import AXIAL, CORONAL, SAGITTAL, image
from workstation.dicom.body_region import BodyRegions, load_body_regions
from workstation.dicom.orientation import EdgeLetters, direction_letters, edge_letters, opposite, plane_of
from workstation.foundation.errors import BadInput


@pytest.mark.parametrize(
    ("orientation", "letters"),
    [
        (AXIAL, EdgeLetters("R", "L", "A", "P")),
        (SAGITTAL, EdgeLetters("A", "P", "H", "F")),
        (CORONAL, EdgeLetters("R", "L", "H", "F")),
        ((-1.0, 0.0, 0.0, 0.0, -1.0, 0.0), EdgeLetters("L", "R", "P", "A")),
    ],
)
def test_letters_of_the_planes(
    orientation: tuple[float, float, float, float, float, float], letters: EdgeLetters
) -> None:
    assert edge_letters(image(1, orientation=orientation)) == letters


def test_letters_of_an_oblique_direction_come_strongest_first() -> None:
    assert direction_letters((0.8, -0.6, 0.0)) == "LA"
    assert direction_letters((0.05, 0.0, -0.99)) == "F"


def test_projections_take_patient_orientation() -> None:
    assert edge_letters(image(1, orientation=None, patient_orientation=("L", "F"))) == EdgeLetters("R", "L", "H", "F")
    assert edge_letters(image(1, orientation=None, patient_orientation=("A", "FR"))) == EdgeLetters(
        "P", "A", "HL", "FR"
    )
    assert edge_letters(image(1, orientation=None)) == EdgeLetters()


def test_letters_turn_with_the_image() -> None:
    letters = EdgeLetters("R", "L", "A", "P")
    assert letters.rotated(1) == EdgeLetters(left="P", right="A", top="R", bottom="L")
    assert letters.rotated(4) == letters
    assert letters.rotated(2) == EdgeLetters("L", "R", "P", "A")
    assert letters.flipped() == EdgeLetters("L", "R", "A", "P")


def test_opposite() -> None:
    assert (opposite("LP"), opposite("H"), opposite("")) == ("RA", "F", "")


@pytest.mark.parametrize(
    ("normal", "plane"),
    [
        ((0.0, 0.0, 1.0), "AXIAL"),
        ((0.0, 0.317, 0.948), "AXIAL"),
        ((0.0, -1.0, 0.0), "CORONAL"),
        ((1.0, 0.0, 0.0), "SAGITTAL"),
        ((0.577, 0.577, 0.577), "OBLIQUE"),
        (None, "NONE"),
    ],
)
def test_planes(normal: tuple[float, float, float] | None, plane: str) -> None:
    assert plane_of(normal) == plane


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("CT HEAD WITHOUT CONTRAST", ("HEAD",)),
        ("CT Thorax/Abdomen", ("CHEST", "ABDOMEN")),
        ("MRI lumbar spine", ("LSPINE",)),
        ("CT C-Spine", ("CSPINE",)),
        ("Lendenwirbelsäule LWS", ("LSPINE",)),
        ("CT Schädel nativ", ("HEAD",)),
        ("XR CHEST PA LAT", ("CHEST",)),
        ("MAMMOGRAM SCREENING BILAT", ("BREAST",)),
        ("AX T2 GRADIENT ECHO", ()),
        ("something else", ()),
        ("", ()),
    ],
)
def test_regions_in_texts(text: str, regions: tuple[str, ...]) -> None:
    assert BodyRegions.shipped().regions_in(text) == regions


def test_the_more_reliable_source_wins() -> None:
    regions = BodyRegions.shipped()
    header = image(1, body_codes=("69536005",), body_part="CHEST", study_description="CT abdomen")
    assert regions.region_of(header) == "HEAD"
    assert regions.region_of(image(1, body_part="CHEST", study_description="CT abdomen")) == "CHEST"
    assert regions.region_of(image(1, body_part="??", study_description="CT abdomen")) == "ABDOMEN"
    assert regions.region_of(image(1)) == ""


def test_no_code_or_word_of_the_shipped_table_belongs_to_two_regions() -> None:
    path = Path(__file__).resolve().parents[3] / "resources" / "body_regions.json"
    rows = json.loads(path.read_text(encoding="utf-8"))["regions"].values()
    for kind in ("codes", "words"):
        known = [each.strip() for row in rows for each in row[kind]]
        assert len(known) == len(set(known))


def test_a_broken_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "regions.json"
    for content in ("{", '{"schema": "other"}', '{"schema": "body-regions/1", "regions": {"HEAD": {}}}'):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(BadInput, match="body regions"):
            load_body_regions(path)
