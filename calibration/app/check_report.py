"""What the command line says about a finished check: lines for people, one JSON document, an exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from calibration.app.rule_lines import rule_json, rule_lines
from calibration.conformance.verdict import VerdictName
from calibration.records.codec import encode, time_text
from calibration.records.record import CalibrationRecord, CheckRecord
from workstation.foundation.errors import BadInput
from workstation.foundation.files import write_atomically

_SPOKEN = (VerdictName.PASS, VerdictName.WARN, VerdictName.INCONCLUSIVE, VerdictName.FAIL)


def exit_code_of(check: CheckRecord) -> int:
    """0: done, and conformant where it was judged; 1: checked and not conformant, or not complete."""
    is_bad = check.verdict.name in (VerdictName.FAIL, VerdictName.INCONCLUSIVE)
    return 1 if is_bad or not check.is_complete else 0


def document_of(check: CheckRecord, made: CalibrationRecord | None) -> dict[str, Any]:
    """One JSON document: the keys of ``calibration evaluate`` and what a record has besides."""
    verdict = check.verdict
    contrast = next((q.value for q in check.quantities if q.metric == "max_contrast_deviation"), None)
    return {
        "record": check.head.id,
        "check": check.check,
        "display": check.head.display_key,
        "operator": check.head.operator,
        "at": time_text(check.head.at),
        "complete": check.is_complete,
        "verdict": verdict.name.value,
        "policy": verdict.policy,
        "policy_version": verdict.policy_version,
        "role": verdict.role,
        "provisional": list(verdict.provisional),
        "max_contrast_deviation": contrast,
        "rules": [rule_json(rule) for rule in verdict.rules if rule.verdict is not VerdictName.NOT_MEASURED],
        "readings": sum(len(level.readings) for series in check.series for level in series.measured),
        "lut_sha256": check.lut_sha256,
        "notes": list(check.notes),
        "calibration": None if made is None else {"record": made.head.id, "lut_sha256": made.lut_sha256},
    }


def lines_of(check: CheckRecord, made: CalibrationRecord | None) -> list[str]:
    """Verdict first, then what it rests on, then what was noticed."""
    verdict = check.verdict
    judged = verdict.name in _SPOKEN
    head = f"{verdict.name.value}: {check.check} for {check.role} use by {verdict.policy} {verdict.policy_version}"
    lines = [head if judged else f"DONE: {check.check}; nothing in it is judged by {verdict.policy}"]
    if not check.is_complete:
        lines.append("Not complete: it decides nothing.")
    lines += [f"Provisional: {reason}." for reason in verdict.provisional]
    lines += rule_lines([rule for rule in verdict.rules if rule.verdict is not VerdictName.NOT_MEASURED])
    lines += [f"Note: {note}" for note in check.notes]
    if made is not None:
        lines.append("The display LUT is in use." if made.ddl else "The display is used without a display LUT.")
    return [*lines, f"Record {check.head.id}"]


def write_record(path: Path, check: CheckRecord) -> None:
    """Write a record as JSON.

    Raises
    ------
    BadInput
        When the file cannot be written; the record itself is in the book.
    """
    try:
        write_atomically(path, encode(check).encode("utf-8"))
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written ({error.strerror}).", f"The record {check.head.id} is kept all the same."
        ) from error
