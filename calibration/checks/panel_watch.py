"""Looks now and then what the monitors are set to, so that nobody who asks has to wait for a slow bus."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from calibration.displays.ddc import PanelReading, panels_of
from calibration.displays.identity import DisplayFacts, DisplayIdentity, PanelSettings
from workstation.foundation.cancel import CancelToken
from workstation.foundation.worker import Worker

EVERY_S = 300.0
_NOT_YET = PanelReading(reason="the monitor has not been asked yet")

Look = Callable[[Sequence[DisplayFacts], CancelToken], Mapping[DisplayIdentity, PanelReading]]


class PanelWatch:
    """Asks the displays given to `watch` every few minutes; `panel_of` answers at once with what was last seen.

    A monitor that falls silent keeps what it said last: a changed setting is not forgotten because a cable is slow.

    Parameters
    ----------
    on_change
        Called in the watching thread when any setting is another than before.
    """

    def __init__(
        self, look: Look = panels_of, *, on_change: Callable[[], None] = lambda: None, every_s: float = EVERY_S
    ) -> None:
        self._look = look
        self._on_change = on_change
        self._every_s = every_s
        self._lock = threading.Lock()
        self._displays: tuple[DisplayFacts, ...] = ()
        self._seen: dict[DisplayIdentity, PanelReading] = {}
        self._worker = Worker("panel settings", self._turn, on_failure=lambda _error: None)

    def start(self) -> None:
        """Begin to look."""
        self._worker.start()

    def stop(self, timeout_s: float) -> bool:
        """End; say whether that was in time."""
        return self._worker.stop(timeout_s)

    def watch(self, displays: Sequence[DisplayFacts]) -> None:
        """These are the displays now; looked at soon."""
        with self._lock:
            is_new = tuple(displays) != self._displays
            self._displays = tuple(displays)
        if is_new:
            self._worker.wake()

    def panel_of(self, identity: DisplayIdentity) -> PanelSettings:
        """Settings as last seen (quick, any thread)."""
        return self.reading_of(identity).settings

    def reading_of(self, identity: DisplayIdentity) -> PanelReading:
        """Settings as last seen, with the reason where there are none (quick, any thread)."""
        with self._lock:
            return self._seen.get(identity, _NOT_YET)

    def look_once(self, cancel: CancelToken) -> None:
        """Look now, in this thread."""
        with self._lock:
            displays = self._displays
        if not displays:
            return
        found = self._look(displays, cancel)
        with self._lock:
            before = {identity: reading.settings for identity, reading in self._seen.items()}
            for identity, reading in found.items():
                is_silent = reading.settings == PanelSettings()
                if not is_silent or before.get(identity, PanelSettings()) == PanelSettings():
                    self._seen[identity] = reading
            has_changed = any(before.get(each, PanelSettings()) != self._seen[each].settings for each in self._seen)
        if has_changed:
            self._on_change()

    def _turn(self, cancel: CancelToken) -> float:
        self.look_once(cancel)
        return self._every_s
