"""The schedule: which check of a display is due when, from the policy's tasks and the checks that were finished."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from calibration.checks.coverage import covers
from calibration.conformance.policy import Policy, Task
from calibration.records.record import CheckRecord


class Dueness(Enum):
    """How a task stands."""

    IN_TIME = "in time"
    DUE = "due"
    """Its day has come; the grace has not run out."""
    EXPIRED = "expired"


@dataclass(frozen=True)
class DueTask:
    """One task of the policy for one display.

    Attributes
    ----------
    last
        When it was last done, by this check or a wider one; None when never.
    due_on, expires_on
        Days of this computer's calendar: the check is wanted from ``due_on``, and is overdue from ``expires_on``.
    days_left
        Until ``due_on``; negative when that has passed.
    """

    display_key: str
    role: str
    check: str
    title: str
    last: datetime | None
    done_by: str
    due_on: date
    expires_on: date
    days_left: int
    dueness: Dueness

    @property
    def sentence(self) -> str:
        """In words: ``Monthly check: due for 3 days, expires on 2026-03-09``."""
        if self.dueness is Dueness.EXPIRED:
            return f"{self.title}: expired on {self.expires_on.isoformat()}{self._last}"
        if self.dueness is Dueness.IN_TIME:
            return f"{self.title}: next on {self.due_on.isoformat()} (in {_days(self.days_left)})"
        since = f"for {_days(-self.days_left)}" if self.days_left else "today"
        return f"{self.title}: due {since}, expires on {self.expires_on.isoformat()}"

    @property
    def _last(self) -> str:
        return f", last done on {day_of(self.last).isoformat()}" if self.last else ", never done"


def day_of(at: datetime) -> date:
    """The day of ``at`` in this computer's calendar: people plan in days, not in hours."""
    return at.astimezone().date()


def schedule(
    policy: Policy, role: str, display_key: str, checks: Sequence[CheckRecord], since: datetime, now: datetime
) -> tuple[DueTask, ...]:
    """Every task of ``policy`` for ``role`` that is still to be done, soonest first.

    A task that is done once (acceptance) is gone when it is done.

    Parameters
    ----------
    checks
        Conclusive ones of this display and role, oldest first. Those made later than ``now`` do not count.
    since
        Where a task was never done, its time is counted from here: when the display came into use.
    """
    past = [check for check in checks if check.head.at <= now]
    tasks = [_due_task(task, role, display_key, past, since, now) for task in policy.tasks_for(role)]
    found = [each for each in tasks if each is not None]
    return tuple(sorted(found, key=lambda each: (each.due_on, each.check)))


def _due_task(
    task: Task, role: str, display_key: str, checks: Sequence[CheckRecord], since: datetime, now: datetime
) -> DueTask | None:
    done = next((check for check in reversed(checks) if covers(check.check, task.check)), None)
    if done and task.every_days == 0:
        return None
    start = done.head.at if done else since
    due_on = day_of(start) + timedelta(days=task.every_days)
    expires_on = due_on + timedelta(days=task.grace_days + 1)
    today = day_of(now)
    return DueTask(
        display_key=display_key,
        role=role,
        check=task.check,
        title=task.title,
        last=done.head.at if done else None,
        done_by=done.check if done else "",
        due_on=due_on,
        expires_on=expires_on,
        days_left=(due_on - today).days,
        dueness=_dueness(today, due_on, expires_on),
    )


def _dueness(today: date, due_on: date, expires_on: date) -> Dueness:
    if today >= expires_on:
        return Dueness.EXPIRED
    return Dueness.DUE if today >= due_on else Dueness.IN_TIME


def reminders(tasks: Iterable[DueTask], within_days: int = 0) -> tuple[DueTask, ...]:
    """What a person is to be reminded of: due and expired tasks, and those whose day comes ``within_days``.

    Of several, a wider check that covers a narrower one makes the narrower one's reminder needless.
    """
    wanted = [task for task in tasks if task.days_left <= within_days]
    return tuple(task for task in wanted if not any(_is_wider(other, task) for other in wanted))


def _is_wider(other: DueTask, task: DueTask) -> bool:
    same_display = (other.display_key, other.role) == (task.display_key, task.role)
    return same_display and other.check != task.check and covers(other.check, task.check)


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"
