"""UPS-RS requests as PS3.18 chapter 11 writes them, and servers of other editions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.helpers.scripted_peer import Reply, ScriptedPeer, Seen, json_reply
from workstation.dicom.workitem import parse_workitem
from workstation.site.profile import SiteProfile
from workstation.sync.errors import Refused, Unreachable, WrongAnswer
from workstation.sync.http_transport import SiteConnection
from workstation.sync.ups_attributes import (
    OutputReference,
    Performer,
    cancellation,
    dicom_moment,
    final_attributes,
    first_text,
    performer_announcement,
)
from workstation.sync.ups_rs import UpsRs

READER = Performer("dr.demo", "Dr Dana Demo", "Home")
ITEM = "/ups/workitems/1.2"


@pytest.fixture
def ups(connection: SiteConnection, profile: SiteProfile) -> UpsRs:
    return UpsRs(connection, profile.worklist.url)


def item(uid: str = "1.2", state: str = "SCHEDULED", **more: Any) -> dict[str, Any]:
    return {"00080018": {"vr": "UI", "Value": [uid]}, "00741000": {"vr": "CS", "Value": [state]}, **more}


def test_a_search_is_paged(peer: ScriptedPeer, ups: UpsRs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workstation.sync.ups_rs._PAGE", 2)
    listed = [item(f"1.{number}") for number in range(5)]
    peer.on("GET", "/ups/workitems", lambda seen: json_reply(listed[int(seen.query["offset"][0]) :][:2]))
    assert ups.search() == listed
    assert peer.seen[0].query["includefield"] == ["all"]


def test_a_search_that_repeats_itself_ends(peer: ScriptedPeer, ups: UpsRs) -> None:
    peer.on("GET", "/ups/workitems", json_reply([item(), item()], headers={"Warning": '299 x "more"'}))
    assert ups.search() == [item()]


def test_a_retrieved_item_must_be_the_one_asked_for(peer: ScriptedPeer, ups: UpsRs) -> None:
    peer.on("GET", ITEM, json_reply([item()]), json_reply([item("1.9")]), json_reply([]))
    assert ups.retrieve("1.2") == item()
    for _ in range(2):
        with pytest.raises(WrongAnswer, match="another work item"):
            ups.retrieve("1.2")


def test_a_claim_is_one_change_of_state_then_the_performer(peer: ScriptedPeer, ups: UpsRs) -> None:
    peer.on("PUT", f"{ITEM}/state", Reply())
    peer.on("POST", ITEM, Reply())
    ups.claim("1.2", "2.25.7", READER)
    change, update = peer.seen
    assert change.headers["content-type"] == "application/dicom+json"
    assert change.json == [
        {"00741000": {"vr": "CS", "Value": ["IN PROGRESS"]}, "00081195": {"vr": "UI", "Value": ["2.25.7"]}}
    ]
    assert update.query == {"transaction-uid": ["2.25.7"]}
    body = update.json[0]
    assert first_text(body, "00081195") == "2.25.7"
    assert parse_workitem({**item(), **body}).claimed_by == "dr.demo"


@pytest.mark.parametrize("reply", [Reply(drop=True), Reply(500), Reply(400)])
def test_a_claim_stands_when_the_announcement_fails(reply: Reply, peer: ScriptedPeer, ups: UpsRs) -> None:
    peer.on("PUT", f"{ITEM}/state", Reply())
    peer.on("POST", ITEM, reply)
    ups.claim("1.2", "2.25.7", READER)


@pytest.mark.parametrize(("reply", "kind"), [(Reply(409), Refused), (Reply(drop=True), Unreachable)])
def test_a_claim_that_is_refused_or_lost_says_so(
    reply: Reply, kind: type[Exception], peer: ScriptedPeer, ups: UpsRs
) -> None:
    peer.on("PUT", f"{ITEM}/state", reply)
    with pytest.raises(kind):
        ups.claim("1.2", "2.25.7", READER)
    assert len(peer.requests("PUT", f"{ITEM}/state")) == 1


@pytest.mark.parametrize(
    "accepts",
    [
        lambda seen: "transaction-uid" in seen.query,
        lambda seen: "transaction-uid" in seen.query and "00081195" not in seen.json[0],
        lambda seen: seen.query == {"transaction": ["2.25.7"]},
        lambda seen: not seen.query and "00081195" in seen.json[0],
    ],
)
def test_the_place_of_the_transaction_uid_is_found_and_remembered(accepts: Any, peer: ScriptedPeer, ups: UpsRs) -> None:
    def answer(seen: Seen) -> Reply:
        return Reply(200 if accepts(seen) else 400)

    peer.on("POST", ITEM, answer)
    ups.update("1.2", "2.25.7", {})
    before = len(peer.seen)
    ups.update("1.2", "2.25.7", {})
    assert len(peer.seen) == before + 1


def test_a_wrong_owner_is_not_tried_in_other_places(peer: ScriptedPeer, ups: UpsRs) -> None:
    warning = {"Warning": "299 https://x/ups: The Transaction UID is incorrect."}
    peer.on("POST", ITEM, Reply(400, headers=warning))
    with pytest.raises(Refused):
        ups.update("1.2", "2.25.7", {})
    assert len(peer.seen) == 1


def test_a_request_nobody_understands_is_refused(peer: ScriptedPeer, ups: UpsRs) -> None:
    peer.on("POST", ITEM, Reply(400))
    with pytest.raises(Refused, match="400 not understood"):
        ups.update("1.2", "2.25.7", {})
    assert len(peer.seen) == 4


def test_completion_sets_the_final_attributes_first(peer: ScriptedPeer, ups: UpsRs) -> None:
    peer.on("PUT", f"{ITEM}/state", Reply())
    peer.on("POST", ITEM, Reply())
    ups.complete("1.2", "2.25.7", {"00741216": {"vr": "SQ"}})
    assert [each.method for each in peer.seen] == ["POST", "PUT"]
    assert first_text(peer.seen[1].json[0], "00741000") == "COMPLETED"


def test_a_return_sets_the_reason_first(peer: ScriptedPeer, ups: UpsRs) -> None:
    peer.on("PUT", f"{ITEM}/state", Reply())
    peer.on("POST", ITEM, Reply())
    ups.cancel("1.2", "2.25.7", "End of shift")
    assert parse_workitem({**item(), **peer.seen[0].json[0]}).discontinuation_reason == "End of shift"
    assert first_text(peer.seen[1].json[0], "00741000") == "CANCELED"


def test_a_cancellation_can_be_asked_for(peer: ScriptedPeer, ups: UpsRs) -> None:
    peer.on("POST", f"{ITEM}/cancelrequest", Reply(202))
    ups.request_cancellation("1.2", "Wrong patient or order")
    assert first_text(peer.seen[0].json[0], "00741238") == "Wrong patient or order"


def test_final_attributes_hold_all_that_a_completed_item_must_have() -> None:
    begun = datetime(2026, 11, 2, 9, 0, tzinfo=timezone(timedelta(hours=-5)))
    outputs = [
        OutputReference("1", "2", "9", "3"),
        OutputReference("1", "2", "9", "4"),
        OutputReference("1", "5", "9", "6"),
    ]
    made = final_attributes(READER, station="LIGHTBOX", started=begun, ended=begun, outputs=outputs)
    performed = made["00741216"]["Value"][0]
    for tag in ("00404035", "00404028", "00404050", "00404051", "00404019", "00404033"):
        assert performed[tag]["Value"], tag
    assert first_text(performed, "00404050") == "20261102140000+0000"
    assert [len(series["00081199"]["Value"]) for series in performed["00404033"]["Value"]] == [2, 1]
    coded = final_attributes(
        READER, station="S", started=begun, ended=begun, outputs=outputs, procedure_code=("1", "S", "CT head")
    )
    assert first_text(coded["00741216"]["Value"][0]["00404019"]["Value"][0], "00080104") == "CT head"


def test_long_values_fit_their_attributes() -> None:
    code = cancellation("r" * 300)["00741002"]["Value"][0]["0074100E"]["Value"][0]
    assert len(first_text(code, "00080104")) == 64
    human = performer_announcement(Performer("u" * 40, "n" * 100))["00741216"]["Value"][0]["00404035"]["Value"][0]
    assert len(first_text(human["00404009"]["Value"][0], "00080100")) == 16


def test_moments_are_written_with_their_offset() -> None:
    assert dicom_moment(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "20260102030405+0000"
