"""The level meter: figures of known sound, rise and fall, warnings."""

from __future__ import annotations

import numpy as np
import pytest

from tests.helpers.spoken_sound import BLOCK_BYTES, noise, tone
from workstation.dictation.levels_meter import FLOOR_DBFS, LevelMeter, LevelReading, SoundFault


def readings(pcm: bytes, *, share: float = 1.0, floor: float = -70.0) -> list[LevelReading]:
    meter = LevelMeter()
    blocks = [pcm[at : at + BLOCK_BYTES] for at in range(0, len(pcm), BLOCK_BYTES)]
    return [meter.feed(block, speech_share=share, floor_dbfs=floor) for block in blocks]


@pytest.mark.parametrize("dbfs", [-40.0, -20.0, -3.1])
def test_a_tone_reads_its_level(dbfs: float) -> None:
    last = readings(tone(3.0, dbfs).tobytes())[-1]
    assert last.rms_dbfs == pytest.approx(dbfs, abs=0.1)
    assert last.peak_dbfs == pytest.approx(dbfs + 3.01, abs=0.1)


def test_the_peak_rises_at_once_and_falls_20_db_in_1_7_s() -> None:
    found = readings(tone(0.1, -20.0).tobytes() + b"\0" * (17 * BLOCK_BYTES))
    assert found[0].peak_dbfs == pytest.approx(-17.0, abs=0.1)
    assert found[17].peak_dbfs == pytest.approx(-37.0, abs=0.2)


def test_silence_is_the_bottom_of_the_scale_and_two_seconds_of_it_are_a_muted_microphone() -> None:
    found = readings(b"\0" * (25 * BLOCK_BYTES), share=0.0)
    assert (found[0].peak_dbfs, found[0].rms_dbfs) == (FLOOR_DBFS, FLOOR_DBFS)
    assert found[18].faults == ()
    assert found[20].faults == (SoundFault.MUTED,)


def test_clipping_is_several_samples_in_a_row_and_stays_two_seconds() -> None:
    sound = noise(3.0, -40.0)
    sound[100] = 32_767
    assert readings(sound.tobytes())[0].faults == ()
    sound[100:104] = 32_767
    sound[3_300:3_303] = -32_768
    found = readings(sound.tobytes())
    assert [SoundFault.CLIPPING in each.faults for each in found[:22]] == [True] * 22
    assert SoundFault.CLIPPING not in found[23].faults


def test_quiet_speech_is_too_quiet_and_quiet_pauses_are_not() -> None:
    assert SoundFault.TOO_QUIET in readings(noise(2.0, -48.0).tobytes())[-1].faults
    assert readings(noise(2.0, -48.0).tobytes(), share=0.1)[-1].faults == ()
    assert readings(noise(2.0, -25.0).tobytes())[-1].faults == ()


def test_speech_that_hardly_stands_out_of_the_room_is_noisy() -> None:
    assert readings(noise(2.0, -30.0).tobytes(), floor=-38.0)[-1].faults == (SoundFault.NOISY,)


def test_an_empty_block_changes_nothing() -> None:
    meter = LevelMeter()
    first = meter.feed(tone(0.1, -20).tobytes(), speech_share=1, floor_dbfs=-70)
    assert meter.feed(b"", speech_share=0, floor_dbfs=-70) == first
    assert np.isfinite(first.rms_dbfs)
