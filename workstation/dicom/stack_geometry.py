"""How a stack of pictures lies in space: positions along the normal, gaps, tilt, and what a reader must be told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from workstation.dicom.header import InstanceHeader, Vector
from workstation.dicom.orientation import angle_deg, cross, dot

_SAME_POSITION_MM = 0.01
_UNEVEN_SHARE = 0.02  # of the median gap; scanners round positions to a few micrometres
_UNEVEN_MM = 0.02
_TILT_DEG = 0.5
_WHOLE_SHARE = 0.06  # a gap is so many usual ones when it is that within this share of a usual one
_MOST_MISSING_SHARE = 0.25  # of the gaps: with more of them, the spacing changes rather than that images are missing
_MOST_NAMED = 3

Orientation = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class MissingImages:
    """A hole in a stack: ``count`` images seem to be missing after picture ``after`` (index from 0)."""

    after: int
    count: int
    gap_mm: float


@dataclass(frozen=True)
class StackGeometry:
    """What holds for a sorted stack.

    Attributes
    ----------
    positions_mm
        Along the normal, one per image; None where an image has no position.
    is_even
        Distinct positions at equal distances, along the normal: a volume can be made without correction.
    warnings
        In plain words, for the reader.
    missing
        Where images seem to be missing.
    remarks
        What is worth knowing and no fault: overlapping slices.
    """

    positions_mm: tuple[float | None, ...]
    is_even: bool
    warnings: tuple[str, ...]
    missing: tuple[MissingImages, ...] = ()
    remarks: tuple[str, ...] = ()


def position_of(header: InstanceHeader) -> Vector | None:
    """Where the first pixel lies, as `place_of` gives it."""
    if header.position is not None and header.orientation is not None:
        return header.position
    own = header.details
    return own.volume_position if own.volume_orientation is not None else None


def place_of(header: InstanceHeader) -> tuple[Vector | None, Vector | None]:
    """Position and normal: in the patient, else (an ultrasound volume) in the object's own coordinates."""
    if header.orientation is not None and header.position is not None:
        return header.position, header.normal
    own = header.details
    if own.volume_position is not None and own.volume_orientation is not None:
        return own.volume_position, cross(own.volume_orientation[:3], own.volume_orientation[3:])
    return None, header.normal


def orientation_of(header: InstanceHeader) -> Orientation | None:
    """Row and column cosines in the coordinates that `place_of` uses."""
    return header.orientation if header.orientation is not None else header.details.volume_orientation


def frame_of_reference_of(header: InstanceHeader) -> str:
    """The frame of reference in which `place_of` gives positions."""
    own = header.details
    is_patient = header.orientation is not None or own.volume_orientation is None
    return header.frame_of_reference if is_patient else own.volume_frame_of_reference


def position_along_normal(header: InstanceHeader) -> float | None:
    """Distance of the image plane from the origin of the frame of reference, in mm."""
    position, normal = place_of(header)
    return dot(position, normal) if position is not None and normal is not None else None


def geometry_of(stack: Sequence[InstanceHeader]) -> StackGeometry:
    """Look at a sorted stack of parallel images, each as it is shown: a frame, a tile or a whole image."""
    positions = tuple(position_along_normal(header) for header in stack)
    known = [each for each in positions if each is not None]
    if len(known) < len(positions) or len(known) < 2:
        missing = len(positions) - len(known)
        told = [f"{missing} of {len(positions)} images state no position"] if 0 < missing < len(positions) else []
        return StackGeometry(positions, is_even=False, warnings=tuple(told))
    if known[-1] - known[0] <= _SAME_POSITION_MM:  # one place, again and again: a clip
        return StackGeometry(positions, is_even=False, warnings=_kept(_size_warning(stack)))
    gaps = [b - a for a, b in pairwise(known)]
    missing_images = _missing(gaps)
    gap_warning = _missing_warning(missing_images, gaps) or _gap_warning(_distinct(gaps))
    warnings = _kept(_repeat_warning(gaps), gap_warning, _tilt_warning(stack), _size_warning(stack))
    is_even = len(_distinct(gaps)) > 1 and not warnings
    return StackGeometry(positions, is_even, warnings, missing_images, _kept(_overlap_remark(stack, gaps)))


