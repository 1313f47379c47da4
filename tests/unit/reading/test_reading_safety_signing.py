"""Signing when the world has moved on since the case was opened: nothing is signed for what has gone."""

from __future__ import annotations

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.desk_at_site import DeskAtSite, desk_at
from tests.helpers.tiny_studies import CHEST_ACCESSION, HEAD_ACCESSION
from workstation.catalogue.work_items import ClaimState
from workstation.demo_site.server import DemoSite
from workstation.reading.case import Case
from workstation.reading.errors import NotNow
from workstation.reading.signing_certificate import certificate_fault

Json = dict[str, Any]


def change_item(at: DeskAtSite, uid: str, change: Callable[[Json], None]) -> None:
    """What the next look at the worklist would bring, without a look."""
    stored = at.store.catalogue.items.get(uid)
    assert stored is not None
    changed = copy.deepcopy(dict(stored.json))
    change(changed)
    at.store.catalogue.items.put(changed, datetime.now(UTC))


def claim_of(at: DeskAtSite, case: Case) -> ClaimState:
    stored = at.store.catalogue.items.get(case.items[0].uid)
    assert stored is not None
    return stored.claim


def nothing_signed(at: DeskAtSite) -> bool:
    return at.store.catalogue.reports.all() == [] and at.store.catalogue.outbox.rows() == []


