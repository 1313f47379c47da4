"""What one viewport shows and how: a value, and the moves that make a new one of it.

Zoom and pan are relative, so that they survive a change of the window's size and can be shared by linked viewports:
zoom 1 fits the whole image, pan is a share of the viewport's width and height.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from workstation.dicom.display_sets import DisplaySet
from workstation.dicom.header import InstanceHeader
from workstation.dicom.presentation_state import PresentationState
from workstation.dicom.voi import Window
from workstation.hanging.hung import HungViewport
from workstation.imaging.applied_state import AppliedState, applied_state
from workstation.imaging.displayed_area import area_placement, turned_area
from workstation.imaging.placement import GREATEST_ZOOM, LEAST_ZOOM, Placement, Presentation, fit_placement
from workstation.imaging.presentation_lut import is_inverted_by_file
from workstation.imaging.presets import Preset, preset_named, presets_for
from workstation.viewing.windowing import dragged_window

LEAST_RELATIVE_ZOOM = 0.1
GREATEST_RELATIVE_ZOOM = 100.0
_LEAST_SEEN = 0.1  # of the viewport: so much of it an image always covers, or its edge comes so near
_ANCHORS = {"left": 0.0, "right": 1.0}


@dataclass(frozen=True)
class ViewportState:
    """One viewport with an image.

    Attributes
    ----------
    index
        Picture of the display set, from 0.
    presentation
        Window, inversion, turning; a window of None is the file's own.
    hung
        The presentation it was hung with, to which `reset` returns.
    zoom
        1 fits the image into the viewport.
    pan
        How far the image is moved from where it is hung, as shares of the viewport's width and height.
    chest_wall
        ``left`` or ``right``: the edge the image is set against; empty: centred.
    offered
        Presentation states that refer to a picture of this series, in the order they are offered.
    applied
        The one that is applied, to those pictures that it refers to; None for the images as they are.
    own
        Presentation, zoom and pan that the reader had before a state was applied: what taking it off goes back to.
    is_whole
        The whole image is fitted, although the state selects a part of it.
    """

    display_set: DisplaySet
    index: int = 0
    presentation: Presentation = field(default_factory=Presentation)
    hung: Presentation = field(default_factory=Presentation, repr=False)
    zoom: float = 1.0
    pan: tuple[float, float] = (0.0, 0.0)
    chest_wall: str = ""
    offered: tuple[PresentationState, ...] = ()
    applied: PresentationState | None = None
    own: tuple[Presentation, float, tuple[float, float]] | None = field(default=None, repr=False)
    is_whole: bool = False

    # --- what it is

    @property
    def count(self) -> int:
        """Number of pictures; at least 1."""
        return len(self.display_set.frames)

    @property
    def header(self) -> InstanceHeader:
        """Header of the picture shown."""
        return self.display_set.header_at(self.index)

    @property
    def is_fit(self) -> bool:
        """All of it is shown, where it was hung: the image, or what a presentation state selects of it."""
        return self.zoom == 1.0 and self.pan == (0.0, 0.0)

    @property
    def applied_here(self) -> AppliedState | None:
        """The presentation state as it holds for the picture shown; None when none is applied, or not to this one."""
        if self.applied is None:
            return None
        return applied_state(self.applied, self.header, self.display_set.frames[self.index].frame_index)

    @property
    def shown(self) -> Presentation:
        """The presentation to draw the picture with: the reader's, upon the presentation state's."""
        frame = self.display_set.frames[self.index].frame_index
        if self.applied is None and not frame:
            return self.presentation
        return replace(self.presentation, applied=self.applied_here, frame=frame)

    @property
    def shown_header(self) -> InstanceHeader:
        """The header the picture is drawn with; quantities are measured with `header`."""
        applied = self.applied_here
        return self.header if applied is None else applied.header

    @property
    def can_be_turned(self) -> bool:
        """Only projections may be turned and mirrored: in a mirrored slice left stands for right (IHE BIR, layout)."""
        return self.display_set.plane == "PROJECTION"

    @property
    def presets(self) -> tuple[Preset, ...]:
        """Windows by number, as keys 1 to 9 choose them: the file's own first."""
        return presets_for(self.shown_header)

    def window(self) -> Window | None:
        """The window in use: the reader's, else the file's first; None for a table or an image that brings none."""
        chosen = self.presentation.window
        if chosen is not None:
            return chosen if isinstance(chosen, Window) else None
        pixel = self.shown_header.pixel
        return pixel.windows[0] if pixel.windows else None

    def placement(self, width: int, height: int) -> Placement:
        """Where the image lies in a viewport of ``width`` × ``height`` device pixels."""
        fit = self._fit(width, height)
        if self.is_fit and not self.chest_wall:
            return fit
        zoom = _whole_when_meant(min(max(fit.zoom * self.zoom, LEAST_ZOOM), GREATEST_ZOOM))
        across, down = self._shown_size(zoom)
        anchor, held = self._anchor(), self._held()
        x = _in_sight((anchor[0] + self.pan[0]) * width - held[0] * across, across, width)
        y = _in_sight((anchor[1] + self.pan[1]) * height - held[1] * down, down, height)
        return Placement(zoom, x, y, fit.pixel_aspect)

    def displayed_area(self, width: int, height: int) -> tuple[float, float, float, float]:
        """Left, top, width and height that the displayed area has in a viewport before the reader zooms and pans: what
        annotations in DISPLAY units are shares of.
        """
        fit = self._fit(width, height)
        left, top, across, down = self._area_box() or (0.0, 0.0, *self._shown_size(1.0))
        return fit.x + left * fit.zoom, fit.y + top * fit.zoom, across * fit.zoom, down * fit.zoom

    # --- moves

    def scrolled(self, steps: int) -> ViewportState:
        """``steps`` pictures further; stops at the ends."""
        return self.at(self.index + steps)

    def at(self, index: int) -> ViewportState:
        """Show picture ``index``; beyond the ends, the last one there."""
        return replace(self, index=min(max(index, 0), self.count - 1))

    def played(self, steps: int = 1) -> ViewportState:
        """``steps`` pictures further, from the last one on to the first: a clip that plays."""
        first, last = self.display_set.played
        if not first <= self.index <= last:
            first, last = 0, self.count - 1
        return replace(self, index=first + (self.index - first + steps) % (last - first + 1))

    def windowed_by(self, dx: float, dy: float, base: Window | None = None) -> ViewportState:
        """Drag the window: right widens, up brightens.

        Parameters
        ----------
        dx, dy
            Device pixels, right and down.
        base
            Where to begin when the image brings no window of its own (the automatic one that is shown); without it,
            such an image stays as it is.
        """
        begin = self.window() or base
        if begin is None or self.header.is_colour:
            return self
        return self.with_window(dragged_window(begin, dx, dy, is_reversed=self._is_reversed()))

    def with_window(self, window: Window) -> ViewportState:
        """Use ``window``."""
        return self._presented(replace(self.presentation, window=window))

    def with_preset(self, number: int) -> ViewportState:
        """Use preset ``number``, counted from 1; unchanged when there is none."""
        presets = self.presets
        if not 1 <= number <= len(presets):
            return self
        return self._presented(replace(self.presentation, window=presets[number - 1].voi))

    def with_preset_named(self, key: str) -> ViewportState:
        """Use the preset with this key (``BRAIN``); unchanged when this image has none of that name."""
        preset = preset_named(self.shown_header, key)
        return self if preset is None else self._presented(replace(self.presentation, window=preset.voi))

    def zoomed(self, factor: float, about: tuple[float, float] = (0.5, 0.5)) -> ViewportState:
        """Zoom, keeping what lies at ``about`` (shares of the viewport's width and height) in its place."""
        zoom = min(max(self.zoom * factor, LEAST_RELATIVE_ZOOM), GREATEST_RELATIVE_ZOOM)
        real = zoom / self.zoom
        anchor = self._anchor()
        pan = tuple((at - a) - ((at - a) - moved) * real for at, a, moved in zip(about, anchor, self.pan, strict=True))
        return replace(self, zoom=zoom, pan=_within_reach((pan[0], pan[1]), zoom * self._overhang(), anchor))

    def panned(self, dx: float, dy: float) -> ViewportState:
        """Move the image by shares of the viewport's width and height; part of it always stays in sight."""
        wanted = (self.pan[0] + dx, self.pan[1] + dy)
        return replace(self, pan=_within_reach(wanted, self.zoom * self._overhang(), self._anchor()))

    def fitted(self) -> ViewportState:
        """Show the whole image, where it was hung."""
        return replace(self, zoom=1.0, pan=(0.0, 0.0), is_whole=self.applied is not None)

    def one_to_one(self, width: int, height: int) -> ViewportState:
        """One pixel of the image for one of a viewport of ``width`` × ``height`` device pixels."""
        return replace(self, zoom=1.0 / self._fit(width, height).zoom, pan=(0.0, 0.0))

    def inverted(self) -> ViewportState:
        """Reverse black and white."""
        return self._presented(replace(self.presentation, invert=not self.presentation.invert))

    def rotated(self, quarters: int = 1) -> ViewportState:
        """Turn what is seen by quarters, clockwise; only projections."""
        if not self.can_be_turned:
            return self
        seen_as = -quarters if self.presentation.flip else quarters  # the mirror comes after the turn
        turned = (self.presentation.rotate_quarter + seen_as) % 4
        return self._presented(replace(self.presentation, rotate_quarter=turned))

    def flipped(self, *, top_to_bottom: bool = False) -> ViewportState:
        """Mirror what is seen, left to right or top to bottom; only projections."""
        if not self.can_be_turned:
            return self
        half = 2 if top_to_bottom else 0
        turned = (self.presentation.rotate_quarter + half) % 4
        return self._presented(replace(self.presentation, flip=not self.presentation.flip, rotate_quarter=turned))

    def reset(self) -> ViewportState:
        """As it was hung: window, inversion, turning, zoom, pan. The picture stays (IHE BIR, display reset).

        With a presentation state, as that state has it.
        """
        presentation = self.hung if self.applied is None else _begun_with(self.applied)
        return replace(self, presentation=presentation, zoom=1.0, pan=(0.0, 0.0), is_whole=False)

    # --- presentation states

    def offering(self, states: Iterable[PresentationState]) -> ViewportState:
        """Offer those of ``states`` that refer to a picture of this series, newest first.

        A mosaic has none: its slices are no images of their own.
        """
        if any(instance.mosaic is not None for instance in self.display_set.instances):
            return replace(self, offered=())
        uids = {frame.sop_uid for frame in self.display_set.frames}
        mine = [each for each in states if each.refers_to_any(uids)]
        mine.sort(key=lambda each: (each.date, each.time, each.sop_uid), reverse=True)
        return replace(self, offered=tuple(mine))

    def with_next_state(self, steps: int = 1) -> ViewportState:
        """Apply the next presentation state that is offered; after the last one, none."""
        if not self.offered:
            return self
        cycle = (None, *self.offered)
        place = cycle.index(self.applied) if self.applied in cycle else 0
        return self.with_state(cycle[(place + steps) % len(cycle)])

    def with_state(self, state: PresentationState | None) -> ViewportState:
        """Apply a presentation state, or take it off.

        The state's window, turning and area are shown, since that was asked for; the reader's own come back when it is
        taken off.
        """
        if state is self.applied:
            return self
        own = self.own or (self.presentation, self.zoom, self.pan)
        if state is None:
            return replace(self, applied=None, own=None, presentation=own[0], zoom=own[1], pan=own[2], is_whole=False)
        begun = _begun_with(state)
        return replace(self, applied=state, own=own, presentation=begun, zoom=1.0, pan=(0.0, 0.0), is_whole=False)

    def with_overlays_toggled(self) -> ViewportState:
        """Show or hide overlays and graphics."""
        return self._presented(replace(self.presentation, hides_overlays=not self.presentation.hides_overlays))

    def with_shutter_toggled(self) -> ViewportState:
        """Show or lift the display shutter."""
        return self._presented(replace(self.presentation, hides_shutter=not self.presentation.hides_shutter))

    def grown_to(self, display_set: DisplaySet) -> ViewportState:
        """The same series with images that came since; the picture shown stays shown."""
        if display_set == self.display_set:
            return self
        shown = self.display_set.frames[self.index]
        places = {(f.sop_uid, f.frame_index, f.tile): n for n, f in enumerate(display_set.frames)}
        here = (shown.sop_uid, shown.frame_index, shown.tile)
        index = places.get(here, min(self.index, len(display_set.frames) - 1))
        return replace(self, display_set=display_set, index=index)

    def _presented(self, presentation: Presentation) -> ViewportState:
        return replace(self, presentation=presentation)

    def _is_reversed(self) -> bool:
        """Whether greater values are darker as shown now."""
        return is_inverted_by_file(self.shown_header.pixel) != self.presentation.invert

    def _fit(self, width: int, height: int) -> Placement:
        applied, header = self.applied_here, self.shown_header
        if applied is not None and applied.area is not None and not self.is_whole:
            shape = (header.rows, header.columns)
            return area_placement(applied.area, shape, header.pixel_aspect, self.presentation, (width, height))
        quarter = self.presentation.rotate_quarter
        return fit_placement(header.rows, header.columns, width, height, header.pixel_aspect, rotate_quarter=quarter)

    def _shown_size(self, zoom: float) -> tuple[float, float]:
        header = self.shown_header
        across, down = header.columns * zoom, header.rows * header.pixel_aspect * zoom
        return (down, across) if self.presentation.is_on_side else (across, down)

    def _anchor(self) -> tuple[float, float]:
        """The point of the viewport, as shares of it, on which `_held` lies as hung."""
        return (0.5, 0.5) if self._area_box() else (_ANCHORS.get(self.chest_wall, 0.5), 0.5)

    def _held(self) -> tuple[float, float]:
        """The point of the turned image, as shares of it, that is held at the anchor: the middle of an area shown."""
        box = self._area_box()
        if box is None:
            return self._anchor()
        across, down = self._shown_size(1.0)
        return (box[0] + box[2] / 2) / across, (box[1] + box[3] / 2) / down

    def _overhang(self) -> float:
        """How many times larger than the displayed area the image is; 1 without one."""
        box = self._area_box()
        if box is None:
            return 1.0
        across, down = self._shown_size(1.0)
        return max(across / box[2], down / box[3], 1.0)

    def _area_box(self) -> tuple[float, float, float, float] | None:
        """Left, top, width and height of the displayed area in the turned image; None where all of it is shown."""
        applied = self.applied_here
        if applied is None or applied.area is None or self.is_whole:
            return None
        header = applied.header
        return turned_area(applied.area, (header.rows, header.columns), header.pixel_aspect, self.presentation)


