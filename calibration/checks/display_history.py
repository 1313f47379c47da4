"""The records of one display, sorted by what they are for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from calibration.checks.coverage import RESPONSE_METRIC
from calibration.conformance.verdict import VerdictName
from calibration.displays.identity import DisplayIdentity
from calibration.records.record import (
    CalibrationRecord,
    CheckRecord,
    DisplayRecord,
    OverrideRecord,
    Record,
    StoredRecord,
)

CLOCK_TOLERANCE = timedelta(minutes=5)
"""Clocks of two computers, or of one before and after it was set, may differ by so much."""
_CONCLUSIVE = (VerdictName.PASS, VerdictName.WARN, VerdictName.FAIL)


@dataclass(frozen=True)
class DisplayHistory:
    """Records of one display, each list oldest first.

    Records made here are in the order in which they were made, whatever the clock said; imported ones stand among them
    by their times.

    Attributes
    ----------
    checks
        Finished checks with a verdict that says something: no broken-off ones, none that must be repeated.
    inconclusive
        Finished checks that must be repeated.
    left_out
        How many records of the same plug were brought from another computer and say nothing about this monitor.
    after_last_check
        Times of the records that were put into the book with the newest check or after it.
    places
        Place in the order of time by record id.
    """

    registrations: tuple[DisplayRecord, ...] = ()
    checks: tuple[CheckRecord, ...] = ()
    calibrations: tuple[CalibrationRecord, ...] = ()
    overrides: tuple[OverrideRecord, ...] = ()
    inconclusive: tuple[CheckRecord, ...] = ()
    left_out: int = 0
    after_last_check: tuple[datetime, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)

    @property
    def registration(self) -> DisplayRecord | None:
        """The display as it is registered now."""
        return self.registrations[-1] if self.registrations else None

    @property
    def calibration(self) -> CalibrationRecord | None:
        """The calibration whose table is in use."""
        return self.calibrations[-1] if self.calibrations else None

    def checks_in(self, role: str) -> tuple[CheckRecord, ...]:
        """Conclusive checks judged for ``role``."""
        return tuple(check for check in self.checks if check.role == role)

    @property
    def known_as(self) -> DisplayIdentity | None:
        """Who the monitor was when it was last checked or registered."""
        known: list[DisplayRecord | CheckRecord] = [*self.registrations, *self.checks]
        return max(known, key=self._place).facts.identity if known else None

    def is_after(self, later: Record, earlier: Record) -> bool:
        """Whether one record follows the other in time."""
        return self._place(later) > self._place(earlier)

    def _place(self, record: Record) -> int:
        return self.places[record.head.id]

    def lies_in_the_future(self, now: datetime) -> bool:
        """Whether a record was made later than ``now``: then the clock was wrong when it was made, or is wrong now.

        A conclusive check made since, by the present clock, ends it.
        """
        return any(at > now + CLOCK_TOLERANCE for at in self.after_last_check)


def history_of(identity: DisplayIdentity, stored: Sequence[StoredRecord]) -> DisplayHistory:
    """Sort the records of ``identity`` (all kinds, in the order in which they came into the book).

    A monitor without a serial number is known by its plug alone, and every computer has such plugs: records that were
    imported are not taken for this one's. A record that was changed after it was written says nothing.
    """
    own = [each for each in stored if each.record.head.display_key == identity.key and each.is_sound]
    counted = [each for each in own if not (identity.is_weak and each.imported_from)]
    records = _in_order_of_time(counted)
    return DisplayHistory(
        registrations=tuple(record for record in records if isinstance(record, DisplayRecord)),
        checks=tuple(record for record in records if isinstance(record, CheckRecord) and is_conclusive(record)),
        calibrations=tuple(record for record in records if isinstance(record, CalibrationRecord)),
        overrides=tuple(record for record in records if isinstance(record, OverrideRecord)),
        inconclusive=tuple(record for record in records if isinstance(record, CheckRecord) and _is_undecided(record)),
        left_out=len(own) - len(counted),
        after_last_check=_times_since_last_check(counted),
        places={record.head.id: place for place, record in enumerate(records)},
    )


def _in_order_of_time(stored: Sequence[StoredRecord]) -> list[Record]:
    """A check made here after the clock was set back is later than those before it, not earlier."""
    keys: list[tuple[datetime, int]] = []
    latest: datetime | None = None
    for index, each in enumerate(stored):
        at = each.record.head.at
        if not each.imported_from:
            at = latest = at if latest is None else max(at, latest)
        keys.append((at, index))
    return [stored[index].record for _, index in sorted(keys)]


def _is_undecided(check: CheckRecord) -> bool:
    return check.is_complete and check.verdict.name is VerdictName.INCONCLUSIVE


def is_conclusive(check: CheckRecord) -> bool:
    """Whether a check decides anything: finished, and neither to be repeated nor without a judged rule."""
    return check.is_complete and check.verdict.name in _CONCLUSIVE


def measures_response(check: CheckRecord) -> bool:
    """Whether a check measured the luminance response as images go, through the display LUT."""
    return any(quantity.metric == RESPONSE_METRIC for quantity in check.quantities)


def _times_since_last_check(stored: Sequence[StoredRecord]) -> tuple[datetime, ...]:
    last = max(
        (
            index
            for index, each in enumerate(stored)
            if isinstance(each.record, CheckRecord) and is_conclusive(each.record)
        ),
        default=0,
    )
    return tuple(max(each.record.head.at, each.received) for each in stored[last:])
