"""The two sides of a comparison: our viewports, and the same frames through QPainter's smooth scaling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from tests.helpers.viewer_desk import desk_of_folders
from workstation.foundation.cancel import CancelToken
from workstation.hanging.hung import HungViewport
from workstation.imaging.gray_table import chain_for, ddl_table, look_up
from workstation.qtkit.tasks import TaskRunner
from workstation.ui.blitting import image_of
from workstation.ui.frame_loading import FrameLoader
from workstation.ui.image_overlay import OverlayPainter
from workstation.ui.outlined_text import TextStamps
from workstation.ui.position_bar import paint_position_bar
from workstation.ui.viewport_presenter import ViewportPresenter
from workstation.ui.viewport_widget import FRAME, ViewportContent, ViewportWidget
from workstation.viewing.annotations import AnnotationLevel
from workstation.viewing.viewport_state import ViewportState

Size = tuple[int, int]
Scroller = Callable[[], None]


class LoadedStack:
    """The display set of a folder with all its frames in memory."""

    def __init__(self, folder: Path) -> None:
        self.desk = desk_of_folders(folder)
        (study,) = self.desk.studies_of(self.desk.a_case())
        (self.display_set,) = study.hangable()
        self.desk.frame_source.load(self.display_set, lambda: 0, CancelToken())
        self.tasks = TaskRunner(workers=2)
        self.loader = FrameLoader(self.desk.frame_source, self.tasks)
        self.hung = HungViewport(
            "one",
            "diagnostic:1",
            (0, 0, 1, 1),
            self.display_set,
            self.display_set.study_uid,
            self.display_set.series_uid,
            self.display_set.plane,
            "current",
            "",
        )

    @property
    def count(self) -> int:
        return len(self.display_set.frames)

    def close(self) -> None:
        """Let go of everything."""
        self.tasks.drop(self.loader)
        self.tasks.stop(5.0)


class Stage:
    """A window without a frame, filled with equal viewports beside and below each other."""

    def __init__(self, viewports: Sequence[QWidget], size: Size, left: int) -> None:
        self._window = QWidget(None, Qt.WindowType.X11BypassWindowManagerHint | Qt.WindowType.FramelessWindowHint)
        across = 1 if len(viewports) == 1 else 2
        self._window.setGeometry(left, 0, across * size[0], -(-len(viewports) // across) * size[1])
        for number, viewport in enumerate(viewports):
            viewport.setParent(self._window)
            viewport.setGeometry(number % across * size[0], number // across * size[1], *size)
        self._window.show()
        QApplication.processEvents()

    def close(self) -> None:
        """Take the window down."""
        self._window.close()
        self._window.deleteLater()


def our_scroller(stack: LoadedStack, widgets: Sequence[ViewportWidget]) -> Scroller:
    """Shows the next picture in each of our viewports, and comes back when all are painted."""
    presenters = [ViewportPresenter(stack.hung, widget, stack.loader) for widget in widgets]

    def show(index: int) -> None:
        for number, presenter in enumerate(presenters):
            state = ViewportState(stack.display_set, (index + number) % stack.count)
            presenter.show(state, AnnotationLevel.FULL)

    return _stepping(show)


class SmoothWidget(QWidget):
    """A windowed 8-bit frame enlarged by QPainter, with the texts that we write over it."""

    def __init__(self, stamps: TextStamps) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._picture: NDArray[np.uint8] | None = None
        self._texts = ViewportContent()
        self._tokens = ViewportWidget("Measures").tokens
        self._overlay = OverlayPainter(stamps)

    def show_picture(self, picture: NDArray[np.uint8], texts: ViewportContent) -> None:
        """Show them from the next paint on."""
        self._picture, self._texts = picture, texts
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Black, the image, the texts."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#000000"))
        area = self.rect().adjusted(FRAME, FRAME, -FRAME, -FRAME)
        side = min(area.width(), area.height())
        if self._picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            corner = area.center() - QPoint(side // 2, side // 2)
            painter.drawImage(QRect(corner.x(), corner.y(), side, side), image_of(self._picture))
        if self._texts.overlay is not None and self._texts.bar is not None:
            self._overlay.paint(painter, area, self._texts.overlay, self._tokens)
            paint_position_bar(painter, area, self._texts.bar, self._tokens)
        painter.end()


def smooth_scroller(stack: LoadedStack, widgets: Sequence[SmoothWidget]) -> Scroller:
    """The same through QPainter. Its texts are made beforehand: they cost it nothing but their drawing."""
    display_set = stack.display_set
    texts = _texts(stack, widgets[0])

    def show(index: int) -> None:
        for number, widget in enumerate(widgets):
            at = (index + number) % stack.count
            ref = display_set.frames[at]
            frame = stack.desk.frame_source.get(ref.sop_uid, ref.frame_index)
            assert frame is not None
            table = ddl_table(chain_for(display_set.header_at(at)), frame.pixels.dtype)
            widget.show_picture(look_up(frame.pixels, table), texts[at])

    return _stepping(show)


def _texts(stack: LoadedStack, like: QWidget) -> list[ViewportContent]:
    hidden = ViewportWidget("Texts")
    hidden.resize(like.size())
    presenter = ViewportPresenter(stack.hung, hidden, stack.loader)
    found = []
    for index in range(stack.count):
        presenter.show(ViewportState(stack.display_set, index), AnnotationLevel.FULL)
        found.append(hidden.content)
    return found


def _stepping(show: Callable[[int], None]) -> Scroller:
    place = iter(range(10**9))

    def step() -> None:
        show(next(place))
        QApplication.processEvents()

    return step
