"""Lasting conditions: things that stay wrong until they end, each with one fixed place on screen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from workstation.foundation.clock import Clock


class Severity(Enum):
    """How a condition is drawn."""

    INFO = "info"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Condition:
    """One thing that is wrong now. ``key`` names it for ever; ``text`` and ``advice`` are for people."""

    key: str
    severity: Severity
    text: str
    advice: str
    since: datetime


class ConditionBoard:
    """The list of conditions. Any thread may raise or end one; observers are called in that thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._conditions: dict[str, Condition] = {}
        self._observers: list[Callable[[], None]] = []

    def raise_condition(self, key: str, severity: Severity, text: str, advice: str = "") -> None:
        """Put a condition up, or refresh its text; it keeps the time at which it began."""
        with self._lock:
            old = self._conditions.get(key)
            new = Condition(key, severity, text, advice, old.since if old else self._clock.now())
            if new == old:
                return
            self._conditions[key] = replace(new)
        self._tell()

    def end(self, key: str) -> None:
        """Take a condition down; nothing happens when it is not up."""
        with self._lock:
            if self._conditions.pop(key, None) is None:
                return
        self._tell()

    def current(self) -> tuple[Condition, ...]:
        """All conditions, worst first, then oldest first."""
        order = [Severity.FAIL, Severity.WARN, Severity.INFO]
        with self._lock:
            found = list(self._conditions.values())
        return tuple(sorted(found, key=lambda c: (order.index(c.severity), c.since)))

    def observe(self, observer: Callable[[], None]) -> None:
        """Call ``observer`` after every change."""
        self._observers.append(observer)

    def _tell(self) -> None:
        for observer in tuple(self._observers):
            observer()
