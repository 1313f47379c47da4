"""How a quantity of a display moves over months, and when it will leave the policy's limit.

A date is a forecast by a straight line, made only where the readings carry it: at least three points since the last
calibration, spread over at least two weeks, with a slope that differs from zero by more than its own uncertainty.
Everything else gets the reason instead of a date.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from calibration.conformance.metric_table import METRICS
from calibration.conformance.verdict import Quantity
from calibration.conformance.wording import limit_text
from calibration.exports.line_fit import Fit, fit_line
from calibration.records.record import CalibrationRecord, CheckRecord, Record, StoredRecord

TREND_METRICS = ("luminance_max", "luminance_ratio", "max_contrast_deviation", "hours")
LEAST_POINTS = 3
LEAST_SPAN = timedelta(days=14)
FARTHEST = timedelta(days=3653)
"""Nobody plans further ahead than ten years, and no backlight lasts so long."""
_YEAR = timedelta(days=365.25)
_LOWER, _UPPER = ("at least", "above"), ("at most", "below")


@dataclass(frozen=True)
class TrendPoint:
    """One check's value; ``sigma``: its standard uncertainty against the same meter's readings, None where unknown."""

    at: datetime
    value: float
    sigma: float | None
    record_id: str
    meter: str = ""


@dataclass(frozen=True)
class TrendLimit:
    """The limit of the policy that the newest check was judged by; ``high`` only for a bound between two."""

    value: float
    bound: str
    text: str
    is_confirmed: bool
    high: float | None = None


@dataclass(frozen=True)
class Trend:
    """One quantity of one display over time.

    Attributes
    ----------
    points
        All of them, oldest first.
    restarts
        When the display was calibrated: points before and after belong to different lines.
    baseline
        The first point after the last calibration, or of all; None without points.
    fit
        The line through the points since the last calibration; None for fewer than three or all at one time.
    leaves_on, leaves_earliest, leaves_latest
        When the line meets the limit, and when the edges of its 95 % band do. None when no date can be given.
    reason
        Why there is no date, a whole sentence; empty when there is one.
    notes
        What weakens the trend, in sentences.
    """

    metric: str
    title: str
    unit: str
    points: tuple[TrendPoint, ...]
    restarts: tuple[datetime, ...]
    baseline: TrendPoint | None
    fit: Fit | None
    limit: TrendLimit | None
    leaves_on: datetime | None = None
    leaves_earliest: datetime | None = None
    leaves_latest: datetime | None = None
    reason: str = ""
    notes: tuple[str, ...] = ()

    @property
    def current(self) -> tuple[TrendPoint, ...]:
        """The points since the last calibration."""
        return tuple(point for point in self.points if self.baseline and point.at >= self.baseline.at)

    @property
    def slope_per_year(self) -> float | None:
        """In the metric's unit per year."""
        return self.fit.slope * (_YEAR / timedelta(days=1)) if self.fit else None

    @property
    def slope_uncertainty_per_year(self) -> float | None:
        """Half width of its interval of 95 %."""
        return self.fit.slope_uncertainty * (_YEAR / timedelta(days=1)) if self.fit else None

    @property
    def is_drifting(self) -> bool:
        """Whether the slope differs from zero by more than its uncertainty."""
        return self.fit is not None and self.fit.is_significant

    def line_at(self, at: datetime) -> float | None:
        """The fitted line at a time."""
        return self.fit.value_at(_days(at)) if self.fit else None

    def band_at(self, at: datetime) -> tuple[float, float]:
        """The edges of the line's band of 95 % at a time; only where there is a fit."""
        assert self.fit is not None  # noqa: S101 - callers ask for the fit first
        middle, half = self.fit.value_at(_days(at)), self.fit.half_width_at(_days(at))
        return middle - half, middle + half


def trend_of(records: Sequence[StoredRecord | Record], metric: str, *, limit: TrendLimit | None = None) -> Trend:
    """The trend of ``metric`` over the finished checks among ``records``.

    Parameters
    ----------
    records
        Of one display, in any order; kinds that do not matter are passed over.
    limit
        Instead of the one that the newest check was judged by.

    Raises
    ------
    ValueError
        For records of several displays, or a metric that does not exist.
    """
    if metric not in METRICS:
        raise ValueError(f"{metric} is no metric")
    plain = sorted((each.record if isinstance(each, StoredRecord) else each for each in records), key=_when)
    if len({each.head.display_key for each in plain}) > 1:
        raise ValueError("a trend is of one display")
    checks = [each for each in plain if isinstance(each, CheckRecord) and each.is_complete]
    restarts = () if metric == "hours" else _restarts(plain)
    points = tuple(point for check in checks if (point := _point(check, metric)) is not None)
    current = [point for point in points if not restarts or point.at >= restarts[-1]]
    trend = Trend(
        metric,
        METRICS[metric].title,
        METRICS[metric].unit,
        points,
        restarts,
        current[0] if current else None,
        _fit(current),
        limit or _limit(checks, metric),
        notes=_notes(current),
    )
    return _with_forecast(trend, current)


