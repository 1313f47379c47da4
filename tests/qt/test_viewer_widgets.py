"""The parts of a diagnostic window: viewport, banner, strip, tool bar, "why", override; by gesture, not by call."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QImage, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from workstation.dicom.patient import PatientIdentity
from workstation.foundation.conditions import Condition, Severity
from workstation.qtkit.screens import ScreenDescription
from workstation.ui.diagnostic_banner import BannerContent, patient_facts, patient_name
from workstation.ui.diagnostic_window import DiagnosticWindow, Placed, rect_of
from workstation.ui.edge_tool_bar import Edge, ToolItem, touched_edge
from workstation.ui.image_overlay import Overlay
from workstation.ui.notice_strip import Notice, NoticeStrip, notices_of
from workstation.ui.position_bar import PositionBar, index_at, runs_of
from workstation.ui.viewport_widget import FRAME, ViewportContent, ViewportWidget
from workstation.ui.why_panel import Reason

SCREEN = ScreenDescription("id", "DIAG-L", 0, 0, 800, 600, role="diagnostic", id="diagnostic:1")


@pytest.fixture
def viewport(qtbot: QtBot) -> ViewportWidget:
    widget = ViewportWidget("Viewport diagnostic 1, current axial")
    qtbot.addWidget(widget)
    widget.resize(304, 204)
    widget.show()
    return widget


def _find_action(event: QKeyEvent) -> str | None:
    return {Qt.Key.Key_I: "invert"}.get(Qt.Key(event.key()))


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[DiagnosticWindow]:
    tools = [ToolItem("invert", "invert", "Invert", "I"), ToolItem("reset", "reset", "Reset", "Space")]
    window = DiagnosticWindow(SCREEN, find_action=_find_action, tools=tools)
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show()
    return window


def _grey_of(image: QImage) -> np.ndarray:
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    return np.asarray(grey.constBits()).reshape(grey.height(), grey.bytesPerLine())[:, : grey.width()].copy()


# --- viewport


def test_the_image_area_shows_the_buffer_byte_for_byte(viewport: ViewportWidget) -> None:
    pixels = np.arange(300 * 200, dtype=np.uint32).astype(np.uint8).reshape(200, 300)
    viewport.show_content(ViewportContent(pixels))
    shown = _grey_of(viewport.grab(viewport.image_area).toImage())
    assert np.array_equal(shown, pixels)


def test_colour_is_shown_byte_for_byte(viewport: ViewportWidget) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    viewport.show_content(ViewportContent(pixels))
    image = viewport.grab(viewport.image_area).toImage().convertToFormat(QImage.Format.Format_RGB888)
    shown = np.asarray(image.constBits()).reshape(200, image.bytesPerLine())[:, :900].reshape(200, 300, 3)
    assert np.array_equal(shown, pixels)


def test_the_frame_lies_outside_the_image_and_shows_who_is_active(viewport: ViewportWidget) -> None:
    viewport.set_active(True)
    image = viewport.grab().toImage()
    assert image.pixelColor(0, 0).name() == image.pixelColor(1, 1).name() == "#4c8dd6"
    assert image.pixelColor(FRAME, FRAME).name() == "#000000"
    viewport.set_active(False)
    assert viewport.grab().toImage().pixelColor(1, 1).name() == "#000000"


def test_an_empty_viewport_says_why(viewport: ViewportWidget) -> None:
    viewport.show_content(ViewportContent(title="No prior", detail="No earlier CT of the head.", spoken="Empty"))
    assert _grey_of(viewport.grab(viewport.image_area).toImage()).max() > 100
    assert viewport.accessibleDescription() == "Empty"


def test_text_over_the_image_has_a_black_outline(viewport: ViewportWidget) -> None:
    white = np.full((200, 300), 255, np.uint8)
    overlay = Overlay(top_left=("WWW",), letters=("R", "L", "A", "P"), alarm="LOSSY 1:10")
    viewport.show_content(ViewportContent(white, overlay))
    shown = _grey_of(viewport.grab(viewport.image_area).toImage())
    assert shown[:30, :60].min() < 40
    image = viewport.grab(viewport.image_area).toImage()
    reds = [image.pixelColor(x, y) for x in range(200, 300) for y in range(170, 200)]
    assert any(c.red() > 200 and c.green() < 140 for c in reds)


def test_the_wheel_scrolls_one_image_a_notch(qtbot: QtBot, viewport: ViewportWidget) -> None:
    steps: list[int] = []
    viewport.scrolled.connect(steps.append)
    for delta in (-120, 240, -60, -60):
        _wheel(viewport, delta)
    assert steps == [1, -2, 1]


def test_the_wheel_with_ctrl_zooms_about_the_pointer(viewport: ViewportWidget) -> None:
    seen: list[tuple[float, float, float]] = []
    viewport.zoomed.connect(lambda *values: seen.append(values))
    _wheel(viewport, 120, Qt.KeyboardModifier.ControlModifier)
    assert seen == [(pytest.approx(1.1), 98.0, 48.0)]


def _wheel(widget: QWidget, delta: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    at = QPointF(100, 50)
    event = QWheelEvent(
        at,
        QPointF(widget.mapToGlobal(at)),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


@pytest.mark.parametrize(
    ("button", "signal"),
    [(Qt.MouseButton.LeftButton, "left_dragged"), (Qt.MouseButton.MiddleButton, "panned")],
)
def test_drags_report_how_far(qtbot: QtBot, viewport: ViewportWidget, button: Qt.MouseButton, signal: str) -> None:
    seen: list[tuple[float, float]] = []
    getattr(viewport, signal).connect(lambda *values: seen.append(values))
    qtbot.mousePress(viewport, button, pos=QPoint(100, 100))
    qtbot.mouseMove(viewport, QPoint(110, 95))
    qtbot.mouseRelease(viewport, button, pos=QPoint(110, 95))
    qtbot.mouseMove(viewport, QPoint(150, 150))
    assert seen == [(10.0, -5.0)]


def test_a_right_drag_zooms_about_the_centre(qtbot: QtBot, viewport: ViewportWidget) -> None:
    seen: list[tuple[float, float, float]] = []
    viewport.zoomed.connect(lambda *values: seen.append(values))
    qtbot.mousePress(viewport, Qt.MouseButton.RightButton, pos=QPoint(100, 100))
    qtbot.mouseMove(viewport, QPoint(100, 80))
    qtbot.mouseRelease(viewport, Qt.MouseButton.RightButton, pos=QPoint(100, 80))
    assert seen[0][0] > 1.0


def test_the_position_bar_takes_the_left_button(qtbot: QtBot, viewport: ViewportWidget) -> None:
    places: list[int] = []
    windows: list[object] = []
    viewport.scrolled_to.connect(places.append)
    viewport.left_dragged.connect(lambda *values: windows.append(values))
    viewport.show_content(ViewportContent(np.zeros((200, 300), np.uint8), bar=PositionBar(101, 0)))
    x = viewport.image_area.right() - 2
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=QPoint(x, FRAME))
    qtbot.mouseMove(viewport, QPoint(x, viewport.image_area.bottom()))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(x, viewport.image_area.bottom()))
    assert places == [0, 100]
    assert windows == []


def test_a_press_activates_and_a_double_click_asks_to_fill_the_screen(qtbot: QtBot, viewport: ViewportWidget) -> None:
    with qtbot.waitSignal(viewport.activated):
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(viewport.maximise_asked):
        qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))  # QTest holds it otherwise


@given(st.lists(st.booleans(), max_size=60))
def test_runs_cover_exactly_the_loaded_frames(loaded: list[bool]) -> None:
    covered = [any(first <= i < past for first, past in runs_of(loaded)) for i in range(len(loaded))]
    assert covered == loaded


@given(st.integers(2, 2000), st.integers(-50, 700))
def test_every_point_of_the_bar_stands_for_a_frame(count: int, y: int) -> None:
    assert 0 <= index_at(QRect(0, 0, 400, 600), y, count) < count


# --- window


def test_viewports_share_the_canvas_without_gap() -> None:
    left, right = rect_of((0, 0, 1 / 3, 1), 1000, 501), rect_of((1 / 3, 0, 2 / 3, 1), 1000, 501)
    assert left.right() + 1 == right.left()
    assert right.right() == 999
    assert left.height() == right.height() == 501


def _two(window: DiagnosticWindow) -> tuple[ViewportWidget, ViewportWidget]:
    one, two = ViewportWidget("Viewport diagnostic 1, one"), ViewportWidget("Viewport diagnostic 1, two")
    window.set_viewports([Placed(one, (0, 0, 0.5, 1)), Placed(two, (0.5, 0, 0.5, 1))])
    return one, two


def test_one_viewport_may_fill_the_screen(qtbot: QtBot, window: DiagnosticWindow) -> None:
    one, two = _two(window)
    assert (one.width(), two.width()) == (400, 400)
    window.toggle_maximised(one)
    assert one.width() == 800
    assert not two.isVisible()
    window.toggle_maximised(one)
    assert two.isVisible()
    assert one.width() == 400


def test_keys_and_the_edge_tool_bar_ask_for_actions(qtbot: QtBot, window: DiagnosticWindow) -> None:
    one, _ = _two(window)
    asked: list[str] = []
    window.action_asked.connect(asked.append)
    one.setFocus()
    qtbot.keyClick(one, Qt.Key.Key_I)
    qtbot.keyClick(one, Qt.Key.Key_Q)
    bar = window.findChild(QWidget, "Tool bar, diagnostic 1")
    assert bar is not None
    assert not bar.isVisible()
    qtbot.mouseMove(one, QPoint(200, 300))
    assert not bar.isVisible()
    qtbot.mouseMove(one, QPoint(1, 300))
    assert bar.isVisible()
    button = window.findChild(QToolButton, "Reset, diagnostic 1")
    assert button is not None
    assert button.toolTip() == "Reset  (Space)"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == ["invert", "reset"]
    qtbot.mouseMove(one, QPoint(300, 300))
    assert not bar.isVisible()


@pytest.mark.parametrize(
    ("at", "edge"),
    [((0, 50), Edge.LEFT), ((99, 50), Edge.RIGHT), ((50, 0), Edge.TOP), ((50, 99), Edge.BOTTOM), ((50, 50), None)],
)
def test_edges_are_felt(at: tuple[int, int], edge: Edge | None) -> None:
    assert touched_edge(QRect(0, 0, 100, 100), QPoint(*at)) is edge


def test_the_banner_says_who_and_why(qtbot: QtBot, window: DiagnosticWindow) -> None:
    content = BannerContent("Doe, Jane", "4711", "CT head", "", "CT compare", "not checked", "warn", "READ ONLY")
    window.banner.show_content(content)
    window.explain("Two axial series fit.", [Reason("modality", "CT", "CT", True), Reason("prior", "1", "0", False)])
    why = window.findChild(QPushButton, "Why this layout, diagnostic 1")
    assert why is not None
    qtbot.mouseClick(why, Qt.MouseButton.LeftButton)
    assert window.why.isVisible()
    texts = [label.text() for label in window.why.findChildren(QLabel)]
    assert {"Two axial series fit.", "modality", "prior"} <= set(texts)
    qtbot.keyClick(window.why, Qt.Key.Key_Escape)
    assert not window.why.isVisible()
    state = window.findChild(QLabel, "Case state, diagnostic 1")
    assert state is not None
    assert state.isVisible()


def test_facts_name_what_is_unknown() -> None:
    whole = PatientIdentity("4711", "", "DOE^JANE", "19580302", "F")
    assert patient_facts(whole, "20261102") == "4711  ·  02 Mar 1958 (68 y)  ·  female"
    assert patient_facts(PatientIdentity("4711", "", "", "", ""), "") == "4711  ·  birth date unknown  ·  sex unknown"
    assert patient_name(whole) == "DOE, JANE"
    assert patient_name(PatientIdentity("", "", "", "", "")) == "Name unknown"


class FromOutside:
    """A close event as a window manager sends it."""

    ignored = False

    def spontaneous(self) -> bool:
        return True

    def ignore(self) -> None:
        self.ignored = True


def test_the_window_stays_when_closed_from_outside_and_says_so(qtbot: QtBot, window: DiagnosticWindow) -> None:
    event = FromOutside()
    with qtbot.waitSignal(window.close_asked):
        window.closeEvent(event)  # type: ignore[arg-type]
    assert event.ignored


def test_the_window_lets_the_program_end(qtbot: QtBot, window: DiagnosticWindow) -> None:
    assert window.close()


def test_an_unfit_display_asks_for_a_reason(qtbot: QtBot, window: DiagnosticWindow) -> None:
    reasons: list[str] = []
    window.override_reason_given.connect(reasons.append)
    window.ask_override("Display failed its last check: contrast 14 % off", is_only_hope=False)
    edit = window.findChild(QLineEdit, "Reason for using the display, diagnostic 1")
    use = window.findChild(QPushButton, "Use this display, diagnostic 1")
    assert edit is not None
    assert use is not None
    qtbot.keyClicks(edit, "no")
    assert not use.isEnabled()
    qtbot.keyClicks(edit, " other screen")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert reasons == ["no other screen"]
    window.refuse_override("The audit trail cannot be written.")
    assert use.isEnabled()
    window.end_override()
    assert not edit.isVisible()


def test_the_strip_shows_the_worst_and_counts_the_rest(qtbot: QtBot, window: DiagnosticWindow) -> None:
    strip: NoticeStrip = window.strip
    since = datetime(2026, 11, 22, 8, 12, tzinfo=UTC)
    conditions = [
        Condition("a", Severity.WARN, "Display not checked", "", since),
        Condition("b", Severity.FAIL, "Worklist unreachable", "Check the line.", since),
    ]
    strip.show_notices((*notices_of(conditions), Notice(Severity.INFO, "Loading")))
    text = window.findChild(QLabel, "Worst condition, diagnostic 1")
    assert text is not None
    assert text.accessibleDescription().startswith("Worklist unreachable (since ")
    more = window.findChild(QToolButton, "More conditions, diagnostic 1")
    assert more is not None
    assert more.text() == "and 2 more"
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    panel = window.findChild(QWidget, "All conditions, diagnostic 1")
    assert panel is not None
    assert panel.isVisible()
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    assert not panel.isVisible()


def test_viewports_given_away_are_not_deleted(qtbot: QtBot, window: DiagnosticWindow) -> None:
    _one, two = _two(window)
    window.set_viewports([Placed(two, (0, 0, 1, 1))])
    assert window.viewports == (two,)
    qtbot.waitUntil(lambda: window.findChild(QWidget, "Viewport diagnostic 1, one") is None)


def test_fine_monitors_get_larger_bars_and_text(qtbot: QtBot) -> None:
    fine = replace(SCREEN, magnification=1.6)
    window = DiagnosticWindow(fine, find_action=_find_action, tools=[])
    qtbot.addWidget(window)
    window.resize(1024, 1280)
    window.show()
    window.banner.show_content(BannerContent("Doe, Jane"))
    assert window.banner.height() == window.strip.height() == 38
    label = window.findChild(QLabel, "Patient, diagnostic 1")
    assert label is not None
    assert label.fontInfo().pixelSize() == 21


_FRACTION = """
import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from workstation.ui.viewport_widget import ViewportContent, ViewportWidget
application = QApplication([])
window = QWidget()
window.resize(401, 301)
viewport = ViewportWidget("v", window)
viewport.setGeometry(33, 15, 201, 151)
window.show()
size = viewport.image_size
pixels = np.random.default_rng(3).integers(0, 256, (size.height(), size.width()), dtype=np.uint8)
viewport.show_content(ViewportContent(pixels))
shot = window.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
shown = np.asarray(shot.constBits()).reshape(shot.height(), shot.bytesPerLine())
hits = [
    (x, y)
    for y in range(15, 40)
    for x in range(40, 100)
    if np.array_equal(shown[y + 2 : y + 180, x + 2 : x + 180], pixels[2:180, 2:180])
]
print(viewport.devicePixelRatioF(), len(hits))
"""


@pytest.mark.parametrize("scale", ["1.5", "1.25", "2"])
def test_pixels_stay_whole_when_the_system_scales_by_a_fraction(scale: str) -> None:
    checkout = str(Path(__file__).resolve().parents[2])
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": scale, "PYTHONPATH": checkout}
    done = subprocess.run(
        [sys.executable, "-c", _FRACTION], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == [str(float(scale)), "1"]
