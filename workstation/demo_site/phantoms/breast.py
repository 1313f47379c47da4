"""A breast as mammography shows it. Positions are (u, v) in mm: u from the chest wall to the nipple, v downwards."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from workstation.demo_site.phantoms.fields import Field, Numbers
from workstation.demo_site.phantoms.radiograph import blurred

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
        self._seed, self._view, self._shape, self._step = seed, view, shape, step_mm
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
            value = value + self._spot(spot) * thick
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
            radius = np.sqrt(np.square((u + 4) / 116) + np.square(v / 88))
            body = (1 - radius) * 92
        else:
            corners = np.interp(v[:, 0], *_OBLIQUE_SKIN).astype(np.float32)[:, None]
            reach = blurred(np.repeat(corners, 4, axis=1), round(7 / self._step))[:, :1]
            slope = np.sqrt(1 + np.square(np.gradient(reach[:, 0], self._step))[:, None])
            body = (reach - u) / slope
        bud = 4.5 - np.sqrt(np.square(u - self._nipple[0] - 0.5) + np.square(v - self._nipple[1]))
        depth: Field = np.maximum(body, bud).astype(np.float32)
        return depth

    @cached_property
    def _tissue(self) -> Field:
        """Density above fat: glandular lobules and strands that run to the nipple."""
        random = np.random.default_rng(self._seed)
        clouds = _clouds(random, self._shape, 3.4, 30.0 / self._step)
        fine = _clouds(random, self._shape, 2.5, 7.0 / self._step)
        strands = self._strands(random)
        centre = (0.52 * self._nipple[0], self._nipple[1] - (6 if self._view == "CC" else 16))
        away = np.square((self._u - centre[0]) / 46) + np.square((self._v - centre[1]) / 44)
        gland = _rise((1.1 * clouds + 1.0 * (0.7 - away)).astype(np.float32) * np.float32(1.7))
        lobules = gland * (0.48 + 0.13 * fine + 0.42 * strands + 0.10 * clouds)
        scattered = 0.06 * fine + 0.05 * clouds + 0.30 * np.clip(strands - 0.42, 0, None)
        tissue: Field = (_GLAND * np.clip(lobules + scattered, -0.12, 1.4)).astype(np.float32)
        return tissue + self._vessels(random)

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
        for start in random.uniform(-70, 60, 5):
            bend, swing, phase = random.uniform(-0.25, 0.25), random.uniform(2, 5), random.uniform(0, 6)
            path = (
                start + bend * self._u + swing * np.sin(self._u / 13 + phase) - 0.4 * start * self._u / self._nipple[0]
            )
            width = np.clip(1.5 - self._u / 110, 0.35, None)
            total += 260 * np.sqrt(np.clip(1 - np.square((self._v - path) / width), 0, 1)) * (self._u < 100)
        return total.astype(np.float32)

    def _with_muscle(self, value: Field) -> Field:
        """The pectoral muscle, a bright wedge at the top of the chest wall."""
        edge = 50 - 0.20 * (self._v + 110) - 0.0014 * np.square(self._v + 110) - self._u
        share = _rise((edge / 1.2).astype(np.float32))
        fibres = 22 * np.sin((self._u * 0.9 + self._v * 0.45) * 0.8) + 3.0 * self._v * -0.6
        muscle: Field = (value + share * (_MUSCLE + fibres + 0.12 * self._tissue - value)).astype(np.float32)
        return muscle

    def _spot(self, spot: Spot) -> Field:
        du, dv = self._u - spot.u, self._v - spot.v
        away = np.sqrt(np.square(du) + np.square(dv))
        if spot.kind == "mole":
            ring: Field = (1500 * np.exp(-np.square((away - spot.radius) / 0.35))).astype(np.float32)
            ring += (240 * np.exp(-np.square(away / (0.4 * spot.radius)))).astype(np.float32)
            return ring
        random = np.random.default_rng(int(spot.u * 10))
        if spot.kind == "calcifications":
            return self._grains(spot, random)
        turn = np.arctan2(dv, du)
        spikes = sum(np.clip(np.cos(turn * 1.0 - a), 0, 1) ** 220 for a in random.uniform(-np.pi, np.pi, 17))
        core = _rise((spot.radius * (1 + 0.12 * np.sin(5 * turn + 1)) - away) / 0.8)
        mass: Field = (950 * core + 330 * spikes * np.exp(-away / (1.5 * spot.radius))).astype(np.float32)
        return mass

    def _grains(self, spot: Spot, random: np.random.Generator) -> Field:
        total: Field = np.zeros(self._shape, np.float32)
        for _ in range(16):
            u, v = spot.u + random.normal(0, spot.radius / 2), spot.v + random.normal(0, spot.radius / 2)
            size = random.uniform(0.16, 0.34)
            column, row = int(u / self._step), int((v - self._v[0, 0]) / self._step)
            box = slice(max(0, row - 6), row + 7), slice(max(0, column - 6), column + 7)
            near = np.square(self._u[:, box[1]] - u) + np.square(self._v[box[0]] - v)
            total[box] += 1300 * np.exp(-near / size**2)
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


def _read(grid: Field, row: Field, column: Field) -> Field:
    """A grid read between its points, bilinear."""
    top, left = np.floor(row).astype(np.intp), np.floor(column).astype(np.intp)
    down, right = (row - top).astype(np.float32), (column - left).astype(np.float32)
    upper = grid[top, left] * (1 - right) + grid[top, left + 1] * right
    lower = grid[top + 1, left] * (1 - right) + grid[top + 1, left + 1] * right
    return (upper * (1 - down) + lower * down).astype(np.float32)
