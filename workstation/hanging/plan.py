"""Which display set goes into which viewport of a stage, before it is known where on the screens that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from workstation.dicom.display_sets import DisplaySet
from workstation.hanging.facts import Facts, display_facts
from workstation.hanging.likeness import Likeness, likeness
from workstation.hanging.matching import Ranked, judged, name_of, ranked_display_sets
from workstation.hanging.protocol import Protocol, Selector, Stage, Viewport
from workstation.hanging.sources import Source
from workstation.hanging.study import order_key
from workstation.hanging.trace import TraceLine
from workstation.hanging.wording import dated_study, sentence, series_text

Status = Literal["enabled", "passive", "empty", "disabled"]


@dataclass(frozen=True)
class Cell:
    """One viewport's content; empty ones say why."""

    display_set: DisplaySet | None
    reason: str


@dataclass(frozen=True)
class Block:
    """One viewport of the protocol, as the one cell or the grid of cells it became."""

    viewport: Viewport
    source: Source
    cells: tuple[Cell, ...]

    @property
    def has_image(self) -> bool:
        return any(cell.display_set is not None for cell in self.cells)


@dataclass(frozen=True)
class StagePlan:
    """One stage with its contents."""

    stage: Stage
    status: Status
    blocks: tuple[Block, ...]
    trace: tuple[TraceLine, ...]


class StagePlanner:
    """Plans the stages of one protocol over one current study and its earlier ones.

    Parameters
    ----------
    sources
        ``current``, ``prior:1``, … each with the study behind it, or why there is none.
    about
        Facts of the current study, for the conditions of stages and for selectors.
    """

    def __init__(self, protocol: Protocol, sources: Mapping[str, Source], about: Facts) -> None:
        self._protocol = protocol
        self._sources = sources
        self._about = about
        self._facts = {d.uid: display_facts(d) for source in sources.values() for d in source.display_sets}

    def plan(self, stage: Stage) -> StagePlan:
        """Fill the viewports of ``stage`` in their order; a later one may refer to an earlier one."""
        conditions = [judged((rule,), self._about, f"stage {stage.id}") for rule in stage.when]
        trace = [line for c in conditions for line in c.trace]
        blocks: dict[str, Block] = {}
        shown: set[str] = set()
        for viewport in stage.viewports:
            block, lines = self._filled(viewport, blocks.get(viewport.like or ""), shown, stage.id)
            blocks[viewport.id] = block
            shown |= {c.display_set.uid for c in block.cells if c.display_set is not None}
            trace += lines
        status = _status(stage, all(c.is_in for c in conditions), sum(b.has_image for b in blocks.values()))
        return StagePlan(stage, status, tuple(blocks.values()), tuple(trace))

    def _filled(
        self, viewport: Viewport, leader: Block | None, shown: set[str], stage_id: str
    ) -> tuple[Block, Sequence[TraceLine]]:
        source = self._sources[viewport.from_]
        selector = self._protocol.selector(viewport.show)
        where = f"stage {stage_id}, viewport {viewport.id}"
        ranked, trace = ranked_display_sets(source.display_sets, selector, self._facts, self._about, where)
        if leader is not None and leader.has_image:
            cells = _compared(leader, source, [r.display_set for r in ranked])
        elif viewport.grid is not None:
            cells = _grid(viewport, viewport.grid.most, source, selector, ranked, shown)
        else:
            cells = (_single(viewport, source, selector, ranked, shown),)
        kept = {c.display_set.uid for c in cells if c.display_set is not None}
        chosen = [line for r in ranked if r.display_set.uid in kept for line in r.judgement.trace]
        return Block(viewport, source, cells), [*trace, *chosen, *_outcome(where, cells)]


def _status(stage: Stage, is_wanted: bool, n_filled: int) -> Status:
    if not is_wanted:
        return "disabled"
    if n_filled >= stage.needs.enabled:
        return "enabled"
    return "passive" if n_filled >= max(stage.needs.passive, 1) else "empty"


def _single(viewport: Viewport, source: Source, selector: Selector, ranked: Sequence[Ranked], shown: set[str]) -> Cell:
    if viewport.rank == "next":
        left = [r for r in ranked if r.display_set.uid not in shown]
        return _cell(source, selector, left, 0)
    return _cell(source, selector, ranked, viewport.rank)


def _grid(
    viewport: Viewport, most: int, source: Source, selector: Selector, ranked: Sequence[Ranked], shown: set[str]
) -> tuple[Cell, ...]:
    """As many cells as there are display sets, at most ``most``; with rank ``next`` only those not shown yet."""
    left = [r for r in ranked if viewport.rank != "next" or r.display_set.uid not in shown][:most]
    return tuple(_cell(source, selector, left, n) for n in range(max(len(left), 1)))


def _cell(source: Source, selector: Selector, ranked: Sequence[Ranked], rank: int) -> Cell:
    if rank < len(ranked):
        found = ranked[rank].display_set
        return Cell(found, sentence(f"{selector.name or 'series'}: {series_text(found)}"))
    return Cell(None, _why_nothing(source, selector, len(ranked)))


def _why_nothing(source: Source, selector: Selector, n_found: int) -> str:
    if source.study is None or not source.display_sets:
        return sentence(source.why_empty)
    wanted = selector.name or "series"
    if n_found:
        return sentence(f"the {dated_study(source.study)} has no further {wanted}")
    return sentence(f"the {dated_study(source.study)} has no {wanted}")


def _compared(leader: Block, source: Source, candidates: Sequence[DisplaySet]) -> tuple[Cell, ...]:
    """For each cell of ``leader`` the candidate that compares best; none is shown twice.

    One cell that says why when there is nothing to compare with at all. The best pairs of all are made first, so that
    a cell early in the grid does not take what suits a later one better.
    """
    if not source.display_sets:
        return (Cell(None, sentence(source.why_empty)),)
    pairs = [
        (found, index, candidate)
        for index, cell in enumerate(leader.cells)
        if cell.display_set is not None
        for candidate in candidates
        if (found := likeness(cell.display_set, candidate)) is not None
    ]
    pairs.sort(key=lambda p: (-p[0].score, p[1], order_key(p[2])))
    taken: dict[int, tuple[Likeness, DisplaySet]] = {}
    used: set[str] = set()
    for found, index, candidate in pairs:
        if index not in taken and candidate.uid not in used:
            taken[index] = (found, candidate)
            used.add(candidate.uid)
    return tuple(_compared_cell(cell, taken.get(i), source) for i, cell in enumerate(leader.cells))


def _compared_cell(cell: Cell, found: tuple[Likeness, DisplaySet] | None, source: Source) -> Cell:
    if found is not None:
        like, display_set = found
        alike = f" (same {', '.join(like.alike)})" if like.alike else ""
        return Cell(display_set, sentence(f"compares best with the current one: {series_text(display_set)}{alike}"))
    if source.study is None or cell.display_set is None:
        return Cell(None, "There is no current series to compare with.")
    wanted = series_text(cell.display_set)
    return Cell(None, sentence(f"the {dated_study(source.study)} has nothing that compares with {wanted}"))


def _outcome(where: str, cells: Sequence[Cell]) -> list[TraceLine]:
    return [
        TraceLine(
            where if len(cells) == 1 else f"{where}, place {n}",
            "a series to show",
            name_of(c.display_set) if c.display_set is not None else c.reason,
            c.display_set is not None,
        )
        for n, c in enumerate(cells, 1)
    ]
