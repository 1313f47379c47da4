"""The displays that are attached to this computer, as far as the system tells."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from calibration.displays.attached import SeenScreen, attached
from calibration.displays.identity import DisplayFacts
from workstation.foundation.errors import BadInput, SomethingMissing

if TYPE_CHECKING:
    from PySide6.QtGui import QScreen


def attached_displays() -> tuple[DisplayFacts, ...]:
    """Ask the windowing system for every display, and its EDID for who it is.

    Raises
    ------
    SomethingMissing
        When there is no screen at all.
    """
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise SomethingMissing(
            "There is no screen here.", "Start the program on the computer whose displays it is about."
        )
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication.instance() or QGuiApplication(["calibration"])
    try:
        return attached([seen_screen(screen) for screen in QGuiApplication.screens()])
    finally:
        del application


def seen_screen(screen: QScreen) -> SeenScreen:
    """A screen of Qt as plain facts, in device pixels."""
    rect, scale, size = screen.geometry(), screen.devicePixelRatio(), screen.physicalSize()
    return SeenScreen(
        name=screen.name(),
        maker=screen.manufacturer(),
        model=screen.model(),
        serial=screen.serialNumber(),
        width_px=round(rect.width() * scale),
        height_px=round(rect.height() * scale),
        width_mm=round(size.width()),
        height_mm=round(size.height()),
    )


def display_named(text: str, displays: Sequence[DisplayFacts]) -> DisplayFacts:
    """The display that a person means: by plug, serial number, key, or place in the list (from 1).

    Raises
    ------
    BadInput
        When none or more than one is meant.
    """
    wanted = text.strip().casefold()
    numbered = [each for number, each in enumerate(displays, 1) if wanted == str(number)]
    named = [each for each in displays if wanted in _names_of(each)]
    meant = named or numbered
    if len(meant) == 1:
        return meant[0]
    known = ", ".join(f"{number} ({each.identity.title})" for number, each in enumerate(displays, 1))
    said = f"More than one display is called {text!r}" if meant else f"There is no display {text!r} here"
    raise BadInput(f"{said}.", f"Attached are: {known}.")


def _names_of(display: DisplayFacts) -> frozenset[str]:
    identity = display.identity
    names = (identity.connector, identity.serial, identity.key)
    return frozenset(name.casefold() for name in names if name)
