"""A trunk in Hounsfield units, from the shoulders to the hips, as contrast-enhanced CT shows it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workstation.demo_site.phantoms import trunk_bones as bones
from workstation.demo_site.phantoms import trunk_shape as shape
from workstation.demo_site.phantoms import trunk_vessels as vessels
from workstation.demo_site.phantoms.fields import Ellipsoid, Field, Plane, SmoothField, blend, on_coarse, soft
from workstation.demo_site.phantoms.trunk_organs import (
    Bowel,
    paint_heart,
    paint_pelvic_floor,
    paint_psoas,
    paint_upper_belly,
)
from workstation.demo_site.phantoms.tubes import BallCloud

_AIR, _LUNG, _FAT, _SKIN, _MUSCLE = -1000, -862, -102, 25, 58


@dataclass(frozen=True)
class Finding:
    """Something to be found: a shape with a value; ``ragged_mm`` roughens its edge."""

    shape: Ellipsoid
    value: float
    edge_mm: float = 1.0
    ragged_mm: float = 0.0


class TrunkAnatomy:
    """What all slices of a trunk share, made once."""

    def __init__(self, seed: int, *, arms_up: bool) -> None:
        self.arms_up = arms_up
        self.streaks = SmoothField(seed, 26.0, 32)
        self.texture = SmoothField(seed + 1, 9.0, 40)
        self.lobules = SmoothField(seed + 2, 45.0, 24)
        self.bowel = Bowel(seed + 3)
        self.trees = vessels.LungTrees()

    @cached_property
    def bones(self) -> tuple[BallCloud, ...]:
        """Ribs, shoulder, collar bones, arms, pelvis and thighs."""
        shoulder = bones.shoulder_blades(arms_up=self.arms_up)
        return (
            bones.ribs(),
            shoulder,
            bones.clavicles(),
            bones.arms(arms_up=self.arms_up),
            bones.pelvis(),
            bones.thighs(),
        )

    @cached_property
    def cartilages(self) -> BallCloud:
        return bones.cartilages()

    @cached_property
    def great_vessels(self) -> tuple[tuple[float, BallCloud], ...]:
        """Enhancement in Hounsfield units and the vessel; drawn in this order."""
        return (
            (45, vessels.oesophagus()),
            (165, vessels.veins()),
            (205, vessels.pulmonary_trunk()),
            (235, vessels.aorta()),
        )

    @cached_property
    def liver_veins(self) -> BallCloud:
        return vessels.liver_veins()


class TrunkPhantom:
    """One trunk, painted slice by slice; ``findings`` are painted last.

    Parameters
    ----------
    for_projection
        Leave out the couch, the vessels of the lungs and the thin bones: whoever projects the trunk draws them.
    """

    def __init__(
        self, anatomy: TrunkAnatomy, findings: tuple[Finding, ...] = (), *, for_projection: bool = False
    ) -> None:
        self._anatomy = anatomy
        self._for_projection = for_projection
        self._findings = findings

    def slice_hu(self, plane: Plane) -> Field:
        """Hounsfield units of one axial plane, (rows, columns) float32, without noise."""
        image: Field = np.full(plane.shape, _AIR, np.float32)
        if not self._for_projection:
            _table(image, plane)
        box = plane.box((0.0, 6.0), (220.0, 124.0))
        if box is not None:
            self._body(image[box], plane.part(box))
        return image

    def _body(self, image: Field, plane: Plane) -> None:
        anatomy = self._anatomy
        texture = on_coarse(plane, anatomy.texture.on)
        cage = on_coarse(plane, lambda part: shape.cage(part.x, part.y, part.z))
        self._wall(image, plane, cage, texture)
        blend(image, _FAT + 6 * texture, soft(cage + 1.5, 1.2))
        paint_psoas(image, plane)
        paint_pelvic_floor(image, plane, cage)
        self._contents(image, plane, texture)
        self._lungs(image, plane, texture)
        self._skeleton(image, plane, texture)
        self._find(image, plane, texture)

    def _wall(self, image: Field, plane: Plane, cage: Field, texture: Field) -> None:
        """Skin, fat and the muscles around the cage and in the arms."""
        skin = on_coarse(plane, lambda part: shape.skin(part.x, part.y, part.z))
        arms = on_coarse(plane, self._arms)
        outline = np.minimum(skin, arms)
        lobules = on_coarse(plane, self._anatomy.lobules.on)
        blend(image, _SKIN, soft(outline, 1.2))
        blend(image, _FAT + 5 * texture, soft(outline + 2.2, 1.2))
        thick = on_coarse(plane, _muscle_thickness)
        muscle = np.maximum(skin + 8 + 2 * lobules, cage - thick - 2 * lobules)
        muscle = soft(np.minimum(muscle, arms + 9 + 2 * lobules), 1.5)
        blend(image, _MUSCLE + 3 * texture, muscle)
        seams = soft((np.abs(on_coarse(plane, self._anatomy.streaks.on)) - 0.10) * 9, 1.2) * (cage > 9)
        blend(image, _FAT + 20, seams * muscle * np.float32(0.8))

    def _arms(self, plane: Plane) -> Field:
        """Distance to the skin of the arms."""
        if self._for_projection:
            return np.full(plane.shape, 1e3, np.float32)
        if self._anatomy.arms_up:
            grow = float(np.clip((plane.z - 62) / 34, 0, 1))
            out, radius = 158.0, 54 * grow - 60 * (1 - grow)
        else:
            share = float(np.clip((76 - plane.z) / 276, -0.2, 1.5))
            out, radius = 160 + 28 * share, 46 * min(1.0, 1.35 - 0.5 * share)
            radius -= 60 * float(np.clip((plane.z - 92) / 30, 0, 2))
        distance: Field = (np.sqrt(np.square(np.abs(plane.x) - out) + np.square(plane.y - 24)) - radius).astype(
            np.float32
        )
        return distance

    def _contents(self, image: Field, plane: Plane, texture: Field) -> None:
        anatomy = self._anatomy
        paint_heart(image, plane)
        anatomy.bowel.paint(image, plane)
        paint_upper_belly(image, plane, texture)
        if -215 < plane.z < -80:
            veins = soft(anatomy.liver_veins.distance(plane), 1.0)
            blend(image, 168, veins * ((image > 95) & (image < 125) & (plane.x < 40)))
        for value, cloud in anatomy.great_vessels:
            distance = cloud.distance(plane)
            blend(image, 45, soft(distance - 1.0, 1.0))
            blend(image, value, soft(distance, 1.0))

    def _lungs(self, image: Field, plane: Plane, texture: Field) -> None:
        if not -182 < plane.z < 142:
            return
        anatomy = self._anatomy
        lungs = on_coarse(plane, lambda part: shape.lungs(part.x, part.y, part.z))
        inside = soft(lungs, 1.0)
        gravity = np.float32(0.22) * plane.y
        blend(image, _LUNG + gravity + 9 * texture, inside)
        self._fissures(image, plane, inside)
        if not self._for_projection:
            tree = soft(anatomy.trees.vessels.distance(plane), 1.1)
            blend(image, 45, tree * soft(lungs - 3))
        airways = anatomy.trees.airways.distance(plane, 3.0)
        blend(image, 35, soft(airways - 1.3, 1.0))
        blend(image, -985, soft(airways, 1.0))

    @staticmethod
    def _fissures(image: Field, plane: Plane, inside: Field) -> None:
        """Major fissures of both lungs and the minor fissure of the right."""
        bow = 0.0012 * np.square(np.abs(plane.x) - 70)
        major = np.abs(plane.y - (0.85 * plane.z + 36) + 8 * bow) - 0.15
        line = soft(major.astype(np.float32), 1.4) * inside * np.float32(0.28)
        blend(image, -420, line.astype(np.float32))

    def _skeleton(self, image: Field, plane: Plane, texture: Field) -> None:
        anatomy = self._anatomy
        blend(image, 105, soft(anatomy.cartilages.distance(plane), 1.2))
        bones.paint_sternum(image, plane)
        bones.paint_spine(image, plane, texture)
        for cloud in () if self._for_projection else anatomy.bones:
            bones.paint_bone(image, cloud.distance(plane))

    def _find(self, image: Field, plane: Plane, texture: Field) -> None:
        for finding in self._findings:
            box = finding.shape.box(plane, finding.edge_mm + 3 * finding.ragged_mm)
            if box is not None:
                distance = finding.shape.distance(plane.part(box)) + np.float32(finding.ragged_mm) * texture[box]
                blend(image[box], finding.value, soft(distance, finding.edge_mm))


def _muscle_thickness(plane: Plane) -> Field:
    """How far muscle reaches outside the cage: in front above, beside the spine, at the buttocks."""
    beside_spine = 22 * np.exp(-np.square((np.abs(plane.x) - 30) / 26)) * np.clip(plane.y / 40, 0, 1)
    chest = 15 * np.exp(-np.square((np.abs(plane.x) - 70) / 42)) * np.clip(-plane.y / 40, 0, 1)
    side = np.clip(np.abs(plane.x) / 110, 0, 1)
    shoulder = 34 * side * float(np.clip((plane.z - 10) / 60, 0, 1) + 1.4 * np.clip((plane.z - 70) / 40, 0, 1))
    buttocks = 34 * np.clip((plane.y + 10) / 50, 0, 1) * float(np.clip((-300 - plane.z) / 50, 0, 1))
    upper = float(np.clip((plane.z + 40) / 50, 0, 1))
    thickness: Field = (8 + 4 * side + beside_spine + chest * upper + shoulder + buttocks).astype(np.float32)
    return thickness


def _table(image: Field, plane: Plane) -> None:
    """The couch below the patient."""
    rows = plane.box((0.0, 150.0), (215.0, 30.0))
    if rows is None:
        return
    part = plane.part(rows)
    top = part.y - 124 + 0.0007 * np.square(part.x)
    shell = np.abs(np.abs(top - 7) - 6) - 1.0
    blend(image[rows], -350, soft(np.maximum(shell, np.abs(part.x) - 205).astype(np.float32), 1.2))
    blend(image[rows], -920, soft(np.maximum(np.abs(top - 7) - 5, np.abs(part.x) - 204).astype(np.float32), 1.2))
