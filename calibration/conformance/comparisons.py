"""Quantities that need a second set: an earlier check of the same display, or the display beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from calibration.conformance.metric_table import quantity
from calibration.conformance.uniformity import distance
from calibration.conformance.verdict import Quantity


def drifts_of(
    now: Sequence[Quantity], baseline: Sequence[Quantity], *, same_meter: bool = True
) -> tuple[Quantity, ...]:
    """Change against the baseline: L'max, L'min, luminance ratio, contrast deviation.

    A quantity that either side lacks is left out.

    Parameters
    ----------
    same_meter
        The uncertainty is then that of repeatability; of two meters both certificates count in absolute luminances.
    """
    if not same_meter:
        now, baseline = _absolutely(now), _absolutely(baseline)
    found = [
        _relative("luminance_drift", "luminance_max", now, baseline),
        _absolute("luminance_min_change", "luminance_min", now, baseline),
        _relative("ratio_drift", "luminance_ratio", now, baseline),
        _absolute("contrast_drift", "max_contrast_deviation", now, baseline),
    ]
    return tuple(each for each in found if each is not None)


def between_of(displays: Sequence[Sequence[Quantity]], *, same_meter: bool = True) -> tuple[Quantity, ...]:
    """Differences between monitors: L'max, and the colour of white.

    Parameters
    ----------
    displays
        The quantities of each of the monitors, two or more; those without L'max or white point stay out.
    same_meter
        As in `drifts_of`.
    """
    if not same_meter:
        displays = [_absolutely(each) for each in displays]
    whites = [white for each in displays if (white := of_metric(each, "luminance_max")) is not None]
    found: list[Quantity] = []
    if len(whites) > 1 and max(white.value for white in whites) > 0:
        found.append(_between_luminance(whites))
    colours = [colour for each in displays if (colour := _white_of(each)) is not None]
    if len(colours) > 1:
        found.append(_between_colour(colours))
    return tuple(found)


def of_metric(quantities: Sequence[Quantity], metric: str) -> Quantity | None:
    """The first quantity of that name."""
    return next((each for each in quantities if each.metric == metric), None)


def _absolutely(quantities: Sequence[Quantity]) -> tuple[Quantity, ...]:
    """With the whole uncertainty in the place of repeatability: the meter's own error does not cancel."""
    return tuple(replace(each, repeatability=None) for each in quantities)


def repeatability_of(one: Quantity) -> float | None:
    """Half width from repeatability alone."""
    return one.repeatability if one.repeatability is not None else one.uncertainty


def _relative(metric: str, of: str, now: Sequence[Quantity], baseline: Sequence[Quantity]) -> Quantity | None:
    here, then = of_metric(now, of), of_metric(baseline, of)
    if here is None or then is None or not then.value > 0:
        return None
    change = 100 * (here.value - then.value) / then.value
    half = _joint(here, then)
    share = None if half is None else 100 * half / then.value
    return quantity(metric, abs(change), share, f"{change:+.1f} % from {then.value:.4g}")


def _absolute(metric: str, of: str, now: Sequence[Quantity], baseline: Sequence[Quantity]) -> Quantity | None:
    here, then = of_metric(now, of), of_metric(baseline, of)
    if here is None or then is None:
        return None
    change = here.value - then.value
    return quantity(metric, abs(change), _joint(here, then), f"{change:+.3g} from {then.value:.4g}")


def _joint(one: Quantity, other: Quantity) -> float | None:
    """Both repeatabilities together; a side that does not know its own is taken to be like the other."""
    halves = [half for half in (repeatability_of(one), repeatability_of(other)) if half is not None]
    if not halves:
        return None
    return math.hypot(halves[0], halves[-1])


def _between_luminance(whites: Sequence[Quantity]) -> Quantity:
    bright, dark = max(whites, key=lambda each: each.value), min(whites, key=lambda each: each.value)
    total = bright.value + dark.value
    halves = repeatability_of(bright), repeatability_of(dark)
    half = None
    if halves[0] is not None and halves[1] is not None:
        half = 400 / total**2 * math.hypot(dark.value * halves[0], bright.value * halves[1])
    value = 200 * (bright.value - dark.value) / total
    return quantity("between_luminance", value, half, f"{dark.value:.4g} to {bright.value:.4g} cd/m²")


def _white_of(quantities: Sequence[Quantity]) -> tuple[float, float, float | None] | None:
    u, v = of_metric(quantities, "white_u"), of_metric(quantities, "white_v")
    return None if u is None or v is None else (u.value, v.value, u.uncertainty)


def _between_colour(colours: Sequence[tuple[float, float, float | None]]) -> Quantity:
    one, other = max(combinations(colours, 2), key=lambda pair: distance(pair[0][:2], pair[1][:2]))
    known = [half for half in (one[2], other[2]) if half is not None]
    half = math.hypot(*known) if known else None
    return quantity("between_colour", distance(one[:2], other[:2]), half)
