"""Work items and the claim's transition table."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.vaults import HandClock, a_catalogue
from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.errors import ImpossibleMove, UnknownItem
from workstation.catalogue.work_items import ClaimState, is_possible_move
from workstation.foundation.errors import BadInput

UID = "2.25.1001"

POSSIBLE = {
    ("NONE", "CLAIMING"),
    ("CLAIMING", "OURS"),
    ("CLAIMING", "LOST"),
    ("CLAIMING", "NONE"),
    ("LOST", "CLAIMING"),
    ("OURS", "RETURNING"),
    ("OURS", "COMPLETING"),
    ("OURS", "LOST"),
    ("RETURNING", "RETURNED"),
    ("RETURNING", "OURS"),
    ("RETURNING", "LOST"),
    ("COMPLETING", "COMPLETED"),
    ("COMPLETING", "OURS"),
    ("COMPLETING", "LOST"),
}

ROUTES: dict[ClaimState, tuple[ClaimState, ...]] = {
    ClaimState.NONE: (),
    ClaimState.CLAIMING: (ClaimState.CLAIMING,),
    ClaimState.OURS: (ClaimState.CLAIMING, ClaimState.OURS),
    ClaimState.LOST: (ClaimState.CLAIMING, ClaimState.LOST),
    ClaimState.RETURNING: (ClaimState.CLAIMING, ClaimState.OURS, ClaimState.RETURNING),
    ClaimState.RETURNED: (ClaimState.CLAIMING, ClaimState.OURS, ClaimState.RETURNING, ClaimState.RETURNED),
    ClaimState.COMPLETING: (ClaimState.CLAIMING, ClaimState.OURS, ClaimState.COMPLETING),
    ClaimState.COMPLETED: (ClaimState.CLAIMING, ClaimState.OURS, ClaimState.COMPLETING, ClaimState.COMPLETED),
}


def item(uid: str = UID, label: str = "CT head") -> dict[str, Any]:
    return {"00080018": {"vr": "UI", "Value": [uid]}, "00741204": {"vr": "LO", "Value": [label]}}


def bring(catalogue: Catalogue, state: ClaimState, uid: str = UID) -> None:
    catalogue.items.put(item(uid), HandClock().now())
    for step in ROUTES[state]:
        if step is ClaimState.CLAIMING:
            catalogue.items.begin_claim(uid, "2.25.77")
        else:
            catalogue.items.set_claim_state(uid, step)


def state_of(catalogue: Catalogue, uid: str = UID) -> ClaimState:
    stored = catalogue.items.get(uid)
    assert stored is not None
    return stored.claim


def test_an_item_is_kept_as_it_was_shown(catalogue: Catalogue, clock: HandClock) -> None:
    assert catalogue.items.put(item(), clock.now()) == UID
    stored = catalogue.items.get(UID)
    assert stored is not None
    assert stored.json == item()
    assert stored.claim is ClaimState.NONE
    assert stored.transaction_uid is None
    assert stored.updated_at == clock.now()
    assert catalogue.items.get("2.25.9") is None


def test_what_the_site_changes_is_taken_and_our_claim_stays(catalogue: Catalogue, clock: HandClock) -> None:
    bring(catalogue, ClaimState.OURS)
    clock.advance(60)
    catalogue.items.put(item(label="CT head and neck"), clock.now())
    stored = catalogue.items.get(UID)
    assert stored is not None
    assert stored.json == item(label="CT head and neck")
    assert stored.claim is ClaimState.OURS
    assert stored.transaction_uid == "2.25.77"
    assert stored.updated_at == clock.now()


def test_what_is_unchanged_is_not_touched(catalogue: Catalogue, clock: HandClock) -> None:
    catalogue.items.put(item(), clock.now())
    catalogue.items.put(item(), clock.now() + timedelta(minutes=5))
    (stored,) = catalogue.items.all()
    assert stored.updated_at == clock.now()


@pytest.mark.parametrize(
    "broken", [{}, {"00080018": {}}, {"00080018": {"Value": []}}, {"00080018": {"Value": [3]}}, {"00080018": None}]
)
def test_an_item_without_a_uid_is_bad_input(broken: dict[str, Any], catalogue: Catalogue, clock: HandClock) -> None:
    with pytest.raises(BadInput):
        catalogue.items.put(broken, clock.now())


@pytest.mark.parametrize(("before", "after"), list(itertools.product(ClaimState, ClaimState)))
def test_the_table_of_moves(before: ClaimState, after: ClaimState) -> None:
    expected = before is after or (before.name, after.name) in POSSIBLE
    assert is_possible_move(before, after) is expected


def test_the_store_keeps_to_the_table(catalogue: Catalogue) -> None:
    for number, (before, after) in enumerate(itertools.product(ClaimState, ClaimState)):
        uid = f"2.25.{number}"
        bring(catalogue, before, uid)
        if is_possible_move(before, after):
            catalogue.items.set_claim_state(uid, after)
            assert state_of(catalogue, uid) is after
        else:
            with pytest.raises(ImpossibleMove):
                catalogue.items.set_claim_state(uid, after)
            assert state_of(catalogue, uid) is before


def test_a_claim_is_durable_before_the_request(tmp_path: Path) -> None:
    first = a_catalogue(tmp_path)
    first.items.put(item(), HandClock().now())
    assert first.items.begin_claim(UID, "2.25.5") == "2.25.5"
    first.close()
    second = a_catalogue(tmp_path)
    assert state_of(second) is ClaimState.CLAIMING
    assert second.items.begin_claim(UID, "2.25.6") == "2.25.5"
    second.close()


@pytest.mark.parametrize("state", [ClaimState.CLAIMING, ClaimState.OURS, ClaimState.LOST])
def test_a_claim_begun_again_keeps_its_transaction_uid(state: ClaimState, catalogue: Catalogue) -> None:
    bring(catalogue, state)
    assert catalogue.items.begin_claim(UID, "2.25.88") == "2.25.77"


def test_a_claim_given_up_without_an_answer_keeps_its_transaction_uid(catalogue: Catalogue) -> None:
    bring(catalogue, ClaimState.CLAIMING)
    catalogue.items.set_claim_state(UID, ClaimState.NONE)
    assert catalogue.items.begin_claim(UID, "2.25.88") == "2.25.77"


@pytest.mark.parametrize(
    "state", [ClaimState.RETURNING, ClaimState.RETURNED, ClaimState.COMPLETING, ClaimState.COMPLETED]
)
def test_a_claim_that_is_over_is_not_begun_again(state: ClaimState, catalogue: Catalogue) -> None:
    bring(catalogue, state)
    with pytest.raises(ImpossibleMove):
        catalogue.items.begin_claim(UID, "2.25.88")


def test_a_lost_claim_says_who_has_it(catalogue: Catalogue) -> None:
    bring(catalogue, ClaimState.CLAIMING)
    catalogue.items.set_claim_state(UID, ClaimState.LOST, claimed_by="dr.second")
    catalogue.items.set_claim_state(UID, ClaimState.LOST)
    stored = catalogue.items.get(UID)
    assert stored is not None
    assert stored.claimed_by == "dr.second"
    catalogue.items.begin_claim(UID, "2.25.88")
    again = catalogue.items.get(UID)
    assert again is not None
    assert again.claimed_by == ""


def test_a_reason_is_kept(catalogue: Catalogue) -> None:
    bring(catalogue, ClaimState.OURS)
    catalogue.items.set_return_reason(UID, "End of shift")
    stored = catalogue.items.get(UID)
    assert stored is not None
    assert stored.return_reason == "End of shift"


def test_items_that_were_never_put_are_our_bug(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownItem):
        catalogue.items.begin_claim(UID, "2.25.5")
    with pytest.raises(UnknownItem):
        catalogue.items.set_claim_state(UID, ClaimState.OURS)
    with pytest.raises(UnknownItem):
        catalogue.items.set_return_reason(UID, "x")


def test_unseen_items_are_forgotten_unless_something_hangs_on_them(catalogue: Catalogue) -> None:
    for number, state in enumerate(ClaimState):
        bring(catalogue, state, f"2.25.{number}")
    bring(catalogue, ClaimState.NONE, "2.25.500")
    gone = catalogue.items.forget_unseen(["2.25.500"])
    left = {stored.claim for stored in catalogue.items.all() if stored.uid != "2.25.500"}
    assert left == {ClaimState.CLAIMING, ClaimState.OURS, ClaimState.RETURNING, ClaimState.COMPLETING}
    assert len(gone) == 4
    catalogue.items.forget_unseen([], keep=())
    assert catalogue.items.all() == []