def _kept(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _distinct(gaps: Sequence[float]) -> list[float]:
    """Distances between distinct positions."""
    return [gap for gap in gaps if gap > _SAME_POSITION_MM]


def _tolerance(usual: float) -> float:
    return max(_UNEVEN_MM, _UNEVEN_SHARE * usual)


def _missing(gaps: Sequence[float]) -> tuple[MissingImages, ...]:
    """Gaps of two, three, … usual ones in a stack that is otherwise even; none in one whose spacing just varies."""
    distinct = _distinct(gaps)
    if len(distinct) < 3:
        return ()
    usual = median(distinct)
    holes = []
    for after, gap in enumerate(gaps):
        times = round(gap / usual)
        if gap <= _SAME_POSITION_MM or abs(gap - usual) <= _tolerance(usual):
            continue
        if times < 2 or abs(gap - times * usual) > _WHOLE_SHARE * usual:
            return ()
        holes.append(MissingImages(after, times - 1, gap))
    most = max(1, math.floor(_MOST_MISSING_SHARE * len(distinct)))
    return tuple(holes) if len(holes) <= most else ()


def _missing_warning(holes: Sequence[MissingImages], gaps: Sequence[float]) -> str:
    if not holes:
        return ""
    usual = median(_distinct(gaps))
    first = holes[0]
    total = sum(hole.count for hole in holes)
    seem = "image seems" if total == 1 else "images seem"
    if len(holes) == 1:
        where = f"between {first.after + 1} and {first.after + 2} (gap {first.gap_mm:.3g} mm, usual {usual:.3g} mm)"
        return f"{total} {seem} to be missing {where}"
    named = ", ".join(str(hole.after + 1) for hole in holes[:_MOST_NAMED])
    more = len(holes) - _MOST_NAMED
    further = f" and at {more} more {'place' if more == 1 else 'places'}" if more > 0 else ""
    return f"{total} {seem} to be missing: after {named}{further} (usual gap {usual:.3g} mm)"


def _repeat_warning(gaps: Sequence[float]) -> str:
    again = [number for number, gap in enumerate(gaps, 2) if gap <= _SAME_POSITION_MM]
    if not again:
        return ""
    if len(again) == 1:
        return f"Image {again[0]} lies where another one lies"
    return f"{len(again)} of the images lie where another one lies"


def _gap_warning(gaps: Sequence[float]) -> str:
    if len(gaps) < 2:
        return ""
    middle = median(gaps)
    if max(abs(gap - middle) for gap in gaps) <= _tolerance(middle):
        return ""
    return f"Uneven gaps between images: {min(gaps):.2f} to {max(gaps):.2f} mm"


def _tilt_warning(stack: Sequence[InstanceHeader]) -> str:
    """Seen in the geometry itself: the images are shifted within their plane from one to the next."""
    (start, normal), (end, _) = place_of(stack[0]), place_of(stack[-1])
    tilt = 0.0
    if start is not None and end is not None and normal is not None:
        path = [b - a for a, b in zip(start, end, strict=True)]
        tilt = angle_deg(path, normal)
    if tilt <= _TILT_DEG:
        return ""
    return f"Gantry tilt {tilt:.1f}°: the stack is sheared"


def _size_warning(stack: Sequence[InstanceHeader]) -> str:
    shapes = {(header.rows, header.columns, _rounded(header.spacing)) for header in stack}
    return "The images differ in size or pixel spacing" if len(shapes) > 1 else ""


def _rounded(spacing: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if spacing is None else (round(spacing[0], 5), round(spacing[1], 5))


def _overlap_remark(stack: Sequence[InstanceHeader], gaps: Sequence[float]) -> str:
    thicknesses = {header.slice_thickness for header in stack}
    thickness = thicknesses.pop() if len(thicknesses) == 1 else None
    usual = median(_distinct(gaps))
    if thickness is None or thickness <= usual + _tolerance(usual):
        return ""
    return f"Slices overlap: {thickness:.3g} mm thick, {usual:.3g} mm apart"
