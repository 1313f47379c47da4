"""The program's own diagnostic window over a study of a folder, and a hand that turns the wheel and drags in it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.helpers.viewer_desk import SetScreens, a_monitor, desk_of_folders
from workstation.qtkit.screens import with_roles
from workstation.qtkit.tasks import TaskRunner
from workstation.ui.hanging_runs import CHROME
from workstation.ui.viewer_stage import ViewerStage
from workstation.ui.viewport_widget import ViewportWidget

_LOADED_WITHIN_S = 120.0
_PAUSE_MS = 40  # longer than the program leaves between two pictures: each gesture is measured alone


class Program:
    """Opens the case of ``folder`` on one monitor, whose images get ``size``, and waits until all is there."""

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        report, images = a_monitor("REPORT", 0, 1920, 1080), a_monitor("DIAG", 1920, size[0], size[1] + sum(CHROME))
        screens = SetScreens(with_roles([report, images], {"REPORT": "report", "DIAG": "diagnostic"}))
        self._tasks = TaskRunner(workers=4)
        self._desk = desk_of_folders(folder)
        self.stage = ViewerStage(self._desk, screens, self._tasks, self._desk.topics)
        self.stage.start()
        self._desk.open()
        self._wait_until(lambda: self.stage.view is not None)
        (window,) = self.stage.windows
        window.showNormal()  # a window manager would enlarge it to its monitor
        window.setGeometry(1920, 0, size[0], size[1] + sum(CHROME))
        self._wait_until(lambda: self._tasks.is_idle)
        QTest.qWait(300)
        self.viewport: ViewportWidget = next(each for each in window.viewports if each.is_active)
        if len(window.viewports) > 1:
            window.toggle_maximised(self.viewport)
            QTest.qWait(500)
        self.size = f"{self.viewport.width()} x {self.viewport.height()}"

    def close(self) -> None:
        """Take the windows down."""
        self.stage.stop()
        self._tasks.stop(10.0)

    def wheel(self, notches: int) -> float:
        """Turn the wheel; seconds until the next image is painted."""
        at = QPointF(self.viewport.rect().center())
        turned = QWheelEvent(
            at,
            QPointF(self.viewport.mapToGlobal(at)),
            QPoint(),
            QPoint(0, -120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        return self._timed(lambda: QApplication.sendEvent(self.viewport, turned))

    def drag(self, steps: int, by: QPoint) -> list[float]:
        """Drag with the left button; seconds of each step until it is painted."""
        at = self.viewport.rect().center()
        QTest.mousePress(self.viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        seconds = []
        for step in range(1, steps + 1):
            there = at + by * (step % 40)
            seconds.append(self._timed(lambda there=there: QTest.mouseMove(self.viewport, there)))  # type: ignore[misc]
        QTest.mouseRelease(self.viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        return seconds

    def played(self, seconds: float) -> list[float]:
        """Moments at which another picture of the clip was painted, while it plays for so long."""
        eye = _Eye(self.viewport)
        if not self.stage.is_playing:
            self.stage.do("image.cine")
        QTest.qWait(500)
        eye.seen.clear()
        QTest.qWait(round(seconds * 1000))
        self.stage.do("image.cine")
        return eye.seen

    def _timed(self, gesture: Callable[[], object]) -> float:
        QTest.qWait(_PAUSE_MS)
        began = time.perf_counter()
        gesture()
        QApplication.processEvents()
        return time.perf_counter() - began

    def _wait_until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _LOADED_WITHIN_S
        while not is_so():
            if time.monotonic() > deadline:
                raise TimeoutError("the study was not hung in time")
            QTest.qWait(20)


class _Eye(QObject):
    """Sees when another picture is painted."""

    def __init__(self, viewport: ViewportWidget) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self._last = viewport.content.pixels
        self.seen: list[float] = []
        viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note the moment."""
        pixels = self._viewport.content.pixels
        if event.type() is QEvent.Type.Paint and pixels is not self._last:
            self._last = pixels
            self.seen.append(time.perf_counter())
        return False
