"""Hanging off the GUI thread: one run at a time, and once more after it when something has changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.qtkit.screens import ScreenDescription
from workstation.qtkit.tasks import TaskRunner
from workstation.reading.case import Case
from workstation.ui import diagnostic_banner, notice_strip
from workstation.ui.hanging_work import HungCase, ViewerDesk, hang_case

CHROME = (diagnostic_banner.HEIGHT, notice_strip.HEIGHT)


@dataclass(frozen=True)
class HangingWish:
    """What is to be hung: a case, on which screens, at which stage of its protocol (None: the first that fits)."""

    case: Case
    screens: Sequence[ScreenDescription]
    stage: str | None


class HangingRuns(QObject):
    """Runs hangings.

    Parameters
    ----------
    wish
        Asked at the start of each run, so that it hangs what is so then; None when there is nothing to hang.
    """

    hung = Signal(object)
    """A `HungCase`."""
    failed = Signal(object)
    """A `UserFacingError`."""

    def __init__(
        self, desk: ViewerDesk, tasks: TaskRunner, wish: Callable[[], HangingWish | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._wish = wish
        self._running: CancelToken | None = None
        self._again = False

    def run(self) -> None:
        """Hang what is wished for now; when a hanging is on its way, once more after it."""
        wish = self._wish()
        if wish is None:
            return
        if self._running is not None:
            self._again = True
            return
        self._running = self._tasks.run(
            lambda cancel: hang_case(self._desk, wish.case, wish.screens, CHROME, wish.stage, cancel),
            owner=self,
            on_success=self._succeeded,
            on_failure=self._failed,
        )

    def give_up(self) -> None:
        """Let what is on its way come to nothing."""
        if self._running is not None:
            self._running.cancel()
        self._running, self._again = None, False

    def stop(self) -> None:
        """Give up for good."""
        self.give_up()
        self._tasks.drop(self)

    def _succeeded(self, hung: HungCase) -> None:
        self._running = None
        self.hung.emit(hung)
        self._once_more()

    def _failed(self, error: UserFacingError) -> None:
        self._running = None
        self.failed.emit(error)
        self._once_more()

    def _once_more(self) -> None:
        if self._again:
            self._again = False
            self.run()