def _begun_with(state: PresentationState) -> Presentation:
    """What a presentation state is first seen with."""
    return Presentation(rotate_quarter=state.rotate_quarter, flip=state.flip)


def hung_state(viewport: HungViewport) -> ViewportState | None:
    """The state a viewport begins with; None for an empty one."""
    display_set = viewport.display_set
    if display_set is None:
        return None
    index = len(display_set.frames) // 2 if viewport.start == "middle" else 0
    preset = preset_named(display_set.header_at(index), viewport.voi) if viewport.voi else None
    hung = Presentation(window=preset.voi if preset is not None else None, flip=viewport.is_mirrored)
    return ViewportState(display_set, index, presentation=hung, hung=hung, chest_wall=viewport.chest_wall)


def _whole_when_meant(zoom: float) -> float:
    """Exactly 1 where only rounding keeps it from that: one to one must not pass through interpolation."""
    return 1.0 if math.isclose(zoom, 1.0, rel_tol=1e-9) else zoom


def _within_reach(pan: tuple[float, float], zoom: float, anchor: tuple[float, float]) -> tuple[float, float]:
    """A pan from which the way back is short: every part of the image can be brought to the middle, no more."""
    reach_x, reach_y = (0.5 + max(a, 1.0 - a) * max(zoom, 1.0) for a in anchor)
    return (min(max(pan[0], -reach_x), reach_x), min(max(pan[1], -reach_y), reach_y))


def _in_sight(begin: float, length: float, of: float) -> float:
    """``begin`` of an image of ``length``, moved as little as leaves some of it within ``of``."""
    return min(max(begin, _LEAST_SEEN * of - length), (1 - _LEAST_SEEN) * of)
