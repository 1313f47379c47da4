"""Tubes, plates and trees as clouds of balls: vessels, airways, ribs. Fast to draw on a slice and to project."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from workstation.demo_site.phantoms.fields import Field, Plane

Points = NDArray[np.float32]
_CHUNK = 400_000  # elements worked on at once


class BallCloud:
    """Balls whose union is a shape.

    Parameters
    ----------
    centres
        (n, 3) x, y, z in mm.
    radii
        (n,) in mm.
    height
        Stretch along z: 1.5 makes the balls half as high again.
    """

    def __init__(self, centres: Points, radii: Field, *, height: float = 1.0) -> None:
        order = np.argsort(radii, kind="stable")
        self.centres: Points = np.ascontiguousarray(centres[order], np.float32)
        self.radii: Field = np.ascontiguousarray(radii[order], np.float32)
        self.height = height

    def distance(self, plane: Plane, reach_mm: float = 1.5) -> Field:
        """Signed distance (mm) to the nearest surface, (rows, columns); ``reach_mm`` where farther away than that."""
        nearest: Field = np.full(plane.shape, reach_mm, np.float32)
        rise = (self.centres[:, 2] - np.float32(plane.z)) / np.float32(self.height)
        seen = np.flatnonzero(np.abs(rise) < self.radii + reach_mm)
        step = float(plane.x[0, 1] - plane.x[0, 0])
        start = 0
        while start < len(seen):
            smallest = self.radii[seen[start]]
            group = seen[start : start + np.searchsorted(self.radii[seen[start:]], smallest * 1.5 + 0.5)]
            half = int(np.ceil((float(self.radii[group[-1]]) + reach_mm) / step))
            most = max(1, _CHUNK // (2 * half + 1) ** 2)
            for first in range(0, len(group), most):
                part = group[first : first + most]
                _stamp(nearest, plane, self.centres[part], self.radii[part], rise[part], half)
            start += len(group)
        return nearest


def _stamp(nearest: Field, plane: Plane, centres: Points, radii: Field, rise: Field, half: int) -> None:
    """Lower ``nearest`` to the distance to each ball, in a square of ``half`` pixels around it; in place."""
    rows, columns = plane.shape
    x, y = plane.x[0], plane.y[:, 0]
    offsets = np.arange(-half, half + 1)
    column = np.clip(np.searchsorted(x, centres[:, 0])[:, None] + offsets, 0, columns - 1)
    row = np.clip(np.searchsorted(y, centres[:, 1])[:, None] + offsets, 0, rows - 1)
    across = np.square(x[column] - centres[:, :1])
    along = np.square(y[row] - centres[:, 1:2]) + np.square(rise)[:, None]
    distance = np.sqrt(along[:, :, None] + across[:, None, :]) - radii[:, None, None]
    place = row[:, :, None] * columns + column[:, None, :]
    np.minimum.at(nearest.reshape(-1), place.reshape(-1), distance.reshape(-1))


def tube(points: Sequence[Sequence[float]], radii: Sequence[float] | float, *, spacing: float = 0.3) -> BallCloud:
    """A smooth tube through points; ``radii`` one for all or one for each point."""
    return joined([tube_parts(points, radii, spacing=spacing)])


def tube_parts(
    points: Sequence[Sequence[float]] | Points, radii: Sequence[float] | float | Field, *, spacing: float = 0.3
) -> tuple[Points, Field]:
    """Centres and radii of the balls of a tube; balls lie ``spacing`` radii apart."""
    given = np.asarray(points, np.float32)
    width = np.broadcast_to(np.asarray(radii, np.float32), len(given))
    path, width = _smoothed(given, width)
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    count = max(2, int(length[-1] / (spacing * float(width.mean()))) + 1)
    at = np.linspace(0, length[-1], count)
    centres = np.stack([np.interp(at, length, path[:, axis]) for axis in range(3)], axis=1)
    return centres.astype(np.float32), np.interp(at, length, width).astype(np.float32)


def _smoothed(points: Points, width: Field) -> tuple[Points, Field]:
    """Corners cut twice (Chaikin), ends kept."""
    for _ in range(2 if len(points) > 2 else 0):
        for_both = np.column_stack([points, width])
        near = 0.75 * for_both[:-1] + 0.25 * for_both[1:]
        far = 0.25 * for_both[:-1] + 0.75 * for_both[1:]
        cut = np.stack([near, far], axis=1).reshape(-1, 4)
        cut = np.concatenate([for_both[:1], cut, for_both[-1:]])
        points, width = cut[:, :3].astype(np.float32), cut[:, 3].astype(np.float32)
    return points, width


def joined(parts: Iterable[tuple[Points, Field]], *, height: float = 1.0) -> BallCloud:
    """One cloud of many parts."""
    all_parts = list(parts)
    return BallCloud(
        np.concatenate([centres for centres, _ in all_parts]),
        np.concatenate([radii for _, radii in all_parts]),
        height=height,
    )


def grown_tree(
    root: Sequence[Sequence[float]],
    targets: Points,
    *,
    leaf_radius: float,
    exponent: float = 2.6,
    crosses: Callable[[Points], NDArray[np.bool_]] | None = None,
    step: float = 5.0,
) -> tuple[Points, Field]:
    """A branching tree from a root path to every target, thicker where it feeds more of them (Murray's law).

    Parameters
    ----------
    root
        Points of the trunk.
    targets
        (n, 3) places to reach.
    crosses
        Tells which targets the tree must leave out.
    step
        Distance in mm between nodes.

    Returns
    -------
    tuple
        Centres and radii of balls.
    """
    wanted = targets if crosses is None else targets[~crosses(targets)]
    nodes, parent, ends = _grow(np.asarray(root, np.float32), wanted, step)
    fed = np.zeros(len(nodes))
    fed[ends] = 1
    for node in range(len(nodes) - 1, 0, -1):  # a child always comes after its parent
        fed[parent[node]] += fed[node]
    radii = leaf_radius * np.maximum(fed, 1) ** (1 / exponent)
    return _balls_between(nodes, parent, radii.astype(np.float32))


def _grow(root: Points, targets: Points, step: float) -> tuple[Points, NDArray[np.intp], list[int]]:
    room = len(root) + sum(int(d / step) + 2 for d in np.linalg.norm(targets - root[0], axis=1))
    nodes = np.zeros((room, 3), np.float32)
    parent = np.zeros(room, np.intp)
    way = np.zeros(room, np.float32)  # from the root, along the tree
    used = len(root)
    nodes[:used], parent[1:used] = root, np.arange(used - 1)
    way[1:used] = np.cumsum(np.linalg.norm(np.diff(root, axis=0), axis=1))
    ends = []
    for target in targets[np.argsort(np.linalg.norm(targets - root[-1], axis=1))]:
        gap = np.linalg.norm(nodes[:used] - target, axis=1)
        start = int(np.argmin(gap + 0.45 * way[:used]))
        count = max(1, int(gap[start] / step))
        share = np.arange(1, count + 1, dtype=np.float32)[:, None] / count
        bow = np.sin(np.pi * share) * gap[start] * 0.06 * np.array([(used % 5) - 2, (used % 3) - 1, (used % 7) / 3 - 1])
        nodes[used : used + count] = nodes[start] + share * (target - nodes[start]) + bow
        parent[used : used + count] = np.concatenate([[start], np.arange(used, used + count - 1)])
        way[used : used + count] = way[start] + share[:, 0] * gap[start]
        used += count
        ends.append(used - 1)
    return nodes[:used], parent[:used], ends


def _balls_between(nodes: Points, parent: NDArray[np.intp], radii: Field) -> tuple[Points, Field]:
    centres, widths = [], []
    gaps = np.linalg.norm(nodes - nodes[parent], axis=1)
    counts = np.maximum(1, np.ceil(gaps / np.maximum(0.7 * radii, 0.7))).astype(int)
    for count in np.unique(counts):
        of = np.flatnonzero(counts == count)
        share = (np.arange(count, dtype=np.float32) / count)[:, None, None]
        centres.append((nodes[of] + share * (nodes[parent[of]] - nodes[of])).reshape(-1, 3))
        widths.append(np.broadcast_to(radii[of], (count, len(of))).reshape(-1))
    return np.concatenate(centres).astype(np.float32), np.concatenate(widths).astype(np.float32)
