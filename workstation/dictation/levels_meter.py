"""The level meter beside the microphone button: how loud it is, and whether that will do for dictation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import exp, log10

import numpy as np

from workstation.dictation.audio_blocks import duration_s, samples_of

FLOOR_DBFS = -80.0
"""Where the scale begins; silence is shown here."""


class SoundFault(Enum):
    """What is wrong with the sound, in words for the reader."""

    CLIPPING = "Too loud: the sound is clipped. Turn the microphone down or move it away."
    TOO_QUIET = "Too quiet: speak up, move the microphone nearer, or turn it up."
    MUTED = "The microphone gives no sound at all: is it muted?"
    NOISY = "The room is loud against the voice: move the microphone nearer."


@dataclass(frozen=True)
class LevelReading:
    """What the meter shows now. Levels in dB of full scale, between `FLOOR_DBFS` and 0.

    Attributes
    ----------
    peak_dbfs
        Peak with instant rise and a fall of 20 dB in 1.7 s (IEC 60268-10, type I).
    rms_dbfs
        Loudness over 300 ms (a sine at full scale reads -3).
    faults
        What is wrong; each stays for two seconds after it was last heard.
    """

    peak_dbfs: float
    rms_dbfs: float
    faults: tuple[SoundFault, ...]


@dataclass(frozen=True)
class MeterSettings:
    """Limits of the warnings. Engines want speech at about -30 to -15 dBFS; below -42 word errors rise steeply."""

    quiet_speech_dbfs: float = -42.0
    clipped_samples: int = 3
    muted_after_s: float = 2.0
    least_speech_above_room_db: float = 12.0
    fault_stays_s: float = 2.0


class LevelMeter:
    """Takes blocks in, gives readings out.

    Speech is judged by its own running level: frames that are no speech do not make a microphone "too quiet".
    """

    _FALL_DB_PER_S = 20 / 1.7
    _RMS_TIME_S = 0.3
    _SPEECH_TIME_S = 1.0
    _FULL_SCALE = 32_760

    def __init__(self, settings: MeterSettings | None = None) -> None:
        self._settings = settings or MeterSettings()
        self._peak_dbfs = FLOOR_DBFS
        self._power = 0.0
        self._speech_power: float | None = None
        self._heard_speech_s = 0.0
        self._zero_s = 0.0
        self._now_s = 0.0
        self._faults: dict[SoundFault, float] = {}

    def feed(self, pcm: bytes, *, speech_share: float, floor_dbfs: float) -> LevelReading:
        """Take a block in.

        Parameters
        ----------
        pcm
            16 kHz mono s16le.
        speech_share
            Part of the block that is speech, 0 to 1.
        floor_dbfs
            Level of the room, from the speech detector.
        """
        samples = samples_of(pcm)
        if not len(samples):
            return self._reading()
        seconds = duration_s(pcm)
        self._now_s += seconds
        power = float(np.mean(samples.astype(np.float64) ** 2)) / 32768**2
        peak = int(np.abs(samples.astype(np.int32)).max())
        self._peak_dbfs = max(_dbfs((peak / 32768) ** 2), self._peak_dbfs - self._FALL_DB_PER_S * seconds, FLOOR_DBFS)
        self._power += (1 - exp(-seconds / self._RMS_TIME_S)) * (power - self._power)
        self._follow_speech(power, seconds, speech_share)
        self._zero_s = 0.0 if peak else self._zero_s + seconds
        if self._is_clipped(samples):
            self._note(SoundFault.CLIPPING)
        self._judge_speech(speech_share, floor_dbfs)
        return self._reading()

    def _follow_speech(self, power: float, seconds: float, speech_share: float) -> None:
        if speech_share < 0.5:
            return
        old = power if self._speech_power is None else self._speech_power
        self._speech_power = old + (1 - exp(-seconds / self._SPEECH_TIME_S)) * (power - old)
        self._heard_speech_s += seconds

    def _judge_speech(self, speech_share: float, floor_dbfs: float) -> None:
        if self._zero_s >= self._settings.muted_after_s:
            self._note(SoundFault.MUTED)
        if self._speech_power is None or speech_share < 0.5 or self._heard_speech_s < 1.0:
            return
        level = _dbfs(self._speech_power)
        if level < self._settings.quiet_speech_dbfs:
            self._note(SoundFault.TOO_QUIET)
        elif level - floor_dbfs < self._settings.least_speech_above_room_db:
            self._note(SoundFault.NOISY)

    def _is_clipped(self, samples: np.typing.NDArray[np.int16]) -> bool:
        """Whether several samples in a row stand at full scale; a single one is no damage."""
        full = np.abs(samples.astype(np.int32)) >= self._FULL_SCALE
        run = np.convolve(full, np.ones(self._settings.clipped_samples), mode="valid")
        return bool(len(run) and run.max() >= self._settings.clipped_samples)

    def _note(self, fault: SoundFault) -> None:
        self._faults[fault] = self._now_s

    def _reading(self) -> LevelReading:
        stays = self._settings.fault_stays_s
        faults = tuple(fault for fault in SoundFault if self._now_s - self._faults.get(fault, -1e9) < stays)
        return LevelReading(self._peak_dbfs, _dbfs(self._power), faults)


def _dbfs(power: float) -> float:
    """Power (full scale is 1) in dB, not below the scale."""
    return max(FLOOR_DBFS, 10 * log10(power)) if power > 0 else FLOOR_DBFS
