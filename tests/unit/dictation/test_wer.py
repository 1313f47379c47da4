"""The word error rate does not see spelling, and sees everything else."""

from __future__ import annotations

import pytest

from workstation.dictation.wer import WordErrors, neutral_words, total, word_errors


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("four point eight by five point one centimeters", "4.8 x 5.1 cm."),
        ("Left para-aortic node", "left para aortic node"),
        ("at three forty five p m", "at 3:45 PM"),
        ("March third, two thousand twenty four", "March 3, 2024"),
        ("L five S one", "L5-S1"),
        ("two nodules", "2 nodules"),
        ("twelve hundred", "twelve hundred"),
        ("1,200 slices", "1200 slices"),
        ("TI-RADS five", "TI-RADS 5"),
        ("fifty percent", "50%"),
        ("no effusion comma no nodule", "No effusion, no nodule."),
    ],
)
def test_spelling_does_not_count(one: str, other: str) -> None:
    assert neutral_words(one) == neutral_words(other)
    assert word_errors(one, other).errors == 0


def test_errors_are_counted_by_kind() -> None:
    counted = word_errors("no left pleural effusion", "right pleural effusion is seen")
    assert counted == WordErrors(substitutions=1, deletions=1, insertions=2, words=4)
    assert counted.rate == 1.0


@pytest.mark.parametrize(
    ("said", "heard"), [("left", "right"), ("no nodule", "nodule"), ("5 mm", "5 cm"), ("L4", "L5")]
)
def test_values_count(said: str, heard: str) -> None:
    assert word_errors(said, heard).errors == 1


def test_many_texts_are_added_up_by_words() -> None:
    parts = [word_errors("normal heart", "normal part"), word_errors("clear lungs on both sides here now ok", "")]
    assert total(parts) == WordErrors(substitutions=1, deletions=8, insertions=0, words=10)
    assert total(parts).rate == pytest.approx(0.9)
    assert (total([]).rate, word_errors("", "noise").rate) == (0.0, 1.0)
