"""The state table of a Unified Procedure Step (PS3.4 table CC.1.1-2), row by row."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from workstation.demo_site import ups_rules as rules
from workstation.demo_site.dicom_json import element, first_text, sequence
from workstation.demo_site.web import Refusal

OWNER, OTHER = "2.25.1", "2.25.2"


@pytest.mark.parametrize(
    ("state", "wanted", "given"),
    [
        (rules.SCHEDULED, rules.IN_PROGRESS, OTHER),
        (rules.IN_PROGRESS, rules.COMPLETED, OWNER),
        (rules.IN_PROGRESS, rules.CANCELED, OWNER),
    ],
)
def test_allowed_changes_pass(state: str, wanted: str, given: str) -> None:
    owner = "" if state == rules.SCHEDULED else OWNER
    assert rules.check_change(state, wanted, owner, given) == ""


@pytest.mark.parametrize("state", [rules.COMPLETED, rules.CANCELED])
def test_a_repeated_final_change_by_the_owner_is_a_warning(state: str) -> None:
    assert state in rules.check_change(state, state, OWNER, OWNER)


@pytest.mark.parametrize(
    ("state", "wanted", "given", "status", "warning"),
    [
        (rules.SCHEDULED, rules.IN_PROGRESS, "", 400, rules.MISSING_UID),
        (rules.SCHEDULED, rules.COMPLETED, OWNER, 409, rules.INCONSISTENT_STATE),
        (rules.SCHEDULED, rules.CANCELED, OWNER, 409, rules.INCONSISTENT_STATE),
        (rules.SCHEDULED, rules.SCHEDULED, OWNER, 400, ""),
        (rules.IN_PROGRESS, rules.IN_PROGRESS, OTHER, 409, rules.INCONSISTENT_STATE),
        (rules.IN_PROGRESS, rules.IN_PROGRESS, OWNER, 409, rules.INCONSISTENT_STATE),
        (rules.IN_PROGRESS, rules.COMPLETED, OTHER, 409, rules.WRONG_UID),
        (rules.IN_PROGRESS, rules.CANCELED, "", 400, rules.MISSING_UID),
        (rules.COMPLETED, rules.IN_PROGRESS, OWNER, 409, rules.INCONSISTENT_STATE),
        (rules.COMPLETED, rules.CANCELED, OWNER, 409, rules.INCONSISTENT_STATE),
        (rules.CANCELED, rules.COMPLETED, OWNER, 409, rules.INCONSISTENT_STATE),
        (rules.COMPLETED, rules.COMPLETED, OTHER, 409, rules.WRONG_UID),
        (rules.COMPLETED, "FINISHED", OWNER, 400, ""),
    ],
)
def test_forbidden_changes_are_refused(state: str, wanted: str, given: str, status: int, warning: str) -> None:
    owner = "" if state == rules.SCHEDULED else OWNER
    with pytest.raises(Refusal) as caught:
        rules.check_change(state, wanted, owner, given)
    assert (caught.value.status, caught.value.warning) == (status, warning)


@pytest.mark.parametrize(
    ("state", "given", "changes", "status"),
    [
        (rules.SCHEDULED, OWNER, {}, 409),
        (rules.IN_PROGRESS, "", {}, 400),
        (rules.IN_PROGRESS, OTHER, {}, 409),
        (rules.COMPLETED, OWNER, {}, 400),
        (rules.CANCELED, OWNER, {}, 400),
        (rules.IN_PROGRESS, OWNER, {rules.STATE: element("CS", "COMPLETED")}, 400),
        (rules.SCHEDULED, "", {"00100020": element("LO", "another")}, 400),
    ],
)
def test_forbidden_updates_are_refused(state: str, given: str, changes: dict[str, object], status: int) -> None:
    with pytest.raises(Refusal) as caught:
        rules.check_update(state, OWNER, given, changes)
    assert caught.value.status == status


def test_updates_by_the_owner_and_of_unclaimed_items_pass() -> None:
    rules.check_update(rules.IN_PROGRESS, OWNER, OWNER, {rules.PROGRESS: sequence()})
    rules.check_update(rules.SCHEDULED, "", "", {"00741204": element("LO", "label")})


def test_what_is_missing_for_completed_is_named() -> None:
    assert "Unified Procedure Step Performed Procedure Sequence" in rules.missing_for_completed({})[0]
    half = {rules.PERFORMED: sequence({"00404050": element("DT", "20260101")})}
    missing = " ".join(rules.missing_for_completed(half))
    assert "Performed Station Name" in missing
    assert "Output Information" in missing
    assert "(0040,4050)" not in missing


def test_a_cancellation_keeps_the_owners_reason_and_is_dated() -> None:
    reason = {"0074100E": sequence({"00080100": element("SH", "x")})}
    done = rules.with_cancellation({rules.PROGRESS: sequence(reason)}, datetime(2026, 1, 2, tzinfo=UTC))
    progress = done[rules.PROGRESS]["Value"][0]
    assert progress["0074100E"] == reason["0074100E"]
    assert first_text(progress, "00404052") == "20260102000000+0000"


def test_a_replacement_is_scheduled_and_names_the_old_item() -> None:
    old = {
        rules.SOP_INSTANCE_UID: element("UI", "2.25.7"),
        rules.STATE: element("CS", "IN PROGRESS"),
        rules.PERFORMED: sequence({}),
        "00741204": element("LO", "label"),
    }
    new = rules.replacement_of(old, "2.25.8", datetime(2026, 1, 2, tzinfo=UTC))
    assert first_text(new, rules.STATE) == "SCHEDULED"
    assert first_text(new[rules.REPLACED]["Value"][0], "00081155") == "2.25.7"
    assert rules.PERFORMED not in new
    assert first_text(new, "00741204") == "label"