def _when(record: Record) -> datetime:
    return record.head.at


def _restarts(records: Sequence[Record]) -> tuple[datetime, ...]:
    """Times from which on a display counts as calibrated: of the check after it where there is one."""
    times = {each.head.id: each.head.at for each in records}
    found = [each for each in records if isinstance(each, CalibrationRecord)]
    return tuple(sorted(times.get(each.after_check, each.head.at) for each in found))


def _point(check: CheckRecord, metric: str) -> TrendPoint | None:
    name = f"{check.meter.model or check.meter.kind} {check.meter.serial}".strip() if check.meter else ""
    if metric == "hours" and check.facts.panel.hours is not None:
        return TrendPoint(check.head.at, float(check.facts.panel.hours), 0.0, check.head.id)
    quantity = next((each for each in check.quantities if each.metric == metric), None)
    if quantity is None:
        return None
    return TrendPoint(check.head.at, quantity.value, _sigma(quantity), check.head.id, name)


def _sigma(quantity: Quantity) -> float | None:
    """Standard uncertainty by repeatability: the meter's certificate is the same for every point."""
    half = quantity.repeatability if quantity.repeatability is not None else quantity.uncertainty
    return None if half is None else half / 1.96


def _limit(checks: Sequence[CheckRecord], metric: str) -> TrendLimit | None:
    """The newest judged limit: a policy may have changed meanwhile."""
    for check in reversed(checks):
        for rule in check.verdict.rules:
            if rule.metric == metric and rule.limit is not None:
                return TrendLimit(rule.limit, rule.bound, limit_text(rule), rule.is_confirmed, rule.limit_high)
    return None


def _fit(points: Sequence[TrendPoint]) -> Fit | None:
    if len(points) < LEAST_POINTS or points[-1].at - points[0].at < LEAST_SPAN:
        return None
    return fit_line([_days(each.at) for each in points], [each.value for each in points], [p.sigma for p in points])


def _notes(points: Sequence[TrendPoint]) -> tuple[str, ...]:
    meters = sorted({each.meter for each in points if each.meter})
    if len(meters) < 2:
        return ()
    return (
        f"The points were measured with {len(meters)} meters ({', '.join(meters)}); part of the change may be theirs.",
    )


def _with_forecast(trend: Trend, current: Sequence[TrendPoint]) -> Trend:
    reason = _reason_against(trend, current)
    if reason:
        return replace(trend, reason=reason)
    assert trend.fit is not None and trend.limit is not None  # noqa: S101, PT018 - the reasons above
    edge = _edge(trend.fit, trend.limit)
    last = _days(current[-1].at)
    leaves = trend.fit.crossing(edge)
    if leaves is None or leaves > last + FARTHEST / timedelta(days=1):
        return replace(trend, reason="No date: the limit is more than ten years away.")
    earliest, latest = trend.fit.band_crossings(edge)
    return replace(
        trend,
        leaves_on=_time(max(leaves, last)),
        leaves_earliest=_time(max(earliest, last)),
        leaves_latest=_time(max(latest, last)),
    )


def _reason_against(trend: Trend, current: Sequence[TrendPoint]) -> str:
    """Why no date is given; empty when one may be."""
    since = " since the last calibration" if trend.restarts else ""
    few = f"No date: {_counted(len(current))}{since}; at least {LEAST_POINTS} are needed."
    near = f"No date: the checks{since} lie within {LEAST_SPAN.days} days."
    if trend.limit is None:
        return "No date: the policy has no limit for it."
    if trend.fit is None:
        return few if len(current) < LEAST_POINTS else near
    if _is_outside(current[-1].value, trend.limit):
        return f"The last check is already outside the limit ({trend.limit.text})."
    if not trend.fit.is_significant:
        return "No date: the change is not greater than its uncertainty."
    return "" if _heads_for(trend.fit.slope, trend.limit) else "No date: the trend leads away from the limit."


def _counted(number: int) -> str:
    return "no check" if not number else f"only {number} check{'s' if number > 1 else ''}"


def _is_outside(value: float, limit: TrendLimit) -> bool:
    if limit.high is not None:
        return not limit.value <= value <= limit.high
    return value < limit.value if limit.bound in _LOWER else value > limit.value


def _heads_for(slope: float, limit: TrendLimit) -> bool:
    return limit.high is not None or (slope < 0 if limit.bound in _LOWER else slope > 0)


def _edge(fit: Fit, limit: TrendLimit) -> float:
    """The limit that the slope leads to."""
    return limit.high if limit.high is not None and fit.slope > 0 else limit.value


_EPOCH = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


def _days(at: datetime) -> float:
    return (at - _EPOCH) / timedelta(days=1)


def _time(days: float) -> datetime:
    """Beyond the calendar's end counts as its end."""
    farthest = timedelta(days=365_000)
    return _EPOCH + min(timedelta(days=min(days, 365_000.0)), farthest)
