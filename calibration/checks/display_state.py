"""The state of a display: what banners, the hanging order and the signing rule read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from calibration.checks.display_history import DisplayHistory
from calibration.checks.findings import Case, Finding, StateName, findings_of, worst_first
from calibration.checks.overrides import Override, active_override
from calibration.conformance.policy import Policy

__all__ = ["NOT_PRIMARY", "DisplayState", "StateName", "judged_role", "policy_for", "state_of", "unchecked_state"]

NOT_PRIMARY = "not for primary diagnosis"
_SUITS = {
    "mammography": ("mammography", "diagnostic", "review"),
    "diagnostic": ("diagnostic", "review"),
    "review": ("review",),
}
"""Roles in which a display registered for a role may be used: the same and those that ask for less."""


@dataclass(frozen=True)
class DisplayState:
    """State of one display in one role.

    Attributes
    ----------
    role
        The role that was asked for.
    reasons
        In words, worst first. OK may have reasons too: what is near its limit, provisional or only weakly known.
    override
        In force beside the state, which it does not change; None when there is none.
    """

    name: StateName
    role: str
    reasons: tuple[str, ...]
    override: Override | None = None

    @property
    def is_fit(self) -> bool:
        """OK or DUE: nothing is known to speak against it, and it was checked."""
        return self.name in (StateName.OK, StateName.DUE)

    @property
    def sentence(self) -> str:
        """One line for a banner."""
        text = _SENTENCES[self.name] + (f": {self.reasons[0]}" if self.reasons else "")
        text += f" ({NOT_PRIMARY})" if self.role == "review" else ""
        return f"{text}; {self.override.sentence}" if self.override else text


_SENTENCES = {
    StateName.OK: "Display checked and within limits",
    StateName.DUE: "Display check is due",
    StateName.EXPIRED: "Display check has expired",
    StateName.FAILED: "Display failed its last check",
    StateName.UNKNOWN: "Display not checked",
}


def unchecked_state(role: str) -> DisplayState:
    """The state of a display of which there is no record: UNKNOWN, never OK. Nobody has shown that it is fit."""
    return DisplayState(StateName.UNKNOWN, role, ("no check has been recorded for this monitor",))


def judged_role(role: str, history: DisplayHistory) -> str:
    """The role a display is judged in when used in ``role``; empty when it is registered for one that asks for less."""
    registration = history.registration
    if registration is None:
        return role
    return registration.role if role in _SUITS.get(registration.role, ()) else ""


def policy_for(role: str, history: DisplayHistory, policies: Mapping[str, Policy]) -> Policy | None:
    """The policy a display is registered for, else the one of its last check in ``role``; None where there is none."""
    if history.registration is not None:
        return policies.get(history.registration.policy)
    checks = history.checks_in(role)
    return policies.get(checks[-1].verdict.policy) if checks else None


def state_of(case: Case, role: str, broken: str = "") -> DisplayState:
    """The state of a display.

    Parameters
    ----------
    role
        The role asked for: ``diagnostic``, ``mammography`` or ``review``.
    broken
        Why the records cannot be trusted, in words; empty when they can. Nothing else is said then: whatever the
        records hold may have been written by hand.
    """
    state = DisplayState(*_name_and_reasons(case, role, broken))
    return replace(state, override=active_override(case.history.overrides, role, case.now))


def _name_and_reasons(case: Case, role: str, broken: str) -> tuple[StateName, str, tuple[str, ...]]:
    if broken:
        return StateName.UNKNOWN, role, (f"the records cannot be trusted: {broken}",)
    found = findings_of(case)
    registration = case.history.registration
    if registration is not None and not judged_role(role, case.history):
        text = f"the monitor is registered for {registration.role} use, not for {role}"
        found = (Finding(StateName.UNKNOWN, text), *(each for each in found if each.state is not StateName.OK))
    elif case.role != role:
        found = (*found, Finding(StateName.OK, f"judged as a {case.role} monitor"))
    ordered = worst_first(found)
    name = ordered[0].state if ordered else StateName.OK
    return name, role, tuple(finding.text for finding in ordered)
