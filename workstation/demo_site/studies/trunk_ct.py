"""CT of the chest: 500 thin slices with a nodule of the right upper lobe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workstation.demo_site.phantoms.fields import Ellipsoid
from workstation.demo_site.phantoms.trunk import Finding, TrunkAnatomy, TrunkPhantom
from workstation.demo_site.studies.axial_ct import AxialScan, write_axial_ct
from workstation.demo_site.studies.dicom_writer import study_dataset
from workstation.demo_site.studies.generated import StudyPlan

_CHEST = ((40, 400, "MEDIASTINUM"), (-600, 1500, "LUNG"), (500, 2000, "BONE"))
_NODULE = (Finding(Ellipsoid((-66, 8, 44), (5.0, 4.4, 4.8)), 35, edge_mm=1.0, ragged_mm=0.9),)


@dataclass(frozen=True)
class _Body:
    """Whose trunk, how the arms lie, and what is to be found in it."""

    seed: int
    arms_up: bool
    findings: tuple[Finding, ...]


_ONCOLOGY = _Body(41, True, _NODULE)
_SCANS: dict[str, tuple[_Body, AxialScan]] = {
    "ct-chest-500": (_ONCOLOGY, AxialScan(2, "CHEST 0.7", 500, -232.0, 0.7, 0.74, 13.0, _CHEST)),
}


def write_trunk_ct(folder: Path, plan: StudyPlan, advance: Callable[[], None]) -> tuple[Path, ...]:
    """One axial series with contrast medium."""
    body, scan = _SCANS[plan.key]
    study = study_dataset(plan)
    study.ContrastBolusAgent = "SYNTHETIC"
    phantom = TrunkPhantom(_anatomy(body.seed, body.arms_up), body.findings)
    return tuple(write_axial_ct(folder, study, plan, scan, phantom.slice_hu, advance))


def slices_of(plan: StudyPlan) -> int:
    """How many images `write_trunk_ct` makes."""
    return _SCANS[plan.key][1].slices


@cache
def _anatomy(seed: int, arms_up: bool) -> TrunkAnatomy:
    """One body, shared by the studies of one visit."""
    return TrunkAnatomy(seed, arms_up=arms_up)
