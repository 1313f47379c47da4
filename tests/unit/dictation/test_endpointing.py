"""Where utterances begin and end: every test sentence (synthetic voices), in noise, without pauses, any frames."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.helpers.speech import AUDIO, pcm_of, recording
from tests.helpers.spoken_sound import VOICES, Spoken, blocks_of, frame_levels, mixed, noise, spoken, tone
from workstation.dictation.audio_blocks import FRAME_S, FRAME_SAMPLES
from workstation.dictation.endpointing import Endpointer, EndpointSettings, SpeechDetector, Verdict
from workstation.dictation.utterances import Begin, EndReason, Target, Utterances

FRAME_BYTES = 2 * FRAME_SAMPLES
TARGET = Target("case", 1, "findings")
SILENCE_DBFS = -58.0  # the recordings' own noise is at -63 dBFS


def cut(pcm: bytes, settings: EndpointSettings | None = None) -> list[Spoken]:
    """The utterances of a recording, the microphone switched on from the first sample."""
    numbers = itertools.count()
    utterances = Utterances(settings or EndpointSettings(), lambda: f"u{next(numbers)}")
    utterances.add(Begin(0.0, TARGET, at_once=False))
    events = [event for block in blocks_of(pcm) for event in utterances.feed(block)]
    return spoken(events + utterances.lose(EndReason.DISARMED))


def places(pcm: bytes, utterances: list[Spoken]) -> list[tuple[int, int]]:
    """First frame and frame after the last of each utterance, found by its sound (noise makes every frame unique)."""
    found: list[tuple[int, int]] = []
    for each in utterances:
        at = pcm.find(each.pcm[:FRAME_BYTES], max(0, found[-1][1] - 40) * FRAME_BYTES if found else 0)
        assert at >= 0
        assert at % FRAME_BYTES == 0
        assert pcm[at : at + len(each.pcm)] == each.pcm[: len(pcm) - at]
        found.append((at // FRAME_BYTES, (at + len(each.pcm)) // FRAME_BYTES))
    return found


def in_a_room(clean: bytes, seed: int) -> tuple[bytes, int]:
    """The recording with two seconds of its own kind of noise around it, and the frame at which it begins."""
    around = noise(2.0, -63.0, seed).tobytes()
    return around + clean + noise(2.0, -63.0, seed + 1).tobytes(), len(around) // FRAME_BYTES


def sentences() -> list[tuple[str, str]]:
    names = sorted(path.stem for path in (AUDIO / "joe").glob("*.wav"))
    return [(voice, name) for voice in VOICES for name in names]


def assert_whole(clean: bytes, pcm: bytes, begin: int, label: object) -> int:
    """Every loud frame of the clean recording is in just one utterance; there is silence on both sides of a cut."""
    utterances = cut(pcm)
    spans = places(pcm, utterances)
    loud = np.flatnonzero(frame_levels(clean) > SILENCE_DBFS) + begin
    for frame in loud:
        owners = sum(first <= frame < last for first, last in spans)
        assert owners == 1, f"{label}: speech at {frame * FRAME_S:.2f} s is in {owners} utterances"
    assert loud[0] - spans[0][0] >= 15, f"{label}: only {loud[0] - spans[0][0]} frames before the first syllable"
    for (_, last), (first, _) in itertools.pairwise(spans):
        before = loud[(loud < last) & (loud >= last - 12)]
        assert not len(before), f"{label}: cut at {last * FRAME_S:.2f} s, less than 120 ms after speech"
        assert loud[loud >= last][0] - first >= 12, f"{label}: {first * FRAME_S:.2f} s is in speech"
    return len(utterances)


def test_every_sentence_of_every_voice_is_whole_in_one_to_three_utterances() -> None:
    recording("joe", "cxr01")  # skips where there is no test speech
    counts: dict[int, int] = {}
    for number, (voice, name) in enumerate(sentences()):
        clean = pcm_of(recording(voice, name))
        pcm, begin = in_a_room(clean, seed=2 * number)
        count = assert_whole(clean, pcm, begin, (voice, name))
        counts[count] = counts.get(count, 0) + 1
    assert sum(counts.values()) == 138
    assert max(counts) <= 3  # one voice makes long stops between the sentences of one recording
    assert counts[1] >= 135


@pytest.mark.parametrize("noise_dbfs", [-50.0, -45.0])
def test_speech_is_whole_in_a_louder_room(noise_dbfs: float) -> None:
    for number, (voice, name) in enumerate(sentences()[::9]):
        clean = pcm_of(recording(voice, name))
        quiet, begin = in_a_room(clean, seed=number)
        pcm = mixed(quiet, noise_dbfs, seed=number)
        spans = places(pcm, cut(pcm))
        loud = np.flatnonzero(frame_levels(clean) > noise_dbfs + 5) + begin
        assert all(sum(first <= frame < last for first, last in spans) == 1 for frame in loud), (voice, name)


def test_a_minute_without_long_pauses_is_cut_between_words_before_the_longest_length() -> None:
    parts = []
    for number, name in enumerate(
        ["cta05", "mrk01", "cth04", "cta08", "usg05", "gen03", "mrs02", "cta07", "cxr06"] * 2
    ):
        clean = pcm_of(recording("joe" if number % 2 else "hibari", name))
        loud = np.flatnonzero(frame_levels(clean) > SILENCE_DBFS)
        parts.append(clean[loud[0] * FRAME_BYTES : (loud[-1] + 1) * FRAME_BYTES] + noise(0.3, -63, number).tobytes())
    clean = b"".join(parts)
    pcm, begin = in_a_room(clean, seed=5)
    assert len(clean) / 32_000 > 80
    count = assert_whole(clean, pcm, begin, "long text")
    assert count >= 4
    assert all(each.ended and each.ended.length_s <= 28.0 for each in cut(pcm))


def test_a_fan_that_starts_is_noise_after_the_memory_of_the_floor() -> None:
    detector = SpeechDetector(EndpointSettings())
    detector.feed(noise(3.0, -65.0).tobytes())
    fan = noise(8.0, -40.0).tobytes()
    answers = [answer for block in blocks_of(fan) for answer in detector.feed(block.pcm)]
    assert any(answers[:100])
    assert not any(answers[450:])
    assert detector.floor_dbfs == pytest.approx(-40, abs=1.5)


def test_speech_that_comes_with_the_first_sample_is_heard() -> None:
    clean = pcm_of(recording("joe", "cxr05"))
    begin = int(np.flatnonzero(frame_levels(clean) > SILENCE_DBFS)[0])
    pcm = clean[begin * FRAME_BYTES :] + noise(2.0, -63).tobytes()
    assert places(pcm, cut(pcm))[0][0] == 0


def test_an_offset_or_a_steady_tone_is_no_speech_for_long() -> None:
    offset = (noise(8.0, -65.0).astype(np.int32) + 3000).astype(np.int16).tobytes()
    detector = SpeechDetector(EndpointSettings())
    assert not any([answer for block in blocks_of(offset) for answer in detector.feed(block.pcm)][20:])
    detector = SpeechDetector(EndpointSettings())
    steady = [answer for block in blocks_of(tone(8.0, -40.0).tobytes()) for answer in detector.feed(block.pcm)]
    assert not any(steady[450:])


def test_digital_silence_says_nothing() -> None:
    assert cut(b"\0" * 320_000) == []


def test_a_click_begins_no_utterance() -> None:
    room = noise(6.0, -65.0)
    room[40_000:40_200] += 8000
    assert cut(room.tobytes()) == []


def test_speech_without_any_pause_is_cut_at_the_longest_length_and_every_frame_is_kept_once() -> None:
    # A floor that never learns: the sound counts as speech from end to end.
    endpoints = EndpointSettings(highest_floor_dbfs=-60.0)
    pcm = noise(1.0, -65.0).tobytes() + noise(70.0, -25.0, seed=2).tobytes()
    utterances = cut(pcm, endpoints)
    spans = places(pcm, utterances)
    assert [each.ended.length_s for each in utterances[:2] if each.ended] == pytest.approx([28.0, 28.0])
    assert all(first[1] == second[0] for first, second in itertools.pairwise(spans))
    assert spans[0][0] < 100
    assert spans[-1][1] == len(pcm) // FRAME_BYTES


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 400)), max_size=20))
@hypothesis_settings(max_examples=40, deadline=None)
def test_for_any_frames_an_utterance_ends_in_silence_or_at_its_longest(runs: list[tuple[bool, int]]) -> None:
    settings = EndpointSettings()
    endpointer = Endpointer(settings)
    length, silence, is_open = 0, 0, False
    for is_speech in itertools.chain.from_iterable([value] * count for value, count in runs):
        verdict = endpointer.feed(is_speech=is_speech)
        silence = 0 if is_speech else silence + 1
        if verdict is Verdict.START:
            assert not is_open
            endpointer.open(40)
            is_open, length = True, 40
            continue
        length += is_open
        assert length * FRAME_S <= settings.longest_s + 1e-9
        if verdict is Verdict.END_AT_PAUSE:
            assert silence * FRAME_S >= settings.pause_wanted_s(length * FRAME_S) - 1e-9
        if verdict in (Verdict.END_AT_PAUSE, Verdict.END_AT_LENGTH):
            endpointer.close()
            is_open = False
