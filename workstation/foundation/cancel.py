"""A token by which long work learns that nobody wants its result any more."""

from __future__ import annotations

import threading

from workstation.foundation.errors import Cancelled


class CancelToken:
    """Set once by whoever gives up; asked between steps by the work itself."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Raise `Cancelled` when someone has given up."""
        if self._event.is_set():
            raise Cancelled

    def wait(self, timeout_s: float) -> bool:
        """Sleep for ``timeout_s`` seconds or until cancelled; say whether it was cancelled."""
        return self._event.wait(timeout_s)
