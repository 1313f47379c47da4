"""Whose sound is whose: every word spoken while the microphone is on lands once, in the field it was spoken in."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.spoken_sound import Spoken, blocks_of, noise, spoken, tone
from workstation.dictation.audio_blocks import FRAME_S, FRAME_SAMPLES, samples_of
from workstation.dictation.endpointing import EndpointSettings
from workstation.dictation.utterances import (
    GRACES,
    Begin,
    Control,
    EndReason,
    Finish,
    Retarget,
    Target,
    UtteranceEvent,
    Utterances,
)

DAY_S = 14.0
PRE_ROLL_S = 0.4
EDGE_S = 0.07
"""60 ms of speech begin an utterance, and levels are smoothed: so much of a burst is not judged at its ends, and a word
that is cut at its longest wait may begin the next field so much before the reader has gone on to that."""
SLACK_S = 0.021


@dataclass(frozen=True)
class Session:
    """The microphone on: from when to when, in which fields from when on, and how it ended."""

    fields: tuple[tuple[float, Target], ...]
    end_s: float
    reason: EndReason

    @property
    def begin_s(self) -> float:
        return self.fields[0][0]

    def may_hold(self, at_s: float) -> set[Target]:
        """The fields that speech at this time may go to: the one in force, and such as were left just before."""
        left_late = GRACES[EndReason.FIELD].latest_s + SLACK_S
        starts = [start for start, _ in self.fields] + [float("inf")]
        return {
            target
            for index, (start, target) in enumerate(self.fields)
            if start - PRE_ROLL_S - SLACK_S <= at_s and at_s <= starts[index + 1] + left_late
            and (index == 0 or start - EDGE_S <= at_s)
        }  # fmt: skip


@st.composite
def days(draw: st.DrawFn) -> tuple[list[tuple[float, float]], list[Session]]:
    """When somebody spoke, and what was done meanwhile."""
    bursts, at = [], draw(st.floats(0.2, 2.0))
    while at < DAY_S - 2.0 and len(bursts) < 9:
        end = min(at + draw(st.floats(0.3, 2.0)), DAY_S - 1.5)
        bursts.append((at, end))
        at = end + draw(st.sampled_from([0.1, 0.2, 0.35, 0.9, 1.6]))
    sessions, now = [], draw(st.floats(0.3, 2.0))
    for case in ("one", "two", "three"):
        fields = [(now, Target(case, 1, "field 0"))]
        for number in range(1, draw(st.integers(0, 3)) + 1):
            now += draw(st.floats(0.05, 2.0))
            fields.append((now, Target(case, 1, f"field {number}")))
        now += draw(st.floats(0.1, 3.0))
        sessions.append(Session(tuple(fields), now, draw(st.sampled_from([EndReason.CASE, EndReason.DISARMED]))))
        now += draw(st.floats(0.02, 1.5))
    return bursts, [session for session in sessions if session.end_s < DAY_S - 1.2]


def sound(bursts: list[tuple[float, float]]) -> bytes:
    """Noise with a tone where somebody speaks, and in each 10 ms its own number in the first two samples."""
    samples = noise(DAY_S, -65.0).astype("int32")
    for begin, end in bursts:
        at, piece = round(begin * 16_000), tone(end - begin, -20.0)
        samples[at : at + len(piece)] += piece
    frames = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    numbers = range(len(frames))
    frames[:, 0], frames[:, 1] = [number % 40 for number in numbers], [number // 40 for number in numbers]
    return frames.astype("int16").tobytes()


def numbers_in(utterance: Spoken) -> set[int]:
    frames = samples_of(utterance.pcm).reshape(-1, FRAME_SAMPLES)
    return {int(frame[0]) + 40 * int(frame[1]) for frame in frames}


def recorded(pcm: bytes, controls: list[Control]) -> list[Spoken]:
    names = itertools.count()
    utterances = Utterances(EndpointSettings(), lambda: f"u{next(names)}")
    events: list[UtteranceEvent] = []
    for block in blocks_of(pcm):
        while controls and controls[0].at_s <= block.start_s + 0.3:  # controls are known before their sound
            utterances.add(controls.pop(0))
        events += utterances.feed(block)
    return spoken(events + utterances.lose(EndReason.DISARMED))


def controls_of(sessions: list[Session], at_once: bool) -> list[Control]:
    controls: list[Control] = []
    for session in sessions:
        (begin_s, first), *others = session.fields
        controls.append(Begin(begin_s, first, at_once=at_once))
        controls += [Retarget(at_s, target) for at_s, target in others]
        controls.append(Finish(session.end_s, session.reason))
    return controls


def allowed(at_s: float, sessions: list[Session]) -> set[Target]:
    """All fields that may hold the sound of this time at all."""
    targets: set[Target] = set()
    for number, session in enumerate(sessions):
        wall_s = sessions[number - 1].end_s if number and sessions[number - 1].reason is EndReason.CASE else 0.0
        until_s = session.end_s + GRACES[session.reason].latest_s + SLACK_S
        following = sessions[number + 1].begin_s + SLACK_S if number + 1 < len(sessions) else float("inf")
        if max(session.begin_s - PRE_ROLL_S - SLACK_S, wall_s) <= at_s <= min(until_s, following):
            late = session.may_hold(at_s) | session.may_hold(min(at_s, session.end_s))
            if at_s < session.begin_s:  # what was said just before goes with the first word that is said
                late |= {target for start_s, target in session.fields if start_s - PRE_ROLL_S <= at_s}
            targets |= late | {session.fields[-1][1]}
    return targets


@settings(max_examples=300 if os.environ.get("LIGHTBOX_FULL") == "1" else 20, deadline=None)
@given(days(), st.booleans())
def test_every_word_lands_once_in_the_field_it_was_spoken_in(
    day: tuple[list[tuple[float, float]], list[Session]], at_once: bool
) -> None:
    bursts, sessions = day
    utterances = recorded(sound(bursts), controls_of(sessions, at_once))
    held = [(each.tag.target, numbers_in(each)) for each in utterances]
    for begin, end in bursts:
        for frame in range(round((begin + EDGE_S) / FRAME_S), round((end - EDGE_S) / FRAME_S)):
            at_s = frame * FRAME_S
            owners = [target for target, numbers in held if frame in numbers]
            assert len(owners) <= 1, f"speech at {at_s:.2f} s is in {len(owners)} utterances"
            assert set(owners) <= allowed(at_s, sessions), f"speech at {at_s:.2f} s went to another field"
            for session in sessions:
                heard_long_enough = max(begin, session.begin_s) < session.end_s - 0.12
                if session.begin_s <= at_s < session.end_s - SLACK_S and heard_long_enough:
                    assert owners, f"speech at {at_s:.2f} s is lost"
                    assert owners[0] in session.may_hold(at_s), f"speech at {at_s:.2f} s went to another field"


def test_the_old_case_gets_no_more_sound_when_the_reader_goes_on_through_cases() -> None:
    one = Target("one", 1, "findings")
    controls: list[Control] = [Begin(1.0, one, at_once=True)]
    controls += [Finish(2.0 + 0.2 * step, EndReason.CASE) for step in range(6)]
    [only] = recorded(sound([(0.8, 5.0)]), controls)
    assert max(numbers_in(only)) * FRAME_S <= 2.3 + SLACK_S


def test_fields_that_are_passed_through_do_not_hold_up_the_one_that_is_meant() -> None:
    fields = [Target("one", 1, f"field {number}") for number in range(4)]
    controls: list[Control] = [Begin(1.0, fields[0], at_once=True)]
    controls += [Retarget(2.0 + 0.25 * step, target) for step, target in enumerate(fields[1:])]
    first, *_, last = recorded(sound([(0.8, 5.0)]), [*controls, Finish(5.5, EndReason.DISARMED)])
    assert max(numbers_in(first)) * FRAME_S <= 2.6 + SLACK_S
    assert last.tag.target == fields[3]


def test_another_field_does_not_switch_the_microphone_on_again() -> None:
    one, other = Target("one", 1, "findings"), Target("one", 1, "impression")
    controls: list[Control] = [Begin(1.0, one, at_once=True), Finish(3.0, EndReason.DISARMED), Retarget(3.1, other)]
    [only] = recorded(sound([(0.8, 6.0), (8.0, 9.0)]), controls)
    assert only.tag.target == one
    assert max(numbers_in(only)) * FRAME_S <= 4.0 + SLACK_S
