"""The displays of this computer at a glance: state, role, last check, what is due, which display LUT is in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from calibration.checks.check_table import CHECKS, TESTS
from calibration.checks.display_history import history_of
from calibration.checks.display_state import DisplayState
from calibration.checks.qa_desk import QaDesk
from calibration.checks.schedule import Dueness, DueTask, day_of, reminders
from calibration.displays.identity import DisplayFacts
from calibration.records.record import CalibrationRecord, CheckRecord, DisplayRecord

DEFAULT_ROLE = "diagnostic"
SOON_DAYS = 7


@dataclass(frozen=True)
class DisplayLine:
    """One attached display.

    Attributes
    ----------
    registration
        As it was registered; None for a display nobody has registered.
    last_check, next_task
        In words; empty where there is none.
    tasks
        Everything the policy asks for, soonest first.
    pending
        Of these, what a person is to be reminded of now.
    """

    facts: DisplayFacts
    role: str
    registration: DisplayRecord | None
    policy_title: str
    state: DisplayState
    lut: str
    last_check: str
    next_task: str
    tasks: tuple[DueTask, ...]
    pending: tuple[DueTask, ...]

    @property
    def key(self) -> str:
        """The display's name in the records."""
        return self.facts.identity.key


def overview(desk: QaDesk, attached: Sequence[DisplayFacts]) -> tuple[DisplayLine, ...]:
    """Every attached display, in the order given."""
    due = desk.authority.tasks_due(desk.clock.now())
    return tuple(_line(desk, facts, due) for facts in attached)


def _line(desk: QaDesk, facts: DisplayFacts, due: Sequence[DueTask]) -> DisplayLine:
    history = history_of(facts.identity, desk.book.records(display_key=facts.identity.key))
    registration = history.registration
    role = registration.role if registration else DEFAULT_ROLE
    policy = desk.policies.get(registration.policy) if registration else None
    tasks = tuple(task for task in due if task.display_key == facts.identity.key)
    return DisplayLine(
        facts=facts,
        role=role,
        registration=registration,
        policy_title=policy.title if policy else "",
        state=desk.authority.state_of(facts.identity, role),
        lut=lut_sentence(history.calibration),
        last_check=last_check_sentence(history.checks[-1] if history.checks else None),
        next_task=tasks[0].sentence if tasks else "",
        tasks=tasks,
        pending=reminders(tasks, SOON_DAYS),
    )


def lut_sentence(calibration: CalibrationRecord | None) -> str:
    """Which display LUT images go through on this display."""
    if calibration is None:
        return "No display LUT: shown as the monitor is set"
    on = day_of(calibration.head.at).isoformat()
    if not calibration.ddl:
        why = "the monitor conforms by itself" if calibration.after_check else "it was withdrawn"
        return f"No display LUT since {on}: {why}"
    return f"Display LUT of {on} ({calibration.lut_sha256[:8]})"


def last_check_sentence(check: CheckRecord | None) -> str:
    """``Monthly check: PASS, 2026-03-02, by A. Person``."""
    if check is None:
        return ""
    title = check_title(check.check)
    return f"{title}: {check.verdict.name.value}, {day_of(check.head.at).isoformat()}, by {check.head.operator}"


def check_title(name: str) -> str:
    """What people call a check or a single test."""
    if name in CHECKS:
        return CHECKS[name].title
    return TESTS[name].title if name in TESTS else name


def is_late(task: DueTask) -> bool:
    """Whether the day of a task has come."""
    return task.dueness is not Dueness.IN_TIME
