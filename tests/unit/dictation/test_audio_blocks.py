"""Sound as dictation hands it on: resampling, the time line of samples, mixing to one channel."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workstation.dictation.audio_blocks import RATE_HZ, Resampler, SampleClock, duration_s, mono, samples_of

RATES = (8_000, 16_000, 22_050, 32_000, 44_100, 48_000, 96_000)


def sine(hz: float, rate_hz: int, seconds: float = 0.5) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return np.rint(10_000 * np.sin(2 * np.pi * hz * np.arange(int(rate_hz * seconds)) / rate_hz)).astype(np.int16)


HEARD = [(rate_hz, hz) for rate_hz in RATES for hz in (100, 1_000, 3_000, 6_500) if hz < 0.43 * rate_hz]


@pytest.mark.parametrize(("rate_hz", "hz"), HEARD)
def test_what_speech_is_made_of_comes_through_unchanged_and_in_time(rate_hz: int, hz: int) -> None:
    out = Resampler(rate_hz).feed(sine(hz, rate_hz))
    wanted = sine(hz, RATE_HZ)[: len(out)]
    inner = slice(100, len(out) - 100)
    assert np.abs(out[inner].astype(int) - wanted[inner]).max() <= 3  # 3 of 10,000: rounding and 70 dB


@pytest.mark.parametrize(("rate_hz", "hz"), [(44_100, 9_300), (48_000, 9_300), (48_000, 12_000), (96_000, 30_000)])
def test_what_is_above_hearing_does_not_fold_back(rate_hz: int, hz: int) -> None:
    out = Resampler(rate_hz).feed(sine(hz, rate_hz)).astype(float)
    assert np.sqrt((out[200:-200] ** 2).mean()) < 7071 * 10 ** (-75 / 20)


@given(st.sampled_from(RATES), st.lists(st.integers(0, 3_000), max_size=8))
@settings(max_examples=40, deadline=None)
def test_pieces_of_any_length_give_what_the_whole_gives(rate_hz: int, lengths: list[int]) -> None:
    sound = np.random.default_rng(1).integers(-20_000, 20_000, sum(lengths)).astype(np.int16)
    resampler = Resampler(rate_hz)
    pieces = [resampler.feed(piece) for piece in np.split(sound, np.cumsum(lengths))]
    assert np.array_equal(np.concatenate(pieces), Resampler(rate_hz).feed(sound))


def test_full_scale_does_not_wrap() -> None:
    square = np.where(np.arange(48_000) // 100 % 2, 32_767, -32_768).astype(np.int16)
    out = Resampler(48_000).feed(square).astype(int)
    middle = out.reshape(-1)[: len(out) // 1000 * 1000]
    assert np.abs(np.diff(np.sign(middle[np.abs(middle) > 20_000]))).sum() / 2 <= 2 * 480


def test_two_channels_are_averaged_and_a_torn_sample_is_left_out() -> None:
    assert mono(np.array([100, 300, -5, -7, 9], dtype=np.int16), 2).tolist() == [200, -6]
    assert samples_of(b"\x01\x00\x02").tolist() == [1]
    assert duration_s(b"\0" * 32_000) == 1.0


@given(st.lists(st.floats(0, 0.5), min_size=30, max_size=60))
@settings(max_examples=30, deadline=None)
def test_a_busy_computer_does_not_move_the_time_line(delays: list[float]) -> None:
    clock = SampleClock(RATE_HZ)
    delays[::20] = [0.0] * len(delays[::20])
    starts = [clock.start_of(1600, 100.0 + 0.1 * (n + 1) + delay) for n, delay in enumerate(delays)]
    assert starts == pytest.approx([100.0 + 0.1 * n for n in range(len(delays))])


def test_after_lost_sound_the_time_line_begins_again() -> None:
    clock = SampleClock(RATE_HZ)
    clock.start_of(1600, 0.1)
    clock.restart()
    assert clock.start_of(1600, 7.1) == pytest.approx(7.0)


def test_a_device_that_stood_still_for_a_second_is_in_time_again_after_three() -> None:
    clock = SampleClock(RATE_HZ)
    for number in range(60):
        clock.start_of(1600, 0.1 * (number + 1))
    starts = [clock.start_of(1600, 7.0 + 0.1 * (number + 1)) for number in range(40)]
    assert starts[0] == pytest.approx(6.0)
    assert starts[30:] == pytest.approx([7.0 + 0.1 * number for number in range(30, 40)])
