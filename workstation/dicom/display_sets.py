"""Display sets: what is shown as one stack in one viewport.

A series is split by what does not belong in one stack: each multi-frame object, localizers, different orientations and
projections (`series_parts`), then by what its pictures say of themselves (`stack_splitting`). Never are two series
merged. The result does not depend on the order in which instances arrived.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from workstation.dicom.body_region import BodyRegions
from workstation.dicom.header import InstanceHeader
from workstation.dicom.mosaic import is_mosaic
from workstation.dicom.orientation import plane_of
from workstation.dicom.series_parts import PROJECTION_MODALITIES, or_last, parts_of, same_orientation
from workstation.dicom.stack_geometry import (
    MissingImages,
    StackGeometry,
    frame_of_reference_of,
    geometry_of,
    position_along_normal,
)
from workstation.dicom.stack_splitting import Part, Picture

__all__ = ["PROJECTION_MODALITIES", "DisplaySet", "FrameRef", "display_sets_of"]

_SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
_SMALLEST_VOLUME = 3
_POSITION_DIGITS = 3
_MOSAIC = "A mosaic of several slices, shown as it is stored: its maker's header does not say where they lie"


@dataclass(frozen=True)
class FrameRef:
    """One picture of a display set.

    Attributes
    ----------
    frame_index
        Which frame of the object, from 0.
    position_mm
        Along the normal; None where unknown.
    tile
        Which tile of the frame, where the frame is a mosaic; None for a whole frame.
    """

    sop_uid: str = field(repr=False)
    frame_index: int
    position_mm: float | None
    tile: int | None = None


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
    label
        What tells it from other sets of its series, for people: ``b 1000``, ``TE 90 ms``; empty for the only one.
    order
        Its place among the sets of its series.
    warnings
        For the reader: missing images, uneven gaps, tilt, repeated positions.
    missing
        Where images seem to be missing.
    remarks
        What is worth knowing and no fault.
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
    label: str = field(default="", repr=False)
    order: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    missing: tuple[MissingImages, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Series description and what tells this set from the others of the series."""
        return " · ".join(each for each in (self.description, self.label) if each)

    @property
    def is_clip(self) -> bool:
        """Whether it is one multi-frame object over time, at one place or none: to be played, not scrolled through."""
        is_object = len(self.instances) == 1 and self.instances[0].frames > 1
        return is_object and (self.is_at_one_place or self.frames[0].position_mm is None)

    @cached_property
    def is_at_one_place(self) -> bool:
        """Whether all its pictures lie at one place of the patient: it is over time, or over echoes."""
        places = {frame.position_mm for frame in self.frames}
        return len(self.frames) > 1 and len(places) == 1 and None not in places

    @property
    def played(self) -> tuple[int, int]:
        """First and last picture of the clip that are to be played: all, unless the object says otherwise."""
        trim = self.instances[0].details.trim if self.is_clip else None
        return trim if trim is not None and trim[1] < len(self.frames) else (0, len(self.frames) - 1)

    def header_at(self, index: int) -> InstanceHeader:
        """The header of picture ``index``, as it holds for that frame."""
        found = self._headers.get(index)
        if found is None:
            frame = self.frames[index]
            picture = frame.frame_index if frame.tile is None else frame.tile
            found = self._headers[index] = self._by_uid[frame.sop_uid].of_picture(picture)
        return found

    @cached_property
    def _headers(self) -> dict[int, InstanceHeader]:
        return {}

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
    found = [_display_set(part, series, regions) for series in by_series.values() for part in parts_of(series.values())]
    return tuple(sorted(found, key=_by_series))


def _by_series(display_set: DisplaySet) -> tuple[float, str, float, tuple[int, ...], str]:
    first = display_set.instances[0].instance_number
    series = (or_last(display_set.series_number), display_set.series_uid)
    return (*series, or_last(first), display_set.order, display_set.uid)


def _display_set(part: Part, series: dict[str, InstanceHeader], regions: BodyRegions) -> DisplaySet:
    pictures, geometry = _sorted(part)
    headers = [picture.header for picture in pictures]
    first = headers[0]
    instances = tuple(series[uid] for uid in dict.fromkeys(header.sop_uid for header in headers))
    unread = _MOSAIC if any(is_mosaic(each) and each.mosaic is None for each in instances) else ""
    return DisplaySet(
        uid=f"{first.series_uid}/{part.name}",
        study_uid=first.study_uid,
        series_uid=first.series_uid,
        modality=first.modality,
        description=first.series_description,
        series_number=first.series_number,
        instances=instances,
        frames=_frames(pictures, series, geometry),
        plane=_plane(headers),
        laterality=_common(header.laterality for header in headers),
        view=_common(header.view_position for header in headers),
        frame_of_reference=_common(frame_of_reference_of(header) for header in headers),
        is_localizer=first.is_localizer,
        is_reconstructable=geometry is not None and geometry.is_even and len(headers) >= _SMALLEST_VOLUME,
        body_region=regions.region_of(first),
        label=", ".join(part.labels),
        order=part.ranks,
        warnings=tuple(each for each in (unread, *part.warnings, *(geometry.warnings if geometry else ())) if each),
        missing=geometry.missing if geometry else (),
        remarks=geometry.remarks if geometry else (),
    )


def _sorted(part: Part) -> tuple[Sequence[Picture], StackGeometry | None]:
    """A stack in the order of its positions; other pictures in the order in which they were made."""
    if not _is_stack(part.pictures):
        return sorted(part.pictures, key=lambda picture: picture.order), None
    pictures = sorted(part.pictures, key=_by_position)
    return pictures, geometry_of([picture.header for picture in pictures])


def _is_stack(pictures: Sequence[Picture]) -> bool:
    """Parallel pictures, all with a position: geometry decides their order."""
    first = pictures[0].header
    return all(
        position_along_normal(picture.header) is not None and same_orientation(first, picture.header)
        for picture in pictures
    )


def _by_position(picture: Picture) -> tuple[float, float, float, float, float, str, int]:
    """Along the normal, then in time."""
    details = picture.header.details
    place = round(position_along_normal(picture.header) or 0.0, _POSITION_DIGITS)
    delay = details.cardiac_percent if details.cardiac_delay_ms is None else details.cardiac_delay_ms
    moment = (or_last(details.temporal_position), float("inf") if delay is None else delay)
    return (place, *moment, *picture.order)


def _frames(
    pictures: Sequence[Picture], series: dict[str, InstanceHeader], geometry: StackGeometry | None
) -> tuple[FrameRef, ...]:
    positions = geometry.positions_mm if geometry else (None,) * len(pictures)
    return tuple(
        _reference(picture, series[picture.header.sop_uid], position)
        for picture, position in zip(pictures, positions, strict=True)
    )


def _reference(picture: Picture, whole: InstanceHeader, position: float | None) -> FrameRef:
    if whole.mosaic is not None:
        return FrameRef(whole.sop_uid, 0, position, tile=picture.index)
    return FrameRef(whole.sop_uid, picture.index, position)


def _plane(headers: Sequence[InstanceHeader]) -> str:
    if headers[0].modality in PROJECTION_MODALITIES:
        return "PROJECTION"
    one_of_each = {header.orientation: header for header in headers}.values()
    return _common(plane_of(header.normal) for header in one_of_each) or "NONE"


def _common(values: Iterable[str]) -> str:
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else ""
