"""Reformats in the real windows: asked for by key, made off the GUI thread, marked, scrolled, and gone again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, Qt
from pytestqt.qtbot import QtBot

from tests.helpers.tiny_studies import SLICES, write_tiny_studies
from tests.helpers.viewer_desk import FolderDesk, SetScreens, desk_of_folders, three_monitors
from workstation.foundation.cancel import CancelToken
from workstation.imaging.picture import render_view
from workstation.imaging.reformatting import plane_frame
from workstation.imaging.volume import volume_of
from workstation.qtkit.notifications import Toast
from workstation.qtkit.tasks import TaskRunner
from workstation.ui import plane_making
from workstation.ui.viewer_stage import ViewerStage
from workstation.ui.viewport_widget import ViewportWidget
from workstation.viewing.reformat import ReformattedSet
from workstation.viewing.viewport_state import ViewportState

CURRENT = "Viewport diagnostic 1, current axial"


class Room:
    """A stage on three monitors with a desk."""

    def __init__(self, bot: QtBot, desk: FolderDesk) -> None:
        self.bot = bot
        self.desk = desk
        self.tasks = TaskRunner(workers=4)
        self.stage = ViewerStage(desk, SetScreens(three_monitors()), self.tasks, desk.topics)

    def open(self) -> None:
        with self.bot.waitSignal(self.stage.shown, timeout=10000):
            self.desk.open()
        self.settle()

    def settle(self) -> None:
        self.bot.waitUntil(lambda: self.tasks.is_idle, timeout=20000)
        self.bot.wait(40)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.ShiftModifier) -> None:
        """A key over the images, and the plane it asks for."""
        self.bot.keyClick(self.widget, key, modifier)
        self.settle()

    @property
    def widget(self) -> ViewportWidget:
        return next(w for window in self.stage.windows for w in window.viewports if w.accessibleName() == CURRENT)

    @property
    def state(self) -> ViewportState:
        assert self.stage.view is not None
        assert self.stage.view.active_state is not None
        return self.stage.view.active_state

    @property
    def marks(self) -> list[str]:
        overlay = self.widget.content.overlay
        return [overlay.mark] if overlay is not None and overlay.mark else []


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
    room.stage.stop()
    assert room.tasks.stop(10.0)


def test_keys_show_reformats_as_the_pipeline_has_them_and_lead_back(room: Room, desk: FolderDesk) -> None:
    room.open()
    acquired = room.state.display_set
    before = np.array(room.widget.content.pixels)
    for key, name in ((Qt.Key.Key_C, "CORONAL"), (Qt.Key.Key_S, "SAGITTAL"), (Qt.Key.Key_A, "AXIAL")):
        room.press(key)
        shown = room.state.display_set
        assert isinstance(shown, ReformattedSet)
        assert room.marks == [f"REFORMATTED {name}"]
        assert f"Reformatted {name.lower()}" in room.widget.accessibleDescription()
        volume = volume_of(acquired, desk.frame_source, CancelToken())
        frame = plane_frame(volume, shown.planes, room.state.index)
        size = (room.widget.image_size.width(), room.widget.image_size.height())
        wanted = render_view(frame, room.state.header, room.state.shown, room.state.placement(*size), size)
        assert np.array_equal(room.widget.content.pixels, wanted)
        assert wanted.max() > 0
    room.press(Qt.Key.Key_M)
    assert room.state.display_set == acquired
    assert room.marks == []
    assert np.array_equal(room.widget.content.pixels, before)


def test_slabs_and_turns_are_made_and_marked(room: Room) -> None:
    room.open()
    room.press(Qt.Key.Key_C)
    room.press(Qt.Key.Key_Up)
    assert room.marks == ["REFORMATTED CORONAL · MIP 3 mm"]
    room.press(Qt.Key.Key_P)
    assert room.marks == ["REFORMATTED CORONAL · MinIP 3 mm"]
    room.press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert room.marks == ["REFORMATTED OBLIQUE · MinIP 3 mm"]
    assert room.widget.content.pixels is not None
    thin = room.state.index
    room.press(Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier)
    assert room.state.index == thin + 1


def test_planes_are_made_off_the_gui_thread(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    threads = set()

    def watched(*args: object, **options: object) -> object:
        threads.add(threading.current_thread().name)
        return plane_frame(*args, **options)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(plane_making, "plane_frame", watched)
    room.open()
    room.press(Qt.Key.Key_S)
    assert threads
    assert threading.main_thread().name not in threads


def test_a_volume_that_is_not_whole_says_how_far_it_is(room: Room, desk: FolderDesk) -> None:
    desk.may_read.clear()
    desk.open()
    room.bot.waitUntil(lambda: room.stage.view is not None, timeout=10000)
    room.bot.keyClick(room.widget, Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    room.bot.waitUntil(lambda: bool(room.marks), timeout=5000)
    assert room.widget.content.pixels is None
    assert (room.widget.content.title, room.widget.content.detail) == ("Loading", f"0 of {SLICES} images are here")
    desk.may_read.set()
    room.settle()
    assert room.widget.content.pixels is not None
    assert room.marks == ["REFORMATTED CORONAL"]


def test_the_last_plane_stays_with_its_own_texts_until_the_next_one_is_there(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.open()
    room.press(Qt.Key.Key_C)
    gate, made = threading.Event(), list[int]()

    def slow(volume: object, planes: object, index: int, **options: object) -> object:
        gate.wait(10)
        made.append(index)
        return plane_frame(volume, planes, index, **options)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(plane_making, "plane_frame", slow)
    room.bot.wait(200)
    before, begun = room.widget.content, room.state.index
    for _ in range(5):
        room.bot.keyClick(room.widget, Qt.Key.Key_Down)
        QCoreApplication.processEvents()
    assert room.widget.content.pixels is before.pixels
    assert room.widget.content.spoken == before.spoken
    assert room.widget.content.overlay == before.overlay
    room.bot.waitUntil(lambda: room.widget.content.title == "Reformatting", timeout=5000)
    gate.set()
    room.settle()
    assert room.state.index == begun + 5
    assert len(made) <= 3, "planes that nobody looks at any more are not made"
    assert room.widget.content.pixels is not None


def test_what_cannot_be_reformatted_is_said_in_one_line(qtbot: QtBot, tmp_path: Path) -> None:
    write_tiny_studies(tmp_path)
    desk = desk_of_folders(tmp_path / "cr-chest")
    room = Room(qtbot, desk)
    room.stage.start()
    room.open()
    room.stage.do("image.reformat.coronal")
    toasts = [toast.text for window in room.stage.windows for toast in window.findChildren(Toast)]
    assert toasts == ["This series cannot be reformatted: its images do not state how they lie in the patient."]
    room.stage.stop()
    assert room.tasks.stop(10.0)


def test_another_case_takes_the_reformat_down(room: Room, desk: FolderDesk) -> None:
    room.open()
    room.press(Qt.Key.Key_C)
    desk.close()
    room.bot.waitUntil(lambda: room.stage.view is None, timeout=3000)
    assert all(widget.content.pixels is None for window in room.stage.windows for widget in window.viewports)
    room.open()
    assert not isinstance(room.state.display_set, ReformattedSet)
