"""The stage: follows the active case onto the diagnostic monitors, and turns keys and gestures into what is shown.

Hanging and loading run off the GUI thread; drawing takes what is in memory. A monitor that comes or goes, a series
that arrives, a display that fails: the case is hung again, and what the reader has touched stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from workstation.foundation.conditions import Severity
from workstation.foundation.errors import UserFacingError
from workstation.hanging.hung import Hanging
from workstation.qtkit.tasks import TaskRunner
from workstation.qtkit.throttle import Throttle
from workstation.reading.case import Case
from workstation.ui.cine import Cine
from workstation.ui.diagnostic_set import Screens
from workstation.ui.diagnostic_window import DiagnosticWindow
from workstation.ui.hanging_runs import HangingRuns, HangingWish
from workstation.ui.hanging_work import HungCase, ViewerDesk
from workstation.ui.paint_queue import PaintQueue
from workstation.ui.stack_loading import StackLoader
from workstation.ui.stage_windows import StageWindows
from workstation.ui.viewport_board import LutFinder, ViewportBoard, differing
from workstation.ui.viewport_widget import ViewportWidget
from workstation.viewing.actions import Action, OneToOne, Play, action_of_drag
from workstation.viewing.case_view import CaseView, open_view
from workstation.viewing.keys import KEY_MAP, KeyBinding

REHANG_MS = 700
RECENTRE_MS = 150
NO_CASE = "No case is open"
NOT_REHUNG = "images-not-rehung"
NO_CASE_ADVICE = "Open one from the worklist."


class ViewerStage(QObject):
    """Controls all diagnostic windows.

    Parameters
    ----------
    topics
        Tells what changed at the desk, on the GUI thread: an object with a signal ``changed(str)`` (`DeskSignals`).
    lut_of
        P-value → DDL table of a screen by its id.
    """

    command = Signal(str)
    """An action of the key map that is not about images: the application does it."""
    shown = Signal(str)
    """Key of the case that has just been hung."""
    close_asked = Signal()

    def __init__(
        self,
        desk: ViewerDesk,
        screens: Screens,
        tasks: TaskRunner,
        topics: QObject,
        *,
        bindings: Sequence[KeyBinding] = KEY_MAP,
        lut_of: LutFinder = lambda _screen_id: None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._tasks = tasks
        self._bindings = {binding.id: binding for binding in bindings}
        self._windows = StageWindows(desk, screens, tasks, bindings, self)
        self._runs = HangingRuns(desk, tasks, self._wish, self)
        self._loader = StackLoader(desk.frame_source, tasks, self)
        self._board = ViewportBoard(self._loader, lut_of, self)
        self._cine = Cine(self._play_on, self)
        self._case: Case | None = None
        self._hung: HungCase | None = None
        self._view: CaseView | None = None
        self._stage: str | None = None
        self._paint = PaintQueue(self._paint_these, self)
        self._rehang = Throttle[None](lambda _: self._runs.run(), parent=self, interval_ms=REHANG_MS)
        self._recentre = QTimer(self)
        self._recentre.setSingleShot(True)
        self._recentre.setInterval(RECENTRE_MS)
        self._connect(topics)

    # --- for the application

    @property
    def windows(self) -> tuple[DiagnosticWindow, ...]:
        """The diagnostic windows, by screen id."""
        return self._windows.windows

    @property
    def view(self) -> CaseView | None:
        """What is on the screens; None while nothing hangs."""
        return self._view

    @property
    def is_playing(self) -> bool:
        """Whether a clip plays."""
        return bool(self._cine.playing)

    @property
    def hanging(self) -> Hanging | None:
        """The hanging on the screens."""
        return self._view.hanging if self._view else None

    def start(self) -> None:
        """Show the windows and whatever case is active."""
        self._windows.show_all()
        self._clear()
        self._follow()

    def stop(self) -> None:
        """Take everything down."""
        self._cine.stop()
        self._rehang.cancel()
        self._paint.stop()
        self._recentre.stop()
        self._loader.forget()
        self._runs.stop()
        self._tasks.drop(self._loader)
        self._windows.close_all()

    def do(self, action_id: str) -> None:
        """Do an action of the key map: here when it is about images, else the application is told."""
        binding = self._bindings.get(action_id)
        if binding is not None and binding.action is not None:
            self.apply(binding.action)
        elif action_id == "image.one_to_one":
            self._one_to_one()
        elif action_id == "image.cine":
            self._toggle_cine()
        elif action_id in ("image.next_stage", "image.previous_stage"):
            self._step_stage(1 if action_id == "image.next_stage" else -1)
        else:
            self.command.emit(action_id)

    def apply(self, action: Action, viewport_id: str | None = None) -> None:
        """Change what is shown, and draw it: at most once a frame, the latest state wins."""
        if self._view is None:
            return
        before = self._view
        try:
            self._view = before.apply(action, viewport_id)
        except UserFacingError as error:
            self._windows.tell(str(error), viewport_id or before.active, before)
        if self._view is before:
            return
        self._paint.add(differing(before, self._view))
        if (before.is_linked, before.tool) != (self._view.is_linked, self._view.tool):
            self._show_words()
        self._recentre.start()

    # --- following the desk

    def _connect(self, topics: QObject) -> None:
        topics.changed.connect(self._topic)  # type: ignore[attr-defined]  # DeskSignals, or a test's own
        self._windows.screens_changed.connect(self._screens_changed)
        self._windows.action_asked.connect(self.do)
        self._windows.close_asked.connect(self.close_asked)
        self._windows.overridden.connect(self._runs.run)
        self._runs.hung.connect(self._hung_now)
        self._runs.failed.connect(self._could_not_hang)
        self._cine.rate_changed.connect(self._show_words)
        self._loader.changed.connect(self._frames_changed)
        self._board.asked.connect(self.apply)
        self._board.dragged.connect(self._dragged)
        self._board.resized.connect(lambda viewport_id: self._paint.add((viewport_id,)))
        self._board.maximise_asked.connect(self._toggle_maximised)
        self._recentre.timeout.connect(self._recentre_loading)

    def _topic(self, topic: str) -> None:
        if topic == "case":
            self._follow()
        elif topic in ("images", "displays") and self._case is not None:
            self._rehang.submit(None)
        elif topic == "conditions":
            self._show_words()

    def _follow(self) -> None:
        case = self._desk.active_case
        if case is None:
            self._clear()
        elif self._case is None or case.key != self._case.key:
            self._open(case)
        elif case != self._case:
            self._case = case
            self._show_words()
            self._runs.run()

    def _clear(self) -> None:
        self._give_up()
        self._case = None
        self._board.say(self.windows, NO_CASE, NO_CASE_ADVICE)
        self._show_words()

    def _open(self, case: Case) -> None:
        """Take the old images down at once: never one patient's images under another's name."""
        self._give_up()
        self._case = case
        self._board.say(self.windows, "Opening", case.title)
        self._show_words()
        self._runs.run()

    def _give_up(self) -> None:
        self._runs.give_up()
        self._cine.stop()
        self._rehang.cancel()
        self._loader.forget()
        self._hung, self._view, self._stage = None, None, None
        self._paint.clear()

    # --- hanging

    def _wish(self) -> HangingWish | None:
        if self._case is None:
            return None
        return HangingWish(self._case, self._windows.all_screens(), self._stage_wanted())

    def _stage_wanted(self) -> str | None:
        if self._view is not None and self._view.touched:
            return self._view.hanging.stage
        return self._stage

    def _hung_now(self, hung: HungCase) -> None:
        self._desk.conditions.end(NOT_REHUNG)
        if self._case is not None and hung.case.key == self._case.key:
            self._case = hung.case
            self._take(hung)

    def _could_not_hang(self, error: UserFacingError) -> None:
        """Images that hang stay; what went wrong is said in the strip. With nothing hung it is said in the windows."""
        if self._view is None:
            self._board.say(self.windows, error.what, error.advice)
        else:
            self._desk.conditions.raise_condition(NOT_REHUNG, Severity.WARN, error.what, error.advice)

    def _take(self, hung: HungCase) -> None:
        before, self._hung = self._hung, hung
        if hung.hanging is None:
            received, expected = hung.images
            count = f"{received} of {expected} are here." if expected else "They are on their way."
            self._board.say(self.windows, "Waiting for images", count)
            self._show_words()
            return
        self._view = self._next_view(hung, hung.hanging, before)
        self._windows.show_all({viewport.screen for viewport in self._view.hanging.viewports})
        self._board.lay_out(self._view.hanging.viewports, hung.screens, self._windows.by_screen)
        self._load()
        self._show_words()
        self._paint.paint_now(self._board.presenters)
        self._start_clips(before)
        self.shown.emit(hung.case.key)

    def _next_view(self, hung: HungCase, hanging: Hanging, before: HungCase | None) -> CaseView:
        offered = hung.presentation_states.states
        if self._view is None:
            return open_view(hanging, hung.studies, offered, annotations=self._desk.preferences.annotations)
        view = self._view
        if before is not None and before.screens != hung.screens:
            view = replace(view, hanging=hanging)  # places on monitors that changed are worth nothing
        return view.rehung(hanging, hung.studies, offered)

    def _step_stage(self, steps: int) -> None:
        if self._view is not None:
            self._stage = self._view.hanging.next_stage(steps)
            self._view = replace(self._view, touched=frozenset())
            self._runs.run()

    def _screens_changed(self) -> None:
        if self._case is None:
            self._clear()
        elif self._hung is None:
            self._board.say(self.windows, "Opening", self._case.title)
        self._show_words()
        self._runs.run()

    # --- loading

    def _load(self) -> None:
        if self._view is None:
            return
        view = self._view
        order = sorted(view.hanging.viewports, key=lambda v: (v.id != view.active, v.from_ != "current"))
        states = [view.states[viewport.id] for viewport in order if viewport.id in view.states]
        self._loader.load_stacks((state.display_set, state.index) for state in states)

    def _recentre_loading(self) -> None:
        state = self._view.active_state if self._view else None
        if state is not None and not self._loader.loaded(state.display_set)[state.index]:
            self._loader.recentre(state.display_set, state.index)

    def _frames_changed(self, display_set_uid: str) -> None:
        if self._view is None:
            return
        ids = {key for key, state in self._view.states.items() if state.display_set.uid == display_set_uid}
        waiting = self._board.loading_has_moved_on(ids)
        if waiting:
            self._paint.add(waiting)
        self._paint.add(ids - waiting, is_progress=True)

    # --- drawing

    def _paint_these(self, ids: set[str]) -> None:
        if self._view is not None:
            self._board.paint(self._view, ids)
            if self._cine.playing in ids and self._cine.playing in self._view.states:
                self._cine.painted(self._view.states[self._cine.playing].index)

    def _show_words(self) -> None:
        self._windows.show_words(self._case, self._hung, self._view, playing=self._cine.words)

    # --- gestures

    def _dragged(self, viewport_id: str, dx: float, dy: float) -> None:
        state = self._view.states.get(viewport_id) if self._view else None
        presenter = self._board.presenters.get(viewport_id)
        if self._view is None or state is None or presenter is None:
            return
        size = presenter.widget.image_size
        base = presenter.base_window(state)
        action = action_of_drag(self._view.tool, dx, dy, (size.width(), size.height()), base)
        self.apply(action, viewport_id)

    def _one_to_one(self) -> None:
        presenter = self._board.presenters.get(self._view.active) if self._view else None
        if presenter is not None:
            size = presenter.widget.image_size
            self.apply(OneToOne(size.width(), size.height()))

    def _toggle_maximised(self, widget: ViewportWidget) -> None:
        for window in self.windows:
            if widget in window.viewports:
                window.toggle_maximised(widget)

    def _toggle_cine(self) -> None:
        state = self._view.active_state if self._view else None
        if self._view is not None and state is not None and state.count > 1:
            self._cine.toggle(self._view.active, state.header.frame_time_ms)
            self._show_words()

    def _start_clips(self, before: HungCase | None) -> None:
        """A clip that the protocol wants played begins by itself when it is first hung."""
        if before is not None and before.hanging is not None:
            return
        clip = next((v for v in self.hanging.viewports if v.is_cine), None) if self.hanging else None
        if clip is not None and clip.display_set is not None:
            self._cine.play(clip.id, clip.display_set.instances[0].frame_time_ms)

    def _play_on(self, viewport_id: str, steps: int) -> bool:
        """Show the picture that is due when it is in memory; else have it fetched."""
        state = self._view.states.get(viewport_id) if self._view else None
        if state is None:
            self._cine.stop()
            return False
        due = state.played(steps)
        if self._loader.frame(viewport_id, due.display_set, due.index) is None:
            return False
        self.apply(Play(steps), viewport_id)
        return True
