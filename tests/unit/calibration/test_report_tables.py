"""CSV and JSON of a record, and back."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.exports.record_json import record_from_json, record_json
from calibration.exports.tables import levels_csv, readings_csv, rules_csv, series_from_csv
from calibration.readings.reading import MeasuredLevel, Reading, Series, Space
from calibration.readings.response_file import read_response
from tests.helpers.sample_records import METER, ROOM, sample_answers, sample_check, sample_history, stored
from workstation.foundation.errors import BadInput

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), max_size=12)
READINGS = st.builds(
    Reading,
    st.floats(0, 5000),
    st.integers(1_600_000_000_000_000, 2_000_000_000_000_000).map(lambda us: datetime.fromtimestamp(us / 1e6, UTC)),
    st.none() | st.floats(0, 1),
    st.none() | st.floats(0, 1),
    TEXTS,
)
LEVELS = st.builds(MeasuredLevel, st.integers(0, 255), st.lists(READINGS, min_size=1, max_size=3).map(tuple), TEXTS)


@settings(max_examples=50)
@given(levels=st.lists(LEVELS, min_size=1, max_size=5, unique_by=lambda each: (each.level, each.place)), test=TEXTS)
def test_readings_come_back_as_they_were(levels: list[MeasuredLevel], test: str) -> None:
    series = Series(test, Space.P_VALUE, 256, includes_ambient=True, measured=tuple(levels))
    check = replace(_CHECK, series=(series,))
    assert series_from_csv(readings_csv(check)) == (series,)


_CHECK = sample_check(uniformity=True, meter=replace(METER, measures_colour=True))


def test_all_series_of_a_check_come_back() -> None:
    assert series_from_csv(readings_csv(_CHECK)) == _CHECK.series


def test_the_readings_are_a_luminance_response_for_every_other_command(tmp_path: Path) -> None:
    file = tmp_path / "readings.csv"
    file.write_text(readings_csv(sample_check()), encoding="utf-8", newline="")
    assert read_response(file, Space.P_VALUE).means() == sample_check().series[0].means()
    with pytest.raises(BadInput, match="DDL"):
        read_response(file, Space.DDL)


def test_levels_and_rules_hold_what_the_record_holds() -> None:
    levels = list(csv.DictReader(io.StringIO(levels_csv(_CHECK))))
    assert len(levels) == 18 + 10
    assert float(levels[0]["mean_cd_m2"]) == _CHECK.series[0].measured[0].mean_cd_m2
    assert float(levels[0]["ambient_added_cd_m2"]) == ROOM.luminance_cd_m2
    rules = {row["metric"]: row for row in csv.DictReader(io.StringIO(rules_csv(_CHECK)))}
    contrast = next(rule for rule in _CHECK.verdict.rules if rule.metric == "max_contrast_deviation")
    assert float(rules["max_contrast_deviation"]["value"]) == contrast.value
    assert rules["max_contrast_deviation"]["confirmed"] == "no"
    assert rules["luminance_drift"]["verdict"] == "NOT_MEASURED"
    assert rules["luminance_drift"]["value"] == ""


def test_a_spreadsheet_finds_no_formula() -> None:
    check = sample_check()
    reading = replace(check.series[0].measured[0].readings[0], raw='=HYPERLINK("http://x")')
    level = replace(check.series[0].measured[0], readings=(reading,))
    text = readings_csv(replace(check, series=(replace(check.series[0], measured=(level,)),)))
    assert next(csv.DictReader(io.StringIO(text)))["raw"].startswith("'=")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("luminance_cd_m2", "luminance_fL"), "luminance_cd_m2 is missing"),
        (lambda text: text.replace("\r\n15,", "\r\n1500,", 1), "level 1500"),
        (lambda text: text.replace("p_value", "percent", 1), "Line 2"),
        (lambda text: text.replace("\r\n15,2", "\r\n15,-2", 1), "is no luminance"),
        (lambda text: text.replace("\r\n15,2.", "\r\n15,nan", 1), "cannot be used"),
    ],
)
def test_a_damaged_table_is_refused_by_line(change: object, said: str) -> None:
    assert callable(change)
    with pytest.raises(BadInput, match=said):
        series_from_csv(change(readings_csv(sample_check())))


def test_every_kind_of_record_goes_to_json_and_back() -> None:
    for kept in stored([*sample_history(2), sample_check(answers=sample_answers(), uniformity=True)]):
        document = record_json(kept)
        again = record_from_json(document)
        assert again.record == kept.record
        assert (again.sequence, again.hash) == (kept.sequence, kept.hash)
        assert record_json(replace(kept, record=again.record)) == document


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b"\xff", b'{"format": "lightbox display record 1"}', b"[" * 100_000],
)
def test_other_documents_are_refused(content: bytes) -> None:
    with pytest.raises(BadInput):
        record_from_json(content)


def test_an_unknown_key_is_named() -> None:
    document = json.loads(record_json(stored([sample_check()])[0]))
    document["record"]["colour"] = "blue"
    with pytest.raises(BadInput, match="colour"):
        record_from_json(json.dumps(document).encode())
