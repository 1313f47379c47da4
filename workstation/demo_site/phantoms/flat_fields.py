"""Random fields and soft strokes on a flat picture, for projections such as mammograms. Millimetres and numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workstation.demo_site.phantoms.fields import Field


class FlatField:
    """A random field over a plane with zero mean and unit spread; power falls with frequency as in tissue.

    Parameters
    ----------
    longest_mm, shortest_mm
        The band of wavelengths.
    slope
        Amplitude goes with wavelength to this power: 0 is even, 1.5 is how breast tissue looks in projection.
    """

    def __init__(
        self,
        seed: int,
        longest_mm: float,
        shortest_mm: float,
        *,
        slope: float = 1.5,
        size: int = 512,
        stretch: float = 1.0,
    ) -> None:
        self._step_mm = shortest_mm / 4
        self._size = size
        noise = np.random.default_rng(seed).standard_normal((size, size), np.float32)
        down = np.fft.fftfreq(size, self._step_mm)[:, None] * stretch
        across = np.fft.rfftfreq(size, self._step_mm)[None, :]
        radius = np.hypot(down, across)
        radius[0, 0] = 1.0
        band = np.exp(-((1 / (longest_mm * radius)) ** 2) - (radius * shortest_mm / 1.2) ** 2)
        band[0, 0] = 0.0
        lattice = np.fft.irfft2(np.fft.rfft2(noise) * band * radius**-slope, s=noise.shape)
        self._lattice: Field = (lattice / lattice.std()).astype(np.float32)

    def at(self, x: Field, y: Field) -> Field:
        """Values at points, by bilinear interpolation; the shape of ``x`` and ``y``."""
        left, share_x = _split(x / np.float32(self._step_mm))
        upper, share_y = _split(y / np.float32(self._step_mm))
        mask = self._size - 1
        flat = self._lattice.ravel()
        right = (left + 1) & mask
        left &= mask
        low, high = (upper & mask) * self._size, ((upper + 1) & mask) * self._size
        above = flat[low + left] * (1 - share_x) + flat[low + right] * share_x
        below = flat[high + left] * (1 - share_x) + flat[high + right] * share_x
        value: Field = above + (below - above) * share_y
        return value


def _split(position: Field) -> tuple[NDArray[np.int32], Field]:
    whole = np.floor(position)
    return whole.astype(np.int32), (position - whole).astype(np.float32)


@dataclass(frozen=True)
class Raster:
    """A picture of evenly spaced pixels: ``rows`` x ``columns``, the first at (0, ``top_mm``)."""

    rows: int
    columns: int
    spacing_mm: float
    top_mm: float

    def grid(self) -> tuple[Field, Field]:
        """Coordinates of every pixel, each (rows, columns)."""
        x = np.arange(self.columns, dtype=np.float32) * np.float32(self.spacing_mm)
        y = np.arange(self.rows, dtype=np.float32) * np.float32(self.spacing_mm) + np.float32(self.top_mm)
        across, down = np.meshgrid(x, y)
        return across, down

    def stroke(self, picture: Field, path: NDArray[np.floating], width_mm: Field | float) -> None:
        """Draw a soft line of height 1 along points less than a pixel apart, (points, 2); keeps the larger value."""
        at = np.stack([path[:, 0], path[:, 1] - self.top_mm], axis=1) / self.spacing_mm
        radius = np.broadcast_to(np.asarray(width_mm, np.float32) / (2 * self.spacing_mm), len(at))
        reach = int(np.ceil(float(radius.max()) * 2 + 1))
        offsets = np.arange(-reach, reach + 1)
        base = np.rint(at).astype(int)
        columns = (base[:, :1] + offsets)[:, None, :]
        rows = (base[:, 1:] + offsets)[:, :, None]
        apart = np.square(columns - at[:, 0, None, None]) + np.square(rows - at[:, 1, None, None])
        height = np.exp(-apart / np.square(radius)[:, None, None])
        columns, rows, height = (each.ravel() for each in np.broadcast_arrays(columns, rows, height))
        inside = (columns >= 0) & (columns < self.columns) & (rows >= 0) & (rows < self.rows) & (height > 0.01)
        np.maximum.at(picture, (rows[inside], columns[inside]), height[inside].astype(np.float32))


def curve(points: NDArray[np.floating], step_mm: float) -> NDArray[np.float64]:
    """A smooth curve through points (count, 2), sampled about every ``step_mm``."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    pieces = []
    for index in range(len(points) - 1):
        a, b, c, d = padded[index : index + 4]
        count = max(2, int(np.ceil(np.hypot(*(c - b)) / step_mm)))
        t = np.linspace(0, 1, count, endpoint=False)[:, None]
        pieces.append(b + t * ((c - a) / 2 + t * (a - 2.5 * b + 2 * c - d / 2 + t * (1.5 * (b - c) + (d - a) / 2))))
    return np.vstack([*pieces, points[-1:]])


def depth_below(outline: NDArray[np.floating], raster: Raster, inner: tuple[float, float]) -> Field:
    """How deep each pixel lies inside an open outline (mm; negative outside), (rows, columns).

    ``inner`` is a point known to lie inside.
    """
    coarse = 5
    rows, columns = raster.rows // coarse + 2, raster.columns // coarse + 2
    x, y = Raster(rows, columns, raster.spacing_mm * coarse, raster.top_mm).grid()
    along = np.gradient(outline, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1) / np.hypot(*along.T)[:, None]
    middle = int(np.argmin(np.hypot(*(outline - inner).T)))
    if np.dot(np.asarray(inner) - outline[middle], normal[middle]) < 0:
        normal = -normal
    depth = np.empty((rows, columns), np.float32)
    for row in range(rows):
        dx, dy = x[row][:, None] - outline[:, 0], y[row][:, None] - outline[:, 1]
        nearest = np.argmin(dx * dx + dy * dy, axis=1)
        at = np.arange(columns)
        dx, dy = dx[at, nearest], dy[at, nearest]
        side = np.where(dx * normal[nearest, 0] + dy * normal[nearest, 1] >= 0, 1, -1)
        depth[row] = side * np.hypot(dx, dy)
    return enlarged(depth, coarse)[: raster.rows, : raster.columns]


def enlarged(picture: Field, times: int) -> Field:
    """More pixels between the ones given, by linear interpolation; pixel 0 stays where it is."""
    for axis in (0, 1):
        steps = np.arange(times, dtype=np.float32) / times
        first = np.moveaxis(picture, axis, 0)
        following = np.concatenate([first[1:], first[-1:]])
        finer = (first[:, None] + (following - first)[:, None] * steps[None, :, None]).astype(np.float32)
        picture = np.moveaxis(finer.reshape(-1, first.shape[1]), 0, axis)
    return picture
