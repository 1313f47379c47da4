"""An abdomen after an accident: the trunk with bowel, pelvic organs and muscles in detail, and injuries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workstation.demo_site.phantoms.bowel_loops import (
    SmallBowel,
    duodenum,
    left_colon,
    right_colon,
    transverse_colon,
)
from workstation.demo_site.phantoms.fields import Ellipsoid, Field, Plane, SmoothField, blend, paint, soft
from workstation.demo_site.phantoms.trunk import TrunkAnatomy, TrunkPhantom
from workstation.demo_site.phantoms.trunk_organs import Bowel
from workstation.demo_site.phantoms.trunk_shape import cage

_FAT, _WALL, _FLUID, _GAS, _MUSCLE, _MESENTERIC = -100, 88, 22, -940, 60, 175


@dataclass(frozen=True)
class Injury:
    """Blood or bruised tissue: a shape that replaces only tissue between ``low`` and ``high`` Hounsfield units."""

    shape: Ellipsoid
    value: float
    low: float
    high: float
    edge_mm: float = 2.0
    ragged_mm: float = 1.5


INJURIES = (
    Injury(Ellipsoid((96, 48, -150), (24, 3.2, 16), -52), 52, 80, 200),  # tear of the spleen
    Injury(Ellipsoid((108, 30, -172), (4.0, 16, 16), -20), 46, 80, 200),
    Injury(Ellipsoid((96, 42, -150), (44, 62, 58), -34), 44, -140, -40, 1.5, 0.4),  # blood around it
    Injury(Ellipsoid((2, 20, -428), (40, 22, 26)), 36, -140, -40, 2.0, 0.5),  # blood in the pelvis
    Injury(Ellipsoid((92, 52, -58), (26, 34, 36), 20), -420, -960, -600, 22.0, 7.0),  # bruised lung
)
"""Left-sided, below a seat belt."""


class AbdomenBowel(Bowel):
    """Replaces the plain bowel of the trunk; paints what lies below and between the large organs."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._small = SmallBowel(seed)
        self._right, self._across, self._left = right_colon(), transverse_colon(), left_colon()
        self._duodenum = duodenum()
        self._grain = SmoothField(seed + 5, 7.0, 40)
        self._stool = SmoothField(seed + 6, 11.0, 40)

    def paint(self, image: Field, plane: Plane) -> None:
        """Paint the level's muscles, bowel and pelvic organs; in place."""
        if plane.z > -165:
            return
        wall = cage(plane.x, plane.y, plane.z)
        _wall_layers(image, plane, wall)
        _pelvic_muscles(image, plane)
        inside = soft(wall + 1.5)
        self._small_bowel(image, plane, inside)
        self._colon(image, plane, inside)
        _pelvic_organs(image, plane)

    def _small_bowel(self, image: Field, plane: Plane, inside: Field) -> None:
        if plane.z < -420:
            return
        grain = self._grain.on(plane)
        blend(image, _MESENTERIC, soft(self._small.vessels.distance(plane), 1.0) * inside)
        for cloud in (self._small.loops, self._duodenum):
            distance = cloud.distance(plane, 2.0)
            blend(image, _WALL, soft(distance, 1.0) * inside)
            blend(image, _FLUID + 8 * grain, soft(distance + 2.3 - 0.9 * np.clip(grain, -1, 1.5), 1.4) * inside)
        blend(image, _GAS, soft(self._small.gas.distance(plane), 1.2) * inside)

    def _colon(self, image: Field, plane: Plane, inside: Field) -> None:
        stool = self._stool.on(plane)
        mottled = np.where(stool > 1.35, np.float32(-520), 34 + 24 * stool).astype(np.float32)
        fluid = 26 + 9 * stool
        for cloud, filling, gas_above in (
            (self._right, mottled, 2.0),
            (self._across, fluid, -48.0),
            (self._left, mottled, -60.0),
        ):
            distance = cloud.distance(plane, 2.0)
            if not (distance < 1).any():
                continue
            blend(image, _WALL, soft(distance, 1.0) * inside)
            lumen = soft(distance + 2.2, 1.2) * inside
            blend(image, filling, lumen)
            blend(image, _GAS, lumen * soft(plane.y - gas_above, 1.0))
        if plane.z < -400:  # gas in the rectum
            paint(image, plane, Ellipsoid((4, 38, -442), (11, 8, 26)), _GAS, edge_mm=1.5)


