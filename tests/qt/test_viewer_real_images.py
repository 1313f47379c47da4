"""Real studies on the windows: what a viewport shows at one to one is what the pixel pipeline gives, byte for byte."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.helpers.viewer_desk import SetScreens, desk_of_folders, three_monitors
from workstation.imaging.picture import render_view
from workstation.imaging.stack_pixels import key_of
from workstation.qtkit.tasks import TaskRunner
from workstation.ui.viewer_stage import ViewerStage

STUDIES = {
    "CT head with prior": ("ct_head_prior_current/current", "ct_head_prior_current/prior"),
    "mammogram with prior": ("mg_screening/current", "mg_screening/prior"),
    "MR brain": ("mr_brain_study",),
}


@pytest.mark.parametrize("name", STUDIES)
def test_every_viewport_is_byte_identical_to_the_pipeline(qtbot: QtBot, open_data: Path, name: str) -> None:
    desk = desk_of_folders(*(open_data / part for part in STUDIES[name]))
    tasks = TaskRunner(workers=4)
    stage = ViewerStage(desk, SetScreens(three_monitors(760, 700)), tasks, desk.topics)
    stage.start()
    with qtbot.waitSignal(stage.shown, timeout=20000):
        desk.open()
    for _ in range(2):
        stage.do("image.annotations")
    qtbot.waitUntil(lambda: tasks.is_idle, timeout=60000)
    checked = 0
    for window in stage.windows:
        for widget in window.viewports:
            if widget.content.pixels is None:
                continue
            widget.setFocus()
            qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
            qtbot.keyClick(widget, Qt.Key.Key_O)
            qtbot.wait(30)
            state = stage.view.active_state
            ref = state.display_set.frames[state.index]
            size = (widget.image_size.width(), widget.image_size.height())
            placement = state.placement(*size)
            assert placement.zoom == 1.0
            frame = desk.frame_source.fetch(*key_of(ref))
            wanted = render_view(frame, state.header, state.presentation, placement, size)
            image = widget.grab(widget.image_area).toImage().convertToFormat(QImage.Format.Format_Grayscale8)
            shown = np.asarray(image.constBits()).reshape(image.height(), image.bytesPerLine())[:, : image.width()]
            assert np.array_equal(shown, wanted)
            assert wanted.max() > 0
            checked += 1
    stage.stop()
    assert tasks.stop(10.0)
    assert checked >= 1
