"""The reading worklist over DICOM UPS-RS (PS3.18 chapter 11)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from workstation.sync.errors import Refused, Unreachable, WrongAnswer
from workstation.sync.http_transport import Answer, SiteConnection
from workstation.sync.json_answers import DICOM_JSON, datasets_of
from workstation.sync.ups_attributes import (
    TRANSACTION_UID,
    Attributes,
    Performer,
    cancel_request,
    cancellation,
    first_text,
    performer_announcement,
    state_change,
)

_PAGE = 100
_SOP_INSTANCE_UID = "00080018"
# Where servers look for the transaction UID differs by edition of the standard (2014c, 2019b, 2025e):
# name of the query parameter (or none), and whether the body has it too. Tried in this order.
_PLACEMENTS: tuple[tuple[str, bool], ...] = (
    ("transaction-uid", True),
    ("transaction-uid", False),
    ("transaction", False),
    ("", True),
)


class UpsRs:
    """One UPS-RS service.

    Parameters
    ----------
    url
        Root of the service; ``/workitems`` follows it.
    """

    def __init__(self, connection: SiteConnection, url: str) -> None:
        self._connection = connection
        self._url = f"{url.rstrip('/')}/workitems"
        self._placement = 0

    def search(self) -> list[dict[str, Any]]:
        """All work items this login may see, each once.

        Pages until one is short or brings nothing new; a server that ignores ``offset`` ends it too.
        """
        found: dict[str, dict[str, Any]] = {}
        while True:
            page, says_more = self._page(len(found))
            fresh = {uid: each for each in page if (uid := first_text(each, _SOP_INSTANCE_UID)) not in found}
            found.update(fresh)
            if not fresh or (len(page) < _PAGE and not says_more):
                return list(found.values())

    def retrieve(self, uid: str) -> dict[str, Any]:
        """One work item.

        Raises
        ------
        Refused
            With status 404 when there is no such item.
        """
        answer = self._connection.get(f"{self._url}/{uid}", accept=DICOM_JSON)
        found = datasets_of(answer)
        if len(found) != 1 or first_text(found[0], _SOP_INSTANCE_UID) not in (uid, ""):
            raise WrongAnswer(answer.service, "another work item than the one asked for")
        return {_SOP_INSTANCE_UID: {"vr": "UI", "Value": [uid]}, **found[0]}

    def claim(self, uid: str, transaction_uid: str, performer: Performer) -> None:
        """Take an item: SCHEDULED becomes IN PROGRESS, locked by ``transaction_uid``; then say who reads it.

        Once the state has changed the item is ours; that the announcement fails does not change it.

        Raises
        ------
        Refused
            With status 409 when it is not SCHEDULED any more.
        Unreachable
            The claim may or may not have been made.
        """
        self._change_state(uid, "IN PROGRESS", transaction_uid)
        with suppress(Refused, Unreachable, WrongAnswer):
            self.update(uid, transaction_uid, performer_announcement(performer))

    def update(self, uid: str, transaction_uid: str, attributes: Mapping[str, Any]) -> None:
        """Change attributes of an item we hold.

        Raises
        ------
        Refused
            With status 409, or 400 and `is_wrong_owner`, when we do not hold it.
        """
        for number in range(self._placement, len(_PLACEMENTS)):
            try:
                self._update_with(_PLACEMENTS[number], uid, transaction_uid, attributes)
            except Refused as refusal:
                if refusal.status != 400 or is_wrong_owner(refusal) or number == len(_PLACEMENTS) - 1:
                    raise
            else:
                self._placement = number
                return

    def complete(self, uid: str, transaction_uid: str, final_attributes: Mapping[str, Any]) -> None:
        """Set the final-state attributes, then the state COMPLETED."""
        self.update(uid, transaction_uid, final_attributes)
        self._change_state(uid, "COMPLETED", transaction_uid)

    def cancel(self, uid: str, transaction_uid: str, reason: str) -> None:
        """Return an item we hold: the reason, then the state CANCELED."""
        self.update(uid, transaction_uid, cancellation(reason))
        self._change_state(uid, "CANCELED", transaction_uid)

    def request_cancellation(self, uid: str, reason: str) -> None:
        """Ask the site to withdraw an item that we do not hold."""
        self._connection.post(
            f"{self._url}/{uid}/cancelrequest",
            _body(cancel_request(reason)),
            content_type=DICOM_JSON,
            accept=DICOM_JSON,
            is_repeatable=True,
        )

    def _change_state(self, uid: str, state: str, transaction_uid: str) -> Answer:
        return self._connection.put(
            f"{self._url}/{uid}/state",
            _body(state_change(state, transaction_uid)),
            content_type=DICOM_JSON,
            accept=DICOM_JSON,
        )

    def _update_with(
        self, placement: tuple[str, bool], uid: str, transaction_uid: str, attributes: Mapping[str, Any]
    ) -> None:
        parameter, is_in_body = placement
        content: Attributes = dict(attributes)
        if is_in_body:
            content[TRANSACTION_UID] = {"vr": "UI", "Value": [transaction_uid]}
        self._connection.post(
            f"{self._url}/{uid}",
            _body(content),
            content_type=DICOM_JSON,
            accept=DICOM_JSON,
            params={parameter: transaction_uid} if parameter else None,
            is_repeatable=True,
        )

    def _page(self, offset: int) -> tuple[list[dict[str, Any]], bool]:
        params = {"includefield": "all", "limit": str(_PAGE), "offset": str(offset)}
        answer = self._connection.get(self._url, accept=DICOM_JSON, params=params)
        # PS3.18 8.3.4.4: a server that returns less than there is says so with warning 299.
        return datasets_of(answer), answer.headers.get("warning", "").startswith("299")


def is_wrong_owner(refusal: Refused) -> bool:
    """Whether a server says that the Transaction UID is another one than the owner's (PS3.18 11.6.3.2: a 400)."""
    return refusal.status == 400 and "transaction uid is incorrect" in refusal.warning.casefold()


def _body(attributes: Mapping[str, Any]) -> bytes:
    return json.dumps([attributes], separators=(",", ":")).encode("utf-8")
