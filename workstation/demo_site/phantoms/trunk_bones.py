"""The skeleton of a trunk as clouds of balls and, for spine and breastbone, as shapes on a slice."""

from __future__ import annotations

import numpy as np

from workstation.demo_site.phantoms.fields import Ellipsoid, Field, Plane, blend, paint, soft
from workstation.demo_site.phantoms.trunk_shape import cage_point, spine_y, sternum_y
from workstation.demo_site.phantoms.tubes import BallCloud, Points, joined, tube_parts

VERTEBRA_MM = 24.5
_T1_Z = 92.0
_RIB_END_DEG = (152, 152, 150, 149, 147, 145, 143, 138, 132, 124, 88, 62)
_RIB_DROP_MM = (30, 46, 58, 66, 72, 76, 78, 78, 74, 66, 42, 26)
_RIB_START_DEG = 11.0


def rib_paths(side: int) -> list[Points]:
    """Twelve rib centre lines of one side, from the spine to the front, (n, 3) each."""
    paths = []
    for rib, (end, drop) in enumerate(zip(_RIB_END_DEG, _RIB_DROP_MM, strict=True)):
        t = np.linspace(0, 1, 40, dtype=np.float32)
        angle = np.radians(_RIB_START_DEG + t * (end - _RIB_START_DEG))
        z = _T1_Z - rib * VERTEBRA_MM + 6 * np.sin(np.pi * np.minimum(t * 4, 1)) - drop * t**1.25
        around = cage_point(angle, z.astype(np.float32), 4.0, side)
        head = np.array([[side * 17.0, spine_y(float(z[0])) + 8, z[0]]], np.float32)
        paths.append(np.concatenate([head, around]))
    return paths


def ribs() -> BallCloud:
    """All ribs; higher than thick."""
    parts = [
        tube_parts(path, 3.3 if rib == 11 else 4.0, spacing=0.45)
        for side in (-1, 1)
        for rib, path in enumerate(rib_paths(side))
    ]
    return joined(parts, height=1.65)


def cartilages() -> BallCloud:
    """Costal cartilages of the upper ten ribs, to the breastbone or the cartilage above."""
    parts = []
    for side in (-1, 1):
        for rib, path in enumerate(rib_paths(side)[:10]):
            z_end = 58.0 - rib * 21 if rib < 7 else -78.0 - 8 * (rib - 7)
            x_end = 16.0 if rib < 7 else 30.0 + 14 * (rib - 7)
            front = [side * x_end, float(sternum_y(z_end)) + 0.6 * max(0, rib - 6) - 3, z_end]
            middle = (0.45 * path[-1] + 0.55 * np.array(front)) - np.array([0, 4, 6 + 2 * rib])
            parts.append(tube_parts([path[-1], middle, front], 4.2, spacing=0.4))
    return joined(parts, height=1.4)


def shoulder_blades(*, arms_up: bool) -> BallCloud:
    """Scapulae with spine and shoulder socket, humeral heads, and clavicles."""
    parts: list[tuple[Points, Field]] = []
    swing = 0.20 if arms_up else 0.0
    for side in (-1, 1):
        z, share = np.meshgrid(np.arange(-46, 84, 2.0), np.linspace(0, 1, 36))
        width = np.clip((z + 56) / 120, 0.12, 1)
        angle = 0.55 + swing + share * width * 0.62
        blade = cage_point(angle.ravel().astype(np.float32), z.ravel().astype(np.float32), 17.0, side)
        blade[:, 0] += side * 22 * np.clip((z.ravel() - 20) / 64, 0, 1)
        rim = np.where((share.ravel() > 0.93) | (share.ravel() < 0.05), 3.4, 1.9)
        parts.append((blade.astype(np.float32), rim.astype(np.float32)))
        socket = [side * 139.0, 34.0, 74.0]
        turn, height = np.array([0.6 + swing, 0.9 + swing], np.float32), np.array([66, 82], np.float32)
        ridge = cage_point(turn, height, 24.0, side).tolist()
        parts.append(tube_parts([ridge[0], ridge[1], _beside(socket, 0, 6, 20)], [3.0, 4.0, 6.0]))
        parts.append(tube_parts([blade[-1].tolist(), socket], [7.0, 12.0]))
        parts.append(tube_parts([[side * 112, 22, 76], [side * 122, 6, 74]], [5.5, 5.0]))  # coracoid
    return joined(parts)


