"""The engine that is always there in English: pocketsphinx, the only module that imports it.

Its acoustic model comes with the library. With a language model and pronunciations of ours it hears radiology; without,
it hears everyday English. Either way its accuracy is low, and it says so.

It gives no confidences: the posteriors it offers are 1.0 for right and wrong words alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workstation.dictation.engine import SAMPLES_PER_S, Capabilities, EngineDescription, EngineSettings
from workstation.dictation.errors import EngineMissing, ModelMissing
from workstation.dictation.words import Heard, Word

if TYPE_CHECKING:
    from pocketsphinx import Decoder

_FRAMES_PER_S = 100
_FILLERS = re.compile(r"[<\[+].*[>\]+]")  # <s>, </s>, <sil>, [NOISE], ++COUGH++
_VARIANT = re.compile(r"\(\d+\)$")  # the second pronunciation of a word is written word(2)
_START_OF_CMN = "40,3,-1"
"""Cepstral means that each utterance starts from (the library's own): the same sound gives the same words, whatever
came before. Carried over they hear no better (synthetic voice joe: 7.5 against 6.2 % errors).
"""
_IMPOSSIBLE = -(1 << 29)  # the logarithm of 0 in pocketsphinx
_WITH_OWN_WORDS = "own"
_CAN = Capabilities(live=True, low_accuracy=True, has_times=True, takes_vocabulary=True)


class PocketsphinxEngine:
    """Pocketsphinx with its own acoustic model of US English; see `engine.SpeechEngine`.

    Parameters
    ----------
    settings
        ``arpa`` and ``dictionary`` replace the language model and the pronunciations that come with the library.

    Raises
    ------
    EngineMissing
        When the library is not installed.
    ModelMissing
        When a file is absent or cannot be loaded.
    """

    def __init__(self, settings: EngineSettings) -> None:
        self._settings = settings
        self._decoder = _decoder(settings)
        self._is_open = False

    @property
    def description(self) -> EngineDescription:
        """Which engine and model this is."""
        name = self._settings.model_name or "pocketsphinx-en-us"
        return EngineDescription(
            "pocketsphinx", version("pocketsphinx"), "en", name, self._settings.model_sha256, self.capabilities
        )

    @property
    def capabilities(self) -> Capabilities:
        """Live text of low accuracy."""
        return _CAN

    def start(self, utterance_id: str) -> None:  # noqa: ARG002 - one at a time: which one is the caller's business
        """Begin an utterance; one that was not finished is forgotten."""
        self._end()
        self._decoder.set_cmn(_START_OF_CMN)
        self._decoder.start_utt()
        self._is_open = True

    def feed(self, pcm: bytes) -> Heard:
        """Take more sound; give what was heard so far."""
        if pcm:
            self._decoder.process_raw(pcm, False, False)
        hypothesis = self._decoder.hyp()
        words = hypothesis.hypstr.split() if hypothesis is not None and hypothesis.hypstr else []
        return Heard(tuple(Word(_VARIANT.sub("", each)) for each in words), is_final=False)

    def finish(self) -> Heard:
        """End the utterance; give its words with their times."""
        self._end()
        return Heard(tuple(_words(self._decoder)), is_final=True)

    def set_vocabulary(self, words: Sequence[str]) -> None:
        """Add words that have a pronunciation to the language model; others need a dictionary that holds them.

        An utterance that has begun is forgotten.
        """
        self._end()
        model = self._decoder.get_lm(self._decoder.current_search())
        for word in sorted({part for each in words for part in each.lower().split()}):
            if model.prob([word]) <= _IMPOSSIBLE and self._decoder.lookup_word(word) is not None:
                model.add_word(word, 1.0)
        self._decoder.add_lm(_WITH_OWN_WORDS, model)  # under a name, for only then does the search look at it anew
        self._decoder.activate_search(_WITH_OWN_WORDS)

    def coverage(self, words: Sequence[str]) -> float:
        """The share of ``words`` all of whose parts have a pronunciation."""
        known = sum(all(self._decoder.lookup_word(part) for part in each.lower().split()) for each in words)
        return known / len(words) if words else 1.0

    def close(self) -> None:
        """Forget the decoder; its memory goes with it."""
        self._end()
        del self._decoder

    def _end(self) -> None:
        if self._is_open:
            self._decoder.end_utt()
            self._is_open = False


def own_model_folder() -> Path:
    """The folder of the model that comes with the library.

    Raises
    ------
    EngineMissing
        When the library is not installed.
    """
    try:
        from pocketsphinx import get_model_path
    except ImportError as error:
        raise EngineMissing("pocketsphinx") from error
    return Path(str(get_model_path())) / "en-us"


def _decoder(settings: EngineSettings) -> Decoder:
    folder = own_model_folder()
    from pocketsphinx import Decoder

    choices: dict[str, Any] = {
        "hmm": str(folder / "en-us"),
        "lm": str(settings.arpa or folder / "en-us.lm.bin"),
        "dict": str(settings.dictionary or folder / "cmudict-en-us.dict"),
        "samprate": float(SAMPLES_PER_S),
        "loglevel": "FATAL",
    }
    missing = [name for name in ("hmm", "lm", "dict") if not Path(choices[name]).exists()]
    if missing:
        raise ModelMissing(f"The file {choices[missing[0]]} of the speech engine pocketsphinx is missing.", _REPAIR)
    try:
        return Decoder(**choices)
    except (RuntimeError, ValueError) as error:
        raise ModelMissing("The speech engine pocketsphinx cannot load its model.", _REPAIR) from error


_REPAIR = "Install the program again, and empty its cache folder."


def _words(decoder: Decoder) -> Iterator[Word]:
    for each in decoder.seg() or ():
        if not _FILLERS.fullmatch(each.word):
            text = _VARIANT.sub("", each.word)
            yield Word(text, None, each.start_frame / _FRAMES_PER_S, (each.end_frame + 1) / _FRAMES_PER_S)
