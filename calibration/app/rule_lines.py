"""The rules of a verdict as the command line tells them: a table for people, a document for scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from calibration.conformance.verdict import RuleResult
from calibration.conformance.wording import limit_text, measured_text

UNCONFIRMED = "* Limit not confirmed: nobody here has read it in the standard itself."


def rule_lines(rules: Sequence[RuleResult]) -> Iterator[str]:
    """One line a rule in aligned columns, then what the star means where one is there."""
    wide = max((len(rule.title) for rule in rules), default=0)
    for rule in rules:
        limit = f"  limit {limit_text(rule)}{'' if rule.is_confirmed else ' *'}" if rule.limit_text else ""
        detail = f"  ({rule.detail})" if rule.detail else ""
        yield f"  {rule.verdict.value:12}  {rule.title:{wide}}  {_measured(rule):20}{limit}{detail}".rstrip()
    if any(rule.limit_text and not rule.is_confirmed for rule in rules):
        yield UNCONFIRMED


def rule_json(rule: RuleResult) -> dict[str, Any]:
    """A rule as DESIGN section 10 lists it, with more beside."""
    return {
        "metric": rule.metric,
        "title": rule.title,
        "value": rule.value,
        "unit": rule.unit,
        "limit": rule.limit,
        "limit_high": rule.limit_high,
        "bound": rule.bound,
        "limit_text": rule.limit_text,
        "uncertainty": rule.uncertainty,
        "verdict": rule.verdict.value,
        "confirmed": rule.is_confirmed,
        "source": rule.source,
        "detail": rule.detail,
    }


def _measured(rule: RuleResult) -> str:
    return "-" if rule.value is None else measured_text(rule.value, rule.uncertainty, rule.unit)
