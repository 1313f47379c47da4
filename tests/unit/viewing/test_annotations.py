"""What is written over images."""

from __future__ import annotations

import pytest

from tests.helpers.hanging_studies import a_display_set, a_projection, a_stack
from workstation.dicom.header import PixelDescription
from workstation.dicom.patient import PatientIdentity
from workstation.dicom.voi import Window
from workstation.viewing.annotations import AnnotationLevel, annotations_of, lossy_mark
from workstation.viewing.viewport_state import ViewportState

_FACTS: dict[str, object] = {
    "patient": PatientIdentity("SYN-1", "SITE", "SYNTHETIC^Ada", "19600101", "F"),
    "institution": "General",
    "study_description": "CT head",
    "study_date": "20240610",
    "displayed_date": "20240610",
    "displayed_time": "101500.123",
    "accession": "A1",
    "contrast_agent": "",
    "pixel": PixelDescription(windows=(Window(40, 80, explanation="Brain"),)),
}
CT = ViewportState(a_display_set(a_stack("1", 2, "Head 5.0", images=30, **_FACTS)), index=11)


def test_full() -> None:
    texts = annotations_of(CT, "full", zoom=1.25)
    assert texts.top_left == ("SYNTHETIC, Ada", "SYN-1", "1 Jan 1960  64 y  F")
    assert texts.top_right == ("General", "CT head", "10 Jun 2024  10:15:00", "Acc A1")
    assert texts.bottom_left == ("W 80  L 40  Brain", "125 %")
    assert texts.bottom_right == ("Se 2  Head 5.0", "5 mm  at 55.0 mm", "12 / 30")
    assert (texts.letters.left, texts.letters.right, texts.letters.top, texts.letters.bottom) == ("R", "L", "A", "P")
    assert texts.lossy == ""
    assert "Ada" not in repr(texts)


def test_minimal_and_off() -> None:
    texts = annotations_of(CT.inverted(), AnnotationLevel.MINIMAL)
    assert (texts.top_left, texts.top_right, texts.bottom_left) == (("SYNTHETIC, Ada",), (), ())
    assert texts.bottom_right == ("12 / 30",)
    assert texts.letters.left == "R"
    off = annotations_of(CT, "off")
    assert (off.top_left, off.bottom_right, off.letters.left) == ((), (), "")


def test_what_the_reader_changed_is_said() -> None:
    assert annotations_of(CT.inverted().with_preset(4), "full").bottom_left == ("Inverted", "W 200  L 75  Subdural")


def test_levels_go_round() -> None:
    assert [AnnotationLevel.FULL.next(), AnnotationLevel.MINIMAL.next(), AnnotationLevel.OFF.next()] == [
        "minimal",
        "off",
        "full",
    ]


@pytest.mark.parametrize("level", list(AnnotationLevel))
def test_the_lossy_mark_is_never_switched_off(level: AnnotationLevel) -> None:
    lossy = a_stack("1", 1, images=2, is_lossy=True, lossy_ratio=12.5, lossy_method="ISO_10918_1")
    assert annotations_of(ViewportState(a_display_set(lossy)), level).lossy == "LOSSY 12.5:1 JPEG"


def test_lossy_without_details() -> None:
    (header,) = a_stack("1", 1, images=1, is_lossy=True)
    assert lossy_mark(header) == "LOSSY"


def test_letters_turn_with_the_image() -> None:
    film = a_projection("1", 1, "PA", side="L", patient_orientation=("L", "F"))
    state = ViewportState(a_display_set(film))
    letters = annotations_of(state, "full").letters
    assert (letters.left, letters.right, letters.top, letters.bottom) == ("R", "L", "H", "F")
    mirrored = annotations_of(state.flipped(), "full").letters
    assert (mirrored.left, mirrored.right) == ("L", "R")
    turned = annotations_of(state.rotated(1), "full").letters
    assert (turned.top, turned.right) == ("R", "H")
    assert annotations_of(state, "minimal").bottom_right == ("L PA", "1 / 1")


def test_an_image_that_says_little_leaves_no_empty_lines() -> None:
    texts = annotations_of(ViewportState(a_display_set(a_projection("1", 1, ""))), "full", window=Window(2000, 4.5))
    assert texts.top_left == ("SYN-1",)
    assert texts.top_right == ()
    assert texts.bottom_left == ("W 4.50  L 2000.00",)
    assert texts.bottom_right == ("Se 1", "1 / 1")
