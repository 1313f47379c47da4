"""Exports of many workstations, quickly: real records of a model panel, repeated with other names, times and numbers.

Everything in them is synthetic. One record of each sort is made by the program's own judge and codec; the others are
its text with the values replaced, chained by the program's own chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from calibration.conformance.judge import judge
from calibration.conformance.policy import load_policies
from calibration.conformance.verdict import Quantity
from calibration.displays.identity import DisplayFacts, DisplayIdentity, PanelSettings
from calibration.readings.meter_identity import MeterIdentity
from calibration.readings.reading import NO_AMBIENT, MeasuredLevel, Reading, Series, Space
from calibration.records.chain import Row
from calibration.records.codec import encode, time_text
from calibration.records.export_file import SUFFIX, ExportHeader, write_export
from calibration.records.record import CheckRecord, DisplayRecord, Head, Record
from workstation.foundation.hash_chain import GENESIS

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
_AT = datetime(2001, 2, 3, 4, 5, 6, 789012, tzinfo=UTC)
_ID, _SERIAL, _WORKSTATION = "1d" * 16, "SERIAL-STANDS-HERE", "WORKSTATION-STANDS-HERE"
_LMAX, _RATIO, _CONTRAST = 404.12345, 391.54321, 0.0412345
_EYE = Quantity("visual_failures", 0.0, "answers")
_ANNUAL = (
    _EYE,
    Quantity("uniformity_mld", 11.2, "%", 0.8),
    Quantity("between_luminance", 3.1, "%", 0.4),
)


@dataclass(frozen=True)
class Fleet:
    """How big it is, and what is wrong in it: every n-th display fails, is overdue or drifts.

    Attributes
    ----------
    months
        Records of a display with a meter: an acceptance, then monthly and each twelfth annual ones.
    """

    workstations: int = 3
    displays_each: int = 4
    months: int = 60
    failing_every: int = 50
    overdue_every: int = 40
    drifting_every: int = 30

    @property
    def displays(self) -> int:
        """How many displays there are."""
        return self.workstations * self.displays_each


def write_fleet(folder: Path, fleet: Fleet) -> list[Path]:
    """One exported file a workstation, in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    return [write_workstation(folder, fleet, number) for number in range(fleet.workstations)]


def write_workstation(folder: Path, fleet: Fleet, number: int, months: int | None = None) -> Path:
    """The export of one workstation."""
    name = f"READING-{number:04d}"
    rows = list(_chained(_texts(name, fleet, number, months or fleet.months)))
    path = folder / f"{name}{SUFFIX}"
    write_export(path, ExportHeader(name, NOW, "1.0", rows[-1].hash, len(rows)), rows)
    return path


def serial_of(number: int) -> str:
    """Serial number of the n-th display of the fleet."""
    return f"SYN{number:06d}"


def key_of(number: int) -> str:
    """Its key."""
    return f"SYNTH/GX560/{serial_of(number)}"


@dataclass(frozen=True)
class _Text:
    """Text of a record and what must be known of it beside."""

    content: str
    id: str
    key: str
    kind: str
    at: datetime


def _texts(workstation: str, fleet: Fleet, number: int, months: int) -> list[_Text]:
    first = number * fleet.displays_each
    found = [
        text
        for display in range(first, first + fleet.displays_each)
        for text in _of_display(workstation, fleet, display, months)
    ]
    return sorted(found, key=lambda text: text.at)


def _of_display(workstation: str, fleet: Fleet, display: int, months: int) -> Iterator[_Text]:
    is_overdue = display % fleet.overdue_every == 1
    fails = display % fleet.failing_every == 2
    drift = 3.5 if display % fleet.drifting_every == 3 else 0.0
    last = NOW - timedelta(days=120 if is_overdue else 2, minutes=display % 60)
    began = last - timedelta(days=30.4) * (months - 1)
    yield _text(_template("display"), workstation, display, 0, began - timedelta(hours=1), 0.0)
    for month in range(months):
        sort = "acceptance" if month == 0 else "annual" if month % 12 == 11 or month == months - 2 else "monthly"
        template = _template(sort, is_failing=fails and month == months - 1)
        yield _text(template, workstation, display, month + 1, began + timedelta(days=30.4) * month, -drift * month)