def arms(*, arms_up: bool) -> BallCloud:
    """Heads and shafts of the humeri."""
    parts = []
    for side in (-1, 1):
        head = [side * 158.0, 28.0, 76.0 if not arms_up else 92.0]
        elbow = [side * 172.0, 6.0, 240.0] if arms_up else [side * 186.0, 30.0, -200.0]
        neck = [head[0] + side * 4, head[1], head[2] + (24 if arms_up else -26)]
        parts.append(tube_parts([head, neck], [21.0, 15.0]))
        parts.append(tube_parts([neck, elbow], [12.5, 11.0]))
    return joined(parts)


def clavicles() -> BallCloud:
    """Both collar bones, S-shaped."""
    parts = []
    for side in (-1, 1):
        path = [[19, -42, 60], [48, -48, 70], [86, -26, 82], [118, 6, 90], [146, 22, 96]]
        parts.append(tube_parts([[side * x, y, z] for x, y, z in path], [8.0, 5.6, 5.0, 5.4, 6.4]))
    return joined(parts)


def pelvis() -> BallCloud:
    """Iliac wings, rims of the hip sockets, pubic and ischial bones, and thigh bones."""
    parts: list[tuple[Points, Field]] = []
    for side in (-1, 1):
        z, share = np.meshgrid(np.arange(-392, -296, 2.0), np.linspace(0, 1, 50))
        low = (-296 - z) / 96
        reach = np.sqrt(np.clip(low * 2.2, 0, 1)) * (1 - 0.35 * low)
        along = (share - 0.5) * reach
        x = side * (112 - 34 * low - 55 * np.square(along) - 34 * np.clip(along, 0, 1))
        y = 22 + 118 * along + 10 * low
        wing = np.stack([x, y, z], axis=-1).reshape(-1, 3).astype(np.float32)
        parts.append((wing, (2.6 + 2.8 * low.ravel() + 1.5 * (share.ravel() > 0.9)).astype(np.float32)))
        hip = [side * 88.0, 8.0, -420.0]
        parts.append(_socket(hip, side))
        parts.append(
            tube_parts([_beside(hip, -side * 22, -18, 4), [side * 34, -52, -436], [side * 5, -56, -448]], [11, 8, 10])
        )
        parts.append(tube_parts([_beside(hip, -side * 8, 20, -14), [side * 58, 34, -462]], [13.0, 13.0]))
    return joined(parts)


def _socket(hip: list[float], side: int) -> tuple[Points, Field]:
    """A half shell around the head of the thigh bone, open to the side."""
    turn, rise = np.meshgrid(np.linspace(0, 2 * np.pi, 60), np.linspace(0, 1.75, 22))
    inwards = np.stack([-side * np.cos(rise), np.sin(rise) * np.cos(turn), np.sin(rise) * np.sin(turn)], axis=-1)
    shell = np.asarray(hip) + 29 * inwards.reshape(-1, 3)
    return shell.astype(np.float32), np.full(len(shell), 3.6, np.float32)


def thighs() -> BallCloud:
    """Heads, necks and shafts of the thigh bones."""
    parts = []
    for side in (-1, 1):
        hip = [side * 88.0, 8.0, -420.0]
        parts.append(tube_parts([hip, _beside(hip, side * 1, 0, 0)], 23.5, spacing=0.02))
        parts.append(tube_parts([hip, _beside(hip, side * 46, 8, -26)], [15.0, 14.0]))
        parts.append(
            tube_parts(
                [_beside(hip, side * 42, 10, -8), _beside(hip, side * 46, 6, -44), _beside(hip, side * 40, 0, -120)],
                15.0,
            )
        )
    return joined(parts)


def _beside(place: list[float], x: float, y: float, z: float) -> list[float]:
    """A point that far from a place."""
    return [place[0] + x, place[1] + y, place[2] + z]


