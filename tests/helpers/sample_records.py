"""Records as a real department would have them, made by a model of a panel: synthetic, and the same every time."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from calibration.conformance.verdict import Quantity, Verdict
from calibration.displays.identity import DisplayFacts, DisplayIdentity, PanelSettings
from calibration.gsdf.lut_building import BuiltLut, build_lut
from calibration.gsdf.response import Response
from calibration.photometer.meter import MeterIdentity
from calibration.readings.reading import NO_AMBIENT, Ambient, AmbientSource, MeasuredLevel, Reading, Series, Space
from calibration.records.record import (
    Answer,
    CalibrationRecord,
    CheckRecord,
    DisplayRecord,
    Head,
    Record,
    StoredRecord,
)
from tests.helpers.sample_verdicts import sample_quantities, sample_verdict
from workstation.foundation.hash_chain import GENESIS, link

KEY = "EIZO/RX560/21984077"
OTHER_KEY = "EIZO/RX560/21984078"
START = datetime(2025, 5, 5, 7, 30, tzinfo=UTC)
PLACES = ("centre", "top left", "top right", "bottom left", "bottom right")
SHADING = {"centre": 1.0, "top left": 0.93, "top right": 0.95, "bottom left": 0.91, "bottom right": 0.94}
ROOM = Ambient.reflected(25.0, 0.008, AmbientSource.MEASURED)
METER = MeterIdentity(
    "minolta",
    "LS-100",
    "79113042",
    certificate_due=date(2027, 3, 31),
    correction_factor=1.004,
    certificate_uncertainty=0.02,
)


@dataclass(frozen=True)
class Panel:
    """A synthetic panel: a power law between its ends. ``noise`` is the relative sd of one reading."""

    gamma: float = 2.2
    lmax: float = 410.0
    lmin: float = 1.1
    noise: float = 0.002
    shading: dict[str, float] = field(default_factory=lambda: dict(SHADING))

    def luminance(self, ddl: int) -> float:
        """True luminance of a DDL (0 to 255) in the centre, cd/m²."""
        return float(self.lmin + (self.lmax - self.lmin) * (ddl / 255) ** self.gamma)

    def lut(self, ambient_cd_m2: float) -> BuiltLut:
        """The table that makes this panel follow the GSDF."""
        import numpy as np

        curve = np.array([self.luminance(ddl) for ddl in range(256)])
        return build_lut(Response(curve), ambient_cd_m2)


def sample_display(
    display_key: str = KEY, at: datetime = START, *, role: str = "diagnostic", policy: str = "acr"
) -> DisplayRecord:
    """A display as registered."""
    return DisplayRecord(_head(display_key, at, "display"), sample_facts(display_key), role, policy, 410.0, 0.008)


def sample_facts(display_key: str = KEY, *, hours: int | None = 2100, brightness: int | None = 62) -> DisplayFacts:
    """Facts of a five-megapixel monitor; a key that is no ``maker/model/serial`` is a weak identity."""
    maker, model, serial = display_key.split("/") if display_key.count("/") == 2 else ("", "", "")
    connector = "DP-1" if serial else display_key.split(":", maxsplit=1)[0]
    identity = DisplayIdentity(connector, maker, model, serial, 2048, 2560)
    sha256 = hashlib.sha256(display_key.encode()).hexdigest() if serial else ""
    return DisplayFacts(identity, 338, 422, sha256, "week 12 of 2024", PanelSettings(brightness, 50, hours, "1.03"))


def sample_check(
    display_key: str = KEY,
    at: datetime = START,
    *,
    gamma: float = 2.2,
    lmax: float = 410.0,
    lmin: float = 1.1,
    noise: float = 0.002,
    calibrated: bool = True,
    calibrated_for: Panel | None = None,
    check: str = "monthly",
    role: str = "diagnostic",
    policy: str = "acr",
    points: int = 18,
    readings: int = 3,
    ambient: Ambient = ROOM,
    meter: MeterIdentity | None = METER,
    hours: int | None = 2100,
    uniformity: bool = False,
    shading: dict[str, float] | None = None,
    answers: Sequence[Answer] = (),
    provisional: Sequence[str] = (),
    notes: Sequence[str] = (),
    baseline: Sequence[Quantity] = (),
    is_complete: bool = True,
    operator: str = "M. Okafor",
    seed: int = 1,
) -> CheckRecord:
    """One finished check: without ``calibrated`` the panel shows P-values as they come, and fails.

    Parameters
    ----------
    calibrated_for
        The panel as it was when its LUT was made; the present one by default.
    points
        18 or 256 levels of the luminance response.
    """
    panel = Panel(gamma, lmax, lmin, noise, dict(shading or SHADING))
    lut = (calibrated_for or panel).lut(ambient.luminance_cd_m2) if calibrated else None
    series = _all_series(panel, lut, at, points, readings, meter, random.Random(seed), uniformity=uniformity)
    quantities = sample_quantities(series, ambient, meter, baseline)
    verdict = sample_verdict(policy, role, quantities, provisional) if is_complete else _nothing(policy, role)
    return CheckRecord(
        _head(display_key, at, check + str(seed), operator),
        check,
        role,
        at - timedelta(minutes=4, seconds=20),
        sample_facts(display_key, hours=hours),
        lut.sha256 if lut else "",
        meter,
        ambient,
        series,
        tuple(answers),
        quantities,
        verdict,
        is_complete,
        tuple(notes),
    )


def sample_answers(*, bad: bool = False) -> tuple[Answer, ...]:
    """Answers of a daily check."""
    return (
        Answer("ambient", "Click the bar.", "in the field at the right", "in the field at the right"),
        Answer(
            "quality-pattern",
            "How many of the dark squares show their inner bars?",
            "all 18" if not bad else "15",
            "all 18",
            not bad,
        ),
        Answer("artefacts", "Do you see lines, spots, flicker or a colour cast?", "No"),
    )


def sample_calibration(
    display_key: str = KEY,
    at: datetime = START,
    *,
    panel: Panel | None = None,
    ambient: Ambient = ROOM,
    before: str = "",
    after: str = "",
    source: str = "",
    supersedes: str = "",
) -> CalibrationRecord:
    """A LUT made for the panel."""
    lut = (panel or Panel()).lut(ambient.luminance_cd_m2)
    return CalibrationRecord(
        _head(display_key, at, "lut"),
        PanelSettings(62, 50, 2100, "1.03"),
        ambient,
        int(lut.ddl.size),
        tuple(int(each) for each in lut.ddl),
        lut.ddl_bits,
        lut.sha256,
        source,
        before,
        after,
        "identity",
        supersedes,
    )


def sample_response(
    display_key: str = KEY, at: datetime = START, *, panel: Panel | None = None, points: int = 256
) -> CheckRecord:
    """The DDL response from which a LUT is made: nothing in it is judged."""
    made = panel or Panel()
    levels = tuple(
        _level(made, level, level, at, 1, "centre", random.Random(level), METER) for level in _levels(points)
    )
    series = Series(f"luminance-{points}", Space.DDL, 256, includes_ambient=False, measured=levels)
    check = sample_check(display_key, at, check="calibration")
    return replace(
        check,
        head=_head(display_key, at, "response"),
        series=(series,),
        quantities=(),
        lut_sha256="",
        verdict=_nothing("acr", "diagnostic"),
    )


def sample_calibrated(
    display_key: str = KEY, at: datetime = START, *, panel: Panel | None = None
) -> tuple[Record, ...]:
    """A whole calibration, oldest first: failing check, response, calibration, passing check."""
    made = panel or Panel()
    shape = {"gamma": made.gamma, "lmax": made.lmax, "lmin": made.lmin}
    before = sample_check(display_key, at, calibrated=False, **shape)  # type: ignore[arg-type]
    source = sample_response(display_key, at + timedelta(minutes=9), panel=made)
    after = sample_check(display_key, at + timedelta(minutes=16), seed=2, **shape)  # type: ignore[arg-type]
    calibration = sample_calibration(
        display_key,
        at + timedelta(minutes=17),
        panel=made,
        before=before.head.id,
        after=after.head.id,
        source=source.head.id,
    )
    return before, source, after, calibration


def sample_history(
    months: int = 18, display_key: str = KEY, start: datetime = START, *, recalibrated_at: int | None = None
) -> tuple[Record, ...]:
    """Registration, a calibration, and a monthly check each month of a backlight that loses 0.7 % a month.

    Parameters
    ----------
    recalibrated_at
        Month in which the panel is set up and calibrated anew.
    """
    new = Panel()
    records: list[Record] = [
        sample_display(display_key, start - timedelta(days=1)),
        *sample_calibrated(display_key, start),
    ]
    fresh = start
    for month in range(1, months + 1):
        at = start + timedelta(days=30.4 * month)
        if month == recalibrated_at:
            records += sample_calibrated(display_key, at - timedelta(hours=2))
            fresh = at
        age = (at - fresh).days / 30.4
        records.append(_aged(display_key, at, new, age, month))
    return tuple(records)


def _aged(display_key: str, at: datetime, new: Panel, age: float, month: int) -> CheckRecord:
    wobble = random.Random(month)
    return sample_check(
        display_key,
        at,
        calibrated_for=new,
        lmax=new.lmax * (1 - 0.007 * age) * wobble.gauss(1, 0.004),
        gamma=2.2 + 0.0006 * age,
        hours=2100 + month * 190,
        seed=month + 10,
        check="annual" if month % 12 == 0 else "monthly",
        uniformity=month % 12 == 0,
    )


def stored(records: Sequence[Record], *, after: str = GENESIS) -> tuple[StoredRecord, ...]:
    """The records as a store would hold them, chained by their text."""
    kept: list[StoredRecord] = []
    previous = after
    for sequence, record in enumerate(records, start=1):
        previous = link(previous, repr(record).encode())
        kept.append(StoredRecord(record, sequence, previous, record.head.at + timedelta(seconds=1)))
    return tuple(kept)


def _all_series(
    panel: Panel,
    lut: BuiltLut | None,
    at: datetime,
    points: int,
    readings: int,
    meter: MeterIdentity | None,
    dice: random.Random,
    *,
    uniformity: bool,
) -> tuple[Series, ...]:
    if meter is None:
        return ()
    response = tuple(
        _level(panel, level, _driven(level, lut), at + timedelta(seconds=4 * i), readings, "centre", dice, meter)
        for i, level in enumerate(_levels(points))
    )
    found = [
        Series(f"luminance-{points}", Space.P_VALUE, 256, includes_ambient=meter.includes_ambient, measured=response)
    ]
    if uniformity:
        spread = tuple(
            _level(panel, level, _driven(level, lut), at, readings, place, dice, meter)
            for level in (26, 204)
            for place in PLACES
        )
        found.append(
            Series("uniformity-5", Space.P_VALUE, 256, includes_ambient=meter.includes_ambient, measured=spread)
        )
    return tuple(found)


def _levels(points: int) -> range:
    return range(0, 256, 255 // (points - 1))


def _driven(level: int, lut: BuiltLut | None) -> int:
    return int(lut.ddl[level]) if lut else level


def _level(
    panel: Panel,
    level: int,
    ddl: int,
    at: datetime,
    readings: int,
    place: str,
    dice: random.Random,
    meter: MeterIdentity,
) -> MeasuredLevel:
    true = panel.luminance(ddl) * panel.shading.get(place, 1.0)
    taken = []
    for number in range(readings):
        value = max(0.0, true * dice.gauss(1, panel.noise))
        u, v = (dice.gauss(0.1981, 0.0006), dice.gauss(0.4680, 0.0006)) if meter.measures_colour else (None, None)
        taken.append(Reading(round(value, 4), at + timedelta(seconds=number), u, v, f"OK00, {value:.3f}"))
    return MeasuredLevel(level, tuple(taken), place)


def _head(display_key: str, at: datetime, what: str, operator: str = "M. Okafor") -> Head:
    digest = hashlib.sha256(f"{display_key}|{at.isoformat()}|{what}".encode()).hexdigest()[:32]
    return Head(digest, display_key, at, operator, "reading-room-2", "0.1.0")


def _nothing(policy: str, role: str) -> Verdict:
    return replace(sample_verdict(policy, role, (), ()), rules=())


def no_ambient() -> Ambient:
    """Ambient light that nobody measured."""
    return NO_AMBIENT
