"""What must hold for every hanging: order of arrival, determinism, places, patients."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers.hanging_studies import (
    PATIENT,
    a_screen,
    a_stack,
    a_study,
    brain_mr,
    chest_radiograph,
    ct_head,
    mammogram,
    ultrasound,
)
from workstation.hanging.engine import hang
from workstation.hanging.explain import as_json
from workstation.hanging.hung import Hanging
from workstation.hanging.layout import grid_shape, inner_rect
from workstation.hanging.protocol import Level, Protocol, Rule
from workstation.hanging.protocol_files import load_protocols
from workstation.hanging.screens import HangingScreen, numbered
from workstation.hanging.study import HangingStudy

PROTOCOLS = load_protocols()
_STUDIES = [
    ct_head("1.1", "20240610"),
    ct_head("1.2", "20230610", thickness=3.0),
    ct_head("1.3", "20230610"),
    brain_mr("2.1", "20240610"),
    brain_mr("2.2", "20210610", ("FLAIR", "T1", "T1", "T2")),
    mammogram("3.1", "20240610"),
    mammogram("3.2", "20230610", ("R CC", "R CC", "L MLO")),
    chest_radiograph("4.1", "20240610"),
    chest_radiograph("4.2", "20230610", ("AP", "PA", "LL")),
    ultrasound("5.1", "20240610", 5),
    ultrasound("5.2", "20230610", 11),
    a_study("6.1", modalities=("CT",)),
    a_study("6.2", a_stack("6.2", 1), modalities=(), region="", date=""),
]
_FITNESS = ("fit", "unchecked", "due", "expired", "failed")
_screens = st.lists(
    st.builds(
        a_screen,
        st.sampled_from(["report", "diagnostic", "mammography", "review"]),
        st.integers(0, 9000),
        st.integers(-500, 500),
        st.integers(37, 4100),
        st.integers(29, 4100),
        st.sampled_from(_FITNESS),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda s: s.x,
).map(numbered)


@st.composite
def _cases(draw: st.DrawFn) -> tuple[HangingStudy, list[HangingStudy], list[HangingStudy]]:
    current = draw(st.sampled_from(_STUDIES))
    others = draw(st.lists(st.sampled_from(_STUDIES), max_size=4, unique_by=lambda s: s.study_uid))
    owners = draw(st.lists(st.sampled_from([PATIENT, "other", ""]), min_size=len(others), max_size=len(others)))
    others = [replace(s, patient_key=owner) for s, owner in zip(others, owners, strict=True)]
    n_linked = draw(st.integers(0, min(1, len(others))))
    return current, others[n_linked:], others[:n_linked]


def _hang(
    case: tuple[HangingStudy, list[HangingStudy], list[HangingStudy]],
    screens: Sequence[HangingScreen],
    protocols: Sequence[Protocol] = PROTOCOLS,
    **more: object,
) -> Hanging:
    current, priors, linked = case
    return hang(current, priors, screens, protocols, also_current=linked, **more)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(_cases(), _screens, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_arrival_does_not_count(
    case: tuple[HangingStudy, list[HangingStudy], list[HangingStudy]],
    screens: tuple[HangingScreen, ...],
    rng: random.Random,
    override: bool,
) -> None:
    current, priors, linked = ([_shuffled(s, rng) for s in part] for part in ([case[0]], case[1], case[2]))
    rng.shuffle(priors)
    shuffled = _hang(
        (current[0], priors, linked),
        rng.sample(screens, len(screens)),
        rng.sample(PROTOCOLS, len(PROTOCOLS)),
        override_unfit=override,
    )
    assert as_json(shuffled) == as_json(_hang(case, screens, override_unfit=override))


def _shuffled(study: HangingStudy, rng: random.Random) -> HangingStudy:
    return replace(study, display_sets=tuple(rng.sample(study.display_sets, len(study.display_sets))))


@settings(max_examples=60, deadline=None)
@given(_cases(), _screens, st.booleans(), st.data())
def test_every_stage_stays_on_its_screens_and_shows_only_this_patient(
    case: tuple[HangingStudy, list[HangingStudy], list[HangingStudy]],
    screens: tuple[HangingScreen, ...],
    override: bool,
    data: st.DataObject,
) -> None:
    offered = _hang(case, screens, override_unfit=override)
    stage = data.draw(st.sampled_from(offered.stages))
    hanging = _hang(case, screens, override_unfit=override, stage=stage.id)
    assert hanging.stage == stage.id
    _assert_places(hanging, screens)
    _assert_one_patient(hanging, [case[0], *case[1], *case[2]])
    _assert_fit_screens(hanging, screens, override=override)


def _assert_places(hanging: Hanging, screens: Sequence[HangingScreen]) -> None:
    sizes = {s.id: (s.width, s.height) for s in screens}
    assert len({v.id for v in hanging.viewports}) == len(hanging.viewports)
    for viewport in hanging.viewports:
        x, y, width, height = viewport.rect
        assert x >= 0 <= y
        assert width > 0 < height
        assert x + width <= sizes[viewport.screen][0]
        assert y + height <= sizes[viewport.screen][1]
        assert viewport.reason
        assert viewport.title
    for one, other in combinations(hanging.viewports, 2):
        assert one.screen != other.screen or not _overlap(one.rect, other.rect)


def _overlap(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def _assert_one_patient(hanging: Hanging, studies: Sequence[HangingStudy]) -> None:
    own = {s.study_uid for s in studies if s.patient_key == PATIENT}
    for viewport in hanging.viewports:
        if viewport.display_set is not None:
            assert viewport.study_uid in own
            assert viewport.display_set.study_uid == viewport.study_uid
            assert viewport.display_set.series_uid == viewport.series_uid
    placed = [v.display_set.uid for v in hanging.viewports if v.display_set and v.from_ == "prior:1"]
    assert len(placed) == len(set(placed))


def _assert_fit_screens(hanging: Hanging, screens: Sequence[HangingScreen], *, override: bool) -> None:
    fitness = {s.id: s.fitness for s in screens}
    filled = {v.screen for v in hanging.viewports if v.display_set is not None}
    assert override or not {fitness[s] for s in filled} & {"expired", "failed"}
    for viewport in hanging.viewports:
        assert viewport.warning or fitness[viewport.screen] == "fit"


@given(st.integers(1, 40), st.integers(30, 5000), st.integers(30, 5000))
def test_a_grid_holds_all_its_cells_without_an_empty_row(n: int, width: int, height: int) -> None:
    rows, columns = grid_shape(n, width, height)
    assert rows * columns >= n > (rows - 1) * columns


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=7), st.integers(50, 5000))
def test_viewports_that_meet_in_the_protocol_meet_to_the_pixel(shares: list[float], width: int) -> None:
    total = sum(shares)
    at, end = 0.0, 0
    for share in shares:
        x, _, across, _ = inner_rect((0, 0, width, 100), (at, 0.0, share / total, 1.0))
        assert x == end
        at, end = at + share / total, x + across
    assert end == width


def test_ties_between_protocols_go_by_level_then_rules_then_id() -> None:
    base = next(p for p in PROTOCOLS if p.id == "cross-sectional-compare")
    twin = base.model_copy(update={"id": "aaa"})
    site = base.model_copy(update={"id": "zzz", "level": Level.SITE})
    split = (Rule(attr="study.modalities", op="in", value=("CT",), weight=5.0),) * 2
    fuller = base.model_copy(update={"id": "fuller", "match": split})
    case = (_STUDIES[0], [], [])
    screens = numbered([a_screen("diagnostic")])
    for protocols in ([base, twin], [twin, base]):
        assert _hang(case, screens, protocols).protocol_id == "aaa"
    assert _hang(case, screens, [base, twin, site]).protocol_id == "zzz"
    assert _hang(case, screens, [base, twin, fuller]).protocol_id == "fuller"


def test_many_protocols_and_series_are_hung_quickly_enough_to_do_it_on_every_arrival() -> None:
    from time import perf_counter

    headers = [h for n in range(60) for h in a_stack("1.1", n, f"series {n}", images=3)]
    current = a_study("1.1", headers)
    priors = [a_study(f"2.{n}", date=f"20{n:02}0101", region="HEAD") for n in range(20)]
    many = [PROTOCOLS[0].model_copy(update={"id": f"p{n}"}) for n in range(200)]
    begin = perf_counter()
    hang(current, priors, numbered([a_screen("diagnostic")]), many)
    assert perf_counter() - begin < 1.0  # a guard against quadratic work, not the budget
