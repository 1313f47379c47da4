"""Frames for the viewports: the visible one first, stale wishes dropped, stacks one after the other from the middle."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from tests.helpers.hanging_studies import a_display_set, a_stack
from workstation.dicom.display_sets import DisplaySet
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import UserFacingError
from workstation.imaging.loading_order import LoadingOrder
from workstation.imaging.stored_frame import StoredFrame
from workstation.qtkit.tasks import TaskRunner
from workstation.ui.frame_loading import FrameLoader


class ScriptedFrames:
    """Frames that come when the test lets them."""

    def __init__(self) -> None:
        self.there: dict[tuple[str, int], StoredFrame] = {}
        self.broken: set[str] = set()
        self.fetched: list[str] = []
        self.loads: list[tuple[str, int]] = []
        self.may_go = threading.Event()
        self.may_go.set()

    def get(self, sop_uid: str, frame: int, tile: int) -> StoredFrame | None:
        return self.there.get((sop_uid, frame))

    def fetch(self, sop_uid: str, frame: int, tile: int, *, cancel: CancelToken | None = None) -> StoredFrame:
        self.may_go.wait(5)
        if cancel is not None:
            cancel.raise_if_cancelled()
        self.fetched.append(sop_uid)
        if sop_uid in self.broken:
            raise UserFacingError("The image is cut short.", "Ask the site to send it again.")
        self.there[sop_uid, frame] = StoredFrame(np.zeros((2, 2), np.uint16), "MONOCHROME2", 12, is_signed=False)
        return self.there[sop_uid, frame]

    def loaded(self, display_set: DisplaySet) -> list[bool]:
        return [(ref.sop_uid, ref.frame_index) in self.there for ref in display_set.frames]

    def load(
        self,
        display_set: DisplaySet,
        centre: Callable[[], int],
        cancel: CancelToken,
        on_frame: Callable[[int], None],
    ) -> None:
        self.loads.append((display_set.uid, centre()))
        order = LoadingOrder(len(display_set.frames), centre)
        while (index := order.next()) is not None:
            self.may_go.wait(5)
            cancel.raise_if_cancelled()
            ref = display_set.frames[index]
            if ref.sop_uid not in self.broken:
                self.fetch(ref.sop_uid, ref.frame_index, -1)
                on_frame(index)


@pytest.fixture
def frames() -> ScriptedFrames:
    return ScriptedFrames()


@pytest.fixture
def tasks(qtbot: QtBot, frames: ScriptedFrames) -> Iterator[TaskRunner]:
    tasks = TaskRunner(workers=1)
    yield tasks
    frames.may_go.set()
    assert tasks.stop(5.0)


@pytest.fixture
def loader(frames: ScriptedFrames, tasks: TaskRunner) -> FrameLoader:
    return FrameLoader(frames, tasks)


@pytest.fixture
def stack() -> DisplaySet:
    return a_display_set(a_stack("1.2.3", 1, images=9))


def test_a_missing_frame_is_fetched_and_told(
    qtbot: QtBot, loader: FrameLoader, stack: DisplaySet, frames: ScriptedFrames
) -> None:
    with qtbot.waitSignal(loader.changed) as told:
        assert loader.frame("v", stack, 4) is None
    assert told.args == [stack.uid]
    assert loader.frame("v", stack, 4) is not None
    assert loader.loaded(stack) == [index == 4 for index in range(9)]


def test_stale_wishes_are_dropped(
    qtbot: QtBot, loader: FrameLoader, stack: DisplaySet, frames: ScriptedFrames, tasks: TaskRunner
) -> None:
    frames.may_go.clear()
    for index in range(9):
        loader.frame("v", stack, index)
    frames.may_go.set()
    qtbot.waitUntil(lambda: loader.loaded(stack)[8])
    qtbot.waitUntil(lambda: tasks.is_idle)
    asked = {ref.sop_uid: index for index, ref in enumerate(stack.frames)}
    assert sorted(asked[uid] for uid in frames.fetched) in ([0, 8], [8])


def test_a_frame_that_cannot_be_shown_is_asked_for_once_and_named(
    qtbot: QtBot, loader: FrameLoader, stack: DisplaySet, frames: ScriptedFrames
) -> None:
    frames.broken = {stack.frames[2].sop_uid}
    with qtbot.waitSignal(loader.changed):
        loader.frame("v", stack, 2)
    assert loader.failure(stack, 2) == "The image is cut short. Ask the site to send it again."
    loader.frame("v", stack, 2)
    assert len(frames.fetched) == 1


def test_a_frame_that_could_not_be_shown_is_asked_for_again_when_the_case_is_hung_again(
    qtbot: QtBot, loader: FrameLoader, stack: DisplaySet, frames: ScriptedFrames
) -> None:
    frames.broken = {stack.frames[2].sop_uid}
    with qtbot.waitSignal(loader.changed):
        loader.frame("v", stack, 2)
    frames.broken.clear()
    loader.load_stacks([(stack, 2)])
    qtbot.waitUntil(lambda: all(loader.loaded(stack)))
    assert loader.failure(stack, 2) == ""
    assert loader.frame("v", stack, 2) is not None


def test_stacks_are_loaded_in_the_order_given(
    qtbot: QtBot, loader: FrameLoader, stack: DisplaySet, frames: ScriptedFrames
) -> None:
    other = a_display_set(a_stack("1.2.3", 2, images=5))
    loader.load_stacks([(stack, 4), (other, 2)])
    qtbot.waitUntil(lambda: all(loader.loaded(other)))
    assert all(loader.loaded(stack))
    assert frames.loads == [(stack.uid, 4), (other.uid, 2)]


def test_a_jump_recentres_and_the_rest_comes_later(
    qtbot: QtBot, loader: FrameLoader, stack: DisplaySet, frames: ScriptedFrames, tasks: TaskRunner
) -> None:
    other = a_display_set(a_stack("1.2.3", 2, images=5))
    frames.may_go.clear()
    loader.load_stacks([(stack, 4)])
    qtbot.waitUntil(lambda: bool(frames.loads))
    loader.recentre(other, 1)
    frames.may_go.set()
    qtbot.waitUntil(lambda: all(loader.loaded(stack)) and all(loader.loaded(other)))
    assert frames.loads == [(stack.uid, 4), (other.uid, 1), (stack.uid, 4)]


def test_loading_follows_the_reader_without_beginning_anew(
    qtbot: QtBot, loader: FrameLoader, stack: DisplaySet, frames: ScriptedFrames, tasks: TaskRunner
) -> None:
    frames.may_go.clear()
    loader.load_stacks([(stack, 0)])
    qtbot.waitUntil(lambda: bool(frames.loads))
    loader.frame("v", stack, 8)
    frames.may_go.set()
    qtbot.waitUntil(lambda: all(loader.loaded(stack)))
    asked = {ref.sop_uid: index for index, ref in enumerate(stack.frames)}
    assert [asked[uid] for uid in frames.fetched[:4]] == [0, 8, 7, 6]
    assert frames.loads == [(stack.uid, 0)]


def test_the_stack_that_matters_now_pushes_the_running_one_back(
    qtbot: QtBot, loader: FrameLoader, stack: DisplaySet, frames: ScriptedFrames
) -> None:
    other = a_display_set(a_stack("1.2.3", 2, images=5))
    frames.may_go.clear()
    loader.load_stacks([(stack, 4)])
    qtbot.waitUntil(lambda: bool(frames.loads))
    loader.load_stacks([(other, 2), (stack, 4)])
    frames.may_go.set()
    qtbot.waitUntil(lambda: all(loader.loaded(stack)))
    assert all(loader.loaded(other))
    assert frames.loads == [(stack.uid, 4), (other.uid, 2), (stack.uid, 4)]


def test_a_complete_stack_is_not_loaded_again(qtbot: QtBot, loader: FrameLoader, stack: DisplaySet) -> None:
    loader.load_stacks([(stack, 0)])
    qtbot.waitUntil(lambda: all(loader.loaded(stack)))
    loader.recentre(stack, 3)
    loader.load_stacks([(stack, 3)])
    assert all(loader.loaded(stack))


def test_forgetting_drops_everything(
    qtbot: QtBot, loader: FrameLoader, stack: DisplaySet, frames: ScriptedFrames, tasks: TaskRunner
) -> None:
    frames.may_go.clear()
    loader.load_stacks([(stack, 4)])
    loader.frame("v", stack, 0)
    loader.forget()
    frames.may_go.set()
    qtbot.waitUntil(lambda: tasks.is_idle)
    assert not any(loader.loaded(stack))
