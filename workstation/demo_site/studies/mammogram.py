"""Screening mammograms: four views for presentation; the current study has a small mass in the right breast."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from workstation.demo_site.phantoms.breast import Breast, Spot, View
from workstation.demo_site.phantoms.radiograph import cubic
from workstation.demo_site.studies.dicom_writer import (
    put_all,
    put_gray_pixels,
    start_series,
    study_dataset,
    write_instance,
)
from workstation.demo_site.studies.generated import StudyPlan
from workstation.demo_site.studies.pixel_marks import mark_synthetic

MG_IMAGE = "1.2.840.10008.5.1.4.1.1.1.2"
_ROWS, _COLUMNS, _SPACING = 2400, 1800, 0.1
_VIEWS: tuple[tuple[str, View], ...] = (("R", "CC"), ("L", "CC"), ("R", "MLO"), ("L", "MLO"))
IMAGES = len(_VIEWS)
_VIEW_CODES = {
    "CC": ("399162004", "cranio-caudal"),
    "MLO": ("399368009", "medio-lateral oblique"),
}
_ORIENTATIONS = {
    ("R", "CC"): ["P", "L"],
    ("L", "CC"): ["A", "R"],
    ("R", "MLO"): ["P", "FL"],
    ("L", "MLO"): ["A", "FR"],
}
_ALWAYS: dict[tuple[str, str], tuple[Spot, ...]] = {
    ("L", "CC"): (Spot("mole", 58, -34, 2.6), Spot("calcifications", 40, 22, 5.0)),
    ("L", "MLO"): (Spot("mole", 62, -30, 2.6), Spot("calcifications", 44, 34, 5.0)),
}
_NEW: dict[tuple[str, str], tuple[Spot, ...]] = {
    ("R", "CC"): (Spot("mass", 60, -38, 4.6),),
    ("R", "MLO"): (Spot("mass", 62, -28, 4.6),),
}
_LETTERS = {
    "R": ("11110", "10001", "10001", "11110", "10100", "10010", "10001"),
    "L": ("10000", "10000", "10000", "10000", "10000", "10000", "11111"),
    "C": ("01110", "10001", "10000", "10000", "10000", "10001", "01110"),
    "M": ("10001", "11011", "10101", "10101", "10001", "10001", "10001"),
    "O": ("01110", "10001", "10001", "10001", "10001", "10001", "01110"),
}


def write_mammogram(folder: Path, plan: StudyPlan, advance: Callable[[], None]) -> tuple[Path, ...]:
    """RCC, LCC, RMLO and LMLO, one series each."""
    study = study_dataset(plan)
    files = []
    for number, (side, view) in enumerate(_VIEWS, start=1):
        files.append(_write_view(folder, study, plan, number, side, view))
        advance()
    return tuple(files)


def _write_view(folder: Path, study: Dataset, plan: StudyPlan, number: int, side: str, view: View) -> Path:
    pixels = _pixels(plan, number, side, view)
    series = start_series(study, plan, number, f"{side} {view}")
    put_all(series, _attributes(plan, side, view))
    put_gray_pixels(series, pixels, 12)
    return write_instance(folder / f"{number:02d}", series, MG_IMAGE, (plan.key, number), 1)


def _pixels(plan: StudyPlan, number: int, side: str, view: View) -> NDArray[np.uint16]:
    """Stored values; the right breast is mirrored so that its chest wall is at the right edge."""
    is_prior = plan.key.endswith("prior")
    spots = _ALWAYS.get((side, view), ()) + (() if is_prior else _NEW.get((side, view), ()))
    breast = Breast(100 + number, view, (_ROWS // 2, _COLUMNS // 2), 2 * _SPACING, shift_mm=2.5 if is_prior else 0.0)
    coarse = breast.picture(spots)
    rows, columns = np.arange(_ROWS, dtype=np.float32) / 2, np.arange(_COLUMNS, dtype=np.float32) / 2
    picture = cubic(cubic(coarse, rows).T, columns).T
    random = np.random.default_rng((number, len(plan.key)))
    picture += random.standard_normal(picture.shape, np.float32) * (8 + np.sqrt(np.clip(picture, 0, None)) * 0.75)
    pixels = np.clip(np.rint(picture), 0, 4095).astype(np.uint16)
    pixels = np.ascontiguousarray(pixels[:, ::-1]) if side == "R" else pixels
    _mark(pixels, side, view)
    return pixels


def _mark(pixels: NDArray[np.uint16], side: str, view: View) -> None:
    """View letters and the word SYNTHETIC, both away from the chest wall."""
    away = "left" if side == "R" else "right"
    mark_synthetic(pixels, 3600, scale=4, corner=f"bottom-{away}")
    gap = np.zeros((7, 1), bool)
    parts = []
    for letter in side + view:
        parts += [np.array([[pixel == "1" for pixel in row] for row in _LETTERS[letter]]), gap]
    mask = np.kron(np.hstack(parts), np.ones((9, 9), bool)).astype(bool)
    left = 90 if away == "left" else pixels.shape[1] - mask.shape[1] - 90
    pixels[110 : 110 + mask.shape[0], left : left + mask.shape[1]][mask] = 3900


def _attributes(plan: StudyPlan, side: str, view: View) -> dict[str, object]:
    return {
        **_detector_attributes(),
        "ImageType": ["ORIGINAL", "PRIMARY"],
        "PresentationIntentType": "FOR PRESENTATION",
        "BodyPartExamined": plan.body_region,
        "ImageLaterality": side,
        "ViewPosition": view,
        "PatientOrientation": _ORIENTATIONS[side, view],
        "PositionerType": "MAMMOGRAPHIC",
        "PositionerPrimaryAngle": "0" if view == "CC" else ("45" if side == "L" else "-45"),
        "OrganExposed": "BREAST",
        "BreastImplantPresent": "NO",
        "PartialView": "NO",
        "AnatomicRegionSequence": Sequence([_code("76752008", "Breast")]),
        "ViewCodeSequence": Sequence([_view_code(view)]),
        "AcquisitionContextSequence": Sequence(),
        "AcquisitionNumber": 1,
    }


def _detector_attributes() -> dict[str, object]:
    return {
        "KVP": "28",
        "DetectorType": "DIRECT",
        "ImagerPixelSpacing": [f"{_SPACING}", f"{_SPACING}"],
        "EstimatedRadiographicMagnificationFactor": "1",
        "BodyPartThickness": "52",
        "CompressionForce": "98",
        "PixelIntensityRelationship": "LOG",
        "PixelIntensityRelationshipSign": -1,  # bright is where few X-rays came through
        "RescaleIntercept": "0",
        "RescaleSlope": "1",
        "RescaleType": "US",
        "PresentationLUTShape": "IDENTITY",
        "LossyImageCompression": "00",
        "WindowCenter": "2000",
        "WindowWidth": "3600",
    }


def _view_code(view: View) -> Dataset:
    code = _code(*_VIEW_CODES[view])
    code.ViewModifierCodeSequence = Sequence()
    return code


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", meaning
    return item
