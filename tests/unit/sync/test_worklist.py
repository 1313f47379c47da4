"""Rows of the worklist: in order of urgency, with words a radiologist understands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.small_reports import freeze_report
from tests.helpers.small_studies import SmallStudy
from tests.helpers.vaults import HandClock, a_catalogue
from workstation.catalogue.catalogue import Catalogue
from workstation.catalogue.instances import Counts, InstanceRef
from workstation.catalogue.object_store import Stored
from workstation.catalogue.outbox_store import DeliveryState
from workstation.catalogue.studies import StudyRecord
from workstation.catalogue.work_items import ClaimState
from workstation.dicom.patient import PatientIdentity
from workstation.sync.download_plan import CLAIMED, OPENED, STAT, WAITING, wishes
from workstation.sync.ups_attributes import Performer, dicom_moment, performer_announcement
from workstation.sync.worklist import (
    WorklistRow,
    filtered,
    is_mine,
    is_stat,
    matching,
    readable_items,
    rows,
)

CLOCK = HandClock()
STUDY = SmallStudy()


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = a_catalogue(tmp_path)
    yield catalogue
    catalogue.close()


def put(
    catalogue: Catalogue,
    uid: str,
    priority: str = "MEDIUM",
    due_min: float | None = 60,
    state: str = "SCHEDULED",
    study: str = "1.9",
    **more: Any,
) -> None:
    json: dict[str, Any] = {
        "00080018": {"vr": "UI", "Value": [uid]},
        "00741000": {"vr": "CS", "Value": [state]},
        "00741200": {"vr": "CS", "Value": [priority]},
        "00741204": {"vr": "LO", "Value": [f"CT number {uid[-1]}"]},
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": "SYNTHETIC^Zoë"}]},
        "0020000D": {"vr": "UI", "Value": [study]},
        **more,
    }
    if due_min is not None:
        due = dicom_moment(CLOCK.now() + timedelta(minutes=due_min))
        json["00404011"] = {"vr": "DT", "Value": [due]}
    catalogue.items.put(json, CLOCK.now())


def shown(catalogue: Catalogue) -> tuple[WorklistRow, ...]:
    return rows(catalogue, CLOCK, "dr.demo")


def claim(catalogue: Catalogue, uid: str, *states: ClaimState, by: str = "") -> None:
    catalogue.items.begin_claim(uid, "2.25.1")
    for state in states:
        catalogue.items.set_claim_state(uid, state, claimed_by=by)


def test_stat_comes_first_then_slack_then_what_has_no_due_time(catalogue: Catalogue) -> None:
    put(catalogue, "1.1", "LOW", 1)
    put(catalogue, "1.2", "MEDIUM", None)
    put(catalogue, "1.3", "MEDIUM", -5)
    put(catalogue, "1.4", "HIGH", 90)
    put(catalogue, "1.5", "HIGH", 15)
    found = shown(catalogue)
    assert [row.item.uid for row in found] == ["1.5", "1.4", "1.3", "1.2", "1.1"]
    assert [row.priority_rank for row in found] == [0, 0, 1, 1, 2]
    assert found[0].slack == timedelta(minutes=15)
    assert found[2].conditions == ("overdue",)


@pytest.mark.parametrize(
    ("states", "words", "is_unread"),
    [
        ((), "being taken, not confirmed by the site yet", True),
        ((ClaimState.OURS,), "mine", True),
        ((ClaimState.OURS, ClaimState.RETURNING), "being returned to the site", False),
        ((ClaimState.OURS, ClaimState.RETURNING, ClaimState.RETURNED), "returned to the site", False),
        ((ClaimState.OURS, ClaimState.COMPLETING), "signed, delivering", False),
        ((ClaimState.LOST,), "claimed by Dr X", False),
    ],
)
def test_each_claim_has_its_words(
    states: tuple[ClaimState, ...], words: str, is_unread: bool, catalogue: Catalogue
) -> None:
    put(catalogue, "1.1", state="IN PROGRESS" if ClaimState.LOST in states else "SCHEDULED")
    claim(catalogue, "1.1", *states, by="Dr X" if ClaimState.LOST in states else "")
    row = shown(catalogue)[0]
    assert (row.state_text, row.is_unread) == (words, is_unread)


@pytest.mark.parametrize(
    ("state", "words", "is_unread"),
    [
        ("SCHEDULED", "free", True),
        ("CANCELED", "withdrawn by the site", False),
        ("COMPLETED", "already reported", False),
        ("IN PROGRESS", "claimed by another reader", False),
    ],
)
def test_each_state_at_the_site_has_its_words(state: str, words: str, is_unread: bool, catalogue: Catalogue) -> None:
    put(catalogue, "1.1", state=state)
    row = shown(catalogue)[0]
    assert (row.state_text, row.is_unread) == (words, is_unread)


def test_the_holder_is_named_as_people_are_named(catalogue: Catalogue) -> None:
    attributes = performer_announcement(Performer("dr.second", "Second^Sam^^Dr"))
    put(catalogue, "1.1", state="IN PROGRESS", **attributes)
    assert shown(catalogue)[0].state_text == "claimed by Second, Sam"


def test_images_that_are_not_there_yet_are_said(catalogue: Catalogue) -> None:
    put(catalogue, "1.1", **{"00404041": {"vr": "CS", "Value": ["INCOMPLETE"]}})
    assert shown(catalogue)[0].state_text == "images not complete at the site"


def test_downloading_counts_up(catalogue: Catalogue) -> None:
    put(catalogue, "1.1")
    refs = [InstanceRef("1.9", "1.8", f"1.7.{number}") for number in range(4)]
    catalogue.instances.expect("1.9", refs)
    catalogue.instances.mark_received("1.7.0", Stored(1, "0" * 64), "1.2.840.10008.1.2.1")
    assert shown(catalogue)[0].state_text == "downloading 1/4"
    claim(catalogue, "1.1", ClaimState.OURS)
    assert shown(catalogue)[0].state_text == "mine, downloading 1/4"
    catalogue.instances.mark_quarantined("1.7.1", "broken")
    catalogue.instances.mark_failed("1.7.2", "not found")
    row = shown(catalogue)[0]
    assert row.counts == Counts(expected=4, received=1, quarantined=1, failed=1)
    assert row.conditions == (
        "1 of 4 images are set aside: broken or foreign",
        "1 of 4 images cannot be fetched",
    )


def test_priors_are_counted(catalogue: Catalogue) -> None:
    put(catalogue, "1.1")
    catalogue.studies.put(StudyRecord("1.90", PatientIdentity(), is_prior_for=("1.9",)))
    catalogue.studies.put(StudyRecord("1.91", PatientIdentity(), is_prior_for=("1.99",)))
    assert shown(catalogue)[0].priors == 1


def test_a_signed_item_tells_how_far_its_report_is(catalogue: Catalogue) -> None:
    put(catalogue, "1.1")
    claim(catalogue, "1.1", ClaimState.OURS)
    made = freeze_report(catalogue, STUDY, "1.1")
    assert shown(catalogue)[0].state_text == "signed, delivering 0/4"
    assert not shown(catalogue)[0].is_unread
    for each in made.values():
        catalogue.outbox.move(each.id, DeliveryState.QUEUED, DeliveryState.DELIVERED, proof="p")
    assert shown(catalogue)[0].state_text == "delivered"


def test_an_item_that_cannot_be_read_is_left_out(catalogue: Catalogue) -> None:
    put(catalogue, "1.1", state="DREAMING")
    put(catalogue, "1.2")
    assert [row.item.uid for row in shown(catalogue)] == ["1.2"]


def test_filters(catalogue: Catalogue) -> None:
    put(catalogue, "1.1", "HIGH")
    put(catalogue, "1.2")
    claim(catalogue, "1.2", ClaimState.OURS)
    everything = shown(catalogue)
    assert [row.item.uid for row in filtered(everything, is_stat)] == ["1.1"]
    assert [row.item.uid for row in filtered(everything, is_mine)] == ["1.2"]
    assert [row.item.uid for row in filtered(everything, matching("zoë NUMBER 2"))] == ["1.2"]
    assert filtered(everything, is_stat, is_mine) == ()
    assert filtered(everything, matching("")) == everything


def test_no_row_shows_a_patient_by_accident(catalogue: Catalogue) -> None:
    put(catalogue, "1.1")
    assert "Zoë" not in repr(shown(catalogue))


def test_the_plan_of_downloads(catalogue: Catalogue) -> None:
    put(catalogue, "1.1", "MEDIUM", 10, study="1.91")
    put(catalogue, "1.2", "HIGH", 30, study="1.92")
    put(catalogue, "1.3", "HIGH", 20, study="1.93")
    put(catalogue, "1.4", "LOW", 5, study="1.94")
    put(catalogue, "1.5", "MEDIUM", 1, study="1.95", state="IN PROGRESS")
    put(catalogue, "1.6", "LOW", None, study="1.96")
    claim(catalogue, "1.6", ClaimState.OURS)

    def plan(prefetch: bool = True, opened: tuple[str, ...] = ()) -> list[tuple[str, int]]:
        found = wishes(readable_items(catalogue), opened, CLOCK.now(), prefetch=prefetch)
        return [(wish.item.uid, wish.urgency) for wish in found]

    assert plan() == [("1.6", CLAIMED), ("1.3", STAT), ("1.2", STAT), ("1.1", WAITING), ("1.4", WAITING)]
    assert plan(prefetch=False) == [("1.6", CLAIMED)]
    assert plan(opened=("1.95",))[0] == ("1.5", OPENED)
