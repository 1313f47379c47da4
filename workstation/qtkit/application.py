"""The Qt application in the program's looks."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication

from workstation.qtkit.screens_there import must_have_a_screen
from workstation.qtkit.theme import apply_theme


def an_application(name: str, advice_without_screen: str = "Use a desktop session.") -> QApplication:
    """The application there is, or a new one.

    Raises
    ------
    SomethingMissing
        When there is no screen to show windows on.
    """
    must_have_a_screen(advice_without_screen)
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication([sys.argv[0]])
    application.setApplicationName(name)
    application.setQuitOnLastWindowClosed(False)
    apply_theme(application)
    return application
