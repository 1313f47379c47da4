"""The records of a display that its state hangs on, without what they were measured from.

A display has sixty records after five years; its state follows from a handful. Reading those few makes a fleet quick.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from calibration.checks.display_history import is_conclusive, measures_response
from calibration.checks.findings import standing_failures
from calibration.conformance.verdict import VerdictName
from calibration.records.record import CheckRecord, OverrideRecord, StoredRecord

_UNMEASURED = VerdictName.NOT_MEASURED


def without_readings(stored: StoredRecord) -> StoredRecord:
    """The record without raw readings and answers: verdict, quantities and facts stay."""
    if not isinstance(stored.record, CheckRecord):
        return stored
    return replace(stored, record=replace(stored.record, series=(), answers=()))


def condensed(stored: Sequence[StoredRecord]) -> tuple[StoredRecord, ...]:
    """Those of one display's records from which the same state, schedule and failures follow as from all.

    Parameters
    ----------
    stored
        In the order in which they came into the book.
    """
    by_time = sorted(stored, key=lambda each: each.record.head.at)
    wanted = {_id(each) for each in {_kind_of(each): each for each in by_time}.values()}
    wanted |= {_id(each) for each in _since_last_check(stored)}
    groups: dict[tuple[str, str], list[CheckRecord]] = {}
    for each in by_time:
        record = each.record
        if isinstance(record, CheckRecord) and is_conclusive(record):
            groups.setdefault((record.role, record.verdict.policy), []).append(record)
    standing: dict[str, frozenset[str]] = {}
    for checks in groups.values():
        wanted |= {check.head.id for check in _telling(checks)}
        failures = _standing(checks)
        standing.update(failures)
        wanted |= set(failures)
    return tuple(_without_healed(each, standing) for each in stored if _id(each) in wanted)


def _id(stored: StoredRecord) -> str:
    return stored.record.head.id


def _kind_of(stored: StoredRecord) -> tuple[str, str, str]:
    """Of each of these the newest counts."""
    record = stored.record
    if isinstance(record, CheckRecord):
        return (record.kind, record.check, str(record.is_complete))
    return (record.kind, record.role if isinstance(record, OverrideRecord) else "", "")


def _since_last_check(stored: Sequence[StoredRecord]) -> Sequence[StoredRecord]:
    """From the last conclusive check on: their times tell whether the clock was wrong."""
    found = [n for n, each in enumerate(stored) if isinstance(each.record, CheckRecord) and is_conclusive(each.record)]
    return stored[found[-1] if found else 0 :]


def _telling(checks: Sequence[CheckRecord]) -> Iterator[CheckRecord]:
    """Of checks of one role and policy: the first and newest of each name, with each metric, and with a response."""
    first: dict[tuple[str, str], CheckRecord] = {}
    last: dict[tuple[str, str], CheckRecord] = {}
    for check in checks:
        names = [("check", check.check)]
        names += [("metric", rule.metric) for rule in check.verdict.rules if rule.verdict is not _UNMEASURED]
        names += [("response", "")] if measures_response(check) else []
        for name in names:
            first.setdefault(name, check)
            last[name] = check
    yield from first.values()
    yield from last.values()


def _standing(checks: Sequence[CheckRecord]) -> Mapping[str, frozenset[str]]:
    """By id of a check: the metrics whose failure in it stands."""
    ruled = {rule.metric for check in checks for rule in check.verdict.rules}
    found: dict[str, frozenset[str]] = {}
    for failed, widest in standing_failures(checks, ruled):
        newest = next(check for check in reversed(checks) if any(rule is failed for rule in check.verdict.rules))
        for check in (newest, widest):
            found[check.head.id] = found.get(check.head.id, frozenset()) | {failed.metric}
    return found


def _without_healed(stored: StoredRecord, standing: Mapping[str, frozenset[str]]) -> StoredRecord:
    """Failures that a later check has ended are left out: the check that ended them may be."""
    record = stored.record
    if not isinstance(record, CheckRecord) or not is_conclusive(record):
        return stored
    kept = standing.get(record.head.id, frozenset())
    rules = tuple(rule for rule in record.verdict.rules if rule.verdict is not VerdictName.FAIL or rule.metric in kept)
    return replace(stored, record=replace(record, verdict=replace(record.verdict, rules=rules)))
