"""Looking something up again after changes: one look at a time, the last change is never missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QTimer

from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.tasks import TaskRunner

Value = TypeVar("Value")


class Refresh(Generic[Value]):
    """Runs ``work`` off the GUI thread when asked; asking while it runs makes it run once more afterwards.

    Parameters
    ----------
    pause_ms
        Shortest time from one look to the next, so that a burst of changes costs two looks.
    """

    def __init__(
        self,
        tasks: TaskRunner,
        owner: QObject,
        work: Callable[[CancelToken], Value],
        on_success: Callable[[Value], None],
        on_failure: Callable[[UserFacingError], None],
        *,
        pause_ms: int = 150,
    ) -> None:
        self._tasks = tasks
        self._owner = owner
        self._work = work
        self._on_success = on_success
        self._on_failure = on_failure
        self._is_running = False
        self._is_asked = False
        self._timer = QTimer(owner)
        self._timer.setSingleShot(True)
        self._timer.setInterval(pause_ms)
        self._timer.timeout.connect(self._next)

    def ask(self) -> None:
        """Look again, now or as soon as the running look has ended."""
        self._is_asked = True
        if not self._is_running and not self._timer.isActive():
            self._next()

    def forget(self) -> None:
        """Do not look again; a running look still answers."""
        self._is_asked = False
        self._timer.stop()

    def _next(self) -> None:
        if not self._is_asked or self._is_running:
            return
        self._is_asked = False
        self._is_running = True
        self._tasks.run(self._work, owner=self._owner, on_success=self._succeeded, on_failure=self._failed)

    def _succeeded(self, value: Value) -> None:
        self._ended()
        self._on_success(value)

    def _failed(self, error: UserFacingError) -> None:
        self._ended()
        self._on_failure(error)

    def _ended(self) -> None:
        self._is_running = False
        self._timer.start()
