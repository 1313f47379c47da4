"""The sound of every utterance, kept sealed with the draft until signing, so that a phrase can be heard again.

Sound goes to the store in pieces of two seconds while the reader speaks: a crash of an engine loses nothing, a crash
of the program two seconds. The store seals (it is given by the caller and knows the keys); names are made here and
tell nothing.
"""

from __future__ import annotations

import itertools
import json
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Protocol

from workstation.dictation.audio_blocks import FRAME_S, RATE_HZ, SAMPLE_BYTES
from workstation.dictation.utterances import Block, Ended, Started, Tag, Target, UtteranceEvent
from workstation.dictation.words import Word
from workstation.foundation.cancel import CancelToken
from workstation.foundation.conditions import ConditionBoard, Severity
from workstation.foundation.worker import Worker, WorkerState

NOT_KEPT = "recording-not-kept"
_INDEX = "index"
_PIECE_BYTES = 2 * RATE_HZ * SAMPLE_BYTES


class SealedStore(Protocol):
    """Small sealed files by name; each call is durable when it returns."""

    def read(self, name: str) -> bytes | None:
        """The content; None when there is none."""
        ...

    def has(self, name: str) -> bool:
        """Whether there is any, damaged or not."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Replace the content."""
        ...

    def remove(self, name: str) -> None:
        """Take it away; nothing happens when there is none."""
        ...


@dataclass
class _Unsaved:
    """Sound that is not in the store yet, and the number of the piece it begins."""

    piece: int = 0
    sound: bytearray = field(default_factory=bytearray)
    is_complete: bool = False


