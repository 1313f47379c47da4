"""The viewports of a hanging on the windows there are: widgets made, kept, moved between windows, and painted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import shiboken6
from PySide6.QtCore import QObject, Signal

from calibration.gsdf.display_lut import DisplayLut
from workstation.hanging.hung import HungViewport
from workstation.hanging.screens import HangingScreen
from workstation.qtkit.accessible import named
from workstation.ui.diagnostic_window import DiagnosticWindow, Fractions, Placed
from workstation.ui.frame_loading import FrameLoader
from workstation.ui.outlined_text import TextStamps
from workstation.ui.probe_readout import ProbeReadout
from workstation.ui.viewport_presenter import ViewportPresenter
from workstation.ui.viewport_widget import ViewportContent, ViewportWidget
from workstation.viewing.actions import Activate, GoTo, Move, Pan, Scroll, Zoom
from workstation.viewing.case_view import CaseView

WHOLE: Fractions = (0.0, 0.0, 1.0, 1.0)
NOTHING_HERE = "This layout shows nothing on this display."
LutFinder = Callable[[str], DisplayLut | None]


def share_of(viewport: HungViewport, screen: HangingScreen) -> Fractions:
    """The rectangle of a viewport as shares of its screen."""
    x, y, width, height = viewport.rect
    return x / screen.width, y / screen.height, width / screen.width, height / screen.height


def differing(before: CaseView, now: CaseView) -> set[str]:
    """Viewports that must be painted anew after a change."""
    if before.annotations is not now.annotations:
        return set(now.states)
    changed = {key for key, state in now.states.items() if before.states.get(key) is not state}
    return changed | ({before.active, now.active} if before.active != now.active else set())


class ViewportBoard(QObject):
    """Holds one presenter for each viewport of the hanging.

    Parameters
    ----------
    lut_of
        P-value → DDL table of a screen by its id; None for the identity.
    """

    asked = Signal(object, str)
    """An action and the viewport it is for."""
    dragged = Signal(str, float, float)
    """The left button was dragged in a viewport, device pixels: what it means depends on the tool."""
    resized = Signal(str)
    maximise_asked = Signal(object)

    def __init__(self, loader: FrameLoader, lut_of: LutFinder, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self._lut_of = lut_of
        self._presenters: dict[str, ViewportPresenter] = {}
        self._stamps = TextStamps()

    @property
    def presenters(self) -> Mapping[str, ViewportPresenter]:
        """By viewport id."""
        return dict(self._presenters)

    def lay_out(
        self,
        viewports: Sequence[HungViewport],
        screens: Iterable[HangingScreen],
        windows: Mapping[str, DiagnosticWindow],
    ) -> None:
        """Have exactly these viewports, each in the window of its screen."""
        sizes = {screen.id: screen for screen in screens}
        hung = [viewport for viewport in viewports if viewport.screen in windows]
        self._presenters = {viewport.id: self._presenter(viewport, windows) for viewport in hung}
        self._loader.keep_viewports(self._presenters)
        for screen_id, window in windows.items():
            here = [viewport for viewport in hung if viewport.screen == screen_id]
            placed = [Placed(self._presenters[v.id].widget, share_of(v, sizes[screen_id])) for v in here]
            window.set_viewports(placed or [_quiet(window, ViewportContent(detail=NOTHING_HERE))])

    def say(self, windows: Iterable[DiagnosticWindow], title: str, detail: str = "") -> None:
        """No viewports: a sentence in each window."""
        self._presenters = {}
        self._loader.keep_viewports(())
        for window in windows:
            content = ViewportContent(title=title, detail=detail, spoken=f"{title} {detail}".strip())
            window.set_viewports([_quiet(window, content)])

    def paint(self, view: CaseView, ids: Iterable[str]) -> None:
        """Paint these viewports as ``view`` has them."""
        for viewport_id in ids:
            presenter = self._presenters.get(viewport_id)
            if presenter is not None and shiboken6.isValid(presenter.widget):
                presenter.widget.set_active(viewport_id == view.active)
                presenter.show(view.states.get(viewport_id), view.annotations)

    def loading_has_moved_on(self, ids: Iterable[str]) -> set[str]:
        """More or fewer frames of what these viewports show are in memory; those that wait for a picture."""
        found = [presenter for i in ids if (presenter := self._presenters.get(i)) is not None]
        for presenter in found:
            presenter.loading_has_moved_on()
        return {presenter.hung.id for presenter in found if presenter.is_waiting}

    def _presenter(self, viewport: HungViewport, windows: Mapping[str, DiagnosticWindow]) -> ViewportPresenter:
        presenter = self._presenters.get(viewport.id)
        if presenter is None or not shiboken6.isValid(presenter.widget):
            presenter = ViewportPresenter(viewport, self._widget(viewport.id), self._loader)
            ProbeReadout(presenter.widget, presenter.measured_at)
        presenter.hung = viewport
        presenter.lut = self._lut_of(viewport.screen)
        named(presenter.widget, f"Viewport {viewport.title}")
        presenter.widget.tokens = windows[viewport.screen].tokens
        canvas = windows[viewport.screen].canvas
        if presenter.widget.parent() is not canvas:
            presenter.widget.setParent(canvas)
        return presenter

    def _widget(self, viewport_id: str) -> ViewportWidget:
        widget = ViewportWidget("Viewport", stamps=self._stamps)
        widget.activated.connect(lambda: self.asked.emit(Activate(viewport_id), viewport_id))
        widget.scrolled.connect(lambda steps: self.asked.emit(Scroll(steps), viewport_id))
        widget.scrolled_to.connect(lambda index: self.asked.emit(GoTo(index), viewport_id))
        widget.left_dragged.connect(lambda dx, dy: self.dragged.emit(viewport_id, dx, dy))
        widget.panned.connect(lambda dx, dy: self.asked.emit(_pan(widget, dx, dy), viewport_id))
        widget.zoomed.connect(lambda factor, x, y: self.asked.emit(_zoom(widget, factor, x, y), viewport_id))
        widget.resized.connect(lambda: self.resized.emit(viewport_id))
        widget.maximise_asked.connect(lambda: self.maximise_asked.emit(widget))
        return widget


def _quiet(window: DiagnosticWindow, content: ViewportContent) -> Placed:
    """A viewport without images, for a window on which nothing hangs."""
    widget = ViewportWidget(f"Empty images, {window.screen_id.replace(':', ' ')}", window.canvas)
    widget.tokens = window.tokens
    widget.show_content(content)
    return Placed(widget, WHOLE)


def _pan(widget: ViewportWidget, dx: float, dy: float) -> Move:
    size = widget.image_size
    return Pan(dx / size.width(), dy / size.height())


def _zoom(widget: ViewportWidget, factor: float, x: float, y: float) -> Move:
    size = widget.image_size
    return Zoom(factor, (x / size.width(), y / size.height()))
