"""Stacks that are not as they should be, mosaics, enhanced objects and clips on the diagnostic windows.

With ``LIGHTBOX_PICTURES=FOLDER`` in the environment the windows are left there as PNG files, to be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from tests.helpers.enhanced_objects import ENHANCED_MR, group_item
from tests.helpers.pixel_objects import ROOT, as_bytes, image_object, sequence
from tests.helpers.viewing_room import Room, active_widget, viewing_room
from workstation.imaging.picture import render_view
from workstation.imaging.stack_pixels import key_of
from workstation.ui.viewport_widget import ViewportWidget
from workstation.viewing.actions import GoTo, StepSeries


@pytest.fixture
def room(qtbot: QtBot, qapp: QApplication) -> Iterator[Room]:
    with viewing_room(qtbot, qapp) as room:
        yield room


def amber_pixels(widget: ViewportWidget) -> int:
    """Pixels of a warm colour in the viewport, its position bar aside: these images are grey, their texts blueish."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    pixels = np.asarray(image.constBits()).reshape(image.height(), image.bytesPerLine())
    red, blue = (pixels[:, n : 3 * (image.width() - 12) : 3].astype(int) for n in (0, 2))
    return int((red - blue > 60).sum())


def test_a_tilted_head_says_so_in_its_viewport(room: Room, open_data: Path) -> None:
    room.open(open_data / "ct_head_prior_current/current", open_data / "ct_head_prior_current/prior")
    widget = active_widget(room)
    room.picture("tilted-ct", widget)
    overlay = widget.content.overlay
    assert overlay is not None
    assert any("Gantry tilt 18.5°" in notice for notice in overlay.notices)
    assert "Gantry tilt 18.5°" in widget.accessibleDescription()
    assert amber_pixels(widget) > 100
    assert room.stage is not None
    room.stage.do("image.annotations")
    room.settle()
    room.picture("tilted-ct-minimal", widget)
    assert amber_pixels(widget) > 100
    room.stage.do("image.annotations")
    room.settle()
    assert amber_pixels(widget) == 0


@pytest.mark.qt_log_ignore("This plugin does not support raise")
def test_the_tool_tip_says_all_of_it_and_only_there(room: Room, open_data: Path) -> None:
    room.open(open_data / "ct_head_prior_current/current")
    widget = active_widget(room)
    area = widget._overlay_painter.notice_area
    for at, is_told in ((area.center(), True), (widget.rect().center(), False)):
        QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, widget.mapToGlobal(at)))
        assert QToolTip.isVisible() == is_told
        assert "Gantry tilt" in QToolTip.text() or not is_told
        QToolTip.hideText()
        room.bot.waitUntil(lambda: not QToolTip.isVisible(), timeout=3000)


def test_missing_images_are_marked_in_the_bar(room: Room, open_data: Path, tmp_path: Path) -> None:
    for path in sorted((open_data / "mr_brain_study/S3_t1_sag").glob("*.dcm")):
        if path.name not in {"IM0017.dcm", "IM0018.dcm", "IM0026.dcm"}:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    room.open(tmp_path)
    widget = active_widget(room)
    room.picture("missing-slices", widget)
    bar, overlay = widget.content.bar, widget.content.overlay
    assert bar is not None
    assert overlay is not None
    assert len(bar.missing) == 2
    assert overlay.notices[0].startswith("3 images seem to be missing: after ")


def test_a_mosaic_is_shown_slice_by_slice(room: Room, open_data: Path) -> None:
    desk = room.open(open_data / "mr_brain_study/S4_dwi_mosaic")
    room.do(GoTo(12))
    widget = active_widget(room)
    room.picture("mosaic", widget)
    assert room.stage is not None
    state = room.stage.view.active_state
    assert state is not None
    assert (state.count, state.header.rows, state.display_set.label) == (25, 128, "b 0")
    size = (widget.image_size.width(), widget.image_size.height())
    frame = desk.frame_source.fetch(*key_of(state.display_set.frames[12]))
    whole = desk.frame_source.fetch(state.header.sop_uid, 0)
    assert np.array_equal(frame.pixels, whole.pixels[2 * 128 : 3 * 128, 2 * 128 : 3 * 128])
    shown = widget.content.pixels
    assert shown is not None
    assert np.array_equal(shown, render_view(frame, state.header, state.presentation, state.placement(*size), size))
    room.do(StepSeries(1))
    room.picture("mosaic-b1000", widget)
    assert room.stage.view.active_state is not None
    assert room.stage.view.active_state.display_set.label == "b 1000"


