"""Rows of a CSV file of readings, each checked by itself; all faults are gathered before they are told."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from calibration.readings.reading import Space
from calibration.readings.typed_number import CD_M2_PER_FL, plain_number, possible_luminance, quoted, with_point
from workstation.foundation.errors import BadInput

_MOST_BYTES = 5_000_000
_MOST_LEVEL = 65_535
_LEVEL_NAMES = {"level": None, "ddl": Space.DDL, "pvalue": Space.P_VALUE}
_LUMINANCE_NAMES = {"luminancecdm2", "lcdm2", "cdm2"}
_HEADER = "The first line must be level,luminance_cd_m2."


@dataclass(frozen=True)
class Row:
    """One reading of a file.

    Attributes
    ----------
    p_value
        Fraction of the highest P-value, where the file tells it beside the level.
    raw
        The row as it stands there.
    space
        What the level is, where the file tells it: by the name of the column, or in a column ``space``.
    """

    level: int
    luminance_cd_m2: float
    place: str
    u_prime: float | None
    v_prime: float | None
    p_value: float | None
    raw: str
    space: Space | None = None


def rows_in(path: Path, space: Space | None = None) -> tuple[Row, ...]:
    """All readings of a file, in its order; at least one.

    Parameters
    ----------
    space
        What the levels must be; None takes any.

    Raises
    ------
    BadInput
        The file is absent, no text, too large, without the two columns, or rows are wrong: the first three are named.
    """
    lines = list(_lines_of(path))
    if not lines:
        raise BadInput(f"{path.name} is empty.", _HEADER)
    columns = _columns_of(path, lines[0][1], space)
    said = _LEVEL_NAMES[next(name for name in _LEVEL_NAMES if name in map(_plain, lines[0][1]))]
    rows: list[Row] = []
    faults: list[str] = []
    for number, fields in lines[1:]:
        try:
            row = _row_of(fields, columns, len(lines[0][1]), space)
            rows.append(row if said is None else replace(row, space=said))
        except BadInput as error:
            faults.append(f"row {number}: {error}")
    if faults:
        more = f" And {len(faults) - 3} rows more." if len(faults) > 3 else ""
        raise BadInput(f"{path.name}, {' '.join(faults[:3])}{more}")
    if not rows:
        raise BadInput(f"{path.name} holds no readings.", "Below the first line there is one row a reading.")
    return tuple(rows)


def _lines_of(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and fields of each line that is not empty."""
    reader = csv.reader(io.StringIO(_text_of(path), newline=""))
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                yield reader.line_num, fields
    except csv.Error as error:
        raise BadInput(f"{path.name}, row {reader.line_num}: {error}.", _HEADER) from error


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            content = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.", "Check the file's name and place.") from error
    if len(content) > _MOST_BYTES:
        raise BadInput(f"{path.name} is too large for a list of readings (over 5 MB).", "Is it the right file?")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name} is no text in UTF-8.", "Save it as CSV (UTF-8).") from error
    if "\0" in text:
        raise BadInput(f"{path.name} is no text.", "Save it as CSV (UTF-8).")
    return text


def _columns_of(path: Path, header: Sequence[str], space: Space | None) -> Mapping[str, int]:
    """Position of each known column; ``level`` and ``luminance`` are there."""
    if len(header) == 1 and re.search(r"[;\t]", header[0]):
        raise BadInput(
            f"{path.name}, row 1: the columns are not separated by commas.",
            "Save it as CSV with commas between the columns and decimal points in the numbers.",
        )
    names = [_plain(field) for field in header]
    found: dict[str, int] = {
        name: names.index(name) for name in ("place", "space", "uprime", "vprime") if name in names
    }
    luminances = [index for index, name in enumerate(names) if name in _LUMINANCE_NAMES]
    _refuse_other_units(path, header, names, bool(luminances))
    level = next((name for name in _LEVEL_NAMES if name in names), None)
    if level is None or len(luminances) != 1 or names.count(level) != 1:
        raise BadInput(f"{path.name}, row 1: {quoted(','.join(header), 60)} does not name the two columns.", _HEADER)
    if level == "level" and "pvalue" in names:
        found["fraction"] = names.index("pvalue")
    said = _LEVEL_NAMES[level]
    if space is not None and said is not None and said is not space:
        raise BadInput(
            f"{path.name}, row 1: the column {quoted(header[names.index(level)])} does not hold {_word(space)}s.",
            f"Give a response that was measured in {_word(space)}s.",
        )
    return found | {"level": names.index(level), "luminance": luminances[0]}