def _wall_layers(image: Field, plane: Plane, wall: Field) -> None:
    """Fat between the flat muscles of the flank, between the straight muscles and at their edge; in place."""
    if not -345 < plane.z < -165:
        return
    beside = np.abs(plane.x)
    muscle = (image > 20) & (wall > 0.5) & (wall < 20)
    flank = soft(74 - beside, 8.0) * soft(plane.y - 46, 6.0)
    for depth in (4.6, 8.8):
        blend(image, _FAT + 40, soft(np.abs(wall - depth) - 0.35, 1.0) * flank * muscle * np.float32(0.75))
    front = soft(plane.y + 50, 4.0) * muscle
    gap = np.minimum(beside - 1.6, np.abs(beside - 66) - 0.8)
    blend(image, _FAT + 40, soft(gap, 2.0) * front * soft(2.6 - wall, 1.0) * np.float32(0.6))


def _pelvic_muscles(image: Field, plane: Plane) -> None:
    """Iliacus on the wing of the pelvis, the muscles of its side wall, and the layers of the buttock; in place."""
    z = plane.z
    if z > -300:
        return
    grow = float(np.clip((-297 - z) / 30, 0, 1))
    for side in (-1, 1):
        if z > -400:
            out = float(np.interp(z, (-400, -300), (80, 102)))
            paint(
                image,
                plane,
                Ellipsoid((side * out, 8, z), (11 * grow, 34 * grow, 60), side * -14),
                _MUSCLE,
                edge_mm=1.5,
            )
        if z < -385:
            paint(image, plane, Ellipsoid((side * 61, 4, -432), (8, 36, 44), side * 6), _MUSCLE, edge_mm=1.5)
            paint(image, plane, Ellipsoid((side * 36, 48, -400), (30, 7, 14), side * 22), _MUSCLE - 4, edge_mm=1.5)
    for side in (-1, 1):
        turn = np.hypot(plane.x - side * 84, plane.y - 4)
        for radius in (52, 74):
            line = soft((np.abs(turn - radius - 3 * np.sin(z * 0.05)) - 0.7).astype(np.float32), 1.4)
            behind = soft(-(plane.y - 26), 8.0) * soft(30 - side * plane.x, 8.0)
            blend(image, _FAT + 25, line * behind * (image > 20) * np.float32(0.85 * grow))


def _pelvic_organs(image: Field, plane: Plane) -> None:
    """Bladder, seminal vesicles and prostate; in place."""
    if plane.z > -370:
        return
    bladder = Ellipsoid((0, -24, -420), (44, 31, 32))
    inner = Ellipsoid(bladder.centre, (41.4, 28.4, 29.4))
    paint(image, plane, bladder, 58, edge_mm=1.2)
    paint(image, plane, inner, 7, edge_mm=1.2)
    for side in (-1, 1):
        paint(image, plane, Ellipsoid((side * 17, 15, -444), (15, 5.5, 8), side * 14), 52, edge_mm=1.5)
    paint(image, plane, Ellipsoid((0, 2, -466), (23, 17, 17)), 72, edge_mm=1.5)


class AbdomenAnatomy(TrunkAnatomy):
    """The trunk with this bowel, arms at the sides."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, arms_up=False)
        self.bowel = AbdomenBowel(seed + 3)


class AbdomenPhantom:
    """The injured person, painted slice by slice."""

    def __init__(self, anatomy: AbdomenAnatomy, injuries: tuple[Injury, ...] = ()) -> None:
        self._texture = anatomy.texture
        self._trunk = TrunkPhantom(anatomy)
        self._injuries = injuries

    def slice_hu(self, plane: Plane) -> Field:
        """Hounsfield units of one axial plane, (rows, columns) float32, without noise."""
        image = self._trunk.slice_hu(plane)
        for injury in self._injuries:
            box = injury.shape.box(plane, injury.edge_mm + 3 * injury.ragged_mm)
            if box is not None:
                self._hurt(image[box], plane.part(box), injury)
        return image

    def _hurt(self, image: Field, plane: Plane, injury: Injury) -> None:
        distance = injury.shape.distance(plane) + np.float32(injury.ragged_mm) * self._texture.on(plane)
        distance = np.maximum(distance, cage(plane.x, plane.y, plane.z) + 1.5)  # stays inside the body wall
        hit = (image > injury.low) & (image < injury.high)
        blend(image, injury.value, soft(distance, injury.edge_mm) * hit)
