"""What a reader can do to a viewport or to all of them: small values that keys, gestures and (later) voice make."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from workstation.dicom.voi import Window
from workstation.viewing import reformat
from workstation.viewing.viewport_state import ViewportState


class Tool(StrEnum):
    """What dragging with the left button does."""

    WINDOW = "window"
    ZOOM = "zoom"
    PAN = "pan"
    SCROLL = "scroll"


@dataclass(frozen=True)
class Scroll:
    """``steps`` pictures further."""

    steps: int

    def on(self, state: ViewportState) -> ViewportState:
        return state.scrolled(self.steps)


@dataclass(frozen=True)
class GoTo:
    """Picture ``index``; -1 is the last one."""

    index: int

    def on(self, state: ViewportState) -> ViewportState:
        return state.at(state.count - 1 if self.index == -1 else self.index)


@dataclass(frozen=True)
class Play:
    """A clip goes on by ``steps``, from the end back to the beginning; linked viewports stay."""

    steps: int = 1

    def on(self, state: ViewportState) -> ViewportState:
        return state.played(self.steps)


@dataclass(frozen=True)
class StepSeries:
    """The next (1) or previous (-1) series of the same study."""

    steps: int


@dataclass(frozen=True)
class DragWindow:
    """Drag the window by device pixels (right, down); ``base`` is the automatic window of an image without one."""

    dx: float
    dy: float
    base: Window | None = None

    def on(self, state: ViewportState) -> ViewportState:
        return state.windowed_by(self.dx, self.dy, self.base)


@dataclass(frozen=True)
class ChoosePreset:
    """Window preset by number, from 1."""

    number: int

    def on(self, state: ViewportState) -> ViewportState:
        return state.with_preset(self.number)


@dataclass(frozen=True)
class Zoom:
    """Zoom by a factor about a point (shares of the viewport's width and height)."""

    factor: float
    about: tuple[float, float] = (0.5, 0.5)

    def on(self, state: ViewportState) -> ViewportState:
        return state.zoomed(self.factor, self.about)


@dataclass(frozen=True)
class Pan:
    """Move the image by shares of the viewport's width and height."""

    dx: float
    dy: float

    def on(self, state: ViewportState) -> ViewportState:
        return state.panned(self.dx, self.dy)


@dataclass(frozen=True)
class Fit:
    """Show the whole image."""

    def on(self, state: ViewportState) -> ViewportState:
        return state.fitted()


@dataclass(frozen=True)
class OneToOne:
    """One image pixel for one device pixel of a viewport of this size."""

    width: int
    height: int

    def on(self, state: ViewportState) -> ViewportState:
        return state.one_to_one(self.width, self.height)


@dataclass(frozen=True)
class Invert:
    """Reverse black and white."""

    def on(self, state: ViewportState) -> ViewportState:
        return state.inverted()


@dataclass(frozen=True)
class Rotate:
    """Turn by quarters, clockwise; only projections."""

    quarters: int = 1

    def on(self, state: ViewportState) -> ViewportState:
        return state.rotated(self.quarters)


@dataclass(frozen=True)
class Flip:
    """Mirror left to right, or top to bottom; only projections."""

    top_to_bottom: bool = False

    def on(self, state: ViewportState) -> ViewportState:
        return state.flipped(top_to_bottom=self.top_to_bottom)


@dataclass(frozen=True)
class Reset:
    """As it was hung; the picture stays."""

    def on(self, state: ViewportState) -> ViewportState:
        return state.reset()


@dataclass(frozen=True)
class StepState:
    """The next (1) or previous (-1) presentation state that is offered; after the last one, none."""

    steps: int = 1

    def on(self, state: ViewportState) -> ViewportState:
        return state.with_next_state(self.steps)


@dataclass(frozen=True)
class NoState:
    """The images as they are, without a presentation state."""

    def on(self, state: ViewportState) -> ViewportState:
        return state.with_state(None)


@dataclass(frozen=True)
class ToggleOverlays:
    """Show or hide overlays and graphics."""

    def on(self, state: ViewportState) -> ViewportState:
        return state.with_overlays_toggled()


@dataclass(frozen=True)
class ToggleShutter:
    """Show or lift the display shutter."""

    def on(self, state: ViewportState) -> ViewportState:
        return state.with_shutter_toggled()


@dataclass(frozen=True)
class ShowReformat:
    """Planes through the volume of the stack: AXIAL, CORONAL or SAGITTAL; None for the next of them in turn."""

    name: str | None = None

    def on(self, state: ViewportState) -> ViewportState:
        return reformat.next_reformat(state) if self.name is None else reformat.reformatted(state, self.name)


@dataclass(frozen=True)
class ShowAcquired:
    """The images as they were acquired, in the place of a reformat."""

    def on(self, state: ViewportState) -> ViewportState:
        return reformat.acquired(state)


@dataclass(frozen=True)
class ThickenSlab:
    """The next thicker slab (1), or the next thinner one (-1)."""

    steps: int

    def on(self, state: ViewportState) -> ViewportState:
        return reformat.with_slab(state, lambda slab: slab.thicker(self.steps))


@dataclass(frozen=True)
class NextProjection:
    """A slab by its greatest, smallest or average values, in turn."""

    def on(self, state: ViewportState) -> ViewportState:
        return reformat.with_slab(state, lambda slab: replace(slab, projection=slab.projection.next()))


@dataclass(frozen=True)
class TurnPlanes:
    """Turn the planes of a reformat about the vertical or the horizontal line of the screen."""

    degrees: float
    about_vertical: bool = True

    def on(self, state: ViewportState) -> ViewportState:
        return reformat.turned(state, self.degrees, about_vertical=self.about_vertical)


@dataclass(frozen=True)
class Activate:
    """Make a viewport the one that keys go to."""

    viewport_id: str


@dataclass(frozen=True)
class ChooseTool:
    """What the left button drags from now on."""

    tool: Tool


@dataclass(frozen=True)
class ToggleLink:
    """Link or unlink viewports; linking takes what lies beside what now as belonging together."""


@dataclass(frozen=True)
class CycleAnnotations:
    """Full, minimal, off."""


Move: TypeAlias = (
    Scroll
    | GoTo
    | Play
    | DragWindow
    | ChoosePreset
    | Zoom
    | Pan
    | Fit
    | OneToOne
    | Invert
    | Rotate
    | Flip
    | Reset
    | StepState
    | NoState
    | ToggleOverlays
    | ToggleShutter
    | ShowReformat
    | ShowAcquired
    | ThickenSlab
    | NextProjection
    | TurnPlanes
)
"""What makes one state of a viewport from another: ``move.on(state)``."""

Action: TypeAlias = Move | StepSeries | Activate | ChooseTool | ToggleLink | CycleAnnotations

_ZOOM_PER_PIXEL = 1.005
_PIXELS_PER_PICTURE = 12.0


def action_of_drag(tool: Tool, dx: float, dy: float, size: tuple[int, int], base: Window | None = None) -> Move:
    """What dragging by device pixels (right, down) with ``tool`` does in a viewport of ``size`` (width, height)."""
    match tool:
        case Tool.WINDOW:
            return DragWindow(dx, dy, base)
        case Tool.ZOOM:
            return Zoom(_ZOOM_PER_PIXEL**-dy)
        case Tool.PAN:
            return Pan(dx / max(size[0], 1), dy / max(size[1], 1))
        case Tool.SCROLL:
            return Scroll(int(dy / _PIXELS_PER_PICTURE))
