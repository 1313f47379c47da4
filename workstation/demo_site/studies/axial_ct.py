"""An axial CT series from any phantom that gives Hounsfield units by plane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from workstation.demo_site.phantoms.fields import Field, Plane, ScannerNoise, axial_plane
from workstation.demo_site.studies.dicom_writer import put_all, put_gray_pixels, put_plane, start_series, write_instance
from workstation.demo_site.studies.generated import StudyPlan, uid_of
from workstation.demo_site.studies.pixel_marks import mark_synthetic
from workstation.foundation.cancel import CancelToken
from workstation.foundation.pool import Pool

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"


@dataclass(frozen=True)
class AxialScan:
    """Geometry and looks of one axial series. ``first_z_mm`` is the lowest slice; slices go up."""

    number: int
    description: str
    slices: int
    first_z_mm: float
    step_mm: float
    spacing_mm: float
    noise_hu: float
    windows: tuple[tuple[int, int, str], ...]
    kernel: str = "STANDARD"
    size: int = 512


def write_axial_ct(
    folder: Path,
    study: Dataset,
    plan: StudyPlan,
    scan: AxialScan,
    phantom: Callable[[Plane], Field],
    advance: Callable[[], None],
) -> list[Path]:
    """Write one series; ``advance`` is called after each slice."""
    series = start_series(study, plan, scan.number, scan.description)
    put_all(series, _ct_attributes(plan, scan))
    noise = ScannerNoise(sum(plan.key.encode()), (scan.size, scan.size), scan.noise_hu)
    half = scan.spacing_mm * (scan.size - 1) / 2
    pool: Pool[int, Field] = Pool(lambda index: phantom(_plane(scan, index)), workers=2, name="phantom")
    files = []
    for index, hu in pool.run(range(scan.slices), CancelToken()):
        pixels = np.clip(np.rint(hu + noise.of_slice(index)), -1024, 3071).astype(np.int16)
        mark_synthetic(pixels, 400, corner="bottom-left")
        z = scan.first_z_mm + index * scan.step_mm
        put_plane(
            series,
            position=(-half, -half, z),
            orientation=(1, 0, 0, 0, 1, 0),
            spacing_mm=(scan.spacing_mm, scan.spacing_mm),
            thickness_mm=scan.step_mm,
        )
        series.SliceLocation = f"{z:.3f}"
        put_gray_pixels(series, pixels, 16)
        names = (plan.key, scan.number, index)
        files.append(write_instance(folder / f"{scan.number:02d}", series, CT_IMAGE, names, index + 1))
        advance()
    return sorted(files)


def _plane(scan: AxialScan, index: int) -> Plane:
    return axial_plane(scan.size, scan.size, scan.spacing_mm, scan.first_z_mm + index * scan.step_mm)


def _ct_attributes(plan: StudyPlan, scan: AxialScan) -> dict[str, object]:
    return {
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"],
        "BodyPartExamined": plan.body_region,
        "PatientPosition": "HFS",
        "FrameOfReferenceUID": uid_of("frame", plan.key),
        "PositionReferenceIndicator": "",
        "AcquisitionNumber": 1,
        "KVP": "120",
        "ConvolutionKernel": scan.kernel,
        "GantryDetectorTilt": "0",
        "RescaleIntercept": "0",
        "RescaleSlope": "1",
        "RescaleType": "HU",
        "WindowCenter": [str(centre) for centre, _, _ in scan.windows],
        "WindowWidth": [str(width) for _, width, _ in scan.windows],
        "WindowCenterWidthExplanation": [name for _, _, name in scan.windows],
    }
