"""Numbers that people type: taken when plain, refused with the right spelling otherwise."""

from __future__ import annotations

import io
import threading
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.photometer.errors import ImpossibleReading, MeterGone
from calibration.photometer.manual import LinesTyped, ManualMeter, TypedReadings
from calibration.photometer.meter_book import MeterFacts
from calibration.readings.typed_number import (
    CD_M2_PER_FL,
    MOST_CD_M2,
    illuminance_in_lux,
    luminance_in_cd_m2,
    plain_number,
    with_point,
)
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import BadInput, Cancelled


@pytest.mark.parametrize(
    ("typed", "cd_m2"),
    [
        ("0.35", 0.35),
        (" 411 ", 411.0),
        (".5", 0.5),
        ("1e2", 100.0),
        ("+3.0", 3.0),
        ("0", 0.0),
        ("120 cd/m2", 120.0),
        ("120cd/m²", 120.0),
        ("120 CD / m^2", 120.0),
        ("120 nit", 120.0),
        ("120 nits", 120.0),
        ("100 fL", 100 * CD_M2_PER_FL),
        ("100 ft-L", 100 * CD_M2_PER_FL),
        ("100 foot-lamberts", 100 * CD_M2_PER_FL),
    ],
)
def test_what_is_taken(typed: str, cd_m2: float) -> None:
    assert luminance_in_cd_m2(typed) == pytest.approx(cd_m2)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1,25", "Write 1.25."),
        ("0,35 cd/m²", "Write 0.35."),
        ("1.234,5", "Write 1234.5."),
        ("1,234.5", "Write 1234.5."),
        ("1 234,5", "Write 1234.5."),
        ("1,234", "Write 1.234, or 1234 if that is meant."),
        ("0,123", "Write 0.123."),
        ("1.234.567", "Write 1234567."),
        ("1,2,3", "no number"),
        ("-0.1", "-0.1 cd/m² is negative"),
        ("nan", "“nan” is no number"),
        ("inf", "“inf” is no number"),
        ("1e999", "“1e999” is no number"),
        ("25000", "25000 cd/m² is more than any monitor gives"),
        ("9000 fL", "more than any monitor gives"),
        ("dark", "“dark” is no number"),
        ("", "A number is missing"),
        ("1e2 mcd", "The unit “mcd”"),
        ("120 lux", "“lux” is a unit of illuminance"),
        ("120 mcd", "The unit “mcd” is not known"),
        ("12 13", "no number"),
        ("١٢", "is no number"),
        ("1_000", "not known|no number"),
        ("9" * 500, "no number"),
    ],
)
def test_what_is_refused_and_what_to_write_instead(typed: str, words: str) -> None:
    with pytest.raises(BadInput, match=words.replace(".", r"\.").replace("(", r"\(")):
        luminance_in_cd_m2(typed)


@given(st.text(max_size=40) | st.text("0123456789.,-+eE fLcdm/²nit'", max_size=12))
def test_any_text_is_a_possible_luminance_or_refused(text: str) -> None:
    try:
        luminance, said = luminance_in_cd_m2(text), ""
    except BadInput as error:
        luminance, said = 0.0, str(error)
    assert 0 <= luminance <= MOST_CD_M2
    assert said or "," not in text
    assert len(said) < 250  # one line for a window
    assert all(c.isprintable() for c in said)


@given(st.floats(0, MOST_CD_M2))
def test_plain_numbers_come_through_unchanged(number: float) -> None:
    assert luminance_in_cd_m2(repr(number)) == number


@given(st.decimals(0, 9999, places=2))
def test_the_suggestion_for_a_decimal_comma_is_the_number_meant(number: object) -> None:
    assert plain_number(with_point(str(number).replace(".", ","))) == float(str(number))


def test_illuminance_is_typed_in_lux() -> None:
    assert illuminance_in_lux("35.5") == 35.5
    assert illuminance_in_lux("35 lx") == 35.0
    for wrong in ("35 cd/m2", "-1", "1e6", "35,5", ""):
        with pytest.raises(BadInput):
            illuminance_in_lux(wrong)


def test_a_typed_reading_keeps_its_text_and_is_corrected() -> None:
    facts = MeterFacts("manual", "LX-1", "", date(2030, 1, 1), 1.02)
    meter = ManualMeter(lambda unit, _: " 100 fL\n" if unit == "cd/m²" else "30", certificate_of=lambda _: facts)
    identity = meter.connect(CancelToken())
    reading = meter.read(CancelToken())
    assert (identity.kind, identity.serial) == ("manual", "LX-1")
    assert reading.luminance_cd_m2 == pytest.approx(342.62591 * 1.02)
    assert reading.raw == "100 fL"
    assert meter.read_illuminance_lux(CancelToken()) == 30.0


def test_a_wrong_entry_is_a_fault_of_the_reading() -> None:
    meter = ManualMeter(lambda _unit, _cancel: "1,25")
    with pytest.raises(ImpossibleReading) as caught:
        meter.read(CancelToken())
    assert caught.value.advice == "Write 1.25."
    with pytest.raises(ImpossibleReading):
        meter.read_illuminance_lux(CancelToken())


def test_a_window_hands_its_text_to_the_waiting_meter() -> None:
    typed = TypedReadings()
    meter = ManualMeter(typed)
    later = threading.Timer(0.1, typed.put, args=("12.5",))
    later.start()
    assert meter.read(CancelToken()).luminance_cd_m2 == 12.5
    later.join()


def test_waiting_for_a_person_ends_when_cancelled() -> None:
    cancel = CancelToken()
    giving_up = threading.Timer(0.1, cancel.cancel)
    giving_up.start()
    with pytest.raises(Cancelled):
        ManualMeter(TypedReadings()).read(cancel)
    giving_up.join()


def test_a_terminal_is_asked_line_by_line_until_it_ends() -> None:
    shown = io.StringIO()
    meter = ManualMeter(LinesTyped(io.StringIO("0.5\n12\n"), shown))
    assert [meter.read(CancelToken()).luminance_cd_m2 for _ in range(2)] == [0.5, 12.0]
    assert shown.getvalue() == "Reading in cd/m²: " * 2
    with pytest.raises(MeterGone, match="No more readings"):
        meter.read(CancelToken())
