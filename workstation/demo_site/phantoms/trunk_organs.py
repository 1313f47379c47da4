"""Organs of the belly and the chambers of the heart, painted on a slice in Hounsfield units."""

from __future__ import annotations

import numpy as np

from workstation.demo_site.phantoms.fields import Ellipsoid, Field, Plane, SmoothField, blend, paint, soft
from workstation.demo_site.phantoms.trunk_shape import cage, dome, heart_outline, spine_y

_MYOCARDIUM, _CHAMBER_LEFT, _CHAMBER_RIGHT = 105, 215, 185


def paint_heart(image: Field, plane: Plane) -> None:
    """Pericardial fat, muscle and the four chambers; in place."""
    if not -124 < plane.z < 6:
        return
    outline = heart_outline(plane.x, plane.y, plane.z)
    blend(image, -75, soft(outline, 1.2))
    blend(image, _MYOCARDIUM, soft(outline + 4.5, 2.0))
    for value, shape in (
        (_CHAMBER_RIGHT, Ellipsoid((-26, -16, -50), (18, 24, 30))),  # right atrium
        (_CHAMBER_LEFT, Ellipsoid((6, 6, -34), (26, 17, 20))),  # left atrium
        (_CHAMBER_RIGHT, Ellipsoid((10, -54, -66), (30, 15, 30), 22)),  # right ventricle
        (_CHAMBER_LEFT, Ellipsoid((42, -34, -72), (31, 19, 25), 36)),  # left ventricle
    ):
        paint(image, plane, shape, value, edge_mm=2.5)


def paint_upper_belly(image: Field, plane: Plane, texture: Field) -> None:
    """Liver, gall bladder, spleen, stomach, pancreas, adrenals and kidneys below the diaphragm; in place."""
    if not -290 < plane.z < -70:
        return
    under = (plane.z - dome(plane.x, plane.y)) * np.float32(0.7) + 2
    wall = np.maximum(under, cage(plane.x, plane.y, plane.z) + 4)
    inside = soft(wall, 1.5)
    _stomach(image, plane, inside)
    liver = np.minimum(
        Ellipsoid((-68, -4, -150), (92, 92, 84)).distance(plane),
        Ellipsoid((6, -52, -128), (72, 36, 38)).distance(plane),
    )
    hollow = Ellipsoid((-14, 40, -190), (48, 42, 70)).distance(plane)
    spine_gap = 34 - np.sqrt(np.square(plane.x) + np.square(plane.y - spine_y(plane.z)))
    liver = np.maximum(np.maximum(liver, wall), np.maximum(-hollow, spine_gap))
    blend(image, 108 + 2.0 * texture, soft(liver, 1.5))
    paint(image, plane, Ellipsoid((-46, -52, -196), (15, 24, 26), 14), 10, edge_mm=1.8)
    spleen = np.maximum(Ellipsoid((96, 42, -142), (36, 52, 50), -34).distance(plane), wall)
    spleen = np.maximum(spleen, -Ellipsoid((66, 18, -142), (26, 34, 60)).distance(plane))
    blend(image, 122 + 1.5 * texture, soft(spleen, 1.5))
    for centre, radii, turn in (((-10, -24, -206), (22, 13, 20), 10), ((26, -12, -192), (30, 10, 13), -24)):
        paint(image, plane, Ellipsoid(centre, radii, turn), 88 + 9 * texture, edge_mm=2.5)
    paint(image, plane, Ellipsoid((66, 10, -182), (26, 8, 10), -34), 86 + 9 * texture, edge_mm=2.5)
    _kidneys(image, plane, texture)


def _stomach(image: Field, plane: Plane, inside: Field) -> None:
    for shape in (Ellipsoid((58, -18, -138), (36, 42, 40)), Ellipsoid((34, -52, -178), (46, 22, 26), -12)):
        inner = Ellipsoid(shape.centre, tuple(radius - 4 for radius in shape.radii), shape.turn_deg)  # type: ignore[arg-type]
        paint(image, plane, shape, 75, edge_mm=1.5, within=inside)
        level = np.where(plane.y < shape.centre[1] - 12, np.float32(-960), np.float32(28))
        paint(image, plane, inner, np.broadcast_to(level, plane.shape), edge_mm=1.2, within=inside)


def _kidneys(image: Field, plane: Plane, texture: Field) -> None:
    for side, drop in ((-1, 8.0), (1, 0.0)):
        centre = (side * 58.0, 44.0, -214.0 - drop)
        paint(image, plane, Ellipsoid(centre, (28, 31, 58), side * 32), 185, edge_mm=1.5)
        pyramids = 132 + 26 * np.clip(texture, -1, 1)
        paint(image, plane, Ellipsoid(centre, (20, 23, 49), side * 32), pyramids, edge_mm=3.0)
        sinus = (side * 43.0, 33.0, centre[2])
        paint(image, plane, Ellipsoid(sinus, (17, 9, 26), side * 32), -70, edge_mm=3.0)
        paint(image, plane, Ellipsoid((side * 41.0, 32.0, centre[2]), (8, 4, 12), side * 32), 40, edge_mm=2.0)
        paint(image, plane, Ellipsoid((side * 36, 26, -176), (3, 12, 12), side * 24), 60, edge_mm=1.5)


