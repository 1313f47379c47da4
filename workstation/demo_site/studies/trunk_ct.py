"""CT of the chest: 500 thin slices with a nodule of the right upper lobe."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from workstation.demo_site.phantoms.fields import Ellipsoid
from workstation.demo_site.phantoms.trunk import Finding, TrunkAnatomy, TrunkPhantom
from workstation.demo_site.studies.axial_ct import AxialScan, write_axial_ct
from workstation.demo_site.studies.dicom_writer import study_dataset
from workstation.demo_site.studies.generated import StudyPlan

_CHEST = ((40, 400, "MEDIASTINUM"), (-600, 1500, "LUNG"), (500, 2000, "BONE"))
_NODULE = (Finding(Ellipsoid((-66, 8, 44), (5.0, 4.4, 4.8)), 35, edge_mm=1.0, ragged_mm=0.9),)

_SCAN = AxialScan(2, "CHEST 0.7", 500, -232.0, 0.7, 0.74, 13.0, _CHEST)
_SEED = 41


def write_trunk_ct(
    folder: Path, plan: StudyPlan, advance: Callable[[], None], scan: AxialScan = _SCAN
) -> tuple[Path, ...]:
    """One axial series with contrast medium."""
    study = study_dataset(plan)
    study.ContrastBolusAgent = "SYNTHETIC"
    phantom = TrunkPhantom(_anatomy(), _NODULE)
    return tuple(write_axial_ct(folder, study, plan, scan, phantom.slice_hu, advance))


def slices_of(_: StudyPlan) -> int:
    """How many images `write_trunk_ct` makes."""
    return _SCAN.slices


@cache
def _anatomy() -> TrunkAnatomy:
    """The patient's body, made on first use."""
    return TrunkAnatomy(_SEED, arms_up=True)
