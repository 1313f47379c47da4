"""The rules of a Unified Procedure Step, as pure functions: what may change, when, and what it must hold at the end.

PS3.4 CC.1.1 (states), CC.2.1 (change state), CC.2.5-3 (attributes), CC.2.6 (update); status codes of PS3.18 chapter 11.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workstation.demo_site.dicom_json import Json, code, element, moment, sequence
from workstation.demo_site.web import Refusal
from workstation.dicom.attribute_names import attribute_name
from workstation.dicom.json_model import first_item, text_of, values_of

SCHEDULED, IN_PROGRESS, CANCELED, COMPLETED = "SCHEDULED", "IN PROGRESS", "CANCELED", "COMPLETED"
STATE, TRANSACTION_UID, SOP_INSTANCE_UID = "00741000", "00081195", "00080018"
PERFORMED, PROGRESS, REPLACED = "00741216", "00741002", "00741224"
UPS_PUSH_CLASS = "1.2.840.10008.5.1.4.34.6.1"

MISSING_UID = "The Transaction UID is missing."
WRONG_UID = "The Transaction UID is incorrect."
INCONSISTENT_STATE = "The submitted request is inconsistent with the state of the UPS Instance."
INCONSISTENT_ITEM = "The submitted request is inconsistent with the current state of the Workitem."
NOT_CLAIMED = "The target URI did not reference a claimed Workitem."
ALREADY = "The UPS is already in the requested state of {state}."

_CREATE_NEEDS = (STATE, "00741200", "00741204", "00404041", "00404005")
_PERFORMED_NEEDS = ("00404028", "00404019", "00404035", "00404050", "00404051", "00404033")
# "Not allowed" for N-SET in table CC.2.5-3: who and what the item is about.
_NEVER_UPDATED = frozenset(
    {
        STATE,
        SOP_INSTANCE_UID,
        "00080016",
        "00100010",
        "00100020",
        "00100021",
        "00100030",
        "00100040",
        "0040A370",
        REPLACED,
    }
)


def missing_at_creation(item: Mapping[str, Any]) -> list[str]:
    """Names of the type 1 attributes (table CC.2.5-3, N-CREATE) that a new item lacks."""
    return [attribute_name(tag) for tag in _CREATE_NEEDS if not values_of(item, tag)]


def missing_for_completed(item: Mapping[str, Any]) -> list[str]:
    """Names of the final-state attributes (table CC.2.5-3, code P) that are absent or empty.

    Reading is done by people here, so Actual Human Performers (code RC) is always among them.
    """
    performed = first_item(item, PERFORMED)
    if not performed:
        return [attribute_name(PERFORMED)]
    return [attribute_name(tag) for tag in _PERFORMED_NEEDS if not values_of(performed, tag)]


def check_change(state: str, wanted: str, owner_uid: str, given_uid: str, *, wrong_uid_status: int = 409) -> str:
    """Whether an item in ``state`` may go to ``wanted`` (PS3.4 table CC.1.1-2).

    Parameters
    ----------
    owner_uid
        The Transaction UID of the present or last owner; empty while SCHEDULED.
    given_uid
        The Transaction UID in the request.
    wrong_uid_status
        Status for a Transaction UID that is not the owner's: editions of PS3.18 differ between 400 and 409.

    Returns
    -------
    str
        An empty string to go ahead, or the text of the warning when the item is there already.

    Raises
    ------
    Refusal
        400 or 409 with the warning text of PS3.18 11.7.3.2.
    """
    if wanted not in {IN_PROGRESS, COMPLETED, CANCELED}:
        raise Refusal(400, f"{wanted or 'No state'} is not a state that an item can be changed to.")
    if not given_uid:
        raise Refusal(400, MISSING_UID, warning=MISSING_UID)
    if state == SCHEDULED and wanted == IN_PROGRESS:
        return ""
    if wanted == IN_PROGRESS or state == SCHEDULED:
        raise Refusal(409, INCONSISTENT_STATE, warning=INCONSISTENT_STATE)
    if given_uid != owner_uid:
        raise Refusal(wrong_uid_status, WRONG_UID, warning=WRONG_UID)
    if state == wanted:
        return ALREADY.format(state=state)
    if state != IN_PROGRESS:
        raise Refusal(409, INCONSISTENT_STATE, warning=INCONSISTENT_STATE)
    return ""


def check_update(
    state: str, owner_uid: str, given_uid: str, changes: Mapping[str, Any], *, wrong_uid_status: int = 409
) -> None:
    """Whether an item may be updated (PS3.4 CC.2.6.3); the Transaction UID is wanted once it is IN PROGRESS.

    A Transaction UID for an item that nobody has claimed is refused, so that nobody takes it for a proof of ownership.

    Raises
    ------
    Refusal
        400 or 409 with the warning text of PS3.18 11.6.3.2.
    """
    if state in {COMPLETED, CANCELED}:
        raise Refusal(400, INCONSISTENT_ITEM, warning=INCONSISTENT_ITEM)
    if state == SCHEDULED and given_uid:
        raise Refusal(409, NOT_CLAIMED, warning=NOT_CLAIMED)
    if state == IN_PROGRESS and not given_uid:
        raise Refusal(400, MISSING_UID, warning=MISSING_UID)
    if state == IN_PROGRESS and given_uid != owner_uid:
        raise Refusal(wrong_uid_status, WRONG_UID, warning=WRONG_UID)
    forbidden = sorted(attribute_name(tag) for tag in _NEVER_UPDATED.intersection(changes))
    if forbidden:
        raise Refusal(400, f"These attributes cannot be updated: {', '.join(forbidden)}.", warning=INCONSISTENT_ITEM)


def with_cancellation(item: Json, now: datetime, *, reason: str = "", by_request: bool = False) -> Json:
    """The item with what a CANCELED one must hold (code X): when it was discontinued, and why."""
    progress = dict(first_item(item, PROGRESS))
    if not text_of(progress, "00404052"):
        progress["00404052"] = element("DT", moment(now))
    if reason:
        progress["00741238"] = element("LT", reason)
    if not values_of(progress, "0074100E"):
        meaning = "Discontinued on request" if by_request else "Discontinued for unspecified reason"
        progress["0074100E"] = sequence(code("110513", "DCM", meaning))
    return {**item, PROGRESS: sequence(progress)}


def replacement_of(item: Mapping[str, Any], uid: str, now: datetime) -> Json:
    """The item the site schedules in place of one that its owner has given back (Replaced Procedure Step Sequence)."""
    gone = {PERFORMED, PROGRESS, REPLACED, TRANSACTION_UID, "0074100E", "00741238"}
    old = {"00081150": element("UI", UPS_PUSH_CLASS), "00081155": element("UI", text_of(item, SOP_INSTANCE_UID))}
    return {
        **{tag: value for tag, value in item.items() if tag not in gone},
        SOP_INSTANCE_UID: element("UI", uid),
        STATE: element("CS", SCHEDULED),
        "00404010": element("DT", moment(now)),
        REPLACED: sequence(old),
    }
