"""Display sets: what is shown as one stack in one viewport.

A series is split by what does not belong in one stack: each multi-frame object, localizers, different orientations,
different projections. Never are two series merged. The result does not depend on the order in which instances arrived.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from workstation.dicom.body_region import BodyRegions
from workstation.dicom.header import InstanceHeader
from workstation.dicom.orientation import dot, plane_of
from workstation.dicom.stack_geometry import geometry_of, position_along_normal

PROJECTION_MODALITIES = frozenset({"CR", "DX", "MG", "RG", "IO", "PX"})
_SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
_SAME_DIRECTION = 0.99985  # cos 1°
_SMALLEST_AVERAGE_STACK = 3
_MOST_ORIENTATIONS = 3
_POSITION_DIGITS = 3


@dataclass(frozen=True)
class FrameRef:
    """One picture of a display set; ``position_mm`` lies along the normal and is None where unknown."""

    sop_uid: str = field(repr=False)
    frame_index: int
    position_mm: float | None


@dataclass(frozen=True)
class DisplaySet:
    """Pictures shown as one stack.

    Attributes
    ----------
    uid
        Series UID and a suffix for the part; the same on every run.
    instances
        Sorted by position along the normal, else by instance number; never in file order.
    frames
        One for each picture, in the order of scrolling.
    plane
        AXIAL, CORONAL, SAGITTAL, OBLIQUE, PROJECTION or NONE.
    laterality, view
        Empty when the images differ in it.
    is_reconstructable
        At least three images at even distances, no tilt, one size: a volume can be made of it.
    warnings
        For the reader: uneven gaps, tilt, repeated positions.
    """

    uid: str = field(repr=False)
    study_uid: str = field(repr=False)
    series_uid: str = field(repr=False)
    modality: str
    description: str = field(repr=False)
    series_number: int | None
    instances: tuple[InstanceHeader, ...] = field(repr=False)
    frames: tuple[FrameRef, ...] = field(repr=False)
    plane: str
    laterality: str = ""
    view: str = ""
    frame_of_reference: str = field(default="", repr=False)
    is_localizer: bool = False
    is_reconstructable: bool = False
    body_region: str = ""
    warnings: tuple[str, ...] = ()

    def header_at(self, index: int) -> InstanceHeader:
        """The header of picture ``index``."""
        return self._by_uid[self.frames[index].sop_uid]

    @cached_property
    def _by_uid(self) -> dict[str, InstanceHeader]:
        return {header.sop_uid: header for header in self.instances}


def display_sets_of(headers: Iterable[InstanceHeader], *, regions: BodyRegions | None = None) -> tuple[DisplaySet, ...]:
    """Group images into display sets, sorted by series number.

    Objects that are no pictures by themselves (reports, presentation states, segmentations) are left out; an instance
    given twice counts once.

    Parameters
    ----------
    regions
        The table of body regions; by default the one that ships with the program.
    """
    regions = regions or BodyRegions.shipped()
    by_series: dict[str, dict[str, InstanceHeader]] = defaultdict(dict)
    for header in headers:
        if header.is_image and header.sop_class not in _SEGMENTATIONS:
            by_series[header.series_uid].setdefault(header.sop_uid, header)
    found = [
        _display_set(suffix, images, regions)
        for series in by_series.values()
        for suffix, images in _parts(sorted(series.values(), key=_by_number))
    ]
    return tuple(sorted(found, key=_by_series))


def _by_number(header: InstanceHeader) -> tuple[float, float, str]:
    return (_or_last(header.acquisition_number), _or_last(header.instance_number), header.sop_uid)


def _by_series(display_set: DisplaySet) -> tuple[float, str, float, str]:
    first = display_set.instances[0].instance_number
    return (_or_last(display_set.series_number), display_set.series_uid, _or_last(first), display_set.uid)


def _or_last(number: int | None) -> float:
    return float("inf") if number is None else number


Part = tuple[str, list[InstanceHeader]]


def _parts(series: Sequence[InstanceHeader]) -> list[Part]:
    """Split one series (sorted by number) into parts, each with the suffix of its identifier."""
    parts: list[Part] = [(header.sop_uid, [header]) for header in series if header.frames > 1]
    single = [header for header in series if header.frames == 1]
    localizers = [header for header in single if header.is_localizer]
    stack = [header for header in single if not header.is_localizer]
    parts += _split_by_orientation(localizers, "localizer-")
    if stack and stack[0].modality in PROJECTION_MODALITIES:
        return parts + _split_by(stack, _projection)
    return parts + _split_by_orientation(stack, "")


def _projection(header: InstanceHeader) -> str:
    """What makes two projections of one series different pictures: side, view, direction, purpose."""
    facts = (header.laterality, header.view_position, "".join(header.patient_orientation), header.presentation_intent)
    return "-".join(("projection", *facts))


def _split_by(images: Sequence[InstanceHeader], key: Callable[[InstanceHeader], str]) -> list[Part]:
    groups: dict[str, list[InstanceHeader]] = defaultdict(list)
    for header in images:
        groups[key(header)].append(header)
    return list(groups.items())


def _split_by_orientation(images: Sequence[InstanceHeader], prefix: str) -> list[Part]:
    """Groups within 1° of each other; all together when nearly every image has its own (radial, turning MIPs)."""
    groups: list[list[InstanceHeader]] = []
    for header in images:
        group = next((each for each in groups if _same_orientation(each[0], header)), None)
        if group is None:
            groups.append([header])
        else:
            group.append(header)
    if len(groups) > _MOST_ORIENTATIONS and len(images) < _SMALLEST_AVERAGE_STACK * len(groups):
        return [(f"{prefix}many", list(images))]
    return _named(groups, prefix)


def _named(groups: Iterable[list[InstanceHeader]], prefix: str) -> list[Part]:
    """Name each group by its plane, and by a number from the second of a plane on."""
    parts: dict[str, list[InstanceHeader]] = {}
    for group in groups:
        name = prefix + plane_of(group[0].normal).lower()
        repeats = sum(1 for each in parts if each.split(":")[0] == name)
        parts[f"{name}:{repeats + 1}" if repeats else name] = group
    return list(parts.items())


def _same_orientation(a: InstanceHeader, b: InstanceHeader) -> bool:
    if a.orientation is None or b.orientation is None:
        return a.orientation is b.orientation
    rows = dot(a.orientation[:3], b.orientation[:3])
    columns = dot(a.orientation[3:], b.orientation[3:])
    return rows > _SAME_DIRECTION and columns > _SAME_DIRECTION and a.frame_of_reference == b.frame_of_reference


def _display_set(suffix: str, images: list[InstanceHeader], regions: BodyRegions) -> DisplaySet:
    is_stack = _is_stack(images)
    if is_stack:
        images = sorted(images, key=_by_position)
    geometry = geometry_of(images) if is_stack else None
    positions = geometry.positions_mm if geometry else (None,) * len(images)
    first = images[0]
    return DisplaySet(
        uid=f"{first.series_uid}/{suffix}",
        study_uid=first.study_uid,
        series_uid=first.series_uid,
        modality=first.modality,
        description=first.series_description,
        series_number=first.series_number,
        instances=tuple(images),
        frames=_frames(images, positions),
        plane=_plane(images),
        laterality=_common(header.laterality for header in images),
        view=_common(header.view_position for header in images),
        frame_of_reference=_common(header.frame_of_reference for header in images),
        is_localizer=first.is_localizer,
        is_reconstructable=geometry is not None and geometry.is_even and len(images) >= _SMALLEST_AVERAGE_STACK,
        body_region=regions.region_of(first),
        warnings=geometry.warnings if geometry else (),
    )


def _is_stack(images: Sequence[InstanceHeader]) -> bool:
    """Parallel single-frame images, all with a position: geometry decides their order."""
    return all(
        header.frames == 1 and position_along_normal(header) is not None and _same_orientation(images[0], header)
        for header in images
    )


def _by_position(header: InstanceHeader) -> tuple[float, float, float, str]:
    return (round(position_along_normal(header) or 0.0, _POSITION_DIGITS), *_by_number(header))


def _frames(images: Sequence[InstanceHeader], positions: Sequence[float | None]) -> tuple[FrameRef, ...]:
    return tuple(
        FrameRef(header.sop_uid, index, position)
        for header, position in zip(images, positions, strict=True)
        for index in range(header.frames)
    )


def _plane(images: Sequence[InstanceHeader]) -> str:
    if images[0].modality in PROJECTION_MODALITIES:
        return "PROJECTION"
    return _common(plane_of(header.normal) for header in images) or "NONE"


def _common(values: Iterable[str]) -> str:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else ""
