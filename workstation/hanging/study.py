"""A study as hanging sees it: enough to judge it, and its display sets when they are here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache

from workstation.dicom.body_region import BodyRegions
from workstation.dicom.display_sets import DisplaySet
from workstation.dicom.patient import parse_date
from workstation.hanging.codes import laterality_of

_NOT_IMAGES = frozenset(
    {"SR", "PR", "KO", "DOC", "SEG", "RTSTRUCT", "RTPLAN", "RTDOSE", "RTRECORD", "REG", "FID", "RWV", "AU"}
)


@dataclass(frozen=True)
class StudySummary:
    """What is known of a study before its images are here.

    Attributes
    ----------
    study_uid
        Study Instance UID.
    patient_key
        Equal for the studies of one patient and for no other's; the caller decides it by the identity rules. Empty:
        unknown, and then no other study counts as this patient's.
    modalities
        Modalities in Study.
    body_region
        As ``workstation.dicom.body_region`` names it; several parted by a backslash.
    laterality
        ``L``, ``R``, ``B`` or empty.
    date, time
        Study Date (YYYYMMDD) and Study Time as DICOM writes them; empty when unknown.
    """

    study_uid: str = field(repr=False)
    patient_key: str = field(default="", repr=False)
    accession: str = field(default="", repr=False)
    modalities: tuple[str, ...] = ()
    body_region: str = ""
    laterality: str = ""
    description: str = field(default="", repr=False)
    date: str = field(default="", repr=False)
    time: str = field(default="", repr=False)

    @property
    def day(self) -> dt.date | None:
        """Study Date, or None when it is absent or not a date."""
        return parse_date(self.date)

    @property
    def side(self) -> str:
        """``L``, ``R`` or empty; a mammogram of both breasts has none, whatever its first image says."""
        return "" if "MG" in self.image_modalities else laterality_of(self.laterality)

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions of the body it names, in its region or its description."""
        named = _regions_in(self.body_region, self.description)
        return tuple(dict.fromkeys((*named, "BREAST"))) if "MG" in self.image_modalities else named

    @property
    def moment(self) -> tuple[str, str]:
        """Sorts by date and time; an unknown date sorts first."""
        return (self.day.isoformat() if self.day else "", self.time.partition(".")[0].replace(":", ""))

    @property
    def image_modalities(self) -> tuple[str, ...]:
        """The modalities that make images, sorted."""
        return tuple(sorted({m.upper() for m in self.modalities} - _NOT_IMAGES))


@dataclass(frozen=True)
class HangingStudy(StudySummary):
    """A study with the display sets that are here so far; none when its images have not come yet."""

    display_sets: tuple[DisplaySet, ...] = field(default=(), repr=False)

    @property
    def side(self) -> str:
        """As its images say, when they are here and agree."""
        sides = {laterality_of(d.laterality) for d in self.hangable()} - {""}
        return "" if len(sides) > 1 else super().side

    def hangable(self) -> tuple[DisplaySet, ...]:
        """The display sets that are images of this very study, in an order that does not depend on arrival."""
        own = [
            d for d in self.display_sets if d.study_uid == self.study_uid and d.frames and d.modality not in _NOT_IMAGES
        ]
        return tuple(sorted(own, key=order_key))


@lru_cache(maxsize=4096)
def _regions_in(body_region: str, description: str) -> tuple[str, ...]:
    table = BodyRegions.shipped()
    own = [
        region
        for part in body_region.upper().split("\\")
        if part.strip()
        for region in (table.regions_in(part) or (part.strip(),))
    ]
    return tuple(dict.fromkeys((*own, *table.regions_in(description))))


def order_key(display_set: DisplaySet) -> tuple[float, str, float, tuple[int, ...], str]:
    """Series number, series, first instance number, place among the parts of the series: the order of a series list."""
    first = display_set.instances[0].instance_number if display_set.instances else None
    series = (_or_last(display_set.series_number), display_set.series_uid)
    return (*series, _or_last(first), display_set.order, display_set.uid)


def _or_last(number: int | None) -> float:
    return float("inf") if number is None else number
