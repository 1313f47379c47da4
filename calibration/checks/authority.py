"""The one object that viewer and signing rule ask: whether a display is fit, and which table it is driven with."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from calibration.checks.display_history import DisplayHistory, history_of
from calibration.checks.display_state import DisplayState, StateName, judged_role, policy_for, state_of, unchecked_state
from calibration.checks.findings import Case, is_another, tasks_of
from calibration.checks.lut_in_force import lut_of
from calibration.checks.overrides import active_override, new_override, withdrawal
from calibration.checks.schedule import DueTask, day_of
from calibration.conformance.policy import Policy
from calibration.displays.identity import DisplayIdentity, PanelSettings
from calibration.gsdf.display_lut import DisplayLut
from calibration.records.chain import Soundness
from calibration.records.record import DisplayRecord, Head, OverrideRecord, Record, StoredRecord
from workstation.foundation.clock import Clock


class Authority(Protocol):
    """Who says whether a display is fit. Both answers come at once and may be asked for in any thread."""

    def state_of(self, identity: DisplayIdentity, role: str) -> DisplayState:
        """State of a display in a role (``diagnostic``, ``mammography``, ``review``), with reasons."""
        ...

    def lut_for(self, identity: DisplayIdentity) -> DisplayLut | None:
        """The display LUT of this very monitor; None: P-values go out as they are (identity)."""
        ...

    def roles(self) -> Mapping[str, str]:
        """Role by display key, of every display that is registered here."""
        ...


class UncheckedDisplays:
    """Nobody has ever checked a display on this computer: every state is UNKNOWN."""

    def state_of(self, identity: DisplayIdentity, role: str) -> DisplayState:  # noqa: ARG002 - the same for every one
        return unchecked_state(role)

    def lut_for(self, identity: DisplayIdentity) -> DisplayLut | None:  # noqa: ARG002
        return None

    def roles(self) -> Mapping[str, str]:
        return {}


class SerialNumbersWanted:
    """For a site that does not accept monitors without a serial number: whatever was checked, they are UNKNOWN."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    def state_of(self, identity: DisplayIdentity, role: str) -> DisplayState:
        state = self._authority.state_of(identity, role)
        if not identity.is_weak:
            return state
        name = StateName.UNKNOWN if state.is_fit else state.name
        return replace(state, name=name, reasons=("this site wants monitors that tell a serial number", *state.reasons))

    def lut_for(self, identity: DisplayIdentity) -> DisplayLut | None:
        return self._authority.lut_for(identity)

    def roles(self) -> Mapping[str, str]:
        return self._authority.roles()


class Book(Protocol):
    """What this needs of `calibration.records.record_book.RecordBook`."""

    @property
    def version(self) -> object:
        """Another value after every change, of whichever program."""
        ...

    @property
    def soundness(self) -> Soundness:
        """What the last look at the chain found."""
        ...

    def records(self, display_key: str | None = None, kind: str | None = None) -> Sequence[StoredRecord]:
        """Records in the order in which they were taken in."""
        ...

    def append(self, record: Record) -> StoredRecord:
        """Put a record into the book."""
        ...


def no_panel(identity: DisplayIdentity) -> PanelSettings:  # noqa: ARG001 - nothing is known of any
    """Settings of a monitor that nobody can ask."""
    return PanelSettings()


@dataclass(frozen=True)
class _Key:
    """What a remembered state was derived from: another value of any of them, and it is derived anew."""

    identity: DisplayIdentity
    role: str
    panel: PanelSettings
    today: date
    is_future: bool
    clock_went_back: bool


