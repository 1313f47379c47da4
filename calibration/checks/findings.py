"""What speaks against a display, one rule a function: each says what was found, and what state it amounts to.

found                                                     state     ended by
a rule failed                                             FAILED    the rule passing in the same or a wider check, or
                                                                    in any check that measures it as well
readings taken since for another role or policy fail      FAILED    a check for this role by this policy
a task of the policy is overdue                           EXPIRED   the check, or a wider one
no check, another monitor on this plug, other model       UNKNOWN   a check of this very monitor
driven with another number of pixels                      UNKNOWN   the old mode, or a check
never measured with a meter though the policy has limits  UNKNOWN   a check with a meter
registered for another role, or judged by another policy  UNKNOWN   registering, or a check by that policy
calibrated, other LUT, other brightness since             UNKNOWN   a check with a meter, or the old setting
table of the display LUT damaged                          UNKNOWN   a new calibration
a record from the future, the clock set back              UNKNOWN   the right time, or a check made since
the policy's limits were edited since                     DUE       the check (FAILED where the last readings fail)
a task is due, its grace has not run out                  DUE       the check, or a wider one
near a limit, provisional, no serial number, to repeat    OK        nothing has to be done at once: it is said
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cached_property

from calibration.checks.coverage import RESPONSE_METRIC, covers, may_heal
from calibration.checks.display_history import DisplayHistory, measures_response
from calibration.checks.lut_in_force import fault_of_lut
from calibration.checks.schedule import Dueness, DueTask, day_of, schedule
from calibration.conformance.judge import judge
from calibration.conformance.policy import Policy
from calibration.conformance.verdict import RuleResult, VerdictName
from calibration.conformance.wording import limit_text, value_text
from calibration.displays.identity import DisplayIdentity, PanelSettings
from calibration.records.record import CheckRecord

_ROUNDING_PX = 2
"""Device pixels are a whole number of the windowing system's, times its scale, rounded."""


