"""Whose text it is: case, draft version, field and place of an utterance, however late its words come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers.dictation_room import CHEST, HEAD, DictationRoom, dictation_room, spliced, told
from workstation.dictation.listening import Armed


@pytest.fixture
def room(tmp_path: Path) -> Iterator[DictationRoom]:
    with dictation_room(tmp_path) as opened:
        yield opened


def test_what_is_said_stands_in_the_field_with_the_cursor(room: DictationRoom) -> None:
    changes = room.says("there is no pleural effusion")
    assert room.text() == "There is no pleural effusion."
    assert spliced(changes) == ["dictated"]
    assert room.passage_texts() == ["There is no pleural effusion."]


def test_the_next_utterance_follows(room: DictationRoom) -> None:
    room.says("there is no pleural effusion")
    room.says("the heart is normal in size")
    assert room.text() == "There is no pleural effusion. The heart is normal in size."


def test_utterances_follow_in_the_order_in_which_they_were_said_while_words_are_late(room: DictationRoom) -> None:
    room.first.is_held = True
    room.begins("no effusion")
    room.begins("no edema")
    room.begins("no fracture")
    assert room.text() == ""
    room.first.let_go()
    room.hears_out()
    assert room.text() == "No effusion. No edema. No fracture."


def test_a_selection_is_replaced_by_the_first_and_the_next_follows(room: DictationRoom) -> None:
    room.types("The heart is large. Lungs clear.")
    room.cursor(start=13, end=18)
    room.first.is_held = True
    room.begins("normal")
    room.begins("in size")
    room.first.let_go()
    room.hears_out()
    assert room.text() == "The heart is normal in size. Lungs clear."


def test_typing_before_and_after_moves_the_place(room: DictationRoom) -> None:
    room.types("Heart: . End")
    room.cursor(start=7)
    room.first.is_held = True
    room.begins("normal")
    room.types("The Heart: . End")
    room.types("The Heart: . The End")
    room.first.let_go()
    room.hears_out()
    assert room.text() == "The Heart: normal. The End"


def test_the_reader_goes_on_in_another_field_and_the_words_come_to_the_first(room: DictationRoom) -> None:
    room.first.is_held = True
    room.begins("no acute hemorrhage")
    room.cursor(field_id="impression")
    room.begins("normal study")
    room.first.let_go()
    room.hears_out()
    assert (room.text(), room.text(field_id="impression")) == ("No acute hemorrhage.", "Normal study.")


def test_another_case_switches_the_microphone_off_and_gets_not_a_word(room: DictationRoom) -> None:
    room.first.is_held = True
    room.begins("acute subdural hematoma on the left side")
    room.open(CHEST)
    assert room.dictation.state.armed is Armed.OFF
    room.plays(b"")
    room.first.let_go()
    room.hears_out()
    assert room.text(CHEST) == ""
    assert room.text(HEAD) == "Acute subdural hematoma on the left side."


@pytest.mark.parametrize("how", ["activated", "placed"])
def test_the_microphone_is_off_once_another_case_is_active(room: DictationRoom, how: str) -> None:
    room.open(CHEST)
    assert room.dictation.toggle()
    if how == "activated":
        room.book.activate(HEAD)
    else:
        room.dictation.place(HEAD, "findings", 0, 0)
    assert room.dictation.state.armed is Armed.OFF


def test_a_closed_case_takes_nothing_any_more_and_the_reader_is_told(room: DictationRoom) -> None:
    room.first.is_held = True
    room.begins("no acute hemorrhage")
    room.dictation.leave(HEAD)
    room.book.close(HEAD)
    room.plays(b"")
    room.first.let_go()
    changes = room.hears_out()
    assert room.text() == ""
    assert len(told(changes)) == 1
    assert "closed" in told(changes)[0]
    assert "hemorrhage" not in told(changes)[0], "another patient may be on screen now"
    assert room.dictation.state.armed is Armed.OFF


def test_a_read_only_case_takes_no_dictation(room: DictationRoom) -> None:
    room.open(CHEST, read_only="Dr. Sam Second has this item.")
    assert not room.dictation.press()
    assert not room.dictation.toggle()
    assert "looked at" in room.dictation.state.trouble


def test_a_case_that_was_lost_meanwhile_takes_nothing(room: DictationRoom) -> None:
    room.first.is_held = True
    room.begins("no acute hemorrhage")
    room.book.replace(replace(room.book.get(HEAD), read_only_reason="Dr. Sam Second has this item."))
    room.first.let_go()
    assert told(room.hears_out())
    assert room.text() == ""


def test_another_version_of_the_draft_takes_nothing(room: DictationRoom) -> None:
    room.first.is_held = True
    room.begins("no acute hemorrhage")
    room.drafts.change(HEAD, lambda draft: replace(draft, version=2))
    room.first.let_go()
    assert "earlier version" in told(room.hears_out())[0]
    assert room.text() == ""


def test_nothing_touches_the_report_while_the_sign_dialog_is_open_nor_what_was_said_before_afterwards(
    room: DictationRoom,
) -> None:
    room.first.is_held = True
    room.begins("no acute hemorrhage")
    assert room.keys_of_obstacles() == ["listening"]
    room.dictation.signing(HEAD, True)
    assert room.dictation.state.armed is Armed.OFF
    assert not room.dictation.toggle()
    room.plays(b"")
    room.dictation.signing(HEAD, False)
    room.first.let_go()
    changes = room.hears_out()
    assert room.text() == ""
    assert told(changes) == [
        "“no acute hemorrhage” was discarded: signing had begun. Its recording is kept until the report is signed."
    ]
    room.first.is_held = False
    room.says("no acute infarct")
    assert room.text() == "No acute infarct."


def test_sound_without_speech_is_nothing(room: DictationRoom) -> None:
    room.first.texts.append("the")
    assert room.dictation.press()
    room.plays(b"", silence_s=1.5)
    room.dictation.release()
    room.plays(b"", silence_s=1.5)
    room.hears_out()
    assert room.text() == ""
    assert not room.dictation.obstacles(HEAD)


def test_an_empty_result_changes_nothing(room: DictationRoom) -> None:
    assert spliced(room.says("")) == []
    assert not room.dictation.state.is_busy
