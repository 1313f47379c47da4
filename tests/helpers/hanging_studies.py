"""Studies for hanging, made of headers alone: a few words each, no pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workstation.dicom.display_sets import DisplaySet, display_sets_of
from workstation.dicom.header import InstanceHeader, PixelDescription
from workstation.dicom.patient import PatientIdentity
from workstation.hanging.screens import HangingScreen, Role, numbered
from workstation.hanging.study import HangingStudy

PATIENT = "patient-a"
_COSINES = {
    "AXIAL": (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    "CORONAL": (1.0, 0.0, 0.0, 0.0, 0.0, -1.0),
    "SAGITTAL": (0.0, 1.0, 0.0, 0.0, 0.0, -1.0),
}
_AXIS = {"AXIAL": 2, "CORONAL": 1, "SAGITTAL": 0}


def a_header(series: str, number: int = 1, **changes: object) -> InstanceHeader:
    """One image of a series, with what ``changes`` says."""
    header = InstanceHeader(
        study_uid=series.rpartition(".")[0],
        series_uid=series,
        sop_uid=f"{series}.{number}",
        sop_class="1.2.840.10008.5.1.4.1.1.2",
        transfer_syntax="1.2.840.10008.1.2.1",
        modality="CT",
        patient=PatientIdentity(patient_id="SYN-1"),
        pixel=PixelDescription(),
        instance_number=number,
        rows=512,
        columns=512,
        frames=1,
    )
    return replace(header, **changes)  # type: ignore[arg-type]


def a_stack(
    study: str,
    number: int,
    description: str = "",
    *,
    plane: str = "AXIAL",
    images: int = 20,
    modality: str = "CT",
    thickness: float = 5.0,
    frame_of_reference: str = "",
    start_mm: float = 0.0,
    **changes: object,
) -> list[InstanceHeader]:
    """The headers of one cross-sectional series, ``thickness`` mm apart from ``start_mm`` on."""
    facts: dict[str, object] = {
        "modality": modality,
        "series_number": number,
        "series_description": description,
        "orientation": _COSINES[plane],
        "spacing": (0.5, 0.5),
        "spacing_kind": "patient",
        "slice_thickness": thickness,
        "frame_of_reference": frame_of_reference or f"{study}.for",
        "image_type": ("ORIGINAL", "PRIMARY", "AXIAL"),
        **changes,
    }
    return [
        a_header(f"{study}.{number}", n + 1, position=_position(plane, start_mm + n * thickness), **facts)
        for n in range(images)
    ]


def _position(plane: str, along_mm: float) -> tuple[float, float, float]:
    """A place ``along_mm`` up the normal of ``plane`` (the normal of these coronals points to the back)."""
    place = [0.0, 0.0, 0.0]
    place[_AXIS[plane]] = along_mm
    return (place[0], place[1], place[2])


def a_projection(
    study: str, number: int, view: str, *, modality: str = "DX", side: str = "", **changes: object
) -> list[InstanceHeader]:
    """One radiograph or mammogram."""
    facts: dict[str, object] = {
        "modality": modality,
        "series_number": number,
        "view_position": view,
        "laterality": side,
        "image_type": ("ORIGINAL", "PRIMARY"),
        "presentation_intent": "FOR PRESENTATION",
    }
    return [a_header(f"{study}.{number}", **{**facts, **changes})]


def a_clip(study: str, number: int, frames: int = 30) -> list[InstanceHeader]:
    """One ultrasound clip."""
    return [a_header(f"{study}.{number}", modality="US", series_number=number, frames=frames, frame_time_ms=33.0)]


def a_study(
    uid: str,
    headers: Sequence[InstanceHeader] = (),
    *,
    modalities: tuple[str, ...] = ("CT",),
    region: str = "HEAD",
    date: str = "20240610",
    patient: str = PATIENT,
    time: str = "101500",
    description: str = "",
    laterality: str = "",
) -> HangingStudy:
    """A study with the display sets of ``headers``."""
    return HangingStudy(
        study_uid=uid,
        patient_key=patient,
        accession=f"ACC{uid}",
        modalities=modalities,
        body_region=region,
        laterality=laterality,
        description=description,
        date=date,
        time=time,
        display_sets=display_sets_of(headers),
    )


def a_display_set(headers: Sequence[InstanceHeader]) -> DisplaySet:
    """The one display set of ``headers``."""
    (only,) = display_sets_of(headers)
    return only


def ct_head(uid: str, date: str, *, patient: str = PATIENT, thickness: float = 5.0) -> HangingStudy:
    """A head CT: scout, axial brain, axial bone, coronal."""
    headers = [
        *a_stack(uid, 1, "Topogram", images=1, image_type=("ORIGINAL", "PRIMARY", "LOCALIZER")),
        *a_stack(uid, 2, "Head 5.0 brain", thickness=thickness, images=30),
        *a_stack(uid, 3, "Head 2.0 bone", thickness=2.0, images=60),
        *a_stack(
            uid, 4, "Head cor 3.0", plane="CORONAL", thickness=3.0, images=40, image_type=("DERIVED", "SECONDARY")
        ),
    ]
    return a_study(uid, headers, date=date, patient=patient, description="CT head")


def brain_mr(uid: str, date: str, weightings: Sequence[str] = ("T1", "T2", "FLAIR", "DWI")) -> HangingStudy:
    """A brain MR with one axial series of each weighting."""
    headers = [h for n, w in enumerate(weightings, 2) for h in a_stack(uid, n, f"ax {w}", modality="MR", images=24)]
    return a_study(uid, headers, modalities=("MR",), date=date, description="MR brain")


def chest_radiograph(uid: str, date: str, views: Sequence[str] = ("PA", "LL")) -> HangingStudy:
    """A chest radiograph."""
    headers = [h for n, view in enumerate(views, 1) for h in a_projection(uid, n, view)]
    return a_study(uid, headers, modalities=("DX",), region="CHEST", date=date)


def mammogram(uid: str, date: str, views: Sequence[str] = ("L MLO", "R CC", "L CC", "R MLO")) -> HangingStudy:
    """A screening mammogram, stored with the chest walls where they are wanted."""
    headers = []
    for number, side_and_view in enumerate(views, 1):
        side, view = side_and_view.split()
        towards = ("P", "F") if side == "R" else ("A", "F")
        headers += a_projection(uid, number, view, modality="MG", side=side, patient_orientation=towards)
    return a_study(uid, headers, modalities=("MG",), region="BREAST", date=date, laterality="L")


def ultrasound(uid: str, date: str, clips: int = 3) -> HangingStudy:
    """An abdominal ultrasound of several clips."""
    headers = [h for n in range(1, clips + 1) for h in a_clip(uid, n)]
    return a_study(uid, headers, modalities=("US",), region="ABDOMEN", date=date)


def a_screen(
    role: Role, x: int = 0, y: int = 0, width: int = 2048, height: int = 2560, fitness: str = "fit"
) -> HangingScreen:
    return HangingScreen("", f"{role}-{x}-{y}", x, y, width, height, role, fitness)  # type: ignore[arg-type]


def reading_room(*, fitness: tuple[str, str] = ("fit", "fit")) -> tuple[HangingScreen, ...]:
    """A report screen and two upright diagnostic ones to its right."""
    return numbered(
        [
            a_screen("report", 0, 0, 1920, 1200),
            a_screen("diagnostic", 1920, 0, fitness=fitness[0]),
            a_screen("diagnostic", 3968, 0, fitness=fitness[1]),
        ]
    )
