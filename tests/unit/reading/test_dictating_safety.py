"""What must never happen: words lost or in the wrong place, text signed that nobody confirmed, a microphone left on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpers.dictation_room import CHEST, HEAD, VOICE_DB, DictationRoom, dictation_room, told
from tests.helpers.spoken_sound import noise
from workstation.dictation.commands import Possible
from workstation.dictation.listening import Armed
from workstation.reading.dictated_json import dictated_from_json
from workstation.reading.dictating import CommandSpoken, LiveText, NotACommand


@pytest.fixture
def room(tmp_path: Path) -> Iterator[DictationRoom]:
    with dictation_room(tmp_path) as opened:
        yield opened


@pytest.fixture
def poor(tmp_path: Path) -> Iterator[DictationRoom]:
    with dictation_room(tmp_path, second=True, is_low_accuracy=True) as opened:
        yield opened


def settle(room: DictationRoom) -> None:
    """Until the second pass is over too; the microphone is off then."""
    room.dictation.disarm()
    room.until(lambda: "second-pass" not in room.keys_of_obstacles())


# --- the microphone


def test_the_microphone_goes_off_when_the_case_can_only_be_looked_at_any_more(room: DictationRoom) -> None:
    assert room.dictation.toggle()
    room.book.replace(replace(room.book.get(HEAD), read_only_reason="Dr. Sam Second has this item."))
    assert room.dictation.state.armed is Armed.OFF


def test_the_microphone_goes_off_with_the_engine(room: DictationRoom) -> None:
    assert room.dictation.toggle()
    room.dictation.choose_engine("off", False)
    assert room.dictation.state.armed is Armed.OFF


# --- commands


def test_a_command_is_done_before_what_was_said_after_it_becomes_text(room: DictationRoom) -> None:
    room.dictation.can_say((Possible("scratch_that"),))
    room.first.is_held = True
    for said in ("no edema", "scratch that", "no fracture"):
        room.begins(said)
    room.until(lambda: len(room.first.waiting) == 3)
    room.dictation.pump()
    room.first.let_go()
    done = 0
    for _ in range(5):
        for change in room.dictation.pump():
            if isinstance(change, CommandSpoken):
                done += 1
                room.dictation.scratch(HEAD)
    assert (room.text(), done) == ("No fracture.", 1)


def test_a_command_of_an_earlier_run_of_the_program_is_not_done(tmp_path: Path) -> None:
    with dictation_room(tmp_path) as room:
        room.says("no edema")
        room.first.is_held = True
        room.begins("scratch that")
        room.until(lambda: len(room.first.waiting) == 1)
        time.sleep(0.05)
        room.dictation.pump()
    with dictation_room(tmp_path, opens=False) as later:
        later.dictation.can_say((Possible("scratch_that"),))
        later.first.texts.append("scratch that")
        later.open()
        later.ready()
        later.until(lambda: not later.first.texts and not later.dictation.obstacles(HEAD))
        assert not any(isinstance(each, CommandSpoken) for each in later.changes)
        assert "late" in told(later.changes)[0]
        assert later.text() == "No edema."


def test_a_sentence_that_was_being_heard_when_the_command_key_went_down_is_text(room: DictationRoom) -> None:
    room.dictation.can_say((Possible("next_field"),))
    room.first.partial = "no pleural effusion"
    room.first.texts += ["no pleural effusion", "next field"]
    assert room.dictation.toggle()
    room.plays(noise(1.0, VOICE_DB).tobytes(), silence_s=0.1)
    room.until(lambda: any(isinstance(each, LiveText) for each in room.changes))
    room.dictation.hold_command_key(True)
    room.plays(noise(0.0, VOICE_DB).tobytes(), silence_s=0.4)
    room.plays(noise(1.0, VOICE_DB).tobytes())
    room.dictation.hold_command_key(False)
    room.hears_out()
    assert room.text() == "No pleural effusion."
    assert [each.command.name for each in room.changes if isinstance(each, CommandSpoken)] == ["next_field"]
    assert not any(isinstance(each, NotACommand) for each in room.changes)


# --- nothing said is lost


def test_what_is_being_said_when_the_program_dies_is_recognised_after_it(tmp_path: Path) -> None:
    with dictation_room(tmp_path) as room:
        assert room.dictation.press()
        room.plays(noise(2.5, VOICE_DB).tobytes(), silence_s=0.1)
        time.sleep(0.05)
        room.dictation.pump()
        kept = room.drafts.get(HEAD)
        assert kept is not None
        _, waiting = dictated_from_json(kept.dictated, kept.fields)
        assert len(waiting) == 1
        assert room.dictation._hearing.audio.utterances_of(HEAD)[0].utterance in waiting


def test_words_of_a_closed_case_are_written_when_it_is_opened_again(room: DictationRoom) -> None:
    room.first.is_held = True
    room.begins("no acute hemorrhage")
    room.until(lambda: room.first.waiting)
    room.dictation.leave(HEAD)
    room.book.close(HEAD)
    room.plays(b"")
    room.first.let_go()
    room.hears_out()
    room.first.is_held = False
    room.first.texts.append("no acute hemorrhage")
    room.open(HEAD)
    room.until(lambda: room.text() == "No acute hemorrhage.")


def test_words_whose_field_is_gone_from_the_template_are_not_dropped_in_silence(room: DictationRoom) -> None:
    body = {"schema": "dictated/1", "passages": [], "unconfirmed": {}, "waiting": {"u1": ["comparison", 3]}}
    _, waiting = dictated_from_json(body, {"findings": ""})
    assert list(waiting) == ["u1"]


def test_a_recording_that_is_not_there_any_more_is_told(room: DictationRoom) -> None:
    kept = {"schema": "dictated/1", "passages": [], "unconfirmed": {}, "waiting": {"u1": ["findings", 0]}}
    room.book.close(HEAD)
    room.drafts.change(HEAD, lambda draft: draft.with_dictated(kept))
    room.dictation._scribe._cases.clear()
    room.open(HEAD)
    room.until(lambda: any("recording" in each for each in told(room.changes)))


def test_an_utterance_that_is_dropped_while_it_is_spoken_holds_up_nobody(room: DictationRoom) -> None:
    line = room.dictation._engines.first
    room.first.texts += ["one", "two"]
    line.begin("a")
    line.drop("a")
    line.end("a")
    line.add("b", b"\0" * 320)
    assert len(room.first.sounds) == 2, "the engine has it"


# --- unconfirmed and unchosen text


def test_an_undo_after_the_confirmation_brings_no_unconfirmed_text_back(poor: DictationRoom) -> None:
    poor.types("Lungs clear. ")
    poor.cursor()
    poor.says("no edema", "no edema")
    settle(poor)
    full = poor.text()
    poor.types("Lungs clear.")
    poor.dictation.confirm(HEAD, "findings")
    assert poor.dictation.unconfirmed(HEAD) == ()
    poor.types(full)
    assert poor.dictation.unconfirmed(HEAD) == ("findings",)


def test_text_that_comes_after_the_confirmation_is_to_be_confirmed(poor: DictationRoom) -> None:
    poor.second.is_held = True
    poor.says("there is plural effusion", "there is pleural effusion")
    poor.dictation.confirm(HEAD, "findings")
    poor.second.let_go()
    settle(poor)
    assert poor.text() == "There is pleural effusion."
    assert poor.dictation.unconfirmed(HEAD) == ("findings",)
    poor.dictation.confirm(HEAD, "findings")
    poor.types("There is plural effusion.")  # undo in the editor: this is the first engine's again
    assert poor.dictation.unconfirmed(HEAD) == ("findings",)


def test_a_choice_goes_with_its_text_into_another_field(tmp_path: Path) -> None:
    with dictation_room(tmp_path, second=True, is_low_accuracy=True) as room:
        room.says("mass in the left lobe", "mass in the right lobe")
        settle(room)
        text = room.text()
        room.types("")
        assert room.keys_of_obstacles() == []
        room.types(f"CT head. {text}", field_id="impression")
        assert room.keys_of_obstacles() == ["unconfirmed:impression", "choice:impression"]
        room.types("CT head.", field_id="impression")
        room.types(text)
        assert {"unconfirmed:findings", "choice:findings"} < set(room.keys_of_obstacles())
        assert "choice:impression" not in room.keys_of_obstacles()


def test_confirmed_text_that_is_deleted_and_brought_back_stays_confirmed(poor: DictationRoom) -> None:
    poor.types("Lungs clear. ")
    poor.cursor()
    poor.says("no edema", "no edema")
    settle(poor)
    full = poor.text()
    poor.dictation.confirm(HEAD, "findings")
    poor.types("Lungs clear.")
    poor.types(full)
    assert poor.dictation.unconfirmed(HEAD) == ()


# --- recordings


def test_a_damaged_recording_goes_wholly_when_the_report_is_signed(room: DictationRoom) -> None:
    room.says("no edema", seconds=6.0)
    audio, store = room.dictation._hearing.audio, room.dictation._parts.recordings
    (tag,) = audio.utterances_of(HEAD)
    audio.save_now()
    folder = room.root / "dictation"
    names = [f"{tag.utterance}.{number}" for number in range(3)]
    assert all(store.has(name) for name in names)
    path = room.dictation._parts.recordings._files._path(names[1])  # type: ignore[attr-defined]
    path.write_bytes(path.read_bytes()[:-9] + b"forged it")
    room.dictation.erase(HEAD)
    assert not any(store.has(name) for name in names)
    assert [each for each in folder.iterdir() if each.stat().st_size > 2000] == []


def test_what_no_engine_recognised_can_be_played(room: DictationRoom) -> None:
    room.says(None)
    (utterance,) = room.dictation.unheard(HEAD)
    room.dictation.replay(utterance)
    room.until(lambda: room.player.played)
    assert room.player.played[0] == room.dictation.sound_of(utterance)


# --- privacy


def test_what_was_said_of_one_patient_is_not_shown_over_another(tmp_path: Path) -> None:
    with dictation_room(tmp_path, second=True) as room:
        room.first.is_held = room.second.is_held = True
        room.begins("no acute hemorrhage", "no acute hemorrhage")
        room.book.replace(replace(room.book.get(HEAD), read_only_reason="Dr. Sam Second has this item."))
        room.open(CHEST)
        room.plays(b"")
        room.first.let_go()
        room.second.let_go()
        room.until(lambda: told(room.changes))
        assert not any("hemorrhage" in each for each in told(room.changes))


def test_nothing_shows_text_when_it_is_printed(tmp_path: Path) -> None:
    with dictation_room(tmp_path, second=True, is_low_accuracy=True) as room:
        room.first.partial = "xylofoam"
        room.says("mass in the left xylofoam lobe", "mass in the right xylofoam lobe")
        settle(room)
        room.types("Mass in the left upper xylofoam lobe.")
        room.dictation.add_word("xylofoam")
        seen = [
            *room.changes,
            *room.dictation.passages(HEAD, "findings"),
            *room.dictation._scribe.text_of(HEAD).all(),
            *room.dictation._scribe.points._places,
            room.dictation.state,
            room.drafts.get(HEAD),
            room.dictation._wishes,
            *(each.settings for each in room.made),
        ]
        assert not [type(each).__name__ for each in seen if "xylofoam" in repr(each).lower()]
        assert not any("xylofoam" in f"{each.text} {each.advice}" for each in room.conditions.current())
        assert not any("xylofoam" in each.text for each in room.dictation.obstacles(HEAD))
