"""How soon text comes: partial text after a block of 100 ms, and the final text of the second pass. Synthetic voices.

Through the engine's own process, as windows use it: what is measured is from handing the block over to having its text.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.perf.measuring import Row, p95, timed
from workstation.dictation.engine import BLOCK_BYTES, EngineSettings
from workstation.dictation.language_model import speech_resources

AUDIO = Path(__file__).resolve().parents[3] / "shared" / "data" / "audio"
_SENTENCES = ("cxr01", "cxr03", "cth02", "cta01", "cta05", "mrk01", "mrs02", "usg05", "gen03")
_KOREAN = ("안녕하세요 오늘 가슴 사진을 봅니다", "가슴 사진을 봅니다 안녕하세요")
_BLOCK_MS = 100.0
_SECOND_PASS = 0.35
_VOICES = "synthetic voices"


def rows(work: Path) -> Iterator[Row]:
    """Pocketsphinx with our language model, Vosk with its own and an adapted graph, Whisper tiny.en."""
    if not AUDIO.is_dir():
        yield _unjudged("speech", f"the test speech is not at {AUDIO}")
        return
    resources = speech_resources(work)
    sentences = [_pcm(AUDIO / voice / f"{name}.wav") for voice in ("joe", "hibari") for name in _SENTENCES]
    settings = EngineSettings("pocketsphinx", arpa=resources.arpa, dictionary=resources.dictionary)
    yield timed(
        "partial text, pocketsphinx with our language model",
        _partials(settings, sentences),
        _BLOCK_MS,
        of=p95,
        note=_VOICES,
    )
    yield _vosk(work)
    yield from _second_pass(sentences, resources.prompt, resources.hotwords)


def _partials(settings: EngineSettings, sentences: Sequence[bytes]) -> list[float]:
    """Seconds from handing each block over to having its text."""
    seconds: list[float] = []
    with _engine(settings) as engine:
        for pcm in (sentences[0], *sentences):
            engine.start("u")
            for start in range(0, len(pcm), BLOCK_BYTES):
                began = time.perf_counter()
                engine.feed(pcm[start : start + BLOCK_BYTES])
                seconds.append(time.perf_counter() - began)
            engine.finish()
    return seconds[len(sentences[0]) // BLOCK_BYTES + 1 :]  # the first utterance warms up
