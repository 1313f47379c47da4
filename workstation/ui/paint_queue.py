"""Which viewports must be painted anew, and when: at most once a frame, however fast the hand or the loader is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter

from PySide6.QtCore import QObject

from workstation.qtkit.throttle import FRAME_MS, Throttle

PROGRESS_MS = 80


class PaintQueue:
    """Collects viewports by id and has them painted together.

    Parameters
    ----------
    paint
        Paints these viewports, as they are meant to be at that moment.
    """

    def __init__(self, paint: Callable[[set[str]], None], parent: QObject) -> None:
        self._paint = paint
        self._ids: set[str] = set()
        self._frame = Throttle[None](lambda _: self.paint_now(), parent=parent)
        self._progress = Throttle[None](lambda _: self.paint_now(), parent=parent, interval_ms=PROGRESS_MS)

    def add(self, ids: Iterable[str], *, is_progress: bool = False) -> None:
        """Paint these within a frame; with ``is_progress`` within a tenth of a second: only the bar has changed."""
        self._ids |= set(ids)
        (self._progress if is_progress else self._frame).submit(None)

    def paint_now(self, also: Iterable[str] = ()) -> None:
        """Paint what waits."""
        began = perf_counter()
        ids, self._ids = self._ids | set(also), set()
        if not ids:
            return
        self._paint(ids)
        # Drawing that takes longer than a frame leaves as much time again for input.
        self._frame.set_interval_ms(max(FRAME_MS, round((perf_counter() - began) * 1000)))

    def clear(self) -> None:
        """Forget what waits."""
        self._ids.clear()

    def stop(self) -> None:
        """Paint no more."""
        self._frame.cancel()
        self._progress.cancel()
