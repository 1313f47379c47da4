"""The PDF: what it says in each case, that it is always the same, and that nothing leaves the page."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from calibration.exports.pdf_text import printable
from calibration.exports.report_pdf import report_pdf
from calibration.records.record import CalibrationRecord, CheckRecord, OverrideRecord, Record
from tests.helpers.pdf_reading import page_texts, strays, text_of
from tests.helpers.sample_records import (
    METER,
    START,
    no_ambient,
    sample_answers,
    sample_calibrated,
    sample_check,
    sample_display,
    sample_history,
    stored,
)
from tests.helpers.sample_verdicts import sample_provisional
from workstation.foundation.errors import BadInput


def made(record: Record, before: Sequence[Record] = ()) -> bytes:
    chain = stored([*before, record])
    return report_pdf(chain[-1], chain)


def test_a_failed_check_says_so_first_why_and_what_to_do() -> None:
    text = text_of(made(sample_check(calibrated=False)))
    for said in (
        "FAIL The display is outside the limits for the role “diagnostic” and must not be used for it.",
        "Contrast response: greatest deviation: 52.1 ±",
        "is outside the limit ≤ 10 %",
        "Calibrate the display",
        "EIZO RX560 21984077",
        "LS-100, serial 79113042; certificate until 2027-03-31 (± 2 %)",
        "0.2 cd/m² (measured)",
        "limits have not been confirmed",
        "unconfirmed",
    ):
        assert said in text, said
    assert text.index("FAIL") < text.index("Operator")


def test_a_passed_check_does_not_claim_more_than_was_measured() -> None:
    text = text_of(made(sample_check()))
    assert "PASS The display is within the limits measured for the role “diagnostic”." in text
    assert "Not measured in this check: Uniformity" in text
    assert "FAIL" not in text


def test_a_review_display_that_passes_is_not_for_primary_diagnosis() -> None:
    assert "not for primary diagnosis" in text_of(made(sample_check(role="review")))


def test_the_annual_report_has_places_answers_and_notes() -> None:
    record = sample_check(
        check="annual", uniformity=True, answers=sample_answers(bad=True), notes=("A jump at level 30.",)
    )
    text = text_of(made(record))
    for said in (
        "Level 26, cd/m²",
        "Level 204, cd/m²",
        "not good",
        "A jump at level 30.",
        "Uniformity, greatest difference",
    ):
        assert said in text, said


def test_inconclusive_asks_for_repetition() -> None:
    text = text_of(made(sample_check(lmax=351.0)))
    assert "INCONCLUSIVE This check does not show whether" in text
    assert "Repeat the check" in text


def test_provisional_synthetic_and_overridden_are_said() -> None:
    meter = replace(METER, certificate_due=date(2024, 1, 1))
    check = sample_check(
        meter=meter, provisional=sample_provisional(meter, START.date()), notes=("Synthetic readings of a model.",)
    )
    head = replace(check.head, id="f" * 32, at=START - timedelta(hours=1), operator="Dr. Weiss")
    override = OverrideRecord(head, "diagnostic", "spare monitor is on its way", START + timedelta(days=2))
    text = text_of(made(check, [override]))
    for said in (
        "PASS (provisional)",
        "expired on 2024-01-01",
        "Synthetic readings: this report is no proof",
        "by Dr. Weiss",
        "spare monitor is on its way",
    ):
        assert said in text, said
    withdrawn = replace(override, head=replace(head, id="e" * 32, at=START), is_withdrawn=True)
    assert "spare monitor" not in text_of(made(check, [override, withdrawn]))


def test_unknown_ambient_light_is_a_caution() -> None:
    assert "The ambient light is not known." in text_of(made(sample_check(ambient=no_ambient())))


def test_a_broken_off_check_decides_nothing() -> None:
    text = text_of(made(sample_check(is_complete=False, calibrated=False)))
    assert "BROKEN OFF The check was broken off." in text
    assert "is within the limits" not in text


def test_a_record_that_was_changed_by_hand_is_not_valid() -> None:
    kept = replace(stored([sample_check()])[0], is_sound=False, clock_went_back=True)
    text = text_of(report_pdf(kept, [kept]))
    assert "NOT VALID The record was changed after it was written." in text
    assert "The clock had been set back." in text
    assert "is within the limits" not in text


def test_a_calibration_shows_before_and_after_and_its_table() -> None:
    records = sample_calibrated()
    text = text_of(made(records[-1], [sample_display(at=START - timedelta(days=1)), *records[:-1]]))
    for said in ("Display calibration", "Before and after", "Bare display: 256 levels", "display LUT, P-value to DDL"):
        assert said in text, said
    calibration = records[-1]
    assert isinstance(calibration, CalibrationRecord)
    assert calibration.lut_sha256[:40] in text.replace(" ", "")


def test_a_calibration_without_a_check_after_it_shows_nothing_as_passed() -> None:
    calibration = sample_calibrated()[-1]
    text = text_of(made(calibration))
    assert "nothing shows that it conforms" in text
    assert "PASS" not in text


def test_the_trend_is_that_of_the_time_of_the_check() -> None:
    chain = stored(sample_history(9))
    checks = [each for each in chain if isinstance(each.record, CheckRecord) and each.record.check == "monthly"]
    early = report_pdf(checks[4], chain)
    assert early == report_pdf(checks[4], [each for each in chain if each.sequence <= checks[4].sequence])
    assert "Slope −" in text_of(early)


def test_records_that_were_changed_by_hand_have_no_part_in_it() -> None:
    chain = stored(sample_history(6))
    marked = [replace(each, is_sound=each is chain[-1]) for each in chain]
    text = text_of(report_pdf(marked[-1], marked))
    assert "Slope" not in text
    assert "made 2025-05-05" not in text  # the calibration that its LUT came from


def test_the_same_record_gives_the_same_bytes() -> None:
    first = made(sample_check(uniformity=True))
    time.sleep(1.1)  # dates in files count seconds
    assert made(sample_check(uniformity=True)) == first


def test_every_page_carries_record_hash_and_number() -> None:
    pdf = made(sample_check(points=256))
    kept = stored([sample_check(points=256)])[0]
    texts = page_texts(pdf)
    for number, text in enumerate(texts, start=1):
        assert f"Record {kept.record.head.id}" in text
        assert kept.hash in text
        assert f"Page {number} of {len(texts)}" in text


@pytest.mark.parametrize(
    "record",
    [
        sample_check(calibrated=False),
        sample_check(points=256),
        sample_check(uniformity=True, answers=sample_answers(bad=True), meter=replace(METER, measures_colour=True)),
        sample_check("HDMI-1:1920x1080", role="review", operator="Dr. Ångström-Ōé 李明 " * 4),
        sample_check(
            provisional=("a very long reason that goes on and on " * 12, "another"), notes=("long note " * 60,)
        ),
        sample_check(check="daily", meter=None, answers=sample_answers() * 12),
    ],
    ids=["fail", "256", "annual", "weak", "long", "many answers"],
)
def test_nothing_leaves_the_page(record: CheckRecord) -> None:
    assert strays(made(record)) == []


def test_series_that_cannot_be_judged_are_shown_with_the_reason() -> None:
    check = sample_check()
    series = check.series[0]
    dark = replace(series.measured[0], readings=(replace(series.measured[0].readings[0], luminance_cd_m2=0.0),))
    for odd in (
        replace(series, measured=(dark, *series.measured[1:])),  # no GSDF below 0.05 cd/m²
        replace(series, measured=series.measured[:5]),
        replace(series, levels=4096),
        replace(series, measured=tuple(replace(each, level=255 - each.level) for each in series.measured)),
    ):
        pdf = made(replace(check, series=(odd,), ambient=no_ambient()))
        assert "No contrast response:" in text_of(pdf)
        assert strays(pdf) == []


def test_characters_without_a_shape_become_a_box() -> None:
    assert printable("Ō 李\x07 ✓") == "Ō □  ✓"


def test_a_registration_has_no_report() -> None:
    with pytest.raises(BadInput, match="registration"):
        made(sample_display())
