"""What hangs where, for the kinds of studies a radiologist reads."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.helpers.hanging_studies import (
    a_projection,
    a_screen,
    a_stack,
    a_study,
    brain_mr,
    chest_radiograph,
    ct_head,
    mammogram,
    reading_room,
    ultrasound,
)
from workstation.hanging.engine import hang
from workstation.hanging.errors import NoScreen
from workstation.hanging.explain import as_json
from workstation.hanging.hung import Hanging
from workstation.hanging.protocol_files import load_protocols
from workstation.hanging.screens import numbered
from workstation.hanging.study import HangingStudy

PROTOCOLS = load_protocols()
ROOM = reading_room()


def _hang(current: HangingStudy, *priors: HangingStudy, **more: object) -> Hanging:
    screens = more.pop("screens", ROOM)
    return hang(current, priors, screens, PROTOCOLS, **more)  # type: ignore[arg-type]


def _shown(hanging: Hanging) -> dict[str, str | None]:
    """Series by viewport, without the stage's name."""
    return {v.id.partition("/")[2]: v.series_uid for v in hanging.viewports}


def test_head_ct_hangs_beside_its_prior_on_two_screens() -> None:
    hanging = _hang(ct_head("1.1", "20240610"), ct_head("1.2", "20230610"), ct_head("1.3", "20100101"))
    assert (hanging.protocol_id, hanging.stage) == ("cross-sectional-compare", "compare")
    current, prior = hanging.viewports
    assert (current.screen, current.rect, current.series_uid) == ("diagnostic:1", (0, 0, 2048, 2560), "1.1.2")
    assert (prior.screen, prior.series_uid, prior.from_) == ("diagnostic:2", "1.2.2", "prior:1")
    assert current.title == "diagnostic 1, current axial"
    assert set(current.sync) & set(prior.sync) == {"scroll:a", "wl:a", "zoom:a"}
    assert "10 Jun 2023" in hanging.why
    assert [s.id for s in hanging.stages] == ["compare", "all"]
    assert hanging.next_stage() == "all"
    assert hanging.next_stage(-1) == "all"


def test_the_prior_series_is_the_one_that_compares_not_the_first() -> None:
    prior = a_study(
        "2",
        [
            *a_stack("2", 1, "Head 1.0 brain", thickness=1.0, images=100),
            *a_stack("2", 2, "Head cor 5.0", plane="CORONAL"),
            *a_stack("2", 3, "Head 5.0 brain", images=30),
            *a_stack("2", 4, "Head 5.0 brain +C", images=30),
        ],
        date="20230101",
    )
    assert _hang(ct_head("1.1", "20240610"), prior).viewports[1].series_uid == "2.3"


def test_one_diagnostic_screen_shows_both_side_by_side() -> None:
    hanging = _hang(ct_head("1.1", "20240610"), ct_head("1.2", "20230610"), screens=ROOM[:2])
    assert [(v.screen, v.rect) for v in hanging.viewports] == [
        ("diagnostic:1", (0, 0, 1024, 2560)),
        ("diagnostic:1", (1024, 0, 1024, 2560)),
    ]


def test_no_diagnostic_screen_withholds_nothing_but_warns() -> None:
    hanging = _hang(ct_head("1.1", "20240610"), ct_head("1.2", "20230610"), screens=ROOM[:1])
    assert all(v.screen == "report:1" and v.display_set for v in hanging.viewports)
    assert all("not a diagnostic screen" in v.warning for v in hanging.viewports)


def test_failed_screens_show_nothing_until_the_reader_overrides() -> None:
    screens = numbered([a_screen("diagnostic", fitness="failed"), a_screen("diagnostic", 3000, fitness="expired")])
    hanging = _hang(ct_head("1.1", "20240610"), screens=screens)
    assert hanging.needs_override
    assert [v.display_set for v in hanging.viewports] == [None] * len(hanging.viewports)
    assert all("give a reason" in v.reason for v in hanging.viewports)
    assert {s.screen_id for s in hanging.left_out} == {"diagnostic:1", "diagnostic:2"}
    shown = _hang(ct_head("1.1", "20240610"), screens=screens, override_unfit=True)
    assert not shown.needs_override
    assert shown.viewports[0].display_set is not None
    assert "own decision" in shown.viewports[0].warning
    one = _hang(ct_head("1.1", "20240610"), screens=screens, override_unfit={"diagnostic:2"})
    assert {v.screen for v in one.viewports} == {"diagnostic:2"}


def test_no_screen_at_all_is_said_plainly() -> None:
    with pytest.raises(NoScreen):
        _hang(ct_head("1.1", "20240610"), screens=())


