"""Judging quantities by the rules of a policy.

The rule: a quantity is PASS (or WARN) when its whole interval of 95 %, value ± uncertainty, lies on the good side of
the limit, and FAIL when the value lies beyond the limit by more than a one-sided 95 % allows (1.645 of the 1.96
standard uncertainties that make the interval). In between the limit lies inside the uncertainty: INCONCLUSIVE, repeat;
without a known uncertainty the value alone is compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from calibration.conformance.metric_table import METRICS, Basis
from calibration.conformance.policy import Policy, Rule
from calibration.conformance.verdict import Quantity, RuleResult, Verdict, VerdictName
from calibration.displays.identity import ROLES
from calibration.readings.meter_identity import MeterIdentity
from workstation.foundation.errors import BadInput

ONE_SIDED = 1.6449 / 1.9600
"""Share of the half width of a two-sided interval of 95 % that a one-sided one has (normal distribution)."""
_ORDER = (VerdictName.FAIL, VerdictName.INCONCLUSIVE, VerdictName.WARN, VerdictName.PASS)
_SLACK = 1e-9  # of the limit: a value that equals it but for the rounding of binary numbers is the limit


def judge(policy: Policy, role: str, quantities: Sequence[Quantity], provisional: Sequence[str] = ()) -> Verdict:
    """The verdict on ``quantities`` for a display in ``role``.

    Parameters
    ----------
    quantities
        Several of one metric are each judged, and the worst result counts.
    provisional
        Why the verdict does not count fully, in words: `provisional_reasons`.

    Raises
    ------
    BadInput
        For a role that is none.
    """
    if role not in ROLES:
        raise BadInput(f"{role} is no role of a display.", f"The roles are: {', '.join(ROLES)}.")
    results = tuple(_result(rule, quantities) for rule in policy.rules_for(role))
    name = worst_of([result.verdict for result in results])
    return Verdict(name, policy.id, policy.version_text, role, results, tuple(provisional))


def worst_of(names: Sequence[VerdictName]) -> VerdictName:
    """FAIL > INCONCLUSIVE > WARN > PASS; NOT_MEASURED when none of these is among ``names``."""
    return next((name for name in _ORDER if name in names), VerdictName.NOT_MEASURED)


def provisional_reasons(
    meter: MeterIdentity | None, today: date, *, is_scaled: bool = False, others: Sequence[str] = ()
) -> tuple[str, ...]:
    """Why a verdict would not count fully, in words; empty when it does.

    Parameters
    ----------
    meter
        None where nothing was measured with a meter.
    is_scaled
        Whether patterns were not shown one image pixel to one display pixel.
    others
        Further reasons.
    """
    reasons = []
    if meter is not None and not meter.is_certified(today):
        name = " ".join(part for part in (meter.model or meter.kind, meter.serial) if part)
        when = f"expired on {meter.certificate_due:%Y-%m-%d}" if meter.certificate_due else "is not on file"
        reasons.append(f"the calibration certificate of the meter ({name}) {when}")
    if is_scaled:
        reasons.append("the patterns were scaled: they were not shown pixel by pixel")
    return (*reasons, *others)


def _result(rule: Rule, quantities: Sequence[Quantity]) -> RuleResult:
    measured = [each for each in quantities if each.metric == rule.metric]
    if not measured:
        return _told(rule, None, VerdictName.NOT_MEASURED)
    judged = [(each, _judged(rule, each)) for each in measured]
    rank = {name: place for place, name in enumerate((*_ORDER, VerdictName.REPORTED))}
    quantity, verdict = min(judged, key=lambda pair: rank[pair[1]])
    return _told(rule, quantity, verdict)


def _told(rule: Rule, quantity: Quantity | None, verdict: VerdictName) -> RuleResult:
    return RuleResult(
        metric=rule.metric,
        title=rule.heading,
        verdict=verdict,
        value=quantity.value if quantity else None,
        uncertainty=quantity.uncertainty if quantity else None,
        unit=rule.unit,
        limit=rule.limit,
        bound=rule.bound,
        limit_text=rule.limit_text,
        source=f"{rule.source}, {rule.edition}" if rule.edition else rule.source,
        is_confirmed=rule.confirmed,
        detail=_detail(rule, quantity, verdict) if quantity else "",
        limit_high=rule.limit_high,
        warn=rule.warn,
        frequency=rule.frequency,
    )


def _detail(rule: Rule, quantity: Quantity, verdict: VerdictName) -> str:
    if verdict is not VerdictName.INCONCLUSIVE:
        return quantity.detail
    is_meters = METRICS[rule.metric].basis is Basis.CERTIFICATE and quantity.repeatability is not None
    advice = "a meter with a better certificate is needed" if is_meters else "repeat the readings"
    told = f"the limit lies inside the uncertainty: {advice}"
    return f"{quantity.detail}; {told}" if quantity.detail else told


def _judged(rule: Rule, quantity: Quantity) -> VerdictName:
    """One quantity against one rule.

    Raises
    ------
    ValueError
        When the quantity is no finite number or in another unit than the table gives: a bug, never a verdict.
    """
    if not math.isfinite(quantity.value) or quantity.unit != METRICS[rule.metric].unit:
        raise ValueError(f"{rule.metric} of {quantity.value} {quantity.unit} cannot be judged")
    if rule.limit is None:
        return VerdictName.REPORTED
    room = _room(rule, quantity.value)
    half = quantity.uncertainty or 0.0
    if not _is_good(room, half, rule):
        is_beyond = room + ONE_SIDED * half < 0 if half > 0 else True
        return VerdictName.FAIL if is_beyond else VerdictName.INCONCLUSIVE
    return VerdictName.WARN if _is_warned(rule, quantity.value) else VerdictName.PASS


def _room(rule: Rule, value: float) -> float:
    """How far the value is on the good side of the (nearer) limit; negative beyond it."""
    assert rule.limit is not None  # noqa: S101 - reported quantities do not come here
    if rule.limit_high is not None:
        return min(value - rule.limit, rule.limit_high - value)
    return value - rule.limit if rule.bound in {"at least", "above"} else rule.limit - value


def _is_good(room: float, half_width: float, rule: Rule) -> bool:
    slack = _SLACK * max(abs(rule.limit or 0.0), abs(rule.limit_high or 0.0))
    left = room - half_width
    return left >= -slack if rule.inclusive else left > slack


def _is_warned(rule: Rule, value: float) -> bool:
    if rule.warn is None:
        return False
    return value < rule.warn if rule.bound in {"at least", "above"} else value > rule.warn
