"""Luminance responses from CSV: what is read, and the line that each kind of bad file gets."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calibration.gsdf.response import response_of
from calibration.readings.reading import Series, Space
from calibration.readings.response_file import read_response
from workstation.foundation.errors import BadInput

LEVELS = tuple(range(0, 256, 15))


def _panel(level: int) -> float:
    return 0.6 + 409.4 * (level / 255) ** 2.2


def _rows(levels: Sequence[int] = LEVELS, luminance: Callable[[int], float] = _panel) -> list[str]:
    return [f"{level},{luminance(level):.4f}" for level in levels]


def _read(tmp_path: Path, rows: Sequence[str], header: str = "level,luminance_cd_m2", **options: object) -> Series:
    path = tmp_path / "meas.csv"
    path.write_bytes("\n".join([header, *rows]).encode())
    return read_response(path, options.pop("space", Space.DDL), **options)  # type: ignore[arg-type]


def _refusal(tmp_path: Path, rows: Sequence[str], header: str = "level,luminance_cd_m2", **options: object) -> str:
    with pytest.raises(BadInput) as caught:
        _read(tmp_path, rows, header, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_response_of_18_levels(tmp_path: Path) -> None:
    series = _read(tmp_path, _rows())
    assert (series.space, series.levels, series.includes_ambient, len(series.measured)) == (Space.DDL, 256, False, 18)
    assert series.means()[255] == pytest.approx(410.0)
    assert series.measured[1].readings[0].raw == f"15,{_panel(15):.4f}"
    assert response_of(series).luminance_cd_m2[128] == pytest.approx(_panel(128), rel=2e-3)


def test_several_rows_a_level_are_several_readings_in_any_order(tmp_path: Path) -> None:
    rows = _rows() + _rows(luminance=lambda level: _panel(level) * 1.002)
    random.Random(4).shuffle(rows)
    series = _read(tmp_path, rows, space=Space.P_VALUE, includes_ambient=True)
    assert {len(each.readings) for each in series.measured} == {2}
    assert series.at_place()[0].sd_cd_m2 == pytest.approx(0.6 * 0.002 / 2**0.5, rel=0.2)
    assert (series.space, series.includes_ambient) == (Space.P_VALUE, True)


@pytest.mark.parametrize(
    "header", ["ddl,luminance_cd_m2", "Level, Luminance (cd/m²)", "level,L_cd_m2", '"level","luminance_cd_m2"']
)
def test_headers_that_mean_the_same(tmp_path: Path, header: str) -> None:
    assert len(_read(tmp_path, _rows(), header).measured) == 18


def test_marks_of_spreadsheets_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "meas.csv"
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(["level,luminance_cd_m2", "", *_rows(), " , ", ""]).encode())
    assert len(read_response(path, Space.DDL).measured) == 18


def test_colour_place_and_unknown_columns(tmp_path: Path) -> None:
    rows = [f"{row},0.1978,0.4683,centre,x" for row in _rows()]
    series = _read(tmp_path, rows, "level,luminance_cd_m2,u',v',place,remark")
    assert series.measured[0].chromaticity == (0.1978, 0.4683)


def test_the_depth_is_found_from_the_levels(tmp_path: Path) -> None:
    ten_bits = [round(index * 1023 / 17) for index in range(18)]
    assert _read(tmp_path, _rows(ten_bits, lambda level: _panel(level / 4))).levels == 1024  # type: ignore[arg-type]


def test_what_gsdf_writes_is_read_with_its_own_levels(tmp_path: Path) -> None:
    rows = [f"{level},{level / 17:.6f},{_panel(level * 15):.4f}" for level in range(18)]
    assert _read(tmp_path, rows, "level,p_value,luminance_cd_m2").levels == 18


def test_the_largest_table_is_read_in_reasonable_time(tmp_path: Path) -> None:
    began = time.monotonic()
    series = _read(tmp_path, _rows(range(20_000), lambda level: 0.5 + level / 200), levels=20_000)
    assert len(series.measured) == 20_000
    assert time.monotonic() - began < 10.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({3: "45;9,5"}, "row 5: “45;9,5” has semicolons between the columns. Write commas, and decimal points."),
        ({3: "45,9,5"}, "row 5: “45,9,5” seems to have a decimal comma. Write 9.5."),
        ({3: '45,"9,5"'}, "row 5: “9,5” is not written with a decimal point. Write 9.5."),
        ({3: "45,nan"}, "row 5: “nan” is no number."),
        ({3: "45,inf"}, "row 5: “inf” is no number."),
        ({3: "45,"}, "row 5: A number is missing."),
        ({3: "45"}, "row 5: 1 column instead of 2."),
        ({3: "45,-9.5"}, "row 5: -9.5 cd/m² is negative; light cannot be."),
        ({3: "45,95000"}, "row 5: 95000 cd/m² is more than any monitor gives."),
        ({3: "45,9.5 fL"}, "row 5: “9.5 fL” has a unit. Write the number in cd/m² alone."),
        ({3: "45.5,9.5"}, "row 5: the level “45.5” is no whole number"),
        ({3: "-45,9.5"}, "row 5: the level “-45” is no whole number"),
        ({3: "x,9.5"}, "row 5: “x” is no number."),
        ({2: "30,a", 3: "45,b", 4: "60,c", 5: "75,d", 6: "90,e"}, "row 6: “c” is no number."),
        ({3: "60,50.0"}, "the readings of level 60 contradict each other"),
        ({3: "45,95.0"}, "the luminance falls from level 45 to 60 (95 to"),
        ({0: "15,0.6"}, "lacks level 0; both ends of 0 to 255 are needed."),
        ({17: "240,360.0"}, "lacks level 255"),
    ],
)
def test_wrong_rows_are_named_with_what_to_write(tmp_path: Path, change: dict[int, str], words: str) -> None:
    rows = _rows()
    for index, row in change.items():
        rows[index] = row
    said = _refusal(tmp_path, rows)
    assert said.startswith("meas.csv")
    assert words in said


def test_many_wrong_rows_are_counted(tmp_path: Path) -> None:
    said = _refusal(tmp_path, [row.replace(".", ";") for row in _rows()])
    assert said.count("row ") == 3
    assert "And 15 rows more." in said


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("level;luminance_cd_m2", "row 1: the columns are not separated by commas"),
        ("level,luminance_fL", "“luminance_fL” is in foot-lamberts. Multiply the column by 3.42626"),
        ("level,fL", "foot-lamberts"),
        ("level,luminance", "the luminance has no unit. Name its column luminance_cd_m2."),
        ("0,0.6", "does not name the two columns. The first line must be level,luminance_cd_m2."),
        ("p_value,luminance_cd_m2", "the column “p_value” does not hold DDLs."),
    ],
)
def test_wrong_headers(tmp_path: Path, header: str, words: str) -> None:
    assert words in _refusal(tmp_path, _rows(), header)


def test_two_units_are_refused(tmp_path: Path) -> None:
    rows = [f"{row},1.0" for row in _rows()]
    assert "two units" in _refusal(tmp_path, rows, "level,luminance_cd_m2,luminance_fl")


def test_readings_of_the_other_space_are_refused(tmp_path: Path) -> None:
    assert "does not hold P-values" in _refusal(tmp_path, _rows(), "ddl,luminance_cd_m2", space=Space.P_VALUE)
    rows = [f"{row},ddl" for row in _rows()]
    assert "P-values are needed" in _refusal(tmp_path, rows, "level,luminance_cd_m2,space", space=Space.P_VALUE)
    assert len(_read(tmp_path, rows, "level,luminance_cd_m2,space").measured) == 18


def test_too_few_levels_and_none(tmp_path: Path) -> None:
    assert "holds 3 levels; a luminance response needs at least 11" in _refusal(tmp_path, _rows([0, 128, 255]))
    assert "holds no readings" in _refusal(tmp_path, [])
    assert "levels run from 0 to 255" in _refusal(tmp_path, _rows([*LEVELS, 300]), levels=256)


def test_a_series_broken_off_in_the_middle_is_no_smaller_space(tmp_path: Path) -> None:
    assert "lacks level 255" in _refusal(tmp_path, _rows(range(100)))


def test_a_small_fall_within_the_scatter_is_noise_a_large_one_is_not(tmp_path: Path) -> None:
    def crushed(level: int) -> float:
        return 0.5 if level <= 30 else _panel(level)

    scattered = [*_rows(luminance=crushed), "0,0.54", "15,0.46", "0,0.46", "15,0.5", "0,0.53", "15,0.47"]
    assert len(_read(tmp_path, scattered).measured) == 18
    steady = [*_rows(luminance=crushed)[:1], "15,0.45", *_rows(luminance=crushed)[2:]]
    assert "falls from level 0 to 15 (0.5 to 0.45 cd/m²)" in _refusal(tmp_path, steady)


def test_a_meter_beside_the_pattern(tmp_path: Path) -> None:
    assert "does not rise" in _refusal(tmp_path, _rows(luminance=lambda _: 82.0))
    assert "falls from level" in _refusal(tmp_path, _rows(luminance=lambda level: _panel(255 - level)))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"\xff\xfel\x00e\x00", "no text in UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no text in UTF-8"),
        (b"level,luminance_cd_m2\n0,\x00\n", "is no text"),
        (b"level,luminance_cd_m2\n" + b"0,0.5\n" * 1_000_000, "too large"),
        (b'level,luminance_cd_m2\n0,"' + b"9" * 200_000, "row"),
    ],
)
def test_what_is_no_table(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=words):
        read_response(path, Space.DDL)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read: No such file"):
        read_response(tmp_path / "none.csv", Space.DDL)
    with pytest.raises(BadInput, match="cannot be read"):
        read_response(tmp_path, Space.DDL)


_CELL = (
    st.text(max_size=8) | st.integers(-5, 300).map(str) | st.floats().map(repr) | st.sampled_from(["", "1,5", "9 fL"])
)
_LINE = st.lists(_CELL, min_size=1, max_size=4).map(",".join)
_HEADER = st.sampled_from(
    ["level,luminance_cd_m2", "level,p_value,luminance_cd_m2", "ddl,luminance_cd_m2,place", "level,fL", "a;b"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(_HEADER | st.text(max_size=30), st.lists(_LINE, max_size=30))
def test_odd_tables_are_read_or_refused_in_words(tmp_path: Path, header: str, lines: list[str]) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("\n".join([header, *lines]), encoding="utf-8", errors="replace")
    _read_or_refuse(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 30))
def test_damaged_files_are_read_or_refused_in_words(tmp_path: Path, noise: bytes, at: int, lost: int) -> None:
    whole = "\n".join(["level,luminance_cd_m2", *_rows()]).encode()
    path = tmp_path / "odd.csv"
    path.write_bytes(whole[:at] + noise + whole[at + lost :])
    _read_or_refuse(path)


def _read_or_refuse(path: Path) -> None:
    try:
        series = read_response(path, Space.DDL)
    except BadInput as error:
        said = str(error)
    else:
        said = ""
        assert all(0 <= each.mean_cd_m2 <= 20_000 for each in series.measured)
        assert len(series.measured) >= 11
    assert len(said) < 700
    assert "\n" not in said
