"""Where the slices of a stack lie in the patient, from their headers alone: the ground a volume stands on.

Order comes from the positions along the normal, never from the order of files. Nothing is assumed of the distances
between slices: an uneven stack, a sheared one (gantry tilt) and one with missing slices keep every slice where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from workstation.dicom.display_sets import DisplaySet
from workstation.dicom.header import InstanceHeader
from workstation.imaging.errors import CannotReformat

FloatArray = NDArray[np.float64]

LEAST_SLICES = 3
GAP_FACTOR = 1.5
"""A distance above this many times the usual one means that images are missing between two slices."""
_SAME_PLACE_MM = 0.01
_TOUCHING = 1.1  # times the slice thickness: slices that far apart or nearer touch
_EDGE_MM = 1e-9
_EVEN_MM = 0.02  # scanners round positions to a few micrometres, some to a hundredth of a millimetre
_EVEN_SHARE = 0.02
_UNIT_TOLERANCE = 1e-3


@dataclass(frozen=True)
class Gap:
    """A stretch of the stack without images, mm along the normal: from the edge of one slice to that of the next."""

    begin_mm: float
    end_mm: float

    @property
    def length_mm(self) -> float:
        return self.end_mm - self.begin_mm


@dataclass(frozen=True, eq=False)
class Bracket:
    """Between which two slices places along the normal lie.

    Attributes
    ----------
    lower, upper
        Numbers of slices in the order of positions, same shape as the places asked for.
    share
        How far from ``lower`` to ``upper``, 0 to 1.
    inside
        Whether there are images: neither beyond the ends of the stack nor in a gap.
    """

    lower: NDArray[np.intp]
    upper: NDArray[np.intp]
    share: FloatArray
    inside: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class VolumeGrid:
    """The slices of a stack in patient coordinates (LPS, mm; PS3.3 C.7.6.2.1.1).

    Attributes
    ----------
    slots
        Which picture of the display set lies at each place, (slices,), in the order of places along the normal.
    origins_mm
        Centre of the first pixel of each slice, (slices, 3).
    across, down
        Unit vectors along a row (columns run so) and along a column.
    rows, columns
        Of each slice.
    spacing_mm
        Between columns, between rows, and usually between slices along the normal.
    thicknesses_mm
        Slice thickness of each slice, (slices,); 0 where it is not stated.
    repeats
        Pictures left out because one with a lower instance number lies at the same place.
    """

    slots: NDArray[np.intp]
    origins_mm: FloatArray
    across: FloatArray
    down: FloatArray
    rows: int
    columns: int
    spacing_mm: tuple[float, float, float]
    thicknesses_mm: FloatArray
    frame_of_reference: str = ""
    repeats: int = 0

    @property
    def slices(self) -> int:
        """Number of different places."""
        return len(self.slots)

    @cached_property
    def normal(self) -> FloatArray:
        """Unit vector along which the slices are sorted."""
        return np.cross(self.across, self.down)

    @cached_property
    def places_mm(self) -> FloatArray:
        """Of each slice along the normal, ascending, (slices,)."""
        return np.asarray(self.origins_mm @ self.normal, dtype=np.float64)

    @cached_property
    def step_mm(self) -> FloatArray:
        """From one slice to the next, on the whole: sheared against the normal in a tilted stack, (3,)."""
        return np.asarray((self.origins_mm[-1] - self.origins_mm[0]) / (self.slices - 1), dtype=np.float64)

    @cached_property
    def is_even(self) -> bool:
        """Whether one affine matrix puts every slice where it is."""
        expected = self.origins_mm[0] + np.arange(self.slices)[:, None] * self.step_mm
        off_mm = np.linalg.norm(self.origins_mm - expected, axis=1).max()
        return bool(off_mm <= max(_EVEN_MM, _EVEN_SHARE * self.spacing_mm[2]))

    @cached_property
    def is_orthogonal(self) -> bool:
        """Whether slices lie straight above one another: no tilt, no shift."""
        shifts = self.origins_mm - self.origins_mm[0]
        sideways = np.abs(shifts @ np.stack([self.across, self.down], axis=1)).max(axis=0)
        return bool((sideways <= _EVEN_MM + _EVEN_SHARE * np.array(self.spacing_mm[:2])).all())

    @cached_property
    def is_straight(self) -> bool:
        """Whether slices lie above one another along one straight line, upright or tilted."""
        share = (self.places_mm - self.places_mm[0]) / (self.places_mm[-1] - self.places_mm[0])
        expected = self.origins_mm[0] + share[:, None] * (self.origins_mm[-1] - self.origins_mm[0])
        off_mm = np.linalg.norm(self.origins_mm - expected, axis=1).max()
        return bool(off_mm <= max(_EVEN_MM, _EVEN_SHARE * min(self.spacing_mm[:2])))

    @cached_property
    def affine(self) -> FloatArray:
        """(column, row, slice, 1) to patient mm, 4 × 4; of an uneven stack, with its average step."""
        matrix = np.eye(4)
        matrix[:3, 0] = self.across * self.spacing_mm[0]
        matrix[:3, 1] = self.down * self.spacing_mm[1]
        matrix[:3, 2] = self.step_mm
        matrix[:3, 3] = self.origins_mm[0]
        return matrix

    @cached_property
    def inverse_affine(self) -> FloatArray:
        """(x, y, z, 1) in patient mm to (column, row, slice, 1), 4 × 4."""
        return np.asarray(np.linalg.inv(self.affine), dtype=np.float64)

    @cached_property
    def is_gap(self) -> NDArray[np.bool_]:
        """Which distances from one slice to the next mean that images are missing between, (slices - 1,).

        Those above 1.5 times the usual one; but not where slices simply change to thicker ones that touch each other.
        """
        steps = np.diff(self.places_mm)
        is_wide = steps > GAP_FACTOR * self.spacing_mm[2]
        thick = (self.thicknesses_mm[:-1] + self.thicknesses_mm[1:]) / 2
        beside = np.maximum(np.append(steps[1:], 0.0), np.insert(steps[:-1], 0, 0.0))
        return np.asarray(is_wide & ~((steps <= _TOUCHING * thick) & (steps <= GAP_FACTOR * beside)))

    @cached_property
    def reach_mm(self) -> FloatArray:
        """How far each slice reaches where there is none beside it: half the way to the one on its other side."""
        steps = np.where(self.is_gap, np.inf, np.diff(self.places_mm))
        nearest = np.minimum(np.append(steps, np.inf), np.insert(steps, 0, np.inf))
        return np.asarray(np.where(np.isinf(nearest), self.spacing_mm[2], nearest) / 2, dtype=np.float64)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """Where images are missing."""
        begin, end = self.places_mm + self.reach_mm, self.places_mm - self.reach_mm
        found = (Gap(float(begin[n]), float(end[n + 1])) for n in np.flatnonzero(self.is_gap))
        return tuple(gap for gap in found if gap.length_mm > 0)

    def corners_mm(self) -> FloatArray:
        """The eight outermost pixel centres of the first and last slices and all those between, (n, 3)."""
        across = self.across * self.spacing_mm[0] * (self.columns - 1)
        down = self.down * self.spacing_mm[1] * (self.rows - 1)
        offsets = np.stack([0 * across, across, down, across + down])
        return np.asarray((self.origins_mm[:, None, :] + offsets).reshape(-1, 3), dtype=np.float64)

    def centre_mm(self) -> FloatArray:
        """The middle of the volume."""
        corners = self.corners_mm()
        return np.asarray((corners.reshape(self.slices, 4, 3).mean(axis=1)[[0, -1]]).mean(axis=0), dtype=np.float64)

    def without(self, pictures: Sequence[int]) -> VolumeGrid:
        """The same stack without some pictures of the display set (they could not be decoded).

        Raises
        ------
        CannotReformat
            When fewer than three slices remain.
        """
        kept = ~np.isin(self.slots, np.asarray(pictures, dtype=np.intp))
        if kept.sum() < LEAST_SLICES:
            raise CannotReformat("too many of its images cannot be shown")
        thicknesses = self.thicknesses_mm[kept]
        return replace(self, slots=self.slots[kept], origins_mm=self.origins_mm[kept], thicknesses_mm=thicknesses)

    def bracket(self, places_mm: FloatArray) -> Bracket:
        """The two slices on either side of each place along the normal.

        Beyond the ends of the stack and in a gap a slice counts alone as far as it reaches: both numbers' share is its.
        """
        mine = self.places_mm
        lower = np.clip(np.searchsorted(mine, places_mm, side="right") - 1, 0, self.slices - 2)
        upper = lower + 1
        before, after = places_mm - mine[lower], mine[upper] - places_mm
        share = np.clip(before / (mine[upper] - mine[lower]), 0.0, 1.0)
        is_gap = self.is_gap[lower]
        share = np.where(is_gap, (after < before).astype(np.float64), share)
        is_between = (before >= 0) & (after >= 0) & ~is_gap
        is_reached = (np.abs(before) <= self.reach_mm[lower] + _EDGE_MM) | (
            np.abs(after) <= self.reach_mm[upper] + _EDGE_MM
        )
        return Bracket(lower, upper, share, is_between | is_reached)


def grid_of(display_set: DisplaySet) -> VolumeGrid:
    """Where the slices of ``display_set`` lie.

    Raises
    ------
    CannotReformat
        When no volume can be made of it: fewer than three places, no or differing orientations, sizes or pixel
        spacings, colour; the text says which.
    """
    headers = [display_set.header_at(index) for index in range(len(display_set.frames))]
    first = _checked(headers)
    across, down = _unit_vectors(first)
    positions = np.array([header.position for header in headers], dtype=np.float64)
    slots, repeats = _sorted_slots(headers, positions @ np.cross(across, down))
    if len(slots) < LEAST_SLICES:
        raise CannotReformat(
            f"its images lie at {_counted(len(slots), 'place')}, and at least {LEAST_SLICES} are needed"
        )
    between_rows, between_columns = first.spacing or (1.0, 1.0)
    usual = float(np.median(np.diff(positions[slots] @ np.cross(across, down))))
    return VolumeGrid(
        slots=slots,
        origins_mm=positions[slots],
        across=across,
        down=down,
        rows=first.rows,
        columns=first.columns,
        spacing_mm=(between_columns, between_rows, usual),
        thicknesses_mm=np.array([headers[slot].slice_thickness or 0.0 for slot in slots]),
        frame_of_reference=first.frame_of_reference,
        repeats=repeats,
    )


def _checked(headers: Sequence[InstanceHeader]) -> InstanceHeader:
    """The first header, when all are alike enough to stand above one another."""
    first = headers[0]
    for is_so, why in _REASONS:
        if any(is_so(first, header) for header in headers):
            raise CannotReformat(why)
    if len(headers) < LEAST_SLICES:
        raise CannotReformat(f"it has {_counted(len(headers), 'image')}, and at least {LEAST_SLICES} are needed")
    return first


def _is_finite(header: InstanceHeader) -> bool:
    return bool(np.isfinite([*(header.position or ()), *(header.orientation or ())]).all())


def _usable_spacing(header: InstanceHeader) -> bool:
    if header.spacing is None or header.spacing_kind != "patient":
        return False
    return bool(np.isfinite(header.spacing).all()) and min(header.spacing) > 0


def _same_orientation(first: InstanceHeader, other: InstanceHeader) -> bool:
    if first.frame_of_reference != other.frame_of_reference:
        return False
    return bool(np.allclose(first.orientation or (), other.orientation or (), rtol=0, atol=_UNIT_TOLERANCE))


def _same_spacing(first: InstanceHeader, other: InstanceHeader) -> bool:
    return bool(np.allclose(first.spacing or (), other.spacing or (), rtol=1e-4))


_REASONS: tuple[tuple[Callable[[InstanceHeader, InstanceHeader], bool], str], ...] = (
    (lambda _, header: header.is_colour, "it is in colour"),
    (lambda _, header: header.orientation is None, "its images do not state how they lie in the patient"),
    (lambda _, header: header.position is None, "not all of its images state their position"),
    (lambda _, header: not _is_finite(header), "the positions of its images are not numbers"),
    (lambda _, header: not _usable_spacing(header), "the distance between its pixels is not known"),
    (lambda first, header: not _same_orientation(first, header), "its images lie in different orientations"),
    (lambda first, header: (first.rows, first.columns) != (header.rows, header.columns), "its images differ in size"),
    (lambda first, header: not _same_spacing(first, header), "its images differ in pixel spacing"),
)
"""What may be against a volume, tested from the top: each test may rely on those before it."""


def _unit_vectors(header: InstanceHeader) -> tuple[FloatArray, FloatArray]:
    """Row and column directions, made exactly perpendicular (files round them to a few digits)."""
    across, down = np.array(header.orientation, dtype=np.float64).reshape(2, 3)
    lengths = np.linalg.norm([across, down], axis=1)
    if np.abs(lengths - 1).max() > 0.01 or abs(float(across @ down)) > 0.01:
        raise CannotReformat("the orientation that its images state is not possible")
    across = across / lengths[0]
    down = down - (down @ across) * across
    return across, down / np.linalg.norm(down)


def _sorted_slots(headers: Sequence[InstanceHeader], places_mm: FloatArray) -> tuple[NDArray[np.intp], int]:
    """Pictures in the order of places; of several at one place the one with the lowest instance number."""
    numbers = [float("inf") if h.instance_number is None else h.instance_number for h in headers]
    order = sorted(range(len(headers)), key=lambda n: (places_mm[n], numbers[n], n))
    kept: list[int] = []
    for index in order:
        if kept and places_mm[index] - places_mm[kept[-1]] <= _SAME_PLACE_MM:
            if numbers[index] < numbers[kept[-1]]:
                kept[-1] = index
        else:
            kept.append(index)
    return np.array(kept, dtype=np.intp), len(order) - len(kept)


def _counted(count: int, what: str) -> str:
    return f"one {what}" if count == 1 else f"{count} {what}s"
