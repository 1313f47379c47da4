"""The reader's use cases against a real site: take, write, sign, deliver, and everything that may stand in the way."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from calibration.displays.identity import DisplayFacts, DisplayIdentity
from tests.helpers.desk_at_site import DeskAtSite, desk_at, until
from tests.helpers.tiny_studies import CHEST_ACCESSION, HEAD_ACCESSION
from workstation.catalogue.work_items import ClaimState
from workstation.demo_site.server import DemoSite
from workstation.foundation.cancel import CancelToken
from workstation.hanging.screens import HangingScreen
from workstation.reading.case import Case
from workstation.reading.errors import NotNow, WrongPassword
from workstation.reporting.signature import verify_report
from workstation.vault.errors import DamagedObject

SCREENS = (
    HangingScreen("report:1", "REPORT", 0, 0, 1920, 1080, "report"),
    HangingScreen("diagnostic:1", "DIAG-L", 1920, 0, 2048, 2560, "diagnostic"),
    HangingScreen("diagnostic:2", "DIAG-R", 3968, 0, 2048, 2560, "diagnostic"),
)


def audit_names(at: DeskAtSite) -> list[str]:
    return [message["EventIdentification"]["EventTypeCode"][-1]["csd-code"] for message in at.store.audit.messages()]


def test_from_worklist_to_delivered(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    assert not case.is_read_only
    assert len(case.prior_study_uids) == 1
    hanging = at.desk.hang(case, SCREENS)
    assert hanging is not None
    assert {viewport.from_ for viewport in hanging.viewports if viewport.display_set} == {"current", "prior:1"}
    at.fill(case)
    signed = at.desk.sign(case, "demo", {})
    assert at.desk.active_case is None
    at.sync()
    lines = at.desk.deliveries(case.items[0].uid)
    assert {(line.kind, line.state) for line in lines} == {(k, "delivered") for k in ("SR", "PDF", "ORU", "UPS")}
    record = at.store.catalogue.reports.get(signed.report_id, 1)
    assert record is not None
    assert all(check.ok for check in verify_report(record.canonical, record.signature, certificates(at)))
    assert at.store.catalogue.drafts.keys() == []
    assert {"ITEM_CLAIMED", "STUDY_OPENED", "REPORT_SIGNED", "REPORT_DELIVERED"} <= set(audit_names(at))
    assert at.store.audit.verify().ok


def certificates(at: DeskAtSite) -> list[object]:
    from cryptography import x509

    return [x509.load_pem_x509_certificate(path.read_bytes()) for path in at.desk.profile.ca_paths()]


def test_only_the_active_case_takes_text(at: DeskAtSite) -> None:
    first = at.opened(HEAD_ACCESSION)
    second = at.opened(CHEST_ACCESSION)
    assert at.desk.active_case == second
    with pytest.raises(NotNow, match="not the active one"):
        at.desk.edit_field(first.key, "findings", "for the wrong patient")
    with pytest.raises(NotNow, match="not the active one"):
        at.desk.sign(first, "demo", {})
    at.desk.activate(first.key)
    at.desk.edit_field(first.key, "findings", "for the right patient")
    assert "wrong" not in json.dumps(dict(at.desk.draft(second).fields))


def test_a_wrong_password_signs_nothing(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    with pytest.raises(WrongPassword):
        at.desk.sign(case, "guess", {})
    assert at.store.catalogue.reports.all() == []
    assert at.desk.draft(case).fields["findings"] == "Text of findings."


def test_empty_required_fields_are_in_the_way(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    assert any(obstacle.is_blocking for obstacle in at.desk.obstacles_to_signing(case))
    with pytest.raises(NotNow, match="cannot be signed yet"):
        at.desk.sign(case, "demo", {})


def test_signing_offline_with_the_password_of_the_last_login(site: tuple[DemoSite, Path], at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    site[0].stop()
    with pytest.raises(WrongPassword, match="cannot be reached"):
        at.desk.sign(case, "guess", {})
    at.desk.sign(case, "demo", {})
    assert {line.state for line in at.desk.deliveries(case.items[0].uid)} == {"queued"}


def test_the_same_reader_logs_in_offline_and_a_stranger_does_not(site: tuple[DemoSite, Path], tmp_path: Path) -> None:
    with desk_at(site[1], tmp_path):
        pass
    site[0].stop()
    with desk_at(site[1], tmp_path, logs_in=False) as at:
        with pytest.raises(WrongPassword):
            at.desk.log_in("dr.demo", "guess")
        reader = at.desk.log_in("dr.demo", "demo")
        assert reader.is_offline
        assert reader.name
        assert [c.key for c in at.desk.conditions.current()] == ["offline-login"]


def test_missing_images_need_words_that_go_into_the_report(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    study_uid = case.study_uids[0]
    lost = at.store.catalogue.instances.received(study_uid)[0].ref
    at.store.catalogue.instances.mark_quarantined(lost.sop_uid, "it belongs to another patient")
    key = f"images:{study_uid}"
    obstacle = next(o for o in at.desk.obstacles_to_signing(case) if o.key == key)
    assert obstacle.must_acknowledge
    assert "11 of 12 images" in obstacle.text
    assert any("it belongs to another patient" in line for line in at.desk.quarantined(case))
    with pytest.raises(NotNow, match="11 of 12"):
        at.desk.sign(case, "demo", {key: " "})
    signed = at.desk.sign(case, "demo", {key: "One slice is missing above the vertex."})
    record = at.store.catalogue.reports.get(signed.report_id, 1)
    assert record is not None
    assert "One slice is missing above the vertex." in record.canonical.decode()
    assert f'"{lost.sop_uid}"' not in record.canonical.decode()


def test_a_different_name_is_asked_about_once(at: DeskAtSite) -> None:
    item_uid = at.item_of(HEAD_ACCESSION)
    change_patient(at, HEAD_ACCESSION, name="SYNTHETIC^ADELE")
    opening = at.desk.open_case(item_uid)
    assert opening.case is None
    assert [o.must_acknowledge for o in opening.obstacles] == [True]
    stored = at.store.catalogue.items.get(item_uid)
    assert stored is not None
    assert stored.claim is ClaimState.NONE  # nothing is claimed while a question is open
    opening = at.desk.open_case(item_uid, accepted=[o.key for o in opening.obstacles])
    assert opening.case is not None
    assert "name" in " ".join(opening.case.identity_notes)
    at.desk.close_case(opening.case.key)
    again = at.desk.open_case(item_uid)
    assert again.case is not None
    assert again.case.identity_notes
    assert audit_names(at).count("IDENTITY_DIFFERENCE_ACCEPTED") == 1


def test_images_of_somebody_else_can_be_seen_but_not_signed(at: DeskAtSite) -> None:
    change_patient(at, HEAD_ACCESSION, birth_date="19991231")
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    assert any("another patient" in note for note in case.identity_notes)
    with pytest.raises(NotNow, match="another patient"):
        at.desk.sign(case, "demo", {})


def test_a_prior_of_somebody_else_does_not_hang(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    (prior_uid,) = case.prior_study_uids
    prior = at.store.catalogue.studies.get(prior_uid)
    assert prior is not None
    at.store.catalogue.studies.put(replace(prior, patient=replace(prior.patient, birth_date="19991231")))
    assert at.desk.refresh_case(case.key).prior_study_uids == ()


def change_patient(at: DeskAtSite, accession: str, **changes: str) -> None:
    study_uid = next(r.item.study_uids[0] for r in at.desk.worklist_rows() if accession in r.item.accessions)
    record = at.store.catalogue.studies.get(study_uid)
    assert record is not None
    at.store.catalogue.studies.put(replace(record, patient=replace(record.patient, **changes)))


def test_the_second_reader_may_look_only(site: tuple[DemoSite, Path], at: DeskAtSite, tmp_path: Path) -> None:
    with desk_at(site[1], tmp_path, "dr.second") as other:
        other.sync()
        at.opened(HEAD_ACCESSION)
        case = other.opened(HEAD_ACCESSION)
        assert case.is_read_only
        assert "You can look, not report" in case.read_only_reason
        assert other.desk.hang(case, SCREENS) is not None
        with pytest.raises(NotNow):
            other.desk.edit_field(case.key, "findings", "x")


def test_returning_an_item_brings_a_replacement(at: DeskAtSite) -> None:
    case = at.opened(CHEST_ACCESSION)
    at.desk.return_to_site(case.items[0].uid, "Outside my subspecialty", "please to neuro")
    assert at.desk.active_case is None
    at.sync()
    free = [row for row in at.desk.worklist_rows() if row.is_unread and CHEST_ACCESSION in row.item.accessions]
    assert [row.item.replaces for row in free] == [case.items[0].uid]
    assert "ITEM_RETURNED" in audit_names(at)


def test_drafts_are_on_disk_within_two_seconds(at: DeskAtSite) -> None:
    at.desk.start()
    case = at.opened(HEAD_ACCESSION)
    at.desk.edit_field(case.key, "findings", "typed a moment ago")
    until(lambda: saved_findings(at, case) == "typed a moment ago", timeout_s=2.0)
    until(lambda: at.desk.is_draft_saved(case.key), timeout_s=2.0)


def saved_findings(at: DeskAtSite, case: Case) -> str:
    return ((at.store.catalogue.drafts.load(case.key) or {}).get("fields") or {}).get("findings", "")


def test_displays_nobody_checked_warn_and_do_not_block(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    at.desk.display_states({"diagnostic:1": DisplayFacts(DisplayIdentity("DIAG-L", width_px=2048, height_px=2560))})
    warnings = [o for o in at.desk.obstacles_to_signing(case) if o.key.startswith("display:")]
    assert [(o.is_blocking, o.must_acknowledge) for o in warnings] == [(False, False)]
    signed = at.desk.sign(case, "demo", {})
    record = at.store.catalogue.reports.get(signed.report_id, 1)
    assert record is not None
    assert "not checked" in record.canonical.decode()


def test_next_unread_passes_over_what_is_done(at: DeskAtSite) -> None:
    first = at.desk.next_unread()
    assert first is not None
    opening = at.desk.open_case(first)
    assert opening.case is not None
    assert at.desk.next_unread() != first
    at.desk.sync_once(CancelToken())


def test_a_damaged_object_is_noted_and_fetched_again(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    damaged = at.store.catalogue.instances.received(case.study_uids[0])[3].ref
    path = at.store.folders.data / "instances" / at.store.vault.object_name(damaged.sop_uid)
    found = path if path.exists() else next((at.store.folders.data / "instances").rglob(path.name + "*"))
    content = bytearray(found.read_bytes())
    content[len(content) // 2] ^= 1
    found.write_bytes(content)
    hanging = at.desk.hang(case, SCREENS)
    assert hanging is not None
    with pytest.raises(DamagedObject):
        at.desk.frame_source.fetch(damaged.sop_uid)
    assert at.desk.counts(case.study_uids[0]).received == 11
    at.sync()
    assert at.desk.counts(case.study_uids[0]).received == 12
    assert at.desk.frame_source.fetch(damaged.sop_uid).rows
