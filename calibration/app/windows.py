"""The calibration program with its windows: opened, run, and put away again."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication, QMessageBox

from calibration.app.qa_windows import QaWindows
from calibration.checks.opening import opened_qa_desk
from calibration.checks.qa_desk import QaDesk
from workstation.foundation.clock import SystemClock
from workstation.foundation.crash_handler import CrashHandler
from workstation.foundation.errors import UserFacingError
from workstation.foundation.terminal import INTERRUPTED
from workstation.qtkit.application import an_application
from workstation.qtkit.interruption import EndsWindows
from workstation.qtkit.tasks import TaskRunner
from workstation.site.folders import folders_for

NAME = "Lightbox calibration"
_SHORT_S, _LONG_S = 1.0, 5.0


def run_windows(data_dir: Path | None) -> int:
    """Open the program and run it until it is closed or interrupted; return the exit code.

    Raises
    ------
    SomethingMissing
        When there is no screen.
    UserFacingError
        What keeps it from opening: shown in a window first, because there may be no terminal.
    """
    application = an_application(NAME, "Start it on the computer whose displays it is about.")
    folders = folders_for(data_dir)
    with EndsWindows(application) as interruption, CrashHandler(folders.state):
        try:
            with opened_qa_desk(folders, SystemClock()) as desk:
                return _run(application, desk)
        except UserFacingError as error:
            if interruption.has_happened:
                return INTERRUPTED
            _show(error)
            raise


def _run(application: QApplication, desk: QaDesk) -> int:
    tasks = TaskRunner()
    windows = QaWindows(desk, tasks)
    windows.closed.connect(application.quit)
    windows.show()
    try:
        return application.exec()
    finally:
        windows.take_down()
        if not tasks.stop(_SHORT_S):  # a meter may be in the middle of a reading
            tasks.stop(_LONG_S)


def _show(error: UserFacingError) -> None:
    box = QMessageBox(QMessageBox.Icon.Warning, NAME, error.what)
    box.setInformativeText(error.advice)
    box.exec()
