"""A reading worklist item: a Unified Procedure Step (PS3.3 B.26, C.30) as the reader needs it.

`parse_workitem` is a pure function of the item's DICOM JSON. Facts that the standard has no attribute for travel in the
Scheduled Processing Parameters Sequence (0074,1210) as content items of the local coding scheme 99LIGHTBOX.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workstation.dicom.attribute_names import attribute_name
from workstation.dicom.errors import UnreadableWorkItem
from workstation.dicom.json_model import (
    JsonDataset,
    code_of,
    first_item,
    items_of,
    malformed,
    moment_of,
    text_of,
    texts_of,
)
from workstation.dicom.patient import PatientIdentity

LOCAL_SCHEME = "99LIGHTBOX"
STATES = ("SCHEDULED", "IN PROGRESS", "CANCELED", "COMPLETED")
PRIORITIES = ("HIGH", "MEDIUM", "LOW")


@dataclass(frozen=True, repr=False)
class Order:
    """One requested procedure: an item of the Referenced Request Sequence (0040,A370)."""

    accession: str = ""
    accession_issuer: str = ""
    study_uid: str = ""
    requested_procedure_id: str = ""
    procedure: str = ""
    procedure_code: tuple[str, str, str] = ("", "", "")
    """Value, coding scheme, meaning."""
    indication: str = ""
    referrer: str = ""
    """A PN string; see `workstation.dicom.patient.display_name`."""
    referrer_phone: str = ""
    placer_order: str = ""
    filler_order: str = ""


@dataclass(frozen=True, repr=False)
class InputReference:
    """Instances to be read: an item of the Input Information Sequence (0040,4021)."""

    study_uid: str
    series_uid: str = ""
    sop_uids: tuple[str, ...] = ()
    """Empty means the whole series, or the whole study."""
    retrieve_url: str = ""


@dataclass(frozen=True)
class AiFlag:
    """What an algorithm claims to have found. Shown as its claim, with its name and version; never final."""

    finding: str = field(repr=False)
    algorithm: str = ""
    version: str = ""
    confidence: float | None = None
    """0 to 1, or None when the algorithm gave none."""


@dataclass(frozen=True)
class WorkItem:
    """One item of the reading worklist. Only state, priority and modality show in ``repr``."""

    uid: str = field(repr=False)
    state: str
    priority: str
    label: str = field(repr=False)
    worklist_label: str = field(repr=False)
    patient: PatientIdentity = field(repr=False)
    orders: tuple[Order, ...] = field(repr=False)
    study_uids: tuple[str, ...] = field(repr=False)
    inputs: tuple[InputReference, ...] = field(repr=False)
    due: datetime | None = field(default=None, repr=False)
    scheduled_start: datetime | None = field(default=None, repr=False)
    performers: tuple[str, ...] = field(default=(), repr=False)
    performer_names: tuple[str, ...] = field(default=(), repr=False)
    claimed_by: str = field(default="", repr=False)
    """User id of whoever performs it; empty when the site does not say."""
    claimed_name: str = field(default="", repr=False)
    progress_text: str = field(default="", repr=False)
    replaces: str = field(default="", repr=False)
    """UID of the item this one was scheduled in place of."""
    discontinuation_reason: str = field(default="", repr=False)
    assignment_reason: str = field(default="", repr=False)
    ai: AiFlag | None = field(default=None, repr=False)
    licence_state: str = field(default="", repr=False)
    facility: str = field(default="", repr=False)
    modality: str = ""
    body_region: str = ""
    history: str = field(default="", repr=False)
    allergies: tuple[str, ...] = field(default=(), repr=False)
    alerts: tuple[str, ...] = field(default=(), repr=False)
    technologist_notes: str = field(default="", repr=False)
    admission_id: str = field(default="", repr=False)
    linked_group: str = field(default="", repr=False)
    """The same in all items that one report answers together; empty for an item that stands alone."""
    input_ready: bool = True

    @property
    def is_stat(self) -> bool:
        """Whether it has the highest priority."""
        return self.priority == "HIGH"

    @property
    def accessions(self) -> tuple[str, ...]:
        return tuple(order.accession for order in self.orders if order.accession)


def parse_workitem(json: Mapping[str, Any]) -> WorkItem:
    """Read a work item from its DICOM JSON.

    Only the SOP Instance UID and the Procedure Step State must be there; a search may leave out any other attribute.

    Raises
    ------
    UnreadableWorkItem
        Naming the attribute that is missing or malformed.
    """
    parameters = _parameters(json)
    offset = text_of(json, "00080201")
    inputs = _inputs(json)
    orders = _orders(json)
    claimed_by, claimed_name = _claimed(json)
    progress = first_item(json, "00741002")
    scheduled = items_of(json, "00404034")
    return WorkItem(
        uid=_required(json, "00080018"),
        state=_one_of(json, "00741000", STATES, default=None),
        priority=_one_of(json, "00741200", PRIORITIES, default="MEDIUM"),
        label=text_of(json, "00741204"),
        worklist_label=text_of(json, "00741202"),
        patient=_patient(json),
        orders=orders,
        study_uids=_study_uids(json, inputs, orders),
        inputs=inputs,
        due=moment_of(json, "00404011", offset=offset),
        scheduled_start=moment_of(json, "00404005", offset=offset),
        performers=tuple(code for code in (code_of(item, "00404009")[0] for item in scheduled) if code),
        performer_names=tuple(name for name in (_performer_name(item) for item in scheduled) if name),
        claimed_by=claimed_by,
        claimed_name=claimed_name,
        progress_text=text_of(progress, "00741006"),
        replaces=text_of(first_item(json, "00741224"), "00081155"),
        discontinuation_reason=_discontinuation_reason(json, progress),
        assignment_reason=parameters.get("assignment-reason", ""),
        ai=_ai_flag(parameters),
        licence_state=parameters.get("licence-state", ""),
        facility=parameters.get("facility", ""),
        modality=parameters.get("modality", ""),
        body_region=parameters.get("body-region", ""),
        history=text_of(json, "001021B0"),
        allergies=texts_of(json, "00102110"),
        alerts=texts_of(json, "00102000"),
        technologist_notes=text_of(json, "00400400"),
        admission_id=text_of(json, "00380010"),
        linked_group=parameters.get("linked-group", ""),
        input_ready=text_of(json, "00404041") in {"", "READY"},
    )


def _patient(json: JsonDataset) -> PatientIdentity:
    return PatientIdentity(
        patient_id=text_of(json, "00100020"),
        issuer=text_of(json, "00100021"),
        name=text_of(json, "00100010"),
        birth_date=text_of(json, "00100030"),
        sex=text_of(json, "00100040"),
    )


def _orders(json: JsonDataset) -> tuple[Order, ...]:
    return tuple(_order(item, json) for item in items_of(json, "0040A370"))


def _order(item: JsonDataset, root: JsonDataset) -> Order:
    issuer = first_item(item, "00080051")
    return Order(
        accession=text_of(item, "00080050"),
        accession_issuer=text_of(issuer, "00400031") or text_of(issuer, "00400032"),
        study_uid=text_of(item, "0020000D"),
        requested_procedure_id=text_of(item, "00401001"),
        procedure=text_of(item, "00321060"),
        procedure_code=code_of(item, "00321064"),
        indication=text_of(item, "00401002") or code_of(item, "0040100A")[2],
        referrer=text_of(item, "00321032") or text_of(item, "00080090") or text_of(root, "00080090"),
        referrer_phone=text_of(item, "00080094") or text_of(root, "00080094"),
        placer_order=text_of(item, "00402016"),
        filler_order=text_of(item, "00402017"),
    )


def _inputs(json: JsonDataset) -> tuple[InputReference, ...]:
    return tuple(_input(item) for item in items_of(json, "00404021"))


def _input(item: JsonDataset) -> InputReference:
    by_wado_rs = text_of(first_item(item, "0040E025"), "00081190")
    return InputReference(
        study_uid=_required(item, "0020000D"),
        series_uid=text_of(item, "0020000E"),
        sop_uids=tuple(_required(each, "00081155") for each in items_of(item, "00081199")),
        retrieve_url=by_wado_rs or text_of(item, "00081190"),
    )


def _study_uids(json: JsonDataset, inputs: tuple[InputReference, ...], orders: tuple[Order, ...]) -> tuple[str, ...]:
    """In order, each once: of the inputs; when the item names none, of the item itself, then of the orders."""
    named = [each.study_uid for each in inputs] or list(texts_of(json, "0020000D"))
    return tuple(dict.fromkeys(named or [order.study_uid for order in orders if order.study_uid]))


def _claimed(json: JsonDataset) -> tuple[str, str]:
    performed = first_item(json, "00741216")
    performer = first_item(performed, "00404035")
    return code_of(performer, "00404009")[0], _performer_name(performer)


def _performer_name(performer: JsonDataset) -> str:
    return text_of(performer, "00404037") or code_of(performer, "00404009")[2]


def _discontinuation_reason(json: JsonDataset, progress: JsonDataset) -> str:
    """Reason For Cancellation, else the meaning of the discontinuation code; some sites put both at the top level."""
    for place in (progress, json):
        reason = text_of(place, "00741238") or code_of(place, "0074100E")[2]
        if reason:
            return reason
    return ""


def _parameters(json: JsonDataset) -> dict[str, str]:
    """Our own facts, by code value; of a repeated one the first counts."""
    found: dict[str, str] = {}
    for item in items_of(json, "00741210"):
        code, scheme, _ = code_of(item, "0040A043")
        if scheme == LOCAL_SCHEME:
            value = text_of(item, "0040A160") or text_of(item, "0040A30A") or code_of(item, "0040A168")[0]
            found.setdefault(code, value)
    return found


def _ai_flag(parameters: Mapping[str, str]) -> AiFlag | None:
    if not parameters.get("ai-finding"):
        return None
    try:
        confidence = float(parameters["ai-confidence"]) if parameters.get("ai-confidence") else None
    except ValueError as error:
        raise malformed("00741210") from error
    return AiFlag(
        finding=parameters["ai-finding"],
        algorithm=parameters.get("ai-algorithm", ""),
        version=parameters.get("ai-version", ""),
        confidence=confidence,
    )


def _required(json: JsonDataset, tag: str) -> str:
    text = text_of(json, tag)
    if not text:
        raise UnreadableWorkItem(
            f"The site's answer lacks {attribute_name(tag)}.", "Tell the site's worklist administrator."
        )
    return text


def _one_of(json: JsonDataset, tag: str, allowed: tuple[str, ...], *, default: str | None) -> str:
    text = text_of(json, tag) if default is not None else _required(json, tag)
    if not text and default is not None:
        return default
    if text not in allowed:
        raise malformed(tag)
    return text
