"""The sound on its way to one engine: nothing is lost when the engine comes later, is exchanged, or gives up."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from workstation.dictation.engine import EngineDescription
from workstation.dictation.engine_worker import EngineState


class LineEngine(Protocol):
    """An engine that answers later; see `engine_worker.EngineWorker`."""

    @property
    def description(self) -> EngineDescription: ...
    @property
    def state(self) -> EngineState: ...
    def start(self, utterance_id: str) -> None: ...
    def feed(self, pcm: bytes) -> object: ...
    def end(self) -> None: ...
    def coverage(self, words: Sequence[str]) -> float: ...
    def close(self, timeout_s: float = 5.0) -> bool: ...


@dataclass
class _Sound:
    pcm: bytearray = field(default_factory=bytearray)
    has_ended: bool = False
    is_handed: bool = False  # to the engine of now


class EngineLine:
    """Keeps the sound of each utterance until its words are there. Every method may be called from any thread.

    Parameters
    ----------
    is_live
        Whether the engine gets the sound while it is spoken; otherwise when the utterance has ended.
    """

    def __init__(self, *, is_live: bool) -> None:
        self._is_live = is_live
        self._lock = threading.RLock()
        self._engine: LineEngine | None = None
        self._sounds: dict[str, _Sound] = {}
        self._open: str | None = None
        self._again: list[str] = []
        self._generation = 0

    @property
    def engine(self) -> LineEngine | None:
        """Which engine it is now."""
        return self._engine

    @property
    def generation(self) -> int:
        """Counts the engines: what an earlier one says is not listened to any more."""
        return self._generation

    def use(self, engine: LineEngine | None, generation: int) -> LineEngine | None:
        """Go on with another engine, which gets all that is still without words. Gives the one before."""
        with self._lock:
            before, self._engine, self._generation = self._engine, engine, generation
            self._again = []
            for sound in self._sounds.values():
                sound.is_handed = False
            for name in sorted(self._sounds, key=lambda each: each == self._open):  # what is being spoken comes last
                self._hand_over(name)
            return before

    def begin(self, utterance: str) -> None:
        """An utterance begins."""
        with self._lock:
            self._sounds[utterance] = _Sound()
            self._open = utterance
            if self._is_live and self._engine is not None:
                self._engine.start(utterance)
                self._sounds[utterance].is_handed = True

    def hear(self, utterance: str, pcm: bytes) -> None:
        """More of its sound."""
        with self._lock:
            sound = self._sounds.get(utterance)
            if sound is None:
                return
            sound.pcm += pcm
            if self._is_live and self._engine is not None and utterance == self._open:
                self._engine.feed(pcm)

    def end(self, utterance: str) -> bool:
        """It is complete; say whether an engine has it."""
        with self._lock:
            sound = self._sounds.get(utterance)
            if utterance == self._open:
                self._open = None
            if sound is not None:
                sound.has_ended = True
                if self._engine is not None and sound.is_handed:
                    self._engine.end()
                else:
                    self._hand_over(utterance)
            again, self._again = self._again, []
            for name in again:
                self._hand_over(name)
            return sound is not None and self._engine is not None

    def add(self, utterance: str, pcm: bytes) -> None:
        """An utterance of before, whole."""
        with self._lock:
            if utterance not in self._sounds:
                self._sounds[utterance] = _Sound(bytearray(pcm), has_ended=True)
            self.again(utterance)

    def failed(self, utterance: str) -> None:
        """The engine has given up on it; its sound is kept."""
        with self._lock:
            if utterance in self._sounds:
                self._sounds[utterance].is_handed = False

    def again(self, utterance: str) -> None:
        """Have it recognised once more, unless the engine has it; what is being spoken goes first."""
        with self._lock:
            sound = self._sounds.get(utterance)
            if sound is None or sound.is_handed or utterance in self._again:
                return
            if self._open is None:
                self._hand_over(utterance)
            else:
                self._again.append(utterance)

    def drop(self, utterance: str) -> None:
        """Its words are there, or nobody wants them."""
        with self._lock:
            self._sounds.pop(utterance, None)
            self._again = [name for name in self._again if name != utterance]

    def has(self, utterance: str) -> bool:
        """Whether its words are still waited for."""
        return utterance in self._sounds

    def _hand_over(self, utterance: str) -> None:
        """Give the engine all there is of an utterance."""
        sound = self._sounds.get(utterance)
        if sound is None or self._engine is None or not (self._is_live or sound.has_ended):
            return
        sound.is_handed = True
        self._engine.start(utterance)
        self._engine.feed(bytes(sound.pcm))
        if sound.has_ended:
            self._engine.end()
