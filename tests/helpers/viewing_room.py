"""The diagnostic windows over the studies of some folders, for tests that look at what stands on them.

With ``LIGHTBOX_PICTURES=FOLDER`` in the environment the windows are left there as PNG files, to be looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.helpers.viewer_desk import FolderDesk, SetScreens, desk_of_folders, three_monitors
from workstation.qtkit.tasks import TaskRunner
from workstation.qtkit.theme import apply_theme
from workstation.ui.viewer_stage import ViewerStage
from workstation.ui.viewport_widget import ViewportWidget

SIZE = (1000, 900)


class Room:
    """Windows over the studies of some folders."""

    def __init__(self, bot: QtBot) -> None:
        self.bot = bot
        self.tasks = TaskRunner(workers=2)
        self.stage: ViewerStage | None = None

    def open(self, *folders: Path) -> FolderDesk:
        desk = desk_of_folders(*folders)
        self.stage = ViewerStage(desk, SetScreens(three_monitors(*SIZE)), self.tasks, desk.topics)
        self.stage.start()
        with self.bot.waitSignal(self.stage.shown, timeout=20000):
            desk.open()
        self.settle()
        return desk

    def settle(self) -> None:
        self.bot.waitUntil(lambda: self.tasks.is_idle, timeout=60000)
        self.bot.wait(50)

    def do(self, action: object) -> None:
        assert self.stage is not None
        self.stage.apply(action)  # type: ignore[arg-type]
        self.settle()

    @property
    def widgets(self) -> list[ViewportWidget]:
        assert self.stage is not None
        return [widget for window in self.stage.windows for widget in window.viewports]

    def picture(self, name: str, widget: ViewportWidget | None = None) -> None:
        """Leave a picture of the window with ``widget`` where somebody wants one."""
        folder = os.environ.get("LIGHTBOX_PICTURES", "")
        if folder:
            shown = widget or self.widgets[0]
            shown.window().grab().save(str(Path(folder) / f"{name}.png"))


@contextmanager
def viewing_room(qtbot: QtBot, qapp: QApplication) -> Iterator[Room]:
    """A room that is left in order."""
    if os.environ.get("LIGHTBOX_PICTURES"):  # as in the program; it stays for the tests behind, which do not care
        apply_theme(qapp)
    room = Room(qtbot)
    yield room
    if room.stage is not None:
        room.stage.stop()
    assert room.tasks.stop(10.0)


def active_widget(room: Room) -> ViewportWidget:
    return next(widget for widget in room.widgets if widget.is_active)
