"""Where an image lies in a viewport, and how it is turned: pure geometry, shared by pixels and overlays.

Image coordinates: x along columns, y along rows, (0, 0) the outer corner of the first pixel, so pixel centres lie at
half numbers. Device coordinates: the same for the pixels of the viewport.
"""

from __future__ import annotations

from dataclasses import dataclass

from workstation.imaging.applied_state import AppliedState
from workstation.imaging.voi_lut import Voi

LEAST_ZOOM = 1 / 256
GREATEST_ZOOM = 64.0


@dataclass(frozen=True)
class Presentation:
    """How a reader wants an image to look.

    Attributes
    ----------
    window
        Window or VOI LUT in the place of the file's own; None for the file's own.
    invert
        Reverse black and white.
    rotate_quarter
        Quarters of a turn, clockwise.
    flip
        Mirror left to right, after turning (PS3.3 C.10.6).
    applied
        A presentation state as it holds for this picture: its grey values, shutter, overlays and graphics take the
        place of the image's own; ``window`` and ``invert`` come after it.
    frame
        Which frame of its object the picture is, from 0: an overlay may have frames too.
    hides_shutter, hides_overlays
        Show what the display shutter covers; show no overlays and no graphics.
    """

    window: Voi | None = None
    invert: bool = False
    rotate_quarter: int = 0
    flip: bool = False
    applied: AppliedState | None = None
    frame: int = 0
    hides_shutter: bool = False
    hides_overlays: bool = False

    @property
    def is_on_side(self) -> bool:
        """Whether rows and columns have changed places."""
        return self.rotate_quarter % 2 == 1


@dataclass(frozen=True)
class Placement:
    """Where the turned image lies.

    Attributes
    ----------
    zoom
        Device pixels for the width of one image pixel, as stored; from 1/256 to 64.
    x, y
        Device coordinates of the top left corner of the turned image. Drawn at the nearest whole pixel.
    pixel_aspect
        Height of an image pixel by its width: the height of one takes ``zoom * pixel_aspect`` device pixels.

    Raises
    ------
    ValueError
        When the zoom is out of bounds.
    """

    zoom: float
    x: float = 0.0
    y: float = 0.0
    pixel_aspect: float = 1.0

    def __post_init__(self) -> None:
        if not LEAST_ZOOM <= self.zoom <= GREATEST_ZOOM:
            raise ValueError("zoom must lie between 1/256 and 64")

    @property
    def zoom_down(self) -> float:
        """Device pixels for the height of one image pixel."""
        return self.zoom * self.pixel_aspect


def fit_placement(
    rows: int,
    columns: int,
    width: int,
    height: int,
    pixel_aspect: float = 1.0,
    *,
    rotate_quarter: int = 0,
) -> Placement:
    """The greatest placement that shows the whole image, in the middle of a viewport of ``width`` × ``height``."""
    shown = (float(columns), rows * pixel_aspect)
    across, down = shown[::-1] if rotate_quarter % 2 else shown
    zoom = min(max(min(width / across, height / down), LEAST_ZOOM), GREATEST_ZOOM)
    x, y = (width - across * zoom) / 2, (height - down * zoom) / 2
    return Placement(zoom, float(int(max(x, 0))), float(int(max(y, 0))), pixel_aspect)


@dataclass(frozen=True)
class ViewTransform:
    """Image coordinates to device coordinates and back, for drawing and picking on top of an image."""

    rows: int
    columns: int
    presentation: Presentation
    placement: Placement

    def to_device(self, x: float, y: float) -> tuple[float, float]:
        """Device coordinates of a point of the image."""
        across, down = x * self.placement.zoom, y * self.placement.zoom_down
        width, height = self.columns * self.placement.zoom, self.rows * self.placement.zoom_down
        for _ in range(self.presentation.rotate_quarter % 4):
            across, down, width, height = height - down, across, height, width
        if self.presentation.flip:
            across = width - across
        return round_half_up(self.placement.x) + across, round_half_up(self.placement.y) + down

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """The point of the image that device coordinates lie on; may lie outside of it."""
        across, down = x - round_half_up(self.placement.x), y - round_half_up(self.placement.y)
        width, height = self.columns * self.placement.zoom, self.rows * self.placement.zoom_down
        if self.presentation.is_on_side:
            width, height = height, width
        if self.presentation.flip:
            across = width - across
        for _ in range(self.presentation.rotate_quarter % 4):
            across, down, width, height = down, width - across, height, width
        return across / self.placement.zoom, down / self.placement.zoom_down


def round_half_up(number: float) -> int:
    """The nearest whole number; of two equally near, the greater one, so that neighbours never jump by two."""
    return int((number + 0.5) // 1)
