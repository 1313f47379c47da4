"""How a run is written into the journal and comes back out of it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from calibration.checks.run_order import RunOrder
from calibration.checks.step_results import StepResult
from calibration.checks.steps import Measure
from calibration.displays.identity import DisplayFacts
from calibration.patterns.pattern import PatternOrder
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import Ambient, Reading, Space
from calibration.records.codec import plain_of, value_of
from calibration.records.record_book import RecordBook
from calibration.records.run_journal import OpenRun
from workstation.foundation.errors import BadInput

_FORM = "check run/1"
GOES_ON_FOR = timedelta(days=1)
"""An interrupted run goes on within this time; later its readings no longer say how the display is."""


@dataclass(frozen=True)
class Opening:
    """What a run began with, and everything that has happened to it since, oldest first."""

    order: RunOrder
    began: datetime
    needs_before: bool
    events: tuple[Mapping[str, Any], ...]
    policy_change: str = ""
    """In words, when the policy is not the one that the run began with."""


def new_run_id() -> str:
    """A name for a run, drawn at random."""
    return secrets.token_hex(16)


def header_of(
    order: RunOrder, began: datetime, *, needs_before: bool, continues: Sequence[str] = ()
) -> Mapping[str, Any]:
    """What must be known to go on with a run, as JSON values. ``continues``: finished runs whose readings count too."""
    return {
        "form": _FORM,
        "check": order.check,
        "role": order.role,
        "policy": order.policy.id,
        "policy_sha256": order.policy.sha256,
        "operator": order.operator,
        "facts": plain_of(order.facts),
        "meter": plain_of(order.meter),
        "lut_sha256": order.lut_sha256,
        "ambient": plain_of(order.ambient),
        "reflection": order.reflection_cd_m2_per_lux,
        "target_max": order.target_max_cd_m2,
        "video_lut": order.video_lut,
        "seed": order.seed,
        "began": began.isoformat(),
        "needs_before": needs_before,
        "continues": list(continues),
    }


def taken_over(book: RecordBook, run_id: str, now: RunOrder) -> Opening:
    """Take over an open run. Policy and LUT are objects and come from ``now``; `changes` says whether they changed.

    Raises
    ------
    BadInput
        When there is no such run, or another version of the program wrote it.
    AnotherCheckRuns
        When another window or program goes on with it.
    """
    try:
        run = book.journal.take_over(run_id)
    except KeyError:
        raise BadInput("There is no such unfinished check.", "It was finished or broken off meanwhile.") from None
    return _opening_of(book, run, now)


def _opening_of(book: RecordBook, run: OpenRun, now: RunOrder) -> Opening:
    header = run.header
    try:
        if header["form"] != _FORM:
            raise KeyError(header["form"])
        order = replace(
            now,
            check=header["check"],
            role=header["role"],
            operator=header["operator"],
            facts=value_of(DisplayFacts, header["facts"]),
            meter=None if header["meter"] is None else value_of(MeterIdentity, header["meter"]),
            lut_sha256=header["lut_sha256"],
            ambient=None if header["ambient"] is None else value_of(Ambient, header["ambient"]),
            reflection_cd_m2_per_lux=header["reflection"],
            target_max_cd_m2=header["target_max"],
            video_lut=header["video_lut"],
            seed=header["seed"],
        )
        began = datetime.fromisoformat(header["began"])
    except KeyError as error:
        raise BadInput("This check was begun by another version of the program.", "Begin it anew.") from error
    is_same = header["policy_sha256"] == now.policy.sha256
    events = _events(book, run.run_id, header["continues"])
    return Opening(order, began, bool(header["needs_before"]), events, "" if is_same else "the policy was changed")


def reading_entry(reading: Reading, step: Measure) -> Mapping[str, Any]:
    """A reading with what it is a reading of."""
    order = step.pattern
    return {
        "test": step.test,
        "space": order.space.value,
        "level": order.level,
        "levels": order.levels,
        "place": order.place,
        "reading": plain_of(reading),
    }


def reading_of(event: Mapping[str, Any]) -> Reading:
    """The reading back."""
    return value_of(Reading, event["reading"])


def salvaged(events: Sequence[Mapping[str, Any]]) -> tuple[StepResult, ...]:
    """The readings of a journal whose steps are not known any more."""
    return tuple(StepResult(_step_of(event), (reading_of(event),)) for event in events if event["do"] == "reading")


def changes(then: RunOrder, now: RunOrder) -> str:
    """What has changed on the display, its LUT or the meter, in words; empty when a run may go on."""
    meters = then.meter, now.meter
    found = (
        (_monitor(then.facts) != _monitor(now.facts), "this is another display"),
        (then.facts.edid_sha256 != now.facts.edid_sha256, "the display tells another identity (EDID)"),
        (_differ(then.facts.panel.brightness, now.facts.panel.brightness), "its brightness was changed"),
        (_differ(then.facts.panel.contrast, now.facts.panel.contrast), "its contrast was changed"),
        (then.lut_sha256 != now.lut_sha256, "its display LUT was changed"),
        (meters[0] is not None and meters[1] is None, "the meter is not there"),
        (None not in meters and _name(meters[0]) != _name(meters[1]), "this is another meter"),
        (None not in meters and _way(meters[0]) != _way(meters[1]), "the meter is used in another way"),
    )
    return ", ".join(words for is_so, words in found if is_so)


def _events(book: RecordBook, run_id: str, continues: Sequence[str]) -> tuple[Mapping[str, Any], ...]:
    return tuple(event for each in (*continues, run_id) for event in book.journal.entries(each))


def _step_of(event: Mapping[str, Any]) -> Measure:
    order = PatternOrder("ln", Space(event["space"]), event["level"], event["levels"], event["place"])
    return Measure(f"Level {event['level']}", event["test"], order)


def _differ(then: int | None, now: int | None) -> bool:
    return then is not None and now is not None and then != now


def too_old(began: datetime, now: datetime) -> str:
    """Why readings of a run cannot stand beside those of today, in words; empty when they can.

    Its record would bear today's date, and the next check would be counted from it.
    """
    return "" if now - began <= GOES_ON_FOR else f"it was begun on {began.astimezone():%Y-%m-%d}, over a day ago"


def is_same_meter(one: MeterIdentity | None, other: MeterIdentity | None) -> bool:
    """Whether two series were measured with one meter, as far as meters tell."""
    return _name(one) == _name(other)


def _monitor(facts: DisplayFacts) -> tuple[str, str, str]:
    """A key without a serial number is that of a plug: maker and model say more."""
    identity = facts.identity
    return identity.key, identity.manufacturer, identity.model


def _way(meter: MeterIdentity | None) -> tuple[bool, float]:
    """What readings hold, and what they were multiplied by."""
    return (meter.includes_ambient, meter.correction_factor) if meter else (False, 1.0)


def _name(meter: MeterIdentity | None) -> tuple[str, str, str]:
    return (meter.kind, meter.model, meter.serial) if meter else ("", "", "")
