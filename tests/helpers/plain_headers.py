"""Headers of single images, made of a few words each."""

from __future__ import annotations

from typing import Any

from workstation.dicom.header import InstanceHeader, PixelDescription
from workstation.dicom.patient import PatientIdentity

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)


def image(number: int, z: float | None = None, **facts: Any) -> InstanceHeader:
    """An axial CT image at height ``z``."""
    defaults: dict[str, Any] = {
        "study_uid": "1",
        "series_uid": "1.1",
        "sop_uid": f"1.1.{number}",
        "sop_class": "1.2.840.10008.5.1.4.1.1.2",
        "transfer_syntax": "1.2.840.10008.1.2.1",
        "modality": "CT",
        "patient": PatientIdentity(),
        "pixel": PixelDescription(),
        "instance_number": number,
        "rows": 64,
        "columns": 64,
        "frames": 1,
        "orientation": AXIAL,
        "position": None if z is None else (0.0, 0.0, z),
        "spacing": (0.5, 0.5),
        "frame_of_reference": "1.9",
    }
    return InstanceHeader(**{**defaults, **facts})
