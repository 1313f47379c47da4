"""Ending an override before its time, or the use of a display LUT: name and reason, asked above the records."""

from __future__ import annotations

from dataclasses import dataclass

from calibration.records.record import CalibrationRecord, OverrideRecord
from calibration.ui.register_sheet import Sheet
from workstation.qtkit.tokens import Tokens


@dataclass(frozen=True)
class Withdrawal:
    """Who withdraws it, and why."""

    operator: str
    reason: str


class WithdrawSheet(Sheet):
    """Asks for a `Withdrawal`."""

    def __init__(self, record: OverrideRecord | CalibrationRecord, operator: str, tokens: Tokens) -> None:
        super().__init__(_question(record), "Withdrawal", tokens)
        self._operator = self.add_text("Your name", operator)
        self._reason = None
        if isinstance(record, OverrideRecord):
            self._reason = self.add_text("Reason", "", "for example: the monitor was replaced")

    def wish(self) -> Withdrawal:
        operator = self._operator.text().strip()
        reason = self._reason.text().strip() if self._reason is not None else ""
        if not operator:
            raise ValueError("Say who withdraws it: your name stands in the record.")
        return Withdrawal(operator, reason or "withdrawn")


def _question(record: OverrideRecord | CalibrationRecord) -> str:
    if isinstance(record, CalibrationRecord):
        return "Show images past this display LUT from now on. The display counts as not checked until it is measured."
    given_by = f"given by {record.head.operator}: {record.reason}"
    return f"Withdraw the override for the role “{record.role}” ({given_by})"
