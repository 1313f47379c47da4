"""What the reader's corrections teach, and what they never teach."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.dictation.learnt_corrections import LearntCorrection, LearntCorrections, corrections_between, may_learn
from workstation.dictation.protected import same_values
from workstation.foundation.errors import BadInput


def test_twice_is_needed_and_enough() -> None:
    once = LearntCorrections().noting("tire red spot", "thyroid spot")
    assert once.meant("tire red spot") is None
    assert once.noting("Tire red spot", "thyroid spot").meant("tire red spot") == "thyroid spot"


def test_another_correction_of_the_same_words_starts_again() -> None:
    learnt = LearntCorrections().noting("see quela", "sequela").noting("see quela", "sequelae")
    assert learnt.meant("see quela") is None
    assert learnt.entries == (LearntCorrection("see quela", "sequelae", 1),)


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("right", "left"),
        ("write", "right"),
        ("know", "no"),
        ("now nodule", "no nodule"),
        ("fife", "five"),
        ("five", "nine"),
        ("grade two", "grade three"),
        ("the", "a"),
        ("one two three four five", "x"),
        ("", "x"),
    ],
)
def test_values_and_common_words_are_never_learnt(heard: str, meant: str) -> None:
    learnt = LearntCorrections().noting(heard, meant).noting(heard, meant)
    assert learnt.entries == ()


def test_edits_teach_only_small_replacements() -> None:
    old = "The plural effusion is small. Heart normal."
    assert corrections_between(old, "The pleural effusion is small. Heart normal.") == (("plural", "pleural"),)
    assert corrections_between(old, old + " Lungs clear.") == ()
    assert corrections_between(old, "Heart normal.") == ()
    assert corrections_between(old, "There was nothing here that could be kept of it.") == ()
    assert corrections_between("located in this", "located on this") == (("located in", "located on"),)
    assert corrections_between("a cyst of Backer", "a cyst of Baker") == (("backer", "baker"),)


def test_what_was_learnt_is_listed_removed_and_kept() -> None:
    learnt = LearntCorrections().noting("see quela", "sequela").noting("see quela", "sequela").noting("backer", "Baker")
    assert [(entry.heard, entry.times, entry.is_used) for entry in learnt.entries] == [
        ("see quela", 2, True),
        ("backer", 1, False),
    ]
    assert LearntCorrections.from_json(learnt.to_json()) == learnt
    assert [entry.heard for entry in learnt.without("See quela").entries] == ["backer"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"schema": "learnt-corrections/2", "corrections": []}',
        '{"schema": "learnt-corrections/1", "corrections": [{"heard": "a"}]}',
        '{"schema": "learnt-corrections/1", "corrections": [{"heard": "right", "meant": "left", "times": 9}]}',
        '{"schema": "learnt-corrections/1", "corrections": [{"heard": "see quela", "meant": "sequela", "times": "2"}]}',
    ],
)
def test_a_damaged_or_foreign_store_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        LearntCorrections.from_json(text)


@given(st.text(max_size=20), st.text(max_size=20))
def test_what_may_be_learnt_changes_no_value(heard: str, meant: str) -> None:
    if may_learn(heard, meant):
        assert same_values(heard, meant)
    learnt = LearntCorrections().noting(heard, meant)
    assert LearntCorrections.from_json(learnt.to_json()) == learnt
