"""The microphone where there is none: no library, no device, a device that refuses, a queue that is full."""

from __future__ import annotations

import ctypes.util
import queue
import sys
from types import ModuleType, SimpleNamespace

import pytest

from workstation.dictation.audio_blocks import BLOCK_SAMPLES
from workstation.dictation.loudspeaker import Loudspeaker
from workstation.dictation.microphone import Microphone, SoundSystem, _feed_of
from workstation.foundation.errors import SomethingMissing


def test_without_the_portaudio_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(ctypes.util, "find_library", lambda _name: None)
    with pytest.raises(SomethingMissing) as missing:
        Microphone(SoundSystem()).open("")
    assert "PortAudio" in missing.value.what
    assert "libportaudio2" in missing.value.advice
    assert "typing works" in missing.value.advice


class SoundCard(ModuleType):
    """A PortAudio whose devices a test chooses."""

    class PortAudioError(Exception):
        pass

    def __init__(self, *devices: dict[str, object], rates: tuple[int, ...] = (), refuses: bool = False) -> None:
        super().__init__("sounddevice")
        self.default = SimpleNamespace(device=(0, 0))
        self.streams: list[SoundCardStream] = []
        self._devices = [{"index": number, **device} for number, device in enumerate(devices)]
        self._rates = rates
        self._refuses = refuses

    def _terminate(self) -> None:
        pass

    def _initialize(self) -> None:
        pass

    def query_devices(self) -> list[dict[str, object]]:
        return self._devices

    def check_input_settings(self, *, device: int, channels: int, dtype: str, samplerate: int) -> None:
        if samplerate not in self._rates or channels != self._devices[device]["max_input_channels"]:
            raise self.PortAudioError("Invalid sample rate")

    def RawInputStream(self, **options: object) -> SoundCardStream:  # noqa: N802 - the library's name
        if self._refuses:
            raise self.PortAudioError("Device unavailable")
        self.streams.append(SoundCardStream(options))
        return self.streams[-1]

    def RawOutputStream(self, **options: object) -> SoundCardStream:  # noqa: N802 - the library's name
        raise self.PortAudioError("Error querying device -1")


class SoundCardStream:
    """What PortAudio gives for an open device; a test speaks into it."""

    def __init__(self, options: dict[str, object]) -> None:
        self.options = options
        self.is_closed = False

    def start(self) -> None:
        pass

    def abort(self, *, ignore_errors: bool) -> None:
        pass

    def close(self, *, ignore_errors: bool) -> None:
        self.is_closed = True

    def hear(self, pcm: bytes, *, overflow: bool = False) -> None:
        self.options["callback"](pcm, len(pcm) // 2, None, SimpleNamespace(input_overflow=overflow))  # type: ignore[operator]


def card(name: str = "USB", channels: int = 1, rate: float = 48_000.0) -> dict[str, object]:
    return {"name": name, "max_input_channels": channels, "default_samplerate": rate}


def on(sound_card: SoundCard) -> Microphone:
    return Microphone(SoundSystem(lambda: sound_card))


def test_without_a_device_it_says_so() -> None:
    with pytest.raises(SomethingMissing, match="no microphone"):
        on(SoundCard()).open("")
    with pytest.raises(SomethingMissing, match="no microphone"):
        on(SoundCard({"name": "HDMI", "max_input_channels": 0, "default_samplerate": 48_000.0})).open("")


def test_a_chosen_microphone_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(SomethingMissing) as missing:
        on(SoundCard(card("Webcam"), rates=(16_000,))).open("SpeechMike")
    assert "SpeechMike" in missing.value.what
    assert "Webcam" in missing.value.advice


def test_a_device_in_use_elsewhere_is_named() -> None:
    with pytest.raises(SomethingMissing, match="“USB” cannot be used"):
        on(SoundCard(card(), rates=(16_000,), refuses=True)).open("")


def test_a_device_of_48_khz_with_two_channels_is_converted() -> None:
    sound_card = SoundCard(card(channels=2), rates=(48_000,))
    microphone = on(sound_card)
    microphone.open("")
    [stream] = sound_card.streams
    assert (stream.options["samplerate"], stream.options["channels"], stream.options["blocksize"]) == (48_000, 2, 4_800)
    for _ in range(3):
        stream.hear(b"\x10\x00\x20\x00" * 4_800)
    block = microphone.read(0.0)
    assert block is not None
    assert block.pcm[2_000:] == b"\x18\x00" * (BLOCK_SAMPLES - 1_000)
    microphone.close()
    assert stream.is_closed


def test_an_overflow_is_counted_and_marked_at_its_place() -> None:
    sound_card = SoundCard(card(), rates=(16_000,))
    microphone = on(sound_card)
    microphone.open("")
    [stream] = sound_card.streams
    for overflow in (False, True, False):
        stream.hear(b"\0\0" * BLOCK_SAMPLES, overflow=overflow)
    blocks = [microphone.read(0.0) for _ in range(3)]
    assert [block.is_after_gap for block in blocks if block] == [False, True, False]
    assert microphone.lost_blocks == 1
    microphone.close()


def test_a_full_queue_drops_counts_and_marks_what_comes_after() -> None:
    blocks: queue.Queue[tuple[bytes, float, bool]] = queue.Queue(2)
    lost: list[int] = []
    feed = _feed_of(blocks, lambda: lost.append(1))
    fine = SimpleNamespace(input_overflow=False)
    for number in range(4):
        feed(bytes([number]), 1, None, fine)
    assert [blocks.get()[0] for _ in range(2)] == [b"\0", b"\1"]
    feed(b"\4", 1, None, fine)
    sound, _, is_gap = blocks.get()
    assert (sound, is_gap, len(lost)) == (b"\4", True, 2)


def test_a_stream_that_ends_or_goes_silent_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    sound_card = SoundCard(card(), rates=(16_000,))
    microphone = on(sound_card)
    microphone.open("")
    sound_card.streams[0].options["finished_callback"]()  # type: ignore[operator]
    with pytest.raises(SomethingMissing, match="no sound any more"):
        microphone.read(0.0)
    assert not microphone.is_open
    microphone.open("")
    assert microphone.read(0.0) is None
    monkeypatch.setattr(Microphone, "FIRST_BLOCK_WITHIN_S", -1.0)
    microphone.open("")
    with pytest.raises(SomethingMissing, match="no sound any more"):
        microphone.read(0.0)


def test_without_a_loudspeaker_replay_says_so() -> None:
    with pytest.raises(SomethingMissing, match="no loudspeaker"):
        Loudspeaker(SoundSystem(SoundCard)).play(b"\0\0")
