"""Time, asked of an object, so that tests own it and the site's clock can correct it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that knows the time."""

    def now(self) -> datetime:
        """The time in UTC, always aware."""
        ...


class SystemClock:
    """The clock of this computer."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SiteClock:
    """The clock of the site: this computer's, moved by the offset seen in the server's ``Date`` headers.

    Due times are counted on this one, because the promise was made on the site's clock.
    """

    def __init__(self, own: Clock) -> None:
        self._own = own
        self._offset = timedelta(0)

    @property
    def offset(self) -> timedelta:
        """How far the site is ahead of this computer."""
        return self._offset

    def now(self) -> datetime:
        return self._own.now() + self._offset

    def learn(self, server_time: datetime) -> None:
        """Take the offset from a server's time (aware). Whole seconds: a ``Date`` header has no finer ones."""
        difference = server_time - self._own.now()
        # A header truncates to the second: anything within 1.5 s is no offset at all.
        self._offset = difference if abs(difference) > timedelta(seconds=1.5) else timedelta(0)
