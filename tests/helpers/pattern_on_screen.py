"""A small program for tests on a real X server: shows one pattern on one monitor until its input ends.

Words: monitor, pattern, seed. Prints one line of JSON once the picture is on the screen, then one for every event.
"""

from __future__ import annotations

import json
import sys

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication

from calibration.patterns.drawing import draw
from calibration.patterns.pattern import PatternOrder
from calibration.ui.pattern_window import PatternWindow


def say(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def main() -> int:
    monitor, name, seed = sys.argv[1:4]
    application = QApplication(sys.argv)
    application.setQuitOnLastWindowClosed(False)
    screen = next(each for each in application.screens() if each.name() == monitor)
    window = PatternWindow(screen, monitor)
    window.shown.connect(lambda: say(event="shown", size=window.device_size, warning=window.warning))
    window.clicked.connect(lambda x, y: say(event="clicked", x=x, y=y))
    window.closed.connect(lambda: say(event="closed"))
    window.screen_lost.connect(lambda: say(event="lost", visible=window.isVisible()))
    window.show_pattern(draw(PatternOrder(name, seed=int(seed)), *window.device_size))
    window.set_measuring(True)
    window.open_on(screen)
    ending = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    ending.activated.connect(lambda *_: application.quit())
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
