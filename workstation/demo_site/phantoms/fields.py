"""Building blocks of phantoms: soft-edged shapes, smooth random fields, scanner noise. All in millimetres and numpy.

Coordinates follow the DICOM patient system: +x to the patient's left, +y to the back, +z to the head.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]
Numbers = NDArray[np.floating[Any]]
"""What shapes and weights may be given as."""


Box = tuple[slice, slice]


@dataclass(frozen=True)
class Plane:
    """Sample points of one axial slice: ``x`` (1, columns), ``y`` (rows, 1), one ``z``; millimetres.

    ``bend`` (rows, columns), when there, is added to x: tissue is looked up where it came from before it was pushed.
    """

    x: Field
    y: Field
    z: float
    bend: Field | None = None

    @property
    def shape(self) -> tuple[int, int]:
        return self.y.shape[0], self.x.shape[1]

    @property
    def across(self) -> Field:
        """x with the bend, (1 or rows, columns)."""
        return self.x if self.bend is None else self.x + self.bend

    def box(self, centre: Sequence[float], reach: tuple[float, float]) -> Box | None:
        """The rows and columns within ``reach`` (x, y) of a point; None when there are none."""
        columns = np.searchsorted(self.x[0], (centre[0] - reach[0], centre[0] + reach[0]))
        rows = np.searchsorted(self.y[:, 0], (centre[1] - reach[1], centre[1] + reach[1]))
        if rows[0] >= rows[1] or columns[0] >= columns[1]:
            return None
        return slice(int(rows[0]), int(rows[1])), slice(int(columns[0]), int(columns[1]))

    def part(self, box: Box) -> Plane:
        """The plane within a box."""
        bend = None if self.bend is None else self.bend[box]
        return Plane(self.x[:, box[1]], self.y[box[0]], self.z, bend)

    def coarse(self) -> Plane:
        """Every second sample of every second row (without a bend)."""
        return Plane(self.x[:, ::2], self.y[::2], self.z)


def on_coarse(plane: Plane, function: Callable[[Plane], Field]) -> Field:
    """A smooth function computed on every second sample and filled in between: a quarter of the work."""
    coarse = function(plane.coarse())
    rows, columns = plane.shape
    wide: Field = np.empty((coarse.shape[0], columns), np.float32)
    wide[:, ::2] = coarse
    _fill_between(wide.T)
    full: Field = np.empty((rows, columns), np.float32)
    full[::2] = wide
    _fill_between(full)
    return full


def _fill_between(lines: Field) -> None:
    """Set every odd line to the mean of its neighbours (the last to the one before it); in place."""
    between = lines[1:-1:2]
    np.add(lines[:-2:2], lines[2::2], out=between)
    between *= np.float32(0.5)
    if len(lines) % 2 == 0:
        lines[-1] = lines[-2]


def axial_plane(rows: int, columns: int, spacing_mm: float, z_mm: float) -> Plane:
    """An axial plane centred on the origin."""
    x = (np.arange(columns, dtype=np.float32) - (columns - 1) / 2) * np.float32(spacing_mm)
    y = (np.arange(rows, dtype=np.float32) - (rows - 1) / 2) * np.float32(spacing_mm)
    return Plane(x[None, :].astype(np.float32), y[:, None].astype(np.float32), z_mm)


def soft(distance_mm: Numbers, edge_mm: float = 0.8) -> Field:
    """1 inside (negative distance), 0 outside, a linear ramp of ``edge_mm`` between: partial volume."""
    near = np.asarray(distance_mm, np.float32)
    inside: Field = np.clip(np.float32(0.5) - near * np.float32(1 / edge_mm), 0, 1)
    return inside


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid, turned about z by ``turn_deg``. Millimetres."""

    centre: tuple[float, float, float]
    radii: tuple[float, float, float]
    turn_deg: float = 0.0

    def distance(self, plane: Plane) -> Field:
        """Approximate signed distance (mm) on a plane, (rows, columns)."""
        x = plane.across - np.float32(self.centre[0])
        y = plane.y - np.float32(self.centre[1])
        if self.turn_deg:
            c, s = np.float32(np.cos(np.radians(self.turn_deg))), np.float32(np.sin(np.radians(self.turn_deg)))
            x, y = c * x + s * y, c * y - s * x
        a, b, c2 = (np.float32(1 / radius) for radius in self.radii)
        z = np.float32(plane.z - self.centre[2]) * c2
        u, v = np.square(x * a), np.square(y * b)
        near = np.sqrt(u + v + z * z)
        slope = np.sqrt(u * (a * a) + v * (b * b) + np.square(z * c2)) + np.float32(1e-6)
        distance: Field = (near * (near - 1) / slope).astype(np.float32)
        return distance

    def box(self, plane: Plane, margin_mm: float) -> Box | None:
        """Where on the plane the ellipsoid can be seen."""
        rise = abs(plane.z - self.centre[2]) / (self.radii[2] + margin_mm)
        if rise >= 1:
            return None
        c, s = abs(np.cos(np.radians(self.turn_deg))), abs(np.sin(np.radians(self.turn_deg)))
        a, b = self.radii[0], self.radii[1]
        reach = float(np.hypot(a * c, b * s)) + margin_mm, float(np.hypot(a * s, b * c)) + margin_mm
        if plane.bend is not None:
            reach = reach[0] + float(np.abs(plane.bend).max()), reach[1]
        return plane.box(self.centre, reach)


