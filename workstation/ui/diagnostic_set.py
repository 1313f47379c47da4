"""The diagnostic windows together: one for each monitor that carries images, re-placed whenever monitors change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtGui import QScreen

from calibration.displays.attached import SeenScreen, attached
from calibration.displays.identity import DisplayFacts
from workstation.hanging.screens import HangingScreen
from workstation.qtkit.screens import ScreenDescription
from workstation.ui.diagnostic_window import DiagnosticWindow

IMAGE_ROLES = ("diagnostic", "mammography", "review")
_ROLES = {"report": "report", "diagnostic": "diagnostic", "mammography": "mammography", "review": "review"}


class Screens(Protocol):
    """What this needs of `workstation.qtkit.screens.ScreenMap`."""

    @property
    def changed(self) -> SignalInstance:
        """Told when monitors came, went or changed."""
        ...

    def screens(self) -> tuple[ScreenDescription, ...]:
        """All monitors with their roles."""
        ...

    def qt_screen(self, screen: ScreenDescription) -> QScreen | None:
        """Qt's object for a monitor."""
        ...


def image_screens(screens: tuple[ScreenDescription, ...]) -> tuple[ScreenDescription, ...]:
    """The monitors that carry images: all but the report's, and the report's too when there is no other."""
    others = tuple(screen for screen in screens if screen.role in IMAGE_ROLES)
    return others or screens


def hanging_screen(screen: ScreenDescription, chrome: Sequence[int]) -> HangingScreen:
    """A monitor as the hanging engine knows it: the part of it that viewports may cover, in device pixels.

    Parameters
    ----------
    chrome
        Heights of the bars in the tokens' pixels; they are drawn larger where the monitor is finer.
    """
    bars = sum(round(height * screen.magnification) for height in chrome)
    return HangingScreen(
        id=screen.id,
        name=screen.name,
        x=screen.x,
        y=screen.y,
        width=screen.width,
        height=max(1, screen.height - round(bars * screen.scale)),
        role=screen.role,  # type: ignore[arg-type]  # one of the four: qtkit.screens.ROLES
    )


def display_facts(screens: Sequence[ScreenDescription]) -> tuple[DisplayFacts, ...]:
    """Which monitors they are, in this order: told as the calibration program tells them, so that records are found."""
    seen = [SeenScreen(s.name, s.maker, s.model, s.serial, s.width, s.height, s.width_mm, s.height_mm) for s in screens]
    return attached(seen)


class DiagnosticSet(QObject):
    """Creates, places and takes down the windows. ``window_made`` comes once for each, before it is shown."""

    window_made = Signal(object)
    screens_changed = Signal()

    def __init__(self, screens: Screens, make: Callable[[ScreenDescription], DiagnosticWindow]) -> None:
        super().__init__()
        self._screens = screens
        self._make = make
        self._windows: dict[str, DiagnosticWindow] = {}
        self._is_shown = False
        self._stand_ins: frozenset[str] = frozenset()
        screens.changed.connect(self._plugged)

    @property
    def windows(self) -> Mapping[str, DiagnosticWindow]:
        """The windows by screen id."""
        return dict(self._windows)

    def descriptions(self) -> tuple[ScreenDescription, ...]:
        """The monitors that carry images now."""
        return image_screens(self._screens.screens())

    def all_screens(self) -> tuple[ScreenDescription, ...]:
        """Every monitor."""
        return self._screens.screens()

    def show_all(self, stand_ins: Collection[str] = ()) -> None:
        """Have a window on every image monitor, and on ``stand_ins``: others on which images hang for want of one."""
        self._is_shown = True
        self._stand_ins = frozenset(stand_ins)
        self._place_all()

    def close_all(self) -> None:
        """Take all windows down."""
        self._is_shown = False
        self._close_others(())

    def _plugged(self) -> None:
        if self._is_shown:
            self._place_all()
        self.screens_changed.emit()

    def _place_all(self) -> None:
        screens = self._screens.screens()
        images = image_screens(screens)
        wanted = [screen for screen in screens if screen in images or screen.id in self._stand_ins]
        self._close_others([screen.id for screen in wanted])
        for screen in wanted:
            window = self._windows.get(screen.id)
            if window is None:
                window = self._windows[screen.id] = self._make(screen)
                self.window_made.emit(window)
            window.place_on(screen, self._screens.qt_screen(screen), full=screen.role != "report")

    def _close_others(self, kept: Collection[str]) -> None:
        for screen_id in [screen_id for screen_id in self._windows if screen_id not in kept]:
            self._windows.pop(screen_id).close_for_good()
