"""A sheet over an empty window, driven by gestures as a reader does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from workstation.qtkit.tasks import TaskRunner
from workstation.ui.overlay import Overlay


@contextmanager
def a_window(bot: Any, width: int = 1920, height: int = 1080) -> Iterator[tuple[QWidget, TaskRunner]]:
    """A shown, active window, and a runner that has ended afterwards."""
    tasks = TaskRunner()
    window = QWidget()
    bot.addWidget(window)
    window.resize(width, height)
    window.show()
    window.activateWindow()
    bot.waitActive(window)
    try:
        yield window, tasks
    finally:
        assert tasks.stop(5)


class Sheet:
    """Finds controls by accessible name, as a screen reader does."""

    def __init__(self, bot: Any, page: Overlay, *, tasks: TaskRunner) -> None:
        self.bot = bot
        self.page = page
        self.tasks = tasks

    def find(self, name: str, kind: type[Any] = QWidget) -> Any:
        """The one control of that name that can be seen."""
        seen = [each for each in self.page.findChildren(kind) if each.accessibleName() == name and each.isVisible()]
        assert len(seen) == 1, f"{name}: {len(seen)} in sight"
        return seen[0]

    def sees(self, name: str) -> bool:
        """Whether a control of that name is in sight."""
        return any(each.accessibleName() == name and each.isVisible() for each in self.page.findChildren(QWidget))

    def text(self, name: str) -> str:
        """What a label or button says."""
        return str(self.find(name).text())

    def click(self, name: str) -> None:
        """Press a control with the mouse."""
        QTest.mouseClick(self.find(name), Qt.MouseButton.LeftButton)

    def press(self, key: Qt.Key) -> None:
        """Press a key wherever the keyboard is."""
        QTest.keyClick(QApplication.focusWidget() or self.page, key)

    def type(self, text: str) -> None:
        """Type wherever the keyboard is."""
        for character in text:
            QTest.keyClicks(QApplication.focusWidget() or self.page, character)

    def focus_name(self) -> str:
        """Where the keyboard is."""
        widget = QApplication.focusWidget()
        return widget.accessibleName() if widget is not None else ""

    def settle(self) -> None:
        """Until no work is under way."""
        self.bot.waitUntil(lambda: self.tasks.is_idle, timeout=10_000)
        self.bot.wait(10)
