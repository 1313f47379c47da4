"""The stage with real hanging and real pixels: a case appears, is scrolled, survives unplugging, never waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from calibration.checks.display_state import StateName
from tests.helpers.tiny_studies import SLICES, write_tiny_studies
from tests.helpers.viewer_desk import FolderDesk, SetScreens, desk_of_folders, three_monitors
from workstation.foundation.conditions import Severity
from workstation.foundation.errors import UserFacingError
from workstation.imaging.picture import render_view
from workstation.qtkit.tasks import TaskRunner
from workstation.ui.viewer_stage import NO_CASE, ViewerStage
from workstation.ui.viewport_widget import ViewportWidget
from workstation.viewing.actions import GoTo, Scroll, StepSeries
from workstation.viewing.annotations import AnnotationLevel


class Room:
    """A stage on three monitors with a desk."""

    def __init__(self, bot: QtBot, desk: FolderDesk) -> None:
        self.bot = bot
        self.desk = desk
        self.tasks = TaskRunner(workers=4)
        self.screens = SetScreens(three_monitors())
        self.stage = ViewerStage(desk, self.screens, self.tasks, desk.topics)

    def open(self) -> None:
        """Open the case and wait until it hangs and every visible image is drawn."""
        with self.bot.waitSignal(self.stage.shown, timeout=5000):
            self.desk.open()
        self.settle()

    def settle(self) -> None:
        """Wait until nothing is loading."""
        self.bot.waitUntil(lambda: self.tasks.is_idle, timeout=5000)
        self.bot.wait(40)

    def viewport(self, name: str) -> ViewportWidget:
        for window in self.stage.windows:
            for widget in window.viewports:
                if widget.accessibleName() == name:
                    return widget
        raise AssertionError([w.accessibleName() for window in self.stage.windows for w in window.viewports])

    def label(self, name: str) -> QLabel:
        for window in self.stage.windows:
            found = window.findChild(QLabel, name)
            if found is not None:
                return found
        raise AssertionError(name)


@pytest.fixture
def desk(tmp_path: Path) -> FolderDesk:
    write_tiny_studies(tmp_path)
    return desk_of_folders(tmp_path / "ct-head-stat", tmp_path / "ct-head-prior")


@pytest.fixture
def room(qtbot: QtBot, desk: FolderDesk) -> Iterator[Room]:
    room = Room(qtbot, desk)
    room.stage.start()
    yield room
    desk.may_read.set()
    desk.may_hang.set()
    room.stage.stop()
    assert room.tasks.stop(5.0)


CURRENT = "Viewport diagnostic 1, current axial"
PRIOR = "Viewport diagnostic 2, prior 1 axial"


def _spoken(widget: ViewportWidget) -> str:
    return widget.accessibleDescription()


def _wheel(widget: ViewportWidget, notches: int) -> None:
    at = QPointF(100, 100)
    event = QWheelEvent(
        at,
        QPointF(widget.mapToGlobal(at)),
        QPoint(),
        QPoint(0, -120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def test_without_a_case_every_window_says_so(room: Room) -> None:
    assert [w.screen_id for w in room.stage.windows] == ["diagnostic:1", "diagnostic:2"]
    for window in room.stage.windows:
        assert [v.content.title for v in window.viewports] == [NO_CASE]


def test_current_and_prior_hang_on_their_monitors(room: Room) -> None:
    room.open()
    current, prior = room.viewport(CURRENT), room.viewport(PRIOR)
    assert _spoken(current).startswith("Image 7 of 12, series ")
    assert current.content.pixels is not None
    assert prior.content.pixels is not None
    assert prior.content.overlay is not None
    assert prior.content.overlay.is_prior
    assert current.is_active
    assert not prior.is_active
    assert room.label("Patient, diagnostic 1").text() == room.label("Patient, diagnostic 2").text() == "SYNTHETIC, ADA"
    assert room.label("Display state, diagnostic 1").text() == "Display not checked"
    assert "prior" in room.label("Hanging protocol, diagnostic 1").text()
    assert room.label("State line, diagnostic 1").text().startswith("Images 12/12")


def test_the_whole_stack_is_loaded_and_drawn_in_the_bar(room: Room) -> None:
    room.open()
    room.bot.waitUntil(lambda: room.viewport(CURRENT).content.bar.loaded == ((0, SLICES),), timeout=5000)


def test_wheel_and_keys_scroll_and_the_prior_follows(room: Room) -> None:
    room.open()
    current = room.viewport(CURRENT)
    _wheel(current, 2)
    room.bot.waitUntil(lambda: _spoken(current).startswith("Image 9 of"))
    assert _spoken(room.viewport(PRIOR)).startswith("Image 9 of")
    room.bot.keyClick(current, Qt.Key.Key_Up)
    room.bot.waitUntil(lambda: _spoken(current).startswith("Image 8 of"))
    room.bot.keyClick(current, Qt.Key.Key_S)
    assert "not linked" in room.label("State line, diagnostic 1").text()
    room.bot.keyClick(current, Qt.Key.Key_End)
    room.bot.waitUntil(lambda: _spoken(current).startswith("Image 12 of"))
    assert _spoken(room.viewport(PRIOR)).startswith("Image 8 of")


def test_window_zoom_pan_invert_and_reset_by_hand(room: Room) -> None:
    room.open()
    current = room.viewport(CURRENT)
    hung = room.stage.view.active_state
    bot = room.bot
    bot.mousePress(current, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    bot.mouseMove(current, QPoint(150, 100))
    bot.mouseRelease(current, Qt.MouseButton.LeftButton, pos=QPoint(150, 100))
    assert room.stage.view.active_state.window().width > 80
    bot.mousePress(current, Qt.MouseButton.MiddleButton, pos=QPoint(100, 100))
    bot.mouseMove(current, QPoint(120, 130))
    bot.mouseRelease(current, Qt.MouseButton.MiddleButton, pos=QPoint(120, 130))
    assert room.stage.view.active_state.pan != (0.0, 0.0)
    bot.keyClick(current, Qt.Key.Key_I)
    bot.keyClick(current, Qt.Key.Key_2)
    assert room.stage.view.active_state.presentation.invert
    bot.keyClick(current, Qt.Key.Key_Space)
    state = room.stage.view.active_state
    assert (state.presentation, state.zoom, state.pan) == (hung.presentation, 1.0, (0.0, 0.0))


def test_the_grabbed_viewport_equals_the_pipeline_at_one_to_one(room: Room) -> None:
    room.open()
    current = room.viewport(CURRENT)
    room.bot.keyClick(current, Qt.Key.Key_O)
    room.bot.keyClick(current, Qt.Key.Key_G)
    room.bot.keyClick(current, Qt.Key.Key_G)
    room.bot.wait(60)
    view = room.stage.view
    state = view.active_state
    assert view.annotations is AnnotationLevel.OFF
    ref = state.display_set.frames[state.index]
    size = (current.image_size.width(), current.image_size.height())
    placement = state.placement(*size)
    assert placement.zoom == 1.0
    frame = room.desk.frame_source.fetch(ref.sop_uid, ref.frame_index)
    wanted = render_view(frame, state.header, state.presentation, placement, size)
    image = current.grab(current.image_area).toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    shown = np.asarray(image.constBits()).reshape(image.height(), image.bytesPerLine())[:, : image.width()]
    assert np.array_equal(shown, wanted)
    assert wanted.any()


def test_drawing_never_waits_for_a_frame(room: Room) -> None:
    room.desk.may_read.clear()
    with room.bot.waitSignal(room.stage.shown, timeout=5000):
        room.desk.open()
    current = room.viewport(CURRENT)
    assert (current.content.title, current.content.pixels) == ("Loading", None)
    _wheel(current, 3)
    room.bot.waitUntil(lambda: _spoken(current) == "Image 10 of 12, series 1, current. Not shown yet.", timeout=2000)
    room.desk.may_read.set()
    room.bot.waitUntil(lambda: current.content.pixels is not None, timeout=5000)
    assert _spoken(current) == "Image 10 of 12, series 1, current."


def test_a_broken_image_says_so_and_the_rest_is_shown(qtbot: QtBot, tmp_path: Path) -> None:
    write_tiny_studies(tmp_path)
    desk = desk_of_folders(tmp_path / "ct-head-stat")
    middle = sorted(desk.headers.values(), key=lambda h: h.position[2])[6].sop_uid
    desk.bytes_of = {**desk.bytes_of, middle: desk.bytes_of[middle][:-3000]}
    room = Room(qtbot, desk)
    room.stage.start()
    room.open()
    current = room.viewport(CURRENT)
    room.bot.waitUntil(lambda: current.content.title == "This image cannot be shown", timeout=3000)
    assert current.content.detail
    _wheel(current, 1)
    room.bot.waitUntil(lambda: current.content.pixels is not None, timeout=3000)
    room.stage.stop()
    assert room.tasks.stop(5.0)


def test_no_prior_leaves_no_foreign_image_and_says_why(qtbot: QtBot, tmp_path: Path) -> None:
    write_tiny_studies(tmp_path)
    desk = desk_of_folders(tmp_path / "ct-head-stat", tmp_path / "cr-chest")
    room = Room(qtbot, desk)
    room.stage.start()
    room.open()
    shown = {state.display_set.study_uid for state in room.stage.view.states.values()}
    assert shown == set(desk.current)
    room.stage.stop()
    assert room.tasks.stop(5.0)


def test_images_that_arrive_are_hung_without_moving_what_was_touched(room: Room) -> None:
    late = {h.sop_uid for h in room.desk.headers.values() if h.position[2] < 20}
    room.desk.hold = late | room.desk.of_study(room.desk.priors[0])
    room.open()
    current = room.viewport(CURRENT)
    room.stage.apply(GoTo(0))
    shown = room.stage.view.active_state.header.sop_uid
    room.desk.arrive()
    room.bot.waitUntil(lambda: room.stage.view.active_state.count == SLICES, timeout=5000)
    assert room.stage.view.active_state.header.sop_uid == shown
    assert room.viewport(CURRENT) is current
    assert room.label("State line, diagnostic 1").text().startswith("Images 12/12")


def test_before_the_first_image_the_windows_say_how_far_it_is(room: Room) -> None:
    room.desk.hold = set(room.desk.headers)
    room.desk.open()
    window = room.stage.windows[0]
    room.bot.waitUntil(lambda: window.viewports[0].content.title == "Waiting for images", timeout=3000)
    assert window.viewports[0].content.detail == "0 of 12 are here."
    with room.bot.waitSignal(room.stage.shown, timeout=5000):
        room.desk.arrive()


def test_unplugging_a_monitor_keeps_images_and_state(room: Room) -> None:
    room.open()
    room.stage.apply(Scroll(3))
    room.stage.apply(StepSeries(1))
    three = three_monitors()
    with room.bot.waitSignal(room.stage.shown, timeout=5000):
        room.screens.plug(three[:2])
    room.settle()
    assert [w.screen_id for w in room.stage.windows] == ["diagnostic:1"]
    names = [v.accessibleName() for v in room.stage.windows[0].viewports]
    assert names == ["Viewport diagnostic 1, current axial", "Viewport diagnostic 1, prior 1 axial"]
    assert _spoken(room.viewport(CURRENT)).startswith("Image 10 of 12")
    with room.bot.waitSignal(room.stage.shown, timeout=5000):
        room.screens.plug(three)
    room.settle()
    assert len(room.stage.windows) == 2
    assert _spoken(room.viewport(CURRENT)).startswith("Image 10 of 12")
    assert room.viewport(PRIOR).content.pixels is not None


def test_without_any_diagnostic_monitor_images_are_not_withheld(room: Room) -> None:
    room.screens.plug(three_monitors()[:1])
    room.open()
    (window,) = room.stage.windows
    assert window.screen_id == "report:1"
    assert not window.isFullScreen()
    assert any(v.content.pixels is not None for v in window.viewports)
    assert any("not a diagnostic screen" in notice.text for notice in window.strip.notices)


def test_a_failed_display_is_used_only_with_a_reason(room: Room) -> None:
    room.desk.states = {"diagnostic:2": StateName.FAILED}
    room.open()
    first, second = room.stage.windows
    assert len(first.viewports) == 2
    assert room.label("Display state, diagnostic 2").text() == "Display failed its check"
    reason = second.findChild(QLineEdit, "Reason for using the display, diagnostic 2")
    use = second.findChild(QPushButton, "Use this display, diagnostic 2")
    assert reason is not None
    assert use is not None
    assert reason.isVisible()
    room.bot.keyClicks(reason, "please refuse this")
    room.bot.mouseClick(use, Qt.MouseButton.LeftButton)
    room.bot.waitUntil(use.isEnabled, timeout=3000)
    reason.clear()
    room.bot.keyClicks(reason, "the other is being repaired")
    with room.bot.waitSignal(room.stage.shown, timeout=5000):
        room.bot.mouseClick(use, Qt.MouseButton.LeftButton)
    assert room.desk.overridden == {"diagnostic:2": "the other is being repaired"}
    assert len(second.viewports) == 1
    assert not reason.isVisible()


def test_when_every_display_failed_each_asks_and_none_shows(room: Room) -> None:
    room.screens.plug(three_monitors()[1:])
    room.desk.states = {"diagnostic:1": StateName.FAILED, "diagnostic:2": StateName.EXPIRED}
    with room.bot.waitSignal(room.stage.shown, timeout=5000):
        room.desk.open()
    for window in room.stage.windows:
        assert all(v.content.pixels is None for v in window.viewports)
        reason = window.findChild(QLineEdit, f"Reason for using the display, {window.screen_id.replace(':', ' ')}")
        assert reason is not None
        assert reason.isVisible()


def test_a_windowless_image_begins_its_drag_at_the_automatic_window(room: Room) -> None:
    room.open()
    plain = {uid: replace(header, pixel=replace(header.pixel, windows=())) for uid, header in room.desk.headers.items()}
    room.desk.headers = plain
    other = replace(room.desk.a_case(), key="plain")
    with room.bot.waitSignal(room.stage.shown, timeout=5000):
        room.desk.open(other)
    room.settle()
    current = room.viewport(CURRENT)
    assert room.stage.view.active_state.window() is None
    assert any("Automatic" in line for line in current.content.overlay.bottom_left)
    room.bot.mousePress(current, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    room.bot.mouseMove(current, QPoint(130, 100))
    room.bot.mouseRelease(current, Qt.MouseButton.LeftButton, pos=QPoint(130, 100))
    assert room.stage.view.active_state.window() is not None


def test_a_double_click_fills_the_screen_and_back(room: Room) -> None:
    room.screens.plug(three_monitors()[:2])
    room.open()
    current, prior = room.viewport(CURRENT), room.viewport("Viewport diagnostic 1, prior 1 axial")
    narrow = current.width()
    room.bot.mouseDClick(current, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    room.bot.mouseRelease(current, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    assert current.width() > narrow
    assert not prior.isVisible()
    room.bot.waitUntil(lambda: current.content.pixels.shape[1] == current.image_size.width())
    room.bot.mouseDClick(current, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    room.bot.mouseRelease(current, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    assert prior.isVisible()


def test_another_case_takes_the_old_images_down_at_once(room: Room) -> None:
    room.open()
    other = replace(room.desk.a_case(), key="another")
    room.desk.may_hang.clear()
    room.desk.open(other)
    room.bot.waitUntil(lambda: room.stage.windows[0].viewports[0].content.title == "Opening", timeout=3000)
    for window in room.stage.windows:
        assert all(v.content.pixels is None for v in window.viewports)
    with room.bot.waitSignal(room.stage.shown, timeout=5000):
        room.desk.may_hang.set()
    room.desk.close()
    room.bot.waitUntil(lambda: room.stage.windows[0].viewports[0].content.title == NO_CASE, timeout=3000)
    assert room.stage.view is None
    assert room.label("Patient, diagnostic 1").text() == ""


def test_a_read_only_case_says_so_in_every_window(room: Room) -> None:
    case = room.desk.a_case(read_only_reason="Dr. Second has this item. You can look, not report.")
    with room.bot.waitSignal(room.stage.shown, timeout=5000):
        room.desk.open(case)
    for number in (1, 2):
        assert room.label(f"Case state, diagnostic {number}").text() == "READ ONLY"
    assert any("Dr. Second" in notice.text for notice in room.stage.windows[0].strip.notices)


def test_a_differing_name_stays_in_the_banner(room: Room) -> None:
    with room.bot.waitSignal(room.stage.shown, timeout=5000):
        room.desk.open(room.desk.a_case(identity_notes=("The prior's name differs.",)))
    assert room.label("Identity note, diagnostic 2").text() == "The prior's name differs."


def test_quarantined_images_and_conditions_are_named(room: Room) -> None:
    room.desk.set_aside = ("Series 1, image 4: it belongs to another patient.",)
    room.open()
    room.desk.conditions.raise_condition("link", Severity.WARN, "Worklist unreachable", "Check the line.")
    room.desk.topics.tell("conditions")
    room.bot.waitUntil(lambda: len(room.stage.windows[0].strip.notices) >= 3)
    texts = [notice.text for notice in room.stage.windows[0].strip.notices]
    assert texts[0] == "Series 1, image 4: it belongs to another patient."
    assert any(text.startswith("Worklist unreachable") for text in texts)


def test_a_hanging_that_fails_is_a_sentence_not_a_crash(room: Room) -> None:
    room.desk.trouble = UserFacingError("The store cannot be read.", "Restart the program.")
    room.desk.open()
    room.bot.waitUntil(lambda: room.stage.windows[0].viewports[0].content.title == "The store cannot be read.")


def test_keys_that_are_not_about_images_go_to_the_application(room: Room) -> None:
    room.open()
    asked: list[str] = []
    room.stage.command.connect(asked.append)
    current = room.viewport(CURRENT)
    room.bot.keyClick(current, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    room.bot.keyClick(current, Qt.Key.Key_N)
    room.bot.keyClick(current, Qt.Key.Key_F12)
    assert asked == ["palette", "worklist.next", "report.sign"]


def test_stages_are_stepped_and_stay(room: Room) -> None:
    room.open()
    before = room.stage.hanging.stage
    with room.bot.waitSignal(room.stage.shown, timeout=5000):
        room.bot.keyClick(room.viewport(CURRENT), Qt.Key.Key_Period)
    assert room.stage.hanging.stage != before
    chosen = room.stage.hanging.stage
    room.desk.arrive()
    with room.bot.waitSignal(room.stage.shown, timeout=5000):
        pass
    assert room.stage.hanging.stage == chosen


def test_a_clip_plays_and_stops(room: Room) -> None:
    room.open()
    current = room.viewport(CURRENT)
    before = room.stage.view.active_state.index
    room.bot.keyClick(current, Qt.Key.Key_C)
    room.bot.waitUntil(lambda: room.stage.view.active_state.index != before, timeout=3000)
    room.bot.keyClick(current, Qt.Key.Key_C)
    stopped = room.stage.view.active_state.index
    room.bot.wait(200)
    assert room.stage.view.active_state.index == stopped


def test_clicking_the_prior_moves_the_active_frame(room: Room) -> None:
    room.open()
    room.bot.mouseClick(room.viewport(PRIOR), Qt.MouseButton.LeftButton)
    room.bot.waitUntil(lambda: room.viewport(PRIOR).is_active)
    assert not room.viewport(CURRENT).is_active
