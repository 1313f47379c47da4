"""A check's numbers as CSV: every reading, every level, every rule. Point as decimal sign, units in the heads, UTF-8.

The readings come back as the series they were: `series_from_csv`. A cell that a spreadsheet would take for a formula
gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from calibration.readings.reading import MeasuredLevel, Reading, Series, Space
from calibration.records.record import CheckRecord
from workstation.foundation.errors import BadInput

READING_HEAD = (
    *("level", "luminance_cd_m2", "space", "levels", "test", "place", "includes_ambient", "at_utc"),
    *("u_prime", "v_prime", "raw"),
)
LEVEL_HEAD = (
    *("test", "space", "place", "level", "mean_cd_m2", "sd_cd_m2", "readings", "ambient_added_cd_m2"),
    *("u_prime", "v_prime"),
)
RULE_HEAD = (
    *("metric", "title", "verdict", "value", "uncertainty_95", "unit", "bound", "limit", "limit_high", "warn"),
    *("confirmed", "source", "detail"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def readings_csv(check: CheckRecord) -> str:
    """One row a reading, in the order of measuring; without ambient light unless ``includes_ambient`` says so."""
    return _csv(READING_HEAD, (_reading_row(s, m, r) for s in check.series for m in s.measured for r in m.readings))


def levels_csv(check: CheckRecord) -> str:
    """One row a level and place: mean, standard deviation of one reading, number of readings."""
    return _csv(LEVEL_HEAD, (_level_row(check, s, m) for s in check.series for m in s.measured))


def rules_csv(check: CheckRecord) -> str:
    """One row a rule of the policy, judged or not. Fractions stay fractions: 0.1 is 10 %."""
    rows = (
        (
            *(rule.metric, rule.title, rule.verdict.value, _number(rule.value), _number(rule.uncertainty), rule.unit),
            *(rule.bound, _number(rule.limit), _number(rule.limit_high), _number(rule.warn)),
            *("yes" if rule.is_confirmed else "no", rule.source, rule.detail),
        )
        for rule in check.verdict.rules
    )
    return _csv(RULE_HEAD, rows)


def series_from_csv(text: str) -> tuple[Series, ...]:
    """The series of a file that `readings_csv` wrote.

    Raises
    ------
    BadInput
        Naming the line, for a file of another form or a value that cannot be.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    missing = [name for name in READING_HEAD if name not in (rows.fieldnames or ())]
    if missing:
        raise BadInput(f"This is no table of readings: the column {missing[0]} is missing.", "Export it again.")
    found: dict[tuple[str, str, str, str], Series] = {}
    for row in rows:
        try:
            _take(found, row)
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput(
                f"Line {rows.line_num} of the readings cannot be used ({error}).", "Mend or remove it."
            ) from error
    return tuple(found.values())


def _take(found: dict[tuple[str, str, str, str], Series], row: Mapping[str, str]) -> None:
    key = (row["test"], row["space"], row["levels"], row["includes_ambient"])
    empty = Series(_plain(row["test"]), Space(row["space"]), int(row["levels"]), row["includes_ambient"] == "yes", ())
    level = int(row["level"])
    if not 0 <= level < empty.levels:
        raise ValueError(f"level {level} is not between 0 and {empty.levels - 1}")
    reading = Reading(
        _luminance(row["luminance_cd_m2"]),
        datetime.fromisoformat(row["at_utc"]),
        float(row["u_prime"]) if row["u_prime"] else None,
        float(row["v_prime"]) if row["v_prime"] else None,
        _plain(row["raw"]),
    )
    found[key] = found.get(key, empty).with_level(MeasuredLevel(level, (reading,), _plain(row["place"])))


def _luminance(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise ValueError(f"{text} is no luminance")
    return value


def _reading_row(series: Series, measured: MeasuredLevel, reading: Reading) -> Sequence[str]:
    return (
        *(str(measured.level), _number(reading.luminance_cd_m2), series.space.value, str(series.levels)),
        *(series.test, measured.place, "yes" if series.includes_ambient else "no", _time(reading.at)),
        *(_number(reading.u_prime), _number(reading.v_prime), reading.raw),
    )


def _level_row(check: CheckRecord, series: Series, measured: MeasuredLevel) -> Sequence[str]:
    u, v = measured.chromaticity or (None, None)
    added = 0.0 if series.includes_ambient else check.ambient.luminance_cd_m2
    return (
        *(series.test, series.space.value, measured.place, str(measured.level), _number(measured.mean_cd_m2)),
        *(_number(measured.sd_cd_m2), str(len(measured.readings)), _number(added), _number(u), _number(v)),
    )


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")  # RFC 4180
    writer.writerow(head)
    writer.writerows([_guarded(cell) for cell in row] for row in rows)
    return target.getvalue()


def _number(value: float | None) -> str:
    """The shortest text that is the same number again; empty where there is none."""
    return "" if value is None else repr(float(value))


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _guarded(cell: str) -> str:
    """Numbers stay as they are; other text never begins like a formula."""
    if not cell.startswith((*_FORMULA, "'")):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def _plain(cell: str) -> str:
    return cell.removeprefix("'")
