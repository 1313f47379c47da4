"""Work off the GUI thread, one way: started by a view, answered on the GUI thread, dropped when the view has closed."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QEvent, QObject, QRunnable, Qt, QThreadPool, QTimer, Signal
from PySide6.QtWidgets import QWidget

from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import Cancelled, UserFacingError

Value = TypeVar("Value")

BUG_TEXT = "Something went wrong inside the program."
BUG_ADVICE = "It has been recorded. Try again; if it stays, tell your site's support."


@dataclass(eq=False)
class _Task:
    """One piece of work on its way. Touched by the pool thread only until it lies in the queue of finished ones."""

    work: Callable[[CancelToken], Any]
    owner: QObject
    on_success: Callable[[Any], None]
    on_failure: Callable[[UserFacingError], None]
    token: CancelToken
    value: Any = None
    error: BaseException | None = None


class _Run(QRunnable):
    def __init__(self, task: _Task, finished: Callable[[_Task], None]) -> None:
        super().__init__()
        self._task = task
        self._finished = finished

    def run(self) -> None:
        task = self._task
        try:
            task.token.raise_if_cancelled()
            task.value = task.work(task.token)
        except BaseException as error:  # noqa: BLE001 - the top of a thread: carried to the GUI thread, sorted there
            task.error = error
        self._finished(task)


def report_bug(error: BaseException) -> None:
    """Hand an error that is ours to the crash handler (``sys.excepthook``)."""
    sys.excepthook(type(error), error, error.__traceback__)


class TaskRunner(QObject):
    """Runs work in a bounded pool of threads and brings its outcome back to the GUI thread.

    Parameters
    ----------
    workers
        Most pieces of work at the same time; more wait their turn, first come first served.
    on_bug
        Told of every exception that is neither a `UserFacingError` nor `Cancelled`.
    """

    _something_finished = Signal()

    def __init__(
        self,
        *,
        workers: int = 8,
        on_bug: Callable[[BaseException], None] = report_bug,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(workers)
        self._on_bug = on_bug
        self._finished: deque[_Task] = deque()
        self._tasks: set[_Task] = set()
        self._watched: set[int] = set()
        self._closed: set[int] = set()
        self._something_finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[CancelToken], Value],
        *,
        owner: QObject,
        on_success: Callable[[Value], None],
        on_failure: Callable[[UserFacingError], None],
    ) -> CancelToken:
        """Start ``work``; call one of the two outcomes on the GUI thread, or neither when ``owner`` is gone.

        ``owner`` counts as gone when it was destroyed, closed (a widget) or given to `drop`. A `Cancelled` raised by
        the work, or a cancelled token, is told to nobody. A bug goes to the crash handler, and ``on_failure`` gets a
        plain sentence so that the view does not stay busy.

        Returns
        -------
        CancelToken
            Set it to give the work up.
        """
        task = _Task(work, owner, on_success, on_failure, CancelToken())
        self._tasks.add(task)
        self._watch(owner)
        self._pool.start(_Run(task, self._put))
        return task.token

    def drop(self, owner: QObject) -> None:
        """Give up everything ``owner`` has started."""
        for task in tuple(self._tasks):
            if task.owner is owner:
                self._forget(task)

    @property
    def is_idle(self) -> bool:
        """Whether no work is running or waiting to be delivered."""
        return not self._tasks

    def stop(self, timeout_s: float) -> bool:
        """Give everything up and wait for the threads; say whether they ended in time."""
        for task in tuple(self._tasks):
            self._forget(task)
        self._pool.clear()
        return self._pool.waitForDone(int(timeout_s * 1000))

    def _put(self, task: _Task) -> None:
        self._finished.append(task)
        self._something_finished.emit()

    def _deliver(self) -> None:
        while self._finished:
            task = self._finished.popleft()
            if task not in self._tasks:
                continue
            self._tasks.discard(task)
            if not task.token.is_cancelled and self._is_there(task.owner):
                self._tell(task)

    def _tell(self, task: _Task) -> None:
        error = task.error
        if error is None:
            task.on_success(task.value)
        elif isinstance(error, Cancelled):
            return
        elif isinstance(error, UserFacingError):
            task.on_failure(error)
        else:
            self._on_bug(error)
            task.on_failure(UserFacingError(BUG_TEXT, BUG_ADVICE))

    def _forget(self, task: _Task) -> None:
        task.token.cancel()
        self._tasks.discard(task)

    def _is_there(self, owner: QObject) -> bool:
        if not shiboken6.isValid(owner):
            return False
        return not (id(owner) in self._closed and isinstance(owner, QWidget) and not owner.isVisible())

    def _watch(self, owner: QObject) -> None:
        key = id(owner)
        if key in self._watched:
            return
        self._watched.add(key)
        owner.destroyed.connect(lambda *_: self._owner_destroyed(key))
        if isinstance(owner, QWidget):
            owner.installEventFilter(self)

    def _owner_destroyed(self, key: int) -> None:
        self._watched.discard(key)
        self._closed.discard(key)
        for task in tuple(self._tasks):
            if id(task.owner) == key:
                self._forget(task)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that an owner closes (it may still refuse, so look again afterwards) or comes back."""
        if event.type() == QEvent.Type.Close:
            self._closed.add(id(watched))
            QTimer.singleShot(0, self, lambda: self._after_close(watched))
        elif event.type() == QEvent.Type.Show:
            self._closed.discard(id(watched))
        return False

    def _after_close(self, owner: QObject) -> None:
        if not self._is_there(owner):
            self.drop(owner)
        else:
            self._closed.discard(id(owner))
