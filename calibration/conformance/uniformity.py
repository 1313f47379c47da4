"""How evenly a screen shines, and in which colour: over places, over greys, against D65."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from statistics import fmean, median, stdev

import numpy as np

from calibration.conformance.metric_table import quantity
from calibration.conformance.spread import half_widths, student
from calibration.conformance.verdict import Quantity
from calibration.readings.reading import MeasuredLevel

D65 = (0.19783, 0.46833)
"""u', v' of CIE standard illuminant D65."""
TRACKED_FROM_CD_M2 = 5.0
"""Colorimeters do not tell the colour of darker greys."""
LEAST_PLACES = 5


def uniformity_of(measured: Sequence[MeasuredLevel]) -> tuple[Quantity, ...]:
    """Uniformity of luminance over the places of each level; the worst level counts.

    Taken as the meter read it: ambient light added to every place would only flatter the screen. A level with fewer
    than five places says nothing.
    """
    halves = half_widths(measured)
    spread = dict(zip(measured, halves, strict=True)) if halves is not None else None
    groups = [group for group in _by_level(measured) if len(group) >= LEAST_PLACES]
    found = [each for group in groups for each in _of_level(group, spread)]
    names = dict.fromkeys(each.metric for each in found)
    return tuple(_greatest([each for each in found if each.metric == name]) for name in names)


def colours_of(measured: Sequence[MeasuredLevel], most_level: int) -> tuple[Quantity, ...]:
    """White point, tracking over greys, and evenness over places, from readings that hold a colour; empty without."""
    coloured = [each for each in measured if each.chromaticity is not None]
    white = [each for each in coloured if each.level == most_level and each.place == "centre"]
    found = list(_white(white[0])) if white else []
    grey = [each for each in coloured if each.place == "centre" and each.mean_cd_m2 >= TRACKED_FROM_CD_M2]
    if len(grey) > 1:
        found.append(_greatest([_from_d65("colour_tracking", each) for each in grey]))
    groups = [group for group in _by_level(coloured) if len(group) >= LEAST_PLACES]
    if groups:
        found.append(_greatest([_evenness(group) for group in groups]))
    return tuple(found)


def distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Distance in the CIE 1976 u'v' diagram."""
    return math.hypot(one[0] - other[0], one[1] - other[1])


def _by_level(measured: Sequence[MeasuredLevel]) -> list[list[MeasuredLevel]]:
    levels = sorted({each.level for each in measured})
    return [[each for each in measured if each.level == level] for level in levels]


def _greatest(quantities: Sequence[Quantity]) -> Quantity:
    """The one whose interval reaches furthest, so that an uncertain one is not hidden behind a certain one."""
    return max(quantities, key=lambda each: each.value + (each.uncertainty or 0.0))


def _of_level(group: Sequence[MeasuredLevel], spread: dict[MeasuredLevel, float] | None) -> list[Quantity]:
    bright, dark = max(group, key=_mean), min(group, key=_mean)
    if not bright.mean_cd_m2 > 0:
        return []
    most, least, middle = bright.mean_cd_m2, dark.mean_cd_m2, median(map(_mean, group))
    halves = None if spread is None else (spread[bright], spread[dark])
    where = f"level {group[0].level}: {dark.place} {least:.4g}, {bright.place} {most:.4g} cd/m²"
    found = [quantity("uniformity_mld", 200 * (most - least) / (most + least), _mld_half(most, least, halves), where)]
    if middle > 0:
        found.append(_against("uniformity_ludm", group, middle, None, spread))
    centre = next((each for each in group if each.place == "centre"), None)
    if centre is not None and centre.mean_cd_m2 > 0:
        found.append(_against("uniformity_corner", group, centre.mean_cd_m2, centre, spread))
    return found


def _mld_half(most: float, least: float, halves: tuple[float, float] | None) -> float | None:
    """The law of propagation: 400 / (max + min)² x (min, max) are the derivatives."""
    if halves is None:
        return None
    return 400 / (most + least) ** 2 * math.hypot(least * halves[0], most * halves[1])


def _against(
    metric: str,
    group: Sequence[MeasuredLevel],
    reference: float,
    reference_level: MeasuredLevel | None,
    spread: dict[MeasuredLevel, float] | None,
) -> Quantity:
    """100 max |L - reference| / reference over the places."""
    worst = max(group, key=lambda each: abs(each.mean_cd_m2 - reference))
    value = 100 * abs(worst.mean_cd_m2 - reference) / reference
    half = None
    if spread is not None:
        # the median hardly scatters; a single place does
        of_reference = 0.0 if reference_level is None else spread[reference_level] * worst.mean_cd_m2 / reference
        half = 100 / reference * math.hypot(spread[worst], of_reference)
    return quantity(metric, value, half, f"level {worst.level}: {worst.place} {worst.mean_cd_m2:.4g} cd/m²")


def _mean(measured: MeasuredLevel) -> float:
    return measured.mean_cd_m2


def _white(white: MeasuredLevel) -> list[Quantity]:
    assert white.chromaticity is not None  # noqa: S101 - chosen for having one
    half = _colour_half(white)
    return [
        quantity("white_u", white.chromaticity[0], half),
        quantity("white_v", white.chromaticity[1], half),
        _from_d65("white_point_distance", white),
    ]


def _from_d65(metric: str, measured: MeasuredLevel) -> Quantity:
    assert measured.chromaticity is not None  # noqa: S101 - chosen for having one
    u, v = measured.chromaticity
    where = f"level {measured.level}: u' {u:.4f}, v' {v:.4f}"
    return quantity(metric, distance((u, v), D65), _colour_half(measured), where)


def _evenness(group: Sequence[MeasuredLevel]) -> Quantity:
    pairs = [(one, other, _apart(one, other)) for one, other in combinations(group, 2)]
    one, other, apart = max(pairs, key=lambda pair: pair[2])
    halves = (_colour_half(one), _colour_half(other))
    half = math.hypot(*(each for each in halves if each is not None)) if any(halves) else None
    return quantity("colour_uniformity", apart, half, f"level {one.level}: {one.place} against {other.place}")


def _apart(one: MeasuredLevel, other: MeasuredLevel) -> float:
    assert one.chromaticity is not None  # noqa: S101 - chosen for having one
    assert other.chromaticity is not None  # noqa: S101
    return distance(one.chromaticity, other.chromaticity)


def _colour_half(measured: MeasuredLevel) -> float | None:
    """Half the interval of 95 % of a mean colour, in u'v'; None for a single reading."""
    pairs = [(r.u_prime, r.v_prime) for r in measured.readings if r.u_prime is not None and r.v_prime is not None]
    if len(pairs) < 2:
        return None
    sds = [stdev(values) for values in zip(*pairs, strict=True)]
    return student(len(pairs) - 1) * math.hypot(*sds) / math.sqrt(len(pairs))


def settling_of(measured: MeasuredLevel, window_s: float = 300.0) -> Quantity | None:
    """How much the luminance moved over the last ``window_s`` of a warm-up; None when it was not watched as long."""
    last = measured.readings[-1].at
    recent = [r.luminance_cd_m2 for r in measured.readings if (last - r.at).total_seconds() <= window_s]
    watched_s = (last - measured.readings[0].at).total_seconds()
    if watched_s < window_s or len(recent) < 2 or not fmean(recent) > 0:
        return None
    value = 100 * float(np.ptp(recent)) / fmean(recent)
    return quantity("warm_up_drift", value, None, f"over the last {window_s / 60:.0f} minutes of {watched_s / 60:.0f}")
