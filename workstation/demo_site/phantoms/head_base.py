"""The base of the skull and the upper face: petrous bones, orbits with eyes, sinuses."""

from __future__ import annotations

import numpy as np

from workstation.demo_site.phantoms.fields import Ellipsoid, Field, Plane, blend, paint, smooth_step, soft
from workstation.demo_site.phantoms.tissues import HeadTissues


def paint_base_of_skull(
    image: Field, plane: Plane, inner: Field, outer: Field, cells: Field, tissue: HeadTissues
) -> None:
    """Everything below the brain; in place.

    Parameters
    ----------
    inner, outer
        Distance (mm) to the inner table of the skull and to the skin.
    cells
        A random field that makes air cells.
    """
    within = soft(outer + 4.5, 1.0)
    _face(image, plane, inner, tissue, within)
    for side in (-1, 1):
        wing = Ellipsoid((side * 44, -44, -38), (25, 2.4, 18), side * -26)
        paint(image, plane, wing, tissue.bone, edge_mm=1.2, within=within)
        ragged = tissue.bone - 0.18 * abs(tissue.bone) * cells
        paint(
            image, plane, Ellipsoid((side * 37, 15, -44), (33, 7.5, 11), side * 34), ragged, edge_mm=1.5, within=within
        )
        mastoid = np.where(cells > -0.1, tissue.air, tissue.bone).astype(np.float32)
        paint(image, plane, Ellipsoid((side * 56, 32, -52), (12, 14, 15)), mastoid, edge_mm=2.0, within=within)
        paint(image, plane, Ellipsoid((side * 64, 13, -48), (18, 3.2, 3.2), side * 8), tissue.air, edge_mm=1.2)
        _orbit(image, plane, side, tissue, within)
    _sinuses(image, plane, tissue, within)


def _face(image: Field, plane: Plane, inner: Field, tissue: HeadTissues, within: Field) -> None:
    """In front of the middle fossa and below the frontal lobes there is no brain: muscle and fat instead."""
    low = smooth_step(-21, -26, plane.z)
    if low == 0:
        return
    front = soft(plane.y + 44 - 0.25 * np.abs(plane.x) + 0.02 * np.square(plane.x / 8), 1.5) * soft(inner - 1.5)
    blend(image, tissue.fat + 0.8 * (tissue.muscle - tissue.fat), front * np.float32(low))
    for side in (-1, 1):  # temporal muscle
        paint(
            image,
            plane,
            Ellipsoid((side * 62, -42, -48), (9, 22, 24), side * 18),
            tissue.muscle,
            edge_mm=1.5,
            within=within,
        )


def _orbit(image: Field, plane: Plane, side: int, tissue: HeadTissues, within: Field) -> None:
    cone = Ellipsoid((side * 29, -54, -40), (17, 29, 16), side * 20)
    shell = Ellipsoid(cone.centre, (cone.radii[0] + 2.2, cone.radii[1] + 1.0, cone.radii[2] + 2.2), cone.turn_deg)
    behind = within * soft(-(plane.y + 78), 3.0)
    paint(image, plane, shell, tissue.bone * 0.8, edge_mm=1.0, within=behind)
    paint(image, plane, cone, tissue.fat, edge_mm=1.0, within=within)
    for x, turn in ((21, 24), (40, 12)):
        paint(image, plane, Ellipsoid((side * x, -58, -40), (1.8, 17, 4), side * turn), tissue.muscle)
    paint(image, plane, Ellipsoid((side * 25, -54, -40), (2.0, 19, 2.2), side * 22), tissue.stem)  # optic nerve
    globe = (side * 31, -71, -40)
    paint(image, plane, Ellipsoid(globe, (12, 12, 12)), tissue.muscle)
    paint(image, plane, Ellipsoid(globe, (10.9, 10.9, 10.9)), tissue.vitreous)
    paint(image, plane, Ellipsoid((side * 31.5, -79, -40), (4.6, 2.0, 4.6)), tissue.lens)


def _sinuses(image: Field, plane: Plane, tissue: HeadTissues, within: Field) -> None:
    walls = np.abs(np.sin(plane.x * 0.42) * np.sin(plane.y * 0.33 + 0.4)) < 0.14
    ethmoid = np.where(walls, 0.35 * tissue.bone, tissue.air).astype(np.float32)
    paint(image, plane, Ellipsoid((0, -64, -43), (11.5, 22, 15)), ethmoid, edge_mm=1.2, within=within)
    for side in (-1, 1):
        sphenoid = Ellipsoid((side * 8, -29, -44), (7.5, 12, 10))
        around = Ellipsoid(sphenoid.centre, (9.5, 14, 12))
        paint(image, plane, around, 0.65 * tissue.bone, edge_mm=1.0)
        paint(image, plane, sphenoid, tissue.air, edge_mm=1.0)
        frontal = Ellipsoid((side * 12, -83.5, -14), (11, 3.0, 12), side * 14)
        paint(image, plane, frontal, tissue.air, edge_mm=1.0, within=within)
    paint(image, plane, Ellipsoid((0, -10, -56), (13, 7, 17)), tissue.marrow, edge_mm=2.0)  # clivus
