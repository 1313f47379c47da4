"""What becomes of the second text: better words go in, another value never by itself, and nothing comes too late."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.dictation.protected import protected_values
from workstation.dictation.second_pass import Outcome, TextNow, verdict_on
from workstation.dictation.words import Written

HERE = TextNow()


def text(words: str) -> Written:
    return Written(words, words)


REPLACED = [
    ("There is pulmonary edema in the moon.", "There is pulmonary edema."),
    ("no plural effusion", "No pleural effusion."),
    ("A two by three centimeter lesion on the left", "A 2 x 3 cm lesion on the left."),
    ("Grade 1 antero list thesis of L4 on L5.", "Grade 1 anterolisthesis of L4 on L5."),
    ("", "Clear lungs."),
]
CHOICES = [
    ("No pleural effusion.", "Pleural effusion."),
    ("Pleural effusion.", "No pleural effusion."),
    ("Left pleural effusion.", "Right pleural effusion."),
    ("A left effusion and a right nodule.", "A right effusion and a left nodule."),
    ("A 3 cm mass.", "A 3 mm mass."),
    ("A 1.2 cm nodule.", "A 12 cm nodule."),
    ("A 15 mm nodule.", "A 50 mm nodule."),
    ("Disc protrusion at L4-L5.", "Disc protrusion at L5-S1."),
    ("BI-RADS 4A.", "BI-RADS 4B."),
    ("Not enlarged.", "Now enlarged."),
    ("With contrast.", "Without contrast."),
    ("", "No pneumothorax."),
    ("Comparison March 3, 2024.", "Comparison March 13, 2024."),
]


@pytest.mark.parametrize(("first", "second"), REPLACED)
def test_a_better_text_goes_in(first: str, second: str) -> None:
    verdict = verdict_on(text(first), text(second), HERE)
    assert (verdict.outcome, verdict.text.text, verdict.differing) == (Outcome.REPLACED, second, ())
    assert not verdict.blocks_signing


@pytest.mark.parametrize(("first", "second"), CHOICES)
def test_another_value_needs_a_person(first: str, second: str) -> None:
    verdict = verdict_on(text(first), text(second), HERE)
    assert verdict.outcome is Outcome.CHOICE_NEEDED
    assert verdict.text.text == first
    assert verdict.differing
    assert verdict.blocks_signing
    assert verdict.reason
    assert (verdict.chosen(second=True).text, verdict.chosen(second=False).text) == (second, first)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (TextNow(is_edited=True), "edited"),
        (TextNow(is_signing=True), "signing"),
        (TextNow(is_here=False), "another case"),
        (TextNow(is_here=False, is_edited=True, is_signing=True), "another case"),
    ],
)
@pytest.mark.parametrize(("first", "second"), [REPLACED[0], CHOICES[0], ("Same.", "Same.")])
def test_what_comes_too_late_is_discarded_and_said(now: TextNow, said: str, first: str, second: str) -> None:
    verdict = verdict_on(text(first), text(second), now)
    assert (verdict.outcome, verdict.text.text) == (Outcome.DISCARDED, first)
    assert said in verdict.reason
    assert not verdict.blocks_signing


def test_the_same_text_is_nothing_new_and_silence_takes_nothing_away() -> None:
    assert verdict_on(text("Clear."), text("Clear."), HERE).outcome is Outcome.SAME
    kept = verdict_on(text("Clear lungs."), text(""), HERE)
    assert (kept.outcome, kept.text.text) == (Outcome.KEPT, "Clear lungs.")
    assert kept.reason


_SAID = [
    "no",
    "not",
    "without",
    "left",
    "right",
    "L4",
    "S1",
    "3",
    "12",
    "1.5",
    "cm",
    "mm",
    "two",
    "point",
    "five",
    "by",
]
_WORDS = st.lists(st.sampled_from([*_SAID, "grade", "BI-RADS", "4A", "lung", "mass", "is", "the", "of"]), max_size=8)
_TEXTS = _WORDS.map(" ".join)


@settings(max_examples=150, deadline=None)
@given(_TEXTS, _TEXTS, st.builds(TextNow, st.booleans(), st.booleans(), st.booleans()))
def test_no_value_changes_without_a_person(first: str, second: str, now: TextNow) -> None:
    verdict = verdict_on(text(first), text(second), now)
    assert protected_values(verdict.text.text) == protected_values(first)
    if now != TextNow():
        assert verdict.text.text == first