class StateName(Enum):
    """Whether a display may show primary images."""

    OK = "ok"
    DUE = "due"
    EXPIRED = "expired"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One thing found: the state it amounts to by itself, and the reason in words."""

    state: StateName
    text: str


@dataclass(frozen=True)
class Case:
    """A display in a role at a moment, with all that is known of it.

    Attributes
    ----------
    role
        The role it is judged in: the one it is registered for, where that is stricter than the one asked for.
    panel
        Its settings now, as far as the monitor tells.
    policy
        None where the policy it is to be judged by is not on this computer, or nobody has chosen one.
    before_on_plug
        Title of another monitor that was registered on this plug; empty when there is none.
    clock_went_back
        Whether this computer's clock stands earlier than when the newest record of any display was taken in.
    """

    identity: DisplayIdentity
    role: str
    history: DisplayHistory
    policy: Policy | None
    panel: PanelSettings
    now: datetime
    before_on_plug: str = ""
    clock_went_back: bool = False

    @cached_property
    def checks(self) -> tuple[CheckRecord, ...]:
        """Conclusive checks in this role by this policy, oldest first."""
        wanted = self.policy.id if self.policy else ""
        return tuple(check for check in self.history.checks_in(self.role) if check.verdict.policy == wanted)

    @cached_property
    def reference(self) -> CheckRecord | None:
        """The check that says how the display was when it was last measured; by eye only where no meter was used."""
        measured = tuple(check for check in self.checks if measures_response(check))
        kept = measured or self.checks
        return kept[-1] if kept else None


def findings_of(case: Case) -> tuple[Finding, ...]:
    """Everything that is to be said of the display, in the order of the rules below."""
    if case.policy is None or not case.checks:
        return (*_judged_otherwise(case), *_unchecked(case), *_future(case), *_identity(case))
    return tuple(finding for rule in _RULES for finding in rule(case))


def _unchecked(case: Case) -> Iterator[Finding]:
    history, registration = case.history, case.history.registration
    if history.left_out:
        yield _unknown(
            "records of this plug were made on another computer, and the monitor has no serial number to know it by"
        )
    if case.before_on_plug and not history.checks:
        yield _unknown(f"another monitor was registered on this plug ({case.before_on_plug}); this one was not checked")
    elif registration is not None and case.policy is None:
        yield _unknown(f"the policy “{registration.policy}” it is registered for is not on this computer")
    elif history.checks:
        yield _unknown(f"its checks were judged by {_judged_by(history.checks)}, not by {_wanted(case)}")
    else:
        yield _unknown("no check has been recorded for this monitor")


def _judged_by(checks: Sequence[CheckRecord]) -> str:
    return ", ".join(dict.fromkeys(f"{check.verdict.policy} for {check.role} use" for check in checks))


def _wanted(case: Case) -> str:
    return f"{case.policy.id} for {case.role} use" if case.policy else f"a policy for {case.role} use"


def _identity(case: Case) -> Iterator[Finding]:
    """A weak identity is no fault by itself. Another maker or model on the same plug is another monitor."""
    known = case.history.known_as or case.identity
    was, now = _pixels(known), _pixels(case.identity)
    if any(abs(a - b) > _ROUNDING_PX for a, b in zip(was, now, strict=True)):
        text = f"it shows {now[0]} x {now[1]} pixels now; it was checked with {was[0]} x {was[1]}"
        yield _unknown(text)  # a serial number knows nothing of the mode the monitor is driven in
    if not case.identity.is_weak:
        return
    if is_another(case.identity, case.history):
        yield _unknown(f"another monitor was checked on this plug ({known.title})")
    yield Finding(
        StateName.OK,
        "the monitor tells no serial number: another one on this plug, of this size, would be taken for it",
    )


def is_another(identity: DisplayIdentity, history: DisplayHistory) -> bool:
    """Whether the monitor on this plug is of another maker or model than the one that the records are about."""
    known = history.known_as or identity
    return (known.manufacturer, known.model) != (identity.manufacturer, identity.model)


def _pixels(identity: DisplayIdentity) -> tuple[int, int]:
    """Longer and shorter side: a monitor turned on its stand is the same."""
    sides = (identity.width_px, identity.height_px)
    return max(sides), min(sides)


def _failed(case: Case) -> Iterator[Finding]:
    standing = standing_failures(case.checks, {rule.metric for rule in case.policy.rules} if case.policy else set())
    for rule, check in standing:
        yield Finding(StateName.FAILED, f"{_rule_text(rule)} ({_when(check)})")


def standing_failures(checks: Sequence[CheckRecord], ruled: set[str]) -> tuple[tuple[RuleResult, CheckRecord], ...]:
    """Failed rules that no later check has shown to be mended, oldest first.

    Parameters
    ----------
    checks
        Conclusive, of one role and policy, oldest first.
    ruled
        Metrics that the policy still has a rule for: a failure of any other ends with the next check of its kind.
    """
    standing: dict[str, tuple[RuleResult, CheckRecord]] = {}
    for check in checks:
        passing = {rule.metric for rule in check.verdict.rules if _is_good(rule)}
        for metric, (_, failed) in list(standing.items()):
            is_retired = metric not in ruled and covers(check.check, failed.check)
            if is_retired or (metric in passing and may_heal(metric, check.check, failed.check)):
                del standing[metric]
        for rule in check.verdict.rules:
            if rule.verdict is VerdictName.FAIL:
                standing[rule.metric] = (rule, _wider(check, standing.get(rule.metric)))
    return tuple(standing.values())


def _wider(check: CheckRecord, before: tuple[RuleResult, CheckRecord] | None) -> CheckRecord:
    """A failure that was seen in a wide check is not ended by a narrow one because the narrow one failed it too."""
    if before is None or covers(check.check, before[1].check):
        return check
    return before[1]


def _is_good(rule: RuleResult) -> bool:
    return rule.verdict in (VerdictName.PASS, VerdictName.WARN, VerdictName.REPORTED)


def _calibrated(case: Case) -> Iterator[Finding]:
    calibration, reference = case.history.calibration, case.reference
    if calibration is None or reference is None or reference.head.id == calibration.after_check:
        return
    if case.history.is_after(calibration, reference):
        yield _unknown(f"it was calibrated on {day_of(calibration.head.at).isoformat()} and not measured since")


def _lut(case: Case) -> Iterator[Finding]:
    calibration, reference = case.history.calibration, case.reference
    fault = fault_of_lut(calibration)
    if fault:
        yield _unknown(f"{fault}; it is not used")
    in_force = calibration.lut_sha256 if calibration else ""
    if reference is not None and measures_response(reference) and reference.lut_sha256 != in_force:
        yield _unknown(f"the display LUT is another than at the last measurement ({_when(reference)})")


def _panel(case: Case) -> Iterator[Finding]:
    """Any change counts: the settings are whole numbers that stay as they are until somebody changes them."""
    if case.reference is None:
        return
    was, now = case.reference.facts.panel, case.panel
    for name, old, new in (("brightness", was.brightness, now.brightness), ("contrast", was.contrast, now.contrast)):
        if old is not None and new is not None and old != new:
            yield _unknown(
                f"the monitor's {name} was changed from {old} % to {new} % since the last measurement "
                f"({_when(case.reference)})"
            )


def _never_measured(case: Case) -> Iterator[Finding]:
    is_wanted = case.policy is not None and any(
        rule.metric == RESPONSE_METRIC and rule.limit is not None for rule in case.policy.rules_for(case.role)
    )
    if is_wanted and not any(measures_response(check) for check in case.checks):
        yield _unknown("it was never measured with a meter")


def _future(case: Case) -> Iterator[Finding]:
    if case.clock_went_back:
        yield _unknown("this computer's clock was set back: nothing can be said to be in time")
    elif case.history.lies_in_the_future(case.now):
        yield _unknown(
            f"a record of it was made after {case.now.astimezone():%Y-%m-%d %H:%M}, "
            "which is the time now: the clock was set back, or was wrong then"
        )


def tasks_of(case: Case) -> tuple[DueTask, ...]:
    """The policy's tasks for the display, soonest first; what was never done is counted from its first check."""
    if case.policy is None or not case.checks:
        return ()
    since = case.checks[0].head.at
    return schedule(case.policy, case.role, case.identity.key, case.checks, since, case.now)


