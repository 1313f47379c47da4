"""Between the hand and the screen: fast input is drawn as fast as it can be, the last of it always, none too often."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.helpers.tiny_studies import SLICES, write_tiny_studies
from tests.helpers.viewer_desk import FolderDesk, SetScreens, desk_of_folders, three_monitors
from workstation.imaging.picture import render_view
from workstation.qtkit.tasks import TaskRunner
from workstation.ui import viewport_presenter
from workstation.ui.viewer_stage import ViewerStage
from workstation.ui.viewport_widget import ViewportWidget

CURRENT = "Viewport diagnostic 1, current axial"


class Paints(QObject):
    """Counts how often a viewport is painted, and keeps what was shown each time."""

    def __init__(self, widget: ViewportWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self.shown: list[tuple[str, str]] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self.shown.append((self._widget.content.title, self._widget.accessibleDescription()))
        return False


class Hand:
    """The desk of a head CT, and what a reader does to its current series."""

    def __init__(self, bot: QtBot, desk: FolderDesk) -> None:
        self.bot, self.desk = bot, desk
        self.tasks = TaskRunner(workers=4)
        self.stage = ViewerStage(desk, SetScreens(three_monitors()), self.tasks, desk.topics)
        self.stage.start()

    def open(self) -> None:
        with self.bot.waitSignal(self.stage.shown, timeout=10000):
            self.desk.open()
        self.settle()

    def settle(self) -> None:
        self.bot.waitUntil(lambda: self.tasks.is_idle, timeout=20000)
        self.bot.wait(120)

    @property
    def widget(self) -> ViewportWidget:
        return next(w for window in self.stage.windows for w in window.viewports if w.accessibleName() == CURRENT)

    def wheel(self, notches: int) -> None:
        at = QPointF(100, 100)
        turned = QWheelEvent(
            at,
            QPointF(self.widget.mapToGlobal(at)),
            QPoint(),
            QPoint(0, -120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.widget, turned)

    def assert_right(self) -> None:
        """What is shown is what the state says, to the last bit."""
        assert self.stage.view is not None
        state = self.stage.view.active_state
        assert state is not None
        size = (self.widget.image_size.width(), self.widget.image_size.height())
        ref = state.display_set.frames[state.index]
        frame = self.desk.frame_source.fetch(ref.sop_uid, ref.frame_index)
        wanted = render_view(frame, state.header, state.presentation, state.placement(*size), size)
        assert self.widget.content.pixels is not None
        np.testing.assert_array_equal(self.widget.content.pixels, wanted)
        assert self.widget.accessibleDescription().startswith(f"Image {state.index + 1} of")


@pytest.fixture
def hand(qtbot: QtBot, tmp_path: Path) -> Iterator[Hand]:
    write_tiny_studies(tmp_path)
    hand = Hand(qtbot, desk_of_folders(tmp_path / "ct-head-stat", tmp_path / "ct-head-prior"))
    yield hand
    hand.desk.may_read.set()
    hand.stage.stop()
    assert hand.tasks.stop(5.0)


def test_a_flood_of_wheel_turns_is_drawn_once_a_frame_and_ends_at_the_last(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand.open()
    drawn: list[int] = []
    render = viewport_presenter.render_view
    monkeypatch.setattr(
        viewport_presenter, "render_view", lambda *words, **options: drawn.append(1) or render(*words, **options)
    )
    for turn in range(400):
        hand.wheel(1 if turn % 7 < 4 else -1)
    hand.wheel(-3)
    assert len(drawn) <= 12  # both viewports, a handful of frames
    hand.bot.wait(100)
    assert len(drawn) <= 16
    hand.assert_right()


def test_a_long_drag_of_the_window_ends_where_the_hand_stopped(hand: Hand) -> None:
    hand.open()
    widget = hand.widget
    hand.bot.mousePress(widget, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    for step in range(200):
        hand.bot.mouseMove(widget, QPoint(100 + step % 60, 100 + step % 35))
    hand.bot.mouseMove(widget, QPoint(160, 130))
    hand.bot.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=QPoint(160, 130))
    hand.bot.wait(100)
    assert hand.stage.view.active_state.presentation.window is not None
    hand.assert_right()


def test_the_last_picture_stays_until_the_next_is_here(hand: Hand) -> None:
    """No black viewport between two slices that are read one after the other; each keeps its own texts."""
    hand.desk.may_read.clear()
    with hand.bot.waitSignal(hand.stage.shown, timeout=10000):
        hand.desk.open()
    hand.desk.may_read.set()
    hand.settle()
    hand.desk.frame_source.forget()
    paints = Paints(hand.widget)
    first = hand.widget.accessibleDescription()
    for _ in range(3):
        hand.wheel(1)
        hand.bot.wait(60)
    hand.settle()
    assert not [title for title, _ in paints.shown if title]
    assert paints.shown[-1][1] != first
    hand.assert_right()


def test_a_picture_that_takes_long_is_said_to_be_loading(hand: Hand) -> None:
    hand.open()
    hand.desk.frame_source.forget()
    hand.desk.may_read.clear()
    before = hand.widget.content
    hand.wheel(2)
    hand.bot.wait(30)
    assert hand.widget.content.pixels is before.pixels
    assert hand.widget.content.overlay == before.overlay
    assert hand.widget.content.bar is not None
    assert before.bar is not None
    assert hand.widget.content.bar.index == before.bar.index + 2
    hand.bot.waitUntil(lambda: hand.widget.content.title == "Loading", timeout=2000)
    assert hand.widget.content.pixels is None
    hand.desk.may_read.set()
    hand.settle()
    hand.assert_right()


def test_frames_that_arrive_do_not_draw_the_picture_again(hand: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    hand.open()
    drawn: list[int] = []
    monkeypatch.setattr(viewport_presenter, "render_view", lambda *_words, **_options: drawn.append(1))
    paints = Paints(hand.widget)
    display_set = hand.stage.view.active_state.display_set
    for _ in range(500):
        hand.stage._loader.changed.emit(display_set.uid)
    hand.bot.wait(300)
    assert not drawn
    assert len(paints.shown) <= 6
    assert hand.widget.content.bar.loaded == ((0, SLICES),)
