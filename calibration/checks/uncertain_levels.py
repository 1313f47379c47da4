"""Which levels an INCONCLUSIVE verdict hangs on: only these are worth measuring again."""

from __future__ import annotations

import numpy as np

from calibration.checks.check_outcome import Gathered
from calibration.checks.check_plan import placement, repeats
from calibration.checks.steps import Measure, Step
from calibration.conformance.contrast import contrast_response_of
from calibration.conformance.metric_table import METRICS, Basis
from calibration.conformance.quantities import response_series
from calibration.conformance.verdict import RuleResult, Verdict, VerdictName
from calibration.patterns.places import CENTRE
from calibration.readings.reading import Series, Space
from workstation.foundation.errors import BadInput

MORE_READINGS = 6
"""Readings of an uncertain level in one round: with the five it has, its interval shrinks by a third."""
_ENDS = ("luminance_min", "luminance_max", "luminance_ratio", "ratio_drift", "luminance_drift", "luminance_min_change")
_OF_PLACES = ("uniformity_mld", "uniformity_ludm", "uniformity_corner", "colour_uniformity")


def uncertain_steps(gathered: Gathered, verdict: Verdict) -> tuple[Step, ...]:
    """Steps that measure the uncertain levels once more, with the meter placed anew; empty where that would not help.

    An absolute luminance whose uncertainty is the certificate's gets no better by repeating.
    """
    wanted: set[tuple[str, int, str]] = set()
    for result in verdict.rules if verdict.name is VerdictName.INCONCLUSIVE else ():
        if result.verdict is VerdictName.INCONCLUSIVE and METRICS[result.metric].basis is not Basis.CERTIFICATE:
            wanted |= _levels_of(result, gathered)
    found: list[Step] = []
    place = ""
    for step in _measured(gathered):
        if (step.test, step.pattern.level, step.pattern.place) not in wanted:
            continue
        wanted.discard((step.test, step.pattern.level, step.pattern.place))
        if step.pattern.place != place:
            place = step.pattern.place
            found.append(placement(place))
        found += repeats([step], MORE_READINGS)
    return tuple(found)


def _measured(gathered: Gathered) -> list[Measure]:
    return [
        result.step
        for result in gathered.results
        if isinstance(result.step, Measure) and result.step.pattern.space is Space.P_VALUE and result.readings
    ]


def _levels_of(result: RuleResult, gathered: Gathered) -> set[tuple[str, int, str]]:
    """Test, level and place of what the metric of ``result`` hangs on."""
    fit = [each for each in gathered.series if each.space is Space.P_VALUE]
    if result.metric in _OF_PLACES:
        return {(s.test, m.level, m.place) for s in fit if _has_places(s) for m in s.measured}
    response = response_series(fit)
    if response is None:
        return set()
    if result.metric in _ENDS:
        return {(response.test, level, CENTRE) for level in (0, response.levels - 1)}
    return {(response.test, level, CENTRE) for level in _of_contrast(response, result, gathered)}


def _of_contrast(response: Series, result: RuleResult, gathered: Gathered) -> set[int]:
    """Both levels of every step whose interval reaches the limit."""
    if result.limit is None or result.metric not in ("max_contrast_deviation", "contrast_drift"):
        return set()
    try:
        contrast = contrast_response_of(response, gathered.ambient)
    except BadInput:
        return set()
    half = np.zeros(contrast.deviation.size) if contrast.half_width is None else contrast.half_width
    reach = np.abs(contrast.deviation) + half
    limit = result.limit if result.metric == "max_contrast_deviation" else float(reach.max())
    steps = np.flatnonzero(reach >= limit)
    return {int(contrast.levels[end]) for step in steps for end in (step, step + 1)}


def _has_places(series: Series) -> bool:
    return len({each.place for each in series.measured}) > 1
