"""Bowel as tubes: where the colon runs, and a small bowel that wanders through the room left to it. Millimetres."""

from __future__ import annotations

import numpy as np

from workstation.demo_site.phantoms.fields import Field
from workstation.demo_site.phantoms.trunk_shape import cage
from workstation.demo_site.phantoms.tubes import BallCloud, Points, grown_tree, joined, tube_parts

_RIGHT = [
    [-46, -28, -392],
    [-52, -26, -372],
    [-60, -22, -346],
    [-74, -12, -318],
    [-96, 6, -290],
    [-102, 12, -264],
    [-96, -4, -246],
]
_ACROSS = [[-94, -10, -246], [-74, -40, -248], [-38, -60, -252], [4, -64, -254], [46, -60, -240], [80, -40, -218]]
_ACROSS_END = [[98, -12, -204], [103, 12, -206]]
_LEFT = [[103, 14, -208], [105, 26, -240], [104, 24, -280], [88, 4, -306], [70, -10, -330], [62, -18, -352]]
_SIGMOID = [
    [62, -18, -352],
    [52, -12, -380],
    [26, -2, -376],
    [0, 10, -368],
    [-26, 22, -382],
    [-12, 36, -400],
    [4, 42, -414],
]
_RECTUM = [[4, 42, -414], [4, 44, -440], [2, 40, -470], [0, 36, -490]]
_DUODENUM = [
    [-14, -44, -184],
    [-38, -26, -192],
    [-45, -2, -212],
    [-42, 8, -236],
    [-20, 4, -250],
    [14, -2, -250],
    [34, -10, -238],
]
_STEP_MM = 3.0


def right_colon() -> BallCloud:
    """Caecum, ascending colon and its bend."""
    return _haustral([(_RIGHT, [18, 23, 23, 21, 21, 20, 20])])


def transverse_colon() -> BallCloud:
    """From bend to bend, sagging."""
    return _haustral([(_ACROSS + _ACROSS_END, [20, 19, 18, 18, 18, 18, 18, 16])])


def left_colon() -> BallCloud:
    """Descending colon, sigmoid and rectum."""
    return _haustral(
        [(_LEFT, [15, 13, 12.5, 12, 12.5, 12.5]), (_SIGMOID, [12.5] * 7), (_RECTUM, [14, 20, 18, 9])], depth=0.10
    )


def duodenum() -> BallCloud:
    """The C around the head of the pancreas."""
    return joined([tube_parts(_DUODENUM, [13, 12.5, 12, 12, 11.5, 11, 11])])


def _haustral(paths: list[tuple[list[list[int]], list[float]]], depth: float = 0.16) -> BallCloud:
    """Tubes with constrictions every 26 mm."""
    parts = []
    for path, radii in paths:
        centres, widths = tube_parts(path, radii, spacing=_STEP_MM / float(np.mean(radii)))
        along = np.arange(len(widths)) * _STEP_MM
        waist = depth * np.abs(np.cos(along * np.pi / 26)).astype(np.float32) ** 6
        parts.append((centres, (widths * (1 - waist)).astype(np.float32)))
    return joined(parts)


class SmallBowel:
    """Loops from the duodenum to the caecum: their path, and the vessels of the mesentery that lead to them."""

    def __init__(self, seed: int) -> None:
        random = np.random.default_rng(seed)
        taken = [right_colon(), transverse_colon(), left_colon(), duodenum()]
        stations = _in_order(_places(random, taken))
        path, radius = tube_parts(stations, random.uniform(8.5, 12.0, len(stations)).astype(np.float32), spacing=0.25)
        self.loops = BallCloud(path, radius)
        gas_here = np.convolve(random.uniform(-1, 1, len(path)), np.ones(16) / 4, mode="same") > 0.75
        raised = path[gas_here] + np.array([0, -3.5, 0], np.float32)
        self.gas = BallCloud(raised, (radius[gas_here] - 5).astype(np.float32))
        self.vessels = _mesentery(path[::6])


def _room(points: Points, taken: list[BallCloud]) -> Field:
    """Below 0 where the middle of a loop may lie: inside the wall, in front of the spine, beside what is ``taken``."""
    x, y, z = points[:, 0], points[:, 1], points[:, 2]
    wall = cage(x, y, z) + 16
    behind = y - np.where(np.abs(x) > 50, 4, -20)
    bladder = 44 - np.sqrt(np.square(x) + np.square((y + 22) * 1.2) + np.square(z + 418))
    sides = np.abs(x) - np.interp(z, (-400, -350, -310, -290), (44, 58, 70, 92))
    room: Field = np.max([wall, behind, bladder, sides], axis=0).astype(np.float32)
    for cloud in taken:
        gaps = np.linalg.norm(points[:, None, :] - cloud.centres[None, ::3], axis=2) - cloud.radii[None, ::3]
        room = np.maximum(room, 10 - gaps.min(axis=1))
    return room


def _places(random: np.random.Generator, taken: list[BallCloud], apart_mm: float = 21.0) -> Points:
    """Random places in the room, none closer together than ``apart_mm``."""
    tries = random.uniform((-94, -82, -402), (94, 20, -220), (9000, 3)).astype(np.float32)
    kept: list[Points] = []
    for place in tries[_room(tries, taken) < 0]:
        if not kept or np.linalg.norm(np.array(kept) - place, axis=1).min() > apart_mm:
            kept.append(place)
    return np.array(kept, np.float32)


def _in_order(places: Points) -> Points:
    """A way through all places from the end of the duodenum, always to a near one, to the caecum."""
    way = [np.array(_DUODENUM[-1], np.float32)]
    left = list(range(len(places)))
    while left:
        gaps = np.linalg.norm(places[left] - way[-1], axis=1) - 0.25 * places[left][:, 2]
        way.append(places[left.pop(int(np.argmin(gaps)))])
    way.append(np.array(_RIGHT[2], np.float32))
    return np.array(way, np.float32)


def _mesentery(targets: Points) -> BallCloud:
    """Branches of the superior mesenteric vessels."""
    root = [[1.0, -16.0, -250.0], [-2.0, -24.0, -280.0], [-8.0, -26.0, -310.0]]
    centres, radii = grown_tree(root, targets, leaf_radius=0.95, exponent=2.9)
    return BallCloud(centres, np.minimum(radii, 3.2).astype(np.float32))
