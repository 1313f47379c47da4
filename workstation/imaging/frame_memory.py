"""Decoded frames within a budget of memory: whole stacks as one array, other frames one by one.

What was used longest ago leaves first, compressed into the second tier. A frame that is drawn has smaller and filled
copies of itself beside it (`StoredFrame.interpolable`): only the frames drawn last keep theirs.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from workstation.imaging.compressed_tier import CompressedTier
from workstation.imaging.stack_pixels import FrameKey, PixelForm, StackPixels
from workstation.imaging.stored_frame import StoredFrame

_MOST_DRAWN = 16  # frames: about as many as there are viewports
_DRAWN_SHARE = 8  # their copies take this part of the budget
_LARGEST_STACK = 0.75  # of the budget for pixels; a larger one would push out all others for every frame
_HEADROOM_SHARE = 16  # what stacks leave free, so that a frame somebody waits for finds room at once


class FrameMemory:
    """Keeps decoded frames. Safe to use from any thread.

    Parameters
    ----------
    budget_bytes
        Memory that decoded frames and the copies made for drawing may take. One frame is kept, however large.
    tier
        Takes what has to leave.
    """

    def __init__(self, budget_bytes: int, tier: CompressedTier) -> None:
        self._drawn_budget = budget_bytes // _DRAWN_SHARE
        self._budget_bytes = budget_bytes - self._drawn_budget
        self._tier = tier
        self._lock = threading.Lock()
        self._units: OrderedDict[FrameKey | str, StackPixels | StoredFrame] = OrderedDict()
        self._places: dict[FrameKey, tuple[StackPixels, int]] = {}
        self._drawn: OrderedDict[FrameKey, tuple[StoredFrame, int]] = OrderedDict()
        self._units_bytes = 0
        self._drawn_bytes = 0
        self._left: dict[str, tuple[weakref.ref[StackPixels], weakref.ref[NDArray[Any]], int]] = {}

    @property
    def budget_bytes(self) -> int:
        """What of the budget is for pixels."""
        return self._budget_bytes

    @property
    def used_bytes(self) -> int:
        """Memory of the decoded frames, of the copies made for drawing, and of stacks that others still hold."""
        with self._lock:
            return self._units_bytes + self._drawn_bytes + self._held_bytes()

    def get(self, key: FrameKey) -> StoredFrame | None:
        """The frame for drawing, the same object as long as it is among those drawn last; None when it is not here."""
        with self._lock:
            found = self._touch(key)
            known = self._drawn.get(key)
            if known is not None:
                self._drawn.move_to_end(key)
                return known[0]
        if found is not None:
            return self._draw(key, found, found.drawing_bytes)
        found = self._tier.get(key)
        return None if found is None else self._draw(key, found, found.nbytes + found.drawing_bytes)

    def has(self, key: FrameKey) -> bool:
        """Whether `get` would give the frame."""
        return self.is_decoded(key) or key in self._tier

    def is_decoded(self, key: FrameKey) -> bool:
        """Whether the frame is here and not compressed."""
        place = self._places.get(key)
        return key in self._units or (place is not None and place[0].is_loaded(place[1]))

    def loaded(self, keys: Sequence[FrameKey]) -> list[bool]:
        """For each key what `has` says."""
        return [self.has(key) for key in keys]

    def place(self, key: FrameKey) -> tuple[StackPixels, int] | None:
        """The stack and the index of the slot that waits for the frame."""
        return self._places.get(key)

    def keep(self, key: FrameKey, frame: StoredFrame) -> StoredFrame:
        """Take a decoded frame: into its stack where there is one that it fits, else by itself. Gives it as kept."""
        place = self._places.get(key)
        if place is not None and place[0].fill(place[1], frame):
            return place[0].frame(place[1]) or frame
        self._make_room(frame.nbytes)
        with self._lock:
            self._drop(key)
            self._units[key] = replace(frame)
            self._units_bytes += frame.nbytes
        return frame

    def stack(self, uid: str) -> StackPixels | None:
        """The stack of a display set, if it was added and has not left."""
        with self._lock:
            found = self._units.get(uid)
            return found if isinstance(found, StackPixels) else None

    def add_stack(self, uid: str, keys: tuple[FrameKey, ...], form: PixelForm) -> StackPixels | None:
        """One array for all frames of a display set; None when it would take too much of the budget.

        Frames that are here already are moved into it. A stack that had left while somebody held it comes back.
        """
        known = self.stack(uid)
        if known is not None:
            return known
        nbytes = len(keys) * form.frame_bytes
        with self._lock:
            left = self._left.pop(uid, None)
            returned = left[0]() if left is not None else None
            free = self._budget_bytes - self._held_bytes()
        if nbytes > _LARGEST_STACK * free:
            return None
        self._make_room(nbytes + (0 if returned else self._budget_bytes // _HEADROOM_SHARE))
        stack = returned or StackPixels(uid, keys, form)
        with self._lock:
            return self._added(stack)

    def restore(self, key: FrameKey) -> bool:
        """Bring a compressed frame back into the slot that waits for it; False when there is none, or no slot."""
        place = self._places.get(key)
        packed = self._tier.get(key) if place is not None else None
        if place is None or packed is None or not place[0].fill(place[1], packed):
            return False
        self._tier.drop(key)
        return True

    def forget(self) -> None:
        """Give all memory back."""
        with self._lock:
            self._units.clear()
            self._places.clear()
            self._drawn.clear()
            self._left.clear()
            self._units_bytes = self._drawn_bytes = 0
        self._tier.forget()

    # --- inside

    def _touch(self, key: FrameKey) -> StoredFrame | None:
        """The decoded frame, which counts as just used from now on."""
        place = self._places.get(key)
        if place is not None and place[0].is_loaded(place[1]):
            self._units.move_to_end(place[0].uid)
            return place[0].frame(place[1])
        found = self._units.get(key)
        if isinstance(found, StoredFrame):
            self._units.move_to_end(key)
            return found
        return None

    def _draw(self, key: FrameKey, frame: StoredFrame, nbytes: int) -> StoredFrame:
        """Give out a frame with copies of its own, which takes ``nbytes``, and keep it among the last ones drawn."""
        with self._lock:
            known = self._drawn.get(key)
            if known is not None:
                return known[0]
            drawn = replace(frame)
            self._drawn[key] = (drawn, nbytes)
            self._drawn_bytes += nbytes
            while len(self._drawn) > 1 and (len(self._drawn) > _MOST_DRAWN or self._drawn_bytes > self._drawn_budget):
                self._undraw(next(iter(self._drawn)))
            return drawn

    def _added(self, stack: StackPixels) -> StackPixels:
        """Register a stack; whoever was first wins."""
        known = self._units.get(stack.uid)
        if isinstance(known, StackPixels):
            return known
        self._units[stack.uid] = stack
        self._units_bytes += stack.nbytes
        for index, key in enumerate(stack.keys):
            self._places[key] = (stack, index)
            found = self._units.get(key)
            if isinstance(found, StoredFrame) and stack.fill(index, found):
                self._drop(key)
        return stack

    def _make_room(self, nbytes: int) -> None:
        """Let the units used longest ago leave until so many bytes are free, or nothing is left."""
        while self._let_one_leave(nbytes):
            pass

    def _let_one_leave(self, nbytes: int) -> bool:
        """False when there was room, or nothing to leave. Compressing happens while others may go on."""
        with self._lock:
            if not self._units or self._units_bytes + self._held_bytes() + nbytes <= self._budget_bytes:
                return False
            key = next(iter(self._units))
            unit = self._units[key]
            self._drop(key)
        if isinstance(unit, StoredFrame):
            self._tier.put(key, unit)
        else:
            self._compress(unit)
        return True

    def _drop(self, key: FrameKey | str) -> None:
        unit = self._units.pop(key, None)
        if isinstance(unit, StoredFrame):
            self._units_bytes -= unit.nbytes
            self._undraw(key)
        elif isinstance(unit, StackPixels):
            self._units_bytes -= unit.nbytes
            self._left[unit.uid] = (weakref.ref(unit), unit.memory, unit.nbytes)
            for each in unit.keys:
                self._places.pop(each, None)
                self._undraw(each)

    def _undraw(self, key: FrameKey | str) -> None:
        drawn = self._drawn.pop(key, None) if isinstance(key, tuple) else None
        if drawn is not None:
            self._drawn_bytes -= drawn[1]

    def _held_bytes(self) -> int:
        """Memory of stacks that have left, but that somebody else still holds, or a picture on the screen."""
        self._left = {uid: left for uid, left in self._left.items() if left[1]() is not None}
        return sum(nbytes for _, _, nbytes in self._left.values())

    def _compress(self, stack: StackPixels) -> None:
        for index, key in enumerate(stack.keys):
            frame = stack.frame(index)
            if frame is not None:
                self._tier.put(key, frame)
