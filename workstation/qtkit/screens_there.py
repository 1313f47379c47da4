"""Whether there is any screen to show windows on."""

from __future__ import annotations

import os
import sys

from workstation.foundation.errors import SomethingMissing


def must_have_a_screen(advice: str = "Use a desktop session.") -> None:
    """Check before Qt does, which would end the process.

    Raises
    ------
    SomethingMissing
        When neither X nor Wayland is there on Linux.
    """
    if sys.platform != "linux" or os.environ.get("QT_QPA_PLATFORM", "").startswith(("offscreen", "minimal")):
        return
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        raise SomethingMissing("There is no screen here.", advice)