def _text(template: tuple[str, str], workstation: str, display: int, number: int, at: datetime, moved: float) -> _Text:
    kind, text = template
    record_id = hashlib.sha256(f"{display} {number}".encode()).hexdigest()[:32]
    wobble = (int(record_id[:4], 16) / 65536 - 0.5) * 1.5
    lmax = round(_LMAX + moved + wobble, 5)
    for old, new in (
        (_ID, record_id),
        (_SERIAL, serial_of(display)),
        (_WORKSTATION, workstation),
        (time_text(_AT), time_text(at)),
        (repr(_LMAX), repr(lmax)),
        (repr(_RATIO), repr(round(lmax / 1.03 + 0.00001, 5))),
        (repr(_CONTRAST), repr(round(_CONTRAST + wobble / 200, 7))),
    ):
        text = text.replace(old, new)
    return _Text(text, record_id, key_of(display), kind, at)


@cache
def _template(sort: str, *, is_failing: bool = False) -> tuple[str, str]:
    record = _display() if sort == "display" else _check(sort, is_failing=is_failing)
    return record.kind, encode(record)


def _facts() -> DisplayFacts:
    identity = DisplayIdentity("DP-1", "SYNTH", "GX560", _SERIAL, 2048, 2560)
    return DisplayFacts(identity, 338, 422, "ab" * 32, "week 12 of 2020", PanelSettings(62, 50, 2100, "1.3"))


def _head() -> Head:
    return Head(_ID, f"SYNTH/GX560/{_SERIAL}", _AT, "Q. Synthetic", _WORKSTATION, "1.0")


def _display() -> Record:
    return DisplayRecord(_head(), _facts(), "diagnostic", "tg18", 405.0, 0.008)


def _check(sort: str, *, is_failing: bool) -> Record:
    contrast = Quantity("max_contrast_deviation", 0.231 if is_failing else _CONTRAST, "fraction", 0.012, "step 3")
    quantities = (
        contrast,
        Quantity("luminance_max", _LMAX, "cd/m²", 8.1, repeatability=0.9),
        Quantity("luminance_ratio", _RATIO, "ratio", 4.0, repeatability=2.0),
        Quantity("ambient_ratio", 0.18, "ratio", 0.01),
        Quantity("luminance_drift", 1.2, "%", 0.5),
        Quantity("jnd_fit_slope", 0.01, "fraction"),
        Quantity("jnd_lum", 0.21, "JND"),
        *(_ANNUAL if sort != "monthly" else ()),
    )
    levels = tuple(
        MeasuredLevel(level * 15, tuple(Reading(1.03 + 1.39 * level**2, _AT, raw="synthetic") for _ in range(2)))
        for level in range(18)
    )
    meter = MeterIdentity("spotread", "i1Display Pro", "SYN-77", certificate_uncertainty=0.02)
    series = Series("luminance-18", Space.P_VALUE, 256, includes_ambient=False, measured=levels)
    verdict = judge(load_policies()["tg18"], "diagnostic", quantities)
    return CheckRecord(
        _head(), sort, "diagnostic", _AT, _facts(), "", meter, NO_AMBIENT, (series,), (), quantities, verdict
    )


def _chained(texts: list[_Text]) -> Iterator[Row]:
    head = GENESIS
    for number, text in enumerate(texts, 1):
        received = time_text(text.at + timedelta(seconds=5))
        bare = Row(number, text.id, text.key, text.kind, received, "", "", text.content, "")
        row = replace(bare, hash=bare.hash_after(head))
        head = row.hash
        yield row
