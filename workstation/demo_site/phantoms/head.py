"""A head of tissues: skull, brain with grey and white matter, ventricles, eyes, and, if wanted, a bleed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workstation.demo_site.phantoms.fields import (
    Ellipsoid,
    Field,
    Plane,
    SmoothField,
    blend,
    paint,
    smooth_step,
    soft,
)
from workstation.demo_site.phantoms.head_base import paint_base_of_skull
from workstation.demo_site.phantoms.head_deep import paint_deep_grey, paint_spaces
from workstation.demo_site.phantoms.tissues import HeadTissues

_FACE_Z_MM = -22.0


@dataclass(frozen=True)
class Bleed:
    """An acute haemorrhage of the basal ganglia with oedema and mass effect. Centre and radii in mm."""

    centre: tuple[float, float, float] = (-27.0, 4.0, 12.0)  # patient's right
    radii: tuple[float, float, float] = (14.0, 21.0, 17.0)
    shift_mm: float = 6.0


class HeadShape:
    """The random part of one person's head, made once and shared by every study of the person."""

    def __init__(self, seed: int) -> None:
        self.folds = SmoothField(seed, 25.0)
        self.folds_small = SmoothField(seed + 1, 17.0)
        self.bumps = SmoothField(seed + 2, 70.0, 24)
        self.texture = SmoothField(seed + 3, 8.0)
        self.cells = SmoothField(seed + 4, 7.0)


