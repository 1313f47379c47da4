"""Which items make one case, whose images hang in it, and that images stay on screen when the site takes items away."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.desk_at_site import DeskAtSite
from tests.helpers.tiny_studies import CHEST_ACCESSION, HEAD_ACCESSION
from tests.unit.reading.test_reading_safety_signing import change_item
from tests.unit.reading.test_reading_the_job import SCREENS, audit_names
from workstation.catalogue.work_items import ClaimState
from workstation.demo_site.server import DemoSite
from workstation.reading.errors import NotNow

Json = dict[str, Any]
GROUP = {
    "0040A040": {"vr": "CS", "Value": ["TEXT"]},
    "0040A043": {
        "vr": "SQ",
        "Value": [
            {
                "00080100": {"vr": "SH", "Value": ["linked-group"]},
                "00080102": {"vr": "SH", "Value": ["99LIGHTBOX"]},
                "00080104": {"vr": "LO", "Value": ["Linked group"]},
            }
        ],
    },
    "0040A160": {"vr": "UT", "Value": ["VISIT-1"]},
}


def link(item: Json) -> None:
    kept = [
        each
        for each in item.get("00741210", {}).get("Value", [])
        if each["0040A043"]["Value"][0].get("00080100", {}).get("Value") != ["linked-group"]
    ]
    item["00741210"] = {"vr": "SQ", "Value": [*kept, copy.deepcopy(GROUP)]}


def relative(at: DeskAtSite, accession: str, uid: str, state: str) -> None:
    """Another item of the same visit, in a state of the site's."""
    stored = at.store.catalogue.items.get(at.item_of(accession))
    assert stored is not None
    twin = copy.deepcopy(dict(stored.json))
    twin["00080018"] = {"vr": "UI", "Value": [uid]}
    twin["00741000"] = {"vr": "CS", "Value": [state]}
    link(twin)
    at.store.catalogue.items.put(twin, datetime.now(UTC))


@pytest.mark.parametrize("state", ["CANCELED", "COMPLETED"])
def test_what_the_site_has_finished_is_no_part_of_a_linked_case(at: DeskAtSite, state: str) -> None:
    """Else a returned item keeps its own replacement from ever being taken, and sends it back again and again."""
    uid = at.item_of(HEAD_ACCESSION)
    relative(at, HEAD_ACCESSION, "1.2.3.4", state)
    change_item(at, uid, link)
    opening = at.desk.open_case(uid)
    assert opening.case is not None
    assert opening.case.item_uids == (uid,)
    assert not opening.case.is_read_only


def test_an_item_we_returned_is_no_part_of_its_replacements_case(at: DeskAtSite) -> None:
    uid = at.item_of(HEAD_ACCESSION)
    relative(at, HEAD_ACCESSION, "1.2.3.4", "SCHEDULED")
    for state in (ClaimState.CLAIMING, ClaimState.OURS, ClaimState.RETURNING, ClaimState.RETURNED):
        if state is ClaimState.CLAIMING:
            at.store.catalogue.items.begin_claim("1.2.3.4", "2.25.1")
        at.store.catalogue.items.set_claim_state("1.2.3.4", state)
    change_item(at, uid, link)
    opening = at.desk.open_case(uid)
    assert opening.case is not None
    assert opening.case.item_uids == (uid,)


def test_items_of_two_patients_are_never_one_case(at: DeskAtSite) -> None:
    head, chest = at.item_of(HEAD_ACCESSION), at.item_of(CHEST_ACCESSION)
    change_item(at, head, link)
    change_item(at, chest, link)
    for uid in (head, chest):
        opening = at.desk.open_case(uid)
        assert opening.case is not None
        assert opening.case.item_uids == (uid,)
        assert len(opening.case.study_uids) == 1
        assert any("another patient" in note for note in opening.case.identity_notes)


def test_swapped_accessions_of_linked_items_are_noticed(at: DeskAtSite) -> None:
    """Each study must carry an accession of its own order, not of any order of the visit."""
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    record = at.store.catalogue.studies.get(case.study_uids[0])
    assert record is not None
    relative(at, HEAD_ACCESSION, "9.9.9", "SCHEDULED")

    def other(item: Json) -> None:
        item["0040A370"]["Value"][0]["00080050"] = {"vr": "SH", "Value": ["ACC-TWIN"]}
        item["0040A370"]["Value"][0]["0020000D"] = {"vr": "UI", "Value": ["1.9"]}
        item["00404021"]["Value"] = [{"0020000D": {"vr": "UI", "Value": ["1.9"]}}]

    change_item(at, "9.9.9", other)
    change_item(at, case.items[0].uid, link)
    at.store.catalogue.studies.put(replace(record, accession="ACC-TWIN"))
    opening = at.desk.open_case(case.items[0].uid)
    assert opening.case is not None
    assert len(opening.case.items) == 2
    assert any("accession" in note for note in opening.case.identity_notes)