def test_a_single_series_without_a_prior_leaves_the_other_screen_empty_with_the_reason() -> None:
    hanging = _hang(a_study("1.1", a_stack("1.1", 2, "Head")))
    assert hanging.stage == "compare"
    prior = hanging.viewports[1]
    assert (prior.study_uid, prior.series_uid, prior.display_set) == (None, None, None)
    assert prior.reason == "There is no earlier CT of the head to compare with."


def test_several_series_without_a_prior_use_both_screens() -> None:
    hanging = _hang(ct_head("1.1", "20240610"))
    assert hanging.stage == "ct-spread"
    assert [(v.screen, v.series_uid) for v in hanging.viewports] == [
        ("diagnostic:1", "1.1.2"),
        ("diagnostic:2", "1.1.3"),
        ("diagnostic:2", "1.1.4"),
    ]
    assert "no earlier CT of the head" in hanging.why


def test_another_patients_study_is_refused_and_said_so() -> None:
    hanging = _hang(a_study("1.1", a_stack("1.1", 2)), ct_head("9.9", "20230610", patient="other"))
    assert all(v.study_uid in {"1.1", None} for v in hanging.viewports)
    assert "not known to be this patient's" in hanging.viewports[1].reason
    assert any("not known to be this patient's" in line.got and not line.passed for line in hanging.trace)


def test_display_sets_of_another_study_inside_a_study_are_not_hung() -> None:
    stray = replace(ct_head("1.1", "20240610"), study_uid="other")
    assert all(v.display_set is None for v in _hang(stray).viewports)


def test_a_prior_still_on_its_way_keeps_its_place() -> None:
    hanging = _hang(ct_head("1.1", "20240610"), a_study("1.2", date="20230610"))
    assert hanging.stage == "compare"
    assert hanging.viewports[0].display_set is not None
    assert hanging.viewports[1].reason == "The images of the CT of the head of 10 Jun 2023 are not here yet."


def test_a_current_study_still_on_its_way_keeps_its_layout() -> None:
    hanging = _hang(a_study("1.1"), ct_head("1.2", "20230610"))
    assert hanging.stage == "compare"
    assert hanging.viewports[0].reason == "No images of this study are here yet."


def test_four_mr_series_hang_two_by_two_with_their_priors_in_the_same_places() -> None:
    hanging = _hang(brain_mr("1.1", "20240610"), brain_mr("1.2", "20200101", ("T2", "FLAIR", "T1")))
    current = [v for v in hanging.viewports if v.from_ == "current"]
    prior = [v for v in hanging.viewports if v.from_ == "prior:1"]
    assert [v.rect for v in current] == [v.rect for v in prior]
    assert {v.rect for v in current} == {(x, y, 1024, 1280) for x in (0, 1024) for y in (0, 1280)}
    assert {v.screen for v in current} == {"diagnostic:1"}
    for one, other in zip(current, prior, strict=True):
        assert one.display_set is not None
        if other.display_set is None:
            assert one.display_set.description == "ax DWI"
            assert "nothing that compares with “ax DWI”" in other.reason
        else:
            assert other.display_set.description == one.display_set.description


def test_mr_series_without_a_prior_are_spread_over_both_screens() -> None:
    hanging = _hang(brain_mr("1.1", "20240610"))
    assert [v.screen for v in hanging.viewports] == ["diagnostic:1"] * 2 + ["diagnostic:2"] * 2
    assert len({v.series_uid for v in hanging.viewports}) == 4


def test_mammograms_hang_in_fours_with_chest_walls_facing() -> None:
    hanging = _hang(mammogram("1.1", "20240610"), mammogram("1.2", "20220610"))
    assert hanging.stage == "mg-compare"
    for screen in ("diagnostic:1", "diagnostic:2"):
        there = {v.rect[:2]: v for v in hanging.viewports if v.screen == screen}
        views = {place: (v.display_set.laterality, v.display_set.view) for place, v in there.items() if v.display_set}
        assert views == {
            (0, 0): ("R", "CC"),
            (1024, 0): ("L", "CC"),
            (0, 1280): ("R", "MLO"),
            (1024, 1280): ("L", "MLO"),
        }
        assert all(v.chest_wall == ("right" if place[0] == 0 else "left") for place, v in there.items())
        assert not any(v.is_mirrored for v in there.values())


def test_a_mammogram_stored_the_other_way_round_is_mirrored() -> None:
    headers = a_projection("1.1", 1, "R-10242", modality="MG", side="R", patient_orientation=("A", "F"))
    hanging = _hang(a_study("1.1", headers, modalities=("MG",), region="BREAST"))
    found = [v for v in hanging.viewports if v.display_set]
    assert [v.is_mirrored for v in found] == [True]


