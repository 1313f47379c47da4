"""Which cases are open and which one is active. Everything that follows a case follows the active one together."""

from __future__ import annotations

import threading
from collections.abc import Callable

from workstation.reading.case import Case
from workstation.reading.errors import NotNow


class CaseBook:
    """Open cases in the order of opening; at most one is active, and only that one receives text."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._cases: dict[str, Case] = {}
        self._active_key: str | None = None
        self._observers: list[Callable[[], None]] = []

    @property
    def active(self) -> Case | None:
        """The case that report, commands and windows belong to now."""
        with self._lock:
            return self._cases.get(self._active_key) if self._active_key else None

    @property
    def open_cases(self) -> tuple[Case, ...]:
        with self._lock:
            return tuple(self._cases.values())

    def observe(self, observer: Callable[[], None]) -> None:
        """Call ``observer`` after every change of the active case or of the list."""
        self._observers.append(observer)

    def add(self, case: Case) -> None:
        """Open ``case`` (or put its newer state in place) and make it the active one."""
        with self._lock:
            self._cases[case.key] = case
            self._active_key = case.key
        self._tell()

    def replace(self, case: Case) -> None:
        """Put a newer state of an open case in place; which case is active does not change."""
        with self._lock:
            if case.key not in self._cases:
                return
            self._cases[case.key] = case
        self._tell()

    def activate(self, case_key: str) -> Case:
        """Make an open case the active one."""
        with self._lock:
            if case_key not in self._cases:
                raise NotNow("That case is no longer open.", "Open it again from the worklist.")
            self._active_key = case_key
            case = self._cases[case_key]
        self._tell()
        return case

    def close(self, case_key: str) -> None:
        """Close a case; when it was the active one, none is active until the reader chooses."""
        with self._lock:
            self._cases.pop(case_key, None)
            if self._active_key == case_key:
                self._active_key = None
        self._tell()

    def get(self, case_key: str) -> Case:
        """An open case by key."""
        with self._lock:
            case = self._cases.get(case_key)
        if case is None:
            raise NotNow("That case is no longer open.", "Open it again from the worklist.")
        return case

    def must_be_active(self, case_key: str) -> Case:
        """The case, provided that it is the active one: text and commands go nowhere else."""
        active = self.active
        if active is None or active.key != case_key:
            raise NotNow("That case is not the active one, so it takes no text and no commands.", "Activate it first.")
        return active

    def _tell(self) -> None:
        for observer in tuple(self._observers):
            observer()