def _tasks(case: Case) -> Iterator[Finding]:
    states = {Dueness.DUE: StateName.DUE, Dueness.EXPIRED: StateName.EXPIRED}
    for task in tasks_of(case):
        if task.dueness in states:
            yield Finding(states[task.dueness], task.sentence)


def _limits(case: Case) -> Iterator[Finding]:
    """The policy was edited since the last check: its readings are judged once more, and it is to be checked again."""
    last, policy = case.reference, case.policy
    if last is None or policy is None or last.verdict.policy_version == policy.version_text:
        return
    again = judge(policy, case.role, last.quantities)
    for rule in again.rules:
        if rule.verdict is VerdictName.FAIL:
            yield Finding(StateName.FAILED, f"by the limits now in force: {_rule_text(rule)} ({_when(last)})")
    yield Finding(
        StateName.DUE,
        f"the limits of {policy.id} were edited since the last measurement "
        f"(version {last.verdict.policy_version}, now {policy.version_text})",
    )


def _judged_otherwise(case: Case) -> Iterator[Finding]:
    """It was measured since for another role or by another policy: those readings must not fail the present limits."""
    reference, policy = case.reference, case.policy
    mine = {check.head.id for check in case.checks}
    measured = (check for check in case.history.checks if check.head.id not in mine and measures_response(check))
    others = [check for check in measured if reference is None or case.history.is_after(check, reference)]
    if not others or policy is None:
        return
    for rule in judge(policy, case.role, others[-1].quantities).rules:
        if rule.verdict is VerdictName.FAIL:
            where = f"{_when(others[-1])}, judged for {others[-1].role} use by {others[-1].verdict.policy}"
            yield Finding(StateName.FAILED, f"{_rule_text(rule)} ({where})")


def _inconclusive(case: Case) -> Iterator[Finding]:
    """Said, and no more: the state stands by the last check that decided something, until that is due."""
    wanted = case.policy.id if case.policy else ""
    for check in reversed(case.history.inconclusive):
        if check.role == case.role and check.verdict.policy == wanted:
            later = (each for each in case.checks if case.history.is_after(each, check))
            if not any(covers(each.check, check.check) for each in later):
                yield Finding(StateName.OK, f"the {_when(check)} could not decide: it is to be repeated")
            return


def _near_limits(case: Case) -> Iterator[Finding]:
    newest: dict[str, tuple[RuleResult, CheckRecord]] = {}
    for check in case.checks:
        newest.update({r.metric: (r, check) for r in check.verdict.rules if r.verdict is not VerdictName.NOT_MEASURED})
    for rule, check in newest.values():
        if rule.verdict is VerdictName.WARN:
            yield Finding(StateName.OK, f"near its limit: {_rule_text(rule)} ({_when(check)})")


def _provisional(case: Case) -> Iterator[Finding]:
    reasons = case.reference.verdict.provisional if case.reference else ()
    for reason in reasons:
        yield Finding(StateName.OK, f"the verdict is provisional: {reason}")


_RULES = (
    _failed,
    _judged_otherwise,
    _limits,
    _calibrated,
    _lut,
    _panel,
    _never_measured,
    _future,
    _tasks,
    _inconclusive,
    _near_limits,
    _provisional,
    _identity,
)


def _rule_text(rule: RuleResult) -> str:
    value = "" if rule.value is None else f" {value_text(rule.value, rule.unit)}"
    limit = f", limit {limit_text(rule)}" if rule.limit_text else ""
    return f"{rule.title}{value}{limit}"


def _when(check: CheckRecord) -> str:
    return f"{check.check} check of {day_of(check.head.at).isoformat()}"


def _unknown(text: str) -> Finding:
    return Finding(StateName.UNKNOWN, text)


_RANK = (StateName.FAILED, StateName.EXPIRED, StateName.UNKNOWN, StateName.DUE, StateName.OK)


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sorted from FAILED over EXPIRED, UNKNOWN and DUE to OK.

    EXPIRED stands before UNKNOWN because the viewer keeps images off expired displays without exception; turning the
    brightness of an expired monitor must not make its state milder.
    """
    return tuple(sorted(findings, key=lambda finding: _RANK.index(finding.state)))
