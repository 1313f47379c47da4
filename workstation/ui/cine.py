"""Playing a clip: one picture after the other at the clip's own pace, never one that has not been decoded yet."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

_DEFAULT_MS = 1000 / 15
_FASTEST_MS = 16


class Cine(QObject):
    """Plays in one viewport at a time.

    Parameters
    ----------
    step
        Shows the next picture of a viewport when it is there.
    """

    def __init__(self, step: Callable[[str], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._step = step
        self._viewport = ""
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(lambda: self._step(self._viewport))

    @property
    def playing(self) -> str:
        """The viewport that plays; empty when none does."""
        return self._viewport if self._timer.isActive() else ""

    def toggle(self, viewport: str, frame_time_ms: float | None) -> None:
        """Play, or stop when this viewport plays."""
        if self.playing == viewport:
            self.stop()
        else:
            self.play(viewport, frame_time_ms)

    def play(self, viewport: str, frame_time_ms: float | None) -> None:
        """Play at the clip's frame time (0018,1063), else 15 pictures a second."""
        self._viewport = viewport
        self._timer.start(max(_FASTEST_MS, round(frame_time_ms or _DEFAULT_MS)))

    def stop(self) -> None:
        """Stand still."""
        self._timer.stop()
        self._viewport = ""
