"""Which meter took the readings, and how far its certificate carries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class MeterIdentity:
    """Which meter it is, as far as meter and operator tell.

    Attributes
    ----------
    kind
        ``spotread``, ``minolta``, ``manual`` or ``csv``.
    certificate_due
        Last day on which the calibration certificate holds; None when there is none. An expired (or no) certificate
        makes a verdict provisional.
    correction_factor
        Multiplies every reading.
    certificate_uncertainty
        Relative (0.03 = 3 %), of one absolute reading, coverage factor 2; PS3.14 D.1 asks for 3 % or better.
    measures_colour, includes_ambient
        What its readings hold; a contact meter shuts ambient light out.
    """

    kind: str
    model: str = ""
    serial: str = ""
    certificate_due: date | None = None
    correction_factor: float = 1.0
    certificate_uncertainty: float = 0.03
    measures_colour: bool = False
    includes_ambient: bool = False

    def is_certified(self, today: date) -> bool:
        """Whether the certificate still holds."""
        return self.certificate_due is not None and today <= self.certificate_due