class UtteranceAudio:
    """Keeps, replays and erases the sound of utterances. Every method may be called from any thread.

    Parameters
    ----------
    store
        Where sealed pieces go.
    conditions
        Shows that recordings cannot be kept, while that lasts; sound waits in memory meanwhile.
    """

    SAVE_EVERY_S = 0.5

    def __init__(self, store: SealedStore, conditions: ConditionBoard) -> None:
        self._store = store
        self._conditions = conditions
        self._lock = threading.Lock()
        self._saving = threading.Lock()
        self._tags = {tag.utterance: tag for tag in _index_from(store.read(_INDEX))}
        self._is_index_saved = True
        self._unsaved: dict[str, _Unsaved] = {}
        self._removals: deque[str] = deque()
        self._worker = Worker("recordings", self._turn, on_failure=self._failed, pause_after_failure_s=2.0)

    def start(self) -> None:
        """Begin to save by itself."""
        self._worker.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Save what is left and end."""
        if self._worker.state is WorkerState.RUNNING:
            self._worker.stop(timeout_s)
        self.save_now()

    def handle(self, event: UtteranceEvent) -> None:
        """Take what the microphone tells; returns at once."""
        with self._lock:
            if isinstance(event, Started):
                self._tags[event.tag.utterance] = event.tag
                self._unsaved[event.tag.utterance] = _Unsaved()
                self._is_index_saved = False
            elif (unsaved := self._unsaved.get(event.tag.utterance)) is None:
                return  # erased while it was being spoken
            elif isinstance(event, Block):
                unsaved.sound += event.pcm
            elif isinstance(event, Ended):
                unsaved.is_complete = True

    # --- hearing it again -----------------------------------------------------------------------------------------

    def utterances_of(self, case: str) -> tuple[Tag, ...]:
        """Every utterance that is kept for this case, in the order they were spoken."""
        with self._lock:
            return tuple(tag for tag in self._tags.values() if tag.target.case == case)

    @property
    def cases(self) -> frozenset[str]:
        """The cases of which anything is kept."""
        with self._lock:
            return frozenset(tag.target.case for tag in self._tags.values())

    def sound_of(self, utterance: str) -> bytes:
        """The whole sound, 16 kHz mono s16le; empty when nothing is kept."""
        with self._saving:  # no piece moves from memory to the store meanwhile
            with self._lock:
                if utterance not in self._tags:
                    return b""
                unsaved = self._unsaved.get(utterance)
                tail = bytes(unsaved.sound) if unsaved else b""
            return b"".join(self._pieces(utterance)) + tail

    def phrase(self, utterance: str, words: Sequence[Word], *, around_s: float = 0.15) -> bytes:
        """The sound of these words and a little around them; empty when nothing is kept.

        Parameters
        ----------
        words
            Neighbouring words as the engine gave them, with times from the first sample of the utterance.
        around_s
            How much more before and after, because engines place words loosely.
        """
        if not words:
            return b""
        first = max(0, round((min(word.start_s for word in words) - around_s) / FRAME_S))
        last = max(first, round((max(word.end_s for word in words) + around_s) / FRAME_S))
        frame_bytes = round(FRAME_S * RATE_HZ) * SAMPLE_BYTES
        return self.sound_of(utterance)[first * frame_bytes : last * frame_bytes]

    def erase(self, case: str) -> int:
        """Take away every recording of a case, now and durably: its report is signed. Returns how many there were."""
        with self._lock:
            gone = [name for name, tag in self._tags.items() if tag.target.case == case]
            for name in gone:
                del self._tags[name]
                self._unsaved.pop(name, None)
            self._removals.extend(gone)
            self._is_index_saved = self._is_index_saved and not gone
        self.save_now()
        return len(gone)

    # --- saving -----------------------------------------------------------------------------------------------------

    def save_now(self) -> None:
        """Put everything that waits into the store, in the caller's thread."""
        with self._saving:
            # Sound goes before its name does: a piece that no index knows could never be erased.
            while self._removals:
                self._remove_pieces(self._removals[0])
                self._removals.popleft()
            self._save_index()
            with self._lock:
                waiting = tuple(self._unsaved)
            for utterance in waiting:
                self._save_pieces(utterance)

    def _turn(self, _token: CancelToken) -> float:
        self.save_now()
        self._conditions.end(NOT_KEPT)
        return self.SAVE_EVERY_S

    def _failed(self, _error: Exception) -> None:
        self._conditions.raise_condition(
            NOT_KEPT,
            Severity.WARN,
            "What you say is not being recorded on disk.",
            "Make room on the disk. It stays in memory and is tried again; dictation goes on.",
        )

    def _save_index(self) -> None:
        with self._lock:
            if self._is_index_saved:
                return
            content = json.dumps([asdict(tag) for tag in self._tags.values()]).encode()
            self._is_index_saved = True
        try:
            self._store.write(_INDEX, content)
        except BaseException:
            self._is_index_saved = False
            raise

    def _save_pieces(self, utterance: str) -> None:
        """Write whole pieces, and the rest of an utterance that is complete."""
        while True:
            with self._lock:
                unsaved = self._unsaved.get(utterance)
                if unsaved is None:
                    return
                piece = bytes(unsaved.sound[:_PIECE_BYTES])
                if len(piece) < _PIECE_BYTES and not unsaved.is_complete:
                    return
                if not piece:
                    del self._unsaved[utterance]
                    return
            self._store.write(_piece_name(utterance, unsaved.piece), piece)
            with self._lock:
                del unsaved.sound[: len(piece)]
                unsaved.piece += 1

    def _pieces(self, utterance: str) -> list[bytes]:
        found: list[bytes] = []
        while (piece := self._store.read(_piece_name(utterance, len(found)))) is not None:
            found.append(piece)
        return found

    def _remove_pieces(self, utterance: str) -> None:
        count = next(number for number in itertools.count() if not self._store.has(_piece_name(utterance, number)))
        for number in reversed(range(count)):  # from the end: what a crash leaves is still found from the beginning
            self._store.remove(_piece_name(utterance, number))


def _piece_name(utterance: str, number: int) -> str:
    return f"{utterance}.{number}"


def _index_from(content: bytes | None) -> list[Tag]:
    """The tags that were kept."""
    if content is None:
        return []
    return [Tag(entry["utterance"], Target(**entry["target"])) for entry in json.loads(content)]
