"""Chest and abdomen of one visit after an accident: two studies of one person, scanned in one pass."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from workstation.demo_site.phantoms.abdomen import INJURIES, AbdomenAnatomy, AbdomenPhantom
from workstation.demo_site.studies.axial_ct import AxialScan, write_axial_ct
from workstation.demo_site.studies.dicom_writer import study_dataset
from workstation.demo_site.studies.generated import StudyPlan

_SEED = 52
_CHEST = ((40, 400, "MEDIASTINUM"), (-600, 1500, "LUNG"), (500, 2000, "BONE"))
_ABDOMEN = ((50, 350, "ABDOMEN"), (400, 1800, "BONE"), (-600, 1500, "LUNG"))
_SPACING_MM = 0.93
SCANS = {
    "ct-visit-chest": AxialScan(2, "CHEST 3.5", 80, -160.0, 3.5, _SPACING_MM, 9.0, _CHEST),
    "ct-visit-abdomen": AxialScan(2, "ABDOMEN AND PELVIS 5.0", 80, -475.0, 5.0, _SPACING_MM, 8.0, _ABDOMEN),
}


def write_visit_ct(folder: Path, plan: StudyPlan, advance: Callable[[], None]) -> tuple[Path, ...]:
    """The axial series of one of the two studies."""
    return write_scan(folder, plan, SCANS[plan.key], advance)


def write_scan(folder: Path, plan: StudyPlan, scan: AxialScan, advance: Callable[[], None]) -> tuple[Path, ...]:
    """One axial series with contrast medium of the person of the visit."""
    study = study_dataset(plan)
    study.ContrastBolusAgent = "SYNTHETIC"
    return tuple(write_axial_ct(folder, study, plan, scan, visitor().slice_hu, advance))


def slices_of(plan: StudyPlan) -> int:
    """How many images `write_visit_ct` makes."""
    return SCANS[plan.key].slices


@cache
def visitor() -> AbdomenPhantom:
    """The same body in both studies."""
    return AbdomenPhantom(AbdomenAnatomy(_SEED), INJURIES)
