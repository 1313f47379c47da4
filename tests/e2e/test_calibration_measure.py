"""`calibration measure` on a real X server: patterns on the screen, a meter that reads the pixel under its probe."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.fake_spotread import install_fake_spotread, readings_taken, set_panel
from tests.helpers.oracles import need

_START = "from calibration.app.command_line import main; main()"

in_full = pytest.mark.skipif(
    not os.environ.get("LIGHTBOX_FULL"),
    reason="minutes long: python3 run.py soak calibration; the closed loop through the windows stands for it",
)


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """A screen of 1024 x 768; its name."""
    reader, writer = os.pipe()
    words = [need("Xvfb"), "-displayfd", str(writer), "-screen", "0", "1024x768x24", "-nolisten", "tcp"]
    with subprocess.Popen(words, pass_fds=[writer], stderr=subprocess.DEVNULL) as server:
        os.close(writer)
        with os.fdopen(reader) as told:
            name = f":{told.readline().strip()}"
        yield name
        server.terminate()


class Room:
    """A computer with one display and a meter before it."""

    def __init__(self, folder: Path, screen: str) -> None:
        self.data, self.meter = folder / "data", folder / "meter"
        panel = {"probe": [512, 384], "luminance_min": 1.2, "luminance_max": 420.0}
        environment = install_fake_spotread(self.meter, **panel)
        self.environment: Mapping[str, str] = {
            **environment,
            "DISPLAY": screen,
            "QT_QPA_PLATFORM": "xcb",
            "XDG_CONFIG_HOME": str(folder / "config"),
        }

    def words(self, *options: str) -> list[str]:
        fixed = ["--display", "1", "--meter", "spotread", "--policy", "acr", "--ambient", "0.2", "--operator", "Ann"]
        return [sys.executable, "-c", _START, "measure", *fixed, *options, "--data-dir", str(self.data), "--json"]

    def measure(self, *options: str) -> tuple[int, dict[str, Any], str]:
        """Exit code, the JSON document, what was told to people."""
        done = subprocess.run(
            self.words(*options),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        return done.returncode, json.loads(done.stdout or "{}"), done.stderr


@pytest.fixture
def room(tmp_path: Path, screen: str) -> Room:
    return Room(tmp_path, screen)


@in_full
def test_measured_it_fails_calibrated_it_passes_and_measured_again_it_passes(room: Room, tmp_path: Path) -> None:
    code, before, _ = room.measure("--test", "luminance-18")
    assert (code, before["verdict"]) == (1, "FAIL")
    assert before["max_contrast_deviation"] > 0.3
    code, made, told = room.measure("--test", "calibration", "--depth", "18")
    assert (code, made["verdict"]) == (0, "PASS"), told
    assert made["calibration"]["lut_sha256"] == made["lut_sha256"] != ""
    out = tmp_path / "record.json"
    code, after, _ = room.measure("--test", "luminance-18", "--out", str(out))
    assert (code, after["lut_sha256"]) == (0, made["lut_sha256"])
    assert after["max_contrast_deviation"] < 0.1
    assert json.loads(out.read_text())["head"]["id"] == after["record"]
    assert any("serial number" in reason for reason in after["provisional"])


@in_full
def test_a_meter_that_fails_mid_series_and_works_again(room: Room) -> None:
    set_panel(room.meter, failure="communication", from_reading=20)
    code, _, told = room.measure("--test", "luminance-18")
    assert code == 2
    assert "--resume" in told
    set_panel(room.meter, failure="")
    code, _, told = room.measure("--test", "luminance-18")
    assert code == 2
    assert "--resume" in told
    assert "--break-off" in told
    code, document, _ = room.measure("--test", "luminance-18", "--resume")
    assert (code, document["verdict"], document["complete"]) == (1, "FAIL", True)
    assert any("Paused" in note for note in document["notes"])
    code, _, told = room.measure("--test", "luminance-18", "--resume")
    assert code == 2
    assert "No check of this display was left unfinished" in told


def test_control_c_keeps_the_readings(room: Room) -> None:
    with subprocess.Popen(
        room.words("--test", "luminance-18"),
        env=room.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 60
        while readings_taken(room.meter) < 6 and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "--resume" in told
    code, document, _ = room.measure("--test", "luminance-18", "--break-off")
    assert (code, document["complete"]) == (1, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--test", "fortnightly"), 2, "There is no test “fortnightly”"),
        (("--test", "luminance-18", "--lux", "30"), 2, "--ambient and --lux"),
        (("--test", "luminance-18", "--role", "wall"), 2, "no role of a display"),
        (("--test", "luminance-18", "--display", "DP-9"), 2, "no display 'DP-9'"),
        (("--test", "luminance-18", "--meter", "sextant"), 2, "sextant"),
        (("--test", "luminance-18", "--meter", "spotread:7"), 3, ""),
        (("--test", "visual"), 2, "asks a person"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(room: Room, words: tuple[str, ...], code: int, said: str) -> None:
    got, _, told = room.measure(*words)
    assert got == code, told
    assert said in told


def test_without_a_screen_there_is_nothing_to_measure(room: Room) -> None:
    environment = {name: value for name, value in room.environment.items() if name != "DISPLAY"}
    words = room.words("--test", "luminance-18")
    done = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert "no screen" in done.stderr
