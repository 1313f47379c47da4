"""The stand-in for spotread reads real pixels of a real X server: what the closed loop rests on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from calibration.photometer.spotread import SpotreadMeter
from tests.helpers.fake_spotread import install_fake_spotread, set_panel
from tests.helpers.oracles import need
from workstation.foundation.cancel import CancelToken

# Three bands of grey side by side, 100 pixels each, on the whole of a 300 x 200 screen.
_BANDS = """
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QRasterWindow
class Bands(QRasterWindow):
    def paintEvent(self, event):
        painter = QPainter(self)
        for place, grey in enumerate((0, 119, 255)):
            painter.fillRect(place * 100, 0, 100, 200, QColor(grey, grey, grey))
        painter.end()
        print("shown", flush=True)
app = QGuiApplication([])
window = Bands()
window.setGeometry(0, 0, 300, 200)
window.show()
app.exec()
"""


@contextmanager
def _x_server() -> Iterator[str]:
    ours, theirs = os.pipe()
    server = subprocess.Popen(
        [need("Xvfb"), "-displayfd", str(theirs), "-screen", "0", "300x200x24", "-nolisten", "tcp"],
        pass_fds=(theirs,),
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    try:
        with os.fdopen(ours) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


@contextmanager
def _bands_on(display: str) -> Iterator[None]:
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    shown = subprocess.Popen([sys.executable, "-c", _BANDS], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert shown.stdout is not None
        assert shown.stdout.readline() == "shown\n"
        time.sleep(0.3)
        yield
    finally:
        shown.terminate()
        shown.wait()
        if shown.stdout is not None:
            shown.stdout.close()


@pytest.mark.display
def test_it_reads_the_pixel_under_its_probe(tmp_path: Path) -> None:
    folder = tmp_path / "bin"
    with _x_server() as display, _bands_on(display):
        meter = SpotreadMeter(environment=install_fake_spotread(folder, display=display, wrong_probe=[150, 100]))
        measured = []
        for x in (50, 150, 250):
            set_panel(folder, probe=[x, 100])
            measured.append(meter.read(CancelToken()).luminance_cd_m2)
        set_panel(folder, failure="wrong-spot")
        beside = meter.read(CancelToken()).luminance_cd_m2
        began = time.monotonic()
        for _ in range(5):
            meter.read(CancelToken())
        each_s = (time.monotonic() - began) / 5
    middle = 0.6 + 409.4 * (119 / 255) ** 2.2
    assert measured == [pytest.approx(0.6), pytest.approx(middle, rel=1e-5), pytest.approx(410.0)]
    assert beside == pytest.approx(middle, rel=1e-5)
    assert each_s < 1.0  # 0.05 s on a quiet machine; a series of 256 levels must stay bearable
