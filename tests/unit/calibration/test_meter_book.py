"""Meters by description, their certificates, recorded readings, and how steady the light is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibration.photometer.csv_meter import CsvMeter
from calibration.photometer.errors import MeterCannot, MeterFault, MeterMissing
from calibration.photometer.manual import ManualMeter
from calibration.photometer.meter import FollowsPattern, MeterIdentity, Photometer
from calibration.photometer.meter_book import (
    FILE_NAME,
    MeterBook,
    MeterFacts,
    certificate_warning,
    known_meters,
    read_meter_book,
    remember_meter,
)
from calibration.photometer.minolta import MinoltaMeter
from calibration.photometer.opening import open_meter, parse_description
from calibration.photometer.spotread import SpotreadMeter
from calibration.photometer.steadiness import doubt_of_end, doubt_of_unit, drift_between, keeps_moving
from calibration.readings.reading import Space
from tests.helpers.fake_spotread import install_fake_spotread
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import BadInput

PROBE = MeterFacts("spotread", "I1-4711", "The new probe", date(2027, 3, 31), 1.013, 0.04)
SPOT = MeterFacts("minolta", "70311", 'LS-110 "old"\nline\\two', None, 0.98, 0.02)


# ---- the book


def test_what_was_written_down_is_read_again(tmp_path: Path) -> None:
    remember_meter(tmp_path / "config", PROBE)
    remember_meter(tmp_path / "config", SPOT)
    assert known_meters(tmp_path / "config") == (PROBE, SPOT)


def test_a_new_certificate_replaces_the_old_one_of_the_same_meter_only(tmp_path: Path) -> None:
    renewed = MeterFacts("spotread", "I1-4711", "The new probe", date(2028, 3, 31))
    for facts in (PROBE, SPOT, renewed):
        remember_meter(tmp_path, facts)
    assert set(known_meters(tmp_path)) == {SPOT, renewed}


def test_no_book_is_an_empty_one(tmp_path: Path) -> None:
    assert read_meter_book(tmp_path) == MeterBook()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[[meter", "cannot be read"),
        ("x = 1", "unknown entries: x"),
        ("meter = 3", "unknown entries"),
        ("[[meter]]\nserial = 'A'", "meter 1: its kind is missing"),
        ("[[meter]]\nkind = 'spotread'\nserail = 'A'", "serail is not known"),
        ("[[meter]]\nkind = 'eye'", "kind must be one of spotread, minolta, manual, csv"),
        ("[[meter]]\nkind = 'csv'\ncorrection_factor = 20", "correction_factor 20 must be from 0.5 to 2"),
        ("[[meter]]\nkind = 'csv'\ncorrection_factor = 'x'", "correction_factor must be a number"),
        ("[[meter]]\nkind = 'csv'\ncorrection_factor = nan", "correction_factor nan must be"),
        ("[[meter]]\nkind = 'csv'\ncertificate_uncertainty = 0", "certificate_uncertainty 0 must be above 0"),
        ("[[meter]]\nkind = 'csv'\ncertificate_due = '2027-01-01'", "must be a date such as 2027-01-31"),
        ("[[meter]]\nkind = 'csv'\nserial = 7", "serial must be text"),
        ("[[meter]]\nkind = 'csv'\n[[meter]]\nkind = 'csv'", "stands there twice"),
    ],
)
def test_a_damaged_book_is_named_and_never_overwritten(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    with pytest.raises(BadInput, match=words.replace(".", r"\.")):
        remember_meter(tmp_path, PROBE)
    assert (tmp_path / FILE_NAME).read_text() == content


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30), st.dates() | st.none(), st.floats(0.5, 2), st.floats(0.001, 0.5))
def test_any_text_survives_the_book(
    tmp_path: Path, serial: str, title: str, due: date | None, factor: float, uncertainty: float
) -> None:
    (tmp_path / FILE_NAME).unlink(missing_ok=True)
    facts = MeterFacts("manual", _storable(serial), _storable(title), due, factor, uncertainty)
    remember_meter(tmp_path, facts)
    assert facts in known_meters(tmp_path)


def _storable(text: str) -> str:
    return text.encode("utf-8", "ignore").decode()


def test_a_meter_finds_its_own_certificate() -> None:
    any_probe = MeterFacts("spotread", "", "any")
    book = MeterBook((any_probe, PROBE, SPOT))
    assert book.certificate_of(MeterIdentity("spotread", serial="I1-4711")) == PROBE
    assert book.certificate_of(MeterIdentity("spotread", serial="I1-9999")) == any_probe
    assert book.certificate_of(MeterIdentity("minolta")) == SPOT  # it tells no serial number; there is only this one
    assert book.certificate_of(MeterIdentity("manual")) is None
    assert MeterBook((PROBE,)).certificate_of(MeterIdentity("spotread", serial="I1-9999")) is None


def test_a_certificate_that_ran_out_is_said() -> None:
    held = MeterIdentity("spotread", "i1Display", "4711", date(2027, 3, 31))
    assert certificate_warning(held, date(2027, 1, 1)) == ""
    assert certificate_warning(held, date(2027, 3, 21)) == (
        "The certificate of i1Display 4711 runs out in 10 days, on 2027-03-31."
    )
    assert held.is_certified(date(2027, 3, 31))
    assert "ran out on 2027-03-31: verdicts are provisional" in certificate_warning(held, date(2027, 4, 1))
    assert "No calibration certificate is known for the meter" in certificate_warning(
        MeterIdentity("manual"), date(2027, 1, 1)
    )


# ---- opening


def test_each_kind_is_opened(tmp_path: Path) -> None:
    assert isinstance(open_meter("spotread"), SpotreadMeter)
    assert isinstance(open_meter("minolta:/dev/ttyUSB0"), MinoltaMeter)
    assert isinstance(open_meter(f"csv:{tmp_path / 'a.csv'}"), CsvMeter)
    manual = open_meter("manual,ambient=yes", ask=lambda _unit, _cancel: "1")
    assert isinstance(manual, ManualMeter)
    assert manual.identity.includes_ambient


def test_options_reach_the_meter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = install_fake_spotread(tmp_path / "bin", level=255, instruments=2)
    monkeypatch.setenv("PATH", environment["PATH"])
    monkeypatch.setenv("FAKE_SPOTREAD", environment["FAKE_SPOTREAD"])
    correction = tmp_path / "monitor.ccss"
    correction.touch()
    meter = open_meter(f"spotread:2,type=e,correction={correction}", book=MeterBook((PROBE,)))
    arguments = meter._arguments(("-e",))  # type: ignore[attr-defined]
    assert arguments == ("-v", "-e", "-O", "-c", "2", "-y", "e", "-X", str(correction))
    assert meter.connect(CancelToken()).serial == "SYN-0001"


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ("eye", "The meter “eye” is not known. Meters are spotread"),
        ("", "is not known"),
        ("spotread:x", "no place in its list"),
        ("spotread:0", "no place in its list"),
        ("spotread,kind=l", "has no option kind. It knows correction, type."),
        ("spotread,correction=/no/such.ccss", "is not there"),
        ("minolta", "needs a port"),
        ("csv", "needs a file"),
        ("minolta:COM3,unit=lux", "cannot be “lux”. Write cd/m2 or fl."),
        ("manual:COM3", "has no port"),
        ("manual", "nobody to ask"),
    ],
)
def test_wrong_descriptions(description: str, words: str) -> None:
    with pytest.raises(BadInput, match=words.replace(".", r"\.")):
        open_meter(description)


def test_a_port_of_windows_and_a_path_with_colons() -> None:
    assert parse_description("minolta:COM3").argument == "COM3"
    assert parse_description(r"csv:C:\meas.csv").argument == r"C:\meas.csv"


# ---- recorded readings


def _recorded(tmp_path: Path, text: str) -> CsvMeter:
    path = tmp_path / "recorded.csv"
    path.write_text("level,luminance_cd_m2\n" + text)
    meter = CsvMeter(path)
    meter.connect(CancelToken())
    return meter


def test_recorded_readings_belong_to_their_level(tmp_path: Path) -> None:
    meter = _recorded(tmp_path, "255,400\n0,0.5\n255,402\n")
    assert isinstance(meter, FollowsPattern)
    meter.pattern_shown(0, "centre", Space.P_VALUE)
    assert meter.read(CancelToken()).luminance_cd_m2 == 0.5
    assert not meter.has_more
    meter.pattern_shown(255, "centre", Space.P_VALUE)
    assert [meter.read(CancelToken()).luminance_cd_m2 for _ in range(2)] == [400.0, 402.0]
    with pytest.raises(MeterFault, match="has no further reading of P-value 255 at centre"):
        meter.read(CancelToken())


def test_a_recorded_reading_is_given_once_and_rows_added_to_the_file_are_found(tmp_path: Path) -> None:
    meter = _recorded(tmp_path, "255,400\n255,400\n")
    meter.pattern_shown(255, "centre", Space.P_VALUE)
    assert [meter.read(CancelToken()).luminance_cd_m2 for _ in range(2)] == [400.0, 400.0]
    meter.connect(CancelToken())
    assert not meter.has_more
    with (tmp_path / "recorded.csv").open("a") as file:
        file.write("255,401\n")
    meter.connect(CancelToken())
    assert meter.read(CancelToken()).luminance_cd_m2 == 401.0


@pytest.mark.parametrize("text", ["ddl,luminance_cd_m2\n255,400\n", "level,luminance_cd_m2,space\n255,400,ddl\n"])
def test_a_recorded_reading_of_a_ddl_is_none_of_a_p_value(tmp_path: Path, text: str) -> None:
    path = tmp_path / "recorded.csv"
    path.write_text(text)
    meter = CsvMeter(path)
    meter.connect(CancelToken())
    meter.pattern_shown(255, "centre", Space.P_VALUE)
    with pytest.raises(MeterFault, match="has no further reading of P-value 255"):
        meter.read(CancelToken())
    meter.pattern_shown(255, "centre", Space.DDL)
    assert meter.read(CancelToken()).luminance_cd_m2 == 400.0


def test_recorded_readings_are_not_given_for_an_unknown_level(tmp_path: Path) -> None:
    with pytest.raises(MeterCannot, match="before a level is shown"):
        _recorded(tmp_path, "0,0.5\n").read(CancelToken())


def test_a_recording_that_is_not_there_or_wrong(tmp_path: Path) -> None:
    with pytest.raises(MeterMissing, match="There is no file"):
        CsvMeter(tmp_path / "none.csv").connect(CancelToken())
    with pytest.raises(BadInput, match="row 2"):
        _recorded(tmp_path, "0,dark\n")
    with pytest.raises(MeterCannot):
        _recorded(tmp_path, "0,1\n").read_illuminance_lux(CancelToken())


def test_only_a_recording_wants_to_know_what_is_shown() -> None:
    meters: list[Photometer] = [open_meter("spotread"), open_meter("minolta:COM3")]
    assert not any(isinstance(meter, FollowsPattern) for meter in meters)


# ---- steadiness


def test_readings_that_keep_moving_are_told_and_scatter_is_not() -> None:
    assert keeps_moving([400.0, 401.0, 399.0, 400.5]) == ""
    assert keeps_moving([400.0, 399.9, 399.8, 399.7]) == ""  # one way, but too little to matter
    assert keeps_moving([400.0, 392.0]) == ""
    assert keeps_moving([]) == ""
    assert "keep falling (-6.0% over 4 readings)" in keeps_moving([400.0, 392.0, 384.0, 376.0])
    assert "keep rising" in keeps_moving([1.0, 1.01, 1.02, 1.03, 1.04])


def test_the_same_level_at_start_and_end() -> None:
    assert drift_between(400, 396, 5) == ""
    assert "went from 400 to 380 cd/m² (-5.0 %) in 5 min" in drift_between(400, 380, 5)


def test_ends_that_cannot_be_of_a_monitor() -> None:
    assert "White reads only 3 cd/m²" in doubt_of_end(255, 256, 3.0)
    assert "Black reads 82 cd/m²" in doubt_of_end(0, 256, 82.0)
    assert doubt_of_end(255, 256, 250.0) == doubt_of_end(0, 256, 1.2) == doubt_of_end(128, 256, 3.0) == ""


def test_a_wrong_unit_is_suspected_from_what_was_expected() -> None:
    assert "would be in foot-lamberts" in doubt_of_unit(119.7, 410.0)
    assert "3.43 times" in doubt_of_unit(1404.8, 410.0)
    assert doubt_of_unit(380.0, 410.0) == doubt_of_unit(0.0, 410.0) == ""
