"""What must fit together inside a protocol beyond the form of each part. All faults are gathered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from workstation.hanging.attributes import CASE_ATTRIBUTES, STUDY_ATTRIBUTES

if TYPE_CHECKING:
    from workstation.hanging.protocol import Protocol, Rule, Stage, Viewport

_TOLERANCE = 1e-6


def stage_faults(stage: Stage) -> list[str]:
    """Every fault of one stage, in words."""
    return [
        *_repeated("viewport", (v.id for v in stage.viewports)),
        *_not_about_studies(stage.when, f"stage {stage.id}"),
        *(f"viewport {v.id}: {fault}" for v in stage.viewports for fault in _rect_faults(v)),
        *_overlaps(stage),
        *_like_faults(stage),
        *_spread_faults(stage),
    ]


def protocol_faults(protocol: Protocol) -> list[str]:
    """Every fault of a protocol as a whole, in words."""
    return [
        *_repeated("stage", (s.id for s in protocol.stages)),
        *_not_about_studies(protocol.match, "match"),
        *(
            f"match: {r.attr} is known only once a protocol is chosen"
            for r in protocol.match
            if r.attr in CASE_ATTRIBUTES
        ),
        *_unknown_selectors(protocol),
        *_too_many_priors(protocol),
    ]


def _repeated(kind: str, names: Iterable[str]) -> Iterator[str]:
    return (f"{kind} {name} is there more than once" for name, n in Counter(names).items() if n > 1)


def _not_about_studies(rules: Iterable[Rule], where: str) -> Iterator[str]:
    return (
        f"{where}: {r.attr} is about one series, not about the study" for r in rules if r.attr not in STUDY_ATTRIBUTES
    )


def _rect_faults(viewport: Viewport) -> Iterator[str]:
    x, y, width, height = viewport.rect
    if width <= 0 or height <= 0:
        yield "rect has no area"
    if x + width > 1 + _TOLERANCE or y + height > 1 + _TOLERANCE:
        yield "rect reaches beyond the screen"


def _overlaps(stage: Stage) -> Iterator[str]:
    for one, other in combinations(stage.viewports, 2):
        if one.screen == other.screen and _overlap(one.rect, other.rect):
            yield f"viewports {one.id} and {other.id} overlap"


def _overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    across = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    down = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return across > _TOLERANCE and down > _TOLERANCE


def _like_faults(stage: Stage) -> Iterator[str]:
    earlier: dict[str, Viewport] = {}
    for viewport in stage.viewports:
        leader = earlier.get(viewport.like or "")
        if viewport.like and leader is None:
            yield f"viewport {viewport.id}: like names no viewport before it ({viewport.like})"
        if leader and bool(leader.grid) != bool(viewport.grid):
            yield f"viewport {viewport.id}: it and {leader.id} must both have a grid, or neither"
        earlier[viewport.id] = viewport


def _spread_faults(stage: Stage) -> Iterator[str]:
    if len(stage.viewports) > 1 and any(v.grid and v.grid.spread for v in stage.viewports):
        yield "a grid that spreads over all screens must be the only viewport of its stage"


def _unknown_selectors(protocol: Protocol) -> Iterator[str]:
    for stage in protocol.stages:
        for viewport in stage.viewports:
            if viewport.show is not None and viewport.show not in protocol.selectors:
                yield f"stage {stage.id}, viewport {viewport.id}: there is no selector {viewport.show}"


def _too_many_priors(protocol: Protocol) -> Iterator[str]:
    for stage in protocol.stages:
        for viewport in stage.viewports:
            kind, _, number = viewport.from_.partition(":")
            if kind == "prior" and int(number) > protocol.priors.count:
                where = f"stage {stage.id}, viewport {viewport.id}"
                yield f"{where}: {viewport.from_}, but priors.count is {protocol.priors.count}"
