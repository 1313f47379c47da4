"""Lasting loops: one thread, one stop, one state. Everything that runs for the life of the program is one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from enum import Enum

from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import Cancelled

log = logging.getLogger(__name__)


class WorkerState(Enum):
    """Where a worker is in its life; it moves down this list only, and may be started again from STOPPED."""

    NEW = "new"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"


class Worker:
    """Calls ``turn`` again and again in a thread of its own until stopped.

    Parameters
    ----------
    name
        Thread name, for logs and the crash handler.
    turn
        One turn of the loop. Gets the cancel token; returns the seconds to wait before the next turn.
    on_failure
        Told of any exception that is not `Cancelled`; the loop goes on after ``pause_after_failure_s``.
    """

    def __init__(
        self,
        name: str,
        turn: Callable[[CancelToken], float],
        *,
        on_failure: Callable[[Exception], None],
        pause_after_failure_s: float = 5.0,
    ) -> None:
        self._name = name
        self._turn = turn
        self._on_failure = on_failure
        self._pause_after_failure_s = pause_after_failure_s
        self._token = CancelToken()
        self._nudge = threading.Event()
        self._thread: threading.Thread | None = None
        self._state = WorkerState.NEW

    @property
    def state(self) -> WorkerState:
        return self._state

    def start(self) -> None:
        """Begin the loop. Starting a running worker is an error of ours."""
        if self._state in (WorkerState.RUNNING, WorkerState.STOPPING):
            raise RuntimeError(f"worker {self._name} is already {self._state.value}")
        self._token = CancelToken()
        self._state = WorkerState.RUNNING
        self._thread = threading.Thread(target=self._loop, name=self._name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Take the next turn now instead of at the end of the pause."""
        self._nudge.set()

    def stop(self, timeout_s: float) -> bool:
        """Ask the loop to end and wait for it; say whether it ended in time."""
        if self._thread is None:
            self._state = WorkerState.STOPPED
            return True
        if self._state is WorkerState.RUNNING:
            self._state = WorkerState.STOPPING
        self._token.cancel()
        self._nudge.set()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _loop(self) -> None:
        while not self._token.is_cancelled:
            pause_s = self._pause_after_failure_s
            try:
                pause_s = self._turn(self._token)
            except Cancelled:
                pause_s = 0.0
            except Exception as error:  # noqa: BLE001 - the top of a worker loop: logged, told, and the loop goes on
                log.info("worker %s: a turn failed (%s)", self._name, type(error).__name__)
                self._on_failure(error)
            self._nudge.wait(pause_s)
            self._nudge.clear()
        self._state = WorkerState.STOPPED
