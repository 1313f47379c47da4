"""In which order the frames of a stack are loaded: nearest to where the reader is now."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable


class LoadingOrder:
    """Hands out each index below ``count`` once, always the one nearest to the centre of that moment.

    Safe to use from several threads.

    Parameters
    ----------
    count
        Frames of the stack.
    centre
        Where the reader is; asked before each index, so the order follows the reader.
    """

    def __init__(self, count: int, centre: Callable[[], int]) -> None:
        self._waiting = list(range(count))
        self._centre = centre
        self._lock = threading.Lock()

    def next(self) -> int | None:
        """The next index; None when all have been handed out. Of two equally near ones the lower comes first."""
        with self._lock:
            waiting = self._waiting
            if not waiting:
                return None
            centre = self._centre()
            above = bisect_left(waiting, centre)
            is_below_nearer = above > 0 and (
                above == len(waiting) or centre - waiting[above - 1] <= waiting[above] - centre
            )
            return waiting.pop(above - 1 if is_below_nearer else above)

    def end(self) -> None:
        """Hand out no more."""
        with self._lock:
            self._waiting = []

    @property
    def is_done(self) -> bool:
        """Whether all have been handed out."""
        return not self._waiting


def outwards(count: int, start: int) -> list[int]:
    """All indices below ``count``, those nearest to ``start`` first."""
    order = LoadingOrder(count, lambda: min(max(start, 0), max(count - 1, 0)))
    found = [order.next() for _ in range(count)]
    return [index for index in found if index is not None]
