"""Drawing with levels on an array of device pixels: fields, bars, ramps, half-moons, text. Nothing is interpolated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from calibration.patterns.lettering import Type, line_height, wrapped, written
from calibration.patterns.places import Box

REFERENCE_SIDE = 1024
"""Side of the square on which the AAPM's reports describe their patterns."""


@dataclass(frozen=True)
class Sheet:
    """The square in the middle of the screen that stands for the 1024 x 1024 of a report.

    Edges of elements are scaled and rounded; the periods of bars never are.
    """

    left: int
    top: int
    side: int

    @classmethod
    def within(cls, width: int, height: int) -> Sheet:
        """The largest that fits."""
        side = min(width, height)
        return cls((width - side) // 2, (height - side) // 2, side)

    @property
    def scale(self) -> float:
        """Device pixels for one pixel of the report."""
        return self.side / REFERENCE_SIDE

    def box(self, x: float, y: float, width: float, height: float) -> Box:
        """A box of the report in device pixels; boxes that touch there touch here."""
        left, top = self._px(x), self._px(y)
        return self.left + left, self.top + top, self._px(x + width) - left, self._px(y + height) - top

    def length(self, length: float) -> int:
        """A length of the report in device pixels, at least 1."""
        return max(1, self._px(length))

    def sentence(self, *, has_bars: bool = True) -> str:
        """How its elements were scaled."""
        bars = "; bars are not, their periods are in device pixels" if has_bars else ""
        if self.side == REFERENCE_SIDE:
            return "Elements have the described size."
        return f"Elements are scaled by {self.scale:.3f}{bars}."

    def _px(self, length: float) -> int:
        return round(length * self.scale)


class Canvas:
    """Levels of a space, being drawn on."""

    def __init__(self, width: int, height: int, levels: int, background: int) -> None:
        self.width, self.height, self.levels = width, height, levels
        self.values: NDArray[np.uint16] = np.full((height, width), background, np.uint16)

    @property
    def top(self) -> int:
        """The highest level."""
        return self.levels - 1

    def grey(self, of_255: float) -> int:
        """The level for a grey that is described on the scale of 0 to 255; greys beyond its ends are the ends."""
        return grey_of(of_255, self.levels)

    def fill(self, box: Box, level: int) -> None:
        """One level all over ``box``."""
        self._part(box)[...] = level

    def outline(self, box: Box, level: int, thickness: int = 1) -> None:
        """The edge of ``box``, inside it."""
        x, y, width, height = box
        thick = max(1, min(thickness, width, height))
        for side in (
            (x, y, width, thick),
            (x, y + height - thick, width, thick),
            (x, y, thick, height),
            (x + width - thick, y, thick, height),
        ):
            self.fill(side, level)

    def bars(self, box: Box, period: int, low: int, high: int, *, across: bool = False) -> None:
        """Bars of half a period each, beginning with ``low`` at the box's edge.

        Parameters
        ----------
        period
            Device pixels, even.
        across
            Horizontal bars; vertical ones by default.
        """
        part = self._part(box)
        places = np.arange(part.shape[0] if across else part.shape[1])
        row = np.where(places % period < period // 2, low, high).astype(np.uint16)
        part[...] = row[:, None] if across else row[None, :]

    def ramp(self, box: Box, first: int, last: int, *, down: bool = False) -> None:
        """All levels from ``first`` to ``last``, each as wide as the next (within a pixel); left to right, or down."""
        part = self._part(box)
        length = part.shape[0] if down else part.shape[1]
        steps = abs(last - first) + 1
        index = np.arange(length, dtype=np.int64) * steps // max(1, length)
        row = (first + np.sign(last - first) * index).astype(np.uint16)
        part[...] = row[:, None] if down else row[None, :]

    def half_moons(self, box: Box, levels: tuple[int, int], direction: str) -> None:
        """A disc as large as ``box``: the half towards ``direction`` (up, down, left, right) has the second level."""
        part = self._part(box)
        y, x = np.ogrid[: part.shape[0], : part.shape[1]]
        dy, dx = y - (part.shape[0] - 1) / 2, x - (part.shape[1] - 1) / 2
        disc = dx**2 + dy**2 <= (min(part.shape) / 2) ** 2
        half = {"up": dy < 0, "down": dy > 0, "left": dx < 0, "right": dx > 0}[direction]
        part[disc] = levels[0]
        part[disc & half] = levels[1]

    def ring(self, centre: tuple[int, int], radius: int, level: int, thickness: int = 2) -> None:
        """A circle."""
        x, y = centre
        reach = radius + thickness
        box = (x - reach, y - reach, 2 * reach + 1, 2 * reach + 1)
        part, (left, top, _, _) = self._part(box), self._clipped(box)
        rows, columns = np.ogrid[: part.shape[0], : part.shape[1]]
        distance = np.hypot(columns + left - x, rows + top - y)
        part[np.abs(distance - radius) <= thickness / 2] = level

    def text(self, box: Box, text: str, level: int, style: Type, *, centred: bool = False) -> bool:
        """Write into ``box``, in as many lines as are needed; False, and nothing written, when it does not fit."""
        x, y, width, height = box
        lines = wrapped(text, style, width)
        cover = written(lines, style)
        if cover.shape[0] > height or cover.shape[1] > width:
            return False
        if centred:
            x, y = x + (width - cover.shape[1]) // 2, y + (height - cover.shape[0]) // 2
        part = self._part((x, y, cover.shape[1], cover.shape[0]))
        cover = cover[: part.shape[0], : part.shape[1]]
        part[...] = np.rint(part + (float(level) - part) * cover).astype(np.uint16)
        return True

    def fitting_text(self, box: Box, text: str, level: int, largest: int, least: int = 9) -> bool:
        """Write as large as fits, from ``largest`` down to ``least`` pixels; False when even that does not fit."""
        sizes = range(largest, least - 1, -1)
        return any(self.text(box, text, level, Type(size)) for size in sizes if line_height(Type(size)) <= box[3])

    def _part(self, box: Box) -> NDArray[np.uint16]:
        x, y, width, height = self._clipped(box)
        return self.values[y : y + height, x : x + width]

    def _clipped(self, box: Box) -> Box:
        x, y, width, height = box
        left, top = min(max(x, 0), self.width), min(max(y, 0), self.height)
        right, bottom = min(max(x + width, left), self.width), min(max(y + height, top), self.height)
        return left, top, right - left, bottom - top


def grey_of(of_255: float, levels: int) -> int:
    """The level of a space of ``levels`` for a grey on the scale of 0 to 255; clipped at its ends."""
    return round(min(max(of_255, 0.0), 255.0) * (levels - 1) / 255)
