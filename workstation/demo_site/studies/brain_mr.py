"""Brain MR: T1, T2, FLAIR, diffusion and its coefficient map, from the head phantom's tissues."""

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
SLICES = 26
_FIRST_Z, _STEP, _THICKNESS, _SPACING, _SIZE = -50.0, 5.5, 5.0, 0.9, 256
_SEED = 56
_LEAST_DIFFUSION = 200  # 10^-6 mm²/s; what lies below it, bone and fat, gives too little signal to compute it


@dataclass(frozen=True)
class MrSeries:
    """One series: its name, its weighting, how it was measured and how it is shown."""

    number: int
    name: str
    weighting: str
    noise: float
    matrix: int
    window: tuple[int, int]
    measured: dict[str, object]

    @property
    def is_map(self) -> bool:
        return self.weighting == "ADC"


def _measured(
    repetition: str, echo: str, train: int, sequence: str | list[str] = "SE", **more: object
) -> dict[str, object]:
    """Attributes of the MR Image module (PS3.3 C.8.3.1); times in ms."""
    common = {"SequenceVariant": "SK", "ScanOptions": "FS" if sequence == "EP" else "", "MRAcquisitionType": "2D"}
    times = {"RepetitionTime": repetition, "EchoTime": echo, "EchoTrainLength": train}
    return {"ScanningSequence": sequence, **common, **times, **more}


SERIES = (
    MrSeries(2, "AX T1", "T1", 11, 232, (410, 820), _measured("520", "10", 1)),
    MrSeries(3, "AX T2", "T2", 10, 244, (430, 860), _measured("4400", "98", 15)),
    MrSeries(
        *(4, "AX T2 FLAIR", "FLAIR", 13, 212, (420, 840)),
        _measured("9000", "120", 18, ["SE", "IR"], InversionTime="2500"),
    ),
    MrSeries(
        *(5, "AX DWI B1000", "DWI", 12, 144, (340, 680)),
        _measured("5200", "84", 1, "EP", DiffusionBValue=1000.0),
    ),
    MrSeries(6, "AX ADC", "ADC", 12, 144, (1000, 1800), _measured("5200", "84", 1, "EP")),
)


def write_brain_mr(
    folder: Path, plan: StudyPlan, advance: Callable[[], None], *, indexes: Sequence[int] = range(SLICES)
) -> tuple[Path, ...]:
    """Five axial series of the same slices; ``indexes`` are those wanted, 0 is the lowest."""
    study = study_dataset(plan)
    files: list[Path] = []
    for series in SERIES:
        files += _write_series(folder, study, plan, series, indexes, advance)
    return tuple(files)


def images_of(_: StudyPlan) -> int:
    """How many images `write_brain_mr` makes."""
    return SLICES * len(SERIES)


def _write_series(
    folder: Path,
    study: Dataset,
    plan: StudyPlan,
    series: MrSeries,
    indexes: Sequence[int],
    advance: Callable[[], None],
) -> list[Path]:
    dataset = start_series(study, plan, series.number, series.name)
    put_all(dataset, _attributes(plan, series))
    half = _SPACING * (_SIZE - 1) / 2
    pool: Pool[int, NDArray[np.uint16]] = Pool(lambda index: pixels_of(series, index), workers=2, name="phantom")
    files = []
    for index, pixels in pool.run(indexes, CancelToken()):
        z = _FIRST_Z + index * _STEP
        put_plane(
            dataset,
            position=(-half, -half, z),
            orientation=(1, 0, 0, 0, 1, 0),
            spacing_mm=(_SPACING, _SPACING),
            thickness_mm=_THICKNESS,
        )
        dataset.SliceLocation = f"{z:.3f}"
        put_gray_pixels(dataset, pixels, 12)
        names = (plan.key, series.number, index)
        files.append(write_instance(folder / f"{series.number:02d}", dataset, MR_IMAGE, names, index + 1))
        advance()
    return sorted(files)


@cache
def _anatomy() -> BrainAnatomy:
    """One head for all series."""
    return BrainAnatomy(_SEED)


def pixels_of(series: MrSeries, index: int) -> NDArray[np.uint16]:
    """Stored values of one slice, (256, 256): signal, or for the map 10^-6 mm²/s."""
    plane = axial_plane(_SIZE, _SIZE, _SPACING, _FIRST_Z + index * _STEP)
    signal = _slab(series.weighting, plane)
    seed = (_SEED, series.number, index)
    if series.is_map:
        signal = _computed_map(signal, plane, series, seed)
    else:
        if series.weighting == "DWI":
            signal = signal * susceptibility(plane)
        signal = rician(coarser(signal * coil_shading(plane), series.matrix), series.noise, seed)
    pixels = np.clip(np.rint(signal), 0, 4095).astype(np.uint16)
    mark_synthetic(pixels, series.window[0] + series.window[1] // 2)
    return pixels


def _slab(weighting: str, plane: Plane) -> Field:
    return BrainMrPhantom(_anatomy(), WEIGHTINGS[weighting]).slab_values(plane, _THICKNESS)


def _computed_map(values: Field, plane: Plane, series: MrSeries, seed: tuple[int, ...]) -> Field:
    """Noisier where diffusion is fast, 0 where there was too little signal to compute it."""
    kept = coarser(values, series.matrix) > _LEAST_DIFFUSION
    noise = np.random.default_rng(seed).standard_normal(plane.shape, np.float32)
    spread = np.float32(0.07) * values + 36  # most of it is smoothed away
    result: Field = coarser(values + spread * noise, series.matrix) * kept
    return result


def _attributes(plan: StudyPlan, series: MrSeries) -> dict[str, object]:
    return {
        **series.measured,
        "ImageType": ["DERIVED", "PRIMARY", "DIFFUSION MAP", "ADC"]
        if series.is_map
        else ["ORIGINAL", "PRIMARY", "OTHER"],
        "BodyPartExamined": plan.body_region,
        "PatientPosition": "HFS",
        "FrameOfReferenceUID": uid_of("frame", plan.key),
        "PositionReferenceIndicator": "",
        "AcquisitionNumber": 1,
        "MagneticFieldStrength": "1.5",
        "SpacingBetweenSlices": f"{_STEP}",
        "ProtocolName": series.name,
        "WindowCenter": str(series.window[0]),
        "WindowWidth": str(series.window[1]),
    }
