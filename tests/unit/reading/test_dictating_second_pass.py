"""The second pass, choices, low-accuracy text, taking back: what may replace what, and what the reader must do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.dictation_room import HEAD, DictationRoom, dictation_room, spliced, told, words_of
from workstation.foundation.conditions import Severity
from workstation.reading.dictating import MarksChanged, Told
from workstation.reading.dictation_engines import LOW_ACCURACY


@pytest.fixture
def room(tmp_path: Path) -> Iterator[DictationRoom]:
    with dictation_room(tmp_path, second=True) as opened:
        yield opened


def settle(room: DictationRoom) -> None:
    """Until the second pass is over too; the microphone is off then."""
    room.dictation.disarm()
    room.until(lambda: "second-pass" not in room.keys_of_obstacles())


def test_a_better_text_replaces_the_first_and_can_be_taken_back(room: DictationRoom) -> None:
    room.says("there is plural effusion", "there is pleural effusion")
    settle(room)
    assert room.text() == "There is pleural effusion."
    assert spliced(room.changes) == ["dictated", "second pass"]
    (passage,) = room.dictation.passages(HEAD, "findings")
    assert passage.is_second
    assert passage.other is not None
    assert passage.other.text == "There is plural effusion."
    assert spliced(room.dictation.take_back(HEAD, passage.utterance, None)) == ["taken back"]
    assert room.text() == "There is plural effusion."


def test_the_second_pass_gets_the_very_sound_of_the_utterance(room: DictationRoom) -> None:
    room.says("no edema", "no edema")
    settle(room)
    assert room.first.sounds == room.second.sounds
    (sound,) = room.first.sounds.values()
    assert 30_000 < len(sound) < 80_000


def test_the_same_text_takes_doubts_away(room: DictationRoom) -> None:
    room.second.is_held = True
    room.says(words_of("no edema", confidence=0.3), "no edema")
    (passage,) = room.dictation.passages(HEAD, "findings")
    assert [room.text()[each.start : each.end] for each in passage.doubts] == ["No", "edema."]
    room.second.let_go()
    settle(room)
    assert room.dictation.passages(HEAD, "findings")[0].doubts == ()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("mass in the left lobe", "mass in the right lobe"),
        ("there is edema", "there is no edema"),
        ("it measures three centimeters", "it measures four centimeters"),
        ("it measures three centimeters", "it measures three millimeters"),
        ("disc bulge at l four l five", "disc bulge at l three l four"),
    ],
)
def test_texts_that_differ_in_a_value_need_a_choice_before_signing(
    room: DictationRoom, first: str, second: str
) -> None:
    room.says(first, second)
    settle(room)
    before = room.text()
    (passage,) = room.dictation.choices(HEAD)
    assert passage.needs_choice
    assert room.keys_of_obstacles()[0] == "choice:findings"
    assert room.dictation.obstacles(HEAD)[0].is_blocking
    assert spliced(room.changes) == ["dictated"]
    changes = room.dictation.choose(HEAD, passage.utterance, True)
    assert spliced(changes) == ["chosen"]
    assert passage.other is not None
    assert room.text() == passage.other.text != before
    assert not room.dictation.choices(HEAD)


def test_the_first_may_be_chosen_and_stays(room: DictationRoom) -> None:
    room.says("mass in the left lobe", "mass in the right lobe")
    settle(room)
    changes = room.dictation.choose(HEAD, room.dictation.choices(HEAD)[0].utterance, False)
    assert changes == (MarksChanged(HEAD, "findings"),)
    assert room.text() == "Mass in the left lobe."
    room.dictation.signing(HEAD, True)
    assert "choice:findings" not in room.keys_of_obstacles()


def test_a_choice_stands_whatever_else_is_edited_and_an_undone_choice_stands_again(room: DictationRoom) -> None:
    room.says("mass in the left lobe", "mass in the right lobe")
    settle(room)
    room.types("Mass in the left upper lobe. Heart normal.")
    assert room.keys_of_obstacles() == ["choice:findings"]
    room.types("Mass in the left lobe.")
    utterance = room.dictation.choices(HEAD)[0].utterance
    room.dictation.choose(HEAD, utterance, True)
    assert room.text() == "Mass in the right lobe."
    room.types("Mass in the left lobe.")  # undo in the editor
    assert room.keys_of_obstacles() == ["choice:findings"]
    room.types("Mass in the right lobe.")  # redo
    assert room.keys_of_obstacles() == []


def test_a_choice_is_moot_when_its_text_is_deleted_and_back_when_an_undo_brings_the_text_back(
    room: DictationRoom,
) -> None:
    room.types("Lungs clear. ")
    room.cursor()
    room.says("mass in the left lobe", "mass in the right lobe")
    settle(room)
    full = room.text()
    room.types("Lungs clear.")
    assert room.keys_of_obstacles() == []
    room.types(full)
    assert room.keys_of_obstacles() == ["choice:findings"]
    room.types("")
    assert room.keys_of_obstacles() == []
    room.types(full)
    assert room.passage_texts() == ["Mass in the left lobe."]
    assert room.keys_of_obstacles() == ["choice:findings"]


def test_an_edit_by_hand_is_never_overwritten(room: DictationRoom) -> None:
    room.second.is_held = True
    room.says("there is plural effusion", "there is pleural effusion")
    room.types("There is a small plural effusion.")
    room.second.let_go()
    settle(room)
    assert room.text() == "There is a small plural effusion."
    assert told(room.changes) == ["The text was edited, so the result of the second pass was discarded."]


def test_an_edit_beside_the_passage_is_none_of_it(room: DictationRoom) -> None:
    room.second.is_held = True
    room.says("there is plural effusion", "there is pleural effusion")
    room.types("CT: There is plural effusion. Heart normal.")
    room.second.let_go()
    settle(room)
    assert room.text() == "CT: There is pleural effusion. Heart normal."


def test_a_letter_glued_to_the_passage_is_an_edit(room: DictationRoom) -> None:
    room.second.is_held = True
    room.says("no edema or", "no oedema or")
    room.types("No edema orb")
    room.second.let_go()
    settle(room)
    assert room.text() == "No edema orb"


def test_the_second_pass_touches_nothing_once_the_sign_dialog_was_open(room: DictationRoom) -> None:
    room.second.is_held = True
    room.says("there is plural effusion", "there is pleural effusion")
    obstacles = room.dictation.obstacles(HEAD)
    assert [(each.key, each.is_blocking) for each in obstacles if each.key != "listening"] == [("second-pass", False)]
    room.dictation.signing(HEAD, True)
    room.dictation.signing(HEAD, False)
    room.second.let_go()
    settle(room)
    assert room.text() == "There is plural effusion."
    assert "signing had begun" in told(room.changes)[0]


def test_discarded_without_a_word_where_nothing_differs(room: DictationRoom) -> None:
    room.second.is_held = True
    room.says("no edema", "no edema")
    room.types("No edema!")
    room.second.let_go()
    settle(room)
    assert told(room.changes) == []


def test_the_second_pass_reaches_an_open_case_that_is_not_the_active_one(room: DictationRoom) -> None:
    room.second.is_held = True
    room.says("there is plural effusion", "there is pleural effusion")
    room.open("1.2.3.other")
    room.second.let_go()
    settle(room)
    assert room.text(HEAD) == "There is pleural effusion."
    assert room.text("1.2.3.other") == ""


def test_what_was_scratched_does_not_come_back(room: DictationRoom) -> None:
    room.second.is_held = True
    room.says("there is plural effusion", "there is pleural effusion")
    assert spliced(room.dictation.scratch(HEAD)) == ["scratched"]
    room.second.let_go()
    settle(room)
    assert room.text() == ""
    assert told(room.changes) == []


def test_the_full_stop_stays_when_the_next_sentence_stands_behind(room: DictationRoom) -> None:
    room.types("There is no ")
    room.cursor()
    room.second.is_held = True
    room.says("plural effusion", "pleural effusion")
    room.says("heart normal", "heart normal")
    room.second.let_go()
    settle(room)
    assert room.text() == "There is no pleural effusion. Heart normal."


@pytest.fixture
def poor(tmp_path: Path) -> Iterator[DictationRoom]:
    with dictation_room(tmp_path, second=True, is_low_accuracy=True) as opened:
        yield opened


def test_low_accuracy_is_a_lasting_condition_and_its_text_is_to_be_confirmed(poor: DictationRoom) -> None:
    assert poor.dictation.state.is_low_accuracy
    (condition,) = [each for each in poor.conditions.current() if each.key == LOW_ACCURACY]
    assert condition.severity is Severity.WARN
    poor.says("no edema", "no edema")
    settle(poor)
    assert poor.dictation.unconfirmed(HEAD) == ("findings",)
    assert poor.keys_of_obstacles() == ["unconfirmed:findings"]
    assert "Findings" in poor.dictation.obstacles(HEAD)[0].text
    poor.dictation.confirm(HEAD, "findings")
    assert poor.keys_of_obstacles() == []
    poor.says("no fracture", "no fracture")
    settle(poor)
    assert poor.dictation.unconfirmed(HEAD) == ("findings",)


def test_neither_a_second_pass_nor_an_edit_nor_undo_confirms_low_accuracy_text(poor: DictationRoom) -> None:
    poor.says("there is plural effusion", "there is pleural effusion")
    settle(poor)
    text = poor.text()
    for edited in ("There is a pleural effusion.", text, "Nothing.", text, "", text):
        poor.types(edited)
        assert poor.dictation.unconfirmed(HEAD) == (("findings",) if edited else ())


def test_an_emptied_field_that_is_typed_anew_needs_no_confirmation(poor: DictationRoom) -> None:
    poor.says("there is plural effusion", "there is pleural effusion")
    settle(poor)
    poor.types("")
    poor.types("N")
    poor.types("No effusion.")
    assert poor.dictation.unconfirmed(HEAD) == ()


def test_nothing_is_decided_in_a_case_that_is_signed_or_only_looked_at(room: DictationRoom) -> None:
    room.says("mass in the left lobe", "mass in the right lobe")
    settle(room)
    utterance = room.dictation.choices(HEAD)[0].utterance
    room.dictation.signing(HEAD, True)
    for decide in (
        lambda: room.dictation.choose(HEAD, utterance, True),
        lambda: room.dictation.scratch(HEAD),
        lambda: room.dictation.take_back(HEAD, utterance, None),
        lambda: room.dictation.confirm(HEAD, "findings"),
    ):
        (told,) = decide()
        assert isinstance(told, Told)
    assert room.text() == "Mass in the left lobe."
