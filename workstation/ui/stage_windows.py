"""The diagnostic windows as the stage uses them: made, connected, filled with words; overrides carried out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from workstation.foundation.cancel import CancelToken
from workstation.qtkit.notifications import Tone
from workstation.qtkit.screens import ScreenDescription
from workstation.qtkit.tasks import TaskRunner
from workstation.reading.case import Case
from workstation.ui.diagnostic_set import DiagnosticSet, Screens
from workstation.ui.diagnostic_window import DiagnosticWindow
from workstation.ui.hanging_work import HungCase, ViewerDesk
from workstation.ui.viewer_keys import KeyFinder, tools_of
from workstation.ui.window_words import show_words
from workstation.viewing.case_view import CaseView
from workstation.viewing.keys import KeyBinding


class StageWindows(QObject):
    """One window on each monitor that carries images."""

    action_asked = Signal(str)
    """An action of the key map."""
    close_asked = Signal()
    overridden = Signal()
    """A display may be used from now on in spite of its check."""
    screens_changed = Signal()

    def __init__(
        self,
        desk: ViewerDesk,
        screens: Screens,
        tasks: TaskRunner,
        bindings: Sequence[KeyBinding],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._tools = tools_of(bindings)
        self._find_action = KeyFinder(bindings)
        self._set = DiagnosticSet(screens, self._make)
        self._set.screens_changed.connect(self.screens_changed)

    @property
    def by_screen(self) -> Mapping[str, DiagnosticWindow]:
        """The windows by screen id."""
        return self._set.windows

    @property
    def windows(self) -> tuple[DiagnosticWindow, ...]:
        """The windows in the order of their screens' ids."""
        found = self._set.windows
        return tuple(found[screen_id] for screen_id in sorted(found))

    def all_screens(self) -> tuple[ScreenDescription, ...]:
        """Every monitor."""
        return self._set.all_screens()

    def show_all(self, stand_ins: Collection[str] = ()) -> None:
        """Have a window on every image monitor and on ``stand_ins``."""
        self._set.show_all(stand_ins)

    def close_all(self) -> None:
        """Take all windows down."""
        self._set.close_all()

    def show_words(self, case: Case | None, hung: HungCase | None, view: CaseView | None, *, playing: str = "") -> None:
        """Say in every window what is so now."""
        active = self._desk.active_case
        is_active = active is not None and case is not None and active.key == case.key
        conditions = self._desk.conditions.current()
        show_words(self._set.windows, case, hung, view, conditions, is_active=is_active, playing=playing)

    def tell(self, text: str, viewport_id: str, view: CaseView) -> None:
        """Say in passing, on the monitor of a viewport, why something cannot be done there."""
        screens = {viewport.id: viewport.screen for viewport in view.hanging.viewports}
        window = self._set.windows.get(screens.get(viewport_id, ""))
        if window is not None:
            window.toasts.say(text, Tone.NOTE)

    def _make(self, screen: ScreenDescription) -> DiagnosticWindow:
        window = DiagnosticWindow(screen, find_action=self._find_action, tools=self._tools)
        window.action_asked.connect(self.action_asked)
        window.close_asked.connect(self.close_asked)
        window.override_reason_given.connect(lambda reason: self._override(window, reason))
        return window

    def _override(self, window: DiagnosticWindow, reason: str) -> None:
        def work(_: CancelToken) -> None:
            self._desk.override_display(window.screen_id, reason)

        self._tasks.run(
            work,
            owner=window,
            on_success=lambda _: self.overridden.emit(),
            on_failure=lambda error: window.refuse_override(str(error)),
        )