def _refuse_other_units(path: Path, header: Sequence[str], names: Sequence[str], has_cd_m2: bool) -> None:
    foot_lamberts = [
        index for index, name in enumerate(names) if re.search(r"(?:^|luminance|l)(?:fl|ftl)$|lambert", name)
    ]
    if foot_lamberts:
        column = quoted(header[foot_lamberts[0]])
        if has_cd_m2:
            raise BadInput(
                f"{path.name}, row 1: luminance stands in two units, cd/m² and {column}.", "Keep cd/m² only."
            )
        raise BadInput(
            f"{path.name}, row 1: {column} is in foot-lamberts.",
            f"Multiply the column by {CD_M2_PER_FL:g} and name it luminance_cd_m2.",
        )
    if not has_cd_m2 and any(name in ("luminance", "l", "lum", "y") for name in names):
        raise BadInput(f"{path.name}, row 1: the luminance has no unit.", "Name its column luminance_cd_m2.")


def _row_of(fields: Sequence[str], columns: Mapping[str, int], width: int, space: Space | None) -> Row:
    if any(";" in fields[columns[name]] for name in ("level", "luminance") if columns[name] < len(fields)):
        text = quoted(",".join(fields))
        raise BadInput(f"{text} has semicolons between the columns. Write commas, and decimal points.")
    if len(fields) != width:
        raise BadInput(_wrong_width(fields, width))
    if space is not None and "space" in columns and fields[columns["space"]].strip().lower() != space.value:
        raise BadInput(f"the space is {quoted(fields[columns['space']])}, {_word(space)}s are needed.")
    place = fields[columns["place"]].strip() if "place" in columns else ""
    return Row(
        _level(fields[columns["level"]]),
        _luminance(fields[columns["luminance"]]),
        place or "centre",
        _optional(fields, columns, "uprime"),
        _optional(fields, columns, "vprime"),
        _optional(fields, columns, "fraction"),
        ",".join(fields),
        _space_of(fields[columns["space"]]) if "space" in columns else None,
    )


def _space_of(text: str) -> Space:
    found = next((each for each in Space if each.value == text.strip().lower()), None)
    if found is None:
        raise BadInput(f"the space is {quoted(text)}. Write ddl or p_value.")
    return found


def _wrong_width(fields: Sequence[str], width: int) -> str:
    if len(fields) > width and all(re.fullmatch(r"\s*[+-]?\d+\s*", field) for field in fields):
        number = with_point(",".join(field.strip() for field in fields[-2:]))
        return f"{quoted(','.join(fields))} seems to have a decimal comma. Write {number}."
    return f"{len(fields)} column{'s' if len(fields) > 1 else ''} instead of {width}."


def _level(text: str) -> int:
    number = plain_number(text)
    if number != int(number) or not 0 <= number <= _MOST_LEVEL:
        raise BadInput(f"the level {quoted(text)} is no whole number from 0 to {_MOST_LEVEL}.")
    return int(number)


def _luminance(text: str) -> float:
    if re.search(r"\d\s*[A-Za-zµ]{2,}", text) and not re.search(r"\d[eE][+-]?\d", text):
        raise BadInput(f"{quoted(text)} has a unit. Write the number in cd/m² alone.")
    return possible_luminance(plain_number(text))


def _optional(fields: Sequence[str], columns: Mapping[str, int], name: str) -> float | None:
    text = fields[columns[name]].strip() if name in columns else ""
    return plain_number(text) if text else None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9']", "", name.strip().lower().replace("²", "2")).replace("'", "prime")


def _word(space: Space) -> str:
    return "DDL" if space is Space.DDL else "P-value"
