"""Records for the screens of a demonstration: computed, not measured, and saying so wherever they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from calibration.checks.check_table import LEVELS, LEVELS_18
from calibration.conformance.judge import judge
from calibration.conformance.policy import Policy
from calibration.conformance.quantities import facts_of, quantities_of
from calibration.displays.identity import ROLES, DisplayFacts
from calibration.gsdf.target import target_luminance
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import NO_AMBIENT, MeasuredLevel, Reading, Series, Space
from calibration.records.record import CheckRecord, DisplayRecord
from calibration.records.record_book import RecordBook, new_head
from workstation.foundation.clock import Clock

OPERATOR = "Demonstration"
NOTE = "synthetic record of the demonstration: nothing was measured"
_LMIN_CD_M2, _LMAX_CD_M2 = 1.0, 420.0
_AGE = timedelta(minutes=1)


def write_synthetic_records(
    book: RecordBook, policy: Policy, displays: Mapping[str, DisplayFacts], clock: Clock
) -> None:
    """Register displays that have no record yet and give each one annual check of a panel that follows the GSDF.

    Parameters
    ----------
    displays
        By screen id, which begins with the role (``diagnostic:1``). Those without an image role are left out.
    """
    known = set(book.displays())
    for screen, facts in displays.items():
        role = screen.partition(":")[0]
        if role in ROLES and facts.identity.key not in known:
            for record in _records(facts, role, policy, clock, book.workstation):
                book.append(record)


def _records(
    facts: DisplayFacts, role: str, policy: Policy, clock: Clock, workstation: str
) -> tuple[DisplayRecord, CheckRecord]:
    head = new_head(facts.identity.key, OPERATOR, clock, workstation)
    registration = DisplayRecord(replace(head, at=head.at - _AGE), facts, role, policy.id, _LMAX_CD_M2)
    head = new_head(facts.identity.key, OPERATOR, clock, workstation)
    meter = MeterIdentity("manual", "synthetic meter")
    series = _perfect_series(head.at)
    quantities = (*quantities_of([series], NO_AMBIENT, meter), *facts_of(facts))
    check = CheckRecord(
        head=head,
        check="annual",
        role=role,
        began=head.at - _AGE,
        facts=facts,
        lut_sha256="",
        meter=meter,
        ambient=NO_AMBIENT,
        series=(series,),
        answers=(),
        quantities=quantities,
        verdict=judge(policy, role, quantities, (NOTE,)),
        notes=(NOTE,),
    )
    return registration, check


def _perfect_series(at: datetime) -> Series:
    """What a meter would read on a panel that follows the grayscale function from 1 to 420 cd/m²."""
    luminances = target_luminance([level / (LEVELS - 1) for level in LEVELS_18], _LMIN_CD_M2, _LMAX_CD_M2)
    readings = [Reading(float(value), at, raw="synthetic") for value in luminances]
    measured = tuple(
        MeasuredLevel(level, (reading, reading)) for level, reading in zip(LEVELS_18, readings, strict=True)
    )
    return Series("luminance-18", Space.P_VALUE, LEVELS, includes_ambient=False, measured=measured)
