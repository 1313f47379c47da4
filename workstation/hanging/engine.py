"""Hanging: from a study, its earlier ones, the screens and the protocols to what is shown where, and why.

The result depends on what there is, never on the order in which it arrived. It is quick enough to be worked out anew
with each arriving series; `workstation.hanging.rehang` keeps what the reader has touched in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workstation.hanging.errors import NoScreen
from workstation.hanging.facts import study_facts
from workstation.hanging.hung import Hanging, HungViewport, StageOption
from workstation.hanging.layout import n_screens_wanted, place
from workstation.hanging.matching import Judgement, ranked_protocols
from workstation.hanging.mounting import hung_viewport, withheld_viewport
from workstation.hanging.plan import StagePlan, StagePlanner
from workstation.hanging.protocol import Protocol
from workstation.hanging.protocol_files import effective_protocols, general_protocol
from workstation.hanging.screen_pool import Override, UsableScreen, left_out_screens, usable_screens
from workstation.hanging.screens import HangingScreen
from workstation.hanging.sources import Source, current_source, linked_sources, prior_sources
from workstation.hanging.study import HangingStudy
from workstation.hanging.trace import TraceLine
from workstation.hanging.wording import dated_study, kind_of_study, sentence

__all__ = ["Hanging", "HungViewport", "StageOption", "hang"]

_STATUS_RANK = {"enabled": 0, "passive": 1, "empty": 2}


@dataclass(frozen=True)
class _Case:
    """One current study with the protocol chosen for it and its stages planned."""

    prefix: str
    study: HangingStudy
    prior: Source
    protocol: Protocol
    judgement: Judgement
    plans: tuple[StagePlan, ...]
    trace: tuple[TraceLine, ...]


class _Screens:
    """The usable screens by role, worked out once for a hanging."""

    def __init__(self, screens: Sequence[HangingScreen], override: Override) -> None:
        self.all = tuple(sorted(screens, key=lambda s: s.id))
        self.left_out = left_out_screens(self.all, override=override)
        self._override = override

    def pools_for(self, plan: StagePlan) -> dict[str, tuple[UsableScreen, ...]]:
        roles = {block.viewport.screen.partition(":")[0] for block in plan.blocks}
        return {role: usable_screens(self.all, role, override=self._override) for role in sorted(roles)}

    def withheld_pools_for(self, plan: StagePlan) -> dict[str, tuple[UsableScreen, ...]]:
        roles = {block.viewport.screen.partition(":")[0] for block in plan.blocks}
        return {role: usable_screens(self.all, role, override=True) for role in sorted(roles)}


def hang(
    current: HangingStudy,
    priors: Sequence[HangingStudy],
    screens: Sequence[HangingScreen],
    protocols: Sequence[Protocol],
    *,
    override_unfit: Override = False,
    also_current: Sequence[HangingStudy] = (),
    stage: str | None = None,
    protocol_id: str | None = None,
) -> Hanging:
    """Lay out a study.

    Parameters
    ----------
    priors
        Other studies that may be hung beside it. Those whose patient key differs are refused.
    override_unfit
        The reader has decided, with a reason, to use screens that expired or failed their check: all, or those with
        these ids.
    also_current
        Studies read in the same go (linked accessions); each is offered as further stages, ``linked:1/…``.
    stage
        Id of the stage wanted, one of `Hanging.stages`; by default the first that has its images.
    protocol_id
        Use this protocol, whatever its rules say (the reader picked it); ignored when there is none of that name.

    Raises
    ------
    NoScreen
        When ``screens`` is empty.
    """
    if not screens:
        raise NoScreen("No screen is known to show images on.", "Connect a screen or give it a role.")
    linked = _linked(current, also_current)
    others = _without(priors, {current.study_uid, *(s.study_uid for s in linked)})
    cases = [_case("", current, others, linked, protocols, protocol_id)]
    cases += [_case(f"linked:{n}/", s, others, (), protocols, None) for n, s in enumerate(linked, 1)]
    usable = _Screens(screens, override_unfit)
    case, plan = _chosen(cases, stage, usable)
    viewports, needs_override = _mounted(case, plan, usable)
    return Hanging(
        protocol_id=case.protocol.id,
        protocol_name=case.protocol.name,
        score=case.judgement.score,
        stage=case.prefix + plan.stage.id,
        stages=tuple(_option(c, p) for c in cases for p in c.plans),
        why=_why(case, plan),
        viewports=viewports,
        trace=(*_refused_lines(current, also_current, linked), *case.trace, *plan.trace),
        left_out=usable.left_out,
        needs_override=needs_override,
    )


def _linked(current: HangingStudy, also_current: Sequence[HangingStudy]) -> list[HangingStudy]:
    """The linked studies of this patient, each once, by time."""
    own = [s for s in also_current if _is_same_patient(current, s) and s.study_uid != current.study_uid]
    unique = {s.study_uid: s for s in own}
    return sorted(unique.values(), key=lambda s: (s.moment, s.accession, s.study_uid))


def _is_same_patient(current: HangingStudy, other: HangingStudy) -> bool:
    return bool(current.patient_key) and other.patient_key == current.patient_key


def _refused_lines(
    current: HangingStudy, also_current: Sequence[HangingStudy], linked: Sequence[HangingStudy]
) -> tuple[TraceLine, ...]:
    n_refused = len({s.study_uid for s in also_current} - {s.study_uid for s in linked} - {current.study_uid})
    line = TraceLine("linked studies", "this patient's", "a study that is not known to be this patient's", passed=False)
    return (line,) * n_refused


def _without(studies: Sequence[HangingStudy], uids: set[str]) -> list[HangingStudy]:
    return [s for s in studies if s.study_uid not in uids]


def _case(
    prefix: str,
    study: HangingStudy,
    others: Sequence[HangingStudy],
    linked: Sequence[HangingStudy],
    protocols: Sequence[Protocol],
    protocol_id: str | None,
) -> _Case:
    """Choose the best protocol that has a stage for this study, and plan its stages."""
    offered = effective_protocols(protocols)
    if any(p.id == protocol_id for p in offered):
        offered = tuple(p for p in offered if p.id == protocol_id)
    suiting, trace = ranked_protocols(offered, study_facts(study, study.hangable()))
    if protocol_id is not None and len(offered) == 1 and not suiting:
        suiting = [(offered[0], Judgement(0.0, 0, is_in=True, trace=()))]
    suiting.append((general_protocol(), Judgement(0.0, 0, is_in=True, trace=())))
    for protocol, judgement in suiting:
        case = _planned(prefix, study, others, linked, protocol, judgement, trace)
        if case.plans:
            return case
    raise AssertionError("the general protocol has a stage for every study")


def _planned(
    prefix: str,
    study: HangingStudy,
    others: Sequence[HangingStudy],
    linked: Sequence[HangingStudy],
    protocol: Protocol,
    judgement: Judgement,
    trace: Sequence[TraceLine],
) -> _Case:
    priors, prior_lines = prior_sources(study, others, protocol.priors)
    n_priors = sum(source.study is not None for source in priors.values())
    about = study_facts(study, study.hangable(), n_priors=n_priors, n_linked=len(linked))
    sources = {"current": current_source(study), **priors, **linked_sources(linked)}
    planner = StagePlanner(protocol, sources, about)
    plans = [planner.plan(stage) for stage in protocol.stages]
    left_out = tuple(line for p in plans if p.status == "disabled" for line in p.trace[: len(p.stage.when)])
    wanted = tuple(p for p in plans if p.status != "disabled" and not _is_pointless(p, study))
    first_prior = priors.get("prior:1", Source(None, (), ""))
    return _Case(prefix, study, first_prior, protocol, judgement, wanted, (*trace, *prior_lines, *left_out))


def _is_pointless(plan: StagePlan, study: HangingStudy) -> bool:
    """The study's images are here, and this stage shows nothing."""
    return bool(study.hangable()) and not any(block.has_image for block in plan.blocks)


