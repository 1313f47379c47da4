"""Where patterns are shown: the window on the monitor under test, drawn off the GUI thread, gone and back with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QScreen

from calibration.gsdf.display_lut import DisplayLut
from calibration.patterns.drawing import draw
from calibration.patterns.pattern import Pattern, PatternOrder
from calibration.ui.pattern_window import PatternWindow
from workstation.foundation.errors import SomethingMissing, UserFacingError
from workstation.qtkit.screens import ScreenDescription, ScreenMap
from workstation.qtkit.tasks import TaskRunner

PAINT_WITHIN_MS = 5000
"""A pattern that is not on the screen by then will not come: the meter must not be read."""


class PatternStage(QObject):
    """The display under test as a check sees it.

    Parameters
    ----------
    screen
        The monitor; it is followed through unplugging by its identity, and by its serial number where it has one.
    title
        Of the display, for people.
    """

    clicked = Signal(int, int)
    """Device pixels of the pattern."""
    went = Signal()
    came_back = Signal()
    shown = Signal(object)
    """The `Pattern` on the display; None when there is none."""
    key_pressed = Signal(int)
    """A key pressed on the pattern (`Qt.Key`): a person who has just clicked there."""

    def __init__(self, screens: ScreenMap, screen: ScreenDescription, title: str, tasks: TaskRunner) -> None:
        super().__init__()
        self._screens, self._screen, self._title, self._tasks = screens, screen, title, tasks
        self._window: PatternWindow | None = None
        self._pattern: Pattern | None = None
        self._order: PatternOrder | None = None
        self._lut: DisplayLut | None = None
        self._was_there = True
        self._told: tuple[Callable[[], None], Callable[[UserFacingError], None]] | None = None
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(PAINT_WITHIN_MS)
        self._late.timeout.connect(self._never_painted)
        screens.changed.connect(self._look)

    @property
    def is_there(self) -> bool:
        """Whether the monitor is plugged in."""
        return self._found() is not None

    @property
    def screen(self) -> ScreenDescription:
        """The monitor, where it stands now."""
        return self._found() or self._screen

    @property
    def pattern(self) -> Pattern | None:
        """What is shown now."""
        return self._pattern

    @property
    def warning(self) -> str:
        """Why the pattern is not seen pixel by pixel; empty when it is."""
        return "" if self._window is None else self._window.warning

    @property
    def target(self) -> QRect | None:
        """Where the meter is held, on the desktop (logical pixels); None where the pattern has no such place."""
        if self._pattern is None or self._pattern.target is None:
            return None
        x, y, width, height = self._pattern.target
        screen, scale = self.screen, self.screen.scale
        left, top = screen.x + int(x / scale), screen.y + int(y / scale)
        return QRect(left, top, round(width / scale), round(height / scale))

    def show(
        self,
        order: PatternOrder,
        lut: DisplayLut | None,
        on_shown: Callable[[], None],
        on_failure: Callable[[UserFacingError], None],
    ) -> None:
        """Draw and show; ``on_shown`` is told when it is on the screen. A later order takes the place of this one."""
        self._order, self._lut = order, lut
        self._told = (on_shown, on_failure)
        self._late.start()
        width, height = self.screen.width, self.screen.height
        self._tasks.run(
            lambda _: draw(order, width, height),
            owner=self,
            on_success=lambda pattern: self._put(pattern) if self._order is order else None,
            on_failure=lambda error: self._fail(error) if self._order is order else None,
        )

    def set_measuring(self, is_measuring: bool) -> None:
        """Hide the mouse pointer from the meter, or bring it back."""
        if self._window is not None:
            self._window.set_measuring(is_measuring)

    def clear(self) -> None:
        """Take the pattern away; the display shows its desktop again."""
        self._forget()
        if self._window is not None:
            self._window.hide()
        self.shown.emit(None)

    def close(self) -> None:
        """For good."""
        self._forget()
        window, self._window = self._window, None
        if window is not None:
            window.removeEventFilter(self)
            window.close()
            window.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys on the pattern belong to the check, Esc too: it asks before it stops."""
        if watched is self._window and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            self.key_pressed.emit(event.key())
            return True
        return False

    def _forget(self) -> None:
        self._order = self._pattern = self._told = None
        self._late.stop()

    def _put(self, pattern: Pattern) -> None:
        screen = self._screens.qt_screen(self.screen)
        if screen is None:
            return  # it went while drawing; `went` is told by the screens
        window = self._window or self._make(screen)
        self._pattern = pattern
        if not window.isVisible() or window.screen() is not screen:
            window.open_on(screen)
        window.show_pattern(pattern, self._lut)

    def _make(self, screen: QScreen) -> PatternWindow:
        window = PatternWindow(screen, self._title)
        window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)  # the keyboard stays with the instructions
        window.clicked.connect(self.clicked)
        window.shown.connect(self._painted)
        window.installEventFilter(self)
        self._window = window
        return window

    def _painted(self) -> None:
        told, self._told = self._told, None
        if told is None or self._pattern is None or self._pattern.order is not self._order:
            self._told = told
            return
        self._late.stop()
        self.shown.emit(self._pattern)
        told[0]()

    def _never_painted(self) -> None:
        self._fail(
            SomethingMissing(
                "The pattern did not appear on the display under test.",
                "Is the display on, and nothing laid over it? Then go on.",
            )
        )

    def _fail(self, error: UserFacingError) -> None:
        told, self._told = self._told, None
        self._late.stop()
        if told is not None:
            told[1](error)

    def _found(self) -> ScreenDescription | None:
        """The monitor among those there are now."""
        present = self._screens.screens()
        same = [each for each in present if each.identity == self._screen.identity]
        if not same and self._screen.serial:
            maker = (self._screen.maker, self._screen.model, self._screen.serial)
            same = [each for each in present if (each.maker, each.model, each.serial) == maker]
        return same[0] if same else None

    def _look(self) -> None:
        is_there = self.is_there
        if is_there == self._was_there:
            return
        self._was_there = is_there
        if is_there:
            self.came_back.emit()
            return
        self._forget()
        if self._window is not None:
            self._window.hide()  # the system would move it to another monitor
        self.went.emit()