def test_a_missing_view_of_the_current_still_shows_the_earlier_one() -> None:
    hanging = _hang(mammogram("1.1", "20240610", ("L CC", "L MLO")), mammogram("1.2", "20220610"))
    there = {v.id: v for v in hanging.viewports}
    assert there["mg-compare/current-rcc"].reason == "The mammogram of 10 Jun 2024 has no right CC."
    assert there["mg-compare/prior-rcc"].display_set is not None


def test_radiographs_hang_view_by_view() -> None:
    current, prior = chest_radiograph("1.1", "20240610", ("LL", "PA")), chest_radiograph("1.2", "20220610")
    first = _hang(current, prior)
    assert _shown(first) == {"current": "1.1.2", "prior": "1.2.1"}
    second = _hang(current, prior, stage="view-2")
    assert _shown(second) == {"current": "1.1.1", "prior": "1.2.2"}
    assert [s.id for s in first.stages] == ["view-1", "view-2", "all"]


def test_ultrasound_clips_play() -> None:
    hanging = _hang(ultrasound("1.1", "20240610"), ultrasound("1.2", "20220610", 2))
    assert hanging.stage == "clips-compare"
    assert all(v.is_cine and v.start == "first" for v in hanging.viewports if v.display_set)


def test_linked_studies_hang_together_and_have_their_own_stages() -> None:
    chest = a_study("1.1", a_stack("1.1", 1, "Chest"), region="CHEST")
    abdomen = a_study("1.2", a_stack("1.2", 1, "Abdomen"), region="ABDOMEN", time="101600")
    old = a_study("1.3", a_stack("1.3", 1, "Abdomen"), region="ABDOMEN", date="20200101")
    both = _hang(chest, also_current=[abdomen])
    assert both.stage == "linked-first"
    assert [(v.study_uid, v.from_) for v in both.viewports] == [("1.1", "current"), ("1.2", "linked:1")]
    own = _hang(chest, old, also_current=[abdomen], stage="linked:1/compare")
    assert own.stage_name == "CT of the abdomen: Current | prior"
    assert [v.study_uid for v in own.viewports] == ["1.2", "1.3"]
    assert own.viewports[0].id == "linked:1/compare/current"


def test_a_linked_study_of_another_patient_is_refused() -> None:
    chest = a_study("1.1", a_stack("1.1", 1, "Chest"))
    foreign = a_study("1.2", a_stack("1.2", 1), patient="other")
    hanging = _hang(chest, also_current=[foreign])
    assert not any(s.id.startswith("linked") for s in hanging.stages)
    assert any(line.rule == "linked studies" and not line.passed for line in hanging.trace)


def test_a_study_no_protocol_is_for_shows_everything() -> None:
    headers = [h for n in (2, 1) for h in a_projection("1.1", n, "", modality="OT")]
    hanging = _hang(a_study("1.1", headers, modalities=("OT",)))
    assert hanging.protocol_id == "general"
    assert [v.series_uid for v in hanging.viewports] == ["1.1.1", "1.1.2"]


def test_the_reader_may_pick_a_protocol_or_an_unknown_stage() -> None:
    hanging = _hang(chest_radiograph("1.1", "20240610"), protocol_id="cross-sectional-compare")
    assert hanging.protocol_id == "cross-sectional-compare"
    assert _hang(ct_head("1.1", "20240610"), stage="nonsense").stage == "ct-spread"
    assert _hang(ct_head("1.1", "20240610"), protocol_id="nonsense").protocol_id == "cross-sectional-compare"


def test_reports_and_presentation_states_are_not_hung() -> None:
    study = ct_head("1.1", "20240610")
    report = replace(study.display_sets[0], modality="SR", uid="sr", series_uid="sr")
    hanging = _hang(replace(study, display_sets=(*study.display_sets, report)), stage="all")
    assert "sr" not in _shown(hanging).values()


def test_json_has_the_keys_that_scripts_rely_on() -> None:
    hanging = _hang(ct_head("1.1", "20240610"), ct_head("1.2", "20230610"))
    document = json.loads(json.dumps(as_json(hanging)))
    assert {"protocol", "score", "stage", "viewports", "trace"} <= document.keys()
    viewport = document["viewports"][0]
    assert {"id", "screen", "rect", "study", "series", "plane", "from", "reason"} <= viewport.keys()
    assert viewport["rect"] == [0, 0, 2048, 2560]
    assert {tuple(sorted(line)) for line in document["trace"]} == {("got", "passed", "rule", "wanted")}
    assert as_json(hanging, with_trace=False)["trace"] == []


def test_repr_of_a_hanging_holds_no_identifier() -> None:
    hanging = _hang(ct_head("1.22222.1", "20240610"), ct_head("1.22222.2", "20230610"))
    assert "22222" not in repr(hanging)
    assert "22222" not in repr(ct_head("1.22222.1", "20240610"))
