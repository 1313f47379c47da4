"""The main job with its windows shown: the job runs in a thread of its own, the windows follow the desk."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication

from calibration.displays.identity import DisplayFacts
from workstation.app.script import MainJob
from workstation.app.store import Store
from workstation.app.windows import Windows, an_application
from workstation.foundation.errors import UserFacingError
from workstation.hanging.screens import HangingScreen
from workstation.qtkit.tasks import TaskRunner
from workstation.reading.desk import Desk
from workstation.ui.diagnostic_set import display_facts, hanging_screen
from workstation.ui.hanging_runs import CHROME

_SETTLE_MS = 2500  # until the windows show what the desk has just done
_PAGES = {"worklist": "worklist", "reading": "report", "delivered": "delivery"}


def perform_shown(
    job: MainJob, store: Store, desk: Desk, folder: Path, wanted_item: str, out: Path | None
) -> dict[str, Any]:
    """Show all windows, do the job, leave pictures of every monitor in ``folder``.

    Raises
    ------
    UserFacingError
        What stopped the job.
    """
    folder.mkdir(parents=True, exist_ok=True)
    application = an_application()
    tasks = TaskRunner()
    windows = Windows(desk, store.folders, tasks)
    photographer = Photographer(windows, folder)
    outcome: list[dict[str, Any] | UserFacingError] = []

    def ended(result: dict[str, Any] | UserFacingError) -> None:
        outcome.append(result)
        application.quit()

    windows.show()
    tasks.run(
        lambda _cancel: job.perform(store, desk, photographer, wanted_item, out),
        owner=photographer,
        on_success=ended,
        on_failure=ended,
    )
    application.exec()
    windows.take_down()
    tasks.stop(5.0)
    if not outcome:
        raise UserFacingError("The windows were closed before the job was done.")
    if isinstance(outcome[0], UserFacingError):
        raise outcome[0]
    return outcome[0]


class Photographer(QObject):
    """Takes pictures of all monitors when the job, in its own thread, asks for one and waits."""

    _asked = Signal(str)

    def __init__(self, windows: Windows, folder: Path) -> None:
        super().__init__()
        self._windows = windows
        self._folder = folder
        self._taken = threading.Event()
        screens = windows.screens.screens()
        self._displays = dict(zip((screen.id for screen in screens), display_facts(screens), strict=True))
        self._screens = tuple(hanging_screen(screen, CHROME) for screen in windows.screens.screens())
        self._asked.connect(self._prepare, Qt.ConnectionType.QueuedConnection)

    def screens(self) -> tuple[HangingScreen, ...]:
        """The monitors that are there."""
        return self._screens

    def displays(self) -> Mapping[str, DisplayFacts]:
        return self._displays

    def picture(self, name: str) -> None:
        """Ask the GUI thread for pictures and wait until they are on disk."""
        self._taken.clear()
        self._asked.emit(name)
        self._taken.wait(timeout=60)

    def _prepare(self, name: str) -> None:
        monitor = self._windows.report_monitor
        if monitor.login.isVisible():
            monitor.login.logged_in.emit()
        monitor.go_to(getattr(monitor, _PAGES[name]))
        if monitor.report.active_editor is not None:
            monitor.report.active_editor.reload()  # the job wrote past the windows
        QTimer.singleShot(_SETTLE_MS, self, lambda: self._take(name))

    def _take(self, name: str) -> None:
        for screen in QGuiApplication.screens():
            screen.grabWindow(0).save(str(self._folder / f"{name}-{screen.name()}.png"))
        self._taken.set()
