"""Frames for the viewports: the visible ones first, then whole stacks middle-out; stale wishes are dropped.

Drawing never waits: `FrameLoader.frame` answers at once with what is there, and tells later when more has come.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal

from workstation.dicom.display_sets import DisplaySet, FrameRef
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.imaging.stored_frame import StoredFrame
from workstation.qtkit.tasks import TaskRunner

FrameKey = tuple[str, int]


class Frames(Protocol):
    """What this needs of `workstation.imaging.frame_source.FrameSource`; all of it may be called from any thread."""

    def get(self, sop_uid: str, frame: int) -> StoredFrame | None:
        """A frame that is in memory, or None."""
        ...

    def fetch(self, sop_uid: str, frame: int) -> StoredFrame:
        """Read and decode a frame now."""
        ...

    def load(
        self, display_set: DisplaySet, start_index: int, cancel: CancelToken, on_frame: Callable[[int], None]
    ) -> object:
        """Read a stack, from ``start_index`` outwards, telling each index that is in memory."""
        ...


@dataclass(frozen=True)
class _Load:
    display_set: DisplaySet
    start: int


class FrameLoader(QObject):
    """Keeps the frames of the shown stacks coming.

    ``changed`` carries the UID of a display set of which a frame has come or failed.
    """

    changed = Signal(str)
    _progress = Signal()

    def __init__(self, frames: Frames, tasks: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._frames = frames
        self._tasks = tasks
        self._wanted: dict[str, tuple[DisplaySet, int]] = {}
        self._fetching: dict[FrameKey, CancelToken] = {}
        self._failures: dict[FrameKey, str] = {}
        self._loaded: dict[str, set[int]] = {}
        self._queue: deque[_Load] = deque()
        self._running: tuple[_Load, CancelToken] | None = None
        self._arrived: deque[tuple[str, int]] = deque()
        self._progress.connect(self._take_arrived, Qt.ConnectionType.QueuedConnection)

    def frame(self, viewport: str, display_set: DisplaySet, index: int) -> StoredFrame | None:
        """The frame a viewport wants to draw now; when it is not in memory it is fetched before anything else."""
        self._wanted[viewport] = (display_set, index)
        ref = display_set.frames[index]
        found = self._frames.get(ref.sop_uid, ref.frame_index)
        if found is not None:
            self._note(display_set.uid, index)
        elif _key(ref) not in self._fetching and _key(ref) not in self._failures:
            self._drop_stale()
            self._fetch(display_set, index)
        return found

    def failure(self, display_set: DisplaySet, index: int) -> str:
        """Why a frame cannot be shown, in words; empty when nothing is known against it."""
        return self._failures.get(_key(display_set.frames[index]), "")

    def loaded(self, display_set: DisplaySet) -> list[bool]:
        """Which frames of a stack have been in memory."""
        there = self._loaded.get(display_set.uid, set())
        return [index in there for index in range(len(display_set.frames))]

    def load_stacks(self, stacks: Iterable[tuple[DisplaySet, int]]) -> None:
        """Load these stacks one after the other, each from its index outwards; forget what was queued before."""
        self._queue = deque(_Load(display_set, index) for display_set, index in stacks)
        queued = {load.display_set.uid for load in self._queue}
        if self._running is not None and self._running[0].display_set.uid not in queued:
            self._stop_running()
        self._start_next()

    def recentre(self, display_set: DisplaySet, index: int) -> None:
        """The reader looks at ``index`` now: load this stack before others, from there."""
        if len(self._loaded.get(display_set.uid, ())) >= len(display_set.frames):
            return
        if self._running is not None:
            running = self._running[0]
            self._stop_running()
            if running.display_set.uid != display_set.uid:
                self._queue.appendleft(running)
        self._queue = deque(load for load in self._queue if load.display_set.uid != display_set.uid)
        self._queue.appendleft(_Load(display_set, index))
        self._start_next()

    def forget(self) -> None:
        """Give everything up: another case is coming."""
        self._wanted.clear()
        self._queue.clear()
        self._stop_running()
        self._drop_stale()
        self._failures.clear()
        self._loaded.clear()
        self._arrived.clear()

    def keep_viewports(self, viewports: Iterable[str]) -> None:
        """Forget the wishes of viewports that are gone."""
        kept = set(viewports)
        self._wanted = {viewport: want for viewport, want in self._wanted.items() if viewport in kept}
        self._drop_stale()

    # --- one frame

    def _fetch(self, display_set: DisplaySet, index: int) -> None:
        ref = display_set.frames[index]
        key = _key(ref)
        self._fetching[key] = self._tasks.run(
            lambda _: self._frames.fetch(ref.sop_uid, ref.frame_index),
            owner=self,
            on_success=lambda _: self._fetched(display_set, index),
            on_failure=lambda error: self._failed(display_set, index, error),
        )

    def _fetched(self, display_set: DisplaySet, index: int) -> None:
        self._fetching.pop(_key(display_set.frames[index]), None)
        self._note(display_set.uid, index)
        self.changed.emit(display_set.uid)

    def _failed(self, display_set: DisplaySet, index: int, error: UserFacingError) -> None:
        key = _key(display_set.frames[index])
        self._fetching.pop(key, None)
        self._failures[key] = str(error)
        self.changed.emit(display_set.uid)

    def _drop_stale(self) -> None:
        wanted = {_key(display_set.frames[index]) for display_set, index in self._wanted.values()}
        for key in [key for key in self._fetching if key not in wanted]:
            self._fetching.pop(key).cancel()

    # --- whole stacks

    def _start_next(self) -> None:
        if self._running is not None or not self._queue:
            return
        load = self._queue.popleft()
        uid = load.display_set.uid
        if len(self._loaded.get(uid, ())) >= len(load.display_set.frames):
            self._start_next()
            return
        token = self._tasks.run(
            lambda cancel: self._load(load, cancel),
            owner=self,
            on_success=lambda _: self._ended(token),
            on_failure=lambda _: self._ended(token),
        )
        self._running = (load, token)

    def _load(self, load: _Load, cancel: CancelToken) -> None:
        uid = load.display_set.uid

        def arrived(index: int) -> None:
            self._arrived.append((uid, index))
            self._progress.emit()

        self._frames.load(load.display_set, load.start, cancel, arrived)

    def _ended(self, token: CancelToken) -> None:
        if self._running is not None and self._running[1] is token:
            self._running = None
            self._start_next()

    def _stop_running(self) -> None:
        if self._running is not None:
            self._running[1].cancel()
            self._running = None

    def _take_arrived(self) -> None:
        changed = set()
        while self._arrived:
            uid, index = self._arrived.popleft()
            self._note(uid, index)
            changed.add(uid)
        for uid in sorted(changed):
            self.changed.emit(uid)

    def _note(self, uid: str, index: int) -> None:
        self._loaded.setdefault(uid, set()).add(index)


def _key(ref: FrameRef) -> FrameKey:
    return ref.sop_uid, ref.frame_index
