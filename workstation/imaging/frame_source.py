"""Decoded frames on request: from memory when they are there, else read and decoded; whole display sets in parallel."""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable

from pydicom.dataset import Dataset

from workstation.dicom.display_sets import DisplaySet
from workstation.dicom.header import InstanceHeader
from workstation.dicom.reading import header_of, read_dataset
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.foundation.pool import Pool
from workstation.imaging.decoding import decode_frame_of
from workstation.imaging.stored_frame import StoredFrame

_FrameKey = tuple[str, int]
_OPEN_OBJECTS = 4
_DEFAULT_BUDGET = 1 << 30


class FrameSource:
    """Gives decoded frames, and keeps those used last within a budget of memory. Safe to use from any thread.

    Parameters
    ----------
    read
        Gives the bytes of an instance by its SOP Instance UID; raises a `UserFacingError` when it cannot.
    budget_bytes
        How much memory decoded frames may take.
    workers
        Threads that decode at once; by default as many as there are cores.
    """

    def __init__(
        self, read: Callable[[str], bytes], *, budget_bytes: int = _DEFAULT_BUDGET, workers: int | None = None
    ) -> None:
        self._read = read
        self._budget_bytes = budget_bytes
        self._workers = workers
        self._lock = threading.Lock()
        self._frames: OrderedDict[_FrameKey, StoredFrame] = OrderedDict()
        self._used_bytes = 0
        self._failures: dict[_FrameKey, str] = {}
        self._objects: OrderedDict[str, tuple[Dataset, InstanceHeader]] = OrderedDict()

    def get(self, sop_uid: str, frame: int = 0) -> StoredFrame | None:
        """The frame when it is in memory, else None; never waits for a disk or a codec."""
        key = (sop_uid, frame)
        with self._lock:
            found = self._frames.get(key)
            if found is not None:
                self._frames.move_to_end(key)
            return found

    def fetch(self, sop_uid: str, frame: int = 0) -> StoredFrame:
        """The frame, decoded now when it is not in memory.

        Raises
        ------
        UserFacingError
            When it cannot be read (not there, damaged store) or decoded (`CannotDecode`, `UnreadableInstance`).
        """
        found = self.get(sop_uid, frame)
        if found is not None:
            return found
        try:
            dataset, header = self._object(sop_uid)
            decoded = decode_frame_of(dataset, header, frame)
            decoded.prepare()
        except UserFacingError as error:
            with self._lock:
                self._failures[sop_uid, frame] = str(error)
            raise
        self._keep((sop_uid, frame), decoded)
        return decoded

    def failure(self, sop_uid: str, frame: int = 0) -> str:
        """Why the frame could not be shown when it was last asked for; empty when it could, or was not asked for."""
        with self._lock:
            return self._failures.get((sop_uid, frame), "")

    def load(
        self,
        display_set: DisplaySet,
        start_index: int,
        cancel: CancelToken,
        on_frame: Callable[[int], None] = lambda _index: None,
    ) -> None:
        """Decode all pictures of a display set in parallel, from ``start_index`` outwards.

        Pictures that cannot be shown are passed over (see `failure`). Stops early when this display set alone fills
        the memory budget, so that the pictures nearest to the start stay.

        Parameters
        ----------
        on_frame
            Called in the calling thread with the index of each picture that is ready.

        Raises
        ------
        Cancelled
            When ``cancel`` was set before all were done.
        """
        pool: Pool[int, int] = Pool(
            lambda index: self._load_one(display_set, index), workers=self._workers, name="decode"
        )
        loaded_bytes = 0
        order = outwards(len(display_set.frames), start_index)
        within_budget = itertools.takewhile(lambda _index: loaded_bytes < self._budget_bytes, order)
        for index, size_bytes in pool.run(within_budget, cancel):
            loaded_bytes += size_bytes
            if size_bytes:
                on_frame(index)

    def forget(self) -> None:
        """Give all memory back."""
        with self._lock:
            self._frames.clear()
            self._objects.clear()
            self._failures.clear()
            self._used_bytes = 0

    @property
    def used_bytes(self) -> int:
        """Memory the decoded frames take."""
        with self._lock:
            return self._used_bytes

    def _load_one(self, display_set: DisplaySet, index: int) -> int:
        """Memory the picture takes; 0 when it cannot be shown."""
        reference = display_set.frames[index]
        try:
            return self.fetch(reference.sop_uid, reference.frame_index).nbytes
        except UserFacingError:
            return 0

    def _object(self, sop_uid: str) -> tuple[Dataset, InstanceHeader]:
        """The object, read once for all its frames: the last few multi-frame objects stay open."""
        with self._lock:
            known = self._objects.get(sop_uid)
        if known is not None:
            return known
        dataset = read_dataset(self._read(sop_uid))
        header = header_of(dataset, require_identifiers=False)
        if header.frames > 1:
            with self._lock:
                self._objects[sop_uid] = (dataset, header)
                while len(self._objects) > _OPEN_OBJECTS:
                    self._objects.popitem(last=False)
        return dataset, header

    def _keep(self, key: _FrameKey, frame: StoredFrame) -> None:
        with self._lock:
            self._failures.pop(key, None)
            old = self._frames.pop(key, None)
            self._used_bytes += frame.nbytes - (old.nbytes if old else 0)
            self._frames[key] = frame
            while self._used_bytes > self._budget_bytes and len(self._frames) > 1:
                _, dropped = self._frames.popitem(last=False)
                self._used_bytes -= dropped.nbytes


def outwards(count: int, start: int) -> list[int]:
    """All indices below ``count``, those nearest to ``start`` first."""
    start = min(max(start, 0), max(count - 1, 0))
    return sorted(range(count), key=lambda index: (abs(index - start), index))
