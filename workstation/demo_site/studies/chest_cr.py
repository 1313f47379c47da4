"""Chest radiographs, front and side: the current study with a pneumonia, and a clear prior."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from workstation.demo_site.phantoms.fields import Field
from workstation.demo_site.phantoms.radiograph import ChestRadiographs, Film, View, blurred, cubic
from workstation.demo_site.phantoms.trunk import TrunkAnatomy
from workstation.demo_site.studies.dicom_writer import (
    put_all,
    put_gray_pixels,
    start_series,
    study_dataset,
    write_instance,
)
from workstation.demo_site.studies.generated import StudyPlan
from workstation.demo_site.studies.pixel_marks import mark_synthetic

CR_IMAGE = "1.2.840.10008.5.1.4.1.1.1"
IMAGES = 2
_FILM = Film(1200, 1000)
_SPACING = 0.175
_TOP = 4095
# Pneumonia of the right lower lobe: (across, height, radius) in mm of a few overlapping patches, by view
_PATCHES: dict[View, tuple[tuple[float, float, float], ...]] = {
    "PA": ((-74, -66, 26), (-92, -80, 20), (-58, -84, 22), (-84, -50, 15)),
    "LL": ((40, -72, 28), (56, -92, 22), (26, -88, 18)),
}


def write_chest_cr(folder: Path, plan: StudyPlan, advance: Callable[[], None]) -> tuple[Path, ...]:
    """PA and left lateral, one series each."""
    study = study_dataset(plan)
    files = []
    for number, view in enumerate(("PA", "LL"), start=1):
        files.append(_write_view(folder, study, plan, number, "PA" if view == "PA" else "LL"))
        advance()
    return tuple(files)


def _write_view(folder: Path, study: Dataset, plan: StudyPlan, number: int, view: View) -> Path:
    is_prior = plan.key.endswith("prior")
    attenuation = _chest().attenuation(view)
    if not is_prior:
        attenuation = attenuation + _pneumonia(view)
    random = np.random.default_rng((sum(plan.key.encode()), number))
    pixels = _developed(_placed(attenuation, is_prior=is_prior), random)
    _put_marker(pixels, view)
    mark_synthetic(pixels, _TOP, scale=4)
    series = start_series(study, plan, number, f"CHEST {'PA' if view == 'PA' else 'LATERAL'}")
    put_all(series, _attributes(plan, view))
    put_gray_pixels(series, pixels, 12)
    return write_instance(folder / f"{number:02d}", series, CR_IMAGE, (plan.key, number), 1)


@cache
def _chest() -> ChestRadiographs:
    """One chest for both studies."""
    return ChestRadiographs(TrunkAnatomy(63, arms_up=True), _FILM)


def _pneumonia(view: View) -> Field:
    """Added attenuation of patchy consolidation."""
    x, z = _FILM.across[None, :], _FILM.heights[:, None]
    cloud: Field = np.zeros((_FILM.rows, _FILM.columns), np.float32)
    for across, height, radius in _PATCHES[view]:
        cloud = np.maximum(cloud, np.exp(-np.square((x - across) / radius) - np.square((z - height) / (0.8 * radius))))
    grain = blurred(np.random.default_rng(9).standard_normal(cloud.shape).astype(np.float32), 4)
    patchy = np.clip(1 + 0.22 * grain / grain.std(), 0.3, 1.7)
    added: Field = (1.1 * cloud * patchy).astype(np.float32)
    return added


def _placed(attenuation: Field, *, is_prior: bool) -> Field:
    """Twice as fine; the prior is placed a little differently, as another day's film would be."""
    zoom, down, along = (1.012, 7.0, -5.0) if is_prior else (1.0, 0.0, 0.0)
    rows, columns = attenuation.shape
    at_rows = (np.arange(2 * rows, dtype=np.float32) / 2 - rows / 2) / zoom + rows / 2 + down
    at_columns = (np.arange(2 * columns, dtype=np.float32) / 2 - columns / 2) / zoom + columns / 2 + along
    return cubic(cubic(attenuation, at_rows).T, at_columns).T


def _developed(attenuation: Field, random: np.random.Generator) -> np.ndarray[tuple[int, ...], np.dtype[np.uint16]]:
    """What a digital system makes of it: grain by dose, large densities evened out, edges enhanced; 12 bits."""
    grain = random.standard_normal(attenuation.shape, np.float32) * np.float32(0.008)
    attenuation = attenuation + grain * np.exp(0.28 * attenuation)
    wide = blurred(attenuation[::4, ::4], 26)
    at = [np.arange(size, dtype=np.float32) / 4 for size in attenuation.shape]
    wide = cubic(cubic(wide, at[0]).T, at[1]).T
    detail = attenuation - blurred(attenuation, 2)
    shown = attenuation - 0.42 * wide + 0.7 * detail
    low, high = np.percentile(shown[::8, ::8], (2.0, 99.7))
    curve = np.clip((shown - low) / (high - low), -0.05, 1.15)
    values = np.clip(260 + 3400 * curve, 0, _TOP)
    return np.asarray(np.rint(values), np.uint16)


def _put_marker(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint16]], view: View) -> None:
    """A lead letter: L at the image's right for PA, at the top for the left lateral."""
    top, left = 130, pixels.shape[1] - 240
    pixels[top : top + 110, left : left + 22] = _TOP
    pixels[top + 88 : top + 110, left : left + 76] = _TOP
    if view == "LL":
        pixels[top + 130 : top + 138, left : left + 76] = _TOP


def _attributes(plan: StudyPlan, view: View) -> dict[str, object]:
    return {
        "ImageType": ["ORIGINAL", "PRIMARY"],
        "BodyPartExamined": plan.body_region,
        "ViewPosition": view,
        "PatientOrientation": ["L", "F"] if view == "PA" else ["P", "F"],
        "PlateType": "SYNTHETIC",
        "KVP": "120",
        "ImagerPixelSpacing": [f"{_SPACING}", f"{_SPACING}"],
        "AcquisitionNumber": 1,
        "RescaleIntercept": "0",
        "RescaleSlope": "1",
        "RescaleType": "US",
        "WindowCenter": "2048",
        "WindowWidth": "4096",
        "PresentationLUTShape": "IDENTITY",
        "LossyImageCompression": "00",
    }
