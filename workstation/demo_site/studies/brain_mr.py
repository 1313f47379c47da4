"""MR of the brain: T1, T2, FLAIR, diffusion with its ADC map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from workstation.demo_site.phantoms.brain_mr import WEIGHTINGS, BrainAnatomy, BrainMrPhantom
from workstation.demo_site.phantoms.fields import Field, Plane, axial_plane
from workstation.demo_site.phantoms.mr_scanner import coarser, coil_shading, rician, susceptibility
from workstation.demo_site.studies.dicom_writer import (
    put_all,
    put_gray_pixels,
    put_plane,
    start_series,
    study_dataset,
    write_instance,
)
from workstation.demo_site.studies.generated import StudyPlan, uid_of
from workstation.demo_site.studies.pixel_marks import mark_synthetic
from workstation.foundation.cancel import CancelToken
from workstation.foundation.pool import Pool

MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
SLICES, SIZE = 24, 256
_SEED = 56
_SPACING_MM, _THICK_MM, _STEP_MM, _FIRST_Z_MM = 0.9, 5.0, 6.0, -52.0


@dataclass(frozen=True)
class MrSeries:
    """One series: its weighting, its looks and the times (ms) it is taken with."""

    number: int
    description: str
    weighting: str
    noise: float
    matrix: int
    window: tuple[int, int]
    times: tuple[tuple[str, str], ...]
    scanning: tuple[str, str, int]
    """Scanning Sequence, Sequence Variant and Echo Train Length."""

    @property
    def is_diffusion(self) -> bool:
        return self.weighting in {"DWI", "ADC"}


_EPI_TIMES = (("RepetitionTime", "6200"), ("EchoTime", "82"))
SERIES = (
    MrSeries(1, "AX T1", "T1", 11, 232, (410, 820), (("RepetitionTime", "520"), ("EchoTime", "9.5")), ("SE", "NONE", 1)),
    MrSeries(2, "AX T2", "T2", 10, 244, (430, 860), (("RepetitionTime", "5200"), ("EchoTime", "98")), ("SE", "SK", 16)),
    MrSeries(
        3,
        "AX FLAIR",
        "FLAIR",
        13,
        212,
        (420, 840),
        (("RepetitionTime", "9000"), ("EchoTime", "118"), ("InversionTime", "2500")),
        ("IR", "SK", 18),
    ),
    MrSeries(4, "AX DWI b1000", "DWI", 12, 144, (340, 680), _EPI_TIMES, ("EP", "SK", 72)),
    MrSeries(5, "AX ADC", "ADC", 12, 144, (1100, 2000), _EPI_TIMES, ("EP", "SK", 72)),
)


def write_brain_mr(
    folder: Path, plan: StudyPlan, advance: Callable[[], None], *, indexes: Sequence[int] = range(SLICES)
) -> tuple[Path, ...]:
    """Write the slices with these indexes (0 is the lowest) of all series."""
    study = study_dataset(plan)
    study.BodyPartExamined = plan.body_region
    files: list[Path] = []
    for series in SERIES:
        files += _write_series(folder, study, plan, series, indexes, advance)
    return tuple(files)


@cache
def _anatomy() -> BrainAnatomy:
    return BrainAnatomy(_SEED)


def images_of(series: MrSeries) -> Callable[[int], NDArray[np.uint16]]:
    """A function from a slice's index to its pixels, (SIZE, SIZE)."""
    phantom = BrainMrPhantom(_anatomy(), WEIGHTINGS[series.weighting])
    return lambda index: _pixels(phantom, series, index)


def _pixels(phantom: BrainMrPhantom, series: MrSeries, index: int) -> NDArray[np.uint16]:
    plane = axial_plane(SIZE, SIZE, _SPACING_MM, _FIRST_Z_MM + index * _STEP_MM)
    signal = phantom.slab_values(plane, _THICK_MM)
    if series.weighting == "ADC":
        signal = _adc_map(signal, plane, series, index)
    else:
        if series.is_diffusion:
            signal = signal * susceptibility(plane)
        signal = rician(coarser(signal * coil_shading(plane), series.matrix), series.noise, _noise_seed(series, index))
    pixels = np.clip(np.rint(signal), 0, 4095).astype(np.uint16)
    mark_synthetic(pixels, series.window[0] + series.window[1] // 2)
    return pixels


def _adc_map(values: Field, plane: Plane, series: MrSeries, index: int) -> Field:
    """A computed map: noisier where diffusion is fast, 0 where there was too little signal to compute it."""
    diffusion = BrainMrPhantom(_anatomy(), WEIGHTINGS["DWI"]).slab_values(plane, _THICK_MM)
    kept = coarser(diffusion, series.matrix) > 40
    noise = np.random.default_rng(_noise_seed(series, index)).standard_normal(plane.shape, np.float32)
    spread = np.float32(0.035) * values + 18
    result: Field = np.maximum(coarser(values + 2 * spread * noise, series.matrix), 0) * kept
    return result


def _noise_seed(series: MrSeries, index: int) -> tuple[int, ...]:
    return _SEED, series.number, index


def _write_series(
    folder: Path,
    study: Dataset,
    plan: StudyPlan,
    series: MrSeries,
    indexes: Sequence[int],
    advance: Callable[[], None],
) -> list[Path]:
    dataset = start_series(study, plan, series.number, series.description)
    put_all(dataset, _mr_attributes(plan, series))
    half = _SPACING_MM * (SIZE - 1) / 2
    pool: Pool[int, NDArray[np.uint16]] = Pool(images_of(series), workers=2, name="phantom")
    files = []
    for index, pixels in pool.run(indexes, CancelToken()):
        z = _FIRST_Z_MM + index * _STEP_MM
        put_plane(
            dataset,
            position=(-half, -half, z),
            orientation=(1, 0, 0, 0, 1, 0),
            spacing_mm=(_SPACING_MM, _SPACING_MM),
            thickness_mm=_THICK_MM,
        )
        dataset.SliceLocation = f"{z:.3f}"
        put_gray_pixels(dataset, pixels, 16)
        names = (plan.key, series.number, index)
        files.append(write_instance(folder / f"{series.number:02d}", dataset, MR_IMAGE, names, index + 1))
        advance()
    return sorted(files)


def _mr_attributes(plan: StudyPlan, series: MrSeries) -> dict[str, object]:
    """MR Image module (PS3.3 C.8.3.1) and the frame of reference."""
    sequence, variant, train = series.scanning
    is_map = series.weighting == "ADC"
    attributes: dict[str, object] = {
        "ImageType": ["DERIVED", "PRIMARY", "DIFFUSION MAP", "ADC"] if is_map else ["ORIGINAL", "PRIMARY", "OTHER"],
        "PatientPosition": "HFS",
        "FrameOfReferenceUID": uid_of("frame", plan.key),
        "PositionReferenceIndicator": "",
        "AcquisitionNumber": 4 if is_map else series.number,
        "ScanningSequence": sequence,
        "SequenceVariant": variant,
        "ScanOptions": "FS" if series.is_diffusion else "",
        "MRAcquisitionType": "2D",
        "MagneticFieldStrength": "1.5",
        "ImagedNucleus": "1H",
        "ImagingFrequency": "63.87",
        "FlipAngle": "90",
        "EchoTrainLength": train,
        "EchoNumbers": 1,
        "SpacingBetweenSlices": f"{_STEP_MM:g}",
        "WindowCenter": str(series.window[0]),
        "WindowWidth": str(series.window[1]),
    }
    attributes.update(series.times)
    if series.weighting == "DWI":
        attributes["DiffusionBValue"] = 1000.0
    return attributes
