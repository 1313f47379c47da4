"""The report monitor's window over a fake desk, driven by gestures as a reader does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.helpers.fake_desk import PASSWORD, FakeDesk
from workstation.dictation.macros import Macros
from workstation.qtkit.tasks import TaskRunner
from workstation.site.preferences import Preferences
from workstation.ui.commands import WORKLIST_COMMANDS, Commands
from workstation.ui.report_monitor_window import ReportMonitorWindow
from workstation.ui.worklist_feed import PAUSE_MS

AnyWidget = TypeVar("AnyWidget", bound=QWidget)
CTRL = Qt.KeyboardModifier.ControlModifier


@dataclass
class Monitor:
    """The window with its desk; ``find`` looks up controls by accessible name, as a screen reader does."""

    desk: FakeDesk
    window: ReportMonitorWindow
    tasks: TaskRunner
    bot: Any
    remembered: list[Preferences] = field(default_factory=list)

    def find(self, name: str, kind: type[AnyWidget] = QWidget) -> AnyWidget:  # type: ignore[assignment]
        """The one control of that name that can be seen."""
        named = [each for each in self.window.findChildren(kind) if each.accessibleName() == name]
        seen = [each for each in named if each.isVisible()]
        assert len(seen) == 1, f"{name}: {len(seen)} in sight of {len(named)}"
        return seen[0]

    def sees(self, name: str) -> bool:
        """Whether a control of that name is in sight."""
        return any(each.accessibleName() == name and each.isVisible() for each in self.window.findChildren(QWidget))

    def text(self, name: str) -> str:
        """What a label says."""
        return self.find(name).text()  # type: ignore[attr-defined, no-any-return]

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key wherever the keyboard is."""
        QTest.keyClick(QApplication.focusWidget() or self.window, key, modifier)

    def type(self, text: str) -> None:
        """Type wherever the keyboard is."""
        for character in text:
            QTest.keyClicks(QApplication.focusWidget() or self.window, character)

    def click(self, name: str) -> None:
        """Press a control with the mouse."""
        QTest.mouseClick(self.find(name), Qt.MouseButton.LeftButton)

    def focus_name(self) -> str:
        """Where the keyboard is."""
        widget = QApplication.focusWidget()
        return widget.accessibleName() if widget is not None else ""

    def wait(self, condition: Any) -> None:
        """Until something is so."""
        self.bot.waitUntil(condition, timeout=5000)

    def settle(self) -> None:
        """Until no work is under way and the pauses between looks have passed."""
        self.wait(lambda: self.tasks.is_idle)
        self.bot.wait(PAUSE_MS + 60)
        self.wait(lambda: self.tasks.is_idle)

    def open_at_once(self, item_uid: str) -> None:
        """Have an item open, without the way through the worklist."""
        self.window._actions.open(item_uid)
        self.wait(lambda: self.sees("Report page") and self.window.report.active_editor is not None)

    def open(self, item_uid: str) -> None:
        """Open an item by key."""
        assert self.window.worklist.table.choose(item_uid)
        self.window.worklist.table.setFocus()
        self.press(Qt.Key.Key_Return)
        self.wait(lambda: self.desk.active_case is not None and item_uid in self.desk.active_case.item_uids)
        self.settle()


@contextmanager
def a_monitor(
    bot: Any,
    desk: FakeDesk,
    *,
    is_logged_in: bool = True,
    settles: bool = True,
    windows: Callable[[], Mapping[str, Callable[[], object]]] = dict,
    macros: Path | None = None,
) -> Iterator[Monitor]:
    """A shown, active window; everything it started has ended afterwards."""
    if is_logged_in:
        desk.log_in("dr.demo", PASSWORD)
    tasks = TaskRunner()
    remembered: list[Preferences] = []
    window = ReportMonitorWindow(
        desk,  # type: ignore[arg-type]
        tasks,
        Commands(WORKLIST_COMMANDS),
        remember=remembered.append,
        windows=windows,
        macros=Macros(macros) if macros is not None else None,
    )
    bot.addWidget(window)
    window.resize(1920, 1080)
    window.show()
    window.activateWindow()
    bot.waitUntil(window.isActiveWindow)
    monitor = Monitor(desk, window, tasks, bot, remembered)
    if settles:
        monitor.settle()
    try:
        yield monitor
    finally:
        assert tasks.stop(5)
