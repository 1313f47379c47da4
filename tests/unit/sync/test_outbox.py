"""Delivery: sent until proven, once at the site however often it was sent, COMPLETED last."""

from __future__ import annotations

import itertools
from datetime import timedelta
from pathlib import Path

import pytest

from tests.helpers.reader_at_site import ReaderAtSite, reader_at
from tests.helpers.small_reports import an_sr, freeze_report
from tests.helpers.small_studies import file_of
from tests.unit.sync.conftest import HEAD, item_uid_of
from workstation.catalogue.outbox_store import Delivery, DeliveryState
from workstation.catalogue.work_items import ClaimState
from workstation.demo_site.server import DemoSite
from workstation.foundation.cancel import CancelToken
from workstation.foundation.errors import Cancelled
from workstation.sync.outbox import MOVES, full_jitter
from workstation.sync.worklist import rows

DELIVERED = {"SR": "delivered", "PDF": "delivered", "ORU": "delivered", "UPS": "delivered"}


@pytest.fixture
def signed(reader: ReaderAtSite, site: DemoSite) -> dict[str, Delivery]:
    """The head CT is claimed and signed; nothing is sent yet."""
    uid = item_uid_of(site, HEAD)
    reader.engine.look_at_worklist(CancelToken())
    reader.claims.claim(uid)
    return freeze_report(reader.catalogue, HEAD, uid)


def states(reader: ReaderAtSite) -> dict[str, str]:
    return {each.kind: each.state.value for each in reader.catalogue.outbox.rows()}


def deliver(reader: ReaderAtSite, rounds: int = 1) -> None:
    for _ in range(rounds):
        reader.outbox.deliver_due(CancelToken())


def sr_copies(site: DemoSite, delivery: Delivery) -> int:
    return sum(delivery.target_uid.encode() in content for content in site.stored_objects())


def test_everything_arrives_is_proven_and_the_item_is_completed_last(
    reader: ReaderAtSite, site: DemoSite, signed: dict[str, Delivery]
) -> None:
    deliver(reader)
    assert states(reader) == DELIVERED
    proofs = {each.kind: each.proof for each in reader.catalogue.outbox.rows()}
    assert proofs["SR"] == "read back from the archive, identical to the byte"
    assert proofs["ORU"] == "accepted by RIS"
    assert proofs["UPS"] == "the site shows the item as completed"
    assert site.claims()[signed["UPS"].target_uid].state == "COMPLETED"
    stored = reader.catalogue.items.get(signed["UPS"].target_uid)
    assert stored is not None
    assert stored.claim is ClaimState.COMPLETED
    assert reader.conditions.current() == ()
    assert reader.audit.verify().ok
    row = next(row for row in rows(reader.catalogue, reader.site_clock, "dr.demo") if row.item.uid == stored.uid)
    assert (row.state_text, row.is_unread) == ("delivered", False)


@pytest.mark.parametrize("fault", ["stow:1", "mllp:1", "complete:1", "update:1", "wado:1", "all:7"])
def test_a_lost_answer_makes_no_second_report(
    fault: str, reader: ReaderAtSite, site: DemoSite, signed: dict[str, Delivery]
) -> None:
    site.faults.set("drop_response", fault)
    deliver(reader, 8)
    assert states(reader) == DELIVERED
    assert sr_copies(site, signed["SR"]) == 1
    assert len(site.messages()) == 1


def test_on_a_bad_line_everything_arrives_once(
    reader: ReaderAtSite, site: DemoSite, signed: dict[str, Delivery]
) -> None:
    site.faults.set("drop_rate", "0.4")
    for _ in range(40):
        deliver(reader)
        if states(reader) == DELIVERED:
            break
    assert states(reader) == DELIVERED
    assert sr_copies(site, signed["SR"]) == 1
    assert [message.control_id for message in site.messages()] == [signed["ORU"].target_uid]


def test_the_item_is_not_completed_while_a_proof_is_missing(
    reader: ReaderAtSite, site: DemoSite, signed: dict[str, Delivery]
) -> None:
    site.faults.set("http_500", "stow")
    deliver(reader, 2)
    assert states(reader) == {"SR": "queued", "PDF": "queued", "ORU": "delivered", "UPS": "queued"}
    assert site.claims()[signed["UPS"].target_uid].state == "IN PROGRESS"
    assert "reports-waiting" in reader.condition_keys()
    site.faults.clear()
    deliver(reader)
    assert states(reader) == DELIVERED
    assert reader.condition_keys() == set()


def test_an_archive_that_only_says_stored_is_found_out(
    reader: ReaderAtSite, site: DemoSite, signed: dict[str, Delivery]
) -> None:
    site.faults.set("lie_stow", "drop")
    deliver(reader, 4)
    assert states(reader)["SR"] == "queued"
    doubt = next(each for each in reader.conditions.current() if each.key == f"delivery-failed:{signed['SR'].id}")
    assert "does not show it" in doubt.text
    site.faults.clear()
    deliver(reader, 2)
    assert states(reader) == DELIVERED
    assert reader.condition_keys() == set()


def test_an_archive_that_alters_the_report_is_a_lasting_failure(
    reader: ReaderAtSite, site: DemoSite, signed: dict[str, Delivery]
) -> None:
    site.faults.set("lie_stow", "alter")
    deliver(reader)
    assert states(reader)["SR"] == "failed"
    failed = reader.catalogue.outbox.get(signed["SR"].id)
    assert failed is not None
    assert "another content" in failed.error
    assert states(reader)["UPS"] == "queued"


