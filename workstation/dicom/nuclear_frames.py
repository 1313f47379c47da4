"""The frames of a nuclear-medicine object, told apart by its vectors (PS3.3 C.8.4.8), and its slices' places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from workstation.dicom.frame_table import FrameTable
from workstation.dicom.header import InstanceHeader, Vector
from workstation.dicom.plane_values import orientation, vector
from workstation.dicom.values import AnyDataset, first_item, number, numbers

_VECTORS: Mapping[str, str] = {
    "energy_window": "EnergyWindowVector",
    "detector": "DetectorVector",
    "phase": "PhaseVector",
    "rotation": "RotationVector",
    "rr_interval": "RRIntervalVector",
    "time_slot": "TimeSlotVector",
    "nm_slice": "SliceVector",
    "angular_view": "AngularViewVector",
}
_Places = tuple[Vector, float]


def with_nuclear_frames(header: InstanceHeader, dataset: AnyDataset) -> InstanceHeader:
    """``header`` ready to be asked for its frames, where the object is of nuclear medicine and has several.

    Slices of a reconstruction lie along the normal of the first, Spacing Between Slices (0018,0088) apart; a negative
    one runs against it (PS3.3 C.8.4.15). Planar frames have no place in the patient.
    """
    if header.modality != "NM" or header.frames < 2:
        return header
    columns = {name: numbers(dataset, keyword) for name, keyword in _VECTORS.items()}
    whole = {
        name: tuple(map(int, values))
        for name, values in columns.items()
        if len(values) == header.frames and all(value == int(value) for value in values)
    }
    if not whole:
        return header
    detector = first_item(dataset, "DetectorInformationSequence")
    first = vector(detector, "ImagePositionPatient") or header.position
    base = replace(header, orientation=orientation(detector) or header.orientation, position=None)
    step = number(dataset, "SpacingBetweenSlices") if "nm_slice" in whole else None
    places = (first, step) if first is not None and step and base.normal is not None else None
    table = FrameTable(base, partial(_frame_headers, base, whole, places))
    return replace(base, per_frame=table).of_frame(0)


def _frame_headers(
    base: InstanceHeader, columns: Mapping[str, tuple[int, ...]], places: _Places | None
) -> list[InstanceHeader]:
    return [_frame_header(base, columns, places, index) for index in range(base.frames)]


def _frame_header(
    base: InstanceHeader, columns: Mapping[str, tuple[int, ...]], places: _Places | None, index: int
) -> InstanceHeader:
    own = {name: values[index] for name, values in columns.items()}
    details = replace(base.details, **own)  # type: ignore[arg-type]
    if places is None or base.normal is None:
        return replace(base, details=details)
    (x, y, z), step = places
    (a, b, c), along = base.normal, (own["nm_slice"] - 1) * step
    return replace(base, details=details, position=(x + along * a, y + along * b, z + along * c))