class HeadPhantom:
    """One person's head, painted with one set of tissue values.

    Parameters
    ----------
    bleed
        A haemorrhage with its mass effect.
    lesion
        A focal lesion of the brain.
    """

    def __init__(
        self, shape: HeadShape, tissues: HeadTissues, *, bleed: Bleed | None = None, lesion: Ellipsoid | None = None
    ) -> None:
        self._shape = shape
        self._tissue = tissues
        self._bleed = bleed
        self._lesion = lesion

    def slice_values(self, plane: Plane) -> Field:
        """Values of one axial plane, (rows, columns) float32, without noise."""
        image: Field = np.full(plane.shape, self._tissue.air, np.float32)
        self._headrest(image, plane)
        box = plane.box((0.0, -2.0), (94.0, 118.0))
        if box is not None and plane.z < 100:
            self._head(image[box], plane.part(box))
        return image

    def _head(self, image: Field, plane: Plane) -> None:
        tissue = self._tissue
        bumps = self._shape.bumps.on(plane) * np.float32(smooth_step(97, 60, plane.z))
        skull = _vault(plane) + np.float32(0.8) * bumps + np.float32(6.2)
        outer = self._skin(plane, skull)
        blend(image, tissue.skin, soft(outer))
        blend(image, tissue.fat, soft(outer + 2.0, 1.2))
        low = smooth_step(14, -25, plane.z)
        if low:
            blend(image, tissue.muscle, soft(outer + 4.6 - 1.2 * bumps, 1.5) * np.float32(low))
        thickness = 4.9 + 0.7 * bumps + np.float32(1.2) * np.clip(plane.y / 90, -0.3, 1)
        blend(image, tissue.bone, soft(skull, 0.9))
        blend(image, tissue.marrow, soft(skull + 1.5, 0.8) * soft(-(skull + thickness - 1.3), 0.8))
        inner: Field = (skull + thickness).astype(np.float32)
        self._brain(image, self._pushed(plane), inner)
        if plane.z < 8:
            paint_base_of_skull(image, plane, inner, outer, self._shape.cells.on(plane), tissue)

    @staticmethod
    def _skin(plane: Plane, skull: Field) -> Field:
        """Distance to the skin: the vault with nose and ears."""
        outer = skull - np.float32(6.2)
        for shape in (
            Ellipsoid((0, -93, -60), (13, 20, 26)),
            Ellipsoid((78, 12, -42), (2.8, 13, 20), -20),
            Ellipsoid((-78, 12, -42), (2.8, 13, 20), 20),
        ):
            box = shape.box(plane, 3.0)
            if box is not None:
                outer[box] = np.minimum(outer[box], shape.distance(plane.part(box)))
        return outer

    def _headrest(self, image: Field, plane: Plane) -> None:
        """A padded trough below the head."""
        box = plane.box((0.0, 60.0), (125.0, 58.0))
        if box is None or self._tissue.support == self._tissue.air:
            return
        inside = plane.part(box)
        radius = np.hypot(inside.x, inside.y + 12.0)
        blend(image[box], self._tissue.support, soft((np.abs(radius - 119.0) - 2.5).astype(np.float32), 1.0))

    # --- brain ---------------------------------------------------------------------------------------------------

    def _pushed(self, plane: Plane) -> Plane:
        """Mass effect: points near the bleed are looked up where the tissue came from, so the midline bows away."""
        if self._bleed is None:
            return plane
        x0, y0, z0 = self._bleed.centre
        far = ((plane.x - x0 * 0.3) / 45) ** 2 + ((plane.y - y0) / 50) ** 2 + ((plane.z - z0) / 38) ** 2
        push = np.float32(self._bleed.shift_mm * np.sign(x0)) * np.exp(-far).astype(np.float32)
        return Plane(plane.x, plane.y, plane.z, push)

    def _brain(self, image: Field, plane: Plane, inner: Field) -> None:
        tissue = self._tissue
        above = np.float32(smooth_step(-34, -24, plane.z))
        depth: Field = -(inner + np.float32(1.6))  # mm below the surface of the brain
        blend(image, tissue.csf, soft(inner, 0.9))
        matter, sulcus = self._mantle(plane, depth, above)
        paint_deep_grey(matter, plane, tissue, above)
        blend(image, matter, soft(-depth, 1.0))
        blend(image, tissue.csf, sulcus)
        self._midline(image, plane, depth, above)
        paint_spaces(image, plane, depth, tissue)
        if self._lesion is not None:
            ragged = 0.7 + 0.3 * np.clip(self._shape.texture.on(plane) + 1, 0, 1)
            paint(image, plane, self._lesion, tissue.lesion, edge_mm=5.0, within=ragged * (depth > 0))
        if self._bleed is not None:
            self._haemorrhage(image, plane, depth, self._bleed)

    def _mantle(self, plane: Plane, depth: Field, above: np.float32) -> tuple[Field, Field]:
        """Grey ribbon over white matter, and how much of each point is a sulcus; folia in the posterior fossa."""
        tissue, texture = self._tissue, self._shape.texture.on(plane)
        contrast = np.float32(tissue.grey - tissue.white)
        grain = np.float32(0.06 * abs(contrast)) * texture
        if above == 0:
            return self._folia(plane, depth) + grain, np.zeros_like(depth)
        folds = np.abs(self._shape.folds.on(plane)) * np.float32(6.0)  # about mm from the floor of a sulcus
        small = np.abs(self._shape.folds_small.on(plane)) * np.float32(4.5) + np.clip(depth - 6, 0, None)
        groove = np.minimum(folds, small)
        reach = np.clip((24 - depth) / 12, 0, 1) * above
        width = np.clip(1.15 - depth / 26, 0.25, 1)
        ribbon = np.maximum(soft(groove - 3.6, 1.6) * reach, soft(depth - 2.8, 1.4))
        sulcus = soft(groove - width, 0.9) * reach * (depth > 0)
        matter = tissue.white + contrast * ribbon + grain
        if above < 1:
            matter += (1 - above) * (self._folia(plane, depth) - matter)
        return matter.astype(np.float32), sulcus.astype(np.float32)

    def _folia(self, plane: Plane, depth: Field) -> Field:
        """Cerebellum: fine bands around the vermis, with the brain stem in front of it."""
        x = plane.across
        bands = np.sin((np.hypot(x * 0.55, plane.y - 18) + 0.5 * np.abs(x)) * 1.35)
        swing = np.float32(0.13 * (self._tissue.grey - self._tissue.white)) * np.clip(1 - depth / 28, 0.15, 1)
        value: Field = (self._tissue.cerebellum + bands * swing).astype(np.float32)
        paint(value, plane, Ellipsoid((0, 8, -44), (15, 13, 30)), self._tissue.stem, edge_mm=3.0)
        for side in (-1, 1):
            paint(value, plane, Ellipsoid((side * 20, 34, -42), (9, 12, 8), side * 20), self._tissue.white, edge_mm=4.0)
        return value

    def _midline(self, image: Field, plane: Plane, depth: Field, above: np.float32) -> None:
        """Interhemispheric fissure with the falx; deep in front and behind, shallow above the corpus callosum."""
        strip = plane.box((0.0, 0.0), (14.0, 120.0))
        if strip is None or above == 0:
            return
        image, depth, plane = image[strip], depth[strip], plane.part(strip)
        near = np.abs(plane.across)
        callosum = Ellipsoid((0, -2, 22), (30, 48, 22)).distance(plane)
        open_here = soft(-callosum, 5.0) * above * (depth > 0)
        wave = 0.5 * np.sin(plane.y * 0.31 + plane.z * 0.2)
        blend(image, self._tissue.csf, soft((near - 1.2 - wave).astype(np.float32), 1.2) * open_here)
        falx = soft((near - 0.5).astype(np.float32), 0.8) * open_here * np.float32(0.9 * smooth_step(5, 25, plane.z))
        blend(image, self._tissue.dura, falx)

    def _haemorrhage(self, image: Field, plane: Plane, depth: Field, bleed: Bleed) -> None:
        seen = Ellipsoid(bleed.centre, (bleed.radii[0] + 16, bleed.radii[1] + 16, bleed.radii[2] + 14))
        box = seen.box(plane, 0.0)
        if box is not None:
            self._clot(image[box], plane.part(box), depth[box], bleed)
        settled = Ellipsoid((17, 44, 12), (5.0, 4.0, 6))  # blood that sank in the occipital horn
        paint(image, plane, settled, self._tissue.blood - 8, edge_mm=1.8, within=0.9)

    def _clot(self, image: Field, plane: Plane, depth: Field, bleed: Bleed) -> None:
        straight = Plane(plane.x, plane.y, plane.z)
        ragged = 1.1 * self._shape.folds_small.on(straight) + 0.8 * self._shape.texture.on(straight)
        shape = Ellipsoid(bleed.centre, bleed.radii, 12).distance(straight) + ragged
        blend(image, self._tissue.oedema, soft(shape - 6.0, 5.0) * (depth > 1) * np.float32(0.85))
        blend(image, self._tissue.blood + 3.0 * self._shape.cells.on(straight), soft(shape, 1.6))


def _vault(plane: Plane) -> Field:
    """Distance to a head: an egg, narrower in front, flatter on top, continued downwards into a neck."""
    a, b, c = 77.0, 97.0, 96.0
    z = plane.z / c if plane.z > 0 else plane.z * 0.62 / c
    x = np.square(plane.x / (a + a * 0.10 * np.clip(plane.y / b, -1, 1)))
    y = np.square((plane.y + 2) / b)
    flat = np.sqrt(x + y - np.float32(0.4) * x * y / (x + y + np.float32(1e-6)))  # a little squarer than an ellipse
    radius = np.sqrt(np.sqrt(np.square(np.square(flat)) + z**4 + 1.4 * np.square(flat * z)))
    distance: Field = ((radius - 1) * a).astype(np.float32)
    return distance
