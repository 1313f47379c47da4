"""Taking and giving back: durable first, proven when in doubt, linked items all or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.vaults import HandClock, a_catalogue
from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.work_items import ClaimState
from workstation.foundation.errors import UserFacingError
from workstation.sync.claims import ClaimOutcome, Claims
from workstation.sync.errors import LoginRefused, Refused, Unreachable, WrongAnswer
from workstation.sync.ups_attributes import Performer, first_text

ME = Performer("dr.demo", "Dr Dana Demo")
OTHER = Performer("dr.second", "Dr Sam Second")


class FakeWorklist:
    """A worklist with the rules of PS3.18 chapter 11. ``plan`` holds what goes wrong with the next requests:
    ``lost`` (carried out, answer lost), ``cut`` (not carried out), or an error to raise; ``ok`` for nothing."""

    def __init__(self, *uids: str) -> None:
        self.states = dict.fromkeys(uids, "SCHEDULED")
        self.owners: dict[str, str] = {}
        self.performers: dict[str, Performer] = {}
        self.plan: list[str | UserFacingError] = []
        self.calls: list[tuple[str, str]] = []
        self.reasons: dict[str, str] = {}
        self.asked: list[str] = []
        self.is_strict = True
        self.catalogue: Catalogue | None = None

    def search(self) -> list[dict[str, Any]]:
        return [self._json(uid) for uid in self.states]

    def retrieve(self, uid: str) -> dict[str, Any]:
        self._begin("retrieve", uid)
        if uid not in self.states:
            raise Refused("the worklist", 404)
        return self._json(uid)

    def claim(self, uid: str, transaction_uid: str, performer: Performer) -> None:
        stored = self.catalogue.items.get(uid) if self.catalogue else None
        assert stored is None or stored.transaction_uid == transaction_uid, "the UID must be durable first"
        after = self._begin("claim", uid)
        if uid not in self.states:
            raise Refused("the worklist", 404)
        if self.states[uid] != "SCHEDULED":
            raise Refused("the worklist", 409)
        self.states[uid], self.owners[uid] = "IN PROGRESS", transaction_uid
        self.performers[uid] = performer
        self._end(after)

    def update(self, uid: str, transaction_uid: str, attributes: Mapping[str, Any]) -> None:
        after = self._begin("update", uid)
        if self.states[uid] == "SCHEDULED" and not self.is_strict:
            return  # a careless server lets anybody update what nobody has taken
        if self.states[uid] != "IN PROGRESS" or self.owners[uid] != transaction_uid:
            raise Refused("the worklist", 409)
        self._end(after)

    def complete(self, uid: str, transaction_uid: str, final_attributes: Mapping[str, Any]) -> None:
        raise NotImplementedError

    def cancel(self, uid: str, transaction_uid: str, reason: str) -> None:
        after = self._begin("cancel", uid)
        if self.states[uid] != "IN PROGRESS" or self.owners[uid] != transaction_uid:
            raise Refused("the worklist", 409)
        self.states[uid], self.reasons[uid] = "CANCELED", reason
        self._end(after)

    def request_cancellation(self, uid: str, reason: str) -> None:
        self.asked.append(uid)

    def takes(self, uid: str, performer: Performer = OTHER) -> None:
        """Somebody else takes an item."""
        self.states[uid], self.owners[uid], self.performers[uid] = "IN PROGRESS", "2.25.999", performer

    def _begin(self, what: str, uid: str) -> str:
        self.calls.append((what, uid))
        step = self.plan.pop(0) if self.plan else "ok"
        if isinstance(step, UserFacingError):
            raise step
        if step == "cut":
            raise Unreachable("the worklist", "the connection was dropped")
        return step

    def _end(self, step: str) -> None:
        if step == "lost":
            raise Unreachable("the worklist", "the connection was dropped")

    def _json(self, uid: str) -> dict[str, Any]:
        json: dict[str, Any] = {
            "00080018": {"vr": "UI", "Value": [uid]},
            "00741000": {"vr": "CS", "Value": [self.states[uid]]},
        }
        if uid in self.performers:
            person = self.performers[uid]
            code = {"00080100": {"vr": "SH", "Value": [person.user]}}
            human = {
                "00404009": {"vr": "SQ", "Value": [code]},
                "00404037": {"vr": "PN", "Value": [{"Alphabetic": person.name}]},
            }
            json["00741216"] = {"vr": "SQ", "Value": [{"00404035": {"vr": "SQ", "Value": [human]}}]}
        return json


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = a_catalogue(tmp_path)
    yield catalogue
    catalogue.close()


@pytest.fixture
def worklist(catalogue: Catalogue) -> FakeWorklist:
    worklist = FakeWorklist("1.1", "1.2", "1.3")
    worklist.catalogue = catalogue
    for json in worklist.search():
        catalogue.items.put(json, HandClock().now())
    return worklist


@pytest.fixture
def claims(catalogue: Catalogue, worklist: FakeWorklist) -> Claims:
    return Claims(catalogue, worklist, ME, HandClock(), pause=lambda seconds: None)


def state(catalogue: Catalogue, uid: str = "1.1") -> ClaimState:
    stored = catalogue.items.get(uid)
    assert stored is not None
    return stored.claim


def test_a_free_item_becomes_ours(catalogue: Catalogue, worklist: FakeWorklist, claims: Claims) -> None:
    assert claims.claim("1.1").outcome is ClaimOutcome.OURS
    assert state(catalogue) is ClaimState.OURS
    assert claims.claim("1.1").outcome is ClaimOutcome.OURS
    assert worklist.calls == [("claim", "1.1")]


def test_a_lost_answer_is_proven_not_guessed(catalogue: Catalogue, worklist: FakeWorklist, claims: Claims) -> None:
    worklist.plan = ["lost"]
    assert claims.claim("1.1").outcome is ClaimOutcome.OURS
    assert worklist.calls == [("claim", "1.1"), ("retrieve", "1.1"), ("update", "1.1")]


def test_a_request_that_never_arrived_is_made_again(
    catalogue: Catalogue, worklist: FakeWorklist, claims: Claims
) -> None:
    worklist.plan = ["cut"]
    assert claims.claim("1.1").outcome is ClaimOutcome.OURS
    assert [what for what, _ in worklist.calls] == ["claim", "retrieve", "claim"]


def test_an_update_of_a_free_item_proves_nothing(catalogue: Catalogue, worklist: FakeWorklist, claims: Claims) -> None:
    worklist.is_strict = False
    worklist.plan = ["cut"]
    claims.claim("1.1")
    assert worklist.states["1.1"] == "IN PROGRESS"


def test_somebody_elses_item_is_lost_and_named(catalogue: Catalogue, worklist: FakeWorklist, claims: Claims) -> None:
    worklist.takes("1.1")
    result = claims.claim("1.1")
    assert (result.outcome, result.claimed_by) == (ClaimOutcome.LOST, "Dr Sam Second")
    assert state(catalogue) is ClaimState.LOST
    stored = catalogue.items.get("1.1")
    assert stored is not None
    assert stored.claimed_by == "Dr Sam Second"
    assert claims.claim("1.1").claimed_by == "Dr Sam Second"


@pytest.mark.parametrize("final", ["COMPLETED", "CANCELED"])
def test_a_finished_item_is_lost(final: str, catalogue: Catalogue, worklist: FakeWorklist, claims: Claims) -> None:
    worklist.states["1.1"] = final
    assert claims.claim("1.1").outcome is ClaimOutcome.LOST


@pytest.mark.parametrize("status", [404, 410])
def test_an_item_that_is_gone_is_lost(
    status: int, catalogue: Catalogue, worklist: FakeWorklist, claims: Claims
) -> None:
    worklist.plan = [Refused("the worklist", status)]
    assert claims.claim("1.1").outcome is ClaimOutcome.LOST


def test_while_nobody_answers_it_is_unknown_and_settled_later_under_the_same_uid(
    catalogue: Catalogue, worklist: FakeWorklist, claims: Claims
) -> None:
    worklist.plan = ["lost", *["cut"] * 7]
    result = claims.claim("1.1")
    assert result.outcome is ClaimOutcome.UNKNOWN
    assert "cannot be reached" in result.trouble
    assert state(catalogue) is ClaimState.CLAIMING
    before = catalogue.items.get("1.1")
    claims.resume()
    after = catalogue.items.get("1.1")
    assert before is not None
    assert after is not None
    assert after.claim is ClaimState.OURS
    assert after.transaction_uid == before.transaction_uid == worklist.owners["1.1"]


@pytest.mark.parametrize("error", [LoginRefused(), Refused("the worklist", 503), WrongAnswer("the worklist", "noise")])
def test_trouble_is_neither_ours_nor_lost(
    error: UserFacingError, catalogue: Catalogue, worklist: FakeWorklist, claims: Claims
) -> None:
    worklist.plan = [error] * 8
    result = claims.claim("1.1")
    assert (result.outcome, result.trouble) == (ClaimOutcome.UNKNOWN, error.what)
    assert state(catalogue) is ClaimState.CLAIMING


def test_a_refusal_that_says_nothing_about_the_owner_is_unknown(
    catalogue: Catalogue, worklist: FakeWorklist, claims: Claims
) -> None:
    no = Refused("the worklist", 400)
    worklist.plan = ["lost", "ok", no, *[no, "ok", no] * 3]
    assert claims.claim("1.1").outcome is ClaimOutcome.UNKNOWN


@pytest.mark.parametrize(
    ("status", "warning"), [(400, "299 x: The Transaction UID is incorrect."), (400, ""), (403, "")]
)
def test_other_ways_to_say_that_it_is_not_ours(
    status: int, warning: str, catalogue: Catalogue, worklist: FakeWorklist, claims: Claims
) -> None:
    worklist.takes("1.1")
    worklist.plan = ["ok", "ok", Refused("the worklist", status, warning=warning)]
    assert claims.claim("1.1").outcome is ClaimOutcome.LOST


def test_linked_items_are_all_taken(catalogue: Catalogue, worklist: FakeWorklist, claims: Claims) -> None:
    result = claims.claim_all(["1.2", "1.1"])
    assert result.outcome is ClaimOutcome.OURS
    assert set(result.each) == {"1.1", "1.2"}
    assert worklist.calls == [("claim", "1.1"), ("claim", "1.2")]


def test_when_one_linked_item_is_lost_the_others_go_back(
    catalogue: Catalogue, worklist: FakeWorklist, claims: Claims
) -> None:
    worklist.takes("1.2")
    result = claims.claim_all(["1.1", "1.2", "1.3"])
    assert (result.outcome, result.claimed_by) == (ClaimOutcome.LOST, "Dr Sam Second")
    assert worklist.states == {"1.1": "CANCELED", "1.2": "IN PROGRESS", "1.3": "SCHEDULED"}
    assert "linked" in worklist.reasons["1.1"]
    assert state(catalogue) is ClaimState.RETURNED


def test_what_was_ours_before_stays_when_a_linked_item_is_lost(
    catalogue: Catalogue, worklist: FakeWorklist, claims: Claims
) -> None:
    claims.claim("1.1")
    worklist.takes("1.2")
    assert claims.claim_all(["1.1", "1.2"]).outcome is ClaimOutcome.LOST
    assert state(catalogue) is ClaimState.OURS


def test_when_one_linked_item_is_in_doubt_nothing_goes_back(
    catalogue: Catalogue, worklist: FakeWorklist, claims: Claims
) -> None:
    worklist.plan = ["ok", *["cut"] * 8]
    assert claims.claim_all(["1.1", "1.2"]).outcome is ClaimOutcome.UNKNOWN
    assert state(catalogue) is ClaimState.OURS
    assert claims.claim_all(["1.1", "1.2"]).outcome is ClaimOutcome.OURS


def test_an_item_is_given_back_with_its_reason(catalogue: Catalogue, worklist: FakeWorklist, claims: Claims) -> None:
    claims.claim("1.1")
    claims.give_back("1.1", "End of shift")
    claims.give_back("1.1", "End of shift")
    assert (worklist.states["1.1"], worklist.reasons["1.1"]) == ("CANCELED", "End of shift")
    assert state(catalogue) is ClaimState.RETURNED
    assert claims.claim("1.1").outcome is ClaimOutcome.LOST


@pytest.mark.parametrize("step", ["lost", "cut"])
def test_a_return_survives_a_broken_line(
    step: str, catalogue: Catalogue, worklist: FakeWorklist, claims: Claims
) -> None:
    claims.claim("1.1")
    worklist.plan = [step]
    claims.give_back("1.1", "End of shift")
    assert state(catalogue) is ClaimState.RETURNING
    claims.resume()
    assert state(catalogue) is ClaimState.RETURNED
    assert worklist.reasons["1.1"] == "End of shift"


def test_a_return_the_site_refuses_leaves_the_item_ours(
    catalogue: Catalogue, worklist: FakeWorklist, claims: Claims
) -> None:
    claims.claim("1.1")
    worklist.plan = [Refused("the worklist", 403)]
    with pytest.raises(UserFacingError, match="does not take this item back"):
        claims.give_back("1.1", "End of shift")
    assert state(catalogue) is ClaimState.OURS


def test_an_item_that_is_not_ours_is_asked_to_be_withdrawn(
    catalogue: Catalogue, worklist: FakeWorklist, claims: Claims
) -> None:
    claims.give_back("1.1", "Wrong patient or order")
    assert worklist.asked == ["1.1"]
    assert state(catalogue) is ClaimState.NONE


def test_signed_or_unconfirmed_items_are_not_given_back(
    catalogue: Catalogue, worklist: FakeWorklist, claims: Claims
) -> None:
    claims.claim("1.1")
    catalogue.items.set_claim_state("1.1", ClaimState.COMPLETING)
    with pytest.raises(UserFacingError, match="signed"):
        claims.give_back("1.1", "x")
    catalogue.items.begin_claim("1.2", "2.25.5")
    with pytest.raises(UserFacingError, match="not confirmed"):
        claims.give_back("1.2", "x")
    assert claims.claim("1.1").outcome is ClaimOutcome.OURS


def test_an_unknown_item_is_said_to_be_gone(claims: Claims) -> None:
    with pytest.raises(UserFacingError, match="no longer on the worklist"):
        claims.claim("1.404")


def test_transaction_uids_are_valid_and_new(catalogue: Catalogue, worklist: FakeWorklist, claims: Claims) -> None:
    claims.claim("1.1")
    claims.claim("1.2")
    first, second = worklist.owners["1.1"], worklist.owners["1.2"]
    assert first != second
    assert first.startswith("2.25.")
    assert len(first) <= 64
    assert first_text({"0": {"Value": [first]}}, "0") == first
