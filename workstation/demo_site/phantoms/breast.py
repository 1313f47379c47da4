"""A compressed breast seen in projection: skin, fat, gland, ducts, vessels, muscle, and what may grow in it.

Coordinates are millimetres: u from the chest wall to the nipple, v downwards in the picture with 0 at its middle.
Pictures have the chest wall at their left edge.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from workstation.demo_site.phantoms.fields import Field, soft
from workstation.demo_site.phantoms.flat_fields import FlatField, Raster, curve, depth_below, enlarged

ROWS, COLUMNS, SPACING_MM = 2400, 1800, 0.1
_HALF = Raster(ROWS // 2, COLUMNS // 2, 2 * SPACING_MM, -120.0)
_FULL = Raster(ROWS, COLUMNS, SPACING_MM, -120.0)


@dataclass(frozen=True)
class View:
    """One projection: the skin as control points from top to bottom, and where things lie in it."""

    name: str
    skin: tuple[tuple[float, float], ...]
    nipple: tuple[float, float]
    gland: tuple[float, float]
    gland_radii: tuple[float, float]
    muscle: tuple[tuple[float, float], ...]
    """Border of the pectoral muscle from top to bottom; muscle lies between it and the chest wall."""


CC = View(
    "CC",
    ((-14, -97), (16, -88), (48, -73), (78, -46), (93, -18), (96, 4), (93, 25), (79, 50), (51, 72), (18, 84), (-14, 90)),
    (96, 4),
    (50, -6),
    (40, 46),
    ((-6, -45), (2.5, -22), (4.5, -2), (3, 18), (-6, 40)),
)
MLO = View(
    "MLO",
    (
        (62, -136), (66, -112), (73, -84), (86, -50), (100, -18), (107, 10), (106, 32), (96, 56), (73, 77), (46, 88),
        (24, 92), (13, 98), (11, 112), (14, 136),
    ),
    (107, 14),
    (60, 4),
    (42, 48),
    ((58, -136), (52, -112), (44, -80), (33, -45), (20, -8), (8, 26), (-8, 62)),
)  # fmt: skip


@dataclass(frozen=True)
class Positioning:
    """How the breast lay on the table that day: turned and moved a little."""

    turn_deg: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    stretch: float = 1.0

    def moved(self, points: NDArray[np.floating]) -> NDArray[np.float64]:
        """Points of the breast (count, 2) to points of the picture."""
        c, s = np.cos(np.radians(self.turn_deg)), np.sin(np.radians(self.turn_deg))
        turned = np.asarray(points, float) @ np.array([[c, s], [-s, c]]) * self.stretch
        return np.asarray(turned + self.shift)

    def back(self, u: Field, v: Field) -> tuple[Field, Field]:
        """Coordinates of the picture to those of the breast."""
        c, s = np.float32(np.cos(np.radians(self.turn_deg))), np.float32(np.sin(np.radians(self.turn_deg)))
        x = (u - np.float32(self.shift[0])) / np.float32(self.stretch)
        y = (v - np.float32(self.shift[1])) / np.float32(self.stretch)
        return c * x + s * y, c * y - s * x


@dataclass(frozen=True)
class Findings:
    """What is in the breast besides the breast, as points (u, v) of the view; millimetres."""

    mass: tuple[float, float] | None = None
    fine_calcifications: tuple[float, float] | None = None
    coarse_calcification: tuple[float, float] | None = None
    skin_marker: tuple[float, float] | None = None


@dataclass(frozen=True)
class _Tissue:
    """Random fields of one breast in one view; the same whenever it is looked at."""

    coarse: FlatField
    fine: FlatField
    septa: FlatField
    strands: FlatField
    bend: FlatField


@cache
def _tissue(seed: int) -> _Tissue:
    return _Tissue(
        FlatField(seed, 55, 2.4, slope=1.4),
        FlatField(seed + 1, 9, 0.9, slope=1.2),
        FlatField(seed + 2, 16, 3.2, slope=1.0),
        FlatField(seed + 3, 14, 2.0, slope=1.2, stretch=0.35),
        FlatField(seed + 4, 60, 14, slope=1.5),
    )


def breast_picture(view: View, seed: int, positioning: Positioning, findings: Findings) -> Field:
    """Brightness 0 (air) to about 1, (2400, 1800), without noise."""
    u, v = _HALF.grid()
    depth = depth_below(curve(positioning.moved(np.array(view.skin)), 0.6), _HALF, (30.0, 0.0))
    depth = np.maximum(depth, _nipple_depth(view, positioning, u, v))
    a, b = positioning.back(u, v)
    tissue = _tissue(seed)
    picture = _parenchyma(view, tissue, a, b, depth)
    _add_lines(picture, view, seed, positioning, depth)
    _add_muscle(picture, view, tissue, positioning, a, b)
    if findings.mass is not None:
        _add_mass(picture, positioning.moved(np.array([findings.mass]))[0], seed)
    _finish_edge(picture, depth)
    full = enlarged(picture, 2)
    _add_hard_things(full, findings, positioning, seed)
    return full


def _nipple_depth(view: View, positioning: Positioning, u: Field, v: Field) -> Field:
    centre = positioning.moved(np.array([view.nipple]))[0]
    x, y = (u - np.float32(centre[0] - 0.5)) / np.float32(1.15), v - np.float32(centre[1])
    return np.float32(5.2) - np.hypot(x, y)


def _parenchyma(view: View, tissue: _Tissue, a: Field, b: Field, depth: Field) -> Field:
    """Fat with gland, septa and strands towards the nipple."""
    push = tissue.bend.at(a, b)
    a, b = a + 4 * push, b + 4 * tissue.bend.at(a + 77, b + 31)
    coarse, fine, septa = tissue.coarse.at(a, b), tissue.fine.at(a, b), tissue.septa.at(a, b)
    x, y = np.float32(view.nipple[0] + 12) - a, b - np.float32(view.nipple[1])
    strands = tissue.strands.at(np.hypot(x, y), np.arctan2(y, x) * np.float32(60))
    inside = 1 - np.square((a - view.gland[0]) / view.gland_radii[0]) - np.square((b - view.gland[1]) / view.gland_radii[1])
    score = 0.9 * np.maximum(inside, -2.5) + 0.75 * coarse + 0.4 * strands + 0.22 * fine - 2.6 * np.exp(-depth / 7) - 0.35
    gland = 1 / (1 + np.exp(-2.6 * score))
    ridges = np.exp(-np.square(septa / 0.16)) + 0.7 * np.exp(-np.square(strands / 0.10))
    fat = 0.27 + 0.022 * coarse + 0.012 * fine
    shown: Field = fat + gland * (0.25 + 0.05 * coarse + 0.035 * fine + 0.03 * strands) + ridges * (0.022 + 0.03 * gland)
    return shown.astype(np.float32)


def _add_lines(picture: Field, view: View, seed: int, positioning: Positioning, depth: Field) -> None:
    """Ducts fanning out behind the nipple, and a few winding vessels; in place."""
    random = np.random.default_rng(seed + 9)
    ducts, vessels = np.zeros_like(picture), np.zeros_like(picture)
    for angle in np.linspace(-0.75, 0.75, 11) + random.normal(0, 0.06, 11):
        path = _winding(random, view.nipple, np.pi + angle, random.uniform(28, 52), 0.10)
        _HALF.stroke(ducts, positioning.moved(path), np.linspace(1.5, 0.6, len(path), dtype=np.float32))
    for start in random.uniform(-45, 45, 4):
        path = _winding(random, (0.0, start), random.normal(0, 0.25), random.uniform(55, 90), 0.13)
        _HALF.stroke(vessels, positioning.moved(path), np.linspace(2.2, 0.9, len(path), dtype=np.float32))
    picture += (0.06 * ducts + 0.055 * vessels) * np.clip(depth / 6, 0, 1)


def _winding(
    random: np.random.Generator, start: tuple[float, float], angle: float, length_mm: float, unrest: float
) -> NDArray[np.float64]:
    """A path that keeps its direction on the whole, points 0.15 mm apart."""
    count = int(length_mm / 4)
    angles = angle + np.cumsum(random.normal(0, unrest, count)) + random.normal(0, unrest, count)
    steps = 4 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return curve(np.vstack([start, start + np.cumsum(steps, axis=0)]), 0.15)


def _add_muscle(picture: Field, view: View, tissue: _Tissue, positioning: Positioning, a: Field, b: Field) -> None:
    """The pectoral muscle with its fibres; in place."""
    border = curve(positioning.moved(np.array(view.muscle)), 0.6)
    inside = soft(-depth_below(border, _HALF, (-60.0, -90.0)), 2.2)
    fibres = tissue.fine.at((a + 0.45 * b) * np.float32(0.9), (b - 0.45 * a) * np.float32(0.16))
    value = 0.60 + 0.016 * fibres + 0.4 * (picture - 0.3)
    picture += np.float32(0.92) * inside * (value - picture)


def _add_mass(picture: Field, centre: NDArray[np.float64], seed: int) -> None:
    """An irregular dense mass of 10 mm with spicules; in place."""
    random = np.random.default_rng(seed + 21)
    u, v = _HALF.grid()
    box = _box(_HALF, centre, 22.0)
    x, y = u[box] - np.float32(centre[0]), v[box] - np.float32(centre[1])
    angle, radius = np.arctan2(y, x), np.hypot(x, y)
    uneven = sum(random.uniform(0.03, 0.10) * np.cos(n * angle + random.uniform(0, 6.3)) for n in (2, 3, 5, 7, 11))
    core = soft((radius - 4.9 * (1 + uneven)).astype(np.float32), 2.4)
    rays = np.zeros_like(picture)
    for turn in np.linspace(0, 2 * np.pi, 23, endpoint=False) + random.normal(0, 0.09, 23):
        path = _winding(random, (float(centre[0]), float(centre[1])), turn, random.uniform(9, 18), 0.05)
        _HALF.stroke(rays, path, np.linspace(0.9, 0.35, len(path), dtype=np.float32))
    fade = np.clip(1.25 - radius / 17, 0, 1)
    halo = np.exp(-np.square(radius / 8.5))
    picture[box] += 0.20 * core * (1.05 - 0.03 * radius) + 0.075 * rays[box] * fade * (1 - core) + 0.05 * halo


def _box(raster: Raster, centre: NDArray[np.float64], reach_mm: float) -> tuple[slice, slice]:
    column, row = (centre - (0.0, raster.top_mm)) / raster.spacing_mm
    reach = reach_mm / raster.spacing_mm
    return (
        slice(max(0, int(row - reach)), min(raster.rows, int(row + reach))),
        slice(max(0, int(column - reach)), min(raster.columns, int(column + reach))),
    )


def _finish_edge(picture: Field, depth: Field) -> None:
    """Less tissue towards the edge, the skin over it, nothing beyond; in place."""
    inside = np.maximum(depth, 0)
    picture *= 1 - 0.42 * np.exp(-inside / 4.5) - 0.10 * np.exp(-inside / 18)
    picture += 0.085 * np.exp(-np.square((depth - 0.9) / 0.75))
    picture *= soft(0.3 - depth, 0.9)


def _add_hard_things(full: Field, findings: Findings, positioning: Positioning, seed: int) -> None:
    """Calcifications and the ring that marks a mole, on the full picture; in place."""
    random = np.random.default_rng(seed + 33)
    marks = np.zeros_like(full)
    if findings.fine_calcifications is not None:
        for spot in np.array(findings.fine_calcifications) + random.normal(0, 2.2, (9, 2)):
            path = np.linspace(0, 1, 6)[:, None] * random.normal(0, 0.16, 2) + positioning.moved(spot[None])[0]
            _FULL.stroke(marks, path, random.uniform(0.2, 0.42))
    if findings.coarse_calcification is not None:
        grain = np.array(findings.coarse_calcification) + random.normal(0, 0.45, (14, 2))
        _FULL.stroke(marks, positioning.moved(grain), 1.1)
    full += 0.34 * marks
    if findings.skin_marker is not None:
        turn = np.linspace(0, 2 * np.pi, 500)
        ring = np.stack([np.cos(turn), np.sin(turn)], axis=1) * 4.5 + findings.skin_marker
        wire = np.zeros_like(full)
        _FULL.stroke(wire, positioning.moved(ring), 0.7)
        mole = np.zeros_like(full)
        _FULL.stroke(mole, positioning.moved(np.array([findings.skin_marker])), 3.6)
        full += 0.30 * wire + 0.06 * mole
