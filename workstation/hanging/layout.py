"""From a plan to rectangles: which screen a viewport is on and which of its pixels it takes.

With fewer screens than a stage wants, neighbouring ones share a screen side by side, in their order. Rectangles of one
screen never overlap and never leave it; edges that meet in the protocol meet to the pixel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor

from workstation.hanging.plan import Block, StagePlan
from workstation.hanging.screen_pool import UsableScreen

Rect = tuple[int, int, int, int]


@dataclass(frozen=True)
class Area:
    """A part of a screen, in its pixels."""

    usable: UsableScreen
    rect: Rect


@dataclass(frozen=True)
class PlacedCell:
    """One cell of a plan with its place."""

    block: Block
    index: int
    area: Area


def place(plan: StagePlan, pools: Mapping[str, Sequence[UsableScreen]]) -> tuple[PlacedCell, ...]:
    """Give every cell of ``plan`` its place.

    Parameters
    ----------
    pools
        Usable screens by role; none of them empty.
    """
    names = list(dict.fromkeys(b.viewport.screen for b in plan.blocks))
    areas = _areas(names, pools)
    shapes: dict[str, tuple[int, int]] = {}
    placed: list[PlacedCell] = []
    for block in plan.blocks:
        if block.viewport.grid is not None and block.viewport.grid.spread:
            placed += _spread(block, pools[_role(block.viewport.screen)])
            continue
        area = areas[block.viewport.screen]
        rect = inner_rect(area.rect, block.viewport.rect)
        shape = _shape(block, rect, shapes)
        shapes[block.viewport.id] = shape
        placed += _cells(block, range(len(block.cells)), Area(area.usable, rect), shape)
    return tuple(placed)


def n_screens_wanted(plan: StagePlan) -> int:
    """How many different screens the stage is drawn for."""
    return len({b.viewport.screen for b in plan.blocks})


def grid_shape(n: int, width: int, height: int) -> tuple[int, int]:
    """Rows and columns for ``n`` images, so that square images come out as large as they can.

    Ties: fewer empty cells, then fewer rows.
    """
    shapes = [(ceil(n / columns), columns) for columns in range(1, max(n, 1) + 1)]
    return min(shapes, key=lambda s: (-min(width / s[1], height / s[0]), s[0] * s[1] - n, s[0]))


def inner_rect(outer: Rect, fractions: tuple[float, float, float, float]) -> Rect:
    """The part ``fractions`` (x, y, width, height) of ``outer``, on whole pixels."""
    x, y, width, height = fractions
    left, right = _edge(outer[2], x), _edge(outer[2], x + width)
    top, bottom = _edge(outer[3], y), _edge(outer[3], y + height)
    return (outer[0] + left, outer[1] + top, right - left, bottom - top)


def _edge(length: int, fraction: float) -> int:
    """The same pixel for the same fraction, however it was added up."""
    return min(length, floor(round(fraction, 6) * length + 0.5))


def _role(screen: str) -> str:
    return screen.partition(":")[0]


def _areas(names: Sequence[str], pools: Mapping[str, Sequence[UsableScreen]]) -> dict[str, Area]:
    """Each screen name of the stage with the screen, or the part of one, that it becomes."""
    tenants: dict[str, list[str]] = {}
    hosts: dict[str, UsableScreen] = {}
    for role in dict.fromkeys(_role(name) for name in names):
        wanted = sorted((n for n in names if _role(n) == role), key=lambda n: int(n.partition(":")[2]))
        for name, host in zip(wanted, _shared_out(len(wanted), pools[role]), strict=True):
            hosts[host.screen.id] = host
            tenants.setdefault(host.screen.id, []).append(name)
    return {
        name: Area(hosts[host], _column(hosts[host], index, len(sharing)))
        for host, sharing in tenants.items()
        for index, name in enumerate(sharing)
    }


def _shared_out(n: int, pool: Sequence[UsableScreen]) -> list[UsableScreen]:
    """A screen for each of ``n`` names, neighbours together; the first screens carry the fewest."""
    if n <= len(pool):
        return list(pool[:n])
    least, extra = divmod(n, len(pool))
    sizes = [least + (1 if i >= len(pool) - extra else 0) for i in range(len(pool))]
    return [usable for usable, size in zip(pool, sizes, strict=True) for _ in range(size)]


def _column(host: UsableScreen, index: int, of: int) -> Rect:
    whole = (0, 0, host.screen.width, host.screen.height)
    left = index * host.screen.width // of
    right = (index + 1) * host.screen.width // of
    return (left, whole[1], right - left, whole[3])


def _shape(block: Block, rect: Rect, shapes: Mapping[str, tuple[int, int]]) -> tuple[int, int]:
    """The same as that of the block it compares with, so that pairs lie in the same place."""
    leader = shapes.get(block.viewport.like or "")
    n = len(block.cells)
    if leader is not None and leader[0] * (leader[1] - 1) < n <= leader[0] * leader[1]:
        return leader
    return grid_shape(n, rect[2], rect[3])


def _spread(block: Block, pool: Sequence[UsableScreen]) -> list[PlacedCell]:
    """The cells of one block over as many screens as they need."""
    placed: list[PlacedCell] = []
    hosts = _shared_out(len(block.cells), pool)
    for usable in dict.fromkeys(hosts):
        indexes = [i for i, host in enumerate(hosts) if host is usable]
        rect = inner_rect((0, 0, usable.screen.width, usable.screen.height), block.viewport.rect)
        shape = grid_shape(len(indexes), rect[2], rect[3])
        placed += _cells(block, indexes, Area(usable, rect), shape)
    return placed


def _cells(block: Block, indexes: Sequence[int], area: Area, shape: tuple[int, int]) -> list[PlacedCell]:
    x, y, width, height = area.rect
    rows, columns = shape
    placed = []
    for place_in_grid, index in enumerate(indexes):
        row, column = divmod(place_in_grid, columns)
        left, right = column * width // columns, (column + 1) * width // columns
        top, bottom = row * height // rows, (row + 1) * height // rows
        placed.append(PlacedCell(block, index, Area(area.usable, (x + left, y + top, right - left, bottom - top))))
    return placed
