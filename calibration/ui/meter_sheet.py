"""The certificate of a meter, asked beside the list of meters."""

from __future__ import annotations

from datetime import date

from calibration.photometer.meter_book import MeterFacts
from calibration.readings.typed_number import plain_number
from calibration.ui.meter_panel import KINDS
from calibration.ui.register_sheet import Sheet
from workstation.foundation.errors import BadInput
from workstation.qtkit.tokens import Tokens

KIND_TITLES = {each.kind: each.title for each in KINDS}


class MeterSheet(Sheet):
    """Asks for `MeterFacts`; those that are known already stand in it."""

    def __init__(self, known: MeterFacts | None, tokens: Tokens) -> None:
        title = "A meter and its certificate" if known is None else f"Certificate of {known.title or known.serial}"
        super().__init__(title.strip() or "Certificate of the meter", "Meter", tokens)
        facts = known or MeterFacts(KINDS[0].kind)
        self._kind = self.add_choice("Kind", [(each.kind, each.title) for each in KINDS], facts.kind)
        self._title = self.add_text("Name", facts.title, "what people call it, for example: i1Display Pro, room 2")
        self._serial = self.add_text("Serial number", facts.serial, "empty: any meter of this kind without its own")
        due = facts.certificate_due.isoformat() if facts.certificate_due else ""
        self._due = self.add_text("Certificate valid until", due, "the last day, as 2027-01-31; empty: it has none")
        self._factor = self.add_text("Correction factor", f"{facts.correction_factor:g}", "multiplies every reading")
        self._uncertainty = self.add_text(
            "Uncertainty, % (k = 2)", f"{100 * facts.certificate_uncertainty:g}", "from the certificate"
        )

    def wish(self) -> MeterFacts:
        try:
            return MeterFacts(
                self._kind.currentData(),
                self._serial.text().strip(),
                self._title.text().strip(),
                _day(self._due.text().strip()),
                plain_number(self._factor.text()),
                plain_number(self._uncertainty.text()) / 100,
            )
        except BadInput as error:
            raise ValueError(str(error)) from error


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ValueError(f"“{text}” is no date. Write it as 2027-01-31.") from error
