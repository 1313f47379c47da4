"""Quantities and verdicts of sample records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

from calibration.conformance.judge import judge, provisional_reasons
from calibration.conformance.policy import Policy, load_policies
from calibration.conformance.quantities import quantities_of
from calibration.conformance.verdict import Quantity, Verdict
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import Ambient, Series


def sample_quantities(
    series: Sequence[Series], ambient: Ambient, meter: MeterIdentity | None, baseline: Sequence[Quantity] = ()
) -> tuple[Quantity, ...]:
    """Of the readings, as the program computes them."""
    return quantities_of(series, ambient, meter, baseline) if series and meter else ()


def sample_verdict(policy: str, role: str, quantities: Sequence[Quantity], provisional: Sequence[str] = ()) -> Verdict:
    """By the shipped policy."""
    return judge(_policies()[policy], role, quantities, provisional)


def sample_provisional(meter: MeterIdentity | None, today: date) -> tuple[str, ...]:
    """An expired certificate, in the program's words."""
    return provisional_reasons(meter, today)


@cache
def _policies() -> dict[str, Policy]:
    return dict(load_policies())
