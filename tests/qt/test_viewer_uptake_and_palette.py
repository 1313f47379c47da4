"""PET with its uptake and palette colour on the diagnostic windows."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.helpers.pet_studies import pet_slice
from tests.helpers.pixel_objects import as_bytes
from tests.helpers.viewing_room import Room, active_widget, viewing_room
from workstation.imaging.placement import ViewTransform
from workstation.ui.probe_readout import ProbeReadout
from workstation.viewing.actions import ChoosePreset, GoTo


@pytest.fixture
def room(qtbot: QtBot, qapp: QApplication) -> Iterator[Room]:
    with viewing_room(qtbot, qapp) as room:
        yield room


def point_at(room: Room, row: float, column: float) -> str:
    """Rest the pointer on a pixel of the active image; what the readout says."""
    assert room.stage is not None
    assert room.stage.view is not None
    state, widget = room.stage.view.active_state, active_widget(room)
    assert state is not None
    placement = state.placement(widget.image_size.width(), widget.image_size.height())
    shown = ViewTransform(state.header.rows, state.header.columns, state.presentation, placement)
    x, y = shown.to_device(column + 0.5, row + 0.5)
    probe = widget.findChild(ProbeReadout)
    assert probe is not None
    QTest.mouseMove(widget, widget.image_area.topLeft() + QPoint(round(x), round(y)))
    room.bot.waitUntil(probe.isVisible)
    return probe.text()


def test_the_lesion_reads_its_uptake_and_the_window_is_in_suv(room: Room, open_data: Path) -> None:
    room.open(open_data / "ct_head_prior_current/current_pet")
    room.do(GoTo(12))
    room.do(ChoosePreset(4))  # the file's own window, SUV 0 to 5, to 7, to 10
    widget = active_widget(room)
    assert widget.content.overlay is not None
    assert "SUV 0.0 to 10.0" in widget.content.overlay.bottom_left
    assert point_at(room, 52, 80).startswith("12.0 g/ml SUVbw")
    room.picture("pet-suv", widget)


def test_a_pet_without_uptake_says_why(room: Room, tmp_path: Path) -> None:
    for index in range(3):
        (tmp_path / f"{index}.dcm").write_bytes(as_bytes(pet_slice(index, PatientWeight=None)))
    room.open(tmp_path)
    widget = active_widget(room)
    assert widget.content.overlay is not None
    assert "no SUV: the patient's weight is missing" in widget.content.overlay.bottom_left
    assert "Bq/ml" in point_at(room, 16, 16)
    room.picture("pet-without-suv", widget)


def test_palette_colour_is_shown_in_its_colours(room: Room, open_data: Path, tmp_path: Path) -> None:
    shutil.copy(open_data / "pydicom_test_files" / "examples_palette.dcm", tmp_path)
    room.open(tmp_path)
    widget = active_widget(room)
    pixels = widget.content.pixels
    assert pixels is not None
    assert pixels.ndim == 3
    assert np.ptp(pixels.astype(int), axis=2).max() > 60
    room.picture("palette", widget)
