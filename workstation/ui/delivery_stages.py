"""How far one item has come, as eight stages in words: images, priors, draft, signed, SR, PDF, RIS, worklist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from workstation.catalogue.work_items import ClaimState
from workstation.reading.delivery import DeliveryLine
from workstation.sync.worklist import WorklistRow

DELIVERED_KINDS = (("SR", "SR"), ("PDF", "PDF"), ("ORU", "RIS"), ("UPS", "Worklist"))


class StageState(Enum):
    """How a stage is drawn. The word is also what a screen reader says."""

    WAITING = "not yet"
    GOING = "under way"
    DONE = "done"
    WARN = "incomplete"
    FAILED = "failed"


@dataclass(frozen=True)
class Stage:
    """One segment: its name, state, a plain sentence, and the delivery to retry when it failed."""

    name: str
    state: StageState
    sentence: str
    delivery_id: str = ""


_STATES = {
    "queued": StageState.GOING,
    "sending": StageState.GOING,
    "sent": StageState.GOING,
    "delivered": StageState.DONE,
    "failed": StageState.FAILED,
}


def stages_of(row: WorklistRow, lines: Sequence[DeliveryLine], *, has_draft: bool) -> tuple[Stage, ...]:
    """The eight stages of an item.

    Parameters
    ----------
    lines
        Deliveries of the item's newest report; empty before signing.
    has_draft
        Whether a report is begun.
    """
    newest = max((line.version for line in lines), default=0)
    current = {line.kind: line for line in lines if line.version == newest}
    is_signed = bool(lines) or row.claim in (ClaimState.COMPLETING, ClaimState.COMPLETED)
    return (
        _images(row),
        _priors(row),
        _draft(has_draft=has_draft, is_signed=is_signed),
        Stage("Signed", *_signed(is_signed=is_signed)),
        *(_delivery(title, current.get(kind)) for kind, title in DELIVERED_KINDS),
    )


def summary_of(stages: Sequence[Stage]) -> str:
    """The sentence that matters most: what failed, else what is under way, else the last thing done."""
    for state in (StageState.FAILED, StageState.WARN, StageState.GOING):
        for stage in stages:
            if stage.state is state:
                return stage.sentence
    if all(stage.state is StageState.DONE for stage in stages):
        return "Everything has arrived and is proven."
    done = [stage.sentence for stage in stages if stage.state is StageState.DONE]
    return done[-1] if done else stages[0].sentence


def _images(row: WorklistRow) -> Stage:
    counts = row.counts
    if not counts.expected:
        return Stage("Images", StageState.WAITING, "The site has not said yet how many images there are.")
    numbers = f"{counts.received} of {counts.expected} images are here"
    if counts.received == counts.expected:
        return Stage("Images", StageState.DONE, f"All {counts.expected} images are here.")
    if counts.quarantined or counts.failed:
        return Stage("Images", StageState.WARN, f"{numbers}; {counts.quarantined + counts.failed} could not be used.")
    return Stage("Images", StageState.GOING, f"{numbers}.")


def _priors(row: WorklistRow) -> Stage:
    if not row.priors:
        return Stage("Priors", StageState.DONE, "There are no earlier studies to compare with.")
    plural = "study was" if row.priors == 1 else "studies were"
    return Stage("Priors", StageState.DONE, f"{row.priors} earlier {plural} found.")


def _draft(*, has_draft: bool, is_signed: bool) -> Stage:
    if is_signed:
        return Stage("Draft", StageState.DONE, "The report is written.")
    if has_draft:
        return Stage("Draft", StageState.GOING, "The report is begun and saved, not signed.")
    return Stage("Draft", StageState.WAITING, "The report is not begun.")


def _signed(*, is_signed: bool) -> tuple[StageState, str]:
    return (
        (StageState.DONE, "The report is signed.") if is_signed else (StageState.WAITING, "The report is not signed.")
    )


def _delivery(title: str, line: DeliveryLine | None) -> Stage:
    if line is None:
        return Stage(title, StageState.WAITING, f"{title}: nothing to send before the report is signed.")
    state = _STATES.get(line.state, StageState.GOING)
    return Stage(title, state, line.sentence, line.delivery_id)
