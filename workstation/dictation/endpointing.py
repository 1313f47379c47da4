"""Where speech begins and ends: an energy detector with an adaptive noise floor, and the rule that closes an
utterance.

The floor is the lowest level of the last seconds (minimum statistics: speech always has short holes in it, and through
them the room is heard), so a fan that starts is noise after those seconds, and speech never is.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from workstation.dictation.audio_blocks import FRAME_S, FRAME_SAMPLES, samples_of

SILENCE_DBFS = -100.0


@dataclass(frozen=True)
class EndpointSettings:
    """When sound counts as speech, and when an utterance is closed. Levels in dB, lengths in seconds.

    Attributes
    ----------
    onset_db, hold_db
        How far above the noise floor speech begins, and goes on.
    floor_memory_s
        The floor is the lowest level of so many seconds.
    lowest_floor_dbfs, highest_floor_dbfs
        Bounds of the floor: below the first nothing is worth hearing, above the second no room is.
    pre_roll_s
        Sound from before the first speech that belongs to the utterance.
    pause_s
        Silence that closes an utterance; ``shorter_pauses`` gives (length of the utterance, pause) from where on less
        will do, so that a long utterance still ends between words.
    longest_s
        The utterance is closed here whatever is heard: the longest stretch the engines take in one piece.
    """

    onset_db: float = 9.0
    hold_db: float = 6.0
    floor_memory_s: float = 4.0
    lowest_floor_dbfs: float = -66.0
    highest_floor_dbfs: float = -30.0
    pre_roll_s: float = 0.4
    pause_s: float = 0.7
    shorter_pauses: tuple[tuple[float, float], ...] = ((15.0, 0.4), (20.0, 0.25), (25.0, 0.15))
    longest_s: float = 28.0

    def pause_wanted_s(self, length_s: float) -> float:
        """The silence that closes an utterance of this length."""
        return next((pause for start, pause in reversed(self.shorter_pauses) if length_s >= start), self.pause_s)


class SpeechDetector:
    """Says of every 10 ms whether there is speech in it.

    The level of a frame is that of the sound above 100 Hz over the frame and its two neighbours before.
    """

    _COLD_FLOOR_DBFS = -45.0  # before anything is known, speech that comes at once is louder than this

    def __init__(self, settings: EndpointSettings) -> None:
        self._settings = settings
        self._minima: deque[float] = deque(maxlen=max(1, round(settings.floor_memory_s / (10 * FRAME_S))))
        self._input_tail: NDArray[np.float64] = np.zeros(FRAME_SAMPLES)
        self._powers: NDArray[np.float64] = np.zeros(0)
        self._is_speech = False

    @property
    def floor_dbfs(self) -> float:
        """The level of the room, in dB of full scale."""
        floor = min(self._minima, default=self._COLD_FLOOR_DBFS)
        if len(self._minima) < 10:  # less than a second heard
            floor = min(floor, self._COLD_FLOOR_DBFS)
        return float(np.clip(floor, self._settings.lowest_floor_dbfs, self._settings.highest_floor_dbfs))

    def feed(self, pcm: bytes) -> list[bool]:
        """One answer for each whole 10 ms of ``pcm`` (16 kHz mono s16le)."""
        powers = self._frame_powers(pcm)
        history = np.concatenate([self._powers, powers])
        self._learn_floor(history, len(powers))
        levels = _dbfs(_running_mean(history, 3)[-len(powers) :]) if len(powers) else np.zeros(0)
        self._powers = history[-4:]
        return [self._decide(float(level)) for level in levels]

    def _decide(self, level_dbfs: float) -> bool:
        margin = self._settings.hold_db if self._is_speech else self._settings.onset_db
        self._is_speech = level_dbfs >= self.floor_dbfs + margin
        return self._is_speech

    def _learn_floor(self, history: NDArray[np.float64], new: int) -> None:
        """Remember the quietest 50 ms of these frames."""
        means = _running_mean(history, 5)[-new:] if new else np.zeros(0)
        if len(history) >= 5 and len(means):
            self._minima.append(float(_dbfs(means[-min(new, len(history) - 4) :]).min()))

    def _frame_powers(self, pcm: bytes) -> NDArray[np.float64]:
        """Mean square of each 10 ms after taking the running mean of 10 ms away (hum, rumble and offset go)."""
        samples = samples_of(pcm)
        whole = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].astype(np.float64) / 32768
        signal = np.concatenate([self._input_tail, whole])
        self._input_tail = signal[-FRAME_SAMPLES:]
        sums = np.cumsum(np.concatenate([[0.0], signal]))
        mean = (sums[FRAME_SAMPLES:] - sums[:-FRAME_SAMPLES])[1:] / FRAME_SAMPLES
        # The mean is centred, so what comes out is the sound of 5 ms ago.
        centre = signal[FRAME_SAMPLES // 2 : FRAME_SAMPLES // 2 + len(whole)]
        return np.asarray(((centre - mean) ** 2).reshape(-1, FRAME_SAMPLES).mean(axis=1))


def _running_mean(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """Mean of each value and the ``width - 1`` before it (fewer at the beginning)."""
    sums = np.cumsum(np.concatenate([[0.0], values]))
    ends = np.arange(1, len(values) + 1)
    starts = np.maximum(0, ends - width)
    return np.asarray((sums[ends] - sums[starts]) / (ends - starts))


def _dbfs(powers: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(10 * np.log10(np.maximum(powers, 10 ** (SILENCE_DBFS / 10))))


class Verdict(Enum):
    """What the endpointer says after a frame."""

    NOTHING = "nothing"
    START = "start"
    CONTINUE = "continue"
    END_AT_PAUSE = "end at pause"
    END_AT_LENGTH = "end at length"


class Endpointer:
    """Turns speech frames into utterances: 60 ms of speech begin one (a click is shorter), a pause or its length
    ends it.
    """

    def __init__(self, settings: EndpointSettings) -> None:
        self._settings = settings
        self._recent: deque[bool] = deque(maxlen=8)
        self._heard: deque[bool] = deque(maxlen=round(settings.pre_roll_s / FRAME_S))
        self._is_open = False
        self._length = 0
        self._silent = 0
        self._speech: tuple[int, int] | None = None

    @property
    def speech_s(self) -> tuple[float, float] | None:
        """From where to where there was speech, in seconds from the utterance's first sample; None: nowhere yet."""
        if self._speech is None:
            return None
        return self._speech[0] * FRAME_S, self._speech[1] * FRAME_S

    @property
    def silence_s(self) -> float:
        """How long it has been silent."""
        return self._silent * FRAME_S

    def open(self, frames_before: int) -> None:
        """Begin an utterance with what was heard last: ``frames_before`` frames belong to it already."""
        self._is_open, self._length, self._silent = True, frames_before, 0
        before = list(self._heard)[len(self._heard) - min(frames_before, len(self._heard)) :]
        talking = [index for index, is_speech in enumerate(before) if is_speech]
        self._speech = (talking[0], talking[-1] + 1) if len(talking) >= 3 else None

    def close(self) -> None:
        """Forget the utterance; what comes next is waited for."""
        self._is_open = False
        self._recent.clear()

    def feed(self, *, is_speech: bool) -> Verdict:
        """Take one frame in and say what it means.

        After ``START`` the caller calls `open`; after an ``END`` it calls `close`.
        """
        self._recent.append(is_speech)
        self._heard.append(is_speech)
        if not self._is_open:
            return Verdict.START if sum(self._recent) >= 6 else Verdict.NOTHING
        is_talking = sum(list(self._recent)[-5:]) >= 3
        self._length += 1
        self._silent = 0 if is_talking else self._silent + 1
        if is_talking:
            begin = self._speech[0] if self._speech else max(0, self._length - 5)
            self._speech = (begin, self._length)
        return self._verdict()

    def _verdict(self) -> Verdict:
        length_s = self._length * FRAME_S
        # A key may be held in silence before the first word: only a pause after speech closes. And none closes while a
        # sound has just begun: it may be the first of a word, and the cut would fall into it.
        is_quiet = not any(self._recent)
        if self._speech and is_quiet and self.silence_s >= self._settings.pause_wanted_s(length_s) - FRAME_S / 2:
            return Verdict.END_AT_PAUSE
        if length_s >= self._settings.longest_s - FRAME_S / 2:
            return Verdict.END_AT_LENGTH
        return Verdict.CONTINUE
