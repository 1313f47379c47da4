"""What one viewport shows and how: a value, and the moves that make a new one of it.

Zoom and pan are relative, so that they survive a change of the window's size and can be shared by linked viewports:
zoom 1 fits the whole image, pan is a share of the viewport's width and height.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from workstation.dicom.display_sets import DisplaySet
from workstation.dicom.header import InstanceHeader
from workstation.dicom.voi import Window
from workstation.hanging.hung import HungViewport
from workstation.imaging.placement import GREATEST_ZOOM, LEAST_ZOOM, Placement, Presentation, fit_placement
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
    """

    display_set: DisplaySet
    index: int = 0
    presentation: Presentation = field(default_factory=Presentation)
    hung: Presentation = field(default_factory=Presentation, repr=False)
    zoom: float = 1.0
    pan: tuple[float, float] = (0.0, 0.0)
    chest_wall: str = ""

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
        """The whole image is shown, where it was hung."""
        return self.zoom == 1.0 and self.pan == (0.0, 0.0)

    @property
    def can_be_turned(self) -> bool:
        """Only projections may be turned and mirrored: in a mirrored slice left stands for right (IHE BIR, layout)."""
        return self.display_set.plane == "PROJECTION"

    @property
    def presets(self) -> tuple[Preset, ...]:
        """Windows by number, as keys 1 to 9 choose them: the file's own first."""
        return presets_for(self.header)

    def window(self) -> Window | None:
        """The window in use: the reader's, else the file's first; None for a table or an image that brings none."""
        chosen = self.presentation.window
        if chosen is not None:
            return chosen if isinstance(chosen, Window) else None
        pixel = self.header.pixel
        return pixel.windows[0] if pixel.windows else None

    def placement(self, width: int, height: int) -> Placement:
        """Where the image lies in a viewport of ``width`` × ``height`` device pixels."""
        fit = self._fit(width, height)
        if self.is_fit and not self.chest_wall:
            return fit
        zoom = _whole_when_meant(min(max(fit.zoom * self.zoom, LEAST_ZOOM), GREATEST_ZOOM))
        across, down = self._shown_size(zoom)
        anchor = self._anchor()
        x = _in_sight((anchor[0] + self.pan[0]) * width - anchor[0] * across, across, width)
        y = _in_sight((anchor[1] + self.pan[1]) * height - anchor[1] * down, down, height)
        return Placement(zoom, x, y, fit.pixel_aspect)

    # --- moves

    def scrolled(self, steps: int) -> ViewportState:
        """``steps`` pictures further; stops at the ends."""
        return self.at(self.index + steps)

    def at(self, index: int) -> ViewportState:
        """Show picture ``index``; beyond the ends, the last one there."""
        return replace(self, index=min(max(index, 0), self.count - 1))

    def played(self, steps: int = 1) -> ViewportState:
        """``steps`` pictures further, from the last one on to the first: a clip that plays."""
        return replace(self, index=(self.index + steps) % self.count)

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
        preset = preset_named(self.header, key)
        return self if preset is None else self._presented(replace(self.presentation, window=preset.voi))

    def zoomed(self, factor: float, about: tuple[float, float] = (0.5, 0.5)) -> ViewportState:
        """Zoom, keeping what lies at ``about`` (shares of the viewport's width and height) in its place."""
        zoom = min(max(self.zoom * factor, LEAST_RELATIVE_ZOOM), GREATEST_RELATIVE_ZOOM)
        real = zoom / self.zoom
        anchor = self._anchor()
        pan = tuple((at - a) - ((at - a) - moved) * real for at, a, moved in zip(about, anchor, self.pan, strict=True))
        return replace(self, zoom=zoom, pan=_within_reach((pan[0], pan[1]), zoom, anchor))

    def panned(self, dx: float, dy: float) -> ViewportState:
        """Move the image by shares of the viewport's width and height; part of it always stays in sight."""
        return replace(self, pan=_within_reach((self.pan[0] + dx, self.pan[1] + dy), self.zoom, self._anchor()))

    def fitted(self) -> ViewportState:
        """Show the whole image, where it was hung."""
        return replace(self, zoom=1.0, pan=(0.0, 0.0))

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
        """As it was hung: window, inversion, turning, zoom, pan. The picture stays (IHE BIR, display reset)."""
        return replace(self.fitted(), presentation=self.hung)

    def grown_to(self, display_set: DisplaySet) -> ViewportState:
        """The same series with images that came since; the picture shown stays shown."""
        if display_set == self.display_set:
            return self
        shown = self.display_set.frames[self.index]
        places = {(f.sop_uid, f.frame_index): n for n, f in enumerate(display_set.frames)}
        index = places.get((shown.sop_uid, shown.frame_index), min(self.index, len(display_set.frames) - 1))
        return replace(self, display_set=display_set, index=index)

    def _presented(self, presentation: Presentation) -> ViewportState:
        return replace(self, presentation=presentation)

    def _is_reversed(self) -> bool:
        """Whether greater values are darker as shown now."""
        pixel = self.header.pixel
        by_file = pixel.photometric == "MONOCHROME1" or pixel.presentation_shape == "INVERSE"
        return by_file != self.presentation.invert

    def _fit(self, width: int, height: int) -> Placement:
        header = self.header
        quarter = self.presentation.rotate_quarter
        return fit_placement(header.rows, header.columns, width, height, header.pixel_aspect, rotate_quarter=quarter)

    def _shown_size(self, zoom: float) -> tuple[float, float]:
        header = self.header
        across, down = header.columns * zoom, header.rows * header.pixel_aspect * zoom
        return (down, across) if self.presentation.is_on_side else (across, down)

    def _anchor(self) -> tuple[float, float]:
        """The point of the viewport, and of the image, that lie on one another as hung."""
        return (_ANCHORS.get(self.chest_wall, 0.5), 0.5)


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
