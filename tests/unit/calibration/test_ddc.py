"""Asking monitors for their settings: what `ddcutil` answers, whose answer it is, and every way of getting none."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.checks.panel_watch import PanelWatch
from calibration.displays.ddc import DdcDisplay, PanelReading, ddc_display_of, panels_of, parse_detect, parse_values
from calibration.displays.ddc_program import ask_ddcutil
from calibration.displays.identity import DisplayFacts, DisplayIdentity, PanelSettings
from tests.helpers.desk_at_site import until
from tests.helpers.fake_ddcutil import DETECT, VALUES, fake_ddcutil
from tests.helpers.oracles import need
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import Cancelled

EIZO = DisplayFacts(DisplayIdentity("DP-1", "ENC", "RX560", "21984077", 2048, 2560))
DELL = DisplayFacts(DisplayIdentity("HDMI-1", "DEL", "DELL U2720Q", "", 3840, 2160))
ONE = PanelSettings(62, 50, 2100, "1.3")


def test_every_display_gets_its_own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"detect": DETECT, "bus-8": VALUES, "bus-10": "VCP 10 C 30 120\nVCP 12 ERR\n"}
    folder = fake_ddcutil(tmp_path / "bin", monkeypatch, answers)
    found = panels_of([EIZO, DELL], CancelToken())
    assert found == {
        EIZO.identity: PanelReading(ONE),
        DELL.identity: PanelReading(PanelSettings(brightness=25)),
    }
    assert (folder / "asked").read_text().splitlines() == [
        "detect",
        "--bus 8 getvcp 10 12 C0 C9 --terse",
        "--bus 10 getvcp 10 12 C0 C9 --terse",
    ]


def test_monitors_are_found_as_the_program_lists_them() -> None:
    assert parse_detect(DETECT) == (
        DdcDisplay("8", "card0-DP-1", "ENC", "RX560", "21984077", "21984077"),
        DdcDisplay("10", "card0-HDMI-A-1", "DEL", "DELL U2720Q", "", "1"),
    )


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        (VALUES, ONE),
        ("VCP C0 CNC x00 x00 x08 x34\nVCP C9 CNC xff xff x01 x03", PanelSettings(hours=2100, firmware="1.3")),
        ("VCP C0 C 300 65281", PanelSettings(hours=65836)),  # the upper byte of 24 bits stands in the greatest value
        ("VCP C0 C 2100 65535", PanelSettings(hours=2100)),  # an upper byte that would make 1900 years is none
        ("VCP 10 SNC x40", PanelSettings()),
        ("VCP 10 C 101 100", PanelSettings()),
        ("VCP 10 C 0 0", PanelSettings()),
        ("VCP 10 C many 100\nVCP 12 C 1", PanelSettings()),
        ("VCP 10 ERR", PanelSettings()),
        ("", PanelSettings()),
    ],
)
def test_values_that_make_no_sense_are_unknown(text: str, settings: PanelSettings) -> None:
    assert parse_values(text) == settings


@given(st.text())
def test_whatever_the_program_says_is_read_without_an_error(text: str) -> None:
    parse_detect(text)
    parse_values(text)
    parse_values("VCP 10 C " + text)


@given(st.integers(0, 65535), st.integers(0, 65535))
def test_brightness_is_a_percentage_of_the_monitors_own_scale(present: int, greatest: int) -> None:
    brightness = parse_values(f"VCP 10 C {present} {greatest}").brightness
    assert brightness is None or (0 <= brightness <= 100 and abs(brightness - 100 * present / greatest) <= 0.5)


def test_two_alike_are_told_apart_by_serial_or_plug_else_not_at_all() -> None:
    found = [DdcDisplay("1", "card0-DP-1", "ENC", "RX560"), DdcDisplay("2", "card0-DP-2", "ENC", "RX560", "77770000")]
    left = DisplayIdentity("DP-1", "ENC", "RX560")
    other = DisplayIdentity("DP-9", "ENC", "RX560")
    known = DisplayIdentity("DP-9", "ENC", "RX560", "77770000")
    assert ddc_display_of(left, [left, known], found) == found[0]
    assert ddc_display_of(known, [left, known], found) == found[1]
    assert ddc_display_of(other, [left, other], found) is None
    assert ddc_display_of(DisplayIdentity("DP-1", "DEL", "U2720Q"), [left], found) is None


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"detect": "No /dev/i2c devices exist.\nddcutil requires module i2c-dev.\n"}, "no I2C device"),
        ({"detect": "No displays found.\n"}, "no monitor answers"),
        ({}, "no monitor answers"),
        ({"detect": DETECT}, "tells no settings"),
        ({"detect": DETECT.replace("RX560", "GX550")}, "does not answer to DDC/CI, or cannot be told"),
    ],
)
def test_no_answer_is_a_reason_and_never_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: dict[str, str], reason: str
) -> None:
    fake_ddcutil(tmp_path / "bin", monkeypatch, answers)
    (reading,) = panels_of([EIZO], CancelToken()).values()
    assert reading.settings == PanelSettings()
    assert reason in reading.reason


def test_without_the_program_the_reason_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "not installed" in panels_of([EIZO], CancelToken())[EIZO.identity].reason


def test_the_real_program_on_this_computer_gives_settings_or_a_reason() -> None:
    need("ddcutil")
    (reading,) = panels_of([EIZO], CancelToken()).values()
    assert reading.reason


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(os.name == "nt", reason="process groups of POSIX")
def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fake_ddcutil(tmp_path / "bin", monkeypatch, {"hangs": ""})
    began = time.monotonic()
    answer = ask_ddcutil(["detect"], CancelToken(), timeout_s=1.5)
    assert time.monotonic() - began < 10
    assert answer.fault == "the monitors did not answer in time over DDC/CI"
    child = int((folder / "child").read_text())
    until(lambda: not is_alive(child), timeout_s=5)


@pytest.mark.skipif(os.name == "nt", reason="process groups of POSIX")
def test_stopping_the_watch_does_not_wait_for_a_slow_bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fake_ddcutil(tmp_path / "bin", monkeypatch, {"hangs": ""})
    watch = PanelWatch()
    watch.watch([EIZO])
    watch.start()
    until(lambda: (folder / "child").exists() and (folder / "child").read_text())
    assert watch.reading_of(EIZO.identity).reason == "the monitor has not been asked yet"
    assert watch.stop(5.0)
    until(lambda: not is_alive(int((folder / "child").read_text())), timeout_s=5)


def test_cancelled_before_it_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_ddcutil(tmp_path / "bin", monkeypatch, {"detect": DETECT})
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        panels_of([EIZO], token)


def test_the_watch_answers_at_once_and_tells_of_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fake_ddcutil(tmp_path / "bin", monkeypatch, {"detect": DETECT, "bus-8": VALUES})
    changes: list[PanelSettings] = []
    watch = PanelWatch(on_change=lambda: changes.append(watch.panel_of(EIZO.identity)))
    watch.start()
    try:
        assert watch.panel_of(EIZO.identity) == PanelSettings()
        watch.watch([EIZO])
        until(lambda: watch.panel_of(EIZO.identity) == ONE)
    finally:
        assert watch.stop(5.0)
    (folder / "bus-8").write_text(VALUES.replace("62", "80"))
    watch.look_once(CancelToken())
    watch.look_once(CancelToken())
    assert [each.brightness for each in changes] == [62, 80]


def test_a_monitor_that_falls_silent_keeps_what_it_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fake_ddcutil(tmp_path / "bin", monkeypatch, {"detect": DETECT, "bus-8": VALUES})
    watch = PanelWatch()
    watch.look_once(CancelToken())
    watch.watch([EIZO])
    watch.look_once(CancelToken())
    (folder / "bus-8").unlink()
    watch.look_once(CancelToken())
    assert watch.panel_of(EIZO.identity) == ONE
