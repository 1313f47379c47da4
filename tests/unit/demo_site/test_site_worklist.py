"""UPS-RS over the wire (PS3.18 chapter 11)."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.helpers.site_client import DICOM_JSON, SiteClient, new_uid, value
from tests.helpers.tiny_studies import HEAD_STUDY
from workstation.demo_site.server import DemoSite

IN_PROGRESS, COMPLETED, CANCELED = "IN PROGRESS", "COMPLETED", "CANCELED"


def final_attributes() -> dict[str, object]:
    code = {"00080100": value("SH", "x"), "00080102": value("SH", "99LIGHTBOX"), "00080104": value("LO", "X")}
    performed = {
        "00404028": value("SQ", code),
        "00404019": value("SQ", code),
        "00404035": value("SQ", {"00404009": value("SQ", code)}),
        "00404050": value("DT", "20260301120000+0000"),
        "00404051": value("DT", "20260301121000+0000"),
        "00404033": value("SQ", {"0020000D": value("UI", HEAD_STUDY)}),
    }
    return {"00741216": value("SQ", performed)}


def warning_of(answer: requests.Response) -> str:
    return answer.headers.get("Warning", "")


def state_of(item: dict[str, object]) -> object:
    return item["00741000"]["Value"][0]  # type: ignore[index]


def test_an_item_is_claimed_updated_and_completed(client: SiteClient) -> None:
    uid, ours = client.free_item(), new_uid()
    assert client.change_state(uid, IN_PROGRESS, ours).status_code == 200
    assert state_of(client.item(uid)) == IN_PROGRESS
    refused = client.change_state(uid, COMPLETED, ours)
    assert refused.status_code == 409
    assert "inconsistent with the state of the UPS Instance" in warning_of(refused)
    assert "Output Information" not in refused.text or "lacks" in refused.text
    assert client.update(uid, final_attributes(), **{"transaction-uid": ours}).status_code == 200
    assert client.change_state(uid, COMPLETED, ours).status_code == 200
    again = client.change_state(uid, COMPLETED, ours)
    assert (again.status_code, "already in the requested state of COMPLETED" in warning_of(again)) == (200, True)


@pytest.mark.parametrize("placement", ["transaction-uid", "transaction", "body"])
def test_the_transaction_uid_is_found_in_query_and_body(client: SiteClient, placement: str) -> None:
    uid, ours = client.free_item(), new_uid()
    client.change_state(uid, IN_PROGRESS, ours)
    changes = {"00741002": value("SQ", {"00741004": value("DS", 50)})}
    if placement == "body":
        answer = client.update(uid, {**changes, "00081195": value("UI", ours)})
    else:
        answer = client.update(uid, changes, **{placement: ours})
    assert answer.status_code == 200
    assert client.item(uid)["00741002"]["Value"][0]["00741004"]["Value"] == [50]


def test_the_transaction_uid_is_never_given_out(client: SiteClient, site: DemoSite) -> None:
    uid, ours = client.free_item(), new_uid()
    client.change_state(uid, IN_PROGRESS, ours)
    client.update(uid, {"00741204": value("LO", "new label"), "00081195": value("UI", ours)})
    everything = json.dumps([client.items(), client.item(uid), client.items(TransactionUID=ours)])
    assert ours not in everything
    assert "00081195" not in everything
    assert site.claims()[uid].transaction_uid == ours


def test_the_second_claimer_is_told_who_was_first(log_in: Callable[..., SiteClient]) -> None:
    first, second = log_in("dr.demo"), log_in("dr.second")
    uid = first.free_item()
    assert first.change_state(uid, IN_PROGRESS, new_uid()).status_code == 200
    lost = second.change_state(uid, IN_PROGRESS, new_uid())
    assert lost.status_code == 409
    assert warning_of(lost).startswith("299 ")
    performed = second.item(uid)["00741216"]["Value"][0]
    assert performed["00404035"]["Value"][0]["00404009"]["Value"][0]["00080100"]["Value"] == ["dr.demo"]


def test_of_twenty_readers_exactly_one_wins(site: DemoSite, log_in: Callable[..., SiteClient]) -> None:
    clients = [log_in(("dr.demo", "dr.second", "dr.third")[number % 3]) for number in range(20)]
    uid = clients[0].free_item()
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda each: each.change_state(uid, IN_PROGRESS, new_uid()).status_code, clients))
    assert sorted(answers) == [200] + [409] * 19


def test_only_the_owner_may_go_on(client: SiteClient) -> None:
    uid, ours = client.free_item(), new_uid()
    label = {"00741204": value("LO", "x")}
    assert client.update(uid, label, **{"transaction-uid": ours}).status_code == 409  # nobody has claimed it
    client.change_state(uid, IN_PROGRESS, ours)
    assert client.update(uid, label).status_code == 400
    assert "missing" in warning_of(client.update(uid, label))
    assert client.update(uid, label, **{"transaction-uid": new_uid()}).status_code == 409
    assert client.change_state(uid, CANCELED, new_uid()).status_code == 409
    assert client.change_state(uid, CANCELED).status_code == 400


def test_a_wrong_transaction_uid_can_be_answered_with_400(client: SiteClient, site: DemoSite) -> None:
    uid = client.free_item()
    client.change_state(uid, IN_PROGRESS, new_uid())
    site.faults.set("wrong_uid_400", "1")
    assert client.update(uid, {}, **{"transaction-uid": new_uid()}).status_code == 400


def test_a_returned_item_is_replaced(client: SiteClient) -> None:
    uid, ours = client.free_item(), new_uid()
    before = {item["00080018"]["Value"][0] for item in client.items()}
    client.change_state(uid, IN_PROGRESS, ours)
    reason = {"00741002": value("SQ", {"00741238": value("LT", "End of shift")})}
    client.update(uid, reason, **{"transaction-uid": ours})
    assert client.change_state(uid, CANCELED, ours).status_code == 200
    progress = client.item(uid)["00741002"]["Value"][0]
    assert progress["00741238"]["Value"] == ["End of shift"]
    assert "00404052" in progress
    (new,) = [item for item in client.items() if item["00080018"]["Value"][0] not in before]
    assert new["00741224"]["Value"][0]["00081155"]["Value"] == [uid]
    assert state_of(new) == "SCHEDULED"
    assert new["0040A370"] == client.item(uid)["0040A370"]
    again = client.change_state(uid, CANCELED, ours)
    assert (again.status_code, "CANCELED" in warning_of(again)) == (200, True)
    assert len(client.items()) == len(before) + 1


def test_cancellation_is_requested(client: SiteClient, site: DemoSite) -> None:
    free, taken = (item["00080018"]["Value"][0] for item in client.items(ProcedureStepState="SCHEDULED")[:2])
    client.change_state(taken, IN_PROGRESS, new_uid())
    reason = json.dumps([{"00741238": value("LT", "Patient left")}])
    for uid in (free, taken):
        answer = client.ask(
            "POST", f"/ups/workitems/{uid}/cancelrequest", data=reason, headers={"Content-Type": DICOM_JSON}
        )
        assert answer.status_code == 202
    assert state_of(client.item(free)) == CANCELED
    assert state_of(client.item(taken)) == IN_PROGRESS
    assert site.claims()[taken].cancel_requests == 1
    assert "already" in warning_of(client.ask("POST", f"/ups/workitems/{free}/cancelrequest"))
    done = client.items(ProcedureStepState="COMPLETED")[0]["00080018"]["Value"][0]
    refused = client.ask("POST", f"/ups/workitems/{done}/cancelrequest")
    assert (refused.status_code, "already COMPLETED" in warning_of(refused)) == (409, True)


def test_items_are_created_once(client: SiteClient) -> None:
    uid = new_uid()
    item = {
        "00741000": value("CS", "SCHEDULED"),
        "00741200": value("CS", "LOW"),
        "00741204": value("LO", "Second reading"),
        "00404041": value("CS", "READY"),
        "00404005": value("DT", "20260301120000+0000"),
    }

    def create(body: dict[str, object], query: str = "") -> requests.Response:
        headers = {"Content-Type": DICOM_JSON}
        return client.ask("POST", f"/ups/workitems{query}", json=[body], headers=headers)

    created = create(item, f"?{uid}")
    assert created.status_code == 201
    assert created.headers["Location"].endswith(uid)
    assert client.item(uid)["00741204"]["Value"] == ["Second reading"]
    assert create(item, f"?workitem={uid}").status_code == 409
    assert create({**item, "00080018": value("UI", uid)}).status_code == 409
    assert create({**item, "00741000": value("CS", IN_PROGRESS)}).status_code == 400
    assert "Procedure Step Label" in create({tag: each for tag, each in item.items() if tag != "00741204"}).text


def test_searches_filter_and_page(client: SiteClient) -> None:
    everything = client.items(includefield="all")
    assert len(client.items(**{"00741200": "HIGH"})) == 2
    accession = client.items(**{"ReferencedRequestSequence.AccessionNumber": "ACC-HEAD"})
    assert len(accession) == 1
    performers = {"ScheduledHumanPerformersSequence.HumanPerformerCodeSequence.CodeValue": "dr.demo"}
    assert client.items(**performers) == everything
    assert client.items(PatientName="synthetic^a*", ProcedureStepState="SCHEDULED") == accession
    first, second = client.items(limit="2"), client.items(limit="2", offset="2")
    assert [*first, *second] == everything[:4]
    assert "additional results" in warning_of(client.ask("GET", "/ups/workitems", params={"limit": "1"}))
    assert client.ask("GET", "/ups/workitems", params={"PatientID": "nobody"}).status_code == 204
    assert client.ask("GET", "/ups/workitems", params={"NoSuchThing": "1"}).status_code == 400
    assert client.ask("GET", "/ups/workitems", params={"limit": "few"}).status_code == 400


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[1]", b'[{"PatientName": {"vr": "PN"}}]', b"[" * 100_000])
def test_bodies_that_are_no_data_set_are_refused(client: SiteClient, body: bytes) -> None:
    uid = client.free_item()
    answer = client.ask("PUT", f"/ups/workitems/{uid}/state", data=body, headers={"Content-Type": DICOM_JSON})
    assert answer.status_code == 400


def test_malformed_attributes_are_refused(client: SiteClient) -> None:
    uid = client.free_item()
    body = [{"00741000": {"vr": "CS", "Value": "IN PROGRESS"}}]
    answer = client.ask("PUT", f"/ups/workitems/{uid}/state", json=body, headers={"Content-Type": DICOM_JSON})
    assert answer.status_code == 400


def test_unknown_items_methods_and_types_are_refused(client: SiteClient) -> None:
    assert client.ask("GET", "/ups/workitems/1.2.3").status_code == 404
    assert client.ask("DELETE", "/ups/workitems/1.2.3").status_code == 405
    assert client.ask("GET", "/ups/subscribers").status_code == 404
    xml = {"Content-Type": "application/dicom+xml"}
    assert client.ask("PUT", "/ups/workitems/1.2.3/state", data=b"<a/>", headers=xml).status_code == 415


def test_a_site_started_again_goes_on_where_it_stopped(tmp_path: Path, tiny_studies: Path) -> None:
    ours = new_uid()
    with DemoSite(tmp_path / "site", studies=tiny_studies) as site, SiteClient(site, tmp_path / "one") as client:
        uid = client.free_item()
        client.change_state(uid, IN_PROGRESS, ours)
        returned = client.free_item()
        client.change_state(returned, IN_PROGRESS, ours)
        client.change_state(returned, CANCELED, ours)
        count = len(client.items())
    with DemoSite(tmp_path / "site", studies=tiny_studies) as site, SiteClient(site, tmp_path / "two") as client:
        assert state_of(client.item(uid)) == IN_PROGRESS
        assert len(client.items()) == count
        assert client.update(uid, {"00741204": value("LO", "x")}, **{"transaction-uid": ours}).status_code == 200
    assert (tmp_path / "one" / "ca.pem").read_bytes() == (tmp_path / "two" / "ca.pem").read_bytes()
