"""How far each part of a signed report has come, in sentences."""

from __future__ import annotations

from dataclasses import dataclass, field

from workstation.catalogue.outbox_store import Delivery, DeliveryState

_NAMES = {"SR": "structured report", "PDF": "PDF", "ORU": "message to the RIS", "UPS": "worklist item"}
_SENTENCES = {
    DeliveryState.QUEUED: "The {name} waits to be sent.",
    DeliveryState.SENDING: "The {name} is being sent.",
    DeliveryState.SENT: "The {name} was sent and is not proven yet.",
    DeliveryState.DELIVERED: "The {name} has arrived: {proof}.",
    DeliveryState.FAILED: "The {name} was not accepted: {error}.",
}


@dataclass(frozen=True)
class DeliveryLine:
    """One delivery of one report. ``kind`` is SR, PDF, ORU or UPS; ``state`` as in the outbox."""

    delivery_id: str
    report_id: str
    version: int
    kind: str
    state: str
    sentence: str
    proof: str
    target_uid: str = field(repr=False)


def delivery_line(delivery: Delivery) -> DeliveryLine:
    """Put one row of the outbox into words."""
    words = _SENTENCES[delivery.state].format(
        name=_NAMES[delivery.kind],
        proof=delivery.proof.rstrip(".") or "confirmed",
        error=delivery.error.rstrip(".") or "no reason was given",
    )
    shown = "queued" if delivery.state is DeliveryState.QUEUED else delivery.state.value
    return DeliveryLine(
        delivery_id=str(delivery.id),
        report_id=delivery.report_id,
        version=delivery.version,
        kind=delivery.kind,
        state=shown,
        sentence=words,
        proof=delivery.proof,
        target_uid=delivery.target_uid,
    )
