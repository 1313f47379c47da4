"""How well series compare."""

from __future__ import annotations

import pytest

from tests.helpers.hanging_studies import a_display_set, a_projection, a_stack
from workstation.hanging.codes import laterality_of, view_of
from workstation.hanging.descriptions import contrast_of, kernel_of, sequence_of
from workstation.hanging.likeness import likeness


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Head w/o contrast", "WITHOUT"),
        ("NCCT head", "WITHOUT"),
        ("Abdomen unenhanced 5mm", "WITHOUT"),
        ("pre contrast t1", "WITHOUT"),
        ("non-contrast", "WITHOUT"),
        ("Abdomen portal venous", "WITH"),
        ("T1 +C ax", "WITH"),
        ("t1 post gad", "WITH"),
        ("Head W/ CONTRAST", "WITH"),
        ("Thorax mit KM", "WITH"),
        ("Head 5.0", ""),
        ("", ""),
    ],
)
def test_contrast(text: str, expected: str) -> None:
    assert contrast_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ax T2 FLAIR", "FLAIR"),
        ("t2_tse_sag", "T2"),
        ("ep2d_diff_ADC", "ADC"),
        ("DWI b1000", "DWI"),
        ("ep2d_diff_mddw_20_p2", "DWI"),
        ("t1_mprage", "T1"),
        ("loc", ""),
    ],
)
def test_sequence(text: str, expected: str) -> None:
    assert sequence_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("Head 2.0 bone", "BONE"), ("LUNG 1.25", "LUNG"), ("Head H60s", "BONE"), ("soft", "SOFT")]
)
def test_kernel(text: str, expected: str) -> None:
    assert kernel_of(text) == expected


@pytest.mark.parametrize("code", ["CC", "R-10242", "SCT:399162004", "SRT:R-10242", "cranio-caudal", " cc "])
def test_one_view_under_many_codes(code: str) -> None:
    assert view_of(code) == "CC"


def test_codes_of_sides_and_unknown_views() -> None:
    assert [laterality_of(s) for s in ("Left", "R", "B", "U", "")] == ["L", "R", "B", "", ""]
    assert view_of("Swimmer's") == "SWIMMER'S"
    assert view_of("LL") == "LAT"


def test_the_same_series_compares_better_than_another_thickness_kernel_or_phase() -> None:
    current = a_display_set(a_stack("1", 2, "Head 5.0 brain"))
    same = likeness(current, a_display_set(a_stack("2", 2, "Head 5.0 brain")))
    others = [
        a_display_set(a_stack("2", 3, "Head 1.0 brain", thickness=1.0)),
        a_display_set(a_stack("2", 4, "Head 5.0 bone")),
        a_display_set(a_stack("2", 5, "Head 5.0 brain with contrast")),
        a_display_set(a_stack("2", 6, "Head 5.0 brain", modality="MR")),
    ]
    assert same is not None
    for other in others:
        found = likeness(current, other)
        assert found is not None
        assert found.score < same.score


def test_pairs_that_would_mislead_are_refused() -> None:
    axial = a_display_set(a_stack("1", 1, "T1", modality="MR"))
    assert likeness(axial, a_display_set(a_stack("2", 1, "T1", modality="MR", plane="CORONAL"))) is None
    assert likeness(axial, a_display_set(a_stack("2", 1, "T2", modality="MR"))) is None
    scout = a_display_set(a_stack("2", 1, "T1", modality="MR", image_type=("ORIGINAL", "PRIMARY", "LOCALIZER")))
    assert likeness(axial, scout) is None
    left, right, lateral = (
        a_display_set(a_projection("3", n, view, side=side))
        for n, (view, side) in enumerate((("AP", "L"), ("AP", "R"), ("LL", "L")))
    )
    assert likeness(left, right) is None
    assert likeness(left, lateral) is None
    assert likeness(left, axial) is None
