"""The window that shows patterns: pixels, clicks, warnings, monitors that go. On a real X server: tests/e2e."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from calibration.gsdf.display_lut import DisplayLut
from calibration.patterns.drawing import ddls_of, draw
from calibration.patterns.pattern import Pattern, PatternOrder
from calibration.ui.pattern_window import PatternWindow, device_size_of, scaling_warning

_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def window(qtbot: QtBot) -> PatternWindow:
    window = PatternWindow(QGuiApplication.primaryScreen(), "EIZO RX560 42")
    qtbot.addWidget(window)
    return window


def _pattern(window: PatternWindow, name: str = "letters", seed: int = 1) -> Pattern:
    return draw(PatternOrder(name, seed=seed), *window.device_size)


def _pixels(widget: QWidget) -> NDArray[np.uint8]:
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    rows, columns = image.height(), image.width()
    return np.frombuffer(image.constBits(), np.uint8).reshape(rows, columns, 4)[..., :3].copy()


def test_it_shows_every_pixel_and_says_when(qtbot: QtBot, window: PatternWindow) -> None:
    pattern = _pattern(window, "grille")
    with qtbot.waitSignal(window.shown):
        window.show_pattern(pattern)
        window.open_on(QGuiApplication.primaryScreen())
    assert window.isFullScreen()
    assert window.warning == ""
    np.testing.assert_array_equal(_pixels(window), np.dstack([ddls_of(pattern, None)] * 3))


def test_p_values_go_through_the_display_lut(qtbot: QtBot, window: PatternWindow) -> None:
    pattern = _pattern(window, "ramp")
    lut = DisplayLut((np.arange(256) ** 2 // 255).astype(np.uint8))
    window.show_pattern(pattern, lut)
    window.open_on(QGuiApplication.primaryScreen())
    np.testing.assert_array_equal(_pixels(window)[..., 0], ddls_of(pattern, lut))
    assert not np.array_equal(ddls_of(pattern, lut), ddls_of(pattern, None))


def test_every_new_pattern_is_announced_once(qtbot: QtBot, window: PatternWindow) -> None:
    window.open_on(QGuiApplication.primaryScreen())
    told: list[bool] = []
    window.shown.connect(lambda: told.append(True))
    for seed in (1, 2):
        with qtbot.waitSignal(window.shown):
            window.show_pattern(_pattern(window, seed=seed))
    window.repaint()
    qtbot.wait(20)
    assert len(told) == 2


def test_it_has_a_name_and_tells_a_screen_reader_what_it_shows(window: PatternWindow) -> None:
    assert window.accessibleName() == "Pattern, EIZO RX560 42"
    window.show_pattern(_pattern(window, "sqc"))
    assert "Simple quality control" in window.accessibleDescription()


def test_a_click_is_told_in_device_pixels(qtbot: QtBot, window: PatternWindow) -> None:
    window.open_on(QGuiApplication.primaryScreen())
    with qtbot.waitSignal(window.clicked) as click:
        qtbot.mouseClick(window, Qt.MouseButton.LeftButton, pos=QPoint(123, 45))
    assert click.args == [123, 45]
    with qtbot.assertNotEmitted(window.clicked, wait=20):
        qtbot.mouseClick(window, Qt.MouseButton.RightButton, pos=QPoint(123, 45))


def test_esc_closes_and_other_keys_do_not(qtbot: QtBot, window: PatternWindow) -> None:
    window.open_on(QGuiApplication.primaryScreen())
    with qtbot.assertNotEmitted(window.closed, wait=20):
        qtbot.keyClick(window, Qt.Key.Key_A)
    with qtbot.waitSignal(window.closed):
        qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_the_pointer_hides_while_measuring(window: PatternWindow) -> None:
    window.set_measuring(True)
    assert window.cursor().shape() is Qt.CursorShape.BlankCursor
    window.set_measuring(False)
    assert window.cursor().shape() is Qt.CursorShape.ArrowCursor


def test_a_pattern_of_another_size_is_marked(qtbot: QtBot, window: PatternWindow) -> None:
    width, height = window.device_size
    window.open_on(QGuiApplication.primaryScreen())
    with qtbot.waitSignal(window.warning_changed) as warning:
        window.show_pattern(draw(PatternOrder("white"), width - 10, height))
    assert f"has {width - 10} x {height} pixels, the screen {width} x {height}" in warning.args[0]
    pixels = _pixels(window).astype(int)
    assert (pixels[: height // 2, width - 10 :] == 0).all()
    assert (pixels[: height // 2, : width - 10] == 255).all()
    assert np.ptp(pixels[-20:], axis=2).max() > 50, "the warning is coloured"
    with qtbot.waitSignal(window.warning_changed) as warning:
        window.show_pattern(_pattern(window, "white"))
    assert warning.args == [""]
    assert (_pixels(window) == 255).all()


@pytest.mark.parametrize("ratio", [1.25, 1.5, 1.75])
def test_a_fractional_scale_is_warned_of(ratio: float) -> None:
    assert f"scales this screen by {ratio:.4g}" in scaling_warning(_Scaled(ratio), None)  # type: ignore[arg-type]


def test_a_whole_scale_still_has_the_panels_pixels() -> None:
    scaled = _Scaled(2.0)
    assert device_size_of(scaled) == (1600, 1200)  # type: ignore[arg-type]
    assert scaling_warning(scaled, (1600, 1200)) == ""  # type: ignore[arg-type]
    assert "does not fit" in scaling_warning(scaled, (800, 600))  # type: ignore[arg-type]


class _Scaled:
    """A screen of 800 x 600 logical pixels on a scaled desktop."""

    def __init__(self, ratio: float) -> None:
        self._ratio = ratio

    def devicePixelRatio(self) -> float:  # noqa: N802 - Qt's name
        return self._ratio

    def geometry(self) -> QRect:
        return QRect(QPoint(0, 0), QSize(800, 600))


def test_a_monitor_that_goes_takes_the_pattern_with_it(qtbot: QtBot, window: PatternWindow) -> None:
    screen = QGuiApplication.primaryScreen()
    window.show_pattern(_pattern(window))
    window.open_on(screen)
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    with qtbot.waitSignal(window.screen_lost):
        application.screenRemoved.emit(screen)
    assert not window.isVisible()
    assert window.device_size == (0, 0)
    window.open_on(screen)
    assert window.isVisible()
    assert window.device_size == device_size_of(screen)
    np.testing.assert_array_equal(_pixels(window)[..., 0], ddls_of(_pattern(window), None))


def test_each_monitor_gets_its_own_pixels(tmp_path: Path) -> None:
    """A process of its own, since screens are read once at the start."""
    screens = [
        {"name": "A", "x": 0, "y": 0, "width": 640, "height": 480},
        {"name": "B", "x": 640, "y": 0, "width": 480, "height": 600},
    ]
    layout = tmp_path / "screens.json"
    layout.write_text(json.dumps({"screens": screens, "synchronousWindowSystemEvents": True}))
    program = """
from PySide6.QtWidgets import QApplication
from calibration.patterns.drawing import draw
from calibration.patterns.pattern import PatternOrder
from calibration.ui.pattern_window import PatternWindow
application = QApplication([])
for screen in application.screens():
    window = PatternWindow(screen, screen.name())
    window.show_pattern(draw(PatternOrder("ln", level=9), *window.device_size))
    window.open_on(screen)
    application.processEvents()
    at = window.geometry()
    print(screen.name(), window.device_size, at.x(), at.y(), at.width(), at.height(), repr(window.warning))
    window.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={layout}"},
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.splitlines() == ["A (640, 480) 0 0 640 480 ''", "B (480, 600) 640 0 480 600 ''"]
