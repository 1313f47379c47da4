"""Head CT: the STAT study with a bleed, and its prior without."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from workstation.demo_site.phantoms.fields import Field, axial_plane
from workstation.demo_site.phantoms.head import Bleed, HeadPhantom, HeadShape
from workstation.demo_site.phantoms.tissues import CT
from workstation.demo_site.studies.axial_ct import CT_IMAGE, AxialScan, write_axial_ct
from workstation.demo_site.studies.dicom_writer import (
    put_gray_pixels,
    put_plane,
    start_series,
    study_dataset,
    write_instance,
)
from workstation.demo_site.studies.generated import StudyPlan, uid_of
from workstation.demo_site.studies.pixel_marks import mark_synthetic

_WINDOWS = ((40, 80, "BRAIN"), (600, 2800, "BONE"))
_SEED = 7
THIN = AxialScan(2, "HEAD AXIAL 1.25", 128, -58.0, 1.25, 0.46, 4.5, _WINDOWS)
THICK = AxialScan(2, "HEAD AXIAL 2.5", 64, -58.0, 2.5, 0.46, 3.5, _WINDOWS)


def write_head_ct(folder: Path, plan: StudyPlan, advance: Callable[[], None]) -> tuple[Path, ...]:
    """A localizer and an axial series; the bleed is in the STAT study only."""
    is_stat = not plan.key.endswith("prior")
    phantom = HeadPhantom(_helens_head(), CT, bleed=Bleed() if is_stat else None)
    study = study_dataset(plan)
    files = [_localizer(folder, study, plan, phantom)]
    advance()
    files += write_axial_ct(folder, study, plan, THIN if is_stat else THICK, phantom.slice_values, advance)
    return tuple(files)


@cache
def _helens_head() -> HeadShape:
    """The same head in both studies."""
    return HeadShape(_SEED)


def slices_of(plan: StudyPlan) -> int:
    """How many images `write_head_ct` makes."""
    return 1 + (THICK if plan.key.endswith("prior") else THIN).slices


def _finer(lines: Field) -> Field:
    """Twice as many rows, between the ones given."""
    at = np.linspace(0, len(lines) - 1, 2 * len(lines), dtype=np.float32)
    low = np.minimum(at.astype(int), len(lines) - 2)
    share = (at - low)[:, None]
    finer: Field = lines[low] * (1 - share) + lines[low + 1] * share
    return finer


def _localizer(folder: Path, study: Dataset, plan: StudyPlan, phantom: HeadPhantom) -> Path:
    """A lateral localizer: sums of attenuation along x of coarse slices."""
    rows, spacing = 96, 2.5
    lines = []
    for index in range(rows):
        z = 110.0 - index * spacing
        hu = phantom.slice_values(axial_plane(128, 128, 1.84, z))
        lines.append(np.clip(hu + 1000, 0, None).sum(axis=1))
    projected = np.array(lines, np.float32)
    picture = _finer(_finer(projected.T).T)
    spacing /= 2
    pixels = np.rint(picture / picture.max() * 1500 - 400).astype(np.int16)
    mark_synthetic(pixels, 900)
    series = start_series(study, plan, 1, "LOCALIZER")
    series.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    series.BodyPartExamined = plan.body_region
    series.PatientPosition = "HFS"
    series.FrameOfReferenceUID = uid_of("frame", plan.key)
    series.PositionReferenceIndicator = ""
    series.AcquisitionNumber = 1
    series.KVP = "120"
    series.RescaleIntercept, series.RescaleSlope = "0", "1"
    series.WindowCenter, series.WindowWidth = "300", "1400"
    put_plane(
        series,
        position=(0.0, -117.0, 110.0),
        orientation=(0, 1, 0, 0, 0, -1),
        spacing_mm=(spacing, 0.92),
        thickness_mm=1.0,
    )
    put_gray_pixels(series, pixels, 16)
    return write_instance(folder / "01", series, CT_IMAGE, (plan.key, 1, 0), 1)
