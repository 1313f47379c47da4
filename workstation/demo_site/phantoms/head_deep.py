"""The depth of the brain: basal ganglia, ventricles and cisterns."""

from __future__ import annotations

import numpy as np

from workstation.demo_site.phantoms.fields import Ellipsoid, Field, Plane, paint
from workstation.demo_site.phantoms.tissues import HeadTissues


def paint_deep_grey(matter: Field, plane: Plane, tissue: HeadTissues, above: np.float32) -> None:
    """Caudate, lentiform nucleus, thalamus and insula of both sides; in place."""
    for side in (-1, 1):
        for amount, shape in (
            (1.0, Ellipsoid((side * 12.5, -20, 17), (5.5, 11, 13), side * -14)),
            (0.95, Ellipsoid((side * 25, -4, 9), (6.5, 15, 12), side * 16)),
            (0.85, Ellipsoid((side * 10, 13, 11), (8.0, 13, 11), side * 22)),
            (0.9, Ellipsoid((side * 37, -3, 8), (2.4, 20, 14), side * 8)),
        ):
            paint(matter, plane, shape, tissue.grey, edge_mm=2.0, within=float(above * amount))


def paint_spaces(image: Field, plane: Plane, depth: Field, tissue: HeadTissues) -> None:
    """Ventricles, cisterns and Sylvian fissures; in place."""
    inside = (depth > 0).astype(np.float32)
    for side in (-1, 1):
        for shape in (
            Ellipsoid((side * 8, -27, 19), (3.4, 14, 9), side * -20),  # frontal horn
            Ellipsoid((side * 10, -2, 27), (4.6, 27, 6), side * 8),  # body
            Ellipsoid((side * 20, 33, 14), (5.0, 15, 10), side * -26),  # atrium and occipital horn
            Ellipsoid((side * 31, 10, -8), (2.4, 11, 3.0), side * 20),  # temporal horn
        ):
            paint(image, plane, shape, tissue.csf, edge_mm=1.4)
        choroid = Ellipsoid((side * 20, 33, 13), (2.2, 4, 4))
        paint(image, plane, choroid, tissue.calcified, edge_mm=2.5, within=0.8)
        fissure = Ellipsoid((side * 50, -10, 4), (14, 1.9, 17), side * -14)
        paint(image, plane, fissure, tissue.csf, edge_mm=1.6, within=inside)
        paint(image, plane, Ellipsoid((side * 15, 16, -12), (2.6, 11, 7), side * 32), tissue.csf, edge_mm=2.0)
    for shape, edge in (
        (Ellipsoid((0, 6, 9), (1.6, 13, 9)), 1.4),  # third ventricle
        (Ellipsoid((0, 27, -34), (6, 5, 8)), 1.6),  # fourth ventricle
        (Ellipsoid((0, -12, -16), (12, 8, 6)), 3.0),  # suprasellar cistern
        (Ellipsoid((0, 26, 0), (11, 4, 5)), 2.5),  # quadrigeminal cistern
        (Ellipsoid((0, -8, -40), (13, 3, 16)), 2.0),  # prepontine cistern
    ):
        paint(image, plane, shape, tissue.csf, edge_mm=edge, within=inside)
    paint(image, plane, Ellipsoid((0, 27, 10), (2.0, 2.0, 2.4)), tissue.calcified, edge_mm=1.5, within=0.8)  # pineal
    paint(image, plane, Ellipsoid((0, -11, -26), (2.2, 2.2, 14)), tissue.vessel, edge_mm=1.0)  # basilar artery
    for side in (-1, 1):
        paint(image, plane, Ellipsoid((side * 11, -18, -24), (2.3, 2.3, 9)), tissue.vessel, edge_mm=1.0)  # carotids