def test_an_older_object_under_our_uid_is_a_lasting_failure(
    reader: ReaderAtSite, site: DemoSite, signed: dict[str, Delivery]
) -> None:
    site.faults.set("lie_stow", "keep")
    reader.dicomweb.store(file_of(an_sr(HEAD, "Something else.")))
    deliver(reader)
    failed = reader.catalogue.outbox.get(signed["SR"].id)
    assert failed is not None
    assert (failed.state, "another content" in failed.error) == (DeliveryState.FAILED, True)


@pytest.mark.parametrize("code", ["AE", "AR"])
def test_a_refused_message_is_a_lasting_condition_without_patient_data(
    code: str, reader: ReaderAtSite, site: DemoSite, signed: dict[str, Delivery]
) -> None:
    site.faults.set("mllp_ack", code)
    deliver(reader)
    assert states(reader) == {"SR": "delivered", "PDF": "delivered", "ORU": "failed", "UPS": "queued"}
    condition = next(each for each in reader.conditions.current() if each.key == f"delivery-failed:{signed['ORU'].id}")
    assert "CT head" in condition.text
    for secret in ("SYNTHETIC", "Ada", "SYN-1", HEAD.accession + " "):
        assert secret not in condition.text
    row = rows(reader.catalogue, reader.site_clock, "dr.demo")[0]
    assert row.state_text == "signed, delivery failed"
    site.faults.clear()
    assert reader.engine.retry(str(signed["ORU"].id))
    assert not reader.engine.retry(str(signed["ORU"].id))
    deliver(reader)
    assert states(reader) == DELIVERED
    assert reader.condition_keys() == set()


@pytest.mark.parametrize("ack", ["none", "garbage"])
def test_no_or_a_nonsensical_acknowledgement_is_tried_again_with_the_same_message(
    ack: str, reader: ReaderAtSite, site: DemoSite, signed: dict[str, Delivery]
) -> None:
    site.faults.set("mllp_ack", ack)
    deliver(reader, 2)
    assert states(reader)["ORU"] == "queued"
    site.faults.clear()
    deliver(reader)
    assert states(reader) == DELIVERED
    assert [(each.control_id, each.times) for each in site.messages()] == [(signed["ORU"].target_uid, 3)]


def test_a_crash_while_sending_is_taken_up_by_looking_first(
    reader: ReaderAtSite, site: DemoSite, signed: dict[str, Delivery]
) -> None:
    store = reader.catalogue.outbox
    reader.dicomweb.store(store.payload(signed["SR"].id))  # it had arrived, then the program died
    for each in signed.values():
        assert store.move(each.id, DeliveryState.QUEUED, DeliveryState.SENDING)
    site.faults.set("http_500", "stow")  # so that only looking, not sending, can deliver the SR
    deliver(reader)
    assert states(reader) == {"SR": "delivered", "PDF": "queued", "ORU": "delivered", "UPS": "queued"}
    site.faults.clear()
    deliver(reader)
    assert states(reader) == DELIVERED
    assert sr_copies(site, signed["SR"]) == 1


def test_a_signed_item_is_being_completed_from_then_on(
    reader: ReaderAtSite, site: DemoSite, signed: dict[str, Delivery]
) -> None:
    site.faults.set("http_500", "all")
    deliver(reader)
    stored = reader.catalogue.items.get(signed["UPS"].target_uid)
    assert stored is not None
    assert stored.claim is ClaimState.COMPLETING


def test_an_item_that_is_not_ours_any_more_cannot_be_completed(
    reader: ReaderAtSite, site: DemoSite, signed: dict[str, Delivery]
) -> None:
    uid = signed["UPS"].target_uid
    transaction = site.claims()[uid].transaction_uid
    reader.worklist.cancel(uid, transaction, "elsewhere")
    deliver(reader)
    assert states(reader)["UPS"] == "failed"
    assert f"delivery-failed:{signed['UPS'].id}" in reader.condition_keys()


def test_failures_are_stated_again_after_a_restart(
    reader: ReaderAtSite, site: DemoSite, signed: dict[str, Delivery], tmp_path: Path
) -> None:
    site.faults.set("mllp_ack", "AR")
    deliver(reader)
    profile = reader.profile.folder
    reader.close()
    again = reader_at(profile, tmp_path / "reader")
    again.outbox.raise_lasting_conditions()
    assert f"delivery-failed:{signed['ORU'].id}" in again.condition_keys()
    again.close()


def test_an_absent_site_loses_nothing(reader: ReaderAtSite, site: DemoSite, signed: dict[str, Delivery]) -> None:
    site.stop()
    deliver(reader)
    assert states(reader) == dict.fromkeys(DELIVERED, "queued")
    waiting = next(each for each in reader.conditions.current() if each.key == "reports-waiting")
    assert waiting.text == "1 signed report waits to be delivered."
    site.start()


def test_delivery_stops_when_cancelled(reader: ReaderAtSite, signed: dict[str, Delivery]) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        reader.outbox.deliver_due(token)
    assert states(reader) == dict.fromkeys(DELIVERED, "queued")


def test_the_table_of_moves_is_kept() -> None:
    for before, after in itertools.product(DeliveryState, DeliveryState):
        if before is DeliveryState.DELIVERED:
            assert after not in MOVES[before]
    assert MOVES[DeliveryState.FAILED] == {DeliveryState.QUEUED}


def test_pauses_are_spread_and_bounded() -> None:
    drawn = [full_jitter(10.0) for _ in range(200)]
    assert 0 <= min(drawn) < max(drawn) <= 10
    assert timedelta(seconds=max(drawn)) > timedelta(seconds=5)
