"""Which displays are in use, in what state they are, and which of them the reader uses in spite of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from calibration.checks.display_state import DisplayIdentity, DisplayState, RecordStore, display_state


class DisplayUse:
    """Remembers the displays by screen id. An override is for the display it was given for, not for its place."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records
        self._identities: dict[str, DisplayIdentity] = {}
        self._states: dict[str, DisplayState] = {}
        self._overridden: dict[str, DisplayIdentity | None] = {}

    @property
    def states(self) -> Mapping[str, DisplayState]:
        """State of each display that carries images, as last looked at."""
        return self._states

    @property
    def overridden(self) -> Collection[str]:
        """Screens whose display is used in spite of an expired or failed check."""
        return frozenset(self._overridden)

    def look(self, displays: Mapping[str, DisplayIdentity]) -> Mapping[str, DisplayState]:
        """Look up the state of every display that carries images."""
        self._identities = {screen: each for screen, each in displays.items() if not screen.startswith("report")}
        self._overridden = {
            screen: display
            for screen, display in self._overridden.items()
            if screen not in self._identities or display in (None, self._identities[screen])
        }
        self._states = {
            screen: display_state(identity, screen.partition(":")[0], self._records)
            for screen, identity in self._identities.items()
        }
        return dict(self._states)

    def override(self, screen: str) -> None:
        """Use the display that stands at ``screen`` now, whatever its state."""
        self._overridden[screen] = self._identities.get(screen)
