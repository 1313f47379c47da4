"""Great vessels, airways and the branching trees of the lungs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workstation.demo_site.phantoms.trunk_shape import lungs
from workstation.demo_site.phantoms.tubes import BallCloud, Points, grown_tree, joined, tube, tube_parts

_AORTA = (
    (
        *([4, -22, -44], [-6, -28, -18], [-10, -26, 4], [-2, -14, 26], [10, 4, 33], [20, 24, 27], [24, 40, 8]),
        *([23, 48, -30], [22, 46, -80], [18, 40, -130], [8, 24, -180], [4, 10, -240], [2, 6, -288]),
    ),
    (15, 16, 15.5, 14.5, 13.5, 13, 12.5, 12, 11.5, 11, 10, 9, 8.5),
)


def aorta() -> BallCloud:
    """The aorta from its valve to its division, with the arteries of neck, arms, belly and pelvis."""
    parts = [tube_parts(*_AORTA, spacing=0.2)]
    branches: list[tuple[list[list[float]], float]] = [
        ([[-4, -10, 32], [-14, -8, 56], [-20, 0, 84], [-24, 4, 130]], 5.5),
        ([[-16, -2, 66], [-40, 4, 84], [-80, 8, 90], [-130, 20, 92]], 4.2),
        ([[8, 0, 38], [12, -2, 70], [20, 4, 130]], 4.0),
        ([[16, 16, 36], [22, 18, 70], [44, 14, 90], [80, 10, 92], [130, 20, 92]], 4.5),
        ([[8, 18, -186], [4, -2, -192], [-24, -10, -192]], 4.0),
        ([[6, 16, -206], [4, -4, -222], [0, -22, -270], [-10, -26, -310]], 4.0),
        ([[2, 6, -286], [-26, 8, -330], [-56, -4, -380], [-66, -38, -430], [-68, -48, -480]], 5.5),
        ([[2, 6, -286], [28, 8, -330], [56, -4, -380], [66, -38, -430], [68, -48, -480]], 5.5),
        ([[6, 14, -216], [30, 26, -216], [48, 40, -216]], 3.2),
        ([[4, 12, -220], [-28, 30, -222], [-48, 42, -220]], 3.2),
    ]
    parts += [tube_parts(path, radius) for path, radius in branches]
    return joined(parts)


def veins() -> BallCloud:
    """Superior and inferior vena cava with their large tributaries, and the portal vein."""
    paths: list[tuple[list[list[float]], list[float] | float]] = [
        ([[-24, -14, 50], [-25, -12, 10], [-24, -14, -26]], 10.0),
        ([[-24, -14, 48], [-30, -16, 72], [-36, -4, 100], [-38, 0, 130]], 7.0),
        ([[-24, -14, 46], [4, -28, 54], [26, -20, 72], [36, -4, 100], [38, 0, 130]], 6.5),
        ([[-34, -10, 78], [-80, -8, 86], [-135, 4, 88]], 5.0),
        ([[32, -12, 78], [80, -8, 86], [135, 4, 88]], 5.0),
        ([[-20, 6, -76], [-24, 14, -120], [-22, 18, -180], [-20, 10, -250], [-18, 8, -294]], 11.5),
        ([[-18, 8, -294], [-36, 12, -335], [-62, 2, -385], [-74, -36, -432], [-78, -44, -480]], 7.0),
        ([[-18, 8, -294], [22, 14, -335], [60, 2, -385], [74, -36, -432], [78, -44, -480]], 7.0),
        ([[-20, 16, -218], [-48, 40, -218]], 5.0),
        ([[-16, 12, -214], [10, 0, -212], [48, 40, -214]], 5.0),
        ([[4, -12, -240], [-6, -14, -205], [-26, -14, -186], [-48, -14, -168]], 6.5),
        ([[-6, -14, -200], [30, -2, -190], [70, 22, -170], [84, 34, -160]], 4.5),
    ]
    return joined([tube_parts(path, radius) for path, radius in paths])


def liver_veins() -> BallCloud:
    """Portal and hepatic veins inside the liver."""
    random = np.random.default_rng(31)
    spread = np.array([-62, -8, -148]) + random.uniform(-1, 1, (90, 3)) * np.array([62, 56, 44])
    portal = grown_tree([[-30, -14, -182], [-48, -14, -168]], spread.astype(np.float32), leaf_radius=1.3)
    others = np.array([-62, -2, -132]) + random.uniform(-1, 1, (70, 3)) * np.array([62, 56, 36])
    hepatic = grown_tree([[-20, 8, -100], [-28, 4, -106]], others.astype(np.float32), leaf_radius=1.4)
    return joined([portal, hepatic])


def pulmonary_trunk() -> BallCloud:
    """The pulmonary artery's trunk and both main branches."""
    return joined(
        [
            tube_parts([[16, -48, -42], [20, -46, -18], [17, -32, -4], [12, -18, -6]], [14, 14, 13.5, 12]),
            tube_parts([[14, -24, -6], [-6, -12, -10], [-26, -6, -13], [-40, -2, -18]], [11.5, 11, 10, 9]),
            tube_parts([[16, -30, -2], [30, -8, 4], [40, 8, 2], [44, 16, -10]], [12, 11, 10, 9]),
        ]
    )


