"""Readings of luminance, kept as the meter gave them: they are never changed, only added to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from statistics import fmean, stdev


class Space(Enum):
    """What a level of a pattern means."""

    DDL = "ddl"
    """Digital driving level: sent to the monitor as it is, past any table of ours."""
    P_VALUE = "p_value"
    """P-value of PS3.14: goes through the display LUT, as images do."""


@dataclass(frozen=True)
class Reading:
    """One reading.

    Attributes
    ----------
    luminance_cd_m2
        Corrected by the meter's factor; finite, ≥ 0.
    at
        When it was taken, UTC.
    u_prime, v_prime
        CIE 1976 chromaticity where the meter measures colour.
    raw
        What the meter itself said, unchanged.
    """

    luminance_cd_m2: float
    at: datetime
    u_prime: float | None = None
    v_prime: float | None = None
    raw: str = ""


@dataclass(frozen=True)
class MeasuredLevel:
    """One level at one place of the screen with all its readings, oldest first; at least one."""

    level: int
    readings: tuple[Reading, ...]
    place: str = "centre"

    @property
    def mean_cd_m2(self) -> float:
        """Mean of the readings."""
        return fmean(reading.luminance_cd_m2 for reading in self.readings)

    @property
    def sd_cd_m2(self) -> float | None:
        """Standard deviation of one reading (n - 1); None for a single reading."""
        if len(self.readings) < 2:
            return None
        return stdev(reading.luminance_cd_m2 for reading in self.readings)

    @property
    def chromaticity(self) -> tuple[float, float] | None:
        """Mean u', v' of the readings that have them."""
        pairs = [(r.u_prime, r.v_prime) for r in self.readings if r.u_prime is not None and r.v_prime is not None]
        return (fmean(u for u, _ in pairs), fmean(v for _, v in pairs)) if pairs else None


@dataclass(frozen=True)
class Series:
    """Levels measured in one go, with one meter on one display.

    Attributes
    ----------
    test
        What it was measured for: a test's name of `calibration.checks`.
    space
        What the levels are: DDLs (to build a LUT) or P-values (to judge conformance).
    levels
        How many levels the space has: 256 for 8 bits; levels run from 0 to ``levels - 1``.
    includes_ambient
        Whether the readings hold light reflected by the screen. Contact meters: no.
    measured
        In the order of measuring.
    """

    test: str
    space: Space
    levels: int
    includes_ambient: bool
    measured: tuple[MeasuredLevel, ...]

    def with_level(self, added: MeasuredLevel) -> Series:
        """The same series with one more level; a level that is there already gets the readings on top of its own."""
        for index, present in enumerate(self.measured):
            if (present.level, present.place) == (added.level, added.place):
                merged = replace(present, readings=present.readings + added.readings)
                return replace(self, measured=(*self.measured[:index], merged, *self.measured[index + 1 :]))
        return replace(self, measured=(*self.measured, added))

    def at_place(self, place: str = "centre") -> tuple[MeasuredLevel, ...]:
        """The levels of one place, lowest level first."""
        return tuple(sorted((each for each in self.measured if each.place == place), key=lambda each: each.level))

    def means(self, place: str = "centre") -> Mapping[int, float]:
        """Mean luminance by level, cd/m²."""
        return {each.level: each.mean_cd_m2 for each in self.at_place(place)}


class AmbientSource(Enum):
    """Where the reflected ambient light is known from (PS3.3 C.32, Ambient Light Value Source)."""

    DEFAULT = "DEFAULT"
    MEASURED = "MEASURED"
    PROVIDED = "PROVIDED"


@dataclass(frozen=True)
class Ambient:
    """Lamb: the room's light that the switched-off screen reflects.

    Attributes
    ----------
    luminance_cd_m2
        Finite, ≥ 0.
    illuminance_lux, reflection_cd_m2_per_lux
        Where Lamb was not measured itself: the light on the screen, and what the screen gives back of it.
    """

    luminance_cd_m2: float
    source: AmbientSource
    illuminance_lux: float | None = None
    reflection_cd_m2_per_lux: float | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.luminance_cd_m2) and self.luminance_cd_m2 >= 0):
            raise ValueError("ambient luminance is a number of 0 cd/m² or more")

    @classmethod
    def reflected(cls, illuminance_lux: float, reflection_cd_m2_per_lux: float, source: AmbientSource) -> Ambient:
        """Lamb from the illuminance on the screen and the display's diffuse reflection coefficient (cd/m² per lux)."""
        luminance = illuminance_lux * reflection_cd_m2_per_lux
        return cls(luminance, source, illuminance_lux, reflection_cd_m2_per_lux)

    @property
    def sentence(self) -> str:
        """For people and reports."""
        text = f"{self.luminance_cd_m2:.3g} cd/m² ({self.source.value.lower()})"
        if self.illuminance_lux is not None and self.reflection_cd_m2_per_lux is not None:
            text += f": {self.illuminance_lux:.0f} lux x {self.reflection_cd_m2_per_lux:.4g} cd/m² per lux"
        return text


NO_AMBIENT = Ambient(0.0, AmbientSource.DEFAULT)


def ambient_to_add(series: Series, ambient: Ambient) -> float:
    """cd/m² to add to every reading of ``series`` so that it holds the ambient light once, never twice."""
    return 0.0 if series.includes_ambient else ambient.luminance_cd_m2
