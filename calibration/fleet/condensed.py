"""The records of a display that its state hangs on, and of these only what it hangs on.

A display has sixty records after five years; its state follows from a handful of values. That makes a fleet quick. What
is left out here is in the exported files, unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from calibration.checks.coverage import RESPONSE_METRIC
from calibration.checks.display_history import is_conclusive, measures_response
from calibration.checks.findings import standing_failures
from calibration.conformance.verdict import Quantity, RuleResult, VerdictName
from calibration.readings.reading import NO_AMBIENT
from calibration.records.record import CheckRecord, OverrideRecord, StoredRecord


def without_readings(stored: StoredRecord) -> StoredRecord:
    """The record without raw readings and answers: verdict, quantities and facts stay."""
    if not isinstance(stored.record, CheckRecord):
        return stored
    return replace(stored, record=replace(stored.record, series=(), answers=()))


def condensed(stored: Sequence[StoredRecord]) -> tuple[StoredRecord, ...]:
    """Records from which the same state, schedule and failures follow as from all, from the newest of them on.

    Checks keep the rules that fail or warn to this day, and the quantities of the last measurement; those are judged
    once more when a policy is edited.

    Parameters
    ----------
    stored
        All records of one display, in the order in which they came into the book, whatever the clock said.
    """
    needed = _Needed()
    needed.ids.update(each.record.head.id for each in {_kind_of(each): each for each in stored}.values())
    needed.ids.update(each.record.head.id for each in _since_last_check(stored))
    for checks in _groups(stored).values():
        _note_checks(checks, needed)
    return tuple(_trimmed(each, needed) for each in stored if each.record.head.id in needed.ids)


@dataclass
class _Needed:
    """By id: which records, of which checks which rules, and the checks whose quantities are all kept."""

    ids: set[str] = field(default_factory=set)
    metrics: dict[str, set[str]] = field(default_factory=dict)
    references: set[str] = field(default_factory=set)

    def rule(self, check: CheckRecord, metric: str) -> None:
        """The result of one rule in a check is needed."""
        self.ids.add(check.head.id)
        self.metrics.setdefault(check.head.id, set()).add(metric)


def _kind_of(stored: StoredRecord) -> tuple[str, ...]:
    """Of each of these the newest counts."""
    record = stored.record
    if isinstance(record, CheckRecord) and record.is_complete:
        return (record.kind, record.role, record.verdict.policy, record.verdict.name.value)
    return (record.kind, record.role if isinstance(record, OverrideRecord) else "")


def _since_last_check(stored: Sequence[StoredRecord]) -> Sequence[StoredRecord]:
    """From the last conclusive check on: their times tell whether the clock was wrong."""
    found = [n for n, each in enumerate(stored) if isinstance(each.record, CheckRecord) and is_conclusive(each.record)]
    return stored[found[-1] if found else 0 :]


def _groups(stored: Sequence[StoredRecord]) -> Mapping[tuple[str, str], Sequence[CheckRecord]]:
    """Conclusive checks by role and policy: each is a history of its own."""
    found: dict[tuple[str, str], list[CheckRecord]] = {}
    for each in stored:
        record = each.record
        if isinstance(record, CheckRecord) and is_conclusive(record):
            found.setdefault((record.role, record.verdict.policy), []).append(record)
    return found


def _note_checks(checks: Sequence[CheckRecord], needed: _Needed) -> None:
    """The first check, the newest of each name, the last measurement, standing failures, and warnings not outdated."""
    measured = [check for check in checks if measures_response(check)]
    reference = (measured or checks)[-1]
    needed.references.add(reference.head.id)
    for check in (checks[0], reference, *{check.check: check for check in checks}.values()):
        needed.ids.add(check.head.id)
    for metric, check in _standing(checks):
        needed.rule(check, metric)
    newest = {rule.metric: (rule, check) for check in checks for rule in check.verdict.rules if _is_judged(rule)}
    for metric, (rule, check) in newest.items():
        if rule.verdict is VerdictName.WARN:
            needed.rule(check, metric)


def _is_judged(rule: RuleResult) -> bool:
    return rule.verdict is not VerdictName.NOT_MEASURED


def _standing(checks: Sequence[CheckRecord]) -> Iterator[tuple[str, CheckRecord]]:
    """Of each standing failure the newest check with it, and the widest that it hangs on."""
    ruled = {rule.metric for check in checks for rule in check.verdict.rules}
    for failed, widest in standing_failures(checks, ruled):
        newest = next(check for check in reversed(checks) if any(rule is failed for rule in check.verdict.rules))
        yield failed.metric, newest
        yield failed.metric, widest


def _trimmed(stored: StoredRecord, needed: _Needed) -> StoredRecord:
    record = stored.record
    if not isinstance(record, CheckRecord):
        return stored
    kept = needed.metrics.get(record.head.id, set())
    rules = tuple(rule for rule in record.verdict.rules if rule.metric in kept)
    verdict = replace(record.verdict, rules=rules)
    quantities = record.quantities if record.head.id in needed.references else _response_of(record)
    trimmed = replace(
        record, series=(), answers=(), notes=(), meter=None, ambient=NO_AMBIENT, quantities=quantities, verdict=verdict
    )
    return replace(stored, record=trimmed)


def _response_of(check: CheckRecord) -> tuple[Quantity, ...]:
    """Enough to know that the response was measured."""
    return tuple(each for each in check.quantities if each.metric == RESPONSE_METRIC)[:1]
