"""Playing a clip at its own pace: the clock decides which picture is due, never one that has not been decoded yet.

When drawing takes longer than a picture lasts, pictures are left out; the clip is not slowed down.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QObject, Qt, QTimer, Signal

_DEFAULT_MS = 1000 / 15
_LEAST_MS = 4.0  # no monitor shows more than 250 pictures a second
_RATE_OVER_S = 1.0
_KEPT = 0.95
_LATE_S = 0.5  # after a longer standstill the clip goes on from where it stood


class Cine(QObject):
    """Plays in one viewport at a time.

    Parameters
    ----------
    step
        Shows the picture so many further in a viewport; False when it is not there yet.
    clock
        Seconds that pass evenly.
    """

    rate_changed = Signal()
    """Once a second while a clip plays."""

    def __init__(
        self,
        step: Callable[[str, int], bool],
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        super().__init__(parent)
        self._step = step
        self._clock = clock
        self._viewport = ""
        self._period_s = _DEFAULT_MS / 1000
        self._due_s = 0.0
        self._shown_at: deque[float] = deque()
        self._told_s = 0.0
        self._last = -1
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    @property
    def playing(self) -> str:
        """The viewport that plays; empty when none does."""
        return self._viewport

    @property
    def wanted_rate(self) -> float:
        """Pictures a second as the clip was acquired."""
        return 1 / self._period_s

    @property
    def rate(self) -> float:
        """Pictures shown a second, over the last second; 0 before there were two."""
        shown = self._shown_at
        return (len(shown) - 1) / (shown[-1] - shown[0]) if len(shown) > 1 else 0.0

    @property
    def words(self) -> str:
        """``Cine 30/s``, or ``Cine 12 of 30/s`` where the machine does not keep up; empty when nothing plays."""
        if not self.playing:
            return ""
        wanted = f"{self.wanted_rate:.3g}/s"
        is_kept = not self.rate or self.rate >= _KEPT * self.wanted_rate
        return f"Cine {wanted}" if is_kept else f"Cine {self.rate:.3g} of {wanted}"

    def toggle(self, viewport: str, frame_time_ms: float | None) -> None:
        """Play, or stop when this viewport plays."""
        if self.playing == viewport:
            self.stop()
        else:
            self.play(viewport, frame_time_ms)

    def play(self, viewport: str, frame_time_ms: float | None) -> None:
        """Play at the clip's frame time (0018,1063), else 15 pictures a second."""
        self._viewport = viewport
        self._period_s = max(_LEAST_MS, frame_time_ms or _DEFAULT_MS) / 1000
        self._shown_at.clear()
        self._told_s = self._clock()
        self._due_s = self._clock() + self._period_s
        self._wait()

    def stop(self) -> None:
        """Stand still."""
        self._timer.stop()
        self._viewport = ""
        self._shown_at.clear()

    def painted(self, index: int) -> None:
        """Picture ``index`` of the clip has been painted: what the rate is counted by."""
        if index == self._last:
            return
        now, self._last = self._clock(), index
        self._shown_at.append(now)
        while now - self._shown_at[0] > _RATE_OVER_S:
            self._shown_at.popleft()
        if now - self._told_s >= _RATE_OVER_S:
            self._told_s = now
            self.rate_changed.emit()

    def _tick(self) -> None:
        now = self._clock()
        late_s = now - self._due_s
        if late_s < 0:  # timers count whole milliseconds
            self._wait()
            return
        is_standstill = late_s >= _LATE_S
        steps = 1 if is_standstill else 1 + int(late_s / self._period_s)
        is_shown = self._step(self._viewport, steps)
        self._due_s = self._due_s + steps * self._period_s if is_shown and not is_standstill else now + self._period_s
        if self._viewport:
            self._wait()

    def _wait(self) -> None:
        self._timer.start(max(0, math.ceil((self._due_s - self._clock()) * 1000)))
