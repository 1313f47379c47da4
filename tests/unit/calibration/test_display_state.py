"""The state of a display: unknown until somebody has checked it."""

from __future__ import annotations

import pytest

from calibration.checks.display_state import (
    CheckRecord,
    DisplayIdentity,
    EmptyRecordStore,
    StateName,
    display_state,
)

LEFT = DisplayIdentity("DP-1", "EIZO", "RX560", "1234", 2048, 2560)


class Records:
    def __init__(self, *records: CheckRecord) -> None:
        self._records = records

    def records_of(self, display_key: str) -> list[CheckRecord]:
        return [record for record in self._records if record.display_key == display_key]


@pytest.mark.parametrize("role", ["diagnostic", "mammography", "review"])
def test_a_display_nobody_checked_is_unknown(role: str) -> None:
    state = display_state(LEFT, role, EmptyRecordStore())
    assert state.name is StateName.UNKNOWN
    assert "not checked" in state.sentence


def test_the_last_record_of_that_display_and_role_counts() -> None:
    records = Records(
        CheckRecord(LEFT.key, "diagnostic", StateName.OK, ()),
        CheckRecord(LEFT.key, "diagnostic", StateName.FAILED, ("contrast response",)),
        CheckRecord(LEFT.key, "review", StateName.OK, ()),
        CheckRecord("other", "diagnostic", StateName.OK, ()),
    )
    state = display_state(LEFT, "diagnostic", records)
    assert (state.name, state.sentence) == (StateName.FAILED, "Display failed its last check: contrast response")


def test_without_a_serial_the_plug_and_size_stand_in() -> None:
    weak = DisplayIdentity("DP-1", width_px=2048, height_px=2560)
    assert weak.is_weak
    assert weak.key == "DP-1:2048x2560"
    assert not LEFT.is_weak
