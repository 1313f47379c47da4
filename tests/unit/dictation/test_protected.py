"""Protected values: found in speech and in writing alike, and told apart where they differ."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.dictation.protected import differences, protected_values, protected_words, same_values
from workstation.dictation.words import words_of


def values(text: str) -> list[str]:
    """The values of a text, without their kinds."""
    return [item.value for item in protected_values(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no nodule", ["no"]),
        ("there isn't a nodule", ["not"]),
        ("cannot exclude", ["not"]),
        ("without effusion or pneumothorax", ["without"]),
        ("left greater than right", ["left", ">", "right"]),
        ("left-sided effusion, bilateral nodules", ["left", "both"]),
        ("two by three by four centimeters", ["2x3x4 cm"]),
        ("2 x 3 x 4 cm", ["2x3x4 cm"]),
        ("2.0 cm", ["2 cm"]),
        ("five to six millimeters", ["5..6 mm"]),
        ("less than 5 mm", ["<", "5 mm"]),
        ("<5 mm", ["<", "5 mm"]),
        ("minus twenty hounsfield units", ["-20 HU"]),
        ("L5-S1", ["L5-S1"]),
        ("L four on L five", ["L4", "L5"]),
        ("BI-RADS category 4A", ["BI-RADS 4A"]),
        ("Bosniak IIF", ["Bosniak 2F"]),
        ("series three image forty five", ["series 3", "image 45"]),
        ("second rib", ["#2"]),
        ("11th rib", ["#11"]),
        ("march third twenty twenty four", ["2024-03-03"]),
        ("3:45 p.m.", ["3:45 PM"]),
        ("45-year-old", ["45 years"]),
        ("one twenty five millimeters", ["one twenty five millimeters"]),
        ("normal heart", ["normal"]),
        ("the heart is seen", []),
    ],
)
def test_values_of(text: str, expected: list[str]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("no nodule", "nodule"),
        ("no nodule", "not a nodule"),
        ("left kidney", "right kidney"),
        ("five millimeters", "five centimeters"),
        ("1.5 cm", "15 cm"),
        ("fifteen millimeters", "fifty millimeters"),
        ("L four L five", "L five S one"),
        ("grade two", "grade three"),
        ("grade two", "type two"),
        ("BI-RADS 4A", "BI-RADS 4B"),
        ("BI-RADS 4", "TI-RADS 4"),
        ("less than five", "greater than five"),
        ("three p m", "three a m"),
        ("march third", "march thirteenth"),
        ("two by three centimeters", "two three centimeters"),
        ("second rib", "seventh rib"),
        ("-20 HU", "20 HU"),
        ("without contrast", "with contrast"),
        ("bilateral effusions", "effusions"),
        ("left then right", "right then left"),
    ],
)
def test_texts_that_differ_in_a_value_are_told_apart(one: str, other: str) -> None:
    assert not same_values(one, other)
    assert differences(one, other)


def test_differences_name_both_sides() -> None:
    (found,) = differences("a 5 mm nodule in the left lung", "a 5 mm nodule in the right lung")
    assert [[item.value for item in side] for side in (found.ours, found.theirs)] == [["left"], ["right"]]
    (missing,) = differences("no nodule", "nodule")
    assert (len(missing.ours), missing.theirs) == (1, ())


def test_spelling_is_no_difference() -> None:
    assert not differences(
        "Measuring 4.8 x 5.1 cm at L4-5.", "measuring four point eight by five point one centimeters at L four L five"
    )


def test_protected_words_are_those_that_carry_values() -> None:
    words = words_of("no nodule of five millimeters, in the left lung at L four")
    assert sorted(protected_words(words)) == [0, 3, 4, 7, 10, 11]


@pytest.mark.parametrize("table", ["numbers_and_units.tsv", "punctuation.tsv"])
def test_speech_and_writing_have_the_same_values(table: str) -> None:
    lines = (Path(__file__).parent / table).read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    unlike = [spoken for spoken, written in rows if not same_values(spoken, written.replace("\\n", "\n"))]
    assert unlike == []


@given(st.text(max_size=80))
def test_reading_values_never_raises(text: str) -> None:
    assert protected_values(text) == protected_values(text)
    assert protected_words(words_of(text)) <= set(range(len(text.split())))
