"""Building blocks of phantoms: soft-edged shapes, smooth random fields, scanner noise. All in millimetres and numpy.

Coordinates follow the DICOM patient system: +x to the patient's left, +y to the back, +z to the head.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.float32]


_NEAR_MM = 12.0
_FAR: Field = np.asarray(1e3, np.float32)


@dataclass(frozen=True)
class Plane:
    """Sample points of one axial slice: ``x`` (1, columns), ``y`` (rows, 1), one ``z``; millimetres."""

    x: Field
    y: Field
    z: float

    @property
    def shape(self) -> tuple[int, int]:
        return self.y.shape[0], self.x.shape[1]


def axial_plane(rows: int, columns: int, spacing_mm: float, z_mm: float) -> Plane:
    """An axial plane centred on the origin."""
    x = (np.arange(columns, dtype=np.float32) - (columns - 1) / 2) * np.float32(spacing_mm)
    y = (np.arange(rows, dtype=np.float32) - (rows - 1) / 2) * np.float32(spacing_mm)
    return Plane(x[None, :], y[:, None], z_mm)


def soft(distance_mm: Field, edge_mm: float = 0.8) -> Field:
    """1 inside (negative distance), 0 outside, a linear ramp of ``edge_mm`` between: partial volume."""
    inside: Field = np.clip(0.5 - distance_mm / np.float32(edge_mm), 0, 1)
    return inside


def ellipsoid(
    plane: Plane, centre: tuple[float, float, float], radii: tuple[float, float, float], turn_deg: float = 0.0
) -> Field:
    """Approximate signed distance (mm) to an ellipsoid, turned about z by ``turn_deg``.

    A plane that passes it by more than ``_NEAR_MM`` gets one far distance instead of a field, which `blend` skips.
    """
    if abs(plane.z - centre[2]) > radii[2] + _NEAR_MM:
        return _FAR
    x, y, z = plane.x - centre[0], plane.y - centre[1], plane.z - centre[2]
    if turn_deg:
        c, s = np.float32(np.cos(np.radians(turn_deg))), np.float32(np.sin(np.radians(turn_deg)))
        x, y = c * x + s * y, c * y - s * x
    radius: Field = np.sqrt((x / radii[0]) ** 2 + (y / radii[1]) ** 2 + np.float32((z / radii[2]) ** 2)).astype(
        np.float32
    )
    return (radius - np.float32(1)) * np.float32(min(radii))


def blend(image: Field, value: float | Field, amount: Field) -> None:
    """Put ``value`` into ``image`` where ``amount`` is 1, mixing at its edges; in place."""
    touched = np.asarray(amount)
    if touched.ndim == 0 and touched == 0:
        return
    image += amount * (value - image)


class SmoothField:
    """A smooth random field over space with zero mean, unit spread and features of ``wavelength_mm``.

    Built once on a coarse periodic lattice; sampled on any axial plane by separable cubic interpolation.
    """

    def __init__(self, seed: int, wavelength_mm: float, extent_mm: float = 240.0) -> None:
        self._step_mm = wavelength_mm / 4
        self._size = max(8, round(extent_mm / self._step_mm))
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
        weights = _cubic_weights(np.array([plane.z / self._step_mm]), self._size)[0]
        slab = np.tensordot(weights, self._lattice, axes=(0, 0))
        along_y = _cubic_weights(plane.y[:, 0] / self._step_mm, self._size)
        along_x = _cubic_weights(plane.x[0] / self._step_mm, self._size)
        sampled: Field = (along_y @ slab @ along_x.T).astype(np.float32)
        return sampled


def _cubic_weights(position: NDArray[np.floating], size: int) -> Field:
    """Matrix (len(position), size) of periodic cubic B-spline-like (Catmull-Rom) weights."""
    base = np.floor(position).astype(int)
    t = (position - base).astype(np.float32)
    weights = (
        (-t + 2 * t**2 - t**3) / 2,
        (2 - 5 * t**2 + 3 * t**3) / 2,
        (t + 4 * t**2 - 3 * t**3) / 2,
        (-(t**2) + t**3) / 2,
    )
    matrix = np.zeros((len(position), size), np.float32)
    row = np.arange(len(position))
    for offset, weight in zip((-1, 0, 1, 2), weights, strict=True):
        np.add.at(matrix, (row, (base + offset) % size), weight)
    return matrix


class ScannerNoise:
    """Noise with the grain of a reconstructed CT: a few frames made once, used shifted and mirrored."""

    def __init__(self, seed: int, shape: tuple[int, int], spread: float, frames: int = 8) -> None:
        self._random = np.random.default_rng(seed)
        rows, columns = shape
        fy, fx = np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None, :]
        radius = np.hypot(fy, fx)
        grain = radius * np.exp(-((radius / 0.28) ** 2))  # ramp filter times the system's fall-off
        white = self._random.standard_normal((frames, rows, columns))
        shaped = np.fft.irfft2(np.fft.rfft2(white) * grain, s=shape)
        self._frames = (shaped * (spread / shaped.std())).astype(np.float32)

    def next(self) -> Field:
        """Noise of one slice."""
        frame = self._frames[self._random.integers(len(self._frames))]
        shift = self._random.integers(0, min(frame.shape), 2)
        frame = np.roll(frame, tuple(int(s) for s in shift), axis=(0, 1))
        return frame[:: self._random.choice((1, -1)), :: self._random.choice((1, -1))]
