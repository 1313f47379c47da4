"""The window of one diagnostic monitor: banner, viewports at the places the hanging gives them, conditions at the foot.

It lays things out and passes intentions on; what is shown and what happens is decided by the stage.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QMouseEvent, QResizeEvent, QScreen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workstation.qtkit.accessible import named
from workstation.qtkit.notifications import ToastStrip
from workstation.qtkit.screens import ScreenDescription
from workstation.qtkit.theme import style_sheet_of
from workstation.qtkit.tokens import Tokens, magnified
from workstation.ui.diagnostic_banner import DiagnosticBanner
from workstation.ui.edge_tool_bar import EdgeToolBar, ToolItem
from workstation.ui.notice_strip import NoticePanel, NoticeStrip
from workstation.ui.override_panel import OverridePanel
from workstation.ui.viewport_widget import ViewportWidget
from workstation.ui.why_panel import Reason, WhyPanel

Fractions = tuple[float, float, float, float]
KeyFinder = Callable[[QKeyEvent], str | None]


@dataclass(frozen=True, eq=False)
class Placed:
    """A viewport and its share of the canvas: x, y, width, height from 0 to 1."""

    viewport: ViewportWidget
    share: Fractions


def rect_of(share: Fractions, width: int, height: int) -> QRect:
    """The share as whole pixels; neighbours meet without gap or overlap because edges are rounded, not sizes."""
    x, y, w, h = share
    left, top = round(x * width), round(y * height)
    return QRect(left, top, round((x + w) * width) - left, round((y + h) * height) - top)


class DiagnosticWindow(QWidget):
    """One per diagnostic monitor. ``action_asked`` carries the identifier of an action of the key map."""

    action_asked = Signal(str)
    override_reason_given = Signal(str)
    close_asked = Signal()

    def __init__(self, screen: ScreenDescription, *, find_action: KeyFinder, tools: Sequence[ToolItem]) -> None:
        super().__init__(None)
        title = screen.title
        named(self, f"Diagnostic window, {title}")
        self.setWindowTitle(f"Lightbox {title}")
        self.tokens = magnified(Tokens(), screen.magnification)
        self._dress()
        self._screen_id = screen.id
        self._find_action = find_action
        self._placed: tuple[Placed, ...] = ()
        self._maximised: ViewportWidget | None = None
        self.banner = DiagnosticBanner(title, self.tokens, self)
        self.canvas = named(QWidget(self), f"Images, {title}")
        self.strip = NoticeStrip(title, self.tokens, self)
        self.why = WhyPanel(f"Why this layout: {title}", self.tokens, self)
        self._notices = NoticePanel(title, self.tokens, self)
        self._override = OverridePanel(title, self.tokens, self)
        self._tools = EdgeToolBar(tools, title, self.tokens, self)
        self.toasts = ToastStrip(self)
        self._lay_out()
        self._connect()

    @property
    def screen_id(self) -> str:
        """``diagnostic:1``."""
        return self._screen_id

    @property
    def viewports(self) -> tuple[ViewportWidget, ...]:
        return tuple(placed.viewport for placed in self._placed)

    @property
    def maximised(self) -> ViewportWidget | None:
        """The viewport that fills the canvas now."""
        return self._maximised

    # --- what the stage sets

    def set_viewports(self, placed: Sequence[Placed]) -> None:
        """Show exactly these viewports; others that were here are deleted unless they went to another window."""
        kept = {each.viewport for each in placed}
        for old in self.viewports:
            if old not in kept and old.parent() is self.canvas:
                old.hide()
                old.deleteLater()
        self._placed = tuple(placed)
        if self._maximised not in kept:
            self._maximised = None
        for each in placed:
            if each.viewport.parent() is not self.canvas:
                each.viewport.setParent(self.canvas)
            each.viewport.removeEventFilter(self)
            each.viewport.installEventFilter(self)
        self._place_viewports()

    def toggle_maximised(self, viewport: ViewportWidget) -> None:
        """Let one viewport fill the canvas, or put all back."""
        self._maximised = None if self._maximised is viewport else viewport
        self._place_viewports()

    def mark_tools(self, actions: Collection[str]) -> None:
        """Show which tools and switches of the tool bar are on."""
        self._tools.mark(actions)

    def explain(self, sentence: str, reasons: Sequence[Reason]) -> None:
        """What the "why" beside the protocol's name opens."""
        self.why.explain(sentence, reasons)

    def ask_override(self, sentence: str, *, is_only_hope: bool) -> None:
        """Say why this display gets no images and offer to use it all the same."""
        self._override.ask(sentence, is_only_hope=is_only_hope)
        self._place_override()

    def refuse_override(self, text: str) -> None:
        """Say what came of the reader's reason."""
        self._override.refuse(text)

    def end_override(self) -> None:
        """The display is in use: nothing to ask."""
        self._override.hide()

    def place_on(self, screen: ScreenDescription, qt_screen: QScreen | None, *, full: bool) -> None:
        """Cover ``screen``; with ``full`` without a frame, else as an ordinary window the reader can move aside."""
        wanted = QRect(*screen.logical_rect)
        if self.isVisible() and full and self.geometry() == wanted and self.screen() is qt_screen:
            return
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint, full)
        if self.isFullScreen():
            self.showNormal()
        if qt_screen is not None:
            self.setScreen(qt_screen)
        self.setGeometry(wanted)
        if full:
            self.showFullScreen()
        else:
            self.showMaximized()

    def close_for_good(self) -> None:
        """The monitor is gone or the program ends."""
        self.close()
        self.deleteLater()

    # --- events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Translate a key into its action; Esc first closes what is open."""
        if event.key() == Qt.Key.Key_Escape and (self.why.isVisible() or self._notices.isVisible()):
            self.why.hide()
            self._notices.hide()
            return
        action = self._find_action(event)
        if action is None:
            super().keyPressEvent(event)
        else:
            self.action_asked.emit(action)

    def closeEvent(self, event: QCloseEvent) -> None:
        """A close from outside (Alt+F4) is a wish for the application; images stay up until it decides."""
        if event.spontaneous():
            event.ignore()
            self.close_asked.emit()
        else:
            event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep panels in their places."""
        super().resizeEvent(event)
        self._place_panels()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the tool bar follow the mouse over the canvas and its viewports; keep viewports in place."""
        if watched is self.canvas and event.type() == QEvent.Type.Resize:
            self._place_viewports()
        if isinstance(event, QMouseEvent) and isinstance(watched, QWidget):
            if event.type() == QEvent.Type.MouseMove and not event.buttons():
                self._tools.follow(self.canvas.geometry(), watched.mapTo(self, event.position().toPoint()))
            elif event.type() == QEvent.Type.MouseButtonPress:
                self.why.hide()
                self._notices.hide()
        return False

    # --- inside

    def _dress(self) -> None:
        own = f"DiagnosticWindow {{ background: {self.tokens.surface.viewport}; }}"
        if self.tokens.factor == 1.0:
            self.setStyleSheet(own)
            return
        size = f"QWidget {{ font-size: {self.tokens.type.body}px; }}"
        self.setStyleSheet(size + style_sheet_of(self.tokens) + own)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetNoConstraint)  # the monitor decides, never the content
        column.addWidget(self.banner)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.strip)
        self.canvas.setMouseTracking(True)
        self.setMouseTracking(True)

    def _connect(self) -> None:
        self.canvas.installEventFilter(self)
        self._tools.asked.connect(self.action_asked)
        self.banner.why_asked.connect(self._toggle_why)
        self.strip.more_asked.connect(lambda: self._notices.toggle(self.strip.notices, self.strip.y()))
        self._override.reason_given.connect(self.override_reason_given)
        self.why.closed.connect(self._focus_back)

    def _toggle_why(self) -> None:
        if self.why.isVisible():
            self.why.close_panel()
        else:
            self.why.open_at(self.width() - 8, self.banner.height() + 4, self.canvas.height() * 2 // 3)

    def _focus_back(self) -> None:
        active = next((viewport for viewport in self.viewports if viewport.is_active), None)
        if active is not None:
            active.setFocus()

    def _place_viewports(self) -> None:
        width, height = self.canvas.width(), self.canvas.height()
        for placed in self._placed:
            viewport = placed.viewport
            is_shown = self._maximised in (None, viewport)
            share = (0.0, 0.0, 1.0, 1.0) if self._maximised is viewport else placed.share
            viewport.setGeometry(rect_of(share, width, height))
            viewport.setVisible(is_shown)

    def _place_override(self) -> None:
        centre = self.canvas.geometry().center()
        self._override.move(centre - QPoint(self._override.width() // 2, self._override.height() // 2))

    def _place_panels(self) -> None:
        self._place_override()
        self.why.hide()
        self._notices.hide()
        self._tools.hide()
