"""Decoded frames on request: from memory when they are there, else read and decoded; whole display sets in parallel."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from time import perf_counter

import numpy as np

from workstation.dicom.dicom_object import DicomObject
from workstation.dicom.display_sets import DisplaySet
from workstation.dicom.header import MosaicTiles
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.foundation.pool import Pool
from workstation.imaging.codecs import decode_encoded
from workstation.imaging.compressed_tier import CompressedTier
from workstation.imaging.decoding import DecodeElsewhere, decode_frame_into, decode_frame_of
from workstation.imaging.errors import CannotDecode
from workstation.imaging.frame_memory import FrameMemory
from workstation.imaging.loading_order import LoadingOrder, outwards
from workstation.imaging.memory_budget import MemoryBudget
from workstation.imaging.open_objects import OpenObjects, drawable_header
from workstation.imaging.stack_pixels import WHOLE_FRAME, FrameKey, PixelForm, StackPixels, key_of, may_be_one_array
from workstation.imaging.stored_frame import StoredFrame

_TURN_S = 0.008  # how long a thread loads before it tells
_TRIED = 5  # pictures that are tried for the form of a stack


class FrameSource:
    """Gives decoded frames, and keeps them within a budget of memory. Safe to use from any thread.

    Parameters
    ----------
    open_object
        Opens an instance by its SOP Instance UID; raises a `UserFacingError` when it cannot. The source of its pixel
        data is closed here; an object without pixels has nothing open.
    budget
        How much memory frames may take; by default reckoned from what this machine has free.
    workers
        Threads that decode at once; by default as many as there are cores.
    decode_elsewhere
        Decodes what is not ordinary, where it may crash; by default in this process.
    """

    def __init__(
        self,
        open_object: Callable[[str], DicomObject],
        *,
        budget: MemoryBudget | None = None,
        workers: int | None = None,
        decode_elsewhere: DecodeElsewhere = decode_encoded,
    ) -> None:
        budget = budget or MemoryBudget.of_this_machine()
        self._objects = OpenObjects(open_object)
        self._tier = CompressedTier(budget.compressed_bytes)
        self._memory = FrameMemory(budget.decoded_bytes, self._tier)
        self._workers = workers
        self._decode_elsewhere = decode_elsewhere
        self._lock = threading.Lock()
        self._decoding: dict[FrameKey, Future[StoredFrame] | None] = {}
        self._failures: dict[FrameKey, str] = {}

    def get(self, sop_uid: str, frame: int = 0, tile: int = WHOLE_FRAME) -> StoredFrame | None:
        """The frame when it is in memory, else None; never waits for a disk or a codec."""
        return self._memory.get((sop_uid, frame, tile))

    def fetch(
        self, sop_uid: str, frame: int = 0, tile: int = WHOLE_FRAME, *, cancel: CancelToken | None = None
    ) -> StoredFrame:
        """The frame, decoded now when it is not in memory, and made ready to be drawn.

        Parameters
        ----------
        tile
            One slice of a mosaic, in the place of the whole frame.
        cancel
            Given up before decoding when it is set by then.

        Raises
        ------
        UserFacingError
            When it cannot be read (not there, damaged store) or decoded (`CannotDecode`, `UnreadableInstance`).
        Cancelled
        """
        key = (sop_uid, frame, tile)
        found = self._memory.get(key)
        if found is None:
            if cancel is not None:
                cancel.raise_if_cancelled()
            decoded = self._decoded(key)
            found = self._memory.get(key) or decoded
        found.prepare()
        return found

    def failure(self, sop_uid: str, frame: int = 0, tile: int = WHOLE_FRAME) -> str:
        """Why the frame could not be shown when it was last asked for; empty when it could, or was not asked for."""
        with self._lock:
            return self._failures.get((sop_uid, frame, tile), "")

    def loaded(self, display_set: DisplaySet) -> list[bool]:
        """Which pictures of a display set are in memory."""
        stack = self._memory.stack(display_set.uid)
        if stack is not None and stack.is_complete:
            return [True] * len(stack)
        return self._memory.loaded([key_of(reference) for reference in display_set.frames])

    def load(
        self,
        display_set: DisplaySet,
        centre: Callable[[], int],
        cancel: CancelToken,
        on_frame: Callable[[int], None] = lambda _index: None,
    ) -> None:
        """Decode the pictures of a display set in parallel, always those next that are nearest to ``centre()``.

        Pictures that cannot be shown are passed over (see `failure`). Of a display set that is too large for the
        budget, as many are loaded as have room.

        Parameters
        ----------
        centre
            Where the reader is, an index; asked again and again, from any thread.
        on_frame
            Called in the calling thread with the index of each picture that is ready.

        Raises
        ------
        Cancelled
            When ``cancel`` was set before all were done.
        """
        order = LoadingOrder(len(display_set.frames), centre)
        left = itertools.count(self._room_for(display_set, centre()), -1)

        def turn(_: int) -> list[int]:
            return list(self._load_for_a_while(display_set, order, left, cancel))

        pool: Pool[int, list[int]] = Pool(turn, workers=self._workers, name="decode")
        turns = itertools.takewhile(lambda _: not order.is_done, itertools.count())
        for _, indices in pool.run(turns, cancel):
            for index in indices:
                on_frame(index)

    def stack_pixels(self, display_set: DisplaySet, near: int | None = None) -> StackPixels | None:
        """One array for all pictures of a display set, which `load` and `fetch` fill from now on.

        The first picture that can be decoded tells its form.

        Parameters
        ----------
        near
            The picture to look at first; by default the one in the middle.

        Returns
        -------
        StackPixels or None
            None when the pictures differ in size, type or padding, are in colour, cannot be decoded, or would take
            more memory than the budget has.
        """
        known = self._memory.stack(display_set.uid)
        if known is not None:
            return known
        form = self._form_of(display_set, near) if may_be_one_array(display_set) else None
        if form is None or not form.may_be_stacked:
            return None
        keys = tuple(key_of(reference) for reference in display_set.frames)
        return self._memory.add_stack(display_set.uid, keys, form)

    def forget(self) -> None:
        """Give all memory back."""
        self._memory.forget()
        self._objects.close()
        with self._lock:
            self._failures.clear()

    @property
    def used_bytes(self) -> int:
        """Memory that decoded frames take, and the compressed ones."""
        return self._memory.used_bytes + self._tier.used_bytes

    # --- whole display sets

    def _room_for(self, display_set: DisplaySet, near: int) -> int:
        """How many pictures to load; one array is made for them when they can be one and fit."""
        if self.stack_pixels(display_set, near) is not None:
            return len(display_set.frames)
        form = self._form_of(display_set, near)
        if form is None:
            return len(display_set.frames)  # the first ones cannot be shown, so nothing is known of the others
        return max(1, self._memory.budget_bytes // max(1, form.frame_bytes))

    def _form_of(self, display_set: DisplaySet, near: int | None) -> PixelForm | None:
        count = len(display_set.frames)
        for index in outwards(count, count // 2 if near is None else near)[:_TRIED]:
            try:
                return PixelForm.of(self._there_or_decoded(key_of(display_set.frames[index])))
            except UserFacingError:
                continue
        return None

    def _load_for_a_while(
        self, display_set: DisplaySet, order: LoadingOrder, left: Iterator[int], cancel: CancelToken
    ) -> Iterator[int]:
        """Load pictures for a few milliseconds; gives the index of each that can be shown."""
        until = perf_counter() + _TURN_S
        while perf_counter() < until and not cancel.is_cancelled:
            index = order.next()
            if index is None:
                return
            if next(left) <= 0:
                order.end()
                return
            if self._load_one(key_of(display_set.frames[index])):
                yield index

    def _load_one(self, key: FrameKey) -> bool:
        """Whether the picture can be shown."""
        if self._memory.is_decoded(key) or self._memory.restore(key):
            return True
        try:
            self._decoded(key)
        except UserFacingError:
            return False
        return True

    # --- one frame

    def _there_or_decoded(self, key: FrameKey) -> StoredFrame:
        return self._memory.get(key) or self._decoded(key)

    def _decoded(self, key: FrameKey) -> StoredFrame:
        """Decode now, or wait for the thread that is decoding the same frame."""
        with self._lock:
            is_mine = key not in self._decoding
            theirs = self._decoding.setdefault(key, None)
            if not is_mine and theirs is None:  # the first who waits makes what to wait for
                theirs = self._decoding[key] = Future()
        if theirs is not None:
            return theirs.result()
        try:
            frame = self._decode(key)
        except BaseException as error:
            self._ended(key, error)
            raise
        self._ended(key, frame)
        return frame

    def _ended(self, key: FrameKey, outcome: StoredFrame | BaseException) -> None:
        """Tell those who wait."""
        with self._lock:
            waiting = self._decoding.pop(key)
            self._failures.pop(key, None)
            if isinstance(outcome, UserFacingError):
                self._failures[key] = str(outcome)
        if waiting is None:
            return
        if isinstance(outcome, BaseException):
            waiting.set_exception(outcome)
        else:
            waiting.set_result(outcome)

    def _decode(self, key: FrameKey) -> StoredFrame:
        sop_uid, frame, tile = key
        if tile != WHOLE_FRAME:
            return self._memory.keep(key, self._cut(sop_uid, frame, tile))
        with self._objects.lease(sop_uid) as found:
            placed = self._into_its_place(key, found)
            if placed is not None:
                return placed
            decoded = decode_frame_of(found, frame, elsewhere=self._decode_elsewhere)
        return self._memory.keep(key, decoded)

    def _into_its_place(self, key: FrameKey, found: DicomObject) -> StoredFrame | None:
        """Decode straight into the slot of a stack; None when there is none, or the pixels need more than reading."""
        place = self._memory.place(key)
        if place is None or not place[0].accepts(drawable_header(found)):
            return None
        stack, index = place
        is_there = False
        try:
            is_there = decode_frame_into(found, key[1], stack.slot(index))
        finally:
            stack.settle(index, is_loaded=is_there)
        return stack.frame(index)

    def _cut(self, sop_uid: str, frame: int, tile: int) -> StoredFrame:
        whole = self._there_or_decoded((sop_uid, frame, WHOLE_FRAME))
        with self._objects.lease(sop_uid) as found:
            tiles = drawable_header(found).mosaic
        if tiles is None:
            raise CannotDecode("it has no slices to take apart")
        return _tile_of(whole, tiles, tile)


def _tile_of(whole: StoredFrame, tiles: MosaicTiles, number: int) -> StoredFrame:
    """One slice out of a mosaic, a copy."""
    down, across = divmod(number, tiles.across)
    top, left = down * tiles.rows, across * tiles.columns
    pixels = np.ascontiguousarray(whole.pixels[top : top + tiles.rows, left : left + tiles.columns])
    if pixels.shape[:2] != (tiles.rows, tiles.columns):
        raise CannotDecode("its mosaic is smaller than its header says")
    return StoredFrame(pixels, whole.photometric, whole.bits_stored, whole.is_signed, whole.padding)
