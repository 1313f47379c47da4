"""What a report shows of a luminance response: the curve of every level, and the steps that the verdict is made of."""

from __future__ import annotations

from dataclasses import dataclass

from calibration.checks.live_curve import ContrastStep, LiveCurve, live_curve
from calibration.conformance.contrast import ContrastResponse, contrast_response_of
from calibration.readings.reading import Ambient, Series, Space
from calibration.records.record import CheckRecord
from workstation.foundation.errors import UserFacingError

DEFAULT_LIMIT = 0.10
_LEAST_LEVELS = 3


@dataclass(frozen=True, eq=False)
class ResponseView:
    """One response.

    Attributes
    ----------
    limit
        Of the contrast deviation, as a fraction; None where the policy has none.
    problem
        Why there is no contrast response, in words; empty when there is one.
    """

    series: Series
    curve: LiveCurve
    contrast: ContrastResponse | None
    steps: tuple[ContrastStep, ...]
    limit: float | None
    problem: str = ""


def responses_of(check: CheckRecord) -> tuple[ResponseView, ...]:
    """Every series of ``check`` that is a curve: several levels at the centre."""
    limit = contrast_limit(check)
    found = [each for each in check.series if len(each.at_place()) >= _LEAST_LEVELS]
    return tuple(response_view(each, check.ambient, limit) for each in found)


def contrast_limit(check: CheckRecord) -> float | None:
    """The limit of the contrast deviation that the check was judged by."""
    wanted = (rule for rule in check.verdict.rules if rule.metric == "max_contrast_deviation")
    return next((rule.limit for rule in wanted if rule.limit is not None), None)


def response_view(series: Series, ambient: Ambient, limit: float | None) -> ResponseView:
    """The view of one series. Levels of DDLs are shown without target: they have not gone through the display LUT."""
    curve = live_curve(series, ambient, contrast_limit=limit or DEFAULT_LIMIT)
    if series.space is Space.DDL:
        return ResponseView(series, curve, None, (), limit)
    try:
        contrast = contrast_response_of(series, ambient)
    except UserFacingError as error:
        return ResponseView(series, curve, None, (), limit, str(error))
    return ResponseView(series, curve, contrast, _steps(contrast), limit)


def _steps(contrast: ContrastResponse) -> tuple[ContrastStep, ...]:
    levels, half = contrast.levels, contrast.half_width
    return tuple(
        ContrastStep(int(levels[i]), int(levels[i + 1]), float(k), None if half is None else float(half[i]))
        for i, k in enumerate(contrast.deviation)
    )
