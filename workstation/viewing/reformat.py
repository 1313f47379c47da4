"""A reformat of a stack in a viewport: planes through its volume, scrolled, windowed and linked as any stack is.

Nothing here touches a pixel: where the planes lie follows from the headers alone, so that the state of the viewport
changes at once and the pixels come when they are ready.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from workstation.dicom.display_sets import DisplaySet, FrameRef
from workstation.dicom.header import InstanceHeader, Vector
from workstation.dicom.orientation import dot, plane_of
from workstation.imaging.errors import CannotReformat
from workstation.imaging.modality_lut import is_window_on_stored_values
from workstation.imaging.placement import Presentation
from workstation.imaging.planes import ORTHOGONAL, Orientation, Planes, acquisition_orientations, planes_of
from workstation.imaging.slab import Slab
from workstation.imaging.volume import volume_header
from workstation.imaging.volume_grid import VolumeGrid, grid_of
from workstation.viewing.viewport_state import ViewportState

_MARK = "REFORMATTED"


@dataclass(frozen=True, kw_only=True)
class ReformattedSet(DisplaySet):
    """Planes through the volume of another display set, in the place of its pictures.

    Attributes
    ----------
    source
        What was acquired.
    grid
        Where its slices lie.
    planes
        Where the planes lie; ``frames`` has one for each.
    like
        Header of the volume, from which each plane has all but its geometry.
    point_mm
        Where the reader was looking when these planes were chosen, patient coordinates: planes in another direction
        go through it, too.
    """

    source: DisplaySet
    grid: VolumeGrid
    planes: Planes
    like: InstanceHeader
    point_mm: Vector

    def header_at(self, index: int) -> InstanceHeader:
        """The header of plane ``index``: derived, with a position and an orientation of its own."""
        found = self._made.get(index)
        if found is None:
            found = self._made[index] = self.planes.header(index, self.like, self.frames[index].sop_uid)
        return found

    @property
    def mark(self) -> str:
        """What is always written on it: ``REFORMATTED CORONAL · MIP 10 mm``."""
        name = f"{_MARK} {self.plane}"
        if not self.planes.is_slab:
            return name
        return f"{name} · {self.planes.slab.projection} {self.planes.thickness_mm:.3g} mm"

    @cached_property
    def _made(self) -> dict[int, InstanceHeader]:
        return {}


def mark_of(display_set: DisplaySet) -> str:
    """The mark of a reformat; empty for images as they were acquired."""
    return display_set.mark if isinstance(display_set, ReformattedSet) else ""


def acquired_set(display_set: DisplaySet) -> DisplaySet:
    """What was acquired: the source of a reformat, else the display set itself."""
    return display_set.source if isinstance(display_set, ReformattedSet) else display_set


def reformatted(state: ViewportState, name: str) -> ViewportState:
    """The stack seen as AXIAL, CORONAL or SAGITTAL planes, through the middle of the picture shown now.

    Raises
    ------
    CannotReformat
        When no volume can be made of the stack; the text says why.
    """
    orientation = next(each for each in ORTHOGONAL if each.name == name)
    return _with_planes(state, lambda _: orientation)


def next_reformat(state: ViewportState) -> ViewportState:
    """Axial, coronal, sagittal planes in turn, then the acquired images again."""
    names = [each.name for each in ORTHOGONAL]
    if not isinstance(state.display_set, ReformattedSet):
        return reformatted(state, names[0])
    shown = state.display_set.planes.orientation.name
    place = names.index(shown) + 1 if shown in names else len(names)
    return reformatted(state, names[place]) if place < len(names) else acquired(state)


def acquired(state: ViewportState) -> ViewportState:
    """The images as they were acquired, at the place the reader was at."""
    if not isinstance(state.display_set, ReformattedSet):
        return state
    source, point = state.display_set.source, focus_mm(state)
    distances = [_distance(source.header_at(index), point) for index in range(len(source.frames))]
    return _begun(state, source, min(range(len(distances)), key=lambda index: distances[index]))


def turned(state: ViewportState, degrees: float, *, about_vertical: bool) -> ViewportState:
    """The planes turned about the vertical or the horizontal line of the screen; acquired images turn into planes.

    Raises
    ------
    CannotReformat
    """
    return _with_planes(state, lambda now: now.turned(degrees, about_vertical=about_vertical))


def with_slab(state: ViewportState, change: Callable[[Slab], Slab]) -> ViewportState:
    """The planes with another slab; acquired images become planes in their own direction.

    Raises
    ------
    CannotReformat
    """
    return _with_planes(state, lambda now: now, change)


def regrown(state: ViewportState, display_set: DisplaySet) -> ViewportState:
    """The same reformat of a stack of which more images have come."""
    shown = state.display_set
    if not isinstance(shown, ReformattedSet) or shown.source == display_set:
        return state
    point = focus_mm(state)
    try:
        grown = _planes_through(display_set, shown.planes.orientation, shown.planes.slab, point)
    except CannotReformat:
        return ViewportState(display_set).at(len(display_set.frames) // 2)
    return replace(state, display_set=grown, index=grown.planes.nearest(point))


def focus_mm(state: ViewportState) -> Vector:
    """Where the reader looks, patient coordinates: the middle of an acquired picture, else the point that planes share.

    That point moves along with the planes as they are scrolled.
    """
    header, shown = state.header, state.display_set
    if isinstance(shown, ReformattedSet):
        normal = shown.planes.orientation.normal
        away = shown.planes.place_mm(state.index) - dot(shown.point_mm, normal)
        a, b, c = (each + away * along for each, along in zip(shown.point_mm, normal, strict=True))
        return a, b, c
    if header.position is None or header.orientation is None or header.spacing is None:
        raise CannotReformat("its images do not state how they lie in the patient")
    across = (header.columns - 1) / 2 * header.spacing[1]
    down = (header.rows - 1) / 2 * header.spacing[0]
    right, below = header.orientation[:3], header.orientation[3:]
    x, y, z = (p + across * a + down * b for p, a, b in zip(header.position, right, below, strict=True))
    return x, y, z


def _with_planes(
    state: ViewportState,
    choose: Callable[[Orientation], Orientation],
    change: Callable[[Slab], Slab] = lambda slab: slab,
) -> ViewportState:
    """Planes in the direction chosen upon the one shown now, with the slab changed."""
    shown = state.display_set
    if isinstance(shown, ReformattedSet):
        now, slab, grid = shown.planes.orientation, shown.planes.slab, shown.grid
    else:
        grid = grid_of(shown)
        now, slab = acquisition_orientations(grid)[0], Slab()
    point = focus_mm(state)
    made = _planes_through(acquired_set(shown), choose(now), change(slab), point, grid)
    return _begun(state, made, made.planes.nearest(point))


def _planes_through(
    source: DisplaySet, orientation: Orientation, slab: Slab, point_mm: Vector, grid: VolumeGrid | None = None
) -> ReformattedSet:
    grid = grid_of(source) if grid is None else grid
    planes, like = planes_of(grid, orientation, slab), volume_header(source, grid)
    facts = (len(source.frames), orientation.right, orientation.down, slab.thickness_mm, slab.projection)
    uid = f"{source.uid}/{_MARK} {' '.join(str(each) for each in facts)}"
    references = tuple(FrameRef(f"{uid}/{n}", 0, planes.place_mm(n)) for n in range(planes.count))
    return ReformattedSet(
        uid=uid,
        study_uid=source.study_uid,
        series_uid=source.series_uid,
        modality=source.modality,
        description=source.description,
        series_number=source.series_number,
        instances=(planes.header(0, like, references[0].sop_uid),),
        frames=references,
        plane=_name_of(planes.orientation),
        frame_of_reference=source.frame_of_reference,
        body_region=source.body_region,
        label=source.label,
        warnings=_warnings(grid),
        source=source,
        grid=grid,
        planes=planes,
        like=like,
        point_mm=point_mm,
    )


def _name_of(orientation: Orientation) -> str:
    """Of the three planes only what was asked for as such has its name; a turned one is oblique, however little."""
    return orientation.name if orientation.name == plane_of(orientation.normal) else "OBLIQUE"


def _warnings(grid: VolumeGrid) -> tuple[str, ...]:
    """What the reader must know of the volume."""
    said = []
    if grid.gaps:
        longest = max(gap.length_mm for gap in grid.gaps)
        count = "one gap of" if len(grid.gaps) == 1 else f"{len(grid.gaps)} gaps of up to"
        said.append(f"Black where there are no images: {count} {longest:.1f} mm")
    if grid.repeats:
        said.append(f"{grid.repeats} of the images left out: another lies at the same place")
    return tuple(said)


def _begun(state: ViewportState, display_set: DisplaySet, index: int) -> ViewportState:
    """Another stack in the same viewport: seen in the same window, fitted; moved as before while only planes change."""
    are_planes = isinstance(display_set, ReformattedSet) and isinstance(state.display_set, ReformattedSet)
    is_same = _has_same_scale(state, display_set)
    presentation = Presentation(state.presentation.window if is_same else None, invert=state.presentation.invert)
    hung = Presentation(state.hung.window if is_same else None)
    begun = ViewportState(display_set, presentation=presentation, hung=hung).at(index)
    return replace(begun, zoom=state.zoom, pan=state.pan) if are_planes else begun


def _has_same_scale(state: ViewportState, display_set: DisplaySet) -> bool:
    """Whether a window means the same in both: not where one has windows on stored values and the other on others."""
    here, there = state.header, display_set.header_at(0)
    return is_window_on_stored_values(here) == is_window_on_stored_values(there)


def _distance(header: InstanceHeader, point: Vector) -> float:
    """Of a point from an image plane, mm."""
    if header.position is None or header.normal is None:
        return float("inf")
    return abs(sum((p - o) * n for p, o, n in zip(point, header.position, header.normal, strict=True)))