def oesophagus() -> BallCloud:
    """The gullet from neck to stomach."""
    return tube([[4, 26, 130], [5, 32, 40], [4, 34, 0], [8, 30, -60], [16, 22, -100], [30, 4, -124]], 6.0)


@dataclass(frozen=True)
class LungTrees:
    """What branches in the lungs: arteries and veins of one person, and the airways."""

    seed: int = 5

    @cached_property
    def vessels(self) -> BallCloud:
        """Arteries and veins of both lungs."""
        parts = []
        for side, root in self._roots():
            for kind, leaves in (("artery", 900), ("vein", 640)):
                start = np.array(root, np.float32)
                if kind == "vein":
                    start = start + np.array([0, -12, -12], np.float32)
                targets = self._places(side, leaves, kind)
                parts.append(grown_tree([*start], targets, leaf_radius=0.66, exponent=2.8))
        return joined(parts)

    @cached_property
    def airways(self) -> BallCloud:
        """Trachea and bronchi; the lumen."""
        parts = [
            tube_parts([[0, 14, 140], [-1, 16, 60], [0, 18, 4]], 8.6),
            tube_parts([[0, 18, 6], [-14, 18, -10], [-30, 17, -24]], [8, 7.4, 6.8]),
            tube_parts([[0, 18, 6], [18, 20, -12], [40, 20, -26]], [7.6, 6.8, 6.2]),
        ]
        for side, root in self._roots():
            start = [[side * 26, 17, -20], [side * 38, 17, -28], np.add(root[-1], (0, 6, -8))]
            targets = self._places(side, 70, "airway")
            centres, radii = grown_tree([list(map(float, point)) for point in start], targets, leaf_radius=0.85)
            parts.append((centres, np.minimum(radii, 5.5)))
        return joined(parts)

    @staticmethod
    def _roots() -> tuple[tuple[int, list[list[float]]], ...]:
        """Paths of the hila: right, left."""
        right: list[list[float]] = [[-36, -2, -16], [-46, 4, -24], [-50, 14, -44], [-52, 20, -62]]
        left: list[list[float]] = [[42, 12, -4], [50, 18, -18], [54, 22, -40], [56, 26, -60]]
        return ((-1, right), (1, left))

    def _places(self, side: int, count: int, kind: str) -> Points:
        """Random places inside one lung, evenly spread."""
        random = np.random.default_rng((self.seed, side + 1, len(kind)))
        low, high = (-132.0, -100.0, -170.0), (-8.0, 96.0, 100.0)
        points = random.uniform(low, high, (count * 12, 3)).astype(np.float32)
        points[:, 0] *= -side
        depth = 4.0 if kind != "airway" else 24.0
        inside = lungs(points[:, 0], points[:, 1], points[:, 2]) < -depth
        chosen: Points = points[inside][:count]
        return chosen
