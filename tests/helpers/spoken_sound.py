"""Sound for tests of the microphone path: noise, speech in it, blocks on a time line, and a scripted microphone.

The voices are synthetic: what is measured with them says nothing about people.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.dictation.audio_blocks import BLOCK_S, BLOCK_SAMPLES, FRAME_SAMPLES, AudioBlock, samples_of
from workstation.dictation.microphone import InputDevice
from workstation.dictation.utterances import Block, Ended, Started, Tag, UtteranceEvent
from workstation.foundation.errors import SomethingMissing

BLOCK_BYTES = 2 * BLOCK_SAMPLES
VOICES = ("hibari", "joe", "slt")


def noise(seconds: float, dbfs: float, seed: int = 1) -> NDArray[np.int16]:
    """White noise of this RMS level, 16 kHz."""
    values = np.random.default_rng(seed).normal(0, 32768 * 10 ** (dbfs / 20), round(seconds * 16_000))
    return np.clip(np.rint(values), -32768, 32767).astype(np.int16)


def tone(seconds: float, dbfs: float, hz: float = 440.0) -> NDArray[np.int16]:
    """A sine of this RMS level, 16 kHz."""
    times = np.arange(round(seconds * 16_000)) / 16_000
    return np.rint(np.sqrt(2) * 32768 * 10 ** (dbfs / 20) * np.sin(2 * np.pi * hz * times)).astype(np.int16)


def mixed(pcm: bytes, dbfs: float, seed: int = 1) -> bytes:
    """Sound with white noise added."""
    clean = samples_of(pcm).astype(np.int32)
    return np.clip(clean + noise(len(clean) / 16_000, dbfs, seed), -32768, 32767).astype(np.int16).tobytes()


def frame_levels(pcm: bytes) -> NDArray[np.float64]:
    """Level of each 10 ms in dB of full scale, by the plainest formula: the judge of the detector."""
    samples = samples_of(pcm).astype(np.float64)
    frames = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    return np.asarray(10 * np.log10((frames**2).mean(axis=1) / 32768**2 + 1e-10))


def blocks_of(pcm: bytes, start_s: float = 0.0) -> list[AudioBlock]:
    """Sound as a microphone gives it; the last block is filled with silence."""
    whole = pcm + b"\0" * (-len(pcm) % BLOCK_BYTES)
    pieces = [whole[at : at + BLOCK_BYTES] for at in range(0, len(whole), BLOCK_BYTES)]
    return [AudioBlock(piece, start_s + number * BLOCK_S) for number, piece in enumerate(pieces)]


@dataclass(frozen=True)
class Spoken:
    """One utterance put together again from its events."""

    tag: Tag
    pcm: bytes
    ended: Ended | None


def spoken(events: Sequence[object]) -> list[Spoken]:
    """The utterances of a stream of events; fails when their order is wrong."""
    found: list[Spoken] = []
    for event in events:
        if isinstance(event, Started):
            assert not found or found[-1].ended is not None, "an utterance began in another"
            found.append(Spoken(event.tag, b"", None))
        elif isinstance(event, Block | Ended):
            last = found[-1]
            assert event.tag == last.tag
            assert last.ended is None, "something came after the end"
            if isinstance(event, Block):
                found[-1] = Spoken(last.tag, last.pcm + event.pcm, None)
            else:
                found[-1] = Spoken(last.tag, last.pcm, event)
    return found


class ScriptedMicrophone:
    """A microphone that a test plugs in, feeds and pulls out."""

    def __init__(self) -> None:
        self.devices: tuple[InputDevice, ...] = ()
        self.opened: list[str] = []
        self._blocks: deque[AudioBlock] = deque()
        self._there = threading.Event()
        self._is_open = False

    @property
    def is_open(self) -> bool:
        return self._is_open

    def plug_in(self) -> None:
        self._there.set()

    def pull_out(self) -> None:
        self._there.clear()

    def say(self, blocks: Sequence[AudioBlock]) -> None:
        """Let the program record these."""
        self._blocks.extend(blocks)

    def wait_until_heard(self) -> bool:
        """Whether everything was taken within five seconds."""
        waiter = threading.Event()
        return any(not self._blocks or waiter.wait(0.01) for _ in range(500)) and not self._blocks

    def open(self, name: str) -> None:
        self.opened.append(name)
        self.devices = (InputDevice(0, "desk", 1, 16_000, is_default=True),) if self._there.is_set() else ()
        if not self.devices:
            raise SomethingMissing("There is no microphone.", "Plug one in.")
        self._is_open = True

    def read(self, timeout_s: float) -> AudioBlock | None:
        if not self._there.is_set():
            self.close()
            raise SomethingMissing("The microphone gives no sound any more.", "Plug it in again.")
        if self._blocks:
            return self._blocks.popleft()
        threading.Event().wait(min(timeout_s, 0.005))
        return None

    def close(self) -> None:
        self._is_open = False


def only_utterances(events: Sequence[object]) -> list[UtteranceEvent]:
    """The events that concern utterances."""
    return [event for event in events if isinstance(event, Started | Block | Ended)]
