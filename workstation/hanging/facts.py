"""The value of each attribute a rule may ask about, for a study and for a display set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from workstation.dicom.display_sets import DisplaySet
from workstation.dicom.header import InstanceHeader
from workstation.hanging.codes import laterality_of, view_of
from workstation.hanging.descriptions import contrast_of, kernel_of, sequence_of
from workstation.hanging.operators import Value
from workstation.hanging.study import HangingStudy

Facts = Mapping[str, Value]

_DERIVED = frozenset({"DERIVED", "SECONDARY", "REFORMATTED", "MPR", "MIP", "PROJECTION IMAGE"})


def study_facts(
    study: HangingStudy, display_sets: tuple[DisplaySet, ...], *, n_priors: int = 0, n_linked: int = 0
) -> Facts:
    """The attributes of a study.

    Parameters
    ----------
    display_sets
        Its hangable display sets.
    n_priors
        How many earlier studies the protocol hangs beside it.
    n_linked
        How many other studies are read in the same go.
    """
    series = {d.series_uid for d in display_sets if not d.is_localizer}
    return {
        "study.modalities": study.image_modalities,
        "study.body_region": study.regions,
        "study.laterality": study.side,
        "study.description": study.description,
        "study.n_series": len(series),
        "study.n_display_sets": sum(not d.is_localizer for d in display_sets),
        "study.n_images": sum(len(d.frames) for d in display_sets),
        "study.views": tuple(sorted({side_and_view(d) for d in display_sets} - {""})),
        "priors.count": n_priors,
        "linked.count": n_linked,
    }


def display_facts(display_set: DisplaySet) -> Facts:
    """The attributes of a display set."""
    return {name: read(display_set) for name, read in _READERS.items()}


def side_and_view(display_set: DisplaySet) -> str:
    """``R CC``, ``PA`` or empty."""
    return f"{laterality_of(display_set.laterality)} {view_of(display_set.view)}".strip()


def first_header(display_set: DisplaySet) -> InstanceHeader | None:
    """The header that stands for the whole set; None for a set without instances."""
    return display_set.header_at(0) if display_set.frames else None


def contrast(display_set: DisplaySet) -> str:
    """``WITH``, ``WITHOUT`` or empty; what the header says counts before what the description says."""
    header = first_header(display_set)
    if header is not None and header.contrast_agent:
        return "WITH"
    return contrast_of(display_set.description)


def thickness_mm(display_set: DisplaySet) -> float | None:
    """Slice Thickness (0018,0050) of the first image."""
    header = first_header(display_set)
    return header.slice_thickness if header is not None else None


def is_multiframe(display_set: DisplaySet) -> bool:
    """Whether it is one multi-frame object, or a part of one."""
    return len(display_set.instances) == 1 and display_set.instances[0].frames > 1


def _is_derived(display_set: DisplaySet) -> bool:
    header = first_header(display_set)
    return header is not None and bool(_DERIVED & set(header.image_type))


def _of_header(read: Callable[[InstanceHeader], Value]) -> Callable[[DisplaySet], Value]:
    def value(display_set: DisplaySet) -> Value:
        header = first_header(display_set)
        return None if header is None else read(header)

    return value


_READERS: MappingProxyType[str, Callable[[DisplaySet], Value]] = MappingProxyType(
    {
        "Modality": lambda d: d.modality,
        "SeriesDescription": lambda d: d.description,
        "SeriesNumber": lambda d: d.series_number,
        "StudyDescription": _of_header(lambda h: h.study_description),
        "BodyPartExamined": _of_header(lambda h: h.body_part),
        "ImageType": _of_header(lambda h: h.image_type),
        "Laterality": _of_header(lambda h: h.laterality),
        "ViewPosition": _of_header(lambda h: h.view_position),
        "SliceThickness": thickness_mm,
        "Rows": _of_header(lambda h: h.rows),
        "Columns": _of_header(lambda h: h.columns),
        "PhotometricInterpretation": _of_header(lambda h: h.pixel.photometric),
        "PresentationIntentType": _of_header(lambda h: h.presentation_intent),
        "SOPClassUID": _of_header(lambda h: h.sop_class),
        "Manufacturer": _of_header(lambda h: h.manufacturer),
        "body_region": lambda d: d.body_region,
        "contrast": contrast,
        "is_derived": _is_derived,
        "is_localizer": lambda d: d.is_localizer,
        "is_multiframe": is_multiframe,
        "is_reconstructable": lambda d: d.is_reconstructable,
        "kernel": lambda d: kernel_of(d.description),
        "laterality": lambda d: laterality_of(d.laterality),
        "n_images": lambda d: len(d.frames),
        "plane": lambda d: d.plane,
        "sequence": lambda d: sequence_of(d.description) if d.modality == "MR" else "",
        "view": lambda d: view_of(d.view),
    }
)