class DisplayAuthority:
    """Derives the state of each display from its records, policy, the clock, the panel and the soundness of the book.

    Answers are remembered until the book, the day, the panel's settings or the clock's standing change.

    Parameters
    ----------
    book
        The records of this computer.
    policies
        By id.
    panel_of
        The panel's settings as they were last seen; must answer at once.
    """

    def __init__(
        self,
        book: Book,
        policies: Mapping[str, Policy],
        clock: Clock,
        panel_of: Callable[[DisplayIdentity], PanelSettings] = no_panel,
    ) -> None:
        self._book = book
        self._policies = policies
        self._clock = clock
        self._panel_of = panel_of
        self._lock = threading.RLock()
        self._version: object = None
        self._histories: dict[DisplayIdentity, DisplayHistory] = {}
        self._states: dict[_Key, DisplayState] = {}
        self._luts: dict[DisplayIdentity, DisplayLut | None] = {}
        self._registered: Mapping[str, DisplayRecord] | None = None

    def state_of(self, identity: DisplayIdentity, role: str) -> DisplayState:
        """State of a display in a role, with all reasons, worst first, and the override in force."""
        now = self._clock.now()
        with self._lock:
            self._forget_if_changed()
            history = self._history(identity)
            is_back = self._book.soundness.clock_went_back
            key = _Key(identity, role, self._panel_of(identity), day_of(now), history.lies_in_the_future(now), is_back)
            if key not in self._states:
                self._states[key] = self._judged(identity, role, now)
            return replace(self._states[key], override=active_override(history.overrides, role, now))

    def lut_for(self, identity: DisplayIdentity) -> DisplayLut | None:
        """The table of the newest calibration of this very monitor, when it matches its hash and can be trusted.

        A monitor without a serial number is known by plug and geometry, and only by records made on this computer.
        """
        with self._lock:
            self._forget_if_changed()
            if identity not in self._luts:
                self._luts[identity] = self._table_of(identity)
            return self._luts[identity]

    def registration_of(self, identity: DisplayIdentity) -> DisplayRecord | None:
        """The display as it is registered now; None when it never was."""
        with self._lock:
            self._forget_if_changed()
            return self._history(identity).registration

    def roles(self) -> Mapping[str, str]:
        """Role by display key, of every display that is registered here."""
        return {key: record.role for key, record in self._registrations().items()}

    def tasks_of(self, identity: DisplayIdentity, role: str) -> tuple[DueTask, ...]:
        """The schedule of one display, soonest first; empty before its first check."""
        with self._lock:
            self._forget_if_changed()
            return tasks_of(self._case(identity, role, self._clock.now()))

    def tasks_due(self, now: datetime | None = None) -> tuple[DueTask, ...]:
        """Tasks of all registered displays, soonest first: all of them, those that lie ahead too."""
        at = now or self._clock.now()
        with self._lock:
            registered = self._registrations().values()
            cases = [self._case(each.facts.identity, each.role, at) for each in registered]
            return tuple(sorted((task for case in cases for task in tasks_of(case)), key=lambda task: task.due_on))

    def override(self, head: Head, role: str, reason: str, until: datetime) -> OverrideRecord:
        """Put an override into the book; ``head`` says which display, who and when.

        Raises
        ------
        BadInput
            Without a name or a reason, or with an end that is past or further ahead than a week.
        """
        record = new_override(head, role, reason, until)
        self._book.append(record)
        return record

    def withdraw_override(self, head: Head, role: str, reason: str) -> OverrideRecord:
        """End the override in force for ``role`` before its time."""
        record = withdrawal(head, role, reason)
        self._book.append(record)
        return record

    # --- inside; the lock is held

    def _forget_if_changed(self) -> None:
        version = (self._book.version, self._book.soundness)
        if version != self._version:
            self._version = version
            self._histories.clear()
            self._states.clear()
            self._luts.clear()
            self._registered = None

    def _table_of(self, identity: DisplayIdentity) -> DisplayLut | None:
        history = self._history(identity)
        is_strange = identity.is_weak and is_another(identity, history)
        if is_strange or self._book.soundness.reason_for(identity.key) is not None:
            return None
        return lut_of(history.calibration)

    def _history(self, identity: DisplayIdentity) -> DisplayHistory:
        if identity not in self._histories:
            self._histories[identity] = history_of(identity, self._book.records(identity.key))
        return self._histories[identity]

    def _registrations(self) -> Mapping[str, DisplayRecord]:
        with self._lock:
            self._forget_if_changed()
            if self._registered is None:
                stored = (
                    each for each in self._book.records(kind="display") if each.is_sound and not each.imported_from
                )
                records = (each.record for each in stored if isinstance(each.record, DisplayRecord))
                self._registered = {record.head.display_key: record for record in records}
            return self._registered

    def _case(self, identity: DisplayIdentity, role: str, now: datetime) -> Case:
        history = self._history(identity)
        judged = judged_role(role, history) or role
        return Case(
            identity=identity,
            role=judged,
            history=history,
            policy=policy_for(judged, history, self._policies),
            panel=self._panel_of(identity),
            now=now,
            before_on_plug=self._before_on_plug(identity),
            clock_went_back=self._book.soundness.clock_went_back,
        )

    def _judged(self, identity: DisplayIdentity, role: str, now: datetime) -> DisplayState:
        broken = self._book.soundness.reason_for(identity.key) or ""
        return state_of(self._case(identity, role, now), role, broken)

    def _before_on_plug(self, identity: DisplayIdentity) -> str:
        registered = self._registrations()
        if identity.key in registered:
            return ""
        others = [each.facts.identity for each in registered.values()]
        here = [each for each in others if each.connector == identity.connector and each.key != identity.key]
        return here[-1].title if here else ""
