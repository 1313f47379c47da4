"""A speech engine in a process of its own, so that windows never wait for it and its death loses no sound.

Whoever speaks hands over blocks and goes on at once; what was heard comes back from the worker's thread. The sound of
an utterance stays here until its final words have come. When the process crashes, runs out of memory or hangs, a new
one loads the engine and is given the utterance again from its first sample. Only an utterance that fails again and
again is given up, and even then its sound can be had.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from workstation.dictation.engine import (
    BYTES_PER_SAMPLE,
    SAMPLES_PER_S,
    Capabilities,
    EngineDescription,
    EngineSettings,
)
from workstation.dictation.engine_in_helper import COVERAGE, HEAR, LOAD, MODULES, VOCABULARY, Piece, heard_from
from workstation.dictation.errors import EngineFailed
from workstation.dictation.words import Heard
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import Cancelled, UserFacingError
from workstation.foundation.helper_process import HelperFailed, HelperProcess, Limits
from workstation.foundation.worker import Worker

OnHeard = Callable[[str, Heard], None]
OnFailure = Callable[[str, UserFacingError], None]

_NOTHING = Heard((), is_final=False)
_BYTES_PER_S = SAMPLES_PER_S * BYTES_PER_SAMPLE
_LONGEST_PIECE_BYTES = 2 * _BYTES_PER_S  # so that text goes on appearing while an engine catches up
_IDLE_S = 60.0


class EngineState(Enum):
    """What a reader should know of the engine; RESTARTING and FAILED have a place on screen."""

    LOADING = "loading"
    READY = "ready"
    RESTARTING = "restarting"
    FAILED = "failed"


@dataclass(frozen=True)
class EngineLimits:
    """What an engine may use before its process is ended.

    Attributes
    ----------
    memory_bytes
        Growth by one call, the loading of the model among them.
    load_s, piece_s
        Processor time to load the model, and for a piece of sound whatever its length.
    per_second_s
        And as much again for each second of sound that is recognised.
    patience
        Elapsed time may be so many times the processor time.
    attempts
        So many times an utterance is tried.
    """

    memory_bytes: int = 3 << 30
    load_s: float = 60.0
    piece_s: float = 5.0
    per_second_s: float = 4.0
    patience: float = 3.0
    attempts: int = 4


@dataclass
class _Utterance:
    """Guarded by the worker's condition."""

    id: str
    pcm: bytearray = field(default_factory=bytearray)
    sent: int = 0
    has_ended: bool = False
    failures: int = 0
    heard: Heard = _NOTHING
    error: UserFacingError | None = None

    @property
    def is_done(self) -> bool:
        return self.heard.is_final or self.error is not None


