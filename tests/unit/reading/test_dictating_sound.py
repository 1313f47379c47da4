"""Recordings, engines that come late, give up or are exchanged, microphones that are not there; start and stop."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.helpers.dictation_room import CHEST, HEAD, PLAIN, dictation_room, told, words_of
from tests.helpers.spoken_sound import ScriptedMicrophone
from workstation.dictation.engine_worker import EngineState
from workstation.dictation.errors import ModelMissing
from workstation.dictation.listening import NO_MICROPHONE, Armed
from workstation.dictation.utterance_audio import NOT_KEPT
from workstation.dictation.words import Heard
from workstation.reading.dictation_engines import LOW_COVERAGE, NO_ENGINE, Wishes
from workstation.reading.dictation_results import UNHEARD


def files_in(root: Path) -> list[Path]:
    return [each for each in (root / "dictation").iterdir() if each.is_file()]


def test_every_sound_is_kept_sealed_and_played_again(tmp_path: Path) -> None:
    with dictation_room(tmp_path) as room:
        room.says("no edema")
        (passage,) = room.dictation.passages(HEAD, "findings")
        sound = room.dictation.sound_of(passage.utterance)
        assert room.first.sounds == {passage.utterance: sound}
        assert room.dictation.sound_of(passage.utterance, 0.1, 0.3) == sound[3200:9600]
        room.dictation.replay(passage.utterance)
        room.dictation.replay(passage.utterance, passage.words[:1])
        room.until(lambda: len(room.player.played) == 2)
        assert room.player.played[0] == sound
        assert len(room.player.played[1]) == round(0.35 * 32_000)
        assert room.dictation.state.armed is Armed.OFF, "it would hear itself"
        room.player.is_there = False
        room.dictation.replay(passage.utterance)
        room.until(lambda: any("no loudspeaker" in each for each in told(room.changes)))
        room.dictation.replay("nothing")
        room.until(lambda: any("no recording" in each for each in told(room.changes)))
    assert files_in(tmp_path)
    assert not any(sound[:1000] in each.read_bytes() or b"edema" in each.read_bytes() for each in files_in(tmp_path))
    assert not any(HEAD in each.name or passage.utterance in each.name for each in files_in(tmp_path))


def test_recordings_passages_choices_and_confirmations_survive_a_restart(tmp_path: Path) -> None:
    with dictation_room(tmp_path, second=True, is_low_accuracy=True) as room:
        room.says("mass in the left lobe", "mass in the right lobe")
        room.until(lambda: room.dictation.choices(HEAD))
        before = room.dictation.passages(HEAD, "findings")
        sound = room.dictation.sound_of(before[0].utterance)
    with dictation_room(tmp_path, second=True) as later:
        assert later.dictation.passages(HEAD, "findings") == before
        assert later.dictation.sound_of(before[0].utterance) == sound
        assert later.keys_of_obstacles() == ["unconfirmed:findings", "choice:findings"]
        later.dictation.choose(HEAD, before[0].utterance, True)
        assert later.text() == "Mass in the right lobe."
        later.dictation.erase(HEAD)
        assert later.dictation.sound_of(before[0].utterance) == b""
    assert len([each for each in files_in(tmp_path) if each.stat().st_size > 2000]) == 0


def test_what_never_became_text_is_recognised_after_a_restart_at_its_place(tmp_path: Path) -> None:
    with dictation_room(tmp_path) as room:
        room.types("Heart normal. ")
        room.cursor()
        room.first.is_held = True
        room.begins("no edema")
        room.until(lambda: len(room.first.waiting) == 1)
        time.sleep(0.05)
        room.dictation.pump()
        room.types("The Heart normal. ")
    with dictation_room(tmp_path, opens=False) as later:
        later.first.texts.append("no edema")
        later.open()
        later.ready()
        later.until(lambda: later.text() == "The Heart normal. No edema.")
        assert later.keys_of_obstacles() == []


def test_recordings_of_signed_or_returned_cases_are_gone_after_a_crash(tmp_path: Path) -> None:
    with dictation_room(tmp_path) as room:
        room.says("no edema")
        room.drafts.save_now()
        room.catalogue.drafts.delete(HEAD) if hasattr(room.catalogue.drafts, "delete") else room.drafts._drafts.clear()
        room.drafts._unsaved.clear()
        room.drafts._drafts.clear()
    with dictation_room(tmp_path, opens=False) as later:
        keys = later.catalogue.drafts.keys()
        later.until(lambda: HEAD in keys or not later.dictation._hearing.audio.cases)


def test_an_engine_that_gives_up_loses_no_sound_and_is_asked_once_more_when_it_is_back(tmp_path: Path) -> None:
    with dictation_room(tmp_path) as room:
        changes = room.says(None)
        assert len(told(changes)) == 1
        assert UNHEARD in room.keys_of_conditions()
        room.dictation.disarm()
        assert room.keys_of_obstacles() == ["unheard"]
        assert not room.dictation.obstacles(HEAD)[0].is_blocking
        room.first.texts.append("no edema")
        room.made[0].comes_back()
        room.until(lambda: room.text() == "No edema.")
        assert UNHEARD not in room.keys_of_conditions()
        room.says(None)
        room.first.texts.append(None)
        room.made[0].comes_back()
        room.until(lambda: not room.first.texts)
        room.first.texts.append("no fracture")
        room.made[0].comes_back()
        room.hears_out()
        assert room.text() == "No edema.", "not again and again by itself"
        waiting = room.dictation._results.parked(HEAD)
        room.dictation.transcribe_again(HEAD, waiting[0])
        room.until(lambda: room.text() == "No edema. No fracture.")


def test_the_second_pass_writes_what_the_first_engine_gave_up_on(tmp_path: Path) -> None:
    with dictation_room(tmp_path, second=True) as room:
        room.says(None, "no edema")
        room.until(lambda: room.text() == "No edema.")
        assert UNHEARD not in room.keys_of_conditions()
        assert room.dictation.passages(HEAD, "findings")[0].is_second


def test_an_engine_is_exchanged_in_the_middle_and_only_the_new_one_is_listened_to(tmp_path: Path) -> None:
    with dictation_room(tmp_path) as room:
        room.first.is_held = True
        room.begins("no edema")
        room.until(lambda: room.first.waiting)
        old, utterance = room.first.waiting.popleft()
        room.dictation._engines._settings.clear()  # as with a model that was added
        room.dictation.models_changed()
        room.until(lambda: len(room.made) == 2 and room.first.waiting)
        assert old.is_closed
        old._on_heard(utterance, Heard(words_of("too late"), is_final=True))
        room.dictation.pump()
        assert room.text() == ""
        room.first.let_go()
        room.until(lambda: room.text() == "No edema.")


def test_without_a_microphone_it_says_so_and_no_engine_is_loaded(tmp_path: Path) -> None:
    nothing = ScriptedMicrophone()
    with dictation_room(tmp_path, opens=False, microphone=nothing) as room:
        room.open()
        room.until(lambda: NO_MICROPHONE in room.keys_of_conditions())
        assert not room.dictation.press()
        assert "microphone" in room.dictation.state.trouble
        assert not room.dictation.state.is_hearing
        assert room.made == []
        room.types("Typing goes on.")
        assert room.text() == "Typing goes on."


@pytest.mark.parametrize("who", ["nobody", "off"])
def test_nobody_or_no_wish_no_dictation(tmp_path: Path, who: str) -> None:
    wishes = Wishes(engine="off" if who == "off" else "", language=PLAIN)
    with dictation_room(tmp_path, opens=False, user="" if who == "nobody" else "dr.demo", wishes=wishes) as room:
        room.open()
        time.sleep(0.1)
        assert not room.dictation.toggle()
        assert room.dictation.state.trouble
        assert room.microphone.opened == []
        assert room.made == []


def test_engines_begin_with_the_first_case_not_with_the_login(tmp_path: Path) -> None:
    with dictation_room(tmp_path, opens=False) as room:
        time.sleep(0.1)
        assert (room.microphone.opened, room.made) == ([], [])
        room.open()
        room.ready()
        assert len(room.made) == 1


def test_no_model_of_the_language_is_said(tmp_path: Path) -> None:
    with dictation_room(tmp_path, opens=False) as room:
        room.models.engines = []
        room.open()
        room.plays(b"")
        room.until(lambda: NO_ENGINE in room.keys_of_conditions() and room.dictation.state.is_hearing)
        assert "no speech model" in room.dictation.state.trouble
        assert not room.dictation.toggle()
        room.models.engines = ["vosk"]
        room.dictation.models_changed()
        room.ready()
        assert NO_ENGINE not in room.keys_of_conditions()
        assert room.dictation.toggle()


def test_an_engine_that_cannot_be_loaded_is_said_and_what_was_said_is_kept(tmp_path: Path) -> None:
    with dictation_room(tmp_path) as room:
        room.first.is_held = True
        room.begins("x")
        room.until(lambda: room.first.waiting)
        room.first.refuses = ModelMissing("The model is gone.")
        room.dictation._engines._settings.clear()
        room.dictation.models_changed()
        room.until(lambda: UNHEARD in room.keys_of_conditions())
        assert NO_ENGINE in room.keys_of_conditions()
        (utterance,) = room.dictation._results.parked(HEAD)
        assert room.dictation.sound_of(utterance)


def test_a_small_vocabulary_is_said(tmp_path: Path) -> None:
    with dictation_room(tmp_path, opens=False, wishes=Wishes()) as room:
        room.first.coverage = 0.8
        room.open()
        room.ready()
        (condition,) = [each for each in room.conditions.current() if each.key == LOW_COVERAGE]
        assert "words of radiology" in condition.text
        assert room.dictation.state.coverage == 0.8


def test_a_full_disk_keeps_nobody_from_dictating_or_signing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with dictation_room(tmp_path) as room:
        store = room.dictation._parts.recordings

        def full(name: str, content: bytes) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(store, "write", full)
            room.says("no edema")
            assert room.text() == "No edema."
            room.until(lambda: NOT_KEPT in room.keys_of_conditions())
            room.dictation.erase(HEAD)


def test_closing_in_the_middle_of_a_sentence_is_quick_and_leaves_no_thread(tmp_path: Path) -> None:
    with dictation_room(tmp_path, second=True) as room:
        room.first.is_held = True
        room.begins("no edema", "no edema")
        began = time.monotonic()
        room.dictation.stop()
        assert time.monotonic() - began < 5
        assert room.made
        assert all(each.is_closed for each in room.made)


def test_the_state_of_an_engine_is_told(tmp_path: Path) -> None:
    with dictation_room(tmp_path, second=True) as room:
        state = room.dictation.state
        assert (state.engine, state.second_engine) == ("Vosk (test)", "Whisper (test)")
        assert state.engine_state is EngineState.READY
        assert (state.trouble, state.language) == ("", PLAIN)
        assert [each.name for each in state.microphones] == ["desk"]
        room.plays(b"")
        assert room.dictation.level is not None


def test_erasing_one_case_leaves_the_other(tmp_path: Path) -> None:
    with dictation_room(tmp_path) as room:
        room.says("no edema")
        room.open(CHEST)
        room.says("no fracture")
        room.dictation.erase(HEAD)
        (passage,) = room.dictation.passages(CHEST, "findings")
        assert room.dictation.sound_of(passage.utterance)
        assert room.text(CHEST) == "No fracture."
