"""The side of a speech engine that runs in a helper process: functions that the program calls there by name.

The process keeps one engine and its utterance from call to call. Each call says where in the utterance its sound
belongs; a process that does not know the utterance, or has another amount of it, says so instead of guessing, and the
program sends what is missing. That is how a process that was started afresh after a crash catches up.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from workstation.dictation.engine import EngineSettings, SpeechEngine, made_engine
from workstation.dictation.words import Heard

_HERE = "workstation.dictation.engine_in_helper:"
LOAD, HEAR, COVERAGE, VOCABULARY = (f"{_HERE}{name}" for name in ("load", "hear", "coverage", "set_vocabulary"))
MODULES = ("workstation.dictation.engine_in_helper",)
_NICENESS, _NICENESS_OF_SECOND_PASS = 5, 15


class Piece(NamedTuple):
    """Sound of an utterance.

    Attributes
    ----------
    offset
        Bytes of the utterance before this piece.
    is_last
        The utterance ends with it.
    """

    utterance_id: str
    offset: int
    pcm: bytes
    is_last: bool


class _Kept:
    """What this process keeps from call to call."""

    def __init__(self) -> None:
        self.engine: SpeechEngine | None = None
        self.utterance_id: str | None = None
        self.bytes_heard = 0

    def load(self, settings: EngineSettings) -> SpeechEngine:
        if self.engine is not None:
            self.engine.close()
            self.engine = None
        self.engine, self.utterance_id = made_engine(settings), None
        return self.engine

    def hear(self, piece: Piece) -> tuple[Any, ...]:
        if self.engine is None:
            return ("unloaded",)
        if piece.offset == 0:
            self.engine.start(piece.utterance_id)
            self.utterance_id, self.bytes_heard = piece.utterance_id, 0
        elif (self.utterance_id, self.bytes_heard) != (piece.utterance_id, piece.offset):
            return ("behind",)
        heard = self.engine.feed(piece.pcm)
        self.bytes_heard += len(piece.pcm)
        if piece.is_last:
            self.utterance_id = None
            heard = self.engine.finish()
        return ("heard", heard.is_final, [_plain(each) for each in heard.words])


_kept = _Kept()  # of the process: each call from the program is a plain function's, and the engine must outlive it


def load(settings: EngineSettings, vocabulary: Sequence[str]) -> tuple[Any, ...]:
    """Make the engine; gives its version and capabilities as plain values."""
    _stand_back(_NICENESS_OF_SECOND_PASS if settings.engine == "whisper" else _NICENESS)
    engine = _kept.load(settings)
    if vocabulary:
        engine.set_vocabulary(vocabulary)
    about, can = engine.description, engine.capabilities
    flags = (can.live, can.low_accuracy, can.has_confidences, can.has_times, can.takes_vocabulary)
    return (about.name, about.version, about.language, about.model, about.model_sha256, flags)


def _stand_back(niceness: int) -> None:
    """Where windows and engine want the same processor, windows come first; threads made from now on inherit this.

    The second pass, which nobody sees at work, stands behind the live text too.
    """
    if hasattr(os, "nice"):
        os.nice(max(0, niceness - os.nice(0)))


def hear(piece: Piece) -> tuple[Any, ...]:
    """Take a piece of an utterance: ``("heard", is_final, words)``, ``("behind",)`` or ``("unloaded",)``."""
    return _kept.hear(piece)


def coverage(words: Sequence[str]) -> float | None:
    """The share of words that the engine can hear; None when there is no engine."""
    return None if _kept.engine is None else _kept.engine.coverage(words)


def set_vocabulary(words: Sequence[str]) -> bool:
    """Expect these words; False when there is no engine."""
    if _kept.engine is not None:
        _kept.engine.set_vocabulary(words)
    return _kept.engine is not None


def _plain(word: Any) -> tuple[str, float | None, float, float]:
    return (word.text, word.confidence, word.start_s, word.end_s)


def heard_from(is_final: bool, words: Sequence[Sequence[Any]]) -> Heard:
    """What `hear` gave, as the value it was; the other process is believed in form only."""
    from workstation.dictation.words import Word

    return Heard(
        tuple(Word(str(t), None if c is None else float(c), float(s), float(e)) for t, c, s, e in words), is_final
    )
