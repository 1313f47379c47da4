"""From series of readings to the quantities that rules speak of.

Contrast, ratio and drift compare readings of one meter: their uncertainty is repeatability. Absolute luminances carry
the uncertainty of the meter's certificate as well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from calibration.conformance.comparisons import between_of, drifts_of
from calibration.conformance.contrast import (
    LEAST_LEVELS,
    MOST_LEVELS,
    checked_levels,
    contrast_response_of,
)
from calibration.conformance.jnd_linearity import ANNEX_LEVELS, jnd_linearity
from calibration.conformance.metric_table import METRICS, Metric, quantity
from calibration.conformance.spread import half_widths
from calibration.conformance.uniformity import colours_of, settling_of, uniformity_of
from calibration.conformance.verdict import Quantity
from calibration.displays.identity import DisplayFacts
from calibration.gsdf.errors import require_space
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import Ambient, AmbientSource, MeasuredLevel, Series, Space, ambient_to_add

__all__ = ["METRICS", "Metric", "between_of", "drifts_of", "facts_of", "quantities_of", "quantity", "response_series"]

WARM_UP = "warm-up"
"""Name of the test whose readings are a course of time, not levels."""
NOT_LEVELS = (WARM_UP, "ambient")
"""Tests that show something to the bare display and judge no P-value: they may be of DDLs."""


def quantities_of(
    series: Sequence[Series],
    ambient: Ambient,
    meter: MeterIdentity | None,
    baseline: Sequence[Quantity] = (),
    *,
    reading_sd: float | None = None,
    same_meter: bool = True,
) -> tuple[Quantity, ...]:
    """Every quantity that these readings of one display tell.

    Parameters
    ----------
    series
        Of P-values. A response (both ends and 11 levels or more, at the centre) gives the contrast; levels 0 and the
        greatest give L'min and L'max; a level at five places or more gives uniformity; readings with colour give the
        colour metrics; a series of the test ``warm-up`` gives its drift; one of ``ambient`` is left to ``ambient``.
    ambient
        Lamb; added to the readings that do not hold it already, once.
    meter
        Whose certificate counts in absolute luminances; None: only repeatability is known.
    baseline
        Quantities of the check that drift is counted from; empty where there is none.
    reading_sd
        Relative standard deviation of one reading, where it is known from elsewhere.
    same_meter
        Whether the baseline was measured with this very meter.

    Raises
    ------
    WrongSpace
        For a series of DDLs.
    UnusableSeries
        When a series cannot be judged; the text says why.
    """
    levels = [each for each in series if each.test not in NOT_LEVELS]
    for each in levels:
        require_space(each, Space.P_VALUE)
        checked_levels(each)
    found = [*_response_quantities(levels, ambient, meter, reading_sd), *_ambient_quantities(levels, ambient)]
    found += uniformity_of(_measured_in_places(levels))
    found += colours_of([m for each in levels for m in each.measured], max((s.levels for s in levels), default=1) - 1)
    found += [drift for each in series if each.test == WARM_UP for drift in _settling(each)]
    return (*found, *drifts_of(found, baseline, same_meter=same_meter))


def facts_of(facts: DisplayFacts) -> tuple[Quantity, ...]:
    """What is known of a display without measuring: pitch and number of pixels."""
    found = []
    if facts.pitch_mm is not None:
        found.append(quantity("pixel_pitch", facts.pitch_mm))
    pixels = facts.identity.width_px * facts.identity.height_px
    if pixels:
        text = f"{facts.identity.width_px} x {facts.identity.height_px}"
        found.append(quantity("pixels", pixels / 1e6, None, text))
    return tuple(found)


def response_series(series: Sequence[Series]) -> Series | None:
    """The series that the contrast is judged by: levels at the centre, both ends and 11 or more; None without one.

    One of 18 levels or fewer goes before finer ones.
    """
    fit = [each for each in series if each.test not in NOT_LEVELS and _is_response(each)]
    return min(fit, key=lambda each: (len(each.at_place()) > MOST_LEVELS, -len(each.at_place())), default=None)


def _is_response(series: Series) -> bool:
    levels = {each.level for each in series.at_place()}
    return len(levels) >= LEAST_LEVELS and {0, series.levels - 1} <= levels


def _response_quantities(
    series: Sequence[Series], ambient: Ambient, meter: MeterIdentity | None, reading_sd: float | None
) -> list[Quantity]:
    response = response_series(series)
    found: list[Quantity] = []
    if response is not None:
        contrast = contrast_response_of(response, ambient, reading_sd=reading_sd)
        found.append(quantity("max_contrast_deviation", contrast.greatest, contrast.uncertainty, contrast.detail))
        found += _linearity(series, response, ambient)
    ends = response or max(series, key=_ends_there, default=None)
    return found if ends is None else [*found, *_end_quantities(ends, ambient, meter, reading_sd)]


def _ends_there(series: Series) -> tuple[int, int]:
    levels = {each.level for each in series.at_place()}
    return len({0, series.levels - 1} & levels), len(levels)


def _linearity(series: Sequence[Series], response: Series, ambient: Ambient) -> list[Quantity]:
    """FIT and LUM at the 32 levels of Annex C where one series has them, else at the levels of the response."""
    whole = next((each for each in series if set(ANNEX_LEVELS) <= set(each.means()) and each.levels == 256), None)
    measured = [each for each in whole.at_place() if each.level in ANNEX_LEVELS] if whole else list(response.at_place())
    chosen = whole or response
    luminance = np.array([each.mean_cd_m2 for each in measured]) + ambient_to_add(chosen, ambient)
    linearity = jnd_linearity(luminance, np.array([each.level for each in measured]) / (chosen.levels - 1))
    where = f"{len(measured)} levels"
    return [
        quantity("jnd_fit_slope", linearity.fit_slope, None, where),
        quantity("jnd_lum", linearity.lum, None, where),
    ]


def _end_quantities(
    series: Series, ambient: Ambient, meter: MeterIdentity | None, reading_sd: float | None
) -> list[Quantity]:
    """L'min, L'max and their ratio, as far as levels 0 and the greatest were measured."""
    measured = series.at_place()
    halves = half_widths(measured, reading_sd)
    spread = {each.level: None if halves is None else float(halves[at]) for at, each in enumerate(measured)}
    means = series.means()
    added = ambient_to_add(series, ambient)
    found = []
    for metric, level in (("luminance_min", 0), ("luminance_max", series.levels - 1)):
        if level in means:
            found.append(_absolute(metric, means[level], added, spread[level], meter))
    if len(found) == 2 and found[0].value > 0:
        found.append(_ratio(found[1], found[0], spread[series.levels - 1], spread[0]))
    return found


def _absolute(
    metric: str, mean_cd_m2: float, ambient_cd_m2: float, spread: float | None, meter: MeterIdentity | None
) -> Quantity:
    """L' with the certificate's uncertainty (of coverage factor 2, taken as 95 %) and repeatability together."""
    certificate = None if meter is None else meter.certificate_uncertainty * (mean_cd_m2 + ambient_cd_m2)
    known = [half for half in (certificate, spread) if half is not None]
    half = math.hypot(*known) if known else None
    text = f"{ambient_cd_m2:.3g} cd/m² of it is ambient light" if ambient_cd_m2 else ""
    return quantity(metric, mean_cd_m2 + ambient_cd_m2, half, text, repeatability=spread)


def _ratio(bright: Quantity, dark: Quantity, of_bright: float | None, of_dark: float | None) -> Quantity:
    value = bright.value / dark.value
    half = None
    if of_bright is not None and of_dark is not None:
        half = value * math.hypot(of_bright / bright.value, of_dark / dark.value)
    return quantity("luminance_ratio", value, half, f"{bright.value:.4g} / {dark.value:.4g} cd/m²")


def _ambient_quantities(series: Sequence[Series], ambient: Ambient) -> list[Quantity]:
    """Lamb, and Lamb over Lmin, where Lmin was read without ambient light or can be told from a reading with it."""
    if ambient.source is AmbientSource.DEFAULT and not ambient.luminance_cd_m2:
        return []  # nobody has looked: that is not the same as darkness
    found = [quantity("ambient_luminance", ambient.luminance_cd_m2, None, ambient.sentence)]
    black = next((each for each in series if 0 in each.means()), None)
    if black is None:
        return found
    dark = black.means()[0] - (ambient.luminance_cd_m2 if black.includes_ambient else 0.0)
    if dark > 0:
        found.append(quantity("ambient_ratio", ambient.luminance_cd_m2 / dark, None, ambient.sentence))
    return found


def _measured_in_places(series: Sequence[Series]) -> list[MeasuredLevel]:
    return [measured for each in series if len({m.place for m in each.measured}) > 1 for measured in each.measured]


def _settling(series: Series) -> list[Quantity]:
    return [found for each in series.measured if (found := settling_of(each)) is not None]
