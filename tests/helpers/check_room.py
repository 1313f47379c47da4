"""A room with a display, a meter before it and the guided window: whole checks by the gestures of a person.

The meter sees what the pattern window shows, pixel by pixel, and the panel makes light of it. With
``LIGHTBOX_PICTURES=FOLDER`` in the environment the pages are left there as PNG files, to be looked at.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from calibration.checks.steps import Ask
from calibration.conformance.policy import read_policy
from calibration.displays.identity import DisplayFacts, DisplayIdentity, PanelSettings
from calibration.patterns.pattern import Pattern
from calibration.photometer.manual import ManualMeter, TypedReadings
from calibration.photometer.meter import Photometer
from calibration.photometer.meter_book import MeterBook
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import Reading
from calibration.records.record import CheckRecord
from calibration.records.record_book import RecordBook
from calibration.ui.check_subject import CheckSubject
from calibration.ui.check_window import CheckWindow
from calibration.ui.pattern_window import PatternWindow
from tests.helpers.simulated_panel import SimulatedPanel, SteppingClock
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.foundation.resources import resource_path
from workstation.qtkit.screens import ScreenDescription, identity_of
from workstation.qtkit.tasks import TaskRunner

METER = MeterIdentity("spotread", "i1 Display Pro", "A-1234", date(2027, 3, 31), measures_colour=True)


class RoomScreens(QObject):
    """Monitors that a test plugs and unplugs; Qt's only screen stands for each of them."""

    changed = Signal()

    def __init__(self, screens: Sequence[ScreenDescription]) -> None:
        super().__init__()
        self._screens = tuple(screens)

    def screens(self) -> tuple[ScreenDescription, ...]:
        return self._screens

    def qt_screen(self, screen: ScreenDescription) -> QScreen | None:
        return QGuiApplication.primaryScreen() if screen in self._screens else None

    def plug(self, screens: Sequence[ScreenDescription]) -> None:
        self._screens = tuple(screens)
        self.changed.emit()


def monitor(name: str, role: str, *, x: int = 0, magnification: float = 1.0) -> ScreenDescription:
    """A monitor as large as Qt's own screen."""
    rect = QGuiApplication.primaryScreen().geometry()
    identity = identity_of(name, "", "", "", (x, 0, rect.width(), rect.height()))
    return ScreenDescription(
        identity, name, x, 0, rect.width(), rect.height(), role=role, id=f"{role}:1", magnification=magnification
    )


