"""The microphone at work: moves, whose sound is whose, losing and finding the device."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.spoken_sound import ScriptedMicrophone, Spoken, blocks_of, noise, only_utterances, spoken, tone
from tests.helpers.vaults import HandClock
from workstation.dictation.audio_blocks import BLOCK_S, FRAME_S, FRAME_SAMPLES, AudioBlock, samples_of
from workstation.dictation.endpointing import EndpointSettings
from workstation.dictation.levels_meter import SoundFault
from workstation.dictation.listening import (
    MOVES,
    NO_MICROPHONE,
    SOUND_LOST,
    Armed,
    ArmedChanged,
    DevicesSeen,
    Level,
    Listening,
    Move,
)
from workstation.dictation.utterances import (
    Begin,
    Control,
    EndReason,
    Finish,
    Retarget,
    Target,
    UtteranceEvent,
    Utterances,
)
from workstation.foundation.conditions import ConditionBoard

HEAD = Target("head", 1, "findings")
HEAD_IMPRESSION = Target("head", 1, "impression")
HEAD_VERSION_2 = Target("head", 2, "findings")
CHEST = Target("chest", 1, "findings")


# --- moves -------------------------------------------------------------------------------------------------------


def test_every_move_from_every_state_is_in_the_table() -> None:
    assert set(MOVES) == set(itertools.product(Armed, Move))


@pytest.mark.parametrize("move", [Move.DISARM, Move.CASE, Move.LOST])
def test_what_ends_dictation_ends_it_from_every_state(move: Move) -> None:
    assert {MOVES[armed, move] for armed in Armed} == {Armed.OFF}


def test_a_toggled_microphone_stays_on_when_the_key_is_let_go() -> None:
    assert MOVES[MOVES[Armed.HELD, Move.TOGGLE], Move.RELEASE] is Armed.ON


# --- whose sound is whose ----------------------------------------------------------------------------------------


def numbered(seconds: float, *, loud: tuple[tuple[float, float], ...] = ()) -> bytes:
    """Noise at -65 dBFS, a tone where it is ``loud``, and in each 10 ms its own number in the first two samples."""
    sound = noise(seconds, -65.0).astype(np.int32)
    for begin, end in loud:
        at = round(begin * 16_000)
        sound[at : at + round((end - begin) * 16_000)] += tone(end - begin, -20.0)
    sound = np.clip(sound, -32768, 32767)
    frames = sound[: len(sound) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    frames[:, 0], frames[:, 1] = np.arange(len(frames)) % 40, np.arange(len(frames)) // 40
    return frames.astype(np.int16).tobytes()


def frames_in(utterance: Spoken) -> list[int]:
    """The numbers of the frames of an utterance."""
    frames = samples_of(utterance.pcm).reshape(-1, FRAME_SAMPLES)
    return [int(frame[0]) + 40 * int(frame[1]) for frame in frames]


def heard(pcm: bytes, controls: list[Control]) -> list[Spoken]:
    """What is made of this sound when the reader does this."""
    names = itertools.count()
    utterances = Utterances(EndpointSettings(), lambda: f"u{next(names)}")
    events: list[UtteranceEvent] = []
    for control in controls:
        utterances.add(control)
    for block in blocks_of(pcm):
        events += utterances.feed(block)
    return spoken(events + utterances.lose(EndReason.DISARMED))


def test_a_pressed_key_records_from_before_it_was_pressed_until_after_it_was_let_go() -> None:
    pcm = numbered(5.0, loud=((1.8, 3.1),))
    [only] = heard(pcm, [Begin(2.0, HEAD, at_once=True), Finish(3.0, EndReason.DISARMED)])
    frames = frames_in(only)
    assert frames == list(range(160, frames[-1] + 1))  # 0.4 s before the key
    assert 3.2 < frames[-1] * FRAME_S < 3.5  # the word was still being said
    assert only.ended is not None
    assert only.ended.reason is EndReason.DISARMED
    assert only.ended.speech_s == (pytest.approx(0.2, abs=0.06), pytest.approx(1.5, abs=0.1))


def test_a_key_held_in_silence_gives_an_utterance_without_speech() -> None:
    [only] = heard(numbered(4.0), [Begin(1.0, HEAD, at_once=True), Finish(3.0, EndReason.DISARMED)])
    assert only.ended is not None
    assert only.ended.speech_s is None


def test_who_goes_on_speaking_after_letting_go_is_cut_off_after_a_second() -> None:
    pcm = numbered(6.0, loud=tuple((0.5 + 0.9 * i, 1.2 + 0.9 * i) for i in range(6)))
    [only] = heard(pcm, [Begin(1.0, HEAD, at_once=True), Finish(2.45, EndReason.DISARMED)])
    assert frames_in(only)[-1] * FRAME_S <= 2.45 + 1.0 + 2 * FRAME_S


def test_a_toggled_microphone_waits_for_speech_and_keeps_its_first_syllable() -> None:
    pcm = numbered(8.0, loud=((2.0, 3.0), (5.0, 6.0)))
    first, second = heard(pcm, [Begin(0.5, HEAD, at_once=False)])
    for utterance, begin in ((first, 2.0), (second, 5.0)):
        frames = frames_in(utterance)
        assert 0.25 <= begin - frames[0] * FRAME_S <= 0.45
        assert frames[-1] * FRAME_S > begin + 1.0 + 0.5
    assert first.ended is not None
    assert first.ended.reason is EndReason.PAUSE


def test_sound_from_before_a_change_of_case_is_never_in_the_next_case() -> None:
    pcm = numbered(8.0, loud=((1.0, 4.0), (4.3, 6.0)))
    controls: list[Control] = [
        Begin(1.0, HEAD, at_once=True),
        Finish(3.5, EndReason.CASE),
        Begin(3.6, CHEST, at_once=True),
    ]
    head, chest = heard(pcm, controls)[:2]
    assert (head.tag.target, chest.tag.target) == (HEAD, CHEST)
    assert head.ended is not None
    assert head.ended.reason is EndReason.CASE
    assert max(frames_in(head)) < 360 <= min(frames_in(chest))


def test_after_a_change_of_case_nothing_is_recorded_and_no_pre_roll_reaches_back() -> None:
    pcm = numbered(8.0, loud=((1.0, 5.0),))
    controls: list[Control] = [
        Begin(1.0, HEAD, at_once=True),
        Finish(3.0, EndReason.CASE),
        Begin(3.5, CHEST, at_once=True),
    ]
    head, chest = heard(pcm, controls)
    assert max(frames_in(head)) <= 331
    assert min(frames_in(chest)) >= 330


def test_a_change_of_case_while_off_stops_pre_roll_too() -> None:
    [only] = heard(numbered(4.0), [Finish(2.0, EndReason.CASE), Begin(2.1, CHEST, at_once=True)])
    assert min(frames_in(only)) >= 210


def test_another_field_takes_over_at_the_next_silence_and_the_microphone_stays_on() -> None:
    pcm = numbered(8.0, loud=((1.0, 3.3), (3.6, 5.0)))
    controls: list[Control] = [Begin(0.5, HEAD, at_once=False), Retarget(3.1, HEAD_IMPRESSION)]
    first, second = heard(pcm, controls)
    assert (first.tag.target, second.tag.target) == (HEAD, HEAD_IMPRESSION)
    assert first.ended is not None
    assert first.ended.reason is EndReason.FIELD
    assert 330 <= max(frames_in(first)) < 360
    assert min(frames_in(second)) <= 360


def test_lost_sound_is_marked_where_it_is_missing_and_counted() -> None:
    utterances = Utterances(EndpointSettings(), lambda: "u")
    utterances.add(Begin(0.5, HEAD, at_once=True))
    blocks = blocks_of(numbered(3.0, loud=((0.5, 2.5),)))
    blocks[15] = AudioBlock(blocks[15].pcm, blocks[15].start_s, is_after_gap=True)
    events = [event for block in blocks for event in utterances.feed(block)]
    marks = [event.is_after_gap for event in events if hasattr(event, "is_after_gap")]
    assert marks.count(True) == 1
    [only] = spoken(events + utterances.lose(EndReason.DISARMED))
    assert only.ended is not None
    assert only.ended.gaps == 1


TARGETS = st.sampled_from([HEAD, HEAD_IMPRESSION, CHEST, HEAD_VERSION_2])


@st.composite
def days(draw: st.DrawFn) -> tuple[bytes, list[Control]]:
    """Some sound, and what a reader did meanwhile, in order."""
    loud = [(at, at + draw(st.floats(0.1, 1.5))) for at in draw(st.lists(st.floats(0, 10), max_size=5))]
    times = sorted(draw(st.lists(st.floats(0, 12), max_size=8)))
    controls: list[Control] = []
    for at in times:
        kind = draw(st.integers(0, 2))
        if kind == 0:
            controls.append(Begin(at, draw(TARGETS), at_once=draw(st.booleans())))
        elif kind == 1:
            controls.append(Finish(at, draw(st.sampled_from([EndReason.CASE, EndReason.DISARMED]))))
        else:
            controls.append(Retarget(at, draw(TARGETS)))
    return numbered(12.0, loud=tuple((b, min(e, 12.0)) for b, e in loud)), controls


@given(days())
@settings(max_examples=25, deadline=None)
def test_whatever_the_reader_does_utterances_are_whole_pieces_of_sound_in_order(
    day: tuple[bytes, list[Control]],
) -> None:
    pcm, controls = day
    utterances = heard(pcm, controls)
    assert len({each.tag.utterance for each in utterances}) == len(utterances)
    last = -1
    for each in utterances:
        frames = frames_in(each)
        assert each.ended is not None
        assert each.ended.length_s == pytest.approx(len(frames) * FRAME_S)
        if not frames:
            continue
        assert frames == list(range(frames[0], frames[-1] + 1))
        assert frames[0] > last - 20  # at most the shared silence
        last = frames[-1]
        begins = [c.at_s for c in controls if not isinstance(c, Finish) and c.target == each.tag.target]
        assert any(frames[0] * FRAME_S >= at - 0.41 for at in begins)


# --- the worker, with a scripted microphone --------------------------------------------------------------------


class Desk:
    """A listening worker on a scripted microphone, with a clock that follows the sound."""

    def __init__(self) -> None:
        self.microphone = ScriptedMicrophone()
        self.conditions = ConditionBoard(HandClock())
        self.events: list[object] = []
        self.now_s = 0.0
        self.listening = Listening(
            self.microphone, self.conditions, self.events.append, now_s=lambda: self.now_s, device=""
        )
        self.listening.LOOK_AGAIN_S = 0.02  # type: ignore[misc]

    def hear(self, pcm: bytes) -> None:
        """Let this be recorded and the time pass."""
        blocks = blocks_of(pcm, self.now_s)
        self.microphone.say(blocks)
        assert self.microphone.wait_until_heard()
        self.until(lambda: sum(isinstance(event, Level) for event in self.events) > 0)
        self.now_s += len(blocks) * BLOCK_S

    def until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 5
        while not is_so():
            assert time.monotonic() < deadline, "did not happen within five seconds"
            time.sleep(0.005)

    def condition_keys(self) -> list[str]:
        return [each.key for each in self.conditions.current()]

    def utterances(self) -> list[Spoken]:
        return spoken(only_utterances(self.events))


@contextmanager
def at_desk(*, plugged_in: bool = True) -> Iterator[Desk]:
    desk = Desk()
    if plugged_in:
        desk.microphone.plug_in()
    desk.listening.start()
    try:
        if plugged_in:
            desk.hear(numbered(1.0))
            desk.until(lambda: desk.listening.is_hearing)
        yield desk
    finally:
        assert desk.listening.stop()


def test_without_a_microphone_it_says_so_and_finds_one_that_is_plugged_in() -> None:
    with at_desk(plugged_in=False) as desk:
        desk.until(lambda: desk.condition_keys() == [NO_MICROPHONE])
        assert not desk.listening.press(HEAD)
        assert not desk.listening.toggle(HEAD)
        assert desk.listening.armed is Armed.OFF
        desk.microphone.plug_in()
        desk.hear(numbered(0.5))
        desk.until(lambda: desk.condition_keys() == [])
        assert [event.devices[0].name for event in desk.events if isinstance(event, DevicesSeen) and event.devices]
        assert desk.listening.press(HEAD)


def test_a_microphone_that_is_pulled_out_closes_the_utterance_and_is_off_when_it_comes_back() -> None:
    with at_desk() as desk:
        assert desk.listening.press(HEAD)
        desk.hear(numbered(1.0, loud=((0.0, 1.0),)))
        desk.microphone.pull_out()
        desk.until(lambda: desk.condition_keys() == [NO_MICROPHONE])
        desk.until(lambda: desk.listening.armed is Armed.OFF)
        [only] = desk.utterances()
        assert only.ended is not None
        assert only.ended.reason is EndReason.MICROPHONE
        assert ArmedChanged(Armed.OFF, Move.LOST) in desk.events
        desk.microphone.plug_in()
        desk.hear(numbered(1.0, loud=((0.0, 1.0),)))
        desk.until(lambda: desk.condition_keys() == [])
        assert len(desk.utterances()) == 1


def test_going_to_another_case_ends_it_and_its_results_are_late() -> None:
    with at_desk() as desk:
        assert desk.listening.toggle(HEAD)
        desk.hear(numbered(1.0, loud=((0.2, 1.0),)))
        desk.listening.go_to(CHEST)
        assert desk.listening.armed is Armed.OFF
        desk.hear(numbered(2.0, loud=((0.0, 2.0),)))
        [only] = desk.utterances()
        assert only.ended is not None
        assert (only.tag.target, only.ended.reason) == (HEAD, EndReason.CASE)
        assert desk.listening.is_late(only.tag)
        assert ArmedChanged(Armed.OFF, Move.CASE) in desk.events
        desk.listening.go_to(HEAD)
        assert not desk.listening.is_late(only.tag)
        desk.listening.go_to(HEAD_VERSION_2)
        assert desk.listening.is_late(only.tag)


def test_going_to_another_field_of_the_draft_goes_on_there() -> None:
    with at_desk() as desk:
        assert desk.listening.toggle(HEAD)
        desk.hear(numbered(2.0, loud=((0.2, 1.0),)))
        desk.listening.go_to(HEAD_IMPRESSION)
        assert desk.listening.armed is Armed.ON
        desk.hear(numbered(2.0, loud=((0.5, 1.0),)))
        first, second = desk.utterances()
        assert (first.tag.target, second.tag.target) == (HEAD, HEAD_IMPRESSION)
        assert not desk.listening.is_late(first.tag)


def test_lost_sound_stands_on_screen_until_the_next_dictation() -> None:
    with at_desk() as desk:
        assert desk.listening.press(HEAD)
        [block] = blocks_of(numbered(0.1), desk.now_s)
        desk.microphone.say([AudioBlock(block.pcm, block.start_s, is_after_gap=True)])
        desk.until(lambda: desk.condition_keys() == [SOUND_LOST])
        desk.listening.release()
        assert desk.listening.press(HEAD)
        assert desk.condition_keys() == []


def test_another_microphone_is_opened_by_its_name_and_dictation_is_off() -> None:
    with at_desk() as desk:
        assert desk.listening.toggle(HEAD)
        desk.listening.choose("SpeechMike")
        desk.until(lambda: desk.microphone.opened[-1:] == ["SpeechMike"])
        assert desk.listening.armed is Armed.OFF


def test_the_meter_moves_while_the_microphone_is_off_and_nothing_is_recorded() -> None:
    with at_desk() as desk:
        desk.hear(b"\0" * 96_000)
        desk.until(lambda: len([e for e in desk.events if isinstance(e, Level)]) >= 40)
        levels = [event.reading for event in desk.events if isinstance(event, Level)]
        assert SoundFault.MUTED in levels[-1].faults
        assert desk.utterances() == []


def test_stopping_in_the_middle_of_a_word_closes_the_utterance() -> None:
    with at_desk() as desk:
        assert desk.listening.press(HEAD)
        desk.hear(numbered(1.0, loud=((0.0, 1.0),)))
    [only] = desk.utterances()
    assert only.ended is not None
    assert not desk.microphone.is_open