def paint_bone(image: Field, distance: Field, *, cortex: float = 1.3, inside: float = 240, shell: float = 850) -> None:
    """Bone where ``distance`` is negative: a hard shell with marrow; in place."""
    box = _box_of(distance < 1)
    if box is None:
        return
    near, part = distance[box], image[box]
    blend(part, shell, soft(near, 0.9))
    blend(part, inside, soft(near + cortex, 0.9))


def _box_of(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> tuple[slice, slice] | None:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def paint_spine(image: Field, plane: Plane, texture: Field) -> None:
    """The vertebra or disc of this level, with arch, canal and processes; sacrum below; in place."""
    z = plane.z
    phase = ((_T1_Z - z) / VERTEBRA_MM) % 1.0  # 0 in the middle of a body, 0.5 in the disc
    from_disc = abs(phase - 0.5) * VERTEBRA_MM
    lumbar = float(np.clip((-150 - z) / 60, 0, 1))
    y = float(spine_y(z))
    wide, deep = 15.5 + 6 * lumbar, 13.5 + 3.5 * lumbar
    if z < -352:
        _sacrum(image, plane, y, texture)
        return
    arch_near = Ellipsoid((0, y + deep + 9, z), (15 + 3 * lumbar, 11, 30))
    in_body = from_disc > 3.6
    paint(image, plane, arch_near, 620 if in_body else 330, edge_mm=1.2, within=1.0 if in_body else 0.8)
    paint(image, plane, Ellipsoid((0, y + deep + 8.5, z), (9.5 + 1.5 * lumbar, 8, 30)), 25, edge_mm=1.0)
    paint(image, plane, Ellipsoid((0, y + deep + 8.5, z), (5.0, 4.5, 30)), 42, edge_mm=1.5)
    spinous = Ellipsoid((0, y + deep + 27, z), (3.2, 12, 30))
    paint(image, plane, spinous, 260, edge_mm=1.2, within=1.0 if 0.1 < phase < 0.62 else 0.1)
    if phase < 0.28 or phase > 0.86:
        for side in (-1, 1):
            paint(image, plane, Ellipsoid((side * 26, y + deep + 10, z), (15, 4.2, 30), side * 18), 420, edge_mm=1.2)
    waist = 1.0 if from_disc < 5 else 0.94
    body = Ellipsoid((0, y, z), (wide * waist, deep * waist, 200))
    if in_body:
        plate = from_disc < 5.2
        paint(image, plane, body, 560 if plate else 640, edge_mm=1.0)
        inner = Ellipsoid(body.centre, (body.radii[0] - 1.4, body.radii[1] - 1.4, 200))
        paint(image, plane, inner, (430 if plate else 190) + 28 * texture, edge_mm=1.2)
    else:
        paint(image, plane, body, 88, edge_mm=1.5)


def _sacrum(image: Field, plane: Plane, y: float, texture: Field) -> None:
    drop = (-352 - plane.z) / 100
    wide = max(8.0, 56 * (1 - drop))
    if plane.z < -455:
        return
    shape = Ellipsoid((0, y + 10, plane.z), (wide, 17 - 6 * drop, 60))
    paint(image, plane, shape, 520, edge_mm=1.2)
    paint(image, plane, Ellipsoid(shape.centre, (wide - 1.8, 15 - 6 * drop, 60)), 170 + 30 * texture, edge_mm=1.5)
    paint(image, plane, Ellipsoid((0, y + 17, plane.z), (9, 4, 60)), 15, edge_mm=1.5)
    for side in (-1, 1):
        paint(image, plane, Ellipsoid((side * 0.42 * wide, y + 10, plane.z), (4, 5, 60)), -40, edge_mm=1.5)


def paint_sternum(image: Field, plane: Plane) -> None:
    """Breastbone, broad at the top; in place."""
    z = plane.z
    if not -86 < z < 66:
        return
    wide = 27.0 if z > 26 else 16.0 + 3 * np.cos(z * 0.26)
    if z < -62:
        wide = 9.0
    shape = Ellipsoid((0, float(sternum_y(z)) - 5, z), (wide, 6.2, 300))
    paint(image, plane, shape, 420, edge_mm=1.2)
    paint(image, plane, Ellipsoid(shape.centre, (wide - 1.6, 4.6, 300)), 150, edge_mm=1.5)
