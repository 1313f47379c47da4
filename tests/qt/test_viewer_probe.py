"""The value under the pointer, on the real windows: in the object's own unit, whatever the window shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.helpers.viewer_desk import FolderDesk, SetScreens, desk_of_folders, three_monitors
from workstation.imaging.placement import ViewTransform
from workstation.imaging.stack_pixels import key_of
from workstation.qtkit.tasks import TaskRunner
from workstation.ui.probe_readout import ProbeReadout
from workstation.ui.viewer_stage import ViewerStage
from workstation.ui.viewport_widget import ViewportWidget


@dataclass(frozen=True)
class Shown:
    """The viewer over a study, and the active viewport's widget with its readout."""

    desk: FolderDesk
    stage: ViewerStage
    widget: ViewportWidget
    probe: ProbeReadout


def active_widget(stage: ViewerStage) -> ViewportWidget:
    return next(widget for window in stage.windows for widget in window.viewports if widget.is_active)


@pytest.fixture
def head(qtbot: QtBot, open_data: Path) -> Iterator[Shown]:
    desk = desk_of_folders(*(open_data / "ct_head_prior_current" / part for part in ("current", "prior")))
    tasks = TaskRunner(workers=2)
    stage = ViewerStage(desk, SetScreens(three_monitors(760, 700)), tasks, desk.topics)
    stage.start()
    with qtbot.waitSignal(stage.shown, timeout=20000):
        desk.open()
    qtbot.waitUntil(lambda: tasks.is_idle, timeout=60000)
    widget = active_widget(stage)
    probe = widget.findChild(ProbeReadout)
    assert probe is not None
    yield Shown(desk, stage, widget, probe)
    stage.stop()
    assert tasks.stop(10.0)


def test_hounsfield_units_under_the_pointer(qtbot: QtBot, head: Shown) -> None:
    assert head.stage.view is not None
    state, widget, probe = head.stage.view.active_state, head.widget, head.probe
    assert state is not None
    assert not probe.isVisible()
    place = QPoint(widget.width() // 2 + 31, widget.height() // 2 - 17)
    QTest.mouseMove(widget, place)
    qtbot.waitUntil(probe.isVisible)
    assert probe.text().endswith(" HU")

    frame = head.desk.frame_source.fetch(*key_of(state.display_set.frames[state.index]))
    placement = state.placement(widget.image_size.width(), widget.image_size.height())
    shown = ViewTransform(frame.rows, frame.columns, state.presentation, placement)
    at = place - widget.image_area.topLeft()
    column, row = shown.to_image(at.x(), at.y())
    pixel = state.header.pixel
    value = frame.pixels[int(row), int(column)] * pixel.rescale_slope + pixel.rescale_intercept
    assert probe.text() == f"{value:.0f} HU"


def test_a_drag_and_leaving_the_image_end_it(qtbot: QtBot, head: Shown) -> None:
    widget, probe = head.widget, head.probe
    QTest.mouseMove(widget, widget.rect().center())
    qtbot.waitUntil(probe.isVisible)
    QTest.mouseMove(widget, QPoint(4, 4))
    qtbot.waitUntil(lambda: not probe.isVisible())
