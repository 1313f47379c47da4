"""Drafts, signed reports and the outbox."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlcipher3 import dbapi2

from tests.helpers.vaults import HandClock
from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.errors import ReportExists
from workstation.catalogue.outbox_store import DeliveryKind, DeliveryState, NewDelivery
from workstation.catalogue.reports import SignedRecord
from workstation.foundation.cancel import CancelToken
from workstation.foundation.pool import Pool

NOW = datetime(2026, 11, 2, 14, 30, tzinfo=UTC)


def record(report_id: str = "r-1", version: int = 1, items: Sequence[str] = ("2.25.1", "2.25.2")) -> SignedRecord:
    canonical = f'{{"report":"{report_id}","version":{version}}}'.encode()
    return SignedRecord(
        report_id=report_id,
        version=version,
        item_uids=tuple(items),
        study_uids=("1.2.3",),
        canonical=canonical,
        sha256=hashlib.sha256(canonical).hexdigest(),
        signature="a.b.c",
        signed_at=NOW + timedelta(minutes=version),
        author="dr.demo",
    )


def delivery(kind: DeliveryKind = "SR", report_id: str = "r-1", version: int = 1) -> NewDelivery:
    payload = f"{kind} of {report_id} v{version}".encode()
    return NewDelivery(report_id, version, kind, f"2.25.9{version}", "application/dicom", "A1", payload)


def freeze(catalogue: Catalogue) -> None:
    catalogue.reports.freeze(record(), [delivery("SR"), delivery("PDF"), delivery("ORU"), delivery("UPS")])


def test_drafts_are_saved_loaded_and_deleted(catalogue: Catalogue) -> None:
    assert catalogue.drafts.load("case-1") is None
    catalogue.drafts.save("case-1", {"findings": "No bleed. \u2713"}, NOW)
    catalogue.drafts.save("case-2", {"findings": ""}, NOW + timedelta(seconds=1))
    catalogue.drafts.save("case-1", {"findings": "Bleed."}, NOW + timedelta(seconds=2))
    assert catalogue.drafts.load("case-1") == {"findings": "Bleed."}
    assert catalogue.drafts.keys() == ["case-1", "case-2"]
    catalogue.drafts.delete("case-1")
    catalogue.drafts.delete("case-1")
    assert catalogue.drafts.keys() == ["case-2"]


def test_a_time_without_a_zone_is_our_bug(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="zone"):
        catalogue.drafts.save("case-1", {}, NOW.replace(tzinfo=None))


def test_freezing_keeps_report_and_outbox_and_removes_the_draft(catalogue: Catalogue) -> None:
    catalogue.drafts.save("case-1", {"findings": "Bleed."}, NOW)
    catalogue.drafts.save("case-2", {"findings": "other"}, NOW)
    catalogue.reports.freeze(record(), [delivery("SR"), delivery("UPS")], draft_key="case-1")
    assert catalogue.reports.get("r-1", 1) == record()
    assert [row.kind for row in catalogue.outbox.rows()] == ["SR", "UPS"]
    assert catalogue.drafts.keys() == ["case-2"]


def test_freezing_is_one_transaction(catalogue: Catalogue) -> None:
    catalogue.drafts.save("case-1", {"findings": "Bleed."}, NOW)
    twice = [delivery("SR"), delivery("PDF"), delivery("SR")]  # the third breaks the outbox's rule
    with pytest.raises(dbapi2.IntegrityError):
        catalogue.reports.freeze(record(), twice, draft_key="case-1")
    assert catalogue.reports.all() == []
    assert catalogue.outbox.rows() == []
    assert catalogue.drafts.load("case-1") == {"findings": "Bleed."}


def test_a_version_is_signed_once(catalogue: Catalogue) -> None:
    freeze(catalogue)
    with pytest.raises(ReportExists):
        freeze(catalogue)
    assert len(catalogue.outbox.rows()) == 4


def test_a_later_version_stands_beside_the_first(catalogue: Catalogue) -> None:
    freeze(catalogue)
    catalogue.reports.freeze(record(version=2, items=["2.25.1"]), [delivery(version=2)])
    assert [found.version for found in catalogue.reports.versions("r-1")] == [1, 2]
    assert [found.version for found in catalogue.reports.for_item("2.25.1")] == [1, 2]
    assert [found.version for found in catalogue.reports.for_item("2.25.2")] == [1]
    assert catalogue.reports.for_item("2.25.3") == []
    assert catalogue.reports.get("r-1", 3) is None
    assert [row.version for row in catalogue.outbox.for_report("r-1", 2)] == [2]


def test_mistakes_of_ours_are_refused(catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match="digest"):
        catalogue.reports.freeze(replace(record(), canonical=b"{}"), [])
    with pytest.raises(ValueError, match="another report"):
        catalogue.reports.freeze(record(), [delivery(report_id="r-2")])
    with pytest.raises(ValueError, match="before"):
        catalogue.reports.freeze(record(version=2), [])
    with pytest.raises(ValueError, match="digest"):
        catalogue.reports.freeze(record(), [replace(delivery(), sha256="00")])
    assert catalogue.reports.all() == []


@pytest.mark.parametrize("sql", ["UPDATE reports SET canonical = x'00'", "DELETE FROM reports"])
def test_a_signed_report_never_changes(sql: str, catalogue: Catalogue) -> None:
    freeze(catalogue)
    with pytest.raises(dbapi2.IntegrityError, match="signed report never"):
        catalogue._database.write(lambda connection: connection.execute(sql))
    assert catalogue.reports.all() == [record()]


def test_the_outbox_gives_the_bytes_back(catalogue: Catalogue) -> None:
    freeze(catalogue)
    for row in catalogue.outbox.rows():
        payload = catalogue.outbox.payload(row.id)
        assert payload == f"{row.kind} of r-1 v1".encode()
        assert row.sha256 == hashlib.sha256(payload).hexdigest()
        assert row.state is DeliveryState.QUEUED
        assert catalogue.outbox.get(row.id) == row
    assert catalogue.outbox.get(999) is None
    with pytest.raises(LookupError):
        catalogue.outbox.payload(999)


def test_a_move_is_made_by_one_only(catalogue: Catalogue) -> None:
    freeze(catalogue)
    first = catalogue.outbox.rows()[0].id

    def take(_: int) -> bool:
        return catalogue.outbox.move(first, DeliveryState.QUEUED, DeliveryState.SENDING)

    won = [ok for _, ok in Pool(take, workers=8).run(range(20), CancelToken())]
    assert won.count(True) == 1
    row = catalogue.outbox.get(first)
    assert row is not None
    assert (row.state, row.attempts) == (DeliveryState.SENDING, 1)


def test_moves_carry_proof_error_and_time(catalogue: Catalogue, clock: HandClock) -> None:
    freeze(catalogue)
    first, outbox = catalogue.outbox.rows()[0].id, catalogue.outbox
    later = clock.now() + timedelta(seconds=30)
    assert outbox.move(first, DeliveryState.QUEUED, DeliveryState.SENDING)
    assert outbox.move(first, DeliveryState.SENDING, DeliveryState.QUEUED, error="unreachable", next_try=later)
    row = outbox.get(first)
    assert row is not None
    assert (row.error, row.next_try, row.attempts) == ("unreachable", later, 1)
    assert outbox.move(first, DeliveryState.QUEUED, DeliveryState.SENDING)
    assert outbox.move(first, DeliveryState.SENDING, DeliveryState.SENT, proof="receipt")
    assert outbox.move(first, DeliveryState.SENT, DeliveryState.DELIVERED)
    done = outbox.get(first)
    assert done is not None
    assert (done.state, done.error, done.next_try, done.attempts) == (DeliveryState.DELIVERED, "", None, 2)
    assert done.proof == "receipt"
    assert not outbox.move(first, DeliveryState.QUEUED, DeliveryState.SENDING)


def test_what_is_due(catalogue: Catalogue, clock: HandClock) -> None:
    freeze(catalogue)
    sr, pdf, oru, ups = (row.id for row in catalogue.outbox.rows())
    outbox = catalogue.outbox
    outbox.move(sr, DeliveryState.QUEUED, DeliveryState.SENDING)
    outbox.move(pdf, DeliveryState.QUEUED, DeliveryState.FAILED, error="refused")
    outbox.move(oru, DeliveryState.QUEUED, DeliveryState.QUEUED, next_try=clock.now() + timedelta(seconds=10))
    assert [row.id for row in outbox.due(clock.now())] == [sr, ups]
    assert [row.id for row in outbox.due(clock.now() + timedelta(seconds=10))] == [sr, oru, ups]
    outbox.move(ups, DeliveryState.QUEUED, DeliveryState.DELIVERED, proof="COMPLETED")
    assert [row.id for row in outbox.due(clock.now())] == [sr]


def test_reprs_hold_no_report() -> None:
    shown = repr(record()) + repr(delivery())
    for clear in ("dr.demo", "2.25.", "1.2.3", "A1", "SR of"):
        assert clear not in shown
