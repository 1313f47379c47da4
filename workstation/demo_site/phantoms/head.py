"""A head in Hounsfield units: skull, brain with grey and white matter, ventricles, and, if wanted, a bleed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workstation.demo_site.phantoms.fields import Field, Plane, SmoothField, blend, ellipsoid, soft

AIR, FAT, SKIN, MUSCLE, CSF, WHITE, GREY, BLOOD, BONE, DIPLOE = -1000, -85, 20, 55, 6, 27, 37, 68, 1350, 750


@dataclass(frozen=True)
class Bleed:
    """An acute haemorrhage of the basal ganglia with oedema and mass effect. Centre and radii in mm."""

    centre: tuple[float, float, float] = (-27.0, 4.0, 12.0)  # patient's right
    radii: tuple[float, float, float] = (15.0, 21.0, 17.0)
    shift_mm: float = 6.0


class HeadPhantom:
    """One person's head. The same ``seed`` gives the same head, with or without ``bleed``."""

    def __init__(self, seed: int, bleed: Bleed | None = None) -> None:
        self._folds = SmoothField(seed, 13.0)
        self._folds2 = SmoothField(seed + 1, 19.0)
        self._bumps = SmoothField(seed + 2, 60.0)
        self._texture = SmoothField(seed + 3, 7.0)
        self._cells = SmoothField(seed + 4, 6.0)
        self._bleed = bleed

    def slice_hu(self, plane: Plane) -> Field:
        """Hounsfield units of one axial plane, (rows, columns) float32, without noise."""
        bumps = self._bumps.on(plane)
        outer = self._vault(plane, 77.0, 97.0, 96.0) + 1.2 * bumps
        image: Field = np.full(plane.shape, AIR, np.float32)
        self._headrest(image, plane)
        blend(image, SKIN, soft(outer))
        blend(image, FAT, soft(outer + 2.2, 1.6))
        blend(image, MUSCLE, soft(outer + 4.5 + 1.0 * bumps, 1.5) * _smooth_step(10, -25, plane.z))
        thickness = 6.0 + 0.8 * bumps
        skull = outer + 6.5
        blend(image, BONE, soft(skull, 1.0))
        blend(image, DIPLOE, soft(skull + 1.9, 0.9) * soft(-(skull + thickness - 1.6), 0.9))
        inner = skull + thickness
        self._brain(image, self._pushed(plane), inner)
        self._base_of_skull(image, plane, inner, outer)
        return image

    # --- outer shape ---------------------------------------------------------------------------------------------

    @staticmethod
    def _vault(plane: Plane, a: float, b: float, c: float) -> Field:
        """Distance to a head: an egg, narrower in front, flatter on top, continued downwards into a neck."""
        z = plane.z if plane.z > 0 else plane.z * 0.62
        narrowing = 1 + 0.10 * np.clip(plane.y / b, -1, 1)
        x = plane.x / (a * narrowing)
        y = (plane.y + 2) / b
        planar = (np.abs(x) ** 2.25 + np.abs(y) ** 2.25) ** (1 / 2.25)
        radius = (planar**2.4 + abs(z / c) ** 2.4) ** (1 / 2.4)
        distance: Field = ((radius - 1) * min(a, b, c)).astype(np.float32)
        return distance

    @staticmethod
    def _headrest(image: Field, plane: Plane) -> None:
        radius = np.hypot(plane.x, plane.y + 20.0)
        shell = np.abs(radius - 128.0) - 3.0
        wanted = soft(shell.astype(np.float32), 1.0) * (plane.y > 40)
        blend(image, -180, wanted.astype(np.float32))

    # --- brain ---------------------------------------------------------------------------------------------------

    def _pushed(self, plane: Plane) -> Plane:
        """Mass effect: points near the bleed are looked up where the tissue came from, so the midline bows away."""
        if self._bleed is None:
            return plane
        x0, y0, z0 = self._bleed.centre
        far = ((plane.x - x0 * 0.3) / 45) ** 2 + ((plane.y - y0) / 50) ** 2 + ((plane.z - z0) / 38) ** 2
        push = np.float32(self._bleed.shift_mm * -np.sign(x0)) * np.exp(-far).astype(np.float32)
        return Plane(np.broadcast_to(plane.x, plane.shape) - push, np.broadcast_to(plane.y, plane.shape), plane.z)

    def _brain(self, image: Field, plane: Plane, inner: Field) -> None:
        rows, columns = plane.shape
        straight = Plane(_axis(columns, image, plane, 1), _axis(rows, image, plane, 0), plane.z)
        folds, folds2 = self._folds.on(straight), self._folds2.on(straight)
        blend(image, CSF, soft(inner, 0.9))
        depth = -(inner + 1.8)  # mm below the pial surface
        supratentorial = _smooth_step(-34, -24, plane.z)
        tissue = soft(-depth, 1.0)
        groove = np.minimum(np.abs(folds), np.abs(folds2) * 1.15)  # 0 along the floor of a sulcus
        reach = np.clip(1 - depth / 21.0, 0, 1) * supratentorial
        opening = 0.16 * reach
        sulcus = soft((groove - opening) * 9.0, 1.4) * np.clip(reach * 2.2, 0, 1)
        ribbon = np.maximum(
            soft((groove - opening - 0.42) * 9.0, 2.2) * np.clip(reach * 2.0, 0, 1), soft(depth - 3.0, 1.6)
        )
        texture = 0.8 * self._texture.on(straight)
        matter = WHITE + texture + ribbon * (GREY - WHITE)
        matter = np.where(supratentorial > 0.5, matter, self._cerebellum(plane, depth, texture))
        for value, shape in self._deep_grey(plane):
            matter = matter + soft(shape, 2.5) * (value - matter) * supratentorial
        blend(image, matter.astype(np.float32), tissue)
        blend(image, CSF, (sulcus * tissue).astype(np.float32))
        self._midline(image, plane, depth, supratentorial)
        self._spaces(image, plane, depth)
        if self._bleed is not None:
            self._haemorrhage(image, straight, depth)

    def _cerebellum(self, plane: Plane, depth: Field, texture: Field) -> Field:
        """Folia: fine parallel bands around the vermis; brain stem in front."""
        bands = 3.0 * np.sin((np.hypot(plane.x * 0.55, plane.y - 20) + 0.6 * np.abs(plane.x)) * 1.5)
        value: Field = (32 + bands * np.clip(1 - depth / 30, 0.2, 1) + texture).astype(np.float32)
        return value

    @staticmethod
    def _deep_grey(plane: Plane) -> list[tuple[float, Field]]:
        found = []
        for side in (-1, 1):
            found += [
                (GREY + 1.0, ellipsoid(plane, (side * 13, -20, 17), (5.5, 12, 13), side * -14)),  # caudate
                (GREY + 1.0, ellipsoid(plane, (side * 25, -3, 10), (7.5, 16, 13), side * 14)),  # lentiform
                (GREY, ellipsoid(plane, (side * 10, 14, 12), (8.5, 14, 11), side * 18)),  # thalamus
                (GREY - 1.0, ellipsoid(plane, (side * 37, -2, 8), (2.2, 19, 14), side * 6)),  # insula
            ]
        return found

    def _midline(self, image: Field, plane: Plane, depth: Field, supratentorial: float) -> None:
        """Interhemispheric fissure with the falx; deep in front and behind, shallow above the corpus callosum."""
        near = np.abs(plane.x)
        callosum = ellipsoid(plane, (0, -2, 24), (30, 46, 20))
        open_here = soft(-callosum, 6.0) * supratentorial * (depth > 0)
        fissure = soft((near - 1.5).astype(np.float32), 1.4) * open_here
        blend(image, CSF + 6, fissure.astype(np.float32))
        falx = soft((near - 0.55).astype(np.float32), 0.8) * open_here * _smooth_step(8, 30, plane.z)
        blend(image, 52, (falx * 0.9).astype(np.float32))

    def _spaces(self, image: Field, plane: Plane, depth: Field) -> None:
        """Ventricles, cisterns and Sylvian fissures."""
        for side in (-1, 1):
            frontal = ellipsoid(plane, (side * 8.5, -27, 19), (4.2, 14, 9), side * -18)
            body = ellipsoid(plane, (side * 10.5, -2, 27), (5.2, 26, 6.5), side * 7)
            atrium = ellipsoid(plane, (side * 20, 33, 14), (6.5, 14, 10), side * -24)
            temporal = ellipsoid(plane, (side * 31, 10, -8), (3.2, 12, 3.5), side * 20)
            for shape in (frontal, body, atrium, temporal):
                blend(image, CSF, soft(shape, 1.6))
            choroid = ellipsoid(plane, (side * 20, 33, 13), (2.2, 4, 4))
            blend(image, 160, soft(choroid, 2.5) * 0.8)
            sylvian = ellipsoid(plane, (side * 47, -9, 4), (12, 2.6, 16), side * -12)
            blend(image, CSF + 3, soft(sylvian, 2.0) * (depth > 0))
        third = ellipsoid(plane, (0, 6, 9), (2.0, 13, 9))
        blend(image, CSF, soft(third, 1.5))
        blend(image, 220, soft(ellipsoid(plane, (0, 27, 11), (2.2, 2.2, 2.5)), 1.5) * 0.8)  # pineal
        fourth = ellipsoid(plane, (0, 28, -34), (6, 5, 8))
        blend(image, CSF, soft(fourth, 1.6))
        star = ellipsoid(plane, (0, -12, -14), (14, 9, 7))  # suprasellar cistern
        blend(image, CSF + 2, soft(star, 3.0) * 0.9)
        for side in (-1, 1):
            blend(image, CSF + 3, soft(ellipsoid(plane, (side * 15, 16, -12), (3.2, 11, 7), side * 32), 2.0))

    def _haemorrhage(self, image: Field, plane: Plane, depth: Field) -> None:
        if self._bleed is None:
            return
        centre, radii = self._bleed.centre, self._bleed.radii
        ragged = 2.2 * self._folds.on(plane) + 1.2 * self._texture.on(plane)
        shape = ellipsoid(plane, centre, radii, 12) + ragged
        oedema = soft(shape - 7.0, 6.0) * (depth > 1)
        blend(image, 19, (oedema * 0.85).astype(np.float32))
        clot = BLOOD + 3.0 * self._cells.on(plane)
        blend(image, clot.astype(np.float32), soft(shape, 1.8))
        layered = ellipsoid(plane, (17, 42, 12), (5.5, 4.5, 7))  # blood that sank in the occipital horn
        blend(image, BLOOD - 8, soft(layered, 1.8) * 0.9)

    # --- base of the skull ---------------------------------------------------------------------------------------

    def _base_of_skull(self, image: Field, plane: Plane, inner: Field, outer: Field) -> None:
        if plane.z > 0:
            return
        cells = self._cells.on(plane)
        within = soft(outer + 6, 1.5)
        for side in (-1, 1):
            petrous = ellipsoid(plane, (side * 38, 16, -42), (36, 8.5, 12), side * 32) + 1.2 * self._folds.on(plane)
            blend(image, BONE - 250, soft(petrous, 1.5) * within)
            mastoid = ellipsoid(plane, (side * 56, 33, -50), (13, 15, 18))
            blend(image, np.where(cells > -0.1, -820, 900).astype(np.float32), soft(mastoid, 2.0) * within)
            canal = ellipsoid(plane, (side * 60, 12, -46), (18, 3.5, 3.5), side * 8)
            blend(image, AIR, soft(canal, 1.5))
            self._orbit(image, plane, side)
        self._face(image, plane)

    @staticmethod
    def _orbit(image: Field, plane: Plane, side: int) -> None:
        cone = ellipsoid(plane, (side * 32, -66, -40), (18, 27, 17), side * 20)
        blend(image, BONE - 500, soft(cone - 2.5, 1.2))
        blend(image, FAT, soft(cone, 1.2))
        blend(image, MUSCLE, soft(ellipsoid(plane, (side * 24, -62, -40), (2, 18, 4), side * 22)))
        blend(image, MUSCLE, soft(ellipsoid(plane, (side * 43, -62, -40), (2, 17, 4), side * 12)))
        blend(image, 32, soft(ellipsoid(plane, (side * 28, -58, -40), (2.2, 20, 2.2), side * 22)))  # optic nerve
        globe = ellipsoid(plane, (side * 34, -80, -40), (12, 12, 12))
        blend(image, 45, soft(globe))
        blend(image, 12, soft(globe + 1.3))
        blend(image, 110, soft(ellipsoid(plane, (side * 35, -90, -40), (5, 2.2, 5))))  # lens

    @staticmethod
    def _face(image: Field, plane: Plane) -> None:
        ethmoid = ellipsoid(plane, (0, -66, -42), (12, 24, 16))
        walls = np.abs(np.sin(plane.x * 0.55) * np.sin(plane.y * 0.42 + 0.4)) < 0.16
        blend(image, np.where(walls, 350, -900).astype(np.float32), soft(ethmoid, 1.2))
        sphenoid = ellipsoid(plane, (0, -27, -44), (15, 13, 11))
        blend(image, BONE - 500, soft(sphenoid - 2.0, 1.0))
        blend(image, -950, soft(sphenoid, 1.0))
        clivus = ellipsoid(plane, (0, -8, -52), (13, 8, 18))
        blend(image, BONE - 700, soft(clivus, 2.0))


def _smooth_step(low: float, high: float, value: float) -> float:
    """0 at ``low`` and beyond, 1 at ``high`` and beyond, smooth between (``low`` may be the larger)."""
    t = min(1.0, max(0.0, (value - low) / (high - low)))
    return t * t * (3 - 2 * t)


def _axis(count: int, image: Field, plane: Plane, axis: int) -> Field:
    """The straight axis of a plane that may have been pushed out of shape."""
    if plane.x.shape != image.shape:
        return plane.x if axis else plane.y
    line = np.linspace(plane.y[0, 0], plane.y[-1, 0], count, dtype=np.float32)
    return line[None, :] if axis else line[:, None]
