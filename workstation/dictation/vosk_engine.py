"""Live speech recognition with Vosk models: the only module that imports vosk.

The sound of one utterance may hold pauses at which Vosk closes a stretch by itself; the stretches are joined here, so
that an utterance ends only when its caller says so.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from workstation.dictation.engine import SAMPLES_PER_S, Capabilities, EngineDescription, EngineSettings
from workstation.dictation.errors import EngineMissing, ModelMissing, ModelRefused
from workstation.dictation.words import Heard, Word

if TYPE_CHECKING:
    from vosk import KaldiRecognizer, Model

_SILENT = -1
_UNKNOWN_WORD = "[unk]"
_CAN = Capabilities(live=True, has_confidences=True, has_times=True)


class VoskEngine:
    """A Vosk model, static or dynamic; see `engine.SpeechEngine`.

    Vosk takes no single words at run time (a grammar forces every sound into it): radiology comes from an adapted
    graph, which the model's folder then holds in place of its own.

    Parameters
    ----------
    settings
        ``model`` is the folder of a verified model.

    Raises
    ------
    EngineMissing
        When the library is not installed.
    ModelMissing, ModelRefused
        When there is no such folder, or Vosk cannot load it.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._model = _loaded(settings)
        self._recognizer: KaldiRecognizer | None = None
        self._words: list[Word] = []

    @property
    def description(self) -> EngineDescription:
        """Which engine and model this is."""
        given = self._settings
        return EngineDescription(
            "vosk", version("vosk"), given.language, given.model_name, given.model_sha256, self.capabilities
        )

    @property
    def capabilities(self) -> Capabilities:
        """Live text, with confidences and times once a word is final."""
        return _CAN

    def start(self, utterance_id: str) -> None:  # noqa: ARG002 - one at a time: which one is the caller's business
        """Begin an utterance; one that was not finished is forgotten."""
        from vosk import KaldiRecognizer

        self._recognizer = KaldiRecognizer(self._model, float(SAMPLES_PER_S))
        self._recognizer.SetWords(True)
        self._words = []

    def feed(self, pcm: bytes) -> Heard:
        """Take more sound; give what was heard so far."""
        recognizer = self._open_recognizer()
        if pcm and recognizer.AcceptWaveform(pcm):
            self._words += _final_words(recognizer.Result())
            return Heard(tuple(self._words), is_final=False)
        return Heard((*self._words, *_partial_words(recognizer.PartialResult())), is_final=False)

    def finish(self) -> Heard:
        """End the utterance; give its words with confidences and times."""
        self._words += _final_words(self._open_recognizer().FinalResult())
        self._recognizer = None
        return Heard(tuple(self._words), is_final=True)

    def set_vocabulary(self, words: Sequence[str]) -> None:
        """Nothing: see the class."""

    def coverage(self, words: Sequence[str]) -> float:
        """The share of ``words`` all of whose parts stand in the model's symbol table."""
        find = self._model.vosk_model_find_word
        known = sum(all(find(part) >= 0 for part in each.split()) for each in words)
        return known / len(words) if words else 1.0

    def close(self) -> None:
        """Forget model and recognizer; their memory goes with them."""
        self._recognizer = None
        del self._model

    def _open_recognizer(self) -> KaldiRecognizer:
        if self._recognizer is None:
            raise RuntimeError("no utterance has begun")
        return self._recognizer


def _loaded(settings: EngineSettings) -> Model:
    """The model; Vosk's talk on stderr is silenced first, for it quotes words."""
    if settings.model is None or not settings.model.is_dir():
        raise ModelMissing(f"There is no Vosk model at {settings.model}.")
    try:
        from vosk import Model, SetLogLevel
    except (ImportError, OSError) as error:  # OSError: its shared library cannot be loaded on this system
        raise EngineMissing("vosk") from error
    SetLogLevel(_SILENT)
    try:
        return Model(str(settings.model))
    except Exception as error:
        if type(error) is not Exception:  # vosk raises the bare class; anything else is a bug
            raise
        raise ModelRefused(
            f"Vosk cannot load the model at {settings.model}.", "Check it: workstation models verify."
        ) from error


def _final_words(answer: str) -> list[Word]:
    found: list[dict[str, Any]] = json.loads(answer).get("result", [])
    return [
        Word(each["word"], min(1.0, float(each["conf"])), float(each["start"]), float(each["end"]))
        for each in found
        if each["word"] != _UNKNOWN_WORD
    ]


def _partial_words(answer: str) -> list[Word]:
    return [Word(each) for each in str(json.loads(answer).get("partial", "")).split() if each != _UNKNOWN_WORD]
