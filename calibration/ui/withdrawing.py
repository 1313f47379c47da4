"""Which records of a display can be withdrawn, and withdrawing them: overrides in force, the display LUT in use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from calibration.checks.making_lut import withdrawal
from calibration.checks.qa_desk import QaDesk
from calibration.records.record import CalibrationRecord, OverrideRecord, StoredRecord
from calibration.records.record_book import new_head
from calibration.ui.withdraw_sheet import Withdrawal


def in_force(stored: Sequence[StoredRecord], desk: QaDesk) -> frozenset[str]:
    """Ids of the records of one display (oldest first) that can be withdrawn."""
    return frozenset((*_overrides(stored, desk), *_lut(stored)))


def withdrawn(desk: QaDesk, record: OverrideRecord | CalibrationRecord, wish: Withdrawal) -> str:
    """Write the withdrawal into the book; what to tell."""
    head = new_head(record.head.display_key, wish.operator, desk.clock, desk.book.workstation)
    if isinstance(record, OverrideRecord):
        desk.authority.withdraw_override(head, record.role, wish.reason)
        return "The override is withdrawn: the display's own state counts again."
    desk.book.append(withdrawal(head, record.panel, record.ambient, record.head.id))
    return "The display LUT is withdrawn: images are shown past it. Measure the display before it is used."


def _overrides(stored: Sequence[StoredRecord], desk: QaDesk) -> Iterator[str]:
    """Of each role the newest, where it has not ended."""
    newest = {each.record.role: each.record for each in stored if isinstance(each.record, OverrideRecord)}
    now = desk.clock.now()
    for record in newest.values():
        if not record.is_withdrawn and record.head.at <= now < record.until:
            yield record.head.id


def _lut(stored: Sequence[StoredRecord]) -> Iterator[str]:
    """The newest calibration, where it has a table."""
    made = [each.record for each in stored if isinstance(each.record, CalibrationRecord)]
    newest = max(made, key=lambda record: record.head.at, default=None)
    if newest is not None and newest.ddl:
        yield newest.head.id