def test_an_enhanced_object_shows_what_holds_for_the_frame(room: Room, open_data: Path, tmp_path: Path) -> None:
    (tmp_path / "enhanced.dcm").write_bytes(as_bytes(enhanced_brain(open_data / "mr_brain_study/S3_t1_sag")))
    room.open(tmp_path)
    room.do(StepSeries(1))
    room.do(GoTo(17))
    widget = active_widget(room)
    room.picture("enhanced-middle", widget)
    assert room.stage is not None
    state = room.stage.view.active_state
    assert state is not None
    assert (state.count, state.display_set.label) == (35, "TE 20 ms")
    header = state.header
    assert header.echo_time_ms == 20.0
    assert header.pixel.windows[0].center == 400 + state.display_set.frames[17].frame_index % 35
    overlay = widget.content.overlay
    assert overlay is not None
    assert f"L {header.pixel.windows[0].center:.0f}" in " ".join(overlay.bottom_left)
    assert "18 / 35" in overlay.bottom_right
    assert state.display_set.frames[17].position_mm is not None
    assert f"at {state.display_set.frames[17].position_mm:.1f} mm" in " ".join(overlay.bottom_right)


def test_a_colour_clip_plays_at_its_own_pace(room: Room, open_data: Path, tmp_path: Path) -> None:
    data = (open_data / "us/us_cine_120f_ybr_jpeg.dcm").read_bytes()
    (tmp_path / "clip.dcm").write_bytes(data)
    room.open(tmp_path)
    room.do(GoTo(60))
    widget = active_widget(room)
    room.picture("ultrasound-120", widget)
    assert room.stage is not None
    state = room.stage.view.active_state
    assert state is not None
    assert (state.count, state.display_set.is_clip, state.header.frame_time_ms) == (120, True, 33.333)
    assert widget.content.pixels is not None
    assert widget.content.pixels.ndim == 3


def enhanced_brain(folder: Path) -> pydicom.Dataset:
    """The real sagittal brain as one enhanced object with two echoes; the second is the first at half its values."""
    slices = [pydicom.dcmread(path) for path in sorted(folder.glob("*.dcm"))]
    pixels = np.stack([each.pixel_array for each in slices])
    both = np.concatenate([pixels, pixels // 2]).astype(np.uint16)
    dataset = image_object(both, modality="MR", bits_stored=12, SeriesDescription="enhanced t1 sag", SeriesNumber=5)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = ENHANCED_MR
    dataset.StudyDescription, dataset.StudyDate, dataset.FrameOfReferenceUID = "MR BRAIN", "20220407", f"{ROOT}9"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "T1", "NONE"]
    first = slices[0]
    dataset.SharedFunctionalGroupsSequence = sequence(
        group_item(
            {
                "PixelMeasuresSequence": {"PixelSpacing": first.PixelSpacing, "SliceThickness": first.SliceThickness},
                "PlaneOrientationSequence": {"ImageOrientationPatient": first.ImageOrientationPatient},
            }
        )
    )
    dataset.PerFrameFunctionalGroupsSequence = sequence(
        *(
            group_item(
                {
                    "PlanePositionSequence": {"ImagePositionPatient": each.ImagePositionPatient},
                    "MREchoSequence": {"EffectiveEchoTime": 10.0 * echo},
                    "FrameVOILUTSequence": {"WindowCenter": 400 + number, "WindowWidth": 800},
                    "FrameContentSequence": {"StackID": "1", "InStackPositionNumber": number + 1},
                }
            )
            for echo in (1, 2)
            for number, each in enumerate(slices)
        )
    )
    return dataset
