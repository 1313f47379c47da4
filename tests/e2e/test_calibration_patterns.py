"""Test patterns on a real X server: the pixels of the screen are the pixels of the pattern."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from calibration.patterns.drawing import ddls_of, draw
from calibration.patterns.pattern import PatternOrder
from run import virtual_monitors
from tests.helpers.oracles import need

pytestmark = pytest.mark.display
_ROOT = Path(__file__).resolve().parents[2]
_AT = {"REPORT": (1920, 1080, 0, 0), "DIAG-R": (2048, 2560, 3968, 0)}


@pytest.fixture(scope="module")
def desk() -> Iterator[dict[str, str]]:
    for tool in ("Xvfb", "xrandr", "openbox", "xdotool", "import"):
        need(tool)
    with virtual_monitors() as environment:
        yield environment


class Shown:
    """The program of `tests/helpers/pattern_on_screen.py`, running."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def wait_for(self, event: str) -> dict[str, Any]:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            facts: dict[str, Any] = json.loads(line)
            if facts["event"] == event:
                return facts
        raise AssertionError(f"the program ended before {event!r}")


@contextmanager
def on_screen(desk: dict[str, str], monitor: str, name: str, seed: int, **more: str) -> Iterator[Shown]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.helpers.pattern_on_screen", monitor, name, str(seed)],
        cwd=_ROOT,
        env={**desk, **more},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Shown(process)
    finally:
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()
        process.wait(timeout=30)


def picture(desk: dict[str, str], monitor: str, path: Path) -> NDArray[np.uint8]:
    width, height, x, y = _AT[monitor]
    crop = f"{width}x{height}+{x}+{y}"
    subprocess.run(["import", "-window", "root", "-crop", crop, "+repage", str(path)], env=desk, check=True)
    return np.asarray(Image.open(path).convert("RGB"))


@pytest.mark.parametrize(
    ("monitor", "name", "scale"),
    [("DIAG-R", "grille", "1"), ("DIAG-R", "pqc", "1"), ("REPORT", "letters", "1"), ("REPORT", "grille", "2")],
)
def test_every_pixel_of_the_pattern_is_a_pixel_of_the_screen(
    desk: dict[str, str], tmp_path: Path, monitor: str, name: str, scale: str
) -> None:
    width, height, *_ = _AT[monitor]
    with on_screen(desk, monitor, name, 5, QT_SCALE_FACTOR=scale) as program:
        facts = program.wait_for("shown")
        assert (facts["size"], facts["warning"]) == ([width, height], "")
        wanted = ddls_of(draw(PatternOrder(name, seed=5), width, height), None)
        deadline = time.monotonic() + 10  # the window manager may still be at work
        seen = picture(desk, monitor, tmp_path / "seen.png")
        while not np.array_equal(seen, np.dstack([wanted] * 3)) and time.monotonic() < deadline:
            time.sleep(0.2)
            seen = picture(desk, monitor, tmp_path / "seen.png")
        np.testing.assert_array_equal(seen, np.dstack([wanted] * 3))


def test_a_click_tells_its_pixel_and_esc_closes(desk: dict[str, str]) -> None:
    with on_screen(desk, "DIAG-R", "ambient", 1) as program:
        program.wait_for("shown")
        subprocess.run(["xdotool", "mousemove", str(3968 + 1234), "2001", "click", "1"], env=desk, check=True)
        facts = program.wait_for("clicked")
        assert (facts["x"], facts["y"]) == (1234, 2001)
        subprocess.run(["xdotool", "key", "Escape"], env=desk, check=True)
        program.wait_for("closed")


def test_a_monitor_unplugged_takes_its_pattern_with_it(desk: dict[str, str], tmp_path: Path) -> None:
    with on_screen(desk, "DIAG-R", "un80", 1) as program:
        program.wait_for("shown")
        subprocess.run(["xrandr", "--delmonitor", "DIAG-R"], env=desk, check=True, capture_output=True)
        try:
            assert program.wait_for("lost")["visible"] is False
            assert picture(desk, "REPORT", tmp_path / "report.png").max() < 204
        finally:
            again = ["xrandr", "--setmonitor", "DIAG-R", "2048/338x2560/422+3968+0", "none"]
            subprocess.run(again, env=desk, check=True, capture_output=True)


def test_a_scaled_desktop_is_said_on_the_screen(desk: dict[str, str], tmp_path: Path) -> None:
    with on_screen(desk, "REPORT", "grille", 1, QT_SCALE_FACTOR="1.5") as program:
        assert "scales this screen by 1.5" in program.wait_for("shown")["warning"]
        time.sleep(0.5)
        band = picture(desk, "REPORT", tmp_path / "seen.png")[-20:]
        assert np.ptp(band.astype(int), axis=2).max() > 50, "the warning is coloured, the pattern is not"
