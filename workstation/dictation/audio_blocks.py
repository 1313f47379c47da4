"""Sound as dictation hands it on: 16 kHz, one channel, signed 16-bit little-endian, in blocks of 100 ms."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import gcd

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 16_000
SAMPLE_BYTES = 2
BLOCK_SAMPLES = 1_600
BLOCK_S = BLOCK_SAMPLES / RATE_HZ
FRAME_SAMPLES = 160
"""10 ms: the grain in which levels are judged and utterances are cut; a block is ten of them."""
FRAME_S = FRAME_SAMPLES / RATE_HZ

Samples = NDArray[np.int16]


@dataclass(frozen=True)
class AudioBlock:
    """100 ms of sound.

    Attributes
    ----------
    pcm
        `BLOCK_SAMPLES` samples, 16 kHz mono s16le.
    start_s
        When its first sample was taken, in seconds of the computer's monotonic clock.
    is_after_gap
        Sound was lost between the block before and this one.
    """

    pcm: bytes = field(repr=False)
    start_s: float
    is_after_gap: bool = False


def samples_of(pcm: bytes) -> Samples:
    """The samples of 16-bit little-endian sound, shape (samples,); a torn last byte is left out."""
    return np.frombuffer(pcm[: len(pcm) // SAMPLE_BYTES * SAMPLE_BYTES], dtype="<i2")


def duration_s(pcm: bytes) -> float:
    """How long 16 kHz mono s16le sound lasts."""
    return len(pcm) / (SAMPLE_BYTES * RATE_HZ)


class SampleClock:
    """When a sample was taken, told from when blocks arrive.

    Blocks arrive late by whatever the computer was busy with, never early; so the earliest of the last ``memory``
    arrivals is the true line, and a busy moment does not move the timeline. A device that stood still without
    saying so does; after ``memory`` blocks (3 s) that is made good.
    """

    def __init__(self, rate_hz: float, memory: int = 30) -> None:
        self._rate_hz = rate_hz
        self._offsets: deque[float] = deque(maxlen=memory)
        self._samples = 0

    def start_of(self, samples: int, arrived_s: float) -> float:
        """Count ``samples`` that arrived at ``arrived_s``; return when the first of them was taken."""
        start = self._samples / self._rate_hz
        self._samples += samples
        self._offsets.append(arrived_s - self._samples / self._rate_hz)
        return start + min(self._offsets)

    def restart(self) -> None:
        """Begin a new line: samples were lost."""
        self._offsets.clear()
        self._samples = 0


class Resampler:
    """Turns sound of a device's rate into 16 kHz, piece by piece, as if it had come in one.

    A windowed-sinc low-pass (Kaiser, 80 dB, pass band to 0.86 of the lower Nyquist frequency) in polyphase form.

    Parameters
    ----------
    rate_hz
        Rate of what is fed, for example 48,000 or 44,100.
    """

    _HALF_ZEROS = 32

    def __init__(self, rate_hz: int) -> None:
        common = gcd(rate_hz, RATE_HZ)
        self._up, self._down = RATE_HZ // common, rate_hz // common
        scale = max(1.0, rate_hz / RATE_HZ)
        self._half = int(np.ceil(self._HALF_ZEROS * scale))
        self._taps = self._phase_table(scale)
        # With half - 1 zeros ahead of it the first sample fed is the centre of the first window: no shift in time.
        self._tail: NDArray[np.float64] = np.zeros(self._half - 1)
        self._phase = 0

    @property
    def delay_samples(self) -> int:
        """How many samples of input stay behind: feed as many zeros to get the last sound out."""
        return self._half

    def feed(self, samples: Samples) -> Samples:
        """The output that the input so far allows; half a filter length stays behind."""
        if self._up == self._down:
            return samples
        signal = np.concatenate([self._tail, samples.astype(np.float64)])
        outputs = self._how_many(len(signal))
        steps = self._phase + self._down * np.arange(outputs)
        base, phase = steps // self._up, steps % self._up
        if outputs:
            windows = np.lib.stride_tricks.sliding_window_view(signal, 2 * self._half)[base]
            result = np.einsum("ij,ij->i", windows, self._taps[phase])
        else:
            result = np.zeros(0)
        after = self._phase + self._down * outputs
        self._phase = after % self._up
        self._tail = signal[after // self._up :]
        return np.asarray(np.clip(np.rint(result), -32768, 32767), dtype=np.int16)

    def _how_many(self, length: int) -> int:
        """How many outputs have their whole window in ``length`` samples of input."""
        last_step = (length - 2 * self._half) * self._up + self._up - 1
        return max(0, (last_step - self._phase) // self._down + 1)

    def _phase_table(self, scale: float) -> NDArray[np.float64]:
        """Taps for every phase, shape (phases, 2 x half); each row sums to one."""
        offsets = np.arange(-self._half + 1, self._half + 1)
        distance = (offsets[None, :] - np.arange(self._up)[:, None] / self._up) / scale
        window = np.kaiser(4097, 8.0)
        shape = np.interp(distance / self._HALF_ZEROS, np.linspace(-1, 1, 4097), window, left=0, right=0)
        # 0.93: the middle of the transition; with this window it is 0.16 of the Nyquist frequency wide.
        taps = np.sinc(0.93 * distance) * shape
        return np.asarray(taps / taps.sum(axis=1, keepdims=True))


def mono(samples: Samples, channels: int) -> Samples:
    """The mean of interleaved channels; one channel is returned as it is."""
    if channels == 1:
        return samples
    whole = samples[: len(samples) // channels * channels].reshape(-1, channels)
    return np.asarray(np.rint(whole.mean(axis=1)), dtype=np.int16)
