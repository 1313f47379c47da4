"""Pictures written straight into Qt's memory are the pictures that the painter would draw."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter, QRegion
from pytestqt.qtbot import QtBot

from workstation.ui import viewport_widget
from workstation.ui.blitting import blit, image_of
from workstation.ui.image_overlay import Overlay
from workstation.ui.position_bar import PositionBar
from workstation.ui.viewport_widget import ViewportContent, ViewportWidget

GREY = np.random.default_rng(1).integers(0, 256, (40, 60), dtype=np.uint8)
COLOUR = np.random.default_rng(2).integers(0, 256, (40, 60, 3), dtype=np.uint8)
FORMATS = [QImage.Format.Format_RGB32, QImage.Format.Format_ARGB32_Premultiplied]


def _canvas(form: QImage.Format = QImage.Format.Format_RGB32) -> QImage:
    image = QImage(100, 80, form)
    image.fill(0xFF204060)
    return image


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("pixels", [GREY, COLOUR], ids=["grey", "colour"])
@pytest.mark.parametrize("corner", [QPoint(3, 5), QPoint(-7, -9), QPoint(70, 60), QPoint(200, 0)])
def test_it_writes_what_the_painter_draws(form: QImage.Format, pixels: np.ndarray, corner: QPoint) -> None:
    ours, theirs = _canvas(form), _canvas(form)
    painter = QPainter(ours)
    assert blit(painter, QRegion(ours.rect()), corner, pixels)
    painter.end()
    painter = QPainter(theirs)
    painter.drawImage(corner, image_of(pixels))
    painter.end()
    assert ours == theirs


def test_nothing_outside_the_region_is_touched() -> None:
    image, part = _canvas(), QRect(10, 12, 20, 9)
    painter = QPainter(image)
    assert blit(painter, QRegion(part), QPoint(0, 0), GREY)
    painter.end()
    assert image.copy(part) == image_of(GREY).copy(part).convertToFormat(QImage.Format.Format_RGB32)
    assert image.pixel(9, 12) == image.pixel(30, 20) == image.pixel(10, 11) == image.pixel(10, 21) == 0xFF204060


def test_where_it_cannot_it_says_so_and_does_nothing() -> None:
    narrow = QImage(100, 80, QImage.Format.Format_RGB16)
    painter = QPainter(narrow)
    assert not blit(painter, QRegion(narrow.rect()), QPoint(0, 0), GREY)
    painter.end()
    image = _canvas()
    before = image.copy()
    painter = QPainter(image)
    assert not blit(painter, QRegion(0, 0, 5, 5) | QRegion(9, 9, 5, 5), QPoint(0, 0), GREY)
    painter.scale(1.5, 1.5)
    assert not blit(painter, QRegion(image.rect()), QPoint(0, 0), GREY)
    painter.end()
    assert image == before


@pytest.fixture
def viewport(qtbot: QtBot) -> ViewportWidget:
    widget = ViewportWidget("Viewport")
    qtbot.addWidget(widget)
    widget.resize(304, 204)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def _content(seed: int, index: int, **more: object) -> ViewportContent:
    pixels = np.random.default_rng(seed).integers(0, 256, (200, 300), dtype=np.uint8)
    overlay = Overlay(
        top_left=("SYNTHETIC, ADA", "4711"), bottom_right=("Se 1", f"{index} / 9"), letters=("R", "L", "A", "P")
    )
    return ViewportContent(pixels, overlay, PositionBar(9, index), spoken=f"Image {index}", **more)  # type: ignore[arg-type]


def test_a_viewport_looks_the_same_either_way(viewport: ViewportWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    viewport.show_content(_content(1, 2))
    viewport.set_active(True)
    direct = viewport.grab().toImage()
    monkeypatch.setattr(viewport_widget, "blit", lambda *_words: False)
    assert viewport.grab().toImage() == direct


def _on_screen(viewport: ViewportWidget) -> QImage:
    shot = viewport.screen().grabWindow(viewport.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)
    return shot.copy(0, 0, viewport.width(), viewport.height())


def test_what_is_painted_in_parts_equals_the_whole(qtbot: QtBot, viewport: ViewportWidget) -> None:
    """Another place in the stack, other loaded runs, other texts over the same picture: nothing of the old is left."""
    first = _content(1, 2)
    viewport.show_content(first)
    qtbot.wait(30)
    later = _content(1, 7)
    viewport.show_content(ViewportContent(first.pixels, later.overlay, later.bar, spoken=later.spoken))
    qtbot.wait(30)
    assert _on_screen(viewport) == viewport.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def test_progress_of_loading_leaves_the_picture_alone(qtbot: QtBot, viewport: ViewportWidget) -> None:
    first = _content(1, 2)
    viewport.show_content(first)
    qtbot.wait(30)
    painted: list[QRegion] = []
    event = viewport.paintEvent

    def seen(paint: object) -> None:
        painted.append(paint.region())  # type: ignore[attr-defined]
        event(paint)  # type: ignore[arg-type]

    viewport.paintEvent = seen  # type: ignore[method-assign]
    for past in range(3, 9):
        bar = PositionBar(9, 2, ((0, past),))
        viewport.show_content(ViewportContent(first.pixels, first.overlay, bar, spoken=first.spoken))
        qtbot.wait(5)
    assert painted
    assert all(region.boundingRect().width() < 10 for region in painted)
