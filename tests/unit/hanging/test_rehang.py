"""Hanging again as series arrive: what the reader has touched stays."""

from __future__ import annotations

from tests.helpers.hanging_studies import a_study, brain_mr, reading_room
from workstation.hanging.engine import hang
from workstation.hanging.hung import Hanging
from workstation.hanging.protocol_files import load_protocols
from workstation.hanging.rehang import keep_touched
from workstation.hanging.study import HangingStudy

PROTOCOLS = load_protocols()
ROOM = reading_room()


def _with_series(study: HangingStudy, n: int) -> HangingStudy:
    return a_study(study.study_uid, [h for d in study.display_sets[:n] for h in d.instances], modalities=("MR",))


def _hang(study: HangingStudy, stage: str | None = None) -> Hanging:
    return hang(study, [], ROOM, PROTOCOLS, stage=stage)


def test_nothing_touched_means_the_new_layout() -> None:
    full = brain_mr("1.1", "20240610")
    before, now = _hang(_with_series(full, 2)), _hang(full)
    assert keep_touched(before, now, frozenset()) is now


def test_a_touched_viewport_keeps_its_screen_as_it_was() -> None:
    full = brain_mr("1.1", "20240610")
    before = _hang(_with_series(full, 2))
    now = _hang(full, stage=before.stage)
    touched = before.viewports[0]
    kept = keep_touched(before, now, {touched.id})
    assert kept.viewport(touched.id).rect == touched.rect
    assert kept.viewport(touched.id).series_uid == touched.series_uid
    for one in kept.viewports:
        for other in kept.viewports:
            assert one is other or one.screen != other.screen or one.rect != other.rect


def test_a_series_displaced_by_a_touched_one_takes_the_place_it_leaves() -> None:
    full = brain_mr("1.1", "20240610", ("T1", "T2", "FLAIR"))
    some = a_study(
        "1.1", [h for d in full.display_sets if "FLAIR" not in d.description for h in d.instances], modalities=("MR",)
    )
    before = _hang(some, stage="mr-compare")
    now = _hang(full, stage="mr-compare")
    first = before.viewports[0]  # T2, which the arriving FLAIR would push aside
    kept = keep_touched(before, now, {first.id})
    current = [v.series_uid for v in kept.viewports if v.from_ == "current"]
    assert kept.viewport(first.id).series_uid == first.series_uid
    assert len(current) == len(set(current))


def test_another_stage_is_taken_as_it_is() -> None:
    full = brain_mr("1.1", "20240610")
    before, now = _hang(full), _hang(full, stage="all")
    assert keep_touched(before, now, {before.viewports[0].id}) is now
