"""Outlines of a trunk as signed distances: skin, rib cage, diaphragm, mediastinum, lungs. Millimetres.

z is 0 at the carina, the lungs' tops are near +95, the diaphragm's domes near -90, the crests of the pelvis near -300.
All functions take x, y, z of any shapes that broadcast together.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float32]
Scalar = float | Values

_LEVELS = (-480, -420, -350, -300, -240, -170, -120, -70, -20, 20, 60, 90, 110, 130)
# half width, half depth and middle (y) of the skin and of the inner rib cage or abdominal wall
_SKIN = (
    (172, 176, 174, 168, 160, 156, 160, 165, 168, 170, 172, 172, 165, 150),
    (106, 112, 112, 110, 110, 112, 115, 117, 117, 114, 106, 94, 82, 66),
    (6, 4, 2, 0, -2, -2, 0, 0, 1, 3, 6, 12, 16, 22),
)
_CAGE = (
    (105, 118, 126, 128, 130, 133, 135, 131, 123, 111, 91, 62, 36, 18),
    (66, 72, 76, 78, 82, 92, 96, 94, 88, 80, 66, 46, 28, 16),
    (0, -2, -6, -8, -8, -2, 2, 2, 4, 8, 14, 22, 28, 32),
)
_SPINE_Y = (72, 66, 46, 36, 38, 50, 60, 66, 68, 66, 60, 52, 46, 40)
_MEDIASTINUM_HALF_WIDTH = (24, 24, 24, 24, 24, 24, 25, 26, 25, 23, 24, 27, 30, 30)


def _at(z: Scalar, values: tuple[float, ...]) -> Values:
    """A table read at z, smoothly enough for a body."""
    read: Values = np.asarray(np.interp(z, _LEVELS, values), np.float32)
    return read


def _length(x: Values, y: Values) -> Values:
    length: Values = np.sqrt(np.square(x) + np.square(y))
    return length


def _squarish(u: Values, v: Values, amount: float) -> Values:
    """Norm of a shape between an ellipse (0) and a box; u and v are squares."""
    norm: Values = np.sqrt(u + v - np.float32(2 * amount) * u * v / (u + v + np.float32(1e-6)))
    return norm


def skin(x: Values, y: Values, z: Scalar) -> Values:
    """Distance to the skin."""
    wide, deep, middle = (_at(z, table) for table in _SKIN)
    norm = _squarish(np.square(x / wide), np.square((y - middle) / deep), 0.38)
    distance: Values = (norm - 1) * deep * np.float32(1.1)
    return distance


def cage(x: Values, y: Values, z: Scalar) -> Values:
    """Distance to the inside of the ribs, and below them of the abdominal wall."""
    wide, deep, middle = (_at(z, table) for table in _CAGE)
    norm = _squarish(np.square(x / wide), np.square((y - middle) / deep), 0.25)
    distance: Values = (norm - 1) * deep * np.float32(1.1)
    return distance


def cage_point(angle: Values, z: Values, outside_mm: float, side: int) -> Values:
    """Points (n, 3) on the cage, ``angle`` from the back (0) over the side (pi/2) to the front (pi)."""
    wide, deep, middle = (_at(z, table) for table in _CAGE)
    s, c = np.sin(angle), np.cos(angle)
    norm = _squarish(np.square(s), np.square(c), 0.25)
    x = side * (wide + outside_mm) * s / norm
    points: Values = np.stack([x, middle + (deep + outside_mm) * c / norm, z], axis=-1).astype(np.float32)
    return points


def spine_y(z: Scalar) -> Values:
    """The middle of the vertebral bodies."""
    return _at(z, _SPINE_Y)


def sternum_y(z: Scalar) -> Values:
    """The back of the breastbone."""
    return _at(z, _CAGE[2]) - _at(z, _CAGE[1]) - 1


def dome(x: Values, y: Values) -> Values:
    """Height (z) of the diaphragm."""
    right = -84 - 50 * np.square((x + 62) / 72) - 66 * np.square((y + 22) / 92)
    left = -98 - 46 * np.square((x - 66) / 70) - 62 * np.square((y + 18) / 92)
    share = np.clip((x + 14) / 28, 0, 1)
    height: Values = (right + share * (left - right)).astype(np.float32)
    return height


def heart_outline(x: Values, y: Values, z: Scalar) -> Values:
    """Distance to the pericardium: an ellipsoid pointing to the left and down, with the right atrium beside it."""
    c, s = np.float32(np.cos(0.62)), np.float32(np.sin(0.62))
    dx, dz = x - 16, np.asarray(z + 58, np.float32)
    along, across = c * dx - s * dz, s * dx + c * dz
    dy = y + 34 + 0.18 * dx
    main = (np.sqrt(np.square(along / 66) + np.square(dy / 44) + np.square(across / 46)) - 1) * 44
    atrium = (np.sqrt(np.square((x + 24) / 24) + np.square((y + 18) / 30) + np.square((z + 52) / 36)) - 1) * 24
    distance: Values = np.minimum(main, atrium).astype(np.float32)
    return distance


def mediastinum(x: Values, y: Values, z: Scalar) -> Values:
    """Distance to what lies between the lungs."""
    half = _at(z, _MEDIASTINUM_HALF_WIDTH)
    middle = (np.sqrt(np.square(x / half) + np.square((y - 8) / 46)) - 1) * half
    spine = _length(x / 1.15, y - spine_y(z) - 4) - 21
    behind_sternum = np.maximum(np.abs(x - 2) - 2.2, y + 14)
    arch = _length(x - 24, y - 18) - 15 + 0.02 * np.square(np.asarray(z - 14, np.float32))
    descending = _length(x - 23, y - spine_y(z) + 18) - 15
    shapes = (spine, behind_sternum, arch, descending, heart_outline(x, y, z) - 1)
    distance: Values = middle
    for shape in shapes:
        distance = np.minimum(distance, shape)
    return distance.astype(np.float32)


def lungs(x: Values, y: Values, z: Scalar) -> Values:
    """Distance to the lungs."""
    above = (dome(x, y) - np.asarray(z, np.float32)) * np.float32(0.7)
    distance: Values = np.maximum(np.maximum(cage(x, y, z) + 2, -mediastinum(x, y, z)), above + 1.5)
    return distance.astype(np.float32)
