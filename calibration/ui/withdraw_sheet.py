"""Ending an override before its time: name and reason, asked above the records."""

from __future__ import annotations

from dataclasses import dataclass

from calibration.records.record import OverrideRecord
from calibration.ui.register_sheet import Sheet
from workstation.qtkit.tokens import Tokens


@dataclass(frozen=True)
class Withdrawal:
    """Who withdraws it, and why."""

    operator: str
    reason: str


class WithdrawSheet(Sheet):
    """Asks for a `Withdrawal`."""

    def __init__(self, record: OverrideRecord, operator: str, tokens: Tokens) -> None:
        given_by = f"given by {record.head.operator}: {record.reason}"
        super().__init__(f"Withdraw the override for the role “{record.role}” ({given_by})", "Withdrawal", tokens)
        self._operator = self.add_text("Your name", operator)
        self._reason = self.add_text("Reason", "", "for example: the monitor was replaced")

    def wish(self) -> Withdrawal:
        operator, reason = self._operator.text().strip(), self._reason.text().strip()
        if not operator:
            raise ValueError("Say who withdraws it: your name stands in the record.")
        return Withdrawal(operator, reason or "withdrawn")