def blend(image: Field, value: float | Field, amount: Field) -> None:
    """Put ``value`` into ``image`` where ``amount`` is 1, mixing at its edges; in place."""
    image += amount * (value - image)


def paint(
    image: Field,
    plane: Plane,
    shape: Ellipsoid,
    value: float | Field,
    *,
    edge_mm: float = 0.8,
    within: float | Field = 1.0,
) -> None:
    """Blend an ellipsoid into the image, touching only the box it can be seen in; in place.

    Parameters
    ----------
    value
        A number or a field of the image's shape.
    within
        Opacity, a number or a field of the image's shape.
    """
    box = shape.box(plane, edge_mm)
    if box is None:
        return
    amount = soft(shape.distance(plane.part(box)), edge_mm)
    amount = amount * (within[box] if isinstance(within, np.ndarray) else np.float32(within))
    blend(image[box], value[box] if isinstance(value, np.ndarray) else value, amount)


def smooth_step(low: float, high: float, value: float) -> float:
    """0 at ``low`` and beyond, 1 at ``high`` and beyond, smooth between (``low`` may be the larger)."""
    t = min(1.0, max(0.0, (value - low) / (high - low)))
    return t * t * (3 - 2 * t)


class SmoothField:
    """A smooth random field over space with zero mean, unit spread and features of ``wavelength_mm``.

    Built once on a coarse periodic lattice; sampled on any axial plane by separable cubic interpolation. It repeats
    after ``size`` quarters of the wavelength.
    """

    def __init__(self, seed: int, wavelength_mm: float, size: int = 48) -> None:
        self._step_mm = wavelength_mm / 4
        self._size = size
        noise = np.random.default_rng(seed).standard_normal((self._size,) * 3).astype(np.float32)
        frequency = np.fft.fftfreq(self._size, self._step_mm)
        last = np.fft.rfftfreq(self._size, self._step_mm)
        radius = np.sqrt(frequency[:, None, None] ** 2 + frequency[None, :, None] ** 2 + last[None, None, :] ** 2)
        peak = 1 / wavelength_mm
        band = np.exp(-(((radius - peak) / (0.45 * peak)) ** 2))
        lattice = np.fft.irfftn(np.fft.rfftn(noise) * band, s=noise.shape, axes=(0, 1, 2))
        self._lattice: Field = (lattice / lattice.std()).astype(np.float32)

    def on(self, plane: Plane) -> Field:
        """Values on a plane, (rows, columns)."""
        slab = self._slab(plane.z / self._step_mm)
        along_x = _taps(plane.x[0] / self._step_mm, self._size)
        along_y = _taps(plane.y[:, 0] / self._step_mm, self._size)
        lines: Field = np.zeros((self._size, plane.x.shape[1]), np.float32)
        for at, weight in along_x:
            lines += slab[:, at] * weight[None, :]
        sampled: Field = np.zeros(plane.shape, np.float32)
        for at, weight in along_y:
            sampled += lines[at] * weight[:, None]
        return sampled

    def _slab(self, level: float) -> Field:
        """The lattice between its layers, (size, size)."""
        taps = _taps(np.array([level]), self._size)
        slab: Field = np.sum([self._lattice[at[0]] * weight[0] for at, weight in taps], axis=0, dtype=np.float32)
        return slab


def _taps(position: NDArray[np.floating], size: int) -> list[tuple[NDArray[np.intp], Field]]:
    """The four neighbours of each position on a periodic lattice, with their Catmull-Rom weights."""
    base = np.floor(position).astype(np.intp)
    t = (position - base).astype(np.float32)
    weights = (
        (-t + 2 * t**2 - t**3) / 2,
        (2 - 5 * t**2 + 3 * t**3) / 2,
        (t + 4 * t**2 - 3 * t**3) / 2,
        (-(t**2) + t**3) / 2,
    )
    return [((base + offset) % size, weight) for offset, weight in zip((-1, 0, 1, 2), weights, strict=True)]


class ScannerNoise:
    """Noise with the grain of a reconstructed CT: a few frames made once, used shifted and mirrored."""

    def __init__(self, seed: int, shape: tuple[int, int], spread: float, frames: int = 4) -> None:
        self._seed = seed
        rows, columns = shape
        fy, fx = np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None, :]
        radius = np.hypot(fy, fx)
        grain = radius * np.exp(-((radius / 0.28) ** 2))  # ramp filter times the system's fall-off
        white = np.random.default_rng(seed).standard_normal((frames, rows, columns))
        shaped = np.fft.irfft2(np.fft.rfft2(white) * grain, s=shape)
        self._frames = (shaped * (spread / shaped.std())).astype(np.float32)

    def of_slice(self, index: int) -> Field:
        """Noise of one slice: the same whenever it is asked for."""
        random = np.random.default_rng((self._seed, index))
        frame = self._frames[random.integers(len(self._frames))]
        shift = random.integers(0, min(frame.shape), 2)
        frame = np.roll(frame, tuple(int(s) for s in shift), axis=(0, 1))
        turned: Field = frame[:: int(random.choice((1, -1))), :: int(random.choice((1, -1)))]
        return turned
