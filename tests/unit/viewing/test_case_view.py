"""All viewports of a case together: what one does to the others, and what arriving series do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers.hanging_studies import a_stack, a_study, brain_mr, chest_radiograph, ct_head, mammogram, reading_room
from workstation.hanging.engine import hang
from workstation.hanging.protocol_files import load_protocols
from workstation.hanging.study import HangingStudy
from workstation.imaging.errors import CannotReformat
from workstation.viewing.actions import (
    Activate,
    ChoosePreset,
    ChooseTool,
    CycleAnnotations,
    DragWindow,
    Fit,
    GoTo,
    Invert,
    OneToOne,
    Pan,
    Play,
    Reset,
    Rotate,
    Scroll,
    StepSeries,
    ToggleLink,
    Tool,
    Zoom,
    action_of_drag,
)
from workstation.viewing.case_view import CaseView, open_view
from workstation.viewing.keys import KEY_MAP

PROTOCOLS = load_protocols()
ROOM = reading_room()
CURRENT, PRIOR = ct_head("1.1", "20240610"), ct_head("1.2", "20230610")
A, B = "compare/current", "compare/prior"


def _view(current: HangingStudy = CURRENT, *priors: HangingStudy, stage: str | None = None) -> CaseView:
    return open_view(hang(current, priors, ROOM, PROTOCOLS, stage=stage), [current, *priors])


VIEW = _view(CURRENT, PRIOR)


def test_a_case_opens_in_the_middle_of_its_stacks_with_the_current_active() -> None:
    assert VIEW.active == A
    assert {k: s.index for k, s in VIEW.states.items()} == {A: 15, B: 15}
    assert VIEW.active_state is VIEW.states[A]
    assert VIEW.touched == frozenset()


def test_linked_viewports_scroll_window_and_zoom_together() -> None:
    view = VIEW.apply(Scroll(3)).apply(ChoosePreset(1)).apply(Zoom(2)).apply(Pan(0.1, 0))
    a, b = view.states[A], view.states[B]
    assert (a.index, b.index) == (18, 18)
    assert a.presentation.window == b.presentation.window is not None
    assert (a.zoom, a.pan) == (b.zoom, b.pan) == (2.0, (0.1, 0.0))
    assert view.touched == {A, B}
    assert view.apply(Reset()).states[B].is_fit


def test_inversion_and_playing_stay_in_their_viewport() -> None:
    view = VIEW.apply(Invert()).apply(Play())
    assert view.states[A].presentation.invert
    assert view.states[B] == VIEW.states[B]


def test_unlinked_viewports_go_their_own_way_and_keep_their_distance_when_linked_again() -> None:
    view = VIEW.apply(ToggleLink()).apply(Scroll(5)).apply(Zoom(2))
    assert view.states[B] == VIEW.states[B]
    again = view.apply(ToggleLink()).apply(Scroll(1))
    assert (again.states[A].index, again.states[B].index) == (21, 16)


def test_another_viewport_than_the_active_one_may_be_meant() -> None:
    view = VIEW.apply(Scroll(-2), B)
    assert view.active == A
    assert (view.states[A].index, view.states[B].index) == (13, 13)
    assert view.apply(Activate(B)).active == B
    assert view.apply(Activate("nonsense")).active == A


def test_a_window_is_not_shared_with_another_modality() -> None:
    mr = a_study("1.2", a_stack("1.2", 2, "ax T2", modality="MR"), modalities=("MR",), date="20230101")
    view = _view(CURRENT, mr).apply(DragWindow(0, 50)).apply(ChoosePreset(1))
    assert view.states[A].presentation.window is not None
    assert view.states[B].presentation.window is None


def test_the_next_series_begins_at_the_same_place_of_the_patient() -> None:
    view = VIEW.apply(GoTo(10)).apply(StepSeries(1))
    assert view.states[A].display_set.description == "Head 2.0 bone"
    assert view.states[A].header.position == (0.0, 0.0, 50.0)
    assert view.apply(StepSeries(-1)).states[A].display_set.description == "Head 5.0 brain"
    assert view.apply(StepSeries(99)) is view
    assert VIEW.apply(StepSeries(2)).states[A].index == 20  # coronal: its own middle


def test_first_and_last() -> None:
    assert VIEW.apply(GoTo(-1)).states[A].index == 29
    assert VIEW.apply(GoTo(0)).states[A].index == 0


def test_an_empty_viewport_takes_nothing() -> None:
    view = _view(a_study("1.1", a_stack("1.1", 2)))
    assert view.apply(Scroll(1), B) is view
    nothing = open_view(hang(a_study("1.1"), [], ROOM, PROTOCOLS))
    assert nothing.active_state is None
    assert nothing.apply(Scroll(1)) is nothing


def test_a_move_that_changes_nothing_touches_nothing() -> None:
    assert VIEW.apply(Scroll(0)) is VIEW
    assert VIEW.apply(Rotate()) is VIEW
    assert VIEW.apply(Fit()) is VIEW


def test_tools_and_annotations() -> None:
    view = VIEW.apply(ChooseTool(Tool.ZOOM)).apply(CycleAnnotations())
    assert (view.tool, view.annotations) == (Tool.ZOOM, "minimal")


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        (Tool.WINDOW, DragWindow(24, -48)),
        (Tool.PAN, Pan(0.024, -0.06)),
        (Tool.SCROLL, Scroll(-4)),
        (Tool.ZOOM, Zoom(1.005**48)),
    ],
)
def test_what_dragging_does(tool: Tool, expected: object) -> None:
    assert action_of_drag(tool, 24, -48, (1000, 800)) == expected


def test_every_action_of_the_key_map_can_be_applied() -> None:
    actions = [binding.action for binding in KEY_MAP if binding.action is not None]
    for action in actions:
        assert isinstance(VIEW.apply(action), CaseView)
    assert VIEW.apply(OneToOne(800, 600)).active_state is not None


@pytest.mark.parametrize("study", [chest_radiograph("4.1", "20240610"), mammogram("3.1", "20240610")])
def test_every_action_can_be_applied_to_a_radiograph_or_says_why_not(study: HangingStudy) -> None:
    view = _view(study)
    for binding in KEY_MAP:
        if binding.group == "Reformat" and binding.id != "image.reformat.acquired":
            with pytest.raises(CannotReformat, match="cannot be reformatted: its images do not state"):
                view.apply(binding.action)  # type: ignore[arg-type]  # these all have one
        elif binding.action is not None:
            assert isinstance(view.apply(binding.action), CaseView)


def test_a_series_that_grows_keeps_its_picture_and_its_presentation() -> None:
    few = a_study(
        "1.1", [h for d in CURRENT.display_sets for h in d.instances[: 10 if "brain" in d.description else 99]]
    )
    view = _view(few, PRIOR).apply(GoTo(4)).apply(Invert())
    grown = view.rehung(hang(CURRENT, [PRIOR], ROOM, PROTOCOLS, stage="compare"), [CURRENT])
    state = grown.states[A]
    assert state.count == 30
    assert state.header.sop_uid == view.states[A].header.sop_uid
    assert state.presentation.invert
    assert len(grown.series["1.1"]) == 4


def test_arriving_series_do_not_move_what_the_reader_has_touched() -> None:
    full = brain_mr("1.1", "20240610")
    some = replace(full, display_sets=full.display_sets[:2])
    view = _view(some).apply(Scroll(1))
    shown = view.states[view.active].display_set.uid
    later = view.rehung(hang(full, [], ROOM, PROTOCOLS, stage=view.hanging.stage), [full])
    assert later.states[later.active].display_set.uid == shown
    assert later.hanging.viewport(view.active).rect == view.hanging.viewport(view.active).rect


def test_a_series_the_reader_stepped_to_stays() -> None:
    view = VIEW.apply(StepSeries(1))
    again = view.rehung(hang(CURRENT, [PRIOR], ROOM, PROTOCOLS, stage="compare"))
    assert again.states[A].display_set.description == "Head 2.0 bone"


def test_stepping_to_another_stage_and_back_remembers() -> None:
    view = VIEW.apply(Invert()).apply(Scroll(4))
    there = view.rehung(hang(CURRENT, [PRIOR], ROOM, PROTOCOLS, stage="all"))
    assert there.active == "all/series.1"
    assert not there.states[there.active].presentation.invert
    back = there.rehung(hang(CURRENT, [PRIOR], ROOM, PROTOCOLS, stage="compare"))
    assert back.states[A] == view.states[A]
