"""Frames for the viewports: the visible ones first, then whole stacks middle-out; stale wishes are dropped.

Drawing never waits: `FrameLoader.frame` answers at once with what is there, and tells later when more has come.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal

from workstation.dicom.display_sets import DisplaySet
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.imaging.stack_pixels import FrameKey, key_of
from workstation.imaging.stored_frame import StoredFrame
from workstation.qtkit.tasks import TaskRunner


class Frames(Protocol):
    """What this needs of `workstation.imaging.frame_source.FrameSource`; all of it may be called from any thread."""

    def get(self, sop_uid: str, frame: int, tile: int) -> StoredFrame | None:
        """A frame that is in memory, or None."""
        ...

    def fetch(self, sop_uid: str, frame: int, tile: int, *, cancel: CancelToken) -> StoredFrame:
        """Read and decode a frame now."""
        ...

    def loaded(self, display_set: DisplaySet) -> list[bool]:
        """Which pictures are in memory."""
        ...

    def load(
        self,
        display_set: DisplaySet,
        centre: Callable[[], int],
        cancel: CancelToken,
        on_frame: Callable[[int], None],
    ) -> object:
        """Read a stack, always those pictures next that are nearest to ``centre()``, telling each index."""
        ...


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
        self._centres: dict[str, int] = {}
        self._queue: deque[DisplaySet] = deque()
        self._running: tuple[DisplaySet, CancelToken] | None = None
        self._arrived: deque[str] = deque()
        self._progress.connect(self._take_arrived, Qt.ConnectionType.QueuedConnection)

    def frame(self, viewport: str, display_set: DisplaySet, index: int) -> StoredFrame | None:
        """The frame a viewport wants to draw now; when it is not in memory it is fetched before anything else."""
        self._wanted[viewport] = (display_set, index)
        self._centres[display_set.uid] = index
        key = key_of(display_set.frames[index])
        found = self._frames.get(*key)
        if found is None and key not in self._fetching and key not in self._failures:
            self._drop_stale()
            self._fetch(display_set, index)
        return found

    def failure(self, display_set: DisplaySet, index: int) -> str:
        """Why a frame cannot be shown, in words; empty when nothing is known against it."""
        return self._failures.get(key_of(display_set.frames[index]), "")

    def loaded(self, display_set: DisplaySet) -> list[bool]:
        """Which frames of a stack are in memory."""
        return self._frames.loaded(display_set)

    def progress(self, display_set: DisplaySet) -> tuple[int, int]:
        """How many of the pictures are in memory, and how many there are."""
        loaded = self.loaded(display_set)
        return sum(loaded), len(loaded)

    def is_coming(self, viewport: str, display_set: DisplaySet) -> bool:  # noqa: ARG002 - frames come when they come
        """Whether the picture will be there in a moment, so that the one shown had better stay until then."""
        return False

    def load_stacks(self, stacks: Iterable[tuple[DisplaySet, int]]) -> None:
        """Load these stacks one after the other, each from its index outwards; forget what was queued before.

        Frames that could not be shown are asked for again: their objects may have come anew.
        """
        self._queue.clear()
        self._failures.clear()
        for display_set, index in stacks:
            self._centres[display_set.uid] = index
            if display_set.uid not in {each.uid for each in self._queue} and not all(self.loaded(display_set)):
                self._queue.append(display_set)
        if self._running is not None and (not self._queue or self._running[0].uid != self._queue[0].uid):
            self._stop_running()
        elif self._running is not None:
            self._queue.popleft()
        self._start_next()

    def recentre(self, display_set: DisplaySet, index: int) -> None:
        """The reader looks at ``index`` now: load this stack before others, from there."""
        self._centres[display_set.uid] = index
        if self._is_running(display_set) or all(self.loaded(display_set)):
            return
        if self._running is not None:
            self._queue.appendleft(self._running[0])
            self._stop_running()
        self._queue = deque(each for each in self._queue if each.uid != display_set.uid)
        self._queue.appendleft(display_set)
        self._start_next()

    def forget(self) -> None:
        """Give everything up: another case is coming."""
        self._wanted.clear()
        self._centres.clear()
        self._queue.clear()
        self._stop_running()
        self._drop_stale()
        self._failures.clear()
        self._arrived.clear()

    def keep_viewports(self, viewports: Iterable[str]) -> None:
        """Forget the wishes of viewports that are gone."""
        kept = set(viewports)
        self._wanted = {viewport: want for viewport, want in self._wanted.items() if viewport in kept}
        self._drop_stale()

    # --- one frame

    def _fetch(self, display_set: DisplaySet, index: int) -> None:
        key = key_of(display_set.frames[index])
        self._fetching[key] = self._tasks.run(
            lambda cancel: self._frames.fetch(*key, cancel=cancel),
            owner=self,
            on_success=lambda _: self._fetched(display_set, index),
            on_failure=lambda error: self._failed(display_set, index, error),
        )

    def _fetched(self, display_set: DisplaySet, index: int) -> None:
        self._fetching.pop(key_of(display_set.frames[index]), None)
        self.changed.emit(display_set.uid)

    def _failed(self, display_set: DisplaySet, index: int, error: UserFacingError) -> None:
        key = key_of(display_set.frames[index])
        self._fetching.pop(key, None)
        self._failures[key] = str(error)
        self.changed.emit(display_set.uid)

    def _drop_stale(self) -> None:
        wanted = {key_of(display_set.frames[index]) for display_set, index in self._wanted.values()}
        for key in [key for key in self._fetching if key not in wanted]:
            self._fetching.pop(key).cancel()

    # --- whole stacks

    def _start_next(self) -> None:
        while self._running is None and self._queue:
            display_set = self._queue.popleft()
            if not all(self.loaded(display_set)):
                self._start(display_set)

    def _start(self, display_set: DisplaySet) -> None:
        token = self._tasks.run(
            lambda cancel: self._load(display_set, cancel),
            owner=self,
            on_success=lambda _: self._ended(token),
            on_failure=lambda _: self._ended(token),
        )
        self._running = (display_set, token)

    def _load(self, display_set: DisplaySet, cancel: CancelToken) -> None:
        uid = display_set.uid

        def arrived(_index: int) -> None:
            self._arrived.append(uid)
            self._progress.emit()

        self._frames.load(display_set, lambda: self._centres.get(uid, 0), cancel, arrived)

    def _is_running(self, display_set: DisplaySet) -> bool:
        return self._running is not None and self._running[0].uid == display_set.uid

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
            changed.add(self._arrived.popleft())
        for uid in sorted(changed):
            self.changed.emit(uid)
