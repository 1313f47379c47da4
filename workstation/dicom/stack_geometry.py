"""How a stack of images lies in space: positions along the normal, gaps, tilt, and what to warn of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from workstation.dicom.header import InstanceHeader
from workstation.dicom.orientation import angle_deg, dot

_SAME_POSITION_MM = 0.01
_UNEVEN_SHARE = 0.02  # of the median gap; scanners round positions to a few micrometres
_UNEVEN_MM = 0.02
_TILT_DEG = 0.5


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
    """

    positions_mm: tuple[float | None, ...]
    is_even: bool
    warnings: tuple[str, ...]


def position_along_normal(header: InstanceHeader) -> float | None:
    """Distance of the image plane from the origin of the frame of reference, in mm."""
    normal = header.normal
    return dot(header.position, normal) if header.position is not None and normal is not None else None


def geometry_of(stack: Sequence[InstanceHeader]) -> StackGeometry:
    """Look at a sorted stack of single-frame images."""
    positions = tuple(position_along_normal(header) for header in stack)
    known = [each for each in positions if each is not None]
    if len(known) < len(positions) or len(known) < 2:
        missing = len(positions) - len(known)
        told = [f"{missing} of {len(positions)} images state no position"] if 0 < missing < len(positions) else []
        return StackGeometry(positions, is_even=False, warnings=tuple(told))
    gaps, repeats = _gaps(known)
    found = (_repeat_warning(repeats), _gap_warning(gaps), _tilt_warning(stack), _size_warning(stack))
    warnings = tuple(each for each in found if each)
    return StackGeometry(positions, is_even=len(gaps) > 1 and not warnings, warnings=warnings)


def _gaps(positions: Sequence[float]) -> tuple[list[float], int]:
    """Distances between distinct positions, and how many images repeat one."""
    steps = [b - a for a, b in pairwise(positions)]
    gaps = [step for step in steps if step > _SAME_POSITION_MM]
    return gaps, len(steps) - len(gaps)


def _repeat_warning(repeats: int) -> str:
    return f"{repeats} of the images lie where another one lies" if repeats else ""


def _gap_warning(gaps: Sequence[float]) -> str:
    if len(gaps) < 2:
        return ""
    middle = median(gaps)
    if max(abs(gap - middle) for gap in gaps) <= max(_UNEVEN_MM, _UNEVEN_SHARE * middle):
        return ""
    return f"Uneven gaps between images: {min(gaps):.2f} to {max(gaps):.2f} mm"


def _tilt_warning(stack: Sequence[InstanceHeader]) -> str:
    """Seen in the geometry itself: the images are shifted within their plane from one to the next."""
    first, last = stack[0], stack[-1]
    tilt = 0.0
    if first.position is not None and last.position is not None and first.normal is not None:
        path = [b - a for a, b in zip(first.position, last.position, strict=True)]
        tilt = angle_deg(path, first.normal)
    if tilt <= _TILT_DEG:
        return ""
    return f"Gantry tilt {tilt:.1f}°: the stack is sheared"


def _size_warning(stack: Sequence[InstanceHeader]) -> str:
    shapes = {(header.rows, header.columns, header.spacing) for header in stack}
    return "The images differ in size or pixel spacing" if len(shapes) > 1 else ""
