"""The state of a display: what banners, the hanging order and the signing rule read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class StateName(Enum):
    """Whether a display may show primary images."""

    OK = "ok"
    DUE = "due"
    EXPIRED = "expired"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class DisplayIdentity:
    """Which monitor this is. Without an EDID the connector and geometry stand in, as a weak identity."""

    connector: str
    manufacturer: str = ""
    model: str = ""
    serial: str = ""
    width_px: int = 0
    height_px: int = 0

    @property
    def is_weak(self) -> bool:
        """No serial number: another monitor on the same plug would be taken for this one."""
        return not self.serial

    @property
    def key(self) -> str:
        """A stable name for records and settings."""
        if self.is_weak:
            return f"{self.connector}:{self.width_px}x{self.height_px}"
        return f"{self.manufacturer}/{self.model}/{self.serial}"


@dataclass(frozen=True)
class DisplayState:
    """State of one display in one role, with the reasons in words."""

    name: StateName
    role: str
    reasons: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """One line for a banner."""
        return _SENTENCES[self.name] + (f": {self.reasons[0]}" if self.reasons else "")


_SENTENCES = {
    StateName.OK: "Display checked and within limits",
    StateName.DUE: "Display check is due",
    StateName.EXPIRED: "Display check has expired",
    StateName.FAILED: "Display failed its last check",
    StateName.UNKNOWN: "Display not checked",
}


@dataclass(frozen=True)
class CheckRecord:
    """The outcome of one finished check of one display: what the state is derived from."""

    display_key: str
    role: str
    state: StateName
    reasons: tuple[str, ...]


class RecordStore(Protocol):
    """Where finished checks are kept."""

    def records_of(self, display_key: str) -> Sequence[CheckRecord]:
        """Checks of one display, oldest first; empty when it was never checked."""
        ...


class EmptyRecordStore:
    """No check has been recorded on this computer."""

    def records_of(self, display_key: str) -> Sequence[CheckRecord]:  # noqa: ARG002 - there are none of any display
        return ()


def display_state(display: DisplayIdentity, role: str, store: RecordStore) -> DisplayState:
    """State of ``display`` in ``role`` (``diagnostic``, ``mammography`` or ``review``) from the records kept.

    A display without a record is UNKNOWN, never OK: nobody has shown that it is fit.
    """
    records = [record for record in store.records_of(display.key) if record.role == role]
    if not records:
        return DisplayState(StateName.UNKNOWN, role, ("no check has been recorded for this monitor",))
    last = records[-1]
    return DisplayState(last.state, role, last.reasons)
