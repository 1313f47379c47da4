"""Ultrasound cine: 40 colour frames of the right upper quadrant in two heart beats, JPEG baseline."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import JPEGBaseline8Bit

from workstation.demo_site.phantoms.ultrasound import Probe, UltrasoundScene
from workstation.demo_site.studies.dicom_writer import put_all, start_series, study_dataset, write_instance
from workstation.demo_site.studies.generated import StudyPlan
from workstation.demo_site.studies.pixel_marks import mark_synthetic

US_MULTIFRAME = "1.2.840.10008.5.1.4.1.1.3.1"
FRAMES, BEATS = 40, 2
_FRAME_TIME_MS = 41
_QUALITY = 92


def write_us_cine(folder: Path, plan: StudyPlan, advance: Callable[[], None]) -> tuple[Path, ...]:
    """One multi-frame image that loops without a jump."""
    scene = UltrasoundScene(29)
    frames = []
    for number in range(FRAMES):
        frames.append(_jpeg(colour_frame(scene, number)))
        advance()
    series = start_series(study_dataset(plan), plan, 1, "RUQ GALLBLADDER CINE")
    put_all(series, _attributes(scene.probe, sum(len(frame) for frame in frames)))
    series.PixelData = encapsulate(frames)
    series["PixelData"].VR = "OB"
    series["PixelData"].is_undefined_length = True
    return (write_instance(folder / "01", series, US_MULTIFRAME, (plan.key, 1), 1, JPEGBaseline8Bit),)


def colour_frame(scene: UltrasoundScene, number: int) -> NDArray[np.uint8]:
    """One frame, (rows, columns, 3): grey picture, flow in colour, its box, colour bar, depth scale and mark."""
    phase, breath = (number * BEATS / FRAMES) % 1.0, number / FRAMES
    picture = np.repeat(scene.gray(phase, breath)[:, :, None], 3, axis=2)
    velocity, coloured, box = scene.flow(phase, breath)
    picture[coloured] = _flow_colours(velocity[coloured])
    picture[box] = (70, 160, 90)
    _colour_bar(picture)
    _depth_scale(picture, scene.probe)
    mark_synthetic(picture, (230, 230, 230), scale=2)
    return picture


def _flow_colours(velocity: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Red to yellow towards the probe, blue to cyan away from it; (n, 3)."""
    speed = np.clip(np.abs(velocity), 0, 1)[:, None]
    towards = np.hstack([110 + 145 * speed, 235 * np.clip(speed * 1.5 - 0.45, 0, 1), 25 * speed])
    away = np.hstack([25 * speed, 215 * np.clip(speed * 1.5 - 0.45, 0, 1), 110 + 145 * speed])
    return np.asarray(np.where(velocity[:, None] > 0, towards, away), np.uint8)


def _colour_bar(picture: NDArray[np.uint8]) -> None:
    height = 120
    scale = np.linspace(1, -1, height, dtype=np.float32)
    picture[40 : 40 + height, 24:36] = _flow_colours(scale)[:, None, :]
    picture[40 + height // 2 - 1 : 40 + height // 2 + 1, 24:36] = 0


def _depth_scale(picture: NDArray[np.uint8], probe: Probe) -> None:
    """A tick every centimetre at the right edge, longer every five."""
    for centimetre in range(int(probe.depth_mm // 10) + 1):
        row = probe.top_px + round(centimetre * 10 / probe.mm_per_pixel)
        if row < picture.shape[0] - 1:
            picture[row : row + 2, -18 - (8 if centimetre % 5 == 0 else 0) : -10] = 190


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=_QUALITY, subsampling="4:2:2")
    data = stream.getvalue()
    return data + b"\x00" * (len(data) % 2)


def _attributes(probe: Probe, size: int) -> dict[str, object]:
    return {
        "ImageType": ["ORIGINAL", "PRIMARY", "ABDOMINAL", "0001"],
        "BodyPartExamined": "ABDOMEN",
        "PatientOrientation": "",
        "SamplesPerPixel": 3,
        "PhotometricInterpretation": "YBR_FULL_422",
        "PlanarConfiguration": 0,
        "Rows": probe.rows,
        "Columns": probe.columns,
        "BitsAllocated": 8,
        "BitsStored": 8,
        "HighBit": 7,
        "PixelRepresentation": 0,
        "NumberOfFrames": str(FRAMES),
        "FrameTime": str(_FRAME_TIME_MS),
        "FrameIncrementPointer": 0x00181063,
        "CineRate": str(round(1000 / _FRAME_TIME_MS)),
        "HeartRate": str(round(60_000 * BEATS / (FRAMES * _FRAME_TIME_MS))),
        "UltrasoundColorDataPresent": 1,
        "LossyImageCompression": "01",
        "LossyImageCompressionMethod": "ISO_10918_1",
        "LossyImageCompressionRatio": f"{probe.rows * probe.columns * 3 * FRAMES / size:.2f}",
        "SequenceOfUltrasoundRegions": Sequence([_region(probe)]),
    }


def _region(probe: Probe) -> Dataset:
    """Calibration of the sector (PS3.3 C.8.5.5): centimetres a pixel."""
    region = Dataset()
    put_all(
        region,
        {
            "RegionSpatialFormat": 1,  # 2D
            "RegionDataType": 1,  # tissue
            "RegionFlags": 0,
            "RegionLocationMinX0": 0,
            "RegionLocationMinY0": 0,
            "RegionLocationMaxX1": probe.columns - 1,
            "RegionLocationMaxY1": probe.rows - 1,
            "PhysicalUnitsXDirection": 3,  # centimetres
            "PhysicalUnitsYDirection": 3,
            "ReferencePixelX0": probe.columns // 2,
            "ReferencePixelY0": probe.top_px,
            "ReferencePixelPhysicalValueX": 0.0,
            "ReferencePixelPhysicalValueY": 0.0,
            "PhysicalDeltaX": probe.mm_per_pixel / 10,
            "PhysicalDeltaY": probe.mm_per_pixel / 10,
            "TransducerFrequency": 3500,
        },
    )
    return region
