"""From a file to text: every usual kind of WAV, utterances out of long sound, the walk through engine and stages."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.helpers.speech import blocks, few_words, pcm_of, recording, tiny_en
from workstation.dictation.engine import SAMPLES_PER_S, EngineSettings, made_engine
from workstation.dictation.errors import BadAudio
from workstation.dictation.normaliser import write_out
from workstation.dictation.pipeline import Transcription, has_speech, joined, utterances_in, whole
from workstation.dictation.second_pass import Outcome
from workstation.dictation.wav_files import open_wav
from workstation.dictation.words import Heard, Rewrite, Written
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import Cancelled

SENTENCE = "There is a small right apical pneumothorax measuring 1.2 cm."


def wav_of(
    path: Path, data: bytes, *, code: int = 1, channels: int = 1, rate: int = 16_000, bits: int = 16, **odd: int
) -> Path:
    """A WAV file; ``data_length`` says how long the header lies the data to be."""
    frame = channels * bits // 8
    head = struct.pack("<HHIIHH", code, channels, rate, rate * frame, frame, bits)
    if code == 0xFFFE:
        head += struct.pack(
            "<HHIH14s", 22, bits, 0, odd.get("sub_code", 1), b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
        )
    chunks = b"LIST" + struct.pack("<I", 5) + b"INFOx\0" + b"fmt " + struct.pack("<I", len(head)) + head
    chunks += b"data" + struct.pack("<I", odd.get("data_length", len(data))) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    return path


def tone(rate: int, seconds: float = 1.0, hz: float = 440.0) -> NDArray[np.float64]:
    return 0.5 * np.sin(2 * np.pi * hz * np.arange(round(rate * seconds)) / rate)


def samples_in(path: Path) -> NDArray[np.float64]:
    return np.frombuffer(b"".join(open_wav(path).pcm()), "<i2") / 32768


# --- WAV files -----------------------------------------------------------------------------------------------------


def as_24_bit(sound: NDArray[np.float64]) -> bytes:
    return (sound * 2**31).astype("<i4").view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()


KINDS = {
    "8 bit": (lambda s: ((s * 128) + 128).astype(np.uint8).tobytes(), {"bits": 8}, 1e-2),
    "16 bit": (lambda s: (s * 2**15).astype("<i2").tobytes(), {}, 1e-4),
    "24 bit": (as_24_bit, {"bits": 24}, 1e-4),
    "32 bit": (lambda s: (s * 2**31).astype("<i4").tobytes(), {"bits": 32}, 1e-4),
    "float": (lambda s: s.astype("<f4").tobytes(), {"bits": 32, "code": 3}, 1e-4),
    "double": (lambda s: s.astype("<f8").tobytes(), {"bits": 64, "code": 3}, 1e-4),
    "extensible": (lambda s: (s * 2**15).astype("<i2").tobytes(), {"code": 0xFFFE}, 1e-4),
    "extensible float": (lambda s: s.astype("<f4").tobytes(), {"bits": 32, "code": 0xFFFE, "sub_code": 3}, 1e-4),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_usual_kind_of_sample_is_read(tmp_path: Path, kind: str) -> None:
    pack, form, tolerance = KINDS[kind]
    sound = tone(16_000)
    path = wav_of(tmp_path / "a.wav", pack(sound), **form)
    assert np.abs(samples_in(path) - sound).max() < tolerance


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000])
def test_every_usual_rate_becomes_16_khz(tmp_path: Path, rate: int) -> None:
    path = wav_of(tmp_path / "a.wav", (tone(rate, 12.3) * 2**15).astype("<i2").tobytes(), rate=rate)
    found, wanted = samples_in(path), tone(16_000, 12.3)
    assert abs(found.size - wanted.size) <= 1
    middle = slice(500, min(found.size, wanted.size) - 500)
    assert np.abs(found[middle] - wanted[middle]).max() < 2e-3
    assert open_wav(path).seconds == pytest.approx(12.3, abs=1e-3)


def test_what_lies_above_our_rate_is_no_hiss_below_it(tmp_path: Path) -> None:
    path = wav_of(tmp_path / "a.wav", (tone(48_000, 1.0, 9_500) * 2**15).astype("<i2").tobytes(), rate=48_000)
    assert np.abs(samples_in(path)[500:-500]).max() < 1e-3


def test_channels_are_averaged(tmp_path: Path) -> None:
    left = tone(16_000)
    both = np.stack([left, np.zeros_like(left)], axis=1)
    path = wav_of(tmp_path / "a.wav", (both * 2**15).astype("<i2").tobytes(), channels=2)
    assert np.abs(samples_in(path) - left / 2).max() < 1e-4


def test_sound_that_is_no_number_is_no_sound(tmp_path: Path) -> None:
    odd = np.array([np.nan, np.inf, -np.inf, 5.0, 0.25], "<f4")
    path = wav_of(tmp_path / "a.wav", odd.tobytes(), bits=32, code=3)
    assert samples_in(path) == pytest.approx([0, 32767 / 32768, -1, 32767 / 32768, 0.25])


@pytest.mark.parametrize(("promised", "is_cut"), [(0, False), (0xFFFFFFFF, False), (999_999, True), (100, False)])
def test_a_recording_that_broke_off_is_read_to_where_it_goes(tmp_path: Path, promised: int, is_cut: bool) -> None:
    data = (tone(16_000) * 2**15).astype("<i2").tobytes()
    path = wav_of(tmp_path / "a.wav", data, data_length=promised)
    assert open_wav(path).is_cut is is_cut
    assert samples_in(path).size == (50 if promised == 100 else 16_000)


BAD = {
    "empty file": (lambda path: path.write_bytes(b""), "is empty"),
    "text": (lambda path: path.write_text("no sound here, only words", "ascii"), "no WAV"),
    "other sound": (lambda path: path.write_bytes(b"OggS" + bytes(100)), "no WAV"),
    "header only": (lambda path: path.write_bytes(b"RIFF\0\0\0\0WAVE"), "breaks off"),
    "no samples": (lambda path: wav_of(path, b""), "holds no sound"),
    "half a sample": (lambda path: wav_of(path, b"\1"), "holds no sound"),
    "compressed": (lambda path: wav_of(path, bytes(99), code=85), "compressed"),
    "mu-law": (lambda path: wav_of(path, bytes(99), code=7, bits=8), "compressed"),
    "telegraph": (lambda path: wav_of(path, bytes(99), rate=4_000), "4000 samples a second"),
    "radar": (lambda path: wav_of(path, bytes(99), rate=10_000_000), "10000000 samples a second"),
    "no channel": (lambda path: wav_of(path, bytes(99), channels=0), "0 channels"),
    "an orchestra": (lambda path: wav_of(path, bytes(99), channels=64), "64 channels"),
    "a folder": (lambda path: path.mkdir(), "cannot be read"),
    "nothing": (lambda _: None, "cannot be read"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_transcribed_is_said_in_words(tmp_path: Path, name: str) -> None:
    make, said = BAD[name]
    make(tmp_path / "a.wav")
    with pytest.raises(BadAudio, match=said) as caught:
        open_wav(tmp_path / "a.wav")
    assert str(tmp_path / "a.wav") in caught.value.what
    assert caught.value.advice


def test_sound_without_end_is_refused(tmp_path: Path) -> None:
    path = wav_of(tmp_path / "a.wav", b"\0\0", data_length=0)  # as long as the file is
    os.truncate(path, 16_000 * 2 * 3600 * 5)  # five hours of nothing, and no room taken
    with pytest.raises(BadAudio, match="longer than 4 hours"):
        open_wav(path)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80), st.integers(0, 60))
def test_no_header_crashes_the_program(tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int) -> None:
    path = tmp_path_factory.mktemp("wav") / "a.wav"
    whole_file = wav_of(path, bytes(64)).read_bytes()
    path.write_bytes(whole_file[:at] + noise + whole_file[at + len(noise) :])
    try:
        assert len(b"".join(open_wav(path).pcm())) % 2 == 0
    except BadAudio as error:
        assert error.advice  # noqa: PT017 - either is right


# --- utterances ------------------------------------------------------------------------------------------------------


def test_short_sound_is_one_utterance_if_anybody_speaks() -> None:
    pcm = pcm_of(recording("joe", "cxr01"))
    assert list(utterances_in(blocks(pcm, 5000))) == [(0.0, pcm)]
    assert has_speech(pcm)
    assert list(utterances_in([bytes(64_000)])) == []
    assert list(utterances_in([])) == []
    hiss = (np.random.default_rng(1).normal(size=48_000) * 30).astype("<i2").tobytes()
    assert list(utterances_in([hiss])) == []


def test_long_sound_is_cut_at_its_pauses_and_no_word_is_lost() -> None:
    pcm = pcm_of(recording("joe", "cxr01"))
    pause = (np.random.default_rng(1).normal(size=24_000) * 5).astype("<i2").tobytes()
    found = list(utterances_in(blocks((pcm + pause) * 6, 7001)))
    assert len(found) == 6
    for number, (start_s, sound) in enumerate(found):
        expected_s = number * len(pcm + pause) / 2 / SAMPLES_PER_S
        assert start_s == pytest.approx(expected_s, abs=0.6)
        assert len(sound) / len(pcm) == pytest.approx(1.0, abs=0.3)


# --- the walk --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Transcription]:
    engine = made_engine(few_words(tmp_path_factory.mktemp("few")))
    yield Transcription(engine, write_out, utterances_in)
    engine.close()


def test_a_sentence_is_heard_and_written(line: Transcription) -> None:
    pcm = pcm_of(recording("joe", "cxr01"))
    shown: list[tuple[float, Heard]] = []
    (spoken,) = line.of(blocks(pcm), CancelToken(), lambda seconds, heard: shown.append((seconds, heard)))
    assert spoken.written.text == SENTENCE
    assert spoken.written.raw == spoken.heard.text
    assert [(each.from_, each.to) for each in spoken.written.rewrites] == [("one point two centimeters", "1.2 cm")]
    assert spoken.length_s == pytest.approx(len(pcm) / 2 / SAMPLES_PER_S)
    assert spoken.first_partial_s is not None
    assert 0 < spoken.first_partial_s < spoken.total_s
    assert [seconds for seconds, _ in shown] == sorted(seconds for seconds, _ in shown)
    assert shown[-1][0] == pytest.approx(spoken.length_s)


def test_silence_gives_no_text_and_no_error(line: Transcription) -> None:
    assert list(line.of([bytes(32_000)], CancelToken())) == []


def test_a_person_can_stop_it(line: Transcription) -> None:
    cancel = CancelToken()
    with pytest.raises(Cancelled):
        list(line.of(blocks(pcm_of(recording("joe", "cxr01"))), cancel, lambda _s, _h: cancel.cancel()))


def test_the_second_pass_hears_the_same_sound(tmp_path: Path) -> None:
    first = made_engine(few_words(tmp_path, left_out="there"))
    second = made_engine(EngineSettings("whisper", model=tiny_en()))
    both = Transcription(first, write_out, whole, second=second)
    (spoken,) = both.of([pcm_of(recording("hibari", "cxr01"))], CancelToken())
    assert spoken.verdict is not None
    assert spoken.verdict.outcome is Outcome.REPLACED
    assert "There" not in spoken.first.text
    assert spoken.written.text.startswith("There is a small")
    assert "apical pneumothorax measuring 1.2 cm" in spoken.written.text
    (spoken,) = both.of([pcm_of(recording("hibari", "cth02"))], CancelToken())
    assert spoken.verdict is not None
    assert spoken.verdict.outcome is Outcome.CHOICE_NEEDED  # these few words hold neither "left" nor "eight"
    assert spoken.written == spoken.first
    first.close()
    second.close()


_PARTS = st.lists(st.tuples(st.text("ab c\n", max_size=8), st.integers(0, 4), st.integers(0, 4)), max_size=5)


@given(_PARTS)
def test_marks_stay_on_their_words_when_utterances_are_joined(parts: list[tuple[str, int, int]]) -> None:
    written = []
    for text, start, length in parts:
        end = min(len(text), start + length)
        marks = (Rewrite(start, end, "x", text[start:end], "lexicon"),) if start < end else ()
        written.append(Written(text, text, marks))
    whole_text = joined(written)
    for mark in whole_text.rewrites:
        assert whole_text.text[mark.start : mark.end] == mark.to
    assert len(whole_text.rewrites) == sum(len(each.rewrites) for each in written)
    assert whole_text.text.split() == " ".join(text for text, _, _ in parts).split()
