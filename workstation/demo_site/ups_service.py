"""UPS-RS, the site's reading worklist (PS3.18 chapter 11): create, search, retrieve, update, change state, cancel.

The Transaction UID is read from the body (0008,1195) and from the query (``transaction-uid``, and ``transaction`` of
older editions), and is never given out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

from workstation.demo_site.accounts import Account
from workstation.demo_site.dicom_json import Json, code, element, moment, new_uid, person, sequence
from workstation.demo_site.faults import Faults
from workstation.demo_site.matching import search_of
from workstation.demo_site.ups_rules import (
    ALREADY,
    CANCELED,
    COMPLETED,
    IN_PROGRESS,
    INCONSISTENT_STATE,
    PERFORMED,
    SCHEDULED,
    SOP_INSTANCE_UID,
    STATE,
    TRANSACTION_UID,
    UPS_PUSH_CLASS,
    check_change,
    check_update,
    missing_at_creation,
    missing_for_completed,
    replacement_of,
    with_cancellation,
)
from workstation.demo_site.ups_store import HeldItem, UpsStore
from workstation.demo_site.web import Refusal, Request, Response, dicom_json
from workstation.dicom.json_model import first_item, text_of, values_of
from workstation.foundation.clock import Clock

_UID = r"[0-9][0-9.]{0,63}"
_JSON_TYPES = frozenset({"application/dicom+json", "application/json"})
_KIND_OF_STATE = {IN_PROGRESS: "claim", COMPLETED: "complete", CANCELED: "cancel"}


class UpsService:
    """Answers everything below ``/workitems``.

    Parameters
    ----------
    base_url
        Root of the service, for locations and warnings.
    """

    def __init__(self, store: UpsStore, clock: Clock, faults: Faults, base_url: str) -> None:
        self._store = store
        self._clock = clock
        self._faults = faults
        self._base_url = base_url
        self._routes: tuple[tuple[str, str, Callable[[Request, str], Response]], ...] = (
            ("GET", r"/workitems", self._search),
            ("POST", r"/workitems", self._create),
            ("GET", rf"/workitems/({_UID})", self._retrieve),
            ("POST", rf"/workitems/({_UID})", self._update),
            ("PUT", rf"/workitems/({_UID})/state", self._change_state),
            ("POST", rf"/workitems/({_UID})/cancelrequest", self._request_cancellation),
        )

    def __call__(self, request: Request) -> Response:
        is_known_path = False
        for method, pattern, answer in self._routes:
            found = re.fullmatch(pattern, request.path)
            is_known_path = is_known_path or found is not None
            if found is not None and method == request.method:
                return answer(request, found.group(1) if found.groups() else "")
        raise Refusal(405 if is_known_path else 404, "The worklist has no such resource.")

    def warning(self, text: str) -> str:
        """The value of a Warning header (PS3.18 11.x.3.2)."""
        return f"299 {self._base_url}: {text}"

    def _search(self, request: Request, _: str) -> Response:
        search = search_of(request)
        found = search.among(_public(item.attributes) for item in self._store.all())
        page, left = search.page(found * 2 if self._faults.is_on("repeat") else found)
        warning = f"There are {left} additional results that can be requested." if left else ""
        return dicom_json(page, kind="search", warning=self.warning(warning) if warning else "")

    def _retrieve(self, _: Request, uid: str) -> Response:
        return dicom_json([_public(self._held(uid).attributes)], kind="retrieve")

    def _create(self, request: Request, _: str) -> Response:
        attributes = _dataset(request)
        uid = text_of(attributes, SOP_INSTANCE_UID) or request.parameter("workitem") or _bare_uid(request) or new_uid()
        missing = missing_at_creation(attributes)
        if missing:
            raise Refusal(400, f"The new item lacks {', '.join(missing)}.", kind="create")
        if text_of(attributes, STATE) != SCHEDULED or values_of(attributes, TRANSACTION_UID):
            raise Refusal(400, "A new item must be SCHEDULED and without a Transaction UID.", kind="create")
        head = {"00080016": element("UI", UPS_PUSH_CLASS), SOP_INSTANCE_UID: element("UI", uid)}
        item = HeldItem({**_public(attributes), **head})

        def add() -> None:
            if self._store.get(uid) is not None:
                raise Refusal(409, "An item with this UID exists already.", kind="create")
            self._store.put(item)

        self._store.exclusively(add)
        location = f"{self._base_url}/workitems/{uid}"
        return Response(201, headers=(("Location", location), ("Content-Location", location)), kind="create")

    def _update(self, request: Request, uid: str) -> Response:
        changes = _dataset(request)
        given = _transaction_uid(request, changes)
        changes.pop(TRANSACTION_UID, None)

        def update() -> None:
            held = self._held(uid)
            check_update(held.state, held.transaction_uid, given, changes, wrong_uid_status=self._wrong_uid_status)
            self._store.put(replace(held, attributes={**held.attributes, **changes}))

        self._store.exclusively(update)
        return Response(200, headers=(("Content-Location", f"{self._base_url}/workitems/{uid}"),), kind="update")

    def _change_state(self, request: Request, uid: str) -> Response:
        body = _dataset(request)
        wanted = text_of(body, STATE)
        kind = _KIND_OF_STATE.get(wanted, "update")
        given = _transaction_uid(request, body)
        try:
            warning = self._store.exclusively(lambda: self._changed(uid, wanted, given, request.account))
        except Refusal as refusal:
            raise Refusal(refusal.status, refusal.text, warning=refusal.warning, kind=kind) from refusal
        headers = (("Warning", self.warning(warning)),) if warning else ()
        return Response(200, headers=headers, kind=kind)

    def _changed(self, uid: str, wanted: str, given: str, account: Account | None) -> str:
        held = self._held(uid)
        already = check_change(held.state, wanted, held.transaction_uid, given, wrong_uid_status=self._wrong_uid_status)
        if already:
            return already
        if wanted == IN_PROGRESS:
            self._claim(held, given, account)
        elif wanted == COMPLETED:
            self._complete(held)
        else:
            self._cancel(held)
        return ""

    def _claim(self, held: HeldItem, transaction_uid: str, account: Account | None) -> None:
        attributes = {**held.attributes, STATE: element("CS", IN_PROGRESS)}
        if account is not None:
            attributes[PERFORMED] = sequence(_started(account, self._clock))
        self._store.put(
            replace(held, attributes=attributes, transaction_uid=transaction_uid, owner=account.user if account else "")
        )

    def _complete(self, held: HeldItem) -> None:
        missing = missing_for_completed(held.attributes)
        if missing:
            text = f"The item cannot be completed: it lacks {', '.join(missing)}."
            raise Refusal(409, text, warning=INCONSISTENT_STATE)
        self._store.put(replace(held, attributes={**held.attributes, STATE: element("CS", COMPLETED)}))

    def _cancel(self, held: HeldItem) -> None:
        """The owner gives the item back; the site schedules another one in its place."""
        now = self._clock.now()
        attributes = with_cancellation({**held.attributes, STATE: element("CS", CANCELED)}, now)
        self._store.put(replace(held, attributes=attributes))
        self._store.put(HeldItem(replacement_of(held.attributes, new_uid(), now)))

    def _request_cancellation(self, request: Request, uid: str) -> Response:
        details = _dataset(request) if request.body.strip() else {}

        def ask() -> str:
            held = self._held(uid)
            if held.state == COMPLETED:
                raise Refusal(
                    409, "The item is completed.", warning="The UPS is already COMPLETED.", kind="cancelrequest"
                )
            if held.state == CANCELED:
                return ALREADY.format(state=CANCELED)
            asked = replace(held, cancel_requests=(*held.cancel_requests, _public(details)))
            self._store.put(self._canceled_on_request(asked, details) if held.state == SCHEDULED else asked)
            return ""

        warning = self._store.exclusively(ask)
        return Response(202, headers=(("Warning", self.warning(warning)),) if warning else (), kind="cancelrequest")

    def _canceled_on_request(self, held: HeldItem, details: Json) -> HeldItem:
        """Nobody performs it, so the site itself cancels it (PS3.4 CC.2.2.3)."""
        attributes = {**held.attributes, STATE: element("CS", CANCELED)}
        reason = text_of(details, "00741238")
        return replace(
            held, attributes=with_cancellation(attributes, self._clock.now(), reason=reason, by_request=True)
        )

    @property
    def _wrong_uid_status(self) -> int:
        return 400 if self._faults.is_on("wrong_uid_400") else 409

    def _held(self, uid: str) -> HeldItem:
        held = self._store.get(uid)
        if held is None:
            raise Refusal(404, "There is no such item on the worklist.")
        return held


def _started(account: Account, clock: Clock) -> Json:
    """What the site notes down at a claim, so that others see who has the item: performer and start."""
    return {
        "00404035": sequence(performer_item(account)),
        "00404050": element("DT", moment(clock.now())),
    }


def performer_item(account: Account) -> Json:
    """An item of Actual or Scheduled Human Performers Sequence."""
    return {
        "00404009": sequence(code(account.user, "99LIGHTBOX", account.name)),
        "00404036": element("LO", account.organisation),
        "00404037": person(account.person_name),
    }


def _public(attributes: Json) -> Json:
    return {tag: value for tag, value in attributes.items() if tag != TRANSACTION_UID}


def _dataset(request: Request) -> Json:
    """The one data set of a request body: a JSON object, or an array of one."""
    content_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if content_type not in _JSON_TYPES:
        raise Refusal(415, "The worklist takes application/dicom+json.")
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "The body is not JSON.") from error
    if isinstance(document, list) and len(document) == 1:
        document = document[0]
    if not isinstance(document, dict) or not all(_is_element(tag, value) for tag, value in document.items()):
        raise Refusal(400, "The body is not one data set in DICOM JSON.")
    return document


def _is_element(tag: str, value: object) -> bool:
    return re.fullmatch(r"[0-9A-F]{8}", tag) is not None and isinstance(value, dict) and "vr" in value


def _transaction_uid(request: Request, body: Json) -> str:
    return text_of(body, TRANSACTION_UID) or request.parameter("transaction-uid") or request.parameter("transaction")


def _bare_uid(request: Request) -> str:
    return request.raw_query if re.fullmatch(_UID, request.raw_query) else ""


def owner_name(item: HeldItem) -> str:
    """Who is said to perform an item; empty when nobody is."""
    return text_of(first_item(first_item(item.attributes, PERFORMED), "00404035"), "00404037")
