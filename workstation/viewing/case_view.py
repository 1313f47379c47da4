"""Everything the reader sees of one case: which viewport shows what and how, which one is active, what is linked.

A value: each action makes a new one. Viewports of one sync group follow each other: ``scroll:`` by position,
``wl:`` in the window, ``zoom:`` in zoom and pan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from workstation.dicom.display_sets import DisplaySet
from workstation.dicom.presentation_state import PresentationState
from workstation.hanging.hung import Hanging, HungViewport
from workstation.hanging.rehang import keep_touched
from workstation.hanging.study import HangingStudy
from workstation.viewing.actions import (
    Action,
    Activate,
    ChooseTool,
    CycleAnnotations,
    Move,
    NoState,
    Play,
    StepSeries,
    StepState,
    ToggleLink,
    ToggleOverlays,
    ToggleShutter,
    Tool,
)
from workstation.viewing.annotations import AnnotationLevel
from workstation.viewing.linked_scrolling import Anchor, anchors_of, followed, index_beside
from workstation.viewing.reformat import acquired_set, regrown
from workstation.viewing.viewport_state import ViewportState, hung_state

_ALONE = (Play, StepState, NoState, ToggleOverlays, ToggleShutter)  # moves that no other viewport follows


@dataclass(frozen=True)
class CaseView:
    """What is on the screens.

    Attributes
    ----------
    states
        By viewport id; empty viewports have none.
    active
        The viewport keys go to; empty when there is none.
    series
        Display sets by Study Instance UID, in series order: where the next and previous series come from.
    anchors
        What lay beside what when viewports were linked.
    touched
        Viewports the reader has changed: arriving series never move these.
    earlier
        States of viewports of other stages, for when the reader steps back.
    presentation_states
        Those of the studies: viewports offer the ones that refer to their images.
    """

    hanging: Hanging
    states: Mapping[str, ViewportState] = field(repr=False)
    active: str = ""
    is_linked: bool = True
    tool: Tool = Tool.WINDOW
    annotations: AnnotationLevel = AnnotationLevel.FULL
    series: Mapping[str, tuple[DisplaySet, ...]] = field(default_factory=dict, repr=False)
    anchors: Mapping[tuple[str, str], Anchor] = field(default_factory=dict, repr=False)
    touched: frozenset[str] = frozenset()
    earlier: Mapping[str, ViewportState] = field(default_factory=dict, repr=False)
    presentation_states: tuple[PresentationState, ...] = ()

    @property
    def active_state(self) -> ViewportState | None:
        """The state of the active viewport."""
        return self.states.get(self.active)

    def apply(self, action: Action, viewport_id: str | None = None) -> CaseView:
        """Do ``action``: to ``viewport_id``, by default to the active viewport. An empty viewport takes none."""
        match action:
            case Activate(wanted):
                return replace(self, active=wanted if wanted in self._ids() else self.active)
            case ChooseTool(tool):
                return replace(self, tool=tool)
            case CycleAnnotations():
                return replace(self, annotations=self.annotations.next())
            case ToggleLink():
                return replace(self, is_linked=not self.is_linked, anchors=anchors_of(self.states))
            case _:
                return self._viewport_changed(action, self.active if viewport_id is None else viewport_id)

    def rehung(
        self,
        hanging: Hanging,
        studies: Sequence[HangingStudy] = (),
        presentation_states: Sequence[PresentationState] = (),
    ) -> CaseView:
        """The same case hung anew: because series arrived, or the reader stepped to another stage.

        Viewports that keep their series keep how it is shown; touched ones keep their series too.
        """
        kept = keep_touched(self.hanging, hanging, self.touched)
        states = {}
        for viewport in kept.viewports:
            state = self._kept_state(viewport) or hung_state(viewport)
            if state is not None:
                states[viewport.id] = state.offering(presentation_states)
        ids = [v.id for v in kept.viewports]
        return replace(
            self,
            hanging=kept,
            states=states,
            active=self.active if self.active in ids else _first(kept),
            series={**self.series, **series_of(studies)},
            anchors=anchors_of(states),
            earlier={**self.earlier, **self.states},
            presentation_states=tuple(presentation_states),
        )

    def _ids(self) -> frozenset[str]:
        return frozenset(v.id for v in self.hanging.viewports)

    def _kept_state(self, viewport: HungViewport) -> ViewportState | None:
        """The state a viewport already has, when it goes on showing the same series.

        In a touched viewport that is the series the reader has stepped to, not the one hung there.
        """
        state = self.states.get(viewport.id) or self.earlier.get(viewport.id)
        if state is None or viewport.display_set is None:
            return None
        if acquired_set(state.display_set).uid == viewport.display_set.uid:
            is_reformat = acquired_set(state.display_set) is not state.display_set
            return (regrown if is_reformat else ViewportState.grown_to)(state, viewport.display_set)
        return state if viewport.id in self.touched else None

    def _viewport_changed(self, action: Move | StepSeries, viewport_id: str) -> CaseView:
        state = self.states.get(viewport_id)
        if state is None:
            return self
        if isinstance(action, StepSeries):
            return self._with_series_stepped(viewport_id, state, action.steps)
        changed = action.on(state)
        if changed == state:
            return self
        if changed.display_set.uid != state.display_set.uid:
            return self._with_another_stack(viewport_id, changed.offering(self.presentation_states))
        states = {**self.states, viewport_id: changed}
        followers = {} if isinstance(action, _ALONE) else self._followers(viewport_id, state, changed)
        return replace(self, states={**states, **followers}, touched=self.touched | {viewport_id} | followers.keys())

    def _with_series_stepped(self, viewport_id: str, state: ViewportState, steps: int) -> CaseView:
        there = self.series.get(state.display_set.study_uid, ())
        places = [n for n, d in enumerate(there) if d.uid == acquired_set(state.display_set).uid]
        if not places or not 0 <= places[0] + steps < len(there):
            return self
        display_set = there[places[0] + steps]
        beside = index_beside(state, display_set)
        begun = ViewportState(display_set, chest_wall=state.chest_wall)
        begun = begun.at(begun.count // 2 if beside is None else beside).offering(self.presentation_states)
        return self._with_another_stack(viewport_id, begun)

    def _with_another_stack(self, viewport_id: str, begun: ViewportState) -> CaseView:
        """One viewport shows other pictures: none follows it there, and what lies beside what is new."""
        states = {**self.states, viewport_id: begun}
        return replace(self, states=states, anchors=anchors_of(states), touched=self.touched | {viewport_id})

    def _followers(self, leader_id: str, before: ViewportState, now: ViewportState) -> dict[str, ViewportState]:
        """The viewports that change along with ``leader_id``."""
        if not self.is_linked:
            return {}
        groups = set(self.hanging.viewport(leader_id).sync)
        changed = {}
        for viewport in self.hanging.viewports:
            shared = {name.partition(":")[0] for name in groups & set(viewport.sync)}
            state = self.states.get(viewport.id)
            if viewport.id == leader_id or state is None or not shared:
                continue
            new = self._following(shared, before, now, state, (leader_id, viewport.id))
            if new != state:
                changed[viewport.id] = new
        return changed

    def _following(
        self,
        shared: set[str],
        before: ViewportState,
        now: ViewportState,
        follower: ViewportState,
        pair: tuple[str, str],
    ) -> ViewportState:
        if "scroll" in shared and now.index != before.index:
            anchor = self.anchors.get(pair) or Anchor(before.index, follower.index)
            follower = followed(now, follower, anchor)
        if "wl" in shared and now.presentation.window != before.presentation.window and _same_scale(now, follower):
            presentation = replace(follower.presentation, window=now.presentation.window)
            follower = replace(follower, presentation=presentation)
        if "zoom" in shared and (now.zoom, now.pan) != (before.zoom, before.pan):
            follower = replace(follower, zoom=now.zoom, pan=now.pan)
        return follower


def open_view(
    hanging: Hanging,
    studies: Sequence[HangingStudy] = (),
    presentation_states: Sequence[PresentationState] = (),
    *,
    annotations: AnnotationLevel | str = AnnotationLevel.FULL,
) -> CaseView:
    """A case as it is first seen.

    Parameters
    ----------
    studies
        The studies hung, so that the reader can step through their series.
    presentation_states
        Those of the studies. They are offered, never applied by themselves: what is first seen are the images.
    """
    states = {
        v.id: state.offering(presentation_states) for v in hanging.viewports if (state := hung_state(v)) is not None
    }
    return CaseView(
        hanging=hanging,
        states=states,
        active=_first(hanging),
        annotations=AnnotationLevel(annotations),
        series=series_of(studies),
        anchors=anchors_of(states),
        presentation_states=tuple(presentation_states),
    )


def series_of(studies: Sequence[HangingStudy]) -> dict[str, tuple[DisplaySet, ...]]:
    """Display sets by Study Instance UID, in series order."""
    return {study.study_uid: study.hangable() for study in studies}


def _first(hanging: Hanging) -> str:
    """The first viewport with an image, else the first."""
    filled = [v.id for v in hanging.viewports if v.display_set is not None]
    return next(iter((*filled, *(v.id for v in hanging.viewports))), "")


def _same_scale(a: ViewportState, b: ViewportState) -> bool:
    """Whether a window means the same in both: only then is it shared."""
    return a.header.modality == b.header.modality and a.header.is_colour == b.header.is_colour
