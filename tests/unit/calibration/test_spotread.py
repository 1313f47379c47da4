"""Argyll's spotread as a meter: readings, every failure with its sentence, nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from datetime import date
from pathlib import Path

import pytest

from calibration.photometer.errors import (
    ImpossibleReading,
    MeterCannot,
    MeterFault,
    MeterGone,
    MeterMissing,
    MeterSilent,
)
from calibration.photometer.meter_book import MeterFacts
from calibration.photometer.spotread import SpotreadMeter, SpotreadOptions
from tests.helpers.fake_spotread import install_fake_spotread, readings_taken, set_panel
from tests.helpers.oracles import need
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import Cancelled, UserFacingError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "bin"


def _meter(folder: Path, *, timeout_s: float = 5.0, port: int = 1, **model: object) -> SpotreadMeter:
    environment = install_fake_spotread(folder, **{"level": 255, **model})
    return SpotreadMeter(SpotreadOptions(port=port, timeout_s=timeout_s), environment=environment)


def test_a_reading_holds_luminance_chromaticity_and_what_the_meter_said(folder: Path) -> None:
    meter = _meter(folder)
    identity = meter.connect(CancelToken())
    reading = meter.read(CancelToken())
    assert reading.luminance_cd_m2 == pytest.approx(410.0)
    assert (reading.u_prime, reading.v_prime) == (pytest.approx(0.19783, abs=1e-5), pytest.approx(0.46833, abs=1e-4))
    assert reading.raw.startswith("Result is XYZ: ")
    assert "Yxy: 410.000000 0.312700 0.329000" in reading.raw
    assert (identity.model, identity.serial) == ("Synthetic Colorimeter", "SYN-0001")
    assert identity.measures_colour
    assert not identity.includes_ambient


def test_the_readings_follow_the_panel(folder: Path) -> None:
    meter = _meter(folder, level=0)
    black = meter.read(CancelToken()).luminance_cd_m2
    set_panel(folder, level=128, gamma=2.0, ambient=1.5)
    assert black == pytest.approx(0.6)
    assert meter.read(CancelToken()).luminance_cd_m2 == pytest.approx(0.6 + 409.4 * (128 / 255) ** 2 + 1.5, rel=1e-6)


def test_room_light_is_read_through_the_diffuser(folder: Path) -> None:
    assert _meter(folder, lux=41.5).read_illuminance_lux(CancelToken()) == pytest.approx(41.5)


def test_a_meter_without_diffuser_says_so(folder: Path) -> None:
    with pytest.raises(MeterCannot, match="cannot measure room light"):
        _meter(folder, has_diffuser=False).read_illuminance_lux(CancelToken())


@pytest.mark.parametrize(
    ("failure", "kind", "words"),
    [
        ("no-instrument", MeterMissing, "No meter is plugged in at place 1 of spotread's list. Plug the meter in"),
        ("no-access", MeterMissing, "does not let you use the meter"),
        ("busy", MeterFault, "Another program is using the meter. Close it"),
        ("rc1", MeterFault, "ended with code 1 and said nothing"),
        ("init", MeterFault, r"could not be started \(Communications failure\). Unplug it"),
        ("no-answer", MeterGone, "does not answer"),
        ("fatal", MeterFault, r"The meter failed \(Internal software error\)"),
        ("misread", MeterFault, "The meter misread. Lay it flat"),
        ("sensor-position", MeterFault, "sensor is in the wrong position. Turn its diffuser"),
        ("communication", MeterGone, "unplugged or its cable is loose"),
        ("needs-calibration", MeterFault, "calibrated on its own tile first. Run spotread once in a terminal"),
        ("flood", ImpossibleReading, "gave no reading; its last line is"),
        ("garbage", ImpossibleReading, "gave no reading; its last line is"),
        ("empty", ImpossibleReading, "gave no reading"),
        ("half-a-line", ImpossibleReading, "gave no reading"),
        ("nan", ImpossibleReading, "no reading: “Result is XYZ: nan"),
        ("negative", ImpossibleReading, "-1.3 cd/m² is negative"),
        ("absurd", ImpossibleReading, "99000 cd/m² is more than any monitor gives"),
        ("comma", ImpossibleReading, "31,3 33,0"),
        ("two-luminances", ImpossibleReading, "33.0.*99.0"),
    ],
)
def test_each_failure_has_its_sentence(folder: Path, failure: str, kind: type[UserFacingError], words: str) -> None:
    meter = _meter(folder, failure=failure)
    began = time.monotonic()
    with pytest.raises(kind, match=words) as caught:
        meter.read(CancelToken())
    assert type(caught.value) is kind
    assert caught.value.advice
    assert time.monotonic() - began < 4.0  # spotread would ask or repeat for ever after some of these


def test_a_port_without_a_meter_is_named(folder: Path) -> None:
    with pytest.raises(MeterMissing, match="at place 3 of"):
        _meter(folder, port=3).connect(CancelToken())


def test_a_meter_that_hangs_is_given_up_after_its_time(folder: Path) -> None:
    meter = _meter(folder)
    meter.connect(CancelToken())
    set_panel(folder, failure="hang")
    hanging = SpotreadMeter(SpotreadOptions(timeout_s=0.5), environment=install_fake_spotread(folder))
    hanging._is_connected = True
    began = time.monotonic()
    with pytest.raises(MeterSilent, match=r"no answer within 0.5 s. Unplug it.*readings taken so far are kept"):
        hanging.read(CancelToken())
    assert time.monotonic() - began < 2.5


def test_the_stuck_serial_port_is_told_from_a_slow_meter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calibration.photometer.spotread._USB", Path("/nonexistent/usb"))
    with pytest.raises(MeterMissing, match=r"no USB on this computer.*type the readings by hand"):
        _meter(folder, failure="hang", timeout_s=0.4).connect(CancelToken())


def test_with_usb_a_silent_first_meter_is_silent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calibration.photometer.spotread._USB", folder.parent)
    with pytest.raises(MeterSilent):
        _meter(folder, failure="hang", timeout_s=0.4).connect(CancelToken())


def test_children_that_ignore_a_polite_end_are_killed_too(folder: Path, tmp_path: Path) -> None:
    pid_file = tmp_path / "child"
    meter = _meter(folder, failure="hang-with-child", child_pid_file=str(pid_file), timeout_s=0.8)
    with pytest.raises(UserFacingError):
        meter.read(CancelToken())
    assert _ends(int(pid_file.read_text()))


def test_cancelling_ends_the_program_at_once(folder: Path, tmp_path: Path) -> None:
    pid_file = tmp_path / "child"
    meter = _meter(folder, failure="hang-with-child", child_pid_file=str(pid_file), timeout_s=60)
    cancel = CancelToken()
    giving_up = threading.Timer(0.5, cancel.cancel)
    giving_up.start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        meter.read(cancel)
    giving_up.join()
    assert time.monotonic() - began < 2.5
    assert _ends(int(pid_file.read_text()))


def test_a_reading_asked_for_after_cancelling_starts_nothing(folder: Path) -> None:
    meter = _meter(folder)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        meter.read(cancel)
    assert readings_taken(folder) == 0


def test_unplugged_in_the_middle_and_back_again(folder: Path) -> None:
    meter = _meter(folder, failure="no-instrument", from_reading=3, until_reading=5)
    meter.connect(CancelToken())
    kept = [meter.read(CancelToken()), meter.read(CancelToken())]
    with pytest.raises(MeterGone, match=r"not there any more.*Plug it in again; the readings taken so far are kept"):
        meter.read(CancelToken())
    with pytest.raises(MeterMissing):
        meter.connect(CancelToken())
    assert meter.connect(CancelToken()).serial == "SYN-0001"
    assert meter.read(CancelToken()).luminance_cd_m2 == pytest.approx(kept[0].luminance_cd_m2)


def test_another_meter_in_the_middle_is_noticed(folder: Path) -> None:
    meter = _meter(folder, failure="other-serial", from_reading=1)
    meter.connect(CancelToken())
    with pytest.raises(MeterFault, match="Another meter answers: serial number SYN-0002, not SYN-0001"):
        meter.read(CancelToken())


def test_the_certificate_corrects_its_own_meter_only(folder: Path) -> None:
    own = MeterFacts("spotread", "SYN-0001", "", date(2030, 1, 1), 1.05, 0.02)
    other = MeterFacts("spotread", "SYN-9999", "", date(2030, 1, 1), 1.05, 0.02)
    environment = install_fake_spotread(folder, level=255)
    right = SpotreadMeter(certificate_of=lambda _: own, environment=environment)
    wrong = SpotreadMeter(certificate_of=lambda _: other, environment=environment)
    assert right.connect(CancelToken()).is_certified(date(2029, 1, 1))
    assert right.read(CancelToken()).luminance_cd_m2 == pytest.approx(410.0 * 1.05)
    assert not wrong.connect(CancelToken()).is_certified(date(2029, 1, 1))
    assert wrong.read(CancelToken()).luminance_cd_m2 == pytest.approx(410.0)


def test_decimal_points_come_in_any_language(folder: Path) -> None:
    environment = {**install_fake_spotread(folder, level=255), "LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8"}
    spy = folder / "spotread"
    spy.write_text(
        "#!/bin/sh\n"
        'printf "\\n Result is XYZ: 1.0 2.0 3.0, Yxy: 2.0 0.3 0.3 %s%s\\n" "$LC_ALL" "$ARGYLL_NOT_INTERACTIVE"\n'
    )
    assert SpotreadMeter(environment=environment).read(CancelToken()).raw.endswith("0.3 C1")


def test_without_the_program_it_says_what_to_install(tmp_path: Path) -> None:
    meter = SpotreadMeter(environment={"PATH": str(tmp_path)})
    with pytest.raises(MeterMissing, match=r"spotread is not on this computer. Install Argyll"):
        meter.connect(CancelToken())


def test_a_program_that_cannot_start(folder: Path) -> None:
    environment = install_fake_spotread(folder)
    (folder / "spotread").write_text("#!/no/such/shell\n")
    with pytest.raises(MeterMissing, match="could not be started"):
        SpotreadMeter(environment=environment).connect(CancelToken())


def test_the_real_spotread_without_an_instrument_comes_back_in_time() -> None:
    need("spotread")
    meter = SpotreadMeter(SpotreadOptions(timeout_s=3.0))
    began = time.monotonic()
    with pytest.raises((MeterMissing, MeterSilent)) as caught:
        meter.connect(CancelToken())
    assert time.monotonic() - began < 6.0
    assert caught.value.advice
    left = subprocess.run(["pgrep", "-x", "spotread", "-P", str(os.getpid())], capture_output=True, check=False)
    assert left.returncode == 1


def _ends(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").exists() and ") Z " in Path(f"/proc/{pid}/stat").read_text():
            return True
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    return False