def test_a_case_whose_claim_was_lost_is_not_signed_and_its_draft_stays(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    at.store.catalogue.items.set_claim_state(case.items[0].uid, ClaimState.LOST, claimed_by="SECOND^DR")
    assert any(o.key == "read-only" and o.is_blocking for o in at.desk.obstacles_to_signing(case))
    with pytest.raises(NotNow, match="has this item"):
        at.desk.sign(case, "demo", {})
    assert nothing_signed(at)
    at.desk.save_drafts()
    kept = at.store.catalogue.drafts.load(case.key)
    assert kept is not None
    assert kept["fields"]["findings"] == "Text of findings."


def test_a_claim_lost_while_the_password_is_checked_stops_the_signature(
    at: DeskAtSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    reports = at.store.catalogue.reports
    freeze = type(reports).freeze

    def lost_just_before(*args: Any, **kwargs: Any) -> None:
        at.store.catalogue.items.set_claim_state(case.items[0].uid, ClaimState.LOST)
        freeze(*args, **kwargs)

    monkeypatch.setattr(type(reports), "freeze", lost_just_before)
    with pytest.raises(NotNow, match="not yours any more"):
        at.desk.sign(case, "demo", {})
    assert nothing_signed(at)
    assert at.desk.draft(case).fields["findings"] == "Text of findings."
    assert "REPORT_SIGNED" not in str(list(at.store.audit.messages()))


def test_a_signed_item_cannot_be_returned_between_signing_and_delivery(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    at.desk.sign(case, "demo", {})
    assert claim_of(at, case) is ClaimState.COMPLETING  # in the very transaction that froze the report
    with pytest.raises(Exception, match="signed and cannot be returned"):
        at.desk.return_to_site(case.items[0].uid, "Outside my subspecialty")


def test_two_signatures_at_once_make_one_report(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)

    def sign(_: int) -> bool:
        try:
            at.desk.sign(case, "demo", {})
        except (NotNow, Exception):  # noqa: BLE001 - which of the guards speaks first does not matter
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(sign, range(4))).count(True) == 1
    assert len(at.store.catalogue.reports.all()) == 1


def test_an_order_changed_to_another_patient_is_not_signed_unseen(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)

    def renamed(item: Json) -> None:
        item["00100010"] = {"vr": "PN", "Value": [{"Alphabetic": "SYNTHETIC^OTHER"}]}

    change_item(at, case.items[0].uid, renamed)
    with pytest.raises(NotNow, match="changed the order"):
        at.desk.sign(case, "demo", {})
    assert nothing_signed(at)
    newer = at.desk.active_case
    assert newer is not None
    assert newer.patient.name == "SYNTHETIC^OTHER"  # the banner follows at once


def test_an_order_changed_to_another_patient_number_is_never_signed(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    change_item(at, case.items[0].uid, lambda item: item.update({"00100020": {"vr": "LO", "Value": ["OTHER"]}}))
    with pytest.raises(NotNow):
        at.desk.sign(case, "demo", {})
    newer = at.desk.refresh_case(case.key)
    with pytest.raises(NotNow, match="another patient"):
        at.desk.sign(newer, "demo", {})
    assert nothing_signed(at)


def test_text_typed_while_the_report_is_being_signed_is_not_lost(
    at: DeskAtSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    reports = at.store.catalogue.reports
    freeze = type(reports).freeze
    refusals: list[str] = []

    def typing_meanwhile(*args: Any, **kwargs: Any) -> None:
        try:
            at.desk.edit_field(case.key, "findings", "one more word")
        except NotNow as error:
            refusals.append(error.what)
        freeze(*args, **kwargs)

    monkeypatch.setattr(type(reports), "freeze", typing_meanwhile)
    at.desk.sign(case, "demo", {})
    assert len(refusals) == 1  # the reader is told; the word is neither swallowed nor in a report that was not shown
    assert b"one more word" not in reports.all()[0].canonical


def test_text_typed_while_the_password_is_checked_stops_the_signature(
    at: DeskAtSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    sign = at.desk._parts.sign
    authenticate = sign._authenticate

    def typing_meanwhile(password: str) -> None:
        authenticate(password)
        at.desk.edit_field(case.key, "findings", "one more word")

    monkeypatch.setattr(sign, "_authenticate", typing_meanwhile)
    with pytest.raises(NotNow, match="changed while"):
        at.desk.sign(case, "demo", {})
    assert nothing_signed(at)
    assert at.desk.draft(case).fields["findings"] == "one more word"


def test_a_difference_found_after_opening_must_be_accepted_before_signing(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    record = at.store.catalogue.studies.get(case.study_uids[0])
    assert record is not None
    at.store.catalogue.studies.put(replace(record, patient=replace(record.patient, name="SYNTHETIC^ADELE")))
    (question,) = [o for o in at.desk.obstacles_to_signing(case) if o.key.startswith("identity:")]
    assert question.must_acknowledge
    with pytest.raises(NotNow, match="name"):
        at.desk.sign(case, "demo", {})
    at.desk.sign(case, "demo", {question.key: "Married last month."})
    assert "IDENTITY_DIFFERENCE_ACCEPTED" in str(list(at.store.audit.messages()))


def test_accepting_one_difference_does_not_accept_the_next(at: DeskAtSite) -> None:
    uid = at.item_of(HEAD_ACCESSION)

    def rename(name: str) -> None:
        record = at.store.catalogue.studies.get(at.desk.order_panel(uid).item.study_uids[0])
        assert record is not None
        at.store.catalogue.studies.put(replace(record, patient=replace(record.patient, name=name)))

    rename("SYNTHETIC^ADELE")
    questions = at.desk.open_case(uid).obstacles
    assert at.desk.open_case(uid, accepted=[o.key for o in questions]).case is not None
    rename("SOMEBODY^ELSE")
    assert at.desk.open_case(uid).case is None


def test_an_item_without_an_order_says_so_instead_of_failing(at: DeskAtSite) -> None:
    uid = at.item_of(HEAD_ACCESSION)
    change_item(at, uid, lambda item: item.pop("0040A370"))
    opening = at.desk.open_case(uid)
    assert opening.case is not None
    at.fill(opening.case)
    with pytest.raises(NotNow, match="no order"):
        at.desk.sign(opening.case, "demo", {})


def test_an_item_without_a_study_says_so_instead_of_failing(at: DeskAtSite) -> None:
    uid = at.item_of(HEAD_ACCESSION)

    def without_study(item: Json) -> None:
        item.pop("00404021")
        for order in item["0040A370"]["Value"]:
            order.pop("0020000D", None)
        item.pop("0020000D", None)

    change_item(at, uid, without_study)
    opening = at.desk.open_case(uid)
    assert opening.case is not None
    at.fill(opening.case)
    with pytest.raises(NotNow, match="no study"):
        at.desk.sign(opening.case, "demo", {})


def test_images_that_have_not_all_reached_the_site_need_words(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    change_item(at, case.items[0].uid, lambda item: item.update({"00404041": {"vr": "CS", "Value": ["INCOMPLETE"]}}))
    (obstacle,) = [o for o in at.desk.obstacles_to_signing(case) if o.must_acknowledge]
    assert "not all images" in obstacle.text
    with pytest.raises(NotNow, match="not all images"):
        at.desk.sign(case, "demo", {})


def test_a_certificate_out_of_date_cannot_sign(at: DeskAtSite) -> None:
    chain = at.desk._parts.sign._reader_key.certificate_chain
    now = datetime.now(UTC)
    assert certificate_fault(chain, now) == ""
    assert "run out" in certificate_fault(chain, chain[0].not_valid_after_utc + timedelta(seconds=1))
    assert certificate_fault(chain, chain[0].not_valid_before_utc - timedelta(seconds=1))
    assert "not certified" in certificate_fault((), now)


def test_another_reader_of_this_computer_does_not_sign_on_the_first_ones_claim(
    site: tuple[DemoSite, Path], tmp_path: Path
) -> None:
    with desk_at(site[1], tmp_path) as first:
        first.sync()
        case = first.opened(HEAD_ACCESSION)
        first.fill(case)
        first.desk.save_drafts()
    key = tmp_path / "dr.demo.key"
    assert key.exists()
    with desk_at(site[1], tmp_path, logs_in=False) as again:
        again.desk.log_in("dr.second", "demo")
        again.sync()
        row = next(r for r in again.desk.worklist_rows() if HEAD_ACCESSION in r.item.accessions)
        assert row.state_text != "mine"
        assert not row.is_unread
        theirs = again.opened(HEAD_ACCESSION)
        assert theirs.is_read_only
        with pytest.raises(NotNow):
            again.desk.sign(theirs, "demo", {})
    with desk_at(site[1], tmp_path) as first:
        first.sync()
        case = first.opened(HEAD_ACCESSION)
        assert not case.is_read_only
        assert first.desk.draft(case).fields["findings"] == "Text of findings."


def test_the_open_case_follows_the_worklist_by_itself(site: tuple[DemoSite, Path], at: DeskAtSite) -> None:
    case = at.opened(CHEST_ACCESSION)
    at.fill(case)
    change_item(at, case.items[0].uid, lambda item: item.update({"00100040": {"vr": "CS", "Value": ["O"]}}))
    at.store.catalogue.items.set_claim_state(case.items[0].uid, ClaimState.LOST, claimed_by="SECOND^DR")
    at.sync()  # the site's own words come back, and with them the case
    newer = at.desk.active_case
    assert newer is not None
    assert newer.is_read_only
    with pytest.raises(NotNow):
        at.desk.edit_field(case.key, "findings", "too late")
