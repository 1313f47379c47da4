"""A breast as mammography shows it. Positions are (u, v) in mm: u from the chest wall to the nipple, v downwards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from workstation.demo_site.phantoms.fields import Field, Numbers
from workstation.demo_site.phantoms.radiograph import blurred, cubic

View = Literal["CC", "MLO"]
_FAT, _GLAND, _MUSCLE, _SKIN = 1180.0, 1350.0, 2150.0, 380.0


_OBLIQUE_SKIN = (
    (-120, -95, -65, -35, -8, 15, 35, 55, 72, 85, 94, 102, 120),
    (56, 62, 74, 92, 109, 118, 118, 109, 90, 62, 30, 9, 5),
)
"""v, and how far (u) the breast reaches there in the oblique view."""


@dataclass(frozen=True)
class Spot:
    """Something to be found, at (u, v) with a radius in mm."""

    kind: Literal["mass", "calcifications", "mole"]
    u: float
    v: float
    radius: float


class Breast:
    """One breast in one view.

    Parameters
    ----------
    seed
        Of the tissue: the same in every year's image of the same breast and view.
    shape
        (rows, columns) of the grid, ``step_mm`` apart; the chest wall is the first column.
    """

    def __init__(self, seed: int, view: View, shape: tuple[int, int], step_mm: float, *, shift_mm: float = 0.0) -> None:
        self._seed, self._view, self._shape, self._step, self._shift = seed, view, shape, step_mm, shift_mm
        rows, columns = shape
        self._u = (np.arange(columns, dtype=np.float32) * step_mm)[None, :]
        self._v = ((np.arange(rows, dtype=np.float32) - rows / 2) * step_mm + shift_mm).astype(np.float32)[:, None]

    def picture(self, spots: tuple[Spot, ...] = ()) -> Field:
        """Values from 0 (air) to about 4000 (calcium), (rows, columns)."""
        depth = self._depth
        inside = np.clip(depth / 1.2, 0, 1)
        thick = 1 - np.exp(-np.clip(depth, 0, None) / 5.0)  # compressed flat but for the rim
        value = _FAT * (0.55 + 0.45 * thick) + self._tissue * thick
        value += _SKIN * np.exp(-np.square((depth - 0.9) / 0.7))
        if self._view == "MLO":
            value = self._with_muscle(value)
        for spot in spots:
            box = self._around(spot)
            value[box] += self._spot(spot, box) * thick[box]
        nipple = np.square((self._u - self._nipple[0] + 1) / 4.5) + np.square((self._v - self._nipple[1]) / 6)
        value = value + 520 * np.exp(-np.square(nipple)) * inside
        picture: Field = (60 + (value - 60) * inside).astype(np.float32)
        return picture

    @property
    def _nipple(self) -> tuple[float, float]:
        return (112.0, 0.0) if self._view == "CC" else (116.0, 28.0)

    @cached_property
    def _depth(self) -> Field:
        """Millimetres below the skin line; negative outside."""
        u, v = self._u, self._v
        if self._view == "CC":
            radius = np.sqrt(np.square((u + 4) / 116) + np.square(v / np.where(v < 0, 93, 84)))  # fuller outwards
            body = (1 - radius) * 92 + 1.3 * np.sin(v / 21 + self._seed)
        else:
            corners = np.interp(v[:, 0], *_OBLIQUE_SKIN).astype(np.float32)[:, None]
            reach = blurred(np.repeat(corners, 4, axis=1), round(7 / self._step))[:, :1]
            slope = np.sqrt(1 + np.square(np.gradient(reach[:, 0], self._step))[:, None])
            body = (reach - u) / slope + 0.9 * np.sin(v / 25 + self._seed)
        bud = 4.5 - np.sqrt(np.square(u - self._nipple[0] - 0.5) + np.square(v - self._nipple[1]))
        depth: Field = np.maximum(body, bud).astype(np.float32)
        return depth

    @cached_property
    def _tissue(self) -> Field:
        """Density above fat: glandular lobules and strands that run to the nipple."""
        random = np.random.default_rng(self._seed)
        clouds = self._in_place(_clouds(random, self._shape, 3.4, 30.0 / self._step))
        fine = self._in_place(_clouds(random, self._shape, 2.5, 7.0 / self._step))
        strands = self._strands(random)
        centre = (0.52 * self._nipple[0], self._nipple[1] - (6 if self._view == "CC" else 16))
        away = np.square((self._u - centre[0]) / 46) + np.square((self._v - centre[1]) / 44)
        gland = _rise((1.1 * clouds + 1.0 * (0.7 - away)).astype(np.float32) * np.float32(1.7))
        lobules = gland * (0.46 + 0.12 * fine + 0.42 * strands + 0.10 * clouds)
        scattered = 0.06 * fine + 0.05 * clouds + 0.30 * np.clip(strands - 0.42, 0, None)
        septa = (0.08 + 0.08 * gland) * self._septa(random)
        tissue: Field = (_GLAND * np.clip(lobules + scattered + septa, -0.12, 1.4)).astype(np.float32)
        return tissue + self._vessels(random)

    def _in_place(self, clouds: Field) -> Field:
        """Clouds made pixel by pixel, moved as the breast lay."""
        return np.roll(clouds, -round(self._shift / self._step), axis=0)

    def _septa(self, random: np.random.Generator) -> Field:
        """Thin curved sheets between the lobules of fat and gland, 0 to 1."""
        total: Field = np.zeros(self._shape, np.float32)
        for size_mm, width in ((17.0, 0.07), (9.0, 0.11)):
            grid = random.standard_normal((round(280 / size_mm), round(220 / size_mm))).astype(np.float32)
            rows = (self._v[:, 0] + 130) / size_mm
            level = cubic(cubic(grid, rows).T, self._u[0] / size_mm).T
            presence = np.clip(0.5 + cubic(cubic(grid[::-1, ::-1], rows).T, self._u[0] / size_mm).T, 0, 1)
            total += presence * np.exp(-np.square(level / width))
        return total

    def _strands(self, random: np.random.Generator) -> Field:
        """Ridges that run towards the nipple: ducts and ligaments; 0 to 1."""
        du, dv = self._nipple[0] + 14 - self._u, self._v - self._nipple[1]
        along = np.sqrt(np.square(du) + np.square(dv))
        turn = np.arctan2(dv, du)
        total: Field = np.zeros(self._shape, np.float32)
        for lines, weight in ((44, 0.5), (90, 0.32), (180, 0.18)):
            grid = blurred(random.standard_normal((64, 4 * lines)).astype(np.float32), 1)
            grid /= grid.std()
            row = np.clip(along / 150 * 62 * lines / 120, 0, 62)
            column = (turn / np.pi + 1) / 2 * (4 * lines - 2)
            total += np.float32(weight) * (1 - np.clip(np.abs(_read(grid, row, column)) * 1.3, 0, 1))
        return total

    def _vessels(self, random: np.random.Generator) -> Field:
        """A few winding veins through the fat."""
        total: Field = np.zeros(self._shape, np.float32)
        line = self._u[0]
        for start in np.add(random.uniform(-9, 9, 4), (-62, -34, 6, 44)):
            reach, swell = random.uniform(52, 92), random.uniform(0.7, 1.15)
            bends = cubic(random.normal(0, 4.5, (14, 1)).astype(np.float32), line / 11)[:, 0]
            path = start + self._nipple[1] / 2 + bends - 0.55 * start * np.square(line / self._nipple[0])
            slope = np.sqrt(1 + np.square(np.gradient(path, self._step)))
            width = swell * np.clip(1.1 - line / 110, 0.3, None)
            fade = np.clip((reach - line) / 18, 0, 1) * (0.75 + 0.25 * np.sin(line / 9 + start))
            total += 215 * fade * np.exp(-np.square((self._v - path) / (slope * width)))
        return total.astype(np.float32)

    def _with_muscle(self, value: Field) -> Field:
        """The pectoral muscle, a bright wedge at the top of the chest wall."""
        edge = 50 - 0.20 * (self._v + 110) - 0.0014 * np.square(self._v + 110) - self._u
        share = _rise((edge / 1.6).astype(np.float32))
        body = 1680 + 330 * np.clip(edge / 22, 0, 1) - 1.3 * self._v
        muscle: Field = body + self._fibres() + 0.30 * self._tissue
        mixed: Field = (value + share * (muscle - value)).astype(np.float32)
        return mixed

    def _fibres(self) -> Field:
        """Uneven bundles along the muscle."""
        random = np.random.default_rng(self._seed + 50)
        across, along = self._u + 0.36 * self._v + 60, self._v - 0.36 * self._u + 220
        total: Field = np.zeros(self._shape, np.float32)
        for width_mm, length_mm, height in ((1.3, 26.0, 26.0), (3.4, 60.0, 48.0), (11.0, 90.0, 60.0)):
            grid = random.standard_normal((round(320 / width_mm), round(480 / length_mm) + 2)).astype(np.float32)
            grid = blurred(grid, 1) * 3
            total += height * _read(grid, across / width_mm, along / length_mm)
        return total

    def _around(self, spot: Spot) -> tuple[slice, slice]:
        """The part of the grid that a spot can be seen in."""
        reach = 4 * spot.radius + 4
        rows = np.searchsorted(self._v[:, 0], (spot.v - reach, spot.v + reach))
        columns = np.searchsorted(self._u[0], (spot.u - reach, spot.u + reach))
        return slice(int(rows[0]), int(rows[1])), slice(int(columns[0]), int(columns[1]))

    def _spot(self, spot: Spot, box: tuple[slice, slice]) -> Field:
        du, dv = self._u[:, box[1]] - np.float32(spot.u), self._v[box[0]] - np.float32(spot.v)
        away = np.sqrt(np.square(du) + np.square(dv))
        if spot.kind == "mole":
            ring: Field = (1500 * np.exp(-np.square((away - spot.radius) / 0.35))).astype(np.float32)
            ring += (240 * np.exp(-np.square(away / (0.4 * spot.radius)))).astype(np.float32)
            return ring
        random = np.random.default_rng(int(spot.u * 10))
        if spot.kind == "calcifications":
            return _grains(du, dv, spot.radius, random)
        turn = np.arctan2(dv, du)
        uneven = sum(random.uniform(0.05, 0.12) * np.sin(n * turn + random.uniform(0, 6.3)) for n in (2, 3, 5, 7))
        core = _rise((spot.radius * (1 + uneven) - away) / 0.7)
        rays = _rays(du, dv, spot.radius, random)
        mass: Field = core * (760 - 90 * np.square(away / spot.radius)) + 460 * rays * (1 - 0.9 * core)
        mass += 130 * np.exp(-np.square(away / (2.1 * spot.radius)))
        return mass.astype(np.float32, copy=False)


def _grains(du: Field, dv: Field, radius: float, random: np.random.Generator) -> Field:
    """A group of calcifications of uneven size and brightness."""
    total: Field = np.zeros(np.broadcast_shapes(du.shape, dv.shape), np.float32)
    for _ in range(16):
        near = np.square(du - random.normal(0, radius / 2)) + np.square(dv - random.normal(0, radius / 2))
        total += random.uniform(700, 1500) * np.exp(-near / random.uniform(0.16, 0.34) ** 2)
    return total


def _rays(du: Field, dv: Field, radius: float, random: np.random.Generator) -> Field:
    """Spicules: bent hairs that leave a mass in all directions and thin out; 0 to 1."""
    total: Field = np.zeros(np.broadcast_shapes(du.shape, dv.shape), np.float32)
    for angle in np.linspace(0, 2 * np.pi, 21, endpoint=False) + random.normal(0, 0.12, 21):
        length, bend = radius * random.uniform(1.7, 3.4), random.normal(0, 0.018)
        along = du * np.float32(np.cos(angle)) + dv * np.float32(np.sin(angle))
        aside = dv * np.float32(np.cos(angle)) - du * np.float32(np.sin(angle)) - np.float32(bend) * along * along
        left = np.clip(1 - along / length, 0, 1) * (along > 0)
        total = np.maximum(total, left * np.exp(-np.square(aside / (0.16 + 0.30 * left))))
    return total


def _rise(value: Numbers) -> Field:
    """A smooth step from 0 to 1 around 0."""
    return (0.5 + 0.5 * np.tanh(value / 2)).astype(np.float32)


def _clouds(random: np.random.Generator, shape: tuple[int, int], power: float, largest: float) -> Field:
    """Random clouds whose spectrum falls with a power of the frequency, as breast tissue's does; unit spread."""
    frequency = np.sqrt(np.square(np.fft.fftfreq(shape[0]))[:, None] + np.square(np.fft.rfftfreq(shape[1]))[None, :])
    fall = (frequency + 0.6 / largest) ** (-power / 2 - 0.5)
    white = np.fft.rfft2(random.standard_normal(shape).astype(np.float32))
    clouds = np.fft.irfft2(white * fall, s=shape)
    clouds -= clouds.mean()
    scaled: Field = (clouds / clouds.std()).astype(np.float32)
    return scaled


def _read(grid: Field, row: Numbers, column: Numbers) -> Field:
    """A grid read between its points, bilinear."""
    flat, width = grid.reshape(-1), grid.shape[1]
    top, left = np.floor(row).astype(np.int32), np.floor(column).astype(np.int32)
    down, right = (row - top).astype(np.float32), (column - left).astype(np.float32)
    at = top * np.int32(width) + left
    upper = flat.take(at) * (1 - right) + flat.take(at + 1) * right
    lower = flat.take(at + width) * (1 - right) + flat.take(at + width + 1) * right
    read: Field = upper + (lower - upper) * down
    return read