@dataclass
class LookingMeter:
    """A contact meter on the glass: a fake at the boundary, with the faults that real ones have.

    Attributes
    ----------
    faults
        Raised one after the other by the next readings; None reads.
    hold
        When cleared, a reading does not come back before it is set (or cancelled).
    """

    panel: SimulatedPanel
    identity: MeterIdentity = METER
    faults: list[UserFacingError | None] = field(default_factory=list)
    connect_faults: list[UserFacingError] = field(default_factory=list)
    lux: float | UserFacingError = 25.0
    ddl: int = 0
    place: str = "centre"
    reads: int = 0
    is_closed: bool = False
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hold.set()

    def connect(self, cancel: CancelToken) -> MeterIdentity:
        if self.connect_faults:
            raise self.connect_faults.pop(0)
        return self.identity

    def read(self, cancel: CancelToken) -> Reading:
        while not self.hold.wait(0.01):
            cancel.raise_if_cancelled()
        self.reads += 1
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        light = self.panel.luminance(self.ddl, self.place) + self.panel.ambient_cd_m2
        return self.panel.say(light * (1 + self.panel._random.gauss(0, self.panel.noise)))

    def read_illuminance_lux(self, cancel: CancelToken) -> float:
        if isinstance(self.lux, UserFacingError):
            raise self.lux
        return self.lux

    def close(self) -> None:
        self.is_closed = True

    def look(self, pattern: Pattern | None) -> None:
        """Take the level from the glass: from the window itself, where the pattern wants the meter."""
        windows = [w for w in QApplication.topLevelWidgets() if isinstance(w, PatternWindow) and w.isVisible()]
        if pattern is None or pattern.target is None or not windows:
            return
        x, y, width, height = pattern.target
        colour = windows[0].grab().toImage().pixelColor(x + width // 2, y + height // 2)
        self.ddl, self.place = colour.red(), pattern.order.place


class CheckRoom:
    """A display, a meter, the records, and the guided window over them."""

    def __init__(self, bot: QtBot, folder: Path, *, is_alone: bool = False, policy: str = "acr") -> None:
        self.bot = bot
        self.folder = folder
        self.clock = SteppingClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC))
        self.panel = SimulatedPanel(self.clock)
        self.meter = LookingMeter(self.panel)
        self.tasks = TaskRunner(workers=4)
        report, diagnostic = monitor("REPORT", "report"), monitor("DIAG", "diagnostic", x=4000)
        self.diagnostic = replace(diagnostic, x=0) if is_alone else diagnostic
        self.report = report
        self.screens = RoomScreens([self.diagnostic] if is_alone else [report, self.diagnostic])
        self.book = RecordBook.open(folder / "records", self.clock, "room")
        identity = DisplayIdentity("DP-1", "SYNTH", "FIVE", "21984077", diagnostic.width, diagnostic.height)
        facts = DisplayFacts(identity, 338, 422, panel=PanelSettings(brightness=80, hours=1200))
        self.subject = CheckSubject(
            facts,
            self.diagnostic,
            "diagnostic",
            read_policy(resource_path("calibration_policies", f"{policy}.toml"), is_own=False),
            reflection_cd_m2_per_lux=0.008,
            video_lut="identity",
        )
        self.reports: list[Path] = []
        self.window: CheckWindow | None = None

    def open(self, check: str = "", *, opener: Callable[..., Photometer] | None = None) -> CheckWindow:
        """The guided window, in front of the person."""
        window = CheckWindow(
            self.subject,
            book=self.book,
            clock=self.clock,
            tasks=self.tasks,
            screens=self.screens,  # type: ignore[arg-type]
            config=self.folder / "config",
            write_report=self._write,
            opener=opener or self._open_meter,
            ask_path=lambda _, record: self.folder / f"{record.check}.pdf",
            check=check,
            patience=0.0,
        )
        window.stage.shown.connect(self.meter.look)
        self.bot.addWidget(window)
        window.show()
        self.window = window
        return window

    def close(self) -> None:
        """Everything, as at the end of the program."""
        if self.window is not None:
            self.window.close()
        self.bot.waitUntil(lambda: self.tasks.is_idle, timeout=5000)
        assert self.tasks.stop(5.0)
        self.book.close()

    # --- gestures -------------------------------------------------------------------------------------------------

    @property
    def page(self) -> str:
        """Name of the page in front."""
        assert self.window is not None
        return self.window.board.page.accessibleName()

    def text(self, name: str) -> str:
        """What a label says."""
        assert self.window is not None
        every = [*self.window.board.page.findChildren(QLabel, name), *self.window.findChildren(QLabel, name)]
        assert every, name
        return next((each for each in every if each.isVisible()), every[0]).text()

    def press(self, key: Qt.Key) -> None:
        """A key, wherever the keyboard is."""
        assert self.window is not None
        focus = QApplication.focusWidget()
        self.bot.keyClick(focus if focus is not None and focus.window() is self.window else self.window, key)

    def click(self, name: str) -> None:
        """A button by its name."""
        assert self.window is not None
        found = [each for each in self.window.findChildren(QPushButton, name) if each.isVisible()]
        assert found, f"no button {name!r} in sight"
        assert found[0].isEnabled(), f"button {name!r} cannot be pressed"
        self.bot.mouseClick(found[0], Qt.MouseButton.LeftButton)

    def type(self, name: str, text: str) -> None:
        """Into a field, with Enter."""
        assert self.window is not None
        found = self.window.findChild(QWidget, name)
        assert found is not None
        self.bot.keyClicks(found, text)
        self.bot.keyClick(found, Qt.Key.Key_Return)

    def wait_page(self, name: str, timeout: int = 20000) -> None:
        """Until this page is in front."""
        self.bot.waitUntil(lambda: self.page == name, timeout=timeout)

    def begin(self, *, with_meter: bool) -> None:
        """Name, meter, Enter."""
        assert self.window is not None
        choose = self.window.board.choose_page
        if not choose.operator:
            self.bot.keyClicks(self.window.findChild(QWidget, "Operator"), "A. Weber")
        if with_meter:
            self.click("Find the meter")
            self.bot.waitUntil(lambda: choose.is_ready, timeout=5000)
        self.click("Action")

    def go_through(self, until: Callable[[], bool], *, sees_right: bool = True, timeout_s: float = 60.0) -> None:
        """Do what each page says until ``until`` holds."""
        assert self.window is not None
        for _ in range(int(timeout_s * 50)):
            if until():
                return
            self._do_page(sees_right=sees_right)
            self.bot.wait(15)
        raise AssertionError(f"still on {self.page!r}: {self.window.session and self.window.session.view}")

    def _do_page(self, *, sees_right: bool) -> None:
        assert self.window is not None
        session = self.window.session
        view = session.view if session is not None else None
        if self.page == "Instruction page":
            self.press(Qt.Key.Key_Return)
        elif self.page == "Number page":
            self.window.board.number.field.setText("20")
            self.press(Qt.Key.Key_Return)
        elif self.page == "Question page" and view is not None:
            if isinstance(view.step, Ask):
                self._look_and_answer(view.step, sees_right=sees_right)
            else:  # a calibration takes the fewest levels there are
                self.press(Qt.Key.Key_3 if len(getattr(view.step, "choices", ())) == 3 else Qt.Key.Key_1)

    def _look_and_answer(self, step: Ask, *, sees_right: bool) -> None:
        assert self.window is not None
        pattern = self.window.stage.pattern
        if pattern is None or pattern.order != step.pattern:
            return
        if step.choices:
            right = step.good[0] if step.good else pattern.answer
            chosen = right if sees_right else next(each for each in step.choices if each != right)
            self.click(f"Answer {chosen}")
            return
        x, y = _middle_of(pattern) if sees_right else (0, 0)
        self.bot.mouseClick(self.glass, Qt.MouseButton.LeftButton, pos=QPoint(x, y))

    @property
    def glass(self) -> PatternWindow:
        """The pattern on the display."""
        return next(w for w in QApplication.topLevelWidgets() if isinstance(w, PatternWindow) and w.isVisible())

    def picture(self, name: str) -> None:
        """Leave a picture of the window where somebody wants one."""
        folder = os.environ.get("LIGHTBOX_PICTURES", "")
        if folder and self.window is not None:
            self.bot.wait(50)
            self.window.grab().save(str(Path(folder) / f"{name}.png"))

    def _open_meter(self, description: str, _book: MeterBook, typed: TypedReadings) -> Photometer:
        return ManualMeter(typed, clock=self.clock) if description == "manual" else self.meter

    def _write(self, record: CheckRecord, path: Path) -> None:
        path.write_text(record.head.id)
        self.reports.append(path)


def _middle_of(pattern: Pattern) -> tuple[int, int]:
    """A pixel of the place that is the right answer."""
    from calibration.patterns.places import NINE_PLACES, cell_of
    from calibration.patterns.question_patterns import field_at

    rows, columns = pattern.values.shape
    if pattern.answer in NINE_PLACES:
        x, y, width, height = cell_of(pattern.answer, columns, rows)
        return x + width // 2, y + height // 2
    points = ((x, y) for x in range(0, columns, 8) for y in range(0, rows, 8))
    return next(point for point in points if field_at(*point, columns, rows) == pattern.answer)


__all__ = ["CheckRoom", "LookingMeter", "RoomScreens", "monitor"]
