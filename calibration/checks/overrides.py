"""Overrides: a person takes responsibility for using a display in spite of its state, until a given time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from calibration.records.record import Head, OverrideRecord
from workstation.foundation.errors import BadInput

LONGEST = timedelta(days=7)
"""An emergency is over by then, or the display is replaced."""
_SHORTEST_REASON = 3


@dataclass(frozen=True)
class Override:
    """An override in force: who took responsibility, why, and until when (UTC)."""

    operator: str
    reason: str
    until: datetime

    @property
    def sentence(self) -> str:
        """One line for banners and reports."""
        until = self.until.astimezone()
        return f"used on the responsibility of {self.operator} until {until:%Y-%m-%d %H:%M}: {self.reason}"


def active_override(overrides: Sequence[OverrideRecord], role: str, now: datetime) -> Override | None:
    """The override in force for ``role``: the newest that was given, unless it has ended or was withdrawn.

    Parameters
    ----------
    overrides
        Of one display, oldest first.
    """
    given = [each for each in overrides if each.role == role and each.head.at <= now]
    if not given or given[-1].is_withdrawn or now >= given[-1].until:
        return None
    newest = given[-1]
    return Override(newest.head.operator, newest.reason, newest.until)


def new_override(head: Head, role: str, reason: str, until: datetime) -> OverrideRecord:
    """An override as a record.

    Raises
    ------
    BadInput
        Without a name or a reason in words, or when it ends in the past or later than in a week.
    """
    if not head.operator.strip():
        raise BadInput("An override needs the name of the person who answers for it.", "Give your name.")
    if len(reason.strip()) < _SHORTEST_REASON:
        raise BadInput("An override needs a reason.", "Say in words why this display is used although it is not fit.")
    if not head.at < until <= head.at + LONGEST:
        raise BadInput(
            f"An override cannot last until {until.astimezone():%Y-%m-%d %H:%M}.",
            f"Choose an end from now to {LONGEST.days} days ahead.",
        )
    return OverrideRecord(head, role, reason.strip(), until)


def withdrawal(head: Head, role: str, reason: str) -> OverrideRecord:
    """The end of an override before its time, as a record."""
    return OverrideRecord(head, role, reason.strip(), head.at, is_withdrawn=True)
