"""Planes through a volume: which way they look, where each pixel of them lies, and the header each one shows.

Radiological orientation: the patient's right is on the left of the screen; anterior is up in axial planes, the head in
coronal and sagittal ones. Planes that run along the axes of the volume (within half a degree) take its own pixels and
say so in their orientation; all others are interpolated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from workstation.dicom.header import FrameDetails, InstanceHeader, Vector
from workstation.dicom.orientation import dot
from workstation.imaging.slab import Slab
from workstation.imaging.volume_grid import FloatArray, VolumeGrid

_ALONG_AN_AXIS = math.cos(math.radians(0.5))
_MOST_PIXELS = 2048  # along one side of an interpolated plane
_EDGE = 1e-6


@dataclass(frozen=True)
class Orientation:
    """Which way a plane looks.

    Attributes
    ----------
    right, down
        Unit vectors in patient coordinates (LPS) along its rows and its columns.
    """

    name: str
    right: Vector
    down: Vector

    @property
    def normal(self) -> Vector:
        """Unit vector away from the reader: right × down."""
        (a, b, c), (d, e, f) = self.right, self.down
        return (b * f - c * e, c * d - a * f, a * e - b * d)

    def turned(self, degrees: float, *, about_vertical: bool) -> Orientation:
        """Turned about the vertical or the horizontal line through its middle.

        About the vertical the left edge comes nearer for positive angles, about the horizontal the upper one.
        """
        turn = math.radians(degrees)
        moved, fixed = (self.right, self.down) if about_vertical else (self.down, self.right)
        new = _unit(np.array(moved) * math.cos(turn) + np.array(self.normal) * math.sin(turn))
        new = _unit(np.array(new) - float(np.dot(new, fixed)) * np.array(fixed))
        right, down = (new, fixed) if about_vertical else (fixed, new)
        return next((each for each in ORTHOGONAL if each.is_like(right, down)), Orientation("OBLIQUE", right, down))

    def is_like(self, right: Vector, down: Vector) -> bool:
        """Whether these are its own directions, but for rounding."""
        return np.allclose([self.right, self.down], [right, down], atol=_EDGE)


AXIAL = Orientation("AXIAL", (1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
CORONAL = Orientation("CORONAL", (1.0, 0.0, 0.0), (0.0, 0.0, -1.0))
SAGITTAL = Orientation("SAGITTAL", (0.0, 1.0, 0.0), (0.0, 0.0, -1.0))
ORTHOGONAL = (AXIAL, CORONAL, SAGITTAL)


def oblique(normal: Vector, up: Vector) -> Orientation:
    """The plane across ``normal`` (away from the reader) with ``up`` as nearly upwards as the plane allows.

    Raises
    ------
    ValueError
        When the two are parallel, or one has no length.
    """
    away = np.array(_unit(np.array(normal, dtype=np.float64)))
    down = -np.array(up, dtype=np.float64)
    down = np.array(_unit(down - (down @ away) * away))
    return Orientation("OBLIQUE", _vector(np.cross(down, away)), _vector(down))


def acquisition_orientations(grid: VolumeGrid) -> tuple[Orientation, ...]:
    """The three planes along the axes of the volume: its own slices, then across its rows and its columns.

    Each is turned by quarters so that it looks as much as possible as the orthogonal plane it is nearest to.
    """
    axes = (grid.across, grid.down, grid.normal)
    return tuple(_upright(axes[a], axes[b]) for a, b in ((0, 1), (0, 2), (1, 2)))


def _upright(one: FloatArray, other: FloatArray) -> Orientation:
    normal = np.cross(one, other)
    like = max(ORTHOGONAL, key=lambda each: abs(float(normal @ each.normal)))
    choices = [sign * axis for axis in (one, other) for sign in (1.0, -1.0)]
    right = max(choices, key=lambda axis: float(axis @ like.right))
    across = [axis for axis in choices if abs(float(axis @ right)) < 0.5]
    down = max(across, key=lambda axis: float(axis @ like.down))
    return Orientation(like.name, _vector(right), _vector(down))


@dataclass(frozen=True)
class Axis:
    """An axis of the volume: 0 columns, 1 rows, 2 slices; ``is_reversed`` where the plane runs against it."""

    number: int
    is_reversed: bool


@dataclass(frozen=True)
class Planes:
    """Parallel planes through a volume, all of one size, numbered along their normal.

    Attributes
    ----------
    first_mm
        Centre of the first pixel of plane 0, patient coordinates.
    spacing_mm
        Between rows, between columns.
    step_mm
        From one plane to the next.
    samples, sample_step_mm
        How many sheets a slab is made of, and how far apart they are; 1 for a thin plane.
    axes
        Along which axes of the volume right, down and the normal run; None when the planes must be interpolated.
    """

    orientation: Orientation
    first_mm: Vector
    rows: int
    columns: int
    spacing_mm: tuple[float, float]
    step_mm: float
    count: int
    slab: Slab
    samples: int
    sample_step_mm: float
    axes: tuple[Axis, Axis, Axis] | None = None

    @property
    def thickness_mm(self) -> float:
        """What a slab really covers; of a thin plane, the size of a voxel across it."""
        return self.samples * self.sample_step_mm if self.samples > 1 else self.step_mm

    @property
    def is_slab(self) -> bool:
        """Whether a pixel is made of several places along the normal."""
        return self.samples > 1

    def first_pixel_mm(self, index: int) -> Vector:
        """Image Position (Patient) of plane ``index``."""
        (x, y, z), (a, b, c) = self.first_mm, self.orientation.normal
        away = index * self.step_mm
        return (x + away * a, y + away * b, z + away * c)

    def place_mm(self, index: int) -> float:
        """Of plane ``index`` along the normal."""
        return dot(self.first_pixel_mm(index), self.orientation.normal)

    def centre_mm(self, index: int) -> Vector:
        """The middle of plane ``index``."""
        along = (self.columns - 1) / 2 * self.spacing_mm[1] * np.array(self.orientation.right)
        down = (self.rows - 1) / 2 * self.spacing_mm[0] * np.array(self.orientation.down)
        return _vector(np.array(self.first_pixel_mm(index)) + along + down)

    def nearest(self, point_mm: Vector) -> int:
        """The plane that lies nearest to a point."""
        away = dot(point_mm, self.orientation.normal) - self.place_mm(0)
        return min(max(round(away / self.step_mm), 0), self.count - 1)

    def header(self, index: int, like: InstanceHeader, uid: str) -> InstanceHeader:
        """The header of plane ``index``: geometry of its own, all else as in the volume it is cut from.

        Parameters
        ----------
        like
            Header of the volume.
        uid
            What the plane is called in memory; it is no SOP Instance UID and never leaves the program.
        """
        return replace(
            like,
            sop_uid=uid,
            instance_number=index + 1,
            rows=self.rows,
            columns=self.columns,
            frames=1,
            position=self.first_pixel_mm(index),
            orientation=(*self.orientation.right, *self.orientation.down),
            spacing=self.spacing_mm,
            spacing_kind="patient",
            pixel_aspect=self.spacing_mm[0] / self.spacing_mm[1],
            slice_thickness=self.thickness_mm,
            gantry_tilt=None,
            patient_orientation=(),
            image_type=("DERIVED", "SECONDARY", "REFORMATTED"),
            pixel=replace(like.pixel, padding=None),
            details=FrameDetails(),
            mosaic=None,
            shutter=None,
            overlays=(),
            per_frame=None,
        )


def planes_of(grid: VolumeGrid, orientation: Orientation, slab: Slab | None = None) -> Planes:
    """All planes through a volume that look in one direction, a voxel apart."""
    slab = slab or Slab()
    axes = _axes_along(grid, orientation)
    return _interpolated(grid, orientation, slab) if axes is None else _aligned(grid, orientation.name, slab, axes)


def _axes_along(grid: VolumeGrid, orientation: Orientation) -> tuple[Axis, Axis, Axis] | None:
    """Which axes of the volume the plane runs along; None when it does not, or slices are shifted (tilt)."""
    if not grid.is_orthogonal:
        return None
    found = []
    for wanted in (orientation.right, orientation.down, orientation.normal):
        along = np.stack([grid.across, grid.down, grid.normal]) @ np.array(wanted)
        number = int(np.argmax(np.abs(along)))
        if abs(along[number]) < _ALONG_AN_AXIS:
            return None
        found.append(Axis(number, bool(along[number] < 0)))
    return found[0], found[1], found[2]


def _aligned(grid: VolumeGrid, name: str, slab: Slab, axes: tuple[Axis, Axis, Axis]) -> Planes:
    sizes = (grid.columns, grid.rows, slice_rows(grid))
    steps = (*grid.spacing_mm[:2], slice_step_mm(grid))
    directions = [_direction(grid, axis) for axis in axes]
    across = axes[2].number
    samples = min(slab.sheets(steps[across]), sizes[across])
    start = [sizes[axis.number] - 1 if axis.is_reversed else 0 for axis in axes]
    corner = grid.origins_mm[0].copy()
    for axis, at in zip(axes, start, strict=True):
        corner += at * steps[axis.number] * _direction(grid, Axis(axis.number, is_reversed=False))
    if samples % 2 == 0:  # an even number of slices has its middle between two of them
        corner += steps[across] / 2 * directions[2]
    return Planes(
        orientation=Orientation(name, _vector(directions[0]), _vector(directions[1])),
        first_mm=_vector(corner),
        rows=sizes[axes[1].number],
        columns=sizes[axes[0].number],
        spacing_mm=(steps[axes[1].number], steps[axes[0].number]),
        step_mm=steps[across],
        count=sizes[across] - (samples % 2 == 0),
        slab=slab,
        samples=samples,
        sample_step_mm=steps[across],
        axes=axes,
    )


def slice_step_mm(grid: VolumeGrid) -> float:
    """Distance of the rows of a plane that runs across the slices: theirs when even.

    Of uneven slices the smallest one, but no smaller than a pixel is wide.
    """
    if grid.is_even:
        return float((grid.places_mm[-1] - grid.places_mm[0]) / (grid.slices - 1))
    smallest = float(np.diff(grid.places_mm).min())
    return min(grid.spacing_mm[2], max(smallest, *grid.spacing_mm[:2]))


def slice_rows(grid: VolumeGrid) -> int:
    """How many such rows it takes to cover the stack."""
    if grid.is_even:
        return grid.slices
    length_mm = float(grid.places_mm[-1] - grid.places_mm[0])
    return math.ceil(length_mm / slice_step_mm(grid) - _EDGE) + 1


def _direction(grid: VolumeGrid, axis: Axis) -> FloatArray:
    unit = (grid.across, grid.down, grid.normal)[axis.number]
    return -unit if axis.is_reversed else unit


def _interpolated(grid: VolumeGrid, orientation: Orientation, slab: Slab) -> Planes:
    """Planes that cover the whole volume, with pixels as small as its smallest."""
    frame = np.array([orientation.right, orientation.down, orientation.normal])
    corners = (grid.corners_mm() - grid.centre_mm()) @ frame.T
    extent, middle = np.ptp(corners, axis=0), (corners.min(axis=0) + corners.max(axis=0)) / 2
    pixel_mm = max(min(grid.spacing_mm[:2]), float(extent[:2].max()) / (_MOST_PIXELS - 1))
    columns, rows = (math.floor(side / pixel_mm + _EDGE) + 1 for side in extent[:2])
    step_mm = voxel_across_mm(grid, orientation)
    count = math.floor(extent[2] / step_mm + _EDGE) + 1
    samples = slab.sheets(step_mm)
    half = np.array([(columns - 1) * pixel_mm, (rows - 1) * pixel_mm, (count - 1) * step_mm]) / 2
    return Planes(
        orientation=orientation,
        first_mm=_vector(grid.centre_mm() + (middle - half) @ frame),
        rows=rows,
        columns=columns,
        spacing_mm=(pixel_mm, pixel_mm),
        step_mm=step_mm,
        count=count,
        slab=slab,
        samples=samples,
        sample_step_mm=slab.thickness_mm / samples if samples > 1 else step_mm,
    )


def voxel_across_mm(grid: VolumeGrid, orientation: Orientation) -> float:
    """How thick a voxel is along the normal of a plane: the way along it that changes the indices by one."""
    indices_per_mm = np.linalg.solve(grid.affine[:3, :3], np.array(orientation.normal))
    return float(1.0 / np.linalg.norm(indices_per_mm))


def _unit(vector: FloatArray) -> Vector:
    length = float(np.linalg.norm(vector))
    if not length > _EDGE:
        raise ValueError("a direction has no length")
    return _vector(vector / length)


def _vector(numbers: FloatArray) -> Vector:
    x, y, z = (float(each) + 0.0 for each in numbers)
    return x, y, z
