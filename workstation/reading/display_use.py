"""Which displays are in use, in what state they are, and which of them the reader uses in spite of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from calibration.checks.authority import Authority
from calibration.checks.display_state import DisplayState, StateName
from calibration.displays.identity import DisplayFacts, DisplayIdentity
from calibration.gsdf.display_lut import DisplayLut
from workstation.foundation.cancel import CancelToken
from workstation.foundation.worker import Worker, WorkerState

EVERY_S = 2.0
_HANGABLE = (StateName.OK, StateName.DUE, StateName.UNKNOWN)
"""States in which a display carries primary images; the others need the reader's word."""


class DisplayUse:
    """Remembers the displays by screen id. An override is for the display it was given for, not for its place.

    Parameters
    ----------
    watch_panels
        Told the displays whose settings are to be watched.
    on_change
        Told, in the watching thread, that a state or a table has changed.
    """

    def __init__(
        self,
        authority: Authority,
        watch_panels: Callable[[Sequence[DisplayFacts]], None] = lambda _displays: None,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        self._authority = authority
        self._watch_panels = watch_panels
        self._on_change = on_change
        self._worker = Worker("display states", self._turn, on_failure=lambda _error: None)
        self._held: dict[str, dict[str, tuple[DisplayIdentity, DisplayState]]] = {}
        self._told: object = None
        self._identities: dict[str, DisplayIdentity] = {}
        self._states: dict[str, DisplayState] = {}
        self._overridden: dict[str, DisplayIdentity | None] = {}

    @property
    def states(self) -> Mapping[str, DisplayState]:
        """State of each display that carries images, as last looked at."""
        return self._states

    @property
    def overridden(self) -> Collection[str]:
        """Screens whose display is used in spite of an expired or failed check: the reader's, and those on record."""
        on_record = (screen for screen, state in self._states.items() if state.override is not None)
        return frozenset((*self._overridden, *on_record))

    def look(self, displays: Mapping[str, DisplayFacts]) -> Mapping[str, DisplayState]:
        """Look up the state of every display that carries images; these are the displays from now on.

        The report's carries them too where it is the only one: it is then judged as a diagnostic one.
        """
        facts = {screen: each for screen, each in displays.items() if not screen.startswith("report")} or displays
        self._watch_panels(tuple(facts.values()))
        self._identities = {screen: each.identity for screen, each in facts.items()}
        self._overridden = {
            screen: display
            for screen, display in self._overridden.items()
            if screen not in self._identities or display in (None, self._identities[screen])
        }
        self._states = self._states_now()
        self._told = self._standing()
        return dict(self._states)

    @property
    def roles(self) -> Mapping[str, str]:
        """Registered role by display key."""
        return self._authority.roles()

    def lut_of(self, screen: str) -> DisplayLut | None:
        """The table that images on a screen are driven with; None: as they are."""
        identity = self._identities.get(screen)
        return None if identity is None else self._authority.lut_for(identity)

    def start(self) -> None:
        """Look now and then whether a check, a calibration, the clock or a monitor's menu has changed anything."""
        if self._worker.state is not WorkerState.RUNNING:
            self._worker.start()

    def stop(self, timeout_s: float) -> None:
        """End looking."""
        self._worker.stop(timeout_s)

    def has_changed(self) -> bool:
        """Whether a state or a table is another than when this was last asked or looked at; takes the new states."""
        standing = self._standing()
        if standing == self._told:
            return False
        self._told, self._states = standing, self._states_now()
        return True

    def for_hanging(self, case_key: str) -> Mapping[str, DisplayState]:
        """The states a case hangs by.

        A display on which the case was hung keeps the state it had then while the case is open, if that was better: a
        check that fails or expires meanwhile is told in the banner and at signing, and takes no image away.
        """
        held = self._held.setdefault(case_key, {})
        for screen, state in self._states.items():
            before = held.get(screen)
            is_kept = before is not None and before[0] == self._identities[screen] and before[1].name in _HANGABLE
            if not is_kept or state.name in _HANGABLE:
                held[screen] = (self._identities[screen], state)
        return {screen: held[screen][1] for screen in self._states}

    def release(self, case_key: str) -> None:
        """The case was closed: when it is opened again, it hangs by the states of then."""
        self._held.pop(case_key, None)

    def _turn(self, _cancel: CancelToken) -> float:
        if self.has_changed():
            self._on_change()
        return EVERY_S

    def _states_now(self) -> dict[str, DisplayState]:
        return {
            screen: self._authority.state_of(identity, _role_of(screen))
            for screen, identity in self._identities.items()
        }

    def _standing(self) -> object:
        return self.roles, self._states_now(), {screen: self.lut_of(screen) for screen in self._identities}

    def override(self, screen: str) -> None:
        """Use the display that stands at ``screen`` now, whatever its state."""
        self._overridden[screen] = self._identities.get(screen)


def _role_of(screen: str) -> str:
    role = screen.partition(":")[0]
    return "diagnostic" if role == "report" else role