class Bowel:
    """Loops of small bowel, the colon's frame, and the organs of the pelvis."""

    def __init__(self, seed: int) -> None:
        self._loops = SmoothField(seed, 58.0, 32)
        self._folds = SmoothField(seed + 1, 15.0, 48)

    def paint(self, image: Field, plane: Plane) -> None:
        """Paint the level's bowel and pelvic organs; in place."""
        if plane.z > -190:
            return
        wall = cage(plane.x, plane.y, plane.z)
        self._small_bowel(image, plane, wall)
        self._colon(image, plane, wall)
        _pelvis_organs(image, plane)

    def _small_bowel(self, image: Field, plane: Plane, wall: Field) -> None:
        upper, lower = np.clip((-205 - plane.z) / 20, 0, 1), np.clip((plane.z + 425) / 30, 0, 1)
        room = np.maximum(wall + 9, plane.y - spine_y(plane.z) + 30)
        middle = Ellipsoid((0, -30, plane.z), (92, 54, 400)).distance(plane) - 5 * self._folds.on(plane)
        room = np.maximum(room, middle) + np.float32(60 * (1 - upper * lower))
        loops = np.abs(self._loops.on(plane)) * 11  # about mm from a seam between two loops
        shape = np.maximum(room, 3.0 - loops)
        blend(image, 82, soft(shape, 1.2))
        folds = self._folds.on(plane)
        blend(image, 24 + 12 * folds, soft(shape + 2.6, 1.6))
        gas = np.maximum(shape + 4.0, plane.y + 38 - 10 * folds)
        blend(image, -880, soft(np.maximum(gas, 9 - loops), 1.5))

    def _colon(self, image: Field, plane: Plane, wall: Field) -> None:
        haustra = 2.2 * float(np.sin(plane.z * 0.22))
        stool = self._folds.on(plane)
        across = [(x, -46.0 - 0.003 * x * x + 6, -212.0 - 0.0012 * (8100 - x * x), 20.0) for x in range(-90, 91, 15)]
        down = [(side * 104.0, 14.0, z, 20.0) for side in (-1, 1) for z in range(-370, -205, 12)]
        for x, y, z, radius in (*down, *across):
            if abs(plane.z - z) > radius:
                continue
            wide = radius + haustra
            paint(image, plane, Ellipsoid((x, y, z), (wide, wide, radius)), 70, edge_mm=1.2, within=soft(wall + 2))
        for x, y, z, radius in (*down, *across):
            wide = radius + haustra - 2.4
            filling = np.where(stool > 0.1, np.float32(-860), 20 + 22 * stool) if x <= 0 else -930 + 0 * stool
            paint(
                image,
                plane,
                Ellipsoid((x, y, z), (wide, wide, radius - 1)),
                filling,
                edge_mm=1.2,
                within=soft(wall + 4),
            )


def _pelvis_organs(image: Field, plane: Plane) -> None:
    paint(image, plane, Ellipsoid((0, -22, -418), (46, 32, 32)), 62, edge_mm=1.2)
    paint(image, plane, Ellipsoid((0, -22, -418), (43, 29, 29)), 8, edge_mm=1.2)
    paint(image, plane, Ellipsoid((0, 16, -462), (22, 15, 18)), 72, edge_mm=1.5)  # prostate
    paint(image, plane, Ellipsoid((4, 40, -425), (19, 16, 60)), 60, edge_mm=1.5)  # rectum
    paint(image, plane, Ellipsoid((4, 37, -420), (11, 8, 40)), -700, edge_mm=3.0)


def paint_psoas(image: Field, plane: Plane) -> None:
    """The muscles beside the lumbar spine; in place."""
    if not -440 < plane.z < -185:
        return
    size = float(np.interp(plane.z, (-440, -360, -300, -190), (14, 21, 23, 8)))
    out = float(np.interp(plane.z, (-440, -360, -190), (84, 56, 26)))
    y = float(np.interp(plane.z, (-440, -360, -190), (-30, 18, 52)))
    for side in (-1, 1):
        paint(image, plane, Ellipsoid((side * (out + 6), y, plane.z), (size, size * 1.05, 60)), 66, edge_mm=1.5)


def paint_pelvic_floor(image: Field, plane: Plane, wall: Field) -> None:
    """The muscles around the hip bones, closing in on the midline below; in place."""
    low = float(np.clip((-385 - plane.z) / 50, 0, 1))
    if low == 0:
        return
    free = 100 - 52 * low
    hollow = np.sqrt(np.square(plane.x / free) + np.square((plane.y - 8) / (58 - 8 * low))) - 1
    blend(image, 58, soft(np.maximum(wall - 2, -hollow * free).astype(np.float32), 1.5))
