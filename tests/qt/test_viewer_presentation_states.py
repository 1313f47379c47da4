"""Presentation states on the windows: offered quietly, applied by a key, always named; native pixels at one to one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.helpers.pixel_objects import sequence
from tests.helpers.presentation_states import annotation, graphic, gsps, layer, read_state, softcopy_voi, text_at
from tests.helpers.viewer_desk import FolderDesk, SetScreens, desk_of_folders, three_monitors
from workstation.dicom.dicom_object import open_object
from workstation.dicom.presentation_state import PresentationState, presentation_state_of
from workstation.foundation.byte_source import BytesSource
from workstation.imaging.picture import render_native
from workstation.qtkit.tasks import TaskRunner
from workstation.reading.presentation_states import StatesOfCase
from workstation.ui.diagnostic_window import DiagnosticWindow
from workstation.ui.viewer_stage import ViewerStage
from workstation.ui.viewport_widget import ViewportWidget
from workstation.viewing.actions import GoTo

CT = ("ct_head_prior_current/current",)
IMAGE = "ct_head_prior_current/current/IM0014.dcm"
COMPOSED = "composed_objects/gsps_window_flip_rot90_circle.dcm"


@contextmanager
def _stage(qtbot: QtBot, desk: FolderDesk, size: tuple[int, int] = (760, 700)) -> Iterator[ViewerStage]:
    tasks = TaskRunner(workers=4)
    stage = ViewerStage(desk, SetScreens(three_monitors(*size)), tasks, desk.topics)
    stage.start()
    with qtbot.waitSignal(stage.shown, timeout=20000):
        desk.open()
    qtbot.waitUntil(lambda: tasks.is_idle, timeout=60000)
    yield stage
    stage.stop()
    assert tasks.stop(10.0)


def _widget_of_active(stage: ViewerStage) -> ViewportWidget:
    return next(widget for window in stage.windows for widget in window.viewports if widget.is_active)


def _grabbed(widget: ViewportWidget) -> NDArray[np.uint8]:
    image = widget.grab(widget.image_area).toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    return np.asarray(image.constBits()).reshape(image.height(), image.bytesPerLine())[:, : image.width()].copy()


def _facts(window: DiagnosticWindow) -> str:
    labels = window.strip.findChildren(QLabel)
    return next(label.text() for label in labels if label.accessibleName().startswith("State line"))


def _composed(open_data: Path) -> PresentationState:
    return presentation_state_of(open_object(BytesSource((open_data / COMPOSED).read_bytes())).elements)


def _show_image_of(stage: ViewerStage, qtbot: QtBot, sop_uid: str) -> None:
    assert stage.view is not None
    state = stage.view.active_state
    assert state is not None
    wanted = [frame.sop_uid for frame in state.display_set.frames].index(sop_uid)
    stage.apply(GoTo(wanted))
    qtbot.waitUntil(lambda: _widget_of_active(stage).content.spoken.startswith(f"Image {wanted + 1} "), timeout=20000)
    qtbot.waitUntil(lambda: _widget_of_active(stage).content.pixels is not None, timeout=20000)


def test_a_state_is_offered_applied_by_key_and_named(qtbot: QtBot, open_data: Path) -> None:
    desk = desk_of_folders(*(open_data / part for part in CT))
    state = _composed(open_data)
    desk.states_of_case = StatesOfCase((state,), ("The presentation state is of a kind that is not applied here.",))
    with _stage(qtbot, desk) as stage:
        [uid] = state.images.sop_uids
        _show_image_of(stage, qtbot, uid)
        widget = _widget_of_active(stage)
        before = widget.content
        assert before.overlay is not None
        assert before.overlay.state == ""
        assert before.marks == ()
        assert "1 presentation state" in before.overlay.bottom_left
        assert any("1 presentation state" in _facts(window) for window in stage.windows)
        widget.setFocus()
        qtbot.keyClick(widget, Qt.Key.Key_Y)
        qtbot.waitUntil(lambda: bool(widget.content.marks), timeout=5000)
        overlay = widget.content.overlay
        assert overlay is not None
        assert overlay.state == "Presentation state GSPS1  test"
        assert "Presentation state GSPS1  test." in widget.accessibleDescription()
        for _ in range(2):
            stage.do("image.annotations")
        qtbot.wait(50)
        assert widget.content.overlay is not None
        assert widget.content.overlay.state == overlay.state  # at every level
        drawn = _grabbed(widget)
        stage.do("image.overlays")
        qtbot.waitUntil(lambda: widget.content.marks == (), timeout=5000)
        assert (_grabbed(widget) != drawn).any()
        qtbot.keyClick(widget, Qt.Key.Key_Y, Qt.KeyboardModifier.ShiftModifier)
        qtbot.wait(50)
        assert widget.content.overlay.state == ""


STUDIES = {
    "CT head": CT,
    "mammogram": ("mg_screening/current",),
    "radiograph": ("cr",),
    "PET": ("ct_head_prior_current/current_pet",),
}


@pytest.mark.parametrize("name", STUDIES)
def test_at_one_to_one_the_widget_shows_the_native_picture(qtbot: QtBot, open_data: Path, name: str) -> None:
    """What `workstation render` writes, byte for byte, and black around it."""
    desk = desk_of_folders(*(open_data / part for part in STUDIES[name]))
    with _stage(qtbot, desk) as stage:
        for _ in range(2):
            stage.do("image.annotations")
        assert _is_native(qtbot, stage, desk)


def test_at_one_to_one_a_state_shows_its_native_picture(qtbot: QtBot, open_data: Path) -> None:
    desk = desk_of_folders(*(open_data / part for part in CT))
    state = replace(_composed(open_data), annotations=(), areas=())
    desk.states_of_case = StatesOfCase((state,))
    with _stage(qtbot, desk) as stage:
        [uid] = state.images.sop_uids
        _show_image_of(stage, qtbot, uid)
        for action in ("annotations", "annotations", "next_state"):
            stage.do(f"image.{action}")
        assert _is_native(qtbot, stage, desk, below=2)


def _is_native(qtbot: QtBot, stage: ViewerStage, desk: FolderDesk, below: int = 0) -> bool:
    """``below`` lines of text at the top right are left out of the comparison: a state's name is always written."""
    stage.do("image.one_to_one")
    qtbot.wait(100)
    widget, view = _widget_of_active(stage), stage.view
    assert view is not None
    state = view.active_state
    assert state is not None
    size = widget.image_size.toTuple()
    placement = state.placement(*size)
    assert placement.zoom == 1.0
    ref = state.display_set.frames[state.index]
    frame = desk.frame_source.fetch(ref.sop_uid, ref.frame_index)
    native = render_native(frame, state.header, state.shown)
    wanted = np.zeros((size[1], size[0]), np.uint8)
    left, top = int((placement.x + 0.5) // 1), int((placement.y + 0.5) // 1)
    rows = slice(max(top, 0), min(top + native.shape[0], size[1]))
    columns = slice(max(left, 0), min(left + native.shape[1], size[0]))
    wanted[rows, columns] = native[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    shown = _grabbed(widget)
    skipped = below * 24
    return bool(np.array_equal(shown[skipped:], wanted[skipped:])) and int(wanted.max()) > 0


def test_graphics_lie_on_the_image_they_were_made_for(qtbot: QtBot, open_data: Path) -> None:
    """A filled square in PIXEL units covers those pixels, turned and mirrored as the image is."""
    desk = desk_of_folders(*(open_data / part for part in CT))
    image = pydicom.dcmread(open_data / IMAGE)
    square = graphic("POLYLINE", [200, 100, 260, 100, 260, 160, 200, 160, 200, 100], filled=True)
    words = text_at("TEXT", AnchorPointAnnotationUnits="DISPLAY", AnchorPoint=[0.1, 0.9], AnchorPointVisibility="N")
    dataset = gsps(
        image,
        SoftcopyVOILUTSequence=sequence(softcopy_voi(WindowCenter=40, WindowWidth=80)),
        GraphicLayerSequence=sequence(layer("L", 1)),
        GraphicAnnotationSequence=sequence(annotation("L", [square], [words])),
        ImageRotation=90,
    )
    desk.states_of_case = StatesOfCase((read_state(dataset),))
    with _stage(qtbot, desk) as stage:
        _show_image_of(stage, qtbot, image.SOPInstanceUID)
        for action in ("annotations", "annotations", "next_state", "one_to_one"):
            stage.do(f"image.{action}")
        qtbot.wait(100)
        widget, state = _widget_of_active(stage), stage.view.active_state if stage.view else None
        assert state is not None
        placement = state.placement(*widget.image_size.toTuple())
        shown = _grabbed(widget)
        # a quarter to the right: column 200..260 becomes row 200..260, row 100..160 becomes column 512-160..512-100
        left, top = round(placement.x), round(placement.y)
        part = shown[top + 205 : top + 255, left + 512 - 155 : left + 512 - 105]
        assert part.size
        assert (part == 255).all()
        stage.do("image.overlays")
        qtbot.wait(100)
        assert not (_grabbed(widget)[top + 205 : top + 255, left + 512 - 155 : left + 512 - 105] == 255).all()
