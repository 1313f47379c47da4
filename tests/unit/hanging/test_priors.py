"""Which earlier studies count, and why."""

from __future__ import annotations

from itertools import permutations

import pytest

from tests.helpers.hanging_studies import a_study, mammogram
from workstation.hanging.priors import judged_priors, relevant_priors
from workstation.hanging.protocol import Preference, PriorsRule
from workstation.hanging.study import StudySummary

_NOW = a_study("now", date="20240610")


def _uids(*candidates: StudySummary, rule: PriorsRule | None = None, current: StudySummary = _NOW) -> list[str]:
    verdicts = relevant_priors(current, candidates, rule) if rule else relevant_priors(current, candidates)
    return [v.study.study_uid for v in verdicts]


def test_the_same_examination_comes_before_another_kind_of_imaging_and_before_another_region() -> None:
    candidates = [
        a_study("old-ct", date="20150101"),
        a_study("new-mr", date="20240601", modalities=("MR",)),
        a_study("new-ct-chest", date="20240601", region="CHEST"),
        a_study("new-ct", date="20230101"),
    ]
    for order in permutations(candidates):
        assert _uids(*order) == ["new-ct", "old-ct", "new-mr"]


def test_another_patients_study_is_never_relevant() -> None:
    (verdict,) = judged_priors(_NOW, [a_study("x", patient="someone else")], PriorsRule())
    assert verdict.step is None
    assert verdict.is_foreign
    nameless = a_study("now", patient="")
    assert _uids(a_study("x", patient="", date="20200101"), current=nameless) == []


def test_later_studies_and_the_study_itself_do_not_count() -> None:
    assert _uids(a_study("later", date="20240611"), a_study("now", date="20240101")) == []
    assert _uids(a_study("evening", date="20240610", time="180000")) == []
    assert _uids(a_study("morning", date="20240610", time="080000")) == ["morning"]
    assert _uids(a_study("that day", date="20240610", time="")) == ["that day"]


def test_age_limit_and_order() -> None:
    rule = PriorsRule(prefer=(Preference(same=("modality",)),), order="oldest", max_age_days=1000)
    a, b, c = a_study("a", date="20230101"), a_study("b", date="20240101"), a_study("c", date="20100101")
    assert _uids(a, b, c, rule=rule) == ["a", "b"]
    assert _uids(a_study("undated", date=""), rule=rule) == ["undated"]


def test_sides() -> None:
    knee = a_study("now", region="KNEE", laterality="L")
    left, right = (a_study(side, region="KNEE", laterality=side, date="20230101") for side in "LR")
    unsaid = a_study("?", region="KNEE", date="20240101")
    assert _uids(left, right, unsaid, current=knee) == ["L", "?"]


def test_mammograms_match_whatever_side_their_first_image_is_of() -> None:
    current, prior = mammogram("1.1", "20240610"), mammogram("1.2", "20220610", ("R MLO",))
    assert _uids(prior, current=current) == ["1.2"]
    assert current.side == ""


@pytest.mark.parametrize(("region", "description"), [("SKULL", ""), ("", "CT BRAIN W/O"), ("", "")])
def test_regions_are_found_in_words_and_a_study_that_says_nothing_comes_last(region: str, description: str) -> None:
    candidate = a_study("x", region=region, description=description, date="20200101")
    named = a_study("y", region="HEAD", date="20100101")
    expected = ["x", "y"] if region or description else ["y", "x"]
    assert _uids(candidate, named) == expected


def test_reasons_are_in_words() -> None:
    (verdict,) = relevant_priors(_NOW, [a_study("x", date="20230304")])
    assert verdict.why == "same modality and body region and side, 4 Mar 2023"
