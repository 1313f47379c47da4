"""A beating, breathing scene under a curved ultrasound probe: liver, gall bladder with a stone, kidney, heart.

Positions are (x, depth) in mm: x 0 below the middle of the probe, towards the feet on the right of the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workstation.demo_site.phantoms.fields import Field, Numbers

_STEP_MM, _WIDTH_MM, _DEPTH_MM = 0.25, 220.0, 160.0
_HEART = (-58.0, 116.0)
_GALL = ((14.0, 62.0), (30.0, 11.5), 24.0)
_STONE = ((31.0, 75.5), 5.0)
_Tube = tuple[tuple[float, float, float], ...]
"""A vessel as points along it: x, depth, radius."""
_PORTAL: _Tube = (
    (-44, 88, 3.2),
    (-34, 84.5, 4.4),
    (-20, 83, 5.2),
    (-8, 80, 5.4),
    (4, 79, 5.2),
    (14, 84, 4.6),
    (25, 93, 4.0),
)
_CAVA: _Tube = ((-34, 109, 6.2), (-22, 108, 7.0), (-8, 108.5, 6.8), (8, 110.5, 6.0), (22, 113, 5.8), (36, 115, 6.2))
_LIVER_VEINS: tuple[_Tube, ...] = (
    ((-50, 42, 1.0), (-45, 50, 1.6), (-42, 58, 2.3), (-41, 68, 2.8), (-38, 80, 3.2), (-33, 92, 3.6), (-28, 103, 4.2)),
    ((-18, 34, 0.8), (-22, 42, 1.4), (-29, 52, 1.9), (-37, 61, 2.1), (-41, 68, 2.4)),
    ((-70, 76, 1.0), (-60, 77, 1.6), (-51, 82, 2.0), (-42, 87, 2.6)),
    ((-3, 30, 0.7), (-6, 38, 1.1), (-8, 47, 1.3), (-15, 56, 1.6), (-22, 66, 1.5), (-25, 74, 1.4)),
    ((4, 36, 0.6), (1, 42, 0.9), (-6, 46, 1.1)),
)
_BOX = (-0.24, 0.10, 60.0, 122.0)
"""The colour box: first and last angle (radians), first and last range (mm below the probe's face)."""


@dataclass(frozen=True)
class Probe:
    """A curved array: radius, half opening angle, and what the picture shows of it."""

    radius_mm: float = 52.0
    half_angle: float = 0.56
    depth_mm: float = 150.0
    beams: int = 240
    samples: int = 520
    rows: int = 480
    columns: int = 640
    mm_per_pixel: float = 0.345
    top_px: int = 30


class UltrasoundScene:
    """Frames of one heart beat after another; all motion follows from the phase, so that the loop closes."""

    def __init__(self, seed: int, probe: Probe | None = None) -> None:
        self.probe = probe or Probe()
        random = np.random.default_rng(seed)
        echo = _echo_map()
        real, imaginary = random.standard_normal((2, *echo.shape), np.float32)
        self._scatter = (real + 1j * imaginary).astype(np.complex64) * echo
        self._angles = np.linspace(-self.probe.half_angle, self.probe.half_angle, self.probe.beams, dtype=np.float32)
        self._ranges = np.linspace(0, self.probe.depth_mm, self.probe.samples, dtype=np.float32)
        self._noise = random.standard_normal((self.probe.samples, self.probe.beams)).astype(np.float32)
        self._shown = self._picture_map()

    def gray(self, phase: float, breath: float) -> NDArray[np.uint8]:
        """The grey picture, (rows, columns), at a phase of the heart beat and of the breath (0 to 1)."""
        radius = self.probe.radius_mm + self._ranges[:, None]
        x, depth = radius * np.sin(self._angles), radius * np.cos(self._angles) - self.probe.radius_mm
        x, depth = moved(x, depth, phase, breath)
        signal = self._scatter[_index(depth, self._scatter.shape[0]), _index(x + _WIDTH_MM / 2, self._scatter.shape[1])]
        blurred = _spread(signal)
        decibel = 20 * np.log10(np.abs(blurred) * self._shadow(x, depth) + 1e-4)
        decibel += 0.6 * self._noise * np.clip(self._ranges[:, None] / 90, 0, 1.4)
        polar = np.clip((decibel + 42) / 54, 0, 1)
        return self._converted(np.rint(235 * polar**1.15).astype(np.uint8))

    def flow(self, phase: float, breath: float) -> tuple[Field, NDArray[np.bool_], NDArray[np.bool_]]:
        """Velocity from -1 (away) to 1 (towards the probe), where it is coloured, and the frame of the colour box."""
        whole, window = self._box
        x, depth = (each[window] for each in self._grid())
        x, depth = moved(x, depth, phase, breath)
        pulse = 0.55 + 0.45 * np.exp(-np.square((phase - 0.25) / 0.16))
        flicker = self._flicker(breath)[: x.shape[0], : x.shape[1]]
        velocity: Field = np.zeros(whole.shape, np.float32)
        for tube, speed in ((_PORTAL, 0.85 * pulse), (_CAVA, -0.75 * (1.15 - 0.5 * pulse))):
            off, radius = _from_tube(x, depth, tube)
            profile = np.clip(1 - np.square((off + radius) / (0.95 * radius)), 0, 1)
            weak = profile < 0.12 + 0.10 * np.abs(flicker)
            velocity[window] += np.where(weak, 0, speed * np.clip(profile * (1 + 0.16 * flicker), 0, 1.1))
        return velocity, (np.abs(velocity) > 0.08) & (whole < -0.5), np.abs(whole) < 0.35

    @cached_property
    def _box(self) -> tuple[Field, tuple[slice, slice]]:
        """Distance (mm) from the border of the colour box, negative inside, (rows, columns); the part it lies in."""
        x, depth = self._grid()
        first, last, near, far = _BOX
        reach = np.hypot(x, depth + self.probe.radius_mm)
        turn = np.arctan2(x, depth + self.probe.radius_mm)
        across = (np.abs(turn - (first + last) / 2) - (last - first) / 2) * reach
        along = np.abs(reach - self.probe.radius_mm - (near + far) / 2) - (far - near) / 2
        box: Field = np.maximum(across, along).astype(np.float32)
        rows, columns = np.nonzero(box < 0)
        return box, (slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))

    def _flicker(self, breath: float) -> Field:
        """How flow estimates waver, coarser than pixels; another for every frame of a breath."""
        random = np.random.default_rng(round((breath % 1.0) * 1000))
        coarse = random.standard_normal((self.probe.rows // 4, self.probe.columns // 6)).astype(np.float32)
        for axis in (0, 1):
            coarse = (coarse + np.roll(coarse, 1, axis)) / np.float32(1.4)
        flicker = np.kron(coarse, np.ones((4, 6), np.float32))
        for step in (1, 2):
            flicker = (
                flicker + np.roll(flicker, step, 0) + np.roll(flicker, step, 1) + np.roll(flicker, 2 * step, 1)
            ) / 4
        return np.asarray(flicker, np.float32)

    # --- inside --------------------------------------------------------------------------------------------------

    def _grid(self) -> tuple[Field, Field]:
        """(x, depth) of every pixel."""
        probe = self.probe
        x = ((np.arange(probe.columns) - probe.columns / 2) * probe.mm_per_pixel).astype(np.float32)
        depth = ((np.arange(probe.rows) - probe.top_px) * probe.mm_per_pixel).astype(np.float32)
        both = np.meshgrid(x, depth)
        return both[0], both[1]

    def _picture_map(self) -> tuple[NDArray[np.bool_], NDArray[np.intp], Field, Field]:
        """Which pixels the probe sees; for those the place in the flat beam data, and how far on towards the next."""
        probe = self.probe
        x, depth = self._grid()
        down = depth + probe.radius_mm
        sample = (np.hypot(x, down) - probe.radius_mm) / probe.depth_mm * (probe.samples - 1)
        beam = (np.arctan2(x, down) / probe.half_angle + 1) / 2 * (probe.beams - 1)
        seen = (sample >= 0) & (sample < probe.samples - 1) & (beam >= 0) & (beam < probe.beams - 1)
        sample, beam = sample[seen], beam[seen]
        top, left = sample.astype(np.intp), beam.astype(np.intp)
        return seen, top * probe.beams + left, (sample - top).astype(np.float32), (beam - left).astype(np.float32)

    def _converted(self, polar: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """From beams to a picture, bilinear."""
        seen, at, down, right = self._shown
        flat, beams = polar.reshape(-1).astype(np.float32), self.probe.beams
        upper = flat.take(at) * (1 - right) + flat.take(at + 1) * right
        lower = flat.take(at + beams) * (1 - right) + flat.take(at + beams + 1) * right
        picture = np.zeros(seen.shape, np.uint8)
        picture[seen] = upper + (lower - upper) * down
        return picture

    @staticmethod
    def _shadow(x: Field, depth: Field) -> Field:
        """Dark behind the stone and below the lung's edge, brighter behind the gall bladder."""
        aim = (depth + 52) / (_STONE[0][1] + 52)
        off = x - _STONE[0][0] * aim
        behind = np.clip((depth - _STONE[0][1]) / 3, 0, 1)
        shadow = 1 - 0.93 * behind * np.clip((1.15 * _STONE[1] * aim - np.abs(off)) / 2 + 0.5, 0, 1)
        beyond = np.clip((depth - _GALL[0][1] - 8) / 6, 0, 1) * np.exp(-np.square((x - 8 * aim) / 20))
        brightness: Field = (shadow * (1 + 0.9 * beyond) * np.exp(-depth / 260)).astype(np.float32)
        return brightness


def moved(x: Field, depth: Field, phase: float, breath: float) -> tuple[Field, Field]:
    """Where the tissue now seen at a place lies at rest: breathing slides it, the heart squeezes and tugs at it."""
    slide = 2.6 * np.sin(2 * np.pi * breath) * np.clip((depth - 14) / 20, 0, 1)
    x = x - slide
    squeeze = np.sin(np.pi * np.clip(phase / 0.42, 0, 1)) ** 2 if phase < 0.42 else 0.0
    dx, dy = x - _HEART[0], depth - _HEART[1]
    near = np.exp(-(np.square(dx / 30) + np.square(dy / 26)))
    stretch = 1 + 0.34 * squeeze * near
    return (_HEART[0] + dx * stretch).astype(np.float32), (_HEART[1] + dy * stretch).astype(np.float32)


def _index(position: Field, size: int) -> NDArray[np.intp]:
    nearest: NDArray[np.intp] = np.clip(np.rint(position / _STEP_MM), 0, size - 1).astype(np.intp)
    return nearest


def _spread(signal: NDArray[np.complex64]) -> NDArray[np.complex64]:
    """The probe's resolution: finer along the beam than across it."""
    across = signal.copy()
    for offset, weight in ((1, 0.8), (2, 0.42), (3, 0.14)):
        across[:, offset:] += np.float32(weight) * signal[:, :-offset]
        across[:, :-offset] += np.float32(weight) * signal[:, offset:]
    along = across.copy()
    along[1:] += np.float32(0.6) * across[:-1]
    along[:-1] += np.float32(0.6) * across[1:]
    spread: NDArray[np.complex64] = along / np.float32(2.6)
    return spread


def _echo_map() -> Field:
    """How strongly each place scatters, (depth, x) on a fine grid."""
    x = (np.arange(0, _WIDTH_MM, _STEP_MM, dtype=np.float32) - _WIDTH_MM / 2)[None, :]
    depth = np.arange(0, _DEPTH_MM, _STEP_MM, dtype=np.float32)[:, None]
    echo: Field = np.full((depth.shape[0], x.shape[1]), 0.30, np.float32)  # liver
    _layers(echo, x, depth)
    _veins(echo, x, depth)
    _kidney(echo, x, depth)
    _chest_side(echo, x, depth)
    _gall_bladder(echo, x, depth)
    return echo


def _mix(echo: Field, value: float, distance: Numbers, edge: float = 0.8) -> None:
    echo += np.clip(0.5 - distance / edge, 0, 1) * (value - echo)


def _ellipse(x: Field, depth: Field, centre: tuple[float, float], radii: tuple[float, float], turn: float) -> Field:
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    dx, dy = x - centre[0], depth - centre[1]
    u, v = (c * dx + s * dy) / radii[0], (c * dy - s * dx) / radii[1]
    distance: Field = ((np.sqrt(u * u + v * v) - 1) * min(radii)).astype(np.float32)
    return distance


def _from_tube(x: Field, depth: Field, tube: _Tube) -> tuple[Field, Field]:
    """Distance (mm) from the wall of a tube, negative inside, and the tube's radius at the nearest place."""
    shape = np.broadcast_shapes(x.shape, depth.shape)
    nearest, radius = np.full(shape, 1e6, np.float32), np.ones(shape, np.float32)
    for start, end in pairwise(tube):
        dx, dy = end[0] - start[0], end[1] - start[1]
        share = np.clip(((x - start[0]) * dx + (depth - start[1]) * dy) / (dx * dx + dy * dy), 0, 1)
        wide = start[2] + share * (end[2] - start[2])
        off = np.hypot(x - start[0] - share * dx, depth - start[1] - share * dy) - wide
        closer = off < nearest
        nearest, radius = np.where(closer, off, nearest), np.where(closer, wide, radius)
    return nearest.astype(np.float32), radius.astype(np.float32)


def _layers(echo: Field, x: Field, depth: Field) -> None:
    """Skin, fat, muscle with bright sheets, and the liver's capsule."""
    for top, value in ((0.0, 1.1), (2.0, 0.16), (8.0, 0.30), (15.0, 0.30)):
        _mix(echo, value, np.maximum(top - depth, depth - 17) + 0 * x)
    for level, value in ((2.2, 1.0), (8.0, 0.9), (11.4, 0.6), (15.2, 1.1), (18.0, 0.9)):
        sheet = np.abs(depth - level - 0.5 * np.sin(x / 14 + level)) - 0.3
        _mix(echo, value, sheet)


def _veins(echo: Field, x: Field, depth: Field) -> None:
    """Liver veins without a visible wall, the portal vein with a bright one, the vena cava."""
    for tube in (*_LIVER_VEINS, _CAVA):
        _mix(echo, 0.014, _from_tube(x, depth, tube)[0])
    portal = _from_tube(x, depth, _PORTAL)[0]
    _mix(echo, 0.8, portal - 0.9)
    _mix(echo, 0.012, portal)


def _kidney(echo: Field, x: Field, depth: Field) -> None:
    whole = _ellipse(x, depth, (62.0, 96.0), (42.0, 20.0), 14)
    _mix(echo, 0.7, whole - 1.4)
    _mix(echo, 0.17, whole)
    for u in (-24, -12, 2, 15, 26):
        _mix(echo, 0.07, _ellipse(x, depth, (62 + u, 96 + 0.25 * u - 9.5), (3.6, 4.2), 0), 2.0)
        _mix(echo, 0.07, _ellipse(x, depth, (62 + u, 96 + 0.25 * u + 9.5), (3.6, 4.2), 0), 2.0)
    sinus = _ellipse(x, depth, (62.0, 96.0), (27.0, 6.2), 14) + 1.4 * np.sin(x / 2.6)
    _mix(echo, 1.0, sinus, 3.0)


def _chest_side(echo: Field, x: Field, depth: Field) -> None:
    """Beyond the diaphragm: the heart, with muscle and blood, in lung that scatters."""
    dome = np.hypot((x + 8) / 1.05, depth - 42) - 82  # the diaphragm's arc
    beyond = np.maximum(-dome, (x + 6) * 0.8)
    _mix(echo, 0.22, beyond)
    _mix(echo, 2.4, np.maximum(np.abs(dome) - 0.7, (x + 4) * 0.8))
    muscle = _ellipse(x, depth, _HEART, (30.0, 22.0), -20)
    outside = np.maximum(muscle, -dome + 2)
    _mix(echo, 0.34, outside)
    _mix(echo, 0.02, np.maximum(_ellipse(x, depth, (_HEART[0] - 8, _HEART[1] + 3), (16.0, 10.5), -20), -dome + 6))
    _mix(echo, 0.02, np.maximum(_ellipse(x, depth, (_HEART[0] + 16, _HEART[1] + 2), (8.0, 8.0), -20), -dome + 5))


def _gall_bladder(echo: Field, x: Field, depth: Field) -> None:
    whole = _ellipse(x, depth, *_GALL) - 2.0 * np.clip((x - 10) / 40, -0.4, 0.8)
    _mix(echo, 0.8, whole - 1.3)
    _mix(echo, 0.008, whole)
    stone = np.hypot(x - _STONE[0][0], depth - _STONE[0][1])
    _mix(echo, 0.06, stone - _STONE[1])
    front = np.maximum(np.abs(stone - _STONE[1] + 0.6) - 1.1, depth - _STONE[0][1])
    _mix(echo, 4.5, front)
