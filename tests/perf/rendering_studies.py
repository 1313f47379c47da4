"""Studies to draw, generated once: a head CT, a mammogram of 13 megapixels, a colour ultrasound clip; all synthetic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGBaseline8Bit, generate_uid

_CT, _MG, _US = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.1.2", "1.2.840.10008.5.1.4.1.1.3.1"
CT_SLICES = 120
CLIP_FRAMES, CLIP_FRAME_MS = 120, 33.3


def ct_study(work: Path) -> Path:
    """120 slices of 512 × 512, signed 16 bits."""
    folder = work / "drawn-ct-1"
    if not (folder / "done").is_file():
        series = generate_uid(entropy_srcs=["drawn", "ct"])
        for index in range(CT_SLICES):
            _save(folder / f"{index}.dcm", _ct_slice(series, index))
        (folder / "done").touch()
    return folder


def mammogram(work: Path) -> Path:
    """One image of 4096 × 3328, 12 bits."""
    folder = work / "drawn-mg-1"
    if not (folder / "done").is_file():
        dataset = _object(_MG, "MG", "drawn/mg", _breast(4096, 3328), 12)
        dataset.PresentationIntentType, dataset.ImageLaterality, dataset.ViewPosition = "FOR PRESENTATION", "L", "CC"
        dataset.BodyPartExamined, dataset.PatientOrientation = "BREAST", ["A", "R"]
        dataset.ImagerPixelSpacing = [0.065, 0.065]
        dataset.WindowCenter, dataset.WindowWidth = 2000, 3600
        _save(folder / "0.dcm", dataset)
        (folder / "done").touch()
    return folder


def ultrasound_clip(work: Path) -> Path:
    """120 frames of 768 × 1024, JPEG in colour, 30 a second."""
    folder = work / "drawn-us-1"
    if not (folder / "done").is_file():
        frames = [_echo(index) for index in range(CLIP_FRAMES)]
        dataset = _object(_US, "US", "drawn/us", frames[0], 8)
        encoded = [imagecodecs.jpeg8_encode(frame, level=90, subsampling="422") for frame in frames]
        dataset.PixelData = encapsulate(encoded)
        dataset["PixelData"].is_undefined_length = True
        dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
        dataset.PhotometricInterpretation = "YBR_FULL_422"
        dataset.NumberOfFrames, dataset.FrameTime = CLIP_FRAMES, CLIP_FRAME_MS
        dataset.FrameIncrementPointer = 0x00181063
        dataset.LossyImageCompression = "01"
        _save(folder / "0.dcm", dataset)
        (folder / "done").touch()
    return folder


def _save(path: Path, dataset: FileDataset) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)


def _ct_slice(series: str, index: int) -> FileDataset:
    rows, columns = np.mgrid[:512, :512]
    head = np.hypot(rows - 256, (columns - 256) * 1.2) < 200 - index * 0.5
    noise = np.random.default_rng(index).normal(0, 12, head.shape)
    pixels = np.where(head, 40 + 20 * np.sin(columns / 9 + index / 5) + noise, -1000 + noise).astype(np.int16)
    dataset = _object(_CT, "CT", f"drawn/ct/{index}", pixels, 16)
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = generate_uid(entropy_srcs=["drawn", "ct study"]), series
    dataset.FrameOfReferenceUID = generate_uid(entropy_srcs=["drawn", "ct frame"])
    dataset.InstanceNumber, dataset.BodyPartExamined = index + 1, "HEAD"
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [-128.0, -128.0, index * 1.0], [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing, dataset.SliceThickness = [0.5, 0.5], 1.0
    dataset.KVP, dataset.XRayTubeCurrent = 120, 200
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.WindowCenter, dataset.WindowWidth = 1, 0, 40, 80
    return dataset


def _breast(rows: int, columns: int) -> NDArray[np.uint16]:
    down, across = np.mgrid[:rows, :columns].astype(np.float32)
    inside = np.hypot(down - rows / 2, across) < rows * 0.42
    tissue = 1800 + 600 * np.sin(down / 37) * np.cos(across / 53)
    noise = np.random.default_rng(7).normal(0, 60, (rows, columns)).astype(np.float32)
    return np.where(inside, np.clip(tissue + noise, 0, 4095), 0).astype(np.uint16)


def _echo(index: int) -> NDArray[np.uint8]:
    rows, columns = np.mgrid[:768, :1024].astype(np.float32)
    speckle = np.random.default_rng(index % 8).integers(0, 60, (768, 1024))
    fan = (np.abs(columns - 512) < rows * 0.7) & (rows < 700)
    gray = np.where(fan, 60 + speckle + 40 * np.sin(rows / 20 + index / 6), 0).astype(np.uint8)
    picture = np.repeat(gray[..., None], 3, axis=2)
    flow = np.hypot(rows - 400, columns - 512) < 60 + 15 * np.sin(index / 8)
    picture[flow] = (200, 40, 30)
    return picture


def _object(sop_class: str, modality: str, name: str, pixels: NDArray[Any], bits: int) -> FileDataset:
    uid = generate_uid(entropy_srcs=[name])
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = UID(sop_class), uid
    meta.TransferSyntaxUID, meta.ImplementationClassUID = ExplicitVRLittleEndian, UID("1.2.826.0.1.3680043.10.999.0")
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SOPClassUID, dataset.SOPInstanceUID, dataset.Modality = sop_class, uid, modality
    dataset.StudyInstanceUID = generate_uid(entropy_srcs=[name, "study"])
    dataset.SeriesInstanceUID = generate_uid(entropy_srcs=[name, "series"])
    dataset.PatientID, dataset.PatientName, dataset.IssuerOfPatientID = "SYN-9", "SYNTHETIC^SPEED", "LIGHTBOX-DEMO"
    dataset.PatientBirthDate, dataset.PatientSex, dataset.InstitutionName = "19600505", "F", "Synthetic Hospital"
    dataset.StudyDate, dataset.StudyTime, dataset.AccessionNumber = "20260301", "101500", f"ACC-{modality}"
    dataset.StudyDescription, dataset.SeriesDescription, dataset.StudyID = (
        f"{modality} study",
        f"{modality} series",
        "1",
    )
    dataset.ReferringPhysicianName, dataset.SeriesNumber, dataset.InstanceNumber = "", 1, 1
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    is_colour = pixels.ndim == 3
    dataset.SamplesPerPixel = 3 if is_colour else 1
    dataset.PhotometricInterpretation = "RGB" if is_colour else "MONOCHROME2"
    if is_colour:
        dataset.PlanarConfiguration = 0
    allocated = pixels.dtype.itemsize * 8
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = allocated, bits, bits - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    dataset.PixelData = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
    dataset["PixelData"].VR = "OB" if allocated == 8 else "OW"
    return dataset