class EngineWorker:
    """An engine behind a process and a thread; itself an `engine.SpeechEngine`. Safe in any thread.

    Parameters
    ----------
    settings
        Which engine, with a model that was verified.
    on_heard
        Told of each partial and final, with the id of its utterance, in the worker's thread.
    on_failure
        Told when an utterance was given up; its sound is had from `unheard`.
    on_state
        Told when the engine's state changes.
    wait_s
        How long `feed` waits for what it handed over to be heard: 0 for windows, which get it through ``on_heard``.
    """

    def __init__(
        self,
        settings: EngineSettings,
        *,
        on_heard: OnHeard = lambda _id, _heard: None,
        on_failure: OnFailure = lambda _id, _error: None,
        on_state: Callable[[EngineState], None] = lambda _state: None,
        limits: EngineLimits | None = None,
        wait_s: float = 0.0,
    ) -> None:
        self._settings = settings
        self._limits = limits or EngineLimits()
        self._wait_s = wait_s
        self._on_heard, self._on_failure, self._on_state = on_heard, on_failure, on_state
        self._changed = threading.Condition()
        self._waiting: deque[_Utterance] = deque()
        self._unheard: dict[str, bytes] = {}
        self._open: _Utterance | None = None
        self._vocabulary: tuple[str, ...] = ()
        self._told_vocabulary: tuple[str, ...] = ()
        self._about: EngineDescription | None = None
        self._loading_error: UserFacingError | None = None
        self._is_loaded, self._is_closed, self._load_failures = False, False, 0
        self._state = EngineState.LOADING
        self._helper = HelperProcess(
            Limits(self._limits.memory_bytes, self._limits.piece_s, self._limits.patience),
            name=f"speech-{settings.engine}",
            count=1,
            preload=MODULES,
        )
        self._worker = Worker(
            f"speech-{settings.engine}", self._turn, on_failure=self._stumble, pause_after_failure_s=1.0
        )
        self._worker.start()

    # --- as an engine --------------------------------------------------------------------------------------------

    @property
    def description(self) -> EngineDescription:
        """Which engine and model this is; waits until it is loaded.

        Raises
        ------
        UserFacingError
            When it cannot be loaded.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._about is not None or self._loading_error is not None or self._is_closed
            )
            if self._about is not None:
                return self._about
            raise self._loading_error or Cancelled

    @property
    def capabilities(self) -> Capabilities:
        """What it can do; waits until it is loaded."""
        return self.description.capabilities

    def start(self, utterance_id: str) -> None:
        """Begin an utterance; the one before it ends, if nobody has ended it."""
        with self._changed:
            if self._open is not None:
                self._open.has_ended = True
            self._open = _Utterance(utterance_id)
            self._waiting.append(self._open)
        self._worker.wake()

    def feed(self, pcm: bytes) -> Heard:
        """Hand over sound; gives what has been heard of the utterance by now, which is often less."""
        with self._changed:
            utterance = self._open_utterance()
            utterance.pcm += pcm
            self._worker.wake()
            if self._wait_s:
                self._changed.wait_for(lambda: self._is_heard(utterance), self._wait_s)
            return utterance.heard

    def end(self) -> None:
        """End the utterance without waiting; its final words come through ``on_heard``."""
        with self._changed:
            self._open_utterance().has_ended = True
            self._open = None
        self._worker.wake()

    def finish(self) -> Heard:
        """End the utterance and wait for its final words: not for threads of windows.

        Raises
        ------
        UserFacingError
            When it was given up.
        Cancelled
            When the worker was closed meanwhile.
        """
        with self._changed:
            utterance = self._open_utterance()
        self.end()
        with self._changed:
            self._changed.wait_for(lambda: utterance.is_done or self._is_closed)
            if utterance.error is not None:
                raise utterance.error
            if not utterance.heard.is_final:
                raise Cancelled
            return utterance.heard

    def set_vocabulary(self, words: Sequence[str]) -> None:
        """Expect these words from the next utterance on, without waiting."""
        with self._changed:
            self._vocabulary = tuple(words)
        self._worker.wake()

    def coverage(self, words: Sequence[str]) -> float:
        """The share of ``words`` that the engine can hear at all; waits for the engine."""
        while True:
            _ = self.description
            share = self._helper.call(COVERAGE, tuple(words), timeout_s=self._limits.load_s)
            if share is not None:
                return float(share)
            self._reload()

    def close(self, timeout_s: float = 5.0) -> bool:
        """End thread and process; say whether they went in time. Utterances under way are given up as cancelled."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        went = self._worker.stop(timeout_s)
        return self._helper.stop(timeout_s) and went

    # --- for windows ---------------------------------------------------------------------------------------------

    @property
    def state(self) -> EngineState:
        """For the place on screen that says how the engine is."""
        return self._state

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Of the engine's process, when it runs."""
        return self._helper.process_ids

    def unheard(self, utterance_id: str) -> bytes:
        """The sound of an utterance that was given up; b"" for any other."""
        with self._changed:
            return self._unheard.get(utterance_id, b"")

    def forget(self, utterance_id: str) -> None:
        """Drop the sound of an utterance that was given up."""
        with self._changed:
            self._unheard.pop(utterance_id, None)

    # --- the worker's thread -------------------------------------------------------------------------------------

    def _turn(self, cancel: CancelToken) -> float:
        """Load the engine if it is not, then give it what is next; gives the seconds to wait."""
        if not self._is_loaded:
            return self._load(cancel)
        with self._changed:
            utterance, piece = self._next_piece()
            vocabulary = self._vocabulary
        try:
            if vocabulary != self._told_vocabulary and (piece is None or piece.offset == 0):
                self._is_loaded = bool(self._helper.call(VOCABULARY, vocabulary, cancel=cancel))
                self._told_vocabulary = vocabulary
            elif utterance is not None and piece is not None:
                time_s = self._time_for(utterance, piece)
                self._take(utterance, piece, self._helper.call(HEAR, piece, timeout_s=time_s, cancel=cancel))
            else:
                return _IDLE_S
        except HelperFailed as error:
            self._lost(utterance, error)
        return 0.0

    def _load(self, cancel: CancelToken) -> float:
        """Try to load the engine. When it cannot be, all that wait are given up; the next utterance tries again."""
        vocabulary, settings = self._vocabulary, self._settings
        try:
            *about, flags = self._helper.call(LOAD, settings, vocabulary, timeout_s=self._limits.load_s, cancel=cancel)
        except HelperFailed as error:
            self._load_failures += 1
            if self._load_failures < self._limits.attempts:
                return 0.0
            return self._cannot_load(EngineFailed(settings.engine, error.failure.value))
        except UserFacingError as error:
            return self._cannot_load(error)
        with self._changed:
            name, version, language, model, sha256 = map(str, about)
            self._about = EngineDescription(name, version, language, model, sha256, Capabilities(*map(bool, flags)))
            self._loading_error, self._is_loaded, self._told_vocabulary = None, True, vocabulary
            self._load_failures = 0
            self._changed.notify_all()
        self._become(EngineState.READY)
        return 0.0

    def _cannot_load(self, error: UserFacingError) -> float:
        self._load_failures = 0
        with self._changed:
            self._loading_error = error
            waiting = list(self._waiting)
            self._changed.notify_all()
        for utterance in waiting:
            self._give_up(utterance, error)
        self._become(EngineState.FAILED)
        return _IDLE_S

    def _next_piece(self) -> tuple[_Utterance | None, Piece | None]:
        while self._waiting and self._waiting[0].is_done:
            self._waiting.popleft()
        if not self._waiting:
            return None, None
        utterance = self._waiting[0]
        left = len(utterance.pcm) - utterance.sent
        is_last = utterance.has_ended and left <= _LONGEST_PIECE_BYTES
        if left == 0 and not is_last:
            return utterance, None
        pcm = bytes(utterance.pcm[utterance.sent : utterance.sent + _LONGEST_PIECE_BYTES])
        return utterance, Piece(utterance.id, utterance.sent, pcm, is_last)

    def _take(self, utterance: _Utterance, piece: Piece, answer: Any) -> None:
        if answer[0] != "heard":  # a process that was started afresh, or has lost the thread
            self._is_loaded = self._is_loaded and answer[0] == "behind"
            utterance.sent = 0
            return
        heard = heard_from(bool(answer[1]), answer[2])
        with self._changed:
            utterance.sent = piece.offset + len(piece.pcm)
            utterance.heard = heard
            if heard.is_final:
                utterance.pcm = bytearray()
            self._changed.notify_all()
        self._on_heard(utterance.id, heard)

    def _lost(self, utterance: _Utterance | None, error: HelperFailed) -> None:
        """The process is gone: the next one gets the utterance from its first sample."""
        self._is_loaded = False
        self._become(EngineState.RESTARTING)
        if utterance is None:
            return
        utterance.sent, utterance.failures = 0, utterance.failures + 1
        if utterance.failures >= self._limits.attempts:
            self._give_up(utterance, EngineFailed(self._settings.engine, error.failure.value))

    def _give_up(self, utterance: _Utterance, error: UserFacingError) -> None:
        with self._changed:
            if utterance.is_done:
                return
            utterance.error = error
            self._unheard[utterance.id] = bytes(utterance.pcm)
            self._changed.notify_all()
        self._on_failure(utterance.id, error)

    def _stumble(self, error: Exception) -> None:
        """A bug, or a process that spoke nonsense: as if it had crashed."""
        self._is_loaded = False
        with self._changed:
            utterance = self._waiting[0] if self._waiting else None
        if utterance is not None:
            self._give_up(utterance, EngineFailed(self._settings.engine, type(error).__name__))

    def _time_for(self, utterance: _Utterance, piece: Piece) -> float:
        sound = len(utterance.pcm) if piece.is_last else len(piece.pcm)
        return self._limits.piece_s + self._limits.per_second_s * sound / _BYTES_PER_S

    def _become(self, state: EngineState) -> None:
        if state is not self._state:
            self._state = state
            self._on_state(state)

    def _reload(self) -> None:
        with self._changed:
            self._about, self._is_loaded = None, False
        self._worker.wake()

    def _is_heard(self, utterance: _Utterance) -> bool:
        return utterance.is_done or self._is_closed or utterance.sent >= len(utterance.pcm)

    def _open_utterance(self) -> _Utterance:
        if self._open is None:
            raise RuntimeError("no utterance has begun")
        return self._open
