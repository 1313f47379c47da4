"""Konica Minolta meters on a serial port, with a pty in the place of the cable."""

from __future__ import annotations

import threading
from datetime import date

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
from calibration.photometer.minolta import MinoltaMeter
from tests.helpers.fake_minolta import FakeMinolta, fake_minolta
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import Cancelled


def _meter(fake: FakeMinolta, *, in_fl: bool = False, timeout_s: float = 2.0) -> MinoltaMeter:
    return MinoltaMeter(fake.port, is_in_foot_lamberts=in_fl, timeout_s=timeout_s)


def _read(in_fl: bool = False, **facts: object) -> float:
    with fake_minolta(**facts) as fake:
        meter = _meter(fake, in_fl=in_fl)
        try:
            meter.connect(CancelToken())
            return meter.read(CancelToken()).luminance_cd_m2
        finally:
            meter.close()


def test_it_sets_the_absolute_mode_and_reads() -> None:
    with fake_minolta(readings=["OK00,  0.352", "OK00,  411.0"]) as fake:
        meter = _meter(fake)
        identity = meter.connect(CancelToken())
        dark, bright = meter.read(CancelToken()), meter.read(CancelToken())
        meter.close()
    assert fake.asked == ["CLE", "MDS,04", "MES", "MES"]
    assert (dark.luminance_cd_m2, bright.luminance_cd_m2) == (0.352, 411.0)
    assert (bright.raw, bright.u_prime) == ("OK00,  411.0", None)
    assert identity.includes_ambient  # it stands on a tripod and sees the room's light on the screen


def test_a_cs_100a_tells_colour() -> None:
    with fake_minolta(readings=["OK00,123.4,.3127,.3290"]) as fake:
        meter = _meter(fake)
        meter.connect(CancelToken())
        reading = meter.read(CancelToken())
        meter.close()
    assert reading.luminance_cd_m2 == 123.4
    assert (reading.u_prime, reading.v_prime) == (pytest.approx(0.19783, abs=1e-5), pytest.approx(0.46832, abs=1e-5))


def test_luminance_counts_where_only_the_colour_is_out_of_range() -> None:
    assert _read(readings=["OK11,0.12,.0,.0"]) == 0.12


@pytest.mark.parametrize("pieces", [2, 5, 12])
def test_an_answer_may_come_in_pieces(pieces: int) -> None:
    assert _read(pieces=pieces) == 123.4


def test_noise_on_the_line_is_skipped() -> None:
    assert _read(noise=b"\xff\x00#?\r\nhalf a line\r\n") == 123.4


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("ER00", "did not understand"),
        ("ER01", "wrong setting"),
        ("ER10", "outside the meter's range"),
        ("ER11", "memory holds a wrong value"),
        ("ER19", "range that the meter can show"),
        ("ER20", "needs service"),
        ("ER30", "battery is empty. Change the battery"),
        ("OK12,999", "above the range"),
        ("OK13,0.001", "below the range"),
        ("ER77", "“ER77”. Look the code up"),
    ],
)
def test_each_code_has_its_sentence(answer: str, words: str) -> None:
    with pytest.raises(MeterFault, match=words.replace(".", r"\.")):
        _read(readings=[answer])


@pytest.mark.parametrize(
    "answer", ["OK00", "OK00,", "OK00,12,3,4,5", "OK00,abc", "OK00,-1.0", "OK00,1e9", "OK00,nan", "OK00,12.3,x,y"]
)
def test_what_is_no_luminance_is_refused(answer: str) -> None:
    with pytest.raises(ImpossibleReading, match="no luminance in the absolute mode"):
        _read(readings=[answer])


def test_foot_lamberts_are_converted_only_when_told() -> None:
    assert _read(readings=["OK00,100.0"]) == 100.0
    assert _read(in_fl=True, readings=["OK00,100.0"]) == pytest.approx(342.62591)


def test_a_unit_in_the_answer_is_refused() -> None:
    with pytest.raises(ImpossibleReading, match="unit switch"):
        _read(readings=["OK00,100.0fL"])


def test_a_silent_meter_is_given_up() -> None:
    with fake_minolta(is_silent=True) as fake, pytest.raises(MeterSilent, match=r"within 0.3 s. Is it switched on"):
        _meter(fake, timeout_s=0.3).connect(CancelToken())


def test_unplugged_while_it_measures() -> None:
    with fake_minolta(leaves_on_read=True) as fake:
        meter = _meter(fake)
        meter.connect(CancelToken())
        with pytest.raises(MeterGone, match=r"unplugged.*readings taken so far are kept"):
            meter.read(CancelToken())
    with pytest.raises(MeterGone, match="not connected"):
        meter.read(CancelToken())
    with fake_minolta() as back:
        meter._port = back.port
        meter.connect(CancelToken())
        assert meter.read(CancelToken()).luminance_cd_m2 == 123.4
        meter.close()


def test_cancelling_ends_the_wait() -> None:
    with fake_minolta() as fake:
        meter = _meter(fake, timeout_s=30)
        meter.connect(CancelToken())
        fake.is_silent = True
        cancel = CancelToken()
        giving_up = threading.Timer(0.2, cancel.cancel)
        giving_up.start()
        with pytest.raises(Cancelled):
            meter.read(cancel)
        giving_up.join()
        meter.close()


def test_a_port_that_is_not_there() -> None:
    with pytest.raises(MeterMissing, match=r"/dev/ttyNONE cannot be opened.*dialout"):
        MinoltaMeter("/dev/ttyNONE").connect(CancelToken())


def test_it_has_no_diffuser_and_takes_its_certificate() -> None:
    facts = MeterFacts("minolta", "70311", "", date(2030, 1, 1), 0.98)
    with fake_minolta() as fake:
        meter = MinoltaMeter(fake.port, certificate_of=lambda _: facts)
        assert meter.connect(CancelToken()).serial == "70311"
        assert meter.read(CancelToken()).luminance_cd_m2 == pytest.approx(123.4 * 0.98)
        with pytest.raises(MeterCannot):
            meter.read_illuminance_lux(CancelToken())
        meter.close()
