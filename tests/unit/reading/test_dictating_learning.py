"""What is learnt of the reader's corrections, and spoken commands: through the whole use case."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.dictation_room import HEAD, DictationRoom, dictation_room, spliced
from workstation.dictation.commands import Command, Possible
from workstation.dictation.listening import Armed
from workstation.foundation.errors import BadInput
from workstation.reading.dictating import CommandSpoken, LiveText, NotACommand
from workstation.reading.dictation_engines import Wishes

WRONG, RIGHT = "there is a glimmer in the left lobe", "There is a glioma in the left lobe."


def dictate_and_correct(room: DictationRoom, *, cursor_stays: bool = False) -> str:
    """Dictate into an empty field, correct it by hand, go on; gives what dictation wrote."""
    room.types("")
    room.cursor()
    room.says(WRONG)
    written = room.text()
    if written != RIGHT:
        room.types(RIGHT)
    if not cursor_stays:
        room.cursor(field_id="impression")
    return written


def english(root: Path, user: str = "dr.demo") -> DictationRoom:
    room = DictationRoom(root, second=False, wishes=Wishes(), is_low_accuracy=False)
    room.begin(user)
    room.open()
    room.ready()
    return room


def test_a_mistake_corrected_twice_is_not_made_a_third_time_not_even_tomorrow_but_by_this_reader_only(
    tmp_path: Path,
) -> None:
    room = english(tmp_path)
    try:
        assert [dictate_and_correct(room) for _ in range(3)] == [
            "There is a glimmer in the left lobe.",
            "There is a glimmer in the left lobe.",
            RIGHT,
        ]
        (mark,) = room.dictation.passages(HEAD, "findings")[0].rewrites
        assert (mark.why, mark.from_, mark.to) == ("learnt", "glimmer", "glioma")
    finally:
        room.close()
    for user, wanted in (("dr.demo", RIGHT), ("dr.other", "There is a glimmer in the left lobe.")):
        later = english(tmp_path, user)
        try:
            assert dictate_and_correct(later) == wanted
            if user == "dr.demo":
                known = later.dictation.learnt.entries
                later.dictation.forget("glimmer")
                assert later.dictation.learnt.meant("glimmer") is None
                later.dictation.put_back(known)
                assert later.dictation.learnt.entries == known
                later.dictation.forget("glimmer")
        finally:
            later.close()


def test_a_correction_counts_once_for_each_passage_and_only_when_it_was_left(tmp_path: Path) -> None:
    room = english(tmp_path)
    try:
        dictate_and_correct(room, cursor_stays=True)
        assert room.dictation.learnt.entries == ()
        room.cursor(field_id="impression")
        room.cursor()
        room.cursor(field_id="impression")
        assert [each.times for each in room.dictation.learnt.entries] == [1]
        room.dictation.signing(HEAD, True)
        assert [each.times for each in room.dictation.learnt.entries] == [1]
    finally:
        room.close()


def test_a_guess_that_was_taken_back_twice_is_not_made_again(tmp_path: Path) -> None:
    room = english(tmp_path)
    try:
        texts = []
        for _ in range(3):
            room.types("")
            room.cursor()
            room.says("there is a plural effusion")
            texts.append(room.text())
            (passage,) = room.dictation.passages(HEAD, "findings")
            if passage.rewrites:
                assert spliced(room.dictation.take_back(HEAD, passage.utterance, passage.rewrites[0])) == ["taken back"]
                assert room.text() == "There is a plural effusion."
            room.cursor(field_id="impression")
        assert texts == ["There is a pleural effusion.", "There is a pleural effusion.", "There is a plural effusion."]
    finally:
        room.close()


def test_own_words_are_kept_and_wrong_ones_refused(tmp_path: Path) -> None:
    with dictation_room(tmp_path) as room:
        room.dictation.add_word("Xylofoam")
        room.until(lambda: not room.dictation._engines.is_choosing)
        with pytest.raises(BadInput):
            room.dictation.add_word("...")
        assert room.dictation.own_words == ("Xylofoam",)
    with dictation_room(tmp_path) as later:
        assert later.dictation.own_words == ("Xylofoam",)
        later.dictation.remove_word("Xylofoam")
        assert later.dictation.own_words == ()


def test_a_command_is_no_text_and_text_no_command(tmp_path: Path) -> None:
    with dictation_room(tmp_path, second=True) as room:
        room.dictation.can_say((Possible("next_field"), Possible("go_to_field", ("Impression",))))
        assert len(room.dictation.help_lines) == 2
        changes = room.says("go to impression", "go to impression")
        assert [each for each in changes if isinstance(each, CommandSpoken)] == [
            CommandSpoken(HEAD, "findings", Command("go_to_field", "Impression"), _utterance(changes))
        ]
        assert room.text() == ""
        room.says("the next field shows a mass", "the next field shows a mass")
        assert room.text() == "The next field shows a mass."


def test_with_the_command_key_nothing_becomes_text(tmp_path: Path) -> None:
    with dictation_room(tmp_path) as room:
        room.dictation.can_say((Possible("next_series"),))
        room.dictation.hold_command_key(True)
        assert room.dictation.state.command_key
        assert room.dictation.state.armed is Armed.HELD
        changes = room.says("next seris")
        assert [each.command.name for each in changes if isinstance(each, CommandSpoken)] == ["next_series"]
        changes = room.says("the liver is enlarged")
        assert [each for each in changes if isinstance(each, NotACommand)] == [NotACommand("the liver is enlarged")]
        room.dictation.hold_command_key(False)
        assert room.dictation.state.armed is Armed.OFF
        assert room.text() == ""


def test_live_text_is_shown_at_its_place_and_goes_with_the_final_text(tmp_path: Path) -> None:
    with dictation_room(tmp_path) as room:
        room.types("Heart normal. ")
        room.cursor()
        room.first.partial = "no ede"
        live = [each for each in room.says("no edema") if isinstance(each, LiveText)]
        assert {(each.field_id, each.at, each.text) for each in live[:-1]} >= {("findings", 14, "no ede")}
        assert live[-1].text == ""
        assert room.text() == "Heart normal. No edema."


def _utterance(changes: object) -> str:
    (found,) = [each.utterance for each in changes if isinstance(each, CommandSpoken)]  # type: ignore[attr-defined]
    return found