def test_an_order_without_accession_is_not_contradicted_by_the_images(at: DeskAtSite) -> None:
    uid = at.item_of(HEAD_ACCESSION)

    def without(item: Json) -> None:
        for order in item["0040A370"]["Value"]:
            order.pop("00080050")

    change_item(at, uid, without)
    opening = at.desk.open_case(uid)
    assert opening.case is not None
    assert opening.case.identity_notes == ()


def test_images_stay_when_the_item_of_an_open_case_vanishes_from_the_worklist(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    at.store.catalogue.items.set_claim_state(case.items[0].uid, ClaimState.LOST)
    at.store.catalogue.items.forget_unseen([])
    newer = at.desk.refresh_case(case.key)
    assert newer.is_read_only
    assert "worklist" in newer.read_only_reason
    assert at.desk.hang(newer, SCREENS) is not None
    with pytest.raises(NotNow):
        at.desk.sign(newer, "demo", {})
    at.desk.save_drafts()
    assert at.store.catalogue.drafts.load(case.key) is not None


def test_images_can_be_seen_while_the_site_does_not_answer_a_claim(site: tuple[DemoSite, Path], at: DeskAtSite) -> None:
    uid = at.item_of(HEAD_ACCESSION)
    site[0].stop()
    opening = at.desk.open_case(uid)
    assert opening.case is not None
    assert opening.case.is_read_only
    assert "confirmed" in opening.case.read_only_reason
    assert at.desk.hang(opening.case, SCREENS) is not None
    with pytest.raises(NotNow):
        at.desk.edit_field(opening.case.key, "findings", "x")


def test_a_claim_confirmed_late_makes_the_case_writable(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    waiting = replace(case, read_only_reason="The site has not confirmed yet that this item is yours.")
    at.desk._book.replace(waiting)
    before = audit_names(at).count("ITEM_CLAIMED")
    assert not at.desk.refresh_case(case.key).is_read_only
    assert audit_names(at).count("ITEM_CLAIMED") == before + 1


def test_one_file_gone_from_the_store_does_not_withhold_the_others(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    gone = at.store.catalogue.instances.received(case.study_uids[0])[3].ref
    at.store.catalogue.objects.delete(gone.sop_uid)
    assert at.desk.hang(case, SCREENS) is not None
    assert at.desk.counts(case.study_uids[0]).received == 11
    at.sync()
    assert at.desk.counts(case.study_uids[0]).received == 12


def test_a_prior_whose_images_name_another_patient_is_not_hung(at: DeskAtSite) -> None:
    """The archive's list may say one thing and the images another; what hangs is judged by the images too."""
    case = at.opened(CHEST_ACCESSION)
    head = at.opened(HEAD_ACCESSION)
    mixed = replace(case, prior_study_uids=head.study_uids)
    hanging = at.desk.hang(mixed, SCREENS)
    assert hanging is not None
    assert all(v.display_set is None or v.display_set.study_uid in case.study_uids for v in hanging.viewports)
    assert [study.display_sets for study in at.desk.studies_of(mixed) if study.study_uid in head.study_uids] == [()]


def test_a_prior_left_out_for_another_name_is_said(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    (prior_uid,) = case.prior_study_uids
    prior = at.store.catalogue.studies.get(prior_uid)
    assert prior is not None
    at.store.catalogue.studies.put(replace(prior, patient=replace(prior.patient, name="MAIDEN^ADA")))
    newer = at.desk.refresh_case(case.key)
    assert newer.prior_study_uids == ()
    assert any("earlier" in note.lower() for note in newer.identity_notes)


def test_an_override_is_for_the_display_it_was_given_for(at: DeskAtSite) -> None:
    from calibration.displays.identity import DisplayFacts, DisplayIdentity

    at.desk.display_states({"diagnostic:1": DisplayFacts(DisplayIdentity("DIAG-L", width_px=2048, height_px=2560))})
    at.desk.override_display("diagnostic:1", "emergency")
    at.desk.display_states({"diagnostic:1": DisplayFacts(DisplayIdentity("DIAG-L", width_px=2048, height_px=2560))})
    assert "diagnostic:1" in at.desk._displays.overridden
    at.desk.display_states({"diagnostic:1": DisplayFacts(DisplayIdentity("ANOTHER", width_px=2048, height_px=2560))})
    assert "diagnostic:1" not in at.desk._displays.overridden


def test_a_draft_whose_template_is_gone_is_shown_whole_and_can_be_finished(at: DeskAtSite) -> None:
    case = at.opened(HEAD_ACCESSION)
    at.fill(case)
    at.desk.save_drafts()
    body = at.store.catalogue.drafts.load(case.key)
    assert body is not None
    body["template_id"] = "gone"
    body["fields"] = {"findings": "Old findings.", "dose": "Text of a field nobody has any more."}
    at.store.catalogue.drafts.save(case.key, body, datetime.now(UTC))
    at.desk._drafts._drafts.clear()
    again = at.opened(HEAD_ACCESSION)
    draft = at.desk.draft(again)
    assert draft.template_id == at.desk.template(again).id
    shown = "\n".join(draft.fields.get(each.id, "") for each in at.desk.template(again).fields)
    assert "Old findings." in shown
    assert "Text of a field nobody has any more." in shown
