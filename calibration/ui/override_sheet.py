"""Taking responsibility for a display that is not fit: name, reason and end, asked beside its card."""

from __future__ import annotations

from dataclasses import dataclass

from calibration.checks.overview import DisplayLine
from calibration.ui.register_sheet import Sheet
from workstation.qtkit.tokens import Tokens

_HOURS = (("4", "4 hours"), ("12", "12 hours"), ("24", "1 day"), ("72", "3 days"), ("168", "7 days"))


@dataclass(frozen=True)
class OverrideWish:
    """Who answers for it, why, for how long."""

    operator: str
    reason: str
    hours: int
    role: str


class OverrideSheet(Sheet):
    """Asks for an `OverrideWish`. The state itself stays as it is and is shown beside the override."""

    def __init__(self, line: DisplayLine, operator: str, tokens: Tokens) -> None:
        super().__init__(
            f"Use {line.facts.identity.title} in spite of its state. It will stand in every report read on it.",
            "Override",
            tokens,
        )
        self._role = line.role
        self._operator = self.add_text("Your name", operator)
        self._reason = self.add_text("Reason", "", "for example: service is on its way, no other monitor")
        self._hours = self.add_choice("For", _HOURS, "12")

    def wish(self) -> OverrideWish:
        operator, reason = self._operator.text().strip(), self._reason.text().strip()
        if not operator:
            raise ValueError("An override needs the name of the person who answers for it.")
        if len(reason) < 3:
            raise ValueError("Say in words why this display is used although it is not fit.")
        return OverrideWish(operator, reason, int(self._hours.currentData()), self._role)
