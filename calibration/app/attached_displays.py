"""The displays that are attached to this computer, as far as the system tells."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from calibration.checks.display_state import DisplayIdentity
from workstation.foundation.errors import SomethingMissing


def attached_displays() -> Sequence[DisplayIdentity]:
    """Ask the windowing system for every display.

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
        return [
            DisplayIdentity(
                connector=screen.name(),
                manufacturer=screen.manufacturer(),
                model=screen.model(),
                serial=screen.serialNumber(),
                width_px=round(screen.geometry().width() * screen.devicePixelRatio()),
                height_px=round(screen.geometry().height() * screen.devicePixelRatio()),
            )
            for screen in QGuiApplication.screens()
        ]
    finally:
        del application
