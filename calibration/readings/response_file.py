"""Luminance responses from CSV files: ``level,luminance_cd_m2``, one row a reading, several rows a level allowed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from calibration.readings.reading import MeasuredLevel, Reading, Series, Space
from calibration.readings.response_rows import Row, rows_in
from workstation.foundation.errors import BadInput

LEAST_LEVELS = 11
"""DIN 6868-157 takes 11 levels, AAPM 18; fewer tell no curve."""
_SPACES = (256, 1024, 4096)
_CONTRADICTION = 0.20  # share by which readings of one level may differ before one of them must be wrong
_DARK_CD_M2 = 0.05  # what meters of this trade cannot tell apart in the dark
_NOISE = 0.02  # a fall by less is noise whatever the spread says
_RESOLUTION_CD_M2 = 0.01


def read_response(
    path: Path,
    space: Space,
    *,
    includes_ambient: bool = False,
    levels: int | None = None,
    least_levels: int = LEAST_LEVELS,
    test: str = "luminance-response",
) -> Series:
    """Read a measured luminance response.

    Parameters
    ----------
    space
        What the levels are. A file whose column or ``space`` column says the other is refused.
    includes_ambient
        Whether the readings hold reflected room light.
    levels
        Levels of the space; None finds out: from the fractions of a column ``p_value`` beside ``level``, as the
        command ``gsdf`` writes it; otherwise 256, 1024 or 4096, whichever holds the levels.

    Returns
    -------
    Series
        Levels in the order of the file. Both ends are there, and the luminance rises apart from noise.

    Raises
    ------
    BadInput
        One clear line naming file, row or level, and what to do.
    """
    rows = rows_in(path, space)
    series = Series(test, space, levels or _levels_of(path, rows), includes_ambient, _measured(rows, _time_of(path)))
    place = rows[0].place
    _require_enough(path, series.means(place), series.levels, least_levels)
    for each in series.measured:
        _require_agreement(path, each)
    _require_rise(path, series.at_place(place))
    return series


def _measured(rows: Sequence[Row], at: datetime) -> tuple[MeasuredLevel, ...]:
    """The readings gathered by level and place, in the order in which these first appear."""
    found: dict[tuple[int, str], list[Reading]] = {}
    for row in rows:
        reading = Reading(row.luminance_cd_m2, at, row.u_prime, row.v_prime, row.raw)
        found.setdefault((row.level, row.place), []).append(reading)
    return tuple(MeasuredLevel(level, tuple(readings), place) for (level, place), readings in found.items())


def _levels_of(path: Path, rows: Sequence[Row]) -> int:
    top = max(rows, key=lambda row: row.level)
    if top.p_value is None or not top.level:
        return next((size for size in _SPACES if top.level < size), top.level + 1)
    if not 0 < top.p_value <= 1:
        raise BadInput(f"{path.name}: the p_value of level {top.level} is {top.p_value:g}, not in 0 to 1.", "Mend it.")
    return round(top.level / top.p_value) + 1


def _time_of(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _require_enough(path: Path, means: Mapping[int, float], levels: int, least: int) -> None:
    beyond = sorted(level for level in means if level >= levels)
    if beyond:
        raise BadInput(f"{path.name} holds level {beyond[-1]}; levels run from 0 to {levels - 1}.", "Mend that row.")
    if len(means) < least:
        raise BadInput(
            f"{path.name} holds {len(means)} levels; a luminance response needs at least {least}.",
            "Measure the missing levels.",
        )
    missing = [str(end) for end in (0, levels - 1) if end not in means]
    if missing:
        raise BadInput(
            f"{path.name} lacks level {' and '.join(missing)}; both ends of 0 to {levels - 1} are needed.",
            "Measure the missing levels.",
        )


def _require_agreement(path: Path, measured: MeasuredLevel) -> None:
    values = [reading.luminance_cd_m2 for reading in measured.readings]
    spread = max(values) - min(values)
    if spread > max(_CONTRADICTION * measured.mean_cd_m2, _DARK_CD_M2):
        raise BadInput(
            f"{path.name}: the readings of level {measured.level} contradict each other "
            f"({min(values):g} and {max(values):g} cd/m²).",
            "One of them belongs to another level or was misread: measure this level again.",
        )


def _require_rise(path: Path, measured: Sequence[MeasuredLevel]) -> None:
    """Small falls within the noise of the readings stay; a larger one is a wrong reading."""
    falls = [(low, high) for low, high in pairwise(measured) if low.mean_cd_m2 - high.mean_cd_m2 > _noise(low, high)]
    if falls:
        where = ", ".join(
            f"{low.level} to {high.level} ({low.mean_cd_m2:g} to {high.mean_cd_m2:g} cd/m²)" for low, high in falls[:3]
        ) + (" and more" if len(falls) > 3 else "")
        raise BadInput(
            f"{path.name}: the luminance falls from level {where}; it must rise.",
            "A row is wrong or the meter moved: measure these levels again.",
        )
    if not measured[-1].mean_cd_m2 > measured[0].mean_cd_m2:
        raise BadInput(
            f"{path.name}: the luminance does not rise from the lowest to the highest level.",
            "Was the meter on the pattern? Measure again.",
        )


def _noise(low: MeasuredLevel, high: MeasuredLevel) -> float:
    """By how much the mean of ``high`` may lie below that of ``low`` by chance (3 standard errors), cd/m²."""
    errors = [(each.sd_cd_m2 or 0.0) / math.sqrt(len(each.readings)) for each in (low, high)]
    return max(_NOISE * low.mean_cd_m2, _RESOLUTION_CD_M2, 3 * math.hypot(*errors))
