"""Theme, fonts, icons, throttle, toasts and accessible names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from workstation.qtkit.accessible import named
from workstation.qtkit.fonts import choose_family, interface_font
from workstation.qtkit.icons import ICONS, icon
from workstation.qtkit.notifications import MOST_SHOWN, ToastStrip, Tone
from workstation.qtkit.theme import apply_theme, palette_of, style_sheet_of
from workstation.qtkit.throttle import Throttle
from workstation.qtkit.tokens import Tokens, contrast_ratio, relative_luminance

TOKENS = Tokens()
SURFACES = {name: getattr(TOKENS.surface, name) for name in ("viewport", "window", "panel", "raised")} | {
    "selected": TOKENS.accent.soft
}
TEXTS = {
    "primary": TOKENS.text.primary,
    "secondary": TOKENS.text.secondary,
    "accent": TOKENS.accent.main,
    **{name: getattr(TOKENS.status, name) for name in ("ok", "warn", "fail", "info", "ai")},
}


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("text", TEXTS)
def test_text_is_readable_on_every_surface(text: str, surface: str) -> None:
    assert contrast_ratio(TEXTS[text], SURFACES[surface]) >= (3.0 if surface == "selected" else 4.5)


def test_primary_text_is_readable_on_the_selection() -> None:
    assert contrast_ratio(TOKENS.text.primary, TOKENS.accent.soft) >= 4.5
    assert contrast_ratio(TOKENS.text.on_image, TOKENS.surface.viewport) >= 4.5


@pytest.mark.parametrize("surface", SURFACES)
def test_the_focus_ring_stands_out(surface: str) -> None:
    assert contrast_ratio(TOKENS.accent.main, SURFACES[surface]) >= 3.0


@pytest.mark.parametrize("surface", SURFACES)
def test_no_surface_is_brighter_than_a_tenth_of_white(surface: str) -> None:
    assert relative_luminance(SURFACES[surface]) < 0.1


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast_ratio("#000000", "#FFFFFF") == pytest.approx(21.0)


@given(st.from_regex(r"\A#[0-9A-F]{6}\Z"), st.from_regex(r"\A#[0-9A-F]{6}\Z"))
def test_contrast_is_symmetric_and_bounded(one: str, other: str) -> None:
    assert contrast_ratio(one, other) == contrast_ratio(other, one)
    assert 1.0 <= contrast_ratio(one, other) <= 21.0001


def test_the_theme_takes_hold(qapp: QApplication) -> None:
    sheet = qapp.styleSheet()
    try:
        apply_theme(qapp)
        assert qapp.palette().color(QPalette.ColorRole.Window).name().upper() == TOKENS.surface.window
        assert qapp.font().pixelSize() == TOKENS.type.body
        assert "QToolTip" in qapp.styleSheet()
    finally:
        qapp.setStyleSheet(sheet)


def test_the_style_sheet_holds_no_unfilled_place() -> None:
    assert "{s." not in style_sheet_of(TOKENS)
    assert palette_of(TOKENS).color(QPalette.ColorRole.Text).name().upper() == TOKENS.text.primary


def test_a_shipped_sans_wins_over_mono_and_serif() -> None:
    assert choose_family(("Plex Mono", "Plex Sans Condensed", "Plex Sans")) == "Plex Sans"


def test_without_shipped_fonts_the_system_font_is_used(qapp: QApplication) -> None:
    assert choose_family(())
    assert interface_font(20, bold=True).pixelSize() == 20


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_draws_something(qapp: QApplication, name: str) -> None:
    image = icon(name).pixmap(20, 20).toImage()
    assert any(image.pixelColor(x, y).alpha() > 0 for x in range(image.width()) for y in range(image.height()))


def test_a_throttle_passes_the_first_at_once_and_the_latest_at_the_end(qtbot: QtBot) -> None:
    seen: list[int] = []
    owner = QObject()
    throttle = Throttle(seen.append, parent=owner, interval_ms=20)
    for value in range(10):
        throttle.submit(value)
    assert seen == [0]
    qtbot.waitUntil(lambda: len(seen) == 2)
    assert seen == [0, 9]


def test_a_throttle_can_be_flushed_and_cancelled(qtbot: QtBot) -> None:
    seen: list[int] = []
    owner = QObject()
    throttle = Throttle(seen.append, parent=owner, interval_ms=20)
    throttle.submit(1)
    throttle.submit(2)
    throttle.flush()
    assert seen == [1, 2]
    throttle.submit(3)
    throttle.submit(4)
    throttle.cancel()
    qtbot.wait(60)
    assert seen == [1, 2, 3]


def test_toasts_come_and_go(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show()
    strip = ToastStrip(window)
    for number in range(MOST_SHOWN + 2):
        strip.say(f"event {number}", Tone.DONE, seconds=30)
    assert strip.texts() == ("event 2", "event 3", "event 4")
    assert strip.geometry().right() < window.width()
    window.resize(400, 300)
    assert window.rect().contains(strip.geometry())
    strip.say("short", Tone.TROUBLE, seconds=0.01)
    qtbot.waitUntil(lambda: "short" not in strip.texts())


def test_the_strip_hides_when_the_last_toast_is_gone(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show()
    strip = ToastStrip(window)
    strip.say("short", seconds=0.01)
    assert strip.isVisible()
    qtbot.waitUntil(lambda: not strip.isVisible())


def test_named_sets_what_tests_and_screen_readers_use(qtbot: QtBot) -> None:
    button = named(QPushButton("Sign"), "Sign report", "Freezes and signs the report")
    qtbot.addWidget(button)
    assert button.accessibleName() == button.objectName() == "Sign report"
    assert button.accessibleDescription() == "Freezes and signs the report"