def _chosen(cases: Sequence[_Case], stage: str | None, screens: _Screens) -> tuple[_Case, StagePlan]:
    """The stage asked for, else the best of the first case: complete before incomplete, then in protocol order."""
    for case in cases:
        for plan in case.plans:
            if case.prefix + plan.stage.id == stage:
                return case, plan
    case = cases[0]
    return case, min(case.plans, key=lambda p: (_lacks_screens(case, p, screens), _STATUS_RANK[p.status]))


def _lacks_screens(case: _Case, plan: StagePlan, screens: _Screens) -> bool:
    """Whether this stage gives way to one that fits, because its protocol does not want it squeezed."""
    if case.protocol.screens.fallback == "tile":
        return False
    there = {u.screen.id for pool in screens.pools_for(plan).values() for u in pool}
    return n_screens_wanted(plan) > len(there)


def _mounted(case: _Case, plan: StagePlan, screens: _Screens) -> tuple[tuple[HungViewport, ...], bool]:
    """The viewports of the stage; when no screen may be used, empty ones that say so."""
    pools = screens.pools_for(plan)
    if all(pools.values()):
        return tuple(hung_viewport(case.prefix, plan, c) for c in place(plan, pools)), False
    reasons = {left_out.screen_id: left_out.reason for left_out in screens.left_out}
    placed = place(plan, screens.withheld_pools_for(plan))
    return tuple(withheld_viewport(case.prefix, plan, c, reasons[c.area.usable.screen.id]) for c in placed), True


def _option(case: _Case, plan: StagePlan) -> StageOption:
    name = f"{_capital(kind_of_study(case.study))}: {plan.stage.name}" if case.prefix else plan.stage.name
    empty = [cell.reason for block in plan.blocks for cell in block.cells if cell.display_set is None]
    why = " ".join(dict.fromkeys(empty)) or "Everything for this layout is here."
    return StageOption(case.prefix + plan.stage.id, name, plan.status, why, case.study.study_uid)


def _why(case: _Case, plan: StagePlan) -> str:
    """One sentence: the layout, the study it is for, and the earlier study beside it or why there is none."""
    text = f"“{plan.stage.name}” of the protocol “{case.protocol.name}”, for this {kind_of_study(case.study)}"
    if case.protocol.id == general_protocol().id:
        text += ", because no other protocol is for it"
    elif case.prior.study is not None:
        text += f", with the {dated_study(case.prior.study)} to compare"
    elif case.prior.why_empty:
        text += f"; {case.prior.why_empty}"
    return sentence(text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
