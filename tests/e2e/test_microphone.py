"""The microphone for real: a private PulseAudio whose null sink is the microphone, reached through PortAudio.

What is said into it is synthetic speech. ``LIGHTBOX_FULL=1`` listens for ten minutes instead of thirty seconds.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.pulse_microphone import PulseMicrophone, pulse_microphone
from tests.helpers.speech import AUDIO, pcm_of, recording
from tests.helpers.spoken_sound import frame_levels, only_utterances, spoken
from tests.helpers.vaults import HandClock
from workstation.dictation.audio_blocks import FRAME_SAMPLES, RATE_HZ, AudioBlock, samples_of
from workstation.dictation.listening import NO_MICROPHONE, Armed, ArmedChanged, Level, Listening, Move
from workstation.dictation.loudspeaker import Loudspeaker
from workstation.dictation.microphone import Microphone, SoundSystem
from workstation.dictation.utterances import EndReason, Target
from workstation.foundation.conditions import ConditionBoard
from workstation.foundation.errors import SomethingMissing

LISTENS_S = 600 if os.environ.get("LIGHTBOX_FULL") == "1" else 30
TARGET = Target("case", 1, "findings")


@pytest.fixture
def pulse() -> Iterator[PulseMicrophone]:
    # Not tmp_path: the name of a socket holds 108 characters at most.
    with tempfile.TemporaryDirectory(prefix="lb") as folder, pulse_microphone(Path(folder)) as microphone:
        yield microphone


@pytest.fixture
def system() -> Iterator[SoundSystem]:
    found = SoundSystem()
    yield found
    found.restart()  # every stream is closed, whatever the test did


def first_block(microphone: Microphone) -> AudioBlock:
    block = microphone.read(10.0)
    assert block is not None
    return block


def write_wav(path: Path, pcm: bytes) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(pcm)
    return path


def much_speech(seconds: float) -> bytes:
    """Sentences of one voice, one after the other, for so long."""
    recording("joe", "cxr01")
    sentences = b"".join(pcm_of(path) for path in sorted((AUDIO / "joe").glob("*.wav")))
    wanted = round(seconds * RATE_HZ) * 2
    return (sentences * (wanted // len(sentences) + 1))[:wanted]


def place_of(said: np.ndarray, heard: np.ndarray) -> int:
    """The sample at which ``said`` begins in ``heard``."""
    length = 1 << int(np.ceil(np.log2(len(said) + len(heard))))
    product = np.fft.rfft(heard.astype(float), length) * np.conj(np.fft.rfft(said.astype(float), length))
    return int(np.fft.irfft(product, length).argmax())


def correlation(said: bytes, heard: bytes) -> float:
    """Of what was said with the same stretch of what was heard, samples 1 s to the end."""
    first, second = samples_of(said), samples_of(heard)
    at = place_of(first[: 20 * RATE_HZ], second)
    stretch = second[at : at + len(first)]
    assert len(stretch) == len(first), "the end is missing"
    return float(np.corrcoef(first.astype(float), stretch.astype(float))[0, 1])


@pytest.mark.timeout(LISTENS_S + 300)
def test_what_is_said_arrives_equal_every_100_ms_and_nothing_is_lost(
    pulse: PulseMicrophone, system: SoundSystem, tmp_path: Path
) -> None:
    said = much_speech(LISTENS_S)
    wav = write_wav(tmp_path / "speech.wav", said)
    microphone = Microphone(system)
    microphone.open("pulse")
    first_block(microphone)
    heard, arrivals, starts, gaps = [], [], [], 0
    player = pulse.start_playing(wav)
    end = time.monotonic() + LISTENS_S + 2.5
    while time.monotonic() < end:
        block = microphone.read(1.0)
        assert block is not None
        arrivals.append(time.monotonic())
        heard.append(block.pcm)
        starts.append(block.start_s)
        gaps += block.is_after_gap
    assert player.wait(timeout=30) == 0
    microphone.close()
    assert (microphone.lost_blocks, gaps) == (0, 0)
    assert len(heard) == pytest.approx(10 * (arrivals[-1] - arrivals[0]), abs=4)
    assert np.median(np.diff(arrivals)) == pytest.approx(0.1, abs=0.01)
    assert correlation(said, b"".join(heard)) > 0.999
    figures = {
        "intervals_s": np.percentile(np.diff(arrivals), [0, 5, 50, 95, 100]).round(4).tolist(),
        "time_line_steps_s": np.percentile(np.diff(starts), [0, 50, 100]).round(4).tolist(),
    }
    (tmp_path / "figures.json").write_text(json.dumps(figures), "utf-8")
    # The time line of the sound goes on evenly, however busy the computer was.
    assert np.all(np.diff(starts) == pytest.approx(0.1, abs=0.09))


def test_a_device_of_another_rate_is_converted(pulse: PulseMicrophone, system: SoundSystem) -> None:
    wav = recording("hibari", "cta05")
    microphone = Microphone(system, rates_hz=(48_000,))
    microphone.open("pulse")
    first_block(microphone)
    player = pulse.start_playing(wav)
    heard = [first_block(microphone).pcm for _ in range(100)]
    assert player.wait(timeout=30) == 0
    microphone.close()
    # Twice resampled, once by the sound server with a filter of its own: the highest treble differs.
    assert correlation(pcm_of(wav), b"".join(heard)) > 0.99


class Dictation:
    """A listening worker on the real microphone."""

    def __init__(self, system: SoundSystem) -> None:
        self.conditions = ConditionBoard(HandClock())
        self.events: list[object] = []
        self.listening = Listening(Microphone(system), self.conditions, self.events.append)
        self.listening.LOOK_AGAIN_S = 0.2  # type: ignore[misc]

    def until(self, is_so: Callable[[], bool], within_s: float = 20.0) -> None:
        deadline = time.monotonic() + within_s
        while not is_so():
            assert time.monotonic() < deadline, "did not happen in time"
            time.sleep(0.02)

    def condition_keys(self) -> list[str]:
        return [each.key for each in self.conditions.current()]


@pytest.fixture
def dictation(pulse: PulseMicrophone, system: SoundSystem) -> Iterator[Dictation]:
    found = Dictation(system)
    found.listening.start()
    try:
        found.until(lambda: found.listening.is_hearing)
        yield found
    finally:
        assert found.listening.stop()


def test_a_sentence_becomes_one_whole_utterance(pulse: PulseMicrophone, dictation: Dictation) -> None:
    wav = recording("joe", "cxr05")
    assert dictation.listening.toggle(TARGET)
    pulse.play(wav)
    dictation.until(lambda: bool(spoken(only_utterances(dictation.events))))
    dictation.until(lambda: spoken(only_utterances(dictation.events))[-1].ended is not None)
    [only] = spoken(only_utterances(dictation.events))
    loud = np.flatnonzero(frame_levels(pcm_of(wav)) > -58)
    first, last = loud[0] * FRAME_SAMPLES * 2, (loud[-1] + 1) * FRAME_SAMPLES * 2
    assert pcm_of(wav)[first:last] in only.pcm
    assert only.tag.target == TARGET
    assert max(e.reading.peak_dbfs for e in dictation.events if isinstance(e, Level)) > -20


def test_a_pulled_plug_is_a_lasting_condition_and_the_microphone_comes_back_by_itself(
    pulse: PulseMicrophone, dictation: Dictation
) -> None:
    assert dictation.listening.press(TARGET)
    player = pulse.start_playing(recording("hibari", "cta05"))
    dictation.until(lambda: bool(spoken(only_utterances(dictation.events))))
    pulse.kill()
    player.wait(timeout=30)
    dictation.until(lambda: dictation.condition_keys() == [NO_MICROPHONE])
    assert dictation.listening.armed is Armed.OFF
    assert ArmedChanged(Armed.OFF, Move.LOST) in dictation.events
    [only] = spoken(only_utterances(dictation.events))
    assert only.ended is not None
    assert only.ended.reason is EndReason.MICROPHONE
    pulse.start()
    dictation.until(lambda: dictation.condition_keys() == [])
    assert dictation.listening.press(TARGET)


def test_a_phrase_is_heard_again(pulse: PulseMicrophone, system: SoundSystem) -> None:
    said = pcm_of(recording("hibari", "cxr02"))
    microphone, ended = Microphone(system), []
    microphone.open("pulse")
    first_block(microphone)
    loudspeaker = Loudspeaker(system)
    loudspeaker.play(said, on_end=lambda: ended.append(True))
    heard = [first_block(microphone).pcm for _ in range(len(said) // 3200 + 40)]
    assert ended
    loudspeaker.stop()
    microphone.close()
    assert correlation(said, b"".join(heard)) > 0.99


def test_without_a_sound_server_there_is_no_microphone(system: SoundSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(prefix="lb") as folder:
        for name, value in PulseMicrophone(Path(folder)).environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SomethingMissing, match="no microphone"):
            Microphone(system).open("")
